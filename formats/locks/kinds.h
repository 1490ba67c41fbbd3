/* Which files say what a project is built from, and who reads them. */
#ifndef GATE_FORMATS_LOCKS_KINDS_H
#define GATE_FORMATS_LOCKS_KINDS_H

#include "formats/locks/lock.h"

enum {
	GATE_LOCK_MANIFEST = 1, /* written by people: what is asked for */
	GATE_LOCK_LOCKED = 2,	/* what was found for it; both: the file is its own manifest */
};

struct gate_lock_kind {
	const char *start, *end; /* of the last component of the path, without letter case; end NULL: start is all of it */
	const char *folder;	 /* the folder that it must stand in, or NULL */
	unsigned is;
	enum gate_ecosystem eco;
	int (*read)(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err);
	const char *manifests[6]; /* of a lockfile: the files that it is made from */
};

/* NULL for a file that is none. */
const struct gate_lock_kind *gate_lock_kind_of(const char *path);
/* Reads one side. An empty file has no rows. */
int gate_lock_read(const struct gate_lock_kind *kind, struct gate_lock_store *s, unsigned side, const char *bytes, size_t len,
		   struct gate_err *err);
/* Whether `manifest` (a path) is of a kind that the lockfile at `lock` is made from. */
bool gate_lock_made_from(const struct gate_lock_kind *kind, const char *manifest);

#endif
