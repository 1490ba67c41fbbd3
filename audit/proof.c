#include "audit/proof.h"

#include "audit/log.h"
#include "base/crypto.h"

#define HASH_LINE 45 /* 44 characters of base64 and LF */

void gate_tree_leaf(const void *line, size_t len, uint8_t out[32])
{
	struct gate_sha256 h;

	gate_sha256_init(&h);
	gate_sha256_update(&h, "\0", 1);
	gate_sha256_update(&h, line, len);
	gate_sha256_final(&h, out);
}

static void node(const uint8_t left[32], const uint8_t right[32], uint8_t out[32])
{
	uint8_t in[65] = { 1 };

	memcpy(in + 1, left, 32);
	memcpy(in + 33, right, 32);
	gate_sha256(in, sizeof(in), out);
}

bool gate_tree_push(struct gate_tree *t, const uint8_t leaf[32])
{
	uint8_t h[32];
	unsigned l = 0;

	if (t->size + 1 >= (uint64_t)1 << GATE_TREE_LEVELS)
		return false;
	memcpy(h, leaf, 32);
	for (; t->size >> l & 1; l++)
		node(t->node[l], h, h);
	memcpy(t->node[l], h, 32);
	t->size++;
	return true;
}

void gate_tree_root(const struct gate_tree *t, uint8_t root[32])
{
	bool any = false;

	if (t->size == 0) {
		gate_sha256("", 0, root);
		return;
	}
	for (unsigned l = 0; l < GATE_TREE_LEVELS; l++) {
		if (!(t->size >> l & 1))
			continue;
		if (any)
			node(t->node[l], root, root);
		else
			memcpy(root, t->node[l], 32);
		any = true;
	}
}

/* The largest power of two below n, n > 1: where RFC 6962 splits n leaves. */
static uint64_t split(uint64_t n)
{
	return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

static void reverse(struct gate_range *r, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct gate_range t = r[i];

		r[i] = r[n - 1 - i];
		r[n - 1 - i] = t;
	}
}

size_t gate_proof_inclusion(uint64_t m, uint64_t n, struct gate_range out[GATE_PROOF_MAX])
{
	uint64_t lo = 0, hi = n;
	size_t count = 0;

	if (m >= n)
		return 0;
	while (hi - lo > 1) {
		uint64_t mid = lo + split(hi - lo);

		out[count++] = m < mid ? (struct gate_range){ mid, hi } : (struct gate_range){ lo, mid };
		if (m < mid)
			hi = mid;
		else
			lo = mid;
	}
	reverse(out, count);
	return count;
}

size_t gate_proof_consistency(uint64_t m, uint64_t n, struct gate_range out[GATE_PROOF_MAX])
{
	uint64_t lo = 0, hi = n;
	size_t count = 0;

	if (m == 0 || m >= n)
		return 0;
	while (m != hi) {
		uint64_t mid = lo + split(hi - lo);

		out[count++] = m <= mid ? (struct gate_range){ mid, hi } : (struct gate_range){ lo, mid };
		if (m <= mid)
			hi = mid;
		else
			lo = mid;
	}
	/* When lo is 0 the rest is the old tree itself, whose root the checker has. */
	if (lo > 0)
		out[count++] = (struct gate_range){ lo, hi };
	reverse(out, count);
	return count;
}

void gate_proof_fold_start(struct gate_proof_fold *f, size_t n)
{
	f->n = n;
	f->at = 0;
	f->leaf = 0;
	f->tree = (struct gate_tree){ 0 };
	for (size_t i = 0; i < n; i++) {
		size_t k = i;

		for (; k > 0 && f->range[f->order[k - 1]].lo > f->range[i].lo; k--)
			f->order[k] = f->order[k - 1];
		f->order[k] = i;
	}
}

void gate_proof_fold_push(struct gate_proof_fold *f, const uint8_t leaf[32])
{
	uint64_t i = f->leaf++;
	const struct gate_range *r;

	if (f->at == f->n)
		return;
	r = &f->range[f->order[f->at]];
	if (i < r->lo)
		return;
	gate_tree_push(&f->tree, leaf);
	if (i + 1 < r->hi)
		return;
	gate_tree_root(&f->tree, f->hash[f->order[f->at]]);
	f->tree = (struct gate_tree){ 0 };
	f->at++;
}

