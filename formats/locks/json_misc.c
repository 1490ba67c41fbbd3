/* The lockfiles that are JSON with little of their own: bun, Deno, Pipenv, Composer, NuGet, Swift, Conan, renv, Nix flakes. Each reader is
 * the places of its facts. Sources: bun.sh/docs/install/lockfile, denoland/deno_lockfile, pipenv, getcomposer.org/doc, NuGet
 * docs (packages.lock.json), swift-package-manager (PinsStorage), docs.conan.io, rstudio/renv, nix manual (flake). */
#include "formats/locks/read.h"

struct reading {
	struct gate_lock_store *s;
	struct gate_parts p;
	uint32_t v1; /* Swift: the pins are those of version 1 */
};

static int run(gate_visit_fn *fn, enum gate_format format, const char *bytes, size_t len, struct gate_lock_store *s,
	       struct gate_err *err)
{
	struct reading r = { .s = s };
	int rc = gate_visit_bytes(format, bytes, len, fn, &r, err);

	gate_parts_clear(&r.p);
	return rc;
}

static int wrong(const struct gate_visit *v, struct gate_err *err)
{
	return gate_err_set(err, GATE_E_SYNTAX, "%u: an entry of another shape", v->line);
}

static bool is(const struct gate_visit *v, uint32_t at, const char *key)
{
	return v->depth > at && strcmp(v->key[at], key) == 0;
}

static int role_row(struct reading *r, enum gate_ecosystem eco, enum gate_dep_role role, const char *name,
		    const struct gate_visit *v, struct gate_err *err)
{
	struct gate_dep_row row = { .eco = eco, .role = role, .name = name, .version = v->text, .line = v->line,
				    .flags = GATE_DEP_FROM_ROOT };

	return gate_lock_add(r->s, &row, err);
}

/* "name@1.0.0", "@s/name@github:o/r#abc" -> name, version */
static void split_at(struct gate_parts *p, const char *text)
{
	const char *at = *text ? strchr(text + 1, '@') : NULL;

	gate_parts_setn(p, GATE_PART_NAME, text, at ? (size_t)(at - text) : strlen(text));
	gate_parts_set(p, GATE_PART_VERSION, at ? at + 1 : "");
}

/* ---- bun.lock: packages.NAME = ["name@1.0.0", "registry or empty", {dependencies}, "sha512-..."]; shorter for git and files ---- */

static int bun_end(struct reading *r, const char *key, struct gate_err *err)
{
	struct gate_parts *p = &r->p;
	const char *version = gate_parts_get(p, GATE_PART_VERSION);
	enum gate_dep_kind kind = gate_address_kind(version);
	gate_auto(gate_buf) struct gate_buf text = { 0 };

	if (kind == GATE_DEP_WORKSPACE)
		return 0;
	gate_buf_str(&text, version);
	if (kind != GATE_DEP_REGISTRY) {
		const char *rev = gate_address_rev(version);

		if (kind == GATE_DEP_GIT && rev)
			gate_parts_set(p, GATE_PART_REV, rev);
		gate_parts_set(p, GATE_PART_SOURCE, gate_buf_cstr(&text));
		gate_parts_set(p, GATE_PART_VERSION, "");
	}
	/* the key is "a/b" for the b that a alone uses */
	if (!gate_ends_with(key, gate_parts_get(p, GATE_PART_NAME)))
		gate_parts_set(p, GATE_PART_ALIAS, key);
	return gate_parts_add(r->s, p, GATE_ECO_NPM, GATE_DEP_PACKAGE, kind, err);
}

static int bun_package(struct reading *r, const struct gate_visit *v, struct gate_err *err)
{
	if (v->depth == 2 && v->what == GATE_VISIT_LIST) {
		gate_parts_reset(&r->p, v->line);
		return 0;
	}
	if (v->depth == 2)
		return v->what == GATE_VISIT_END ? bun_end(r, v->key[1], err) : wrong(v, err);
	if (v->depth != 3 || v->what != GATE_VISIT_VALUE)
		return 0;
	if (v->index[2] == 0)
		split_at(&r->p, v->text);
	else if (gate_starts_with(v->text, "sha"))
		gate_parts_set(&r->p, GATE_PART_HASH, v->text);
	else if (v->index[2] == 1)
		gate_parts_set(&r->p, GATE_PART_SOURCE, v->text);
	return 0;
}

