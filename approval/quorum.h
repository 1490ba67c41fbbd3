/* Counting persons, not signatures (DESIGN 8, HOLES 20, reference section 7). Pure.
 *
 * An approval counts towards a requirement when
 *   - its person exists, is not excluded, owns the key that signed, and that key is valid at `now`, not revoked, and may be
 *     used in the namespace of approvals;
 *   - the person has the role that the statement names (or it names none);
 *   - the statement's window holds `now`, GATE_CLOCK_SKEW_S of a fast clock forgiven, and is no longer than the shortest
 *     `expires_s` of all requirements;
 *   - the requirement lists no roles, or the named role is one of them;
 *   - the key is an sk key with user present (touch) and user verified (pin) where the requirement asks for it.
 * A requirement is met when at least `approvals` (never less than 1) distinct persons count towards it, and each listed role
 * is the named role of at least one of them; with distinct_roles, of a person of its own each (a matching must exist). A
 * signature whose role a requirement does not list does not count towards that one at all, not even as a person.
 * Requirements are met one by one: a signature counts towards each that it fits, so one person may serve several. Several
 * keys of a person are one person, though each may name another role.
 *
 * A denial blocks whatever else was signed, also by the same person with another key: the safe way. It needs a person, a
 * valid key and a role as above, but no touch; it does not end with its window, and it is open to excluded persons too, since
 * only approving one's own change is the danger, and a commit that names somebody as co-author must not take their veto. */
#ifndef GATE_APPROVAL_QUORUM_H
#define GATE_APPROVAL_QUORUM_H

#include "approval/statement.h"
#include "base/person.h"

#define GATE_CLOCK_SKEW_S 300 /* CONTRACT, Statement: start at most 5 minutes ahead */

/* One verified statement. The newest of a key replaces its older ones before this is called. */
struct gate_vote {
	char person[256];	/* canonical: aliases are folded by the caller */
	char role[64];		/* "": none */
	char fp[65];		/* of the key */
	enum gate_decision decision;
	bool sk, touch, pin;
	int64_t not_before, not_after; /* of the statement */
	int64_t received;
};

struct gate_quorum {
	bool met; /* false whenever denied */
	bool denied;
	char denied_by[256];
	struct gate_strs counted; /* persons whose approval counts towards a requirement */
	struct gate_buf missing;  /* "1 of role security; 1 more person" when not met: for `still needed: ...` */
	struct gate_strs wanted;  /* roles that a further signature could name to bring the quorum nearer */
	bool any_role;		  /* a further signature of any role does */
};

/* needs: all must be met (the tier's, and the owners'), at least one. excluded (may be NULL): persons who cannot approve
 * (actor, agent's owner, authors, ...). Gives *out, released with gate_quorum_clear; after a failure (no memory, no
 * requirement) it is clear, so not met. */
int gate_quorum_count(const struct gate_people *people, const struct gate_requirement *needs, size_t n_needs,
		      const struct gate_vote *votes, size_t n_votes, const struct gate_strs *excluded, int64_t now,
		      struct gate_quorum *out, struct gate_err *err);
void gate_quorum_clear(struct gate_quorum *q);

/* May this vote be received at all: would it count towards at least one requirement (or, a denial, block)? A denial's window
 * is checked here as well. GATE_E_SIGNER says why not, and what to do. */
int gate_vote_eligible(const struct gate_people *people, const struct gate_requirement *needs, size_t n_needs,
		       const struct gate_vote *v, const struct gate_strs *excluded, int64_t now, struct gate_err *err);
/* Whether a vote that is eligible counts towards this one requirement. */
bool gate_vote_serves(const struct gate_vote *v, const struct gate_requirement *need);
/* What gate_quorum_count asks of each vote: as gate_vote_eligible, but for the window of a denial. */
int gate_vote_check(const struct gate_people *people, const struct gate_requirement *needs, size_t n_needs,
		    const struct gate_vote *v, const struct gate_strs *excluded, int64_t now, struct gate_err *err);
/* Whether allowed_signers lets the key sign in this namespace (patterns with '*', '?' and a leading '!', as OpenSSH has them;
 * no list allows all). */
bool gate_key_allows(const struct gate_key *k, const char *ns);

/* Who must stay out: the persons named `actor` or `owner` (by name or alias), and whoever has one of `mails` among his mails,
 * aliases or as his name; letter case does not count in mails. A mail of nobody excludes nobody. actor and owner may be NULL or
 * "". Adds names to out that are not there yet, and to `why` (may be NULL) a line for each. */
int gate_quorum_exclude(const struct gate_people *people, const char *actor, const char *owner, const struct gate_strs *mails,
			struct gate_strs *out, struct gate_buf *why, struct gate_err *err);

#endif
