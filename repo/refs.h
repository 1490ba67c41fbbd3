/* Refs: read straight from the files backend (loose files, then packed-refs by binary search: a push must not pay for ten
 * thousand pendings, nor for a git process); written only here, in one `git update-ref --stdin` transaction. */
#ifndef GATE_REPO_REFS_H
#define GATE_REPO_REFS_H

#include "base/limits.h"
#include "repo/repo.h"

struct gate_refs; /* one snapshot of packed-refs; loose refs are read when asked */

int gate_refs_open(const struct gate_repo *r, struct gate_refs **out, struct gate_err *err);
void gate_refs_close(struct gate_refs *refs);
void gate_refs_closep(struct gate_refs **refs);
#define gate_autorefs __attribute__((cleanup(gate_refs_closep)))

enum gate_ref_kind { GATE_REF_ABSENT, GATE_REF_DIRECT, GATE_REF_SYMBOLIC };
struct gate_ref {
	enum gate_ref_kind kind;
	char oid[GATE_HEXSZ + 1];  /* of a direct ref; zeros otherwise */
	char target[GATE_REF_MAX]; /* of a symbolic ref */
};
/* The ref itself, not followed. A ref file that is malformed is GATE_E_REF. */
int gate_ref_read(const struct gate_refs *refs, const char *name, struct gate_ref *out, struct gate_err *err);
/* Every ref below prefix ("refs/heads/"), sorted by name, loose over packed; symbolic ones with oid zeros. */
int gate_refs_each(const struct gate_refs *refs, const char *prefix,
		   int (*fn)(const char *name, const struct gate_ref *ref, void *arg), void *arg, struct gate_err *err);

/* One line of a transaction. old NULL: whatever is there; zeros: must not exist. new zeros: delete. */
struct gate_ref_update {
	char ref[GATE_REF_MAX];
	char new[GATE_HEXSZ + 1];
	char old[GATE_HEXSZ + 1];
	bool any_old;
};
struct gate_ref_updates {
	struct gate_ref_update *v;
	size_t n, cap;
};
void gate_ref_updates_clear(struct gate_ref_updates *u);
int gate_ref_updates_add(struct gate_ref_updates *u, const char *ref, const char *new, const char *old, struct gate_err *err);
/* All or nothing, --no-deref, never in a quarantine. A ref that is not at its old value: GATE_E_STALE; nothing moved. */
int gate_refs_commit(const struct gate_repo *r, const struct gate_ref_updates *u, const char *why, struct gate_err *err);

/* Whether git would take this as a full ref name (git check-ref-format), at most GATE_REF_MAX - 1 bytes. */
bool gate_ref_name_valid(const char *name);

#endif
