#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/io.h"
#include "rules/build.h"
#include "rules/packs.h"

#include <string.h>

#define ED1 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
#define ED1_FP "SHA256:RXm/ruZ0eTzRXKwi1AQEDynB0VgHQ2ac9KPSFdf/YnA"

static int load(const char *yaml, const char *floor, struct gate_policy **p, struct gate_err *err)
{
	gate_auto(gate_files) struct gate_files f = { 0 };

	*err = (struct gate_err){ 0 };
	assert_int_equal(gate_files_add(&f, "policy.yml", yaml, strlen(yaml), err), 0);
	assert_int_equal(gate_files_add(&f, "allowed_signers", "alice " ED1 "\n", strlen("alice " ED1 "\n"), err), 0);
	return gate_policy_load(&f, floor, floor ? strlen(floor) : 0, p, err);
}

#define HEAD "version: 1\n"
#define ALICE HEAD "people: {alice: {roles: [maintainer]}}\n"

static struct gate_policy *merged(const char *yaml, const char *floor)
{
	gate_autofree char *policy = gate_fmt(ALICE "%s\n", yaml), *under = gate_fmt(HEAD "%s\n", floor);
	struct gate_policy *p = NULL;
	struct gate_err err;

	if (load(policy, under, &p, &err) < 0)
		fail_msg("%s\n%s\n---\n%s", err.text, policy, under);
	return p;
}

static bool matches(const struct gate_globs *g, const char *name)
{
	return gate_globs_match(g, name, strlen(name));
}

static void a_floor_that_says_nothing_changes_nothing(void **state)
{
	gate_autopolicy struct gate_policy *with = merged("mode: observe\neffect: protected\nledger: 2d", "");
	gate_autopolicy struct gate_policy *without = NULL;
	gate_auto(gate_buf) struct gate_buf a = { 0 }, b = { 0 };
	struct gate_err err;

	(void)state;
	assert_int_equal(load(ALICE "mode: observe\neffect: protected\nledger: 2d\n", NULL, &without, &err), 0);
	assert_string_not_equal(with->digest, without->digest);
	memcpy(with->digest, without->digest, sizeof(with->digest));
	assert_int_equal(gate_policy_show(with, &a, &err), 0);
	assert_int_equal(gate_policy_show(without, &b, &err), 0);
	assert_string_equal(a.s, b.s);
}

static void each_key_takes_the_stricter_value(void **state)
{
	gate_autopolicy struct gate_policy *p = merged(
		"mode: observe\nprotected: [refs/heads/a]\nnamespaces: [refs/x/**, refs/y/**]\nledger: 2d\n"
		"tiers:\n  low: {action: accept}\n  medium: {action: accept}\n  high: {action: hold, approvals: 1, expires: 9h}\n"
		"  critical: {action: hold, approvals: 3, roles: [b], expires: 2h}\n"
		"limits: {open_per_actor: 100, judging: 10s}\nverifier: {external: ssh-keygen}\n"
		"trace: {required_from: critical}\n"
		"actors: {humans: {match: ['user:*']}}",
		"mode: enforce\nprotected: [refs/heads/b]\nnamespaces: [refs/x/**]\nledger: 5d\n"
		"tiers:\n  medium: {action: hold, approvals: 2, roles: [a], expires: 1h}\n  critical: {action: hold, touch: true, roles: [a], expires: 8h}\n"
		"limits: {open_per_actor: 30, judging: 20s}\nverifier: {external: off}\n"
		"trace: {required_from: high}\neffect: everywhere\n"
		"actors: {humans: {match: ['*:alice']}, agents: {bot: {match: ['gl:bot-*']}}}");
	const struct gate_tier_rule *t = p->tiers;

	(void)state;
	assert_int_equal(p->mode, GATE_MODE_ENFORCE);
	assert_true(matches(&p->protected_refs, "refs/heads/a") && matches(&p->protected_refs, "refs/heads/b"));
	assert_true(matches(&p->namespaces, "refs/x/1"));
	assert_false(matches(&p->namespaces, "refs/y/1"));
	assert_int_equal(p->ledger_days, 5);
	assert_int_equal(t[GATE_TIER_LOW].open.action, GATE_VERDICT_ACCEPT);
	assert_int_equal(t[GATE_TIER_MEDIUM].open.action, GATE_VERDICT_HOLD);
	assert_int_equal(t[GATE_TIER_MEDIUM].open.need.approvals, 2);
	assert_int_equal(t[GATE_TIER_MEDIUM].open.need.expires_s, 3600);
	/* what the floor does not say of high follows from its medium */
	assert_int_equal(t[GATE_TIER_HIGH].open.need.approvals, 2);
	assert_true(gate_strs_has(&t[GATE_TIER_HIGH].open.need.roles, "a"));
	assert_int_equal(t[GATE_TIER_CRITICAL].open.need.approvals, 3);
	assert_int_equal(t[GATE_TIER_CRITICAL].open.need.expires_s, 2 * 3600);
	assert_int_equal(t[GATE_TIER_CRITICAL].open.need.roles.n, 2);
	assert_true(t[GATE_TIER_CRITICAL].open.need.touch);
	assert_int_equal(p->limits.open_per_actor, 30);
	assert_int_equal(p->limits.judging_s, 10);
	assert_int_equal(p->limits.open_per_repo, 500);
	assert_false(p->external_verifier);
	assert_int_equal(p->trace_from, GATE_TIER_HIGH);
	assert_true(p->effect_everywhere);
	assert_true(matches(&p->humans, "user:alice"));
	assert_false(matches(&p->humans, "user:bob"));
	assert_false(matches(&p->humans, "gl:alice"));
	assert_int_equal(p->n_agents, 1);
}

