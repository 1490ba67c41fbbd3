/* Judges one push given as files before and after, and says which ids came at which tier: for tables of cases. */
#ifndef GATE_TESTS_CONTROL_TABLE_H
#define GATE_TESTS_CONTROL_TABLE_H

#include "classifier/classify.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

struct table_file {
	const char *path, *before, *after; /* NULL: absent on that side */
};

/* want: "CI-SOFT:high CI-DROP:medium"; ids that may not come stand with "!": "!CI-PERM". "quiet": of `classes` nothing above medium's
 * floor, which means no id but those ending in -ANY, -DOC and the floors of paths. */
struct table_case {
	const char *name;
	struct table_file files[4];
	const char *want;
};

struct table_world {
	const struct table_case *c;
};

static inline int table_load(void *arg, const char *oid, const char **bytes, size_t *len, struct gate_err *err)
{
	const struct table_world *w = arg;
	const struct table_file *f = &w->c->files[oid[1] - '0'];

	(void)err;
	*bytes = *oid == 'b' ? f->before : f->after;
	*len = strlen(*bytes);
	return 0;
}

static inline void table_judge(const struct gate_policy *policy, const struct table_case *c, struct gate_findings *out)
{
	struct gate_err err = { 0 };
	struct gate_changes changes = { 0 };
	struct table_world w = { c };
	struct gate_change *x = gate_changes_add(&changes);
	struct gate_classifier *k;

	gate_copy(x->ref, sizeof(x->ref), "refs/heads/main");
	x->is_policy_ref = x->is_protected = true;
	k = gate_classifier_new(policy, &changes, table_load, &w, out, &err);
	assert_non_null(k);
	for (int i = 0; i < 4 && c->files[i].path; i++) {
		const struct table_file *f = &c->files[i];
		struct gate_delta d = { .path = f->path, .old_mode = f->before ? 0100644 : 0, .new_mode = f->after ? 0100644 : 0 };

		snprintf(d.old_oid, sizeof(d.old_oid), "b%d", i);
		snprintf(d.new_oid, sizeof(d.new_oid), "a%d", i);
		if (gate_classify_delta(k, 0, &d, &err) < 0)
			fail_msg("%s: %s", c->name, err.text);
	}
	if (gate_classify_done(k, &err) < 0)
		fail_msg("%s: %s", c->name, err.text);
	gate_classifier_free(k);
	gate_changes_clear(&changes);
}

/* The highest tier of the findings with that id, or -1. */
static inline int table_tier(const struct gate_findings *l, const char *id)
{
	int t = -1;

	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i].id, id) == 0 && (int)l->v[i].floor > t)
			t = (int)l->v[i].floor;
	}
	return t;
}

/* Whether what came is what the case wants; prints what came if not. floors: ids that a path alone brings. */
static inline bool table_right(const struct table_case *c, const struct gate_findings *l, const char *floors)
{
	char want[512], *save = NULL;
	bool ok = true;

	gate_copy(want, sizeof(want), c->want);
	for (char *w = strtok_r(want, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		char *colon = strchr(w, ':');

		if (strcmp(w, "quiet") == 0) {
			for (size_t i = 0; i < l->n; i++)
				ok &= strstr(floors, l->v[i].id) != NULL;
		} else if (*w == '!') {
			ok &= table_tier(l, w + 1) < 0;
		} else {
			enum gate_tier t = GATE_TIER_LOW;

			if (colon)
				*colon++ = '\0';
			ok &= table_tier(l, w) >= 0;
			if (colon && gate_tier_parse(colon, &t))
				ok &= table_tier(l, w) == (int)t;
		}
	}
	if (ok)
		return true;
	print_error("%s: wanted %s\n", c->name, c->want);
	for (size_t i = 0; i < l->n; i++)
		print_error("    %s %s %s [%s -> %s] line %u\n", l->v[i].id, gate_tier_name(l->v[i].floor), l->v[i].subject, l->v[i].old_value, l->v[i].new_value,
			    l->v[i].line);
	return false;
}

static inline void table_run(const struct table_case *cases, size_t n, const char *floors)
{
	struct gate_err err = { 0 };
	struct gate_policy *policy = NULL;
	size_t bad = 0;

	if (gate_policy_load(NULL, NULL, 0, &policy, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < n; i++) {
		struct gate_findings l = { 0 };

		table_judge(policy, &cases[i], &l);
		bad += !table_right(&cases[i], &l, floors);
		gate_findings_clear(&l);
	}
	gate_policy_free(policy);
	if (bad)
		fail_msg("%zu of %zu cases are wrong", bad, n);
}

#endif
