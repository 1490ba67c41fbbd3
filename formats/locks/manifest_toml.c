/* Manifests that are TOML or INI: pyproject.toml (PEP 621, PEP 735, poetry, uv, pdm, hatch), Pipfile, setup.cfg, Cargo.toml,
 * libs.versions.toml. */
#include "formats/locks/manifest.h"

/* "name[extra]>=1; marker" or "name @ address" */
static int python_row(struct gate_lock_store *s, enum gate_dep_role role, const char *text, uint32_t line, unsigned flags,
		      struct gate_err *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	gate_auto(gate_buf) struct gate_buf name = { 0 }, spec = { 0 };
	const char *rest;
	size_t n;

	text += strspn(text, " \t");
	n = strspn(text, letters);
	gate_lock_python_name(&name, text, n);
	rest = text + n + strspn(text + n, " \t");
	if (*rest == '[')
		rest += strcspn(rest, "]") + (strchr(rest, ']') != NULL);
	rest += strspn(rest, " \t");
	if (*rest == '@')
		rest += 1 + strspn(rest + 1, " \t");
	gate_buf_add(&spec, rest, strcspn(rest, ";"));
	while (spec.len && strchr(" \t", spec.s[spec.len - 1]))
		spec.s[--spec.len] = '\0';
	return gate_manifest_row(s, GATE_ECO_PYPI, role, gate_buf_cstr(&name), gate_buf_cstr(&spec), line, flags, err);
}

static int python_list(struct gate_lock_store *s, const struct gate_node *list, enum gate_dep_role role, unsigned flags,
		       struct gate_err *err)
{
	int rc = 0;

	if (!list || list->type != GATE_NODE_LIST)
		return 0;
	for (const struct gate_node *c = list->first; rc == 0 && c; c = c->next) {
		if (gate_node_text(c))
			rc = python_row(s, role, gate_node_text(c), c->line, flags, err);
	}
	return rc;
}

static int python_groups(struct gate_lock_store *s, const struct gate_node *groups, unsigned flags, struct gate_err *err)
{
	int rc = 0;

	if (!groups || groups->type != GATE_NODE_MAP)
		return 0;
	for (const struct gate_node *c = groups->first; rc == 0 && c; c = c->next)
		rc = python_list(s, c, GATE_DEP_DIRECT, flags, err);
	return rc;
}

static const struct {
	const char *key;
	enum gate_dep_kind kind;
} address_keys[] = {
	{ "git", GATE_DEP_GIT },      { "url", GATE_DEP_URL },	{ "path", GATE_DEP_PATH }, { "file", GATE_DEP_PATH },
	{ "editable", GATE_DEP_PATH }, { "hg", GATE_DEP_GIT },	{ "index", GATE_DEP_REGISTRY }, { "registry", GATE_DEP_REGISTRY },
	{ "registry-index", GATE_DEP_REGISTRY },
};

/* name = "1.0", or name = {version, git, rev, path, url, source, package, workspace} */
static int table_row(struct gate_lock_store *s, const struct gate_node *c, enum gate_ecosystem eco, enum gate_dep_role role,
		     unsigned flags, struct gate_err *err)
{
	static const char *const revs[] = { "rev", "tag", "branch", "ref" };
	gate_auto(gate_buf) struct gate_buf name = { 0 };
	const char *package = gate_node_text(gate_node_get(c, "package"));
	struct gate_dep_row row = { .eco = eco, .role = role, .line = c->line, .flags = flags, .version = gate_node_text(c) };

	if (c->type == GATE_NODE_LIST) /* poetry: one for each platform */
		c = c->first && c->first->type == GATE_NODE_MAP ? c->first : c;
	if (eco == GATE_ECO_PYPI)
		gate_lock_python_name(&name, c->key ? c->key : "", c->key ? strlen(c->key) : 0);
	else
		gate_buf_str(&name, package ? package : c->key ? c->key : "");
	row.name = gate_buf_cstr(&name);
	if (package && c->key && strcmp(package, c->key) != 0)
		row.alias = c->key;
	if (c->type == GATE_NODE_MAP) {
		row.version = gate_node_text(gate_node_get(c, "version"));
		if (gate_node_get(c, "workspace") && !row.version)
			row.kind = GATE_DEP_WORKSPACE;
		for (size_t i = 0; i < GATE_ARRAY_LEN(address_keys); i++) {
			const char *text = gate_node_text(gate_node_get(c, address_keys[i].key));

			if (!text || row.source || strcmp(text, "true") == 0)
				continue;
			row.source = text;
			row.kind = address_keys[i].kind;
		}
		for (size_t i = 0; row.kind == GATE_DEP_GIT && !row.revision && i < GATE_ARRAY_LEN(revs); i++)
			row.revision = gate_node_text(gate_node_get(c, revs[i]));
	}
	return gate_lock_add(s, &row, err);
}

