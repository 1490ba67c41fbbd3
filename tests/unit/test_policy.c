#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/io.h"
#include "base/json.h"
#include "base/limits.h"
#include "rules/build.h"
#include "rules/packs.h"

#include <string.h>

#define ED1 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
#define ED2 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC"
#define ED1_FP "SHA256:RXm/ruZ0eTzRXKwi1AQEDynB0VgHQ2ac9KPSFdf/YnA"
#define SIGNERS "alice,alice@example.com " ED1 "\nbob " ED2 "\n"
#define PEOPLE "people:\n  alice: {roles: [maintainer, security], mails: [Alice@Example.com]}\n  bob: {roles: [maintainer]}\n"

/* The files of a .refgate/ folder: path, text, path, text, ..., NULL. */
static int load(struct gate_policy **p, struct gate_err *err, ...) __attribute__((sentinel));
static int load(struct gate_policy **p, struct gate_err *err, ...)
{
	gate_auto(gate_files) struct gate_files f = { 0 };
	const char *path;
	va_list ap;

	*err = (struct gate_err){ 0 };
	va_start(ap, err);
	while ((path = va_arg(ap, const char *)) != NULL) {
		const char *text = va_arg(ap, const char *);

		assert_int_equal(gate_files_add(&f, path, text, strlen(text), err), 0);
	}
	va_end(ap);
	return gate_policy_load(&f, NULL, 0, p, err);
}

static struct gate_policy *take_with(const char *yaml, const char *signers)
{
	struct gate_policy *p = NULL;
	struct gate_err err;

	if (load(&p, &err, "policy.yml", yaml, "allowed_signers", signers, NULL) < 0)
		fail_msg("%s\n%s", err.text, yaml);
	return p;
}

static struct gate_policy *take(const char *yaml)
{
	return take_with(yaml, "");
}

static void refuse_with(const char *yaml, const char *signers, const char *want)
{
	struct gate_policy *p = NULL;
	struct gate_err err;

	if (load(&p, &err, "policy.yml", yaml, "allowed_signers", signers, NULL) == 0)
		fail_msg("taken, wanted '%s':\n%s", want, yaml);
	assert_null(p);
	if (!strstr(err.text, want))
		fail_msg("wanted '%s', got '%s'", want, err.text);
}

static struct gate_actor who(const struct gate_policy *p, ...) __attribute__((sentinel));
static struct gate_actor who(const struct gate_policy *p, ...)
{
	gate_auto(gate_strs) struct gate_strs ids = { 0 };
	struct gate_err err = { 0 };
	struct gate_actor a;
	const char *one;
	va_list ap;

	va_start(ap, p);
	while ((one = va_arg(ap, const char *)) != NULL)
		assert_int_equal(gate_strs_add(&ids, one, &err), 0);
	va_end(ap);
	gate_policy_actor(p, &ids, &a);
	return a;
}

/* The sample of the design, word for word. */
static const char sample[] =
	"version: 1\n"
	"protected: [refs/heads/main, refs/heads/release/*, refs/tags/*]\n"
	"actors:\n"
	"  default: agent                       # unknown means agent\n"
	"  agents:  {codex-bot: {owner: bob, match: [\"ssh:SHA256:...\", \"user:codex-*\"]}}\n"
	"  humans:  {match: [\"user:*@corp.example\"]}\n"
	"people:\n"
	"  alice: {roles: [maintainer, security], mails: [alice@example.com]}\n"
	"tiers:\n"
	"  low:      {action: accept}\n"
	"  medium:   {action: accept, protected: {action: hold, approvals: 1}}\n"
	"  high:     {action: hold, approvals: 1, roles: [maintainer]}\n"
	"  critical: {action: hold, approvals: 2, roles: [maintainer, security], touch: true, expires: 4h}\n"
	"humans: {medium: {action: accept}}\n"
	"owners:\n"
	"  - {paths: [\"infra/**\"], roles: [platform]}\n"
	"rules:\n"
	"  - {id: payments-code, paths: [\"src/payments/**\"], points: 50, tier: high, message: \"money moves here\"}\n"
	"checks:\n"
	"  - {name: unit, run: [\"make\", \"test\"], when: {paths: [\"src/**\"]}, timeout: 120s, memory: 1GiB, mode: inline, "
	"network: [registry.example:443]}\n"
	"trace: {required_from: high}\n"
	"mode: enforce\n";

