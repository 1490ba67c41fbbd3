/* YAML and JSON that describe infrastructure: Kubernetes, Helm values and charts, kustomize, Argo CD and Flux (IAC-K8S), CloudFormation and SAM
 * (IAC-OTH). A file is known by what it says, not by its name. */
#ifndef GATE_CLASSIFIER_INFRA_MANIFESTS_H
#define GATE_CLASSIFIER_INFRA_MANIFESTS_H

#include "classifier/detect.h"
#include "classifier/infra/walk.h"

int gate_manifests_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);

/* Facts of one side. */
int gate_kubernetes_facts(const struct gate_gain_place *p, const struct gate_node *root, struct gate_err *err);
int gate_cloudformation_facts(const struct gate_gain_place *p, const struct gate_node *root, struct gate_err *err);

#endif
