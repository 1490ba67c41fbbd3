/* How the readers of this room build the tree of formats/node.h: all nodes and texts lie in one arena, which the limits bound.
 * Inside formats/ only. */
#ifndef GATE_FORMATS_TREE_H
#define GATE_FORMATS_TREE_H

#include "formats/node.h"

#include <string.h>

/* A map or list under construction: nodes of these two types are always this. */
struct gate_tree_node {
	struct gate_node node; /* first */
	struct gate_tree_node *chain;	 /* all maps and lists of the tree */
	const struct gate_node **sorted; /* children of a big map by key, once the tree is done */
	struct gate_node *last;
	uint32_t size, height; /* nodes and levels of the whole of it, when closed; 0 before (YAML only) */
	unsigned mark;	       /* the reader's own */
};

struct gate_tree; /* opaque */

/* limits NULL: the default ones. Freed with gate_tree_free, also after gate_tree_done. */
struct gate_tree *gate_tree_new(const struct gate_doc_limits *limits, struct gate_err *err);
void gate_tree_free(struct gate_tree *t);
void gate_tree_freep(struct gate_tree **t);
#define gate_autotree __attribute__((cleanup(gate_tree_freep)))
/* Gives the document; the tree is empty afterwards. A tree without a root gets one of type NULL. */
int gate_tree_done(struct gate_tree *t, struct gate_doc **out, struct gate_err *err);

/* A copy in the arena, ended by NUL; NULL with the error set. */
const char *gate_tree_text(struct gate_tree *t, const char *s, size_t len, struct gate_err *err);
/* A new node at the end of `up` (NULL: the root), with key when `up` is a map. key and text are texts of the arena, or
 * constants. NULL with the error set. */
struct gate_node *gate_tree_add(struct gate_tree *t, struct gate_tree_node *up, const char *key, uint32_t key_line,
				enum gate_node_type type, uint32_t line, struct gate_err *err);
struct gate_node *gate_tree_add_text(struct gate_tree *t, struct gate_tree_node *up, const char *key, uint32_t line,
				     const char *text, size_t len, struct gate_err *err);
/* The same for a map or list. */
struct gate_tree_node *gate_tree_open(struct gate_tree *t, struct gate_tree_node *up, const char *key,
				      uint32_t key_line, enum gate_node_type type, uint32_t line, struct gate_err *err);
/* One that hangs nowhere yet, and to hang it. A map or list when the type is one. */
struct gate_node *gate_tree_loose(struct gate_tree *t, enum gate_node_type type, uint32_t line, struct gate_err *err);
void gate_tree_hang(struct gate_tree *t, struct gate_tree_node *up, struct gate_node *n);
/* The child that has been added under this key, while the tree is built; quick whatever the keys are. Only for children that
 * gate_tree_index was called for. */
struct gate_node *gate_tree_find(struct gate_tree *t, const struct gate_tree_node *up, const char *key, size_t len);
int gate_tree_index(struct gate_tree *t, const struct gate_tree_node *up, struct gate_node *child,
		    struct gate_err *err);
/* n more nodes stand in the tree, through an alias. */
int gate_tree_count(struct gate_tree *t, uint32_t n, uint32_t line, struct gate_err *err);
const struct gate_doc_limits *gate_tree_limits(const struct gate_tree *t);
/* The root, once it is there. */
struct gate_tree_node *gate_tree_top(struct gate_tree *t);

static inline bool gate_node_is_open(const struct gate_node *n)
{
	return n->type == GATE_NODE_MAP || n->type == GATE_NODE_LIST;
}

/* Of a map or list only. */
static inline struct gate_tree_node *gate_tree_node_of(const struct gate_node *n)
{
	struct gate_tree_node *t;

	memcpy(&t, &n, sizeof(t));
	return t;
}

/* One reader for each format; fills an empty tree. bytes are UTF-8 without NUL and without a byte order mark. */
typedef int gate_tree_reader(struct gate_tree *t, const char *bytes, size_t len, struct gate_err *err);
gate_tree_reader gate_read_json, gate_read_jsonc, gate_read_yaml;
gate_tree_reader gate_read_toml, gate_read_ini, gate_read_git_config, gate_read_properties;
gate_tree_reader gate_read_xml, gate_read_hcl;

#endif
