/* Rules of kind value: for each row of the table the ids, tiers and subjects that a change of one or two files brings. */
#include "classifier/classify.h"
#include "classifier/score.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

struct file {
	const char *path, *before, *after;
};

struct expect {
	const char *id, *tier, *subject; /* id NULL: no finding of the class TST; subject NULL: any */
};

struct row {
	const char *name;
	struct file files[3];
	struct expect want;
};

static struct gate_policy *policy;

static int load(void *arg, const char *oid, const char **bytes, size_t *len, struct gate_err *err)
{
	const struct row *r = arg;
	size_t i = (size_t)(oid[1] - '0');

	(void)err;
	*bytes = oid[0] == 'b' ? r->files[i].before : r->files[i].after;
	*len = strlen(*bytes);
	return 0;
}

static void judge(const struct row *r, struct gate_findings *out)
{
	struct gate_changes changes = { 0 };
	struct gate_err err = { 0 };
	struct gate_classifier *c;
	struct gate_change *x = gate_changes_add(&changes);

	gate_copy(x->ref, sizeof(x->ref), "refs/heads/main");
	x->is_policy_ref = x->is_protected = true;
	c = gate_classifier_new(policy, &changes, load, (void *)(uintptr_t)r, out, &err);
	assert_non_null(c);
	for (size_t i = 0; i < 3 && r->files[i].path; i++) {
		struct gate_delta d = { .path = r->files[i].path,
					.old_mode = r->files[i].before ? 0100644 : 0,
					.new_mode = r->files[i].after ? 0100644 : 0 };

		memset(d.old_oid, '0', GATE_HEXSZ);
		memset(d.new_oid, '0', GATE_HEXSZ);
		d.old_oid[0] = 'b';
		d.new_oid[0] = 'a';
		d.old_oid[1] = d.new_oid[1] = (char)('0' + (int)i);
		if (gate_classify_delta(c, 0, &d, &err) < 0)
			fail_msg("%s: %s", r->name, err.text);
	}
	if (gate_classify_done(c, &err) < 0)
		fail_msg("%s: %s", r->name, err.text);
	gate_classifier_free(c);
	gate_changes_clear(&changes);
}

/* The heaviest finding of class TST (or of the wanted id). */
static const struct gate_finding *heaviest(const struct gate_findings *f, const char *id, const char *subject)
{
	const struct gate_finding *best = NULL;

	for (size_t i = 0; i < f->n; i++) {
		if (id ? strcmp(f->v[i].id, id) != 0 : strncmp(f->v[i].id, "TST-", 4) != 0)
			continue;
		if (subject && strcmp(f->v[i].subject, subject) != 0)
			continue;
		if (!best || f->v[i].points > best->points)
			best = &f->v[i];
	}
	return best;
}

static unsigned failures;

static void complain(const struct row *r, const char *what, const struct gate_findings *all)
{
	failures++;
	print_error("%s: %s; findings:", r->name, what);
	for (size_t i = 0; i < all->n; i++)
		print_error(" %s[%s %s: %s -> %s %u]", all->v[i].id, gate_tier_name(all->v[i].floor), all->v[i].subject,
			    all->v[i].old_value, all->v[i].new_value, all->v[i].points / 1000);
	print_error("\n");
}

static void check(const struct row *r)
{
	struct gate_findings all = { 0 };
	const struct gate_finding *f;

	judge(r, &all);
	f = heaviest(&all, r->want.id, r->want.subject);
	if (!r->want.id ? f != NULL : !f)
		complain(r, r->want.id ? "misses its finding" : "has a finding", &all);
	else if (f && r->want.tier && strcmp(gate_tier_name(f->floor), r->want.tier) != 0)
		complain(r, "wrong tier", &all);
	gate_findings_clear(&all);
}

#include "values_rows.h"

static void each_row(void **state)
{
	(void)state;
	failures = 0;
	for (size_t i = 0; i < GATE_ARRAY_LEN(rows); i++)
		check(&rows[i]);
	assert_int_equal(failures, 0);
}

static int start(void **state)
{
	struct gate_err err = { 0 };

	(void)state;
	return gate_policy_load(NULL, NULL, 0, &policy, &err);
}

static int stop(void **state)
{
	(void)state;
	gate_policy_free(policy);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
