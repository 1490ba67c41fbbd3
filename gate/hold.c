#include "gate/hold.h"

#include "approval/statement.h"
#include "base/crypto.h"
#include "base/io.h"
#include "classifier/findings_json.h"
#include "gate/archive.h"
#include "gate/entries.h"
#include "gate/ledger.h"
#include "gate/pending.h"

#include <inttypes.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
	const struct gate_record_ref *x = a, *y = b;

	return strcmp(x->ref, y->ref);
}

/* Whether another held ref lies below this one's pending name (refs/heads/a and refs/tags/a/b cannot: only the same room can
 * collide, and git would refuse that too; what is left is a directory-file clash of a deletion beside a creation). */
static bool collides(const struct gate_record *r, size_t i)
{
	for (size_t k = 0; k < r->n_refs; k++) {
		size_t n = strlen(r->refs[k].ref);

		if (k != i && strncmp(r->refs[i].ref, r->refs[k].ref, n) == 0 && r->refs[i].ref[n] == '/')
			return true;
	}
	return false;
}

static void name_pending_refs(struct gate_record *r)
{
	for (size_t i = 0; i < r->n_refs; i++) {
		if (gate_is_zero_oid(r->refs[i].new))
			continue;
		if (collides(r, i))
			snprintf(r->refs[i].pending_ref, sizeof(r->refs[i].pending_ref), "refs/pending/%s/df/%zu", r->id, i);
		else
			gate_pending_ref_name(r->id, r->refs[i].ref, r->refs[i].pending_ref);
	}
}

static void fill_ref(const struct gate_judged *j, size_t i, struct gate_record_ref *out)
{
	const struct gate_change *c = &j->ask.changes.v[i];
	const struct gate_facts *f = &j->reply.facts[i];

	gate_copy(out->ref, sizeof(out->ref), c->ref);
	gate_copy(out->old, sizeof(out->old), c->old);
	gate_copy(out->new, sizeof(out->new), c->new);
	gate_copy(out->tree, sizeof(out->tree), f->tree);
	gate_copy(out->base, sizeof(out->base), f->base);
	out->fast_forward = f->fast_forward;
	out->is_protected = c->is_protected;
	out->tier = j->refs[i].score.tier;
	if (c->is_policy_ref && strcmp(f->rules_old, f->rules_new) != 0)
		gate_copy(out->rules, sizeof(out->rules), f->rules_new);
}

static int statement(const struct gate_server *s, const struct gate_judged *j, const struct gate_record *r,
		     const struct gate_checkpoint *cp, struct gate_buf *out, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf log = { 0 };
	gate_auto(gate_statement) struct gate_statement st = { 0 };
	uint8_t challenge[16];

	gate_random(challenge, sizeof(challenge));
	gate_hex(challenge, sizeof(challenge), st.challenge);
	gate_copy(st.repo_id, sizeof(st.repo_id), s->repo_id);
	gate_copy(st.repo, sizeof(st.repo), s->repo_name);
	gate_copy(st.pending, sizeof(st.pending), r->id);
	st.refs = calloc(r->n_refs + 1, sizeof(*st.refs));
	if (!st.refs)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; i < r->n_refs; i++) {
		struct gate_statement_ref *to = &st.refs[st.n_refs++];

		gate_copy(to->ref, sizeof(to->ref), r->refs[i].ref);
		gate_copy(to->old, sizeof(to->old), r->refs[i].old);
		gate_copy(to->new, sizeof(to->new), r->refs[i].new);
		gate_copy(to->tree, sizeof(to->tree),
			  r->refs[i].tree[0] ? r->refs[i].tree : "0000000000000000000000000000000000000000");
	}
	gate_copy(st.commits, sizeof(st.commits), j->commits);
	gate_copy(st.policy, sizeof(st.policy), s->policy->digest);
	gate_copy(st.findings, sizeof(st.findings), j->findings);
	if (gate_ledger_digest(&j->carried, st.carried, err) < 0)
		return -(int)err->code;
	st.tier = r->tier;
	gate_copy(st.agent, sizeof(st.agent), r->actor.name);
	gate_checkpoint_format(cp, &log);
	if (!gate_copy(st.log, sizeof(st.log), gate_buf_cstr(&log)))
		return gate_err_set(err, GATE_E_LIMIT, "the log's origin is too long");
	return gate_statement_server_part(&st, out, err);
}

