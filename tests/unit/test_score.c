/* Points: the sum of classifier.md section 3, its monotony, floors, denials, and what the policy answers. */
#include "base/json.h"
#include "classifier/classify.h"
#include "classifier/explain.h"
#include "classifier/findings_json.h"
#include "classifier/score.h"

/* cmocka.h needs these before it, in this order */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

/* a spec that leaves its last fields out means zero */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

struct spec {
	const char *id, *subject;
	uint32_t points; /* milli */
	enum gate_tier floor;
	bool deny;
	uint32_t change;
};

static void add(struct gate_findings *l, const struct spec *s)
{
	struct gate_err err = { 0 };
	struct gate_finding f = {
		.floor = s->floor, .points = s->points, .points_there = s->points, .deny = s->deny, .change = s->change
	};
	gate_autofree char *subject = strdup(s->subject);

	gate_copy(f.id, sizeof(f.id), s->id);
	f.subject = subject;
	assert_int_equal(gate_findings_add(l, &f, &err), 0);
}

static uint64_t points_of(const struct spec *s, size_t n)
{
	gate_auto(gate_findings) struct gate_findings l = { 0 };
	gate_auto(gate_score) struct gate_score sc = { 0 };
	struct gate_err err = { 0 };

	for (size_t i = 0; i < n; i++)
		add(&l, &s[i]);
	assert_int_equal(gate_score(&l, 0, &sc, &err), 0);
	return sc.points;
}

#define POINTS(...)                                                                                                    \
	points_of((struct spec[]){ __VA_ARGS__ }, sizeof((struct spec[]){ __VA_ARGS__ }) / sizeof(struct spec))

static void the_sum(void **state)
{
	(void)state;
	assert_int_equal(POINTS({ "CI-ANY", "a", 20000 }), 20000);
	/* a class halves, from the highest down, whatever the order they came in */
	assert_int_equal(POINTS({ "CI-ANY", "a", 20000 }, { "CI-TRIG", "b", 100000 }), 110000);
	/* classes add up in full */
	assert_int_equal(POINTS({ "CI-ANY", "a", 20000 }, { "DEP-ADD", "b", 5000 }), 25000);
	/* the same thing counts once */
	assert_int_equal(POINTS({ "CI-ANY", "a", 20000 }, { "CI-ANY", "a", 20000 }), 20000);
	/* whole milli-points: 1 >> 1 is 0 */
	assert_int_equal(POINTS({ "X-A", "a", 3 }, { "X-A", "b", 3 }, { "X-A", "c", 3 }), 3 + 1 + 0);
	/* a class is the whole prefix */
	assert_int_equal(POINTS({ "GIT-BIG", "a", 1000 }, { "GITX-BIG", "b", 1000 }), 2000);
	/* an id without '-' is a class of its own */
	assert_int_equal(POINTS({ "GIT", "a", 1000 }, { "GIT-BIG", "b", 1000 }), 1500);
}

static void many_of_a_class_stay_below_twice_the_highest(void **state)
{
	gate_auto(gate_findings) struct gate_findings l = { 0 };
	gate_auto(gate_score) struct gate_score sc = { 0 };
	struct gate_err err = { 0 };
	char subject[32];

	(void)state;
	for (int i = 0; i < 400; i++) {
		snprintf(subject, sizeof(subject), "%d/go.sum", i);
		add(&l, &(struct spec){ "DEP-ADD", subject, 20000 });
	}
	assert_int_equal(gate_score(&l, 0, &sc, &err), 0);
	assert_true(sc.points < 40000);
	assert_int_equal(sc.n_terms, 400);
	assert_int_equal(sc.tier, GATE_TIER_MEDIUM);
}

