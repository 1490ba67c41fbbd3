/* One piece of work: a request becomes an answer. Everything here runs confined; the modules share one struct gate_work. */
#ifndef GATE_WORKER_WORK_H
#define GATE_WORKER_WORK_H

#include "base/wire.h"
#include "classifier/classify.h"
#include "classifier/deps/osv.h"
#include "repo/git2_graph.h"
#include "repo/git2_walk.h"

#define GATE_BLOB_MAX ((size_t)64 << 20) /* a larger one is not scanned: GATE-LIMIT */
#define GATE_LOAD_MAX ((size_t)48 << 20) /* a larger file is not parsed for its effect */
#define GATE_LOAD_SMALL ((size_t)4 << 20) /* a larger one is held alone */
#define GATE_TRACE_MAX ((size_t)16 << 20) /* HOLES 10 */
#define GATE_MAILS_MAX 20000
#define GATE_AGAIN_MAX 200000u /* further places of objects that were seen */
#define GATE_LOAD_SLOTS 4 /* loaded files that stay readable at a time */

/* Bits of gate_work.met: a walk came by; known, and built on by something new; arrived, and in a parent's tree where something
 * new stands. */
enum { GATE_MET_REACHED = 1, GATE_MET_NEAR = 2, GATE_MET_BESIDE = 4 };
/* In a value of gate_work.suspects: not named, but what a delta of the push was completed with. */
#define GATE_SUSPECT_BASE (UINT32_C(1) << 31)
/* Bits of gate_work.judged. Everything is judged once per place: what a link points at, and what a file means, depend on that. */
enum { GATE_JUDGED_COMMIT = 1, GATE_JUDGED_TREE = 2, GATE_JUDGED_BLOB = 4, GATE_JUDGED_LINK = 8 };

/* Rules weigh the same on all refs of one class, so that an object is judged once for a class, and the findings are shared
 * by all changes of the class that bring it (share.c). */
enum gate_class { GATE_CLASS_POLICY, GATE_CLASS_PROTECTED, GATE_CLASS_OPEN, GATE_CLASSES };

struct gate_work {
	const struct gate_ask *ask;
	const struct gate_osv *osv; /* NULL: none */
	struct gate_reply *reply;
	struct gate_store *store;
	struct gate_graph graph;
	/* Which commits are known (HOLES 1): `direct` holds the request's oids as they are, `hidden` paints below them once a
	 * question needs it, `old` below the present change's old value. */
	struct gate_oidmap direct;
	bool hidden_read;
	struct gate_paint hidden, old, below;
	/* judge mode only */
	struct gate_policy *policy;
	struct gate_classifier *classifier;
	struct gate_oidmap met;
	struct gate_oidmap judged[GATE_CLASSES];
	struct gate_oidmap suspects; /* used by the push, not shown by it: oid -> index of the change (HOLES 6) */
	struct gate_nodes near;	     /* the known commits that the new ones stand on */
	struct gate_obj loaded[GATE_LOAD_SLOTS];
	size_t next_slot;
	struct gate_oidmap clean; /* blobs in whose bytes the classifier finds nothing at any path */
	uint32_t again;		  /* places of objects that were seen before, so far */
	bool hidden_base; /* something hidden completed a delta: nothing more is said about the push */
	bool lost_deny; /* a denial did not fit the list of findings */
};

/* What one change's values lead to, and what it brings. */
struct gate_brought {
	uint32_t change;
	bool has_old, has_new;
	struct gate_peeled old, new;
	struct gate_span span;
};

void gate_brought_clear(struct gate_brought *l);

/* Does the whole request. The answer is complete, or the error says why there is none. */
int gate_work_run(const struct gate_ask *ask, const struct gate_osv *osv, struct gate_reply *reply, struct gate_err *err);

/* osv.c: before anything is confined. *out is zero when the request names no index. */
int gate_work_map_osv(const struct gate_ask *ask, struct gate_osv *out, struct gate_err *err);

/* facts.c: what the values of one change lead to, and which commits it brings; then its facts. Reads commits, tags and root
 * trees alone. */
int gate_work_bring(struct gate_work *w, uint32_t change, struct gate_brought *look, struct gate_err *err);
int gate_work_facts(struct gate_work *w, const struct gate_brought *look, struct gate_facts *f, struct gate_err *err);
/* The entry of that name in the root tree of a commit; *found false when there is none. */
int gate_work_root_entry(struct gate_work *w, const struct gate_oid *tree, const char *name, struct gate_oid *oid,
			 uint32_t *mode, bool *found, struct gate_err *err);

/* objects.c: every new object of a change, and its deltas, to the classifier. */
int gate_work_objects(struct gate_work *w, const struct gate_brought *look, struct gate_err *err);
int gate_work_deltas(struct gate_work *w, const struct gate_brought *look, const struct gate_facts *f, struct gate_err *err);
gate_load_fn gate_work_load;

/* peek.c: once, before the changes, for a push of many objects: which blobs need not be read again. */
int gate_work_peek(struct gate_work *w, struct gate_err *err);
bool gate_work_is_clean(const struct gate_work *w, const struct gate_oid *oid);

/* taken.c: the paths, as they stand there, that accepted sides which the change merges have changed themselves. */
int gate_work_taken(struct gate_work *w, const struct gate_brought *look, const struct gate_facts *f, struct gate_oidmap *taken,
		    struct gate_err *err);
bool gate_work_is_taken(const struct gate_oidmap *taken, const char *path, uint32_t mode, const struct gate_oid *oid);

/* merges.c: what a merge of two holds beyond its sides. */
struct gate_merge {
	bool two, asked, found;
	uint32_t a, b; /* nodes of the parents */
	struct gate_oid tree; /* of their merge base, once found */
};
void gate_work_merge_start(struct gate_merge *m, const struct gate_node *n, const uint32_t *parents);
/* A path at which the merge differs from both parents. */
int gate_work_merge_entry(struct gate_work *w, uint32_t change, const char *commit, struct gate_merge *m,
			  const struct gate_walk_entry *e, struct gate_err *err);

/* share.c: once, before the end: a finding about a commit is a finding of each change that brings the commit. */
enum gate_class gate_work_class(const struct gate_change *c);
int gate_work_share(struct gate_work *w, struct gate_err *err);

/* inbox.c: a change of refs/approvals/ or refs/trace/. */
bool gate_work_is_inbox(const char *ref);
int gate_work_inbox(struct gate_work *w, const struct gate_brought *look, struct gate_err *err);

/* reach.c: once, when all changes are walked, in this order: what git completed deltas with becomes suspect, suspects that
 * nobody could read are GIT-STEAL, and what no walk reached is GIT-STRAY. */
int gate_work_bases(struct gate_work *w, struct gate_err *err);
int gate_work_suspects(struct gate_work *w, struct gate_err *err);
int gate_work_strays(struct gate_work *w, struct gate_err *err);
/* Notes an object that the push names: nothing when the push brings it. *suspect says whether it was noted. */
int gate_work_named(struct gate_work *w, uint32_t change, const struct gate_oid *oid, bool *suspect, struct gate_err *err);

/* rules.c: a pushed .refgate/ for the policy ref must compile, leave nobody locked out, and pass its own cases. */
int gate_work_rules(struct gate_work *w, const struct gate_brought *look, const struct gate_facts *f, struct gate_err *err);

/* A finding that refuses the push whatever the policy's row says. commit and path may be "". */
struct gate_denial {
	const char *id;
	uint32_t change;
	const char *commit, *subject, *path;
	const char *message;
};
int gate_work_deny(struct gate_work *w, const struct gate_denial *d, struct gate_err *err);

#endif
