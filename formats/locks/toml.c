/* The lockfiles that are TOML: Cargo.lock, poetry.lock, uv.lock, pdm.lock, pylock.toml, Julia's Manifest.toml. Sources: doc.rust-lang.org/cargo,
 * python-poetry, astral-sh/uv, pdm-project, PEP 751, Pkg.jl. */
#include "formats/locks/read.h"

struct reading {
	struct gate_lock_store *s;
	struct gate_parts p;
	const char *list; /* "package", or "packages" */
};

static int run(gate_visit_fn *fn, const char *list, const char *bytes, size_t len, struct gate_lock_store *s,
	       struct gate_err *err)
{
	struct reading r = { .s = s, .list = list };
	int rc = *list ? gate_visit_toml(bytes, len, list, fn, &r, err) : gate_visit_bytes(GATE_FORMAT_TOML, bytes, len, fn, &r, err);

	gate_parts_clear(&r.p);
	return rc;
}

static bool is(const struct gate_visit *v, uint32_t at, const char *key)
{
	return v->depth > at && strcmp(v->key[at], key) == 0;
}

/* ---- Cargo.lock ---- */

/* "registry+https://github.com/rust-lang/crates.io-index", "sparse+https://...", "git+https://host/a.git?tag=x#rev" */
static int cargo_end(struct reading *r, struct gate_err *err)
{
	struct gate_parts *p = &r->p;
	gate_auto(gate_buf) struct gate_buf source = { 0 };
	const char *plus, *rev;
	enum gate_dep_kind kind = GATE_DEP_REGISTRY;

	gate_buf_str(&source, gate_parts_get(p, GATE_PART_SOURCE));
	if (!source.len)
		return 0; /* the project's own */
	plus = strchr(source.s, '+');
	if (gate_starts_with(source.s, "git+")) {
		kind = GATE_DEP_GIT;
		rev = gate_address_rev(source.s);
		gate_parts_set(p, GATE_PART_REV, rev ? rev : "");
	} else if (gate_starts_with(source.s, "path+")) {
		kind = GATE_DEP_PATH;
	}
	gate_parts_set(p, GATE_PART_SOURCE, plus ? plus + 1 : source.s);
	return gate_parts_add(r->s, p, GATE_ECO_CRATES, GATE_DEP_PACKAGE, kind, err);
}

/* An edge names a package, and its version where there are several. Who wants it may come later in the file only in theory: cargo
 * writes name and source first. */
static int cargo_edge(struct reading *r, const char *text, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf to = { 0 };

	gate_buf_add(&to, text, strcspn(text, " "));
	return gate_lock_edge(r->s, r->p.f[GATE_PART_SOURCE].len ? gate_parts_get(&r->p, GATE_PART_NAME) : NULL,
			      gate_buf_cstr(&to), err);
}

static int cargo(void *arg, const struct gate_visit *v, struct gate_err *err)
{
	static const struct gate_part_key keys[] = {
		{ "name", GATE_PART_NAME },	{ "version", GATE_PART_VERSION },
		{ "source", GATE_PART_SOURCE }, { "checksum", GATE_PART_HASH },
	};
	struct reading *r = arg;

	if (v->depth == 2 && is(v, 0, "metadata") && gate_starts_with(v->key[1], "checksum "))
		return 0; /* version 1: the same name and version always have the same checksum elsewhere */
	if (v->depth < 2 || !is(v, 0, "package"))
		return v->depth == 1 && is(v, 0, "version") ?
			       gate_lock_intern(r->s, v->text, strlen(v->text), &r->s->now->format, err) : 0;
	if (v->depth == 2 && v->what == GATE_VISIT_MAP)
		gate_parts_reset(&r->p, v->line);
	else if (v->depth == 2)
		return v->what == GATE_VISIT_END ? cargo_end(r, err) :
						   gate_err_set(err, GATE_E_SYNTAX, "%u: a package that is no table", v->line);
	else if (v->depth == 3 && v->what == GATE_VISIT_VALUE)
		gate_parts_take(&r->p, keys, GATE_ARRAY_LEN(keys), v->key[2], v->text);
	else if (v->depth == 4 && v->what == GATE_VISIT_VALUE && is(v, 2, "dependencies"))
		return cargo_edge(r, v->text, err);
	return 0;
}

int gate_lock_read_cargo(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	int rc = run(cargo, "package", bytes, len, s, err);

	s->now->edges_whole = rc == 0;
	return rc;
}

/* ---- Python ---- */

static void file_kind(struct gate_parts *p, const char *file)
{
	size_t n = strcspn(file, "?#");

	if (n > 4 && memcmp(file + n - 4, ".whl", 4) == 0)
		p->flags |= GATE_DEP_WHEEL;
	else if (n)
		p->flags |= GATE_DEP_SDIST;
}

