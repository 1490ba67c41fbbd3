/* TLS and CORS where neither source nor a reader of its own looks: Terraform and XML (IAC-OTH; the rows of source code are in source.c). */
#ifndef GATE_CLASSIFIER_INFRA_CONNECTIONS_H
#define GATE_CLASSIFIER_INFRA_CONNECTIONS_H

#include "classifier/detect.h"

int gate_connections_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);

#endif
