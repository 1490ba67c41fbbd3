/* What the maintainer signs is what he saw (HOLES 18): everything in the server's part of a statement that git objects can tell is made
 * again from the fetched objects and compared. */
#ifndef GATE_CLI_CONFIRM_H
#define GATE_CLI_CONFIRM_H

#include "cli/target.h"

/* GATE_E_STATEMENT names the first line that does not agree with the objects. */
int gate_confirm_record(struct gate_target *t, const struct gate_record *r, struct gate_err *err);
/* In a clone: the repository id and the log's checkpoint seen first are kept in the clone's own configuration, and a later record must
 * agree with them: another id is refused, and so is a log that is not the one seen before, grown (cli/witness.h). */
int gate_confirm_memory(struct gate_target *t, const struct gate_record *r, struct gate_err *err);

#endif
