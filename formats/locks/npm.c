/* package-lock.json and npm-shrinkwrap.json, lockfileVersion 1 to 3. Version 2 says everything twice, for npm 6 under
 * `dependencies` and for npm 7 under `packages`; where both stand, `packages` counts, and a package about which they disagree is
 * told. Source: docs.npmjs.com, package-lock.json. */
#include "formats/locks/read.h"

#define NESTED 52 /* half of GATE_VISIT_DEPTH: a name and the word `dependencies` for each step */
#define SECOND GATE_DEP_ROLES /* the role of rows of `dependencies` until it is known whether they count */

struct npm {
	struct gate_lock_store *s;
	struct gate_parts at[NESTED];
	bool packages, dependencies;
};

/* "packages/a/node_modules/@x/y" -> "@x/y"; a folder of the project itself has no node_modules: NULL. */
static const char *installed_name(const char *path)
{
	static const char mark[] = "node_modules/";
	const char *found = NULL;

	for (const char *p = strstr(path, mark); p; p = strstr(p + 1, mark)) {
		if (p == path || p[-1] == '/')
			found = p + sizeof(mark) - 1;
	}
	return found;
}

/* "npm:real@1.0" */
static void unalias(struct gate_parts *p)
{
	const char *v = gate_parts_get(p, GATE_PART_VERSION), *at;

	if (!gate_starts_with(v, "npm:"))
		return;
	at = strrchr(v + 5, '@');
	gate_parts_set(p, GATE_PART_ALIAS, gate_parts_get(p, GATE_PART_NAME));
	gate_parts_setn(p, GATE_PART_NAME, v + 4, at ? (size_t)(at - v - 4) : strlen(v + 4));
	if (at) { /* the text is inside the part that is set */
		gate_auto(gate_buf) struct gate_buf version = { 0 };

		gate_buf_str(&version, at + 1);
		gate_parts_set(p, GATE_PART_VERSION, gate_buf_cstr(&version));
	}
}

static int emit(struct npm *n, struct gate_parts *p, enum gate_dep_role role, struct gate_err *err)
{
	const char *v, *source, *rev;
	enum gate_dep_kind kind;

	unalias(p);
	v = gate_parts_get(p, GATE_PART_VERSION);
	if (gate_address_kind(v) != GATE_DEP_REGISTRY) { /* version 1: where it is from instead of a version */
		gate_auto(gate_buf) struct gate_buf from = { 0 };

		gate_buf_str(&from, v);
		gate_parts_set(p, GATE_PART_SOURCE, gate_buf_cstr(&from));
		gate_parts_set(p, GATE_PART_VERSION, "");
	}
	source = gate_parts_get(p, GATE_PART_SOURCE);
	if (!p->f[GATE_PART_VERSION].len && !*source)
		return 0; /* for another system: named, and not installed */
	kind = gate_address_kind(source);
	rev = gate_address_rev(source);
	if (kind == GATE_DEP_GIT && rev)
		gate_parts_set(p, GATE_PART_REV, rev);
	if (kind == GATE_DEP_REGISTRY && *source)
		kind = GATE_DEP_PATH; /* "packages/a" */
	if (kind == GATE_DEP_URL)
		kind = GATE_DEP_REGISTRY; /* unless its path says otherwise: gate_lock_add */
	return gate_parts_add(n->s, p, GATE_ECO_NPM, role, kind, err);
}

static const struct gate_part_key keys[] = {
	{ "version", GATE_PART_VERSION },
	{ "resolved", GATE_PART_SOURCE },
	{ "integrity", GATE_PART_HASH },
	{ "name", GATE_PART_TYPE },
};

static void field(struct gate_parts *p, const struct gate_visit *v)
{
	static const struct {
		const char *key;
		unsigned flag;
	} flags[] = {
		{ "dev", GATE_DEP_DEV },	      { "optional", GATE_DEP_OPTIONAL },
		{ "hasInstallScript", GATE_DEP_SCRIPT }, { "link", GATE_DEP_OWN },
		{ "inBundle", GATE_DEP_BUNDLED },     { "bundled", GATE_DEP_BUNDLED },
	};

	gate_parts_take(p, keys, GATE_ARRAY_LEN(keys), gate_visit_key(v), v->text);
	for (size_t i = 0; i < GATE_ARRAY_LEN(flags); i++) {
		if (strcmp(gate_visit_key(v), flags[i].key) == 0 && strcmp(v->text, "true") == 0)
			p->flags |= flags[i].flag;
	}
}

