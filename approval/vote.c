/* Who may vote, and towards which requirement a vote counts. */
#include "approval/quorum.h"

#include "approval/sshsig.h"
#include "base/when.h"

static const struct gate_person *find_person(const struct gate_people *people, const char *name)
{
	for (size_t i = 0; i < people->n; i++) {
		if (strcmp(people->v[i].name, name) == 0)
			return &people->v[i];
	}
	return NULL;
}

static const struct gate_key *find_key(const struct gate_person *person, const char *fp)
{
	for (size_t i = 0; i < person->n_keys; i++) {
		if (strcmp(person->keys[i].fp, fp) == 0)
			return &person->keys[i];
	}
	return NULL;
}

/* '*' and '?' as OpenSSH's match_pattern; backtracks to the last star only, so it is linear in pattern times text. */
static bool pattern_match(const char *pat, const char *s)
{
	const char *star = NULL, *from = NULL;

	while (*s) {
		if (*pat == '*') {
			star = pat++;
			from = s;
		} else if (*pat == '?' || *pat == *s) {
			pat++;
			s++;
		} else if (star) {
			pat = star + 1;
			s = ++from;
		} else {
			return false;
		}
	}
	return pat[strspn(pat, "*")] == '\0';
}

bool gate_key_allows(const struct gate_key *k, const char *ns)
{
	bool yes = k->namespaces.n == 0;

	for (size_t i = 0; i < k->namespaces.n; i++) {
		const char *pat = k->namespaces.v[i];

		if (pat[0] == '!' && pattern_match(pat + 1, ns))
			return false;
		yes |= pat[0] != '!' && pattern_match(pat, ns);
	}
	return yes;
}

static int check_key(const struct gate_person *person, const struct gate_vote *v, int64_t now, struct gate_err *err)
{
	const struct gate_key *k = find_key(person, v->fp);

	if (!k)
		return gate_err_set(
			err, GATE_E_SIGNER,
			"the key that signed is not one of %s's in .refgate/allowed_signers; sign with one that is",
			person->name);
	if (k->revoked)
		return gate_err_set(err, GATE_E_SIGNER,
				    "the key that signed for %s is revoked (.refgate/revoked_keys); sign with another",
				    person->name);
	if (!gate_key_valid(k, now))
		return gate_err_set(err, GATE_E_SIGNER,
				    "the key that signed for %s is not valid today (valid-after, valid-before in "
				    ".refgate/allowed_signers); sign with another", person->name);
	if (!gate_key_allows(k, GATE_SSHSIG_NS_APPROVAL))
		return gate_err_set(err, GATE_E_SIGNER,
				    "the key that signed for %s may not sign in namespace " GATE_SSHSIG_NS_APPROVAL
				    " (namespaces= in .refgate/allowed_signers); sign with another", person->name);
	if (v->sk != gate_key_is_sk(k))
		return gate_err_set(err, GATE_E_BUG, "a vote whose kind of key is not that of the key");
	return 0;
}

/* 0 when no requirement bounds it. */
static int64_t shortest_life(const struct gate_requirement *needs, size_t n)
{
	int64_t least = 0;

	for (size_t i = 0; i < n; i++) {
		if (needs[i].expires_s > 0 && (least == 0 || needs[i].expires_s < least))
			least = needs[i].expires_s;
	}
	return least;
}

static int check_window(const struct gate_vote *v, int64_t life, int64_t now, struct gate_err *err)
{
	char at[GATE_WHEN_SIZE];

	if (v->not_after <= v->not_before)
		return gate_err_set(err, GATE_E_SIGNER, "the statement's window ends before it begins; sign again");
	if (now > v->not_after) {
		gate_when_format(v->not_after, at);
		return gate_err_set(err, GATE_E_SIGNER, "the statement ended at %s (not-after); sign again", at);
	}
	if (v->not_before - GATE_CLOCK_SKEW_S > now) {
		gate_when_format(v->not_before, at);
		return gate_err_set(err, GATE_E_SIGNER,
				    "the statement begins at %s (not-before), more than 5 minutes ahead; set the clock "
				    "and sign again",
				    at);
	}
	if (life > 0 && v->not_after - v->not_before > life)
		return gate_err_set(err, GATE_E_SIGNER,
				    "the statement's window is %lld s long, and the policy allows %lld s; sign again "
				    "with a shorter one",
				    (long long)(v->not_after - v->not_before), (long long)life);
	return 0;
}

static bool role_serves(const struct gate_vote *v, const struct gate_requirement *need)
{
	return need->roles.n == 0 || (v->role[0] && gate_strs_has(&need->roles, v->role));
}

bool gate_vote_serves(const struct gate_vote *v, const struct gate_requirement *need)
{
	bool touched = v->sk && v->touch;

	if (!role_serves(v, need))
		return false;
	if (v->decision == GATE_DECISION_DENY || v->decision == GATE_DECISION_REBASE)
		return true;
	return v->decision == GATE_DECISION_APPROVE && (!need->touch || touched) && (!need->pin || (touched && v->pin));
}

