/* Names that would be taken for each other (HOLES 8, 9; docs/adr/0012): by a person, by a store that knows no letter case, or by git
 * itself, where one name is a folder of the other. Asked only for refs that a push makes: what stands there already may go on. */
#ifndef GATE_GATE_SHADOWS_H
#define GATE_GATE_SHADOWS_H

#include "gate/server.h"

/* The names, present and pushed, that a new ref could be taken for: folded, sorted, loaded once for a push that makes refs. */
int gate_shadows_load(const struct gate_server *s, const struct gate_changes *all, struct gate_strs *shadows, struct gate_err *err);
/* Whether `ref`, which the push makes, may stand beside them. GATE_E_REF names the one it collides with, escaped. */
int gate_shadows_check(const struct gate_server *s, const char *ref, const struct gate_strs *shadows, struct gate_err *err);
/* Whether `ref` would make `reserved`, a name that need not exist yet, impossible: by being taken for it, or as a folder of it or in
 * it. *takes tells; never for the very same name. */
int gate_shadows_squat(const char *ref, const char *reserved, bool *takes, struct gate_err *err);

#endif
