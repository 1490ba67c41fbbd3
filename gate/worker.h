/* Runs refgate-worker: a fresh program with an empty environment that parts into the judging run and the separate run for facts
 * (HOLES 13) and gives one bounded answer of each, on descriptors of their own. */
#ifndef GATE_GATE_WORKER_H
#define GATE_GATE_WORKER_H

#include "base/wire.h"
#include "gate/server.h"

/* ask->mode is set here. Facts that the two runs tell differently are GATE_E_WORKER. `talk`: progress lines on stderr. */
int gate_worker_judge(const struct gate_server *s, struct gate_ask *ask, bool talk, struct gate_reply *out, struct gate_err *err);

/* Absolute path of a program beside this executable, or below its prefix (libexec/refgate). The caller frees. */
char *gate_worker_path(struct gate_err *err);

#endif
