/* Text for agents that a person does not see or is not meant to (AGT-HIDE): orders in comments, "do not mention", long base64,
 * "read and follow" an address. Compared before and after as a set, so that what was there already is not told again. */
#ifndef GATE_CLASSIFIER_AGENTS_HIDDEN_H
#define GATE_CLASSIFIER_AGENTS_HIDDEN_H

#include "classifier/detect.h"

int gate_agents_hidden_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);

#endif
