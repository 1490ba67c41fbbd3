/* A folder of rules on disk as plain files. */
#ifndef GATE_CLI_POLICY_DIR_H
#define GATE_CLI_POLICY_DIR_H

#include "base/change.h"

/* Every regular file below root but those that begin with '.'; paths are relative to it. */
int gate_cli_read_policy_dir(const char *root, struct gate_files *out, struct gate_err *err);

#endif
