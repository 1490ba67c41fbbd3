/* Files that are programs of the build: a floor for every edit, and more where one gains a process, a download, or something that turns tests
 * off. BLD-PY, -RS, -GO, -C, -JVM, -NET, -RB, -PHP, -EX, -SH. */
#ifndef GATE_CLASSIFIER_BUILD_PROGRAMS_H
#define GATE_CLASSIFIER_BUILD_PROGRAMS_H

#include "classifier/detect.h"

/* The floor of a file that a row's paths name. */
int gate_program_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err);
/* What any file of a language may gain: go:generate, tests that equal everything, build steps in project files. */
int gate_program_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);

#endif
