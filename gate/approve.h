/* Statements: received, verified, counted (HOLES 10, 16, 24; CONTRACT, Statement). */
#ifndef GATE_GATE_APPROVE_H
#define GATE_GATE_APPROVE_H

#include "approval/quorum.h"
#include "gate/record.h"
#include "gate/server.h"

/* Splits refs/approvals/<id>/<fp>; false when it is not such a name. */
bool gate_approval_ref_parse(const char *ref, char id[GATE_ID_LEN + 1], char fp[65]);

/* Verifies one signed blob for the pending of that ref: form, every byte of the text, signature, key, person, role, window, touch,
 * eligibility. Gives the vote and the record. The pending must be open; for a request to rebase it, stale. Writes nothing. */
int gate_approval_check(const struct gate_server *s, const char *id, const char *fp, const char *blob, size_t len,
			struct gate_record *record, struct gate_vote *vote, struct gate_err *err);

/* Whether a request to rebase it (docs/adr/0014) may be signed at `at`: 0, or why not. */
int gate_rebase_ready(const struct gate_record *r, enum gate_state now, int64_t at, struct gate_err *err);
/* Who asked for it by a stored request that still holds, "" when nobody did. */
int gate_rebase_asked(const struct gate_server *s, const struct gate_record *r, char person[256], struct gate_err *err);

/* Adds to u the deletion of every stored request to rebase it. What else was signed for it stays. */
int gate_rebase_forget(const struct gate_server *s, const char *id, struct gate_ref_updates *u, struct gate_err *err);

/* Why nothing can be signed for a pending in this state, which is not GATE_STATE_OPEN, and what to do. */
int gate_approval_closed(const struct gate_record *r, enum gate_state now, struct gate_err *err);

/* The one way in for a statement: checks it, logs it, and writes refs/refgate/approvals/<id>/<fp>, which must not have moved since the check
 * began (GATE_E_STALE). The blob is written as a loose object once it is checked, also where a push brought it in a pack: it is read again
 * soon. box: an in-box ref that goes in the same transaction if it stands at this blob or at box_at; both may be NULL. The server's policy
 * is loaded. */
int gate_approval_put(struct gate_server *s, const char *id, const char *fp, const struct gate_buf *blob, const char *box,
		      const char *box_at, struct gate_err *err);
/* Moves one verified statement from the in-box to the place where it counts: reads the object `oid` that was pushed to `ref`, verifies
 * it once more (what is kept is what was checked), logs it, and writes refs/refgate/approvals/<id>/<fp>; the in-box goes
 * in the same transaction while it stands at `oid` or at instead_of, what that push replaced (NULL: nothing). Configures the server when it is not yet. */
int gate_approval_keep(struct gate_server *s, const char *ref, const char *oid, const char *instead_of, struct gate_err *err);

/* The votes stored for a record that still hold: verified again, now. What does not hold any more is left out (with a line in
 * `why`, may be NULL). The caller frees *votes. */
int gate_votes_load(const struct gate_server *s, const struct gate_record *r, struct gate_vote **votes, size_t *n,
		    struct gate_buf *why, struct gate_err *err);

/* Why a pending in that state takes no statement, and what to do next. */
int gate_record_closed_error(const struct gate_record *r, enum gate_state now, struct gate_err *err);

/* What must be met now, and who cannot sign (excluded, to be cleared by the caller): the record's needs, and what the present policy asks beyond them. The caller clears each and frees. */
int gate_needs_now(const struct gate_server *s, const struct gate_record *r, struct gate_requirement **needs, size_t *n,
		   struct gate_strs *excluded, struct gate_err *err);

#endif
