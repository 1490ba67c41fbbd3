/* The way back when the quorum cannot be reached any more (HOLES 23): on the server, as the owner of the repository, people and keys are put
 * into the rules in force without a signature. Nothing else of the rules changes; the log tells it before a ref moves; every pending
 * that was open is void; and a record waits to be ratified (gate/ratify.h). */
#ifndef GATE_GATE_RECOVER_H
#define GATE_GATE_RECOVER_H

#include "gate/install.h"

/* A recovery that could be carried out. */
struct gate_recovery {
	struct gate_server server;
	struct gate_files files;     /* the .refgate/ that would come into force */
	struct gate_policy *policy;  /* the same, compiled under the host's floor */
	struct gate_strs people;     /* named by the owner */
	struct gate_strs keys;	     /* their keys' fingerprints, in the same order as given */
	struct gate_strs lost;	     /* people whose keys are revoked with it */
	char by[64];		     /* the account that asks */
	struct gate_buf shown;	     /* what changes, for the question */
};
void gate_recovery_clear(struct gate_recovery *r);

/* Looks, and writes nothing. in: repo and maintainers; lost: people whose keys nobody has any more (revoked with the recovery, and not counted
 * in asking whether it is needed). Refuses when the quorum can be reached (GATE_E_QUORUM), when it could not be reached afterwards
 * either (GATE_E_QUORUM, with what is missing), and a key that is revoked (GATE_E_SIGNER). */
int gate_recovery_plan(const struct gate_install *in, const struct gate_strs *lost, struct gate_recovery *out, struct gate_err *err);
/* Does it under the settle lock, as planned or not at all: GATE_E_STALE when rules or ref moved since. Lines for the admin go to `report`. */
int gate_recovery_carry_out(struct gate_recovery *r, struct gate_buf *report, struct gate_err *err);

#endif