static int bun(void *arg, const struct gate_visit *v, struct gate_err *err)
{
	struct reading *r = arg;

	if (is(v, 0, "packages"))
		return v->depth > 1 ? bun_package(r, v, err) : 0;
	if (v->what != GATE_VISIT_VALUE)
		return 0;
	if (is(v, 0, "workspaces") && v->depth == 4 && gate_ends_with(v->key[2], "ependencies"))
		return role_row(r, GATE_ECO_NPM, GATE_DEP_DIRECT, v->key[3], v, err);
	if (is(v, 0, "overrides") && v->depth == 2)
		return role_row(r, GATE_ECO_NPM, GATE_DEP_OVERRIDE, v->key[1], v, err);
	if (is(v, 0, "patchedDependencies") && v->depth == 2)
		return role_row(r, GATE_ECO_NPM, GATE_DEP_OVERRIDE, v->key[1], v, err);
	if (is(v, 0, "trustedDependencies") && v->depth == 2)
		return role_row(r, GATE_ECO_NPM, GATE_DEP_BUILD, v->text, v, err);
	return 0;
}

int gate_lock_read_bun(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return run(bun, GATE_FORMAT_JSONC, bytes, len, s, err);
}

/* ---- deno.lock ---- */

static int deno_end(struct reading *r, enum gate_ecosystem eco, struct gate_err *err)
{
	char *v = r->p.f[GATE_PART_VERSION].len ? r->p.f[GATE_PART_VERSION].s : NULL, *peers = v ? strchr(v, '_') : NULL;

	if (peers) { /* "1.0.0_react@18.0.0" */
		*peers = '\0';
		r->p.f[GATE_PART_VERSION].len = (size_t)(peers - v);
	}
	return gate_parts_add(r->s, &r->p, eco, GATE_DEP_PACKAGE, GATE_DEP_REGISTRY, err);
}

/* The map or text at `at` is one package "name@version" of npm or jsr. */
static int deno_package(struct reading *r, const struct gate_visit *v, uint32_t at, enum gate_ecosystem eco,
			struct gate_err *err)
{
	if (v->depth == at + 1 && v->what == GATE_VISIT_MAP) {
		gate_parts_reset(&r->p, v->line);
		split_at(&r->p, v->key[at]);
	} else if (v->depth == at + 1 && v->what == GATE_VISIT_END) {
		return deno_end(r, eco, err);
	} else if (v->depth == at + 1) {
		return wrong(v, err);
	} else if (v->depth == at + 2 && v->what == GATE_VISIT_VALUE) {
		if (is(v, at + 1, "integrity"))
			gate_parts_set(&r->p, GATE_PART_HASH, v->text);
		if (is(v, at + 1, "tarball"))
			gate_parts_set(&r->p, GATE_PART_SOURCE, v->text);
		if (is(v, at + 1, "scripts") && strcmp(v->text, "true") == 0)
			r->p.flags |= GATE_DEP_SCRIPT;
	}
	return 0;
}

static int deno_remote(struct reading *r, const struct gate_visit *v, struct gate_err *err)
{
	const char *version = strchr(v->key[1], '@');

	if (v->what != GATE_VISIT_VALUE)
		return wrong(v, err);
	gate_parts_reset(&r->p, v->line);
	gate_parts_set(&r->p, GATE_PART_NAME, v->key[1]);
	if (version)
		gate_parts_setn(&r->p, GATE_PART_VERSION, version + 1, strcspn(version + 1, "/"));
	gate_parts_set(&r->p, GATE_PART_SOURCE, v->key[1]);
	gate_parts_set(&r->p, GATE_PART_HASH, v->text);
	return gate_parts_add(r->s, &r->p, GATE_ECO_DENO, GATE_DEP_PACKAGE, GATE_DEP_URL, err);
}

static int deno(void *arg, const struct gate_visit *v, struct gate_err *err)
{
	struct reading *r = arg;
	uint32_t at = is(v, 0, "packages") ? 1 : 0; /* version 3 */

	if (v->depth == 1 && is(v, 0, "version"))
		return gate_lock_intern(r->s, v->text, strlen(v->text), &r->s->now->format, err);
	if (is(v, 0, "remote") && v->depth == 2)
		return deno_remote(r, v, err);
	if (v->depth > at + 1 && is(v, at, "npm"))
		return deno_package(r, v, at + 1, GATE_ECO_NPM, err);
	if (v->depth > at + 1 && is(v, at, "jsr"))
		return deno_package(r, v, at + 1, GATE_ECO_JSR, err);
	return 0;
}

