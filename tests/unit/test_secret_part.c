/* Searching a text by its changes gives the matches of the whole text: one byte is taken away, put in or replaced at every place of texts
 * in which matches stand in a row, each beginning behind the one before, so that one change moves all that follow; and of texts whose
 * matches are far longer than what is looked at around a change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"
#include "rules/secret_scan.h"

#include <string.h>

static char w_row[] = "row_", w_far[] = "far_", w_mid[] = "mid_", w_end[] = "end_", w_back[] = "back_";
static char *k_row[] = { w_row }, *k_far[] = { w_far }, *k_mid[] = { w_mid }, *k_end[] = { w_end }, *k_back[] = { w_back };

#define TYPE(title, words, most, expression) \
	{ .id = title, .name = title, .source = "f:1", .keywords = words, .n_keywords = 1, .max_len = most, .regex = expression }

static const struct gate_secret_rule rules[] = {
	TYPE("row", k_row, 512, "row_[a-z._]{400}"),
	TYPE("far", k_far, 5000, "far_[a-z._]{0,4000}!"),
	TYPE("far-row", k_mid, 3000, "mid_[a-z._]{2000}"),
	TYPE("end", k_end, 512, "(?<![a-z])end_[a-z]{0,500}\\z"),
	TYPE("back", k_back, 300, "(?<=x.{200})back_[a-z]{3}"),
};
/* Looks further back than a change is looked around: all is searched then. */
static const struct gate_secret_rule behind[] = { TYPE("behind", k_back, 300, "(?<=x.{900})back_[a-z]{3}") };

struct list {
	size_t v[4096], n;
};

static int note(void *arg, const struct gate_secret_match *m, bool limit, struct gate_err *err)
{
	struct list *l = arg;

	(void)err;
	assert_false(limit);
	assert_true(l->n + 3 < GATE_ARRAY_LEN(l->v));
	l->v[l->n++] = m->index;
	l->v[l->n++] = m->start;
	l->v[l->n++] = m->end;
	return 0;
}

static void search(struct gate_secret_scanner *s, const struct gate_buf *t, const struct gate_spans *fresh, struct gate_spans *kept,
		   struct list *l)
{
	struct gate_err err = { 0 };

	l->n = 0;
	assert_int_equal(gate_secret_scan_part(s, gate_buf_cstr(t), t->len, &(struct gate_secret_part){ fresh, kept }, note, l, &err), 0);
}

/* What is kept lies behind the change where it lay before, moved by what was put in less what was taken away. */
static void move(const struct gate_spans *kept, size_t at, size_t gone, size_t put, struct gate_spans *fresh)
{
	gate_spans_add(fresh, at, at + put);
	for (unsigned i = 0; i < kept->n; i++) {
		size_t a = kept->v[i].from, b = kept->v[i].to;

		if (a < at)
			gate_spans_add(fresh, a, b < at ? b : at);
		if (b > at + gone)
			gate_spans_add(fresh, (a > at + gone ? a : at + gone) - gone + put, b - gone + put);
	}
}

/* Each place, each of the three changes. Gives how many of them changed what is found. */
static size_t change_all(struct gate_secret_scanner *s, const struct gate_buf *base, size_t step)
{
	static const struct {
		size_t gone, put;
	} kinds[] = { { 1, 0 }, { 0, 1 }, { 1, 1 } };
	static struct list before, want, got;
	struct gate_spans kept = { .n = 0 };
	size_t other = 0;

	search(s, base, NULL, &kept, &before);
	assert_false(kept.over);
	for (size_t i = 0; i < 3 * base->len; i += step) {
		gate_auto(gate_buf) struct gate_buf t = { 0 };
		struct gate_spans fresh = { .n = 0 }, next = { .n = 0 };
		size_t at = i / 3, gone = kinds[i % 3].gone, put = kinds[i % 3].put;

		gate_buf_add(&t, base->s, at);
		gate_buf_add(&t, "#", put);
		gate_buf_add(&t, base->s + at + gone, base->len - at - gone);
		move(&kept, at, gone, put, &fresh);
		search(s, &t, NULL, NULL, &want);
		search(s, &t, &fresh, &next, &got);
		if (want.n != got.n || memcmp(want.v, got.v, want.n * sizeof(want.v[0])) != 0)
			fail_msg("-%zu +%zu at %zu of %zu: %zu matches, not %zu", gone, put, at, base->len, got.n / 3, want.n / 3);
		other += want.n != before.n || memcmp(want.v, before.v, want.n * sizeof(want.v[0])) != 0;
	}
	return other;
}

static void repeat(struct gate_buf *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		gate_buf_char(b, s[i % strlen(s)]);
}

static struct gate_secret_scanner *scanner_of(const struct gate_secret_rule *v, size_t n, struct gate_secret_set_built *b)
{
	struct gate_err err = { 0 };
	struct gate_secret_scanner *s;

	if (gate_secret_set_build(v, n, NULL, NULL, b, &err) < 0)
		fail_msg("%s", err.text);
	s = gate_secret_scanner_new(&b->set, &err);
	assert_non_null(s);
	return s;
}

static void test_rows(void **state)
{
	/* a keyword stands in the middle of each match, and would begin one of its own */
	static const char *const rows[] = { "row_", "mid_" };
	static const size_t apart[] = { 203, 1003 };

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		gate_auto(gate_buf) struct gate_buf t = { 0 };
		struct gate_secret_set_built b;
		struct gate_secret_scanner *s = scanner_of(rules, GATE_ARRAY_LEN(rules), &b);

		repeat(&t, "###\n", 40);
		for (size_t i = 0; i < 21; i++) {
			gate_buf_str(&t, rows[k]);
			repeat(&t, "abc.", apart[k]);
		}
		repeat(&t, "###\n", 3000);
		assert_true(change_all(s, &t, 41) > 100);
		gate_secret_scanner_free(s);
		gate_secret_set_clear(&b);
	}
}

static void test_far_ends(void **state)
{
	gate_auto(gate_buf) struct gate_buf t = { 0 };
	struct gate_secret_set_built b;
	struct gate_secret_scanner *s = scanner_of(rules, GATE_ARRAY_LEN(rules), &b);

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		gate_buf_str(&t, i == 1 ? "far_#" : "far_");
		repeat(&t, "some.words.", 3990 + i * 3);
		gate_buf_str(&t, i == 2 ? ".!" : "!");
		repeat(&t, "###\n", 3000);
	}
	gate_buf_str(&t, "far_");
	repeat(&t, "some.words.", 3000);
	gate_buf_str(&t, "#!x");
	repeat(&t, "y", 200);
	gate_buf_str(&t, "back_abc ");
	repeat(&t, "###\n", 2000);
	gate_buf_str(&t, "#end_");
	repeat(&t, "z", 499);
	assert_true(change_all(s, &t, 1) > 100);
	assert_true(change_all(s, &(struct gate_buf){ .s = t.s, .len = t.len - 1 }, 97) > 10);
	gate_secret_scanner_free(s);
	gate_secret_set_clear(&b);
}

static void test_far_behind(void **state)
{
	gate_auto(gate_buf) struct gate_buf t = { 0 };
	struct gate_secret_set_built b;
	struct gate_secret_scanner *s = scanner_of(behind, GATE_ARRAY_LEN(behind), &b);

	(void)state;
	gate_buf_char(&t, 'x');
	repeat(&t, ".", 901);
	gate_buf_str(&t, "back_abc");
	repeat(&t, ".", 3000);
	assert_true(change_all(s, &t, 1) > 500);
	gate_secret_scanner_free(s);
	gate_secret_set_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_far_ends), cmocka_unit_test(test_far_behind) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
