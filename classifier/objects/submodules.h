/* .gitmodules: GIT-SUB-URL (reference: classifier.md 4.2). Submodules are compared by their names, so that order, style and comments do not
 * count; each change weighs what it lets git do. Format: gitmodules(5). */
#ifndef GATE_CLASSIFIER_OBJECTS_SUBMODULES_H
#define GATE_CLASSIFIER_OBJECTS_SUBMODULES_H

#include "classifier/detect.h"

int gate_submodules_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err);

#endif
