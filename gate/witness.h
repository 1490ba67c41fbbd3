/* What the gate shows of its log to those who can only fetch: refs/refgate/log/leaves, a chain of commits, each with one more part of the
 * leaf hashes (audit/leaves.h). It grows with every push that is held, in the same transaction as the pending, so that whoever fetches
 * a record can tell whether its checkpoint and the one he remembers are of one log. */
#ifndef GATE_GATE_WITNESS_H
#define GATE_GATE_WITNESS_H

#include "gate/server.h"

#define GATE_REFS_LEAVES "refs/refgate/log/"
#define GATE_REF_LEAVES GATE_REFS_LEAVES "leaves"

/* Adds to `u` the update that brings the chain up to the log's last synced entry; nothing when it is there. The caller holds the settle lock and has
 * read the refs under it. */
int gate_witness_add(const struct gate_server *s, struct gate_ref_updates *u, struct gate_err *err);

#endif
