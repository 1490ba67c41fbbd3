/* The search for secrets gives what searching each text whole with each expression gives; no seam of the automaton's streams
 * loses a keyword; a rule whose keyword is no anchor is found out. Run in the root of the project; `find DIR -type f | test_secret_scan -`
 * compares the two searches on other texts (hours, for a gigabyte). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/io.h"
#include "rules/secret_row.h"
#include "rules/secret_scan.h"
#include "tests/unit/secret_template.h"

#include <glob.h>
#include <stdio.h>

/* ---- the automaton ---- */

static const char *const words[] = { "ab", "abc", "Token", "xx", "a-very-long-keyword-of-32-bytes!", "long" };

static bool ends_here(const char *s, size_t end, const char *word)
{
	size_t n = strlen(word);

	return end >= n && strncasecmp(s + end - n, word, n) == 0;
}

static void check_walk(const struct gate_acdfa *a, const char *s, size_t len)
{
	struct gate_ac_hit *hits = malloc(GATE_ACDFA_BLOCK * sizeof(*hits));
	size_t n = 0, k = 0, want = 0, got = 0;

	assert_non_null(hits);
	for (size_t at = 0; at < len; at += GATE_ACDFA_BLOCK) {
		size_t to = len - at > GATE_ACDFA_BLOCK ? at + GATE_ACDFA_BLOCK : len;

		n = gate_acdfa_walk(a, s, at, to, hits);
		for (k = 0; k < n; k++) {
			const uint32_t *out = &a->out_at[hits[k].state - a->first_out];

			for (uint32_t w = out[0]; w < out[1]; w++)
				assert_true(ends_here(s, hits[k].end, words[a->out[w]]));
			got += out[1] - out[0];
		}
	}
	for (size_t end = 1; end <= len; end++) {
		for (size_t w = 0; w < GATE_ARRAY_LEN(words); w++)
			want += ends_here(s, end, words[w]);
	}
	assert_int_equal(got, want);
	free(hits);
}

static void test_seams(void **state)
{
	struct gate_acdfa_built b;
	struct gate_err err = { 0 };
	enum { LEN = 1200 };
	char text[LEN + 1];

	(void)state;
	assert_int_equal(gate_acdfa_build(words, GATE_ARRAY_LEN(words), &b, &err), 0);
	for (size_t w = 0; w < GATE_ARRAY_LEN(words); w++) {
		for (size_t at = 0; at + strlen(words[w]) <= LEN; at++) {
			memset(text, '.', LEN);
			memcpy(text + at, words[w], strlen(words[w]));
			check_walk(&b.dfa, text, LEN - at % 4);
		}
	}
	gate_acdfa_built_clear(&b);
}

static void test_blocks(void **state)
{
	struct gate_acdfa_built b;
	struct gate_err err = { 0 };
	size_t len = 3 * GATE_ACDFA_BLOCK + 77;
	char *text = malloc(len + 1);

	(void)state;
	assert_non_null(text);
	assert_int_equal(gate_acdfa_build(words, GATE_ARRAY_LEN(words), &b, &err), 0);
	for (size_t i = 0; i < len; i++)
		text[i] = "abxtokenl-"[(i * 2654435761u >> 7) % 10];
	for (int d = -33; d <= 1; d++)
		memcpy(text + (long)GATE_ACDFA_BLOCK * (1 + (d & 1)) + d, "token", 5);
	check_walk(&b.dfa, text, len);
	gate_acdfa_built_clear(&b);
	free(text);
}

/* ---- equality ---- */

struct texts {
	struct gate_buf *v;
	size_t n;
	const char *file;
	uint64_t seed;
};

static void add_text(struct texts *t, const char *s, size_t n)
{
	t->v = reallocarray(t->v, t->n + 1, sizeof(*t->v));
	assert_non_null(t->v);
	t->v[t->n] = (struct gate_buf){ 0 };
	gate_buf_add(&t->v[t->n++], s, n);
}

