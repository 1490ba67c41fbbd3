/* What a project asks for, where the manifest is a tree: package.json, deno.json, composer.json, pnpm-workspace.yaml, pubspec.yaml. Each
 * reader is a table: which map of names, and what a name in it means. */
#include "formats/locks/manifest.h"

#include <strings.h>

int gate_manifest_row(struct gate_lock_store *s, enum gate_ecosystem eco, enum gate_dep_role role, const char *name,
		      const char *spec, uint32_t line, unsigned flags, struct gate_err *err)
{
	enum gate_dep_kind kind = gate_address_kind(spec);
	struct gate_dep_row row = { .eco = eco, .role = role, .kind = kind, .name = name, .line = line, .flags = flags };
	gate_auto(gate_buf) struct gate_buf real = { 0 };
	const char *at;

	if (gate_starts_with(spec, "npm:")) {
		at = strrchr(spec + 5, '@');
		gate_buf_add(&real, spec + 4, at ? (size_t)(at - spec - 4) : strlen(spec + 4));
		row.name = gate_buf_cstr(&real);
		row.alias = strcmp(row.name, name) == 0 ? NULL : name;
		row.version = at ? at + 1 : "";
	} else if (kind == GATE_DEP_REGISTRY && eco == GATE_ECO_NPM && strchr(spec, '/') && !strchr(spec, ' ')) {
		row.kind = GATE_DEP_GIT; /* "owner/repo" */
		row.source = spec;
		gate_buf_fmt(&real, "github:%s", spec);
		row.source = gate_buf_cstr(&real);
	} else if (kind == GATE_DEP_REGISTRY) {
		row.version = spec;
	} else {
		row.source = spec;
		row.revision = kind == GATE_DEP_GIT ? gate_address_rev(spec) : NULL;
	}
	return gate_lock_add(s, &row, err);
}

/* Names of one map (text or map values), or of a list of texts. */
int gate_manifest_names(struct gate_lock_store *s, const struct gate_node *map, enum gate_ecosystem eco, enum gate_dep_role role,
			unsigned flags, struct gate_err *err)
{
	int rc = 0;

	if (!map || (map->type != GATE_NODE_MAP && map->type != GATE_NODE_LIST))
		return 0;
	for (const struct gate_node *c = map->first; rc == 0 && c; c = c->next) {
		const char *text = gate_node_text(c);

		if (map->type == GATE_NODE_LIST)
			rc = text ? gate_manifest_row(s, eco, role, text, "", c->line, flags, err) : 0;
		else
			rc = gate_manifest_row(s, eco, role, c->key, text ? text : "", c->line, flags, err);
	}
	return rc;
}

/* overrides may nest: {"a": {".": "1", "b": "2"}}; the names along the way are one name. */
static int overrides(struct gate_lock_store *s, const struct gate_node *map, const char *above, int depth, struct gate_err *err)
{
	int rc = 0;

	if (!map || map->type != GATE_NODE_MAP || depth > 8)
		return 0;
	for (const struct gate_node *c = map->first; rc == 0 && c; c = c->next) {
		gate_auto(gate_buf) struct gate_buf name = { 0 };
		const char *text = gate_node_text(c);

		gate_buf_fmt(&name, "%.200s%s%.200s", above, *above ? ">" : "", c->key);
		if (text)
			rc = gate_manifest_row(s, GATE_ECO_NPM, GATE_DEP_OVERRIDE, gate_buf_cstr(&name), text, c->line, 0, err);
		else
			rc = overrides(s, c, gate_buf_cstr(&name), depth + 1, err);
	}
	return rc;
}

/* {"esbuild": true} grants, {"esbuild": false} does not. */
static int builds(struct gate_lock_store *s, const struct gate_node *map, struct gate_err *err)
{
	int rc = 0;

	if (!map || map->type != GATE_NODE_MAP)
		return gate_manifest_names(s, map, GATE_ECO_NPM, GATE_DEP_BUILD, 0, err);
	for (const struct gate_node *c = map->first; rc == 0 && c; c = c->next) {
		bool yes = false;

		if (gate_node_bool(c, &yes) && yes)
			rc = gate_manifest_row(s, GATE_ECO_NPM, GATE_DEP_BUILD, c->key, "", c->line, 0, err);
	}
	return rc;
}

