/* What a change takes over from accepted sides that it merges. A path that such a side changed itself since it parted from the
 * change's base, and that the tip holds exactly so, was judged when that side landed (CONTRACT, Verdicts). What the merge makes of
 * it beyond that, or throws away of its own side, differs and is judged. */
#include "worker/work.h"

#include "base/crypto.h"

#include <string.h>

/* More sides than these are not worth their cost: then everything counts as the change's own. */
#define SIDES_MAX 8

static void key_of(const char *path, uint32_t mode, const struct gate_oid *oid, struct gate_oid *key)
{
	struct gate_sha256 h;
	uint8_t d[GATE_SHA256_LEN], m[4] = { (uint8_t)(mode >> 24), (uint8_t)(mode >> 16), (uint8_t)(mode >> 8), (uint8_t)mode };

	gate_sha256_init(&h);
	gate_sha256_update(&h, oid->b, GATE_OIDSZ);
	gate_sha256_update(&h, m, sizeof(m));
	gate_sha256_update(&h, path, strlen(path));
	gate_sha256_final(&h, d);
	memcpy(key->b, d, GATE_OIDSZ);
}

static int on_side(void *arg, const char *path, uint32_t old_mode, const struct gate_oid *old_oid, uint32_t new_mode,
		   const struct gate_oid *new_oid, struct gate_err *err)
{
	struct gate_oid key;

	(void)old_mode;
	(void)old_oid;
	key_of(path, new_mode, new_oid, &key);
	return gate_oidmap_set(arg, &key, 1, err);
}

static int one_side(struct gate_work *w, uint32_t base, uint32_t side, struct gate_oidmap *taken, struct gate_err *err)
{
	struct gate_nodes a = { &base, 1, 1 }, b = { &side, 1, 1 };
	struct gate_oid from, to;
	uint32_t fork;
	bool found;
	int rc = gate_graph_merge_base(&w->graph, &a, &b, &found, &fork, err);

	if (rc < 0 || (found && fork == side))
		return rc; /* the base holds that side already */
	rc = gate_graph_load(&w->graph, side, err);
	if (rc == 0 && found)
		rc = gate_graph_load(&w->graph, fork, err);
	if (rc < 0)
		return rc;
	to = w->graph.nodes[side].tree;
	if (found)
		from = w->graph.nodes[fork].tree;
	return gate_walk_delta(w->store, found ? &from : NULL, &to, on_side, taken, err);
}

int gate_work_taken(struct gate_work *w, const struct gate_brought *look, const struct gate_facts *f, struct gate_oidmap *taken,
		    struct gate_err *err)
{
	const struct gate_nodes *sides = &look->span.boundary;
	struct gate_oid oid;
	uint32_t base;
	int rc = 0;

	if (!f->base[0] || sides->n < 2 || sides->n > SIDES_MAX)
		return 0;
	if (!gate_oid_parse(f->base, &oid))
		return gate_err_set(err, GATE_E_BUG, "a base that is no object id");
	rc = gate_graph_node(&w->graph, &oid, &base, err);
	for (size_t i = 0; rc == 0 && i < sides->n; i++)
		rc = one_side(w, base, sides->v[i], taken, err);
	return rc;
}

bool gate_work_is_taken(const struct gate_oidmap *taken, const char *path, uint32_t mode, const struct gate_oid *oid)
{
	struct gate_oid key;
	uint32_t ignored;

	if (!taken->n)
		return false;
	key_of(path, mode, oid, &key);
	return gate_oidmap_get(taken, &key, &ignored);
}
