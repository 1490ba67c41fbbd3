/* What is left of a name when letter case, the ways to write one character, and what nobody sees are put aside: two names with the
 * same folding are taken for each other by a person or a file system (HOLES 8, docs/adr/0012). */
#ifndef GATE_BASE_FOLD_H
#define GATE_BASE_FOLD_H

#include "base/buf.h"

/* Appends the folding of the n bytes at s: NFKC_Casefold of their NFD, without blanks. Bytes that are no UTF-8 as a
 * whole are kept, but for the letters A to Z. ASCII never reaches the library. 0 or GATE_E_NOMEM. */
int gate_fold(struct gate_buf *out, const char *s, size_t n, struct gate_err *err);

#endif
