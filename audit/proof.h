/* The tree of RFC 6962 and its proofs, pure: no file, no clock. leaf = SHA256(0x00 || line without LF),
 * node = SHA256(0x01 || left || right), empty tree = SHA256(""). Checks follow RFC 9162 2.1.3.2 and 2.1.4.2. */
#ifndef GATE_AUDIT_PROOF_H
#define GATE_AUDIT_PROOF_H

#include "base/buf.h"

/* 2^40 entries are more bytes than any disk holds; two frontiers of this height fit one slot of the state file.
 */
#define GATE_TREE_LEVELS 40
#define GATE_PROOF_MAX 65

/* The frontier: node[l] is the root of the complete subtree of 2^l leaves that bit l of size counts. */
struct gate_tree {
	uint64_t size;
	uint8_t node[GATE_TREE_LEVELS][32];
};

void gate_tree_leaf(const void *line, size_t len, uint8_t out[32]);
/* False when the tree is full. */
bool gate_tree_push(struct gate_tree *t, const uint8_t leaf[32]);
void gate_tree_root(const struct gate_tree *t, uint8_t root[32]);

/* The leaves [lo, hi), whose root is one hash of a proof. */
struct gate_range {
	uint64_t lo, hi;
};

/* The ranges of a proof in the order of the proof (innermost first); the number of them. Ranges are disjoint.
 * Inclusion of leaf m in a tree of n: 0 when m >= n. Consistency of size m with size n: 0 when m is 0 or m >= n.
 */
size_t gate_proof_inclusion(uint64_t m, uint64_t n, struct gate_range out[GATE_PROOF_MAX]);
size_t gate_proof_consistency(uint64_t m, uint64_t n, struct gate_range out[GATE_PROOF_MAX]);

/* Computes the hashes of a proof's ranges from leaves that come in order, one by one, from leaf 0 on. */
struct gate_proof_fold {
	struct gate_range range[GATE_PROOF_MAX];
	uint8_t hash[GATE_PROOF_MAX][32];
	size_t n;
	size_t order[GATE_PROOF_MAX]; /* indices by rising lo */
	size_t at;		      /* how many of them are done */
	uint64_t leaf;		      /* the next leaf's index */
	struct gate_tree tree;	      /* of the range under way */
};

/* Takes the ranges that stand in f->range[0..n). */
void gate_proof_fold_start(struct gate_proof_fold *f, size_t n);
void gate_proof_fold_push(struct gate_proof_fold *f, const uint8_t leaf[32]);

bool gate_inclusion_verify(uint64_t m, uint64_t n, const uint8_t leaf[32], const uint8_t (*proof)[32], size_t len,
			   const uint8_t root[32]);
bool gate_consistency_verify(uint64_t m, const uint8_t root_m[32], uint64_t n, const uint8_t root_n[32],
			     const uint8_t (*proof)[32], size_t len);

/* One padded base64 hash a line; and back, strictly. */
void gate_proof_format(const uint8_t (*proof)[32], size_t n, struct gate_buf *out);
bool gate_proof_parse(const char *s, size_t len, uint8_t out[GATE_PROOF_MAX][32], size_t *n);

#endif
