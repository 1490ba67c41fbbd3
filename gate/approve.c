#include "gate/approve.h"

#include "approval/sshsig.h"
#include "audit/log.h"
#include "base/io.h"
#include "base/when.h"
#include "gate/entries.h"
#include "gate/hold.h"
#include "gate/judge.h"
#include "gate/pending.h"
#include "gate/ratify.h"
#include "repo/loose.h"

#include <string.h>

bool gate_approval_ref_parse(const char *ref, char id[GATE_ID_LEN + 1], char fp[65])
{
	const char *p = ref + strlen(GATE_INBOX_APPROVALS);

	if (!gate_starts_with(ref, GATE_INBOX_APPROVALS) || strlen(p) != GATE_ID_LEN + 1 + 64 || p[GATE_ID_LEN] != '/' ||
	    !gate_is_hex(p + GATE_ID_LEN + 1, 64))
		return false;
	memcpy(id, p, GATE_ID_LEN);
	id[GATE_ID_LEN] = '\0';
	memcpy(fp, p + GATE_ID_LEN + 1, 65);
	return gate_id_valid(id);
}

static const struct gate_person *owner_of_key(const struct gate_people *people, const char *fp)
{
	for (size_t i = 0; i < people->n; i++) {
		for (size_t k = 0; k < people->v[i].n_keys; k++) {
			if (strcmp(people->v[i].keys[k].fp, fp) == 0)
				return &people->v[i];
		}
	}
	return NULL;
}

static int check_signature(const struct gate_server *s, const struct gate_sshsig *sig, const char *armor, size_t armor_len,
			   const char *text, size_t len, struct gate_err *err)
{
	if (sig->native)
		return gate_sshsig_verify(sig, GATE_SSHSIG_NS_APPROVAL, text, len, err);
	if (!s->policy->external_verifier)
		return gate_err_set(err, GATE_E_SIGNATURE,
				    "%s keys are verified by ssh-keygen, which the policy does not allow (verifier: {external: "
				    "ssh-keygen}); sign with an ed25519 key", sig->type);
	return gate_sshsig_verify_external(sig, armor, armor_len, GATE_SSHSIG_NS_APPROVAL, text, len, err);
}

/* The window: at most as long as the pending's tier allows, beginning at most 5 minutes from now (CONTRACT). */
static int check_window(const struct gate_server *s, const struct gate_record *r, const struct gate_vote *v, struct gate_err *err)
{
	int64_t longest = 0;

	for (size_t i = 0; i < r->n_needs; i++) {
		if (!longest || r->needs[i].expires_s < longest)
			longest = r->needs[i].expires_s;
	}
	if (v->not_after <= v->not_before || v->not_after - v->not_before > longest)
		return gate_err_set(err, GATE_E_STATEMENT, "the statement's window is %ld s, at most %ld s are allowed",
				    (long)(v->not_after - v->not_before), (long)longest);
	if (v->not_before > s->now + 300)
		return gate_err_set(err, GATE_E_STATEMENT, "the statement begins more than 5 minutes from now; check your clock");
	if (s->now > v->not_after)
		return gate_err_set(err, GATE_E_STATEMENT, "the statement is over since %ld s; sign again", (long)(s->now - v->not_after));
	return 0;
}

/* A mirror of another gated repository brings that one's records along: what was signed there counts nothing here. */
static int check_repo(const struct gate_server *s, const struct gate_record *r, struct gate_err *err)
{
	gate_autofree char *line = gate_fmt("\nrepo-id %s\n", s->repo_id);

	if (!line)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	return strstr(r->statement, line) ? 0 :
					    gate_err_set(err, GATE_E_STATEMENT, "pending %s was held by another repository than this one "
									       "(repo-id); the agent pushes here", r->id);
}

/* What a statement says, and that its person signed it; whether its window is open now is check_window's. */
static int read_vote(const struct gate_server *s, const struct gate_record *r, const char *fp, const char *blob, size_t len,
		     struct gate_vote *v, struct gate_err *err)
{
	__attribute__((cleanup(gate_sshsig_clear))) struct gate_sshsig sig = { 0 };
	struct gate_signer_part six = { 0 };
	const struct gate_person *person;
	const char *text, *armor;
	size_t text_len, armor_len;

