/* The lockfiles with a line grammar of their own: Gemfile.lock, mix.lock, gradle.lockfile, paket.lock, cabal.project.freeze. Sources:
 * rubygems/bundler (lockfile_parser), hexpm/hex (Hex.Mix), docs.gradle.org (dependency locking), fsprojects/Paket,
 * cabal.readthedocs.io. */
#include "formats/locks/read.h"

static int broken(const struct gate_line *l, const char *what, struct gate_err *err)
{
	return gate_err_set(err, GATE_E_SYNTAX, "%u: %s", l->number, what);
}

static size_t indent(const struct gate_line *l)
{
	size_t n = 0;

	while (n < l->len && l->s[n] == ' ')
		n++;
	return n;
}

/* "name (1.0-platform)" -> name, version */
static void named(struct gate_parts *p, const char *s, size_t len)
{
	const char *open = memchr(s, '(', len), *close = open ? memchr(open, ')', (size_t)(s + len - open)) : NULL;
	size_t n = open ? (size_t)(open - s) : len;

	while (n && (s[n - 1] == ' ' || s[n - 1] == '!'))
		n--;
	gate_parts_setn(p, GATE_PART_NAME, s, n);
	gate_parts_setn(p, GATE_PART_VERSION, open ? open + 1 : "", close ? (size_t)(close - open - 1) : 0);
}

/* ---- Gemfile.lock ---- */

enum gem_section { GEM_NONE, GEM_GEM, GEM_GIT, GEM_PATH, GEM_PLUGIN, GEM_DEPENDENCIES, GEM_CHECKSUMS };

struct gem {
	struct gate_lock_store *s;
	struct gate_parts p;
	struct gate_buf remote, revision, owner;
	enum gem_section section;
	unsigned remotes;
};

static enum gem_section gem_section(const struct gate_line *l)
{
	static const struct {
		const char *name;
		enum gem_section section;
	} names[] = {
		{ "GEM", GEM_GEM },   { "GIT", GEM_GIT },		    { "PATH", GEM_PATH },
		{ "PLUGIN SOURCE", GEM_PLUGIN }, { "DEPENDENCIES", GEM_DEPENDENCIES }, { "CHECKSUMS", GEM_CHECKSUMS },
	};

	for (size_t i = 0; i < GATE_ARRAY_LEN(names); i++) {
		if (strlen(names[i].name) == l->len && memcmp(names[i].name, l->s, l->len) == 0)
			return names[i].section;
	}
	return GEM_NONE;
}

static int gem_spec(struct gem *g, const struct gate_line *l, size_t n, struct gate_err *err)
{
	gate_parts_reset(&g->p, l->number);
	named(&g->p, l->s + n, l->len - n);
	if (n == 6)
		return gate_lock_edge(g->s, g->owner.len ? g->owner.s : NULL, gate_parts_get(&g->p, GATE_PART_NAME), err);
	gate_buf_reset(&g->owner);
	gate_buf_str(&g->owner, gate_parts_get(&g->p, GATE_PART_NAME));
	gate_parts_set(&g->p, GATE_PART_SOURCE, gate_buf_cstr(&g->remote));
	if (g->section == GEM_GIT)
		gate_parts_set(&g->p, GATE_PART_REV, gate_buf_cstr(&g->revision));
	return gate_parts_add(g->s, &g->p, GATE_ECO_RUBYGEMS, GATE_DEP_PACKAGE,
			      g->section == GEM_GIT  ? GATE_DEP_GIT :
			      g->section == GEM_PATH ? GATE_DEP_PATH : GATE_DEP_REGISTRY, err);
}

/* "  name (1.0) sha256=..." : a row of its own, so that a checksum is compared with the checksum before */
static int gem_checksum(struct gem *g, const struct gate_line *l, struct gate_err *err)
{
	const char *sum = memmem(l->s, l->len, ") ", 2);

	if (!sum)
		return 0;
	gate_parts_reset(&g->p, l->number);
	named(&g->p, l->s + 2, (size_t)(sum + 1 - l->s) - 2);
	gate_parts_setn(&g->p, GATE_PART_HASH, sum + 2, l->len - (size_t)(sum + 2 - l->s));
	gate_buf_str(&g->p.f[GATE_PART_NAME], " (checksum)");
	return gate_parts_add(g->s, &g->p, GATE_ECO_RUBYGEMS, GATE_DEP_PACKAGE, GATE_DEP_REGISTRY, err);
}

