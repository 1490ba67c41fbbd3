/* Upkeep behind a push instead of in it: init turns receive.autogc off, and a push starts what is due as a process of its own that nobody
 * waits for. */
#ifndef GATE_GATE_UPKEEP_H
#define GATE_GATE_UPKEEP_H

#include "gate/server.h"

/* Puts small packs together when there are many of them, and now and then collects garbage; the pusher does not wait. */
void gate_upkeep_sometimes(const struct gate_server *s);

/* Starts argv as a process of its own session, with none of our descriptors; nobody waits for it. */
void gate_upkeep_detach(const struct gate_server *s, const char *const *argv);

#endif
