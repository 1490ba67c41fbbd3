/* Signs of an agent in a push: mail addresses that coding agents put into commits (reference: approval-audit-trace 12.9). Declared by
 * the agent itself and easy to leave out, so they only ever raise scrutiny (HOLES 19). */
#ifndef GATE_GATE_AGENTS_H
#define GATE_GATE_AGENTS_H

#include "base/str.h"

/* The agent's name when one of the mails is an agent's; NULL otherwise. Static. */
const char *gate_agent_sign(const struct gate_strs *mails);

#endif
