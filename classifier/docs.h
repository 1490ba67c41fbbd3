/* Both sides of a changed file as trees, read once for all detectors that look at it. */
#ifndef GATE_CLASSIFIER_DOCS_H
#define GATE_CLASSIFIER_DOCS_H

#include "classifier/detect.h"
#include "formats/node.h"

/* A side that is absent, or no file: its root is NULL. A side that is there and cannot be read: NULL with bad set; then GATE-PARSE
 * (GATE-LIMIT when a limit was reached) has been made: high when the old side could be read, medium otherwise. Nodes are
 * borrowed until the next delta. */
struct gate_docs {
	const struct gate_node *before, *now;
	bool bad_before, bad_now;
};

int gate_detect_docs(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, enum gate_format format,
		     struct gate_docs *out, struct gate_err *err);

int gate_docs_init(struct gate_detect *d, struct gate_err *err);
void gate_docs_release(struct gate_detect *d);

#endif