static void the_sample_means_what_it_says(void **state)
{
	gate_autopolicy struct gate_policy *p = take(sample);
	const struct gate_tier_rule *t = p->tiers;
	const struct gate_rule *r;

	(void)state;
	assert_int_equal(p->mode, GATE_MODE_ENFORCE);
	assert_int_equal(p->protected_refs.patterns.n, 3);
	assert_true(gate_policy_protects(p, "refs/heads/release/1.0", NULL));
	assert_true(gate_policy_protects(p, "refs/heads/release/1.0/fix", NULL));
	assert_false(gate_policy_protects(p, "refs/heads/topic", NULL));
	assert_true(gate_policy_protects(p, "refs/heads/topic", "refs/heads/topic"));
	assert_int_equal(t[GATE_TIER_LOW].prot.action, GATE_VERDICT_ACCEPT);
	assert_int_equal(t[GATE_TIER_MEDIUM].open.action, GATE_VERDICT_ACCEPT);
	assert_int_equal(t[GATE_TIER_MEDIUM].prot.action, GATE_VERDICT_HOLD);
	assert_int_equal(t[GATE_TIER_MEDIUM].prot.need.approvals, 1);
	assert_int_equal(t[GATE_TIER_HIGH].open.need.roles.n, 1);
	assert_int_equal(t[GATE_TIER_HIGH].prot.need.approvals, 1);
	assert_int_equal(t[GATE_TIER_HIGH].prot.need.expires_s, 86400);
	assert_true(t[GATE_TIER_CRITICAL].prot.need.touch);
	assert_false(t[GATE_TIER_CRITICAL].prot.need.pin);
	assert_int_equal(t[GATE_TIER_CRITICAL].open.need.approvals, 2);
	assert_int_equal(t[GATE_TIER_CRITICAL].open.need.expires_s, 4 * 3600);
	assert_int_equal(p->tiers_human[GATE_TIER_MEDIUM].prot.action, GATE_VERDICT_ACCEPT);
	assert_int_equal(p->tiers_human[GATE_TIER_HIGH].prot.action, GATE_VERDICT_HOLD);
	assert_int_equal(p->n_owners, 1);
	assert_int_equal(p->owners[0].approvals, 1);
	r = gate_policy_rule(p, "payments-code");
	assert_non_null(r);
	assert_int_equal(r->points, 50000);
	assert_int_equal(r->floor, GATE_TIER_HIGH);
	assert_string_equal(r->cls, "RULE");
	assert_string_equal(r->kind, "path");
	assert_string_equal(r->source, ".refgate/policy.yml:18");
	assert_true(gate_globs_match(&r->paths, "src/payments/a/b.c", 18));
	assert_false(gate_globs_match(&r->paths, "src/paymentz/b.c", 16));
	assert_int_equal(p->n_checks, 1);
	assert_int_equal(p->checks[0].timeout_s, 120);
	assert_int_equal(p->checks[0].memory, 1u << 30);
	assert_int_equal(p->checks[0].run.n, 2);
	assert_false(p->checks[0].background);
	assert_true(p->trace_required);
	assert_int_equal(p->trace_from, GATE_TIER_HIGH);
	assert_int_equal(p->ledger_days, 14);
	assert_int_equal(p->limits.open_per_actor, 20);
	assert_int_equal(p->limits.open_per_repo, 500);
	assert_int_equal(p->limits.judging_s, 30);
	assert_int_equal(p->limits.checks_s, 600);
	assert_false(p->effect_everywhere);
	assert_false(p->external_verifier);
	assert_int_equal(strlen(p->digest), 64);
	assert_int_equal(p->warnings.n, 2); /* bob is nobody, alice has no key */
}

static void without_a_policy_the_sample_tiers_hold(void **state)
{
	gate_autopolicy struct gate_policy *p = NULL;
	gate_autopolicy struct gate_policy *q = NULL;
	struct gate_files none = { 0 };
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_policy_load(NULL, NULL, 0, &p, &err), 0);
	assert_int_equal(gate_policy_load(&none, NULL, 0, &q, &err), 0);
	assert_int_equal(p->n_rules, gate_packs_n);
	assert_int_equal(p->tiers[GATE_TIER_MEDIUM].prot.action, GATE_VERDICT_HOLD);
	assert_int_equal(p->tiers[GATE_TIER_CRITICAL].open.need.approvals, 2);
	assert_true(p->tiers[GATE_TIER_CRITICAL].open.need.touch);
	assert_true(gate_policy_protects(p, "refs/heads/master", NULL));
	assert_int_equal(p->people.n, 0);
	assert_int_equal(p->mode, GATE_MODE_ENFORCE);
	assert_string_equal(p->digest, q->digest);
	assert_true(gate_policy_reachable(p, 0, &err) < 0);
}

static void each_key_is_taken(void **state)
{
	static const char *const yaml[] = {
		"mode: observe", "mode: enforce", "effect: everywhere", "effect: protected", "ledger: 3d",
		"verifier: {external: ssh-keygen}", "verifier: {external: off}", "protected: []", "namespaces: [refs/changes/**]",
		"limits: {open_per_actor: 30, open_per_repo: 600, judging: 20s, checks: 5m, max_push: 1GiB}",
		"tiers: {critical: {action: hold, approvals: 3, roles: [a, b], distinct_roles: true, touch: true, pin: true, expires: 1h}}",
		"tiers: {critical: {action: reject}}", "tiers: {high: {action: hold}}",
		"tiers: {medium: {action: hold, protected: {action: reject}}, high: {action: hold, protected: {action: reject}}, "
		"critical: {action: reject}}",
		"humans: {high: {action: hold, protected: {approvals: 2}}}", "trace: {required_from: low}",
		"trace: {}", "actors: {agents: {a: {}}}", "actors: {humans: {match: []}}", "actors: {default: agent}",
		"owners: [{paths: [a], roles: [b], approvals: 2}]",
		"rules: [{id: x, paths: [a]}]", "rules: [{id: x, content: 'a+', fold: true}]",
		"rules: [{id: x, kind: path, paths: [a], class: PAY, not_paths: [b], points: 1.5, tier: medium, deny: true, "
		"effect: everywhere, fold: false, message: m}]",
		"rules: [{id: x, kind: content, content: a, except: ['*.md']}]",
		"checks: [{name: a, run: [sh, -c, \"a\\nb\", a, a]}]",
		"checks: [{name: a, run: [x], when: {from: high}, mode: background, env: [A=b, _C=], network: ['a.b:1']}]",
		"people: {alice: {}, 'bob@x': {roles: [r], mails: [b@x]}}",
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(yaml); i++) {
		gate_autofree char *text = gate_fmt("version: 1\n%s\n", yaml[i]);
		gate_autopolicy struct gate_policy *p = take(text);

		assert_non_null(p);
	}
}

