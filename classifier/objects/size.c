#include "classifier/objects/size.h"

#include "classifier/lines.h"

#include <string.h>

/* Limits of a change that one person still reads (reference: classifier.md 4.3); five times as much is medium. */
#define FILES_MAX 50u
#define ADDED_MAX 2000u
#define DELETED_MAX 1000u
#define DIRS_MAX 10u
#define TIMES 5u

struct totals {
	uint32_t files, dirs;
	uint64_t added, deleted;
	uint64_t seen[DIRS_MAX * TIMES + 1]; /* hashes of the folders so far */
};

struct gate_size_state {
	struct totals **v; /* one a change, made at its first delta */
};

int gate_size_init(struct gate_detect *d, struct gate_err *err)
{
	d->size = calloc(1, sizeof(*d->size));
	if (d->size)
		d->size->v = calloc(d->changes->n + 1, sizeof(struct totals *));
	if (!d->size || !d->size->v)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	return 0;
}

void gate_size_release(struct gate_detect *d)
{
	for (size_t i = 0; d->size && d->size->v && i < d->changes->n; i++)
		free(d->size->v[i]);
	if (d->size)
		free(d->size->v);
	free(d->size);
	d->size = NULL;
}

int gate_size_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err)
{
	static const struct {
		size_t from;
		struct gate_weight w;
	} steps[] = {
		{ (size_t)100 << 20, { GATE_TIER_CRITICAL, UINT32_MAX, true } },
		{ (size_t)10 << 20, { GATE_TIER_MEDIUM, 20000, false } },
		{ (size_t)1 << 20, { GATE_TIER_LOW, 5000, false } },
	};
	char size[48];
	struct gate_sighting s = { .id = "GIT-BIG", .path = o->path, .commit = o->commit, .new_value = size };

	for (size_t i = 0; i < GATE_ARRAY_LEN(steps); i++) {
		if (o->len < steps[i].from)
			continue;
		snprintf(size, sizeof(size), "%zu MiB", o->len >> 20);
		s.at_most = &steps[i].w;
		return gate_detect_add(d, change, &s, err);
	}
	return 0;
}

static void count_dir(struct totals *t, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)path[i]) * 0x100000001b3u;
	for (uint32_t i = 0; i < t->dirs; i++) {
		if (t->seen[i] == h)
			return;
	}
	if (t->dirs < GATE_ARRAY_LEN(t->seen))
		t->seen[t->dirs++] = h;
}

static int count_lines(struct gate_detect *d, struct totals *t, const struct gate_delta *delta, struct gate_err *err)
{
	gate_auto(gate_sides) struct gate_sides sides = { 0 };
	gate_auto(gate_line_diff) struct gate_line_diff lines = { 0 };
	struct gate_err why = { 0 };
	int rc;

	if (gate_detect_sides(d, delta, &sides, &why) < 0) { /* too big to count is big */
		t->added += ADDED_MAX + 1;
		return 0;
	}
	rc = gate_line_diff_compare(sides.before.s, sides.before.len, sides.now, sides.now_len, &lines, err);
	t->added += lines.n;
	t->deleted += lines.lost;
	return rc;
}

static bool over(const struct totals *t, unsigned times)
{
	return t->files > FILES_MAX * times || t->added > ADDED_MAX * times || t->deleted > DELETED_MAX * times ||
	       t->dirs > DIRS_MAX * times;
}

int gate_size_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	struct totals *t = d->size->v[change];

	if (!t) {
		t = calloc(1, sizeof(*t));
		if (!t)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		d->size->v[change] = t;
	}
	t->files++;
	count_dir(t, delta->path);
	/* what is over the last step already needs no more reading */
	return over(t, TIMES) ? 0 : count_lines(d, t, delta, err);
}

int gate_size_end(struct gate_detect *d, struct gate_err *err)
{
	static const struct gate_weight low = { GATE_TIER_LOW, 5000, false };
	char text[160];
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < d->changes->n; i++) {
		const struct totals *t = d->size->v[i];
		struct gate_sighting s = { .id = "GIT-SIZE", .subject = "size", .path = "", .new_value = text };

		if (!t || !over(t, 1))
			continue;
		snprintf(text, sizeof(text), "%u files, %u folders, %llu lines added, %llu removed%s", t->files,
			 t->dirs, (unsigned long long)t->added, (unsigned long long)t->deleted,
			 over(t, TIMES) ? " (counted up to the limit)" : "");
		s.at_most = over(t, TIMES) ? NULL : &low;
		rc = gate_detect_add(d, i, &s, err);
	}
	return rc;
}
