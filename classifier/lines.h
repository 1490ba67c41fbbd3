/* Which lines a text gained and lost, as multisets: order, moves and line ends do not count. Exact (equal hashes are
 * compared byte by byte), linear, no recursion. */
#ifndef GATE_CLASSIFIER_LINES_H
#define GATE_CLASSIFIER_LINES_H

#include "base/buf.h"

struct gate_line_at {
	size_t offset; /* where the line starts in `text` */
	uint32_t line; /* its number in the new text, from 1 */
};

struct gate_line_diff {
	struct gate_buf text; /* the lines gained, each ended by \n */
	struct gate_line_at *at;
	size_t n, cap;
	uint64_t total;	 /* lines of the new text */
	uint64_t before; /* lines of the old text */
	uint64_t lost;	 /* lines of the old text that the new one has not */
};

/* Fills *out (zero-initialised by the caller, released with gate_line_diff_clear). */
int gate_line_diff_compare(const char *before, size_t before_len, const char *now, size_t now_len, struct gate_line_diff *out,
		       struct gate_err *err);
void gate_line_diff_clear(struct gate_line_diff *l);
/* The line number of an offset in `text`. */
uint32_t gate_line_diff_number(const struct gate_line_diff *l, size_t offset);

#endif
