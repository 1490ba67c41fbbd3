/* A Dockerfile as a list of instructions, as BuildKit takes them (docs.docker.com/reference/dockerfile): continued lines joined
 * with nothing between, comments and the texts of heredocs gone. A heredoc that does not end is none: Docker refuses the file, and
 * what stands behind it is still read. */
#ifndef GATE_FORMATS_DOCKERFILE_H
#define GATE_FORMATS_DOCKERFILE_H

#include "base/str.h"

#include <stdint.h>

struct gate_docker_instruction {
	char *name;		/* in capitals: "FROM", "RUN"; of ONBUILD the instruction behind it stands in `args` */
	struct gate_strs flags; /* "--platform=x", "--mount=type=secret" */
	char *args;
	uint32_t line;
};

struct gate_dockerfile {
	struct gate_docker_instruction *v;
	size_t n, cap;
};

/* At most 20,000 instructions: GATE_E_LIMIT, and `out` has those before. Cleared with gate_dockerfile_clear, also after an error. */
int gate_dockerfile_parse(const char *s, size_t len, struct gate_dockerfile *out, struct gate_err *err);
void gate_dockerfile_clear(struct gate_dockerfile *d);

#endif