static void bands(void **state)
{
	static const struct {
		uint64_t milli;
		enum gate_tier tier;
	} t[] = { { 0, GATE_TIER_LOW },		  { 19999, GATE_TIER_LOW },	     { 20000, GATE_TIER_MEDIUM },
		  { 49999, GATE_TIER_MEDIUM },	  { 50000, GATE_TIER_HIGH },	     { 99999, GATE_TIER_HIGH },
		  { 100000, GATE_TIER_CRITICAL }, { UINT64_MAX, GATE_TIER_CRITICAL } };

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(t); i++)
		assert_int_equal(gate_band(t[i].milli), t[i].tier);
}

static void tier_is_the_highest_of_floors_and_band(void **state)
{
	gate_auto(gate_findings) struct gate_findings l = { 0 };
	gate_auto(gate_score) struct gate_score sc = { 0 };
	struct gate_err err = { 0 };

	(void)state;
	add(&l, &(struct spec){ "A-A", "a", 1000, GATE_TIER_HIGH });
	assert_int_equal(gate_score(&l, 0, &sc, &err), 0);
	assert_int_equal(sc.tier, GATE_TIER_HIGH);
	assert_int_equal(sc.points, 1000);
	gate_score_clear(&sc);
	add(&l, &(struct spec){ "B-A", "a", 100000, GATE_TIER_LOW });
	assert_int_equal(gate_score(&l, 0, &sc, &err), 0);
	assert_int_equal(sc.tier, GATE_TIER_CRITICAL);
	assert_false(sc.deny);
	gate_score_clear(&sc);
	add(&l, &(struct spec){ "C-A", "a", 0, GATE_TIER_LOW, true });
	assert_int_equal(gate_score(&l, 0, &sc, &err), 0);
	assert_true(sc.deny);
	assert_int_equal(sc.tier, GATE_TIER_CRITICAL);
}

static void nothing_is_low_and_a_cleared_score_refuses(void **state)
{
	struct gate_findings l = { 0 };
	struct gate_score sc = { 0 };
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_score(&l, 0, &sc, &err), 0);
	assert_int_equal(sc.points, 0);
	assert_int_equal(sc.tier, GATE_TIER_LOW);
	assert_false(sc.deny);
	gate_score_clear(&sc);
	assert_true(sc.deny);
	assert_int_equal(sc.tier, GATE_TIER_CRITICAL);
}

static void changes_apart_and_together(void **state)
{
	gate_auto(gate_findings) struct gate_findings l = { 0 };
	struct gate_score sc = { 0 };
	struct gate_err err = { 0 };

	(void)state;
	add(&l, &(struct spec){ "CI-ANY", "a", 20000, GATE_TIER_MEDIUM, false, 0 });
	add(&l, &(struct spec){ "CI-ANY", "a", 5000, GATE_TIER_HIGH, false, 1 });
	add(&l, &(struct spec){ "CI-ANY", "b", 10000, GATE_TIER_LOW, false, 1 });
	assert_int_equal(gate_score(&l, 1, &sc, &err), 0);
	assert_int_equal(sc.points, 12500);
	gate_score_clear(&sc);
	assert_int_equal(gate_score(&l, GATE_ALL_CHANGES, &sc, &err), 0);
	/* the union by (id, subject): a once with the larger points; its higher floor is not lost */
	assert_int_equal(sc.points, 25000);
	assert_int_equal(sc.n_terms, 2);
	assert_int_equal(sc.tier, GATE_TIER_HIGH);
	gate_score_clear(&sc);
	assert_int_equal(gate_score(&l, 7, &sc, &err), 0);
	assert_int_equal(sc.points, 0);
	gate_score_clear(&sc);
}

static uint32_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

