/* Commits that stand apart: GIT-ORPHAN (reference: classifier.md 4.4). */
#ifndef GATE_CLASSIFIER_OBJECTS_ORPHAN_H
#define GATE_CLASSIFIER_OBJECTS_ORPHAN_H

#include "classifier/detect.h"

int gate_orphan_commit(struct gate_detect *d, uint32_t change, const struct gate_commit *k, struct gate_err *err);

#endif
