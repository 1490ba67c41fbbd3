/* Counting persons: each case that is met has a twin that is not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "approval/quorum.h"

#define NOW 1795442400
#define HOUR 3600

static const char *const role_names[] = { "maintainer", "security", "docs", "platform" };
enum { MAINT = 1, SEC = 2, DOCS = 4, PLAT = 8 };

struct world {
	struct gate_people people;
	struct gate_strs excluded;
	struct gate_requirement needs[3];
	size_t n_needs;
	struct gate_vote votes[16];
	size_t n_votes;
	struct gate_quorum q;
	struct gate_err err;
};

static void add_roles(struct gate_strs *to, unsigned bits)
{
	struct gate_err err = { 0 };

	for (size_t i = 0; i < GATE_ARRAY_LEN(role_names); i++) {
		if (bits & 1u << i)
			assert_int_equal(gate_strs_add(to, role_names[i], &err), 0);
	}
}

static void add_person(struct world *w, const char *name, unsigned roles, size_t n_keys)
{
	struct gate_person *p;

	w->people.v = reallocarray(w->people.v, w->people.n + 1, sizeof(*p));
	p = &w->people.v[w->people.n++];
	*p = (struct gate_person){ .name = strdup(name), .keys = calloc(n_keys, sizeof(*p->keys)), .n_keys = n_keys };
	add_roles(&p->roles, roles);
	for (size_t i = 0; i < n_keys; i++) {
		bool sk = i == 1; /* the second key is a token */

		gate_copy(p->keys[i].type, sizeof(p->keys[i].type), sk ? "sk-ssh-ed25519@openssh.com" : "ssh-ed25519");
		snprintf(p->keys[i].fp, sizeof(p->keys[i].fp), "%s-%zu", name, i);
	}
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	add_person(w, "alice", MAINT | SEC, 3);
	add_person(w, "bob", MAINT, 2);
	add_person(w, "carol", SEC, 2);
	add_person(w, "dave", DOCS | PLAT, 1);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	gate_people_clear(&w->people);
	gate_strs_clear(&w->excluded);
	for (size_t i = 0; i < w->n_needs; i++)
		gate_requirement_clear(&w->needs[i]);
	gate_quorum_clear(&w->q);
	free(w);
	return 0;
}

static struct gate_requirement *need(struct world *w, uint32_t approvals, unsigned roles)
{
	struct gate_requirement *r = &w->needs[w->n_needs++];

	*r = (struct gate_requirement){ .approvals = approvals, .expires_s = 4 * HOUR };
	add_roles(&r->roles, roles);
	return r;
}

/* key: index of the person's key. */
static struct gate_vote *vote(struct world *w, const char *person, size_t key, const char *role)
{
	struct gate_vote *v = &w->votes[w->n_votes++];

	*v = (struct gate_vote){ .decision = GATE_DECISION_APPROVE, .not_before = NOW - 60, .not_after = NOW + HOUR,
				 .received = NOW - 30, .sk = key == 1, .touch = key == 1 };
	gate_copy(v->person, sizeof(v->person), person);
	gate_copy(v->role, sizeof(v->role), role);
	snprintf(v->fp, sizeof(v->fp), "%s-%zu", person, key);
	return v;
}

static bool met(struct world *w)
{
	gate_quorum_clear(&w->q);
	gate_err_reset(&w->err);
	assert_int_equal(gate_quorum_count(&w->people, w->needs, w->n_needs, w->votes, w->n_votes, &w->excluded, NOW,
					   &w->q, &w->err),
			 0);
	assert_true(w->q.met ? w->q.missing.len == 0 : w->q.denied || w->q.missing.len > 0);
	return w->q.met;
}

static void expect_missing(struct world *w, const char *text)
{
	assert_false(met(w));
	assert_string_equal(gate_buf_cstr(&w->q.missing), text);
}

static bool eligible(struct world *w, const struct gate_vote *v)
{
	gate_err_reset(&w->err);
	return gate_vote_eligible(&w->people, w->needs, w->n_needs, v, &w->excluded, NOW, &w->err) == 0;
}