int gate_lock_read_deno(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return run(deno, GATE_FORMAT_JSON, bytes, len, s, err);
}

/* ---- Pipfile.lock ---- */

static int pipfile_end(struct reading *r, struct gate_err *err)
{
	const char *v = gate_parts_get(&r->p, GATE_PART_VERSION);
	enum gate_dep_kind kind = GATE_DEP_REGISTRY;
	gate_auto(gate_buf) struct gate_buf text = { 0 };

	gate_buf_str(&text, v + strspn(v, "="));
	gate_parts_set(&r->p, GATE_PART_VERSION, gate_buf_cstr(&text));
	if (r->p.f[GATE_PART_TYPE].len) { /* git, path or file */
		kind = strcmp(gate_parts_get(&r->p, GATE_PART_TYPE), "git") == 0 ? GATE_DEP_GIT :
		       strcmp(gate_parts_get(&r->p, GATE_PART_TYPE), "path") == 0 ? GATE_DEP_PATH : GATE_DEP_URL;
	}
	return gate_parts_add(r->s, &r->p, GATE_ECO_PYPI, GATE_DEP_PACKAGE, kind, err);
}

static int pipfile(void *arg, const struct gate_visit *v, struct gate_err *err)
{
	struct reading *r = arg;

	if (v->depth == 4 && v->what == GATE_VISIT_VALUE && is(v, 0, "_meta") && is(v, 1, "sources") && is(v, 3, "url")) {
		struct gate_dep_row row = { .eco = GATE_ECO_PYPI, .role = GATE_DEP_INDEX, .name = v->text, .source = v->text,
					    .line = v->line };

		return gate_lock_add(r->s, &row, err);
	}
	if (v->depth < 2 || is(v, 0, "_meta"))
		return 0;
	if (v->depth == 2 && v->what == GATE_VISIT_MAP) {
		gate_auto(gate_buf) struct gate_buf name = { 0 };

		gate_parts_reset(&r->p, v->line);
		gate_lock_python_name(&name, v->key[1], strlen(v->key[1]));
		gate_parts_set(&r->p, GATE_PART_NAME, gate_buf_cstr(&name));
		r->p.flags = is(v, 0, "develop") ? GATE_DEP_DEV : 0;
	} else if (v->depth == 2) {
		return v->what == GATE_VISIT_END ? pipfile_end(r, err) : wrong(v, err);
	} else if (v->depth == 3 && v->what == GATE_VISIT_VALUE) {
		if (is(v, 2, "version"))
			gate_parts_set(&r->p, GATE_PART_VERSION, v->text);
		if (is(v, 2, "ref"))
			gate_parts_set(&r->p, GATE_PART_REV, v->text);
		if (is(v, 2, "git") || is(v, 2, "path") || is(v, 2, "file")) {
			gate_parts_set(&r->p, GATE_PART_SOURCE, v->text);
			gate_parts_set(&r->p, GATE_PART_TYPE, v->key[2]);
		}
	} else if (v->depth == 4 && v->what == GATE_VISIT_VALUE && is(v, 2, "hashes")) {
		return gate_lock_hash(r->s, NULL, NULL, v->text, err);
	}
	return 0;
}

int gate_lock_read_pipfile(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return run(pipfile, GATE_FORMAT_JSON, bytes, len, s, err);
}

/* ---- composer.lock ---- */

static int composer_end(struct reading *r, struct gate_err *err)
{
	struct gate_parts *p = &r->p;
	const char *v = gate_parts_get(p, GATE_PART_VERSION), *ref = gate_parts_get(p, GATE_PART_REV);
	bool branch = gate_starts_with(v, "dev-") || gate_ends_with(v, "-dev");
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	int rc = 0;

	/* a branch's commit is its version; a release's is a checksum of it */
	if (!branch && *ref)
		rc = gate_lock_hash(r->s, "reference", "git", ref, err);
	if (!branch)
		gate_buf_reset(&p->f[GATE_PART_REV]);
	gate_buf_str(&text, *v == 'v' ? v + 1 : v);
	gate_parts_set(p, GATE_PART_VERSION, gate_buf_cstr(&text));
	if (rc == 0)
		rc = gate_lock_hash(r->s, "dist", "sha1", gate_parts_get(p, GATE_PART_HASH), err);
	gate_buf_reset(&p->f[GATE_PART_HASH]);
	return rc == 0 ? gate_parts_add(r->s, p, GATE_ECO_PACKAGIST, GATE_DEP_PACKAGE,
					gate_address_kind(gate_parts_get(p, GATE_PART_SOURCE)) == GATE_DEP_PATH ?
						GATE_DEP_PATH : GATE_DEP_REGISTRY, err) : rc;
}

