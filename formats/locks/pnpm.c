/* pnpm-lock.yaml, lockfileVersion 5 to 9. Source: pnpm/spec, lockfile. */
#include "formats/locks/read.h"

struct pnpm {
	struct gate_lock_store *s;
	struct gate_parts p;
};

/* "/a/1.0.0_peer", "/@s/a@1.0.0(peer)", "a@1.0.0", "host/a/1.0.0", "github.com/o/r/abc", "a@https://codeload..." -> name, version. */
static void split_key(struct gate_parts *p, const char *key)
{
	size_t len = strcspn(key, "("), n;
	const char *at;
	bool slash = *key == '/';

	if (slash) {
		key++;
		len--;
	}
	at = len > 1 ? memchr(key + 1, '@', len - 1) : NULL;
	if (!at && slash) /* version 5 */
		at = memrchr(key, '/', len);
	if (!at || at == key)
		return;
	gate_parts_setn(p, GATE_PART_NAME, key, (size_t)(at - key));
	n = len - (size_t)(at + 1 - key);
	if (memchr(key, '@', (size_t)(at - key) + 1) != at || slash) { /* the peers of version 5 */
		const char *peers = slash && *at == '/' ? memchr(at, '_', n) : NULL;

		n = peers ? (size_t)(peers - at - 1) : n;
	}
	gate_parts_setn(p, GATE_PART_VERSION, at + 1, n);
}

static int emit(struct pnpm *n, struct gate_err *err)
{
	struct gate_parts *p = &n->p;
	const char *source = gate_parts_get(p, GATE_PART_SOURCE), *version = gate_parts_get(p, GATE_PART_VERSION);
	enum gate_dep_kind kind = gate_address_kind(*source ? source : version);

	if (!*source && kind != GATE_DEP_REGISTRY)
		gate_parts_set(p, GATE_PART_SOURCE, version);
	if (*gate_parts_get(p, GATE_PART_REV))
		kind = GATE_DEP_GIT;
	if (kind == GATE_DEP_URL)
		kind = GATE_DEP_REGISTRY;
	return gate_parts_add(n->s, p, GATE_ECO_NPM, GATE_DEP_PACKAGE, kind, err);
}

static int package(struct pnpm *n, const struct gate_visit *v, struct gate_err *err)
{
	static const struct gate_part_key keys[] = { { "name", GATE_PART_NAME }, { "version", GATE_PART_VERSION } };
	static const struct gate_part_key resolution[] = {
		{ "integrity", GATE_PART_HASH }, { "tarball", GATE_PART_SOURCE }, { "repo", GATE_PART_SOURCE },
		{ "commit", GATE_PART_REV },	 { "directory", GATE_PART_SOURCE },
	};

	if (v->depth == 2 && v->what == GATE_VISIT_MAP) {
		gate_parts_reset(&n->p, v->line);
		split_key(&n->p, v->key[1]);
	} else if (v->depth == 2 && v->what == GATE_VISIT_END) {
		return emit(n, err);
	} else if (v->depth == 2) {
		return gate_err_set(err, GATE_E_SYNTAX, "%u: a package that is no map", v->line);
	} else if (v->depth == 3 && v->what == GATE_VISIT_VALUE) {
		gate_parts_take(&n->p, keys, GATE_ARRAY_LEN(keys), v->key[2], v->text);
		if (strcmp(v->key[2], "requiresBuild") == 0 && strcmp(v->text, "true") == 0)
			n->p.flags |= GATE_DEP_SCRIPT;
		if (strcmp(v->key[2], "dev") == 0 && strcmp(v->text, "true") == 0)
			n->p.flags |= GATE_DEP_DEV;
	} else if (v->depth == 4 && v->what == GATE_VISIT_VALUE && strcmp(v->key[2], "resolution") == 0) {
		gate_parts_take(&n->p, resolution, GATE_ARRAY_LEN(resolution), v->key[3], v->text);
	}
	return 0;
}

static int row(struct pnpm *n, enum gate_dep_role role, const char *name, const struct gate_visit *v, struct gate_err *err)
{
	struct gate_dep_row r = { .eco = GATE_ECO_NPM, .role = role, .name = name, .version = v->text, .line = v->line,
				  .flags = GATE_DEP_FROM_ROOT };

	return gate_lock_add(n->s, &r, err);
}

static bool is_list(const char *key)
{
	return strcmp(key, "dependencies") == 0 || strcmp(key, "devDependencies") == 0 ||
	       strcmp(key, "optionalDependencies") == 0;
}

/* importers.PATH.dependencies.NAME (.specifier), or dependencies.NAME at the root of a project without workspaces; version 5
 * has `specifiers` instead. */
static int direct(struct pnpm *n, const struct gate_visit *v, struct gate_err *err)
{
	uint32_t base = strcmp(v->key[0], "importers") == 0 ? 2 : 0;
	uint32_t depth = v->depth - base;
	const char *name;
	int rc;

	if (v->depth < base + 2 || v->what != GATE_VISIT_VALUE)
		return 0;
	name = v->key[base + 1];
	if (strcmp(v->key[base], "specifiers") == 0 && depth == 2)
		return row(n, GATE_DEP_DIRECT, name, v, err);
	if (!is_list(v->key[base]))
		return 0;
	if (depth == 3 && strcmp(v->key[base + 2], "specifier") == 0)
		return row(n, GATE_DEP_DIRECT, name, v, err);
	if (depth != 2 && (depth != 3 || strcmp(v->key[base + 2], "version") != 0))
		return 0;
	rc = gate_lock_edge(n->s, NULL, name, err);
	return rc;
}

static int visit(void *arg, const struct gate_visit *v, struct gate_err *err)
{
	struct pnpm *n = arg;
	const char *top = v->depth ? v->key[0] : "";

	if (v->depth == 1 && strcmp(top, "lockfileVersion") == 0)
		return gate_lock_intern(n->s, v->text, strlen(v->text), &n->s->now->format, err);
	if (strcmp(top, "packages") == 0)
		return v->depth > 1 ? package(n, v, err) : 0;
	if (strcmp(top, "overrides") == 0 && v->depth == 2 && v->what == GATE_VISIT_VALUE)
		return row(n, GATE_DEP_OVERRIDE, v->key[1], v, err);
	if (strcmp(top, "patchedDependencies") == 0 && v->depth == 2 && v->what == GATE_VISIT_MAP)
		return row(n, GATE_DEP_OVERRIDE, v->key[1], v, err);
	if (strcmp(top, "onlyBuiltDependencies") == 0 && v->depth == 2 && v->what == GATE_VISIT_VALUE)
		return row(n, GATE_DEP_BUILD, v->text, v, err);
	return v->depth ? direct(n, v, err) : 0;
}

int gate_lock_read_pnpm(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	struct pnpm n = { .s = s };
	int rc = gate_visit_bytes(GATE_FORMAT_YAML, bytes, len, visit, &n, err);

	gate_parts_clear(&n.p);
	return rc;
}
