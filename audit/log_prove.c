/* Proofs of the stored log against its newest checkpoint, in one pass over the lines. */
#include "audit/log_store.h"

#include <inttypes.h>

static void fold(const uint8_t hash[32], void *arg)
{
	gate_proof_fold_push(arg, hash);
}

/* Computes the hashes of f's ranges. The walk goes no further than the checkpoint, and must reach its root: a
 * proof of a damaged log would be refused by whoever checks it, so it is not handed out. */
static int run(const struct gate_log_view *v, const struct gate_checkpoint *cp, struct gate_proof_fold *f,
	       struct gate_err *err)
{
	struct gate_log_watch w = { .size = cp->size };
	struct gate_log_mark m = { 0 };

	if (gate_lines_walk(v->log, v->size, false, &m, &w, 1, fold, f, err) < 0)
		return -(int)err->code;
	if (!w.reached || memcmp(w.root, cp->root, sizeof(w.root)) != 0)
		return gate_err_set(err, GATE_E_LOG,
				    "log.jsonl does not agree with its checkpoint; run `refgate log verify`");
	return 0;
}

int gate_log_prove(const char *dir, uint64_t seq, struct gate_buf *out, struct gate_err *err)
{
	gate_auto(gate_log_view) struct gate_log_view v = GATE_LOG_VIEW_NONE;
	struct gate_proof_fold f;
	struct gate_checkpoint cp;

	if (gate_log_view_open(dir, &v, err) < 0 || gate_log_view_note(&v, &cp, err) < 0)
		return -(int)err->code;
	if (seq >= cp.size)
		return gate_err_set(err, GATE_E_USAGE,
				    "entry %" PRIu64 ": the newest checkpoint has entries below %" PRIu64, seq,
				    cp.size);
	gate_proof_fold_start(&f, gate_proof_inclusion(seq, cp.size, f.range));
	if (run(&v, &cp, &f, err) < 0)
		return -(int)err->code;
	gate_buf_fmt(out, "c2sp.org/tlog-proof@v1\nindex %" PRIu64 "\n", seq);
	gate_proof_format((const uint8_t(*)[32])f.hash, f.n, out);
	gate_buf_char(out, '\n');
	gate_buf_add(out, v.note.s, v.note.len);
	return gate_buf_check(out, err);
}

int gate_log_prove_consistency(const char *dir, uint64_t m, struct gate_checkpoint *cp, struct gate_buf *proof,
			       struct gate_err *err)
{
	gate_auto(gate_log_view) struct gate_log_view v = GATE_LOG_VIEW_NONE;
	struct gate_proof_fold f;

	if (gate_log_view_open(dir, &v, err) < 0 || gate_log_view_note(&v, cp, err) < 0)
		return -(int)err->code;
	if (m > cp->size)
		return gate_err_set(err, GATE_E_LOG,
				    "the newest checkpoint has %" PRIu64 " entries, %" PRIu64
				    " were seen before: the log was cut",
				    cp->size, m);
	gate_proof_fold_start(&f, gate_proof_consistency(m, cp->size, f.range));
	if (run(&v, cp, &f, err) < 0)
		return -(int)err->code;
	gate_proof_format((const uint8_t(*)[32])f.hash, f.n, proof);
	return gate_buf_check(proof, err);
}
