/* Plain data that several rooms exchange: changes, facts, findings, files. No behaviour but init, copy and free.
 * repo/ and classifier/ meet only here. */
#ifndef GATE_BASE_CHANGE_H
#define GATE_BASE_CHANGE_H

#include "base/limits.h"
#include "base/str.h"

/* In rising order, so that the highest floor is a maximum. A finding with no floor has GATE_TIER_LOW. */
enum gate_tier { GATE_TIER_LOW, GATE_TIER_MEDIUM, GATE_TIER_HIGH, GATE_TIER_CRITICAL, GATE_TIER_COUNT };

/* The zero value is the safe one: what nobody decided is rejected. In rising order of leave. */
enum gate_verdict { GATE_VERDICT_REJECT, GATE_VERDICT_HOLD, GATE_VERDICT_ACCEPT, GATE_VERDICT_COUNT };

enum gate_kind { GATE_KIND_NONE, GATE_KIND_COMMIT, GATE_KIND_TREE, GATE_KIND_BLOB, GATE_KIND_TAG, GATE_KIND_COUNT };

const char *gate_tier_name(enum gate_tier t);	    /* "low" ... */
const char *gate_verdict_name(enum gate_verdict v); /* "reject", "hold", "accept" */
bool gate_tier_parse(const char *s, enum gate_tier *t);
bool gate_verdict_parse(const char *s, enum gate_verdict *v);

/* One ref update of a push. */
struct gate_change {
	char ref[GATE_REF_MAX];
	char old[GATE_HEXSZ + 1]; /* zeros: the ref is made */
	char new[GATE_HEXSZ + 1]; /* zeros: the ref goes */
	bool is_protected;	  /* a protected pattern of the policy matches */
	bool is_policy_ref;
};

struct gate_changes {
	struct gate_change *v;
	size_t n, cap;
};

void gate_changes_clear(struct gate_changes *l);
/* Gives a zeroed new element, or NULL without memory. */
struct gate_change *gate_changes_add(struct gate_changes *l);

/* What the worker found out about one change without judging it. Empty strings where there is nothing. */
struct gate_facts {
	enum gate_kind kind;		  /* of `new`, GATE_KIND_NONE for a deletion */
	char commit[GATE_HEXSZ + 1];	  /* new, peeled */
	char tree[GATE_HEXSZ + 1];	  /* of that commit */
	char base[GATE_HEXSZ + 1];	  /* the commit the effect is measured from (CONTRACT, Verdicts); "" = empty tree */
	bool fast_forward;		  /* old is zero, or an ancestor of new */
	char rules_old[GATE_HEXSZ + 1];	  /* oid of .refgate in old's root tree, "" when absent */
	char rules_new[GATE_HEXSZ + 1];	  /* of new's */
	uint32_t new_commits;		  /* new --not the hidden ones (HOLES 1) */
	char commits[65];		  /* sha256 of the sorted "<oid>\n" of those commits */
	struct gate_strs mails;		  /* author, committer, Co-authored-by, Signed-off-by; lower case, no doubles */
};

/* One fact that a rule saw (DESIGN section 7). The class is the part of id before '-'. Strings are owned, never NULL
 * after gate_findings_add; evidence never holds a secret. */
struct gate_finding {
	char id[32];
	enum gate_tier floor;
	uint32_t points;	/* milli-points as they count on this ref (0 when the finding has no effect there) */
	uint32_t points_there;	/* milli-points it would count on a protected ref */
	bool deny;		/* the push is rejected whatever the score */
	uint32_t change;	/* index into the push's changes */
	uint32_t line;		/* 0: none */
	char commit[GATE_HEXSZ + 1]; /* "" : the change as a whole */
	char *subject;		/* what it is about; with id the key for counting it once */
	char *path;
	char *old_value;
	char *new_value;
	char *message;
};

struct gate_findings {
	struct gate_finding *v;
	size_t n, cap;
	uint32_t dropped; /* beyond GATE_FINDINGS_MAX; never silently: the sender adds GATE-LIMIT */
};

void gate_findings_clear(struct gate_findings *l);
void gate_finding_release(struct gate_finding *f); /* frees the texts of one */
/* Takes a copy of *f (NULL strings become "", overlong ones are cut to GATE_FINDING_TEXT_MAX); a finding with the same
 * (change, id, subject) is kept once, the one with more points. */
int gate_findings_add(struct gate_findings *l, const struct gate_finding *f, struct gate_err *err);

/* Named bytes: the files of a .refgate/ folder, a case of policy test. Paths are relative to that folder. */
struct gate_file {
	char *path;
	char *bytes;
	size_t len;
};

struct gate_files {
	struct gate_file *v;
	size_t n, cap;
};

void gate_files_clear(struct gate_files *l);
int gate_files_add(struct gate_files *l, const char *path, const char *bytes, size_t len, struct gate_err *err);
const struct gate_file *gate_files_get(const struct gate_files *l, const char *path);
/* sha256 over sorted "<path>\0<len>\0<bytes>": the digest of a policy. */
void gate_files_digest(const struct gate_files *l, char hex[65]);

#endif
