/* The packs of the quarantine from front to back, every object once. A delta is applied to its base while that is at hand, as index-pack
 * does, so that what is stored is inflated once and nothing is resolved twice: reading a large push object by object, in the order in which
 * trees name them, costs several times as much [measured: docs/BENCH.md]. Sources: git's gitformat-pack(5). index-pack has verified these
 * packs; what does not fit all the same is an error, never a guess. */
#ifndef GATE_REPO_GIT2_PACK_H
#define GATE_REPO_GIT2_PACK_H

#include "base/change.h"
#include "base/spans.h"
#include "repo/git2_oid.h"

/* Beyond so many objects a pack is passed over: what is kept for each of them would no longer be little. */
#define GATE_PACK_OBJECTS_MAX 500000u

/* One object; all of it is valid during the call. */
struct gate_pack_object {
	struct gate_oid oid;
	enum gate_kind kind;
	const char *bytes;
	size_t len;
	/* Of an object that was made from another one: what the delta put in, seams where it left something out or put two places together, and
	 * where the other's `kept` has come to lie. All else stood in the other one, in the same order. NULL: nothing is known. */
	const struct gate_spans *fresh;
	/* To be filled: what of this one must be fresh in those that are made from it. As it comes, they are wholly so. */
	struct gate_spans *kept;
};

/* A value other than 0 ends the reading and is given back. */
typedef int gate_pack_fn(void *arg, const struct gate_pack_object *o, struct gate_err *err);

/* Calls fn for the objects of all packs below `objects`/pack. Not all of them: one that does not fit `memory` bytes together with what its
 * deltas need at the same time is left out, and so is what builds on it, and loose objects. Who needs all reads those one by one.
 * GATE_E_OBJECT for a pack that is not what it says. */
int gate_pack_each(const char *objects, size_t memory, gate_pack_fn *fn, void *arg, struct gate_err *err);

#endif
