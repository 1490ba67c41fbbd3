/* How many pushes are judged at once (HOLES 28): more wait, up to the judging limit, and are not refused for that. */
#ifndef GATE_GATE_SLOTS_H
#define GATE_GATE_SLOTS_H

#include "gate/server.h"

/* Both are freed when closed, or when the process ends. */
struct gate_slot {
	int own, any;
};
#define GATE_SLOT_NONE { -1, -1 }
void gate_slot_clear(struct gate_slot *slot);

/* Waits for a slot at most ms: one of the actor's own, so that one actor leaves half of them to the others, then one of all. Actors share
 * their own by a hash of the name, 64 kinds. */
int gate_slot_take(const struct gate_server *s, const char *actor, int ms, struct gate_slot *out, struct gate_err *err);

#endif
