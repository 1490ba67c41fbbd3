/* The ledger (DESIGN 7, HOLES 27): findings from medium up that landed without a signature, so that a large change cut into small pushes
 * adds up. Keys: the target ref, the actor, the actor's owner. Lines of JSON in refgate/ledger, newest last; a signature that covered an
 * entry adds a line that clears it. The same facts stand in the log's `decision` and `released` entries, from which the file is made again
 * when it is gone. */
#ifndef GATE_GATE_LEDGER_H
#define GATE_GATE_LEDGER_H

#include "gate/judge.h"
#include "gate/record.h"

/* How much the ledger grew so far: a decision that enters it is only good for this version. */
int gate_ledger_version(const struct gate_server *s, uint64_t *version, struct gate_err *err);

/* Findings carried for a change of this ref by this actor, that no signature covered and that are younger than the policy's
 * ledger days; their `change` is 0. */
int gate_ledger_carried(const struct gate_server *s, const struct gate_actor *actor, const char *ref, struct gate_findings *out,
			struct gate_err *err);

/* The line for what an accepted ref of j brings into the ledger; nothing is appended when that is nothing. */
int gate_ledger_line(const struct gate_server *s, const struct gate_judged *j, size_t i, struct gate_buf *out, struct gate_err *err);
/* The line that clears what the signatures on a record covered; nothing when it carried nothing. */
int gate_ledger_clear_line(const struct gate_server *s, const struct gate_record *r, struct gate_buf *out, struct gate_err *err);
/* Appends lines as one write. */
int gate_ledger_append(const struct gate_server *s, const struct gate_buf *lines, struct gate_err *err);

/* sha256 over the sorted "<id> <subject>\n" of carried findings, "" when there are none: the `carried` line of a statement. */
int gate_ledger_digest(const struct gate_findings *carried, char hex[65], struct gate_err *err);

#endif