	if (check_repo(s, r, err) < 0 || gate_approval_split(blob, len, &text, &text_len, &armor, &armor_len, err) < 0 ||
	    gate_statement_read_six(text, text_len, &six, err) < 0 ||
	    gate_statement_same(r->statement, strlen(r->statement), &six, text, text_len, err) < 0 ||
	    gate_sshsig_parse(armor, armor_len, &sig, err) < 0)
		return -(int)err->code;
	if (strcmp(sig.fp, fp) != 0)
		return gate_err_set(err, GATE_E_SIGNER, "the ref names another key than the one that signed");
	person = owner_of_key(&s->policy->people, fp);
	if (!person)
		return gate_err_set(err, GATE_E_SIGNER, "the key that signed belongs to nobody in .refgate/allowed_signers");
	if (person != gate_policy_person(s->policy, six.signer))
		return gate_err_set(err, GATE_E_SIGNER, "the statement is by %s, but the key that signed is %s's", six.signer,
				    person->name);
	if (check_signature(s, &sig, armor, armor_len, text, text_len, err) < 0)
		return -(int)err->code;
	gate_copy(v->person, sizeof(v->person), person->name);
	gate_copy(v->role, sizeof(v->role), six.role);
	gate_copy(v->fp, sizeof(v->fp), fp);
	v->decision = six.decision;
	v->sk = sig.sk;
	v->touch = sig.sk && (sig.flags & 0x01);
	v->pin = sig.sk && (sig.flags & 0x04);
	v->received = s->now;
	if (!gate_when_parse(six.not_before, &v->not_before) || !gate_when_parse(six.not_after, &v->not_after))
		return gate_err_set(err, GATE_E_STATEMENT, "the statement's times are malformed");
	return 0;
}

int gate_approval_closed(const struct gate_record *r, enum gate_state now, struct gate_err *err)
{
	switch (now) {
	case GATE_STATE_RELEASED:
		return gate_err_set(err, GATE_E_PENDING, "pending %s was released already; an approval counts once", r->id);
	case GATE_STATE_STALE:
		if (r->next[0])
			return gate_err_set(err, GATE_E_STALE, "pending %s is stale and was rebased as %s; review that one", r->id, r->next);
		return gate_err_set(err, GATE_E_STALE,
				    "pending %s is stale: its target moved. The agent runs: git fetch && git rebase && git push; or a "
				    "maintainer: refgate approve %s --rebase", r->id, r->id);
	case GATE_STATE_SUPERSEDED:
		return gate_err_set(err, GATE_E_PENDING, "pending %s was superseded by %s; review that one", r->id,
				    r->next[0] ? r->next : "a later push");
	case GATE_STATE_DENIED:
		return gate_err_set(err, GATE_E_PENDING, "pending %s was denied by %s", r->id, r->by[0] ? r->by : "a person");
	case GATE_STATE_EXPIRED:
		return gate_err_set(err, GATE_E_PENDING, "pending %s has expired; the agent pushes again", r->id);
	case GATE_STATE_OPEN:
	case GATE_STATE_COUNT:
		break;
	}
	return gate_err_set(err, GATE_E_BUG, "pending %s: state %s", r->id, gate_state_name(now));
}

/* A later statement of a key takes the place of its earlier one; an earlier approval, which anybody may have fetched and hand in again, does not
 * take a denial back, though its window is over. A denial is always taken: clocks differ, and it is the safe side. */
static int check_newer(const struct gate_server *s, const struct gate_record *r, const struct gate_vote *v, const char *blob, size_t len,
		       struct gate_err *err)
{
	gate_autofree char *name = gate_fmt("%s%s/%s", GATE_REFS_APPROVALS, r->id, v->fp);
	gate_auto(gate_buf) struct gate_buf stored = { 0 };
	struct gate_vote before = { 0 };
	struct gate_err gone = { 0 };
	struct gate_ref ref;

	if (!name || gate_ref_read(s->refs, name, &ref, err) < 0)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (ref.kind != GATE_REF_DIRECT || gate_git_read(&s->repo, ref.oid, "blob", GATE_APPROVAL_MAX, &stored, &gone) < 0 ||
	    (stored.len == len && memcmp(stored.s, blob, len) == 0) ||
	    read_vote(s, r, v->fp, gate_buf_cstr(&stored), stored.len, &before, &gone) < 0)
		return 0;
	if (before.decision != GATE_DECISION_DENY || v->decision == GATE_DECISION_DENY || v->not_before > before.not_before)
		return 0;
	return gate_err_set(err, GATE_E_STATEMENT, "a later statement of this key (%s) is known for %s; sign anew to change it",
			    gate_decision_name(before.decision), r->id);
}