static void random_finding(struct gate_finding *f, uint64_t *seed, char *subjects)
{
	static const char *const ids[] = { "CI-ANY", "CI-TRIG", "GIT-BIG", "DEP-ADD", "TST-THR", "own-rule", "plain" };

	*f = (struct gate_finding){ 0 };
	gate_copy(f->id, sizeof(f->id), ids[next_random(seed) % GATE_ARRAY_LEN(ids)]);
	f->points = next_random(seed) % 4 ? next_random(seed) % 120000 : next_random(seed) % 7;
	f->floor = next_random(seed) % 8 ? GATE_TIER_LOW : (enum gate_tier)(next_random(seed) % GATE_TIER_COUNT);
	f->deny = next_random(seed) % 64 == 0;
	f->change = next_random(seed) % 3;
	f->subject = subjects + 2 * (next_random(seed) % 16);
}

/* A superset never scores lower, and the terms are the score. Random sets, with doubles and all three changes. */
static void monotone(void **state)
{
	char subjects[2 * 16] = { 0 };
	struct gate_finding v[24];
	uint64_t seed = 20261123;

	(void)state;
	for (int i = 0; i < 16; i++)
		subjects[2 * i] = (char)('a' + i);
	for (int round = 0; round < 100000; round++) {
		size_t n = next_random(&seed) % GATE_ARRAY_LEN(v), part = n ? next_random(&seed) % n : 0;
		uint32_t change = next_random(&seed) % 2 ? GATE_ALL_CHANGES : next_random(&seed) % 3;
		struct gate_findings big = { .v = v, .n = n }, small = { .v = v, .n = part };
		struct gate_score a = { 0 }, b = { 0 };
		struct gate_err err = { 0 };
		uint64_t sum = 0;

		for (size_t i = 0; i < n; i++)
			random_finding(&v[i], &seed, subjects);
		assert_int_equal(gate_score(&small, change, &a, &err), 0);
		assert_int_equal(gate_score(&big, change, &b, &err), 0);
		if (a.points > b.points || a.tier > b.tier || a.deny > b.deny)
			fail_msg("round %d: %llu of a part, %llu of the whole", round, (unsigned long long)a.points,
				 (unsigned long long)b.points);
		for (size_t i = 0; i < b.n_terms; i++)
			sum += b.terms[i].points;
		assert_true(sum == b.points);
		gate_score_clear(&a);
		gate_score_clear(&b);
	}
}

/* ---- answers ---- */

static struct gate_policy some_policy(void)
{
	struct gate_policy p = { 0 };

	for (int i = 0; i < GATE_TIER_COUNT; i++) {
		p.tiers[i].open.action = i < GATE_TIER_HIGH ? GATE_VERDICT_ACCEPT : GATE_VERDICT_HOLD;
		p.tiers[i].prot.action = i < GATE_TIER_MEDIUM ? GATE_VERDICT_ACCEPT : GATE_VERDICT_HOLD;
		p.tiers_human[i] = p.tiers[i];
	}
	p.tiers_human[GATE_TIER_MEDIUM].prot.action = GATE_VERDICT_ACCEPT;
	return p;
}

static enum gate_verdict answer(const struct spec *s, size_t n, bool protected, bool human)
{
	struct gate_policy p = some_policy();
	gate_auto(gate_findings) struct gate_findings l = { 0 };
	gate_auto(gate_score) struct gate_score sc = { 0 };
	struct gate_change c = { .is_protected = protected };
	struct gate_err err = { 0 };

	for (size_t i = 0; i < n; i++)
		add(&l, &s[i]);
	assert_int_equal(gate_score(&l, 0, &sc, &err), 0);
	return gate_answer_for(&p, &c, &sc, human, &l, 0)->action;
}

