/* Rules of kind value: for each row of the table the ids, tiers and subjects that a change of one or two files brings. */
#include "classifier/classify.h"
#include "classifier/score.h"
#include "classifier/values/values.h"

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

/* What two changes do together scores at least as much as each alone: adding one of the catalog's mutations to a change never
 * makes it cheaper. (Only a proved move takes a finding away, and no mutation of the table is one for another.) */
static void a_mutation_more_never_scores_less(void **state)
{
	const size_t n = GATE_ARRAY_LEN(rows);

	(void)state;
	failures = 0;
	for (size_t i = 0; i < n; i++) {
		for (size_t step = 1; step < n; step += 11) {
			const struct row *a = &rows[i], *b = &rows[(i + step) % n];
			struct row both = *a;
			struct gate_findings one = { 0 }, two = { 0 };
			struct gate_score s1 = { 0 }, s2 = { 0 };
			struct gate_err err = { 0 };

			/* a file of each, at unlike paths; not one that a move would be proved with */
			if (!a->want.id || !b->want.id || a->files[1].path || b->files[1].path ||
			    strcmp(a->files[0].path, b->files[0].path) == 0)
				continue;
			both.files[1] = b->files[0];
			judge(a, &one);
			judge(&both, &two);
			assert_int_equal(gate_score(&one, 0, &s1, &err), 0);
			assert_int_equal(gate_score(&two, 0, &s2, &err), 0);
			if (s2.points < s1.points || s2.tier < s1.tier) {
				print_error("%s with %s\n", a->name, b->name);
				complain(a, "scores less with another mutation", &two);
			}
			gate_score_clear(&s1);
			gate_score_clear(&s2);
			gate_findings_clear(&one);
			gate_findings_clear(&two);
		}
	}
	assert_int_equal(failures, 0);
}

/* Each expression, glob and key of the shipped rows is well-formed. */
static void shipped_rows_are_well_formed(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < policy->n_rules; i++) {
		for (size_t k = 0; k < policy->rules[i].n_values; k++, n++) {
			const struct gate_value_row *v = &policy->rules[i].values[k];
			struct gate_err err = { 0 };
			struct gate_regex *r = v->text ? gate_regex_new(v->text, false, &err) : NULL;
			const char *why = "";

			if (v->text && !r)
				fail_msg("%s: %s: %s", policy->rules[i].source, v->text, err.text);
			gate_regex_free(r);
			for (size_t g = 0; g < v->files.n; g++) {
				if (!gate_glob_valid(v->files.v[g], &why))
					fail_msg("%s: %s: %s", policy->rules[i].source, v->files.v[g], why);
			}
		}
	}
	assert_true(n > 600);
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
		cmocka_unit_test(a_mutation_more_never_scores_less),
		cmocka_unit_test(shipped_rows_are_well_formed),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
