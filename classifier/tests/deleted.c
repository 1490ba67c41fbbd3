#include "classifier/tests/deleted.h"

#include "classifier/lines.h"
#include "classifier/tests/counts.h"

#include <string.h>

#define NOTES_MAX 4000u	   /* test files gone or new that are remembered; a deletion beyond it is a finding at once */
#define COMPARES_MAX 2000u /* contents compared in one push */
#define NEAR_MAX 16u	   /* new files one deleted file is compared with */

struct test_file {
	char *path;
	char oid[GATE_HEXSZ + 1];
	uint32_t mode, change;
	bool claimed; /* one new file explains one that went */
};

struct test_files {
	struct test_file *v;
	size_t n, cap;
};

struct gate_test_state {
	struct test_files gone, added;
	uint32_t compares;
};

int gate_tests_init(struct gate_detect *d, struct gate_err *err)
{
	d->tests = calloc(1, sizeof(*d->tests));
	return d->tests ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

static void files_free(struct test_files *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].path);
	free(l->v);
}

void gate_tests_release(struct gate_detect *d)
{
	if (!d->tests)
		return;
	files_free(&d->tests->gone);
	files_free(&d->tests->added);
	free(d->tests);
	d->tests = NULL;
}

static int remember(struct test_files *l, uint32_t change, const char *path, uint32_t mode, const char *oid,
		    struct gate_err *err)
{
	struct test_file *f;

	if (l->n == l->cap) {
		size_t want = l->cap ? l->cap * 2 : 16;
		struct test_file *bigger = reallocarray(l->v, want, sizeof(*l->v));

		if (!bigger)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		l->v = bigger;
		l->cap = want;
	}
	f = &l->v[l->n];
	*f = (struct test_file){ .path = strdup(path), .mode = mode, .change = change };
	gate_copy(f->oid, sizeof(f->oid), oid);
	if (!f->path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	l->n++;
	return 0;
}

int gate_tests_deleted_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	const struct gate_delta *x = l->delta;
	struct gate_test_state *st = d->tests;

	l->keep = false;
	if (gate_mode_is_file(x->old_mode) && !gate_mode_is_file(x->new_mode)) {
		if (st->gone.n < NOTES_MAX)
			return remember(&st->gone, l->change, x->path, x->old_mode, x->old_oid, err);
		l->keep = true;
	} else if (!x->old_mode && gate_mode_is_file(x->new_mode) && st->added.n < NOTES_MAX) {
		return remember(&st->added, l->change, x->path, x->new_mode, x->new_oid, err);
	}
	return 0;
}

/* At least half of the lines that stood in the one stand in the other, as git's own rename detection asks. */
static int alike(struct gate_detect *d, const struct test_file *gone, const struct test_file *added, bool *yes,
		 struct gate_err *err)
{
	gate_auto(gate_sides) struct gate_sides sides = { 0 };
	gate_auto(gate_line_diff) struct gate_line_diff lines = { 0 };
	struct gate_delta pair = { .path = gone->path, .old_mode = gone->mode, .new_mode = added->mode };
	struct gate_err why = { 0 };
	int rc;

	*yes = false;
	gate_copy(pair.old_oid, sizeof(pair.old_oid), gone->oid);
	gate_copy(pair.new_oid, sizeof(pair.new_oid), added->oid);
	if (gate_detect_sides(d, &pair, &sides, &why) < 0)
		return 0;
	rc = gate_line_diff_compare(sides.before.s, sides.before.len, sides.now, sides.now_len, &lines, err);
	*yes = rc == 0 && lines.before && lines.lost * 2 <= lines.before;
	return rc;
}

static bool free_for(const struct test_file *added, const struct test_file *gone)
{
	return !added->claimed && added->change == gone->change;
}

static struct test_file *same_content(struct test_files *added, const struct test_file *gone)
{
	for (size_t i = 0; i < added->n; i++) {
		if (free_for(&added->v[i], gone) && strcmp(added->v[i].oid, gone->oid) == 0)
			return &added->v[i];
	}
	return NULL;
}

/* Files of the same name first (moved to another folder), then any. */
static int near_content(struct gate_detect *d, const struct test_file *gone, bool same_name, struct test_file **found,
			struct gate_err *err)
{
	struct test_files *added = &d->tests->added;
	unsigned tried = 0;
	bool yes = false;
	int rc = 0;

	for (size_t i = 0; rc == 0 && !yes && i < added->n && tried < NEAR_MAX; i++) {
		struct test_file *a = &added->v[i];

		if (!free_for(a, gone) || d->tests->compares >= COMPARES_MAX ||
		    (strcmp(gate_path_last(a->path), gate_path_last(gone->path)) == 0) != same_name)
			continue;
		tried++;
		d->tests->compares++;
		rc = alike(d, gone, a, &yes, err);
		if (yes)
			*found = a;
	}
	return rc;
}

static int moved(struct gate_detect *d, const struct test_file *gone, bool *yes, struct gate_err *err)
{
	struct test_file *to = same_content(&d->tests->added, gone);
	int rc = 0;

	if (!to)
		rc = near_content(d, gone, true, &to, err);
	if (rc == 0 && !to)
		rc = near_content(d, gone, false, &to, err);
	*yes = to != NULL;
	if (to)
		to->claimed = true;
	return rc;
}

/* Its tests came in other files of the change: all but one in five, which a merge may have made one. */
static int merged(struct gate_detect *d, const struct test_file *gone, bool *yes, struct gate_err *err)
{
	struct gate_delta x = { .path = gone->path, .old_mode = gone->mode };
	uint32_t found, total;
	int rc;

	gate_copy(x.old_oid, sizeof(x.old_oid), gone->oid);
	rc = gate_tests_elsewhere(d, gone->change, &x, &found, &total, err);
	*yes = total && found * 5 >= total * 4;
	return rc;
}

int gate_tests_deleted_end(struct gate_detect *d, struct gate_err *err)
{
	const struct test_files *gone = &d->tests->gone;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < gone->n; i++) {
		struct gate_sighting s = { .id = "TST-DEL", .path = gone->v[i].path, .new_value = "removed" };
		bool yes;

		rc = moved(d, &gone->v[i], &yes, err);
		if (rc == 0 && !yes)
			rc = merged(d, &gone->v[i], &yes, err);
		if (rc == 0 && !yes)
			rc = gate_detect_add(d, gone->v[i].change, &s, err);
	}
	return rc;
}
