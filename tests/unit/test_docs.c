#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/str.h"
#include "classifier/docs.h"

#include <string.h>

struct world {
	const char *before, *now;
	unsigned loads;
};

static int load(void *arg, const char *oid, const char **bytes, size_t *len, struct gate_err *err)
{
	struct world *w = arg;

	(void)err;
	w->loads++;
	*bytes = *oid == 'b' ? w->before : w->now;
	*len = strlen(*bytes);
	return strcmp(*bytes, "too big") == 0 ? -GATE_E_LIMIT : 0;
}

/* before, now: NULL is absent. id: the finding that is made, or NULL. */
static const struct {
	const char *before, *now, *id;
	enum gate_tier tier;
	bool bad_before, bad_now;
} rows[] = {
	{ "{\"a\":1}", "{\"a\":2}", NULL, 0, false, false },
	{ NULL, "{}", NULL, 0, false, false },
	{ "{}", NULL, NULL, 0, false, false },
	{ "{}", "{", "GATE-PARSE", GATE_TIER_HIGH, false, true },
	{ "{", "[", "GATE-PARSE", GATE_TIER_MEDIUM, true, true },
	{ NULL, "[", "GATE-PARSE", GATE_TIER_MEDIUM, false, true },
	{ "{", "{}", "GATE-PARSE", GATE_TIER_MEDIUM, true, false },
	{ "{}", "too big", "GATE-LIMIT", GATE_TIER_HIGH, false, true },
};

static void both_sides(void **state)
{
	struct gate_policy *policy = NULL;
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_policy_load(NULL, NULL, 0, &policy, &err), 0);
	for (size_t i = 0; i < GATE_ARRAY_LEN(rows); i++) {
		struct world w = { rows[i].before, rows[i].now, 0 };
		struct gate_changes changes = { 0 };
		struct gate_findings findings = { 0 };
		struct gate_detect d = { .policy = policy, .changes = &changes, .load = load, .load_arg = &w, .out = &findings };
		struct gate_delta delta = { .path = "package.json",
					    .old_mode = rows[i].before ? 0100644 : 0,
					    .new_mode = rows[i].now ? 0100644 : 0,
					    .old_oid = "b",
					    .new_oid = "a" };
		struct gate_docs docs;
		unsigned loads;

		gate_copy(gate_changes_add(&changes)->ref, 20, "refs/heads/main");
		assert_int_equal(gate_docs_init(&d, &err), 0);
		assert_int_equal(gate_detect_docs(&d, 0, &delta, GATE_FORMAT_JSON, &docs, &err), 0);
		assert_int_equal(docs.bad_before, rows[i].bad_before);
		assert_int_equal(docs.bad_now, rows[i].bad_now);
		assert_int_equal(docs.before != NULL, rows[i].before && !rows[i].bad_before);
		assert_int_equal(docs.now != NULL, rows[i].now && !rows[i].bad_now);
		/* once more, and in another format: read once each, told once */
		loads = w.loads;
		assert_int_equal(gate_detect_docs(&d, 0, &delta, GATE_FORMAT_JSON, &docs, &err), 0);
		assert_int_equal(w.loads, loads);
		assert_int_equal(gate_detect_docs(&d, 0, &delta, GATE_FORMAT_JSONC, &docs, &err), 0);
		assert_int_equal(findings.n, rows[i].id != NULL);
		if (rows[i].id) {
			assert_string_equal(findings.v[0].id, rows[i].id);
			assert_int_equal(findings.v[0].floor, rows[i].tier);
			assert_string_equal(findings.v[0].path, "package.json");
		}
		/* another delta of the same path is read anew */
		gate_copy(delta.new_oid, sizeof(delta.new_oid), "a2");
		loads = w.loads;
		assert_int_equal(gate_detect_docs(&d, 0, &delta, GATE_FORMAT_JSON, &docs, &err), 0);
		assert_true(w.loads > loads);
		gate_docs_release(&d);
		gate_findings_clear(&findings);
		gate_changes_clear(&changes);
	}
	gate_policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_sides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
