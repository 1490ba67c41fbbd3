/* The lockfiles that are YAML with little of their own: pubspec.lock, Podfile.lock, stack.yaml.lock. Sources: dart-lang/pub, CocoaPods/Core,
 * commercialhaskell/stack. */
#include "formats/locks/read.h"

struct reading {
	struct gate_lock_store *s;
	struct gate_parts p;
};

static int run(gate_visit_fn *fn, const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	struct reading r = { .s = s };
	int rc = gate_visit_bytes(GATE_FORMAT_YAML, bytes, len, fn, &r, err);

	gate_parts_clear(&r.p);
	return rc;
}

static bool is(const struct gate_visit *v, uint32_t at, const char *key)
{
	return v->depth > at && strcmp(v->key[at], key) == 0;
}

/* packages.NAME.{version,source,description{url,sha256,resolved-ref,path},dependency} */
static int pub(void *arg, const struct gate_visit *v, struct gate_err *err)
{
	static const struct gate_part_key keys[] = {
		{ "version", GATE_PART_VERSION }, { "source", GATE_PART_TYPE },	 { "sha256", GATE_PART_HASH },
		{ "url", GATE_PART_SOURCE },	  { "resolved-ref", GATE_PART_REV }, { "path", GATE_PART_FILE },
	};
	struct reading *r = arg;
	const char *type;

	if (v->depth < 2 || !is(v, 0, "packages"))
		return 0;
	if (v->depth == 2 && v->what == GATE_VISIT_MAP) {
		gate_parts_reset(&r->p, v->line);
		gate_parts_set(&r->p, GATE_PART_NAME, v->key[1]);
		return 0;
	}
	if (v->what == GATE_VISIT_VALUE && v->depth == 2)
		return gate_err_set(err, GATE_E_SYNTAX, "%u: a package that is no map", v->line);
	if (v->what == GATE_VISIT_VALUE && (v->depth == 3 || (v->depth == 4 && is(v, 2, "description")))) {
		gate_parts_take(&r->p, keys, GATE_ARRAY_LEN(keys), gate_visit_key(v), v->text);
		if (is(v, 2, "dependency") && strcmp(v->text, "transitive") == 0)
			r->p.flags |= GATE_DEP_INDIRECT;
		return 0;
	}
	if (v->what != GATE_VISIT_END || v->depth != 2)
		return 0;
	type = gate_parts_get(&r->p, GATE_PART_TYPE);
	if (strcmp(type, "sdk") == 0)
		return 0;
	if (strcmp(type, "path") == 0)
		gate_parts_set(&r->p, GATE_PART_SOURCE, gate_parts_get(&r->p, GATE_PART_FILE));
	return gate_parts_add(r->s, &r->p, GATE_ECO_PUB, GATE_DEP_PACKAGE,
			      strcmp(type, "git") == 0	? GATE_DEP_GIT :
			      strcmp(type, "path") == 0 ? GATE_DEP_PATH : GATE_DEP_REGISTRY, err);
}

int gate_lock_read_pub(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return run(pub, bytes, len, s, err);
}

/* "Name/Part (1.0.0)" -> name, version */
static void pod(struct gate_parts *p, const char *text)
{
	const char *open = strchr(text, '('), *end = open ? open : text + strlen(text);

	while (end > text && end[-1] == ' ')
		end--;
	gate_parts_setn(p, GATE_PART_NAME, text, (size_t)(end - text));
	gate_parts_setn(p, GATE_PART_VERSION, open ? open + 1 : "", open ? strcspn(open + 1, ")") : 0);
}

/* EXTERNAL SOURCES.NAME.:git and the like; the row is of the same name without a version. */
static int pod_source(struct reading *r, const struct gate_visit *v, struct gate_err *err)
{
	const char *key = v->key[2];

	if (v->depth != 3 || v->what != GATE_VISIT_VALUE)
		return 0;
	if (strcmp(key, ":git") != 0 && strcmp(key, ":path") != 0 && strcmp(key, ":podspec") != 0 && strcmp(key, ":http") != 0)
		return 0;
	gate_parts_reset(&r->p, v->line);
	gate_parts_set(&r->p, GATE_PART_NAME, v->key[1]);
	gate_parts_set(&r->p, GATE_PART_SOURCE, v->text);
	return gate_parts_add(r->s, &r->p, GATE_ECO_COCOAPODS, GATE_DEP_PACKAGE,
			      strcmp(key, ":git") == 0	? GATE_DEP_GIT :
			      strcmp(key, ":path") == 0 ? GATE_DEP_PATH : gate_address_kind(v->text), err);
}

