/* Closer looks at a path that a rule named: is it this rule's worst case, a weaker one, or none? Only what is proved on
 * both sides lowers a finding; what cannot be read keeps the row's weight. */
#ifndef GATE_CLASSIFIER_PATHS_CLOSER_H
#define GATE_CLASSIFIER_PATHS_CLOSER_H

#include "classifier/detect.h"

/* A table of words a rule: whether any line gained or lost holds one. */
int gate_closer_words(struct gate_detect *d, struct gate_look *l, struct gate_err *err);

#endif
