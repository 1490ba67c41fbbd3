/* The record: JSON lines, each a leaf of an RFC 6962 tree, with a C2SP signed-note checkpoint beside it
 * (DESIGN 10; layout and algorithm: docs/PROTOCOL.audit). Files below `dir` ($GIT_DIR/refgate/audit, mode 0700):
 * log.jsonl, state (offset, size, frontier), checkpoint, lock, log.key (0600), log.vkey, reserve.
 *
 * The lock is held for an append only. log.jsonl is the truth; state and checkpoint are made again from it after a crash.
 * A log shorter than its state is a truncation: every append fails closed until an admin adopts it. */
#ifndef GATE_AUDIT_LOG_H
#define GATE_AUDIT_LOG_H

#include "base/buf.h"

struct gate_checkpoint {
	char origin[200];
	uint64_t size;
	uint8_t root[32];
};

/* Makes the folder, a key pair, an empty log. Exists already: checks and repairs modes only. */
int gate_log_create(const char *dir, const char *origin, struct gate_err *err);

/* Appends n entries as one unit under one lock. body is the inside of a JSON object without braces, e.g.
 * "\"ev\":\"decision\",\"ref\":\"...\""; the line written is {"v":1,"seq":N,"ts":"<now>",<body>}. `sync`: fdatasync of the log
 * before it returns (a decision, an approval, a release); without it the entry is in the page cache (a note of what git did).
 * `reserve`: may use the preallocated reserve when the disk is full (HOLES 28: approvals, denials, gc, recovery).
 * cp (may be NULL) gets the checkpoint after the append; asking for it implies sync, so that no checkpoint that was handed
 * out is forgotten by a power cut. All or nothing: a short write is cut off again, and after a crash the next append takes
 * the whole unit or cuts it off. n is at least 1. GATE_E_LOG: truncated, edited or foreign bytes, until an admin adopts. */
int gate_log_append(const char *dir, const char *const *bodies, size_t n, int64_t now, bool sync, bool reserve,
		    struct gate_checkpoint *cp, struct gate_err *err);

/* Before an act that the reserve is kept for (HOLES 28): frees it when the disk is all but full, so that the objects and refs of the act
 * find room as well as its entry. It is filled again by an append when there is room. */
void gate_log_make_room(const char *dir);

/* The newest checkpoint, recomputed from state when the file is behind. */
int gate_log_checkpoint(const char *dir, struct gate_checkpoint *cp, struct gate_err *err);
/* "<origin> <size> <base64 root>": the log line of a statement; and back. */
void gate_checkpoint_format(const struct gate_checkpoint *cp, struct gate_buf *out);
bool gate_checkpoint_parse(const char *s, struct gate_checkpoint *cp);

/* Calls fn for each complete line from entry `from` on (without its LF); fn stops the
 * walk by a positive value (the result is 0) or a negative one (which is the result). Bounded memory; `from` is found by
 * bisection. Takes no lock: a line whose append is under way may be seen. */
int gate_log_each(const char *dir, uint64_t from, int (*fn)(uint64_t seq, const char *line, size_t len, void *arg), void *arg,
		  struct gate_err *err);
/* The same from the newest entry backwards: for "the last decision about this ref". */
int gate_log_each_back(const char *dir, int (*fn)(const char *line, size_t len, void *arg), void *arg, struct gate_err *err);

struct gate_log_report {
	uint64_t entries;
	struct gate_checkpoint cp;
	struct gate_buf text; /* one line a fact, for the terminal */
};
/* Reads everything again: form and sequence of each line, tree root against the signed checkpoint, checkpoint signature
 * against vkey (text of the vkey file; never taken from dir by the caller), state. anchors: checkpoints seen elsewhere
 * (approvals): each must be a prefix of this log. An unsigned tail passes only when a crash explains it, with a note in
 * the text. Nothing is written. GATE_E_LOG on the first thing that is wrong (GATE_E_SYNTAX: vkey itself). */
int gate_log_verify(const char *dir, const char *vkey, const struct gate_checkpoint *anchors, size_t n_anchors,
		    struct gate_log_report *out, struct gate_err *err);
void gate_log_report_clear(struct gate_log_report *r);

/* A c2sp.org/tlog-proof@v1 of entry seq (0-based leaf index) against the newest checkpoint. */
int gate_log_prove(const char *dir, uint64_t seq, struct gate_buf *out, struct gate_err *err);
/* Consistency proof from size m to the newest, and its check (pure). */
int gate_log_prove_consistency(const char *dir, uint64_t m, struct gate_checkpoint *cp, struct gate_buf *proof,
			       struct gate_err *err);
bool gate_consistency_check(uint64_t m, const uint8_t root_m[32], uint64_t n, const uint8_t root_n[32], const char *proof,
			    size_t len);

/* The vkey text of this log ("name+hash+base64"), from log.vkey. */
int gate_log_vkey(const char *dir, struct gate_buf *out, struct gate_err *err);
/* After a truncation or a restored backup: accepts the present file as the log, as a recorded act (HOLES 28). */
int gate_log_adopt(const char *dir, const char *reason, int64_t now, struct gate_err *err);

#endif
