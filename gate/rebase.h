/* approve --rebase: a stale pending whose change still applies goes on as a new one, made by the gate itself from the recorded commits and
 * the present target, judged anew as a push of the recorded actor (HOLES 24, docs/adr/0014). Who asks brings no content. */
#ifndef GATE_GATE_REBASE_H
#define GATE_GATE_REBASE_H

#include "gate/settle.h"

/* Does what the stored request of a stale pending asks for, and says in out->lines what came of it: a new pending (out->state is OPEN), or why not
 * (STALE); then the request is spent. Takes the settle lock, but not while it merges and judges. */
int gate_rebase(struct gate_server *s, const char *id, struct gate_settled *out, struct gate_err *err);

#endif