static void a_floor_cannot_be_used_to_loosen(void **state)
{
	gate_autopolicy struct gate_policy *p = merged(
		"mode: enforce\ntiers: {critical: {action: reject}}\nledger: 9d\neffect: everywhere\n"
		"rules: [{id: own, paths: [a], points: 70, tier: high}]",
		"mode: observe\nledger: 1d\neffect: protected\nverifier: {external: ssh-keygen}\n"
		"tiers: {low: {action: accept}, medium: {action: accept}, high: {action: accept}, critical: {action: accept}}\n"
		"humans: {critical: {action: accept}}\nprotected: []\nlimits: {open_per_actor: 9999}\n"
		"rules: [{id: own, paths: [b], points: 1}]");

	(void)state;
	assert_int_equal(p->mode, GATE_MODE_ENFORCE);
	assert_int_equal(p->tiers[GATE_TIER_CRITICAL].open.action, GATE_VERDICT_REJECT);
	assert_int_equal(p->tiers_human[GATE_TIER_CRITICAL].open.action, GATE_VERDICT_REJECT);
	assert_int_equal(p->tiers[GATE_TIER_HIGH].prot.action, GATE_VERDICT_HOLD);
	assert_int_equal(p->ledger_days, 9);
	assert_true(p->effect_everywhere);
	assert_false(p->external_verifier);
	assert_int_equal(p->limits.open_per_actor, 20);
	assert_true(matches(&p->protected_refs, "refs/heads/main"));
	for (size_t i = 0, n = 0; i < p->n_rules; i++) { /* both rules see their own paths, with the heavier weight */
		if (strcmp(p->rules[i].id, "own") != 0)
			continue;
		assert_int_equal(p->rules[i].points, 70000);
		assert_int_equal(p->rules[i].floor, GATE_TIER_HIGH);
		assert_true(matches(&p->rules[i].paths, n++ ? "b" : "a"));
	}
	assert_int_equal(p->n_rules, gate_packs_n + 2);
}

static const struct gate_pack_row *loose_row(void)
{
	for (size_t i = 0; i < gate_packs_n; i++) {
		const struct gate_pack_row *r = &gate_packs[i];

		if (!r->deny && !gate_starts_with(r->id, "GATE-") && strcmp(r->id, "GIT-REF") != 0 && strcmp(r->kind, "path") == 0)
			return r;
	}
	return NULL;
}

