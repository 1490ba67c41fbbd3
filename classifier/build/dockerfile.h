/* What a Dockerfile (formats/dockerfile.h) says of the image: where it comes from, which secrets it takes in, who runs it. */
#ifndef GATE_CLASSIFIER_BUILD_DOCKERFILE_H
#define GATE_CLASSIFIER_BUILD_DOCKERFILE_H

#include "base/str.h"

struct gate_image_build {
	struct gate_strs images; /* of FROM and COPY --from, no earlier stage, ARG defaults written out */
	struct gate_strs secrets; /* names of ARG and ENV */
	bool has_stage, root; /* root: the last stage ends as root, as it does without USER */
	bool user;	      /* a USER says who */
	bool cut;	      /* a limit was reached: the rest of the file was not read */
};

int gate_image_build_read(const char *s, size_t len, struct gate_image_build *out, struct gate_err *err);
void gate_image_build_clear(struct gate_image_build *f);

#endif
