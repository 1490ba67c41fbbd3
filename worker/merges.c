/* Merges that hold what neither side has: GIT-MERGE (reference: classifier.md 4.4). A path that only one side changed since the two
 * parted must come out as that side has it. Where both changed it, whoever merged had to choose. */
#include "worker/work.h"

#include <string.h>

void gate_work_merge_start(struct gate_merge *m, const struct gate_node *n, const uint32_t *parents)
{
	*m = (struct gate_merge){ .two = n->n_parents == 2 };
	if (m->two) {
		m->a = parents[n->first_parent];
		m->b = parents[n->first_parent + 1];
	}
}

/* Looked for at the first path that needs it. */
static int find_base(struct gate_work *w, struct gate_merge *m, struct gate_err *err)
{
	struct gate_nodes a = { &m->a, 1, 1 }, b = { &m->b, 1, 1 };
	uint32_t base;
	int rc;

	if (m->asked)
		return 0;
	m->asked = true;
	rc = gate_graph_merge_base(&w->graph, &a, &b, &m->found, &base, err);
	if (rc == 0 && m->found)
		rc = gate_graph_load(&w->graph, base, err);
	if (rc == 0 && m->found)
		m->tree = w->graph.nodes[base].tree;
	return rc;
}

/* What the base has at a path; mode 0: nothing. */
static int at_base(struct gate_work *w, const struct gate_merge *m, const char *path, uint32_t *mode, struct gate_oid *oid,
		   struct gate_err *err)
{
	struct gate_oid tree = m->tree;

	*mode = 0;
	for (const char *p = path;; p += strcspn(p, "/") + 1) {
		char name[GATE_PATH_MAX_BYTES + 1];
		size_t n = strcspn(p, "/");
		bool found;
		int rc;

		memcpy(name, p, n);
		name[n] = '\0';
		rc = gate_work_root_entry(w, &tree, name, oid, mode, &found, err);
		if (rc < 0 || !found || !p[n]) {
			*mode = found ? *mode : 0;
			return rc;
		}
		if (!gate_mode_is_tree(*mode)) {
			*mode = 0;
			return 0;
		}
		tree = *oid;
	}
}

int gate_work_merge_entry(struct gate_work *w, uint32_t change, const char *commit, struct gate_merge *m,
			  const struct gate_walk_entry *e, struct gate_err *err)
{
	struct gate_evil evil = { .path = e->path, .commit = commit };
	struct gate_oid base;
	uint32_t mode;
	int rc;

	if (!m->two)
		return 0;
	rc = find_base(w, m, err);
	if (rc < 0 || !m->found)
		return rc;
	rc = at_base(w, m, e->path, &mode, &base, err);
	if (rc < 0)
		return rc;
	if (e->n_olds == 0)
		evil.what = mode ? "both sides deleted it" : "neither side has it";
	/* one side alone has it and the base has not: it may have moved on the other side and been merged */
	for (size_t i = 0; mode && i < e->n_olds; i++) {
		if (gate_oid_eq(&e->olds[i].oid, &base))
			evil.what = "one side left it alone, and it is not as the other has it";
	}
	return evil.what ? gate_classify_evil(w->classifier, change, &evil, err) : 0;
}