static const char *last_of(const char *url)
{
	const char *slash = strrchr(url, '/');

	return slash ? slash + 1 : url;
}

/* One file of a package is read: its name (or address) and its checksum. */
static int file_end(struct reading *r, struct gate_err *err)
{
	struct gate_parts *p = &r->p;
	const char *file = last_of(gate_parts_get(p, GATE_PART_FILE));
	int rc = gate_lock_hash(r->s, file, NULL, gate_parts_get(p, GATE_PART_HASH), err);

	file_kind(p, file);
	gate_buf_reset(&p->f[GATE_PART_FILE]);
	gate_buf_reset(&p->f[GATE_PART_HASH]);
	return rc;
}

static const struct {
	const char *key;
	enum gate_dep_kind kind;
} source_kinds[] = {
	{ "registry", GATE_DEP_REGISTRY }, { "git", GATE_DEP_GIT },	  { "vcs", GATE_DEP_GIT },
	{ "directory", GATE_DEP_PATH },	   { "editable", GATE_DEP_PATH }, { "virtual", GATE_DEP_WORKSPACE },
	{ "url", GATE_DEP_URL },	   { "path", GATE_DEP_PATH },	  { "file", GATE_DEP_PATH },
	{ "archive", GATE_DEP_URL },	   { "legacy", GATE_DEP_REGISTRY },
};

static enum gate_dep_kind source_kind(const char *key)
{
	for (size_t i = 0; i < GATE_ARRAY_LEN(source_kinds); i++) {
		if (strcmp(source_kinds[i].key, key) == 0)
			return source_kinds[i].kind;
	}
	return GATE_DEP_REGISTRY;
}

static int python_end(struct reading *r, struct gate_err *err)
{
	struct gate_parts *p = &r->p;
	enum gate_dep_kind kind = source_kind(gate_parts_get(p, GATE_PART_TYPE));
	const char *source = gate_parts_get(p, GATE_PART_SOURCE), *rev = gate_address_rev(source);
	gate_auto(gate_buf) struct gate_buf name = { 0 };

	gate_lock_python_name(&name, gate_parts_get(p, GATE_PART_NAME), p->f[GATE_PART_NAME].len);
	gate_parts_set(p, GATE_PART_NAME, gate_buf_cstr(&name));
	if (kind == GATE_DEP_GIT && rev)
		gate_parts_set(p, GATE_PART_REV, rev);
	if (kind == GATE_DEP_WORKSPACE || (kind == GATE_DEP_PATH && strcmp(source, ".") == 0))
		return 0; /* the project itself */
	return gate_parts_add(r->s, p, GATE_ECO_PYPI, GATE_DEP_PACKAGE, kind, err);
}

/* package[].source: uv has the kind as the key; poetry has type, url, reference, resolved_reference. */
static void python_source(struct gate_parts *p, const struct gate_visit *v)
{
	if (is(v, 3, "type"))
		gate_parts_set(p, GATE_PART_TYPE, v->text);
	else if (is(v, 3, "resolved_reference"))
		gate_parts_set(p, GATE_PART_REV, v->text);
	else if (is(v, 3, "url") && p->f[GATE_PART_TYPE].len)
		gate_parts_set(p, GATE_PART_SOURCE, v->text);
	else if (!is(v, 3, "reference") && !is(v, 3, "subdirectory")) {
		gate_parts_set(p, GATE_PART_TYPE, v->key[3]);
		gate_parts_set(p, GATE_PART_SOURCE, v->text);
	}
}

static bool is_file_key(const char *key)
{
	static const char *const lists[] = { "files", "wheels", "sdist", "archive" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(lists); i++) {
		if (strcmp(lists[i], key) == 0)
			return true;
	}
	return false;
}

/* Facts about one file stand at depth 4 (sdist = {...}) or 5 (wheels = [{...}]), pylock's checksums one deeper. */
static int python_file(struct reading *r, const struct gate_visit *v, struct gate_err *err)
{
	const char *key = gate_visit_key(v);
	uint32_t table = is(v, 2, "sdist") || is(v, 2, "archive") ? 3 : 4;

	if (v->what == GATE_VISIT_END && v->depth == table)
		return file_end(r, err);
	if (v->what != GATE_VISIT_VALUE)
		return 0;
	if (strcmp(key, "file") == 0 || strcmp(key, "name") == 0 || strcmp(key, "url") == 0 || strcmp(key, "path") == 0)
		gate_parts_set(&r->p, GATE_PART_FILE, v->text);
	else if (strcmp(key, "hash") == 0)
		gate_parts_set(&r->p, GATE_PART_HASH, v->text);
	else if (v->depth == table + 2 && strcmp(v->key[table], "hashes") == 0) {
		gate_auto(gate_buf) struct gate_buf sum = { 0 };

		gate_buf_fmt(&sum, "%s:%s", key, v->text);
		gate_parts_set(&r->p, GATE_PART_HASH, gate_buf_cstr(&sum));
	}
	return 0;
}

