/* The tree and its proofs against a second, recursive reading of RFC 6962, for all sizes up to LIMIT. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/log.h"
#include "audit/proof.h"
#include "base/crypto.h"

#define LIMIT 130

static uint8_t leaves[LIMIT + 1][32];

static int setup(void **state)
{
	char line[32];

	(void)state;
	for (unsigned i = 0; i <= LIMIT; i++) {
		snprintf(line, sizeof(line), "entry %u", i);
		gate_tree_leaf(line, strlen(line), leaves[i]);
	}
	return 0;
}

/* MTH(D[lo:hi]) as section 2.1 writes it. */
static void mth(uint64_t lo, uint64_t hi, uint8_t out[32])
{
	uint8_t in[65] = { 1 };
	uint64_t k = 1;

	if (hi - lo == 0) {
		gate_sha256("", 0, out);
		return;
	}
	if (hi - lo == 1) {
		memcpy(out, leaves[lo], 32);
		return;
	}
	while (k * 2 < hi - lo)
		k *= 2;
	mth(lo, lo + k, in + 1);
	mth(lo + k, hi, in + 33);
	gate_sha256(in, sizeof(in), out);
}

static void leaf_is_prefixed(void **state)
{
	uint8_t a[32], b[32];

	(void)state;
	gate_tree_leaf("x", 1, a);
	gate_sha256("\0x", 2, b);
	assert_memory_equal(a, b, 32);
	gate_sha256("x", 1, b);
	assert_memory_not_equal(a, b, 32);
}

static void frontier_equals_definition(void **state)
{
	struct gate_tree t = { 0 };
	uint8_t got[32], want[32];

	(void)state;
	for (uint64_t n = 0; n <= LIMIT; n++) {
		gate_tree_root(&t, got);
		mth(0, n, want);
		assert_memory_equal(got, want, 32);
		assert_true(gate_tree_push(&t, leaves[n]));
	}
	t.size = ((uint64_t)1 << GATE_TREE_LEVELS) - 1;
	assert_false(gate_tree_push(&t, leaves[0]));
}

static void fill(struct gate_proof_fold *f, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		gate_proof_fold_push(f, leaves[i]);
	assert_int_equal(f->at, f->n);
}

static void every_inclusion(void **state)
{
	struct gate_proof_fold f = { 0 };
	uint8_t root[32];

	(void)state;
	for (uint64_t n = 1; n <= LIMIT; n++) {
		mth(0, n, root);
		for (uint64_t m = 0; m < n; m++) {
			const uint8_t(*p)[32] = (const uint8_t(*)[32])f.hash;

			gate_proof_fold_start(&f, gate_proof_inclusion(m, n, f.range));
			fill(&f, n);
			assert_true(gate_inclusion_verify(m, n, leaves[m], p, f.n, root));
			assert_false(gate_inclusion_verify(m, n, leaves[m + 1], p, f.n, root));
			assert_false(gate_inclusion_verify(n, n, leaves[m], p, f.n, root));
			assert_false(gate_inclusion_verify(m, n, leaves[m], p, f.n + 1, root));
			if (m + 1 < n)
				assert_false(gate_inclusion_verify(m + 1, n, leaves[m], p, f.n, root));
			if (f.n)
				assert_false(gate_inclusion_verify(m, n, leaves[m], p, f.n - 1, root));
			for (size_t i = 0; i < f.n; i++) {
				f.hash[i][(m + i) % 32] ^= 1;
				assert_false(gate_inclusion_verify(m, n, leaves[m], p, f.n, root));
				f.hash[i][(m + i) % 32] ^= 1;
			}
			root[5] ^= 1;
			assert_false(gate_inclusion_verify(m, n, leaves[m], p, f.n, root));
			root[5] ^= 1;
		}
	}
	assert_int_equal(gate_proof_inclusion(5, 5, f.range), 0);
}

