/* A Dockerfile as a list of instructions (https://docs.docker.com/reference/dockerfile/): continuations joined, comments gone, here-documents with
 * their instruction. */
#ifndef GATE_CLASSIFIER_BUILD_DOCKERFILE_H
#define GATE_CLASSIFIER_BUILD_DOCKERFILE_H

#include "base/str.h"

struct gate_image_build {
	struct gate_strs images; /* of FROM and COPY --from, no earlier stage, ARG defaults written out */
	struct gate_strs secrets; /* names of ARG and ENV */
	bool has_stage, root; /* root: the last stage ends as root, as it does without USER */
	bool user;	      /* a USER says who */
};

int gate_image_build_read(const char *s, size_t len, struct gate_image_build *out, struct gate_err *err);
void gate_image_build_clear(struct gate_image_build *f);

#endif
