/* What the event readers of this room share: counting, limits, the watch over doubled keys, and the call of the listener.
 * Inside formats/ only. */
#ifndef GATE_FORMATS_EVENT_SOURCE_H
#define GATE_FORMATS_EVENT_SOURCE_H

#include "base/buf.h"
#include "formats/events.h"

/* Levels of nesting that any limit may allow. */
#define GATE_DOC_DEPTH_MAX 200

struct gate_event_key {
	uint64_t digest;
	uint32_t line;
	uint32_t order;
};

struct gate_event_source {
	gate_event_fn *fn;
	void *arg;
	struct gate_err *err;
	struct gate_doc_limits limits;
	bool aliases, stopped;
	uint32_t nodes, depth;
	/* Keys of the open maps one after the other; a map's own begin at from[its depth]. */
	struct gate_event_key *keys;
	size_t keys_n, keys_cap;
	size_t from[GATE_DOC_DEPTH_MAX];
	bool map[GATE_DOC_DEPTH_MAX];
};

void gate_event_source_clear(struct gate_event_source *s);
/* Hands one event on. Gives 0, GATE_EVENT_STOP, or a negative code. Depth, nodes and keys are counted here. */
int gate_event_send(struct gate_event_source *s, struct gate_event *e);
/* "LINE: what", GATE_E_SYNTAX. */
int gate_event_fail(struct gate_event_source *s, uint32_t line, const char *what);

int gate_json_read(struct gate_event_source *s, const char *bytes, size_t len, bool relaxed);
int gate_yaml_read(struct gate_event_source *s, const char *bytes, size_t len);

#endif
