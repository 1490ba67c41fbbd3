/* Values in a parsed file. The pattern language is that of gate_node_select; it is walked here because the names of the maps
 * on the way become the scope: a Maven profile's id, a codecov status's name, a glob of jest. */
#include "classifier/values/item.h"
#include "formats/node.h"
#include "rules/match.h"

#include <strings.h>

#define SEGMENTS_MAX 24u
#define DEPTH_MAX 120u
#define VISITS_MAX 1000000u /* what one row may look at: shared parts of a JavaScript tree count each time */

struct segment {
	const char *s;
	size_t len;
};

struct walk {
	struct gate_values *out;
	const struct gate_value_ref *ref;
	struct segment seg[SEGMENTS_MAX];
	size_t n;
	bool xml;
	uint32_t visits, depth;
	struct gate_buf scope;
	struct gate_err *err;
};

static size_t split(const char *p, struct segment *seg)
{
	size_t n = 0;

	while (*p && n < SEGMENTS_MAX) {
		size_t len = 0;
		bool quoted = *p == '"', brace = false;

		p += quoted;
		while (p[len] && (quoted ? p[len] != '"' : brace || p[len] != '.')) {
			brace = (brace || p[len] == '{') && p[len] != '}';
			len++;
		}
		seg[n++] = (struct segment){ p, len };
		p += len;
		p += quoted && *p == '"';
		p += *p == '.';
	}
	return n;
}

static bool wild(const struct segment *s)
{
	return memchr(s->s, '*', s->len) != NULL;
}

static bool one(const char *s, size_t len, const char *key)
{
	char glob[128];

	if (!memchr(s, '*', len))
		return strlen(key) == len && memcmp(s, key, len) == 0;
	if (len >= sizeof(glob))
		return false;
	if (len == 1)
		return true;
	memcpy(glob, s, len);
	glob[len] = '\0';
	return gate_glob_match(glob, key, strlen(key), false);
}

static bool matches(const struct segment *s, const char *key)
{
	const char *p = s->s + 1, *end = s->s + s->len - 1;

	if (!s->len || *s->s != '{')
		return one(s->s, s->len, key);
	while (p < end) {
		const char *comma = memchr(p, ',', (size_t)(end - p));
		size_t n = (size_t)((comma ? comma : end) - p);

		if (one(p, n, key))
			return true;
		p += n + 1;
	}
	return false;
}

/* Linear on purpose: these may be nodes of formats/js.h, which keeps no order of keys. */
static const struct gate_node *get(const struct gate_node *map, const char *key)
{
	if (!map || map->type != GATE_NODE_MAP)
		return NULL;
	for (const struct gate_node *c = map->first; c; c = c->next) {
		if (c->key && strcmp(c->key, key) == 0)
			return c;
	}
	return NULL;
}

/* The text of a leaf: an element's text in XML. */
static const char *leaf(const struct gate_node *n)
{
	if (n->type == GATE_NODE_MAP) {
		const struct gate_node *t = get(n, "#text");

		return t ? t->text : n->n == 0 ? "" : NULL;
	}
	return n->type == GATE_NODE_LIST ? NULL : n->text ? n->text : "";
}

static void add_scope(struct walk *w, const char *s)
{
	if (!s || !*s || w->scope.len > 200)
		return;
	if (w->scope.len)
		gate_buf_char(&w->scope, '/');
	gate_buf_str(&w->scope, s);
}

/* What tells one element of a list, or one of several elements of a name, from the others. Not its number: order does not
 * count. */
static void name_of(struct walk *w, const struct gate_node *n)
{
	static const char *const keys[] = { "id", "name", "element", "counter", "value", "job", "repo", "path", "files" };

	if (n->type != GATE_NODE_MAP)
		return;
	for (size_t i = 0; i < GATE_ARRAY_LEN(keys); i++) {
		const struct gate_node *c = get(n, keys[i]);

		if (c)
			add_scope(w, leaf(c));
		else if (w->xml && i < 2) {
			char attribute[16];

			snprintf(attribute, sizeof(attribute), "@%s", keys[i]);
			c = get(n, attribute);
			add_scope(w, c ? leaf(c) : NULL);
		}
	}
}

static int add(struct walk *w, const char *metric, const char *element, const char *text, uint32_t line)
{
	return gate_values_add(w->out, w->ref->rule, w->ref->row, gate_buf_cstr(&w->scope), metric, element, text, line,
			       w->err);
}

/* Lists may be written as one text: by line, or by comma. */
static int add_parts(struct walk *w, const char *metric, const char *s, uint32_t line)
{
	static const char parts[] = "\n,;|";
	int rc = 0;

	while (*s && rc == 0) {
		size_t n = strcspn(s, parts), brace;
		char part[256];

		/* a comma inside {a,b} parts nothing */
		brace = strcspn(s, "{");
		if (brace < n) {
			const char *close = strchr(s + brace, '}');

			if (close)
				n = (size_t)(close - s) + strcspn(close, parts);
		}
		snprintf(part, sizeof(part), "%.*s", (int)(n < 255 ? n : 255), s);
		if (part[strspn(part, " \t'\"")])
			rc = add(w, metric, part, part, line);
		s += n + (s[n] != '\0');
	}
	return rc;
}

