/* The repository's own hooks, which init found and kept as NAME.chained: the same arguments, input and environment. */
#ifndef GATE_GATE_CHAIN_H
#define GATE_GATE_CHAIN_H

#include "repo/repo.h"

#define GATE_CHAIN_MS 600000

/* Runs hooks/NAME.chained when it exists and is executable; its output goes to our stderr. *code is its exit code (0 when there is
 * none). env NULL: our own environment, untouched, as git gave it. */
int gate_chain_run(const struct gate_repo *r, const char *name, const char *const *args, const void *in, size_t in_len,
		   const char *const *env, int *code, struct gate_err *err);
/* The own update hook about one ref, in our own environment; *said gets all that it wrote, which goes to our stderr too. */
int gate_chain_ask_update(const struct gate_repo *r, const char *ref, const char *old, const char *new, struct gate_buf *said, int *code,
			  struct gate_err *err);
/* The folder that git runs hooks from: $GIT_DIR/hooks (init refuses a foreign core.hooksPath). */
char *gate_chain_path(const struct gate_repo *r, const char *name);

#endif
