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

/* For the ratchet: the numbers of one delta that differ, as (subject, old, new) in millionths of the unit; the side that has
 * none is GATE_VALUE_ABSENT. Called once for each key of a numeric row; `worse_down`: less is worse. */
#define GATE_VALUE_ABSENT INT64_MIN
typedef int gate_value_number_fn(void *arg, const char *id, const char *subject, bool worse_down, int64_t old_number,
				 int64_t new_number, struct gate_err *err);
int gate_values_numbers(struct gate_detect *d, const struct gate_delta *delta, gate_value_number_fn *fn, void *arg,
			struct gate_err *err);

#endif
