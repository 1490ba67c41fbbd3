#include "gate/ratify.h"

uint32_t gate_ratify_persons(const struct gate_policy *p, int64_t now)
{
	gate_auto(gate_strs) struct gate_strs able = { 0 };
	struct gate_err ignored = { 0 };

	if (gate_policy_able(p, now, &able, &ignored) < 0 || able.n >= GATE_RATIFY_PERSONS)
		return GATE_RATIFY_PERSONS;
	return able.n ? (uint32_t)able.n : 1;
}

void gate_ratify_need(const struct gate_policy *p, int64_t now, struct gate_requirement *out)
{
	*out = (struct gate_requirement){ .approvals = gate_ratify_persons(p, now), .expires_s = GATE_RATIFY_SECONDS };
}