static void refused(struct world *w, const struct gate_vote *v, const char *because)
{
	assert_false(eligible(w, v));
	assert_int_equal(w->err.code, GATE_E_SIGNER);
	if (!strstr(w->err.text, because))
		fail_msg("wanted '%s' in '%s'", because, w->err.text);
}

static void persons_and_roles(void **state)
{
	struct world *w = *state;

	need(w, 2, MAINT | SEC);
	expect_missing(w, "1 of role maintainer; 1 of role security");
	vote(w, "alice", 0, "maintainer");
	expect_missing(w, "1 of role security");
	assert_int_equal(w->q.wanted.n, 1);
	assert_string_equal(w->q.wanted.v[0], "security");
	vote(w, "bob", 0, "maintainer"); /* two persons, but nobody as security */
	expect_missing(w, "1 of role security");
	vote(w, "carol", 0, "security");
	assert_true(met(w));
	assert_int_equal(w->q.counted.n, 3);
}

static void one_person_with_two_keys_is_one(void **state)
{
	struct world *w = *state;

	need(w, 2, 0);
	vote(w, "alice", 0, "maintainer");
	vote(w, "alice", 1, "maintainer");
	vote(w, "alice", 2, "security");
	expect_missing(w, "1 more person");
	assert_true(w->q.any_role);
	assert_int_equal(w->q.counted.n, 1);
	vote(w, "bob", 0, "maintainer");
	assert_true(met(w));
}

static void one_person_may_fill_two_roles_unless_distinct(void **state)
{
	struct world *w = *state;
	struct gate_requirement *r = need(w, 2, MAINT | SEC);

	vote(w, "alice", 0, "maintainer");
	vote(w, "alice", 2, "security");
	expect_missing(w, "1 more person");
	assert_true(gate_strs_has(&w->q.wanted, "maintainer") && gate_strs_has(&w->q.wanted, "security"));
	vote(w, "bob", 0, "maintainer");
	assert_true(met(w));
	r->approvals = 1;
	w->n_votes = 2;
	assert_true(met(w));
	r->distinct_roles = true;
	assert_false(met(w));
	vote(w, "bob", 0, "maintainer");
	assert_true(met(w)); /* the matching must move alice from maintainer to security */
}

static void the_matching_finds_a_long_way(void **state)
{
	struct world *w = *state;
	struct gate_requirement *r = need(w, 3, MAINT | SEC | DOCS);

	r->distinct_roles = true;
	gate_strs_clear(&w->people.v[1].roles);
	add_roles(&w->people.v[1].roles, SEC | DOCS);
	vote(w, "alice", 0, "maintainer");
	vote(w, "alice", 1, "security");
	vote(w, "bob", 0, "security");
	vote(w, "bob", 1, "docs");
	expect_missing(w, "1 of role docs");
	/* carol takes security, bob moves on to docs or alice stays maintainer */
	vote(w, "carol", 0, "security");
	assert_true(met(w));
	gate_strs_clear(&w->people.v[1].roles);
	add_roles(&w->people.v[1].roles, SEC);
	expect_missing(w, "1 of role docs");
}

static void a_role_nobody_asked_for_counts_only_where_no_role_is_listed(void **state)
{
	struct world *w = *state;
	struct gate_vote *v;

	need(w, 2, MAINT);
	vote(w, "alice", 0, "maintainer");
	v = vote(w, "dave", 0, "docs");
	expect_missing(w, "1 of role maintainer");
	refused(w, v, "the role docs is not asked for");
	gate_strs_clear(&w->needs[0].roles);
	assert_true(met(w));
	assert_true(eligible(w, v));
	v->role[0] = '\0'; /* no role at all: fine where none is asked */
	assert_true(met(w));
	add_roles(&w->needs[0].roles, MAINT);
	assert_false(met(w));
	refused(w, v, "the role none is not asked for");
}

