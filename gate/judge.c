#include "gate/judge.h"

#include "approval/quorum.h"
#include "base/crypto.h"
#include "base/io.h"
#include "classifier/classify.h"
#include "gate/agents.h"
#include "gate/decided.h"
#include "gate/ledger.h"
#include "gate/ledger_reach.h"
#include "gate/ratchet.h"
#include "gate/refnames.h"
#include "gate/shadows.h"
#include "gate/slots.h"
#include "gate/worker.h"

#include <string.h>

/* Histories hidden from the walk: more than these are not worth their cost, and hiding fewer only judges more commits. */
#define HIDDEN_MAX 64

void gate_judged_clear(struct gate_judged *j)
{
	for (size_t i = 0; j->refs && i < j->ask.changes.n; i++)
		gate_score_clear(&j->refs[i].score);
	free(j->refs);
	gate_score_clear(&j->total);
	for (size_t i = 0; i < j->n_needs; i++)
		gate_requirement_clear(&j->needs[i]);
	free(j->needs);
	gate_ask_clear(&j->ask);
	gate_reply_clear(&j->reply);
	gate_strs_clear(&j->identities);
	gate_strs_clear(&j->excluded);
	gate_buf_clear(&j->excluded_why);
	gate_buf_clear(&j->notes);
	gate_findings_clear(&j->carried);
	*j = (struct gate_judged){ 0 };
}

size_t gate_judged_count(const struct gate_judged *j, enum gate_verdict v)
{
	size_t n = 0;

	for (size_t i = 0; i < j->ask.changes.n; i++)
		n += j->refs[i].verdict == v;
	return n;
}

static int find(const struct gate_server *s, struct gate_judged *j, size_t i, const char *id, const char *message,
		struct gate_err *err)
{
	struct gate_finding f = { .change = (uint32_t)i };
	struct gate_change *c = &j->ask.changes.v[i];

	f.subject = c->ref;
	f.message = (char *)(uintptr_t)message;
	/* As heavy as the rule says, in our own words: those of the rule do not know what was seen. */
	return gate_finding_make_as(s->policy, c, id, &(struct gate_weight){ GATE_TIER_CRITICAL, UINT32_MAX, true }, &f,
				    &j->reply.findings, err);
}

/* ---- before any object is read ---- */

