/* package.json: what npm runs by itself (BLD-NPM) and what its test-like scripts check (BLD-TESTCMD). */
#ifndef GATE_CLASSIFIER_BUILD_NPM_H
#define GATE_CLASSIFIER_BUILD_NPM_H

#include "classifier/detect.h"

int gate_npm_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err);

#endif
