/* Holding a push: the record is made when the decision is (pre-receive), and placed when the objects are kept (proc-receive, or
 * `update` on hosts without it). */
#ifndef GATE_GATE_HOLD_H
#define GATE_GATE_HOLD_H

#include "audit/log.h"
#include "gate/judge.h"
#include "gate/record.h"

/* Makes the record of the held refs of j under this id, with a fresh challenge and the statement's server part bound to the
 * checkpoint `cp`. */
int gate_hold_record(const struct gate_server *s, const struct gate_judged *j, const char *id, const struct gate_checkpoint *cp,
		     const struct gate_strs *environment, const struct gate_strs *options, struct gate_record *out,
		     struct gate_err *err);
/* Over a limit of open pendings? GATE_E_LIMIT with the number. */
int gate_hold_check_limits(const struct gate_server *s, const struct gate_judged *j, struct gate_err *err);
/* Writes the pending refs and the record in one transaction, superseding the actor's older pendings that share a ref; an open one
 * with the same id stays as it is. Takes the settle lock. Logged as `held`. */
int gate_hold_place(struct gate_server *s, struct gate_record *r, struct gate_err *err);
/* The same for the renewal of `old`, only while that one is still open and its actor holds nothing newer that shares a ref; *placed tells. */
int gate_hold_place_renewal(struct gate_server *s, struct gate_record *r, const char *old, bool *placed, struct gate_err *err);
/* The changes of a record. */
int gate_record_changes(const struct gate_record *r, struct gate_changes *out, struct gate_err *err);

#endif
