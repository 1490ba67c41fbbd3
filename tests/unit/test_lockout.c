#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/io.h"
#include "rules/policy.h"

#include <string.h>

#define ED1 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
#define ED2 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC"
#define ED3 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMD"
#define SK1 "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAAAABHNzaDo="
#define SK2 "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAAAABHNzaDo="
#define NOW 1800000000 /* 2027-01-15 */

#define ONE "version: 1\npeople: {alice: {roles: [maintainer, security]}}\n"
#define TWO "version: 1\npeople: {alice: {roles: [maintainer, security]}, bob: {roles: [maintainer]}}\n"
#define EASY "tiers: {critical: {action: hold, approvals: 1, roles: [security]}}\n"

static struct gate_policy *take(const char *yaml, const char *signers)
{
	gate_auto(gate_files) struct gate_files f = { 0 };
	struct gate_policy *p = NULL;
	struct gate_err err = { 0 };

	assert_int_equal(gate_files_add(&f, "policy.yml", yaml, strlen(yaml), &err), 0);
	assert_int_equal(gate_files_add(&f, "allowed_signers", signers, strlen(signers), &err), 0);
	if (gate_policy_load(&f, NULL, 0, &p, &err) < 0)
		fail_msg("%s", err.text);
	return p;
}

static void reachable(const char *yaml, const char *signers, const char *want)
{
	gate_autopolicy struct gate_policy *p = take(yaml, signers);
	struct gate_err err = { 0 };
	int rc = gate_policy_reachable(p, NOW, &err);

	if (!want && rc < 0)
		fail_msg("%s", err.text);
	if (!want)
		return;
	if (rc == 0)
		fail_msg("reachable, wanted '%s'", want);
	assert_int_equal(err.code, GATE_E_QUORUM);
	if (!strstr(err.text, want))
		fail_msg("wanted '%s', got '%s'", want, err.text);
}

static void quorums_of_tiers(void **state)
{
	(void)state;
	reachable(ONE EASY, "alice " ED1, NULL);
	reachable(ONE EASY, "", "tier medium on protected refs can never be approved: 1 person needed, 0 could sign");
	reachable(ONE, "alice " SK1, "tier critical can never be approved: 2 persons needed with a security key, 1 could sign");
	reachable(TWO, "alice " SK1 "\nbob " SK2, NULL);
	reachable(TWO, "alice " SK1 "\nbob " ED2, "tier critical");
	reachable(TWO EASY, "bob " ED2, "nobody with role security could sign");
	reachable("version: 1\npeople: {alice: {roles: [cook]}}\n", "alice " ED1, "tier high can never be approved: 1 person needed, 0 could sign; nobody with role maintainer");
	reachable("version: 1\ntiers: {medium: {action: accept}, high: {action: reject}, critical: {action: reject}}\n", "", NULL);
	reachable("version: 1\npeople: {alice: {}}\ntiers: {high: {action: hold}, critical: {action: reject}}\n"
		  "humans: {high: {action: hold, approvals: 2}}\n", "alice " ED1, "tier high for humans can never be approved");
}

static void keys_must_be_usable(void **state)
{
	(void)state;
	reachable(ONE EASY, "alice namespaces=\"git,approval.v1@refgate\" " ED1, NULL);
	reachable(ONE EASY, "alice namespaces=\"git\" " ED1, "1 person needed, 0 could sign");
	reachable(ONE EASY, "alice valid-before=\"20280101Z\" " ED1, NULL);
	reachable(ONE EASY, "alice valid-before=\"20260101Z\" " ED1, "1 person needed, 0 could sign");
	reachable(ONE EASY, "alice valid-after=\"20260101Z\" " ED1, NULL);
	reachable(ONE EASY, "alice valid-after=\"20280101Z\" " ED1, "1 person needed, 0 could sign");
	reachable(ONE EASY, "alice valid-after=\"20280101Z\" " ED1 "\nalice " ED2, NULL);
}

static void revoked_keys_do_not_count(void **state)
{
	gate_autopolicy struct gate_policy *p = take(ONE EASY, "alice " ED1);
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_policy_reachable(p, NOW, &err), 0);
	p->people.v[0].keys[0].revoked = true;
	assert_true(gate_policy_reachable(p, NOW, &err) < 0);
}

