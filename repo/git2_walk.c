#include "repo/git2_walk.h"

#include <stdio.h>

/* One folder still to look at: its tree, and the trees it is compared with. */
struct todo {
	char *path;
	struct gate_oid oid;
	bool covered;
	size_t n;
	struct gate_oid *others;
};

struct todos {
	struct todo *v;
	size_t n, cap;
};

static void todo_clear(struct todo *t)
{
	free(t->path);
	free(t->others);
	*t = (struct todo){ 0 };
}

static void todos_clear(struct todos *l)
{
	while (l->n)
		todo_clear(&l->v[--l->n]);
	free(l->v);
	*l = (struct todos){ 0 };
}

/* Takes *t over, whatever the outcome. */
static int todos_push(struct todos *l, struct todo *t, struct gate_err *err)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 32;
		struct todo *v = reallocarray(l->v, cap, sizeof(*v));

		if (!v) {
			todo_clear(t);
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		}
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = *t;
	*t = (struct todo){ 0 };
	return 0;
}

/* dir/name in buf, which holds GATE_PATH_MAX_BYTES + 1. */
static int join(char *buf, const char *dir, const struct gate_tree_entry *e, struct gate_err *err)
{
	size_t d = strlen(dir), slash = d ? 1 : 0;

	if (d + slash + e->name_len > GATE_PATH_MAX_BYTES)
		return gate_err_set(err, GATE_E_LIMIT, "a path of the push is longer than %d bytes", GATE_PATH_MAX_BYTES);
	memcpy(buf, dir, d);
	if (slash)
		buf[d] = '/';
	memcpy(buf + d + slash, e->name, e->name_len);
	buf[d + slash + e->name_len] = '\0';
	return 0;
}

/* Trees that are read side by side in git's order. */
struct sides {
	size_t n;
	struct gate_obj obj[GATE_WALK_PARENTS_MAX];
	struct gate_tree_iter it[GATE_WALK_PARENTS_MAX];
	bool more[GATE_WALK_PARENTS_MAX];
};

static void sides_clear(struct sides *s)
{
	for (size_t i = 0; i < s->n; i++)
		gate_obj_clear(&s->obj[i]);
	s->n = 0;
}

static int sides_open(struct gate_store *st, struct sides *s, const struct gate_oid *oids, size_t n, struct gate_err *err)
{
	for (size_t i = 0; i < n; i++) {
		int rc = gate_store_read_kind(st, &oids[i], GATE_KIND_TREE, &s->obj[i], err);

		if (rc < 0)
			return rc;
		s->n = i + 1;
		gate_tree_start(&s->it[i], s->obj[i].bytes, s->obj[i].len);
		s->more[i] = gate_tree_next(&s->it[i]);
	}
	return 0;
}

/* The entry of side i that stands where e stands, or NULL. */
static const struct gate_tree_entry *side_find(struct sides *s, size_t i, const struct gate_tree_entry *e)
{
	int order = 1;

	while (s->more[i] && (order = gate_entry_order(&s->it[i].e, e)) < 0)
		s->more[i] = gate_tree_next(&s->it[i]);
	return s->more[i] && order == 0 ? &s->it[i].e : NULL;
}

struct new_walk {
	struct gate_store *store;
	const struct gate_walk_events *ev;
	void *arg;
	struct todos todos;
	struct gate_walk_name *names; /* of the folder at hand */
	size_t n_names, cap_names;
	char path[GATE_PATH_MAX_BYTES + 1];
};

static uint32_t plain_mode(uint32_t mode)
{
	if (gate_mode_is_link(mode))
		return 0120000;
	if (gate_mode_is_gitlink(mode))
		return 0160000;
	return mode & 0100 ? 0100755 : 0100644;
}

static int push_subtree(struct new_walk *w, const struct gate_oid *oid, bool covered, const struct gate_oid *others, size_t n,
			struct gate_err *err)
{
	struct todo t = { .oid = *oid, .covered = covered, .n = n };

