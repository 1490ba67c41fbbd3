/* How many pushes are judged at once (HOLES 28): more wait, up to the judging limit, and are not refused for that. */
#ifndef GATE_GATE_SLOTS_H
#define GATE_GATE_SLOTS_H

#include "gate/server.h"

/* Waits for a slot at most ms; gives a descriptor that frees it when closed (or when the process ends), or a negative code. */
int gate_slot_take(const struct gate_server *s, int ms, struct gate_err *err);

#endif