static bool asks_to_rebase(const char *blob, size_t len)
{
	struct gate_signer_part six = { 0 };
	struct gate_err ignored = { 0 };
	const char *text, *armor;
	size_t text_len, armor_len;

	return gate_approval_split(blob, len, &text, &text_len, &armor, &armor_len, &ignored) == 0 &&
	       gate_statement_read_six(text, text_len, &six, &ignored) == 0 && six.decision == GATE_DECISION_REBASE;
}

int gate_rebase_ready(const struct gate_record *r, enum gate_state now, int64_t at, struct gate_err *err)
{
	if (now == GATE_STATE_OPEN)
		return gate_err_set(err, GATE_E_PENDING, "pending %s is not stale: its target did not move; approve it as it stands", r->id);
	if (now != GATE_STATE_STALE || r->next[0])
		return gate_approval_closed(r, now, err);
	return at > r->expires ? gate_approval_closed(r, GATE_STATE_EXPIRED, err) : 0;
}

/* Asking for a rebase decides nothing: any person who could sign may, in any role that is asked for, and needs no touch. */
static int check_request(const struct gate_server *s, const struct gate_record *r, const struct gate_vote *v, struct gate_err *err)
{
	return gate_vote_eligible(&s->policy->people, r->needs, r->n_needs, v, NULL, s->now, err);
}

int gate_approval_check(const struct gate_server *s, const char *id, const char *fp, const char *blob, size_t len,
			struct gate_record *record, struct gate_vote *vote, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs excluded = { 0 };
	struct gate_requirement *needs = NULL;
	size_t n = 0;
	enum gate_state now;

	if (gate_pending_load(s, id, record, err) < 0)
		return -(int)err->code;
	now = gate_pending_state_now(s, record);
	if (asks_to_rebase(blob, len)) {
		if (gate_rebase_ready(record, now, s->now, err) < 0 || read_vote(s, record, fp, blob, len, vote, err) < 0 ||
		    check_window(s, record, vote, err) < 0)
			return -(int)err->code;
		return check_request(s, record, vote, err);
	}
	if (now != GATE_STATE_OPEN)
		return gate_approval_closed(record, now, err);
	if (read_vote(s, record, fp, blob, len, vote, err) < 0 || check_window(s, record, vote, err) < 0 ||
	    check_newer(s, record, vote, blob, len, err) < 0)
		return -(int)err->code;
	if (gate_needs_now(s, record, &needs, &n, &excluded, err) == 0)
		gate_vote_eligible(&s->policy->people, needs, n, vote, &excluded, s->now, err);
	for (size_t i = 0; i < n; i++)
		gate_requirement_clear(&needs[i]);
	free(needs);
	return err->code == GATE_OK ? 0 : -(int)err->code;
}

/* What the log calls it. */
static const char *received(const struct gate_record *r, const struct gate_vote *v)
{
	if (!r->recovered_by[0])
		return "approval_received";
	return v->decision == GATE_DECISION_APPROVE ? "ratified" : "ratification_denied";
}

int gate_approval_put(struct gate_server *s, const char *id, const char *fp, const struct gate_buf *blob, const char *box,
		      const char *box_at, struct gate_err *err)
{
	static const char zeros[] = "0000000000000000000000000000000000000000";
	gate_auto(gate_ref_updates) struct gate_ref_updates u = { 0 };
	gate_auto(gate_strs) struct gate_strs bodies = { 0 };
	__attribute__((cleanup(gate_record_clear))) struct gate_record record = { 0 };
	gate_autofree char *to = gate_fmt("%s%s/%s", GATE_REFS_APPROVALS, id, fp);
	struct gate_vote vote = { 0 };
	struct gate_ref before, in_box = { 0 };
	char written[GATE_HEXSZ + 1];

	/* The in-box is emptied of this statement and of what the same push replaced: another one may have come meanwhile, a denial at that.
	 * What was there before the check is what the transaction asks for: of two statements of one key at once, one is told. */
	if (!to || gate_server_refresh(s, err) < 0 || gate_ref_read(s->refs, to, &before, err) < 0 ||
	    gate_approval_check(s, id, fp, gate_buf_cstr(blob), blob->len, &record, &vote, err) < 0 ||
	    gate_entry_approval(s, received(&record, &vote), id, &vote, NULL, &bodies, err) < 0 ||
	    gate_entries_append(s, &bodies, true, true, NULL, err) < 0 ||
	    gate_loose_write(&s->repo, "blob", gate_buf_cstr(blob), blob->len, written, err) < 0 ||
	    gate_ref_updates_add(&u, to, written, before.oid, err) < 0 || (box && gate_ref_read(s->refs, box, &in_box, err) < 0) ||
	    (in_box.kind == GATE_REF_DIRECT && (strcmp(in_box.oid, written) == 0 || (box_at && strcmp(in_box.oid, box_at) == 0)) &&
	     gate_ref_updates_add(&u, box, zeros, in_box.oid, err) < 0))
		return -(int)err->code;
	return gate_refs_commit(&s->repo, &u, "refgate: approval", err);
}