static const struct gate_manifest_map npm_maps[] = {
	{ "dependencies", GATE_DEP_DIRECT, 0 },
	{ "devDependencies", GATE_DEP_DIRECT, GATE_DEP_DEV },
	{ "optionalDependencies", GATE_DEP_DIRECT, GATE_DEP_OPTIONAL },
	{ "peerDependencies", GATE_DEP_DIRECT, GATE_DEP_OPTIONAL },
	{ "bundledDependencies", GATE_DEP_DIRECT, GATE_DEP_BUNDLED },
	{ "bundleDependencies", GATE_DEP_DIRECT, GATE_DEP_BUNDLED },
};

int gate_manifest_maps(struct gate_lock_store *s, const struct gate_node *root, enum gate_ecosystem eco,
		       const struct gate_manifest_map *maps, size_t n, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = gate_manifest_names(s, gate_node_at(root, maps[i].path), eco, maps[i].role, maps[i].flags, err);
	return rc;
}

int gate_manifest_parse(enum gate_format format, const char *bytes, size_t len, struct gate_doc **doc,
			const struct gate_node **root, struct gate_err *err)
{
	int rc = gate_doc_parse(format, bytes, len, NULL, doc, err);

	*root = rc == 0 ? gate_doc_root(*doc) : NULL;
	if (rc == 0 && (*root)->type != GATE_NODE_MAP && (*root)->type != GATE_NODE_NULL)
		rc = gate_err_set(err, GATE_E_SYNTAX, "1: this is no map of names");
	return rc;
}

int gate_lock_read_package_json(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	static const char *const override_maps[] = { "overrides", "resolutions", "pnpm.overrides" };
	static const char *const build_lists[] = { "trustedDependencies", "pnpm.onlyBuiltDependencies", "pnpm.allowBuilds",
						   "allowScripts" };
	gate_autodoc struct gate_doc *doc = NULL;
	const struct gate_node *root;
	int rc = gate_manifest_parse(GATE_FORMAT_JSON, bytes, len, &doc, &root, err);

	if (rc == 0)
		rc = gate_manifest_maps(s, root, GATE_ECO_NPM, npm_maps, GATE_ARRAY_LEN(npm_maps), err);
	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(override_maps); i++)
		rc = overrides(s, gate_node_at(root, override_maps[i]), "", 0, err);
	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(build_lists); i++)
		rc = builds(s, gate_node_at(root, build_lists[i]), err);
	if (rc == 0)
		rc = overrides(s, gate_node_at(root, "pnpm.patchedDependencies"), "patch", 0, err);
	return rc;
}

int gate_lock_read_pnpm_workspace(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	gate_autodoc struct gate_doc *doc = NULL;
	const struct gate_node *root, *catalogs;
	int rc = gate_manifest_parse(GATE_FORMAT_YAML, bytes, len, &doc, &root, err);

	if (rc == 0)
		rc = gate_manifest_names(s, gate_node_get(root, "catalog"), GATE_ECO_NPM, GATE_DEP_DIRECT, 0, err);
	catalogs = gate_node_get(root, "catalogs");
	for (const struct gate_node *c = catalogs ? catalogs->first : NULL; rc == 0 && c; c = c->next)
		rc = gate_manifest_names(s, c, GATE_ECO_NPM, GATE_DEP_DIRECT, 0, err);
	if (rc == 0)
		rc = overrides(s, gate_node_get(root, "overrides"), "", 0, err);
	if (rc == 0)
		rc = overrides(s, gate_node_get(root, "patchedDependencies"), "patch", 0, err);
	if (rc == 0)
		rc = builds(s, gate_node_get(root, "onlyBuiltDependencies"), err);
	return rc == 0 ? builds(s, gate_node_get(root, "allowBuilds"), err) : rc;
}

/* imports: {"@std/x": "jsr:@std/x@^1", "lodash": "npm:lodash@4", "x": "https://..."} */
int gate_lock_read_deno_json(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	gate_autodoc struct gate_doc *doc = NULL;
	const struct gate_node *root, *imports;
	int rc = gate_manifest_parse(GATE_FORMAT_JSONC, bytes, len, &doc, &root, err);

	imports = gate_node_get(root, "imports");
	for (const struct gate_node *c = imports ? imports->first : NULL; rc == 0 && c; c = c->next) {
		const char *text = gate_node_text(c), *at;
		gate_auto(gate_buf) struct gate_buf name = { 0 };
		struct gate_dep_row row = { .eco = GATE_ECO_DENO, .role = GATE_DEP_DIRECT, .name = c->key, .source = text,
					    .line = c->line };

		if (!text)
			continue;
		row.kind = gate_address_kind(text);
		if (gate_starts_with(text, "jsr:") || gate_starts_with(text, "npm:")) {
			row.eco = *text == 'j' ? GATE_ECO_JSR : GATE_ECO_NPM;
			text += 4 + (text[4] == '/');
			at = *text ? strchr(text + 1, '@') : NULL;
			gate_buf_add(&name, text, at ? (size_t)(at - text) : strcspn(text, "\n"));
			row.name = gate_buf_cstr(&name);
			row.version = at ? at + 1 : "";
			row.source = "";
			row.kind = GATE_DEP_REGISTRY;
		}
		rc = gate_lock_add(s, &row, err);
	}
	return rc;
}

