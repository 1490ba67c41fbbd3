#include "classifier/cases.h"

#include "base/crypto.h"
#include "classifier/classify.h"
#include "classifier/score.h"
#include "formats/fields.h"

#include <string.h>

#define EXPECT_MAX ((size_t)64 << 10)

/* The parts of a case's folder. */
enum side { SIDE_BEFORE, SIDE_AFTER, SIDE_EXPECT, SIDE_NONE };

static const char *const side_names[SIDE_NONE] = { "/before/", "/after/", "/expect" };

struct expect {
	char *ref;
	bool human;
	enum gate_tier tier;
	enum gate_verdict verdict;
	struct gate_strs findings, not ;
	uint64_t given;
};

enum { GIVEN_REF, GIVEN_HUMAN, GIVEN_TIER, GIVEN_VERDICT, GIVEN_FINDINGS, GIVEN_NOT };

static const struct gate_field expect_fields[] = {
	[GIVEN_REF] = { "ref", gate_field_str, offsetof(struct expect, ref) },
	[GIVEN_HUMAN] = { "human", gate_field_bool, offsetof(struct expect, human) },
	[GIVEN_TIER] = { "tier", gate_field_tier, offsetof(struct expect, tier) },
	[GIVEN_VERDICT] = { "verdict", gate_field_verdict, offsetof(struct expect, verdict) },
	[GIVEN_FINDINGS] = { "findings", gate_field_strs, offsetof(struct expect, findings) },
	[GIVEN_NOT] = { "not", gate_field_strs, offsetof(struct expect, not ) },
};

static void expect_clear(struct expect *e)
{
	free(e->ref);
	gate_strs_clear(&e->findings);
	gate_strs_clear(&e->not );
}

/* Splits NAME/before/PATH at the first mark; *rest gets PATH. */
static enum side split(const char *path, size_t *name_len, const char **rest)
{
	enum side best = SIDE_NONE;
	const char *at = NULL;

	for (enum side i = SIDE_BEFORE; i < SIDE_NONE; i++) {
		const char *hit = strstr(path, side_names[i]);

		if (!hit || hit == path || (i == SIDE_EXPECT && hit[strlen(side_names[i])]) || (at && hit > at))
			continue;
		at = hit;
		best = i;
	}
	if (!at)
		return SIDE_NONE;
	*name_len = (size_t)(at - path);
	*rest = at + strlen(side_names[best]);
	return best;
}

static const struct gate_file *sibling(const struct gate_files *files, const char *name, size_t len, enum side side,
				       const char *path)
{
	for (size_t i = 0; i < files->n; i++) {
		const char *rest;
		size_t n;

		if (split(files->v[i].path, &n, &rest) == side && n == len &&
		    memcmp(files->v[i].path, name, len) == 0 && strcmp(rest, path) == 0)
			return &files->v[i];
	}
	return NULL;
}

struct case_run {
	const struct gate_policy *policy;
	const struct gate_files *files;
	const char *policy_ref;
	const char *name; /* borrowed from a path, len bytes */
	size_t len;
	const struct gate_file *expect;
	struct gate_changes changes;
	struct gate_findings findings;
	struct gate_score score;
};

static void case_run_clear(struct case_run *r)
{
	gate_changes_clear(&r->changes);
	gate_findings_clear(&r->findings);
	gate_score_clear(&r->score);
}

/* An object id of its own for each content. */
static void name_object(const struct gate_file *f, char oid[GATE_HEXSZ + 1])
{
	char hex[GATE_SHA256_HEX];

	gate_sha256_hex(f->bytes, f->len, hex);
	snprintf(oid, GATE_HEXSZ + 1, "%.*s", GATE_HEXSZ, hex);
}

static int load(void *arg, const char *oid, const char **bytes, size_t *len, struct gate_err *err)
{
	const struct gate_files *files = arg;
	char have[GATE_HEXSZ + 1];

	for (size_t i = 0; i < files->n; i++) {
		name_object(&files->v[i], have);
		if (strcmp(have, oid) != 0)
			continue;
		*bytes = files->v[i].bytes;
		*len = files->v[i].len;
		return 0;
	}
	return gate_err_set(err, GATE_E_OBJECT, "no object %s in the case", oid);
}

static bool differ(const struct gate_file *a, const struct gate_file *b)
{
	return !a || !b || a->len != b->len || memcmp(a->bytes, b->bytes, a->len) != 0;
}