/* Each example at a random place of a text, with a left neighbour of any kind. */
static int add_examples(void *arg, struct gate_secret_row *r, const struct gate_yaml *v, struct gate_err *err)
{
	static const char *const around[] = { "\n", " ", "\"", "x", "key_", "=", "://", "_token = '", "{" };
	struct texts *t = arg;
	const struct gate_strs *lists[] = { &r->yes, &r->no };

	(void)v;
	(void)err;
	for (size_t l = 0; l < 2; l++) {
		for (size_t i = 0; i < lists[l]->n; i++) {
			gate_auto(gate_buf) struct gate_buf one = { 0 }, text = { 0 };
			size_t pad = t->seed++ % 97 * 13;

			if (!secret_template_fill(lists[l]->v[i], t->seed, &one))
				continue;
			for (size_t k = 0; k < pad; k++)
				gate_buf_char(&text, "int x = foo(bar, 42);\n"[k % 22]);
			gate_buf_str(&text, around[t->seed % GATE_ARRAY_LEN(around)]);
			gate_buf_add(&text, one.s, one.len);
			gate_buf_str(&text, around[t->seed / 7 % GATE_ARRAY_LEN(around)]);
			for (size_t k = 0; k < pad / 2; k++)
				gate_buf_char(&text, "the end of it; \n"[k % 16]);
			add_text(t, text.s, text.len);
		}
	}
	return 0;
}

static void add_files(struct texts *t, const char *pattern, bool examples)
{
	glob_t g;

	if (glob(pattern, 0, NULL, &g) != 0)
		return;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		gate_auto(gate_buf) struct gate_buf bytes = { 0 };
		struct gate_err err = { 0 };

		t->file = g.gl_pathv[i];
		if (gate_read_file(t->file, (size_t)1 << 20, &bytes, &err) < 0)
			continue;
		if (examples)
			assert_int_equal(gate_secret_file_read(bytes.s, bytes.len, t->file, add_examples, t, &err), 0);
		else
			add_text(t, gate_buf_cstr(&bytes), bytes.len);
	}
	globfree(&g);
}

static int note_pair(void *arg, const struct gate_secret_match *m, bool limit, struct gate_err *err)
{
	bool *seen = arg;

	(void)err;
	(void)limit;
	seen[m->index] = true;
	return 0;
}

struct comparison {
	struct gate_secret_scanner *s;
	struct gate_regex **plain;
	bool *seen;
	size_t texts, pairs, bad;
};

static void compare(struct comparison *c, const char *text, size_t len, const char *name)
{
	const struct gate_secret_set *set = &gate_secret_shipped;
	struct gate_err err = { 0 };

	memset(c->seen, 0, set->n_rules);
	assert_int_equal(gate_secret_scan(c->s, text, len, NULL, note_pair, c->seen, &err), 0);
	c->texts++;
	for (size_t i = 0; i < set->n_rules; i++) {
		size_t from, to;
		bool want = gate_regex_find(c->plain[i], text, len, 0, &from, &to) == GATE_MATCH_YES;

		c->pairs += want;
		if (want == c->seen[i])
			continue;
		c->bad++;
		if (c->bad < 40)
			print_error("%s (%s): %s by the plain search, text %zu %s\n", set->rules[i].id, set->rules[i].source,
				    want ? "found only" : "not found", c->texts, name);
	}
}

/* By hand: the files whose names come on standard input, one a line, instead of the examples. */
static bool from_list;

static void compare_list(struct comparison *c)
{
	char path[4096];

	while (fgets(path, sizeof(path), stdin)) {
		gate_auto(gate_buf) struct gate_buf bytes = { 0 };
		struct gate_err err = { 0 };

		path[strcspn(path, "\n")] = '\0';
		if (gate_read_file(path, (size_t)1 << 20, &bytes, &err) == 0)
			compare(c, gate_buf_cstr(&bytes), bytes.len, path);
		gate_err_reset(&err);
	}
}

static void compare_examples(struct comparison *c)
{
	struct texts t = { 0 };

	add_files(&t, "rules/secrets/*.yml", true);
	add_files(&t, "tests/e2e/*.sh", false);
	add_files(&t, "gate/*.c", false);
	for (size_t k = 0; k < t.n; k++) {
		compare(c, t.v[k].s, t.v[k].len, "");
		gate_buf_clear(&t.v[k]);
	}
	free(t.v);
	assert_true(c->pairs > t.n / 2);
}

