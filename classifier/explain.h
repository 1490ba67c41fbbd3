/* The points of a change as lines of text: every finding, what it adds, the running total; the numbers printed add up
 * to the score exactly. */
#ifndef GATE_CLASSIFIER_EXPLAIN_H
#define GATE_CLASSIFIER_EXPLAIN_H

#include "classifier/score.h"

/* Appends the lines for the score `s` of `f` (gate_score made it from the same findings). Every text from outside is
 * escaped. One line a finding, `+POINTS  ID  PATH:LINE  OLD -> NEW`, its message below; after each class its sum and
 * the running total; last the score and the tier. */
int gate_explain(struct gate_buf *out, const struct gate_findings *f, const struct gate_score *s, struct gate_err *err);

#endif
