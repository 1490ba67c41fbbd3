/* Reading the audit log forwards and backwards, and the proofs it hands out. */
#include "log_fixture.h"

#include "audit/proof.h"

struct seen {
	uint64_t n, first, last, stop_at;
};

static int count(uint64_t seq, const char *line, size_t len, void *arg)
{
	struct seen *s = arg;

	assert_true(gate_line_has_form(line, len, seq));
	if (s->n++ == 0)
		s->first = seq;
	s->last = seq;
	return s->n == s->stop_at ? 1 : 0;
}

static int count_back(const char *line, size_t len, void *arg)
{
	uint64_t seq;

	assert_true(gate_line_seq(line, len, &seq));
	return count(seq, line, len, arg);
}

static int refuse(uint64_t seq, const char *line, size_t len, void *arg)
{
	(void)seq;
	(void)line;
	(void)len;
	(void)arg;
	return -GATE_E_STALE;
}

static void big_log(struct fixture *f, unsigned n)
{
	gate_autofree char *pad = malloc(60001);
	gate_autofree const char **bodies = calloc(n, sizeof(*bodies));
	char big[2][60100];

	assert_non_null(pad);
	assert_non_null(bodies);
	memset(pad, 'p', 60000);
	pad[60000] = '\0';
	snprintf(big[0], sizeof(big[0]), "\"pad\":\"%s\"", pad);
	snprintf(big[1], sizeof(big[1]), "\"pad\":\"%.300s\"", pad);
	for (unsigned i = 0; i < n; i++)
		bodies[i] = big[i % 50 != 7];
	assert_int_equal(gate_log_append(f->dir, bodies, n, T0, false, false, NULL, &f->err), 0);
}

static void reading(void **state)
{
	static const uint64_t from[] = { 0, 1, 6, 7, 8, 57, 58, 999, 1500, 2998, 2999 };
	struct fixture *f = *state;
	struct seen s;

	s = (struct seen){ 0 };
	assert_int_equal(gate_log_each(f->dir, 0, count, &s, &f->err), 0);
	assert_int_equal(gate_log_each_back(f->dir, count_back, &s, &f->err), 0);
	assert_int_equal(s.n, 0);
	big_log(f, 3000);
	for (size_t i = 0; i < GATE_ARRAY_LEN(from); i++) {
		s = (struct seen){ 0 };
		assert_int_equal(gate_log_each(f->dir, from[i], count, &s, &f->err), 0);
		assert_true(s.n == 3000 - from[i] && s.first == from[i] && s.last == 2999);
	}
	s = (struct seen){ 0 };
	assert_int_equal(gate_log_each(f->dir, 3000, count, &s, &f->err), 0);
	assert_int_equal(s.n, 0);
	s = (struct seen){ .stop_at = 5 };
	assert_int_equal(gate_log_each(f->dir, 10, count, &s, &f->err), 0);
	assert_int_equal(s.last, 14);
	assert_int_equal(gate_log_each(f->dir, 10, refuse, NULL, &f->err), -GATE_E_STALE);
	s = (struct seen){ 0 };
	assert_int_equal(gate_log_each_back(f->dir, count_back, &s, &f->err), 0);
	assert_true(s.n == 3000 && s.first == 2999 && s.last == 0);
	s = (struct seen){ .stop_at = 100 };
	assert_int_equal(gate_log_each_back(f->dir, count_back, &s, &f->err), 0);
	assert_true(s.n == 100 && s.last == 2900);
}

static void reading_damage(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct seen s = { 0 };

	add_notes(f, 5, true);
	slurp(f, "log.jsonl", &b);
	strstr(b.s, "\"seq\":2")[6] = '9';
	spit(f, "log.jsonl", b.s, b.len);
	assert_int_equal(gate_log_each(f->dir, 0, count, &s, &f->err), -GATE_E_LOG);
	assert_int_equal(s.n, 2);
	gate_err_reset(&f->err);
	s = (struct seen){ 0 };
	assert_int_equal(gate_log_each_back(f->dir, count_back, &s, &f->err), -GATE_E_LOG);
	assert_int_equal(s.n, 2);
}

static void entry_leaf(const struct fixture *f, unsigned seq, uint8_t leaf[32])
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	char *p, *lf;

	slurp(f, "log.jsonl", &b);
	for (p = b.s; seq > 0; seq--)
		p = strchr(p, '\n') + 1;
	lf = strchr(p, '\n');
	gate_tree_leaf(p, (size_t)(lf - p), leaf);
}

static void proofs_of_entries(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf note = { 0 };
	struct gate_checkpoint cp;

	add_notes(f, 11, true);
	slurp(f, "checkpoint", &note);
	assert_int_equal(gate_log_checkpoint(f->dir, &cp, &f->err), 0);
	for (unsigned seq = 0; seq < 11; seq++) {
		gate_auto(gate_buf) struct gate_buf p = { 0 };
		uint8_t hash[GATE_PROOF_MAX][32], leaf[32];
		const char *body, *gap;
		char head[64];
		size_t n;

		assert_int_equal(gate_log_prove(f->dir, seq, &p, &f->err), 0);
		snprintf(head, sizeof(head), "c2sp.org/tlog-proof@v1\nindex %u\n", seq);
		assert_true(gate_starts_with(p.s, head));
		body = p.s + strlen(head);
		gap = strstr(body, "\n\n");
		assert_non_null(gap);
		assert_string_equal(gap + 2, note.s);
		assert_true(gate_proof_parse(body, (size_t)(gap + 1 - body), hash, &n));
		entry_leaf(f, seq, leaf);
		assert_true(gate_inclusion_verify(seq, cp.size, leaf, (const uint8_t(*)[32])hash, n, cp.root));
	}
	assert_int_equal(gate_log_prove(f->dir, 11, &note, &f->err), -GATE_E_USAGE);
}

static void proofs_of_consistency(void **state)
{
	struct fixture *f = *state;
	struct gate_checkpoint was[10], cp;

	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(gate_log_checkpoint(f->dir, &was[i], &f->err), 0);
		add_notes(f, 1, false);
	}
	for (unsigned i = 0; i < 10; i++) {
		gate_auto(gate_buf) struct gate_buf p = { 0 };

		assert_int_equal(gate_log_prove_consistency(f->dir, i, &cp, &p, &f->err), 0);
		assert_true(gate_consistency_check(i, was[i].root, cp.size, cp.root, gate_buf_cstr(&p), p.len));
		was[i].root[3] ^= 1;
		assert_false(gate_consistency_check(i, was[i].root, cp.size, cp.root, gate_buf_cstr(&p), p.len));
	}
	gate_auto(gate_buf) struct gate_buf p = { 0 };
	assert_int_equal(gate_log_prove_consistency(f->dir, 11, &cp, &p, &f->err), -GATE_E_LOG);
}

/* A damaged log hands out no proof. */
static void no_proof_of_damage(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf b = { 0 }, p = { 0 };

	add_notes(f, 4, true);
	slurp(f, "log.jsonl", &b);
	b.s[b.len - 4] ^= 1;
	spit(f, "log.jsonl", b.s, b.len);
	assert_int_equal(gate_log_prove(f->dir, 0, &p, &f->err), -GATE_E_LOG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, log_setup, log_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reading),
		TEST(reading_damage),
		TEST(proofs_of_entries),
		TEST(proofs_of_consistency),
		TEST(no_proof_of_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
