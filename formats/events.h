/* A JSON or YAML file as a row of events, in the order of the file: what the tree of formats/node.h is built from, and what the
 * readers of big lockfiles stand on, which keep only what they compare. Memory does not grow with the file: one key or scalar
 * at a time, and 16 bytes for each key of the maps that are open.
 *
 * Guaranteed for each map that ended: no key stood in it twice. A key that stands twice is told at the END of its map, as the
 * error of the whole reading, so whoever streams throws away what it collected when gate_events_read fails. (Keys are compared
 * by 64-bit digests: a double is never missed; two unlike keys with one digest, which only someone who searches for them
 * finds, make the file refused.) Guaranteed for each text: UTF-8, no NUL inside. */
#ifndef GATE_FORMATS_EVENTS_H
#define GATE_FORMATS_EVENTS_H

#include "formats/node.h"

enum gate_event_type {
	GATE_EVENT_MAP, /* a map begins */
	GATE_EVENT_MAP_END,
	GATE_EVENT_LIST,
	GATE_EVENT_LIST_END,
	GATE_EVENT_KEY,	     /* in a map, before each value */
	GATE_EVENT_SCALAR,   /* a value, or an element of a list */
	GATE_EVENT_ALIAS,    /* YAML, only with `aliases`: text is the anchor's name */
	GATE_EVENT_DOCUMENT, /* YAML: a document begins; not told before the first one */
};

struct gate_event {
	enum gate_event_type type;
	enum gate_node_type scalar; /* of SCALAR: GATE_NODE_NULL to GATE_NODE_TEXT */
	bool quoted;
	uint32_t line, depth; /* depth: how many maps and lists are open around it */
	const char *text;     /* of KEY, SCALAR, ALIAS; NUL-terminated, borrowed until the next event */
	size_t len;
	const char *tag, *anchor; /* YAML, or NULL; borrowed in the same way */
};

/* 0 goes on; GATE_EVENT_STOP ends the reading, which then gives 0 (what comes after is not looked at, not even whether it is
 * well-formed); a negative code ends it and is given back. */
#define GATE_EVENT_STOP 1
typedef int gate_event_fn(void *arg, const struct gate_event *e, struct gate_err *err);

struct gate_event_options {
	const struct gate_doc_limits *limits; /* NULL: gate_doc_limits_stream; `nodes` counts scalars, maps and lists */
	bool aliases;			      /* false: an alias is GATE_E_SYNTAX, as no lockfile's writer makes one */
};
extern const struct gate_doc_limits gate_doc_limits_stream; /* 100 levels, 10,000,000 nodes, 8 MiB for keys and one text */

/* JSON, JSONC and YAML; another format is GATE_E_BUG. An empty or blank JSON file has no event. Errors as gate_doc_parse. */
int gate_events_read(enum gate_format format, const char *bytes, size_t len, const struct gate_event_options *options,
		     gate_event_fn *fn, void *arg, struct gate_err *err);

#endif
