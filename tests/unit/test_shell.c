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

static bool is_a_shell(const char *command)
{
	return gate_starts_with(command, "sh") || gate_starts_with(command, "<< sh");
}

static int note(void *arg, struct gate_shell_command *c, struct gate_err *err)
{
	static const char *const joins[] = { "", ";", "&&", "||", "|", "&" };
	struct gate_buf *b = arg;

	gate_buf_fmt(b, "%u:%s[%s]%s ", c->line, joins[c->before], c->text.s, joins[c->after]);
	return gate_buf_check(b, err);
}

static void shell(void **state)
{
	static const struct row rows[] = {
		{ "", "" },
		{ "npm  test", "1:[npm test] " },
		{ "a && b || c; d | e & f\ng", "1:[a]&& 1:&&[b]|| 1:||[c]; 1:;[d]| 1:|[e]& 1:&[f] 2:[g] " },
		{ "a ||\n b", "1:[a]|| 2:||[b] " },
		{ "A=1 B='x y' cmd \"a b\"'c' # no\n", "1:[A=1 B=x y cmd a bc] " },
		{ "a '#' b#c \\\n  d", "1:[a # b#c d] " },
		{ "x --cov=\"$(a | y)\" `d | e` \"${{ a && b }}\"", "1:[x --cov=$(a | y) `d | e` ${{ a && b }}] " },
		{ "(cd x && make) || true", "1:[ ( cd x]&& 1:&&[make )]|| 1:||[true] " },
		{ "a >b 2>&1 &>all", "1:[a >b 2>&1 &>all] " },
		/* a bracket in quotes or in a comment closes nothing, and opens nothing */
		{ "x=$(echo '(')\nb", "1:[x=$(echo '(')] 2:[b] " },
		{ "x=$(echo \")\" # ' )\n)\nb '", "1:[x=$(echo \")\" # ' ) )] 3:[b] " },
		{ "x \"$(echo \"'\")\"\nb 'c'", "1:[x $(echo )] 2:[b c] " },
		{ "a 'x", "1:[a x] " },
		{ "a $(x", "1:[a $(x] " },
		/* the text of a here document is no command; what else stands on its line is */
		{ "cat <<EOF > x; b\nrm; x\nEOF\nc", "1:[cat << > x]; 1:;[b] 4:[c] " },
		{ "cat <<A <<-'B C'\nrm\nA\nrm\n\tB C\nc", "1:[cat << <<] 6:[c] " },
		{ "cat <<E-F\n'\nE-F\nb", "1:[cat <<] 4:[b] " },
		{ "cat <<E\nE x\n E\n'\nE\nb", "1:[cat <<] 6:[b] " },
		{ "  cat <<E\n  x\n  E\n  b", "1:[cat <<] 4:[b] " },
		{ "a <<< x; b\nc", "1:[a <<< x]; 1:;[b] 2:[c] " },
		/* what does not end is read */
		{ "cat <<E\na\nb", "1:[cat <<] 2:[a] 3:[b] " },
		/* unless a shell reads it, which it may do behind a pipe; a quote in it ends with it */
		{ "sh <<E\na; b '\nE\nc 'd'", "1:[sh <<] 2:[a]; 2:;[b] 4:[c d] " },
		{ "cat <<E | sh -x\na\nE\nc", "1:[cat <<]| 1:|[sh -x] 2:[a] 4:[c] " },
		{ "cat <<E |\na\nE\nc", "1:[cat <<]| 2:[a] 4:|[c] " },
		{ "cat <<E | tee x; sh y\na\nE\nc", "1:[cat <<]| 1:|[tee x]; 1:;[sh y] 4:[c] " },
		{ "<<E sh\na\nE\n", "1:[<< sh] 2:[a] " },
		{ "sh <<A\nsh <<B\nx\nB\ny\nA\n", "1:[sh <<] 2:[sh <<] 3:[x] 5:[y] " },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(rows); i++) {
		gate_auto(gate_buf) struct gate_buf b = { 0 };
		const struct gate_shell_how how = { .line = 1, .runs_input = is_a_shell, .command = note, .arg = &b };
		struct gate_err err = { 0 };

		assert_int_equal(gate_shell_read(&how, rows[i].text, &err), 0);
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
