#include "base/change.h"

#include "base/crypto.h"

#include <stdio.h>
#include <string.h>

static const char *const tier_names[GATE_TIER_COUNT] = { "low", "medium", "high", "critical" };
static const char *const verdict_names[GATE_VERDICT_COUNT] = { "reject", "hold", "accept" };

const char *gate_tier_name(enum gate_tier t)
{
	return (unsigned)t < GATE_TIER_COUNT ? tier_names[t] : "critical";
}

const char *gate_verdict_name(enum gate_verdict v)
{
	return (unsigned)v < GATE_VERDICT_COUNT ? verdict_names[v] : "reject";
}

static bool name_index(const char *const *names, unsigned n, const char *s, unsigned *i)
{
	for (*i = 0; *i < n; ++*i) {
		if (strcmp(names[*i], s) == 0)
			return true;
	}
	return false;
}

bool gate_tier_parse(const char *s, enum gate_tier *t)
{
	unsigned i;
	bool ok = name_index(tier_names, GATE_TIER_COUNT, s, &i);

	*t = ok ? (enum gate_tier)i : GATE_TIER_CRITICAL;
	return ok;
}

bool gate_verdict_parse(const char *s, enum gate_verdict *v)
{
	unsigned i;
	bool ok = name_index(verdict_names, GATE_VERDICT_COUNT, s, &i);

	*v = ok ? (enum gate_verdict)i : GATE_VERDICT_REJECT;
	return ok;
}

/* Makes room for one more element of `size` bytes and zeroes it. */
static void *grow(void *vp, size_t *n, size_t *cap, size_t size)
{
	void **v = vp;
	char *place;

	if (*n == *cap) {
		size_t want = *cap ? *cap * 2 : 8;
		void *bigger = reallocarray(*v, want, size);

		if (!bigger)
			return NULL;
		*v = bigger;
		*cap = want;
	}
	place = (char *)*v + (*n)++ * size;
	memset(place, 0, size);
	return place;
}

void gate_changes_clear(struct gate_changes *l)
{
	free(l->v);
	*l = (struct gate_changes){ 0 };
}

struct gate_change *gate_changes_add(struct gate_changes *l)
{
	return grow(&l->v, &l->n, &l->cap, sizeof(*l->v));
}

void gate_finding_release(struct gate_finding *f)
{
	free(f->subject);
	free(f->path);
	free(f->old_value);
	free(f->new_value);
	free(f->message);
}

void gate_findings_clear(struct gate_findings *l)
{
	for (size_t i = 0; i < l->n; i++)
		gate_finding_release(&l->v[i]);
	free(l->v);
	*l = (struct gate_findings){ 0 };
}

static char *cut(const char *s)
{
	return strndup(s ? s : "", GATE_FINDING_TEXT_MAX);
}

static bool finding_copy(struct gate_finding *to, const struct gate_finding *from)
{
	*to = *from;
	to->subject = cut(from->subject);
	to->path = strndup(from->path ? from->path : "", GATE_PATH_MAX_BYTES);
	to->old_value = cut(from->old_value);
	to->new_value = cut(from->new_value);
	to->message = cut(from->message);
	return to->subject && to->path && to->old_value && to->new_value && to->message;
}

static struct gate_finding *find_same(struct gate_findings *l, const struct gate_finding *f)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].change == f->change && strcmp(l->v[i].id, f->id) == 0 &&
		    strncmp(l->v[i].subject, f->subject ? f->subject : "", GATE_FINDING_TEXT_MAX) == 0)
			return &l->v[i];
	}
	return NULL;
}

/* What a finding weighs when there is room for one only. */
static uint64_t weight(const struct gate_finding *f)
{
	/* Who owns a path is no weight but a condition: it stays whatever else is found. */
	uint64_t owner = strcmp(f->id, "GATE-OWNER") == 0;

	return (uint64_t)f->deny << 48 | owner << 47 | (uint64_t)f->floor << 40 | (f->points_there < 1u << 31 ? f->points_there : 1u << 31);
}

/* The lightest of a full list, when f weighs more: a flood of light findings must not push out the one that counts. */
static struct gate_finding *lighter(struct gate_findings *l, const struct gate_finding *f)
{
	struct gate_finding *least = &l->v[0];

	for (size_t i = 1; i < l->n; i++) {
		if (weight(&l->v[i]) < weight(least))
			least = &l->v[i];
	}
	return weight(least) < weight(f) ? least : NULL;
}

int gate_findings_add(struct gate_findings *l, const struct gate_finding *f, struct gate_err *err)
{
	struct gate_finding copy, *place = find_same(l, f), *out = NULL;

	if (place && place->points_there >= f->points_there && place->floor >= f->floor && place->deny >= f->deny)
		return 0;
	if (!place && l->n >= GATE_FINDINGS_MAX) {
		l->dropped++;
		out = lighter(l, f);
		if (!out)
			return 0;
	}
	if (!finding_copy(&copy, f)) {
		gate_finding_release(&copy);
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	if (place) {
		/* The union of both never says less than either. */
		if (place->floor > copy.floor)
			copy.floor = place->floor;
		copy.deny |= place->deny;
		if (place->points > copy.points)
			copy.points = place->points;
		if (place->points_there > copy.points_there)
			copy.points_there = place->points_there;
		gate_finding_release(place);
	} else if (out) {
		place = out;
		gate_finding_release(place);
	} else {
		place = grow(&l->v, &l->n, &l->cap, sizeof(*l->v));
		if (!place) {
			gate_finding_release(&copy);
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		}
	}
	*place = copy;
	return 0;
}

void gate_files_clear(struct gate_files *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].path);
		free(l->v[i].bytes);
	}
	free(l->v);
	*l = (struct gate_files){ 0 };
}

int gate_files_add(struct gate_files *l, const char *path, const char *bytes, size_t len, struct gate_err *err)
{
	struct gate_file *f = grow(&l->v, &l->n, &l->cap, sizeof(*l->v));

	if (f) {
		f->path = strdup(path);
		f->bytes = malloc(len + 1);
		f->len = len;
	}
	if (!f || !f->path || !f->bytes)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	memcpy(f->bytes, bytes, len);
	f->bytes[len] = '\0';
	return 0;
}

const struct gate_file *gate_files_get(const struct gate_files *l, const char *path)
{
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i].path, path) == 0)
			return &l->v[i];
	}
	return NULL;
}

static int by_path(const void *a, const void *b)
{
	const struct gate_file *const *x = a, *const *y = b;

	return strcmp((*x)->path, (*y)->path);
}

void gate_files_digest(const struct gate_files *l, char hex[65])
{
	const struct gate_file **order = calloc(l->n + 1, sizeof(*order));
	uint8_t d[GATE_SHA256_LEN] = { 0 };
	struct gate_sha256 h;
	char len[32];

	gate_sha256_init(&h);
	for (size_t i = 0; order && i < l->n; i++)
		order[i] = &l->v[i];
	if (order && l->n)
		qsort(order, l->n, sizeof(*order), by_path);
	for (size_t i = 0; order && i < l->n; i++) {
		int n = snprintf(len, sizeof(len), "%zu", order[i]->len);

		gate_sha256_update(&h, order[i]->path, strlen(order[i]->path) + 1);
		gate_sha256_update(&h, len, (size_t)n + 1);
		gate_sha256_update(&h, order[i]->bytes, order[i]->len);
	}
	if (order)
		gate_sha256_final(&h, d); /* without memory: zeros, a digest that matches nothing */
	free(order);
	gate_hex(d, sizeof(d), hex);
}
