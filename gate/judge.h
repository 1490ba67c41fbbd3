/* Judging a push: from ref lines and identities to findings, scores, tiers and a verdict for each ref, and what a hold asks.
 * Writes nothing. Shared by pre-receive, `check`, `explain` and `replay`. */
#ifndef GATE_GATE_JUDGE_H
#define GATE_GATE_JUDGE_H

#include "base/wire.h"
#include "classifier/score.h"
#include "gate/server.h"

struct gate_judged_ref {
	enum gate_verdict verdict;
	enum gate_ref_room_kind { GATE_JUDGED_CONTENT, GATE_JUDGED_APPROVAL } room;
	struct gate_score score;
};

struct gate_judged {
	struct gate_ask ask; /* its changes are the push's */
	struct gate_reply reply;
	struct gate_strs identities;
	struct gate_actor actor;
	bool atomic;
	uint64_t bytes; /* what the push brought, as it lies in the quarantine; 0 until somebody asked (gate_repo_quarantine_bytes) */

	struct gate_judged_ref *refs; /* one for each change */
	enum gate_verdict verdict;    /* the worst of the push */
	struct gate_score total;      /* of the union of all findings */
	enum gate_tier tier;	      /* the highest of the refs' */

	/* of the held refs together */
	struct gate_requirement *needs;
	size_t n_needs;
	struct gate_strs excluded; /* persons who may not sign */
	struct gate_buf excluded_why;
	struct gate_findings carried; /* from the ledger, and counted in a held ref (HOLES 27) */
	bool has_ledger;
	bool ledger_read;	      /* some ref weighs enough to be counted with what was carried */
	unsigned looked;	      /* times git was asked what was dropped again */
	uint64_t ledger;	      /* how many entries of the log that looked at */
	char findings[65]; /* digest over the sorted "<ref> <id> <subject>\n" of the held refs */
	char commits[65];  /* of the held refs' new commits */
	struct gate_buf notes; /* lines for the pusher beside the findings */
};

/* Judges `changes` (ref, old, new filled) pushed by whoever `identities` name. talk: progress lines on stderr. */
int gate_judge_push(const struct gate_server *s, const struct gate_changes *changes, const struct gate_strs *identities,
		    bool atomic, bool talk, struct gate_judged *out, struct gate_err *err);
/* The same for a range of commits that nobody pushes (`check`, `explain`, `replay`): names, present values and decided ones are not
 * looked at; the server may be a mere clone. */
int gate_judge_range(const struct gate_server *s, const struct gate_changes *changes, const struct gate_strs *identities,
		     struct gate_judged *out, struct gate_err *err);
/* The same judgement if git says that the push is --atomic: with one held ref it is held whole (CONTRACT, Verdicts). */
int gate_judge_atomic(const struct gate_server *s, struct gate_judged *j, struct gate_err *err);
void gate_judged_clear(struct gate_judged *j);

/* Whether a finding of reply came out of the ledger. */
bool gate_judged_is_carried(const struct gate_judged *j, const struct gate_finding *f);
/* Number of refs with that verdict. */
size_t gate_judged_count(const struct gate_judged *j, enum gate_verdict v);

#endif
