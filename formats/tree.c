#include "formats/tree.h"

#include "base/crypto.h"
#include "base/mem.h"

#include <string.h>

#define CHUNK ((size_t)64 << 10)
#define SORTED_FROM 12 /* pairs of a map from which a look-up sorts */

const struct gate_doc_limits gate_doc_limits_default = { 100, 500000, (size_t)24 << 20 };

struct chunk {
	struct chunk *next;
	size_t used, size;
	_Alignas(16) char bytes[];
};

/* One child that can be found by its map and key. */
struct slot {
	uint64_t hash;
	const struct gate_tree_node *up;
	struct gate_node *child;
};

struct gate_tree {
	struct gate_doc_limits limits;
	struct chunk *nodes, *texts;
	struct gate_node *root;
	struct gate_tree_node *chain;
	size_t memory;
	uint32_t count;
	struct slot *slots;
	size_t slots_n, slots_cap;
	uint64_t seed[2]; /* so that no file can choose keys that fall together */
};

struct gate_doc {
	struct chunk *nodes, *texts;
	const struct gate_node *root;
};

static void free_chunks(struct chunk *c)
{
	while (c) {
		struct chunk *next = c->next;

		free(c);
		c = next;
	}
}

static int no_memory(struct gate_err *err)
{
	return gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

static int charge(struct gate_tree *t, size_t n, struct gate_err *err)
{
	t->memory += n;
	if (t->memory > t->limits.memory)
		return gate_err_set(err, GATE_E_LIMIT, "more than %zu bytes of values", t->limits.memory);
	return 0;
}

static void *alloc(struct gate_tree *t, struct chunk **list, size_t n, size_t align, struct gate_err *err)
{
	struct chunk *c = *list;
	size_t at = c ? (c->used + align - 1) & ~(align - 1) : 0;

	if (!c || n > c->size || at > c->size - n) {
		/* Small trees are made one after the other from big files: the first chunk is small. */
		size_t size = c ? CHUNK : CHUNK / 16;

		if (n > size)
			size = n;
		if (charge(t, size + sizeof(*c), err) < 0)
			return NULL;
		c = malloc(sizeof(*c) + size);
		if (!c) {
			no_memory(err);
			return NULL;
		}
		*c = (struct chunk){ .next = *list, .size = size };
		*list = c;
		at = 0;
	}
	c->used = at + n;
	return c->bytes + at;
}

struct gate_tree *gate_tree_new(const struct gate_doc_limits *limits, struct gate_err *err)
{
	struct gate_tree *t = calloc(1, sizeof(*t));

	if (!t) {
		no_memory(err);
		return NULL;
	}
	t->limits = limits ? *limits : gate_doc_limits_default;
	return t;
}

void gate_tree_free(struct gate_tree *t)
{
	if (!t)
		return;
	free_chunks(t->nodes);
	free_chunks(t->texts);
	free(t->slots);
	free(t);
}

void gate_tree_freep(struct gate_tree **t)
{
	gate_tree_free(*t);
	*t = NULL;
}

const char *gate_tree_text(struct gate_tree *t, const char *s, size_t len, struct gate_err *err)
{
	char *to;

	if (!len)
		return "";
	to = alloc(t, &t->texts, len + 1, 1, err);
	if (!to)
		return NULL;
	memcpy(to, s, len);
	to[len] = 0;
	return to;
}

int gate_tree_count(struct gate_tree *t, uint32_t n, uint32_t line, struct gate_err *err)
{
	if (n > t->limits.nodes - t->count)
		return gate_err_set(err, GATE_E_LIMIT, "%u: more than %u values", line, t->limits.nodes);
	t->count += n;
	return 0;
}

const struct gate_doc_limits *gate_tree_limits(const struct gate_tree *t)
{
	return &t->limits;
}

struct gate_tree_node *gate_tree_top(struct gate_tree *t)
{
	return t->root && gate_node_is_open(t->root) ? gate_tree_node_of(t->root) : NULL;
}

void gate_tree_hang(struct gate_tree *t, struct gate_tree_node *up, struct gate_node *n)
{
	n->next = NULL;
	if (!up) {
		t->root = n;
		return;
	}
	if (up->last)
		up->last->next = n;
	else
		up->node.first = n;
	up->last = n;
	up->node.n++;
}

static struct gate_node *make(struct gate_tree *t, const struct gate_node *like, struct gate_err *err)
{
	size_t size = gate_node_is_open(like) ? sizeof(struct gate_tree_node) : sizeof(struct gate_node);
	struct gate_node *n;

	if (gate_tree_count(t, 1, like->line, err) < 0)
		return NULL;
	n = alloc(t, &t->nodes, size, _Alignof(struct gate_tree_node), err);
	if (!n)
		return NULL;
	memset(n, 0, size);
	*n = *like;
	if (gate_node_is_open(n)) {
		struct gate_tree_node *open = gate_tree_node_of(n);

		open->chain = t->chain;
		t->chain = open;
	}
	return n;
}

struct gate_node *gate_tree_loose(struct gate_tree *t, enum gate_node_type type, uint32_t line, struct gate_err *err)
{
	struct gate_node like = { .type = type, .line = line, .text = "" };

	return make(t, &like, err);
}

struct gate_node *gate_tree_add(struct gate_tree *t, struct gate_tree_node *up, const char *key, uint32_t key_line,
				enum gate_node_type type, uint32_t line, struct gate_err *err)
{
	struct gate_node like = { .type = type, .line = line, .key = key, .key_line = key_line, .text = "" };

	struct gate_node *n = make(t, &like, err);

	if (n)
		gate_tree_hang(t, up, n);
	return n;
}

struct gate_node *gate_tree_add_text(struct gate_tree *t, struct gate_tree_node *up, const char *key, uint32_t line,
				     const char *text, size_t len, struct gate_err *err)
{
	struct gate_node *n = gate_tree_add(t, up, key, line, GATE_NODE_TEXT, line, err);

	if (n)
		n->text = gate_tree_text(t, text, len, err);
	return n && n->text ? n : NULL;
}

struct gate_tree_node *gate_tree_open(struct gate_tree *t, struct gate_tree_node *up, const char *key,
				      uint32_t key_line, enum gate_node_type type, uint32_t line, struct gate_err *err)
{
	struct gate_node *n = gate_tree_add(t, up, key, key_line, type, line, err);

	return n ? gate_tree_node_of(n) : NULL;
}

/* ---- finding a child while the tree is built ---- */

static uint64_t mix(uint64_t h)
{
	h = (h ^ h >> 32) * 0xd6e8feb86659fd93u;
	h = (h ^ h >> 32) * 0xd6e8feb86659fd93u;
	return h ^ h >> 32;
}

static uint64_t hash(const struct gate_tree *t, const struct gate_tree_node *up, const char *key, size_t len)
{
	uint64_t h = mix((uint64_t)(uintptr_t)up ^ t->seed[0]);

	for (size_t i = 0; i < len; i += 8) {
		uint64_t w = 0;

		memcpy(&w, key + i, len - i < 8 ? len - i : 8);
		h = mix(h ^ w) + t->seed[1];
	}
	return mix(h ^ len);
}

static struct slot *slot_for(const struct gate_tree *t, struct slot *slots, size_t cap, uint64_t h,
			     const struct gate_tree_node *up, const char *key, size_t len)
{
	(void)t;
	for (size_t i = h & (cap - 1);; i = (i + 1) & (cap - 1)) {
		struct slot *s = &slots[i];

		if (!s->child)
			return s;
		if (s->hash == h && s->up == up && strncmp(s->child->key, key, len) == 0 && !s->child->key[len])
			return s;
	}
}

static int grow(struct gate_tree *t, struct gate_err *err)
{
	size_t cap = t->slots_cap ? t->slots_cap * 2 : 64;
	struct slot *bigger;

	if (!t->slots_cap)
		gate_random(t->seed, sizeof(t->seed));
	if (charge(t, cap * sizeof(*bigger) / 2, err) < 0)
		return -GATE_E_LIMIT;
	bigger = calloc(cap, sizeof(*bigger));
	if (!bigger)
		return no_memory(err);
	for (size_t i = 0; i < t->slots_cap; i++) {
		const struct slot *s = &t->slots[i];

		if (s->child)
			*slot_for(t, bigger, cap, s->hash, s->up, s->child->key, strlen(s->child->key)) = *s;
	}
	free(t->slots);
	t->slots = bigger;
	t->slots_cap = cap;
	return 0;
}

struct gate_node *gate_tree_find(struct gate_tree *t, const struct gate_tree_node *up, const char *key, size_t len)
{
	if (!t->slots_cap)
		return NULL;
	return slot_for(t, t->slots, t->slots_cap, hash(t, up, key, len), up, key, len)->child;
}

int gate_tree_index(struct gate_tree *t, const struct gate_tree_node *up, struct gate_node *child, struct gate_err *err)
{
	size_t len = strlen(child->key);
	uint64_t h;

	if ((t->slots_n + 1) * 2 > t->slots_cap) {
		int rc = grow(t, err);

		if (rc < 0)
			return rc;
	}
	h = hash(t, up, child->key, len);
	*slot_for(t, t->slots, t->slots_cap, h, up, child->key, len) = (struct slot){ h, up, child };
	t->slots_n++;
	return 0;
}

/* ---- the end ---- */

/* By key, then as they stand: nodes of one map lie in the arena in any order, so the place is asked by line, and pairs of one
 * line keep theirs because the sort is stable (below). */
struct sortable {
	const struct gate_node *node;
	uint32_t order;
};

static int by_key(const void *a, const void *b)
{
	const struct sortable *x = a, *y = b;
	int c = strcmp(x->node->key, y->node->key);

	return c ? c : x->order < y->order ? -1 : x->order > y->order;
}

static int sort_map(struct gate_tree *t, struct gate_tree_node *map, struct gate_err *err)
{
	gate_autofree struct sortable *v = calloc(map->node.n, sizeof(*v));
	const struct gate_node *c = map->node.first;

	map->sorted = alloc(t, &t->nodes, map->node.n * sizeof(*map->sorted), _Alignof(void *), err);
	if (!v || !map->sorted)
		return no_memory(err);
	for (uint32_t i = 0; i < map->node.n; i++, c = c->next)
		v[i] = (struct sortable){ c, i };
	qsort(v, map->node.n, sizeof(*v), by_key);
	for (uint32_t i = 0; i < map->node.n; i++)
		map->sorted[i] = v[i].node;
	return 0;
}

static void drop_slots(struct gate_tree *t)
{
	free(t->slots);
	t->slots = NULL;
	t->slots_n = t->slots_cap = 0;
}

int gate_tree_done(struct gate_tree *t, struct gate_doc **out, struct gate_err *err)
{
	struct gate_doc *d;

	if (!t->root && !gate_tree_add(t, NULL, NULL, 0, GATE_NODE_NULL, 1, err))
		return -(int)err->code;
	drop_slots(t);
	for (struct gate_tree_node *n = t->chain; n; n = n->chain) {
		if (n->node.type == GATE_NODE_MAP && n->node.n >= SORTED_FROM && sort_map(t, n, err) < 0)
			return -(int)err->code;
	}
	d = calloc(1, sizeof(*d));
	if (!d)
		return no_memory(err);
	*d = (struct gate_doc){ t->nodes, t->texts, t->root };
	t->nodes = t->texts = NULL;
	t->root = NULL;
	t->chain = NULL;
	t->memory = 0;
	t->count = 0;
	*out = d;
	return 0;
}

const struct gate_node *gate_doc_root(const struct gate_doc *doc)
{
	return doc->root;
}

void gate_doc_free(struct gate_doc *doc)
{
	if (!doc)
		return;
	free_chunks(doc->nodes);
	free_chunks(doc->texts);
	free(doc);
}

void gate_doc_freep(struct gate_doc **doc)
{
	gate_doc_free(*doc);
	*doc = NULL;
}
