/* SEC-TXT for every type of credential of rules/secrets and of the policy, in every new object and name. */
#ifndef GATE_CLASSIFIER_SECRETS_CREDENTIALS_H
#define GATE_CLASSIFIER_SECRETS_CREDENTIALS_H

#include "classifier/detect.h"

int gate_credentials_init(struct gate_detect *d, struct gate_err *err);
void gate_credentials_release(struct gate_detect *d);
bool gate_credentials_peek(struct gate_detect *d, const struct gate_peek *p);
/* Notes what it finds; findings are made at the end. */
int gate_credentials_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err);
/* What a file held before the change is not new, there or where it moved to. */
int gate_credentials_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);
int gate_credentials_end(struct gate_detect *d, struct gate_err *err);
/* Last of all: a credential in a path must not be shown by any finding. */
int gate_credentials_redact(struct gate_detect *d, struct gate_err *err);

#endif
