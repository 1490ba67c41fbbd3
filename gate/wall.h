/* The second wall (HOLES 12): proc-receive, or `update` where a host leaves no proc-receive. A push is let through pre-receive only
 * after its wall was proved in the same run. And the stubs that init writes. */
#ifndef GATE_GATE_WALL_H
#define GATE_GATE_WALL_H

#include "gate/server.h"

/* What `update --canary` prints. */
#define GATE_CANARY "refgate " GATE_VERSION " stands here\n"

/* The text of a hook file: execs the absolute path of the executable, exits 1 with one clear line when it is missing. */
int gate_stub_text(const char *exe, const char *hook, struct gate_buf *out, struct gate_err *err);
/* Where git, or the host's dispatcher, looks for our hook NAME: hooks/NAME, or on update-only hosts hooks/NAME.d/refgate (Gitea, Forgejo) or
 * custom_hooks/NAME.d/refgate (GitLab) where such a folder is. The caller frees. */
char *gate_hook_place(const struct gate_repo *r, const char *hook, bool update_only);
/* Is hooks/NAME exactly the stub that init writes, and executable? */
bool gate_stub_in_place(const struct gate_server *s, const char *hook);
/* GATE_E_WALL with what is missing and how to repair it. */
int gate_wall_check(const struct gate_server *s, struct gate_err *err);
/* Whether holds are written by `update` (refgate.wall = update). */
bool gate_wall_is_update(const struct gate_server *s);

#endif
