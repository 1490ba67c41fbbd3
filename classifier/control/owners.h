/* CODEOWNERS as what it means: who must review which path (OWN-CODE). Both versions are asked about each path of the push, about
 * paths that guard others, and about one path for each pattern; whoever is asked for less often than before is a finding.
 * GitHub: docs.github.com "About code owners" (the last match wins; no '!' and no '[ ]'). GitLab: docs.gitlab.com "Code Owners
 * syntax" (sections, ^ optional, [n] approvals, '!' from 17.10). */
#ifndef GATE_CLASSIFIER_CONTROL_OWNERS_H
#define GATE_CLASSIFIER_CONTROL_OWNERS_H

#include "classifier/detect.h"

int gate_owners_init(struct gate_detect *d, struct gate_err *err);
void gate_owners_release(struct gate_detect *d);
int gate_owners_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);
int gate_owners_end(struct gate_detect *d, struct gate_err *err);
/* The row's own finding is made at the end, when all files are known. */
int gate_owners_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err);

#endif
