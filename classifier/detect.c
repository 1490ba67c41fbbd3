#include "classifier/detect.h"

int gate_detect_add(struct gate_detect *d, uint32_t change, const struct gate_sighting *s, struct gate_err *err)
{
	struct gate_finding f = {
		.change = change,
		.line = s->line,
		.subject = gate_lend(s->subject ? s->subject : s->path),
		.path = gate_lend(s->path),
		.old_value = gate_lend(s->old_value),
		.new_value = gate_lend(s->new_value),
		.message = gate_lend(s->message),
	};

	gate_copy(f.commit, sizeof(f.commit), s->commit ? s->commit : "");
	return gate_finding_make_as(d->policy, &d->changes->v[change], s->id, s->at_most, &f, d->out, err);
}

int gate_detect_limit(struct gate_detect *d, uint32_t change, const char *path, const char *commit, bool secret,
		      const char *why, struct gate_err *err)
{
	static const struct gate_weight held = { GATE_TIER_HIGH, 50000, false };
	static const struct gate_weight refused = { GATE_TIER_CRITICAL, UINT32_MAX, true };
	gate_auto(gate_buf) struct gate_buf subject = { 0 };
	struct gate_sighting s = {
		.id = "GATE-LIMIT",
		.path = path,
		.commit = commit,
		.message = why,
		.at_most = secret ? &refused : &held,
	};

	gate_buf_fmt(&subject, "%s:%s", secret ? "secrets" : "rules", *path ? path : commit ? commit : "");
	if (gate_buf_check(&subject, err) < 0)
		return -GATE_E_NOMEM;
	s.subject = subject.s;
	return gate_detect_add(d, change, &s, err);
}

/* Beyond so many changes it is not told to each of them: the push is refused. */
#define ALL_MAX 500

int gate_detect_limit_all(struct gate_detect *d, const char *why, struct gate_err *err)
{
	int rc = 0;

	if (d->changes->n > ALL_MAX)
		return gate_detect_limit(d, 0, "", NULL, true, why, err);
	for (uint32_t i = 0; rc == 0 && i < d->changes->n; i++)
		rc = gate_detect_limit(d, i, "", NULL, false, why, err);
	return rc;
}

static int load_side(struct gate_detect *d, uint32_t mode, const char *oid, const char **s, size_t *len,
		     struct gate_err *err)
{
	int rc;

	*s = "";
	*len = 0;
	if (!gate_mode_is_file(mode) && (mode & 0170000) != 0120000)
		return 0;
	rc = d->load ? d->load(d->load_arg, oid, s, len, err) : -GATE_E_OBJECT;
	if (rc == 0 && *len > GATE_COMPARE_MAX)
		rc = -GATE_E_LIMIT;
	return rc;
}

int gate_detect_sides(struct gate_detect *d, const struct gate_delta *delta, struct gate_sides *out,
		      struct gate_err *err)
{
	const char *s;
	size_t len;
	int rc = load_side(d, delta->old_mode, delta->old_oid, &s, &len, err);

	if (rc < 0)
		return rc;
	gate_buf_add(&out->before, s, len);
	rc = gate_buf_check(&out->before, err);
	return rc < 0 ? rc : load_side(d, delta->new_mode, delta->new_oid, &out->now, &out->now_len, err);
}

void gate_sides_clear(struct gate_sides *s)
{
	gate_buf_clear(&s->before);
	*s = (struct gate_sides){ 0 };
}