static void owners_must_be_there(void **state)
{
	(void)state;
	reachable(ONE EASY "owners: [{paths: [a], roles: [cook, security]}]\n", "alice " ED1, NULL);
	reachable(ONE EASY "owners: [{paths: [a], roles: [cook]}]\n", "alice " ED1, "owners of a: 1 with role cook needed, 0 could sign");
	reachable(ONE EASY "owners: [{paths: [a], roles: [security], approvals: 2}]\n", "alice " ED1, "2 with role security needed");
}

static bool warns(const struct gate_policy *p, const char *text)
{
	for (size_t i = 0; i < p->warnings.n; i++) {
		if (strstr(p->warnings.v[i], text))
			return true;
	}
	return false;
}

static void one_maintainer_alone_is_a_warning(void **state)
{
	gate_autopolicy struct gate_policy *one = take(ONE EASY, "alice " ED1), *two = NULL, *owned = NULL;
	gate_auto(gate_strs) struct gate_strs lines = { 0 };
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_policy_reachable(one, NOW, &err), 0);
	assert_true(warns(one, "nobody could approve a critical change by alice"));
	assert_true(warns(one, "nobody could approve a medium change on protected refs by alice"));
	two = take("version: 1\npeople: {alice: {roles: [maintainer, security]}, bob: {roles: [maintainer, security]}}\n" EASY,
		   "alice " ED1 "\nbob valid-before=\"20260101Z\" " ED2);
	assert_int_equal(two->warnings.n, 0);
	/* today bob's key is out of date, so that alice is alone */
	assert_int_equal(gate_policy_unreachable(two, NOW, &lines, &err), 0);
	assert_true(lines.n > 0);
	assert_non_null(strstr(lines.v[0], "by alice"));
	owned = take(TWO EASY "actors: {agents: {bot: {owner: alice}}}\n", "alice " ED1 "\nbob " ED2);
	assert_true(warns(owned, "nobody could approve a critical change by bot: 1 person needed, 0 could sign; nobody with role security"));
	assert_false(warns(owned, "change by bob"));
}

/* ---- one requirement ---- */

static int need(const struct gate_policy *p, struct gate_requirement n, const char *roles, const char *out)
{
	gate_auto(gate_strs) struct gate_strs excluded = { 0 };
	struct gate_err err = { 0 };
	int rc;

	for (; *roles; roles++)
		assert_int_equal(gate_strs_addn(&n.roles, roles, 1, &err), 0);
	if (out)
		assert_int_equal(gate_strs_add(&excluded, out, &err), 0);
	rc = gate_requirement_reachable(&p->people, &n, &excluded, NOW, &err);
	if (rc < 0 && out && !strstr(err.text, out))
		fail_msg("'%s' does not name %s", err.text, out);
	gate_strs_clear(&n.roles);
	return rc;
}

#define NEED(...) ((struct gate_requirement){ __VA_ARGS__ })

static void requirements_with_roles(void **state)
{
	gate_autopolicy struct gate_policy *p = take("version: 1\npeople: {x: {roles: [a, b, c]}, y: {roles: [a]}, z: {roles: [b, d]}}\n",
						     "x " ED1 "\ny " ED2 "\nz " SK1);

	(void)state;
	/* a statement names one role: four roles are four signatures, and only signatures in a listed role count */
	assert_true(need(p, NEED(.approvals = 3), "abcd", NULL) < 0);
	assert_int_equal(need(p, NEED(.approvals = 3), "abd", NULL), 0);
	assert_true(need(p, NEED(.approvals = 4), "", NULL) < 0);
	assert_true(need(p, NEED(.approvals = 1), "e", NULL) < 0);
	assert_int_equal(need(p, NEED(.approvals = 2), "a", NULL), 0);
	assert_true(need(p, NEED(.approvals = 2), "a", "y") < 0);
	assert_int_equal(need(p, NEED(.approvals = 2, .any_of = true), "ad", "y"), 0);
	assert_true(need(p, NEED(.approvals = 3, .any_of = true), "ad", "y") < 0);
	assert_true(need(p, NEED(.approvals = 3), "a", "y") < 0);
	assert_true(need(p, NEED(.approvals = 1), "c", "x") < 0);
	/* each by another person: a=y, b=z, c=x exists; with d for z, b has nobody left */
	assert_int_equal(need(p, NEED(.approvals = 3, .distinct_roles = true), "abc", NULL), 0);
	assert_int_equal(need(p, NEED(.approvals = 3, .distinct_roles = true), "bac", NULL), 0);
	assert_int_equal(need(p, NEED(.approvals = 2, .distinct_roles = true), "cd", NULL), 0);
	assert_int_equal(need(p, NEED(.approvals = 3, .distinct_roles = true), "abd", NULL), 0);
	assert_true(need(p, NEED(.approvals = 3, .distinct_roles = true), "bcd", NULL) < 0);
	assert_true(need(p, NEED(.approvals = 2, .distinct_roles = true), "ac", "y") < 0);
	assert_true(need(p, NEED(.approvals = 2), "ac", "y") < 0);
	/* security keys */
	assert_int_equal(need(p, NEED(.approvals = 1, .touch = true), "d", NULL), 0);
	assert_int_equal(need(p, NEED(.approvals = 1, .pin = true), "d", NULL), 0);
	assert_true(need(p, NEED(.approvals = 1, .touch = true), "a", NULL) < 0);
	assert_true(need(p, NEED(.approvals = 2, .touch = true), "", NULL) < 0);
}