/* The vote fits no requirement: whether for its role, or for want of touch and PIN, and what would do. */
static int serves_none(const struct gate_requirement *needs, size_t n, const struct gate_vote *v, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf names = { 0 };
	gate_auto(gate_strs) struct gate_strs roles = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (role_serves(v, &needs[i]))
			return gate_err_set(err, GATE_E_SIGNER,
					    "this must be signed with a security key that was touched%s; make one with "
					    "`ssh-keygen -t ed25519-sk%s`, have it added to .refgate/allowed_signers, "
					    "and sign with "
					    "--key FILE",
					    needs[i].pin ? " and given its PIN" : "",
					    needs[i].pin ? " -O verify-required" : "");
		for (size_t k = 0; k < needs[i].roles.n; k++) {
			if (gate_strs_add_new(&roles, needs[i].roles.v[k], err) < 0)
				return -(int)err->code;
		}
	}
	gate_strs_join(&names, &roles, ", ");
	return gate_err_set(err, GATE_E_SIGNER, "the role %s is not asked for here; sign with --role, one of: %s",
			    v->role[0] ? v->role : "none", names.len ? gate_buf_cstr(&names) : "(nobody needs to sign)");
}

static int check(const struct gate_people *people, const struct gate_requirement *needs, size_t n,
		 const struct gate_vote *v, const struct gate_strs *excluded, int64_t now, bool window,
		 struct gate_err *err)
{
	const struct gate_person *person = find_person(people, v->person);

	if (v->decision == GATE_DECISION_NONE || v->decision >= GATE_DECISION_COUNT)
		return gate_err_set(err, GATE_E_SIGNER, "the statement neither approves nor denies");
	if (!person)
		return gate_err_set(err, GATE_E_SIGNER, "%s is not among `people:` of .refgate/policy.yml", v->person);
	if (v->decision == GATE_DECISION_APPROVE && excluded && gate_strs_has(excluded, person->name))
		return gate_err_set(err, GATE_E_SIGNER,
				    "%s cannot approve this: pushed it, owns the agent that did, or stands in its "
				    "commits as author, "
				    "committer or co-author; another person must sign",
				    person->name);
	if (check_key(person, v, now, err) < 0)
		return -(int)err->code;
	if (v->role[0] && !gate_strs_has(&person->roles, v->role))
		return gate_err_set(err, GATE_E_SIGNER, "%s does not have the role %s (`people:` of .refgate/policy.yml)",
				    person->name, v->role);
	if (window && check_window(v, shortest_life(needs, n), now, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < n; i++) {
		if (gate_vote_serves(v, &needs[i]))
			return 0;
	}
	return serves_none(needs, n, v, err);
}

int gate_vote_eligible(const struct gate_people *people, const struct gate_requirement *needs, size_t n_needs,
		       const struct gate_vote *v, const struct gate_strs *excluded, int64_t now, struct gate_err *err)
{
	return check(people, needs, n_needs, v, excluded, now, true, err);
}

int gate_vote_check(const struct gate_people *people, const struct gate_requirement *needs, size_t n_needs,
		    const struct gate_vote *v, const struct gate_strs *excluded, int64_t now, struct gate_err *err)
{
	return check(people, needs, n_needs, v, excluded, now, v->decision == GATE_DECISION_APPROVE, err);
}

/* ---- who must stay out ---- */

static bool is_named(const struct gate_person *p, const char *name)
{
	return name && *name && (strcmp(p->name, name) == 0 || gate_strs_has(&p->aliases, name));
}

static bool has_mail(const struct gate_person *p, const char *mail)
{
	const struct gate_strs *lists[] = { &p->mails, &p->aliases };

	if (!*mail)
		return false;
	for (size_t l = 0; l < GATE_ARRAY_LEN(lists); l++) {
		for (size_t i = 0; i < lists[l]->n; i++) {
			if (strcasecmp(lists[l]->v[i], mail) == 0)
				return true;
		}
	}
	return strcasecmp(p->name, mail) == 0;
}

static const char *first_mail(const struct gate_person *p, const struct gate_strs *mails)
{
	for (size_t i = 0; mails && i < mails->n; i++) {
		if (has_mail(p, mails->v[i]))
			return mails->v[i];
	}
	return NULL;
}

static void tell(struct gate_buf *why, const struct gate_person *p, const char *reason, const char *mail)
{
	if (!why)
		return;
	gate_buf_fmt(why, "%s: %s", p->name, reason);
	if (mail) {
		gate_buf_str(why, " (");
		gate_escape(why, mail, strlen(mail));
		gate_buf_str(why, ")");
	}
	gate_buf_char(why, '\n');
}

int gate_quorum_exclude(const struct gate_people *people, const char *actor, const char *owner,
			const struct gate_strs *mails, struct gate_strs *out, struct gate_buf *why,
			struct gate_err *err)
{
	for (size_t i = 0; i < people->n; i++) {
		const struct gate_person *p = &people->v[i];
		const char *mail = first_mail(p, mails);
		const char *reason = is_named(p, actor) ? "pushed this" :
				     is_named(p, owner) ? "owns the agent that pushed this" :
				     mail ? "author, committer or co-author of a new commit" : NULL;

		if (!reason || gate_strs_has(out, p->name))
			continue;
		if (gate_strs_add(out, p->name, err) < 0)
			return -(int)err->code;
		tell(why, p, reason, is_named(p, actor) || is_named(p, owner) ? NULL : mail);
	}
	return why ? gate_buf_check(why, err) : 0;
}
