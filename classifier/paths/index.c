#include "classifier/paths/index.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 2048u
#define NONE UINT32_MAX
#define START 3 /* bytes of a component's start that are filed */

/* What a glob is filed under; part of the hash. */
enum part { PART_WHOLE = 1, PART_START, PART_END };

struct entry {
	const char *glob;
	uint64_t key;
	uint32_t rule;
	uint32_t next;
};

struct gate_path_index {
	const struct gate_policy *policy;
	struct entry *v;
	uint32_t n;
	uint32_t head[BUCKETS];
	uint32_t always; /* chain of globs without a literal part */
	uint32_t *hits;
	size_t n_hits;
	uint32_t *stamp; /* one a rule: the look-up that hit it last */
	uint32_t now;
};

struct span {
	const char *s;
	size_t len;
};

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static uint64_t key_of(enum part part, struct span s)
{
	uint64_t h = 0xcbf29ce484222325u ^ (uint64_t)part;

	h *= 0x100000001b3u;
	for (size_t i = 0; i < s.len; i++)
		h = (h ^ lower(s.s[i])) * 0x100000001b3u;
	return h ^ h >> 31;
}

/* The components of a path or a glob, one after the other. */
static bool next_component(const char **rest, struct span *c)
{
	if (!*rest)
		return false;
	c->s = *rest;
	c->len = strcspn(c->s, "/");
	*rest = c->s[c->len] ? c->s + c->len + 1 : NULL;
	return true;
}

static size_t literal_start(struct span c)
{
	size_t n = 0;

	while (n < c.len && !strchr("*?[", c.s[n]))
		n++;
	return n;
}

/* ".yml" of "*.yml": the last dot and what follows, when nothing there is a wildcard. */
static struct span ending(struct span c)
{
	for (size_t i = c.len; i > 0; i--) {
		char ch = c.s[i - 1];

		if (ch == '.')
			return (struct span){ c.s + i - 1, c.len - i + 1 };
		if (strchr("*?[]", ch))
			break;
	}
	return (struct span){ c.s, 0 };
}

struct choice {
	uint64_t key;
	size_t worth;
};

static void consider(struct choice *best, size_t worth, enum part part, struct span s)
{
	if (worth > best->worth)
		*best = (struct choice){ key_of(part, s), worth };
}

/* The rarest literal part that every match of the glob has. worth 0: there is none. */
static struct choice choose(const char *glob)
{
	struct choice best = { 0, 0 };
	const char *rest = glob;
	struct span c;

	while (next_component(&rest, &c)) {
		size_t lit = literal_start(c);

		if (lit == c.len && c.len)
			consider(&best, 1000 + c.len, PART_WHOLE, c);
		else if (lit >= START)
			consider(&best, 100 + lit, PART_START, (struct span){ c.s, START });
		else if (!rest && ending(c).len > 1)
			consider(&best, 50 + ending(c).len, PART_END, ending(c));
	}
	return best;
}

static void file_glob(struct gate_path_index *ix, const char *glob, uint32_t rule)
{
	struct choice c = choose(glob);
	uint32_t *head = c.worth ? &ix->head[c.key % BUCKETS] : &ix->always;

	ix->v[ix->n] = (struct entry){ .glob = glob, .key = c.key, .rule = rule, .next = *head };
	*head = ix->n++;
}

static bool is_indexed(const struct gate_rule *r)
{
	return !r->off && r->kind && (strcmp(r->kind, "path") == 0 || strcmp(r->kind, "content") == 0);
}

static size_t count_globs(const struct gate_policy *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_rules; i++)
		n += p->rules[i].paths.patterns.n + 1;
	return n;
}

static void file_rules(struct gate_path_index *ix)
{
	for (uint32_t i = 0; i < ix->policy->n_rules; i++) {
		const struct gate_rule *r = &ix->policy->rules[i];

		if (!is_indexed(r))
			continue;
		for (size_t k = 0; k < r->paths.patterns.n; k++)
			file_glob(ix, r->paths.patterns.v[k], i);
		if (r->paths.patterns.n == 0)
			file_glob(ix, "**", i);
	}
}

