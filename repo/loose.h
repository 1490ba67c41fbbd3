/* Loose objects, read and written here instead of by a git process each: a hold writes one, a release writes three and reads four, and
 * a git process costs 2 ms (docs/adr/0015-loose-objects.md). Only what git or refgate itself wrote is read: git inflates what a push
 * brings and deflates it anew, packs are left to git.
 * Form: git's Documentation/gitformat-loose: zlib over "<type> <size>\0<content>", at objects/<2 hex>/<38 hex> of the SHA-1 of the same. */
#ifndef GATE_REPO_LOOSE_H
#define GATE_REPO_LOOSE_H

#include "base/limits.h"
#include "repo/repo.h"

/* Writes an object ("blob", "tree" or "commit") into the repository's own object directory, never into a quarantine, and gives its oid.
 * One that lies there loose already is freshened, as git does, so that `git prune` keeps it. GATE_E_FULL on a full or read-only disk;
 * then nothing is left behind. Synced as git would: when r->sync_objects. */
int gate_loose_write(const struct gate_repo *r, const char *type, const void *p, size_t n, char oid[GATE_HEXSZ + 1], struct gate_err *err);

/* Appends the object's content to out. False: it is not a loose object of this type here, is larger than max or is not what its name
 * says; then nothing was appended and git is asked, which knows packs and alternates and has the words for what is wrong. */
bool gate_loose_read(const struct gate_repo *r, const char *oid, const char *type, size_t max, struct gate_buf *out);

#endif
