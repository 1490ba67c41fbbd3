/* Symbolic links: GIT-SYM-OUT, GIT-SYM-GITDIR, GIT-SYM-CTRL (reference: classifier.md 4.1). Judged by their text alone: where a
 * link leads on the machine that checks it out is not known here. */
#ifndef GATE_CLASSIFIER_OBJECTS_LINK_H
#define GATE_CLASSIFIER_OBJECTS_LINK_H

#include "classifier/detect.h"

int gate_link_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err);

#endif
