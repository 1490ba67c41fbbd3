#include "gate/settle.h"

#include "approval/quorum.h"
#include "audit/log.h"
#include "base/io.h"
#include "gate/approve.h"
#include "gate/bootstrap.h"
#include "gate/chain.h"
#include "gate/decided.h"
#include "gate/archive.h"
#include "gate/entries.h"
#include "gate/hold.h"
#include "gate/ledger.h"
#include "gate/pending.h"
#include "gate/rebase.h"
#include "gate/refnames.h"
#include "gate/renew.h"
#include "gate/shadows.h"
#include "gate/siblings.h"
#include "gate/spent.h"

#include <string.h>

void gate_settled_clear(struct gate_settled *s)
{
	gate_changes_clear(&s->released);
	gate_buf_clear(&s->lines);
	*s = (struct gate_settled){ 0 };
}

/* ---- closing ---- */

static int close_record(struct gate_server *s, struct gate_record *r, enum gate_state state, const char *why, const char *by,
			struct gate_err *err)
{
	gate_auto(gate_ref_updates) struct gate_ref_updates u = { 0 };
	gate_auto(gate_strs) struct gate_strs bodies = { 0 };
	gate_auto(gate_buf) struct gate_buf extra = { 0 };
	struct gate_jw w = { .out = &extra };
	char tip[GATE_HEXSZ + 1], before[GATE_HEXSZ + 1];

	r->state = state;
	r->closed = s->now;
	free(r->why);
	r->why = strdup(why);
	gate_copy(r->by, sizeof(r->by), by ? by : "");
	gate_jw_str(&w, "why", why);
	gate_jw_strn(&w, "by", r->by);
	if (!r->why || gate_archive_tip(s, tip, err) < 0)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	gate_copy(before, sizeof(before), tip);
	if (gate_pending_close(s, r, tip, &u, err) < 0 || gate_ref_updates_add(&u, GATE_REF_ARCHIVE, tip, before, err) < 0 ||
	    gate_entry_pending(s, r->recovered_by[0] ? "recovery_ratified" : gate_state_name(state), r, gate_buf_cstr(&extra), &bodies, err) < 0 ||
	    gate_entries_append(s, &bodies, true, true, NULL, err) < 0 ||
	    gate_refs_commit(&s->repo, &u, "refgate: close", err) < 0)
		return -(int)err->code;
	gate_pending_closed(s, r, tip);
	return 0;
}

/* The targets stand where the pending would have put them: by its own release, if that was cut off before it closed the record. */
static int finish(struct gate_server *s, struct gate_record *r, const char *why, struct gate_err *err)
{
	bool begun;

	if (gate_spent_begun(s, r->id, &begun, err) < 0)
		return -(int)err->code;
	return begun ? close_record(s, r, GATE_STATE_RELEASED, "its release was cut off after the refs had moved", NULL, err) :
		       close_record(s, r, GATE_STATE_STALE, why, NULL, err);
}

/* A stale pending that somebody asked to rebase: that takes a judgement, which takes time, so it is not done under this lock. */
static bool wants_rebase(const struct gate_server *s, const struct gate_record *r, enum gate_state now)
{
	struct gate_err ignored = { 0 };
	char person[256] = "";

	return gate_rebase_ready(r, now, s->now, &ignored) == 0 && gate_rebase_asked(s, r, person, &ignored) == 0 && person[0];
}

int gate_settle_close(struct gate_server *s, const char *id, enum gate_state state, const char *why, const char *by,
		      struct gate_err *err)
{
	gate_autoclose int lock = gate_pending_lock(s, err);
	__attribute__((cleanup(gate_record_clear))) struct gate_record r = { 0 };

	gate_log_make_room(s->audit);
	if (lock < 0 || gate_server_refresh(s, err) < 0 || gate_pending_load(s, id, &r, err) < 0)
		return -(int)err->code;
	if (r.state != GATE_STATE_OPEN || (state == GATE_STATE_STALE && wants_rebase(s, &r, state)))
		return 0; /* closed meanwhile, or who stored the request is about to act on it */
	if (state == GATE_STATE_STALE && gate_spent_arrived(s, &r))
		return finish(s, &r, why, err);
	return close_record(s, &r, state, why, by, err);
}

/* ---- releasing ---- */