/* The matching against trying every assignment. */
static bool assign(const char *holds, size_t people, size_t roles, size_t role, uint32_t used)
{
	if (role == roles)
		return true;
	for (size_t i = 0; i < people; i++) {
		if (holds[role * people + i] && !(used >> i & 1) && assign(holds, people, roles, role + 1, used | 1u << i))
			return true;
	}
	return false;
}

static void distinct_roles_agree_with_trying_all(void **state)
{
	uint32_t seed = 3;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		enum { PEOPLE = 5, ROLES = 4 };
		struct gate_person v[PEOPLE] = { 0 };
		struct gate_people people = { .v = v, .n = PEOPLE };
		struct gate_key key = { .type = "ssh-ed25519" };
		struct gate_requirement n = { .approvals = 1, .distinct_roles = true };
		struct gate_err err = { 0 };
		char holds[PEOPLE * ROLES] = { 0 }, name[PEOPLE][2];

		for (size_t r = 0; r < ROLES; r++)
			assert_int_equal(gate_strs_addn(&n.roles, "abcd" + r, 1, &err), 0);
		for (size_t i = 0; i < PEOPLE; i++) {
			name[i][0] = (char)('p' + i);
			name[i][1] = '\0';
			v[i] = (struct gate_person){ .name = name[i], .keys = &key, .n_keys = 1 };
			for (size_t r = 0; r < ROLES; r++) {
				seed = seed * 1664525u + 1013904223u;
				if ((seed >> 20) % 3)
					continue;
				holds[r * PEOPLE + i] = 1;
				assert_int_equal(gate_strs_addn(&v[i].roles, "abcd" + r, 1, &err), 0);
			}
		}
		assert_int_equal(gate_requirement_reachable(&people, &n, NULL, NOW, &err) == 0, assign(holds, PEOPLE, ROLES, 0, 0));
		for (size_t i = 0; i < PEOPLE; i++)
			gate_strs_clear(&v[i].roles);
		gate_requirement_clear(&n);
	}
}

static void asking_for_more(void **state)
{
	static char a[] = "a", b[] = "b", *one[] = { a }, *both[] = { b, a };
	const struct gate_requirement base = { .approvals = 2, .expires_s = 10, .roles = { .v = one, .n = 1 } };
	struct gate_requirement more[] = { base, base, base, base, base, base };

	(void)state;
	more[0].approvals = 3;
	more[1].roles = (struct gate_strs){ .v = both, .n = 2 };
	more[2].distinct_roles = true;
	more[3].touch = true;
	more[4].pin = true;
	more[5].expires_s = 9;
	assert_false(gate_requirement_asks_more(&base, &base));
	for (size_t i = 0; i < GATE_ARRAY_LEN(more); i++) {
		assert_true(gate_requirement_asks_more(&base, &more[i]));
		assert_false(gate_requirement_asks_more(&more[i], &base));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quorums_of_tiers),
		cmocka_unit_test(keys_must_be_usable),
		cmocka_unit_test(revoked_keys_do_not_count),
		cmocka_unit_test(owners_must_be_there),
		cmocka_unit_test(one_maintainer_alone_is_a_warning),
		cmocka_unit_test(requirements_with_roles),
		cmocka_unit_test(distinct_roles_agree_with_trying_all),
		cmocka_unit_test(asking_for_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
