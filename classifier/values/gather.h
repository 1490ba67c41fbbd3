/* All values of one side of a changed file. */
#ifndef GATE_CLASSIFIER_VALUES_GATHER_H
#define GATE_CLASSIFIER_VALUES_GATHER_H

#include "classifier/values/place.h"

struct gate_value_regexes; /* compiled once a push */

/* Fills before and now with the values of both sides; either stays empty when the side is no file. *bad: a side could not be
 * read as what its rows say, and the finding for that has been made (none at a place that does not count). */
int gate_values_gather(struct gate_detect *d, struct gate_value_places *places, struct gate_value_regexes **regexes,
		       uint32_t change, const struct gate_delta *delta, struct gate_values *before,
		       struct gate_values *now, struct gate_err *err);
void gate_value_regexes_free(struct gate_value_regexes *r);

#endif