static int feed_object(struct gate_classifier *c, const char *path, const struct gate_file *before,
		       const struct gate_file *now, struct gate_err *err)
{
	struct gate_side old = { .mode = 0100644 };
	char oid[GATE_HEXSZ + 1];
	struct gate_entry e = { .path = path, .commit = "", .mode = 0100644, .oid = oid, .olds = &old, .n_olds = before ? 1 : 0 };
	struct gate_object o = { .text = GATE_TEXT_BLOB, .path = path, .commit = "", .bytes = now->bytes, .len = now->len,
				 .mode = 0100644, .olds = &old, .n_olds = before ? 1 : 0 };
	int rc;

	name_object(now, oid);
	if (before)
		name_object(before, old.oid);
	rc = gate_classify_entry(c, 0, &e, err);
	return rc == 0 ? gate_classify_object(c, 0, &o, err) : rc;
}

static int feed_delta(struct gate_classifier *c, const char *path, const struct gate_file *before,
		      const struct gate_file *now, struct gate_err *err)
{
	struct gate_delta d = { .path = path };

	if (before) {
		d.old_mode = 0100644;
		name_object(before, d.old_oid);
	}
	if (now) {
		d.new_mode = 0100644;
		name_object(now, d.new_oid);
	}
	return gate_classify_delta(c, 0, &d, err);
}

/* Feeds the paths of one side that differ; objects only, or deltas only. A path on both sides is fed once, as `after`.
 */
static int feed(struct case_run *r, struct gate_classifier *c, enum side side, bool objects, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < r->files->n; i++) {
		const struct gate_file *f = &r->files->v[i], *other;
		const char *path;
		size_t n;

		if (split(f->path, &n, &path) != side || n != r->len || memcmp(f->path, r->name, n) != 0)
			continue;
		other = sibling(r->files, r->name, r->len, side == SIDE_AFTER ? SIDE_BEFORE : SIDE_AFTER, path);
		if (!differ(f, other) || (side == SIDE_BEFORE && other))
			continue;
		if (objects)
			rc = feed_object(c, path, other, f, err);
		else
			rc = side == SIDE_AFTER ? feed_delta(c, path, other, f, err)
						: feed_delta(c, path, f, NULL, err);
	}
	return rc;
}

static int classify(struct case_run *r, struct gate_err *err)
{
	struct gate_files all = *r->files;
	struct gate_classifier *c = gate_classifier_new(r->policy, &r->changes, load, &all, &r->findings, err);
	int rc;

	if (!c)
		return -(int)err->code;
	rc = feed(r, c, SIDE_AFTER, true, err);
	if (rc == 0)
		rc = feed(r, c, SIDE_AFTER, false, err);
	if (rc == 0)
		rc = feed(r, c, SIDE_BEFORE, false, err);
	if (rc == 0)
		rc = gate_classify_done(c, err);
	gate_classifier_free(c);
	if (rc == 0)
		rc = gate_finding_protected(r->policy, &r->changes.v[0], 0, &r->findings, err);
	return rc < 0 ? rc : gate_score(&r->findings, 0, &r->score, err);
}

static int make_change(struct case_run *r, const struct expect *e, struct gate_err *err)
{
	struct gate_change *c = gate_changes_add(&r->changes);

	if (!c)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (!gate_copy(c->ref, sizeof(c->ref), e->ref ? e->ref : "refs/heads/main"))
		return gate_err_set(err, GATE_E_REF, "the ref is too long");
	memset(c->old, '1', GATE_HEXSZ);
	memset(c->new, '2', GATE_HEXSZ);
	c->is_policy_ref = strcmp(c->ref, r->policy_ref) == 0;
	c->is_protected = gate_policy_protects(r->policy, c->ref, r->policy_ref);
	return 0;
}

static bool found(const struct gate_findings *f, const char *id)
{
	for (size_t i = 0; i < f->n; i++) {
		if (strcmp(f->v[i].id, id) == 0)
			return true;
	}
	return false;
}

static void compare_ids(const struct case_run *r, const struct gate_strs *ids, bool wanted, struct gate_buf *b)
{
	for (size_t i = 0; i < ids->n; i++) {
		if (!gate_policy_rule(r->policy, ids->v[i]))
			gate_buf_fmt(b, "; no rule has the id %s", ids->v[i]);
		else if (found(&r->findings, ids->v[i]) != wanted)
			gate_buf_fmt(b, "; %s %s", wanted ? "misses" : "has", ids->v[i]);
	}
}

