/* What stands outside the log and speaks about it: checkpoints that maintainers signed, and refs that some entry must explain. */
#ifndef GATE_GATE_ANCHORS_H
#define GATE_GATE_ANCHORS_H

#include "audit/log.h"
#include "gate/server.h"

/* The checkpoints in the statements of open and closed pendings. The caller frees *out. */
int gate_anchors_collect(const struct gate_server *s, struct gate_checkpoint **out, size_t *n, struct gate_err *err);
/* A line for each branch or tag that stands at a value which no decision put there. */
int gate_anchors_unexplained(const struct gate_server *s, struct gate_buf *lines, struct gate_err *err);

#endif
