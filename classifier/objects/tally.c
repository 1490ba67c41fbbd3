#include "classifier/objects/tally.h"

#include "classifier/text/place.h"

#include <stdlib.h>
#include <string.h>

#define KEPT_MAX 200000u /* paths remembered; a change with more is told by GIT-SIZE */
#define FOLDER_MANY 10u	 /* deletions in one folder that are more than tidying up */

static const struct gate_weight low = { GATE_TIER_LOW, 5000, false };
static const struct gate_weight medium = { GATE_TIER_MEDIUM, 20000, false };

enum { SEEN_SOURCE = 1, SEEN_TEST = 2, SEEN_SNAPSHOT = 4, SEEN_GENERATED = 8 };

/* Keys are "CHANGE:TEXT". */
struct gate_tally_state {
	struct gate_strs paths;	  /* that differ */
	struct gate_strs added;	  /* objects that came to a new path */
	struct gate_strs deleted; /* source files that are gone: "CHANGE:OID:PATH" */
	struct gate_strs watched; /* "CHANGE:COMMIT:PATH" of paths that rules look at */
	unsigned *seen;		  /* one a change */
	char **snapshot, **generated;
};

int gate_tally_init(struct gate_detect *d, struct gate_err *err)
{
	struct gate_tally_state *st = calloc(1, sizeof(*st));
	size_t n = d->changes->n + 1;

	d->tally = st;
	if (!st)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	st->seen = calloc(n, sizeof(*st->seen));
	st->snapshot = calloc(n, sizeof(*st->snapshot));
	st->generated = calloc(n, sizeof(*st->generated));
	return st->seen && st->snapshot && st->generated ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

void gate_tally_release(struct gate_detect *d)
{
	struct gate_tally_state *st = d->tally;

	if (!st)
		return;
	gate_strs_clear(&st->paths);
	gate_strs_clear(&st->added);
	gate_strs_clear(&st->deleted);
	gate_strs_clear(&st->watched);
	for (size_t i = 0; i < d->changes->n; i++) {
		if (st->snapshot)
			free(st->snapshot[i]);
		if (st->generated)
			free(st->generated[i]);
	}
	free(st->seen);
	free(st->snapshot);
	free(st->generated);
	free(st);
	d->tally = NULL;
}

static int keep(struct gate_strs *l, uint32_t change, const char *a, const char *b, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf key = { 0 };

	if (l->n >= KEPT_MAX)
		return 0;
	gate_buf_fmt(&key, "%u:%s", change, a);
	if (b)
		gate_buf_fmt(&key, ":%s", b);
	return gate_buf_check(&key, err) < 0 ? -GATE_E_NOMEM : gate_strs_add(l, key.s, err);
}

/* How far rules ask for a look at the path by itself. */
static enum gate_tier watched_tier(struct gate_detect *d, const char *path)
{
	const uint32_t *hits;
	size_t n = gate_path_index_find(d->index, path, &hits);
	enum gate_tier t = GATE_TIER_LOW;

	for (size_t i = 0; i < n; i++) {
		const struct gate_rule *r = &d->policy->rules[hits[i]];

		if ((strcmp(r->cls, "CI") == 0 || strcmp(r->cls, "AGT") == 0) && r->floor > t)
			t = r->floor;
	}
	return t;
}

int gate_tally_entry(struct gate_detect *d, uint32_t change, const struct gate_entry *e, struct gate_err *err)
{
	if (!*e->commit || watched_tier(d, e->path) == GATE_TIER_LOW)
		return 0;
	return keep(&d->tally->watched, change, e->commit, e->path, err);
}

static bool matches(const char *path, const char *const *globs, size_t n)
{
	const char *last = gate_path_last(path);

	for (size_t i = 0; i < n; i++) {
		const char *s = strchr(globs[i], '/') ? path : last;

		if (gate_glob_match(globs[i], s, strlen(s), true))
			return true;
	}
	return false;
}

static unsigned kind_of(const char *path)
{
	static const char *const snapshots[] = { "*.snap", "**/__snapshots__/**", "*.approved.*", "**/golden/**", "**/goldens/**", "*.golden" };
	static const char *const generated[] = { "*.min.js", "*.min.css", "*.pb.go", "*_pb2.py", "*_pb2_grpc.py", "*.pb.cc", "*.pb.h",
						 "*.g.dart", "*.freezed.dart", "*.designer.cs", "*.generated.*", "*_generated.*",
						 "vendor/**", "**/node_modules/**", "third_party/**", "dist/**", "*.bundle.js" };

	if (matches(path, snapshots, GATE_ARRAY_LEN(snapshots)))
		return SEEN_SNAPSHOT;
	if (matches(path, generated, GATE_ARRAY_LEN(generated)))
		return SEEN_GENERATED;
	if (gate_place_is_test(path))
		return SEEN_TEST;
	/* protocol descriptions, manifests and lock files are what generated and vendored files are made from */
	return gate_place_is_source(path) || gate_place_is_lock(path) || strcmp(gate_path_last(path), "go.mod") == 0 ||
			       strcmp(gate_path_last(path), "package.json") == 0 ? SEEN_SOURCE : 0;
}

static int first(char **place, const char *path, struct gate_err *err)
{
	if (!*place)
		*place = strdup(path);
	return *place ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

int gate_tally_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	struct gate_tally_state *st = d->tally;
	unsigned kind = kind_of(delta->path);
	int rc = keep(&st->paths, change, delta->path, NULL, err);

	st->seen[change] |= kind;
	if (rc == 0 && kind == SEEN_SNAPSHOT && delta->old_mode)
		rc = first(&st->snapshot[change], delta->path, err);
	if (rc == 0 && kind == SEEN_GENERATED && delta->old_mode && delta->new_mode)
		rc = first(&st->generated[change], delta->path, err);
	if (rc == 0 && !delta->old_mode)
		rc = keep(&st->added, change, delta->new_oid, NULL, err);
	if (rc == 0 && !delta->new_mode && gate_mode_is_file(delta->old_mode) && kind == SEEN_SOURCE)
		rc = keep(&st->deleted, change, delta->old_oid, delta->path, err);
	return rc;
}

static int by_text(const void *a, const void *b)
{
	char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static bool has(const struct gate_strs *sorted, const char *key)
{
	return sorted->n && bsearch(&key, sorted->v, sorted->n, sizeof(*sorted->v), by_text) != NULL;
}

static size_t folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

/* A file that came back elsewhere as it was has moved. Deletions come by folder, so that one count is enough. */
static int deletions(struct gate_detect *d, struct gate_err *err)
{
	struct gate_tally_state *st = d->tally;
	const char *folder = "";
	uint32_t in_folder = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < st->deleted.n; i++) {
		const char *key = st->deleted.v[i], *colon = strchr(key, ':'), *path = strchr(colon + 1, ':') + 1;
		gate_autofree char *moved = strndup(key, (size_t)(path - 1 - key));
		struct gate_sighting s = { .id = "GIT-DEL", .path = path, .new_value = "removed" };

		if (!moved)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		if (has(&st->added, moved))
			continue;
		in_folder = folder_len(path) == folder_len(folder) && memcmp(path, folder, folder_len(path)) == 0 ? in_folder + 1 : 1;
		folder = path;
		s.at_most = in_folder >= FOLDER_MANY ? NULL : &low;
		rc = gate_detect_add(d, (uint32_t)strtoul(key, NULL, 10), &s, err);
	}
	return rc;
}

static int generated(struct gate_detect *d, uint32_t i, struct gate_err *err)
{
	struct gate_tally_state *st = d->tally;
	struct gate_sighting s = { .id = "GIT-GEN", .path = st->generated[i], .at_most = &low };
	int rc = 0;

	if (s.path && !(st->seen[i] & SEEN_SOURCE))
		rc = gate_detect_add(d, i, &s, err);
	s.path = st->snapshot[i];
	if (rc < 0 || !s.path)
		return rc;
	if (st->seen[i] & SEEN_SOURCE) {
		s.at_most = &medium;
		s.message = "an expected result changed together with the program: is the new result right, or only what came out?";
	} else if (st->seen[i] & SEEN_TEST) {
		return 0;
	}
	return gate_detect_add(d, i, &s, err);
}

/* What a commit brought, and the change as a whole does not show. */
static int one_churn(struct gate_detect *d, uint32_t change, const char *path, const char *commit, enum gate_tier tier,
		     const char *what, struct gate_err *err)
{
	static const uint32_t points[] = { 5000, 20000, 50000, 100000 };
	gate_auto(gate_buf) struct gate_buf key = { 0 };
	struct gate_weight w = { tier, points[tier], false };
	struct gate_sighting s = { .id = "GIT-CHURN", .path = path, .commit = commit, .new_value = what, .at_most = &w };

	gate_buf_fmt(&key, "%u:%s", change, path);
	if (gate_buf_check(&key, err) < 0)
		return -GATE_E_NOMEM;
	return d->tally->paths.n >= KEPT_MAX || has(&d->tally->paths, key.s) ? 0 : gate_detect_add(d, change, &s, err);
}

static bool churns(const char *id)
{
	static const char *const ids[] = { "SEC-", "UNI-", "AGT-", "GIT-BIN", "GIT-SYM-", "GIT-BAREREPO" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(ids); i++) {
		if (gate_starts_with(id, ids[i]) && strcmp(id, "GIT-CHURN") != 0)
			return true;
	}
	return false;
}

static int churn(struct gate_detect *d, struct gate_err *err)
{
	struct gate_tally_state *st = d->tally;
	size_t n = d->out->n;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n && i < d->out->n; i++) {
		const struct gate_finding *f = &d->out->v[i];
		gate_autofree char *path = NULL;
		char id[32], commit[GATE_HEXSZ + 1];

		if (!f->commit[0] || !*f->path || !churns(f->id))
			continue;
		path = strdup(f->path); /* the list may move */
		memcpy(id, f->id, sizeof(id));
		memcpy(commit, f->commit, sizeof(commit));
		if (!path)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		rc = one_churn(d, f->change, path, commit, f->floor, id, err);
	}
	for (size_t i = 0; rc == 0 && i < st->watched.n; i++) {
		const char *key = st->watched.v[i], *hex = strchr(key, ':') + 1;
		char commit[GATE_HEXSZ + 1];

		if (strlen(hex) <= GATE_HEXSZ)
			continue;
		memcpy(commit, hex, GATE_HEXSZ);
		commit[GATE_HEXSZ] = '\0';
		hex += GATE_HEXSZ + 1;
		rc = one_churn(d, (uint32_t)strtoul(key, NULL, 10), hex, commit, watched_tier(d, hex), "CI or agent file", err);
	}
	return rc;
}

int gate_tally_end(struct gate_detect *d, struct gate_err *err)
{
	int rc;

	gate_strs_sort(&d->tally->paths);
	gate_strs_sort(&d->tally->added);
	rc = deletions(d, err);
	for (uint32_t i = 0; rc == 0 && i < d->changes->n; i++)
		rc = generated(d, i, err);
	return rc == 0 ? churn(d, err) : rc;
}
