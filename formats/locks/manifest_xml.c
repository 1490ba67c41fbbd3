/* pom.xml, and the project files of MSBuild. */
#include "formats/locks/manifest.h"

static const char *text_of(const struct gate_node *n, const char *key)
{
	const struct gate_node *c = gate_node_get(n, key);
	const char *text = gate_node_text(c);

	if (!text && c)
		text = gate_node_text(gate_node_get(c, "#text"));
	return text ? text : "";
}

static int coordinates(struct gate_lock_store *s, const struct gate_node *list, const char *element, struct gate_err *err)
{
	int rc = 0;

	for (const struct gate_node *d = gate_node_get(list, element); rc == 0 && d; d = gate_node_next_same(d)) {
		gate_auto(gate_buf) struct gate_buf name = { 0 };
		const char *group = text_of(d, "groupId"), *scope = text_of(d, "scope");
		struct gate_dep_row row = { .eco = GATE_ECO_MAVEN, .role = GATE_DEP_DIRECT, .line = d->line,
					    .version = text_of(d, "version") };

		gate_buf_fmt(&name, "%.300s:%.300s", *group ? group : "org.apache.maven.plugins", text_of(d, "artifactId"));
		row.name = gate_buf_cstr(&name);
		if (strcmp(scope, "system") == 0) {
			row.kind = GATE_DEP_PATH;
			row.source = text_of(d, "systemPath");
		}
		rc = gate_lock_add(s, &row, err);
	}
	return rc;
}

static int repositories(struct gate_lock_store *s, const struct gate_node *list, const char *element, struct gate_err *err)
{
	int rc = 0;

	for (const struct gate_node *r = gate_node_get(list, element); rc == 0 && r; r = gate_node_next_same(r)) {
		struct gate_dep_row row = { .eco = GATE_ECO_MAVEN, .role = GATE_DEP_INDEX, .kind = GATE_DEP_URL, .line = r->line,
					    .name = text_of(r, "url"), .source = text_of(r, "url") };

		rc = gate_lock_add(s, &row, err);
	}
	return rc;
}

/* What a project and each of its profiles may hold. */
static int project(struct gate_lock_store *s, const struct gate_node *p, struct gate_err *err)
{
	int rc = coordinates(s, gate_node_get(p, "dependencies"), "dependency", err);

	if (rc == 0)
		rc = coordinates(s, gate_node_at(p, "dependencyManagement.dependencies"), "dependency", err);
	if (rc == 0)
		rc = coordinates(s, gate_node_at(p, "build.plugins"), "plugin", err);
	if (rc == 0)
		rc = coordinates(s, gate_node_at(p, "build.pluginManagement.plugins"), "plugin", err);
	if (rc == 0)
		rc = coordinates(s, gate_node_at(p, "build.extensions"), "extension", err);
	if (rc == 0)
		rc = repositories(s, gate_node_get(p, "repositories"), "repository", err);
	return rc == 0 ? repositories(s, gate_node_get(p, "pluginRepositories"), "pluginRepository", err) : rc;
}

int gate_lock_read_pom(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	gate_autodoc struct gate_doc *doc = NULL;
	const struct gate_node *root;
	int rc = gate_manifest_parse(GATE_FORMAT_XML, bytes, len, &doc, &root, err);

	root = gate_node_get(root, "project");
	if (rc == 0)
		rc = project(s, root, err);
	for (const struct gate_node *p = gate_node_at(root, "profiles.profile"); rc == 0 && p; p = gate_node_next_same(p))
		rc = project(s, p, err);
	return rc;
}

static int references(struct gate_lock_store *s, const struct gate_node *group, const char *element, struct gate_err *err)
{
	int rc = 0;

	for (const struct gate_node *r = gate_node_get(group, element); rc == 0 && r; r = gate_node_next_same(r)) {
		struct gate_dep_row row = { .eco = GATE_ECO_NUGET, .role = GATE_DEP_DIRECT, .line = r->line,
					    .name = text_of(r, "@Include"), .version = text_of(r, "@Version") };

		if (!*row.name)
			row.name = text_of(r, "@Update");
		if (!*row.version)
			row.version = text_of(r, "Version");
		if (*text_of(r, "@VersionOverride"))
			row.version = text_of(r, "@VersionOverride");
		rc = gate_lock_add(s, &row, err);
	}
	return rc;
}

int gate_lock_read_msbuild(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	static const char *const elements[] = { "PackageReference", "PackageVersion", "GlobalPackageReference",
						"DotNetCliToolReference" };
	gate_autodoc struct gate_doc *doc = NULL;
	const struct gate_node *root;
	int rc = gate_manifest_parse(GATE_FORMAT_XML, bytes, len, &doc, &root, err);

	root = gate_node_get(root, "Project");
	for (const struct gate_node *g = gate_node_get(root, "ItemGroup"); rc == 0 && g; g = gate_node_next_same(g)) {
		for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(elements); i++)
			rc = references(s, g, elements[i], err);
	}
	for (const struct gate_node *g = gate_node_get(root, "PropertyGroup"); rc == 0 && g; g = gate_node_next_same(g)) {
		const char *sources = text_of(g, "RestoreSources");
		struct gate_dep_row row = { .eco = GATE_ECO_NUGET, .role = GATE_DEP_INDEX, .kind = GATE_DEP_URL, .line = g->line,
					    .name = sources, .source = sources };

		rc = gate_lock_add(s, &row, err);
	}
	return rc;
}
