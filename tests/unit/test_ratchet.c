/* The ratchet: which findings are steps of a value, and what the whole step weighs. */
#include "classifier/values/ratchet.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

static struct gate_policy *policy;

static char *lend(const char *s)
{
	return (char *)(uintptr_t)s;
}

static struct gate_finding finding(const char *id, const char *subject, const char *old, const char *new, enum gate_tier floor,
				   uint32_t points)
{
	struct gate_finding f = { .floor = floor, .points = points * 1000, .points_there = points * 1000, .subject = lend(subject),
				  .old_value = lend(old), .new_value = lend(new) };

	gate_copy(f.id, sizeof(f.id), id);
	return f;
}

static void steps(void **state)
{
	static const struct {
		const char *id, *subject, *old, *new;
		enum gate_tier floor;
		uint32_t points;
		bool is;
	} rows[] = {
		{ "TST-THR", "jest:global:lines", "100", "99.9", GATE_TIER_HIGH, 50, true },
		{ "TST-THR", "jest:global:lines", "100", "removed", GATE_TIER_HIGH, 80, true },
		{ "TST-THR", "jest:global:lines", "absent", "0", GATE_TIER_HIGH, 80, false },
		{ "TST-THR", "jest:global:lines", "", "", GATE_TIER_HIGH, 80, false },
		{ "TST-THR", "jestle:global:lines", "100", "99", GATE_TIER_HIGH, 50, false },
		{ "TST-THR", "jest:global:lines", "100", "99", GATE_TIER_LOW, 0, false }, /* has no effect on this ref */
		{ "TST-NDEC", "tests/a_test.py", "20", "19", GATE_TIER_LOW, 10, true },
		{ "TST-NDEC", "tests/a_test.py", "20", "15", GATE_TIER_MEDIUM, 50, true },
		{ "TST-NDEC", "tests/a_test.py", "20", "15", GATE_TIER_LOW, 5, false }, /* became a table */
		{ "TST-DEL", "tests/a_test.py", "20", "15", GATE_TIER_HIGH, 50, false },
		{ "NO-RULE", "jest:global:lines", "20", "15", GATE_TIER_HIGH, 50, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gate_finding f = finding(rows[i].id, rows[i].subject, rows[i].old, rows[i].new, rows[i].floor, rows[i].points);

		if (gate_ratchet_takes(policy, &f) != rows[i].is)
			fail_msg("%s %s: %s -> %s", f.id, f.subject, f.old_value, f.new_value);
	}
}

static void whole_steps(void **state)
{
	static const struct {
		const char *id, *subject, *base, *old, *new;
		enum gate_tier floor;
		uint32_t points;
		bool more; /* the base is stricter than old */
		enum gate_tier want;
		uint32_t want_points;
	} rows[] = {
		{ "TST-THR", "jest:global:lines", "100", "95.1", "95", GATE_TIER_HIGH, 50, true, GATE_TIER_HIGH, 80 },
		{ "TST-THR", "jest:global:lines", "100", "95.2", "95.1", GATE_TIER_HIGH, 50, true, GATE_TIER_HIGH, 50 },
		{ "TST-THR", "jest:global:lines", "95.1", "95.1", "95", GATE_TIER_HIGH, 50, false, 0, 0 },
		{ "TST-THR", "jest:global:lines", "90", "95.1", "95", GATE_TIER_HIGH, 50, false, 0, 0 },
		{ "TST-THR", "jest:global:lines", "nothing", "95.1", "95", GATE_TIER_HIGH, 50, false, 0, 0 },
		{ "TST-THR", "jest:global:lines", "100", "95", "removed", GATE_TIER_HIGH, 80, true, GATE_TIER_HIGH, 80 },
		{ "TST-THR", "jest:global:lines", "9223372036854775807", "95", "-9223372036854775807", GATE_TIER_HIGH, 50, true, GATE_TIER_HIGH, 80 },
		/* what its place makes low stays low */
		{ "TST-THR", "jest:global:lines", "100", "50", "40", GATE_TIER_LOW, 5, true, GATE_TIER_LOW, 5 },
		{ "TST-NDEC", "a_test.py", "20", "18", "17", GATE_TIER_LOW, 10, true, GATE_TIER_MEDIUM, 30 },
		{ "TST-NDEC", "a_test.py", "200", "18", "17", GATE_TIER_LOW, 10, true, GATE_TIER_MEDIUM, 50 },
		{ "TST-NDEC", "a_test.py", "18", "18", "17", GATE_TIER_LOW, 10, false, 0, 0 },
		{ "TST-NDEC", "a_test.py", "9223372036854775807", "18", "17", GATE_TIER_LOW, 10, true, GATE_TIER_MEDIUM, 50 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gate_finding f = finding(rows[i].id, rows[i].subject, rows[i].old, rows[i].new, rows[i].floor, rows[i].points);
		struct gate_weight w;
		bool more = gate_ratchet_weigh(policy, &f, rows[i].base, &w);

		if (more != rows[i].more || (more && (w.floor != rows[i].want || w.points != rows[i].want_points * 1000)))
			fail_msg("%zu: %s from %s: %d %s %u", i, f.id, rows[i].base, more, gate_tier_name(w.floor), w.points);
	}
}

static void marks(void **state)
{
	(void)state;
	assert_true(gate_ratchet_counts(policy, "TST-SKIP"));
	assert_false(gate_ratchet_counts(policy, "TST-THR"));
	assert_false(gate_ratchet_counts(policy, "NO-RULE"));
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
		cmocka_unit_test(steps),
		cmocka_unit_test(whole_steps),
		cmocka_unit_test(marks),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
