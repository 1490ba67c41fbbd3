#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "formats/codeowners.h"
#include "formats/makefile.h"

#include <string.h>

static void list(struct gate_buf *b, const char *open, const struct gate_strs *l, const char *close)
{
	for (size_t i = 0; i < l->n; i++)
		gate_buf_fmt(b, "%s%s%s", open, l->v[i], close);
}

static void codeowners(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "# c\n* @a @b/c # d\n\n/docs/ x@y.z\r\n/apps/\n", "2 *(@a)(@b/c);4 /docs/(x@y.z);5 /apps/;" },
		{ "a\\ b @X @x\n\\#c @y\n", "1 a b(@x);2 #c(@y);" },
		{ "!y\nz w\n[x\n", "1 !y;2 z;3 [x;" },
		{ "* @a\n[Docs][2] @d @e\n/docs\n/x @f\n^[Opt]\n/y\n!/z\n",
		  "1 *(@a);3 /docs in docs 2(@d)(@e);4 /x in docs 2(@f);6 /y in opt optional;7 !/z in opt optional;" },
		{ "[A][x] @a\nb\n", "2 b in a 0(@a);" },
		{ "[A] @a\nb\n[a] @c\nd\n", "2 b in a(@a);4 d in a again(@c);" },
		{ "[] @a\nb\n", "2 b again(@a);" },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(rows); i++) {
		gate_auto(gate_codeowners) struct gate_codeowners c = { 0 };
		gate_auto(gate_buf) struct gate_buf b = { 0 };
		struct gate_err err = { 0 };

		assert_int_equal(gate_codeowners_parse(rows[i].text, strlen(rows[i].text), &c, &err), 0);
		for (size_t k = 0; k < c.n; k++) {
			const struct gate_codeowners_section *x = &c.sections[c.v[k].section];

			gate_buf_fmt(&b, "%u %s%s", c.v[k].line, c.v[k].excluded ? "!" : "", c.v[k].pattern);
			gate_buf_fmt(&b, "%s%s%s", *x->name ? " in " : "", x->name, x->nth ? " again" : "");
			if (x->approvals != 1)
				gate_buf_fmt(&b, " %u", x->approvals);
			gate_buf_str(&b, x->optional ? " optional" : "");
			list(&b, "(", gate_codeowners_of(&c, &c.v[k]), ")");
			gate_buf_char(&b, ';');
		}
		assert_string_equal(gate_buf_cstr(&b), rows[i].want);
	}
}

/* One below, at, and one above; what stands before the limit is there. */
static void codeowners_limits(void **state)
{
	static const struct {
		const char *line;
		size_t max, rules, sections;
	} rows[] = { { "x @a\n", 5000, 1, 0 }, { "[x]\n", 499, 0, 1 } };

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(rows); i++) {
		for (size_t n = rows[i].max - 1; n <= rows[i].max + 1; n++) {
			gate_auto(gate_codeowners) struct gate_codeowners c = { 0 };
			gate_auto(gate_buf) struct gate_buf b = { 0 };
			struct gate_err err = { 0 };
			const size_t kept = n > rows[i].max ? rows[i].max : n;

			for (size_t k = 0; k < n; k++)
				gate_buf_str(&b, rows[i].line);
			assert_int_equal(gate_codeowners_parse(b.s, b.len, &c, &err), n > rows[i].max ? -GATE_E_LIMIT : 0);
			assert_int_equal(c.n, kept * rows[i].rules);
			assert_int_equal(c.n_sections, 1 + kept * rows[i].sections);
		}
	}
}

static void makefile(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "CC ?= gcc # x\nexport A := $(B:x=y)\nF += -O2 \\\n  -g\n", "CC?=gcc;A:=$(B:x=y);F+=-O2 -g;" },
		{ "test: a b # c\n\t@pytest \\\n\t  -q\n\n\techo\n.PHONY: test\n", "1 test<a<b|@pytest -q|echo;6 .PHONY<test;" },
		{ "a b:: c ; run x\n\ty\nifeq ($(A),1)\n\tz\nendif\n", "1 a b<c|run x|y|z;" },
		{ "include a.mk b.mk\n-include c\n", "+a.mk+b.mk+c" },
		{ "define X\na: b\nendef\n$(T): $(P:.c=.o)\n\tx\n", "4 $(T)<$(P:.c=.o)|x;" },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(rows); i++) {
		gate_auto(gate_makefile) struct gate_makefile m = { 0 };
		gate_auto(gate_buf) struct gate_buf b = { 0 };
		struct gate_err err = { 0 };

		assert_int_equal(gate_makefile_parse(rows[i].text, strlen(rows[i].text), &m, &err), 0);
		for (size_t k = 0; k < m.variables_n; k++)
			gate_buf_fmt(&b, "%s%s%s;", m.variables[k].name, m.variables[k].op, m.variables[k].value);
		for (size_t k = 0; k < m.rules_n; k++) {
			gate_buf_fmt(&b, "%u", m.rules[k].line);
			list(&b, " ", &m.rules[k].targets, "");
			list(&b, "<", &m.rules[k].prerequisites, "");
			list(&b, "|", &m.rules[k].recipe, "");
			gate_buf_char(&b, ';');
		}
		list(&b, "+", &m.includes, "");
		assert_string_equal(gate_buf_cstr(&b), rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codeowners),
		cmocka_unit_test(codeowners_limits),
		cmocka_unit_test(makefile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
