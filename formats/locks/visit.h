/* A JSON, YAML or TOML file node by node, each with the keys that lead to it: the shape that all lockfile readers of those
 * formats are written in. */
#ifndef GATE_FORMATS_LOCKS_VISIT_H
#define GATE_FORMATS_LOCKS_VISIT_H

#include "formats/node.h"

#define GATE_VISIT_DEPTH 104 /* gate_doc_limits_stream allows 100 */

enum gate_visit_what { GATE_VISIT_MAP, GATE_VISIT_LIST, GATE_VISIT_END, GATE_VISIT_VALUE };

struct gate_visit {
	enum gate_visit_what what;
	enum gate_node_type type; /* of a value */
	bool quoted;
	uint32_t depth; /* steps from the root; 0 is the root itself */
	uint32_t line;
	const char *key[GATE_VISIT_DEPTH]; /* the step to depth i+1; "" inside a list */
	uint32_t index[GATE_VISIT_DEPTH];
	const char *text; /* of a value; "" for null */
};

typedef int gate_visit_fn(void *arg, const struct gate_visit *v, struct gate_err *err);

/* Errors as gate_doc_parse; a negative answer of fn ends the reading. A file whose root is no map is GATE_E_SYNTAX. */
int gate_visit_bytes(enum gate_format format, const char *bytes, size_t len, gate_visit_fn *fn, void *arg, struct gate_err *err);

/* TOML whose bulk is one [[list]]: its tables one by one, then the rest. */
int gate_visit_toml(const char *bytes, size_t len, const char *list, gate_visit_fn *fn, void *arg, struct gate_err *err);

/* The last step, "" at the root. */
static inline const char *gate_visit_key(const struct gate_visit *v)
{
	return v->depth ? v->key[v->depth - 1] : "";
}

#endif
