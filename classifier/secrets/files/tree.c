/* Files that are a tree (JSON, YAML): the values of wanted keys at any depth; Kubernetes' Secrets and configurations;
 * Docker's. A file that does not parse gives nothing here: the types of rules/secrets look at its bytes all the same. */
#include "classifier/secrets/files/reader.h"

#include "classifier/secrets/proofs/parts.h"
#include "formats/node.h"

#include <string.h>

#define DEPTH_MAX 64u

struct walk {
	const struct gate_file_text *t;
	gate_file_value_fn *fn;
	void *arg;
	bool base64; /* values are coded once more */
	bool all;    /* every key is wanted */
};

static int tell_decoded(const struct walk *w, const struct gate_node *n, struct gate_err *err)
{
	gate_auto(gate_proof_wiped) struct gate_buf b = { 0 };
	struct gate_file_value v = { n->key, NULL, 0, n->line, GATE_VALUE_PLAIN };

	if (!gate_proof_b64(&b, n->text, strlen(n->text)) || memchr(b.s, '\0', b.len))
		return 0;
	v.value = b.s;
	v.len = b.len;
	return w->fn(w->arg, &v, err);
}

static int visit(const struct walk *w, const struct gate_node *n, unsigned depth, struct gate_err *err)
{
	struct gate_file_value v = { n->key ? n->key : "", n->text, 0, n->line, GATE_VALUE_PLAIN };
	int rc = 0;

	if (n->type == GATE_NODE_LIST || n->type == GATE_NODE_MAP) {
		for (const struct gate_node *c = depth < DEPTH_MAX ? n->first : NULL; rc == 0 && c; c = c->next)
			rc = visit(w, c, depth + 1, err);
		return rc;
	}
	if (!n->key || (n->type != GATE_NODE_TEXT && n->type != GATE_NODE_NUMBER) ||
	    !(w->all || gate_file_key_wanted(w->t, n->key, strlen(n->key))) || n->tag)
		return 0;
	if (w->base64)
		return tell_decoded(w, n, err);
	v.len = strlen(n->text);
	return v.len ? w->fn(w->arg, &v, err) : 0;
}

static struct gate_doc *parse(const struct gate_file_text *t, enum gate_format format)
{
	struct gate_doc *doc = NULL;
	struct gate_err why = { 0 };

	return gate_doc_parse(format, t->s, t->len, NULL, &doc, &why) < 0 ? NULL : doc;
}

static int read_tree(const struct gate_file_text *t, enum gate_format format, gate_file_value_fn *fn, void *arg,
		     struct gate_err *err)
{
	gate_autodoc struct gate_doc *doc = parse(t, format);
	struct walk w = { t, fn, arg, false, false };

	/* encrypted by sops: names in the clear, values not */
	return !doc || gate_node_get(gate_doc_root(doc), "sops") ? 0 : visit(&w, gate_doc_root(doc), 0, err);
}

int gate_file_json(const struct gate_file_text *t, gate_file_value_fn *fn, void *arg, struct gate_err *err)
{
	return read_tree(t, GATE_FORMAT_JSONC, fn, arg, err);
}

int gate_file_yaml(const struct gate_file_text *t, gate_file_value_fn *fn, void *arg, struct gate_err *err)
{
	return read_tree(t, GATE_FORMAT_YAML, fn, arg, err);
}

static int secret_object(const struct gate_file_text *t, const struct gate_node *n, gate_file_value_fn *fn, void *arg,
			 struct gate_err *err)
{
	struct walk coded = { t, fn, arg, true, true }, plain = { t, fn, arg, false, true };
	const char *kind = gate_node_text(gate_node_get(n, "kind"));
	const struct gate_node *data = gate_node_get(n, "data"), *text = gate_node_get(n, "stringData");
	int rc = 0;

	if (!kind || strcmp(kind, "Secret") != 0 || gate_node_get(n, "sops"))
		return 0;
	if (data)
		rc = visit(&coded, data, 0, err);
	return rc == 0 && text ? visit(&plain, text, 0, err) : rc;
}

int gate_file_k8s(const struct gate_file_text *t, gate_file_value_fn *fn, void *arg, struct gate_err *err)
{
	gate_autodoc struct gate_doc *doc = NULL;
	const struct gate_node *root, *items;
	int rc;

	if (!memmem(t->s, t->len, "Secret", 6) || !memmem(t->s, t->len, "kind", 4))
		return 0;
	doc = parse(t, GATE_FORMAT_YAML);
	root = doc ? gate_doc_root(doc) : NULL;
	if (!root)
		return 0;
	rc = secret_object(t, root, fn, arg, err);
	for (const struct gate_node *d = root->many ? root->first : NULL; rc == 0 && d; d = d->next)
		rc = secret_object(t, d, fn, arg, err);
	items = gate_node_get(root, "items");
	for (const struct gate_node *d = items ? items->first : NULL; rc == 0 && d; d = d->next)
		rc = secret_object(t, d, fn, arg, err);
	return rc;
}

int gate_file_docker(const struct gate_file_text *t, gate_file_value_fn *fn, void *arg, struct gate_err *err)
{
	static const char *const keys[] = { "auth", NULL };
	gate_autodoc struct gate_doc *doc = parse(t, GATE_FORMAT_JSONC);
	struct gate_file_text auth = { t->s, t->len, keys };
	struct walk w = { &auth, fn, arg, true, false }, plain = { t, fn, arg, false, false };
	int rc = doc ? visit(&w, gate_doc_root(doc), 0, err) : 0;

	return rc == 0 && doc ? visit(&plain, gate_doc_root(doc), 0, err) : rc;
}