/* Every value in its place; the error names the line, which is 2 unless the case says otherwise. */
static void each_wrong_key_names_its_line(void **state)
{
	static const struct {
		const char *yaml, *want;
	} t[] = {
		{ "mode: off", "policy.yml:2: mode: expected enforce or observe" },
		{ "mod: enforce", "policy.yml:2: unknown key 'mod'; did you mean 'mode'?" },
		{ "version: 1", "policy.yml:2: key 'version' stands here twice" },
		{ "effect: all", "policy.yml:2: effect: expected everywhere or protected" },
		{ "ledger: 36h", "policy.yml:2: ledger: whole days" },
		{ "ledger: 0d", "policy.yml:2: ledger: expected a time" },
		{ "ledger: 400d", "policy.yml:2: ledger: whole days" },
		{ "verifier: {external: true}", "policy.yml:2: external: expected off or ssh-keygen" },
		{ "verifier: {extern: off}", "did you mean 'external'?" },
		{ "protected: refs/heads/main", "policy.yml:2: protected: expected a list of texts, found a text" },
		{ "protected:\n- refs/heads/main\n- main", "policy.yml:4: 'main' is no full ref name; write refs/heads/main" },
		{ "protected: ['refs/heads/{a,b}']", "pattern 'refs/heads/{a,b}': '{' does not list" },
		{ "protected:", "policy.yml:2: protected: expected a list of texts, found nothing" },
		{ "namespaces: ['refs/**']", "opens too much" },
		{ "namespaces: ['refs/*/x']", "opens too much" },
		{ "namespaces: ['refs/changes']", "opens too much" },
		{ "namespaces: ['refs/replace/**']", "refs/replace cannot be opened" },
		{ "namespaces: ['refs/RefGate/x']", "refs/refgate cannot be opened" },
		{ "namespaces: ['refs/pull/*/head']", "refs/pull cannot be opened" },
		{ "namespaces: ['refs/remotes/**']", "refs/remotes cannot be opened" },
		{ "namespaces: ['refs/original/**']", "cannot be opened" },
		{ "namespaces: ['refs/pending/**']", "cannot be opened" },
		{ "namespaces: ['refs/meta/**']", "cannot be opened" },
		{ "limits: {judging: 30}\nlimit: 3", "policy.yml:3: unknown key 'limit'; did you mean 'limits'?" },
		{ "limits: {open_per_actor: 0}", "0 would refuse every push" },
		{ "limits: {checks: 2d}", "at most 24h" },
		{ "limits: {max_push: -1}", "a size above 0" },
		{ "actors: {default: human}", "policy.yml:2: default: can only be agent" },
		{ "actors: {agents: [a]}", "policy.yml:2: agents: expected a map" },
		{ "actors:\n  agents:\n    a b: {}", "policy.yml:4: a b: a name may hold only printable ASCII" },
		{ "actors: {agents: {\"a\\e\": {}}}", "a\\x1b: a name may hold only printable ASCII" },
		{ "actors: {agents: {a: {match: [codex-*]}}}", "'codex-*' names no source" },
		{ "actors: {agents: {a: {match: ['ssh:abc']}}}", "write a key as ssh:SHA256:" },
		{ "actors: {agents: {a: {mach: []}}}", "did you mean 'match'?" },
		{ "actors: {humans: {match: ['alice']}}", "names no source" },
		{ "people: {a: {}}\nactors: {agents: {a: {}}}", "policy.yml:3: a: a person has this name too" },
		{ "people: {alice: {}}\nactors: {agents: {a: {owner: alcie}}}", "policy.yml:3: a: its owner 'alcie' is no person" },
		{ "people: [alice]", "people: expected a map of names, found a list" },
		{ "people: {alice: {role: [a]}}", "unknown key 'role'; did you mean 'roles'?" },
		{ "people: {alice: {roles: maintainer}}", "roles: expected a list of texts" },
		{ "people: {alice: {roles: ['a b']}}", "role 'a b': a name may hold only" },
		{ "people: {alice: {mails: [alice]}}", "'alice' is no mail address" },
		{ "people:\n  alice: {mails: [A@x]}\n  bob: {mails: [a@X]}", "policy.yml:4: bob: the mail a@x stands at alice already" },
		{ "people:\n  alice: {}\n  Alice: {}", "policy.yml:4: Alice: another person has this name" },
		{ "people: {'al\xc3\xad" "ce': {}}", "printable ASCII" },
		{ "people: {'*': {}}", "a name may hold letters" },
		{ "tiers: {lwo: {action: accept}}", "unknown key 'lwo'; did you mean 'low'?" },
		{ "tiers: {low: accept}", "low: expected a map of keys, found a text" },
		{ "tiers: {low: {}}", "low: no action" },
		{ "tiers: {low: {action: approve}}", "action: expected accept, hold or reject, found 'approve'" },
		{ "tiers: {low: {action: accept, approvals: 1}}", "approvals: only counts with action: hold" },
		{ "tiers: {low: {action: accept, touch: true}}", "touch: only counts with action: hold" },
		{ "tiers: {low: {action: accept, protected: {action: reject, pin: true}}}", "pin: only counts" },
		{ "tiers: {high: {action: hold, approvals: 0}}", "high: a held change needs approvals" },
		{ "tiers: {high: {action: hold, approvals: 1001}}", "high: a held change needs approvals" },
		{ "tiers: {high: {action: hold, approvals: two}}", "approvals: expected a whole number" },
		{ "tiers: {critical: {action: hold, approvals: 1, roles: [a, b], distinct_roles: true}}", "needs approvals: 2" },
		{ "tiers: {critical: {action: hold, expires: 100d}}", "at most 90d" },
		{ "tiers: {critical: {action: hold, roles: ['']}}", "an empty text" },
		{ "tiers: {critical: {action: hold, touch: yes}}", "touch: expected true or false" },
		{ "tiers: {medium: {action: hold, protected: {action: accept}}}", "protected: asks for less on protected refs" },
		{ "tiers: {medium: {action: hold, approvals: 2, protected: {approvals: 1}}}", "protected: asks for less" },
		{ "tiers: {medium: {action: hold, roles: [a], protected: {roles: [b]}}}", "protected: asks for less" },
		{ "tiers: {medium: {action: hold, protected: {protected: {action: hold}}}}", "unknown key 'protected'" },
		{ "tiers:\n  high: {action: reject}", "policy.yml:3: high: critical would get action hold, though high gets reject" },
		{ "tiers:\n  critical: {action: accept}", "policy.yml:3: critical: critical would get action accept, though high gets hold" },
		{ "humans: {critical: {action: accept}}", "for humans, critical would get action accept" },
		{ "trace: {required_form: high}", "did you mean 'required_from'?" },
		{ "trace: {required_from: [high]}", "low, medium, high or critical" },
		{ "owners: {paths: [a]}", "owners: expected a list of owners, found a map" },
		{ "owners: [{paths: [a]}]", "policy.yml:2: an owner has paths: and roles:" },
		{ "owners: [{roles: [a]}]", "an owner has paths: and roles:" },
		{ "owners: [{paths: [a], roles: [b], approvals: 0}]", "approvals: 1 or more" },
		{ "owners:\n- paths:\n  - a/\n  roles: [b]", "policy.yml:4: pattern 'a/': it ends with '/'" },
		{ "rules: {id: x}", "rules: expected a list of rules" },
		{ "rules:\n- {paths: [a]}", "policy.yml:3: a rule without an id" },
		{ "rules:\n- {id: x, path: [a]}", "policy.yml:3: unknown key 'path'; did you mean 'paths'?" },
		{ "rules: [{id: 'a b', paths: [a]}]", "make a name: 'a b'" },
		{ "rules: [{id: aaaaaaaaaabbbbbbbbbbccccccccccdd, paths: [a]}]", "longer than 31 characters" },
		{ "rules: [{id: a, class: aaaaaaaaaabbbbbb, paths: [a]}]", "longer than 15 characters" },
		{ "rules: [{id: a, paths: [a], points: -1}]", "points: expected a number from 0 to 10000" },
		{ "rules: [{id: a, paths: [a], points: 1.0001}]", "points: expected a number" },
		{ "rules: [{id: a, paths: [a], tier: highest}]", "tier: expected low" },
		{ "rules: [{id: a, paths: [a], effect: open}]", "effect: expected everywhere or protected" },
		{ "rules:\n- id: a\n  content: '('", "policy.yml:4: content: not a regular expression" },
		{ "rules:\n- id: a\n  content: '(*UTF)x'", "policy.yml:4: content: not a regular expression" },
		{ "rules:\n- id: a\n  paths:\n  - '{a}'", "policy.yml:5: pattern '{a}'" },
		{ "rules: [{id: a, paths: [a], not_paths: ['b/']}]", "it ends with '/'" },
		{ "rules: [{id: a, paths: [a], except: ['b/']}]", "it ends with '/'" },
		{ "rules: [{id: a, paths: [a], except: [b], not_paths: [c]}]", "except is another word for not_paths" },
		{ "rules: [{id: a, message: x}]", "a is no shipped rule, and a rule of your own needs paths:, content: or values:" },
		{ "rules: [{id: GATE-RULE, off: true}]", "did you mean GATE-RULES?" },
		{ "rules: [{id: GATE-MINE, paths: [a]}]", "names with GATE are the gate's own" },
		{ "rules: [{id: a, class: GATE, paths: [a]}]", "names with GATE are the gate's own" },
		{ "rules: [{id: a, kind: builtin, paths: [a]}]", "kind is path, content" },
		{ "rules: [{id: a, kind: content, paths: [a]}]", "kind is path, content" },
		{ "rules: [{id: a, paths: [a], off: true}]", "remove it instead" },
		{ "rules:\n- {id: a, paths: [a]}\n- {id: a, paths: [b]}", "policy.yml:4: rule a stands in .refgate/policy.yml:3 already" },
		{ "checks: {name: a}", "checks: expected a list of checks" },
		{ "checks: [{run: [a]}]", "a check needs a name" },
		{ "checks: [{name: 'a b', run: [a]}]", "a name may hold only" },
		{ "checks: [{name: a}]", "check a has no run" },
		{ "checks: [{name: a, run: make}]", "run: expected a list of texts" },
		{ "checks:\n- {name: a, run: [a]}\n- {name: a, run: [b]}", "policy.yml:4: two checks are named a" },
		{ "checks: [{name: a, run: [a], network: ['*:443']}]", "no HOST:PORT" },
		{ "checks: [{name: a, run: [a], network: ['a:0']}]", "no HOST:PORT" },
		{ "checks: [{name: a, run: [a], network: ['a:65536']}]", "no HOST:PORT" },
		{ "checks: [{name: a, run: [a], network: ['a']}]", "no HOST:PORT" },
		{ "checks: [{name: a, run: [a], env: ['1A=b']}]", "no NAME=value" },
		{ "checks: [{name: a, run: [a], env: [A]}]", "no NAME=value" },
		{ "checks: [{name: a, run: [a], mode: later}]", "expected inline or background" },
		{ "checks: [{name: a, run: [a], timeout: 0}]", "a time above 0" },
		{ "checks: [{name: a, run: [a], memory: 1TB}]", "a size above 0" },
		{ "checks: [{name: a, run: [a], when: {path: [a]}}]", "did you mean 'paths'?" },
		{ "checks: [{name: a, run: [a], when: {paths: ['a/']}}]", "it ends with '/'" },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(t); i++) {
		gate_autofree char *text = gate_fmt("version: 1\n%s\n", t[i].yaml);

		refuse_with(text, "", t[i].want);
	}
}

