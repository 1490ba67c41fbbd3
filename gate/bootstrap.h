/* The policy of a repository whose policy ref was unborn at init (CONTRACT, init): it lies at refs/refgate/bootstrap until the policy ref
 * holds a .refgate/. When the ref's first commits have landed without one, the gate adds it. */
#ifndef GATE_GATE_BOOTSTRAP_H
#define GATE_GATE_BOOTSTRAP_H

#include "gate/server.h"

/* Nothing to do: 0. Otherwise one commit with the bootstrap's tree on the policy ref's tip, by compare-and-swap, recorded. Configures the
 * server when it is not yet. */
int gate_bootstrap_finish(struct gate_server *s, struct gate_err *err);

#endif
