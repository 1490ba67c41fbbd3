/* New names in a tree: GIT-DOTGIT (beside what the worker refuses), GIT-PATHBAD, GIT-CASE, GIT-BAREREPO (reference: classifier.md 4.1).
 * A tree is looked at when a name came to it; what stood there before says nothing by itself. */
#ifndef GATE_CLASSIFIER_OBJECTS_NAMES_H
#define GATE_CLASSIFIER_OBJECTS_NAMES_H

#include "classifier/detect.h"

int gate_names_look(struct gate_detect *d, uint32_t change, const struct gate_names *n, struct gate_err *err);

#endif
