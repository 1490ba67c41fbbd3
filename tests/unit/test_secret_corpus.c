/* The shipped types of secrets against texts made from their own templates: every yes-example in the dresses that secrets
 * wear in projects is found by its type, no no-example is, and no look-alike of tests/unit/secret_lookalikes.txt is worth
 * a refusal. */
/* cmocka.h needs these before it, in this order */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "base/io.h"
#include "classifier/secrets/proofs.h"
#include "rules/secret_row.h"
#include "rules/secret_scan.h"
#include "tests/unit/secret_template.h"

#include <glob.h>

#define SEEDS 3u

static struct gate_secret_scanner *scanner;

/* Without libm, which nothing here is linked to: bit by bit, by squaring. x from 0 to 1. */
static double log_2(double x)
{
	double sum = 0, bit = 1;

	while (x < 1) {
		x *= 2;
		sum--;
	}
	for (unsigned i = 0; i < 24; i++) {
		bit /= 2;
		x *= x;
		if (x >= 2) {
			x /= 2;
			sum += bit;
		}
	}
	return sum;
}

static double entropy(const char *s, size_t n)
{
	size_t seen[256] = { 0 };
	double bits = 0;

	for (size_t i = 0; i < n; i++)
		seen[(unsigned char)s[i]]++;
	for (size_t i = 0; i < 256; i++) {
		if (seen[i])
			bits -= (double)seen[i] / (double)n * log_2((double)seen[i] / (double)n);
	}
	return bits;
}

struct search {
	const char *text, *id; /* id: of the type that is wanted; NULL: any */
	size_t len;
	int best; /* the highest tier of any match; -1: none */
	char found[64];
};

static int matched(void *arg, const struct gate_secret_match *m, bool limit, struct gate_err *err)
{
	struct search *s = arg;
	const char *secret = s->text + m->from;
	size_t n = m->to - m->from;
	int tier = m->rule->tier;

	(void)err;
	assert_false(limit);
	if ((s->id && strcmp(m->rule->id, s->id) != 0) || entropy(secret, n) * 1000 < m->rule->entropy_milli ||
	    gate_secret_scan_allows(scanner, m->index, secret, n))
		return 0;
	if (m->rule->near_regex && !gate_secret_scan_near(scanner, m->index, s->text, s->len))
		return 0;
	if (m->rule->checksum && gate_proof_run(m->rule->checksum, secret, n, 0) > GATE_PROOF_HOLDS)
		tier = m->rule->failed;
	if (tier > s->best) {
		s->best = tier;
		gate_copy(s->found, sizeof(s->found), m->rule->id);
	}
	return 0;
}

static int search(struct search *s)
{
	struct gate_err err = { 0 };

	s->best = -1;
	if (gate_secret_scan(scanner, s->text, s->len, NULL, matched, s, &err) < 0)
		fail_msg("%s", err.text);
	return s->best;
}

/* How a secret stands in a file; @ is the secret. */
static const char *const dresses[] = {
	"@",
	"@\n",
	"\"@\"",
	"'@'",
	"{\"key\": \"@\", \"n\": 1}",
	"key: @\n",
	"key: \"@\"\nother: 1\n",
	"SETTING=@\n",
	"export SETTING='@'\n",
	"const key = \"@\";\n",
	"key := `@`\n",
	"String key = \"@\";\n",
	"$key = '@';\n",
	"let key: &str = \"@\";\n",
	"key = b\"@\"\n",
	"call(a, \"@\", b)\n",
	"https://example.com/x?a=1&key=@&b=2",
	"<setting name=\"key\" value=\"@\"/>",
	"<key>@</key>\n",
	"see the ticket: @, please rotate it\n",
	"| a | @ | b |\n",
	"\r\n\t@\r\n",
};

struct tally {
	const char *file;
	size_t types, tried, found;
	unsigned bad;
};

static void dress(struct gate_buf *out, const char *how, const struct gate_buf *secret)
{
	gate_buf_reset(out);
	for (; *how; how++) {
		if (*how == '@')
			gate_buf_add(out, secret->s, secret->len);
		else
			gate_buf_char(out, *how);
	}
}

/* In the middle of a line of 200 KB. */
static void bury(struct gate_buf *out, const struct gate_buf *secret)
{
	gate_buf_reset(out);
	while (out->len < 100000)
		gate_buf_str(out, "var a=function(b){return b+1};");
	gate_buf_char(out, ' ');
	gate_buf_add(out, secret->s, secret->len);
	gate_buf_char(out, ';');
	while (out->len < 200000)
		gate_buf_str(out, "var a=function(b){return b+1};");
}

/* A template that brings its own surroundings goes into fewer dresses. */
static bool bare(const char *template)
{
	return !strpbrk(template, " \n\"'=<>@?&;,(") && strncmp(template, "http", 4) != 0;
}

