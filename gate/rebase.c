#include "gate/rebase.h"

#include "base/io.h"
#include "gate/approve.h"
#include "gate/archive.h"
#include "gate/decided.h"
#include "gate/entries.h"
#include "gate/hold.h"
#include "gate/judge.h"
#include "gate/pending.h"
#include "gate/pick.h"

#include <string.h>

#define ATTEMPTS 3 /* the target may move while it is judged */

/* One attempt: what it starts from and what came out. */
struct attempt {
	struct gate_record old;
	char asker[256];
	struct gate_picks picks;
	struct gate_changes changes; /* on the present targets */
	struct gate_judged judged;
	struct gate_record made;
};

static void attempt_clear(struct attempt *a)
{
	gate_record_clear(&a->old);
	gate_picks_clear(&a->picks);
	gate_judged_clear(&a->judged);
	gate_changes_clear(&a->changes);
	gate_record_clear(&a->made);
}

/* ---- the same change on the present targets ---- */

/* Only what a rebase of the agent's could give: a branch that went forward, and is there still. */
static int check_ref(const struct gate_record_ref *r, const struct gate_ref *now, struct gate_err *err)
{
	if (gate_is_zero_oid(r->new))
		return gate_err_set(err, GATE_E_STALE, "%s was to be deleted, and is another one now", r->ref);
	if (!gate_starts_with(r->ref, "refs/heads/"))
		return gate_err_set(err, GATE_E_STALE, "%s is no branch", r->ref);
	if (gate_is_zero_oid(r->old))
		return gate_err_set(err, GATE_E_STALE, "%s was to be made, and is there now", r->ref);
	if (!r->fast_forward)
		return gate_err_set(err, GATE_E_STALE, "%s was to be forced, which cannot be done again for another history", r->ref);
	if (now->kind != GATE_REF_DIRECT)
		return gate_err_set(err, GATE_E_STALE, "%s is not there any more", r->ref);
	return 0;
}

static int pick(const struct gate_server *s, struct attempt *a, struct gate_err *err)
{
	for (size_t i = 0; i < a->old.n_refs; i++) {
		const struct gate_record_ref *r = &a->old.refs[i];
		struct gate_change *c = gate_changes_add(&a->changes);
		struct gate_ref now;

		if (!c)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		gate_copy(c->ref, sizeof(c->ref), r->ref);
		gate_copy(c->new, sizeof(c->new), r->new);
		if (gate_ref_read(s->refs, r->ref, &now, err) < 0)
			return -(int)err->code;
		gate_copy(c->old, sizeof(c->old), now.oid);
		if (strcmp(now.oid, r->old) == 0 && now.kind != GATE_REF_SYMBOLIC)
			continue; /* this one did not move */
		if (check_ref(r, &now, err) < 0 || gate_pick(&a->picks, r->old, r->new, now.oid, c->new, err) < 0)
			return -(int)err->code;
	}
	return gate_picks_finish(&a->picks, err);
}

static int rejected(const struct gate_judged *j, struct gate_err *err)
{
	for (size_t i = 0; i < j->reply.findings.n; i++) {
		const struct gate_finding *f = &j->reply.findings.v[i];
		gate_autofree char *safe = gate_escape_dup(f->message, strlen(f->message));

		if (f->deny)
			return gate_err_set(err, GATE_E_STALE, "what comes out is rejected: %s %s", f->id, safe ? safe : "");
	}
	return gate_err_set(err, GATE_E_STALE, "what comes out is rejected: %.*s", (int)strcspn(gate_buf_cstr(&j->notes), "\n"),
			    gate_buf_cstr(&j->notes));
}

/* As if the recorded actor had just pushed it: the objects lie apart, like those of a push. */
static int judge(const struct gate_server *s, struct attempt *a, struct gate_err *err)
{
	struct gate_server probe = *s;

	gate_copy(probe.repo.quarantine, sizeof(probe.repo.quarantine), a->picks.objects);
	if (gate_judge_push(&probe, &a->changes, &a->old.identities, a->old.atomic, false, &a->judged, err) < 0)
		return -(int)err->code;
	if (a->judged.verdict == GATE_VERDICT_REJECT)
		return rejected(&a->judged, err);
	if (gate_judged_count(&a->judged, GATE_VERDICT_HOLD) != a->changes.n)
		return gate_err_set(err, GATE_E_STALE, "what comes out needs no signature, and nothing lands by a rebase");
	a->judged.bytes = (uint64_t)a->old.bytes; /* the same content: a rebase frees none of the actor's room */
	return gate_hold_check_limits(s, &a->judged, err);
}

static const struct gate_record_ref *ref_named(const struct gate_record *r, const char *name)
{
	for (size_t i = 0; i < r->n_refs; i++) {
		if (strcmp(r->refs[i].ref, name) == 0)
			return &r->refs[i];
	}
	return NULL;
}