static int findings_text(const struct gate_judged *j, struct gate_record *r, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_jw w = { .out = &b };

	gate_jw_array(&w, NULL);
	for (size_t i = 0; i < j->reply.findings.n; i++) {
		const struct gate_finding *f = &j->reply.findings.v[i];

		if (j->refs[f->change].verdict == GATE_VERDICT_HOLD)
			gate_finding_json(&w, NULL, f);
	}
	gate_jw_end(&w);
	r->findings = gate_buf_steal(&b);
	return r->findings ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

int gate_hold_record(const struct gate_server *s, const struct gate_judged *j, const char *id, const struct gate_checkpoint *cp,
		     const struct gate_strs *environment, const struct gate_strs *options, struct gate_record *r,
		     struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	int64_t expires = 0;

	gate_copy(r->id, sizeof(r->id), id);
	r->created = s->now;
	r->actor = j->actor;
	r->atomic = j->atomic;
	r->bytes = (int64_t)j->bytes;
	gate_copy(r->policy, sizeof(r->policy), s->policy->digest);
	r->refs = calloc(j->ask.changes.n + 1, sizeof(*r->refs));
	r->needs = calloc(j->n_needs + 1, sizeof(*r->needs));
	if (!r->refs || !r->needs)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; i < j->ask.changes.n; i++) {
		if (j->refs[i].verdict != GATE_VERDICT_HOLD)
			continue;
		fill_ref(j, i, &r->refs[r->n_refs++]);
		if (j->refs[i].score.tier > r->tier)
			r->tier = j->refs[i].score.tier;
	}
	r->score = (int64_t)j->total.points;
	qsort(r->refs, r->n_refs, sizeof(*r->refs), by_name);
	name_pending_refs(r);
	for (size_t i = 0; i < j->n_needs; i++) {
		if (gate_requirement_copy(&r->needs[r->n_needs++], &j->needs[i], err) < 0)
			return -(int)err->code;
		if (!expires || j->needs[i].expires_s < expires)
			expires = j->needs[i].expires_s;
	}
	r->expires = s->now + (expires > 0 ? expires : 86400);
	for (size_t i = 0; i < j->carried.n; i++) {
		gate_autofree char *key = gate_fmt("%s %s", j->carried.v[i].id, j->carried.v[i].subject);

		if (!key || gate_strs_add_new(&r->carried, key, err) < 0)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	if (gate_strs_copy(&r->excluded, &j->excluded, err) < 0 || gate_strs_copy(&r->hidden, &j->ask.hidden, err) < 0 || gate_strs_copy(&r->identities, &j->identities, err) < 0 ||
	    gate_strs_copy(&r->environment, environment, err) < 0 || gate_strs_copy(&r->options, options, err) < 0 ||
	    findings_text(j, r, err) < 0 || statement(s, j, r, cp, &text, err) < 0)
		return -(int)err->code;
	r->statement = gate_buf_steal(&text);
	return r->statement ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

struct counting {
	const struct gate_server *s;
	const char *actor;
	const struct gate_changes *held; /* what this push holds */
	uint32_t mine, all;
	uint64_t bytes; /* of mine */
};

static bool will_replace(const struct gate_changes *held, const struct gate_record *r)
{
	for (size_t i = 0; i < held->n; i++) {
		for (size_t k = 0; k < r->n_refs; k++) {
			if (strcmp(held->v[i].ref, r->refs[k].ref) == 0)
				return true;
		}
	}
	return false;
}

/* What has expired or gone stale waits for nobody, and what this push takes the place of goes. */
static int count_waiting(struct gate_record *r, void *arg)
{
	struct counting *c = arg;
	bool mine = strcmp(r->actor.name, c->actor) == 0;

	if (gate_pending_state_now(c->s, r) != GATE_STATE_OPEN || (mine && will_replace(c->held, r)))
		return 0;
	c->mine += mine;
	c->bytes += mine ? (uint64_t)r->bytes : 0;
	c->all++;
	return 0;
}

static bool fits(uint64_t held, uint64_t more, const struct gate_limits *limits)
{
	return held <= limits->held_per_actor && more <= limits->held_per_actor - held;
}

static int check_limits(const struct gate_server *s, const char *actor, uint64_t brings, const struct gate_changes *held,
			struct gate_err *err)
{
	struct counting c = { .s = s, .actor = actor, .held = held };
	const struct gate_limits *limits = &s->policy->limits;

	if (gate_pending_count(s, actor, &c.mine, &c.bytes, &c.all, err) < 0)
		return -(int)err->code;
	if (c.mine < limits->open_per_actor && c.all < limits->open_per_repo && fits(c.bytes, brings, limits))
		return 0;
	/* Over it at first sight: the records tell how many of them wait indeed. */
	c.mine = c.all = 0;
	c.bytes = 0;
	if (gate_pending_all(s, count_waiting, &c, err) < 0)
		return -(int)err->code;
	if (!fits(c.bytes, brings, limits))
		return gate_err_set(err, GATE_E_LIMIT,
				    "the pushes of %s that are held brought %" PRIu64 " bytes, and this one brings %" PRIu64 " (limits.held_per_actor is %" PRIu64
				    "); have some decided first, or push less", actor, c.bytes, brings, limits->held_per_actor);
	if (c.mine >= limits->open_per_actor)
		return gate_err_set(err, GATE_E_LIMIT, "%u pushes of %s are held already (limits.open_per_actor); have some decided first",
				    c.mine, actor);
	if (c.all >= limits->open_per_repo)
		return gate_err_set(err, GATE_E_LIMIT, "%u pushes are held in this repository already (limits.open_per_repo)", c.all);
	return 0;
}

int gate_hold_check_limits(const struct gate_server *s, const struct gate_judged *j, struct gate_err *err)
{
	gate_auto(gate_changes) struct gate_changes held = { 0 };

	for (size_t i = 0; i < j->ask.changes.n; i++) {
		struct gate_change *c = j->refs[i].verdict == GATE_VERDICT_HOLD ? gate_changes_add(&held) : NULL;

		if (c)
			*c = j->ask.changes.v[i];
		else if (j->refs[i].verdict == GATE_VERDICT_HOLD)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	return check_limits(s, j->actor.name, j->bytes, &held, err);
}

int gate_record_changes(const struct gate_record *r, struct gate_changes *out, struct gate_err *err)
{
	for (size_t i = 0; i < r->n_refs; i++) {
		struct gate_change *c = gate_changes_add(out);

		if (!c)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		gate_copy(c->ref, sizeof(c->ref), r->refs[i].ref);
		gate_copy(c->old, sizeof(c->old), r->refs[i].old);
		gate_copy(c->new, sizeof(c->new), r->refs[i].new);
		c->is_protected = r->refs[i].is_protected;
	}
	return 0;
}

struct replaced {
	const struct gate_server *s;
	const struct gate_record *by;
	struct gate_ref_updates *u;
	char archive[GATE_HEXSZ + 1];
	struct gate_strs *bodies;
	struct gate_strs closed; /* "<id> <archive commit>" */
	struct gate_err *err;
};

static int supersede(struct gate_record *old, void *arg)
{
	struct replaced *rp = arg;
	gate_autofree char *extra = gate_fmt("\"next\":\"%s\"", rp->by->id);
	gate_autofree char *line = NULL;

	old->state = GATE_STATE_SUPERSEDED;
	old->closed = rp->s->now;
	old->why = strdup("a later push by the same actor to the same ref took its place");
	gate_copy(old->next, sizeof(old->next), rp->by->id);
	if (!extra || !old->why || gate_pending_close(rp->s, old, rp->archive, rp->u, rp->err) < 0 ||
	    gate_entry_pending(rp->s, "superseded", old, extra, rp->bodies, rp->err) < 0)
		return 1;
	line = gate_fmt("%s %s", old->id, rp->archive);
	return !line || gate_strs_add(&rp->closed, line, rp->err) < 0;
}

static void forget_replaced(const struct replaced *rp)
{
	for (size_t i = 0; i < rp->closed.n; i++) {
		struct gate_record old = { .actor = rp->by->actor };

		memcpy(old.id, rp->closed.v[i], GATE_ID_LEN);
		gate_pending_closed(rp->s, &old, rp->closed.v[i] + GATE_ID_LEN + 1);
	}
}

static void replaced_clear(struct replaced *rp)
{
	gate_strs_clear(&rp->closed);
}

/* The log has the decision to hold, so it has that nothing came of it. */
static int withdraw(struct gate_server *s, const struct gate_record *r, const char *why, const struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs bodies = { 0 };
	gate_auto(gate_buf) struct gate_buf extra = { 0 };
	struct gate_jw w = { .out = &extra };
	struct gate_err late = { 0 };

	gate_jw_str(&w, "verdict", "reject");
	gate_jw_str(&w, "why", why);
	if (gate_entry_pending(s, "decision_withdrawn", r, gate_buf_cstr(&extra), &bodies, &late) == 0)
		gate_entries_append(s, &bodies, true, false, NULL, &late);
	return -(int)err->code;
}

/* Once more, under the lock: pushes that were judged at the same moment did not see each other. */
static int check_room(struct gate_server *s, const struct gate_record *r, const struct gate_changes *held, struct gate_err *err)
{
	if (!s->policy && (gate_server_configure(s, err) < 0 || gate_server_load_policy(s, err) < 0))
		return -(int)err->code;
	return check_limits(s, r->actor.name, (uint64_t)r->bytes, held, err) < 0 ? withdraw(s, r, "over a limit by now", err) : 0;
}

/* The same push as one that was open when it was judged, and is over by now: what was denied does not come back under its id. */
static int check_not_over(struct gate_server *s, const struct gate_record *r, struct gate_err *err)
{
	char commit[GATE_HEXSZ + 1];

	if (!gate_archive_find(s, r->id, commit))
		return 0;
	gate_err_set(err, GATE_E_STALE, "pending %s was closed meanwhile; see `refgate show %s`, or push again", r->id, r->id);
	return withdraw(s, r, "closed meanwhile", err);
}

static int place(struct gate_server *s, struct gate_record *r, const char *renews, bool *placed, struct gate_err *err)
{
	gate_autoclose int lock = gate_pending_lock(s, err);
	gate_auto(gate_ref_updates) struct gate_ref_updates u = { 0 };
	gate_auto(gate_changes) struct gate_changes held = { 0 };
	gate_auto(gate_strs) struct gate_strs ids = { 0 }, bodies = { 0 };
	gate_auto(replaced) struct replaced rp = { .s = s, .by = r, .u = &u, .bodies = &bodies, .err = err };
	gate_autofree char *name = gate_fmt("%s%s", GATE_REFS_RECORD, r->id);
	char before[GATE_HEXSZ + 1];
	struct gate_ref present;

	if (lock < 0 || !name || gate_server_refresh(s, err) < 0 || gate_record_changes(r, &held, err) < 0 ||
	    gate_ref_read(s->refs, name, &present, err) < 0)
		return -(int)err->code;
	if (present.kind == GATE_REF_DIRECT) /* this very push again: the pending stays as it is */
		return gate_entry_pending(s, "held_again", r, NULL, &bodies, err) < 0 ? -(int)err->code :
											  gate_entries_append(s, &bodies, false, false, NULL, err);
	if (check_not_over(s, r, err) < 0 || gate_pending_sharing(s, r->actor.name, &held, r->id, &ids, err) < 0)
		return -(int)err->code;
	/* What the actor pushed while the renewal was judged is newer than it. */
	*placed = !renews || (ids.n == 1 && strcmp(ids.v[0], renews) == 0);
	if (!*placed)
		return 0;
	if ((!renews && check_room(s, r, &held, err) < 0) || gate_archive_tip(s, rp.archive, err) < 0)
		return -(int)err->code;
	gate_copy(before, sizeof(before), rp.archive);
	if (gate_pending_each(s, &ids, supersede, &rp, err) < 0 || err->code != GATE_OK)
		return -(int)err->code;
	if (strcmp(before, rp.archive) != 0 && gate_ref_updates_add(&u, GATE_REF_ARCHIVE, rp.archive, before, err) < 0)
		return -(int)err->code;
	/* Not synced: the decision that names this id is (DESIGN section 3 step 5), and what a lost line of `held` leads to is a new challenge. */
	if (gate_pending_open(s, r, &u, err) < 0 || gate_entry_pending(s, "held", r, NULL, &bodies, err) < 0 ||
	    gate_entries_append(s, &bodies, false, false, NULL, err) < 0 || gate_refs_commit(&s->repo, &u, "refgate: hold", err) < 0)
		return -(int)err->code;
	forget_replaced(&rp);
	gate_pending_opened(s, r);
	gate_pending_tidy(s);
	return 0;
}

int gate_hold_place(struct gate_server *s, struct gate_record *r, struct gate_err *err)
{
	bool placed;

	return place(s, r, NULL, &placed, err);
}

int gate_hold_place_renewal(struct gate_server *s, struct gate_record *r, const char *old, bool *placed, struct gate_err *err)
{
	return place(s, r, old, placed, err);
}
