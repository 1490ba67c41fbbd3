/* rules/secrets: every type's expressions compile, its yes-examples match, and what a file may not say is refused with its
 * place. Run in the root of the project. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/io.h"
#include "rules/match.h"
#include "rules/secret_row.h"
#include "tests/unit/secret_template.h"

#include <glob.h>
#include <stdio.h>

#define SEEDS 5u

struct seen {
	const char *file;
	size_t types, examples;
	unsigned bad;
};

static struct gate_regex *compile(struct seen *s, const struct gate_secret_row *r, const char *pattern)
{
	struct gate_err err = { 0 };
	struct gate_regex *re = gate_regex_new(pattern, false, &err);

	if (!re) {
		print_error("%s:%u: %s: %s\n", s->file, r->line, r->id, err.text);
		s->bad++;
	}
	return re;
}

static bool has_keyword(const struct gate_secret_row *r, const char *text, size_t len)
{
	for (size_t i = 0; i < r->keywords.n; i++) {
		size_t n = strlen(r->keywords.v[i]);

		for (size_t at = 0; at + n <= len; at++) {
			if (strncasecmp(text + at, r->keywords.v[i], n) == 0)
				return true;
		}
	}
	return false;
}

static void example(struct seen *s, const struct gate_secret_row *r, struct gate_regex *re, const char *template)
{
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	size_t start, end;

	for (unsigned seed = 0; seed < SEEDS; seed++) {
		if (!secret_template_fill(template, seed, &text)) {
			print_error("%s:%u: %s: not a template: %s\n", s->file, r->line, r->id, template);
			s->bad++;
			return;
		}
		s->examples++;
		if (strstr(template, "16le(}") || strstr(template, "16be(}"))
			continue; /* matches once it is decoded */
		if (gate_regex_find(re, text.s, text.len, 0, &start, &end) != GATE_MATCH_YES ||
		    !has_keyword(r, text.s + start, end - start)) {
			print_error("%s:%u: %s: no match, or no keyword in the match: %s\n", s->file, r->line, r->id,
				    template);
			s->bad++;
			return;
		}
		if (end - start > r->max_len) {
			print_error("%s:%u: %s: a match of %zu bytes, max_len %u\n", s->file, r->line, r->id, end - start,
				    r->max_len);
			s->bad++;
			return;
		}
	}
}

static int one_type(void *arg, struct gate_secret_row *r, const struct gate_yaml *v, struct gate_err *err)
{
	struct seen *s = arg;
	struct gate_regex *re = compile(s, r, r->regex);

	(void)v;
	(void)err;
	for (size_t i = 0; i < r->allow.n; i++)
		gate_regex_free(compile(s, r, r->allow.v[i]));
	if (r->near_regex)
		gate_regex_free(compile(s, r, r->near_regex));
	for (size_t i = 0; re && i < r->yes.n; i++)
		example(s, r, re, r->yes.v[i]);
	gate_regex_free(re);
	s->types++;
	return 0;
}

static void test_shipped(void **state)
{
	struct seen s = { 0 };
	glob_t g;

	(void)state;
	assert_int_equal(glob("rules/secrets/*.yml", 0, NULL, &g), 0);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		gate_auto(gate_buf) struct gate_buf bytes = { 0 };
		struct gate_err err = { 0 };

		s.file = g.gl_pathv[i];
		assert_int_equal(gate_read_file(s.file, GATE_POLICY_MAX, &bytes, &err), 0);
		if (gate_secret_file_read(bytes.s, bytes.len, s.file, one_type, &s, &err) < 0)
			fail_msg("%s", err.text);
	}
	globfree(&g);
	assert_int_equal(s.types, gate_secret_packs_n);
	assert_int_equal(s.bad, 0);
}

static int take(void *arg, struct gate_secret_row *r, const struct gate_yaml *v, struct gate_err *err)
{
	(void)arg;
	(void)r;
	(void)v;
	(void)err;
	return 0;
}

#define HEAD "version: 1\npack: x\nsecrets:\n"
#define GOOD "  - id: a-b\n    name: n\n    keywords: [abc]\n    regex: 'abc'\n    tier: low\n"

static void test_refused(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ HEAD GOOD, NULL },
		{ "version: 2\npack: x\nsecrets: []\n", "f:1:" },
		{ "version: 1\npack: x\n", "f:1:" },
		{ HEAD "  - id: A_b\n", "f:4:" },
		{ HEAD "  - name: n\n", "f:4:" },
		{ HEAD "  - id: a\n    name: n\n", "no keywords" },
		{ HEAD GOOD "    keywords: [abc]\n", "f:9:" },
		{ HEAD "  - id: a\n    name: n\n    keywords: [a]\n", "f:6:" },
		{ HEAD GOOD "    anchor: middle\n", "f:9:" },
		{ HEAD GOOD "    anchor: window:257\n", "f:9:" },
		{ HEAD GOOD "    anchor: offset:4\n", NULL },
		{ HEAD GOOD "    tiers: low\n", "unknown key" },
		{ HEAD GOOD "    max_len: 65537\n", "max_len" },
		{ HEAD GOOD "    failed: low\n", "checksum" },
		{ HEAD GOOD "    near: {regex: 'x'}\n", "within" },
		{ HEAD GOOD "    near: {within: 4}\n", "near" },
		{ HEAD GOOD "    near: {id: x, within: 40}\n", NULL },
		{ HEAD GOOD "    group: 10\n", "group" },
		{ HEAD GOOD "    entropy: x\n", "f:9:" },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(cases); i++) {
		struct gate_err err = { 0 };
		int rc = gate_secret_file_read(cases[i].text, strlen(cases[i].text), "f", take, NULL, &err);

		if ((rc == 0) != !cases[i].want || (cases[i].want && !strstr(err.text, cases[i].want)))
			fail_msg("case %zu: %d %s", i, rc, err.text);
	}
}

static void test_templates(void **state)
{
	gate_auto(gate_buf) struct gate_buf a = { 0 }, b = { 0 };

	(void)state;
	assert_true(secret_template_fill("x{{y}{hex:8}", 1, &a));
	assert_int_equal(a.len, 12);
	assert_memory_equal(a.s, "x{y}", 4);
	assert_true(secret_template_fill("x{{y}{hex:8}", 1, &b));
	assert_string_equal(a.s, b.s);
	assert_true(secret_template_fill("{base64(}ab{)}", 1, &a));
	assert_string_equal(gate_buf_cstr(&a), "YWI=");
	assert_false(secret_template_fill("{nothing:3}", 1, &a));
	assert_false(secret_template_fill("{base64(}", 1, &a));
	assert_true(secret_template_fill("{alnum:3-9}", 4, &a));
	assert_in_range(a.len, 3, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_templates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
