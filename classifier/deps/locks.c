/* Lockfiles and manifests: each is read whole on both sides and compared (compare.c); at the end it is asked whether the two changed
 * together. */
#include "classifier/deps/locks.h"

#include "classifier/deps/state.h"

#include <string.h>

/* What is remembered of one push; beyond it a lockfile counts as changed alone, which never weighs less. */
#define NOTES_MAX 20000u

int gate_locks_init(struct gate_detect *d, struct gate_err *err)
{
	d->deps = calloc(1, sizeof(*d->deps));
	return d->deps ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

static void notes_free(struct gate_dep_notes *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].path);
	free(l->v);
}

void gate_locks_release(struct gate_detect *d)
{
	if (!d->deps)
		return;
	notes_free(&d->deps->locks);
	notes_free(&d->deps->manifests);
	free(d->deps);
	d->deps = NULL;
}

static int note(struct gate_dep_notes *l, uint32_t change, const struct gate_delta *delta, const struct gate_lock_kind *kind,
		struct gate_err *err)
{
	if (l->n == l->cap) {
		size_t want = l->cap ? l->cap * 2 : 16;
		struct gate_dep_note *bigger = reallocarray(l->v, want, sizeof(*l->v));

		if (!bigger)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		l->v = bigger;
		l->cap = want;
	}
	l->v[l->n] = (struct gate_dep_note){ strdup(delta->path), change, kind, !delta->new_mode };
	if (!l->v[l->n].path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	l->n++;
	return 0;
}

/* ---- both sides of one file ---- */

/* One side into the store, its bytes given back before the other one is asked for. */
static int read_side(struct gate_dep_compare *c, unsigned side, struct gate_err *why)
{
	const char *oid = side ? c->delta->new_oid : c->delta->old_oid, *bytes = "";
	uint32_t mode = side ? c->delta->new_mode : c->delta->old_mode;
	struct gate_detect *d = c->d;
	struct gate_err ignored = { 0 };
	size_t len = 0;
	int rc;

	if (!gate_mode_is_file(mode))
		return 0;
	rc = d->load ? d->load(d->load_arg, oid, &bytes, &len, why) : -GATE_E_OBJECT;
	if (rc == 0 && len > GATE_DEP_LOAD_MAX)
		rc = -GATE_E_LIMIT;
	if (rc < 0)
		return gate_err_set(why, -rc, "it is larger than what is read");
	rc = gate_lock_read(c->kind, c->s, side, bytes, len, why);
	if (len > GATE_COMPARE_MAX)
		d->load(d->load_arg, "", &bytes, &len, &ignored);
	return rc;
}

/* A side that cannot be read. Rows that were read before it broke are not compared: they may be half of the truth. */
static int unreadable(struct gate_dep_compare *c, int old_rc, const struct gate_err *why, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf message = { 0 };
	struct gate_sighting s = { .id = "GATE-PARSE", .path = c->delta->path,
				   .at_most = old_rc == 0 ? &gate_dep_high : &gate_dep_medium };

	c->changed = true;
	if (why->code == GATE_E_NOMEM)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (why->code == GATE_E_LIMIT)
		return gate_detect_limit(c->d, c->change, c->delta->path, NULL, false,
					 "a file of dependencies is larger or deeper than what is compared: read it as a whole", err);
	gate_buf_fmt(&message, "a file of dependencies cannot be parsed (%.200s), so what it installs is unknown: mend it", why->text);
	if (gate_buf_check(&message, err) < 0)
		return -GATE_E_NOMEM;
	s.message = message.s;
	return gate_detect_add(c->d, c->change, &s, err);
}

static int compare(struct gate_dep_compare *c, struct gate_err *err)
{
	struct gate_err old_why = { 0 }, why = { 0 };
	int old_rc = read_side(c, 0, &old_why), rc;

	if (old_why.code == GATE_E_NOMEM)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (old_rc < 0) { /* compared with nothing: all is new */
		struct gate_lock *l = &c->s->side[0];

		l->n = l->n_edges = 0;
	}
	rc = read_side(c, 1, &why);
	if (rc < 0)
		return unreadable(c, old_rc, &why, err);
	if (old_rc < 0)
		c->changed = true;
	return gate_dep_compare_sides(c, err);
}

static int look(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, const struct gate_lock_kind *kind,
		bool *changed, struct gate_err *err)
{
	struct gate_lock_store store = { 0 };
	struct gate_dep_compare c = { .d = d, .change = change, .delta = delta, .kind = kind, .s = &store };
	int rc = compare(&c, err);

	*changed = c.changed;
	gate_lock_store_clear(&store);
	return rc;
}

/* ---- the pieces ---- */

int gate_locks_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	const struct gate_lock_kind *kind = gate_lock_kind_of(delta->path);
	bool changed = true;
	int rc = 0;

	/* files without a reader explain a lockfile by changing at all */
	if (kind && !(kind->is & GATE_LOCK_MANIFEST))
		return 0;
	if (kind && !(kind->is & GATE_LOCK_LOCKED) && delta->new_mode)
		rc = look(d, change, delta, kind, &changed, err);
	if (rc < 0 || !changed || d->deps->manifests.n >= NOTES_MAX)
		return rc;
	return note(&d->deps->manifests, change, delta, kind, err);
}

int gate_locks_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	const struct gate_lock_kind *kind = gate_lock_kind_of(l->delta->path);
	bool changed = true;
	int rc = 0;

	if (!kind || !(kind->is & GATE_LOCK_LOCKED))
		return 0; /* bun.lockb: nobody can read it */
	l->keep = false;
	if (l->delta->new_mode)
		rc = look(d, l->change, l->delta, kind, &changed, err);
	if (rc < 0 || !changed || kind->is & GATE_LOCK_MANIFEST)
		return rc;
	if (d->deps->locks.n >= NOTES_MAX)
		return gate_detect_limit(d, l->change, l->delta->path, NULL, false, "more lockfiles than are compared with their manifests", err);
	return note(&d->deps->locks, l->change, l->delta, kind, err);
}

static size_t folder_len(const char *path)
{
	return (size_t)(gate_path_last(path) - path);
}

/* A manifest in the lockfile's own folder, or below it: workspaces keep one lockfile at the top. */
static bool explained(const struct gate_dep_notes *manifests, const struct gate_dep_note *lock)
{
	size_t folder = folder_len(lock->path);

	for (size_t i = 0; i < manifests->n; i++) {
		const struct gate_dep_note *m = &manifests->v[i];

		if (m->change == lock->change && gate_lock_made_from(lock->kind, m->path) &&
		    (strncmp(m->path, lock->path, folder) == 0 || (lock->kind->eco == GATE_ECO_MAVEN)))
			return true;
	}
	return false;
}

int gate_locks_end(struct gate_detect *d, struct gate_err *err)
{
	const struct gate_dep_notes *locks = &d->deps->locks;
	/* every lockfile is compared with every manifest; a push made to make that long is not compared at all */
	bool compare = locks->n * d->deps->manifests.n <= 4000000;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < locks->n; i++) {
		struct gate_sighting s = { .id = "DEP-ORPHAN", .path = locks->v[i].path, .at_most = &gate_dep_medium };

		if (locks->v[i].gone) {
			s.new_value = "removed";
			s.message = "a lockfile goes: from now on each installation takes what the registry has that day";
		} else if (compare && explained(&d->deps->manifests, &locks->v[i])) {
			continue;
		} else {
			s.message = "a lockfile changes and its manifest does not: look for sources, hashes and packages that nobody asked for";
		}
		rc = gate_detect_add(d, locks->v[i].change, &s, err);
	}
	return rc;
}
