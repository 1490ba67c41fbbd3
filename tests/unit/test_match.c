#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "rules/match.h"
#include "rules/packs.h"

#include <string.h>

static void globs_match_what_they_say(void **state)
{
	static const struct {
		const char *pattern, *name;
		bool want;
	} t[] = {
		{ "a", "a", true },		   { "a", "b", false },
		{ "a", "A", false },		   { "", "", true },
		{ "*", "abc", true },		   { "*", "a/b", false },
		{ "a*c", "abbc", true },	   { "a*c", "ab/c", false },
		{ "**", "a/b/c", true },	   { "a/**", "a/b/c", true },
		{ "a/**", "a", false },		   { "a/**", "b/a/c", false },
		{ "**/x", "x", true },		   { "**/x", "a/b/x", true },
		{ "**/x", "ax", false },	   { "a/**/x", "a/x", true },
		{ "a/**/x", "a/b/c/x", true },	   { "a/**/x", "ax", false },
		{ "a**x", "a/b/x", true },	   { "a**x", "a/b/y", false },
		{ "?", "a", true },		   { "?", "/", false },
		{ "?", "\xc3\xa9", true },	   { "??", "\xc3\xa9", false },
		{ "?", "\xff", true },		   { "[a-c]x", "bx", true },
		{ "[a-c]x", "dx", false },	   { "[!a-c]x", "dx", true },
		{ "[!a-c]x", "bx", false },	   { "[^a]", "b", true },
		{ "[!a]", "/", false },		   { "[]]", "]", true },
		{ "[*]", "*", true },		   { "[*]", "a", false },
		{ "[[]id]", "[id]", true },	   { "[[]id]", "i", false },
		{ "[abc", "[abc", true },	   { "a.b", "axb", false },
		{ "refs/heads/release/*", "refs/heads/release/1", true },
		{ "refs/heads/release/*", "refs/heads/release/1/2", false },
		{ "*a*b", "xxaxxb", true },	   { "*a*b", "xxaxxc", false },
		{ "**/a/**/b", "a/b", true },	   { "**/a/**/b", "x/a/y/z/b", true },
		{ "**/a/**/b", "x/y/z/b", false }, { "*/*/c", "a/b/c", true },
		{ "*/*/c", "a/c", false },	   { "**a*/b", "x/ya/zza/b", true },
		{ "**.*.x", "a/b.c.x", true },	   { "**.*.x", "a.b/c.x", false },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(t); i++) {
		if (gate_glob_match(t[i].pattern, t[i].name, strlen(t[i].name), false) != t[i].want)
			fail_msg("'%s' on '%s' should be %d", t[i].pattern, t[i].name, t[i].want);
	}
}

static void globs_fold_letter_case(void **state)
{
	(void)state;
	assert_true(gate_glob_match(".GitHub/[a-z]*", ".github/X", 9, true));
	assert_false(gate_glob_match(".GitHub/[a-z]*", ".github/X", 9, false));
	assert_true(gate_glob_match("[A-Z]", "q", 1, true));
	assert_false(gate_glob_match("[A-Z]", "1", 1, true));
	assert_true(gate_glob_match("[!q]", "a", 1, true));
	assert_false(gate_glob_match("[!q]", "Q", 1, true));
}

/* All strings over a small alphabet against a plain definition of the same language. */
static bool slow(const char *p, const char *s, size_t at)
{
	if (!*p)
		return !*s;
	if (p[0] == '*' && p[1] == '*' && p[2] == '/' && at == 0)
		return slow(p + 3, s, 0) || (strchr(s, '/') && slow(p, strchr(s, '/') + 1, 0));
	if (p[0] == '*' && p[1] == '*')
		return slow(p + 2, s, 1) || (*s && slow(p, s + 1, 1));
	if (p[0] == '*')
		return slow(p + 1, s, 1) || (*s && *s != '/' && slow(p, s + 1, 1));
	if (!*s || (p[0] == '?' ? *s == '/' : *s != p[0]))
		return false;
	return slow(p + 1, s + 1, p[0] != '/');
}

static void globs_agree_with_a_slow_matcher(void **state)
{
	static const char letters[] = "ab/", pieces[][4] = { "a", "b", "/", "*", "**", "?", "**/" };
	uint32_t seed = 7;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		char p[40] = "", s[16];
		size_t n, at_start;

		seed = seed * 1664525u + 1013904223u;
		n = 1 + (seed >> 28) % 6;
		for (size_t i = 0; i < n; i++) {
			const char *piece;

			seed = seed * 1664525u + 1013904223u;
			piece = pieces[(seed >> 16) % GATE_ARRAY_LEN(pieces)];
			at_start = strlen(p) == 0 || p[strlen(p) - 1] == '/';
			if ((piece[0] == '*' && strlen(p) && p[strlen(p) - 1] == '*') || (strlen(piece) == 3 && !at_start))
				continue; /* "***", and folder stars inside a name, mean something else */
			memcpy(p + strlen(p), piece, strlen(piece) + 1);
		}
		seed = seed * 1664525u + 1013904223u;
		n = (seed >> 20) % 9;
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525u + 1013904223u;
			s[i] = letters[(seed >> 16) % 3];
		}
		s[n] = '\0';
		if (gate_glob_match(p, s, n, false) != slow(p, s, 0))
			fail_msg("'%s' on '%s'", p, s);
	}
}