static int package_end(struct npm *n, const char *path, struct gate_err *err)
{
	struct gate_parts *p = &n->at[0];
	const char *name = installed_name(path), *real = gate_parts_get(p, GATE_PART_TYPE);

	p->open = false;
	if (!name || p->flags & GATE_DEP_OWN)
		return 0;
	gate_parts_set(p, GATE_PART_NAME, *real ? real : name);
	if (*real && strcmp(real, name) != 0)
		gate_parts_set(p, GATE_PART_ALIAS, name);
	return emit(n, p, GATE_DEP_PACKAGE, err);
}

/* packages.PATH.dependencies.NAME: who wants whom. */
static int wants(struct npm *n, const struct gate_visit *v, struct gate_err *err)
{
	static const char *const lists[] = { "dependencies", "optionalDependencies", "peerDependencies", "devDependencies" };
	const char *name = installed_name(v->key[1]);
	struct gate_dep_row row = {
		.eco = GATE_ECO_NPM, .role = GATE_DEP_DIRECT, .name = v->key[3], .version = v->text, .line = v->line,
		.flags = GATE_DEP_FROM_ROOT
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(lists) - (name != NULL); i++) {
		if (strcmp(v->key[2], lists[i]) != 0)
			continue;
		rc = gate_lock_edge(n->s, name, v->key[3], err);
		if (rc == 0 && !name)
			rc = gate_lock_add(n->s, &row, err);
	}
	return rc;
}

static int packages(struct npm *n, const struct gate_visit *v, struct gate_err *err)
{
	if (v->depth == 2 && v->what == GATE_VISIT_MAP)
		gate_parts_reset(&n->at[0], v->line);
	else if (v->depth == 2 && v->what == GATE_VISIT_END)
		return package_end(n, v->key[1], err);
	else if (v->depth == 3 && v->what == GATE_VISIT_VALUE)
		field(&n->at[0], v);
	else if (v->depth == 4 && v->what == GATE_VISIT_VALUE)
		return wants(n, v, err);
	else if (v->depth == 2)
		return gate_err_set(err, GATE_E_SYNTAX, "%u: a package that is no map", v->line);
	return 0;
}

static int dependencies(struct npm *n, const struct gate_visit *v, struct gate_err *err)
{
	uint32_t level = v->depth / 2;
	struct gate_parts *p;

	for (uint32_t i = 0; i < v->depth; i += 2) {
		if (strcmp(v->key[i], "dependencies") != 0) {
			if (i + 1 == v->depth && v->what == GATE_VISIT_VALUE && level)
				field(&n->at[level - 1], v);
			return 0;
		}
	}
	if (v->depth % 2 || !level || level > NESTED)
		return 0;
	p = &n->at[level - 1];
	if (v->what == GATE_VISIT_MAP) {
		gate_parts_reset(p, v->line);
		gate_parts_set(p, GATE_PART_NAME, gate_visit_key(v));
		return 0;
	}
	if (v->what != GATE_VISIT_END)
		return gate_err_set(err, GATE_E_SYNTAX, "%u: a package that is no map", v->line);
	return emit(n, p, SECOND, err);
}

static int visit(void *arg, const struct gate_visit *v, struct gate_err *err)
{
	struct npm *n = arg;
	bool is_packages, is_dependencies;

	if (!v->depth)
		return 0;
	is_packages = strcmp(v->key[0], "packages") == 0;
	is_dependencies = strcmp(v->key[0], "dependencies") == 0;
	if (v->depth == 1 && strcmp(v->key[0], "lockfileVersion") == 0)
		return gate_lock_intern(n->s, v->text, strlen(v->text), &n->s->now->format, err);
	if (!is_packages && !is_dependencies)
		return 0;
	if (v->depth == 1 && v->what != GATE_VISIT_MAP && v->what != GATE_VISIT_END)
		return gate_err_set(err, GATE_E_SYNTAX, "%u: %s is no map", v->line, v->key[0]);
	*(is_packages ? &n->packages : &n->dependencies) = true;
	return is_packages ? packages(n, v, err) : dependencies(n, v, err);
}

/* ---- the two sections ---- */

/* A git package has its commit in both, its version in one. */
static const char *comparable(const struct gate_lock_store *s, const struct gate_dep *d)
{
	const char *v = gate_lock_text(s, d->version), *rev = strchr(v, '#');

	return rev ? rev : v;
}

static bool same(const struct gate_lock_store *s, const struct gate_dep *a, const struct gate_dep *b)
{
	if (strcmp(comparable(s, a), comparable(s, b)) != 0 || a->kind != b->kind)
		return false;
	if (strcmp(gate_lock_text(s, a->source), gate_lock_text(s, b->source)) != 0)
		return false;
	return a->n_hashes == b->n_hashes &&
	       (!a->n_hashes || s->hashes[a->hash].digest == s->hashes[b->hash].digest);
}