static int add_set(struct walk *w, const char *metric, const struct gate_node *n)
{
	int rc = 0;

	if (n->type != GATE_NODE_LIST && n->type != GATE_NODE_MAP)
		return n->type == GATE_NODE_NULL ? 0 : add_parts(w, metric, n->text, n->line);
	for (const struct gate_node *c = n->first; c && rc == 0; c = c->next) {
		char both[256];
		const char *text = leaf(c);

		if (c->type == GATE_NODE_LIST) {
			rc = add_set(w, c->key ? c->key : metric, c);
			continue;
		}
		if (n->type == GATE_NODE_MAP && c->key && strcmp(c->key, "#text") == 0) {
			rc = add_parts(w, metric, c->text, c->line);
			continue;
		}
		snprintf(both, sizeof(both), "%s%s%s", n->type == GATE_NODE_MAP && !w->xml ? c->key : "",
			 n->type == GATE_NODE_MAP && !w->xml && text ? "=" : "", text ? text : "");
		rc = add(w, metric, both, both, c->line);
	}
	return rc;
}

/* ${name}, as Maven and Gradle resolve it: properties of the same file. */
static const char *resolve(const struct walk *w, const struct gate_node *root, const char *text)
{
	const struct gate_node *all, *p;
	char name[128];
	size_t n;

	if (!w->xml || text[0] != '$' || text[1] != '{')
		return text;
	n = strcspn(text + 2, "}");
	if (n >= sizeof(name))
		return text;
	memcpy(name, text + 2, n);
	name[n] = '\0';
	all = get(get(root, "project"), "properties");
	p = get(all, name);
	return p && leaf(p) ? leaf(p) : text;
}

static int found(struct walk *w, const struct gate_node *root, const struct gate_node *n, const char *metric)
{
	const char *text = leaf(n);
	int rc = 0;

	if (gate_value_is_set(w->ref->row))
		return add_set(w, metric, n);
	if (n->type == GATE_NODE_LIST) {
		for (const struct gate_node *c = n->first; c && rc == 0; c = c->next)
			rc = leaf(c) ? add(w, metric, NULL, leaf(c), c->line) : 0;
		return rc;
	}
	if (!text)
		text = "set";
	return add(w, metric, NULL, resolve(w, root, text), n->key ? n->key_line : n->line);
}

static int descend(struct walk *w, const struct gate_node *root, const struct gate_node *n, size_t i, const char *metric);

static int child(struct walk *w, const struct gate_node *root, const struct gate_node *c, size_t i, bool star,
		 bool in_list, const char *metric)
{
	size_t scope = w->scope.len;
	int rc;

	if (star && !in_list)
		add_scope(w, c->key);
	if (in_list || w->xml)
		name_of(w, c);
	rc = descend(w, root, c, i, c->key ? c->key : metric);
	if (w->scope.s) {
		w->scope.len = scope;
		w->scope.s[scope] = '\0';
	}
	return rc;
}

static int children(struct walk *w, const struct gate_node *root, const struct gate_node *n, size_t i, const char *metric)
{
	const struct segment *s = &w->seg[i];
	bool deep = s->len == 2 && s->s[0] == '*' && s->s[1] == '*', star = wild(s) && !deep && s->s[0] != '{';
	int rc = 0;

	if (n->type != GATE_NODE_LIST && n->type != GATE_NODE_MAP)
		return 0;
	for (const struct gate_node *c = n->first; c && rc == 0; c = c->next) {
		if (deep)
			rc = child(w, root, c, i, false, n->type == GATE_NODE_LIST, metric);
		else if (n->type == GATE_NODE_LIST ? s->len == 1 && *s->s == '*' : matches(s, c->key ? c->key : ""))
			rc = child(w, root, c, i + 1, star, n->type == GATE_NODE_LIST, metric);
	}
	return rc;
}

static int descend(struct walk *w, const struct gate_node *root, const struct gate_node *n, size_t i, const char *metric)
{
	const struct segment *s = &w->seg[i];
	int rc = 0;

	if (++w->visits > VISITS_MAX || w->depth >= DEPTH_MAX) {
		w->out->full = true;
		return 0;
	}
	w->depth++;
	if (n->many || (n->key && strcmp(n->key, "...") == 0)) {
		for (const struct gate_node *c = n->first; c && rc == 0; c = c->next)
			rc = descend(w, root, c, i, metric);
	} else if (i == w->n) {
		rc = found(w, root, n, metric);
	} else {
		if (s->len == 2 && s->s[0] == '*' && s->s[1] == '*')
			rc = descend(w, root, n, i + 1, metric);
		if (rc == 0)
			rc = children(w, root, n, i, metric);
	}
	w->depth--;
	return rc;
}

int gate_value_from_tree(struct gate_values *out, const struct gate_value_ref *ref, const struct gate_node *root,
			 bool xml, bool anywhere, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf pattern = { 0 };
	struct walk w = { .out = out, .ref = ref, .xml = xml, .err = err };
	int rc;

	if (!root)
		return 0;
	gate_buf_fmt(&pattern, "%s%s", anywhere && strncmp(ref->row->key, "**.", 3) != 0 ? "**." : "", ref->row->key);
	if (gate_buf_check(&pattern, err) < 0)
		return -GATE_E_NOMEM;
	w.n = split(pattern.s, w.seg);
	rc = descend(&w, root, root, 0, "");
	gate_buf_clear(&w.scope);
	return rc;
}
