/* Which rows' needles are in a text is the same by the one pass over it as row by row: letter case counts, one needle may be in another or be
 * cut by the end, a row without one is always asked, and the first texts, before there is an automaton, are no different. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "classifier/values/needles.h"

#include <string.h>

#define ROW(s) { .name = "x", .needle = s, .pattern = "x" }
static const struct gate_risk rows[] = { ROW("ssl"), ROW("sslVerify"), ROW("sslverify"), ROW("SSL_VERIFY"), ROW(NULL),
					 ROW("verify"), ROW("ssl"), ROW("--insecure"), ROW("0.0.0.0/0"), ROW("@A b") };
static const struct gate_risk long_rows[] = { ROW("a needle that is longer than a word of the automaton"), ROW("ssl") };
static const struct gate_risk_table table = GATE_RISKS(rows), long_table = GATE_RISKS(long_rows);

static size_t compare(struct gate_needles *l, const struct gate_risk_table *t, const char *s, size_t len)
{
	bool has[GATE_NEEDLE_ROWS];
	size_t n = 0;

	gate_needles_find(l, t, s, len, has);
	for (size_t i = 0; i < t->n; i++) {
		bool want = !t->v[i].needle || memmem(s, len, t->v[i].needle, strlen(t->v[i].needle));

		if (has[i] != want)
			fail_msg("row %zu of '%.*s'", i, (int)(len > 80 ? 80 : len), s);
		n += want;
	}
	return n;
}

static void test_same_as_row_by_row(void **state)
{
	static const char *const bits[] = { "ssl", "sslVerif", "y", "SSLVERIFY", "Verify", "SSL_", "VERIFY", "--insecure", "0.0.0.0/", "0", "@a B", "@A", " b", "\n" };
	struct gate_needles l = { .n = 0 };
	uint64_t x = 88172645463325252u;
	size_t found = 0;

	(void)state;
	for (unsigned k = 0; k < 4000; k++) {
		char s[256];
		size_t len = 0;

		while (len < 200 && x % 17) {
			const char *bit = bits[x % (sizeof(bits) / sizeof(bits[0]))];

			memcpy(s + len, bit, strlen(bit));
			len += strlen(bit);
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
		}
		x += 0x9e3779b97f4a7c15u;
		found += compare(&l, &table, s, len);
		compare(&l, &long_table, s, len);
	}
	assert_true(found > 8000);
	gate_needles_clear(&l);
}

static void test_over_blocks(void **state)
{
	struct gate_needles l = { .n = 0 };
	size_t len = 3 * GATE_ACDFA_BLOCK;
	char *s = malloc(len);

	(void)state;
	assert_non_null(s);
	for (size_t at = GATE_ACDFA_BLOCK - 12; at < GATE_ACDFA_BLOCK + 2; at++) {
		memset(s, '.', len);
		memcpy(s + at, "--insecure", 10);
		assert_int_equal(compare(&l, &table, s, len), 2);
	}
	free(s);
	gate_needles_clear(&l);
}

static void test_more_tables_than_are_remembered(void **state)
{
	struct gate_risk_table many[GATE_NEEDLE_TABLES + 3];
	struct gate_needles l = { .n = 0 };

	(void)state;
	for (size_t k = 0; k < 40 * GATE_NEEDLE_TABLES; k++) {
		size_t i = k % (GATE_NEEDLE_TABLES + 3);

		many[i] = table;
		assert_int_equal(compare(&l, &many[i], "x sslVerify", 11), 4);
	}
	gate_needles_clear(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_as_row_by_row),
		cmocka_unit_test(test_over_blocks),
		cmocka_unit_test(test_more_tables_than_are_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