static int table(struct gate_lock_store *s, const struct gate_node *map, enum gate_ecosystem eco, enum gate_dep_role role,
		 unsigned flags, struct gate_err *err)
{
	int rc = 0;

	if (!map || map->type != GATE_NODE_MAP)
		return 0;
	for (const struct gate_node *c = map->first; rc == 0 && c; c = c->next) {
		if (eco != GATE_ECO_PYPI || strcmp(c->key, "python") != 0)
			rc = table_row(s, c, eco, role, flags, err);
	}
	return rc;
}

/* [[tool.poetry.source]], [[tool.uv.index]], [[tool.pdm.source]], [[source]]: a list of {name, url} */
static int indexes(struct gate_lock_store *s, const struct gate_node *list, struct gate_err *err)
{
	int rc = 0;

	if (!list || list->type != GATE_NODE_LIST)
		return 0;
	for (const struct gate_node *c = list->first; rc == 0 && c; c = c->next) {
		const char *url = gate_node_text(gate_node_get(c, "url"));
		struct gate_dep_row row = { .eco = GATE_ECO_PYPI, .role = GATE_DEP_INDEX, .kind = GATE_DEP_URL, .source = url,
					    .line = c->line, .name = url };

		if (url)
			rc = gate_lock_add(s, &row, err);
	}
	return rc;
}

static int index_text(struct gate_lock_store *s, const struct gate_node *n, struct gate_err *err)
{
	struct gate_dep_row row = { .eco = GATE_ECO_PYPI, .role = GATE_DEP_INDEX, .kind = GATE_DEP_URL };
	int rc = 0;

	if (n && n->type == GATE_NODE_LIST) {
		for (n = n->first; rc == 0 && n; n = n->next)
			rc = index_text(s, n, err);
		return rc;
	}
	row.name = row.source = gate_node_text(n);
	row.line = n ? n->line : 0;
	return row.name ? gate_lock_add(s, &row, err) : 0;
}

static int poetry_groups(struct gate_lock_store *s, const struct gate_node *groups, struct gate_err *err)
{
	int rc = 0;

	if (!groups || groups->type != GATE_NODE_MAP)
		return 0;
	for (const struct gate_node *c = groups->first; rc == 0 && c; c = c->next)
		rc = table(s, gate_node_get(c, "dependencies"), GATE_ECO_PYPI, GATE_DEP_DIRECT, GATE_DEP_DEV, err);
	return rc;
}

static int hatch_envs(struct gate_lock_store *s, const struct gate_node *envs, struct gate_err *err)
{
	int rc = 0;

	if (!envs || envs->type != GATE_NODE_MAP)
		return 0;
	for (const struct gate_node *c = envs->first; rc == 0 && c; c = c->next) {
		rc = python_list(s, gate_node_get(c, "dependencies"), GATE_DEP_DIRECT, GATE_DEP_DEV, err);
		if (rc == 0)
			rc = python_list(s, gate_node_get(c, "extra-dependencies"), GATE_DEP_DIRECT, GATE_DEP_DEV, err);
	}
	return rc;
}

