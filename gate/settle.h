/* Settling a pending: count what was signed, then release, deny, or say what is missing. The one place that moves a protected ref
 * by signatures (DESIGN section 3 step 10, HOLES 16, 17). */
#ifndef GATE_GATE_SETTLE_H
#define GATE_GATE_SETTLE_H

#include "gate/record.h"
#include "gate/server.h"

struct gate_settled {
	enum gate_state state;	     /* OPEN: still waiting */
	struct gate_changes released; /* what moved */
	struct gate_buf lines;	     /* for the person: "released REF OLD..NEW" a line each, or "recorded, still needed: ..." */
};
void gate_settled_clear(struct gate_settled *s);

/* Takes the settle lock, reads everything again, decides, moves. A pending that is no longer open is reported, not an error. */
int gate_settle(struct gate_server *s, const char *id, struct gate_settled *out, struct gate_err *err);

/* Closes a pending without moving anything (expired, stale). Takes the settle lock. */
int gate_settle_close(struct gate_server *s, const char *id, enum gate_state state, const char *why, const char *by,
		      struct gate_err *err);

#endif
