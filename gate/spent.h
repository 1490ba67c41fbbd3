/* Approvals are spent when the release that uses them is durable in the log, before a ref moves (HOLES 16). A release that was begun and
 * did not end - git could not move a ref, the machine stopped - is found again here: either the refs did arrive, or the pending goes on
 * with a new challenge and no statements. The caller holds the settle lock. */
#ifndef GATE_GATE_SPENT_H
#define GATE_GATE_SPENT_H

#include "gate/record.h"
#include "gate/server.h"

/* Whether the log's last word about the pending is that its release began. */
int gate_spent_begun(const struct gate_server *s, const char *id, bool *begun, struct gate_err *err);
/* Whether every ref of the record stands at its new value. */
bool gate_spent_arrived(const struct gate_server *s, const struct gate_record *r);
/* An open pending whose release did not end: a new challenge, the statements go, and `release_failed` is logged. */
int gate_spent_renew(struct gate_server *s, struct gate_record *r, struct gate_err *err);

#endif
