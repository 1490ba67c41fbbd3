/* The log of today continues the one this clone has seen (HOLES 18). What the clone keeps of a gate is the newest part of its leaves
 * (gate/witness.h) at refs/refgate-kept/<repo id>, beside the checkpoint in its configuration. */
#ifndef GATE_CLI_WITNESS_H
#define GATE_CLI_WITNESS_H

#include "audit/log.h"
#include "cli/target.h"

/* `now` is the checkpoint of a record, `kept` what the clone remembers of the gate, or NULL. Both must be sizes of the one log whose leaves the
 * gate shows, and those must continue the ones seen before; else GATE_E_LOG says what is wrong and what to do. When all is well, what was
 * seen is kept when the target closes. */
int gate_witness_check(struct gate_target *t, const char *repo_id, const struct gate_checkpoint *kept, const struct gate_checkpoint *now,
		       struct gate_err *err);

#endif
