#include "classifier/docs.h"

#include <string.h>

/* One format of the delta that is being judged. */
struct slot {
	bool read;
	struct gate_doc *before, *now;
	struct gate_docs docs;
};

/* What has been read of one delta. It is known by its content: a pointer may come again for another one. */
struct gate_docs_state {
	char *path;
	uint32_t change, old_mode, new_mode;
	char old_oid[GATE_HEXSZ + 1], new_oid[GATE_HEXSZ + 1];
	bool told; /* GATE-PARSE or GATE-LIMIT about this delta has been made */
	struct slot slots[GATE_FORMATS];
};

int gate_docs_init(struct gate_detect *d, struct gate_err *err)
{
	d->docs = calloc(1, sizeof(*d->docs));
	return d->docs ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

static void forget(struct gate_docs_state *s)
{
	for (size_t i = 0; i < GATE_FORMATS; i++) {
		gate_doc_free(s->slots[i].before);
		gate_doc_free(s->slots[i].now);
	}
	free(s->path);
	*s = (struct gate_docs_state){ 0 };
}

void gate_docs_release(struct gate_detect *d)
{
	if (!d->docs)
		return;
	forget(d->docs);
	free(d->docs);
	d->docs = NULL;
}

static bool is_same(const struct gate_docs_state *s, uint32_t change, const struct gate_delta *delta)
{
	return s->path && s->change == change && s->old_mode == delta->old_mode && s->new_mode == delta->new_mode &&
	       strcmp(s->path, delta->path) == 0 && strcmp(s->old_oid, delta->old_oid) == 0 &&
	       strcmp(s->new_oid, delta->new_oid) == 0;
}

static int begin(struct gate_docs_state *s, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	forget(s);
	s->path = strdup(delta->path);
	if (!s->path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	s->change = change;
	s->old_mode = delta->old_mode;
	s->new_mode = delta->new_mode;
	gate_copy(s->old_oid, sizeof(s->old_oid), delta->old_oid);
	gate_copy(s->new_oid, sizeof(s->new_oid), delta->new_oid);
	return 0;
}

/* A side that cannot be had or read is no error of the caller: its reason stays in *why. */
static int read_side(struct gate_detect *d, uint32_t mode, const char *oid, enum gate_format format,
		     struct gate_doc **out, struct gate_err *why)
{
	const char *bytes;
	size_t len;
	int rc;

	if (!gate_mode_is_file(mode))
		return 0;
	rc = d->load ? d->load(d->load_arg, oid, &bytes, &len, why) : -GATE_E_OBJECT;
	if (rc < 0)
		return gate_err_set(why, GATE_E_LIMIT, "too big to be read whole, or unreadable");
	if (len > GATE_COMPARE_MAX)
		return gate_err_set(why, GATE_E_LIMIT, "bigger than %zu bytes", GATE_COMPARE_MAX);
	return gate_doc_parse(format, bytes, len, NULL, out, why);
}

static int tell(struct gate_detect *d, uint32_t change, const char *path, const char *side,
		const struct gate_weight *at_most, const struct gate_err *why, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf message = { 0 };
	struct gate_sighting s = { .id = "GATE-PARSE", .path = path, .at_most = at_most };

	gate_buf_fmt(&message, "%s cannot be read (%s), so what it does is unknown: %s", side, why->text,
		     "mend the file or read it as a whole");
	if (gate_buf_check(&message, err) < 0)
		return -GATE_E_NOMEM;
	s.message = message.s;
	if (why->code == GATE_E_LIMIT)
		return gate_detect_limit(d, change, path, NULL, false, message.s, err);
	return gate_detect_add(d, change, &s, err);
}

/* A file that could be read and now cannot hides what changed; one that never could hides nothing new. */
static int report(struct gate_detect *d, uint32_t change, const char *path, const struct slot *s,
		  const struct gate_err *why_before, const struct gate_err *why_now, struct gate_err *err)
{
	static const struct gate_weight medium = { GATE_TIER_MEDIUM, 20000, false };
	const bool was_read = s->before != NULL;

	if (d->docs->told || (!s->docs.bad_before && !s->docs.bad_now))
		return 0;
	d->docs->told = true;
	if (s->docs.bad_now)
		return tell(d, change, path, "the new content", was_read ? NULL : &medium, why_now, err);
	return tell(d, change, path, "the old content", &medium, why_before, err);
}

static int read_both(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, enum gate_format format,
		     struct slot *s, struct gate_err *err)
{
	struct gate_err why_before = { 0 }, why_now = { 0 };
	int rc = read_side(d, delta->old_mode, delta->old_oid, format, &s->before, &why_before);

	s->docs.bad_before = rc < 0;
	rc = read_side(d, delta->new_mode, delta->new_oid, format, &s->now, &why_now);
	s->docs.bad_now = rc < 0;
	s->docs.before = s->before ? gate_doc_root(s->before) : NULL;
	s->docs.now = s->now ? gate_doc_root(s->now) : NULL;
	s->read = true;
	if (why_before.code == GATE_E_NOMEM || why_now.code == GATE_E_NOMEM || why_before.code == GATE_E_BUG)
		return gate_err_set(err, why_before.code ? why_before.code : why_now.code, "%s",
				    why_before.code ? why_before.text : why_now.text);
	return report(d, change, delta->path, s, &why_before, &why_now, err);
}

int gate_detect_docs(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, enum gate_format format,
		     struct gate_docs *out, struct gate_err *err)
{
	struct slot *s;
	int rc = 0;

	*out = (struct gate_docs){ 0 };
	if (!is_same(d->docs, change, delta))
		rc = begin(d->docs, change, delta, err);
	if (rc < 0)
		return rc;
	s = &d->docs->slots[format];
	if (!s->read)
		rc = read_both(d, change, delta, format, s, err);
	*out = s->docs;
	return rc;
}
