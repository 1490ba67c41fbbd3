/* Inside audit/ only: the open files of a log, for writing under the lock and for reading. */
#ifndef GATE_AUDIT_LOG_STORE_H
#define GATE_AUDIT_LOG_STORE_H

#include "audit/log_state.h"

#define GATE_LOG_LOCK_MS 20000
#define GATE_LOG_RESERVE ((off_t)256 << 10)

/* Open for writing, under the exclusive lock until gate_log_store_clear(). */
struct gate_log_store {
	const char *path; /* borrowed */
	int dir, lock, log, state;
	uint64_t size; /* of log.jsonl */
	struct gate_log_state st;
	bool have_state;
	struct gate_boot boot;
};

#define GATE_LOG_STORE_NONE                                                                                      \
	{                                                                                                        \
		.dir = -1, .lock = -1, .log = -1, .state = -1                                                    \
	}

/* s comes in as GATE_LOG_STORE_NONE. creating: files that are missing are made (gate_log_create, gate_log_adopt).
 */
int gate_log_store_open(const char *path, bool creating, struct gate_log_store *s, struct gate_err *err);
void gate_log_store_clear(struct gate_log_store *s);

/* Brings state and file together after a crash (the rules: log_state.h), or fails with GATE_E_LOG. Afterwards
 * st.now.offset == size. `body` gets the body of a `recovered` record when there is something to record; it must
 * be the first of the next commit. */
int gate_log_settle(struct gate_log_store *s, int64_t now, struct gate_buf *body, struct gate_err *err);
/* Cuts the log at `offset`; what stood there is kept, synced, in torn.<ts>, whose name is appended to `kept`. */
int gate_log_cut(struct gate_log_store *s, uint64_t offset, int64_t now, struct gate_buf *kept,
		 struct gate_err *err);
/* Writes the lines of n bodies as one unit and moves state and checkpoint. gate_log_settle() comes first. */
int gate_log_commit(struct gate_log_store *s, const char *const *bodies, size_t n, int64_t now, bool sync,
		    bool reserve, struct gate_checkpoint *cp, struct gate_err *err);

/* Frees the blocks of the reserve; false when there were none. */
bool gate_log_reserve_release(int dir);
/* Allocates them (again) when the disk has plenty; best effort. */
void gate_log_reserve_fill(int dir);

/* Truncated, edited, foreign bytes: one wording, with the way out. */
int gate_log_alarm(const char *path, struct gate_err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A consistent look at the log: taken under the shared lock, read without it (the log only grows at its end). */
struct gate_log_view {
	int dir, log;
	uint64_t size;
	struct gate_buf note; /* the checkpoint file; empty when missing */
	struct gate_log_state st;
	bool have_state, same_boot;
};

#define GATE_LOG_VIEW_NONE                                                                                       \
	{                                                                                                        \
		.dir = -1, .log = -1                                                                             \
	}

/* v comes in as GATE_LOG_VIEW_NONE. */
int gate_log_view_open(const char *path, struct gate_log_view *v, struct gate_err *err);
void gate_log_view_clear(struct gate_log_view *v);
/* The view's checkpoint, signed by the key of log.vkey. */
int gate_log_view_note(const struct gate_log_view *v, struct gate_checkpoint *cp, struct gate_err *err);

/* A whole small file of the log's folder. */
int gate_log_read_small(int dir, const char *name, struct gate_buf *out, struct gate_err *err);

#endif