static int check_names(const struct gate_server *s, struct gate_judged *j, bool *fine, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs shadows = { 0 };

	if (gate_shadows_load(s, &j->ask.changes, &shadows, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < j->ask.changes.n; i++) {
		struct gate_change *c = &j->ask.changes.v[i];
		struct gate_err why = { 0 };
		bool decided = true;

		if (gate_ref_room(c->ref, &s->policy->namespaces) == GATE_ROOM_APPROVALS)
			j->refs[i].room = GATE_JUDGED_APPROVAL;
		if (gate_ref_change_check(s, c, &shadows, &why) < 0) {
			*fine = false;
			if (find(s, j, i, "GIT-REF", why.text, err) < 0)
				return -(int)err->code;
			continue;
		}
		if (j->refs[i].room == GATE_JUDGED_CONTENT && gate_decided_has(s, c->ref, c->old, &decided, err) < 0)
			return -(int)err->code;
		if (!decided) {
			*fine = false;
			gate_err_set(&why, GATE_E_REF,
				 "%s stands at %.12s, which no decision put there; an admin looks at it and runs "
				 "`refgate doctor --acknowledge %s` on the server", c->ref, c->old, c->ref);
			if (find(s, j, i, "GIT-REF", why.text, err) < 0)
				return -(int)err->code;
		}
	}
	return 0;
}

struct tips {
	const struct gate_server *s;
	struct gate_ask *ask;
	struct gate_err *err;
	bool failed;
};

static int collect(const char *name, const struct gate_ref *ref, void *arg)
{
	struct tips *t = arg;
	bool decided = false;

	if (ref->kind != GATE_REF_DIRECT)
		return 0;
	if (t->ask->hidden.n < HIDDEN_MAX && gate_policy_protects(t->s->policy, name, t->s->policy_ref) &&
	    !gate_strs_has(&t->ask->hidden, ref->oid)) {
		/* Only a value that a decision put there while the ref was protected hides anything (HOLES 1). */
		if (gate_decided_protected(t->s, name, ref->oid, &decided, t->err) < 0 ||
		    (decided && gate_strs_add(&t->ask->hidden, ref->oid, t->err) < 0))
			t->failed = true;
	}
	t->failed |= gate_strs_add(&t->ask->accepted, ref->oid, t->err) < 0;
	return t->failed;
}

static int collect_open(const char *name, const struct gate_ref *ref, void *arg)
{
	struct tips *t = arg;

	(void)name;
	t->failed |= ref->kind == GATE_REF_DIRECT && gate_strs_add(&t->ask->open, ref->oid, t->err) < 0;
	return t->failed;
}

/* Every open ref (HOLES 6 asks whether an object is public), and what was public lately though no ref holds it any more. */
static int collect_tips(const struct gate_server *s, struct gate_ask *ask, struct gate_err *err)
{
	struct tips t = { .s = s, .ask = ask, .err = err };
	struct gate_ref policy;

	/* The policy ref first: its history is what most changes stand on, and not every protected ref can hide something. */
	if (gate_ref_read(s->refs, s->policy_ref, &policy, err) < 0 || collect(s->policy_ref, &policy, &t) != 0 ||
	    gate_refs_each(s->refs, "refs/heads/", collect, &t, err) < 0 ||
	    gate_refs_each(s->refs, "refs/tags/", collect, &t, err) < 0)
		return -(int)err->code;
	return t.failed ? -(int)err->code : gate_decided_recent(s, &ask->open, err);
}

static bool has_steal(const struct gate_reply *r)
{
	for (size_t i = 0; i < r->findings.n; i++) {
		if (strcmp(r->findings.v[i].id, "GIT-STEAL") == 0)
			return true;
	}
	return false;
}

/* An object that a tree names may be public through a pending of long ago. There may be ten thousand of them, so they are only looked
 * through when the question comes up: one more run, which is rare. Or another push brought the same object while this one was judged: it
 * lies in the store then, and its decision stands in refgate/decided, written before git stored anything of it. */
static int run_worker(const struct gate_server *s, struct gate_judged *j, bool talk, struct gate_err *err)
{
	struct tips t = { .s = s, .ask = &j->ask, .err = err };
	gate_auto(gate_slot) struct gate_slot slot = GATE_SLOT_NONE;

	if (gate_slot_take(s, j->actor.name, (int)j->ask.judging_ms, &slot, err) < 0)
		return -(int)err->code;
	if (gate_worker_judge(s, &j->ask, talk, &j->reply, err) < 0)
		return -(int)err->code;
	if (!has_steal(&j->reply))
		return 0;
	if (gate_refs_each(s->refs, GATE_REFS_PENDING, collect_open, &t, err) < 0 || t.failed ||
	    gate_decided_recent(s, &j->ask.open, err) < 0)
		return -(int)err->code;
	gate_reply_clear(&j->reply);
	return gate_worker_judge(s, &j->ask, talk, &j->reply, err);
}

/* The index that `osv import` made; a server without one asks nothing. */
static int set_osv(const struct gate_server *s, struct gate_ask *a, struct gate_err *err)
{
	gate_autofree char *path = gate_server_path(s, "osv");

	if (!path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (gate_file_exists(path) && !gate_copy(a->osv, sizeof(a->osv), path))
		return gate_err_set(err, GATE_E_LIMIT, "%s: the path is too long", path);
	return 0;
}

/* Derived from the key of pending ids, so that the worker sees neither that key nor one that a pusher could have. A repository
 * that is only checked has none: its fingerprints are made with a fixed key, and differ from the gate's. */
static void fingerprint_key(const struct gate_server *s, char hex[65])
{
	static const char purpose[] = "refgate/secret-fingerprint/v1";
	gate_autofree char *path = gate_server_path(s, "idkey");
	gate_auto(gate_buf) struct gate_buf key = { 0 };
	struct gate_err ignored = { 0 };
	uint8_t derived[32];

	hex[0] = '\0';
	if (!path || gate_read_file(path, 64, &key, &ignored) < 0 || key.len != 32)
		return;
	gate_keyed_hash(key.s, key.len, purpose, sizeof(purpose) - 1, derived, sizeof(derived));
	gate_hex(derived, sizeof(derived), hex);
	gate_wipe(key.s, key.len);
}

static int fill_ask(const struct gate_server *s, struct gate_judged *j, struct gate_err *err)
{
	struct gate_ask *a = &j->ask;

	gate_copy(a->objects, sizeof(a->objects), s->repo.objects);
	gate_copy(a->quarantine, sizeof(a->quarantine), s->repo.quarantine);
	gate_copy(a->policy_tip, sizeof(a->policy_tip), s->policy_tip);
	a->human = j->actor.human;
	a->now = s->now;
	a->judging_ms = s->policy->limits.judging_s * 1000;
	fingerprint_key(s, a->fingerprint_key);
	a->no_policy = s->policy_files.n == 0;
	for (size_t i = 0; i < s->policy_files.n; i++) {
		const struct gate_file *f = &s->policy_files.v[i];

		if (gate_files_add(&a->policy, f->path, f->bytes, f->len, err) < 0)
			return -(int)err->code;
	}
	if (s->floor) {
		a->floor = strdup(s->floor);
		if (!a->floor)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	if (set_osv(s, a, err) < 0)
		return -(int)err->code;
	return gate_repo_alternates(&s->repo, &a->alternates, err);
}

/* ---- after the worker ---- */

/* A known human whose commits carry signs of an agent is judged as that agent's push, with the human as its owner. */
static void unmask(const struct gate_judged *j, struct gate_actor *actor, struct gate_buf *notes)
{
	for (size_t i = 0; actor->human && i < j->reply.n_facts; i++) {
		const char *agent = gate_agent_sign(&j->reply.facts[i].mails);

		if (!agent)
			continue;
		gate_buf_fmt(notes, "the commits carry signs of an agent (%s), so this push of %s is judged as an agent's\n", agent,
			     actor->name);
		actor->human = false;
		gate_copy(actor->owner, sizeof(actor->owner), actor->name);
	}
}

static bool has_finding(const struct gate_judged *j, size_t i, const char *id)
{
	for (size_t k = 0; k < j->reply.findings.n; k++) {
		if (j->reply.findings.v[k].change == i && strcmp(j->reply.findings.v[k].id, id) == 0)
			return true;
	}
	return false;
}

static int gate_findings_of(const struct gate_server *s, struct gate_judged *j, size_t i, struct gate_err *err)
{
	const struct gate_change *c = &j->ask.changes.v[i];
	const struct gate_facts *f = &j->reply.facts[i];
	bool goes = gate_is_zero_oid(c->new), makes = gate_is_zero_oid(c->old);

	if (j->refs[i].room == GATE_JUDGED_APPROVAL)
		return 0;
	if (c->is_protected && gate_finding_protected(s->policy, c, (uint32_t)i, &j->reply.findings, err) < 0)
		return -(int)err->code;
	if (c->is_protected && goes && find(s, j, i, "GIT-MOVE", "a protected ref would be deleted", err) < 0)
		return -(int)err->code;
	if (c->is_protected && !goes && !makes && gate_starts_with(c->ref, "refs/tags/")) {
		if (find(s, j, i, "GIT-MOVE", "a protected tag would move: what was released under its name changes", err) < 0)
			return -(int)err->code;
	} else if (c->is_protected && !goes && !makes && !f->fast_forward &&
	    find(s, j, i, c->is_policy_ref ? "GIT-REF" : "GIT-MOVE",
		 c->is_policy_ref ? "the policy ref is never forced: rebase on it and push again" :
				    "a protected ref would lose commits (not a fast-forward)", err) < 0)
		return -(int)err->code;
	/* The classifier names the files; that the folder differs at all is known here, whatever it saw. */
	if (c->is_policy_ref && !goes && strcmp(f->rules_old, f->rules_new) != 0 && !has_finding(j, i, "GATE-RULES"))
		return find(s, j, i, "GATE-RULES", "the gate's own rules change: policy, signers, or the tests of the policy", err);
	return 0;
}

static bool same_need(const struct gate_requirement *a, const struct gate_requirement *b)
{
	return !gate_requirement_asks_more(a, b) && !gate_requirement_asks_more(b, a) && a->expires_s == b->expires_s &&
	       a->any_of == b->any_of;
}

static int add_need(struct gate_judged *j, const struct gate_requirement *need, struct gate_err *err)
{
	struct gate_requirement *v;

	for (size_t i = 0; i < j->n_needs; i++) {
		if (same_need(&j->needs[i], need))
			return 0;
	}
	v = reallocarray(j->needs, j->n_needs + 1, sizeof(*v));
	if (!v)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	j->needs = v;
	v[j->n_needs] = (struct gate_requirement){ 0 };
	if (gate_requirement_copy(&v[j->n_needs], need, err) < 0)
		return -(int)err->code;
	if (v[j->n_needs].approvals == 0)
		v[j->n_needs].approvals = 1; /* what is held waits for somebody */
	if (v[j->n_needs].expires_s <= 0)
		v[j->n_needs].expires_s = 86400;
	j->n_needs++;
	return 0;
}

/* Owners whose paths the change touches add their requirement; the classifier notes them as GATE-OWNER findings with the
 * owner's index as subject. */
static int add_owners(const struct gate_server *s, struct gate_judged *j, size_t i, struct gate_err *err)
{
	for (size_t k = 0; k < j->reply.findings.n; k++) {
		const struct gate_finding *f = &j->reply.findings.v[k];
		struct gate_requirement need = { 0 };
		unsigned owner;

		if (f->change != i || strcmp(f->id, "GATE-OWNER") != 0 || sscanf(f->subject, "owner:%u", &owner) != 1 ||
		    owner >= s->policy->n_owners)
			continue;
		need.approvals = s->policy->owners[owner].approvals;
		need.any_of = true;
		need.roles = s->policy->owners[owner].roles; /* borrowed: add_need copies */
		if (j->n_needs)
			need.expires_s = j->needs[0].expires_s;
		if (add_need(j, &need, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

bool gate_judged_is_carried(const struct gate_judged *j, const struct gate_finding *f)
{
	for (size_t i = 0; i < j->carried.n; i++) {
		const struct gate_finding *c = &j->carried.v[i];

		if (c->change == f->change && strcmp(c->id, f->id) == 0 && strcmp(c->subject, f->subject) == 0)
			return true;
	}
	return false;
}

/* The change's findings and the carried ones together; where that makes a higher tier, the carried ones are findings of this change, so that
 * every point is explained. */
static int add_carried(const struct gate_server *s, struct gate_judged *j, size_t i, struct gate_err *err)
{
	gate_auto(gate_findings) struct gate_findings carried = { 0 }, all = { 0 };
	struct gate_score sum = { 0 };
	bool higher;

	uint64_t seen;

	if (gate_ledger_carried(s, j, i, j->looked++ < GATE_REACH_ASKED, &carried, &seen, err) < 0)
		return -(int)err->code;
	if (!j->ledger_read || seen < j->ledger)
		j->ledger = seen;
	j->ledger_read = true;
	/* Refs of one push are one unit: what an earlier one of them lands unsigned counts beside this one. */
	for (size_t k = 0; k < j->reply.findings.n; k++) {
		struct gate_finding f = j->reply.findings.v[k];

		if (f.change >= i || j->refs[f.change].verdict != GATE_VERDICT_ACCEPT || !gate_ledger_weighs(&f))
			continue;
		f.change = 0;
		if (gate_findings_add(&carried, &f, err) < 0)
			return -(int)err->code;
	}
	if (carried.n == 0)
		return 0;
	for (size_t k = 0; k < j->reply.findings.n; k++) {
		struct gate_finding f = j->reply.findings.v[k];

		if (f.change != i)
			continue;
		f.change = 0;
		if (gate_findings_add(&all, &f, err) < 0)
			return -(int)err->code;
	}
	for (size_t k = 0; k < carried.n; k++) {
		if (gate_findings_add(&all, &carried.v[k], err) < 0)
			return -(int)err->code;
	}
	if (gate_score(&all, 0, &sum, err) < 0)
		return -(int)err->code;
	higher = sum.tier > j->refs[i].score.tier;
	gate_score_clear(&sum);
	for (size_t k = 0; higher && k < carried.n; k++) {
		struct gate_finding f = carried.v[k];

		f.change = (uint32_t)i;
		if (gate_findings_add(&j->reply.findings, &f, err) < 0 || gate_findings_add(&j->carried, &f, err) < 0)
			return -(int)err->code;
	}
	if (!higher)
		return 0;
	gate_score_clear(&j->refs[i].score);
	return gate_score(&j->reply.findings, (uint32_t)i, &j->refs[i].score, err);
}

static int judge_ref(const struct gate_server *s, struct gate_judged *j, size_t i, struct gate_err *err)
{
	const struct gate_change *c = &j->ask.changes.v[i];
	struct gate_judged_ref *r = &j->refs[i];
	const struct gate_answer *a;

	if (gate_score(&j->reply.findings, (uint32_t)i, &r->score, err) < 0)
		return -(int)err->code;
	if (r->room == GATE_JUDGED_APPROVAL) { /* a statement is verified, never judged by tier */
		r->verdict = r->score.deny ? GATE_VERDICT_REJECT : GATE_VERDICT_ACCEPT;
		return 0;
	}
	/* A low change adds nothing to what was carried, and a critical one cannot rise. */
	if (j->has_ledger && r->score.tier > GATE_TIER_LOW && r->score.tier < GATE_TIER_CRITICAL && add_carried(s, j, i, err) < 0)
		return -(int)err->code;
	a = gate_answer_for(s->policy, c, &r->score, j->actor.human, &j->reply.findings, (uint32_t)i);
	r->verdict = a->action;
	/* Observe lets content land; the gate's own rules are held as ever (HOLES 14). */
	if (r->verdict == GATE_VERDICT_HOLD && s->policy->mode == GATE_MODE_OBSERVE &&
	    !(c->is_policy_ref && has_finding(j, i, "GATE-RULES")))
		r->verdict = GATE_VERDICT_ACCEPT;
	/* Nobody knows whether the rules that are meant still say observe, or accept (HOLES 9). */
	if (r->verdict == GATE_VERDICT_ACCEPT && s->drift && c->is_protected) {
		a = &s->policy->tiers[GATE_TIER_CRITICAL].prot;
		r->verdict = a->action == GATE_VERDICT_REJECT ? GATE_VERDICT_REJECT : GATE_VERDICT_HOLD;
	}
	if (r->verdict == GATE_VERDICT_HOLD && (add_need(j, &a->need, err) < 0 || add_owners(s, j, i, err) < 0))
		return -(int)err->code;
	if (r->score.tier > j->tier)
		j->tier = r->score.tier;
	return 0;
}

static int digests(struct gate_judged *j, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs lines = { 0 }, commits = { 0 };
	gate_auto(gate_buf) struct gate_buf b = { 0 }, c = { 0 };

	for (size_t k = 0; k < j->reply.findings.n; k++) {
		const struct gate_finding *f = &j->reply.findings.v[k];
		gate_autofree char *line = gate_fmt("%s %s %s\n", j->ask.changes.v[f->change].ref, f->id, f->subject);

		/* The change itself, not the ledger (HOLES 24). */
		if (j->refs[f->change].verdict != GATE_VERDICT_HOLD || gate_judged_is_carried(j, f))
			continue;
		if (!line || gate_strs_add(&lines, line, err) < 0)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	for (size_t i = 0; i < j->ask.changes.n; i++) {
		if (j->refs[i].verdict == GATE_VERDICT_HOLD && j->reply.facts[i].commits[0] &&
		    gate_strs_add_new(&commits, j->reply.facts[i].commits, err) < 0)
			return -(int)err->code;
	}
	gate_strs_sort(&lines);
	gate_strs_join(&b, &lines, "");
	gate_sha256_hex(gate_buf_cstr(&b), b.len, j->findings);
	/* One held ref: the digest of its commits. Several: the digest over theirs, sorted. */
	if (commits.n == 1) {
		gate_copy(j->commits, sizeof(j->commits), commits.v[0]);
	} else {
		gate_strs_sort(&commits);
		gate_strs_join(&c, &commits, "\n");
		gate_sha256_hex(gate_buf_cstr(&c), c.len, j->commits);
	}
	return gate_buf_check(&b, err);
}

/* Whoever an identity of the push names pushed it as far as the gate can know: by name, or by the fingerprint of a key (HOLES 25). */
static int exclude_identity(const struct gate_server *s, struct gate_judged *j, const char *identity, struct gate_err *err)
{
	const char *value = strchr(identity, ':') ? strchr(identity, ':') + 1 : identity;
	const struct gate_people *people = &s->policy->people;
	const struct gate_strs no_mails = { 0 };

	for (size_t i = 0; i < people->n; i++) {
		for (size_t k = 0; k < people->v[i].n_keys; k++) {
			gate_auto(gate_buf) struct gate_buf fp = { 0 };

			gate_key_fingerprint(&people->v[i].keys[k], &fp);
			if (strcmp(gate_buf_cstr(&fp), value) == 0 &&
			    gate_quorum_exclude(people, people->v[i].name, NULL, &no_mails, &j->excluded, &j->excluded_why, err) < 0)
				return -(int)err->code;
		}
	}
	return gate_quorum_exclude(people, value, NULL, &no_mails, &j->excluded, &j->excluded_why, err);
}

static int exclude(const struct gate_server *s, struct gate_judged *j, struct gate_err *err)
{
	for (size_t i = 0; i < j->identities.n; i++) {
		if (exclude_identity(s, j, j->identities.v[i], err) < 0)
			return -(int)err->code;
	}
	for (size_t i = 0; i < j->ask.changes.n; i++) {
		if (j->refs[i].verdict == GATE_VERDICT_HOLD &&
		    gate_quorum_exclude(&s->policy->people, j->actor.name, j->actor.owner, &j->reply.facts[i].mails, &j->excluded,
					&j->excluded_why, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

/* A pending that nobody could sign is refused at once, with who stands in the way (HOLES 20). */
static int check_reachable(const struct gate_server *s, struct gate_judged *j, struct gate_err *err)
{
	for (size_t k = 0; k < j->n_needs; k++) {
		struct gate_err why = { 0 };

		if (gate_requirement_reachable(&s->policy->people, &j->needs[k], &j->excluded, s->now, &why) == 0)
			continue;
		gate_buf_fmt(&j->notes, "this would be held, but nobody could release it: %s\n%s", why.text,
			     gate_buf_cstr(&j->excluded_why));
		for (size_t i = 0; i < j->ask.changes.n; i++) {
			if (j->refs[i].verdict == GATE_VERDICT_HOLD)
				j->refs[i].verdict = GATE_VERDICT_REJECT;
		}
		break;
	}
	return gate_buf_check(&j->notes, err);
}

static void worst(struct gate_judged *j)
{
	j->verdict = GATE_VERDICT_ACCEPT;
	for (size_t i = 0; i < j->ask.changes.n; i++) {
		if (j->refs[i].verdict < j->verdict)
			j->verdict = j->refs[i].verdict;
	}
}

/* An atomic push with one held ref is held whole (CONTRACT, Verdicts); a statement in it cannot be, so the push is refused. */
static void join_atomic(struct gate_judged *j)
{
	if (!j->atomic || j->verdict != GATE_VERDICT_HOLD)
		return;
	for (size_t i = 0; i < j->ask.changes.n; i++) {
		if (j->refs[i].verdict == GATE_VERDICT_ACCEPT)
			j->refs[i].verdict = j->refs[i].room == GATE_JUDGED_CONTENT ? GATE_VERDICT_HOLD : GATE_VERDICT_REJECT;
	}
	worst(j);
}

/* From the refs' verdicts to the push's: who may sign what is held, and whether anybody can. */
static int conclude(const struct gate_server *s, struct gate_judged *j, struct gate_err *err)
{
	worst(j);
	join_atomic(j);
	gate_strs_clear(&j->excluded);
	gate_buf_reset(&j->excluded_why);
	if (j->reply.n_facts && (exclude(s, j, err) < 0 || digests(j, err) < 0))
		return -(int)err->code;
	if (j->verdict == GATE_VERDICT_HOLD && check_reachable(s, j, err) < 0)
		return -(int)err->code;
	worst(j);
	return gate_buf_check(&j->notes, err);
}

static int judge_score(const struct gate_server *s, struct gate_judged *j, struct gate_err *err)
{
	size_t dropped = j->reply.findings.dropped;

	unmask(j, &j->actor, &j->notes);
	for (size_t i = 0; i < j->reply.n_facts; i++) {
		if (gate_findings_of(s, j, i, err) < 0)
			return -(int)err->code;
	}
	/* What the worker found leaves no room for what holds a protected ref: nothing may land because a list was full. */
	if (j->reply.findings.dropped > dropped)
		return gate_err_set(err, GATE_E_LIMIT, "more than %d findings in one push; push fewer refs, or smaller parts, at once",
				    GATE_FINDINGS_MAX);
	if (j->has_ledger && gate_ratchet_apply(s, j, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < j->ask.changes.n; i++) {
		if (judge_ref(s, j, i, err) < 0)
			return -(int)err->code;
	}
	if (gate_score(&j->reply.findings, GATE_ALL_CHANGES, &j->total, err) < 0)
		return -(int)err->code;
	if (s->drift)
		gate_buf_fmt(&j->notes, "the .refgate/ on %s is not the one that was signed; the signed one stays in force until an admin "
					"runs `refgate doctor --acknowledge %s` on the server\n", s->policy_ref, s->policy_ref);
	return conclude(s, j, err);
}

int gate_judge_atomic(const struct gate_server *s, struct gate_judged *j, struct gate_err *err)
{
	j->atomic = true;
	return conclude(s, j, err);
}

static int begin(const struct gate_server *s, const struct gate_changes *changes, const struct gate_strs *identities,
		 struct gate_judged *j, struct gate_err *err)
{
	j->refs = calloc(changes->n + 1, sizeof(*j->refs));
	if (!j->refs || gate_strs_copy(&j->identities, identities, err) < 0)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; i < changes->n; i++) {
		struct gate_change *c = gate_changes_add(&j->ask.changes);

		if (!c)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		*c = changes->v[i];
		c->is_policy_ref = strcmp(c->ref, s->policy_ref) == 0;
		c->is_protected = gate_policy_protects(s->policy, c->ref, s->policy_ref);
	}
	gate_policy_actor(s->policy, identities, &j->actor);
	return 0;
}

int gate_judge_push(const struct gate_server *s, const struct gate_changes *changes, const struct gate_strs *identities,
		    bool atomic, bool talk, struct gate_judged *j, struct gate_err *err)
{
	bool fine = true;

	j->atomic = atomic;
	j->has_ledger = true;
	if (begin(s, changes, identities, j, err) < 0 || check_names(s, j, &fine, err) < 0)
		return -(int)err->code;
	if (fine && (fill_ask(s, j, err) < 0 || collect_tips(s, &j->ask, err) < 0 || run_worker(s, j, talk, err) < 0))
		return -(int)err->code;
	return judge_score(s, j, err);
}

int gate_judge_range(const struct gate_server *s, const struct gate_changes *changes, const struct gate_strs *identities,
		     struct gate_judged *j, struct gate_err *err)
{
	if (begin(s, changes, identities, j, err) < 0 || fill_ask(s, j, err) < 0 || gate_worker_judge(s, &j->ask, true, &j->reply, err) < 0)
		return -(int)err->code;
	return judge_score(s, j, err);
}