static void the_version_is_asked_for(void **state)
{
	(void)state;
	refuse_with("mode: enforce\n", "", "policy.yml:1: the first line must be version: 1");
	refuse_with("version: 2\n", "", "policy.yml:1: version: this refgate reads version 1");
	refuse_with("[]\n", "", "policy.yml:1: expected a map of keys, found a list");
}

static void files_that_are_nearly_ours_are_refused(void **state)
{
	struct gate_policy *p = NULL;
	struct gate_err err;

	(void)state;
	assert_true(load(&p, &err, "allowed_signers", SIGNERS, NULL) < 0);
	assert_non_null(strstr(err.text, "policy.yml:1: the file is missing"));
	assert_true(load(&p, &err, "policy.yml", "version: 1\n", "allowed_signer", "", NULL) < 0);
	assert_non_null(strstr(err.text, ".refgate/allowed_signer:1: this file is not read; did you mean allowed_signers?"));
	assert_true(load(&p, &err, "policy.yaml", "version: 1\n", NULL) < 0);
	assert_non_null(strstr(err.text, "did you mean policy.yml?"));
	assert_true(load(&p, &err, "policy.yml", "version: 1\n", "rules/a.yaml", "", NULL) < 0);
	assert_non_null(strstr(err.text, ".refgate/rules/a.yaml:1: only files that end with .yml"));
	assert_int_equal(load(&p, &err, "policy.yml", "version: 1\n", "log.vkey", "x", "tests/a/policy.yml", "?", "README.md", "x",
			      NULL), 0);
	gate_policy_free(p);
}

