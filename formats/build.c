/* JSON and YAML: from events to the tree. YAML's aliases and merge keys are resolved here: an alias shares the children of what
 * it names and is counted with all of them, so that a file of a few lines cannot become a tree without end. */
#include "formats/events.h"
#include "formats/tree.h"

#include "formats/event_source.h"

#include <string.h>

/* An open map or list, and the key that waits for its value. */
struct level {
	struct gate_tree_node *node;
	const char *key;
	uint32_t key_line;
	bool merge; /* the key is a plain << */
	bool merges; /* the map has such a key */
};

struct build {
	struct gate_tree *t;
	struct gate_tree_node *documents;
	struct level stack[GATE_DOC_DEPTH_MAX + 1]; /* the first is `documents` */
	uint32_t depth, document;
	struct gate_err *err;
};

static struct level *top(struct build *b)
{
	return &b->stack[b->depth];
}

static uint32_t size_of(const struct gate_node *n)
{
	return gate_node_is_open(n) ? gate_tree_node_of(n)->size : 1;
}

static uint32_t height_of(const struct gate_node *n)
{
	return gate_node_is_open(n) ? gate_tree_node_of(n)->height : 0;
}

static int failed(const struct build *b)
{
	return -(int)b->err->code;
}

static int fail(struct build *b, uint32_t line, const char *what)
{
	return gate_err_set(b->err, GATE_E_SYNTAX, "%u: %s", line, what);
}

/* Anchors are kept in the index of the tree under no map; `first` is what they name, `line` in which document. */
static int keep_anchor(struct build *b, const char *name, const struct gate_node *what)
{
	struct gate_node *a = gate_tree_find(b->t, NULL, name, strlen(name));

	if (!a) {
		a = gate_tree_loose(b->t, GATE_NODE_NULL, 0, b->err);
		if (!a)
			return failed(b);
		a->key = gate_tree_text(b->t, name, strlen(name), b->err);
		if (!a->key || gate_tree_index(b->t, NULL, a, b->err) < 0)
			return failed(b);
	}
	a->first = what;
	a->line = b->document;
	return 0;
}

/* A node of this type where the events stand. NULL with the error set. */
static struct gate_node *put(struct build *b, const struct gate_event *e, enum gate_node_type type)
{
	struct level *up = top(b);
	struct gate_node *n = gate_tree_add(b->t, up->node, up->key, up->key_line, type, e->line, b->err);

	up->key = NULL;
	if (!n)
		return NULL;
	if (e->tag) {
		n->tag = gate_tree_text(b->t, e->tag, strlen(e->tag), b->err);
		if (!n->tag)
			return NULL;
	}
	return e->anchor && keep_anchor(b, e->anchor, n) < 0 ? NULL : n;
}

static int on_scalar(struct build *b, const struct gate_event *e)
{
	struct gate_node *n = put(b, e, e->scalar);

	if (!n)
		return failed(b);
	n->quoted = e->quoted;
	n->text = gate_tree_text(b->t, e->text, e->len, b->err);
	return n->text ? 0 : failed(b);
}

static int on_key(struct build *b, const struct gate_event *e)
{
	struct level *l = top(b);

	l->key = gate_tree_text(b->t, e->text, e->len, b->err);
	l->key_line = e->line;
	l->merge = !e->quoted && strcmp(e->text, "<<") == 0;
	if (!l->key)
		return failed(b);
	if (e->anchor) {
		struct gate_node *n = gate_tree_loose(b->t, GATE_NODE_TEXT, e->line, b->err);

		if (!n)
			return failed(b);
		n->text = l->key;
		return keep_anchor(b, e->anchor, n);
	}
	return 0;
}

static int on_open(struct build *b, const struct gate_event *e)
{
	struct gate_node *n;

	top(b)->merges |= top(b)->key && top(b)->merge;
	n = put(b, e, e->type == GATE_EVENT_MAP ? GATE_NODE_MAP : GATE_NODE_LIST);
	if (!n)
		return failed(b);
	b->stack[++b->depth] = (struct level){ .node = gate_tree_node_of(n) };
	return 0;
}

/* A second node with the content of `from`: its children are shared. NULL with the error set. */
static struct gate_node *share(struct build *b, struct gate_tree_node *up, const char *key, uint32_t key_line,
			       const struct gate_node *from, uint32_t line)
{
	struct gate_node *n;

	if (b->depth + height_of(from) > gate_tree_limits(b->t)->depth) {
		gate_err_set(b->err, GATE_E_LIMIT, "%u: nested too deep through aliases", line);
		return NULL;
	}
	if (gate_tree_count(b->t, size_of(from) - 1, line, b->err) < 0)
		return NULL;
	n = gate_tree_add(b->t, up, key, key_line, from->type, line, b->err);
	if (!n)
		return NULL;
	n->quoted = from->quoted;
	n->text = from->text;
	n->tag = from->tag;
	n->first = from->first;
	n->n = from->n;
	if (gate_node_is_open(n)) {
		gate_tree_node_of(n)->size = size_of(from);
		gate_tree_node_of(n)->height = height_of(from);
	}
	return n;
}

static int on_alias(struct build *b, const struct gate_event *e)
{
	const struct gate_node *a = gate_tree_find(b->t, NULL, e->text, e->len);
	struct level *l = top(b);
	const char *key = l->key;

	if (!a || a->line != b->document)
		return fail(b, e->line, "an alias to an anchor that is not there");
	if (!size_of(a->first))
		return fail(b, e->line, "an alias inside of what it names");
	l->merges |= key && l->merge;
	l->key = NULL;
	return share(b, l->node, key, l->key_line, a->first, e->line) ? 0 : failed(b);
}

