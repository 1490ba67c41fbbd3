/* Settings of git that lie in the tree: .lfsconfig (GIT-LFSCFG), which git-lfs obeys wherever the repository is cloned, and the `config` of a
 * repository inside the tree (GIT-BAREREPO), which git obeys in that folder (reference: classifier.md 4.1, 4.2). */
#ifndef GATE_CLASSIFIER_OBJECTS_GIT_SETTINGS_H
#define GATE_CLASSIFIER_OBJECTS_GIT_SETTINGS_H

#include "classifier/detect.h"

int gate_lfsconfig_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err);
int gate_embedded_config_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);

#endif
