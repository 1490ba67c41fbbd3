#include "gate/renew.h"

#include "base/io.h"
#include "gate/approve.h"
#include "gate/entries.h"
#include "gate/hold.h"
#include "gate/judge.h"
#include "gate/pending.h"
#include "gate/settle.h"
#include "gate/upkeep.h"

#include <string.h>

static bool contains(const struct gate_server *s, const char *new, const char *present)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 }, errs = { 0 };
	struct gate_err ignored = { 0 };
	int code = 1;

	return gate_git_code(&s->repo, (const char *const[]){ "merge-base", "--is-ancestor", present, new, NULL }, NULL, 0, &out, &errs, &code,
			     &ignored) == 0 && code == 0;
}

/* The same push on the targets as they stand now. False: it cannot be that any more. */
static bool present_changes(const struct gate_server *s, const struct gate_record *r, struct gate_changes *out)
{
	struct gate_err ignored = { 0 };

	if (gate_record_changes(r, out, &ignored) < 0)
		return false;
	for (size_t i = 0; i < out->n; i++) {
		struct gate_change *c = &out->v[i];
		struct gate_ref now;

		if (gate_ref_read(s->refs, c->ref, &now, &ignored) < 0 || now.kind == GATE_REF_SYMBOLIC || gate_is_zero_oid(c->new) ||
		    strcmp(now.oid, c->new) == 0 || (!gate_is_zero_oid(now.oid) && !contains(s, c->new, now.oid)))
			return false;
		gate_copy(c->old, sizeof(c->old), now.oid);
	}
	return true;
}

/* Judged as if it had just been pushed, and held: nothing lands by a renewal. */
static int renew(struct gate_server *s, const struct gate_record *r, const struct gate_changes *changes, char next[GATE_ID_LEN + 1],
		 struct gate_err *err)
{
	__attribute__((cleanup(gate_judged_clear))) struct gate_judged j = { 0 };
	__attribute__((cleanup(gate_record_clear))) struct gate_record made = { 0 };
	gate_auto(gate_strs) struct gate_strs bodies = { 0 };
	struct gate_checkpoint cp;
	bool open, placed;

	if (gate_judge_push(s, changes, &r->identities, r->atomic, false, &j, err) < 0)
		return -(int)err->code;
	if (j.verdict != GATE_VERDICT_HOLD || gate_judged_count(&j, GATE_VERDICT_HOLD) != changes->n)
		return 0; /* rejected now, or free to land: the agent's own push is the way */
	if (gate_pending_id(s, r->actor.name, changes, next, &open, err) < 0 ||
	    gate_entry_decision(s, &j, next, 0, &bodies, err) < 0 || gate_entries_append(s, &bodies, true, false, &cp, err) < 0 ||
	    gate_hold_record(s, &j, next, &cp, &r->environment, &r->options, &made, err) < 0)
		return -(int)err->code;
	made.bytes = r->bytes;
	if (gate_hold_place_renewal(s, &made, r->id, &placed, err) < 0)
		return -(int)err->code;
	if (!placed)
		next[0] = '\0';
	return 0;
}

int gate_renew_or_close(struct gate_server *s, const struct gate_record *r, enum gate_state now, char next[GATE_ID_LEN + 1],
			struct gate_err *err)
{
	gate_auto(gate_changes) struct gate_changes changes = { 0 };
	struct gate_err why = { 0 };

	next[0] = '\0';
	if (now == GATE_STATE_STALE && gate_server_refresh(s, err) == 0 && present_changes(s, r, &changes) &&
	    renew(s, r, &changes, next, &why) < 0)
		next[0] = '\0';
	/* Placing the new one superseded the old one, which names it, unless nothing was placed. */
	if (err->code != GATE_OK || next[0])
		return err->code == GATE_OK ? 0 : -(int)err->code;
	return gate_settle_close(s, r->id, now, now == GATE_STATE_STALE ? "the target moved" : "nobody decided in time", NULL, err);
}