static void rule_files_count_too(void **state)
{
	gate_autopolicy struct gate_policy *p = NULL;
	struct gate_policy *q = NULL;
	struct gate_err err;

	(void)state;
	assert_int_equal(load(&p, &err, "policy.yml", "version: 1\n", "rules/b.yml", "version: 1\nrules: [{id: b, paths: [b]}]\n",
			      "rules/a.yml", "version: 1\npack: a\nrules:\n- {id: a, paths: [a]}\n", NULL), 0);
	assert_string_equal(gate_policy_rule(p, "a")->source, ".refgate/rules/a.yml:4");
	assert_string_equal(gate_policy_rule(p, "b")->source, ".refgate/rules/b.yml:2");
	assert_int_equal(p->n_rules, gate_packs_n + 2);
	assert_true(load(&q, &err, "policy.yml", "version: 1\nrules: [{id: a, paths: [a]}]\n", "rules/a.yml",
			 "version: 1\nrules:\n- {id: a, paths: [a]}\n", NULL) < 0);
	assert_non_null(strstr(err.text, ".refgate/rules/a.yml:3: rule a stands in .refgate/policy.yml:2 already"));
	assert_true(load(&q, &err, "policy.yml", "version: 1\n", "rules/a.yml", "rules: []\n", NULL) < 0);
	assert_non_null(strstr(err.text, ".refgate/rules/a.yml:1: a file of rules has version: 1"));
	assert_true(load(&q, &err, "policy.yml", "version: 1\n", "rules/a.yml", "version: 1\nrule: []\n", NULL) < 0);
	assert_non_null(strstr(err.text, "did you mean 'rules'?"));
}

/* ---- changing shipped rules ---- */

static const struct gate_pack_row *a_row(bool fixed, const char *kind)
{
	for (size_t i = 0; i < gate_packs_n; i++) {
		const struct gate_pack_row *r = &gate_packs[i];
		bool is = r->deny || gate_starts_with(r->id, "GATE-") || strcmp(r->id, "GIT-REF") == 0;

		if (is == fixed && (!kind || strcmp(r->kind, kind) == 0) && r->points > 1000 && r->floor < GATE_TIER_CRITICAL)
			return r;
	}
	for (size_t i = 0; i < gate_packs_n && fixed; i++) {
		if (gate_packs[i].deny && (!kind || strcmp(gate_packs[i].kind, kind) == 0))
			return &gate_packs[i];
	}
	return NULL;
}

static struct gate_policy *change(const char *id, const char *keys)
{
	gate_autofree char *text = gate_fmt("version: 1\nrules:\n- {id: %s, %s}\n", id, keys);

	return take(text);
}

static void refuse_change(const char *id, const char *keys, const char *want)
{
	gate_autofree char *text = gate_fmt("version: 1\nrules:\n- {id: %s, %s}\n", id, keys);

	refuse_with(text, "", want);
}

static void shipped_rules_can_be_weighed_anew(void **state)
{
	const struct gate_pack_row *row = a_row(false, "path");
	struct gate_policy *p;
	const struct gate_rule *r;

	(void)state;
	if (!row) {
		fail_msg("the shipped packs have no rule of this kind");
		return;
	}
	p = change(row->id, "points: 0.5, tier: low, effect: everywhere, deny: true, message: \"say so\", except: [\"docs/**\"]");
	r = gate_policy_rule(p, row->id);
	assert_int_equal(p->n_rules, gate_packs_n);
	assert_int_equal(r->points, 500);
	assert_int_equal(r->floor, GATE_TIER_LOW);
	assert_true(r->everywhere);
	assert_true(r->deny);
	assert_false(r->off);
	assert_string_equal(r->message, "say so");
	assert_string_equal(r->source, ".refgate/policy.yml:3");
	assert_true(gate_globs_match(&r->not_paths, "docs/a", 6));
	assert_false(gate_globs_match(&r->not_paths, "docz/a", 6));
	gate_policy_free(p);
	p = change(row->id, "off: true");
	assert_true(gate_policy_rule(p, row->id)->off);
	assert_int_equal(gate_policy_rule(p, row->id)->points, row->points);
	gate_policy_free(p);
	refuse_change(row->id, "paths: [a]", "is a shipped rule");
	refuse_change(row->id, "content: a", "is a shipped rule");
	refuse_change(row->id, "kind: path", "is a shipped rule");
	refuse_change(row->id, "class: X", "is a shipped rule");
	refuse_change(row->id, "fold: false", "is a shipped rule");
}

