/* What refgate asks refgate-worker, and what it answers: one message each way (docs/PROTOCOL.worker). Both ends use this
 * codec; the reader of an answer believes no length, count, enum or oid in it. */
#ifndef GATE_BASE_WIRE_H
#define GATE_BASE_WIRE_H

#include "base/change.h"

#include <limits.h>

/* FACTS is the second, separate run of HOLES 13: commits, tags and root trees only, no findings. */
enum gate_ask_mode { GATE_ASK_JUDGE, GATE_ASK_FACTS, GATE_ASK_COUNT };

struct gate_ask {
	enum gate_ask_mode mode;
	char objects[PATH_MAX];	   /* absolute: the repository's object directory */
	char quarantine[PATH_MAX]; /* absolute: the push's own object directory, "" when there is none */
	struct gate_strs alternates; /* absolute: further object directories, from objects/info/alternates */
	struct gate_changes changes;
	/* Commits (any oid) whose history is accepted: the protected refs at their landed values. A change's own `old` is
	 * hidden for that change too (HOLES 1). */
	struct gate_strs hidden;
	char policy_tip[GATE_HEXSZ + 1]; /* "" when the policy ref is unborn */
	struct gate_strs accepted;	 /* tips a new ref's base may be looked for in (CONTRACT, Verdicts: Base of a change) */
	/* Further values of refs that anyone can fetch (refs/pending, the archive): what they lead to is no secret (HOLES 6). */
	struct gate_strs open;
	struct gate_files policy;	 /* the .refgate/ in force */
	char *floor;			 /* the host's policy.yml, or NULL */
	bool no_policy;			 /* `policy` is empty because there is none: use the shipped one */
	bool human;			 /* a known human pushes */
	char osv[PATH_MAX];		 /* absolute: the index of vulnerabilities, "" when there is none */
	int64_t now;
	uint32_t judging_ms;
	char fingerprint_key[65]; /* hex: the repository's own, for fingerprints of secrets; "" where there is none (`check`) */
};

struct gate_reply {
	struct gate_facts *facts; /* one for each change, in order */
	size_t n_facts;
	struct gate_findings findings;
	struct gate_files inbox; /* path = ref; the blob's bytes, at most GATE_APPROVAL_MAX, of each change below refs/approvals/ */
	/* Bytes and counts for the record and the limits. */
	uint64_t new_objects, new_bytes;
};

void gate_ask_clear(struct gate_ask *a);
void gate_reply_clear(struct gate_reply *r);

int gate_ask_encode(const struct gate_ask *a, struct gate_buf *out, struct gate_err *err);
int gate_ask_decode(const char *p, size_t len, struct gate_ask *a, struct gate_err *err);
int gate_reply_encode(const struct gate_reply *r, struct gate_buf *out, struct gate_err *err);
/* The whole of p must be one answer to an ask with n_changes changes; anything else is GATE_E_WORKER. An answer may also carry
 * the worker's own refusal (gate_reply_encode_error), which is given as *err with its code. */
int gate_reply_decode(const char *p, size_t len, size_t n_changes, struct gate_reply *r, struct gate_err *err);
int gate_reply_encode_error(const struct gate_err *why, struct gate_buf *out, struct gate_err *err);

#endif
