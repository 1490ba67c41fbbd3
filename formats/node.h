/* What every reader of this room gives for a file that a project brings: a bounded plain tree of maps, lists and scalars
 * with their place in the file. One tree for all formats, so that whoever judges a value need not know how it was written.
 * (formats/yaml.h is stricter and for the gate's own rules: there an anchor is an error, here it is followed.)
 *
 * How a format becomes a tree:
 *   JSON, JSONC, YAML, TOML   as they are. YAML: anchors, aliases and merge keys (<<) are resolved within the limits, tags are
 *                             kept in `tag`; several documents make a list with `many` set.
 *   INI, properties           map of sections (map of keys); keys before the first section stand at the root. A key that stands
 *                             twice makes the file two-faced: an error, unless the format gives it a meaning (git-config: a list).
 *   git-config                map of "section" or "section.subsection" (subsection's case kept) to maps.
 *   XML                       an element is a map: attributes as "@name", text as "#text", children by their names; children of
 *                             one name stand one after the other, each a pair of its own (gate_node_next_same).
 *   HCL                       blocks as maps: `resource "a" "b" {}` is resource -> a -> b -> {...}; repeated ones stand one after
 *                             the other; an expression that is no literal is a TEXT with its source and `quoted` false.
 *
 * Scalars keep their text: "80", "true", "1_000". Whoever reads one says what it must be (gate_node_number and so on). */
#ifndef GATE_FORMATS_NODE_H
#define GATE_FORMATS_NODE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gate_node_type {
	GATE_NODE_NULL,	  /* null, ~, an empty plain scalar */
	GATE_NODE_BOOL,	  /* as the format has it; YAML 1.1's yes/no/on/off are BOOL too, their text is kept */
	GATE_NODE_NUMBER, /* an unquoted number, text as written */
	GATE_NODE_TEXT,
	GATE_NODE_LIST,
	GATE_NODE_MAP
};

/* One node. Texts are NUL-terminated, UTF-8, hold no other NUL, and live as long as the document. */
struct gate_node {
	enum gate_node_type type;
	bool quoted;   /* a scalar in quotes or a block scalar */
	bool many;     /* a list of YAML documents */
	uint32_t line; /* from 1 */
	uint32_t n;    /* elements of a list, pairs of a map */
	uint32_t key_line;
	const char *text; /* of a scalar; "" otherwise */
	const char *key;  /* when the parent is a map: its key; NULL otherwise */
	const char *tag;  /* YAML's local tag ("!reference"), or NULL */
	const struct gate_node *first, *next;
};

enum gate_format {
	GATE_FORMAT_JSON,  /* RFC 8259, keys once */
	GATE_FORMAT_JSONC, /* with comments and trailing commas, and JSON5's bare keys and single quotes */
	GATE_FORMAT_YAML,
	GATE_FORMAT_TOML,	/* 1.0 */
	GATE_FORMAT_INI,	/* as Python's configparser reads it: continuation lines by indent, '=' or ':' */
	GATE_FORMAT_GIT_CONFIG, /* as git reads it */
	GATE_FORMAT_PROPERTIES, /* Java's */
	GATE_FORMAT_XML,	/* no DTD, no entities but the five */
	GATE_FORMAT_HCL,	/* 2, native syntax */
	GATE_FORMATS
};

struct gate_doc; /* opaque: owns all nodes and texts */

/* Bounds: nesting, nodes, bytes of memory of the tree. Aliases count for each place they stand in. */
struct gate_doc_limits {
	uint32_t depth;
	uint32_t nodes;
	size_t memory;
};
extern const struct gate_doc_limits gate_doc_limits_default; /* 100 levels, 500,000 nodes, 24 MiB */

/* Parses the whole of `bytes`. Gives *out, freed with gate_doc_free. An empty or blank file is a document whose root is NULL
 * type. Errors: GATE_E_SYNTAX ("LINE: what", no file name) for what is not well-formed, for a key that stands twice, for bytes
 * that are no UTF-8; GATE_E_LIMIT; GATE_E_NOMEM. limits may be NULL. */
int gate_doc_parse(enum gate_format format, const char *bytes, size_t len, const struct gate_doc_limits *limits,
		   struct gate_doc **out, struct gate_err *err);
const struct gate_node *gate_doc_root(const struct gate_doc *doc);
void gate_doc_free(struct gate_doc *doc);
void gate_doc_freep(struct gate_doc **doc);
#define gate_autodoc __attribute__((cleanup(gate_doc_freep)))

/* The value of a key, or NULL; also when `map` is NULL or no map. */
const struct gate_node *gate_node_get(const struct gate_node *map, const char *key);
/* A path of keys, "jest.coverageThreshold.global"; a key with a dot is written in quotes: "a.\"b.c\".d". NULL when a step is missing. */
const struct gate_node *gate_node_at(const struct gate_node *root, const char *path);
/* The next pair of the same map with the same key (XML, HCL), or NULL. */
const struct gate_node *gate_node_next_same(const struct gate_node *node);
/* Text of a scalar, or NULL for a list, a map, or NULL. */
const char *gate_node_text(const struct gate_node *node);
/* A truth value: BOOL, or a text that says it (true, yes, on, 1 and their opposites, any letter case). */
bool gate_node_bool(const struct gate_node *node, bool *value);
/* Same content: order of keys, style, quotes and comments do not count; order of list elements does. */
bool gate_node_equal(const struct gate_node *a, const struct gate_node *b);

/* Calls fn for each node whose path matches `pattern`: keys parted by dots, '*' any one key or index, '**' any number of them,
 * {a,b} alternatives within one key. `path` is the full path of the node as gate_node_at reads it; a list's element is its index.
 * A negative answer of fn ends the walk and is given back. */
typedef int gate_node_fn(void *arg, const char *path, const struct gate_node *node, struct gate_err *err);
int gate_node_select(const struct gate_node *root, const char *pattern, gate_node_fn *fn, void *arg, struct gate_err *err);

#endif