static void test_equality(void **state)
{
	const struct gate_secret_set *set = &gate_secret_shipped;
	struct gate_err err = { 0 };
	struct comparison c = { .s = gate_secret_scanner_new(set, &err),
				.plain = calloc(set->n_rules, sizeof(struct gate_regex *)),
				.seen = calloc(set->n_rules, sizeof(bool)) };

	(void)state;
	assert_true(c.s && c.plain && c.seen);
	for (size_t i = 0; i < set->n_rules; i++)
		c.plain[i] = gate_regex_lazy(set->rules[i].regex, false, &err);
	if (from_list)
		compare_list(&c);
	else
		compare_examples(&c);
	print_message("%zu texts, %zu types, %zu pairs\n", c.texts, set->n_rules, c.pairs);
	assert_true(c.texts > 0);
	assert_int_equal(c.bad, 0);
	for (size_t i = 0; i < set->n_rules; i++)
		gate_regex_free(c.plain[i]);
	free(c.plain);
	free(c.seen);
	gate_secret_scanner_free(c.s);
}

/* ---- anchors ---- */

static void test_anchors(void **state)
{
	static const struct {
		const char *regex, *word;
		uint32_t lo, hi;
		int want;
	} cases[] = {
		{ "ghp_[a-z]{36}", "ghp_", 0, 0, GATE_SHAPE_PROVED },
		{ "(?i)GHP_[a-z]{36}", "ghp_", 0, 0, GATE_SHAPE_PROVED },
		{ "(?:ghp|gho)_[a-z]{36}", "ghp_", 0, 0, GATE_SHAPE_NOT },
		{ "x?ghp_[a-z]{36}", "ghp_", 0, 0, GATE_SHAPE_NOT },
		{ "x?ghp_[a-z]{36}", "ghp_", 0, 1, GATE_SHAPE_PROVED },
		{ "[a-z]{3}\\dQ~[a-z]{31}", "q~", 4, 4, GATE_SHAPE_PROVED },
		{ "[a-z]{3,4}\\dQ~[a-z]{31}", "q~", 4, 4, GATE_SHAPE_NOT },
		{ "[a-z]{20,90}T3Bl[a-z]+", "t3bl", 0, 90, GATE_SHAPE_PROVED },
		{ "[a-z]{20,90}T3Bl[a-z]+", "t3bl", 0, 89, GATE_SHAPE_NOT },
		{ "[a-z]*T3Bl[a-z]+", "t3bl", 0, GATE_SHAPE_ANYWHERE, GATE_SHAPE_PROVED },
		{ "(?<![a-z])\\bkey\\b(?=x)", "key", 0, 0, GATE_SHAPE_PROVED },
		{ "(a)(?(1)b|c)", "ab", 0, 0, GATE_SHAPE_UNREADABLE },
		{ "k[e]y|api[[:digit:]]", "key", 0, 0, GATE_SHAPE_NOT },
		{ "api[_-]?key", "api", 0, 0, GATE_SHAPE_PROVED },
		{ "(?i:k)ey", "key", 0, 0, GATE_SHAPE_PROVED },
		{ "(?:key){0,3}x", "key", 0, 0, GATE_SHAPE_NOT },
		{ "\\x6bey", "key", 0, 0, GATE_SHAPE_PROVED },
		{ "(?:", "key", 0, 0, GATE_SHAPE_UNREADABLE },
		{ "[a", "key", 0, 0, GATE_SHAPE_UNREADABLE },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(cases); i++) {
		struct gate_shape_word w;
		struct gate_err err = { 0 };
		bool ops;
		int got = gate_shape_prove(cases[i].regex, &cases[i].word, 1, cases[i].lo, cases[i].hi, &w, &ops, &err);

		if (got != cases[i].want)
			fail_msg("%s with %s: %d, not %d", cases[i].regex, cases[i].word, got, cases[i].want);
	}
}

static void test_refused(void **state)
{
	static char word[] = "ghp_", *words_of[] = { word };
	struct gate_secret_rule r = { .id = "x", .name = "x", .source = "f:1", .regex = "gho_[a-z]{9}", .keywords = words_of,
				      .n_keywords = 1, .max_len = 99 };
	struct gate_secret_set_built b;
	struct gate_err err = { 0 };

	(void)state;
	assert_true(gate_secret_set_build(&r, 1, NULL, NULL, &b, &err) < 0);
	assert_non_null(strstr(err.text, "f:1"));
	gate_err_reset(&err);
	r.regex = "[a-z]{3}ghp_[a-z]{9}";
	assert_int_equal(gate_secret_set_build(&r, 1, NULL, NULL, &b, &err), 0);
	assert_int_equal(b.set.uses[0].hi, 64);
	gate_secret_set_clear(&b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seams),	 cmocka_unit_test(test_blocks),	 cmocka_unit_test(test_anchors),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_equality),
	};

	from_list = argc > 1 && strcmp(argv[1], "-") == 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
