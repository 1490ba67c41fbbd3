#include "repo/git2_graph.h"

#include "repo/git2_parse.h"

#include <string.h>

#define NODES_MAX ((size_t)8 << 20)

void gate_nodes_clear(struct gate_nodes *l)
{
	free(l->v);
	*l = (struct gate_nodes){ 0 };
}

int gate_nodes_add(struct gate_nodes *l, uint32_t node, struct gate_err *err)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 16;
		uint32_t *v = reallocarray(l->v, cap, sizeof(*v));

		if (!v)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = node;
	return 0;
}

void gate_graph_clear(struct gate_graph *g)
{
	gate_oidmap_clear(&g->index);
	free(g->nodes);
	free(g->parents);
	*g = (struct gate_graph){ 0 };
}

int gate_graph_node(struct gate_graph *g, const struct gate_oid *oid, uint32_t *node, struct gate_err *err)
{
	if (gate_oidmap_get(&g->index, oid, node))
		return 0;
	if (g->n_nodes >= NODES_MAX)
		return gate_err_set(err, GATE_E_LIMIT, "the history has more than %zu commits", NODES_MAX);
	if (g->n_nodes == g->cap_nodes) {
		size_t cap = g->cap_nodes ? g->cap_nodes * 2 : 64;
		struct gate_node *v = reallocarray(g->nodes, cap, sizeof(*v));

		if (!v)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		g->nodes = v;
		g->cap_nodes = cap;
	}
	*node = (uint32_t)g->n_nodes++;
	g->nodes[*node] = (struct gate_node){ .oid = *oid };
	return gate_oidmap_set(&g->index, oid, *node, err);
}

static int add_parent(struct gate_graph *g, uint32_t node, struct gate_err *err)
{
	struct gate_nodes l = { g->parents, g->n_parents, g->cap_parents };
	int rc = gate_nodes_add(&l, node, err);

	g->parents = l.v;
	g->n_parents = l.n;
	g->cap_parents = l.cap;
	return rc;
}

int gate_graph_load(struct gate_graph *g, uint32_t node, struct gate_err *err)
{
	gate_auto(gate_obj) struct gate_obj o = { 0 };
	struct gate_oid oid = g->nodes[node].oid, parent;
	struct gate_commit_view view;
	uint32_t first = (uint32_t)g->n_parents, p;
	char hex[GATE_HEXSZ + 1];
	int rc;

	if (g->nodes[node].loaded)
		return 0;
	gate_oid_hex(&oid, hex);
	rc = gate_store_read_kind(g->store, &oid, GATE_KIND_COMMIT, &o, err);
	if (rc < 0)
		return rc;
	if (!gate_parse_commit(o.bytes, o.len, &view))
		return gate_err_set(err, GATE_E_OBJECT, "commit %s is malformed: no tree and parents at its head", hex);
	for (uint32_t i = 0; rc == 0 && i < view.n_parents; i++) {
		gate_commit_parent(&view, i, &parent);
		rc = gate_graph_node(g, &parent, &p, err);
		if (rc == 0)
			rc = add_parent(g, p, err);
	}
	if (rc == 0) {
		struct gate_node *n = &g->nodes[node];

		n->tree = view.tree;
		n->when = view.when;
		n->first_parent = first;
		n->n_parents = view.n_parents;
		n->loaded = true;
	}
	return rc;
}

static int peel_tag(struct gate_store *s, struct gate_peeled *out, struct gate_err *err)
{
	gate_auto(gate_obj) struct gate_obj o = { 0 };
	struct gate_tag_view view;
	char hex[GATE_HEXSZ + 1];
	int rc;

	gate_oid_hex(&out->end, hex);
	if (out->n_tags == GATE_TAG_CHAIN_MAX)
		return gate_err_set(err, GATE_E_LIMIT, "tag %s: more than %d tags of tags", hex, GATE_TAG_CHAIN_MAX);
	rc = gate_store_read(s, &out->end, &o, err);
	if (rc < 0)
		return rc;
	if (!gate_parse_tag(o.bytes, o.len, &view))
		return gate_err_set(err, GATE_E_OBJECT, "tag %s is malformed: no object and type at its head", hex);
	out->tags[out->n_tags++] = out->end;
	out->end = view.target;
	return 0;
}

int gate_peel(struct gate_store *s, const struct gate_oid *oid, struct gate_peeled *out, struct gate_err *err)
{
	size_t size;
	int rc;

	*out = (struct gate_peeled){ .end = *oid };
	rc = gate_store_stat(s, oid, &out->kind, &size, err);
	out->end_kind = out->kind;
	while (rc == 0 && out->end_kind == GATE_KIND_TAG) {
		rc = peel_tag(s, out, err);
		if (rc == 0)
			rc = gate_store_stat(s, &out->end, &out->end_kind, &size, err);
	}
	return rc;
}

void gate_span_clear(struct gate_span *s)
{
	gate_nodes_clear(&s->commits);
	gate_nodes_clear(&s->edges);
	gate_nodes_clear(&s->boundary);
}
