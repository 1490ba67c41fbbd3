/* TST-DEL: test files that go, unless the same tests came back under another name in the same change. */
#ifndef GATE_CLASSIFIER_TESTS_DELETED_H
#define GATE_CLASSIFIER_TESTS_DELETED_H

#include "classifier/detect.h"

int gate_tests_init(struct gate_detect *d, struct gate_err *err);
void gate_tests_release(struct gate_detect *d);
int gate_tests_deleted_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err);
int gate_tests_deleted_end(struct gate_detect *d, struct gate_err *err);

#endif
