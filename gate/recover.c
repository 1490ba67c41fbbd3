#include "gate/recover.h"

#include "base/crypto.h"
#include "base/io.h"
#include "base/when.h"
#include "gate/archive.h"
#include "gate/decided.h"
#include "gate/entries.h"
#include "gate/hold.h"
#include "gate/pending.h"
#include "gate/ratify.h"
#include "gate/rules_commit.h"

#include <string.h>

static const char zeros[] = "0000000000000000000000000000000000000000";

/* What is under way: everything that moves, moves in one transaction. */
struct act {
	struct gate_recovery *plan;
	struct gate_server *s;
	struct gate_change change; /* the policy ref; where it is unborn, the place its first rules wait in */
	char tree[GATE_HEXSZ + 1]; /* of the new .refgate/ */
	bool unborn, decided;
	struct gate_record record;
	struct gate_ref_updates updates;
	struct gate_strs bodies;
	char archive[GATE_HEXSZ + 1];
	struct gate_strs closed; /* "<id> <archive commit> <actor>" */
	struct gate_err *err;
};

static void act_clear(struct act *a)
{
	gate_record_clear(&a->record);
	gate_ref_updates_clear(&a->updates);
	gate_strs_clear(&a->bodies);
	gate_strs_clear(&a->closed);
}

/* ---- as it was planned ---- */

static int check_unmoved(struct act *a, struct gate_err *err)
{
	struct gate_server *s = a->s;
	struct gate_ref tip, force;

	if (gate_server_refresh(s, err) < 0 || gate_ref_read(s->refs, s->policy_ref, &tip, err) < 0 ||
	    gate_ref_read(s->refs, GATE_REF_POLICY, &force, err) < 0)
		return -(int)err->code;
	a->unborn = force.kind != GATE_REF_DIRECT && tip.kind == GATE_REF_ABSENT;
	if (force.kind != GATE_REF_DIRECT && gate_ref_read(s->refs, GATE_REF_BOOTSTRAP, &force, err) < 0)
		return -(int)err->code;
	if (strcmp(force.oid, s->policy_tree) != 0 || (tip.kind == GATE_REF_DIRECT && strcmp(tip.oid, s->policy_tip) != 0))
		return gate_err_set(err, GATE_E_STALE, "the rules or %s moved meanwhile; look again", s->policy_ref);
	/* The question may have stood for hours; keys end meanwhile. */
	s->now = gate_now();
	if (gate_policy_reachable(a->plan->policy, s->now, err) < 0)
		return gate_err_wrap(err, "with these people the quorum cannot be reached any more");
	if (!a->unborn && tip.kind != GATE_REF_DIRECT)
		return gate_err_set(err, GATE_E_REF, "%s is %s; put the branch back first", s->policy_ref,
				    tip.kind == GATE_REF_ABSENT ? "missing" : "a symbolic ref");
	gate_copy(a->change.old, sizeof(a->change.old), a->unborn ? force.oid : tip.oid);
	return 0;
}

/* ---- the commit ---- */

/* A tip that no decision put there stays one: the new commit on it is no acknowledgement of what lies below. */
static int make_commit(struct act *a, struct gate_err *err)
{
	struct gate_server *s = a->s;
	struct gate_change *c = &a->change;

	if (gate_rules_tree(&s->repo, &a->plan->files, a->tree, err) < 0)
		return -(int)err->code;
	if (a->unborn) {
		gate_copy(c->ref, sizeof(c->ref), GATE_REF_BOOTSTRAP);
		gate_copy(c->new, sizeof(c->new), a->tree);
		return 0;
	}
	gate_copy(c->ref, sizeof(c->ref), s->policy_ref);
	c->is_protected = true;
	if (gate_rules_commit(&s->repo, c->old, a->tree, "Recover .refgate/: people who can sign again", c->new, err) < 0)
		return -(int)err->code;
	return gate_decided_has(s, c->ref, c->old, &a->decided, err);
}

static int add_moves(struct act *a, struct gate_err *err)
{
	struct gate_ref boot;

	if (gate_ref_updates_add(&a->updates, a->change.ref, a->change.new, a->change.old, err) < 0)
		return -(int)err->code;
	if (a->unborn)
		return 0;
	if (gate_ref_updates_add(&a->updates, GATE_REF_POLICY, a->tree, NULL, err) < 0 ||
	    gate_ref_read(a->s->refs, GATE_REF_BOOTSTRAP, &boot, err) < 0)
		return -(int)err->code;
	return boot.kind == GATE_REF_DIRECT ? gate_ref_updates_add(&a->updates, GATE_REF_BOOTSTRAP, zeros, boot.oid, err) : 0;
}