static int composer(void *arg, const struct gate_visit *v, struct gate_err *err)
{
	static const struct gate_part_key keys[] = { { "name", GATE_PART_NAME }, { "version", GATE_PART_VERSION } };
	struct reading *r = arg;

	if (v->depth < 2 || (!is(v, 0, "packages") && !is(v, 0, "packages-dev")))
		return 0;
	if (v->depth == 2 && v->what == GATE_VISIT_MAP) {
		gate_parts_reset(&r->p, v->line);
		r->p.flags = is(v, 0, "packages-dev") ? GATE_DEP_DEV : 0;
	} else if (v->depth == 2) {
		return v->what == GATE_VISIT_END ? composer_end(r, err) : wrong(v, err);
	} else if (v->depth == 3 && v->what == GATE_VISIT_VALUE) {
		gate_parts_take(&r->p, keys, GATE_ARRAY_LEN(keys), v->key[2], v->text);
	} else if (v->depth == 4 && v->what == GATE_VISIT_VALUE && (is(v, 2, "source") || is(v, 2, "dist"))) {
		if (is(v, 3, "url") && (is(v, 2, "source") || !r->p.f[GATE_PART_SOURCE].len))
			gate_parts_set(&r->p, GATE_PART_SOURCE, v->text);
		if (is(v, 3, "reference"))
			gate_parts_set(&r->p, GATE_PART_REV, v->text);
		if (is(v, 3, "shasum"))
			gate_parts_set(&r->p, GATE_PART_HASH, v->text);
	}
	return 0;
}

int gate_lock_read_composer(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return run(composer, GATE_FORMAT_JSON, bytes, len, s, err);
}

/* ---- packages.lock.json ---- */

static int nuget(void *arg, const struct gate_visit *v, struct gate_err *err)
{
	static const struct gate_part_key keys[] = {
		{ "resolved", GATE_PART_VERSION }, { "type", GATE_PART_TYPE }, { "contentHash", GATE_PART_HASH }
	};
	struct reading *r = arg;

	if (v->depth < 3 || !is(v, 0, "dependencies"))
		return 0;
	if (v->depth == 3 && v->what == GATE_VISIT_MAP) {
		gate_parts_reset(&r->p, v->line);
		gate_parts_set(&r->p, GATE_PART_NAME, v->key[2]);
	} else if (v->depth == 3 && v->what == GATE_VISIT_END) {
		const char *type = gate_parts_get(&r->p, GATE_PART_TYPE);
		gate_auto(gate_buf) struct gate_buf sum = { 0 };
		int rc;

		if (strcasecmp(type, "Project") == 0)
			return 0;
		gate_buf_str(&sum, gate_parts_get(&r->p, GATE_PART_HASH));
		gate_buf_reset(&r->p.f[GATE_PART_HASH]);
		rc = gate_lock_hash(r->s, NULL, "sha512", gate_buf_cstr(&sum), err);
		r->p.flags = strcasecmp(type, "Direct") == 0 ? 0 : GATE_DEP_INDIRECT;
		return rc == 0 ? gate_parts_add(r->s, &r->p, GATE_ECO_NUGET, GATE_DEP_PACKAGE, GATE_DEP_REGISTRY, err) : rc;
	} else if (v->depth == 3) {
		return wrong(v, err);
	} else if (v->depth == 4 && v->what == GATE_VISIT_VALUE) {
		gate_parts_take(&r->p, keys, GATE_ARRAY_LEN(keys), v->key[3], v->text);
	}
	return 0;
}

int gate_lock_read_nuget(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return run(nuget, GATE_FORMAT_JSON, bytes, len, s, err);
}

/* ---- Package.resolved: object.pins[] in version 1, pins[] in 2 and 3 ---- */

