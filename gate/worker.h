/* Runs refgate-worker: the judging run and the separate run for facts (HOLES 13), at the same time, each a fresh process
 * with an empty environment that gets one request and gives one bounded answer. */
#ifndef GATE_GATE_WORKER_H
#define GATE_GATE_WORKER_H

#include "base/wire.h"
#include "gate/server.h"

/* ask->mode is set here. Facts that the two runs tell differently are GATE_E_WORKER. `talk`: progress lines on stderr. */
int gate_worker_judge(const struct gate_server *s, struct gate_ask *ask, bool talk, struct gate_reply *out, struct gate_err *err);

/* Absolute path of a program beside this executable, or below its prefix (libexec/refgate). The caller frees. */
char *gate_worker_path(struct gate_err *err);

#endif
