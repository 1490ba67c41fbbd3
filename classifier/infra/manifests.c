#include "classifier/infra/manifests.h"

#include "classifier/docs.h"

#include <string.h>

struct sort {
	const char *needle, *also; /* both stand in the text of either side */
	const char *id;
	int (*facts)(const struct gate_gain_place *p, const struct gate_node *root, struct gate_err *err);
};

static const struct sort sorts[] = {
	{ "apiVersion", "kind", "IAC-K8S", gate_kubernetes_facts },
	{ "Resources", "Type", "IAC-OTH", gate_cloudformation_facts },
};

static bool ends(const char *path, const char *a, const char *b)
{
	return gate_ends_with(path, a) || gate_ends_with(path, b);
}

static const struct sort *sort_of(const char *path, const struct gate_sides *raw)
{
	const char *last = gate_path_last(path);
	const char *before = gate_buf_cstr(&raw->before);

	for (size_t i = 0; i < GATE_ARRAY_LEN(sorts); i++) {
		const struct sort *s = &sorts[i];

		if ((strstr(before, s->needle) && strstr(before, s->also)) ||
		    (memmem(raw->now, raw->now_len, s->needle, strlen(s->needle)) && memmem(raw->now, raw->now_len, s->also, strlen(s->also))))
			return s;
	}
	return ends(path, ".yaml", ".yml") && (gate_starts_with(last, "values") || gate_starts_with(last, "Chart.") || gate_starts_with(last, "kustomization.")) ?
		       &sorts[0] :
		       NULL;
}

/* A Helm template as YAML: a line that is an action goes, an action in a line is a word. */
static void without_actions(const char *s, size_t len, struct gate_buf *out)
{
	for (size_t i = 0; i < len;) {
		const char *nl = memchr(s + i, '\n', len - i);
		size_t end = nl ? (size_t)(nl - s) : len, first = i;

		while (first < end && (s[first] == ' ' || s[first] == '\t'))
			first++;
		if (end - first < 2 || s[first] != '{' || s[first + 1] != '{') {
			while (i < end) {
				const char *close = end - i > 3 && s[i] == '{' && s[i + 1] == '{' ? memmem(s + i, end - i, "}}", 2) : NULL;

				gate_buf_char(out, close ? 'x' : s[i]);
				i = close ? (size_t)(close - s) + 2 : i + 1;
			}
		}
		gate_buf_char(out, '\n');
		i = end + 1;
	}
}

/* What a template cannot be made into is left to the reader of the rendered file. */
static int template(const struct gate_gain_place *p, const struct sort *s, const char *text, size_t len, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	gate_autodoc struct gate_doc *doc = NULL;
	struct gate_err why = { 0 };

	without_actions(text, len, &b);
	if (gate_buf_check(&b, err) < 0)
		return -GATE_E_NOMEM;
	if (!b.len || gate_doc_parse(GATE_FORMAT_YAML, b.s, b.len, NULL, &doc, &why) < 0)
		return 0;
	return s->facts(p, gate_doc_root(doc), err);
}

static int trees(struct gate_detect *d, struct gate_gain_place *p, const struct sort *s, struct gate_err *err)
{
	struct gate_docs docs;
	int rc = gate_detect_docs(d, p->change, p->delta, gate_ends_with(p->delta->path, ".json") ? GATE_FORMAT_JSON : GATE_FORMAT_YAML, &docs, err);

	if (rc == 0 && docs.before)
		rc = s->facts(p, docs.before, err);
	p->now = true;
	return rc == 0 && docs.now ? s->facts(p, docs.now, err) : rc;
}

int gate_manifests_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	struct gate_gain_place p = { .d = d, .change = change, .delta = delta, .most = GATE_TIER_CRITICAL };
	gate_auto(gate_sides) struct gate_sides raw = { 0 };
	const struct sort *s;
	struct gate_err why = { 0 };
	int rc;

	if ((!ends(delta->path, ".yaml", ".yml") && !ends(delta->path, ".json", ".template")) || strstr(delta->path, "node_modules/"))
		return 0;
	if (gate_detect_sides(d, delta, &raw, &why) < 0)
		return gate_ends_with(delta->path, ".json") ?
			       0 :
			       gate_detect_limit(d, change, delta->path, NULL, false, "too big or unreadable: nobody looked for what it opens", err);
	s = sort_of(delta->path, &raw);
	if (!s)
		return 0;
	p.id = s->id;
	if (!strstr(gate_buf_cstr(&raw.before), "{{") && !memmem(raw.now, raw.now_len, "{{", 2))
		return trees(d, &p, s, err);
	rc = template(&p, s, gate_buf_cstr(&raw.before), raw.before.len, err);
	p.now = true;
	return rc < 0 ? rc : template(&p, s, raw.now, raw.now_len, err);
}