/* What receive-pack would refuse by configuration, update-ref does not look at (HOLES 17). */
static int check_like_receive_pack(const struct gate_server *s, const struct gate_record *r, struct gate_err *err)
{
	for (size_t i = 0; i < r->n_refs; i++) {
		const struct gate_record_ref *ref = &r->refs[i];
		bool goes = gate_is_zero_oid(ref->new);
		struct gate_ref head;

		if (goes && gate_config_bool(&s->config, "receive.denydeletes", false))
			return gate_err_set(err, GATE_E_REF, "%s: receive.denyDeletes forbids the deletion", ref->ref);
		if (!goes && !gate_is_zero_oid(ref->old) && !ref->fast_forward &&
		    gate_config_bool(&s->config, "receive.denynonfastforwards", false))
			return gate_err_set(err, GATE_E_REF, "%s: receive.denyNonFastForwards forbids it", ref->ref);
		if (gate_ref_read(s->refs, "HEAD", &head, err) < 0)
			return -(int)err->code;
		if (goes && head.kind == GATE_REF_SYMBOLIC && strcmp(head.target, ref->ref) == 0)
			return gate_err_set(err, GATE_E_REF, "%s is the branch HEAD names and is not deleted", ref->ref);
		if (!s->repo.bare && head.kind == GATE_REF_SYMBOLIC && strcmp(head.target, ref->ref) == 0 &&
		    strcmp(gate_config_get(&s->config, "receive.denycurrentbranch", "refuse"), "ignore") != 0)
			return gate_err_set(err, GATE_E_REF, "%s is checked out here (receive.denyCurrentBranch)", ref->ref);
	}
	return 0;
}

/* A pending may wait for days: a name that stood alone when it was pushed may have a twin by now, or lie in a room that was closed
 * meanwhile (HOLES 8). */