static void what_protects_the_gate_stays(void **state)
{
	const struct gate_rule *r;
	struct gate_policy *p;

	(void)state;
	for (size_t i = 0; i < gate_packs_n; i++) {
		const struct gate_pack_row *row = &gate_packs[i];
		bool fixed = row->deny || gate_starts_with(row->id, "GATE-") || strcmp(row->id, "GIT-REF") == 0;
		const char *want = fixed ? "policy.yml:3: " : NULL;

		if (!fixed)
			continue;
		refuse_change(row->id, "off: true", want);
		refuse_change(row->id, "off: true", "so no off: true");
		refuse_change(row->id, "off: true", row->id);
		if (row->points > 1)
			refuse_change(row->id, "points: 0", "so no fewer points");
		if (row->floor > GATE_TIER_LOW)
			refuse_change(row->id, "tier: low", "so no a lower tier");
		if (row->deny)
			refuse_change(row->id, "deny: false", "so no deny: false");
		if (row->everywhere)
			refuse_change(row->id, "effect: protected", "so no effect: protected");
		p = change(row->id, "points: 9000, tier: critical, deny: true, effect: everywhere");
		r = gate_policy_rule(p, row->id);
		assert_int_equal(r->points, 9000000);
		assert_int_equal(r->floor, GATE_TIER_CRITICAL);
		assert_true(r->deny && r->everywhere && r->fixed && !r->off);
		gate_policy_free(p);
	}
}

/* ---- people and keys ---- */

static void people_get_their_keys(void **state)
{
	gate_autopolicy struct gate_policy *p = take_with("version: 1\n" PEOPLE, SIGNERS);
	const struct gate_person *alice = gate_policy_person(p, "alice");

	(void)state;
	assert_non_null(alice);
	assert_ptr_equal(gate_policy_person(p, "alice@example.com"), alice);
	assert_null(gate_policy_person(p, "Alice"));
	assert_null(gate_policy_person(p, "mallory"));
	assert_int_equal(alice->n_keys, 1);
	assert_false(alice->keys[0].revoked);
	assert_string_equal(alice->mails.v[0], "alice@example.com");
}

static void several_keys_are_one_person(void **state)
{
	gate_autopolicy struct gate_policy *p = take_with("version: 1\n" PEOPLE, "alice " ED1 "\nalice " ED2 "\n");

	(void)state;
	assert_int_equal(gate_policy_person(p, "alice")->n_keys, 2);
	assert_int_equal(gate_policy_person(p, "bob")->n_keys, 0);
}

static void keys_must_belong_to_one_person(void **state)
{
	(void)state;
	refuse_with("version: 1\n" PEOPLE, "alice " ED1 "\nalcie " ED2 "\n",
		    ".refgate/allowed_signers:2: 'alcie' is no person of people: in policy.yml; did you mean 'alice'?");
	refuse_with("version: 1\n" PEOPLE, "mallory " ED1, "'mallory' is no person of people:");
	refuse_with("version: 1\n" PEOPLE, "alice@example.com,alice " ED1, "the first principal of a line must be one");
	refuse_with("version: 1\n" PEOPLE, "alice " ED1 "\n\nbob " ED1, "allowed_signers:3: this key is alice's already");
	refuse_with("version: 1\n" PEOPLE, "alice " ED1 "\nalice " ED1, "allowed_signers:2: this key stands on another line already");
	refuse_with("version: 1\n" PEOPLE, "alice,bob " ED1, "allowed_signers:1: 'bob' means both alice and bob");
	refuse_with("version: 1\n" PEOPLE, "alice,a@x " ED1 "\nbob,A@X " ED2, "allowed_signers:2: 'A@X' means both bob and alice");
	refuse_with("version: 1\n" PEOPLE, "alice bad-option " ED1, ".refgate/allowed_signers:1: neither an option");
}

static void revoked_keys_are_marked(void **state)
{
	gate_autopolicy struct gate_policy *p = NULL;
	struct gate_policy *q = NULL;
	struct gate_err err;

	(void)state;
	assert_int_equal(load(&p, &err, "policy.yml", "version: 1\n" PEOPLE, "allowed_signers", SIGNERS, "revoked_keys", ED1 " lost\n",
			      NULL), 0);
	assert_true(gate_policy_person(p, "alice")->keys[0].revoked);
	assert_false(gate_policy_person(p, "bob")->keys[0].revoked);
	assert_true(load(&q, &err, "policy.yml", "version: 1\n" PEOPLE, "revoked_keys", "junk\n", NULL) < 0);
	assert_non_null(strstr(err.text, ".refgate/revoked_keys:1: "));
}

static void an_agent_never_has_a_persons_key(void **state)
{
	(void)state;
	refuse_with("version: 1\nactors: {agents: {a: {match: ['ssh:" ED1_FP "']}}}\n" PEOPLE, SIGNERS,
		    "policy.yml:2: a: its match: covers a key of alice");
	refuse_with("version: 1\nactors: {agents: {a: {match: ['ssh:SHA256:*']}}}\n" PEOPLE, SIGNERS, "covers a key of alice");
	refuse_with("version: 1\nactors: {agents: {a: {match: ['cert:*']}}}\n" PEOPLE, SIGNERS, "covers a key of alice");
	gate_policy_free(take_with("version: 1\nactors: {agents: {a: {match: ['ssh:SHA256:other']}}}\n" PEOPLE, SIGNERS));
	/* base64 has '/', also two in a row; a path has not. */
	gate_policy_free(take_with("version: 1\nactors: {agents: {a: {match: ['ssh:SHA256:u98HQTOTp0MMpg1K239//2ll2dK3Mfzdr2JeSn0Nja0']}}}\n" PEOPLE,
				   SIGNERS));
	refuse_with("version: 1\nnamespaces: ['refs/a//b']\n" PEOPLE, SIGNERS, "'//' never matches");
	refuse_with("version: 1\nactors: {agents: {alice@example.com: {}}}\n" PEOPLE, SIGNERS, "a person has this name too");
}

/* ---- who pushes ---- */

