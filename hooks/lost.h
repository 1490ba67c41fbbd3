/* Pushes whose post-receive never ran: a client that hung up before the report makes git die (HOLES 16). The next push finishes their
 * record. */
#ifndef GATE_HOOKS_LOST_H
#define GATE_HOOKS_LOST_H

#include "gate/server.h"

/* Sweeps refgate/inflight; logs as applied what landed, and starts the counting of statements that nobody counted. Needs a configured
 * server; writes no ref itself (a quarantine may be in force). */
void gate_lost_pushes(const struct gate_server *s);

#endif
