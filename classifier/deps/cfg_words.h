/* Where packages come from, said to a package manager on its command line or in a variable: Makefiles, Dockerfiles, scripts and CI set the same
 * things as its own files do (DEP-CFG; those are compared in cfg.c). */
#ifndef GATE_CLASSIFIER_DEPS_CFG_WORDS_H
#define GATE_CLASSIFIER_DEPS_CFG_WORDS_H

#include "classifier/detect.h"

int gate_cfg_words_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);

#endif