/* repositories: a list, or a map of names, of {type, url}; {"packagist.org": false} takes the usual one away */
static int composer_repositories(struct gate_lock_store *s, const struct gate_node *list, struct gate_err *err)
{
	int rc = 0;

	if (!list || (list->type != GATE_NODE_LIST && list->type != GATE_NODE_MAP))
		return 0;
	for (const struct gate_node *c = list->first; rc == 0 && c; c = c->next) {
		const char *url = gate_node_text(gate_node_get(c, "url")), *type = gate_node_text(gate_node_get(c, "type"));
		struct gate_dep_row row = { .eco = GATE_ECO_PACKAGIST, .role = GATE_DEP_INDEX, .name = url ? url : type,
					    .source = url, .line = c->line,
					    .kind = type && strcmp(type, "path") == 0 ? GATE_DEP_PATH : GATE_DEP_URL };

		if (row.name)
			rc = gate_lock_add(s, &row, err);
	}
	return rc;
}

int gate_lock_read_composer_json(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	static const struct gate_manifest_map maps[] = {
		{ "require", GATE_DEP_DIRECT, 0 },
		{ "require-dev", GATE_DEP_DIRECT, GATE_DEP_DEV },
		{ "replace", GATE_DEP_OVERRIDE, 0 },
	};
	gate_autodoc struct gate_doc *doc = NULL;
	const struct gate_node *root;
	int rc = gate_manifest_parse(GATE_FORMAT_JSON, bytes, len, &doc, &root, err);

	if (rc == 0)
		rc = gate_manifest_maps(s, root, GATE_ECO_PACKAGIST, maps, GATE_ARRAY_LEN(maps), err);
	return rc == 0 ? composer_repositories(s, gate_node_get(root, "repositories"), err) : rc;
}

/* name: "^1", or {git: {url}, path:, hosted: {url}, version:} */
static int pub_map(struct gate_lock_store *s, const struct gate_node *map, enum gate_dep_role role, struct gate_err *err)
{
	int rc = 0;

	for (const struct gate_node *c = map ? map->first : NULL; rc == 0 && c; c = c->next) {
		const struct gate_node *git = gate_node_get(c, "git"), *hosted = gate_node_get(c, "hosted");
		const char *path = gate_node_text(gate_node_get(c, "path"));
		struct gate_dep_row row = { .eco = GATE_ECO_PUB, .role = role, .name = c->key, .line = c->line,
					    .version = gate_node_text(c) };

		if (gate_node_get(c, "sdk"))
			continue;
		if (git) {
			row.kind = GATE_DEP_GIT;
			row.source = gate_node_text(git) ? gate_node_text(git) : gate_node_text(gate_node_get(git, "url"));
			row.revision = gate_node_text(gate_node_get(git, "ref"));
		} else if (path) {
			row.kind = GATE_DEP_PATH;
			row.source = path;
		} else if (hosted) {
			row.source = gate_node_text(hosted) ? gate_node_text(hosted) : gate_node_text(gate_node_get(hosted, "url"));
		}
		if (c->type == GATE_NODE_MAP && !row.version)
			row.version = gate_node_text(gate_node_get(c, "version"));
		rc = gate_lock_add(s, &row, err);
	}
	return rc;
}

int gate_lock_read_pubspec(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	gate_autodoc struct gate_doc *doc = NULL;
	const struct gate_node *root;
	int rc = gate_manifest_parse(GATE_FORMAT_YAML, bytes, len, &doc, &root, err);

	if (rc == 0)
		rc = pub_map(s, gate_node_get(root, "dependencies"), GATE_DEP_DIRECT, err);
	if (rc == 0)
		rc = pub_map(s, gate_node_get(root, "dev_dependencies"), GATE_DEP_DIRECT, err);
	return rc == 0 ? pub_map(s, gate_node_get(root, "dependency_overrides"), GATE_DEP_OVERRIDE, err) : rc;
}
