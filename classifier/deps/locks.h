/* Lockfiles by path: one that changed with its manifest (DEP-ADD), and one that changed alone (DEP-ORPHAN). */
#ifndef GATE_CLASSIFIER_DEPS_LOCKS_H
#define GATE_CLASSIFIER_DEPS_LOCKS_H

#include "classifier/detect.h"

int gate_locks_init(struct gate_detect *d, struct gate_err *err);
void gate_locks_release(struct gate_detect *d);
/* Notes manifests, which may come before or after their lockfile. */
int gate_locks_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);
/* Notes the lockfile; the finding is made at the end. */
int gate_locks_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err);
int gate_locks_end(struct gate_detect *d, struct gate_err *err);

#endif
