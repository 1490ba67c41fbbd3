/* The state file: where the log ends as far as refgate wrote it, and the frontier there, so that an append reads
 * nothing of the log. Two slots of 4096 bytes, written in turn in place: a slot torn by a crash fails its
 * checksum and the other, one write older, counts. In place, because replacing files by rename costs 0.35 ms an
 * append on ext4 (it forces the new blocks out) and needs free space; this costs 0.01 ms and works on a full
 * disk.
 *
 * The state is never synced, so after a power cut it may be older OR newer than what the disk has of the log.
 * Therefore:
 *   - `now` is the end of the log, `synced` the end of the last append that was synced. A log shorter than
 * `synced` lost what was promised: a truncation. Between `synced` and `now` a loss is a truncation as long as the
 * machine has not been started anew (the page cache does not forget), and an accident, recorded as `recovered`,
 * when it has.
 *   - before an append writes, `unit` says how many bytes it is about to write and their digest. What stands
 * beyond `now` is then either that unit (signed by the next append), a part of it (cut off: all or nothing), or
 * bytes that refgate did not write (refused until an admin adopts them). After a new start of the machine the
 * state may be many appends old: then well-formed lines beyond it are taken, and the rest is cut off and kept. */
#ifndef GATE_AUDIT_LOG_STATE_H
#define GATE_AUDIT_LOG_STATE_H

#include "audit/lines.h"
#include "audit/note.h"

#define GATE_STATE_SLOT 4096
#define GATE_STATE_SIZE (2 * GATE_STATE_SLOT)

struct gate_boot {
	char id[36]; /* zeros: unknown */
};

/* What a recovery did; owed to the log until a `recovered` record says it. */
struct gate_log_recovery {
	uint64_t replayed;  /* entries that stood beyond the state and were taken */
	uint64_t lost;	    /* entries that the state had and the file has not */
	uint64_t cut_bytes; /* bytes that were no entry */
	uint64_t rebuilt;   /* 1: the state itself was lost */
};

struct gate_log_state {
	uint64_t gen; /* of the slot it came from */
	char origin[GATE_ORIGIN_SIZE];
	struct gate_boot boot; /* of the machine's start in which it was written */
	struct gate_log_mark now, synced;
	uint64_t unit_len; /* 0: no append was under way */
	uint8_t unit[32];  /* SHA-256 of its bytes */
	struct gate_log_recovery owed;
};

void gate_boot_now(struct gate_boot *b);
/* An unknown start counts as the same: the stricter rules hold. */
bool gate_boot_same(const struct gate_boot *a, const struct gate_boot *b);

/* The newer valid slot; false when there is none. */
bool gate_log_state_load(int fd, struct gate_log_state *s);
/* Counts gen up and writes the slot that is not the newest. */
int gate_log_state_save(int fd, struct gate_log_state *s, struct gate_err *err);
void gate_log_state_checkpoint(const struct gate_log_state *s, struct gate_checkpoint *cp);

/* What stands in the log beyond now.offset, when it was written in the same start of the machine. */
enum gate_log_tail { GATE_TAIL_FOREIGN, GATE_TAIL_NONE, GATE_TAIL_UNIT, GATE_TAIL_PART, GATE_TAIL_COUNT };
int gate_log_tail(int log, uint64_t size, const struct gate_log_state *s, enum gate_log_tail *out,
		  struct gate_err *err);

#endif