static void requirements_add_up(void **state)
{
	struct world *w = *state;

	need(w, 2, 0);
	need(w, 1, PLAT);
	expect_missing(w, "1 of role platform; 1 more person");
	vote(w, "bob", 0, "maintainer");
	expect_missing(w, "1 of role platform");
	vote(w, "carol", 0, "security");
	expect_missing(w, "1 of role platform");
	w->n_votes = 1;
	vote(w, "dave", 0, "platform"); /* one of the two, and the owner of the paths */
	assert_true(met(w));
	w->needs[1].approvals = 2;
	expect_missing(w, "1 of role platform");
	w->needs[0].approvals = 5;
	expect_missing(w, "1 of role platform; 2 more persons");
}

static void zero_approvals_mean_one(void **state)
{
	struct world *w = *state;

	need(w, 0, 0);
	expect_missing(w, "1 more person");
	vote(w, "bob", 0, "maintainer");
	assert_true(met(w));
	w->n_needs = 0;
	gate_quorum_clear(&w->q);
	assert_int_equal(gate_quorum_count(&w->people, w->needs, 0, w->votes, w->n_votes, NULL, NOW, &w->q, &w->err),
			 -GATE_E_BUG);
	assert_false(w->q.met);
	w->n_needs = 1;
}

static void one_denial_blocks(void **state)
{
	struct world *w = *state;
	struct gate_vote *v;

	need(w, 1, MAINT)->touch = true;
	vote(w, "bob", 1, "maintainer");
	assert_true(met(w));
	v = vote(w, "alice", 0, "maintainer"); /* no touch: saying no needs none */
	v->decision = GATE_DECISION_DENY;
	assert_false(met(w));
	assert_true(w->q.denied);
	assert_string_equal(w->q.denied_by, "alice");
	assert_int_equal(w->q.counted.n, 1);
	v->not_after = NOW - 1; /* it does not end by itself */
	assert_false(met(w));
	refused(w, v, "ended at"); /* but cannot be handed in late */
	v->not_after = NOW + HOUR;
	assert_int_equal(gate_strs_add(&w->excluded, "alice", &w->err), 0);
	assert_false(met(w)); /* co-author or not */
	gate_copy(v->role, sizeof(v->role), "docs"); /* which alice does not have */
	assert_true(met(w));
	assert_false(w->q.denied);
	gate_copy(v->role, sizeof(v->role), "maintainer");
	w->people.v[0].keys[0].revoked = true;
	assert_true(met(w));
	gate_copy(v->person, sizeof(v->person), "dave"); /* real, but of a role that has no say here */
	gate_copy(v->fp, sizeof(v->fp), "dave-0");
	gate_copy(v->role, sizeof(v->role), "docs");
	assert_true(met(w));
	refused(w, v, "the role docs is not asked for");
}

static void a_persons_denial_stands_against_the_approval_of_another_key(void **state)
{
	struct world *w = *state;

	need(w, 1, 0);
	vote(w, "alice", 0, "maintainer")->decision = GATE_DECISION_DENY;
	vote(w, "alice", 2, "maintainer");
	assert_false(met(w));
	w->votes[0].decision = GATE_DECISION_APPROVE;
	assert_true(met(w));
	w->votes[0].decision = w->votes[1].decision = GATE_DECISION_NONE;
	expect_missing(w, "1 more person");
	refused(w, &w->votes[0], "neither approves nor denies");
}

static void a_request_to_rebase_counts_nothing(void **state)
{
	struct world *w = *state;
	struct gate_vote *v;

	need(w, 1, MAINT)->touch = true;
	v = vote(w, "alice", 0, "maintainer"); /* asking needs no touch */
	v->decision = GATE_DECISION_REBASE;
	assert_true(eligible(w, v));
	expect_missing(w, "1 of role maintainer");
	assert_false(w->q.denied);
	gate_copy(v->role, sizeof(v->role), "docs");
	refused(w, v, "");
}