static void globs_do_not_blow_up(void **state)
{
	static const char pattern[] = "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", deep[] = "**a**a**a**a**a**a**a**a**a**a**a**b";
	char name[4000];

	(void)state;
	memset(name, 'a', sizeof(name));
	/* with an exponent these would not end in this century */
	assert_false(gate_glob_match(pattern, name, sizeof(name), false));
	assert_false(gate_glob_match(deep, name, sizeof(name), false));
	name[sizeof(name) - 1] = 'b';
	assert_true(gate_glob_match(pattern, name, sizeof(name), false));
	assert_true(gate_glob_match(deep, name, sizeof(name), false));
}

static void odd_globs_are_refused(void **state)
{
	static const char *const bad[] = { "", "a/", "a//b", "***", "a\\*", "{a,b}", "[a", "./a", "../a", "a/../b", "!a" };
	static const char *const good[] = { "a", "a/b", "**", "[*]", "[{]a", "[[]", "**/a/*.yml", "/Makefile", "a!b" };
	char longest[GATE_GLOB_MAX + 2];
	const char *why;

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(bad); i++) {
		assert_false(gate_glob_valid(bad[i], &why));
		assert_non_null(why);
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(good); i++) {
		if (!gate_glob_valid(good[i], &why))
			fail_msg("'%s': %s", good[i], why);
	}
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_false(gate_glob_valid(longest, &why));
	longest[GATE_GLOB_MAX] = '\0';
	assert_true(gate_glob_valid(longest, &why));
}

static bool list_match(struct gate_globs *g, const char *name)
{
	return gate_globs_match(g, name, strlen(name));
}

static void lists_of_paths(void **state)
{
	gate_auto(gate_globs) struct gate_globs g = { .paths = true };
	struct gate_err err = { 0 };

	(void)state;
	assert_false(list_match(&g, "a"));
	assert_int_equal(gate_globs_add(&g, "*.yml", &err), 0);
	assert_int_equal(gate_globs_add(&g, "/Makefile", &err), 0);
	assert_int_equal(gate_globs_add(&g, "src/*.c", &err), 0);
	assert_true(list_match(&g, "a.yml"));
	assert_true(list_match(&g, "deep/down/a.yml"));
	assert_true(list_match(&g, "Makefile"));
	assert_false(list_match(&g, "sub/Makefile"));
	assert_true(list_match(&g, "src/a.c"));
	assert_false(list_match(&g, "x/src/a.c"));
	g.paths = false; /* refs and identities: the whole name */
	assert_false(list_match(&g, "deep/down/a.yml"));
	assert_true(list_match(&g, "a.yml"));
}

static void lists_narrowed_and_deep(void **state)
{
	gate_auto(gate_globs) struct gate_globs g = { .deep = true };
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_globs_add(&g, "refs/heads/*", &err), 0);
	assert_true(list_match(&g, "refs/heads/a/b"));
	assert_false(list_match(&g, "refs/tags/a"));
	g.also = calloc(1, sizeof(*g.also));
	assert_non_null(g.also);
	assert_false(list_match(&g, "refs/heads/a/b"));
	assert_int_equal(gate_globs_add(g.also, "refs/heads/a/*", &err), 0);
	assert_true(list_match(&g, "refs/heads/a/b"));
	assert_false(list_match(&g, "refs/heads/c"));
}

static void borrowed_lists_are_copied_before_they_grow(void **state)
{
	static char one[] = "a";
	static char *const v[] = { one };
	gate_auto(gate_globs) struct gate_globs g = { .patterns = { .v = (char **)(uintptr_t)v, .n = 1 }, .borrowed = true };
	struct gate_err err = { 0 };

	(void)state;
	assert_true(list_match(&g, "a"));
	assert_int_equal(gate_globs_add(&g, "b", &err), 0);
	assert_false(g.borrowed);
	assert_true(list_match(&g, "a"));
	assert_true(list_match(&g, "b"));
	assert_false(list_match(&g, "c"));
}

static struct gate_regex *regex(const char *pattern, bool fold)
{
	struct gate_err err = { 0 };
	struct gate_regex *r = gate_regex_new(pattern, fold, &err);

	if (!r)
		fail_msg("%s: %s", pattern, err.text);
	return r;
}

static enum gate_match find(struct gate_regex *r, const char *s, size_t *start, size_t *end)
{
	return gate_regex_find(r, s, strlen(s), 0, start, end);
}