static int make_record(struct gate_server *s, struct attempt *a, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs bodies = { 0 };
	struct gate_checkpoint cp;
	char id[GATE_ID_LEN + 1];
	bool open;

	if (gate_pending_id(s, a->judged.actor.name, &a->changes, id, &open, err) < 0)
		return -(int)err->code;
	if (open)
		return gate_err_set(err, GATE_E_STALE, "the agent has pushed just that as %s", id);
	if (gate_entry_decision(s, &a->judged, id, 0, &bodies, err) < 0 || gate_entries_append(s, &bodies, true, false, &cp, err) < 0 ||
	    gate_hold_record(s, &a->judged, id, &cp, &a->old.environment, &a->old.options, &a->made, err) < 0)
		return -(int)err->code;
	gate_copy(a->made.rebased, sizeof(a->made.rebased), a->old.id);
	for (size_t i = 0; i < a->made.n_refs; i++) {
		struct gate_record_ref *r = &a->made.refs[i];
		const struct gate_record_ref *was = ref_named(&a->old, r->ref);

		if (!was || strcmp(was->new, r->new) == 0)
			continue;
		gate_copy(r->was_old, sizeof(r->was_old), was->old);
		gate_copy(r->was_new, sizeof(r->was_new), was->new);
	}
	return 0;
}

/* Readable from now on; noted before git stores anything of it, as for a push. */
static int keep_objects(const struct gate_server *s, const struct attempt *a, struct gate_err *err)
{
	for (size_t i = 0; i < a->changes.n; i++) {
		if (gate_decided_held(s, a->changes.v[i].new, err) < 0)
			return -(int)err->code;
	}
	return gate_picks_keep(&a->picks, err);
}

/* ---- placing it ---- */

/* Under the lock: nothing of what the attempt stood on may have changed. *again: the target moved once more. */
static int still_true(struct gate_server *s, const struct attempt *a, struct gate_record *old, bool *again, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs newer = { 0 };
	char person[256];

	if (gate_server_refresh(s, err) < 0 || gate_server_renew_policy(s, err) < 0 || gate_pending_load(s, a->old.id, old, err) < 0 ||
	    gate_rebase_ready(old, gate_pending_state_now(s, old), s->now, err) < 0 || gate_rebase_asked(s, old, person, err) < 0 ||
	    gate_pending_sharing(s, a->made.actor.name, &a->changes, a->old.id, &newer, err) < 0)
		return -(int)err->code;
	if (!person[0])
		return gate_err_set(err, GATE_E_STALE, "the request does not count any more");
	if (newer.n)
		return gate_err_set(err, GATE_E_STALE, "the agent has pushed again, as %s", newer.v[0]);
	*again = gate_pending_state_now(s, &a->made) != GATE_STATE_OPEN || strcmp(s->policy->digest, a->made.policy) != 0;
	return *again ? 0 : gate_hold_check_limits(s, &a->judged, err);
}

static int close_old(const struct gate_server *s, struct gate_record *old, const struct attempt *a, char archive[GATE_HEXSZ + 1],
		     struct gate_ref_updates *u, struct gate_strs *bodies, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf extra = { 0 };
	struct gate_jw w = { .out = &extra };
	char before[GATE_HEXSZ + 1];

	if (old->state == GATE_STATE_OPEN)
		old->closed = s->now;
	old->state = GATE_STATE_STALE;
	free(old->why);
	old->why = strdup("the target moved, and it was rebased");
	gate_copy(old->by, sizeof(old->by), a->asker);
	gate_copy(old->next, sizeof(old->next), a->made.id);
	gate_jw_str(&w, "next", a->made.id);
	gate_jw_str(&w, "by", a->asker);
	gate_jw_int(&w, "commits", (int64_t)a->picks.picked);
	gate_jw_int(&w, "dropped", (int64_t)a->picks.dropped);
	if (!old->why || gate_archive_tip(s, archive, err) < 0)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	gate_copy(before, sizeof(before), archive);
	return gate_pending_close(s, old, archive, u, err) < 0 || gate_ref_updates_add(u, GATE_REF_ARCHIVE, archive, before, err) < 0 ?
		       -(int)err->code :
		       gate_entry_pending(s, "rebased", old, gate_buf_cstr(&extra), bodies, err);
}

static int place(struct gate_server *s, struct attempt *a, bool *again, struct gate_err *err)
{
	gate_autoclose int lock = gate_pending_lock(s, err);
	__attribute__((cleanup(gate_record_clear))) struct gate_record old = { 0 };
	gate_auto(gate_ref_updates) struct gate_ref_updates u = { 0 };
	gate_auto(gate_strs) struct gate_strs bodies = { 0 };
	char archive[GATE_HEXSZ + 1];

	if (lock < 0 || still_true(s, a, &old, again, err) < 0)
		return -(int)err->code;
	if (*again)
		return 0;
	if (gate_pending_open(s, &a->made, &u, err) < 0 || close_old(s, &old, a, archive, &u, &bodies, err) < 0 ||
	    gate_entry_pending(s, "held", &a->made, NULL, &bodies, err) < 0 ||
	    gate_entries_append(s, &bodies, true, false, NULL, err) < 0 || gate_refs_commit(&s->repo, &u, "refgate: rebase", err) < 0)
		return -(int)err->code;
	gate_pending_closed(s, &old, archive);
	gate_pending_opened(s, &a->made);
	gate_pending_tidy(s);
	return gate_server_refresh(s, err);
}