static void keys_must_be_owned_valid_and_unrevoked(void **state)
{
	struct world *w = *state;
	struct gate_key *k = &w->people.v[1].keys[0];
	struct gate_vote *v;

	need(w, 1, 0);
	v = vote(w, "bob", 0, "maintainer");
	assert_true(met(w) && eligible(w, v));
	k->revoked = true; /* between receipt and release */
	expect_missing(w, "1 more person");
	refused(w, v, "revoked");
	k->revoked = false;
	k->valid_before = NOW; /* bounds are inclusive */
	assert_true(met(w));
	k->valid_before = NOW - 1;
	assert_false(met(w));
	refused(w, v, "not valid today");
	k->valid_before = 0;
	k->valid_after = NOW + 1;
	assert_false(met(w));
	k->valid_after = NOW;
	assert_true(met(w));
	gate_copy(v->fp, sizeof(v->fp), "alice-0"); /* somebody else's key */
	assert_false(met(w));
	refused(w, v, "not one of bob's");
	gate_copy(v->person, sizeof(v->person), "mallory");
	assert_false(met(w));
	refused(w, v, "mallory is not among");
}

static void namespaces_of_a_key(void **state)
{
	static const struct {
		const char *list[3];
		bool yes;
	} cases[] = {
		{ { NULL }, true },
		{ { "git" }, false },
		{ { "git", "approval.v1@refgate" }, true },
		{ { "approval.*" }, true },
		{ { "*@refgat" }, false },
		{ { "approval.v?@refgate" }, true },
		{ { "*", "!approval.v1@refgate" }, false },
		{ { "!git" }, false },
		{ { "a*l*e" }, true },
		{ { "" }, false },
	};
	struct world *w = *state;
	struct gate_key *k = &w->people.v[1].keys[0];

	need(w, 1, 0);
	vote(w, "bob", 0, "maintainer");
	for (size_t i = 0; i < GATE_ARRAY_LEN(cases); i++) {
		gate_strs_clear(&k->namespaces);
		for (size_t n = 0; n < 3 && cases[i].list[n]; n++)
			assert_int_equal(gate_strs_add(&k->namespaces, cases[i].list[n], &w->err), 0);
		if (met(w) != cases[i].yes)
			fail_msg("case %zu", i);
	}
}

static void the_window_holds_now(void **state)
{
	struct world *w = *state;
	struct gate_vote *v;

	need(w, 1, 0);
	v = vote(w, "bob", 0, "maintainer");
	v->not_after = NOW;
	assert_true(met(w) && eligible(w, v));
	v->not_after = NOW - 1;
	assert_false(met(w));
	refused(w, v, "ended at 2026-11-23T13:59:59Z");
	v->not_before = NOW + 300;
	v->not_after = NOW + HOUR;
	assert_true(met(w) && eligible(w, v));
	v->not_before = NOW + 301;
	assert_false(met(w));
	refused(w, v, "5 minutes ahead");
	v->not_before = NOW;
	v->not_after = NOW + 4 * HOUR;
	assert_true(met(w) && eligible(w, v));
	v->not_after++;
	assert_false(met(w));
	refused(w, v, "allows 14400 s");
	v->not_after = NOW + 3 * HOUR;
	need(w, 1, 0)->expires_s = 2 * HOUR; /* the shortest counts */
	refused(w, v, "allows 7200 s");
	w->needs[1].expires_s = w->needs[0].expires_s = 0;
	assert_true(eligible(w, v));
	v->not_after = v->not_before;
	refused(w, v, "ends before it begins");
}

static void touch_and_pin(void **state)
{
	struct world *w = *state;
	struct gate_vote *soft, *token;

	need(w, 1, MAINT)->touch = true;
	soft = vote(w, "bob", 0, "maintainer");
	expect_missing(w, "1 of role maintainer");
	refused(w, soft, "touched");
	token = vote(w, "bob", 1, "maintainer");
	assert_true(met(w) && eligible(w, token));
	token->touch = false;
	assert_false(met(w));
	token->touch = true;
	w->needs[0].pin = true;
	assert_false(met(w));
	refused(w, token, "PIN");
	token->pin = true;
	assert_true(met(w));
	/* a claim of touch by a key that is no token is a bug of the caller, and counts for nothing */
	soft->sk = soft->touch = soft->pin = true;
	w->n_votes = 1;
	assert_false(met(w));
	/* touch asked by one requirement only: each counts where it fits */
	soft->sk = soft->touch = soft->pin = false;
	need(w, 1, 0);
	assert_true(eligible(w, soft));
	expect_missing(w, "1 of role maintainer");
	w->n_votes = 2;
	assert_true(met(w));
}