static int gem_remote(struct gem *g, const struct gate_line *l, struct gate_err *err)
{
	struct gate_dep_row row = { .eco = GATE_ECO_RUBYGEMS, .role = GATE_DEP_INDEX, .line = l->number };

	if (l->len > 10 && memcmp(l->s, "  remote: ", 10) == 0) {
		gate_buf_reset(&g->remote);
		gate_buf_add(&g->remote, l->s + 10, l->len - 10);
		row.name = row.source = gate_buf_cstr(&g->remote);
		return g->section == GEM_GEM ? gate_lock_add(g->s, &row, err) : 0;
	}
	if (l->len > 12 && memcmp(l->s, "  revision: ", 12) == 0) {
		gate_buf_reset(&g->revision);
		gate_buf_add(&g->revision, l->s + 12, l->len - 12);
	}
	return 0;
}

static int gem_line(struct gem *g, const struct gate_line *l, struct gate_err *err)
{
	size_t n = indent(l);

	if (n == l->len)
		return 0;
	if (memchr(l->s, '\0', l->len) || gate_starts_with(l->s, "<<<<<<<"))
		return broken(l, "no lockfile has this line", err);
	if (n == 0) {
		g->section = gem_section(l);
		gate_buf_reset(&g->remote);
		gate_buf_reset(&g->revision);
		return l->s[0] >= 'A' && l->s[0] <= 'Z' ? 0 : broken(l, "a section begins with a capital letter", err);
	}
	if (g->section == GEM_CHECKSUMS && n == 2)
		return gem_checksum(g, l, err);
	if (g->section == GEM_DEPENDENCIES && n == 2) {
		struct gate_dep_row row = { .eco = GATE_ECO_RUBYGEMS, .role = GATE_DEP_DIRECT, .line = l->number,
					    .flags = GATE_DEP_FROM_ROOT };
		int rc;

		gate_parts_reset(&g->p, l->number);
		named(&g->p, l->s + n, l->len - n);
		row.name = gate_parts_get(&g->p, GATE_PART_NAME);
		row.version = gate_parts_get(&g->p, GATE_PART_VERSION);
		rc = gate_lock_edge(g->s, NULL, row.name, err);
		return rc == 0 ? gate_lock_add(g->s, &row, err) : rc;
	}
	if (g->section >= GEM_GEM && g->section <= GEM_PLUGIN)
		return n == 2 ? gem_remote(g, l, err) : n == 4 || n == 6 ? gem_spec(g, l, n, err) : 0;
	return 0;
}

int gate_lock_read_gem(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	struct gem g = { .s = s };
	struct gate_line l = { 0 };
	const char *at = bytes;
	int rc = 0;

	while (rc == 0 && gate_line_next(&at, bytes + len, &l))
		rc = gem_line(&g, &l, err);
	s->now->edges_whole = rc == 0;
	gate_parts_clear(&g.p);
	gate_buf_clear(&g.remote);
	gate_buf_clear(&g.revision);
	gate_buf_clear(&g.owner);
	return rc;
}

/* ---- mix.lock: "name": {:hex, :name, "1.0", "inner", [..], [..], "hexpm", "outer"}, or {:git, "url", "ref", [..]} ---- */

