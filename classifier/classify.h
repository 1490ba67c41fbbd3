/* The classifier: what a push brings, fed in piece by piece as plain bytes, becomes findings. Pure: no git, no files,
 * no clock (the present time is an argument). Driven by the worker, by `policy test`, and by the fuzzers.
 *
 * Two kinds of input (DESIGN section 7): objects, which would enter history, one by one for every new commit; and
 * deltas, the effect of base..tip of a change, one per changed path. */
#ifndef GATE_CLASSIFIER_CLASSIFY_H
#define GATE_CLASSIFIER_CLASSIFY_H

#include "base/change.h"
#include "base/spans.h"
#include "rules/policy.h"

/* Bytes on demand. Gives 0 and fills *bytes (borrowed until the next call for the same side), or a negative code:
 * absent, over the size limit (then *len is the size), unreadable. A large file may be given back with the next call of
 * any kind; an oid of "" asks for nothing else. */
typedef int gate_load_fn(void *arg, const char *oid, const char **bytes, size_t *len, struct gate_err *err);

/* One path that differs between the base and the tip of a change. */
struct gate_delta {
	const char *path;	     /* bytes as git has them, NUL-terminated, maybe no UTF-8 */
	uint32_t old_mode, new_mode; /* 0: absent on that side; 0100644, 0100755, 0120000, 0160000 */
	char old_oid[GATE_HEXSZ + 1], new_oid[GATE_HEXSZ + 1];
};

/* What a parent of the new commit holds at the same path. */
struct gate_side {
	uint32_t mode;
	char oid[GATE_HEXSZ + 1];
};

/* One new object: a blob at a path, a commit message, a tag message, a symbolic link's target. */
enum gate_text { GATE_TEXT_BLOB, GATE_TEXT_LINK, GATE_TEXT_COMMIT, GATE_TEXT_TAG, GATE_TEXT_REF };
struct gate_object {
	enum gate_text text;
	const char *path;   /* "" for messages */
	const char *commit; /* the new commit that brings it, hex; "" for none */
	const char
		*bytes; /* NULL with len > 0: not read (over a limit, unreadable); len is then its size, or SIZE_MAX */
	size_t len;
	bool clean; /* a blob whose bytes gate_classify_peek found nothing in: bytes is NULL, len its size */
	uint32_t mode; /* of a blob or link: git's four; 0 for messages */
	const struct gate_side *olds;
	size_t n_olds;
};

/* A path of a new commit's tree at which no parent holds the same. Comes for each such path of each commit; the bytes of a blob
 * come behind the first of its paths alone. */
struct gate_entry {
	const char *path, *commit;
	uint32_t mode;
	const char *oid;
	const struct gate_side *olds;
	size_t n_olds;
	bool again; /* its bytes were shown before */
};

/* A tree that no parent holds in its place. */
struct gate_name {
	const char *s; /* not NUL-terminated */
	size_t len;
	uint32_t mode; /* as written */
	bool had;      /* a parent's tree in this place has an entry of this name */
};
struct gate_names {
	const char *path, *commit; /* path: "" for the root */
	const struct gate_name *v;
	size_t n;
};

/* A new commit, beside its texts. */
struct gate_commit {
	const char *oid;
	uint32_t n_parents;
	int64_t when, now; /* of the committer, and of the push; 0: unknown */
	bool unrelated;	   /* has no parent, and the repository had commits before the push */
};

/* What a merge holds although neither its parents nor a merge of them do. */
struct gate_evil {
	const char *path, *commit, *what;
	uint32_t line; /* 0: the whole path */
};

struct gate_osv; /* classifier/deps/osv.h */
struct gate_classifier; /* opaque: the rules, the changes, running totals */

/* Borrows everything; findings are appended to *out as they are found. NULL without memory. */
struct gate_classifier *gate_classifier_new(const struct gate_policy *policy, const struct gate_changes *changes,
					    gate_load_fn *load, void *load_arg, struct gate_findings *out,
					    struct gate_err *err);
/* What comes in as data: known vulnerabilities (NULL: none; borrowed) and the present time. */
void gate_classifier_knows(struct gate_classifier *c, const struct gate_osv *osv, int64_t now);
/* `change` is the index of the ref update that the piece belongs to. Objects first, deltas afterwards: a delta shows
 * what its file held before, and a key that was there already is reported, not refused. In the other order it is
 * refused. */
int gate_classify_object(struct gate_classifier *c, uint32_t change, const struct gate_object *o, struct gate_err *err);
/* A look at a blob before anybody knows where it stands: whether gate_classify_object could find anything in its bytes. If not, and
 * gate_classify_bound is false for its path, the object may be given without its bytes, as `clean`.
 * A blob that was made from a clean one is looked at where it is new: `fresh` holds what is new in it, each seam, and where the other's
 * `kept` lies in it (NULL: nothing is known, all of it is new). `kept` gets what must be fresh in those that are made from this one. */
struct gate_peek {
	const char *bytes;
	size_t len;
	const struct gate_spans *fresh;
	struct gate_spans *kept;
};
bool gate_classify_peek(struct gate_classifier *c, const struct gate_peek *p);
bool gate_classify_bound(struct gate_classifier *c, const char *path);
int gate_classify_entry(struct gate_classifier *c, uint32_t change, const struct gate_entry *e, struct gate_err *err);
int gate_classify_names(struct gate_classifier *c, uint32_t change, const struct gate_names *n, struct gate_err *err);
int gate_classify_commit(struct gate_classifier *c, uint32_t change, const struct gate_commit *k, struct gate_err *err);
int gate_classify_evil(struct gate_classifier *c, uint32_t change, const struct gate_evil *e, struct gate_err *err);
int gate_classify_delta(struct gate_classifier *c, uint32_t change, const struct gate_delta *d, struct gate_err *err);
/* Findings about totals (GIT-SIZE) and the GATE-LIMIT for what was dropped; call once, last. */
int gate_classify_done(struct gate_classifier *c, struct gate_err *err);
void gate_classifier_free(struct gate_classifier *c);

/* Appends a finding by the rule's row (id, points, floor, deny, effect): the one way a finding is made. Fields of `f`
 * that the rule gives are overwritten; a rule that is off adds nothing; an id without a rule is GATE_E_BUG. The gate
 * uses it for GATE-PROT, GIT-REF and the like. */
int gate_finding_make(const struct gate_policy *policy, const struct gate_change *change, const char *id,
		      struct gate_finding *f, struct gate_findings *out, struct gate_err *err);

/* What a finding weighs. The row of a rule holds the worst case. */
struct gate_weight {
	enum gate_tier floor;
	uint32_t points; /* milli */
	bool deny;
};

/* As gate_finding_make, for evidence weaker than the row's worst case: each part is the smaller of the row's and of
 * `at_most` (NULL: the row's). A message that `f` brings is kept. A key that no one can read is SEC-TXT without its
 * deny; a GATE-LIMIT that hides no secret is GATE-LIMIT without its deny (HOLES 5). */
int gate_finding_make_as(const struct gate_policy *policy, const struct gate_change *change, const char *id,
			 const struct gate_weight *at_most, struct gate_finding *f, struct gate_findings *out,
			 struct gate_err *err);

/* GATE-PROT for a change of a protected ref, nothing for others. `index` is the change's. Made once by whoever judges
 * the change as a whole (the gate, a case of policy test), not by the classifier. */
int gate_finding_protected(const struct gate_policy *policy, const struct gate_change *change, uint32_t index,
			   struct gate_findings *out, struct gate_err *err);

/* The class of a finding: the part of its id before '-'; a borrowed start and its length. */
size_t gate_finding_class(const char *id);

#endif