static void shipped_rules_take_the_heavier_weight(void **state)
{
	const struct gate_pack_row *row = loose_row();
	gate_autofree char *policy = NULL, *floor = NULL;
	gate_autopolicy struct gate_policy *p = NULL, *q = NULL, *unsaid = NULL;
	const struct gate_rule *r;

	(void)state;
	if (!row) {
		fail_msg("the shipped packs have no rule of this kind");
		return;
	}
	policy = gate_fmt("rules: [{id: %s, off: true}]", row->id);
	floor = gate_fmt("rules: [{id: %s, points: 77, message: floor}]", row->id);
	p = merged(policy, floor);
	r = gate_policy_rule(p, row->id);
	assert_false(r->off);
	assert_int_equal(r->points, 77000 > row->points ? 77000 : row->points);
	assert_int_equal(p->n_rules, gate_packs_n);
	unsaid = merged(policy, "mode: enforce"); /* where the floor says nothing of the rule, the policy decides */
	assert_true(gate_policy_rule(unsaid, row->id)->off);
	free(policy);
	policy = gate_fmt("rules: [{id: %s, except: [mine, ours]}]", row->id);
	free(floor);
	floor = gate_fmt("rules: [{id: %s, except: [ours, yours]}]", row->id);
	q = merged(policy, floor);
	r = gate_policy_rule(q, row->id);
	assert_true(matches(&r->not_paths, "ours"));
	assert_false(matches(&r->not_paths, "mine"));
	assert_false(matches(&r->not_paths, "yours"));
}

static void checks_are_joined(void **state)
{
	gate_autopolicy struct gate_policy *p = merged(
		"checks:\n- {name: unit, run: [mine], timeout: 10s, memory: 2GiB, network: ['a:1', 'b:1'], when: {paths: [x], from: high}}\n"
		"- {name: own, run: [own]}",
		"checks:\n- {name: unit, run: [theirs], timeout: 20s, memory: 1GiB, network: ['b:1', 'c:1'], mode: background, "
		"when: {paths: [y], from: critical}}\n- {name: host, run: [host]}");
	const struct gate_check *c = &p->checks[0];

	(void)state;
	assert_int_equal(p->n_checks, 3);
	assert_string_equal(c->run.v[0], "theirs");
	assert_int_equal(c->timeout_s, 10);
	assert_int_equal(c->memory, 1u << 30);
	assert_int_equal(c->network.n, 1);
	assert_string_equal(c->network.v[0], "b:1");
	assert_false(c->background);
	assert_int_equal(c->from, GATE_TIER_HIGH);
	assert_true(matches(&c->paths, "x") && matches(&c->paths, "y"));
	assert_false(matches(&c->paths, "z"));
}

static void a_bad_floor_rejects_everything(void **state)
{
	static const struct {
		const char *floor, *want;
	} t[] = {
		{ "", "/etc/refgate/policy.yml:1: the file is empty" },
		{ "version: 1\nmode: enforced\n", "/etc/refgate/policy.yml:2: mode: expected" },
		{ "version: 1\ntier: {}\n", "/etc/refgate/policy.yml:2: unknown key 'tier'; did you mean 'tiers'?" },
		{ "version: 1\npeople: {a: {}}\n", "/etc/refgate/policy.yml:2: people: the host's floor names no people" },
		{ "version: 1\nrules: [{id: GIT-REF, off: true}]\n", "it can be made stricter" },
		{ "version: 1\nactors: {agents: {bot: {match: ['ssh:" ED1_FP "']}}}\n", "the host's floor names a key of alice" },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(t); i++) {
		struct gate_policy *p = NULL;
		struct gate_err err;

		assert_true(load(ALICE, t[i].floor, &p, &err) < 0);
		assert_null(p);
		if (!strstr(err.text, t[i].want))
			fail_msg("wanted '%s', got '%s'", t[i].want, err.text);
	}
}

static void a_floor_stands_without_a_policy_too(void **state)
{
	static const char floor[] = "version: 1\ntiers: {low: {action: hold, approvals: 2}}\n";
	gate_autopolicy struct gate_policy *p = NULL;
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_policy_load(NULL, floor, strlen(floor), &p, &err), 0);
	assert_int_equal(p->tiers[GATE_TIER_LOW].open.action, GATE_VERDICT_HOLD);
	assert_int_equal(p->tiers[GATE_TIER_HIGH].open.need.approvals, 2);
}

/* ---- for random pairs, the result is never below the floor (HOLES 30) ---- */

struct dice {
	uint32_t seed;
};

static uint32_t roll(struct dice *d, uint32_t n)
{
	d->seed = d->seed * 1664525u + 1013904223u;
	return (d->seed >> 12) % n;
}

