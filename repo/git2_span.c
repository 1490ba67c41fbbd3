/* Which commits a change brings, and where two histories meet. */
#include "repo/git2_paint.h"

enum { FROM_A = 1, FROM_B = 2, STALE = 4, FOUND = 8, IN_HEAP = 16 };
#define SIDES ((uint8_t)(FROM_A | FROM_B | STALE))

/* A walk from two sides at once (the algorithm of git's paint_down_to_common): `live` counts what stands in the frontier and
 * could still lead to a common commit. */
struct meeting {
	struct gate_graph *g;
	struct gate_marks marks;
	struct gate_nodes heap, found;
	size_t live;
};

static int reach(struct meeting *m, uint32_t node, uint8_t flags, struct gate_err *err)
{
	uint8_t had = gate_marks_get(&m->marks, node);
	int rc;

	if ((had & flags) == flags)
		return 0;
	rc = gate_graph_load(m->g, node, err);
	if (rc == 0)
		rc = gate_marks_or(&m->marks, node, flags | IN_HEAP, err);
	if (rc < 0)
		return rc;
	if (had & IN_HEAP) {
		if (!(had & STALE) && (flags & STALE))
			m->live--;
		return 0;
	}
	if (!((had | flags) & STALE))
		m->live++;
	return gate_heap_push(m->g, &m->heap, node, err);
}

static int meet_step(struct meeting *m, struct gate_err *err)
{
	uint32_t node = gate_heap_pop(m->g, &m->heap);
	uint8_t bits = gate_marks_get(&m->marks, node), flags = bits & SIDES;
	int rc = 0;

	gate_marks_unset(&m->marks, node, IN_HEAP);
	if (!(bits & STALE))
		m->live--;
	if (flags == (FROM_A | FROM_B)) {
		if (!(bits & FOUND)) {
			rc = gate_marks_or(&m->marks, node, FOUND, err);
			if (rc == 0)
				rc = gate_nodes_add(&m->found, node, err);
		}
		flags |= STALE;
	}
	for (uint32_t i = 0; rc == 0 && i < m->g->nodes[node].n_parents; i++)
		rc = reach(m, m->g->parents[m->g->nodes[node].first_parent + i], flags, err);
	return rc;
}

int gate_graph_merge_base(struct gate_graph *g, const struct gate_nodes *a, const struct gate_nodes *b, bool *found,
			  uint32_t *base, struct gate_err *err)
{
	struct meeting m = { .g = g };
	int rc = 0;

	*found = false;
	for (size_t i = 0; rc == 0 && i < a->n; i++)
		rc = reach(&m, a->v[i], FROM_A, err);
	for (size_t i = 0; rc == 0 && i < b->n; i++)
		rc = reach(&m, b->v[i], FROM_B, err);
	while (rc == 0 && m.live)
		rc = meet_step(&m, err);
	for (size_t i = 0; rc == 0 && i < m.found.n; i++) {
		uint32_t n = m.found.v[i];

		if ((gate_marks_get(&m.marks, n) & STALE) || (*found && g->nodes[n].when <= g->nodes[*base].when))
			continue;
		*base = n;
		*found = true;
	}
	gate_marks_clear(&m.marks);
	gate_nodes_clear(&m.heap);
	gate_nodes_clear(&m.found);
	return rc;
}

/* A depth-first walk that lists a commit after its parents. `stack` holds nodes, `next` which parent of each comes next. */
struct span_walk {
	struct gate_graph *g;
	struct gate_marks seen;
	struct gate_nodes stack, next;
	gate_known_fn *known;
	void *arg;
	struct gate_span *out;
};

enum { MET = 1, IS_EDGE = 2, IS_BOUNDARY = 4 };

static int list_once(struct span_walk *w, uint32_t node, uint8_t bit, struct gate_nodes *l, struct gate_err *err)
{
	int rc;

	if (gate_marks_get(&w->seen, node) & bit)
		return 0;
	rc = gate_marks_or(&w->seen, node, bit, err);
	return rc == 0 ? gate_nodes_add(l, node, err) : rc;
}

/* Meets a commit; `below_pushed` says that what names it (a pushed commit, or the ref itself) is no commit of the store. */
static int meet(struct span_walk *w, uint32_t node, bool below_pushed, struct gate_err *err)
{
	bool pushed = gate_store_pushed(w->g->store, &w->g->nodes[node].oid), known = false;
	int rc = 0;

	if (!pushed && below_pushed)
		rc = list_once(w, node, IS_EDGE, &w->out->edges, err);
	if (rc < 0 || (gate_marks_get(&w->seen, node) & MET))
		return rc;
	rc = gate_marks_or(&w->seen, node, MET, err);
	if (rc == 0 && !pushed)
		rc = w->known(w->arg, node, &known, err);
	if (rc == 0 && known)
		return list_once(w, node, IS_BOUNDARY, &w->out->boundary, err);
	if (rc == 0)
		rc = gate_graph_load(w->g, node, err);
	if (rc == 0)
		rc = gate_nodes_add(&w->stack, node, err);
	return rc == 0 ? gate_nodes_add(&w->next, 0, err) : rc;
}

static int span_step(struct span_walk *w, struct gate_err *err)
{
	uint32_t node = w->stack.v[w->stack.n - 1], *next = &w->next.v[w->next.n - 1];
	const struct gate_node *n = &w->g->nodes[node];

	if (*next == n->n_parents) {
		w->stack.n--;
		w->next.n--;
		return gate_nodes_add(&w->out->commits, node, err);
	}
	return meet(w, w->g->parents[n->first_parent + (*next)++], gate_store_pushed(w->g->store, &n->oid), err);
}

int gate_graph_span(struct gate_graph *g, uint32_t start, gate_known_fn *known, void *arg, struct gate_span *out,
		    struct gate_err *err)
{
	struct span_walk w = { .g = g, .known = known, .arg = arg, .out = out };
	int rc = meet(&w, start, true, err);

	while (rc == 0 && w.stack.n)
		rc = span_step(&w, err);
	gate_marks_clear(&w.seen);
	gate_nodes_clear(&w.stack);
	gate_nodes_clear(&w.next);
	return rc;
}
