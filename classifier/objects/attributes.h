/* .gitattributes: GIT-ATTR (reference: classifier.md 4.2). What holds for sample paths before and after is compared, so that order,
 * macros, comments and spelling do not count. Format: gitattributes(5). */
#ifndef GATE_CLASSIFIER_OBJECTS_ATTRIBUTES_H
#define GATE_CLASSIFIER_OBJECTS_ATTRIBUTES_H

#include "classifier/detect.h"

bool gate_attributes_bound(struct gate_detect *d, const char *path);
int gate_attributes_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err);
/* The path rule's own finding: that the file changed, when it could be compared. */
int gate_attributes_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err);

#endif
