/* Rules of kind value: which values a push makes worse. The effective values of both sides of each changed file are gathered
 * by the rows of all such rules, compared as multisets, and what went away is looked for in the other changed files before it
 * counts as removed: a move at an equal or stricter value is no finding. Keyed `tool:scope:metric`. */
#ifndef GATE_CLASSIFIER_VALUES_VALUES_H
#define GATE_CLASSIFIER_VALUES_VALUES_H

#include "classifier/detect.h"

struct gate_value_state;

int gate_values_init(struct gate_detect *d, struct gate_err *err);
void gate_values_release(struct gate_detect *d);
int gate_values_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);
int gate_values_end(struct gate_detect *d, struct gate_err *err);

#endif