static void answers(void **state)
{
	static const struct spec medium = { "CI-ANY", "a", 20000, GATE_TIER_MEDIUM };
	static const struct spec denied[] = { { "GIT-REF", "a", 0, GATE_TIER_LOW, true } };
	static const struct spec rules[] = { { "CI-ANY", "a", 20000, GATE_TIER_MEDIUM }, { "GATE-RULES", "a", 0 } };
	static const struct spec secret[] = { { "SEC-FILE", "a", 0, GATE_TIER_HIGH } };
	static const struct spec weak[] = { { "SEC-TXT", "a", 20000, GATE_TIER_MEDIUM } };

	(void)state;
	assert_int_equal(answer(NULL, 0, true, false), GATE_VERDICT_ACCEPT);
	assert_int_equal(answer(&medium, 1, false, false), GATE_VERDICT_ACCEPT);
	assert_int_equal(answer(&medium, 1, true, false), GATE_VERDICT_HOLD);
	assert_int_equal(answer(&medium, 1, true, true), GATE_VERDICT_ACCEPT); /* eased for a human */
	assert_int_equal(answer(rules, 2, true, true), GATE_VERDICT_HOLD);     /* but not over .refgate/ */
	assert_int_equal(answer(denied, 1, false, true), GATE_VERDICT_REJECT);
	assert_int_equal(answer(secret, 1, false, true), GATE_VERDICT_REJECT); /* likely: refused, not held */
	assert_int_equal(answer(weak, 1, true, false), GATE_VERDICT_HOLD);
}

static void an_unscored_change_is_refused(void **state)
{
	struct gate_policy p = some_policy();
	struct gate_findings l = { 0 };
	struct gate_score broken = { .tier = (enum gate_tier)77 }, cleared = { 0 };
	struct gate_change c = { 0 };

	(void)state;
	gate_score_clear(&cleared);
	assert_int_equal(gate_answer_for(&p, &c, &broken, true, &l, 0)->action, GATE_VERDICT_REJECT);
	assert_int_equal(gate_answer_for(&p, &c, &cleared, true, &l, 0)->action, GATE_VERDICT_REJECT);
}

/* ---- explain ---- */

/* Adds up the numbers behind '+' at the start of lines. */
static uint64_t printed_sum(const char *text)
{
	uint64_t sum = 0;

	for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		const char *p = line + strspn(line, " ");
		uint64_t whole = 0, part = 0, scale = 1000;

		if (*p++ != '+')
			continue;
		for (; *p >= '0' && *p <= '9'; p++)
			whole = whole * 10 + (uint64_t)(*p - '0');
		if (*p == '.')
			p++;
		for (; *p >= '0' && *p <= '9'; p++) {
			scale /= 10;
			part += (uint64_t)(*p - '0') * scale;
		}
		sum += whole * 1000 + part;
	}
	return sum;
}

static void explained_numbers_add_up(void **state)
{
	char subjects[2 * 16] = { 0 }, empty[] = "", message[] = "what it means";
	struct gate_finding v[24];
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 16; i++)
		subjects[2 * i] = (char)('a' + i);
	for (int round = 0; round < 2000; round++) {
		struct gate_findings l = { .v = v, .n = next_random(&seed) % GATE_ARRAY_LEN(v) };
		gate_auto(gate_buf) struct gate_buf out = { 0 };
		gate_auto(gate_score) struct gate_score sc = { 0 };
		struct gate_err err = { 0 };

		for (size_t i = 0; i < l.n; i++) {
			random_finding(&v[i], &seed, subjects);
			v[i].path = v[i].old_value = v[i].new_value = empty;
			v[i].message = message;
		}
		assert_int_equal(gate_score(&l, GATE_ALL_CHANGES, &sc, &err), 0);
		assert_int_equal(gate_explain(&out, &l, &sc, &err), 0);
		assert_true(printed_sum(gate_buf_cstr(&out)) == sc.points);
	}
}