static void compare(const struct case_run *r, const struct expect *e, struct gate_buf *b)
{
	const struct gate_answer *a =
		gate_answer_for(r->policy, &r->changes.v[0], &r->score, e->human, &r->findings, 0);

	if ((e->given >> GIVEN_TIER & 1) && r->score.tier != e->tier)
		gate_buf_fmt(b, "; tier is %s, not %s", gate_tier_name(r->score.tier), gate_tier_name(e->tier));
	if ((e->given >> GIVEN_VERDICT & 1) && a->action != e->verdict)
		gate_buf_fmt(b, "; verdict is %s, not %s", gate_verdict_name(a->action), gate_verdict_name(e->verdict));
	compare_ids(r, &e->findings, true, b);
	compare_ids(r, &e->not, false, b);
	if (!b->len)
		return;
	gate_buf_str(b, " (findings:");
	for (size_t i = 0; i < r->findings.n; i++)
		gate_buf_fmt(b, " %s", r->findings.v[i].id);
	gate_buf_str(b, r->findings.n ? ")" : " none)");
}

static int read_expect(const struct gate_file *f, struct expect *e, struct gate_err *err)
{
	gate_autoyaml struct gate_yaml_doc *doc = NULL;
	int rc;

	if (!f->len) /* nothing asked but that it can be judged */
		return 0;
	rc = gate_yaml_parse(f->bytes, f->len, EXPECT_MAX, f->path, &doc, err);
	if (rc < 0)
		return rc;
	return gate_fields_read(gate_yaml_root(doc), f->path, expect_fields, GATE_ARRAY_LEN(expect_fields), e,
				&e->given, err);
}

/* What differs goes to `b`; an error of the case itself comes back in err. */
static int run_case(struct case_run *r, struct gate_buf *b, struct gate_err *err)
{
	gate_auto(expect) struct expect e = { 0 };
	int rc = read_expect(r->expect, &e, err);

	if (rc == 0)
		rc = make_change(r, &e, err);
	if (rc == 0)
		rc = classify(r, err);
	if (rc == 0)
		compare(r, &e, b);
	return rc;
}

static void report_case(struct gate_buf *report, const char *name, size_t len, const char *trouble,
			struct gate_case_counts *counts)
{
	gate_buf_str(report, *trouble ? "not ok " : "ok ");
	gate_escape(report, name, len);
	if (*trouble) {
		gate_buf_str(report, ": ");
		gate_buf_str(report, trouble);
		counts->failed++;
	} else {
		counts->passed++;
	}
	gate_buf_char(report, '\n');
}

static int one(const struct gate_policy *policy, const struct gate_files *files, const char *policy_ref,
	       const struct gate_file *expect, size_t len, struct gate_buf *report, struct gate_case_counts *counts,
	       struct gate_err *err)
{
	gate_auto(case_run) struct case_run r = {
		.policy = policy,
		.files = files,
		.policy_ref = policy_ref,
		.name = expect->path,
		.len = len,
		.expect = expect,
	};
	gate_auto(gate_buf) struct gate_buf differs = { 0 };
	struct gate_err own = { 0 };
	int rc = run_case(&r, &differs, &own);

	if (rc == -GATE_E_NOMEM)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	report_case(report, expect->path, len, rc < 0 ? own.text : differs.len ? differs.s + 2 : "", counts);
	return gate_buf_check(&differs, err);
}

int gate_case_run(const struct gate_policy *policy, const struct gate_files *files, const char *policy_ref,
		  struct gate_buf *report, struct gate_case_counts *counts, struct gate_err *err)
{
	int rc = 0;

	*counts = (struct gate_case_counts){ 0 };
	for (size_t i = 0; rc == 0 && i < files->n; i++) {
		const struct gate_file *f = &files->v[i];
		const char *rest;
		size_t len = 0;
		enum side side = split(f->path, &len, &rest);

		if (side == SIDE_EXPECT)
			rc = one(policy, files, policy_ref, f, len, report, counts, err);
		else if (side == SIDE_NONE)
			report_case(report, f->path, strlen(f->path), "this file belongs to no case", counts);
		else if (!sibling(files, f->path, len, SIDE_EXPECT, ""))
			report_case(report, f->path, strlen(f->path), "its case has no expect", counts);
	}
	return rc < 0 ? rc : gate_buf_check(report, err);
}