/* ---- merge keys: https://yaml.org/type/merge.html ---- */

static bool is_maps(const struct gate_node *n)
{
	if (n->type == GATE_NODE_MAP)
		return true;
	if (n->type != GATE_NODE_LIST)
		return false;
	for (const struct gate_node *c = n->first; c; c = c->next) {
		if (c->type != GATE_NODE_MAP)
			return false;
	}
	return true;
}

/* Takes the << pair out of the map, unless its value is no map and no list of maps; gives the value. Indexes the others. */
static int take_merge(struct build *b, struct gate_tree_node *map, const struct gate_node **value)
{
	const struct gate_node *c = map->node.first;

	map->node.first = NULL;
	map->node.n = 0;
	map->last = NULL;
	while (c) {
		const struct gate_node *next = c->next;
		struct gate_node *own;

		memcpy(&own, &c, sizeof(own));
		if (strcmp(c->key, "<<") == 0 && is_maps(c)) {
			*value = c;
		} else {
			gate_tree_hang(b->t, map, own);
			if (gate_tree_index(b->t, map, own, b->err) < 0)
				return failed(b);
		}
		c = next;
	}
	return 0;
}

static int merge_one(struct build *b, struct gate_tree_node *map, const struct gate_node *from)
{
	for (const struct gate_node *c = from->first; c; c = c->next) {
		struct gate_node *n;

		if (gate_tree_find(b->t, map, c->key, strlen(c->key)))
			continue;
		n = share(b, map, c->key, c->key_line, c, c->line);
		if (!n || gate_tree_index(b->t, map, n, b->err) < 0)
			return failed(b);
	}
	return 0;
}

static int merge(struct build *b, struct gate_tree_node *map)
{
	const struct gate_node *value = NULL;
	int rc = take_merge(b, map, &value);

	if (rc < 0 || !value)
		return rc;
	if (value->type == GATE_NODE_MAP)
		return merge_one(b, map, value);
	for (const struct gate_node *c = value->first; rc == 0 && c; c = c->next)
		rc = merge_one(b, map, c);
	return rc;
}

static int on_close(struct build *b)
{
	struct level *l = top(b);
	uint32_t size = 1, height = 0;
	int rc = l->merges ? merge(b, l->node) : 0;

	if (rc < 0)
		return rc;
	for (const struct gate_node *c = l->node->node.first; c; c = c->next) {
		size += size_of(c);
		if (height_of(c) > height)
			height = height_of(c);
	}
	l->node->size = size;
	l->node->height = height + 1;
	b->depth--;
	return 0;
}

static int on_event(void *arg, const struct gate_event *e, struct gate_err *err)
{
	struct build *b = arg;

	(void)err;
	switch (e->type) {
	case GATE_EVENT_MAP:
	case GATE_EVENT_LIST:
		return on_open(b, e);
	case GATE_EVENT_MAP_END:
	case GATE_EVENT_LIST_END:
		return on_close(b);
	case GATE_EVENT_KEY:
		return on_key(b, e);
	case GATE_EVENT_SCALAR:
		return on_scalar(b, e);
	case GATE_EVENT_ALIAS:
		return on_alias(b, e);
	case GATE_EVENT_DOCUMENT:
		b->document++;
		return 0;
	default:
		return gate_err_set(b->err, GATE_E_BUG, "event %d", (int)e->type);
	}
}

static bool is_nothing(const struct gate_node *n)
{
	return n->type == GATE_NODE_NULL && !*n->text;
}

/* One document that says something is the root; several are a list. */
static void hang_root(struct build *b)
{
	struct gate_tree_node *docs = b->documents;
	const struct gate_node *c = docs->node.first;

	docs->node.first = NULL;
	docs->node.n = 0;
	docs->last = NULL;
	while (c) {
		const struct gate_node *next = c->next;
		struct gate_node *own;

		memcpy(&own, &c, sizeof(own));
		if (!is_nothing(c) || (!docs->node.n && !next))
			gate_tree_hang(b->t, docs, own);
		c = next;
	}
	docs->node.many = true;
	if (docs->node.n > 1)
		gate_tree_hang(b->t, NULL, &docs->node);
	else if (docs->last)
		gate_tree_hang(b->t, NULL, docs->last);
}

static int build(struct gate_tree *t, enum gate_format format, const char *bytes, size_t len, struct gate_err *err)
{
	struct gate_event_options options = { .limits = gate_tree_limits(t), .aliases = true };
	struct gate_node *docs = gate_tree_loose(t, GATE_NODE_LIST, 1, err);
	struct build b = { .t = t, .err = err };
	int rc;

	if (!docs)
		return -(int)err->code;
	b.documents = gate_tree_node_of(docs);
	b.stack[0].node = b.documents;
	rc = gate_events_read(format, bytes, len, &options, on_event, &b, err);
	if (rc == 0)
		hang_root(&b);
	return rc;
}

int gate_read_json(struct gate_tree *t, const char *bytes, size_t len, struct gate_err *err)
{
	return build(t, GATE_FORMAT_JSON, bytes, len, err);
}

int gate_read_jsonc(struct gate_tree *t, const char *bytes, size_t len, struct gate_err *err)
{
	return build(t, GATE_FORMAT_JSONC, bytes, len, err);
}

int gate_read_yaml(struct gate_tree *t, const char *bytes, size_t len, struct gate_err *err)
{
	return build(t, GATE_FORMAT_YAML, bytes, len, err);
}
