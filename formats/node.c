#include "formats/node.h"

#include "base/num.h"
#include "base/str.h"
#include "formats/text.h"
#include "formats/tree.h"

#include <string.h>
#include <strings.h>

static gate_tree_reader *const readers[GATE_FORMATS] = {
	[GATE_FORMAT_JSON] = gate_read_json,
	[GATE_FORMAT_JSONC] = gate_read_jsonc,
	[GATE_FORMAT_YAML] = gate_read_yaml,
	[GATE_FORMAT_TOML] = gate_read_toml,
	[GATE_FORMAT_INI] = gate_read_ini,
	[GATE_FORMAT_GIT_CONFIG] = gate_read_git_config,
	[GATE_FORMAT_PROPERTIES] = gate_read_properties,
};

int gate_doc_parse(enum gate_format format, const char *bytes, size_t len, const struct gate_doc_limits *limits,
		   struct gate_doc **out, struct gate_err *err)
{
	gate_autotree struct gate_tree *t = NULL;
	int rc;

	if (format >= GATE_FORMATS || !readers[format])
		return gate_err_set(err, GATE_E_BUG, "no reader for format %d", (int)format);
	rc = gate_text_check(bytes, len, err);
	if (rc < 0)
		return rc;
	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		bytes += 3;
		len -= 3;
	}
	t = gate_tree_new(limits, err);
	if (!t)
		return -GATE_E_NOMEM;
	rc = readers[format](t, bytes, len, err);
	return rc < 0 ? rc : gate_tree_done(t, out, err);
}

/* ---- maps ---- */

/* The first pair with this key among the children in order. */
static const struct gate_node *find_sorted(const struct gate_tree_node *map, const char *key, size_t len)
{
	uint32_t low = 0, high = map->node.n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		/* a key that goes on behind `len` is greater */
		if (strncmp(map->sorted[mid]->key, key, len) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == map->node.n || strncmp(map->sorted[low]->key, key, len) != 0 || map->sorted[low]->key[len])
		return NULL;
	return map->sorted[low];
}

static const struct gate_node *find(const struct gate_node *map, const char *key, size_t len)
{
	if (!map || map->type != GATE_NODE_MAP)
		return NULL;
	if (gate_tree_node_of(map)->sorted)
		return find_sorted(gate_tree_node_of(map), key, len);
	for (const struct gate_node *c = map->first; c; c = c->next) {
		if (strncmp(c->key, key, len) == 0 && !c->key[len])
			return c;
	}
	return NULL;
}

const struct gate_node *gate_node_get(const struct gate_node *map, const char *key)
{
	return find(map, key, strlen(key));
}

const struct gate_node *gate_node_next_same(const struct gate_node *node)
{
	const struct gate_node *c = node;

	while (node && node->key && (c = c->next)) {
		if (strcmp(c->key, node->key) == 0)
			return c;
	}
	return NULL;
}

static const struct gate_node *element(const struct gate_node *list, const char *index, size_t len)
{
	const struct gate_node *c = list->first;
	uint64_t i;

	if (!gate_parse_u64(index, len, &i) || i >= list->n)
		return NULL;
	while (i--)
		c = c->next;
	return c;
}

/* One step of a path: gives its key and where the next one begins. A key in quotes ends at the next quote. */
static const char *step(const char *path, const char **key, size_t *len)
{
	const char *end;

	if (*path == '"') {
		*key = path + 1;
		end = strchr(path + 1, '"');
		*len = end ? (size_t)(end - *key) : strlen(*key);
		end = end ? end + 1 : *key + *len;
	} else {
		*key = path;
		*len = strcspn(path, ".");
		end = path + *len;
	}
	return *end == '.' ? end + 1 : end;
}

const struct gate_node *gate_node_at(const struct gate_node *root, const char *path)
{
	while (root && *path) {
		const char *key;
		size_t len;

		path = step(path, &key, &len);
		root = root->type == GATE_NODE_LIST ? element(root, key, len) : find(root, key, len);
	}
	return root;
}

/* ---- scalars ---- */

const char *gate_node_text(const struct gate_node *node)
{
	return node && !gate_node_is_open(node) ? node->text : NULL;
}

bool gate_node_bool(const struct gate_node *node, bool *value)
{
	static const char *const yes[] = { "true", "yes", "on", "1" }, *const no[] = { "false", "no", "off", "0" };
	const char *text = gate_node_text(node);

	for (size_t i = 0; text && i < GATE_ARRAY_LEN(yes); i++) {
		*value = strcasecmp(text, yes[i]) == 0;
		if (*value || strcasecmp(text, no[i]) == 0)
			return true;
	}
	return false;
}

/* ---- equality: calls itself at most as deep as the limits let a tree be ---- */

static bool same_scalar(const struct gate_node *a, const struct gate_node *b)
{
	bool x, y;

	/* YAML: yes and true are one value; ~ and nothing too. A text in quotes is a text only. */
	if (a->type == GATE_NODE_BOOL && gate_node_bool(a, &x) && gate_node_bool(b, &y))
		return x == y;
	return a->type == GATE_NODE_NULL || strcmp(a->text, b->text) == 0;
}

static bool same_tag(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Pairs with one key are compared in their order (XML, HCL). */
static bool same_map(const struct gate_node *a, const struct gate_node *b)
{
	const struct gate_tree_node *x = gate_tree_node_of(a), *y = gate_tree_node_of(b);

	if (x->sorted && y->sorted) {
		for (uint32_t i = 0; i < a->n; i++) {
			if (strcmp(x->sorted[i]->key, y->sorted[i]->key) != 0 ||
			    !gate_node_equal(x->sorted[i], y->sorted[i]))
				return false;
		}
		return true;
	}
	for (const struct gate_node *c = a->first; c; c = c->next) {
		const struct gate_node *other = gate_node_get(b, c->key);

		for (const struct gate_node *d = gate_node_get(a, c->key); d != c; d = gate_node_next_same(d))
			other = gate_node_next_same(other);
		if (!other || !gate_node_equal(c, other))
			return false;
	}
	return true;
}

bool gate_node_equal(const struct gate_node *a, const struct gate_node *b)
{
	if (!a || !b)
		return a == b;
	if (a == b)
		return true;
	if (a->type != b->type || a->n != b->n || !same_tag(a->tag, b->tag))
		return false;
	if (a->type == GATE_NODE_MAP)
		return same_map(a, b);
	if (a->type != GATE_NODE_LIST)
		return same_scalar(a, b);
	for (a = a->first, b = b->first; a && b; a = a->next, b = b->next) {
		if (!gate_node_equal(a, b))
			return false;
	}
	return !a && !b;
}