#define ACTORS "actors:\n" \
	"  agents: {codex-bot: {owner: bob, match: ['user:codex-*', 'ssh:SHA256:xyz']}, other: {}}\n" \
	"  humans: {match: ['user:*@corp.example', 'remote-user:*', 'ssh:" ED1_FP "']}\n"

static void identities_name_actors(void **state)
{
	gate_autopolicy struct gate_policy *p = take_with("version: 1\n" ACTORS PEOPLE, SIGNERS);
	struct gate_actor a = who(p, NULL);

	(void)state;
	assert_false(a.human);
	assert_string_equal(a.name, "unknown");
	a = who(p, "user:codex-7", NULL);
	assert_string_equal(a.name, "codex-bot");
	assert_string_equal(a.owner, "bob");
	a = who(p, "user:codex-7/x", NULL); /* a '/' is no way out of a pattern for agents */
	assert_string_equal(a.name, "codex-bot");
	a = who(p, "actor:codex-bot", NULL); /* an agent's key is its identity's value, whatever the source */
	assert_string_equal(a.name, "codex-bot");
	a = who(p, "gitea:other", NULL);
	assert_string_equal(a.name, "other");
	a = who(p, "user:agent7", NULL);
	assert_string_equal(a.name, "user:agent7");
	assert_string_equal(a.owner, "");
	assert_false(a.human);
	a = who(p, "user:dora@corp.example", NULL);
	assert_true(a.human);
	assert_string_equal(a.name, "dora@corp.example");
	a = who(p, "remote-user:alice", NULL);
	assert_true(a.human);
	assert_string_equal(a.name, "alice");
	a = who(p, "remote-user:ALICE@example.com", NULL);
	assert_true(a.human);
	assert_string_equal(a.name, "alice");
	a = who(p, "ssh:" ED1_FP, NULL);
	assert_true(a.human);
	assert_string_equal(a.name, "alice");
}

static void identities_that_disagree_are_an_agent(void **state)
{
	gate_autopolicy struct gate_policy *p = take_with("version: 1\n" ACTORS PEOPLE, SIGNERS);
	struct gate_actor a = who(p, "remote-user:alice", "ssh:" ED1_FP, NULL);

	(void)state;
	assert_true(a.human); /* both are alice */
	a = who(p, "remote-user:alice", "user:codex-1", NULL);
	assert_false(a.human);
	assert_string_equal(a.name, "codex-bot");
	a = who(p, "remote-user:alice", "remote-user:bob", NULL);
	assert_false(a.human);
	assert_string_equal(a.name, "unknown");
	assert_string_equal(a.owner, "alice");
	a = who(p, "remote-user:alice", "gl:runner", NULL);
	assert_false(a.human);
	assert_string_equal(a.name, "gl:runner");
	assert_string_equal(a.owner, "alice");
	a = who(p, "remote-user:alice", "gl:alice", NULL); /* nobody said that gl:alice is a human */
	assert_false(a.human);
	assert_string_equal(a.owner, "alice");
	a = who(p, "actor:other", "remote-user:alice", NULL); /* an agent without an owner, at alice's hands */
	assert_string_equal(a.name, "other");
	assert_string_equal(a.owner, "alice");
}

static void a_person_does_not_sign_her_own_push_under_another_source(void **state)
{
	gate_autopolicy struct gate_policy *p = take_with("version: 1\n" PEOPLE, SIGNERS);
	struct gate_actor a = who(p, "actor:alice", NULL);

	(void)state;
	assert_false(a.human);
	assert_string_equal(a.name, "actor:alice");
	assert_string_equal(a.owner, "alice");
	a = who(p, "cert:" ED1_FP, NULL);
	assert_string_equal(a.owner, "alice");
	a = who(p, "actor:alicia", NULL);
	assert_string_equal(a.owner, "");
}

static void odd_identities_are_no_answer(void **state)
{
	gate_autopolicy struct gate_policy *p = take_with("version: 1\n" ACTORS PEOPLE, SIGNERS);
	char longest[400];

	(void)state;
	assert_string_equal(who(p, "", NULL).name, "unknown");
	assert_string_equal(who(p, "user:", NULL).name, "unknown");
	assert_string_equal(who(p, ":x", NULL).name, "unknown");
	assert_string_equal(who(p, "alice", NULL).name, "unknown");
	assert_string_equal(who(p, "remote-user:a\x1b[2J", NULL).name, "unknown");
	assert_string_equal(who(p, "remote-user:\xc3\xa9", NULL).name, "unknown");
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, "user:", 5);
	longest[256] = '\0';
	assert_string_equal(who(p, longest, NULL).name, "unknown");
	longest[255] = '\0';
	assert_string_equal(who(p, longest, NULL).name, longest);
}

/* ---- show, digest, schema, examples ---- */

static char *show(const struct gate_policy *p)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err err = { 0 };

	assert_int_equal(gate_policy_show(p, &b, &err), 0);
	return gate_buf_steal(&b);
}

static void drop_comments(char *s)
{
	char *to = s;

	while (*s) {
		if (gate_starts_with(s, "} # ") || (*s == '#' && (to == s || s[-1] == '\n'))) {
			if (*s == '}')
				*to++ = *s;
			while (*s && *s != '\n')
				s++;
			continue;
		}
		*to++ = *s++;
	}
	*to = '\0';
}

static void what_is_shown_reads_back(void **state)
{
	gate_autopolicy struct gate_policy *p = take_with(sample, "alice " ED1 "\n"), *q = NULL;
	gate_autofree char *first = show(p), *second = NULL;

	(void)state;
	assert_non_null(strstr(first, p->digest));
	q = take_with(first, "alice " ED1 "\n");
	second = show(q);
	drop_comments(first);
	drop_comments(second);
	assert_string_equal(first, second);
}

