/* SEC-TXT for private keys, in every new object. */
#ifndef GATE_CLASSIFIER_SECRETS_PRIVATE_KEY_H
#define GATE_CLASSIFIER_SECRETS_PRIVATE_KEY_H

#include "classifier/detect.h"

int gate_private_key_init(struct gate_detect *d, struct gate_err *err);
void gate_private_key_release(struct gate_detect *d);
/* Whether the bytes hold the head of a key. */
bool gate_private_key_peek(struct gate_detect *d, const struct gate_peek *p);
/* Notes what it finds; findings are made at the end. */
int gate_private_key_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err);
/* A key that this path held before the change enters nothing: it is reported, and refused no more. */
int gate_private_key_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta,
			   struct gate_err *err);
int gate_private_key_end(struct gate_detect *d, struct gate_err *err);

#endif