int gate_approval_keep(struct gate_server *s, const char *ref, const char *oid, const char *instead_of, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf blob = { 0 };
	char id[GATE_ID_LEN + 1], fp[65];

	if (!gate_approval_ref_parse(ref, id, fp))
		return gate_err_set(err, GATE_E_REF, "%s is no place for an approval", ref);
	gate_log_make_room(s->audit);
	if ((!s->policy && (gate_server_configure(s, err) < 0 || gate_server_load_policy(s, err) < 0)) ||
	    gate_git_read(&s->repo, oid, "blob", GATE_APPROVAL_MAX, &blob, err) < 0)
		return -(int)err->code;
	return gate_approval_put(s, id, fp, &blob, ref, instead_of, err);
}

/* ---- what is stored ---- */

struct stored {
	bool requests; /* those to rebase instead of those that decide */
	const struct gate_server *s;
	const struct gate_record *r;
	struct gate_vote *votes;
	size_t n, cap;
	struct gate_buf *why;
	struct gate_err *err;
};

static int load_vote(const char *name, const struct gate_ref *ref, void *arg)
{
	struct stored *st = arg;
	gate_auto(gate_buf) struct gate_buf blob = { 0 };
	const char *fp = strrchr(name, '/') + 1;
	struct gate_err one = { 0 };
	struct gate_vote v = { 0 };

	/* An unreadable one may be a denial: nothing is decided without it. */
	if (gate_git_read(&st->s->repo, ref->oid, "blob", GATE_APPROVAL_MAX, &blob, st->err) < 0)
		return gate_err_wrap(st->err, "the statement at %s cannot be read", name);
	if (read_vote(st->s, st->r, fp, gate_buf_cstr(&blob), blob.len, &v, &one) < 0 || check_window(st->s, st->r, &v, &one) < 0) {
		if (st->why)
			gate_buf_fmt(st->why, "a statement no longer counts: %s\n", one.text);
		return 0;
	}
	if ((v.decision == GATE_DECISION_REBASE) != st->requests)
		return 0;
	if (st->n == st->cap) {
		size_t cap = st->cap ? st->cap * 2 : 8;
		struct gate_vote *bigger = reallocarray(st->votes, cap, sizeof(*bigger));

		if (!bigger)
			return gate_err_set(st->err, GATE_E_NOMEM, "out of memory");
		st->votes = bigger;
		st->cap = cap;
	}
	st->votes[st->n++] = v;
	return 0;
}

static int load(const struct gate_server *s, const struct gate_record *r, bool requests, struct gate_vote **votes, size_t *n,
		struct gate_buf *why, struct gate_err *err)
{
	gate_autofree char *prefix = gate_fmt("%s%s/", GATE_REFS_APPROVALS, r->id);
	struct stored st = { .requests = requests, .s = s, .r = r, .why = why, .err = err };

	*votes = NULL;
	*n = 0;
	if (!prefix)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (gate_refs_each(s->refs, prefix, load_vote, &st, err) < 0 || err->code != GATE_OK) {
		free(st.votes);
		return -(int)err->code;
	}
	*votes = st.votes;
	*n = st.n;
	return 0;
}

int gate_votes_load(const struct gate_server *s, const struct gate_record *r, struct gate_vote **votes, size_t *n,
		    struct gate_buf *why, struct gate_err *err)
{
	return load(s, r, false, votes, n, why, err);
}

