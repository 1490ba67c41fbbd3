/* Keys of project files that name what runs at install, build or test time: pyproject.toml, setup.cfg, pytest's settings (BLD-PY),
 * .cargo/config.toml and Cargo.toml (BLD-RS), composer.json (BLD-PHP). */
#ifndef GATE_CLASSIFIER_BUILD_PROJECT_FILES_H
#define GATE_CLASSIFIER_BUILD_PROJECT_FILES_H

#include "classifier/detect.h"

int gate_project_files_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);
/* The floor of composer.json: an edit that changes values. */
int gate_composer_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err);

#endif
