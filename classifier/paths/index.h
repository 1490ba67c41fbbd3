/* Which rules' path lists match a path, without trying every glob: each glob is filed under one literal part that a
 * matching path must contain (a whole component, the start of a component, an ending), and only the globs filed under
 * the parts of the path at hand are tried. */
#ifndef GATE_CLASSIFIER_PATHS_INDEX_H
#define GATE_CLASSIFIER_PATHS_INDEX_H

#include "rules/policy.h"

struct gate_path_index; /* opaque; borrows the policy */

/* Rules of kind path and content that are not off. NULL without memory. */
struct gate_path_index *gate_path_index_new(const struct gate_policy *p, struct gate_err *err);
void gate_path_index_free(struct gate_path_index *ix);
/* Gives the number of matching rules; *hits points to their indices in policy->rules, rising, valid until the next
 * call. */
size_t gate_path_index_find(struct gate_path_index *ix, const char *path, const uint32_t **hits);

#endif
