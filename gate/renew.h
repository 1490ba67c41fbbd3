/* A pending whose target moved, or whose policy asks for more: where the held commits still contain the present target, the same push is
 * judged anew and becomes a new pending with an id and a challenge of its own, named in the old record; else it closes, and the agent
 * rebases (CONTRACT, Stale). */
#ifndef GATE_GATE_RENEW_H
#define GATE_GATE_RENEW_H

#include "gate/record.h"
#include "gate/server.h"

/* Closes one stale or expired pending, renewing it where that is possible. *next gets the new id, or "". Takes the settle lock itself;
 * needs a server with configuration and policy. */
int gate_renew_or_close(struct gate_server *s, const struct gate_record *r, enum gate_state now, char next[GATE_ID_LEN + 1],
			struct gate_err *err);
/* Looks through all open pendings, and does it for each that needs it. *closed counts. */
int gate_renew_all(struct gate_server *s, size_t *closed, size_t *open, struct gate_err *err);
/* Counts statements that arrived when nobody counted them (a lost post-receive), and moves what was left in the in-box. */
int gate_renew_statements(struct gate_server *s, struct gate_err *err);
/* Starts `refgate gc --stale` as a process of its own. */
void gate_renew_start(const struct gate_server *s);
/* Starts that as a process of its own when open pendings wait for one of these refs, which have just moved. */
void gate_renew_later(const struct gate_server *s, const struct gate_changes *moved);

#endif