static bool skipped(const struct gate_dep *d)
{
	return d->kind == GATE_DEP_PATH || d->kind == GATE_DEP_WORKSPACE || (d->flags & GATE_DEP_BUNDLED);
}

/* Whether each row of a has its equal among those of b; both belong to one name. */
static bool covered(const struct gate_lock_store *s, const struct gate_dep *a, size_t n_a, const struct gate_dep *b, size_t n_b)
{
	for (size_t i = 0; i < n_a; i++) {
		bool found = skipped(&a[i]);

		for (size_t k = 0; !found && k < n_b; k++)
			found = same(s, &a[i], &b[k]);
		if (!found)
			return false;
	}
	return true;
}

static size_t group(const struct gate_lock_store *s, const struct gate_dep *v, size_t n)
{
	size_t len = 1;

	while (len < n && v[len].role == v[0].role &&
	       (v[len].name == v[0].name || strcmp(gate_lock_text(s, v[len].name), gate_lock_text(s, v[0].name)) == 0))
		len++;
	return len;
}

/* Equal rows next to each other become one, so that a name that stands 100,000 times is compared once. */
static size_t unique(const struct gate_lock_store *s, struct gate_dep *v, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (!kept || v[kept - 1].role != v[i].role || v[kept - 1].name != v[i].name || !same(s, &v[kept - 1], &v[i]) ||
		    v[kept - 1].version != v[i].version)
			v[kept++] = v[i];
	}
	return kept;
}

static void disagree(struct gate_lock_store *s, struct gate_lock *l, const struct gate_dep *a, const struct gate_dep *b)
{
	uint64_t x = a ? a->name + (uint64_t)a->version * 31 : 7, y = b ? b->name + (uint64_t)b->version * 131 : 11;

	if (a && a->n_hashes)
		x ^= s->hashes[a->hash].digest;
	if (b && b->n_hashes)
		y ^= s->hashes[b->hash].digest * 3;
	l->splits += (x * 0x9e3779b97f4a7c15u) ^ y;
	if (!l->split)
		l->split = a ? a->name : b ? b->name : 0;
}

static void compare_group(struct gate_lock_store *s, struct gate_lock *l, const struct gate_dep *a, size_t n_a,
			  const struct gate_dep *b, size_t n_b)
{
	/* more copies of one package than any project has: no pairs are made, and it is told */
	if (n_a * n_b > 250000 || !covered(s, a, n_a, b, n_b) || !covered(s, b, n_b, a, n_a))
		disagree(s, l, n_a ? a : NULL, n_b ? b : NULL);
}

static void compare_sections(struct gate_lock_store *s, struct gate_lock *l, const struct gate_dep *a, size_t n_a,
			     const struct gate_dep *b, size_t n_b)
{
	while (n_a || n_b) {
		int c = !n_a ? 1 : !n_b ? -1 : strcmp(gate_lock_text(s, a->name), gate_lock_text(s, b->name));
		size_t of_a = c <= 0 ? group(s, a, n_a) : 0, of_b = c >= 0 ? group(s, b, n_b) : 0;

		compare_group(s, l, a, of_a, b, of_b);
		a += of_a;
		n_a -= of_a;
		b += of_b;
		n_b -= of_b;
	}
}

static void settle(struct npm *n)
{
	struct gate_lock *l = n->s->now;
	size_t first = 0, second, end;

	gate_lock_sort(n->s, l);
	l->n = unique(n->s, l->v, l->n);
	while (first < l->n && l->v[first].role < GATE_DEP_DIRECT)
		first++;
	second = first;
	while (second < l->n && l->v[second].role != SECOND)
		second++;
	end = l->n;
	if (n->packages && n->dependencies)
		compare_sections(n->s, l, l->v, first, l->v + second, end - second);
	if (n->packages) {
		l->n = second;
		return;
	}
	for (size_t i = second; i < end; i++)
		l->v[i].role = GATE_DEP_PACKAGE;
}

int gate_lock_read_npm(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	struct npm *n = calloc(1, sizeof(*n));
	int rc;

	if (!n)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	n->s = s;
	rc = gate_visit_bytes(GATE_FORMAT_JSON, bytes, len, visit, n, err);
	if (rc == 0) {
		settle(n);
		s->now->edges_whole = n->packages;
	}
	for (size_t i = 0; i < NESTED; i++)
		gate_parts_clear(&n->at[i]);
	free(n);
	return rc;
}