static void mutated_consistency(uint64_t m, uint64_t n, const uint8_t *rm, const uint8_t *rn,
				struct gate_proof_fold *f)
{
	const uint8_t(*p)[32] = (const uint8_t(*)[32])f->hash;
	uint8_t bad[32];

	memcpy(bad, rm, 32);
	bad[m % 32] ^= 4;
	assert_false(gate_consistency_verify(m, bad, n, rn, p, f->n));
	if (m > 0) {
		memcpy(bad, rn, 32);
		bad[n % 32] ^= 4;
		assert_false(gate_consistency_verify(m, rm, n, bad, p, f->n));
	}
	assert_false(gate_consistency_verify(m, rm, n, rn, p, f->n + 1));
	if (f->n)
		assert_false(gate_consistency_verify(m, rm, n, rn, p, f->n - 1));
	for (size_t i = 0; i < f->n; i++) {
		f->hash[i][(n + i) % 32] ^= 0x80;
		assert_false(gate_consistency_verify(m, rm, n, rn, p, f->n));
		f->hash[i][(n + i) % 32] ^= 0x80;
	}
	if (m != n && m > 0)
		assert_false(gate_consistency_verify(n, rn, m, rm, p, f->n));
}

static void every_consistency(void **state)
{
	static struct gate_proof_fold f;
	uint8_t rm[32], rn[32];

	(void)state;
	for (uint64_t n = 0; n <= LIMIT; n++) {
		mth(0, n, rn);
		for (uint64_t m = 0; m <= n; m++) {
			gate_auto(gate_buf) struct gate_buf text = { 0 };

			mth(0, m, rm);
			gate_proof_fold_start(&f, gate_proof_consistency(m, n, f.range));
			fill(&f, n);
			gate_proof_format((const uint8_t(*)[32])f.hash, f.n, &text);
			assert_true(gate_consistency_check(m, rm, n, rn, gate_buf_cstr(&text), text.len));
			mutated_consistency(m, n, rm, rn, &f);
		}
	}
}

/* The example trees of RFC 6962 section 2.1.3: PROOF(3), PROOF(4) and PROOF(6) of seven leaves. */
static void ranges_of_the_rfc(void **state)
{
	struct gate_range r[GATE_PROOF_MAX];

	(void)state;
	assert_int_equal(gate_proof_consistency(3, 7, r), 4); /* [c, d, g, l] */
	assert_true(r[0].lo == 2 && r[0].hi == 3 && r[1].lo == 3 && r[1].hi == 4 && r[2].lo == 0 &&
		    r[2].hi == 2 && r[3].lo == 4 && r[3].hi == 7);
	assert_int_equal(gate_proof_consistency(4, 7, r), 1); /* [l] */
	assert_int_equal(gate_proof_consistency(6, 7, r), 3); /* [i, j, k] */
	assert_int_equal(gate_proof_inclusion(0, 7, r), 3);   /* [b, h, l] */
	assert_int_equal(gate_proof_inclusion(6, 7, r), 2);   /* [i, k] */
}

static void text_is_strict(void **state)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	uint8_t out[GATE_PROOF_MAX][32];
	size_t n;

	(void)state;
	gate_proof_format((const uint8_t(*)[32])leaves, 3, &b);
	assert_true(gate_proof_parse(b.s, b.len, out, &n));
	assert_int_equal(n, 3);
	assert_memory_equal(out, leaves, 96);
	assert_true(gate_proof_parse("", 0, out, &n));
	assert_false(gate_proof_parse(b.s, b.len - 1, out, &n));
	b.s[44] = ' ';
	assert_false(gate_proof_parse(b.s, b.len, out, &n));
	b.s[44] = '\n';
	b.s[7] = '-';
	assert_false(gate_proof_parse(b.s, b.len, out, &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaf_is_prefixed),  cmocka_unit_test(frontier_equals_definition),
		cmocka_unit_test(every_inclusion),   cmocka_unit_test(every_consistency),
		cmocka_unit_test(ranges_of_the_rfc), cmocka_unit_test(text_is_strict),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