static int mix_line(struct gate_lock_store *s, struct gate_parts *p, const struct gate_line *l, struct gate_err *err)
{
	const char *at = l->s, *end = l->s + l->len, *name, *v, *sum, *text, *last = NULL, *before = NULL;
	size_t n, v_len, sum_len, len, last_len = 0, before_len = 0;
	bool git;
	int rc;

	if (!gate_line_quoted(&at, end, &name, &n))
		return memchr(l->s, ':', l->len) ? broken(l, "an entry without a name", err) : 0;
	git = memmem(at, (size_t)(end - at), "{:git,", 6) != NULL;
	if (!git && !memmem(at, (size_t)(end - at), "{:hex,", 6))
		return broken(l, "neither of hex nor of git", err);
	if (!gate_line_quoted(&at, end, &v, &v_len) || !gate_line_quoted(&at, end, &sum, &sum_len))
		return broken(l, "an entry that is cut off", err);
	gate_parts_reset(p, l->number);
	gate_parts_setn(p, GATE_PART_NAME, name, n);
	if (git) {
		gate_parts_setn(p, GATE_PART_SOURCE, v, v_len);
		gate_parts_setn(p, GATE_PART_REV, sum, sum_len);
		return gate_parts_add(s, p, GATE_ECO_HEX, GATE_DEP_PACKAGE, GATE_DEP_GIT, err);
	}
	gate_parts_setn(p, GATE_PART_VERSION, v, v_len);
	while (gate_line_quoted(&at, end, &text, &len)) { /* the last two texts: the repository, the outer checksum */
		before = last;
		before_len = last_len;
		last = text;
		last_len = len;
	}
	if (before && last_len == 64 && strcspn(before, "\"") == before_len && before_len < 32)
		gate_parts_setn(p, GATE_PART_SOURCE, before, before_len);
	if (last_len == 64) {
		gate_buf_add(&p->f[GATE_PART_FILE], last, last_len);
		rc = gate_lock_hash(s, "outer", "sha256", gate_parts_get(p, GATE_PART_FILE), err);
		if (rc < 0)
			return rc;
		gate_buf_reset(&p->f[GATE_PART_FILE]);
	}
	gate_buf_add(&p->f[GATE_PART_FILE], sum, sum_len);
	rc = gate_lock_hash(s, "inner", "sha256", gate_parts_get(p, GATE_PART_FILE), err);
	return rc == 0 ? gate_parts_add(s, p, GATE_ECO_HEX, GATE_DEP_PACKAGE, GATE_DEP_REGISTRY, err) : rc;
}

static int each_line(const char *bytes, size_t len, struct gate_lock_store *s,
		     int (*fn)(struct gate_lock_store *, struct gate_parts *, const struct gate_line *, struct gate_err *),
		     struct gate_err *err)
{
	struct gate_parts p = { 0 };
	struct gate_line l = { 0 };
	const char *at = bytes;
	int rc = 0;

	while (rc == 0 && gate_line_next(&at, bytes + len, &l))
		rc = memchr(l.s, '\0', l.len) ? broken(&l, "a NUL", err) : fn(s, &p, &l, err);
	gate_parts_clear(&p);
	return rc;
}

int gate_lock_read_mix(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	const char *open = len ? bytes + strspn(bytes, " \t\r\n") : bytes;

	if (len && (open >= bytes + len || *open != '%'))
		return gate_err_set(err, GATE_E_SYNTAX, "1: this is no map of packages");
	return each_line(bytes, len, s, mix_line, err);
}

/* ---- gradle.lockfile: "group:name:1.0=conf,conf" ---- */

static int gradle_line(struct gate_lock_store *s, struct gate_parts *p, const struct gate_line *l, struct gate_err *err)
{
	const char *first, *second, *equal;

	if (!l->len || l->s[0] == '#' || (l->len > 5 && memcmp(l->s, "empty=", 6) == 0))
		return 0;
	equal = memchr(l->s, '=', l->len);
	first = memchr(l->s, ':', l->len);
	second = first ? memchr(first + 1, ':', (size_t)(l->s + l->len - first - 1)) : NULL;
	if (!equal || !second || second > equal)
		return broken(l, "a line is group:name:version=configurations", err);
	gate_parts_reset(p, l->number);
	gate_parts_setn(p, GATE_PART_NAME, l->s, (size_t)(second - l->s));
	gate_parts_setn(p, GATE_PART_VERSION, second + 1, (size_t)(equal - second - 1));
	return gate_parts_add(s, p, GATE_ECO_MAVEN, GATE_DEP_PACKAGE, GATE_DEP_REGISTRY, err);
}

