#include "classifier/control/facts.h"

#include <string.h>

#define KEY_MAX 512

static void release(struct gate_fact *f)
{
	free(f->key);
	free(f->job);
	free(f->note);
	free(f->path);
	*f = (struct gate_fact){ 0 };
}

void gate_factbag_clear(struct gate_factbag *l)
{
	for (size_t i = 0; i < l->n; i++)
		release(&l->v[i]);
	free(l->v);
	*l = (struct gate_factbag){ 0 };
}

/* A long command is told apart by the hash of all of it (FNV-1a). */
static char *bounded(const char *s)
{
	size_t len = strlen(s);
	uint64_t h = 0xcbf29ce484222325u;
	char *out;

	if (len <= KEY_MAX)
		return strdup(s);
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	out = malloc(KEY_MAX + 20);
	if (!out)
		return NULL;
	memcpy(out, s, KEY_MAX);
	snprintf(out + KEY_MAX, 20, "~%016llx", (unsigned long long)h);
	return out;
}

static int grow(struct gate_factbag *l, struct gate_err *err)
{
	size_t cap = l->cap ? l->cap * 2 : 64;
	struct gate_fact *v;

	if (l->n < l->cap)
		return 0;
	v = realloc(l->v, cap * sizeof(*v));
	if (!v)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	l->v = v;
	l->cap = cap;
	return 0;
}

int gate_factbag_add(struct gate_factbag *l, const struct gate_fact *f, struct gate_err *err)
{
	struct gate_fact x = *f;

	if (l->n >= GATE_FACTS_MAX) {
		l->full = true;
		return 0;
	}
	if (grow(l, err) < 0)
		return -GATE_E_NOMEM;
	x.path = NULL;
	x.key = bounded(f->key ? f->key : "");
	x.job = bounded(f->job ? f->job : "");
	x.note = bounded(f->note ? f->note : "");
	if (!x.key || !x.job || !x.note) {
		release(&x);
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	l->v[l->n++] = x;
	return 0;
}

static int order(const void *pa, const void *pb)
{
	const struct gate_fact *a = pa, *b = pb;
	int c;

	if (a->change != b->change)
		return a->change < b->change ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	c = strcmp(a->key, b->key);
	return c ? c : strcmp(a->job, b->job);
}

static void sort(struct gate_factbag *l)
{
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), order);
}

static void squeeze(struct gate_factbag *l)
{
	size_t k = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].key)
			l->v[k++] = l->v[i];
	}
	l->n = k;
}

void gate_factbag_cancel(struct gate_factbag *gained, struct gate_factbag *lost)
{
	size_t i = 0, k = 0;

	sort(gained);
	sort(lost);
	while (i < gained->n && k < lost->n) {
		int c = order(&gained->v[i], &lost->v[k]);

		/* harsher than it was is no equal */
		if (c == 0 && gained->v[i].tier <= lost->v[k].tier) {
			release(&gained->v[i++]);
			release(&lost->v[k++]);
		} else if (c < 0) {
			i++;
		} else if (c > 0) {
			k++;
		} else {
			i++;
			k++;
		}
	}
	squeeze(gained);
	squeeze(lost);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the jobs of one side, sorted; texts are borrowed. */
static const char **jobs_of(const struct gate_factbag *l, size_t *n)
{
	const char **v = calloc(l->n + 1, sizeof(*v));

	*n = 0;
	for (size_t i = 0; v && i < l->n; i++) {
		if (l->v[i].kind == GATE_FACT_JOB)
			v[(*n)++] = l->v[i].key;
	}
	if (v && *n)
		qsort(v, *n, sizeof(*v), by_name);
	return v;
}

/* A job that only one side has may be a renamed one: its facts are compared without its name. */
static void forget_jobs(struct gate_factbag *l, const char **other, size_t n)
{
	for (size_t i = 0; i < l->n; i++) {
		const char *job = l->v[i].job;

		if (*job && !bsearch(&job, other, n, sizeof(*other), by_name)) {
			l->v[i].job[0] = '*';
			l->v[i].job[1] = '\0';
		}
	}
}

static int take(struct gate_factbag *from, struct gate_factbag *to, const char *path, struct gate_err *err)
{
	for (size_t i = 0; i < from->n; i++) {
		if (to->n >= 2 * GATE_FACTS_MAX) {
			to->full = true;
			break;
		}
		from->v[i].path = strdup(path);
		if (!from->v[i].path || grow(to, err) < 0)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		to->v[to->n++] = from->v[i];
		from->v[i] = (struct gate_fact){ 0 };
	}
	return 0;
}

int gate_factbag_compare(struct gate_factbag *before, struct gate_factbag *now, const char *path, uint32_t change,
		       struct gate_factbag *gained, struct gate_factbag *lost, struct gate_err *err)
{
	gate_autofree const char **old_jobs = NULL;
	gate_autofree const char **new_jobs = NULL;
	size_t n_old, n_new;
	int rc;

	for (size_t i = 0; i < before->n; i++)
		before->v[i].change = change;
	for (size_t i = 0; i < now->n; i++)
		now->v[i].change = change;
	old_jobs = jobs_of(before, &n_old);
	new_jobs = jobs_of(now, &n_new);
	if (!old_jobs || !new_jobs)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	forget_jobs(before, new_jobs, n_new);
	forget_jobs(now, old_jobs, n_old);
	gate_factbag_cancel(now, before);
	rc = take(now, gained, path, err);
	return rc < 0 ? rc : take(before, lost, path, err);
}

bool gate_factbag_has(const struct gate_factbag *l, enum gate_fact_kind kind, const char *key)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].kind == kind && (!key || strcmp(l->v[i].key, key) == 0))
			return true;
	}
	return false;
}
