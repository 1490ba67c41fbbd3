#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "formats/dockerfile.h"
#include "formats/shell.h"

#include <string.h>

struct row {
	const char *text, *want;
};

static void list(struct gate_buf *b, const char *open, const struct gate_strs *l, const char *close)
{
	for (size_t i = 0; i < l->n; i++)
		gate_buf_fmt(b, "%s%s%s", open, l->v[i], close);
}

static void shell(void **state)
{
	static const char *const after[] = { ".", ";", "&&", "||", "|", "&" };
	static const struct row rows[] = {
		{ "", "" },
		{ "npm test", "[npm][test]." },
		{ "a && b || c; d | e & f\ng", "[a]&&[b]||[c];[d]|[e]&[f];[g]." },
		{ "A=1 B='x y' cmd \"a b\"'c'\\ d # no\n", "(A=1)(B=x y)[cmd][a bc d];" },
		{ "a '#' b#c \\\n  d", "[a][#][b#c][d]." },
		{ "pytest --cov=\"$(x | y)\" ${A:-b c} `d e` \"${{ a && b }}\"",
		  "[pytest][--cov=$(x | y)][${A:-b c}][`d e`][${{ a && b }}]." },
		{ "if a; then b; else c; fi", "[a];[b];[c];" },
		{ "(cd x && make) || true", "[cd][x]&&[make].[true]." },
		{ "a >/dev/null 2>&1 <in &>all", "[a]<>/dev/null><2>&1><<in><&>all>." },
		{ "cat <<EOF | sh\nrm; x\nEOF\nb", "[cat]<<<EOF>|[sh];[b]." },
		{ "! a", "[a]." },
		{ "a ''", "[a][]." },
		{ "a 'x", "[a][x].broken" },
		{ "a $(x", "[a][$(x].broken" },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(rows); i++) {
		gate_auto(gate_shell) struct gate_shell s = { 0 };
		gate_auto(gate_buf) struct gate_buf b = { 0 };
		struct gate_err err = { 0 };

		assert_int_equal(gate_shell_parse(rows[i].text, strlen(rows[i].text), &s, &err), 0);
		for (size_t k = 0; k < s.n; k++) {
			list(&b, "(", &s.v[k].assigns, ")");
			list(&b, "[", &s.v[k].words, "]");
			list(&b, "<", &s.v[k].redirects, ">");
			gate_buf_str(&b, after[s.v[k].after]);
		}
		gate_buf_str(&b, s.broken ? "broken" : "");
		if (strcmp(gate_buf_cstr(&b), rows[i].want) != 0)
			fail_msg("%s\n gave %s\n not %s", rows[i].text, gate_buf_cstr(&b), rows[i].want);
	}
}

static void dockerfile(void **state)
{
	static const struct row rows[] = {
		{ "", "" },
		{ "# syntax = docker/dockerfile:1\n# c\nfrom --platform=x a:1 AS b\n", "{syntax=docker/dockerfile:1}3 FROM --platform=x|a:1 AS b\n" },
		{ "RUN a \\\n  # c\n\n  b \\ \n c\nUSER x\r\n", "1 RUN |a b c\n6 USER |x\n" },
		{ "# escape=`\nRUN a `\n b\\\nCMD x\n", "{escape=`}2 RUN |a b\\\n4 CMD |x\n" },
		{ "RUN --mount=type=secret,id=x --network=none <<EOF\nUSER y\nEOF\nUSER z", "1 RUN --mount=type=secret,id=x--network=none|<<EOF<USER y\n>\n4 USER |z\n" },
		{ "RUN a \\", "1 RUN |a\n" },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(rows); i++) {
		gate_auto(gate_dockerfile) struct gate_dockerfile d = { 0 };
		gate_auto(gate_buf) struct gate_buf b = { 0 };
		struct gate_err err = { 0 };

		assert_int_equal(gate_dockerfile_parse(rows[i].text, strlen(rows[i].text), &d, &err), 0);
		list(&b, "{", &d.directives, "}");
		for (size_t k = 0; k < d.n; k++) {
			gate_buf_fmt(&b, "%u %s ", d.v[k].line, d.v[k].name);
			list(&b, "", &d.v[k].flags, "");
			gate_buf_fmt(&b, "|%s", d.v[k].args);
			if (d.v[k].heredoc)
				gate_buf_fmt(&b, "<%s>", d.v[k].heredoc);
			gate_buf_char(&b, '\n');
		}
		if (strcmp(gate_buf_cstr(&b), rows[i].want) != 0)
			fail_msg("%s\n gave %s\n not %s", rows[i].text, gate_buf_cstr(&b), rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shell),
		cmocka_unit_test(dockerfile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
