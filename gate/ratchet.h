/* The ratchet: floors and test counts of a ref are measured from the value that persons signed last, not from the push before (DESIGN 7,
 * HOLES 27): 100, 99.9, ... 95 over fifty pushes that nobody signed is a drop of 5 on the one that crosses what is accepted.
 *
 * Each accepted push that made such a value worse leaves a line {"k":"ratchet","ref","tip","values":[{"id","subject","old"}]} in the log, as the
 * ledger's (gate/ledger.h). It has no time limit. It leaves when a signature covers it (a `clear` with "RATCHET <id> <subject> since <value>"), or
 * when the ref's history is without its commit. The strictest old value of those that are left is the base. */
#ifndef GATE_GATE_RATCHET_H
#define GATE_GATE_RATCHET_H

#include "gate/judge.h"

#define GATE_RATCHET_ID "RATCHET" /* of the key of what a signature covers; no rule has it */

/* Before the refs are scored: findings whose value was better when it was last signed tell the whole step and weigh as much as it. What they
 * stand for is noted in j->carried, so that the statement names it. */
int gate_ratchet_apply(const struct gate_server *s, struct gate_judged *j, struct gate_err *err);
/* Log entries for the steps that the accepted refs of j take. */
int gate_ratchet_entries(const struct gate_server *s, const struct gate_judged *j, struct gate_strs *bodies, struct gate_err *err);

#endif
