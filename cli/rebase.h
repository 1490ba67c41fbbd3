/* What a maintainer sees of a rebase: approve --rebase, diff --rebased. */
#ifndef GATE_CLI_REBASE_H
#define GATE_CLI_REBASE_H

#include "cli/target.h"

/* Prints how the commits of a rebased pending differ from those it was made of; its objects are here. A usage error when it is none. */
int gate_cli_range_diff(struct gate_target *t, const struct gate_record *r, struct gate_err *err);
/* After the gate has rebased the pending `old`: shows what came out and what to do. Gives a gate_exit. */
int gate_cli_rebased(struct gate_target *t, const char *old, struct gate_err *err);

#endif