	t.path = strdup(w->path);
	t.others = calloc(n + 1, sizeof(*t.others));
	if (!t.path || !t.others) {
		todo_clear(&t);
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	if (n)
		memcpy(t.others, others, n * sizeof(*others));
	return todos_push(&w->todos, &t, err);
}

/* One entry of a folder against the parents' folders. */
struct met {
	struct gate_oid trees[GATE_WALK_PARENTS_MAX];
	struct gate_walk_side olds[GATE_WALK_PARENTS_MAX];
	size_t n_trees, n_olds;
	bool had, same;
};

static int meet(struct new_walk *w, struct sides *s, const struct gate_tree_entry *e, struct met *m, struct gate_err *err)
{
	int rc = 0;

	m->n_trees = m->n_olds = 0;
	m->had = m->same = false;
	for (size_t i = 0; rc == 0 && i < s->n && !m->same; i++) {
		const struct gate_tree_entry *o = side_find(s, i, e);

		m->had |= o != NULL;
		m->same = o && gate_oid_eq(&o->oid, &e->oid) && o->mode == e->mode;
		if (!o || m->same)
			continue;
		if (gate_mode_is_tree(o->mode)) {
			m->trees[m->n_trees++] = o->oid;
			continue;
		}
		m->olds[m->n_olds++] = (struct gate_walk_side){ plain_mode(o->mode), o->oid };
		rc = w->ev->beside(w->arg, &o->oid, err);
	}
	return rc;
}

/* Nothing when a parent has the same here, else a call or a folder more to look at. */
static int new_entry(struct new_walk *w, const struct todo *t, const struct gate_tree_entry *e, const struct met *m,
		     struct gate_err *err)
{
	struct gate_walk_entry out = { w->path, plain_mode(e->mode), &e->oid, t->covered, m->olds, m->n_olds };
	int rc = join(w->path, t->path, e, err);

	if (rc < 0)
		return rc;
	if (!gate_mode_is_tree(e->mode))
		return w->ev->entry(w->arg, &out, err);
	return push_subtree(w, &e->oid, t->covered, m->trees, m->n_trees, err);
}

static int add_name(struct new_walk *w, const struct gate_tree_entry *e, bool had, struct gate_err *err)
{
	if (w->n_names == w->cap_names) {
		size_t cap = w->cap_names ? w->cap_names * 2 : 64;
		struct gate_walk_name *v = reallocarray(w->names, cap, sizeof(*v));

		if (!v)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		w->names = v;
		w->cap_names = cap;
	}
	w->names[w->n_names++] = (struct gate_walk_name){ e->name, e->name_len, e->mode, had };
	return 0;
}

static int new_entries(struct new_walk *w, const struct todo *t, struct sides *s, const struct gate_obj *o,
		       struct gate_err *err)
{
	struct gate_tree_iter it;
	struct met m;
	int rc = 0;