int gate_rebase_asked(const struct gate_server *s, const struct gate_record *r, char person[256], struct gate_err *err)
{
	gate_autofree struct gate_vote *votes = NULL;
	size_t n;

	person[0] = '\0';
	if (load(s, r, true, &votes, &n, NULL, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < n && !person[0]; i++) {
		struct gate_err why = { 0 };

		if (check_request(s, r, &votes[i], &why) == 0)
			gate_copy(person, 256, votes[i].person);
	}
	return 0;
}

struct forgetting {
	const struct gate_server *s;
	struct gate_ref_updates *u;
	struct gate_err *err;
};

static int forget_request(const char *name, const struct gate_ref *ref, void *arg)
{
	static const char zeros[] = "0000000000000000000000000000000000000000";
	struct forgetting *f = arg;
	gate_auto(gate_buf) struct gate_buf blob = { 0 };

	if (gate_git_read(&f->s->repo, ref->oid, "blob", GATE_APPROVAL_MAX, &blob, f->err) < 0)
		return 1;
	return asks_to_rebase(gate_buf_cstr(&blob), blob.len) && gate_ref_updates_add(f->u, name, zeros, ref->oid, f->err) < 0;
}

int gate_rebase_forget(const struct gate_server *s, const char *id, struct gate_ref_updates *u, struct gate_err *err)
{
	gate_autofree char *prefix = gate_fmt("%s%s/", GATE_REFS_APPROVALS, id);
	struct forgetting f = { s, u, err };

	if (!prefix)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	return gate_refs_each(s->refs, prefix, forget_request, &f, err) < 0 || err->code != GATE_OK ? -(int)err->code : 0;
}

static int add_need(struct gate_requirement *needs, size_t *n, const struct gate_requirement *need, struct gate_err *err)
{
	return gate_requirement_copy(&needs[(*n)++], need, err);
}

/* The same changes judged by the policy in force: its requirements beside those that were recorded. */
static int add_judged(const struct gate_server *s, const struct gate_record *r, struct gate_requirement **needs, size_t *n,
		      struct gate_strs *excluded, struct gate_err *err)
{
	__attribute__((cleanup(gate_judged_clear))) struct gate_judged j = { 0 };
	gate_auto(gate_changes) struct gate_changes changes = { 0 };
	struct gate_server probe = *s;
	struct gate_requirement *bigger;

	/* Judged from the store: the push that is under way, if there is one, brings a statement and nothing else. */
	probe.repo.quarantine[0] = '\0';
	if (gate_record_changes(r, &changes, err) < 0 || gate_judge_range(&probe, &changes, &r->identities, &j, err) < 0)
		return -(int)err->code;
	if (j.verdict == GATE_VERDICT_REJECT)
		return gate_err_set(err, GATE_E_STALE, "pending %s: the policy in force rejects this change; the agent pushes again to see why",
				    r->id);
	for (size_t i = 0; i < j.excluded.n; i++) {
		if (gate_strs_add_new(excluded, j.excluded.v[i], err) < 0)
			return -(int)err->code;
	}
	bigger = reallocarray(*needs, *n + j.n_needs + r->n_refs + 1, sizeof(*bigger));
	if (!bigger)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	*needs = bigger;
	for (size_t i = 0; i < j.n_needs; i++) {
		bigger[*n] = (struct gate_requirement){ 0 };
		if (add_need(bigger, n, &j.needs[i], err) < 0)
			return -(int)err->code;
	}
	return 0;
}

int gate_needs_now(const struct gate_server *s, const struct gate_record *r, struct gate_requirement **out, size_t *n,
		   struct gate_strs *excluded, struct gate_err *err)
{
	struct gate_requirement *needs = calloc(r->n_needs + r->n_refs + 1, sizeof(*needs));

	*out = needs;
	*n = 0;
	if (!needs)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; i < r->n_needs; i++) {
		if (add_need(needs, n, &r->needs[i], err) < 0)
			return -(int)err->code;
	}
	if (gate_strs_copy(excluded, &r->excluded, err) < 0)
		return -(int)err->code;
	if (r->recovered_by[0]) { /* nothing is judged: it has landed; who there is to ratify is a question of today */
		gate_requirement_clear(&needs[0]);
		gate_ratify_need(s->policy, s->now, &needs[0]);
		return 0;
	}
	if (strcmp(s->policy->digest, r->policy) == 0)
		return 0;
	/* The policy changed since: what it asks more counts too, by tier, rule and owner (HOLES 24). */
	if (add_judged(s, r, out, n, excluded, err) < 0)
		return -(int)err->code;
	needs = *out;
	for (size_t i = 0; i < r->n_refs; i++) {
		const struct gate_tier_rule *t = &s->policy->tiers[r->refs[i].tier];
		bool prot = gate_policy_protects(s->policy, r->refs[i].ref, s->policy_ref);
		const struct gate_answer *a = prot ? &t->prot : &t->open;

		if (a->action == GATE_VERDICT_REJECT)
			return gate_err_set(err, GATE_E_STALE,
					    "pending %s: the policy now rejects a %s change of %s; the agent pushes again to see why", r->id,
					    gate_tier_name(r->refs[i].tier), r->refs[i].ref);
		if (a->action == GATE_VERDICT_HOLD && add_need(needs, n, &a->need, err) < 0)
			return -(int)err->code;
	}
	return 0;
}
