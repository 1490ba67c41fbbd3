/* The objects of a push: the quarantine, the repository's own store and its alternates, read by path and by nothing else of
 * the repository (no config, no refs). The only module that knows libgit2; linked into the worker alone.
 *
 * Source: git's own tmp-objdir puts the quarantine before the store, and so does this. */
#ifndef GATE_REPO_GIT2_STORE_H
#define GATE_REPO_GIT2_STORE_H

#include "base/change.h"
#include "repo/git2_oid.h"

struct gate_store; /* opaque */

struct gate_store_dirs {
	const char *objects;		     /* absolute */
	const char *quarantine;		     /* absolute, or "" */
	const struct gate_strs *alternates;  /* absolute */
	bool verify; /* hash each object that is read; index-pack has done so for a push, so only the facts run asks for it */
};

/* One object's bytes, owned until gate_obj_clear. */
struct gate_obj {
	enum gate_kind kind;
	const char *bytes; /* followed by a NUL */
	size_t len;
	void *handle;
};

/* Opens the stores and lists the quarantine. Gives *out, freed with gate_store_free. */
int gate_store_open(const struct gate_store_dirs *dirs, struct gate_store **out, struct gate_err *err);
void gate_store_free(struct gate_store *s);

/* Missing or unreadable: GATE_E_OBJECT with the oid in the text. */
int gate_store_read(struct gate_store *s, const struct gate_oid *oid, struct gate_obj *out, struct gate_err *err);
void gate_obj_clear(struct gate_obj *o);
/* As gate_store_read, and another kind is GATE_E_OBJECT. */
int gate_store_read_kind(struct gate_store *s, const struct gate_oid *oid, enum gate_kind kind, struct gate_obj *out,
			 struct gate_err *err);
/* Kind and size without inflating the whole. */
int gate_store_stat(struct gate_store *s, const struct gate_oid *oid, enum gate_kind *kind, size_t *size,
		    struct gate_err *err);

/* Whether there is a quarantine at all. */
bool gate_store_has_quarantine(const struct gate_store *s);
/* How many objects the quarantine holds. */
size_t gate_store_arrived_count(const struct gate_store *s);
/* Whether the object lies in the quarantine, wherever else it may lie. */
bool gate_store_arrived(const struct gate_store *s, const struct gate_oid *oid);
/* Whether the push itself brings the object: it lies in the quarantine and nowhere else. A base that index-pack copied in to
 * complete a thin pack lies in both, and the pusher never showed its bytes. */
bool gate_store_pushed(struct gate_store *s, const struct gate_oid *oid);
/* Calls fn for each object of the quarantine, until fn gives a non-zero value, which is given back. */
typedef int gate_arrived_fn(void *arg, const struct gate_oid *oid, bool pushed, struct gate_err *err);
int gate_store_each_arrived(struct gate_store *s, gate_arrived_fn *fn, void *arg, struct gate_err *err);

#endif
