/* Text and lists as constants of C, for the generators of tables (packgen, secretgen). */
#ifndef GATE_RULES_C_TABLE_H
#define GATE_RULES_C_TABLE_H

#include "base/str.h"

/* A literal, or NULL. */
void gate_c_string(struct gate_buf *b, const char *s);
/* `static char *const NAME_ROW[] = { ... };`, nothing for an empty list. */
void gate_c_list(struct gate_buf *b, const char *name, size_t row, const struct gate_strs *l);

#endif