static void excluded_persons_do_not_count(void **state)
{
	struct world *w = *state;
	struct gate_vote *v;

	need(w, 1, MAINT);
	v = vote(w, "bob", 0, "maintainer");
	assert_true(met(w));
	assert_int_equal(gate_strs_add(&w->excluded, "bob", &w->err), 0);
	assert_false(met(w));
	assert_int_equal(w->q.counted.n, 0);
	refused(w, v, "bob cannot approve this");
	vote(w, "alice", 0, "maintainer");
	assert_true(met(w));
	w->votes[1].role[0] = '\0';
	gate_copy(w->votes[1].role, sizeof(w->votes[1].role), "docs");
	assert_false(met(w)); /* a role that alice does not have */
	refused(w, &w->votes[1], "does not have the role docs");
}

static bool excludes(struct world *w, const char *actor, const char *owner, const char *mail, const char *who)
{
	struct gate_strs mails = { 0 };
	struct gate_buf why = { 0 };
	bool yes;

	gate_strs_clear(&w->excluded);
	if (mail)
		assert_int_equal(gate_strs_add(&mails, mail, &w->err), 0);
	assert_int_equal(gate_quorum_exclude(&w->people, actor, owner, &mails, &w->excluded, &why, &w->err), 0);
	yes = w->excluded.n == 1 && strcmp(w->excluded.v[0], who) == 0 && gate_starts_with(why.s, who) &&
	      gate_ends_with(why.s, "\n");
	assert_true(yes || (w->excluded.n == 0 && why.len == 0));
	gate_buf_clear(&why);
	gate_strs_clear(&mails);
	return yes;
}

static void who_is_excluded(void **state)
{
	struct world *w = *state;
	struct gate_person *bob = &w->people.v[1];

	assert_int_equal(gate_strs_add(&bob->mails, "bob@example.com", &w->err), 0);
	assert_int_equal(gate_strs_add(&bob->aliases, "rob@home.example", &w->err), 0);
	assert_true(excludes(w, "bob", NULL, NULL, "bob"));
	assert_true(excludes(w, "codex-bot", "bob", NULL, "bob"));
	assert_true(excludes(w, "rob@home.example", "", NULL, "bob"));
	assert_true(excludes(w, "codex-bot", "", "Bob@Example.COM", "bob"));
	assert_true(excludes(w, "codex-bot", "", "rob@HOME.example", "bob"));
	assert_false(excludes(w, "codex-bot", "", "nobody@example.com", "bob"));
	assert_false(excludes(w, "codex-bot", "", "", "bob"));
	assert_false(excludes(w, "bobby", "bo", "ob@example.com", "bob"));
	assert_false(excludes(w, NULL, NULL, NULL, "bob"));
	/* all at once, each person once */
	assert_int_equal(gate_quorum_exclude(&w->people, "alice", "bob", &bob->mails, &w->excluded, NULL, &w->err), 0);
	assert_int_equal(gate_quorum_exclude(&w->people, "alice", "bob", &bob->mails, &w->excluded, NULL, &w->err), 0);
	assert_int_equal(w->excluded.n, 2);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(persons_and_roles),
		T(one_person_with_two_keys_is_one),
		T(one_person_may_fill_two_roles_unless_distinct),
		T(the_matching_finds_a_long_way),
		T(a_role_nobody_asked_for_counts_only_where_no_role_is_listed),
		T(requirements_add_up),
		T(zero_approvals_mean_one),
		T(one_denial_blocks),
		T(a_persons_denial_stands_against_the_approval_of_another_key),
		T(a_request_to_rebase_counts_nothing),
		T(keys_must_be_owned_valid_and_unrevoked),
		T(namespaces_of_a_key),
		T(the_window_holds_now),
		T(touch_and_pin),
		T(excluded_persons_do_not_count),
		T(who_is_excluded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
