/* Two questions about the push as a whole: does it leave objects that no walk reached (HOLES 4), and does it use objects, by their
 * name or as the base of a delta, whose bytes the pusher never showed and could not have read (HOLES 6)? */
#include "worker/work.h"

#include "repo/git2_paint.h"

#include <stdio.h>
#include <string.h>

/* Findings of one kind that are written out; what is more is counted in the last. */
#define SHOWN_MAX 20
/* Tree entries and commits that a search may look at. */
#define SEARCH_ENTRIES ((uint64_t)20 << 20)
#define SEARCH_COMMITS 500000u

struct count {
	struct gate_work *w;
	uint32_t n;
};

static int deny(struct gate_work *w, const char *id, uint32_t change, const struct gate_oid *oid, const char *what,
		struct gate_err *err)
{
	char hex[GATE_HEXSZ + 1], message[256];
	struct gate_denial d = { id, change, "", hex, "", message };

	gate_oid_hex(oid, hex);
	snprintf(message, sizeof(message), "object %s %s", hex, what);
	return gate_work_deny(w, &d, err);
}

static bool met(const struct gate_work *w, const struct gate_oid *oid, uint32_t bits)
{
	uint32_t had = 0;

	return gate_oidmap_get(&w->met, oid, &had) && (had & bits);
}

static int stray_one(void *arg, const struct gate_oid *oid, bool pushed, struct gate_err *err)
{
	struct count *c = arg;

	if (!pushed || met(c->w, oid, GATE_MET_REACHED) || c->n++ >= SHOWN_MAX)
		return 0;
	return deny(c->w, "GIT-STRAY", 0, oid,
		    "was sent, but nothing that is pushed leads to it; push again with a current git", err);
}

int gate_work_strays(struct gate_work *w, struct gate_err *err)
{
	struct count c = { .w = w };

	return gate_store_each_arrived(w->store, stray_one, &c, err);
}

/* What arrived though the store had it, and no walk reached, is what git completed a thin pack with (init sees to it that every push
 * is kept as a pack), or was sent for nothing. A parent's tree shows nearly all of it. That is enough, whatever parent: what stands
 * there was either there in the known history, or was reached as new in that parent. */
static int base_one(void *arg, const struct gate_oid *oid, bool pushed, struct gate_err *err)
{
	struct gate_work *w = arg;

	if (pushed || met(w, oid, GATE_MET_REACHED | GATE_MET_BESIDE))
		return 0;
	return gate_oidmap_set(&w->suspects, oid, GATE_SUSPECT_BASE, err);
}

int gate_work_bases(struct gate_work *w, struct gate_err *err)
{
	return gate_store_each_arrived(w->store, base_one, w, err);
}

int gate_work_named(struct gate_work *w, uint32_t change, const struct gate_oid *oid, bool *suspect, struct gate_err *err)
{
	uint32_t ignored;

	/* Without a quarantine nothing is pushed: stored commits are looked at, by someone who can read them. */
	*suspect = gate_store_has_quarantine(w->store) && !gate_store_pushed(w->store, oid);
	if (!*suspect || gate_oidmap_get(&w->suspects, oid, &ignored))
		return 0;
	return gate_oidmap_set(&w->suspects, oid, change, err);
}

/* The search goes from the open refs downwards, nearest history first, and takes from the suspects what it meets. */
struct search {
	struct gate_work *w;
	struct gate_oidmap trees; /* walked already */
	struct gate_marks met;
	struct gate_nodes heap;
	uint64_t entries;
};

static bool over(const struct search *s)
{
	return s->entries > SEARCH_ENTRIES;
}

static void found(struct search *s, const struct gate_oid *oid)
{
	gate_oidmap_drop(&s->w->suspects, oid);
}

/* An old value may be half gone since git pruned it: what is missing leads nowhere. */
static int dead_end(int rc, struct gate_err *err)
{
	if (rc != -GATE_E_OBJECT)
		return rc;
	gate_err_reset(err);
	return 0;
}

struct oids {
	struct gate_oid *v;
	size_t n, cap;
};

static int oids_push(struct oids *l, const struct gate_oid *oid, struct gate_err *err)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;
		struct gate_oid *v = reallocarray(l->v, cap, sizeof(*v));

		if (!v)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = *oid;
	return 0;
}

static int search_folder(struct search *s, const struct gate_oid *oid, struct oids *todo, struct gate_err *err)
{
	gate_auto(gate_obj) struct gate_obj o = { 0 };
	struct gate_tree_iter it;
	bool fresh;
	int rc = gate_oidmap_mark(&s->trees, oid, 1, &fresh, err);

	if (rc < 0 || !fresh)
		return rc;
	rc = gate_store_read_kind(s->w->store, oid, GATE_KIND_TREE, &o, err);
	if (rc < 0)
		return dead_end(rc, err);
	found(s, oid);
	gate_tree_start(&it, o.bytes, o.len);
	while (rc == 0 && s->w->suspects.n && gate_tree_next(&it)) {
		s->entries++;
		if (gate_mode_is_tree(it.e.mode))
			rc = oids_push(todo, &it.e.oid, err);
		else if (!gate_mode_is_gitlink(it.e.mode))
			found(s, &it.e.oid);
	}
	return rc;
}

static int search_tree(struct search *s, const struct gate_oid *root, struct gate_err *err)
{
	struct oids todo = { 0 };
	int rc = oids_push(&todo, root, err);

	while (rc == 0 && todo.n && s->w->suspects.n && !over(s)) {
		struct gate_oid oid = todo.v[--todo.n];

		rc = search_folder(s, &oid, &todo, err);
	}
	free(todo.v);
	return rc;
}