int gate_lock_read_gradle(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return each_line(bytes, len, s, gradle_line, err);
}

/* ---- paket.lock: sections NUGET, GITHUB, HTTP, GIT; "  remote: URL"; "    Name (1.0)" ---- */

struct paket {
	struct gate_buf remote;
	enum gate_dep_kind kind;
};

static int paket_line(struct paket *k, struct gate_lock_store *s, struct gate_parts *p, const struct gate_line *l,
		      struct gate_err *err)
{
	size_t n = indent(l);

	if (n == l->len)
		return 0;
	if (n == 0) {
		k->kind = l->len >= 5 && memcmp(l->s, "NUGET", 5) == 0 ? GATE_DEP_REGISTRY :
			  l->len >= 4 && memcmp(l->s, "HTTP", 4) == 0  ? GATE_DEP_URL : GATE_DEP_GIT;
		return 0;
	}
	if (n == 2 && l->len > 10 && memcmp(l->s, "  remote: ", 10) == 0) {
		gate_buf_reset(&k->remote);
		gate_buf_add(&k->remote, l->s + 10, l->len - 10);
	}
	if (n != 4)
		return 0;
	gate_parts_reset(p, l->number);
	named(p, l->s + n, l->len - n);
	gate_parts_set(p, GATE_PART_SOURCE, gate_buf_cstr(&k->remote));
	if (k->kind == GATE_DEP_GIT) {
		gate_parts_set(p, GATE_PART_REV, gate_parts_get(p, GATE_PART_VERSION));
		gate_parts_set(p, GATE_PART_VERSION, "");
	}
	return gate_parts_add(s, p, GATE_ECO_NUGET, GATE_DEP_PACKAGE, k->kind, err);
}

int gate_lock_read_paket(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	struct paket k = { .kind = GATE_DEP_REGISTRY };
	struct gate_parts p = { 0 };
	struct gate_line l = { 0 };
	const char *at = bytes;
	int rc = 0;

	while (rc == 0 && gate_line_next(&at, bytes + len, &l))
		rc = memchr(l.s, '\0', l.len) ? broken(&l, "a NUL", err) : paket_line(&k, s, &p, &l, err);
	gate_parts_clear(&p);
	gate_buf_clear(&k.remote);
	return rc;
}

/* ---- cabal.project.freeze: "constraints: any.name ==1.0," ---- */

static int cabal_line(struct gate_lock_store *s, struct gate_parts *p, const struct gate_line *l, struct gate_err *err)
{
	const char *any = memmem(l->s, l->len, "any.", 4), *end = l->s + l->len, *name, *equal;
	struct gate_dep_row row = { .eco = GATE_ECO_HACKAGE, .role = GATE_DEP_INDEX, .line = l->number };

	if (l->len > 14 && memcmp(l->s, "index-state: ", 13) == 0) {
		gate_parts_reset(p, l->number);
		gate_parts_setn(p, GATE_PART_VERSION, l->s + 13, l->len - 13);
		row.name = "index-state";
		row.version = gate_parts_get(p, GATE_PART_VERSION);
		return gate_lock_add(s, &row, err);
	}
	if (!any)
		return 0;
	name = any + 4;
	equal = memmem(name, (size_t)(end - name), "==", 2);
	if (!equal)
		return 0; /* flags */
	gate_parts_reset(p, l->number);
	gate_parts_setn(p, GATE_PART_NAME, name, strcspn(name, " \t=") < (size_t)(equal - name) ? strcspn(name, " \t=") :
													(size_t)(equal - name));
	equal += 2;
	while (end > equal && (end[-1] == ',' || end[-1] == ' '))
		end--;
	gate_parts_setn(p, GATE_PART_VERSION, equal, (size_t)(end - equal));
	return gate_parts_add(s, p, GATE_ECO_HACKAGE, GATE_DEP_PACKAGE, GATE_DEP_REGISTRY, err);
}

int gate_lock_read_cabal(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return each_line(bytes, len, s, cabal_line, err);
}