/* ---- what was held ---- */

/* Judged, and perhaps signed, under people that the owner says are gone. Another recovery that waits to be ratified goes on waiting. */
static int void_one(struct gate_record *r, void *arg)
{
	struct act *a = arg;
	gate_autofree char *line = NULL;

	if (r->recovered_by[0])
		return 0;
	r->state = GATE_STATE_STALE;
	r->closed = a->s->now;
	free(r->why);
	r->why = strdup("the rules were recovered on the server, which voids what was held; push again");
	if (!r->why || gate_pending_close(a->s, r, a->archive, &a->updates, a->err) < 0 ||
	    gate_entry_pending(a->s, "stale", r, "\"why\":\"recovered\"", &a->bodies, a->err) < 0)
		return 1;
	line = gate_fmt("%s %s %s", r->id, a->archive, r->actor.name);
	return !line || gate_strs_add(&a->closed, line, a->err) < 0;
}

static int void_pendings(struct act *a, struct gate_err *err)
{
	char before[GATE_HEXSZ + 1];

	if (gate_archive_tip(a->s, a->archive, err) < 0)
		return -(int)err->code;
	gate_copy(before, sizeof(before), a->archive);
	if (gate_pending_all(a->s, void_one, a, err) < 0 || err->code != GATE_OK)
		return -(int)err->code;
	return strcmp(before, a->archive) == 0 ? 0 : gate_ref_updates_add(&a->updates, GATE_REF_ARCHIVE, a->archive, before, err);
}

static void forget_voided(const struct act *a)
{
	for (size_t i = 0; i < a->closed.n; i++) {
		struct gate_record old = { 0 };
		char archive[GATE_HEXSZ + 1];

		memcpy(old.id, a->closed.v[i], GATE_ID_LEN);
		memcpy(archive, a->closed.v[i] + GATE_ID_LEN + 1, GATE_HEXSZ);
		archive[GATE_HEXSZ] = '\0';
		gate_copy(old.actor.name, sizeof(old.actor.name), a->closed.v[i] + GATE_ID_LEN + 1 + GATE_HEXSZ + 1);
		gate_pending_closed(a->s, &old, archive);
	}
}

/* ---- the record that waits to be ratified ---- */

static int name_record(struct act *a, struct gate_err *err)
{
	gate_auto(gate_changes) struct gate_changes one = { 0 };
	struct gate_change *c = gate_changes_add(&one);
	bool open;

	if (!c)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	*c = a->change;
	/* No identity and no name of the policy has a space without a colon before it: no push is by this actor. */
	snprintf(a->record.actor.name, sizeof(a->record.actor.name), "recovery by %s", a->plan->by);
	return gate_pending_id(a->s, a->record.actor.name, &one, a->record.id, &open, err);
}

static int find_tree(const struct act *a, char tree[GATE_HEXSZ + 1], struct gate_err *err)
{
	gate_autofree char *name = gate_fmt("%s^{tree}", a->change.new);
	gate_auto(gate_buf) struct gate_buf out = { 0 };

	if (!name)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (a->unborn)
		return 0;
	if (gate_git_line(&a->s->repo, (const char *const[]){ "rev-parse", "--verify", name, NULL }, &out, err) < 0)
		return -(int)err->code;
	gate_copy(tree, GATE_HEXSZ + 1, gate_buf_cstr(&out));
	return 0;
}

/* One held change without findings: what a person recomputes of it before signing is what he recomputes of any other. */
static int judged_of(const struct act *a, struct gate_judged *j, struct gate_err *err)
{
	gate_autofree char *line = gate_fmt("%s\n", a->change.new);
	struct gate_change *c = gate_changes_add(&j->ask.changes);

	j->refs = calloc(1, sizeof(*j->refs));
	j->reply.facts = calloc(1, sizeof(*j->reply.facts));
	j->needs = calloc(1, sizeof(*j->needs));
	if (!line || !c || !j->refs || !j->reply.facts || !j->needs)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	*c = a->change;
	j->reply.n_facts = 1;
	j->reply.facts[0].fast_forward = true;
	j->refs[0].verdict = j->verdict = GATE_VERDICT_HOLD;
	j->refs[0].score.tier = j->tier = GATE_TIER_CRITICAL;
	gate_ratify_need(a->plan->policy, a->s->now, &j->needs[j->n_needs++]);
	j->actor = a->record.actor;
	gate_sha256_hex("", 0, j->findings);
	gate_sha256_hex(line, a->unborn ? 0 : strlen(line), j->commits);
	return find_tree(a, j->reply.facts[0].tree, err);
}

