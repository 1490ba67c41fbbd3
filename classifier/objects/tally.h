/* What only the whole of a change shows: GIT-DEL, GIT-GEN, GIT-CHURN (reference: classifier.md 4.3, 4.4). */
#ifndef GATE_CLASSIFIER_OBJECTS_TALLY_H
#define GATE_CLASSIFIER_OBJECTS_TALLY_H

#include "classifier/detect.h"

int gate_tally_entry(struct gate_detect *d, uint32_t change, const struct gate_entry *e, struct gate_err *err);
int gate_tally_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);
int gate_tally_end(struct gate_detect *d, struct gate_err *err);
int gate_tally_init(struct gate_detect *d, struct gate_err *err);
void gate_tally_release(struct gate_detect *d);

#endif