/* ---- all of it ---- */

static bool moved(struct gate_server *s, const struct attempt *a)
{
	struct gate_err ignored = { 0 };
	struct gate_ref now;
	bool same = gate_server_refresh(s, &ignored) == 0;

	for (size_t i = 0; i < a->changes.n && same; i++)
		same = gate_ref_read(s->refs, a->changes.v[i].ref, &now, &ignored) == 0 && strcmp(now.oid, a->changes.v[i].old) == 0;
	return !same;
}

static int load(struct gate_server *s, const char *id, struct attempt *a, struct gate_err *err)
{
	if (gate_server_refresh(s, err) < 0 || gate_server_renew_policy(s, err) < 0 || gate_pending_load(s, id, &a->old, err) < 0 ||
	    gate_rebase_ready(&a->old, gate_pending_state_now(s, &a->old), s->now, err) < 0)
		return -(int)err->code;
	return gate_rebase_asked(s, &a->old, a->asker, err);
}

static int attempt(struct gate_server *s, const char *id, bool *again, struct gate_settled *out, struct gate_err *err)
{
	gate_auto(attempt) struct attempt a = { 0 };

	*again = false;
	if (load(s, id, &a, err) < 0)
		return -(int)err->code;
	if (gate_picks_begin(&s->repo, &a.picks, err) < 0 || pick(s, &a, err) < 0 || judge(s, &a, err) < 0 ||
	    make_record(s, &a, err) < 0 || keep_objects(s, &a, err) < 0 || place(s, &a, again, err) < 0)
		*again = moved(s, &a);
	if (*again)
		gate_err_reset(err);
	if (*again || err->code != GATE_OK)
		return -(int)err->code;
	out->state = GATE_STATE_OPEN;
	gate_buf_fmt(&out->lines, "pending %s was rebased as %s: %zu commits, by the same authors, judged anew; it needs its own signatures\n",
		     id, a.made.id, a.picks.picked);
	if (a.picks.dropped)
		gate_buf_fmt(&out->lines, "note: the target had %zu of the commits already; they are left out\n", a.picks.dropped);
	if (a.picks.unsigned_now)
		gate_buf_fmt(&out->lines, "note: %zu commits were signed by their author; a rebased commit carries no such signature\n",
			     a.picks.unsigned_now);
	return 0;
}

/* It could not be: the request is spent, and a pending that was open still closes as any stale one. */
static int give_up(struct gate_server *s, const char *id, const struct gate_err *why, struct gate_settled *out, struct gate_err *err)
{
	gate_auto(gate_ref_updates) struct gate_ref_updates u = { 0 };
	gate_auto(gate_strs) struct gate_strs bodies = { 0 };
	__attribute__((cleanup(gate_record_clear))) struct gate_record r = { 0 };

	out->state = GATE_STATE_STALE;
	gate_buf_fmt(&out->lines, "pending %s is stale and was not rebased: %s. The agent runs: git fetch && git rebase && git push\n", id,
		     why->text);
	if (gate_entry_plain(s, "rebase_failed", (const char *const[]){ "pending", id, "why", why->text, NULL }, &bodies, err) < 0 ||
	    gate_entries_append(s, &bodies, false, true, NULL, err) < 0 ||
	    gate_server_refresh(s, err) < 0 || gate_rebase_forget(s, id, &u, err) < 0 ||
	    gate_refs_commit(&s->repo, &u, "refgate: rebase", err) < 0 || gate_server_refresh(s, err) < 0 ||
	    gate_pending_load(s, id, &r, err) < 0)
		return -(int)err->code;
	return gate_pending_state_now(s, &r) == GATE_STATE_STALE ? gate_settle_close(s, id, GATE_STATE_STALE, "the target moved", NULL, err) : 0;
}

int gate_rebase(struct gate_server *s, const char *id, struct gate_settled *out, struct gate_err *err)
{
	struct gate_err why = { 0 };
	bool again = true;

	for (int i = 0; i < ATTEMPTS && again; i++) {
		if (attempt(s, id, &again, out, &why) < 0)
			return give_up(s, id, &why, out, err);
	}
	if (!again)
		return 0;
	gate_err_set(&why, GATE_E_STALE, "the target moved again and again meanwhile");
	return give_up(s, id, &why, out, err);
}
