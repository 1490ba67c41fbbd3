/* Where tasks that test stand: package.json, deno.json, composer.json, Makefile, tox.ini, noxfile.py, pyproject.toml, mix.exs, Rakefile. */
#ifndef GATE_CLASSIFIER_BUILD_TASK_FILES_H
#define GATE_CLASSIFIER_BUILD_TASK_FILES_H

#include "classifier/detect.h"

int gate_task_files_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);

#endif
