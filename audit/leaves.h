/* The log's leaf hashes as text, in parts that follow each other: for those who see the repository's refs and not its log, and want to
 * know that the log of today continues the one they have seen (HOLES 18). With the leaves the root of every size can be made again,
 * whichever size they remember. A part (docs/PROTOCOL.audit.md, Leaves):
 *   log <from> <to> LF LF, the frontier of the tree at `from` (low levels first), the leaves [from, to); one base64 hash a line. */
#ifndef GATE_AUDIT_LEAVES_H
#define GATE_AUDIT_LEAVES_H

#include "audit/lines.h"

struct gate_leaves {
	uint64_t from, to;
	struct gate_tree before; /* at `from`, as the part says */
	const char *lines;	 /* borrowed from the text: to - from of them */
};

/* Appends the part that follows *m up to the last synced entry, and moves *m there; nothing when there is nothing new. What a power cut could
 * take away never stands in a part. A log that does not continue *m (`log adopt`, a restored backup) gives a part that begins at 0 again.
 * *m is zero for the first part, or what the last call left there; with GATE_LEAVES_LOST as its offset the place is looked for.
 * GATE_E_LOG: the log does not agree with its state. */
#define GATE_LEAVES_LOST UINT64_MAX
int gate_leaves_follow(const char *dir, struct gate_log_mark *m, struct gate_buf *out, struct gate_err *err);

/* Strict; white space after the last line is passed over. */
bool gate_leaves_parse(const char *s, size_t len, struct gate_leaves *out);
/* Adds leaf number i (from <= i < to) to the tree. False: it is no hash. */
bool gate_leaves_push(const struct gate_leaves *l, uint64_t i, struct gate_tree *t);

/* "<offset> <size> LF" and the frontier; and back. */
void gate_log_mark_format(const struct gate_log_mark *m, struct gate_buf *out);
bool gate_log_mark_parse(const char *s, size_t len, struct gate_log_mark *m);

#endif