static int python(void *arg, const struct gate_visit *v, struct gate_err *err)
{
	static const struct gate_part_key keys[] = {
		{ "name", GATE_PART_NAME },	   { "version", GATE_PART_VERSION }, { "index", GATE_PART_SOURCE },
		{ "git", GATE_PART_SOURCE },	   { "ref", GATE_PART_ALIAS },	     { "revision", GATE_PART_REV },
		{ "url", GATE_PART_SOURCE },	   { "path", GATE_PART_SOURCE },
	};
	struct reading *r = arg;

	if (v->depth < 2 || !is(v, 0, r->list))
		return v->depth == 1 && is(v, 0, "version") && v->what == GATE_VISIT_VALUE ?
			       gate_lock_intern(r->s, v->text, strlen(v->text), &r->s->now->format, err) : 0;
	if (v->depth == 2 && v->what == GATE_VISIT_MAP) {
		gate_parts_reset(&r->p, v->line);
	} else if (v->depth == 2) {
		gate_buf_reset(&r->p.f[GATE_PART_ALIAS]);
		return v->what == GATE_VISIT_END ? python_end(r, err) :
						   gate_err_set(err, GATE_E_SYNTAX, "%u: a package that is no table", v->line);
	} else if (is_file_key(v->key[2])) {
		return python_file(r, v, err);
	} else if (v->depth == 3 && v->what == GATE_VISIT_VALUE) {
		gate_parts_take(&r->p, keys, GATE_ARRAY_LEN(keys), v->key[2], v->text);
		if (source_kind(v->key[2]) != GATE_DEP_REGISTRY) /* pdm: git = "..." beside the name */
			gate_parts_set(&r->p, GATE_PART_TYPE, v->key[2]);
	} else if (v->depth == 4 && v->what == GATE_VISIT_VALUE && is(v, 2, "source")) {
		python_source(&r->p, v);
	} else if (v->depth == 4 && v->what == GATE_VISIT_VALUE && (is(v, 2, "vcs") || is(v, 2, "directory"))) {
		gate_parts_set(&r->p, GATE_PART_TYPE, v->key[2]); /* pylock */
		if (is(v, 3, "url") || is(v, 3, "path"))
			gate_parts_set(&r->p, GATE_PART_SOURCE, v->text);
		if (is(v, 3, "commit-id"))
			gate_parts_set(&r->p, GATE_PART_REV, v->text);
	}
	return 0;
}

int gate_lock_read_poetry(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return run(python, "package", bytes, len, s, err);
}

int gate_lock_read_pylock(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return run(python, "packages", bytes, len, s, err);
}

/* ---- Manifest.toml: [[deps.NAME]] in version 2, [[NAME]] in version 1 ---- */

static int julia(void *arg, const struct gate_visit *v, struct gate_err *err)
{
	static const struct gate_part_key keys[] = {
		{ "version", GATE_PART_VERSION }, { "git-tree-sha1", GATE_PART_HASH }, { "repo-url", GATE_PART_SOURCE },
		{ "path", GATE_PART_TYPE },
	};
	struct reading *r = arg;
	uint32_t at = is(v, 0, "deps") ? 1 : 0;

	if (v->depth < at + 2)
		return 0;
	if (v->depth == at + 2 && v->what == GATE_VISIT_MAP) {
		gate_parts_reset(&r->p, v->line);
		gate_parts_set(&r->p, GATE_PART_NAME, v->key[at]);
	} else if (v->depth == at + 2 && v->what == GATE_VISIT_END) {
		enum gate_dep_kind kind = r->p.f[GATE_PART_SOURCE].len ? GATE_DEP_GIT : GATE_DEP_REGISTRY;

		if (r->p.f[GATE_PART_TYPE].len) {
			kind = GATE_DEP_PATH;
			gate_parts_set(&r->p, GATE_PART_SOURCE, gate_parts_get(&r->p, GATE_PART_TYPE));
		}
		if (!r->p.f[GATE_PART_VERSION].len && kind == GATE_DEP_REGISTRY)
			return 0; /* the standard library */
		return gate_parts_add(r->s, &r->p, GATE_ECO_JULIA, GATE_DEP_PACKAGE, kind, err);
	} else if (v->depth == at + 3 && v->what == GATE_VISIT_VALUE) {
		gate_parts_take(&r->p, keys, GATE_ARRAY_LEN(keys), v->key[at + 2], v->text);
	}
	return 0;
}

int gate_lock_read_julia(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return run(julia, "", bytes, len, s, err);
}