/* One step of both checks: where the path leaves a right edge, the levels without a sibling are passed over. */
static bool from_left(uint64_t *fn, uint64_t *sn)
{
	bool left = (*fn & 1) || *fn == *sn;

	while (left && !(*fn & 1) && *fn != 0) {
		*fn >>= 1;
		*sn >>= 1;
	}
	*fn >>= 1;
	*sn >>= 1;
	return left;
}

bool gate_inclusion_verify(uint64_t m, uint64_t n, const uint8_t leaf[32], const uint8_t (*proof)[32], size_t len,
			   const uint8_t root[32])
{
	uint64_t fn = m, sn = n - 1;
	uint8_t r[32];

	if (m >= n)
		return false;
	memcpy(r, leaf, 32);
	for (size_t i = 0; i < len; i++) {
		if (sn == 0)
			return false;
		if (from_left(&fn, &sn))
			node(proof[i], r, r);
		else
			node(r, proof[i], r);
	}
	return sn == 0 && memcmp(r, root, 32) == 0;
}

static bool is_empty_root(const uint8_t root[32])
{
	uint8_t empty[32];

	gate_sha256("", 0, empty);
	return memcmp(root, empty, 32) == 0;
}

bool gate_consistency_verify(uint64_t m, const uint8_t root_m[32], uint64_t n, const uint8_t root_n[32],
			     const uint8_t (*proof)[32], size_t len)
{
	uint64_t fn = m - 1, sn = n - 1;
	uint8_t fr[32], sr[32];
	size_t i = 0;

	if (m == 0 || m >= n)
		return len == 0 && (m == n ? memcmp(root_m, root_n, 32) == 0 : m == 0) &&
		       (m || is_empty_root(root_m));
	for (; fn & 1; fn >>= 1)
		sn >>= 1;
	if (fn && len == 0)
		return false;
	/* fn is 0 exactly when m is a power of two: then the proof starts from the old root. */
	memcpy(fr, fn ? proof[i++] : root_m, 32);
	memcpy(sr, fr, 32);
	for (; i < len; i++) {
		if (sn == 0)
			return false;
		if (from_left(&fn, &sn)) {
			node(proof[i], fr, fr);
			node(proof[i], sr, sr);
		} else {
			node(sr, proof[i], sr);
		}
	}
	return sn == 0 && memcmp(fr, root_m, 32) == 0 && memcmp(sr, root_n, 32) == 0;
}

void gate_proof_format(const uint8_t (*proof)[32], size_t n, struct gate_buf *out)
{
	for (size_t i = 0; i < n; i++) {
		gate_b64_encode(out, proof[i], 32, true);
		gate_buf_char(out, '\n');
	}
}

bool gate_proof_parse(const char *s, size_t len, uint8_t out[GATE_PROOF_MAX][32], size_t *n)
{
	*n = 0;
	if (len % HASH_LINE != 0 || len / HASH_LINE > GATE_PROOF_MAX)
		return false;
	for (; len > 0; s += HASH_LINE, len -= HASH_LINE) {
		gate_auto(gate_buf) struct gate_buf b = { 0 };

		if (s[HASH_LINE - 1] != '\n' || !gate_b64_decode(&b, s, HASH_LINE - 1, NULL) || b.len != 32)
			return false;
		memcpy(out[(*n)++], b.s, 32);
	}
	return true;
}

bool gate_consistency_check(uint64_t m, const uint8_t root_m[32], uint64_t n, const uint8_t root_n[32],
			    const char *proof, size_t len)
{
	uint8_t hash[GATE_PROOF_MAX][32];
	size_t count;

	return gate_proof_parse(proof, len, hash, &count) &&
	       gate_consistency_verify(m, root_m, n, root_n, (const uint8_t(*)[32])hash, count);
}
