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
		{ "# syntax = docker/dockerfile:1\n# c\nfrom --platform=x a:1 AS b\n", "3 FROM --platform=x|a:1 AS b\n" },
		{ "\xef\xbb\xbf" "FROM a\n", "1 FROM |a\n" },
		{ "RUN a \\\n  # c\n\n  b \\ \nc\nUSER x\r\n", "1 RUN |a   b c\n6 USER |x\n" },
		{ "US\\\nER ro\\\r\not\n", "1 USER |root\n" },
		/* two of them are no continuation */
		{ "RUN a \\\\\nUSER root\n", "1 RUN |a \\\\\n2 USER |root\n" },
		{ "# escape=`\nRUN a `\n b\\\nCMD x\n", "2 RUN |a  b\\\n4 CMD |x\n" },
		{ "# x\n# escape=`\nRUN a \\\nb\n", "3 RUN |a b\n" },
		{ "# Escape = ` \nRUN a `\nb\n", "2 RUN |a b\n" },
		{ "RUN --mount=type=secret,id=x --network=none <<EOF\nUSER y\nEOF\nUSER z", "1 RUN --mount=type=secret,id=x--network=none|<<EOF\n4 USER |z\n" },
		{ "RUN <<A cat 3<<-'B C'\nUSER y\nA\nUSER y\n\tB C\nUSER z", "1 RUN |<<A cat 3<<-'B C'\n6 USER |z\n" },
		{ "ONBUILD run <<A\nUSER y\nA\nUSER z", "1 ONBUILD |run <<A\n4 USER |z\n" },
		/* only its own line ends it */
		{ "RUN <<EOF\n EOF\nEOF2\nUSER y\nEOF\nUSER z\n", "1 RUN |<<EOF\n6 USER |z\n" },
		/* in quotes, inside a word, in another instruction, without an end: no heredoc */
		{ "RUN echo 'a <<EOF'\nUSER y\nEOF'\n", "1 RUN |echo 'a <<EOF'\n2 USER |y\n3 EOF' |\n" },
		{ "RUN a$((1<<EOF))\nUSER y\nEOF))\n", "1 RUN |a$((1<<EOF))\n2 USER |y\n3 EOF)) |\n" },
		{ "LABEL a <<EOF\nUSER y\nEOF\n", "1 LABEL |a <<EOF\n2 USER |y\n3 EOF |\n" },
		{ "RUN cat <<EOF\nUSER y\n", "1 RUN |cat <<EOF\n2 USER |y\n" },
		{ "RUN a \\", "1 RUN |a \n" },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(rows); i++) {
		gate_auto(gate_dockerfile) struct gate_dockerfile d = { 0 };
		gate_auto(gate_buf) struct gate_buf b = { 0 };
		struct gate_err err = { 0 };

		assert_int_equal(gate_dockerfile_parse(rows[i].text, strlen(rows[i].text), &d, &err), 0);
		for (size_t k = 0; k < d.n; k++) {
			gate_buf_fmt(&b, "%u %s ", d.v[k].line, d.v[k].name);
			list(&b, "", &d.v[k].flags, "");
			gate_buf_fmt(&b, "|%s\n", d.v[k].args);
		}
		if (strcmp(gate_buf_cstr(&b), rows[i].want) != 0)
			fail_msg("%s\n gave %s\n not %s", rows[i].text, gate_buf_cstr(&b), rows[i].want);
	}
}

static void dockerfile_limit(void **state)
{
	(void)state;
	for (size_t n = 19999; n <= 20001; n++) {
		gate_auto(gate_dockerfile) struct gate_dockerfile d = { 0 };
		gate_auto(gate_buf) struct gate_buf b = { 0 };
		struct gate_err err = { 0 };

		for (size_t i = 0; i < n; i++)
			gate_buf_str(&b, "A\n");
		assert_int_equal(gate_dockerfile_parse(b.s, b.len, &d, &err), n > 20000 ? -GATE_E_LIMIT : 0);
		assert_int_equal(d.n, n > 20000 ? 20000 : n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shell),
		cmocka_unit_test(dockerfile),
		cmocka_unit_test(dockerfile_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
