/* A few stretches of one text, in rising order: what must be looked at again when the rest is known. Plain data that the reader of packs
 * and the classifier exchange. */
#ifndef GATE_BASE_SPANS_H
#define GATE_BASE_SPANS_H

#include <stdbool.h>
#include <stddef.h>

#define GATE_SPANS_MAX 48u

struct gate_spans {
	struct {
		size_t from, to; /* from == to: the seam in front of byte `from` */
	} v[GATE_SPANS_MAX];
	unsigned n;
	bool over; /* there were more: nothing less than the whole text will do */
};

/* Adds [from, to]; any order. What touches becomes one. */
void gate_spans_add(struct gate_spans *l, size_t from, size_t to);
/* Each widened by `before` and `behind` within [0, len], and made one where they then touch. */
void gate_spans_widen(const struct gate_spans *l, size_t before, size_t behind, size_t len, struct gate_spans *to);

#endif
