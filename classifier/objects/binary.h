/* Programs, archives and pointers to content elsewhere: GIT-BIN, GIT-LFS (reference: classifier.md 4.2, 4.3). Told by what a file
 * begins with, never by its name. */
#ifndef GATE_CLASSIFIER_OBJECTS_BINARY_H
#define GATE_CLASSIFIER_OBJECTS_BINARY_H

#include "classifier/detect.h"

bool gate_binary_peek(struct gate_detect *d, const struct gate_peek *p);
int gate_binary_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err);
bool gate_lfs_peek(struct gate_detect *d, const struct gate_peek *p);
bool gate_lfs_bound(struct gate_detect *d, const char *path);
int gate_lfs_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err);
/* What kind of program or archive the bytes are; NULL: none. */
const char *gate_binary_kind(const char *s, size_t len);

#endif
