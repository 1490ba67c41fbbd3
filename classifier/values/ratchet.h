/* The ratchet (DESIGN section 7, HOLES 27): floors and test counts are measured from the last signed value. What a finding weighs when the
 * step that it tells is taken together with those that landed before it. */
#ifndef GATE_CLASSIFIER_VALUES_RATCHET_H
#define GATE_CLASSIFIER_VALUES_RATCHET_H

#include "classifier/classify.h"

/* Whether it tells a number that got worse, so that small steps of it could add up: a numeric row of a rule of kind value, fewer tests. */
bool gate_ratchet_takes(const struct gate_policy *p, const struct gate_finding *f);
/* Whether `base` is stricter than the old value of a finding that gate_ratchet_takes; then *w is what the whole step from base to its new
 * value weighs, never less than the finding. */
bool gate_ratchet_weigh(const struct gate_policy *p, const struct gate_finding *f, const char *base, struct gate_weight *w);

/* Whether findings of this rule are marks that are counted, as tests that are skipped: those that landed unsigned count beside the next one,
 * however long ago that was. */
bool gate_ratchet_counts(const struct gate_policy *p, const char *id);

#endif