/* What uv and pdm say about themselves: sources, overrides, indexes. */
static int python_tools(struct gate_lock_store *s, const struct gate_node *root, struct gate_err *err)
{
	static const char *const index_lists[] = { "tool.poetry.source", "tool.uv.index", "tool.pdm.source" };
	static const char *const index_texts[] = { "tool.uv.index-url", "tool.uv.extra-index-url", "tool.uv.find-links",
						   "tool.uv.pip.index-url", "tool.uv.pip.extra-index-url" };
	static const char *const lists[] = { "tool.uv.override-dependencies", "tool.uv.constraint-dependencies" };
	int rc = table(s, gate_node_at(root, "tool.uv.sources"), GATE_ECO_PYPI, GATE_DEP_OVERRIDE, 0, err);

	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(index_lists); i++)
		rc = indexes(s, gate_node_at(root, index_lists[i]), err);
	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(index_texts); i++)
		rc = index_text(s, gate_node_at(root, index_texts[i]), err);
	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(lists); i++)
		rc = python_list(s, gate_node_at(root, lists[i]), GATE_DEP_OVERRIDE, 0, err);
	return rc == 0 ? table(s, gate_node_at(root, "tool.pdm.resolution.overrides"), GATE_ECO_PYPI, GATE_DEP_OVERRIDE, 0, err) : rc;
}

int gate_lock_read_pyproject(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	static const char *const poetry[] = { "tool.poetry.dependencies", "tool.poetry.dev-dependencies" };
	gate_autodoc struct gate_doc *doc = NULL;
	const struct gate_node *root;
	int rc = gate_manifest_parse(GATE_FORMAT_TOML, bytes, len, &doc, &root, err);

	if (rc == 0)
		rc = python_list(s, gate_node_at(root, "project.dependencies"), GATE_DEP_DIRECT, 0, err);
	if (rc == 0)
		rc = python_groups(s, gate_node_at(root, "project.optional-dependencies"), GATE_DEP_OPTIONAL, err);
	if (rc == 0)
		rc = python_groups(s, gate_node_get(root, "dependency-groups"), GATE_DEP_DEV, err);
	if (rc == 0)
		rc = python_groups(s, gate_node_at(root, "tool.pdm.dev-dependencies"), GATE_DEP_DEV, err);
	if (rc == 0)
		rc = python_list(s, gate_node_at(root, "tool.uv.dev-dependencies"), GATE_DEP_DIRECT, GATE_DEP_DEV, err);
	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(poetry); i++)
		rc = table(s, gate_node_at(root, poetry[i]), GATE_ECO_PYPI, GATE_DEP_DIRECT, 0, err);
	if (rc == 0)
		rc = poetry_groups(s, gate_node_at(root, "tool.poetry.group"), err);
	if (rc == 0)
		rc = hatch_envs(s, gate_node_at(root, "tool.hatch.envs"), err);
	return rc == 0 ? python_tools(s, root, err) : rc;
}

int gate_lock_read_pipfile_toml(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	gate_autodoc struct gate_doc *doc = NULL;
	const struct gate_node *root;
	int rc = gate_manifest_parse(GATE_FORMAT_TOML, bytes, len, &doc, &root, err);

	if (rc == 0)
		rc = table(s, gate_node_get(root, "packages"), GATE_ECO_PYPI, GATE_DEP_DIRECT, 0, err);
	if (rc == 0)
		rc = table(s, gate_node_get(root, "dev-packages"), GATE_ECO_PYPI, GATE_DEP_DIRECT, GATE_DEP_DEV, err);
	return rc == 0 ? indexes(s, gate_node_get(root, "source"), err) : rc;
}

/* install_requires and extras_require: one requirement a line of the value */
static int lines(struct gate_lock_store *s, const struct gate_node *n, struct gate_err *err)
{
	const char *text = gate_node_text(n), *at = text, *end = text ? text + strlen(text) : NULL;
	struct gate_line l = { 0 };
	int rc = 0;

	while (text && rc == 0 && gate_line_next(&at, end, &l)) {
		gate_auto(gate_buf) struct gate_buf one = { 0 };

		gate_buf_add(&one, l.s, l.len);
		if (one.len && one.s[strspn(one.s, " \t")] && one.s[strspn(one.s, " \t")] != '#')
			rc = python_row(s, GATE_DEP_DIRECT, one.s, n->line, 0, err);
	}
	return rc;
}

