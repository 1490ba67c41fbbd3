/* YAML as a bounded plain tree: maps, lists and scalars with their place in the file, nothing else. Aliases, anchors,
 * tags, directives, a second document, doubled keys, keys that are no scalars and NUL characters are errors, because
 * each is a way to make two readers see two files. Scalars stay text: whoever reads one says what it must be. The only
 * room with yaml.h. */
#ifndef GATE_FORMATS_YAML_H
#define GATE_FORMATS_YAML_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum gate_yaml_type { GATE_YAML_SCALAR, GATE_YAML_LIST, GATE_YAML_MAP };

/* One node. Texts are NUL-terminated, hold no other NUL, and live as long as the document. */
struct gate_yaml {
	enum gate_yaml_type type;
	uint32_t line, column; /* from 1 */
	bool quoted;	       /* a scalar in quotes or a block scalar: never a number, a bool or nothing */
	uint32_t n;	       /* elements of a list, pairs of a map */
	const char *text;      /* of a scalar; "" otherwise */
	const char *key;       /* when the parent is a map: its key; NULL otherwise */
	uint32_t key_line;
	const struct gate_yaml *first, *next;
};

struct gate_yaml_doc; /* opaque: owns all nodes and texts */

/* Parses one document of at most `max` bytes. `file` names it in errors ("FILE:LINE: what", GATE_E_SYNTAX or
 * GATE_E_LIMIT). Gives *out, freed with gate_yaml_free. An empty file is an error. */
int gate_yaml_parse(const char *bytes, size_t len, size_t max, const char *file, struct gate_yaml_doc **out,
		    struct gate_err *err);
const struct gate_yaml *gate_yaml_root(const struct gate_yaml_doc *doc);
void gate_yaml_free(struct gate_yaml_doc *doc);
void gate_yaml_freep(struct gate_yaml_doc **doc);
#define gate_autoyaml __attribute__((cleanup(gate_yaml_freep)))

/* The value of a key, or NULL (also when `map` is no map). */
const struct gate_yaml *gate_yaml_get(const struct gate_yaml *map, const char *key);
/* "a list", "a map", "a text", "nothing": what a node is, for error texts. */
const char *gate_yaml_what(const struct gate_yaml *node);

#endif
