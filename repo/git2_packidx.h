/* The index of a pack, version 2 (gitformat-pack(5)): sorted oids and where each object begins. */
#ifndef GATE_REPO_GIT2_PACKIDX_H
#define GATE_REPO_GIT2_PACKIDX_H

#include "repo/git2_oid.h"

struct gate_packidx; /* opaque */

/* Reads DIR/name, where `dir` is an open folder. *out stays NULL, without an error, for an index of more than `max` objects, or of another
 * version. */
int gate_packidx_open(int dir, const char *name, uint32_t max, struct gate_packidx **out, struct gate_err *err);
void gate_packidx_free(struct gate_packidx *x);
uint32_t gate_packidx_count(const struct gate_packidx *x);
void gate_packidx_oid(const struct gate_packidx *x, uint32_t i, struct gate_oid *oid);
uint64_t gate_packidx_offset(const struct gate_packidx *x, uint32_t i);
bool gate_packidx_find(const struct gate_packidx *x, const struct gate_oid *oid, uint64_t *offset);

#endif
