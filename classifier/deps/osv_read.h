/* Reading the blocks of the index: osv_index.c finds them, osv.c judges them. */
#ifndef GATE_CLASSIFIER_DEPS_OSV_READ_H
#define GATE_CLASSIFIER_DEPS_OSV_READ_H

#include "classifier/deps/osv.h"

struct gate_osv_cursor {
	const uint8_t *p, *end;
	bool bad; /* what was read went over the end */
};

uint32_t gate_osv_u32(struct gate_osv_cursor *c);
/* False when it does not fit `size` with its NUL, too; then the cursor stands behind it all the same, unless it is bad. */
bool gate_osv_text(struct gate_osv_cursor *c, char *out, size_t size);
/* The records of a package; false when the index does not have it. block->bad for a damaged table. */
bool gate_osv_block(const struct gate_osv *o, enum gate_ecosystem e, const char *name, struct gate_osv_cursor *block);

#endif
