/* IAC-OTH in source and settings of any language: TLS verification off, CORS open to all, a relaxed content policy, cloud programs (CDK, Pulumi),
 * web servers. */
#ifndef GATE_CLASSIFIER_INFRA_SOURCE_H
#define GATE_CLASSIFIER_INFRA_SOURCE_H

#include "classifier/detect.h"

int gate_infra_source_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);

#endif
