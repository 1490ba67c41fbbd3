/* Which rows of values look at which path, and where commands stand. */
#ifndef GATE_CLASSIFIER_VALUES_PLACE_H
#define GATE_CLASSIFIER_VALUES_PLACE_H

#include "classifier/values/item.h"
#include "formats/node.h"

struct gate_value_places; /* opaque */

struct gate_value_places *gate_value_places_new(const struct gate_policy *p, struct gate_err *err);
void gate_value_places_free(struct gate_value_places *x);
/* The rows with key: or text: whose files match, in the order of the policy; valid until the next call. */
size_t gate_value_places_find(struct gate_value_places *x, const char *path, const struct gate_value_ref **refs);
/* All rows with flags. */
size_t gate_value_places_flags(const struct gate_value_places *x, const struct gate_value_ref **refs);

/* How a file holds commands. */
enum gate_commands { GATE_COMMANDS_NONE, GATE_COMMANDS_TEXT, GATE_COMMANDS_TREE };
/* *select: the parts of the tree that are commands (as in `key:`), NULL for all of it. */
enum gate_commands gate_value_commands(const char *path, const char **select);
/* By the file's name, and by its first bytes where the name leaves it open; GATE_FORMATS when nothing reads it. */
int gate_value_format_of(const char *path, const char *bytes, size_t len);

#endif