	w->n_names = 0;
	gate_tree_start(&it, o->bytes, o->len);
	while (rc == 0 && gate_tree_next(&it)) {
		rc = meet(w, s, &it.e, &m, err);
		if (rc == 0)
			rc = add_name(w, &it.e, m.had, err);
		if (rc == 0 && !m.same)
			rc = new_entry(w, t, &it.e, &m, err);
	}
	return rc == 0 ? w->ev->names(w->arg, t->path, w->names, w->n_names, err) : rc;
}

static int new_folder(struct new_walk *w, const struct todo *t, bool covered, struct gate_err *err)
{
	gate_auto(gate_obj) struct gate_obj o = { 0 };
	struct todo here = *t;
	struct sides s = { 0 };
	int rc = gate_store_read_kind(w->store, &t->oid, GATE_KIND_TREE, &o, err);

	here.covered = covered;
	if (rc == 0)
		rc = w->ev->bytes(w->arg, t->path, &t->oid, &o, err);
	for (size_t i = 0; rc == 0 && i < t->n; i++)
		rc = w->ev->beside(w->arg, &t->others[i], err);
	if (rc == 0)
		rc = sides_open(w->store, &s, t->others, t->n, err);
	if (rc == 0)
		rc = new_entries(w, &here, &s, &o, err);
	sides_clear(&s);
	return rc;
}

int gate_walk_new(struct gate_store *s, const struct gate_oid *tree, const struct gate_oid *parents, size_t n_parents,
		  bool covered, const struct gate_walk_events *ev, void *arg, struct gate_err *err)
{
	struct new_walk w = { .store = s, .ev = ev, .arg = arg };
	size_t n = n_parents < GATE_WALK_PARENTS_MAX ? n_parents : GATE_WALK_PARENTS_MAX;
	int rc;

	for (size_t i = 0; i < n; i++) {
		if (gate_oid_eq(&parents[i], tree))
			return 0;
	}
	rc = push_subtree(&w, tree, covered, parents, n, err);
	while (rc >= 0 && w.todos.n) {
		struct todo t = w.todos.v[--w.todos.n];

		rc = ev->tree(arg, t.path, &t.oid, t.covered, err);
		if (rc > GATE_WALK_SKIP)
			rc = new_folder(&w, &t, t.covered || rc == GATE_WALK_ENTER_COVERED, err);
		todo_clear(&t);
	}
	todos_clear(&w.todos);
	free(w.names);
	return rc < 0 ? rc : 0;
}

struct delta_walk {
	struct gate_store *store;
	gate_delta_fn *fn;
	void *arg;
	struct todos todos; /* others[0] is the old tree, others[1] the new one; zero: absent */
	char path[GATE_PATH_MAX_BYTES + 1];
};

static int push_pair(struct delta_walk *w, const struct gate_oid *a, const struct gate_oid *b, struct gate_err *err)
{
	struct todo t = { .n = 2 };

	t.path = strdup(w->path);
	t.others = calloc(2, sizeof(*t.others));
	if (!t.path || !t.others) {
		todo_clear(&t);
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	if (a)
		t.others[0] = *a;
	if (b)
		t.others[1] = *b;
	return todos_push(&w->todos, &t, err);
}

/* a and b have one name and are both trees or both none; either may be NULL. */
static int delta_pair(struct delta_walk *w, const char *dir, const struct gate_tree_entry *a, const struct gate_tree_entry *b,
		      struct gate_err *err)
{
	static const struct gate_oid zero;
	const struct gate_tree_entry *any = a ? a : b;
	int rc;

	if (a && b && a->mode == b->mode && gate_oid_eq(&a->oid, &b->oid))
		return 0;
	rc = join(w->path, dir, any, err);
	if (rc < 0)
		return rc;
	if (gate_mode_is_tree(any->mode))
		return push_pair(w, a ? &a->oid : NULL, b ? &b->oid : NULL, err);
	return w->fn(w->arg, w->path, a ? plain_mode(a->mode) : 0, a ? &a->oid : &zero, b ? plain_mode(b->mode) : 0,
		     b ? &b->oid : &zero, err);
}

static int delta_folder(struct delta_walk *w, const struct todo *t, struct gate_err *err)
{
	struct gate_obj o[2] = { { 0 }, { 0 } };
	struct gate_tree_iter it[2];
	bool more[2] = { false, false };
	int rc = 0;

	for (int i = 0; rc == 0 && i < 2; i++) {
		if (gate_oid_is_zero(&t->others[i]))
			continue;
		rc = gate_store_read_kind(w->store, &t->others[i], GATE_KIND_TREE, &o[i], err);
		if (rc == 0) {
			gate_tree_start(&it[i], o[i].bytes, o[i].len);
			more[i] = gate_tree_next(&it[i]);
		}
	}
	while (rc == 0 && (more[0] || more[1])) {
		int order = !more[0] ? 1 : !more[1] ? -1 : gate_entry_order(&it[0].e, &it[1].e);

		rc = delta_pair(w, t->path, order <= 0 ? &it[0].e : NULL, order >= 0 ? &it[1].e : NULL, err);
		if (order <= 0)
			more[0] = gate_tree_next(&it[0]);
		if (order >= 0)
			more[1] = gate_tree_next(&it[1]);
	}
	gate_obj_clear(&o[0]);
	gate_obj_clear(&o[1]);
	return rc;
}

int gate_walk_delta(struct gate_store *s, const struct gate_oid *old_tree, const struct gate_oid *new_tree,
		    gate_delta_fn *fn, void *arg, struct gate_err *err)
{
	struct delta_walk w = { .store = s, .fn = fn, .arg = arg };
	int rc;

	if (old_tree && new_tree && gate_oid_eq(old_tree, new_tree))
		return 0;
	rc = push_pair(&w, old_tree, new_tree, err);
	while (rc == 0 && w.todos.n) {
		struct todo t = w.todos.v[--w.todos.n];

		rc = delta_folder(&w, &t, err);
		todo_clear(&t);
	}
	todos_clear(&w.todos);
	return rc;
}
