/* Rules that speak of paths: the rows of kind path, the content rows of a policy on what a file gained, and
 * `.refgate/`. */
#ifndef GATE_CLASSIFIER_PATHS_RULES_H
#define GATE_CLASSIFIER_PATHS_RULES_H

#include "classifier/detect.h"

/* GATE-RULES: the gate's own files. */
int gate_path_own_rules(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);
/* GATE-OWNER: a path of `owners:`; the subject is "owner:<index>", so that the gate can add what those owners ask. */
int gate_path_owners(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);
/* Every row whose paths match, after a closer look where the row has one (gate_closers). */
int gate_path_rules_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);
/* Rows that deny, on each new object: what a later commit of the same push removes has entered history all the same. */
int gate_path_rules_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err);

#endif