static int search_add(struct search *s, uint32_t node, struct gate_err *err)
{
	int rc = 0;

	if (gate_marks_get(&s->met, node))
		return 0;
	rc = gate_graph_load(&s->w->graph, node, err);
	if (rc < 0)
		return dead_end(rc, err);
	found(s, &s->w->graph.nodes[node].oid);
	rc = gate_marks_or(&s->met, node, 1, err);
	return rc == 0 ? gate_heap_push(&s->w->graph, &s->heap, node, err) : rc;
}

/* An open ref's value: itself and every tag on the way are readable, and what it leads to is searched. */
static int search_tip(struct search *s, const char *hex, struct gate_err *err)
{
	struct gate_peeled p;
	struct gate_oid oid;
	uint32_t node;
	int rc;

	if (!hex[0] || gate_is_zero_oid(hex))
		return 0;
	if (!gate_oid_parse(hex, &oid))
		return gate_err_set(err, GATE_E_WORKER, "the request names something that is no object id");
	rc = gate_peel(s->w->store, &oid, &p, err);
	if (rc < 0)
		return dead_end(rc, err);
	for (uint32_t i = 0; i < p.n_tags; i++)
		found(s, &p.tags[i]);
	found(s, &p.end);
	if (p.end_kind == GATE_KIND_TREE)
		return search_tree(s, &p.end, err);
	if (p.end_kind != GATE_KIND_COMMIT)
		return 0;
	rc = gate_graph_node(&s->w->graph, &p.end, &node, err);
	return rc == 0 ? search_add(s, node, err) : rc;
}

static int search_tips(struct search *s, const struct gate_strs *l, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && s->w->suspects.n && i < l->n; i++)
		rc = search_tip(s, l->v[i], err);
	return rc;
}

static int search_step(struct search *s, struct gate_err *err)
{
	struct gate_graph *g = &s->w->graph;
	uint32_t node = gate_heap_pop(g, &s->heap), first = g->nodes[node].first_parent, n = g->nodes[node].n_parents;
	struct gate_oid tree = g->nodes[node].tree;
	int rc = search_tree(s, &tree, err);

	for (uint32_t i = 0; rc == 0 && i < n; i++)
		rc = search_add(s, g->parents[first + i], err);
	return rc;
}

/* The commits that the push builds on come first: moved and copied files are found there at once. */
static int search_near(struct search *s, struct gate_err *err)
{
	struct gate_work *w = s->w;
	int rc = 0;

	for (size_t i = 0; rc == 0 && w->suspects.n && i < w->near.n; i++) {
		rc = gate_graph_load(&w->graph, w->near.v[i], err);
		if (rc == 0) {
			struct gate_oid tree = w->graph.nodes[w->near.v[i]].tree;

			found(s, &w->graph.nodes[w->near.v[i]].oid);
			rc = search_tree(s, &tree, err);
		}
	}
	return rc;
}

static int search_open(struct search *s, struct gate_err *err)
{
	const struct gate_ask *a = s->w->ask;
	int rc = search_tips(s, &a->accepted, err);

	if (rc == 0)
		rc = search_tips(s, &a->hidden, err);
	if (rc == 0)
		rc = search_tips(s, &a->open, err);
	if (rc == 0)
		rc = search_tip(s, a->policy_tip, err);
	for (size_t i = 0; rc == 0 && s->w->suspects.n && i < a->changes.n; i++)
		rc = search_tip(s, a->changes.v[i].old, err);
	for (size_t n = 0; rc == 0 && n < SEARCH_COMMITS && s->w->suspects.n && s->heap.n && !over(s); n++)
		rc = search_step(s, err);
	return rc;
}

static const char *why(const struct search *s, bool base)
{
	static const char *const texts[2][2] = {
		{ "is named but was not sent, and no open ref of the server leads to it",
		  "is named but was not sent, and could not be shown to be public" },
		{ "is what a delta stands on, and no open ref of the server leads to it; push again with --no-thin",
		  "is what a delta stands on, and could not be shown to be public; push again with --no-thin" },
	};

	return texts[base][over(s)];
}

/* What stands on a hidden object is cut from it: any word about it, an id or a finding, tells of what lies hidden. */
static void silence(struct gate_work *w)
{
	gate_findings_clear(&w->reply->findings);
	w->lost_deny = false;
	w->hidden_base = true;
}

static bool any_base(const struct gate_work *w)
{
	for (size_t i = 0; i < w->suspects.cap; i++) {
		if (w->suspects.v[i].used_value > GATE_SUSPECT_BASE)
			return true;
	}
	return false;
}

static int deny_suspects(struct search *s, struct gate_err *err)
{
	struct gate_work *w = s->w;
	bool bases = any_base(w);
	uint32_t shown = 0;
	int rc = 0;

	if (bases)
		silence(w);
	for (size_t i = 0; rc == 0 && i < w->suspects.cap && shown < SHOWN_MAX; i++) {
		const struct gate_oidslot *slot = &w->suspects.v[i];
		bool base = slot->used_value > GATE_SUSPECT_BASE;

		if (!slot->used_value || base != bases)
			continue;
		shown++;
		rc = deny(w, "GIT-STEAL", base ? 0 : slot->used_value - 1, &slot->oid, why(s, base), err);
	}
	return rc;
}

int gate_work_suspects(struct gate_work *w, struct gate_err *err)
{
	struct search s = { .w = w };
	int rc = 0;

	if (w->suspects.n)
		rc = search_near(&s, err);
	if (rc == 0 && w->suspects.n)
		rc = search_open(&s, err);
	if (rc == 0)
		rc = deny_suspects(&s, err);
	gate_oidmap_clear(&s.trees);
	gate_marks_clear(&s.met);
	gate_nodes_clear(&s.heap);
	return rc;
}
