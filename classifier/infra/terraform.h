/* IAC-TF: Terraform and OpenTofu, block by block. */
#ifndef GATE_CLASSIFIER_INFRA_TERRAFORM_H
#define GATE_CLASSIFIER_INFRA_TERRAFORM_H

#include "classifier/detect.h"

int gate_terraform_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err);

#endif
