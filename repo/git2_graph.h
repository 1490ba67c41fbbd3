/* The history: commits as numbered nodes, read once each; which of them a change brings, what contains what, and where two
 * lines of history meet. All walks are explicit, none recurses.
 *
 * Dates order the walks but decide nothing that protects: a false date can make a commit count as new (it is judged once more),
 * or cost time, never make a new one count as known. */
#ifndef GATE_REPO_GIT2_GRAPH_H
#define GATE_REPO_GIT2_GRAPH_H

#include "repo/git2_store.h"

#define GATE_TAG_CHAIN_MAX 16 /* tags of tags */

struct gate_node {
	struct gate_oid oid;
	struct gate_oid tree;
	int64_t when;
	uint32_t first_parent; /* index into gate_graph.parents */
	uint32_t n_parents;
	bool loaded;
};

struct gate_graph {
	struct gate_store *store; /* borrowed */
	struct gate_oidmap index;
	struct gate_node *nodes;
	size_t n_nodes, cap_nodes;
	uint32_t *parents;
	size_t n_parents, cap_parents;
};

void gate_graph_clear(struct gate_graph *g);
/* The node of a commit; not read yet. */
int gate_graph_node(struct gate_graph *g, const struct gate_oid *oid, uint32_t *node, struct gate_err *err);
/* Reads it unless it was. GATE_E_OBJECT when it is missing or no commit. */
int gate_graph_load(struct gate_graph *g, uint32_t node, struct gate_err *err);

/* A growing list of nodes; zero-initialise. */
struct gate_nodes {
	uint32_t *v;
	size_t n, cap;
};

void gate_nodes_clear(struct gate_nodes *l);
int gate_nodes_add(struct gate_nodes *l, uint32_t node, struct gate_err *err);

/* What a ref's value leads to, step by step. */
struct gate_peeled {
	enum gate_kind kind;	 /* of the value itself */
	enum gate_kind end_kind; /* of what the last tag names */
	struct gate_oid end;
	struct gate_oid tags[GATE_TAG_CHAIN_MAX]; /* the tags passed, outermost first */
	uint32_t n_tags;
};

/* GATE_E_LIMIT beyond GATE_TAG_CHAIN_MAX tags. */
int gate_peel(struct gate_store *s, const struct gate_oid *oid, struct gate_peeled *out, struct gate_err *err);

/* Bits for nodes that are all cleared at once, in constant time. */
struct gate_marks {
	uint32_t *stamp;
	uint8_t *bits;
	size_t cap;
	uint32_t epoch;
};

/* The history below some tips, painted downwards only as far as a question needs. */
struct gate_paint {
	struct gate_marks marks;
	struct gate_nodes heap; /* the frontier, newest first */
};

void gate_paint_clear(struct gate_paint *p);
void gate_paint_reset(struct gate_paint *p);
int gate_paint_tip(struct gate_graph *g, struct gate_paint *p, uint32_t node, struct gate_err *err);
/* Whether the node is a tip or below one. Unless `exact`, a commit far older than everything left unpainted is not looked for
 * further (dates decide), so that "no" may be wrong where clocks were. */
int gate_paint_reaches(struct gate_graph *g, struct gate_paint *p, uint32_t node, bool exact, bool *yes,
		       struct gate_err *err);

/* The newest commit that both a history below `a` and one below `b` hold, and that no other such commit contains. */
int gate_graph_merge_base(struct gate_graph *g, const struct gate_nodes *a, const struct gate_nodes *b, bool *found,
			  uint32_t *base, struct gate_err *err);

/* Says whether a commit that the store had before the push is known already (hidden, or below the change's old value). */
typedef int gate_known_fn(void *arg, uint32_t node, bool *known, struct gate_err *err);

struct gate_span {
	struct gate_nodes commits;  /* what the change brings, parents before children */
	struct gate_nodes edges;    /* commits of the store before the push on which the pushed ones stand; `start` itself when
				       it is one */
	struct gate_nodes boundary; /* known parents of what it brings, or `start` itself */
};

void gate_span_clear(struct gate_span *s);
int gate_graph_span(struct gate_graph *g, uint32_t start, gate_known_fn *known, void *arg, struct gate_span *out,
		    struct gate_err *err);

#endif
