/* `init REPO --recover`: shows what changes, asks on the terminal, and only then does it. */
#ifndef GATE_CLI_RECOVER_H
#define GATE_CLI_RECOVER_H

#include "cli/cli.h"
#include "gate/install.h"

/* in: repo and maintainers; the options are looked at again, for --lost and for what does not go with --recover. A gate_exit or an error. */
int gate_cli_recover(const struct gate_args *a, const struct gate_install *in, struct gate_err *err);

#endif
