/* Upkeep behind a push instead of in it: init turns receive.autogc off, and now and then a push starts `git gc --auto` as a process of its
 * own that nobody waits for. */
#ifndef GATE_GATE_UPKEEP_H
#define GATE_GATE_UPKEEP_H

#include "gate/server.h"

/* Starts it for about one push in 64; the pusher does not wait. */
void gate_upkeep_sometimes(const struct gate_server *s);

/* Starts argv as a process of its own session, with none of our descriptors; nobody waits for it. */
void gate_upkeep_detach(const struct gate_server *s, const char *const *argv);

#endif