int gate_renew_all(struct gate_server *s, size_t *closed, size_t *open, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs ids = { 0 };

	*closed = 0;
	if (gate_pending_ids(s, &ids, err) < 0)
		return -(int)err->code;
	*open = ids.n;
	for (size_t i = 0; i < ids.n; i++) {
		__attribute__((cleanup(gate_record_clear))) struct gate_record r = { 0 };
		struct gate_err gone = { 0 };
		char next[GATE_ID_LEN + 1];
		enum gate_state now;

		if (gate_pending_load(s, ids.v[i], &r, &gone) < 0)
			continue; /* closed meanwhile by somebody else */
		now = gate_pending_state_now(s, &r);
		if (now == GATE_STATE_OPEN)
			gate_pending_opened(s, &r); /* its place in the cache, should a crash have left it out */
		if (r.state != GATE_STATE_OPEN || (now != GATE_STATE_EXPIRED && now != GATE_STATE_STALE))
			continue;
		if (gate_renew_or_close(s, &r, now, next, err) < 0)
			return gate_err_wrap(err, "pending %s", ids.v[i]);
		++*closed;
	}
	return 0;
}

static int note_inbox(const char *name, const struct gate_ref *ref, void *arg)
{
	struct gate_err ignored = { 0 };

	return ref->kind == GATE_REF_DIRECT && gate_ref_updates_add(arg, name, ref->oid, NULL, &ignored) < 0;
}

/* Where proc-receive is not ours a statement lands under its in-box name first. One that does not verify goes. */
static int empty_inbox(struct gate_server *s, struct gate_err *err)
{
	static const char zeros[] = "0000000000000000000000000000000000000000";
	gate_auto(gate_ref_updates) struct gate_ref_updates found = { 0 };

	if (gate_refs_each(s->refs, GATE_INBOX_APPROVALS, note_inbox, &found, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < found.n; i++) {
		gate_auto(gate_ref_updates) struct gate_ref_updates gone = { 0 };
		struct gate_err why = { 0 }, late = { 0 };

		if (gate_approval_keep(s, found.v[i].ref, found.v[i].new, NULL, &why) < 0 &&
		    gate_ref_updates_add(&gone, found.v[i].ref, zeros, found.v[i].new, &late) == 0)
			gate_refs_commit(&s->repo, &gone, "refgate: in-box", &late);
	}
	return gate_server_refresh(s, err);
}

static int add_signed(const char *name, const struct gate_ref *ref, void *arg)
{
	struct gate_err ignored = { 0 };
	char id[GATE_ID_LEN + 1];

	(void)ref;
	snprintf(id, sizeof(id), "%.*s", GATE_ID_LEN, name + strlen(GATE_REFS_APPROVALS));
	return gate_strs_add_new(arg, id, &ignored) < 0;
}

int gate_renew_statements(struct gate_server *s, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs ids = { 0 };

	if (empty_inbox(s, err) < 0 || gate_refs_each(s->refs, GATE_REFS_APPROVALS, add_signed, &ids, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < ids.n; i++) {
		gate_auto(gate_settled) struct gate_settled out = { 0 };
		struct gate_err one = { 0 };

		gate_settle(s, ids.v[i], &out, &one); /* one that cannot be settled now keeps nobody else waiting */
	}
	return 0;
}

void gate_renew_start(const struct gate_server *s)
{
	const char *const argv[] = { "/proc/self/exe", "gc", "--stale", s->repo.dir, NULL };

	gate_upkeep_detach(s, argv);
}

struct waiting {
	const struct gate_changes *moved;
	bool found;
};

/* refs/pending/<id>/<ref without refs/> */
static int waits(const char *name, const struct gate_ref *ref, void *arg)
{
	struct waiting *w = arg;
	const char *tail = name + strlen(GATE_REFS_PENDING) + GATE_ID_LEN + 1;

	(void)ref;
	for (size_t i = 0; i < w->moved->n && !w->found; i++)
		w->found = strcmp(tail, w->moved->v[i].ref + strlen("refs/")) == 0;
	return w->found;
}

void gate_renew_later(const struct gate_server *s, const struct gate_changes *moved)
{
	struct waiting w = { .moved = moved };
	struct gate_err ignored = { 0 };

	if (gate_refs_each(s->refs, GATE_REFS_PENDING, waits, &w, &ignored) == 0 && w.found)
		gate_renew_start(s);
}