struct gate_path_index *gate_path_index_new(const struct gate_policy *p, struct gate_err *err)
{
	struct gate_path_index *ix = calloc(1, sizeof(*ix));

	if (ix) {
		ix->policy = p;
		ix->always = NONE;
		memset(ix->head, 0xff, sizeof(ix->head));
		ix->v = calloc(count_globs(p) + 1, sizeof(*ix->v));
		ix->hits = calloc(p->n_rules + 1, sizeof(*ix->hits));
		ix->stamp = calloc(p->n_rules + 1, sizeof(*ix->stamp));
	}
	if (!ix || !ix->v || !ix->hits || !ix->stamp) {
		gate_path_index_free(ix);
		gate_err_set(err, GATE_E_NOMEM, "out of memory");
		return NULL;
	}
	file_rules(ix);
	return ix;
}

void gate_path_index_free(struct gate_path_index *ix)
{
	if (!ix)
		return;
	free(ix->v);
	free(ix->hits);
	free(ix->stamp);
	free(ix);
}

struct look {
	struct gate_path_index *ix;
	const char *path, *last;
	size_t path_len, last_len;
};

static bool glob_hits(const struct look *l, const char *glob, const struct gate_rule *r)
{
	bool whole = strchr(glob, '/') || strcmp(glob, "**") == 0;

	/* a first '/' only says that the pattern is meant for the whole path */
	if (!gate_glob_match(*glob == '/' ? glob + 1 : glob, whole ? l->path : l->last,
			     whole ? l->path_len : l->last_len, r->paths.fold))
		return false;
	return !r->paths.also || gate_globs_match(r->paths.also, l->path, l->path_len);
}

static void try_chain(const struct look *l, uint32_t at, uint64_t key)
{
	struct gate_path_index *ix = l->ix;

	for (; at != NONE; at = ix->v[at].next) {
		const struct entry *e = &ix->v[at];
		const struct gate_rule *r = &ix->policy->rules[e->rule];

		if (e->key != key || ix->stamp[e->rule] == ix->now || !glob_hits(l, e->glob, r))
			continue;
		ix->stamp[e->rule] = ix->now;
		if (!r->not_paths.patterns.n || !gate_globs_match(&r->not_paths, l->path, l->path_len))
			ix->hits[ix->n_hits++] = e->rule;
	}
}

static void try_part(const struct look *l, enum part part, struct span s)
{
	uint64_t key = key_of(part, s);

	try_chain(l, l->ix->head[key % BUCKETS], key);
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Stamps are compared with the number of the look-up; when it wraps, all are forgotten. */
static void begin(struct gate_path_index *ix)
{
	ix->n_hits = 0;
	if (++ix->now == 0) {
		memset(ix->stamp, 0, (ix->policy->n_rules + 1) * sizeof(*ix->stamp));
		ix->now = 1;
	}
}

size_t gate_path_index_find(struct gate_path_index *ix, const char *path, const uint32_t **hits)
{
	const char *slash = strrchr(path, '/'), *rest = path;
	struct look l = { ix, path, slash ? slash + 1 : path, strlen(path), 0 };
	struct span c;

	l.last_len = strlen(l.last);
	begin(ix);
	while (next_component(&rest, &c)) {
		try_part(&l, PART_WHOLE, c);
		if (c.len >= START)
			try_part(&l, PART_START, (struct span){ c.s, START });
	}
	c = ending((struct span){ l.last, l.last_len });
	if (c.len > 1)
		try_part(&l, PART_END, c);
	try_chain(&l, ix->always, 0);
	if (ix->n_hits > 1)
		qsort(ix->hits, ix->n_hits, sizeof(*ix->hits), by_number);
	*hits = ix->hits;
	return ix->n_hits;
}
