/* The leaf hashes of the log as parts of text: written one after the other, read strictly, and the roots made from them again. */
#include "log_fixture.h"

#include "audit/leaves.h"

static void append(struct fixture *f, unsigned n, bool sync)
{
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(gate_log_append(f->dir, &(const char *){ "\"ev\":\"x\"" }, 1, T0 + i, sync, false, NULL, &f->err), 0);
}

static void follow(struct fixture *f, struct gate_log_mark *m, struct gate_buf *out)
{
	assert_int_equal(gate_leaves_follow(f->dir, m, out, &f->err), 0);
}

/* Reads a part that must go on from *t, and moves *t to its end. */
static void take(const struct gate_buf *text, struct gate_tree *t)
{
	struct gate_leaves part;
	uint8_t a[32], b[32];

	assert_true(gate_leaves_parse(text->s, text->len, &part));
	assert_int_equal(part.from, t->size);
	gate_tree_root(&part.before, a);
	gate_tree_root(t, b);
	assert_memory_equal(a, b, 32);
	for (uint64_t i = part.from; i < part.to; i++)
		assert_true(gate_leaves_push(&part, i, t));
	assert_int_equal(t->size, part.to);
}

static void assert_is_log(struct fixture *f, const struct gate_tree *t)
{
	struct gate_checkpoint cp;
	uint8_t root[32];

	assert_int_equal(gate_log_checkpoint(f->dir, &cp, &f->err), 0);
	gate_tree_root(t, root);
	assert_int_equal(cp.size, t->size);
	assert_memory_equal(cp.root, root, 32);
}

static void parts_make_the_log(void **state)
{
	struct fixture *f = *state;
	struct gate_log_mark m = { 0 };
	struct gate_tree t = { 0 };

	for (unsigned n = 1; n < 20; n++) {
		gate_auto(gate_buf) struct gate_buf part = { 0 }, kept = { 0 }, none = { 0 };

		append(f, n, true);
		follow(f, &m, &part);
		take(&part, &t);
		assert_is_log(f, &t);
		follow(f, &m, &none);
		assert_int_equal(none.len, 0);
		gate_log_mark_format(&m, &kept);
		assert_true(gate_log_mark_parse(kept.s, kept.len, &m));
		assert_false(gate_log_mark_parse(kept.s, kept.len - 1, &m));
		assert_true(gate_log_mark_parse(kept.s, kept.len, &m));
	}
}

static void what_is_not_synced_stays_out(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf part = { 0 }, none = { 0 };
	struct gate_log_mark m = { 0 };

	append(f, 3, true);
	append(f, 2, false);
	follow(f, &m, &part);
	assert_int_equal(m.tree.size, 3);
	follow(f, &m, &none);
	assert_int_equal(none.len, 0);
	append(f, 1, true);
	follow(f, &m, &none);
	assert_int_equal(m.tree.size, 6);
}

static void a_lost_place_is_found(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf one = { 0 }, two = { 0 };
	struct gate_log_mark m = { 0 };
	struct gate_tree t = { 0 };

	append(f, 5, true);
	follow(f, &m, &one);
	take(&one, &t);
	append(f, 6, true);
	m.offset = GATE_LEAVES_LOST;
	follow(f, &m, &two);
	take(&two, &t);
	assert_is_log(f, &t);
}

static void another_log_begins_anew(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf one = { 0 }, two = { 0 }, three = { 0 };
	struct gate_log_mark m = { 0 }, lost;
	struct gate_leaves part;

	append(f, 5, true);
	follow(f, &m, &one);
	m.tree.node[0][0] ^= 1;
	lost = m;
	lost.offset = GATE_LEAVES_LOST;
	append(f, 1, true);
	follow(f, &m, &two);
	assert_true(gate_leaves_parse(two.s, two.len, &part));
	assert_int_equal(part.from, 0);
	assert_int_equal(part.to, 6);
	follow(f, &lost, &three);
	assert_true(gate_leaves_parse(three.s, three.len, &part));
	assert_int_equal(part.from, 0);
}

static void edited_bytes_are_no_log(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf log = { 0 }, part = { 0 };
	struct gate_log_mark m = { 0 };

	append(f, 5, true);
	slurp(f, "log.jsonl", &log);
	*strstr(log.s, "\"x\"") = 'y';
	spit(f, "log.jsonl", log.s, log.len);
	assert_int_equal(gate_leaves_follow(f->dir, &m, &part, &f->err), -GATE_E_LOG);
	assert_int_equal(part.len, 0);
}

static void parts_are_read_strictly(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf part = { 0 }, bad = { 0 };
	struct gate_log_mark m = { 0 };
	struct gate_leaves l;
	struct gate_tree t = { 0 };

	append(f, 3, true);
	follow(f, &m, &part);
	gate_buf_reset(&part);
	append(f, 4, true);
	follow(f, &m, &part);
	assert_true(gate_leaves_parse(part.s, part.len, &l));
	for (size_t n = 0; n + 1 < part.len; n++)
		assert_false(gate_leaves_parse(part.s, n, &l));
	gate_buf_add(&bad, part.s, part.len);
	gate_buf_str(&bad, "\n\n");
	assert_true(gate_leaves_parse(bad.s, bad.len, &l));
	gate_buf_str(&bad, "x\n");
	assert_false(gate_leaves_parse(bad.s, bad.len, &l));
	part.s[part.len - 3] = '!';
	assert_true(gate_leaves_parse(part.s, part.len, &l));
	assert_false(gate_leaves_push(&l, l.to - 1, &t));
	assert_false(gate_leaves_parse("log 5 3\n\n", 9, &l));
	assert_false(gate_leaves_parse("log 1099511627776 1099511627776\n\n", 34, &l));
	assert_false(gate_leaves_parse("log 0 0\n\n", 9, &l)); /* nothing new is no part */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(parts_make_the_log, log_setup, log_teardown),
		cmocka_unit_test_setup_teardown(what_is_not_synced_stays_out, log_setup, log_teardown),
		cmocka_unit_test_setup_teardown(a_lost_place_is_found, log_setup, log_teardown),
		cmocka_unit_test_setup_teardown(another_log_begins_anew, log_setup, log_teardown),
		cmocka_unit_test_setup_teardown(edited_bytes_are_no_log, log_setup, log_teardown),
		cmocka_unit_test_setup_teardown(parts_are_read_strictly, log_setup, log_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
