/* Formats that say who wants whom: a package that is new in the file and that nothing in it asks for was put there by hand. */
#include "classifier/deps/state.h"

#include <string.h>

struct walk {
	const struct gate_lock *l;
	uint8_t *met;	 /* a bit for each place of the text */
	uint32_t *queue; /* names to go on from */
	size_t n;
};

static bool meet(struct walk *w, uint32_t name)
{
	uint8_t bit = (uint8_t)(1u << (name & 7));

	if (w->met[name >> 3] & bit)
		return false;
	w->met[name >> 3] |= bit;
	return true;
}

static int by_from(const void *a, const void *b)
{
	const struct gate_edge *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

static size_t first_edge(const struct gate_lock *l, uint32_t from)
{
	size_t low = 0, high = l->n_edges;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (l->edges[mid].from < from)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Each edge is followed once: a name joins the queue once. */
static void follow(struct walk *w, uint32_t from)
{
	for (size_t i = first_edge(w->l, from); i < w->l->n_edges && w->l->edges[i].from == from; i++) {
		if (meet(w, w->l->edges[i].to))
			w->queue[w->n++] = w->l->edges[i].to;
	}
}

static bool is_old(const struct gate_dep_compare *c, const struct gate_dep *row)
{
	const struct gate_lock *old = &c->s->side[0];
	size_t low = 0, high = old->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct gate_dep *m = &old->v[mid];
		int o = m->role != row->role ? (int)m->role - row->role :
			m->eco != row->eco   ? (int)m->eco - row->eco :
					       strcmp(gate_lock_text(c->s, m->name), gate_lock_text(c->s, row->name));

		if (!o)
			return true;
		if (o < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

static int judge(struct gate_dep_compare *c, struct walk *w, struct gate_err *err)
{
	struct gate_lock *l = &c->s->side[1];
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < l->n; i++) {
		const struct gate_dep *d = &l->v[i];
		uint32_t as = d->alias ? d->alias : d->name;
		gate_auto(gate_buf) struct gate_buf subject = { 0 };
		struct gate_dep_saying what = { .id = "DEP-ORPHAN", .line = d->line, .at_most = &gate_dep_medium,
						.message = "a package is new in the lockfile and nothing in it asks for it: it was put "
							   "there by hand, or the tool would take it out again" };

		if (d->role != GATE_DEP_PACKAGE || d->flags & (GATE_DEP_BUNDLED | GATE_DEP_OPTIONAL) || !meet(w, as))
			continue;
		if (strchr(gate_lock_text(c->s, d->name), ' ') || is_old(c, d))
			continue;
		gate_buf_fmt(&subject, "%s %s is wanted by none", gate_ecosystem_name(d->eco), gate_lock_text(c->s, d->name));
		if (gate_buf_check(&subject, err) < 0)
			return -GATE_E_NOMEM;
		what.subject = subject.s;
		what.new_value = gate_lock_text(c->s, d->version);
		rc = gate_dep_say(c, &what, err);
	}
	return rc;
}

int gate_dep_compare_reach(struct gate_dep_compare *c, struct gate_err *err)
{
	struct gate_lock *l = &c->s->side[1];
	struct walk w = { .l = l };
	int rc;

	if (!l->edges_whole || !l->n_edges || !c->s->side[0].n)
		return 0;
	qsort(l->edges, l->n_edges, sizeof(*l->edges), by_from);
	if (l->edges[0].from)
		return 0; /* no root: a file of another time */
	w.met = calloc(1, c->s->text_len / 8 + 1);
	w.queue = malloc(l->n_edges * sizeof(*w.queue));
	rc = w.met && w.queue ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (rc == 0) {
		follow(&w, 0);
		for (size_t i = 0; i < w.n; i++)
			follow(&w, w.queue[i]);
		rc = judge(c, &w, err);
	}
	free(w.met);
	free(w.queue);
	return rc;
}
