/* Which value of which ref was decided by the gate or stood there at init: a cache of the log (HOLES 1, 12, 27), one line
 * "<oid> <ref>" each, newest last, in refgate/decided. A ref that stands at a value never decided for it moved around the
 * gate ("ungated"). */
#ifndef GATE_GATE_DECIDED_H
#define GATE_GATE_DECIDED_H

#include "gate/server.h"

/* Appends; lines become visible whole. is_protected of a change is looked at; `signed_by_persons` stands for it. */
int gate_decided_add(const struct gate_server *s, const struct gate_changes *changes, bool signed_by_persons, struct gate_err *err);
/* Was `oid` ever decided for `ref`? (zeros: a deletion, or a ref that never was, is fine.) */
int gate_decided_has(const struct gate_server *s, const char *ref, const char *oid, bool *has, struct gate_err *err);
/* Was it decided while the ref was protected, by signatures, or at init? What landed when nobody had to sign hides nothing later. */
int gate_decided_protected(const struct gate_server *s, const char *ref, const char *oid, bool *has, struct gate_err *err);
/* Values decided or held lately, newest last, without their refs: objects that were public (HOLES 6). */
int gate_decided_recent(const struct gate_server *s, struct gate_strs *oids, struct gate_err *err);
/* Notes values that became public on a pending ref. */
int gate_decided_held(const struct gate_server *s, const char *oid, struct gate_err *err);
/* At init: every present branch and tag becomes decided. Also the admin's acknowledgement of one ref. */
int gate_decided_init(const struct gate_server *s, const char *only_ref, struct gate_err *err);

#endif