static int fill_record(struct act *a, const struct gate_checkpoint *cp, struct gate_err *err)
{
	__attribute__((cleanup(gate_judged_clear))) struct gate_judged j = { 0 };
	struct gate_server after = *a->s;
	const struct gate_strs none = { 0 };
	char id[GATE_ID_LEN + 1];

	after.policy = a->plan->policy;
	memcpy(id, a->record.id, sizeof(id));
	if (judged_of(a, &j, err) < 0 || gate_hold_record(&after, &j, id, cp, &none, &none, &a->record, err) < 0)
		return -(int)err->code;
	gate_copy(a->record.recovered_by, sizeof(a->record.recovered_by), a->plan->by);
	return gate_pending_open(a->s, &a->record, &a->updates, err);
}

/* ---- all of it ---- */

static int write_log(struct act *a, struct gate_checkpoint *cp, struct gate_err *err)
{
	const struct gate_recovered_entry e = {
		.pending = a->record.id, .by = a->plan->by, .ref = a->change.ref, .old = a->change.old, .new = a->change.new,
		.tree_before = a->s->policy_tree, .tree = a->tree, .policy_before = a->s->policy->digest,
		.policy = a->plan->policy->digest, .people = &a->plan->people, .keys = &a->plan->keys, .lost = &a->plan->lost,
		.voided = a->closed.n,
	};

	if (gate_entry_recovered(a->s, &e, &a->bodies, err) < 0 ||
	    gate_entry_plain(a->s, "policy_changed", (const char *const[]){ "ref", e.ref, "tree", e.tree, "before", e.tree_before, "policy",
									     e.policy, "by", "recover", NULL }, &a->bodies, err) < 0)
		return -(int)err->code;
	return gate_entries_append(a->s, &a->bodies, true, true, cp, err);
}

/* The log has it by now; so it has that it did not happen. */
static int tell_failed(const struct act *a, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs bodies = { 0 };
	struct gate_err late = { 0 };

	if (gate_entry_plain(a->s, "policy_recover_failed", (const char *const[]){ "pending", a->record.id, "why", err->text, NULL }, &bodies, &late) == 0)
		gate_entries_append(a->s, &bodies, true, true, NULL, &late);
	return gate_err_wrap(err, "nothing was recovered");
}

static int move(struct act *a, const struct gate_checkpoint *cp, struct gate_err *err)
{
	gate_auto(gate_changes) struct gate_changes landed = { 0 };
	struct gate_change *c = gate_changes_add(&landed);

	if (!c)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	*c = a->change;
	if (fill_record(a, cp, err) < 0 || (a->decided && gate_decided_add(a->s, &landed, false, err) < 0))
		return -(int)err->code;
	return gate_refs_commit(&a->s->repo, &a->updates, "refgate: recover", err);
}

static int carry_out(struct act *a, struct gate_buf *report, struct gate_err *err)
{
	struct gate_checkpoint cp;

	gate_log_make_room(a->s->audit);
	if (check_unmoved(a, err) < 0 || make_commit(a, err) < 0 || name_record(a, err) < 0 || add_moves(a, err) < 0 ||
	    void_pendings(a, err) < 0 || write_log(a, &cp, err) < 0)
		return -(int)err->code;
	if (move(a, &cp, err) < 0)
		return tell_failed(a, err);
	forget_voided(a);
	gate_pending_opened(a->s, &a->record);
	gate_buf_fmt(report, "recovered %s %s..%s\n", a->change.ref, a->change.old, a->change.new);
	if (a->closed.n)
		gate_buf_fmt(report, "%zu held push%s void now; whoever pushed it pushes again\n", a->closed.n, a->closed.n == 1 ? " is" : "es are");
	if (!a->unborn && !a->decided)
		gate_buf_fmt(report, "note: %s stood at a value that no decision put there, and still does; look at it, then `refgate doctor "
				     "--acknowledge %s`\n", a->change.ref, a->change.ref);
	gate_buf_fmt(report, "next: %u %s: refgate approve %s\n", a->record.needs[0].approvals,
		     a->record.needs[0].approvals == 1 ? "person ratifies it" : "persons ratify it", a->record.id);
	return gate_buf_check(report, err);
}

int gate_recovery_carry_out(struct gate_recovery *r, struct gate_buf *report, struct gate_err *err)
{
	gate_autoclose int lock = gate_pending_lock(&r->server, err);
	gate_auto(act) struct act a = { .plan = r, .s = &r->server, .err = err };

	return lock < 0 ? -(int)err->code : carry_out(&a, report, err);
}