static void random_answer(struct dice *d, struct gate_buf *b, const char *action)
{
	gate_buf_fmt(b, "action: %s", action);
	if (strcmp(action, "hold") != 0)
		return;
	gate_buf_fmt(b, ", approvals: %u, expires: %uh, touch: %s, pin: %s", 2 + roll(d, 3), 1 + roll(d, 40),
		     roll(d, 2) ? "true" : "false", roll(d, 3) ? "false" : "true");
	gate_buf_fmt(b, ", roles: [%s], distinct_roles: %s", roll(d, 3) ? "r1, r2" : "r3", roll(d, 2) ? "true" : "false");
}

static void random_tiers(struct dice *d, struct gate_buf *b, const char *key)
{
	static const char *const tiers[] = { "low", "medium", "high", "critical" }, *const actions[] = { "accept", "hold", "reject" };
	uint32_t at = 0;

	gate_buf_fmt(b, "%s:\n", key);
	for (size_t i = 0; i < 4; i++) {
		at += at < 2 && roll(d, 3) == 0;
		gate_buf_fmt(b, "  %s: {", tiers[i]);
		random_answer(d, b, actions[at]);
		gate_buf_str(b, "}\n");
	}
}

static void random_rules(struct dice *d, struct gate_buf *b)
{
	static const char *const tiers[] = { "low", "medium", "high", "critical" };

	gate_buf_str(b, "rules:\n");
	for (size_t i = 0; i < gate_packs_n; i++) {
		const struct gate_pack_row *r = &gate_packs[i];

		if (r->deny || gate_starts_with(r->id, "GATE-") || strcmp(r->id, "GIT-REF") == 0 || roll(d, 6))
			continue;
		gate_buf_fmt(b, "- {id: %s, points: %u, tier: %s, off: %s, deny: %s, effect: %s}\n", r->id, roll(d, 200),
			     tiers[roll(d, 4)], roll(d, 2) ? "true" : "false", roll(d, 4) ? "false" : "true",
			     roll(d, 2) ? "everywhere" : "protected");
	}
	gate_buf_fmt(b, "- {id: mine, paths: [a], points: %u, tier: %s}\n", roll(d, 200), tiers[roll(d, 4)]);
}

static void random_policy(struct dice *d, struct gate_buf *b)
{
	static const char *const lists[] = { "refs/heads/a", "refs/heads/*", "refs/tags/v1" };

	gate_buf_str(b, "version: 1\n");
	if (roll(d, 2))
		gate_buf_fmt(b, "mode: %s\n", roll(d, 2) ? "observe" : "enforce");
	if (roll(d, 2))
		gate_buf_fmt(b, "protected: [%s]\n", lists[roll(d, 3)]);
	if (roll(d, 2))
		gate_buf_fmt(b, "namespaces: [refs/%s/**]\n", roll(d, 2) ? "x" : "y");
	if (roll(d, 2))
		gate_buf_fmt(b, "actors: {humans: {match: ['user:%s']}}\n", roll(d, 2) ? "*" : "a*");
	if (roll(d, 3)) {
		random_tiers(d, b, "tiers");
		if (roll(d, 2))
			random_tiers(d, b, "humans");
	}
	if (roll(d, 2))
		gate_buf_fmt(b, "effect: %s\n", roll(d, 2) ? "everywhere" : "protected");
	if (roll(d, 2))
		gate_buf_fmt(b, "ledger: %ud\n", 1 + roll(d, 30));
	if (roll(d, 2))
		gate_buf_fmt(b, "trace: {required_from: %s}\n", roll(d, 2) ? "low" : "high");
	if (roll(d, 2))
		gate_buf_fmt(b, "verifier: {external: %s}\n", roll(d, 2) ? "off" : "ssh-keygen");
	if (roll(d, 2))
		gate_buf_fmt(b, "limits: {open_per_actor: %u, judging: %us, max_push: %u}\n", 1 + roll(d, 99), 1 + roll(d, 99),
			     1 + roll(d, 9999));
	if (roll(d, 2))
		random_rules(d, b);
}

static void answer_not_below(const struct gate_answer *m, const struct gate_answer *f)
{
	assert_true(m->action <= f->action);
	if (m->action == GATE_VERDICT_HOLD && f->action == GATE_VERDICT_HOLD)
		assert_false(gate_requirement_asks_more(&m->need, &f->need));
}