static int swift(void *arg, const struct gate_visit *v, struct gate_err *err)
{
	static const struct gate_part_key keys[] = {
		{ "identity", GATE_PART_NAME },	     { "package", GATE_PART_NAME },   { "repositoryURL", GATE_PART_SOURCE },
		{ "location", GATE_PART_SOURCE },    { "version", GATE_PART_VERSION }, { "revision", GATE_PART_REV },
		{ "branch", GATE_PART_ALIAS },
	};
	struct reading *r = arg;
	uint32_t at = is(v, 0, "object") ? 1 : 0;

	if (v->depth < at + 2 || !is(v, at, "pins"))
		return 0;
	if (v->depth == at + 2 && v->what == GATE_VISIT_MAP) {
		gate_parts_reset(&r->p, v->line);
	} else if (v->depth == at + 2) {
		const char *rev = gate_parts_get(&r->p, GATE_PART_REV);
		bool release = r->p.f[GATE_PART_VERSION].len != 0;
		int rc = release ? gate_lock_hash(r->s, NULL, "git", rev, err) : 0;

		if (v->what != GATE_VISIT_END)
			return wrong(v, err);
		if (release)
			gate_buf_reset(&r->p.f[GATE_PART_REV]);
		gate_buf_reset(&r->p.f[GATE_PART_ALIAS]);
		return rc == 0 ? gate_parts_add(r->s, &r->p, GATE_ECO_SWIFT, GATE_DEP_PACKAGE, GATE_DEP_GIT, err) : rc;
	} else if (v->what == GATE_VISIT_VALUE && v->depth <= at + 4) {
		gate_parts_take(&r->p, keys, GATE_ARRAY_LEN(keys), gate_visit_key(v), v->text);
	}
	return 0;
}

int gate_lock_read_swift(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return run(swift, GATE_FORMAT_JSON, bytes, len, s, err);
}

/* ---- conan.lock: version 2 has lists of "name/1.0#recipe%time"; version 1 has graph_lock.nodes.N.ref ---- */

static int conan(void *arg, const struct gate_visit *v, struct gate_err *err)
{
	struct reading *r = arg;
	const char *ref = v->text, *slash, *end;
	bool list = v->depth == 2 && (is(v, 0, "requires") || is(v, 0, "build_requires") || is(v, 0, "python_requires") ||
				      is(v, 0, "config_requires"));
	bool node = v->depth == 4 && is(v, 0, "graph_lock") && is(v, 1, "nodes") && is(v, 3, "ref");
	int rc = 0;

	if (v->what != GATE_VISIT_VALUE || (!list && !node) || !*ref)
		return 0;
	slash = strchr(ref, '/');
	if (!slash)
		return node ? 0 : wrong(v, err);
	end = slash + strcspn(slash, "#%@");
	gate_parts_reset(&r->p, v->line);
	gate_parts_setn(&r->p, GATE_PART_NAME, ref, (size_t)(slash - ref));
	gate_parts_setn(&r->p, GATE_PART_VERSION, slash + 1, (size_t)(end - slash - 1));
	if (strchr(end, '#')) {
		gate_auto(gate_buf) struct gate_buf recipe = { 0 };

		end = strchr(end, '#') + 1;
		gate_buf_add(&recipe, end, strcspn(end, "%:"));
		rc = gate_lock_hash(r->s, NULL, "recipe", gate_buf_cstr(&recipe), err);
	}
	return rc == 0 ? gate_parts_add(r->s, &r->p, GATE_ECO_CONAN, GATE_DEP_PACKAGE, GATE_DEP_REGISTRY, err) : rc;
}

int gate_lock_read_conan(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return run(conan, GATE_FORMAT_JSON, bytes, len, s, err);
}

/* ---- renv.lock: Packages.NAME, R.Repositories ---- */

