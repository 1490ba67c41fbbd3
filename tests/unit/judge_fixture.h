/* Tables of changed files and the findings they bring. */
#ifndef GATE_TESTS_JUDGE_FIXTURE_H
#define GATE_TESTS_JUDGE_FIXTURE_H

#include "classifier/classify.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

struct judged_file {
	const char *path, *before, *after; /* NULL: absent */
};

/* One push of at most two files. want: "high", or "quiet": below high; other findings' ids do not count. */
struct judged {
	const char *name;
	struct judged_file file, other;
	const char *want;
};

static int judge_load(void *arg, const char *oid, const char **bytes, size_t *len, struct gate_err *err)
{
	const struct judged *t = arg;
	const struct judged_file *f = oid[1] == '1' ? &t->file : &t->other;

	(void)err;
	*bytes = *oid == 'b' ? f->before : f->after;
	*len = strlen(*bytes);
	return 0;
}

static void judge_file(struct gate_classifier *c, const struct judged_file *f, char which)
{
	struct gate_delta d = { .path = f->path, .old_mode = f->before ? 0100644 : 0, .new_mode = f->after ? 0100644 : 0 };
	struct gate_err err = { 0 };

	if (!f->path)
		return;
	if (f->before)
		snprintf(d.old_oid, sizeof(d.old_oid), "b%c%038d", which, 0);
	if (f->after)
		snprintf(d.new_oid, sizeof(d.new_oid), "a%c%038d", which, 0);
	if (gate_classify_delta(c, 0, &d, &err) < 0)
		fail_msg("%s: %s", f->path, err.text);
}

/* The highest tier that the id's findings reach; GATE_TIER_COUNT: none. */
static enum gate_tier judge_one(const struct judged *t, const char *id, struct gate_buf *seen)
{
	static struct gate_policy *policy;
	struct gate_changes changes = { 0 };
	struct gate_findings findings = { 0 };
	enum gate_tier tier = GATE_TIER_COUNT;
	struct gate_err err = { 0 };
	struct gate_classifier *c;
	struct gate_change *x;
	void *arg;

	if (!policy && gate_policy_load(NULL, NULL, 0, &policy, &err) < 0)
		fail_msg("%s", err.text);
	x = gate_changes_add(&changes);
	gate_copy(x->ref, sizeof(x->ref), "refs/heads/main");
	x->is_policy_ref = x->is_protected = true;
	memcpy(&arg, &t, sizeof(t));
	c = gate_classifier_new(policy, &changes, judge_load, arg, &findings, &err);
	assert_non_null(c);
	judge_file(c, &t->file, '1');
	judge_file(c, &t->other, '2');
	if (gate_classify_done(c, &err) < 0)
		fail_msg("%s: %s", t->name, err.text);
	gate_classifier_free(c);
	for (size_t i = 0; i < findings.n; i++) {
		const struct gate_finding *f = &findings.v[i];

		gate_buf_fmt(seen, "  %s %s %s\n", f->id, gate_tier_name(f->floor), f->subject);
		if (strcmp(f->id, id) == 0 && (tier == GATE_TIER_COUNT || f->floor > tier))
			tier = f->floor;
	}
	gate_findings_clear(&findings);
	gate_changes_clear(&changes);
	return tier;
}

static void judge_all(const char *id, const struct judged *t, size_t n)
{
	size_t failed = 0;

	for (size_t i = 0; i < n; i++) {
		gate_auto(gate_buf) struct gate_buf seen = { 0 };
		enum gate_tier tier = judge_one(&t[i], id, &seen);
		const char *got = tier == GATE_TIER_COUNT ? "none" : gate_tier_name(tier);
		bool ok = strcmp(t[i].want, "quiet") == 0 ? tier == GATE_TIER_COUNT || tier < GATE_TIER_HIGH : strcmp(t[i].want, got) == 0;

		if (!ok) {
			print_error("%s: %s: wanted %s, got %s\n%s", id, t[i].name, t[i].want, got, gate_buf_cstr(&seen));
			failed++;
		}
	}
	if (failed)
		fail_msg("%zu of %zu rows", failed, n);
}
#define JUDGE_ALL(id, t) judge_all(id, t, sizeof(t) / sizeof((t)[0]))

#endif