static void the_digest_covers_every_file_and_the_floor(void **state)
{
	static const char floor[] = "version: 1\n";
	gate_auto(gate_files) struct gate_files f = { 0 };
	struct gate_policy *p[4] = { 0 };
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_files_add(&f, "policy.yml", "version: 1\n", 11, &err), 0);
	assert_int_equal(gate_policy_load(&f, NULL, 0, &p[0], &err), 0);
	assert_int_equal(gate_policy_load(&f, floor, strlen(floor), &p[1], &err), 0);
	assert_int_equal(gate_files_add(&f, "tests/x", "1", 1, &err), 0);
	assert_int_equal(gate_policy_load(&f, NULL, 0, &p[2], &err), 0);
	assert_int_equal(gate_policy_load(&f, NULL, 0, &p[3], &err), 0);
	assert_string_not_equal(p[0]->digest, p[1]->digest);
	assert_string_not_equal(p[0]->digest, p[2]->digest);
	assert_string_equal(p[2]->digest, p[3]->digest);
	for (size_t i = 0; i < GATE_ARRAY_LEN(p); i++)
		gate_policy_free(p[i]);
}

/* Tests run from the top folder of the source. */
static struct gate_buf read_source(const char *path)
{
	struct gate_buf b = { 0 };
	struct gate_err err = { 0 };

	if (gate_read_file(path, 1 << 20, &b, &err) < 0)
		fail_msg("%s", err.text);
	return b;
}

static const struct gate_keys *wanted;

static void key_is_known(const char *key, const struct gate_json *v, void *arg)
{
	bool found = false;

	(void)v;
	(void)arg;
	for (size_t i = 0; i < wanted->n; i++)
		found |= strcmp(wanted->fields[i].key, key) == 0;
	if (!found)
		fail_msg("the schema has %s.%s, the loader does not", wanted->name, key);
}

static void the_schema_has_the_loaders_keys(void **state)
{
	gate_auto(gate_buf) struct gate_buf text = read_source("docs/policy.schema.json");
	struct gate_err err = { 0 };
	struct gate_json *schema = gate_json_load(text.s, text.len, "docs/policy.schema.json", &err);
	const struct gate_keys *const *all;
	size_t n;

	(void)state;
	assert_non_null(schema);
	all = gate_policy_keys(&n);
	assert_true(n >= 16);
	for (size_t i = 0; i < n; i++) {
		const struct gate_json *def = strcmp(all[i]->name, "policy") == 0 ?
						      schema : gate_json_get(gate_json_get(schema, "$defs"), all[i]->name);
		const struct gate_json *keys = gate_json_get(def, "properties");

		if (!keys)
			fail_msg("the schema has no $defs/%s/properties", all[i]->name);
		assert_false(gate_json_bool(def, "additionalProperties", true));
		wanted = all[i];
		gate_json_each(keys, key_is_known, NULL);
		for (size_t k = 0; k < all[i]->n; k++) {
			const struct gate_json *key = gate_json_get(keys, all[i]->fields[k].key);

			if (!key)
				fail_msg("the schema lacks %s.%s", all[i]->name, all[i]->fields[k].key);
			if (!*gate_json_str(key, "description", ""))
				fail_msg("%s.%s has no description", all[i]->name, all[i]->fields[k].key);
		}
	}
	gate_json_free(schema);
}

static void the_manual_has_the_loaders_keys(void **state)
{
	gate_auto(gate_buf) struct gate_buf text = read_source("docs/POLICY.md");
	const struct gate_keys *const *all;
	size_t n;

	(void)state;
	all = gate_policy_keys(&n);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < all[i]->n; k++) {
			const char *key = all[i]->fields[k].key;
			gate_autofree char *code = gate_fmt("`%s`", key), *map = gate_fmt("`%s:", key),
					   *dotted = gate_fmt("`humans.%s`", key), *inside = gate_fmt("{%s: ", key);

			if (!strstr(text.s, code) && !strstr(text.s, map) && !strstr(text.s, dotted) && !strstr(text.s, inside))
				fail_msg("docs/POLICY.md does not tell of %s.%s", all[i]->name, key);
		}
	}
}

static void the_examples_load(void **state)
{
	static const char *const names[] = { "small-team", "monorepo", "large-organisation" };

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(names); i++) {
		gate_autofree char *path = gate_fmt("rules/examples/%s.yml", names[i]);
		gate_auto(gate_buf) struct gate_buf text = read_source(path);
		gate_autopolicy struct gate_policy *p = take(text.s);

		assert_true(p->people.n > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sample_means_what_it_says),
		cmocka_unit_test(without_a_policy_the_sample_tiers_hold),
		cmocka_unit_test(each_key_is_taken),
		cmocka_unit_test(each_wrong_key_names_its_line),
		cmocka_unit_test(the_version_is_asked_for),
		cmocka_unit_test(files_that_are_nearly_ours_are_refused),
		cmocka_unit_test(rule_files_count_too),
		cmocka_unit_test(shipped_rules_can_be_weighed_anew),
		cmocka_unit_test(what_protects_the_gate_stays),
		cmocka_unit_test(people_get_their_keys),
		cmocka_unit_test(several_keys_are_one_person),
		cmocka_unit_test(keys_must_belong_to_one_person),
		cmocka_unit_test(revoked_keys_are_marked),
		cmocka_unit_test(an_agent_never_has_a_persons_key),
		cmocka_unit_test(identities_name_actors),
		cmocka_unit_test(identities_that_disagree_are_an_agent),
		cmocka_unit_test(a_person_does_not_sign_her_own_push_under_another_source),
		cmocka_unit_test(odd_identities_are_no_answer),
		cmocka_unit_test(what_is_shown_reads_back),
		cmocka_unit_test(the_digest_covers_every_file_and_the_floor),
		cmocka_unit_test(the_schema_has_the_loaders_keys),
		cmocka_unit_test(the_manual_has_the_loaders_keys),
		cmocka_unit_test(the_examples_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