static int renv(void *arg, const struct gate_visit *v, struct gate_err *err)
{
	static const struct gate_part_key keys[] = {
		{ "Package", GATE_PART_NAME },	   { "Version", GATE_PART_VERSION }, { "Hash", GATE_PART_HASH },
		{ "RemoteSha", GATE_PART_REV },	   { "Source", GATE_PART_TYPE },     { "Repository", GATE_PART_FILE },
		{ "RemoteUrl", GATE_PART_SOURCE },
	};
	struct reading *r = arg;

	if (v->depth == 4 && v->what == GATE_VISIT_VALUE && is(v, 0, "R") && is(v, 1, "Repositories") && is(v, 3, "URL")) {
		struct gate_dep_row row = { .eco = GATE_ECO_CRAN, .role = GATE_DEP_INDEX, .name = v->text, .source = v->text,
					    .line = v->line };

		return gate_lock_add(r->s, &row, err);
	}
	if (v->depth < 2 || !is(v, 0, "Packages"))
		return 0;
	if (v->depth == 2 && v->what == GATE_VISIT_MAP) {
		gate_parts_reset(&r->p, v->line);
	} else if (v->depth == 2) {
		const char *type = gate_parts_get(&r->p, GATE_PART_TYPE);
		bool forge = strcasecmp(type, "Repository") != 0 && strcasecmp(type, "Bioconductor") != 0 && *type;

		if (v->what != GATE_VISIT_END)
			return wrong(v, err);
		if (!forge)
			gate_buf_reset(&r->p.f[GATE_PART_REV]);
		return gate_parts_add(r->s, &r->p, GATE_ECO_CRAN, GATE_DEP_PACKAGE,
				      forge ? GATE_DEP_GIT : GATE_DEP_REGISTRY, err);
	} else if (v->depth == 3 && v->what == GATE_VISIT_VALUE) {
		gate_auto(gate_buf) struct gate_buf forge = { 0 };

		gate_parts_take(&r->p, keys, GATE_ARRAY_LEN(keys), v->key[2], v->text);
		if (is(v, 2, "RemoteHost") || is(v, 2, "RemoteUsername") || is(v, 2, "RemoteRepo")) {
			gate_buf_fmt(&forge, "%s%s%s", gate_parts_get(&r->p, GATE_PART_SOURCE),
				     r->p.f[GATE_PART_SOURCE].len ? "/" : "", v->text);
			gate_parts_set(&r->p, GATE_PART_SOURCE, gate_buf_cstr(&forge));
		}
	}
	return 0;
}

int gate_lock_read_renv(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return run(renv, GATE_FORMAT_JSON, bytes, len, s, err);
}

/* ---- flake.lock: nodes.NAME.locked and .original; what was asked for is the source, what was found is the version ---- */

static int flake_end(struct reading *r, const char *name, struct gate_err *err)
{
	const char *type = gate_parts_get(&r->p, GATE_PART_TYPE);
	enum gate_dep_kind kind = strcmp(type, "path") == 0 ? GATE_DEP_PATH :
				  strcmp(type, "tarball") == 0 || strcmp(type, "file") == 0 ? GATE_DEP_URL : GATE_DEP_GIT;

	gate_auto(gate_buf) struct gate_buf source = { 0 };

	if (!r->p.open || !*type)
		return 0;
	gate_buf_fmt(&source, "%s:%s", type, gate_parts_get(&r->p, GATE_PART_SOURCE));
	if (strcmp(type, "github") == 0 || strcmp(type, "gitlab") == 0)
		gate_parts_set(&r->p, GATE_PART_SOURCE, gate_buf_cstr(&source));
	gate_parts_set(&r->p, GATE_PART_NAME, name);
	return gate_parts_add(r->s, &r->p, GATE_ECO_NIX, GATE_DEP_PACKAGE, kind, err);
}

static int flake(void *arg, const struct gate_visit *v, struct gate_err *err)
{
	struct reading *r = arg;
	gate_auto(gate_buf) struct gate_buf source = { 0 };

	if (v->depth < 2 || !is(v, 0, "nodes"))
		return 0;
	if (v->depth == 2 && v->what == GATE_VISIT_MAP)
		gate_parts_reset(&r->p, v->line);
	else if (v->depth == 2)
		return v->what == GATE_VISIT_END ? flake_end(r, v->key[1], err) : wrong(v, err);
	if (v->depth != 4 || v->what != GATE_VISIT_VALUE || !is(v, 2, "locked"))
		return 0;
	if (is(v, 3, "type"))
		gate_parts_set(&r->p, GATE_PART_TYPE, v->text);
	if (is(v, 3, "rev"))
		gate_parts_set(&r->p, GATE_PART_REV, v->text);
	if (is(v, 3, "narHash"))
		gate_parts_set(&r->p, GATE_PART_HASH, v->text);
	if (is(v, 3, "owner") || is(v, 3, "repo") || is(v, 3, "url") || is(v, 3, "path") || is(v, 3, "host")) {

		gate_buf_fmt(&source, "%s%s%s", gate_parts_get(&r->p, GATE_PART_SOURCE),
			     r->p.f[GATE_PART_SOURCE].len && !is(v, 3, "url") ? "/" : "", v->text);
		gate_parts_set(&r->p, GATE_PART_SOURCE, gate_buf_cstr(&source));
	}
	return 0;
}

int gate_lock_read_flake(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return run(flake, GATE_FORMAT_JSON, bytes, len, s, err);
}
