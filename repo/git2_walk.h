/* Walks over trees: what a commit's tree holds that none of its parents' trees holds at the same place, and what differs
 * between two trees. One tree is in memory at a time beside those it is compared with; what is left to do is a list of names. */
#ifndef GATE_REPO_GIT2_WALK_H
#define GATE_REPO_GIT2_WALK_H

#include "repo/git2_parse.h"
#include "repo/git2_store.h"

#define GATE_WALK_PARENTS_MAX 16 /* of an octopus; the others' trees are not compared, so that more counts as new */

enum gate_walk_step {
	GATE_WALK_SKIP,
	GATE_WALK_ENTER,
	GATE_WALK_ENTER_COVERED, /* as ENTER, and everything below is met with `covered` set */
};

/* What stands in one place; modes are git's own four (100644, 100755, 120000, 160000). */
struct gate_walk_side {
	uint32_t mode;
	struct gate_oid oid;
};

struct gate_walk_entry {
	const char *path;
	uint32_t mode;
	const struct gate_oid *oid;
	bool covered;
	const struct gate_walk_side *olds; /* of the parents that have a blob or a gitlink here */
	size_t n_olds;
};

struct gate_walk_name {
	const char *s;
	size_t len;
	uint32_t mode; /* as written */
	bool had;      /* a parent has an entry of this name here */
};

struct gate_walk_events {
	/* A tree (the root, path "", first) that no parent has here. Gives an enum gate_walk_step, or a negative code. */
	int (*tree)(void *arg, const char *path, const struct gate_oid *oid, bool covered, struct gate_err *err);
	/* The bytes of a tree that is entered. */
	int (*bytes)(void *arg, const char *path, const struct gate_oid *oid, const struct gate_obj *o, struct gate_err *err);
	/* A blob or a gitlink that no parent has here. */
	int (*entry)(void *arg, const struct gate_walk_entry *e, struct gate_err *err);
	/* All names of a tree that is entered, behind its entries. */
	int (*names)(void *arg, const char *path, const struct gate_walk_name *v, size_t n, struct gate_err *err);
	/* A tree or a blob that a parent has where another one came to stand: what git takes as the base of a delta. */
	int (*beside)(void *arg, const struct gate_oid *oid, struct gate_err *err);
};

/* Walks `tree` against the trees of its parents. `covered` is handed to the first call. */
int gate_walk_new(struct gate_store *s, const struct gate_oid *tree, const struct gate_oid *parents, size_t n_parents,
		  bool covered, const struct gate_walk_events *ev, void *arg, struct gate_err *err);

/* One path that differs. A mode of 0: absent on that side. Modes are git's own four (100644, 100755, 120000, 160000). */
typedef int gate_delta_fn(void *arg, const char *path, uint32_t old_mode, const struct gate_oid *old_oid, uint32_t new_mode,
			  const struct gate_oid *new_oid, struct gate_err *err);

/* Either tree may be NULL: the empty tree. Renames are two paths that differ. */
int gate_walk_delta(struct gate_store *s, const struct gate_oid *old_tree, const struct gate_oid *new_tree,
		    gate_delta_fn *fn, void *arg, struct gate_err *err);

#endif
