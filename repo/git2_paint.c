#include "repo/git2_paint.h"

#include <string.h>

#define PAINTED 1u
/* How far dates are trusted: a day, and that many commits more. Clocks of several machines stand behind one history. */
#define SLACK_S 86400
#define SLACK_COMMITS 64

void gate_marks_clear(struct gate_marks *m)
{
	free(m->stamp);
	free(m->bits);
	*m = (struct gate_marks){ 0 };
}

void gate_marks_reset(struct gate_marks *m)
{
	m->epoch++; /* one step for each change of a push at most: it never comes round */
}

uint8_t gate_marks_get(const struct gate_marks *m, uint32_t node)
{
	return node < m->cap && m->stamp[node] == m->epoch + 1 ? m->bits[node] : 0;
}

static int marks_grow(struct gate_marks *m, uint32_t node, struct gate_err *err)
{
	size_t cap = m->cap ? m->cap : 64;
	uint32_t *stamp;
	uint8_t *bits;

	while (cap <= node)
		cap *= 2;
	stamp = reallocarray(m->stamp, cap, sizeof(*stamp));
	if (stamp)
		m->stamp = stamp;
	bits = stamp ? realloc(m->bits, cap) : NULL;
	if (!bits)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	m->bits = bits;
	memset(m->stamp + m->cap, 0, (cap - m->cap) * sizeof(*m->stamp));
	m->cap = cap;
	return 0;
}

int gate_marks_or(struct gate_marks *m, uint32_t node, uint8_t bits, struct gate_err *err)
{
	uint8_t had = gate_marks_get(m, node);

	if (node >= m->cap && marks_grow(m, node, err) < 0)
		return -(int)err->code;
	m->stamp[node] = m->epoch + 1;
	m->bits[node] = had | bits;
	return 0;
}

void gate_marks_unset(struct gate_marks *m, uint32_t node, uint8_t bits)
{
	if (gate_marks_get(m, node))
		m->bits[node] &= (uint8_t)~bits;
}

/* By date; by oid where dates are equal, so that both runs over a push walk alike, whatever they read before. */
static bool newer(const struct gate_graph *g, uint32_t a, uint32_t b)
{
	const struct gate_node *x = &g->nodes[a], *y = &g->nodes[b];

	return x->when != y->when ? x->when > y->when : memcmp(x->oid.b, y->oid.b, GATE_OIDSZ) < 0;
}

static void swap(uint32_t *a, uint32_t *b)
{
	uint32_t t = *a;

	*a = *b;
	*b = t;
}

int gate_heap_push(const struct gate_graph *g, struct gate_nodes *h, uint32_t node, struct gate_err *err)
{
	int rc = gate_nodes_add(h, node, err);

	if (rc < 0)
		return rc;
	for (size_t i = h->n - 1; i > 0 && newer(g, h->v[i], h->v[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&h->v[i], &h->v[(i - 1) / 2]);
	return 0;
}

uint32_t gate_heap_pop(const struct gate_graph *g, struct gate_nodes *h)
{
	uint32_t top = h->v[0];

	h->v[0] = h->v[--h->n];
	for (size_t i = 0;;) {
		size_t l = 2 * i + 1, best = i;

		if (l < h->n && newer(g, h->v[l], h->v[best]))
			best = l;
		if (l + 1 < h->n && newer(g, h->v[l + 1], h->v[best]))
			best = l + 1;
		if (best == i)
			return top;
		swap(&h->v[i], &h->v[best]);
		i = best;
	}
}

void gate_paint_clear(struct gate_paint *p)
{
	gate_marks_clear(&p->marks);
	gate_nodes_clear(&p->heap);
}

void gate_paint_reset(struct gate_paint *p)
{
	gate_marks_reset(&p->marks);
	p->heap.n = 0;
}

int gate_paint_tip(struct gate_graph *g, struct gate_paint *p, uint32_t node, struct gate_err *err)
{
	int rc;

	if (gate_marks_get(&p->marks, node))
		return 0;
	rc = gate_graph_load(g, node, err);
	if (rc == 0)
		rc = gate_marks_or(&p->marks, node, PAINTED, err);
	return rc == 0 ? gate_heap_push(g, &p->heap, node, err) : rc;
}

static int paint_parents(struct gate_graph *g, struct gate_paint *p, uint32_t node, struct gate_err *err)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < g->nodes[node].n_parents; i++)
		rc = gate_paint_tip(g, p, g->parents[g->nodes[node].first_parent + i], err);
	return rc;
}

int gate_paint_reaches(struct gate_graph *g, struct gate_paint *p, uint32_t node, bool exact, bool *yes,
		       struct gate_err *err)
{
	int rc = gate_graph_load(g, node, err);
	unsigned slack = SLACK_COMMITS;

	while (rc == 0 && !gate_marks_get(&p->marks, node) && p->heap.n) {
		bool near = g->nodes[p->heap.v[0]].when >= g->nodes[node].when - SLACK_S;

		if (near)
			slack = SLACK_COMMITS;
		else if (!exact && slack-- == 0)
			break;
		rc = paint_parents(g, p, gate_heap_pop(g, &p->heap), err);
	}
	*yes = rc == 0 && gate_marks_get(&p->marks, node) != 0;
	return rc;
}
