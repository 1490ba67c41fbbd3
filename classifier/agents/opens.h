/* What an editor runs by itself when a folder is opened or its container is built: AGT-VSC is critical where that downloads a program and runs
 * it, for then nobody can read what runs (reference: classifier.md 5.4). Other keys of these files: control/key_rows.c. */
#ifndef GATE_CLASSIFIER_AGENTS_OPENS_H
#define GATE_CLASSIFIER_AGENTS_OPENS_H

#include "classifier/detect.h"

int gate_opens_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);
int gate_opens_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err);

#endif
