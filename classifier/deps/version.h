/* Which of two versions is newer. */
#ifndef GATE_CLASSIFIER_DEPS_VERSION_H
#define GATE_CLASSIFIER_DEPS_VERSION_H

#include "formats/locks/ecosystem.h"

/* *cmp: below 0 when a is older. A negative answer: one of them is no version of that ecosystem. */
int gate_version_compare(enum gate_ecosystem e, const char *a, const char *b, int *cmp);

#endif
