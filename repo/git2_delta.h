/* What a delta of a pack makes of its base, and which of it is new. Source: git's gitformat-pack(5). */
#ifndef GATE_REPO_GIT2_DELTA_H
#define GATE_REPO_GIT2_DELTA_H

#include "base/spans.h"

#include <stdint.h>

struct gate_delta_base {
	char *bytes;
	size_t len;
	struct gate_spans kept; /* what is to be fresh in all that is made of it */
};

/* A number of seven bits a byte, the lowest first. *at is len + 1 behind one that does not end. */
uint64_t gate_delta_size(const uint8_t *s, size_t len, size_t *at);
/* Follows the instructions d[at, len), which must make exactly out[size]; false when they do not. *fresh: what was put in, a seam (an empty
 * stretch) where bytes of the base were left out or two of its places came together, also at either end, and where `kept` has come to lie. */
bool gate_delta_apply(const struct gate_delta_base *b, const uint8_t *d, size_t len, size_t at, char *out, size_t size,
		      struct gate_spans *fresh);

#endif
