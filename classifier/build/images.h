/* Images of containers: from where, and how firmly they are named. */
#ifndef GATE_CLASSIFIER_BUILD_IMAGES_H
#define GATE_CLASSIFIER_BUILD_IMAGES_H

#include "classifier/detect.h"

/* Compares the images of both sides ("ghcr.io/a/b:1@sha256:..."): a digest that became a tag, a tag that became none, another registry.
 * Everything else (a new version, the same elsewhere) is nothing. */
int gate_images_compare(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, const char *id,
			const struct gate_strs *before, const struct gate_strs *now, struct gate_err *err);
/* A name as build arguments and variables have for secrets: parts between '_' count, so MAX_TOKENS and TOKEN_FILE are none. */
bool gate_name_is_secret(const char *name, size_t len);

/* The floor of BLD-DOCK's files, and what they gained. */
int gate_docker_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err);
/* Facts and images of a compose file. */
int gate_compose_compare(struct gate_detect *d, struct gate_look *l, struct gate_err *err);

#endif