int gate_lock_read_setup_cfg(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	gate_autodoc struct gate_doc *doc = NULL;
	const struct gate_node *root, *extras;
	int rc = gate_manifest_parse(GATE_FORMAT_INI, bytes, len, &doc, &root, err);

	if (rc == 0)
		rc = lines(s, gate_node_at(root, "options.install_requires"), err);
	if (rc == 0)
		rc = lines(s, gate_node_at(root, "options.setup_requires"), err);
	extras = gate_node_get(root, "options.extras_require");
	for (const struct gate_node *c = extras ? extras->first : NULL; rc == 0 && c; c = c->next)
		rc = lines(s, c, err);
	return rc;
}

static int cargo_tables(struct gate_lock_store *s, const struct gate_node *map, struct gate_err *err)
{
	static const char *const names[] = { "dependencies", "dev-dependencies", "build-dependencies", "dev_dependencies",
					     "build_dependencies" };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(names); i++)
		rc = table(s, gate_node_get(map, names[i]), GATE_ECO_CRATES, GATE_DEP_DIRECT, i ? GATE_DEP_DEV : 0, err);
	return rc;
}

int gate_lock_read_cargo_toml(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	gate_autodoc struct gate_doc *doc = NULL;
	const struct gate_node *root, *map;
	int rc = gate_manifest_parse(GATE_FORMAT_TOML, bytes, len, &doc, &root, err);

	if (rc == 0)
		rc = cargo_tables(s, root, err);
	if (rc == 0)
		rc = cargo_tables(s, gate_node_get(root, "workspace"), err);
	map = gate_node_get(root, "target");
	for (const struct gate_node *c = map ? map->first : NULL; rc == 0 && c; c = c->next)
		rc = cargo_tables(s, c, err);
	map = gate_node_get(root, "patch");
	for (const struct gate_node *c = map ? map->first : NULL; rc == 0 && c; c = c->next)
		rc = table(s, c, GATE_ECO_CRATES, GATE_DEP_OVERRIDE, 0, err);
	return rc == 0 ? table(s, gate_node_get(root, "replace"), GATE_ECO_CRATES, GATE_DEP_OVERRIDE, 0, err) : rc;
}

/* libraries.x = "g:a:v", or {module = "g:a"}, or {group, name}; versions are looked up under [versions] */
int gate_lock_read_version_catalog(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	gate_autodoc struct gate_doc *doc = NULL;
	const struct gate_node *root;
	int rc = gate_manifest_parse(GATE_FORMAT_TOML, bytes, len, &doc, &root, err);

	for (int plugins = 0; plugins < 2; plugins++) {
		const struct gate_node *map = gate_node_get(root, plugins ? "plugins" : "libraries");

		for (const struct gate_node *c = map ? map->first : NULL; rc == 0 && c; c = c->next) {
			gate_auto(gate_buf) struct gate_buf name = { 0 };
			const char *text = gate_node_text(c), *module = gate_node_text(gate_node_get(c, plugins ? "id" : "module"));
			const char *version = gate_node_text(gate_node_get(c, "version")), *colon = text ? strrchr(text, ':') : NULL;
			const char *ref = gate_node_text(gate_node_at(c, "version.ref"));
			struct gate_dep_row row = { .eco = GATE_ECO_MAVEN, .role = GATE_DEP_DIRECT, .line = c->line };

			if (text)
				gate_buf_add(&name, text, colon ? (size_t)(colon - text) : strlen(text));
			else if (module)
				gate_buf_str(&name, module);
			else
				gate_buf_fmt(&name, "%.200s:%.200s", gate_node_text(gate_node_get(c, "group")) ?: "",
					     gate_node_text(gate_node_get(c, "name")) ?: "");
			row.name = gate_buf_cstr(&name);
			row.version = colon ? colon + 1 : ref ? gate_node_text(gate_node_get(gate_node_get(root, "versions"), ref)) : version;
			rc = gate_lock_add(s, &row, err);
		}
	}
	return rc;
}