static void rules_not_below(const struct gate_policy *m, const struct gate_policy *f)
{
	for (size_t i = 0; i < f->n_rules; i++) {
		const struct gate_rule *a, *b = &f->rules[i];

		if (!b->stated)
			continue;
		a = gate_policy_rule(m, b->id);
		assert_non_null(a);
		assert_true(a->points >= b->points && a->floor >= b->floor);
		assert_true(a->deny >= b->deny && a->everywhere >= b->everywhere && a->off <= b->off);
	}
}

static void refs_not_below(const struct gate_policy *m, const struct gate_policy *f)
{
	static const char *const refs[] = { "refs/heads/a", "refs/heads/b", "refs/heads/b/c", "refs/tags/v1", "refs/x/1", "refs/y/1" };
	static const char *const people[] = { "user:a", "user:b", "user:ab" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(refs); i++) {
		if (gate_policy_protects(f, refs[i], NULL))
			assert_true(gate_policy_protects(m, refs[i], NULL));
		if (f->limited_namespaces && !matches(&f->namespaces, refs[i]))
			assert_false(matches(&m->namespaces, refs[i]));
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(people); i++) {
		if (f->limited_humans && !matches(&f->humans, people[i]))
			assert_false(matches(&m->humans, people[i]));
	}
}

static void not_below(const struct gate_policy *m, const struct gate_policy *f)
{
	for (unsigned t = 0; t < GATE_TIER_COUNT; t++) {
		answer_not_below(&m->tiers[t].open, &f->tiers[t].open);
		answer_not_below(&m->tiers[t].prot, &f->tiers[t].prot);
		answer_not_below(&m->tiers_human[t].open, &f->tiers_human[t].open);
		answer_not_below(&m->tiers_human[t].prot, &f->tiers_human[t].prot);
		answer_not_below(&m->tiers[t].prot, &m->tiers[t].open);
	}
	rules_not_below(m, f);
	refs_not_below(m, f);
	assert_true(m->mode <= f->mode);
	assert_true(m->ledger_days >= f->ledger_days);
	assert_true(m->effect_everywhere >= f->effect_everywhere);
	assert_true(m->external_verifier <= f->external_verifier);
	assert_true(m->limits.open_per_actor <= f->limits.open_per_actor && m->limits.judging_s <= f->limits.judging_s &&
		    m->limits.max_push <= f->limits.max_push);
	if (f->trace_required)
		assert_true(m->trace_required && m->trace_from <= f->trace_from);
}

static void the_result_is_never_below_the_floor(void **state)
{
	struct dice d = { 42 };
	int compared = 0;

	(void)state;
	for (int round = 0; round < 1500; round++) {
		gate_auto(gate_buf) struct gate_buf policy = { 0 }, floor = { 0 };
		gate_autopolicy struct gate_policy *f = NULL, *p = NULL, *m = NULL;
		struct gate_files files = { 0 };
		struct gate_err err = { 0 }, ignored = { 0 };

		random_policy(&d, &policy);
		random_policy(&d, &floor);
		if (gate_floor_parse(floor.s, floor.len, &f, &ignored) < 0)
			continue; /* e.g. humans stricter in a lower tier than in a higher one */
		assert_int_equal(gate_files_add(&files, "policy.yml", policy.s, policy.len, &err), 0);
		if (gate_policy_load(&files, NULL, 0, &p, &ignored) == 0) {
			assert_int_equal(gate_policy_load(&files, floor.s, floor.len, &m, &err), 0);
			not_below(m, f);
			/* nor below the policy itself */
			for (unsigned t = 0; t < GATE_TIER_COUNT; t++)
				answer_not_below(&m->tiers[t].prot, &p->tiers[t].prot);
			compared++;
		}
		gate_files_clear(&files);
	}
	assert_true(compared > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_floor_that_says_nothing_changes_nothing),
		cmocka_unit_test(each_key_takes_the_stricter_value),
		cmocka_unit_test(a_floor_cannot_be_used_to_loosen),
		cmocka_unit_test(shipped_rules_take_the_heavier_weight),
		cmocka_unit_test(checks_are_joined),
		cmocka_unit_test(a_bad_floor_rejects_everything),
		cmocka_unit_test(a_floor_stands_without_a_policy_too),
		cmocka_unit_test(the_result_is_never_below_the_floor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
