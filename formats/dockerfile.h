/* A Dockerfile as a list of instructions (docs.docker.com/reference/dockerfile): continued lines joined, comments gone. */
#ifndef GATE_FORMATS_DOCKERFILE_H
#define GATE_FORMATS_DOCKERFILE_H

#include "base/str.h"

#include <stdint.h>

struct gate_docker_instruction {
	char *name;		/* in capitals: "FROM", "RUN"; of ONBUILD the instruction behind it stands in `args` */
	struct gate_strs flags; /* "--platform=x", "--mount=type=secret" */
	char *args;		/* the rest, one space between continued lines */
	char *heredoc;		/* texts of its heredocs one after the other, or NULL */
	uint32_t line;
};

struct gate_dockerfile {
	struct gate_docker_instruction *v;
	size_t n, cap;
	struct gate_strs directives; /* "syntax=docker/dockerfile:1", in small letters up to '=' */
};

/* At most 20,000 instructions (GATE_E_LIMIT). Cleared with gate_dockerfile_clear, also after an error. */
int gate_dockerfile_parse(const char *s, size_t len, struct gate_dockerfile *out, struct gate_err *err);
void gate_dockerfile_clear(struct gate_dockerfile *d);

#endif
