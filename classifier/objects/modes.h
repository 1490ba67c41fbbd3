/* What a path's mode says: GIT-TYPE, GIT-EXEC, GIT-SUB-SHA (reference: classifier.md 4.1, 4.2). */
#ifndef GATE_CLASSIFIER_OBJECTS_MODES_H
#define GATE_CLASSIFIER_OBJECTS_MODES_H

#include "classifier/detect.h"

int gate_modes_entry(struct gate_detect *d, uint32_t change, const struct gate_entry *e, struct gate_err *err);

#endif