static int check_names(const struct gate_server *s, const struct gate_record *r, struct gate_err *err)
{
	gate_auto(gate_changes) struct gate_changes changes = { 0 };
	gate_auto(gate_strs) struct gate_strs shadows = { 0 };

	if (gate_record_changes(r, &changes, err) < 0 || gate_shadows_load(s, &changes, &shadows, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < changes.n; i++) {
		changes.v[i].is_policy_ref = strcmp(changes.v[i].ref, s->policy_ref) == 0;
		if (gate_ref_change_check(s, &changes.v[i], &shadows, err) < 0)
			return gate_err_wrap(err, "not released");
	}
	return 0;
}

static void hook_input(const struct gate_record *r, struct gate_buf *out)
{
	for (size_t i = 0; i < r->n_refs; i++)
		gate_buf_fmt(out, "%s %s %s\n", r->refs[i].old, r->refs[i].new, r->refs[i].ref);
}

/* The environment the pusher's push had, as far as a host's hooks look at it. */
static int hook_env(const struct gate_server *s, const struct gate_record *r, struct gate_strs *extra, struct gate_env *env,
		    struct gate_err *err)
{
	gate_autofree char *count = gate_fmt("GIT_PUSH_OPTION_COUNT=%zu", r->options.n);
	gate_autofree const char **v = calloc(r->environment.n + r->options.n + 3, sizeof(*v));
	size_t n = 0;

	if (!count || !v || gate_strs_copy(extra, &r->environment, err) < 0)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (r->options.n && gate_strs_add(extra, count, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < r->options.n; i++) {
		gate_autofree char *o = gate_fmt("GIT_PUSH_OPTION_%zu=%s", i, r->options.v[i]);

		if (!o || gate_strs_add(extra, o, err) < 0)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	for (size_t i = 0; i < extra->n; i++)
		v[n++] = extra->v[i];
	return gate_env_make(&s->repo, v, env, err);
}

static int ask_own_hooks(const struct gate_server *s, const struct gate_record *r, const struct gate_env *env, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf in = { 0 };
	int code;

	hook_input(r, &in);
	if (gate_chain_run(&s->repo, "pre-receive", NULL, in.s, in.len, env->v, &code, err) < 0)
		return -(int)err->code;
	if (code)
		return gate_err_set(err, GATE_E_REF, "the repository's own pre-receive hook refuses the release");
	for (size_t i = 0; i < r->n_refs; i++) {
		const char *const args[] = { r->refs[i].ref, r->refs[i].old, r->refs[i].new, NULL };

		if (gate_chain_run(&s->repo, "update", args, NULL, 0, env->v, &code, err) < 0)
			return -(int)err->code;
		if (code)
			return gate_err_set(err, GATE_E_REF, "the repository's own update hook refuses %s", r->refs[i].ref);
	}
	return 0;
}

/* The new rules come into force in the same transaction that lands them (HOLES 9). */
static int add_rules(const struct gate_server *s, const struct gate_record *r, struct gate_ref_updates *u, struct gate_strs *bodies,
		     struct gate_err *err)
{
	static const char zeros[] = "0000000000000000000000000000000000000000";
	struct gate_ref boot;

	for (size_t i = 0; i < r->n_refs; i++) {
		if (!r->refs[i].rules[0])
			continue;
		if (gate_ref_updates_add(u, GATE_REF_POLICY, r->refs[i].rules, NULL, err) < 0 ||
		    gate_ref_read(s->refs, GATE_REF_BOOTSTRAP, &boot, err) < 0 ||
		    (boot.kind == GATE_REF_DIRECT && gate_ref_updates_add(u, GATE_REF_BOOTSTRAP, zeros, boot.oid, err) < 0) ||
		    gate_entry_plain(s, "policy_changed",
				     (const char *const[]){ "pending", r->id, "tree", r->refs[i].rules, "before", s->policy_tree, NULL },
				     bodies, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

static int persons_json(const struct gate_quorum *q, struct gate_buf *out)
{
	struct gate_jw w = { .out = out };

	gate_jw_array(&w, "approved_by");
	for (size_t i = 0; i < q->counted.n; i++)
		gate_jw_str(&w, NULL, q->counted.v[i]);
	gate_jw_end(&w);
	return 0;
}

static int release(struct gate_server *s, struct gate_record *r, const struct gate_quorum *q, struct gate_settled *out,
		   struct gate_err *err)
{
	gate_auto(gate_ref_updates) struct gate_ref_updates u = { 0 };
	gate_auto(gate_strs) struct gate_strs bodies = { 0 }, applied = { 0 }, extra_env = { 0 };
	gate_auto(gate_env) struct gate_env env = { 0 };
	gate_auto(gate_buf) struct gate_buf extra = { 0 }, in = { 0 };
	char tip[GATE_HEXSZ + 1], before[GATE_HEXSZ + 1];
	struct gate_err late = { 0 };
	int code;

	if (check_like_receive_pack(s, r, err) < 0 || check_names(s, r, err) < 0 || hook_env(s, r, &extra_env, &env, err) < 0 ||
	    ask_own_hooks(s, r, &env, err) < 0)
		return -(int)err->code;
	persons_json(q, &extra);
	r->state = GATE_STATE_RELEASED;
	r->closed = s->now;
	r->why = strdup("the quorum was reached");
	if (q->counted.n)
		gate_copy(r->by, sizeof(r->by), q->counted.v[0]);
	if (!r->why || gate_archive_tip(s, tip, err) < 0 || gate_record_changes(r, &out->released, err) < 0)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	gate_copy(before, sizeof(before), tip);
	for (size_t i = 0; i < r->n_refs; i++) {
		if (gate_ref_updates_add(&u, r->refs[i].ref, r->refs[i].new, r->refs[i].old, err) < 0)
			return -(int)err->code;
	}
	if (gate_pending_close(s, r, tip, &u, err) < 0 || gate_ref_updates_add(&u, GATE_REF_ARCHIVE, tip, before, err) < 0 ||
	    gate_entry_pending(s, "released", r, gate_buf_cstr(&extra), &bodies, err) < 0 || add_rules(s, r, &u, &bodies, err) < 0 ||
	    gate_ledger_clear_entries(s, r, &bodies, err) < 0)
		return -(int)err->code;
	/* The approval is spent when this entry is durable, before the ref moves (HOLES 16). */
	if (gate_entries_append(s, &bodies, true, true, NULL, err) < 0 || gate_decided_add(s, &out->released, true, err) < 0)
		return -(int)err->code;
	if (gate_refs_commit(&s->repo, &u, "refgate: release", err) < 0) {
		/* Spent all the same; what git did is looked at by whoever comes next, if not here. */
		if (gate_server_refresh(s, &late) == 0 && !gate_spent_arrived(s, r) && gate_spent_renew(s, r, &late) == 0)
			gate_err_wrap(err, "the approvals are spent, so it must be signed anew");
		return -(int)err->code;
	}
	gate_pending_closed(s, r, tip);
	out->state = GATE_STATE_RELEASED;
	for (size_t i = 0; i < r->n_refs; i++)
		gate_buf_fmt(&out->lines, "released %s %s..%s\n", r->refs[i].ref, r->refs[i].old, r->refs[i].new);
	/* The ref has moved: what fails from here on is told, and undoes nothing. */
	if (gate_entry_landed(s, "applied", &out->released, &applied, &late) < 0 ||
	    gate_entries_append(s, &applied, false, true, NULL, &late) < 0)
		gate_buf_fmt(&out->lines, "note: the log could not take the outcome: %s\n", late.text);
	if (gate_bootstrap_finish(s, &late) < 0)
		gate_buf_fmt(&out->lines, "note: the first policy could not be added: %s\n", late.text);
	if (gate_server_refresh(s, &late) == 0 && gate_siblings_close(s, &out->released, &late) == 0)
		gate_renew_later(s, &out->released);
	else
		gate_buf_fmt(&out->lines, "note: the pendings that this one leaves behind wait for `refgate gc`: %s\n", late.text);
	hook_input(r, &in);
	if (gate_chain_run(&s->repo, "post-receive", NULL, in.s, in.len, env.v, &code, &late) < 0 || code)
		gate_buf_fmt(&out->lines, "note: the repository's own post-receive hook failed\n");
	return 0;
}

/* ---- counting ---- */

static int drop_ref(const char *name, const struct gate_ref *ref, void *arg)
{
	static const char zeros[] = "0000000000000000000000000000000000000000";
	struct gate_err ignored = { 0 };

	return gate_ref_updates_add(arg, name, zeros, ref->oid, &ignored) < 0;
}

/* A statement that arrived while another one closed the pending counts for nothing: the log has it, its ref goes. */
static int told_closed(const struct gate_server *s, const struct gate_record *r, enum gate_state now, struct gate_settled *out,
		       struct gate_err *err)
{
	gate_auto(gate_ref_updates) struct gate_ref_updates u = { 0 };
	gate_autofree char *prefix = gate_fmt("%s%s/", GATE_REFS_APPROVALS, r->id);

	out->state = now;
	gate_buf_fmt(&out->lines, "pending %s is %s already\n", r->id, gate_state_name(now));
	if (!prefix)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (gate_refs_each(s->refs, prefix, drop_ref, &u, err) < 0)
		return -(int)err->code;
	return gate_refs_commit(&s->repo, &u, "refgate: close", err);
}

/* What was signed in good time and counts no more (a key revoked, a person gone) is told to whoever signs next. */
static void tell_lapsed(const struct gate_server *s, const struct gate_record *r, const struct gate_requirement *needs, size_t n_needs,
			const struct gate_vote *votes, size_t n_votes, struct gate_buf *notes)
{
	for (size_t i = 0; i < n_votes; i++) {
		struct gate_err why = { 0 };

		if (gate_vote_check(&s->policy->people, needs, n_needs, &votes[i], &r->excluded, s->now, &why) < 0)
			gate_buf_fmt(notes, "a statement no longer counts: %s\n", why.text);
	}
}

static int count(struct gate_server *s, struct gate_record *r, struct gate_quorum *q, struct gate_buf *notes, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs excluded = { 0 };
	gate_autofree struct gate_vote *votes = NULL;
	struct gate_requirement *needs = NULL;
	size_t n_votes = 0, n_needs = 0;

	if (gate_votes_load(s, r, &votes, &n_votes, notes, err) == 0 && gate_needs_now(s, r, &needs, &n_needs, &excluded, err) == 0) {
		tell_lapsed(s, r, needs, n_needs, votes, n_votes, notes);
		gate_quorum_count(&s->policy->people, needs, n_needs, votes, n_votes, &excluded, s->now, q, err);
	}
	for (size_t i = 0; i < n_needs; i++)
		gate_requirement_clear(&needs[i]);
	free(needs);
	return err->code == GATE_OK ? 0 : -(int)err->code;
}

/* A recovery landed without them: persons who ratify it end the banner in `queue`; a denial moves nothing, and stays to be read. */
static int ratify(struct gate_server *s, struct gate_record *r, const struct gate_quorum *q, struct gate_settled *out, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf names = { 0 };
	gate_auto(gate_strs) struct gate_strs who = { 0 };

	out->state = GATE_STATE_OPEN;
	if (q->denied) {
		gate_buf_fmt(&out->lines, "denied by %s: the recovery stands, and `refgate queue` shows that\n", q->denied_by);
		return 0;
	}
	if (!q->met) {
		gate_buf_fmt(&out->lines, "recorded, still needed: %s\n", gate_buf_cstr(&q->missing));
		return 0;
	}
	if (gate_strs_copy(&who, &q->counted, err) < 0)
		return -(int)err->code;
	gate_strs_sort(&who);
	gate_strs_join(&names, &who, ", ");
	gate_buf_fmt(&out->lines, "recovery %s is ratified by %s\n", r->id, gate_buf_cstr(&names));
	out->state = GATE_STATE_RELEASED;
	return close_record(s, r, GATE_STATE_RELEASED, "the recovery was ratified", gate_buf_cstr(&names), err);
}

static int settle(struct gate_server *s, const char *id, bool *rebase, struct gate_settled *out, struct gate_err *err)
{
	gate_autoclose int lock = gate_pending_lock(s, err);
	__attribute__((cleanup(gate_record_clear))) struct gate_record r = { 0 };
	__attribute__((cleanup(gate_quorum_clear))) struct gate_quorum q = { 0 };
	gate_auto(gate_buf) struct gate_buf notes = { 0 };
	enum gate_state now;
	bool begun = false;

	gate_log_make_room(s->audit);
	/* People, keys and tiers as they are now, under the lock: another release may just have changed them (HOLES 17). */
	if (lock < 0 || gate_server_refresh(s, err) < 0 || gate_server_renew_policy(s, err) < 0 || gate_pending_load(s, id, &r, err) < 0)
		return -(int)err->code;
	now = gate_pending_state_now(s, &r);
	*rebase = now == GATE_STATE_STALE && wants_rebase(s, &r, now);
	if (*rebase)
		return 0;
	if (r.state != GATE_STATE_OPEN)
		return told_closed(s, &r, now, out, err);
	if (now == GATE_STATE_STALE) {
		if (finish(s, &r, "the target moved", err) < 0)
			return -(int)err->code;
		out->state = r.state;
		if (r.state == GATE_STATE_RELEASED)
			gate_buf_fmt(&out->lines, "pending %s is released already\n", id);
		else
			gate_buf_fmt(&out->lines, "pending %s is stale: the target moved; the agent runs: git fetch && git rebase && git push\n",
				     id);
		return 0;
	}
	if (now == GATE_STATE_EXPIRED) {
		out->state = now;
		gate_buf_fmt(&out->lines, "pending %s has expired; the agent pushes again\n", id);
		return close_record(s, &r, now, "nobody decided in time", NULL, err);
	}
	if (count(s, &r, &q, &notes, err) < 0)
		return -(int)err->code;
	if (r.recovered_by[0])
		return ratify(s, &r, &q, out, err);
	if (q.denied) {
		out->state = GATE_STATE_DENIED;
		gate_buf_fmt(&out->lines, "denied by %s\n", q.denied_by);
		return close_record(s, &r, GATE_STATE_DENIED, "a person denied it", q.denied_by, err);
	}
	if (q.met && gate_spent_begun(s, id, &begun, err) < 0)
		return -(int)err->code;
	if (q.met && begun) {
		if (gate_spent_renew(s, &r, err) < 0)
			return -(int)err->code;
		return gate_err_set(err, GATE_E_STALE, "a release of it was begun before and did not end, so the approvals are spent; "
						       "it must be signed anew");
	}
	if (q.met)
		return release(s, &r, &q, out, err);
	out->state = GATE_STATE_OPEN;
	gate_buf_fmt(&out->lines, "%srecorded, still needed: %s\n", gate_buf_cstr(&notes), gate_buf_cstr(&q.missing));
	return 0;
}

int gate_settle(struct gate_server *s, const char *id, struct gate_settled *out, struct gate_err *err)
{
	bool rebase = false;

	if (settle(s, id, &rebase, out, err) < 0)
		return -(int)err->code;
	return rebase ? gate_rebase(s, id, out, err) : 0;
}
