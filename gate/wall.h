/* The second wall (HOLES 12): proc-receive, or `update` where a host leaves no proc-receive. A push is let through pre-receive only
 * after its wall was proved in the same run. And the stubs that init writes. */
#ifndef GATE_GATE_WALL_H
#define GATE_GATE_WALL_H

#include "gate/server.h"

/* The text of a hook file: execs the absolute path of the executable, exits 1 with one clear line when it is missing. */
int gate_stub_text(const char *exe, const char *hook, struct gate_buf *out, struct gate_err *err);
/* Is hooks/NAME exactly the stub that init writes, and executable? */
bool gate_stub_in_place(const struct gate_server *s, const char *hook);
/* GATE_E_WALL with what is missing and how to repair it. */
int gate_wall_check(const struct gate_server *s, struct gate_err *err);
/* Whether holds are written by `update` (refgate.wall = update). */
bool gate_wall_is_update(const struct gate_server *s);

#endif
