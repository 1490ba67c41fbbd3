/* base/fold: which names are taken for each other, and that ASCII and bytes that are no UTF-8 have their own way. */
#include "base/fold.h"
#include "base/str.h"

/* cmocka.h needs these before it, in this order */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

static void fold(const char *s, struct gate_buf *out)
{
	struct gate_err err = { 0 };

	gate_buf_reset(out);
	assert_int_equal(gate_fold(out, s, strlen(s), &err), 0);
}

static bool same(const char *a, const char *b)
{
	gate_auto(gate_buf) struct gate_buf x = { 0 }, y = { 0 };

	fold(a, &x);
	fold(b, &y);
	return strcmp(gate_buf_cstr(&x), gate_buf_cstr(&y)) == 0;
}

static void names_taken_for_each_other(void **state)
{
	static const char *const pairs[][2] = {
		{ "main", "MAIN" },
		{ "Stra\xc3\x9f""e", "STRASSE" },
		{ "stra\xe1\xba\x9e""e", "strasse" },			/* capital sharp s */
		{ "\xc3\xa9", "E\xcc\x81" },				/* composed, and taken apart */
		{ "\xce\xac\xcd\x85", "\xce\xb1\xcd\x85\xcc\x81" },	/* marks in two orders, one of them a letter once folded */
		{ "\xd0\x96", "\xd0\xb6" },				/* Cyrillic */
		{ "\xcf\x83\xcf\x82", "\xce\xa3\xce\xa3" },		/* final sigma */
		{ "\xef\xbd\x8d\xef\xbd\x81\xef\xbd\x89\xef\xbd\x8e", "main" }, /* fullwidth */
		{ "\xf0\x9d\x90\xa6""ain", "main" },			/* mathematical bold m */
		{ "\xef\xac\x81x", "fix" },				/* ligature */
		{ "v\xc2\xb2", "v2" },					/* superscript */
		{ "\xe2\x84\xaa", "k" },				/* Kelvin sign */
		{ "ma\xe2\x80\x8bin", "main" },				/* zero width space */
		{ "main\xef\xb8\x8f", "main" },				/* variation selector */
		{ "ma\xc2\xadin", "main" },				/* soft hyphen */
		{ "main\xf0\x9b\xb2\xa0", "main" },			/* shorthand format control */
		{ "main\xc2\xa0", "main" },				/* no-break space at the end */
		{ "main\xe3\x80\x80", "main" },				/* ideographic space */
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(pairs); i++) {
		if (!same(pairs[i][0], pairs[i][1]))
			fail_msg("pair %zu is not taken for each other", i);
	}
}

static void names_that_stay_two(void **state)
{
	static const char *const pairs[][2] = {
		{ "e", "\xc3\xa9" },	    { "i", "\xc4\xb1" }, /* dotless */
		{ "a", "\xd0\xb0" },	    /* Cyrillic a: docs/adr/0012 says why */
		{ "caf\xe9", "caf\xc3\xa9" }, /* Latin-1 bytes are no letter */
		{ "\xe9", "\xc9" },	    { "topic", "topics" },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(pairs); i++) {
		if (same(pairs[i][0], pairs[i][1]))
			fail_msg("pair %zu is taken for each other", i);
	}
}

static void bytes_that_are_no_utf8_are_kept(void **state)
{
	static const char *const bad[] = { "A\xff", "caf\xe9", "\xed\xa0\x80", "\xc0\xaf", "x\xf5", "half\xc3" };
	gate_auto(gate_buf) struct gate_buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(bad); i++) {
		fold(bad[i], &out);
		assert_int_equal(out.len, strlen(bad[i]));
		assert_memory_equal(out.s + 1, bad[i] + 1, out.len - 1);
	}
	assert_true(same("A\xff", "a\xff"));
}

static void ascii_is_lower_case(void **state)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	char all[128];

	(void)state;
	for (int c = 1; c < 128; c++)
		all[c - 1] = (char)c;
	all[127] = '\0';
	fold(all, &out);
	assert_int_equal(out.len, 127);
	for (int c = 1; c < 128; c++)
		assert_int_equal(out.s[c - 1], c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static size_t put(char *to, uint32_t c)
{
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* Every character: what is folded stays as it is when it is folded again, and is text. A stride keeps the sanitised run short; 251
 * and the blocks' sizes have no common factor. */
static void folding_again_changes_nothing(void **state)
{
	gate_auto(gate_buf) struct gate_buf once = { 0 }, twice = { 0 };

	(void)state;
	for (uint32_t c = 0x80; c < 0x110000; c += c < 0x3000 ? 1 : 251) {
		char s[8] = { 'x' };

		if (c >= 0xd800 && c < 0xe000)
			continue;
		s[1 + put(s + 1, c)] = '\0';
		fold(s, &once);
		fold(gate_buf_cstr(&once), &twice);
		if (strcmp(gate_buf_cstr(&once), gate_buf_cstr(&twice)) != 0 || !gate_utf8_valid(once.s, once.len))
			fail_msg("U+%04X", (unsigned)c);
	}
}

/* What escape calls invisible and what folding drops must not drift apart: a name whose folding lost a character shows it nowhere,
 * or it was a blank. */
static void what_is_dropped_is_escaped(void **state)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 }, safe = { 0 };

	(void)state;
	for (uint32_t c = 0x80; c < 0xf0000; c++) {
		char s[8] = { 0 };
		size_t n = c >= 0xd800 && c < 0xe000 ? 0 : put(s, c);

		if (n == 0)
			continue;
		fold(s, &out);
		if (out.len)
			continue;
		gate_buf_reset(&safe);
		if (!gate_escape(&safe, s, n) && c != 0xa0 && c != 0x1680 && c != 0x202f && c != 0x205f && c != 0x3000 && !(c >= 0x2000 && c <= 0x200a))
			fail_msg("U+%04X is dropped and not escaped", (unsigned)c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_taken_for_each_other),	   cmocka_unit_test(names_that_stay_two),
		cmocka_unit_test(bytes_that_are_no_utf8_are_kept), cmocka_unit_test(ascii_is_lower_case),
		cmocka_unit_test(folding_again_changes_nothing),   cmocka_unit_test(what_is_dropped_is_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