static void wants(struct tally *t, const struct gate_secret_row *r, const char *template)
{
	gate_auto(gate_buf) struct gate_buf secret = { 0 }, text = { 0 };
	size_t n = bare(template) ? GATE_ARRAY_LEN(dresses) : 2;

	for (unsigned seed = 0; seed < SEEDS; seed++) {
		assert_true(secret_template_fill(template, seed + 100, &secret));
		if (strstr(template, "16le(}") || strstr(template, "16be(}"))
			continue; /* found once it is decoded: tests of the engine */
		for (size_t i = 0; i <= n; i++) {
			bool hit;

			if (i < n)
				dress(&text, dresses[i], &secret);
			else if (seed == 0 && bare(template))
				bury(&text, &secret);
			else
				continue;
			hit = search(&(struct search){ .text = text.s, .len = text.len, .id = r->id }) >= 0;
			t->tried++;
			t->found += hit;
			if (!hit && ++t->bad < 30)
				print_error("%s:%u: %s: not found in: %s: %s\n", t->file, r->line, r->id,
					    i < n ? dresses[i] : "a long line", template);
		}
	}
}

static void refuses(struct tally *t, const struct gate_secret_row *r, const char *template)
{
	gate_auto(gate_buf) struct gate_buf text = { 0 };

	for (unsigned seed = 0; seed < SEEDS; seed++) {
		assert_true(secret_template_fill(template, seed, &text));
		if (r->generic || search(&(struct search){ .text = text.s, .len = text.len, .id = r->id }) < 0)
			continue; /* placeholders in generic types are filtered by the engine */
		print_error("%s:%u: %s: found in a no-example: %s\n", t->file, r->line, r->id, template);
		t->bad++;
		return;
	}
}

static int one_type(void *arg, struct gate_secret_row *r, const struct gate_yaml *v, struct gate_err *err)
{
	struct tally *t = arg;

	(void)v;
	(void)err;
	t->types++;
	if (r->checksum && !gate_proof_known(r->checksum)) {
		print_error("%s:%u: %s: no proof is called %s\n", t->file, r->line, r->id, r->checksum);
		t->bad++;
	}
	if (!r->yes.n || !r->no.n) {
		print_error("%s:%u: %s: has no example of both kinds\n", t->file, r->line, r->id);
		t->bad++;
	}
	for (size_t i = 0; i < r->yes.n; i++)
		wants(t, r, r->yes.v[i]);
	for (size_t i = 0; i < r->no.n; i++)
		refuses(t, r, r->no.v[i]);
	return 0;
}

static void each_pack(gate_secret_row_fn *fn, struct tally *t, bool say)
{
	glob_t g = { 0 };

	assert_int_equal(glob("rules/secrets/*.yml", 0, NULL, &g), 0);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		gate_auto(gate_buf) struct gate_buf b = { 0 };
		struct gate_err err = { 0 };
		size_t tried = t->tried, found = t->found, types = t->types;

		t->file = g.gl_pathv[i];
		if (gate_read_file(g.gl_pathv[i], 8 << 20, &b, &err) < 0 ||
		    gate_secret_file_read(b.s, b.len, t->file, fn, t, &err) < 0)
			fail_msg("%s", err.text);
		if (say)
			print_message("%s: %zu types, %zu of %zu found\n", t->file, t->types - types, t->found - found,
				      t->tried - tried);
	}
	globfree(&g);
}

static void own_examples(void **state)
{
	struct tally t = { 0 };

	(void)state;
	each_pack(one_type, &t, true);
	assert_int_equal(t.bad, 0);
	assert_true(t.types >= 220);
	assert_int_equal(t.found, t.tried);
}

static void lookalikes(void **state)
{
	gate_auto(gate_buf) struct gate_buf all = { 0 }, text = { 0 };
	struct gate_err err = { 0 };
	unsigned bad = 0;
	size_t n = 0;

	(void)state;
	assert_int_equal(gate_read_file("tests/unit/secret_lookalikes.txt", 1 << 20, &all, &err), 0);
	for (char *s = all.s, *nl; (nl = strchr(s, '\n')); s = nl + 1) {
		struct search look = { 0 };

		*nl = '\0';
		if (*s == '#' || !*s)
			continue;
		n++;
		if (!secret_template_fill(s, 3, &text)) {
			gate_buf_reset(&text); /* braces of its own */
			gate_buf_str(&text, s);
		}
		gate_buf_char(&text, '\n');
		look.text = text.s;
		look.len = text.len;
		if (search(&look) < (int)GATE_SECRET_HIGH)
			continue;
		print_error("%s: a refusal for a look-alike: %s\n", look.found, s);
		bad++;
	}
	print_message("%zu look-alikes\n", n);
	assert_true(n >= 200);
	assert_int_equal(bad, 0);
}

static int start(void **state)
{
	struct gate_err err = { 0 };

	(void)state;
	scanner = gate_secret_scanner_new(&gate_secret_shipped, &err);
	return scanner ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	gate_secret_scanner_free(scanner);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_examples),
		cmocka_unit_test(lookalikes),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
