/* GIT-BIG: one big blob. GIT-SIZE: a change too large to be read with care. */
#ifndef GATE_CLASSIFIER_OBJECTS_SIZE_H
#define GATE_CLASSIFIER_OBJECTS_SIZE_H

#include "classifier/detect.h"

int gate_size_init(struct gate_detect *d, struct gate_err *err);
void gate_size_release(struct gate_detect *d);
int gate_size_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err);
int gate_size_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);
int gate_size_end(struct gate_detect *d, struct gate_err *err);

#endif
