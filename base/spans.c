#include "base/spans.h"

#include <string.h>

/* Of [first, last) and the new one only one remains, at `first`. */
static void join(struct gate_spans *l, unsigned first, unsigned last, size_t from, size_t to)
{
	if (from < l->v[first].from)
		l->v[first].from = from;
	if (to < l->v[last - 1].to)
		to = l->v[last - 1].to;
	l->v[first].to = to;
	memmove(&l->v[first + 1], &l->v[last], (l->n - last) * sizeof(l->v[0]));
	l->n -= last - first - 1;
}

void gate_spans_add(struct gate_spans *l, size_t from, size_t to)
{
	unsigned first = l->n, last;

	if (l->over)
		return;
	while (first > 0 && l->v[first - 1].to >= from)
		first--;
	for (last = first; last < l->n && l->v[last].from <= to; last++)
		;
	if (last > first) {
		join(l, first, last, from, to);
		return;
	}
	if (l->n == GATE_SPANS_MAX) {
		l->over = true;
		return;
	}
	memmove(&l->v[first + 1], &l->v[first], (l->n - first) * sizeof(l->v[0]));
	l->v[first].from = from;
	l->v[first].to = to;
	l->n++;
}

void gate_spans_widen(const struct gate_spans *l, size_t before, size_t behind, size_t len, struct gate_spans *to)
{
	to->n = 0;
	to->over = l->over;
	for (unsigned i = 0; i < l->n && !to->over; i++) {
		size_t a = l->v[i].from, b = l->v[i].to < len ? l->v[i].to : len;

		gate_spans_add(to, a > before ? a - before : 0, len - b > behind ? b + behind : len);
	}
}