static void regexes_find_with_bounds(void **state)
{
	struct gate_regex *r = regex("b+", false);
	size_t start = 99, end = 99;

	(void)state;
	assert_int_equal(find(r, "abbc", &start, &end), GATE_MATCH_YES);
	assert_int_equal(start, 1);
	assert_int_equal(end, 3);
	assert_int_equal(gate_regex_find(r, "abbc", 4, 3, &start, &end), GATE_MATCH_NO);
	assert_int_equal(gate_regex_find(r, "abbc", 4, 5, &start, &end), GATE_MATCH_NO);
	assert_int_equal(find(r, "xyz", &start, &end), GATE_MATCH_NO);
	assert_int_equal(find(r, "ABB", &start, &end), GATE_MATCH_NO);
	gate_regex_free(r);
	r = regex("B+", true);
	assert_int_equal(find(r, "abbc", &start, &end), GATE_MATCH_YES);
	gate_regex_free(r);
	r = regex("^b$", false);
	assert_int_equal(find(r, "a\r\nb\r\nc", &start, &end), GATE_MATCH_YES);
	assert_int_equal(find(r, "ab", &start, &end), GATE_MATCH_NO);
	gate_regex_free(r);
}

static void regexes_search_bytes_that_are_no_utf8(void **state)
{
	struct gate_regex *r = regex("key=\\w+", false);
	size_t start, end;

	(void)state;
	assert_int_equal(find(r, "\xff\xfe key=abc \xc3", &start, &end), GATE_MATCH_YES);
	assert_int_equal(find(r, "\xff\xfe key= \xc3", &start, &end), GATE_MATCH_NO);
	assert_int_equal(gate_regex_find(r, "\0key=a", 6, 0, &start, &end), GATE_MATCH_YES);
	gate_regex_free(r);
}

static void bad_regexes_are_refused(void **state)
{
	static const char *const bad[] = { "(", "a{2,1}", "[", "(*UTF)a", "(*UCP)a", "\\C", "\\x{200b}" };

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(bad); i++) {
		struct gate_err err = { 0 };
		struct gate_regex *r = gate_regex_new(bad[i], false, &err);

		if (r)
			fail_msg("'%s' was taken", bad[i]);
		assert_int_equal(err.code, GATE_E_POLICY);
		assert_non_null(strstr(err.text, "not a regular expression"));
	}
}

static void a_limit_is_told(void **state)
{
	struct gate_err err = { 0 };
	struct gate_regex *r = regex("(?:a+)+\\b(?:a+)+$", false), *broken = gate_regex_lazy("(", false, &err);
	char text[3000];
	size_t start, end;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '!';
	assert_int_equal(gate_regex_find(r, text, sizeof(text), 0, &start, &end), GATE_MATCH_LIMIT);
	assert_int_equal(gate_regex_find(r, "aaa!", 4, 0, &start, &end), GATE_MATCH_NO);
	gate_regex_free(r);
	/* a shipped expression that does not compile is never a silent no */
	assert_int_equal(gate_regex_find(broken, "a", 1, 0, &start, &end), GATE_MATCH_LIMIT);
	assert_int_equal(gate_regex_find(broken, "a", 1, 0, &start, &end), GATE_MATCH_LIMIT);
	gate_regex_free(broken);
}

static void shipped_patterns_are_well_formed(void **state)
{
	(void)state;
	for (size_t i = 0; i < gate_packs_n; i++) {
		const struct gate_pack_row *row = &gate_packs[i];
		struct gate_err err = { 0 };
		const char *why;

		for (size_t k = 0; k < row->n_paths; k++) {
			if (!gate_glob_valid(row->paths[k], &why))
				fail_msg("%s %s: paths '%s': %s", row->source, row->id, row->paths[k], why);
		}
		for (size_t k = 0; k < row->n_not_paths; k++) {
			if (!gate_glob_valid(row->not_paths[k], &why))
				fail_msg("%s %s: not_paths '%s': %s", row->source, row->id, row->not_paths[k], why);
		}
		if (row->content) {
			struct gate_regex *r = gate_regex_new(row->content, row->fold_content, &err);

			if (!r)
				fail_msg("%s %s: %s", row->source, row->id, err.text);
			gate_regex_free(r);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(globs_match_what_they_say),
		cmocka_unit_test(globs_fold_letter_case),
		cmocka_unit_test(globs_agree_with_a_slow_matcher),
		cmocka_unit_test(globs_do_not_blow_up),
		cmocka_unit_test(odd_globs_are_refused),
		cmocka_unit_test(lists_of_paths),
		cmocka_unit_test(lists_narrowed_and_deep),
		cmocka_unit_test(borrowed_lists_are_copied_before_they_grow),
		cmocka_unit_test(regexes_find_with_bounds),
		cmocka_unit_test(regexes_search_bytes_that_are_no_utf8),
		cmocka_unit_test(bad_regexes_are_refused),
		cmocka_unit_test(a_limit_is_told),
		cmocka_unit_test(shipped_patterns_are_well_formed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
