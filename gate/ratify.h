/* A recovery (gate/recover.h) moved the policy ref before anybody could sign. Its record says so, stays open, and is signed like a pending by
 * `approve`: two persons, or all there are, ratify it. Until then `queue` tells everybody. A denial is recorded and shown; it moves nothing. */
#ifndef GATE_GATE_RATIFY_H
#define GATE_GATE_RATIFY_H

#include "gate/record.h"
#include "gate/server.h"

#define GATE_RATIFY_PERSONS 2
#define GATE_RATIFY_SECONDS ((int64_t)10 * 365 * 86400) /* as long as it waits, and a signature on it holds */

/* How many persons ratify under this policy: two, or all who could sign at `now`, never fewer than one. */
uint32_t gate_ratify_persons(const struct gate_policy *p, int64_t now);
/* What a recovery's record asks for; *out is clear before and the caller clears it. */
void gate_ratify_need(const struct gate_policy *p, int64_t now, struct gate_requirement *out);

#endif