static int pods(void *arg, const struct gate_visit *v, struct gate_err *err)
{
	struct reading *r = arg;

	if (is(v, 0, "EXTERNAL SOURCES"))
		return pod_source(r, v, err);
	if (is(v, 0, "DEPENDENCIES") && v->depth == 2 && v->what == GATE_VISIT_VALUE) {
		struct gate_dep_row row = { .eco = GATE_ECO_COCOAPODS, .role = GATE_DEP_DIRECT, .line = v->line,
					    .flags = GATE_DEP_FROM_ROOT };

		pod(&r->p, v->text);
		row.name = gate_parts_get(&r->p, GATE_PART_NAME);
		return gate_lock_add(r->s, &row, err);
	}
	if (is(v, 0, "SPEC CHECKSUMS") && v->depth == 2 && v->what == GATE_VISIT_VALUE) {
		gate_parts_reset(&r->p, v->line);
		gate_parts_set(&r->p, GATE_PART_NAME, v->key[1]);
		return 0; /* of the description, which changes with the tool: not of the code */
	}
	if (!is(v, 0, "PODS") || (v->depth != 2 && v->depth != 3))
		return 0;
	if (v->depth == 2 && v->what != GATE_VISIT_VALUE)
		return 0;
	if (v->depth == 3 && v->what != GATE_VISIT_LIST)
		return 0;
	gate_parts_reset(&r->p, v->line);
	pod(&r->p, v->depth == 2 ? v->text : v->key[2]);
	return gate_parts_add(r->s, &r->p, GATE_ECO_COCOAPODS, GATE_DEP_PACKAGE, GATE_DEP_REGISTRY, err);
}

int gate_lock_read_pods(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return run(pods, bytes, len, s, err);
}

/* packages[].completed.{hackage: name-1.0@sha256:..., name, version, git, commit, url, sha256}, snapshots[].completed.sha256 */
static int stack(void *arg, const struct gate_visit *v, struct gate_err *err)
{
	static const struct gate_part_key keys[] = {
		{ "name", GATE_PART_NAME }, { "version", GATE_PART_VERSION }, { "git", GATE_PART_SOURCE },
		{ "url", GATE_PART_SOURCE }, { "commit", GATE_PART_REV },     { "sha256", GATE_PART_HASH },
		{ "hackage", GATE_PART_TYPE },
	};
	struct reading *r = arg;
	const char *type, *at, *dash;
	bool snapshot = is(v, 0, "snapshots");

	if (v->depth < 2 || (!is(v, 0, "packages") && !snapshot))
		return 0;
	if (v->depth == 2 && v->what == GATE_VISIT_MAP)
		gate_parts_reset(&r->p, v->line);
	if (v->what == GATE_VISIT_VALUE && v->depth == 4 && is(v, 2, "completed"))
		gate_parts_take(&r->p, keys, GATE_ARRAY_LEN(keys), v->key[3], v->text);
	if (v->what != GATE_VISIT_END || v->depth != 2)
		return 0;
	type = gate_parts_get(&r->p, GATE_PART_TYPE);
	at = strchr(type, '@');
	dash = at ? memrchr(type, '-', (size_t)(at - type)) : NULL;
	if (dash) {
		gate_parts_setn(&r->p, GATE_PART_NAME, type, (size_t)(dash - type));
		gate_parts_setn(&r->p, GATE_PART_VERSION, dash + 1, (size_t)(at - dash - 1));
		gate_parts_setn(&r->p, GATE_PART_HASH, at + 1, strcspn(at + 1, ","));
	}
	if (snapshot) { /* a snapshot's address holds its version */
		gate_parts_set(&r->p, GATE_PART_NAME, "snapshot");
		gate_parts_set(&r->p, GATE_PART_VERSION, gate_parts_get(&r->p, GATE_PART_SOURCE));
		gate_parts_set(&r->p, GATE_PART_SOURCE, "");
	}
	return gate_parts_add(r->s, &r->p, GATE_ECO_HACKAGE, GATE_DEP_PACKAGE,
			      r->p.f[GATE_PART_REV].len ? GATE_DEP_GIT : GATE_DEP_REGISTRY, err);
}

int gate_lock_read_stack(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return run(stack, bytes, len, s, err);
}
