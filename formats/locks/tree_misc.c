/* The lockfiles that are XML or HCL: gradle/verification-metadata.xml, packages.config, .terraform.lock.hcl. They are small, so they are
 * read as trees. Sources: docs.gradle.org (dependency verification), NuGet docs, developer.hashicorp.com (dependency lock file). */
#include "formats/locks/read.h"

static const char *attribute(const struct gate_node *n, const char *key)
{
	const char *text = gate_node_text(gate_node_get(n, key));

	return text ? text : "";
}

static int parse(enum gate_format format, const char *bytes, size_t len, const char *root, struct gate_doc **doc,
		 const struct gate_node **out, struct gate_err *err)
{
	int rc = gate_doc_parse(format, bytes, len, NULL, doc, err);

	*out = rc == 0 ? gate_doc_root(*doc) : NULL;
	if (rc == 0 && root) {
		*out = gate_node_get(*out, root);
		if (!*out)
			rc = gate_err_set(err, GATE_E_SYNTAX, "1: no <%s>", root);
	}
	return rc;
}

/* artifact name="x.jar" > sha256 value="..." (and pgp) */
static int artifacts(struct gate_lock_store *s, const struct gate_node *component, struct gate_err *err)
{
	int rc = 0;

	for (const struct gate_node *a = gate_node_get(component, "artifact"); rc == 0 && a; a = gate_node_next_same(a)) {
		for (const struct gate_node *h = a->first; rc == 0 && h; h = h->next) {
			if (h->type == GATE_NODE_MAP)
				rc = gate_lock_hash(s, attribute(a, "@name"), h->key, attribute(h, "@value"), err);
		}
	}
	return rc;
}

int gate_lock_read_gradle_sums(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	gate_autodoc struct gate_doc *doc = NULL;
	const struct gate_node *root, *c;
	int rc = parse(GATE_FORMAT_XML, bytes, len, "verification-metadata", &doc, &root, err);

	if (rc < 0)
		return rc;
	for (c = gate_node_get(gate_node_get(root, "components"), "component"); rc == 0 && c; c = gate_node_next_same(c)) {
		gate_auto(gate_buf) struct gate_buf name = { 0 };
		struct gate_dep_row row = { .eco = GATE_ECO_MAVEN, .line = c->line, .version = attribute(c, "@version") };

		gate_buf_fmt(&name, "%s:%s", attribute(c, "@group"), attribute(c, "@name"));
		row.name = gate_buf_cstr(&name);
		rc = artifacts(s, c, err);
		if (rc == 0)
			rc = gate_lock_add(s, &row, err);
	}
	return rc;
}

int gate_lock_read_nuget_config(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	gate_autodoc struct gate_doc *doc = NULL;
	const struct gate_node *root, *p;
	int rc = parse(GATE_FORMAT_XML, bytes, len, "packages", &doc, &root, err);

	if (rc < 0)
		return rc;
	for (p = gate_node_get(root, "package"); rc == 0 && p; p = gate_node_next_same(p)) {
		struct gate_dep_row row = { .eco = GATE_ECO_NUGET, .line = p->line, .name = attribute(p, "@id"),
					    .version = attribute(p, "@version") };

		rc = gate_lock_add(s, &row, err);
	}
	return rc;
}

static int provider(struct gate_lock_store *s, const struct gate_node *p, struct gate_err *err)
{
	const char *slash = strchr(p->key, '/');
	gate_auto(gate_buf) struct gate_buf host = { 0 };
	struct gate_dep_row row = { .eco = GATE_ECO_TERRAFORM, .line = p->line, .name = slash ? slash + 1 : p->key,
				    .version = attribute(p, "version") };
	const struct gate_node *hashes = gate_node_get(p, "hashes");
	int rc = 0;

	for (const struct gate_node *h = hashes ? hashes->first : NULL; rc == 0 && h; h = h->next) {
		if (gate_node_text(h))
			rc = gate_lock_hash(s, NULL, NULL, gate_node_text(h), err);
	}
	if (slash)
		gate_buf_add(&host, p->key, (size_t)(slash - p->key));
	row.source = gate_buf_cstr(&host);
	return rc == 0 ? gate_lock_add(s, &row, err) : rc;
}

int gate_lock_read_terraform(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	gate_autodoc struct gate_doc *doc = NULL;
	const struct gate_node *root;
	int rc = parse(GATE_FORMAT_HCL, bytes, len, NULL, &doc, &root, err);

	for (const struct gate_node *b = gate_node_get(root, "provider"); rc == 0 && b; b = gate_node_next_same(b)) {
		for (const struct gate_node *p = b->first; rc == 0 && p; p = p->next)
			rc = provider(s, p, err);
	}
	return rc;
}