static void explained_lines(void **state)
{
	gate_auto(gate_findings) struct gate_findings l = { 0 };
	gate_auto(gate_score) struct gate_score sc = { 0 };
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	struct gate_err err = { 0 };
	char subject[] = "jest:global:lines", path[] = "a\033[2Jb.json", old[] = "100", new[] = "removed";
	char message[] =
		"a floor for coverage or mutation may have moved: compare each number and each exclusion with the old";
	struct gate_finding f = { .id = "TST-THR",
				  .points = 50500,
				  .floor = GATE_TIER_HIGH,
				  .line = 15,
				  .subject = subject,
				  .path = path,
				  .old_value = old,
				  .new_value = new,
				  .message = message };

	(void)state;
	assert_int_equal(gate_findings_add(&l, &f, &err), 0);
	assert_int_equal(gate_score(&l, 0, &sc, &err), 0);
	assert_int_equal(gate_explain(&out, &l, &sc, &err), 0);
	assert_non_null(strstr(out.s, "+50.5  TST-THR      a\\x1b[2Jb.json:15  100 -> removed  [high]\n"));
	assert_non_null(strstr(out.s, "= 50.5  class TST, so far 50.5\n"));
	assert_non_null(strstr(out.s, "50.5  points: high\n"));
	assert_null(strchr(out.s, '\033'));
	for (const char *s = strstr(out.s, "a floor"); *s != '=';) { /* the message is broken at 80 columns */
		size_t len = strcspn(s, "\n");

		assert_true(len <= 80);
		s += len + strspn(s + len, "\n ");
	}
}

static void finding_as_json(void **state)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	struct gate_jw w = { .out = &out };
	char empty[] = "", path[] = "a", message[] = "m";
	struct gate_finding f = { .id = "CI-ANY",
				  .points = 12345,
				  .floor = GATE_TIER_MEDIUM,
				  .subject = path,
				  .path = path,
				  .old_value = empty,
				  .new_value = empty,
				  .message = message };

	(void)state;
	gate_finding_json(&w, NULL, &f);
	assert_string_equal(
		gate_buf_cstr(&out),
		"{\"id\":\"CI-ANY\",\"class\":\"CI\",\"tier\":\"medium\",\"points\":12.345,\"deny\":false,\"path\":"
		"\"a\","
		"\"line\":null,\"commit\":null,\"subject\":\"a\",\"old\":null,\"new\":null,\"message\":\"m\"}");
	gate_buf_reset(&out);
	w = (struct gate_jw){ .out = &out };
	f.deny = true;
	f.line = 3;
	gate_finding_json(&w, NULL, &f);
	assert_non_null(strstr(out.s, "\"tier\":\"critical\""));
	assert_non_null(strstr(out.s, "\"deny\":true"));
	assert_non_null(strstr(out.s, "\"line\":3"));
}

static void a_full_list_keeps_the_heaviest(void **state)
{
	gate_auto(gate_findings) struct gate_findings l = { 0 };
	gate_auto(gate_score) struct gate_score sc = { 0 };
	struct gate_err err = { 0 };
	char subject[32];

	(void)state;
	for (int i = 0; i < GATE_FINDINGS_MAX + 10; i++) {
		snprintf(subject, sizeof(subject), "%d", i);
		add(&l, &(struct spec){ "DEP-ADD", subject, 5000 });
	}
	add(&l, &(struct spec){ "SEC-TXT", "key", 100000, GATE_TIER_CRITICAL, true });
	assert_int_equal(l.n, GATE_FINDINGS_MAX);
	assert_int_equal(l.dropped, 11);
	assert_int_equal(gate_score(&l, 0, &sc, &err), 0);
	assert_true(sc.deny);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sum),
		cmocka_unit_test(many_of_a_class_stay_below_twice_the_highest),
		cmocka_unit_test(bands),
		cmocka_unit_test(tier_is_the_highest_of_floors_and_band),
		cmocka_unit_test(nothing_is_low_and_a_cleared_score_refuses),
		cmocka_unit_test(changes_apart_and_together),
		cmocka_unit_test(monotone),
		cmocka_unit_test(answers),
		cmocka_unit_test(an_unscored_change_is_refused),
		cmocka_unit_test(explained_numbers_add_up),
		cmocka_unit_test(explained_lines),
		cmocka_unit_test(finding_as_json),
		cmocka_unit_test(a_full_list_keeps_the_heaviest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
