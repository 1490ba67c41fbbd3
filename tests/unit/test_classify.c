/* The classifier's core: which paths bring which findings and what they weigh where, what stays silent, what is never
 * lost. Then every case of tests/cases. */
#include "base/io.h"
#include "classifier/cases.h"
#include "classifier/classify.h"
#include "classifier/lines.h"
#include "classifier/paths/index.h"
#include "classifier/score.h"

/* cmocka.h needs these before it, in this order */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <dirent.h>
#include <string.h>

/* a step that leaves its last fields out means zero */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* A changed path with its contents; NULL: absent on that side. */
struct step {
	const char *path, *before, *after;
};

struct world {
	struct gate_policy *policy;
	struct gate_changes changes;
	struct gate_findings findings;
	struct gate_score score;
	const struct step *steps;
	bool blind; /* nothing can be loaded */
};

/* "b0012..." is the old side of step 12, "a..." the new one. */
static void name(char oid[GATE_HEXSZ + 1], const struct world *w, size_t i, char side)
{
	const char *s = side == 'b' ? w->steps[i].before : w->steps[i].after;

	/* equal contents have equal names, as in git */
	for (size_t k = 0; k < i; k++) {
		if (w->steps[k].before && strcmp(w->steps[k].before, s) == 0) {
			i = k;
			side = 'b';
			break;
		}
	}
	snprintf(oid, GATE_HEXSZ + 1, "%c%039zu", side, i);
}

static int load(void *arg, const char *oid, const char **bytes, size_t *len, struct gate_err *err)
{
	const struct world *w = arg;
	uint64_t i;

	if (w->blind)
		return gate_err_set(err, GATE_E_LIMIT, "too big");
	(void)i;
	i = strtoull(oid + 1, NULL, 10);
	*bytes = *oid == 'b' ? w->steps[i].before : w->steps[i].after;
	*len = strlen(*bytes);
	return 0;
}

static void feed(struct world *w, struct gate_classifier *c, size_t n)
{
	struct gate_err err = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct step *s = &w->steps[i];
		struct gate_object o = { .text = GATE_TEXT_BLOB, .path = s->path, .commit = "", .bytes = s->after, .len = s->after ? strlen(s->after) : 0 };

		if (s->after)
			assert_int_equal(gate_classify_object(c, 0, &o, &err), 0);
	}
	for (size_t i = 0; i < n; i++) {
		const struct step *s = &w->steps[i];
		struct gate_delta d = { .path = s->path,
					.old_mode = s->before ? 0100644 : 0,
					.new_mode = s->after ? 0100644 : 0 };

		if (s->before)
			name(d.old_oid, w, i, 'b');
		if (s->after)
			name(d.new_oid, w, i, 'a');
		assert_int_equal(gate_classify_delta(c, 0, &d, &err), 0);
	}
}

static void judge(struct world *w, const char *ref, const struct step *steps, size_t n)
{
	struct gate_err err = { 0 };
	struct gate_classifier *c;
	struct gate_change *x;

	gate_findings_clear(&w->findings);
	gate_score_clear(&w->score);
	gate_changes_clear(&w->changes);
	w->steps = steps;
	if (!w->policy && gate_policy_load(NULL, NULL, 0, &w->policy, &err) < 0)
		fail_msg("%s", err.text);
	x = gate_changes_add(&w->changes);
	gate_copy(x->ref, sizeof(x->ref), ref);
	x->is_policy_ref = strcmp(ref, "refs/heads/main") == 0;
	x->is_protected = x->is_policy_ref || strcmp(ref, "refs/heads/release/1") == 0;
	c = gate_classifier_new(w->policy, &w->changes, load, w, &w->findings, &err);
	assert_non_null(c);
	feed(w, c, n);
	if (gate_classify_done(c, &err) < 0)
		fail_msg("%s", err.text);
	gate_classifier_free(c);
	assert_int_equal(gate_score(&w->findings, 0, &w->score, &err), 0);
}

#define JUDGE(w, ref, ...)                                                                                             \
	judge(w, ref, (struct step[]){ __VA_ARGS__ }, sizeof((struct step[]){ __VA_ARGS__ }) / sizeof(struct step))
#define MAIN "refs/heads/main"
#define TOPIC "refs/heads/topic"

static void world_clear(struct world *w)
{
	gate_findings_clear(&w->findings);
	gate_score_clear(&w->score);
	gate_changes_clear(&w->changes);
	gate_policy_free(w->policy);
}

static const struct gate_finding *get(const struct world *w, const char *id)
{
	for (size_t i = 0; i < w->findings.n; i++) {
		if (strcmp(w->findings.v[i].id, id) == 0)
			return &w->findings.v[i];
	}
	return NULL;
}

/* The finding, which must be there. */
static const struct gate_finding *must(const struct world *w, const char *id)
{
	static const struct gate_finding none;
	const struct gate_finding *f = get(w, id);

	if (!f)
		fail_msg("no %s", id);
	return f ? f : &none;
}

static enum gate_verdict verdict(const struct world *w)
{
	return gate_answer_for(w->policy, &w->changes.v[0], &w->score, false, &w->findings, 0)->action;
}

/* ---- paths ---- */

static void each_list_finds_its_files(void **state)
{
	static const struct {
		const char *id, *path;
	} t[] = {
		{ "CI-ANY", ".github/workflows/ci.yml" },
		{ "CI-ANY", ".GitHub/Workflows/CI.yml" },
		{ "CI-ANY", ".gitlab-ci.yml" },
		{ "CI-ANY", "Jenkinsfile" },
		{ "CI-ANY", "Jenkinsfile.release" },
		{ "CI-ANY", ".circleci/config.yml" },
		{ "CI-ANY", ".azure-pipelines/x.yml" },
		{ "CI-ANY", "ci/azure-pipelines-2.yml" },
		{ "CI-ANY", ".drone.jsonnet" },
		{ "CI-ANY", ".woodpecker/a.yml" },
		{ "CI-ANY", ".argocd/app.yaml" },
		{ "CI-ANY", "vars/deploy.groovy" },
		{ "CI-ANY", "a/b/action.yml" },
		{ "CI-ANY", ".builds/x.yml" },
		{ "CI-ANY", "justfile" },
		{ "AGT-DOC", "AGENTS.md" },
		{ "AGT-DOC", "deep/down/CLAUDE.md" },
		{ "AGT-DOC", "agents.MD" },
		{ "AGT-DOC", ".cursor/rules/a.mdc" },
		{ "AGT-DOC", ".claude/commands/x.md" },
		{ "AGT-DOC", "x.prompt.md" },
		{ "AGT-DOC", ".github/copilot-instructions.md" },
		{ "AGT-DOC", ".roo/rules/a" },
		{ "AGT-DOC", ".nvmrc" },
		{ "AGT-RUN", ".claude/settings.json" },
		{ "AGT-RUN", "web/.claude/settings.local.json" },
		{ "AGT-RUN", ".mcp.json" },
		{ "AGT-RUN", ".cursor/mcp.json" },
		{ "AGT-RUN", ".vscode/mcp.json" },
		{ "AGT-RUN", ".envrc" },
		{ "AGT-RUN", ".claude/hooks/pre.sh" },
		{ "AGT-RUN", ".codex/config.toml" },
		{ "AGT-RUN", "mise.toml" },
		{ "AGT-VSC", ".vscode/tasks.json" },
		{ "AGT-VSC", ".devcontainer/devcontainer.json" },
		{ "AGT-VSC", "a.code-workspace" },
		{ "GIT-HOOKDIR", ".husky/pre-commit" },
		{ "GIT-HOOKDIR", "hooks/post-checkout" },
		{ "GIT-HOOKDIR", ".pre-commit-config.yaml" },
		{ "GIT-SUB-URL", ".gitmodules" },
		{ "GIT-ATTR", ".gitattributes" },
		{ "GIT-LFSCFG", ".lfsconfig" },
		{ "OWN-CODE", "pkg/OWNERS" },
		{ "OWN-BOT", "renovate.json" },
		{ "OWN-POL", ".gitleaks.toml" },
		{ "OWN-POL", "SECURITY.md" },
		{ "OWN-POL", ".github/rulesets/main.json" },
		{ "BLD-C", "src/Makefile" },
		{ "BLD-C", "x.cmake" },
		{ "BLD-PY", "tests/conftest.py" },
		{ "BLD-RS", "build.rs" },
		{ "BLD-DOCK", "Dockerfile.dev" },
		{ "BLD-JVM", "app/build.gradle.kts" },
		{ "DB-MIG", "app/migrations/0001_x.py" },
		{ "DB-MIG", "db/migrate/1.rb" },
		{ "DB-MIG", "sql/V1__init.sql" },
		{ "AUT-PATH", "src/auth/check.c" },
		{ "AUT-PATH", "src/login.ts" },
		{ "AUT-PATH", "lib/jwt_verify.py" },
		{ "AUT-PATH", "services/auth-service/main.go" },
		{ "DEP-CFG", ".pnpmfile.cjs" },
		{ "DEP-CFG", ".mvn/extensions.xml" },
		{ "DEP-ORPHAN", "package-lock.json" },
		{ "DEP-ORPHAN", "a/Cargo.lock" },
	};
	gate_auto(world) struct world w = { 0 };

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(t); i++) {
		JUDGE(&w, MAIN, { t[i].path, "a", "b: registry" });
		if (!get(&w, t[i].id))
			fail_msg("%s brings no %s", t[i].path, t[i].id);
		assert_string_equal(must(&w, t[i].id)->path, t[i].path);
		assert_string_equal(must(&w, t[i].id)->subject, t[i].path);
		assert_true(strlen(must(&w, t[i].id)->message) > 20);
	}
}

static void ordinary_edits_are_silent(void **state)
{
	static const char *const paths[] = {
		"src/main.c",
		"README.md",
		"docs/guide.md",
		"lib/parser.py",
		"web/src/hooks/useThing.ts",
		"hooks/useThing.ts",
		"app/models/user.rb",
		"include/x.h",
		"tests/test_x.py",
		"src/author.c",
		"AUTHORS",
		"AUTHORS.md",
		"docs/auth/howto.md",
		"src/keyboard.c",
		"src/environment.ts",
		"pkg/lockfile.go",
		"src/tokenizer.c",
		"index.html",
		"style.css",
		"fixtures/.github/workflows/x.yml.txt",
		"testdata/sample.github/workflows.md",
		"src/policyholder.py",
		".gitignore",
		"Vagrantfile.md",
		"src/test.c",
		"my.env.ts",
		"keys.md",
		"id_rsa.pub",
		".env.example",
		"src/monkey",
		"config/settings.toml",
	};
	gate_auto(world) struct world w = { 0 };

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(paths); i++) {
		JUDGE(&w, MAIN, { paths[i], "one\ntwo\n", "one\nthree\n" });
		if (w.findings.n)
			fail_msg("%s brings %s", paths[i], w.findings.v[0].id);
	}
}

/* What looks like a control file and is none where it lies stays below medium. */
static void look_alikes_stay_below_medium(void **state)
{
	static const struct step t[] = {
		{ "tests/fixtures/.github/workflows/ci.yml", "a", "b" },
		{ "docs/jest.config.md", "lines: 90", "lines: 80" },
		{ "package.json", "{\"version\": \"1.0.0\"}", "{\"version\": \"1.0.1\"}" },
		{ "pyproject.toml", "[project]\nversion = '1'\n", "[project]\nversion = '2'\n" },
		{ "jest.config.js", "a\nb\n", "b\na\n" },
		{ "codecov.yml", NULL, "coverage: 90" },
		{ "certs/ca.pem", NULL, "-----BEGIN CERTIFICATE-----\nMIIB\n" },
		{ ".npmrc.md", NULL, "_authToken=abc" },
		{ ".env", NULL, "# nothing\nSECRET=\nVITE_URL=/x\n" },
	};
	gate_auto(world) struct world w = { 0 };

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(t); i++) {
		judge(&w, MAIN, &t[i], 1);
		if (w.score.tier >= GATE_TIER_MEDIUM)
			fail_msg("%s: %s", t[i].path, w.findings.v[0].id);
	}
}

static void secret_files(void **state)
{
	gate_auto(world) struct world w = { 0 };

	(void)state;
	JUDGE(&w, TOPIC, { ".env", NULL, "API_KEY=abc123\n" });
	assert_int_equal(must(&w, "SEC-FILE")->floor, GATE_TIER_CRITICAL);
	assert_int_equal(verdict(&w), GATE_VERDICT_REJECT);	/* held would be readable */
	JUDGE(&w, TOPIC, { ".env", "API_KEY=abc123\n", NULL }); /* taking it away is fine */
	assert_null(get(&w, "SEC-FILE"));
	JUDGE(&w, TOPIC, { "deploy/.npmrc", NULL, "//registry.example/:_authToken=abc\n" });
	assert_non_null(get(&w, "SEC-FILE"));
	JUDGE(&w, TOPIC, { "deploy/.npmrc", NULL, "//registry.example/:_authToken=${TOKEN}\n" });
	assert_null(get(&w, "SEC-FILE"));
	JUDGE(&w, TOPIC, { "a/id_ed25519", NULL, "x" });
	assert_int_equal(verdict(&w), GATE_VERDICT_REJECT);
	JUDGE(&w, TOPIC, { "secrets.yml", NULL, "$ANSIBLE_VAULT;1.1;AES256\n00\n" });
	assert_null(get(&w, "SEC-FILE"));
	JUDGE(&w, TOPIC, { "secrets.yml", NULL, "password: x\n" });
	assert_int_equal(must(&w, "SEC-FILE")->floor, GATE_TIER_MEDIUM);
	w.blind = true; /* not readable: not proved harmless */
	JUDGE(&w, TOPIC, { "ca.pem", NULL, "-----BEGIN CERTIFICATE-----\n" });
	assert_int_equal(must(&w, "SEC-FILE")->floor, GATE_TIER_CRITICAL);
}

/* ---- where a floor takes force ---- */

static void effect_on_protected_refs_only(void **state)
{
	const struct step lock = { "package-lock.json", "{\"packages\":{\"node_modules/a\":{\"version\":\"1\"}}}",
				   "{\"packages\":{\"node_modules/a\":{\"version\":\"2\"}}}" },
			  threshold = { ".nycrc", "{\"lines\": 90}", "{\"lines\": 88}" };
	const struct step both[] = { lock, threshold };
	gate_auto(world) struct world w = { 0 };

	(void)state;
	judge(&w, TOPIC, both, 2);
	assert_int_equal(w.findings.n, 2);
	assert_int_equal(w.score.points, 0);
	assert_int_equal(w.score.tier, GATE_TIER_LOW);
	assert_int_equal(verdict(&w), GATE_VERDICT_ACCEPT);
	assert_int_equal(must(&w, "DEP-ORPHAN")->points_there, 20000);
	assert_int_equal(must(&w, "TST-THR")->points_there, 50000);
	judge(&w, MAIN, both, 2);
	assert_int_equal(w.score.tier, GATE_TIER_HIGH);
	assert_int_equal(verdict(&w), GATE_VERDICT_HOLD);
	judge(&w, "refs/heads/release/1", both, 2);
	assert_int_equal(w.score.tier, GATE_TIER_HIGH);
	judge(&w, MAIN, &lock, 1);
	assert_int_equal(w.score.tier, GATE_TIER_MEDIUM);
	w.policy->effect_everywhere = true;
	judge(&w, TOPIC, both, 2);
	assert_int_equal(w.score.tier, GATE_TIER_HIGH);
}

static void what_runs_anywhere_counts_anywhere(void **state)
{
	gate_auto(world) struct world w = { 0 };

	(void)state;
	JUDGE(&w, TOPIC, { ".claude/settings.json", "{}", "{\"hooks\": {\"Stop\": [{\"hooks\": [{\"type\": \"command\", \"command\": \"./x\"}]}]}}" });
	assert_int_equal(w.score.tier, GATE_TIER_CRITICAL);
	JUDGE(&w, TOPIC, { ".github/workflows/ci.yml", "a", "b" });
	assert_int_equal(w.score.tier, GATE_TIER_MEDIUM);
	assert_int_equal(verdict(&w), GATE_VERDICT_ACCEPT);
	JUDGE(&w, TOPIC, { ".husky/pre-push", NULL, "b" });
	assert_int_equal(w.score.tier, GATE_TIER_HIGH);
}

static void the_gates_own_files(void **state)
{
	gate_auto(world) struct world w = { 0 };

	(void)state;
	JUDGE(&w, MAIN, { ".refgate/policy.yml", "a", "b" });
	assert_int_equal(w.score.tier, GATE_TIER_CRITICAL);
	JUDGE(&w, "refs/heads/release/1", { ".refgate/policy.yml", "a", "b" }); /* protected, but not the policy ref */
	assert_non_null(get(&w, "GATE-RULES"));
	assert_int_equal(must(&w, "GATE-RULES")->points, 0);
	assert_int_equal(w.score.tier, GATE_TIER_LOW);
	JUDGE(&w, MAIN, { ".refgate", NULL, "b" }); /* a file in place of the folder */
	assert_int_equal(w.score.tier, GATE_TIER_CRITICAL);
	JUDGE(&w, MAIN, { ".refgate-notes/policy.yml", "a", "b" });
	assert_null(get(&w, "GATE-RULES"));
}

static void protected_refs_weigh(void **state)
{
	gate_auto(world) struct world w = { 0 };
	struct gate_err err = { 0 };

	(void)state;
	JUDGE(&w, MAIN, { "src/a.c", "a", "b" });
	assert_int_equal(gate_finding_protected(w.policy, &w.changes.v[0], 0, &w.findings, &err), 0);
	assert_int_equal(gate_finding_protected(w.policy, &w.changes.v[0], 0, &w.findings, &err), 0);
	gate_score_clear(&w.score);
	assert_int_equal(gate_score(&w.findings, 0, &w.score, &err), 0);
	assert_int_equal(w.score.points, 20000);
	assert_int_equal(w.score.tier, GATE_TIER_MEDIUM);
	JUDGE(&w, TOPIC, { "src/a.c", "a", "b" });
	assert_int_equal(gate_finding_protected(w.policy, &w.changes.v[0], 0, &w.findings, &err), 0);
	assert_int_equal(w.findings.n, 0);
}

/* ---- making findings ---- */

static struct gate_rule *rule(struct gate_policy *p, const char *id)
{
	for (size_t i = 0; i < p->n_rules; i++) {
		if (strcmp(p->rules[i].id, id) == 0)
			return &p->rules[i];
	}
	fail_msg("no rule %s", id);
	return &p->rules[0];
}

static void rules_that_are_off(void **state)
{
	gate_auto(world) struct world w = { 0 };
	struct gate_err err = { 0 };
	struct gate_finding f = { 0 };

	(void)state;
	JUDGE(&w, TOPIC, { "README.md", "a", "b" });
	rule(w.policy, "CI-ANY")->off = true;
	JUDGE(&w, TOPIC, { ".travis.yml", "a", "b" });
	assert_int_equal(w.findings.n, 0);
	rule(w.policy, "CI-ANY")->off = false;
	JUDGE(&w, TOPIC, { ".travis.yml", "a", "b" });
	assert_int_equal(w.findings.n, 1);
	assert_int_equal(gate_finding_make(w.policy, &w.changes.v[0], "NO-SUCH", &f, &w.findings, &err), -GATE_E_BUG);
	/* a fixed rule cannot be off (HOLES 8) */
	rule(w.policy, "GIT-REF")->off = true;
	rule(w.policy, "GIT-REF")->fixed = true;
	gate_err_reset(&err);
	assert_int_equal(gate_finding_make(w.policy, &w.changes.v[0], "GIT-REF", &f, &w.findings, &err), 0);
	assert_true(must(&w, "GIT-REF")->deny);
	assert_int_equal(must(&w, "GIT-REF")->floor, GATE_TIER_CRITICAL);
}

static void weights_only_fall(void **state)
{
	gate_auto(world) struct world w = { 0 };
	struct gate_err err = { 0 };
	struct gate_weight more = { GATE_TIER_CRITICAL, 900000, true }, less = { GATE_TIER_LOW, 1000, false };
	char a[] = "a", b[] = "b";
	struct gate_finding f = { .subject = a }, g = { .subject = b };

	(void)state;
	JUDGE(&w, TOPIC, { "README.md", "a", "b" });
	assert_int_equal(gate_finding_make_as(w.policy, &w.changes.v[0], "CI-ANY", &more, &f, &w.findings, &err), 0);
	assert_int_equal(gate_finding_make_as(w.policy, &w.changes.v[0], "CI-ANY", &less, &g, &w.findings, &err), 0);
	assert_int_equal(w.findings.v[0].points, 20000);
	assert_int_equal(w.findings.v[0].floor, GATE_TIER_MEDIUM);
	assert_false(w.findings.v[0].deny);
	assert_int_equal(w.findings.v[1].points, 1000);
	assert_int_equal(w.findings.v[1].floor, GATE_TIER_LOW);
}

static void own_rules_of_a_policy(void **state)
{
	static char policy[] = "version: 1\nrules:\n"
			       "  - {id: payments, class: PAY, paths: [\"src/payments/**\"], points: 50, tier: high, "
			       "message: \"money\"}\n"
			       "  - {id: no-exe, class: BIN, paths: [\"*.exe\"], deny: true, tier: critical, message: "
			       "\"no programs\"}\n"
			       "  - {id: no-eval, class: TXT, paths: [\"*.js\"], content: \"\\\\beval\\\\(\", points: "
			       "30, tier: medium, "
			       "message: \"eval\"}\n";
	gate_auto(gate_files) struct gate_files files = { 0 };
	gate_auto(world) struct world w = { 0 };
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_files_add(&files, "policy.yml", policy, sizeof(policy) - 1, &err), 0);
	if (gate_policy_load(&files, NULL, 0, &w.policy, &err) < 0)
		fail_msg("%s", err.text);
	JUDGE(&w, MAIN, { "src/payments/a.c", "a", "b" });
	assert_int_equal(must(&w, "payments")->floor, GATE_TIER_HIGH);
	JUDGE(&w, TOPIC, { "bin/x.EXE", NULL, "MZ" });
	assert_true(must(&w, "no-exe")->deny);
	JUDGE(&w, MAIN, { "a.js", "eval(1)\nx\n", "eval(1)\ny\n" }); /* stood there before */
	assert_null(get(&w, "no-eval"));
	JUDGE(&w, MAIN, { "a.js", "x\n", "x\ny\neval(1)\n" });
	assert_int_equal(must(&w, "no-eval")->line, 3);
	w.blind = true;
	JUDGE(&w, MAIN, { "a.js", "x\n", "x\n\n" });
	assert_non_null(get(&w, "GATE-LIMIT"));
	assert_false(must(&w, "GATE-LIMIT")->deny);
	assert_int_equal(must(&w, "GATE-LIMIT")->floor, GATE_TIER_HIGH);
}

/* ---- closer looks ---- */

static void closer_looks(void **state)
{
	static const struct {
		const char *id;
		struct step s;
		enum gate_tier floor; /* GATE_TIER_COUNT: no finding */
	} t[] = {
		{ "OWN-CODE", { "CODEOWNERS", "* @a", "* @b" }, GATE_TIER_HIGH },
		{ "OWN-CODE", { "CODEOWNERS", "* @a", NULL }, GATE_TIER_CRITICAL },
		{ "DB-MIG", { "db/migrate/1.rb", NULL, "x" }, GATE_TIER_MEDIUM },
		{ "DB-MIG", { "db/migrate/1.rb", "x", "y" }, GATE_TIER_HIGH },
		{ "GIT-ATTR", { ".gitattributes", "", "*.c filter=x\n" }, GATE_TIER_HIGH },
		{ "GIT-ATTR", { ".gitattributes", "", "*.png binary\n" }, GATE_TIER_LOW },
		{ "GIT-ATTR", { ".gitattributes", "", "*.png filter=x\n" }, GATE_TIER_HIGH },
		{ "GIT-ATTR", { ".gitattributes", "", "*.c text\n" }, GATE_TIER_LOW },
		{ "DEP-CFG", { ".npmrc", "", "registry=http://x\n" }, GATE_TIER_HIGH },
		{ "DEP-CFG", { ".npmrc", "", "fund=false\n" }, GATE_TIER_COUNT },
		{ "BLD-DOCK", { "Dockerfile", "FROM a\n", "FROM b\n" }, GATE_TIER_MEDIUM },
	};
	gate_auto(world) struct world w = { 0 };

	(void)state;
	for (int blind = 0; blind < 2; blind++) {
		w.blind = blind;
		for (size_t i = 0; i < GATE_ARRAY_LEN(t); i++) {
			const struct gate_finding *f;

			judge(&w, MAIN, &t[i].s, 1);
			f = get(&w, t[i].id);
			/* what cannot be read is not lowered */
			if (blind ? !f || (t[i].floor < GATE_TIER_COUNT && f->floor < t[i].floor)
				  : (f ? f->floor : GATE_TIER_COUNT) != t[i].floor)
				fail_msg("step %zu, blind %d: %s is %s", i, blind, t[i].id,
					 f ? gate_tier_name(f->floor) : "none");
		}
	}
}

#define LOCK_A "[[package]]\nname = \"q\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n"
#define LOCK_B "[[package]]\nname = \"q\"\nversion = \"2.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n"
#define TOML_A "[dependencies]\nq = \"1\"\n"
#define TOML_B "[dependencies]\nq = \"2\"\n"

static void lockfiles_and_their_manifests(void **state)
{
	gate_auto(world) struct world w = { 0 };

	(void)state;
	JUDGE(&w, MAIN, { "a/Cargo.lock", NULL, LOCK_B }, { "a/Cargo.toml", TOML_A, TOML_B });
	assert_non_null(get(&w, "DEP-ADD"));
	assert_null(get(&w, "DEP-ORPHAN"));
	JUDGE(&w, MAIN, { "a/Cargo.lock", LOCK_A, LOCK_B }, { "b/Cargo.toml", TOML_A, TOML_B });
	assert_non_null(get(&w, "DEP-ORPHAN"));
	/* a manifest in which no dependency changes explains nothing */
	JUDGE(&w, MAIN, { "a/Cargo.lock", LOCK_A, LOCK_B }, { "a/Cargo.toml", "a = 1\n", "a = 2\n" });
	assert_non_null(get(&w, "DEP-ORPHAN"));
	JUDGE(&w, MAIN, { "Cargo.lock", LOCK_A, LOCK_B }, { "crates/x/Cargo.toml", TOML_A, TOML_B }); /* a workspace */
	assert_null(get(&w, "DEP-ORPHAN"));
	JUDGE(&w, MAIN, { "go.mod", "a", "b" });
	assert_int_equal(w.findings.n, 0);
}

static void deleted_tests(void **state)
{
	const char *text = "one\ntwo\nthree\nfour\n";
	gate_auto(world) struct world w = { 0 };

	(void)state;
	JUDGE(&w, MAIN, { "tests/test_a.py", text, NULL });
	assert_int_equal(must(&w, "TST-DEL")->floor, GATE_TIER_HIGH);
	JUDGE(&w, TOPIC, { "tests/test_a.py", text, NULL });
	assert_int_equal(w.score.tier, GATE_TIER_LOW);
	JUDGE(&w, MAIN, { "tests/test_a.py", text, NULL }, { "tests/unit/test_a.py", NULL, text });
	assert_null(get(&w, "TST-DEL"));
	JUDGE(&w, MAIN, { "tests/test_a.py", text, NULL },
	      { "tests/unit/test_a.py", NULL, "one\ntwo\nthree\nother\n" });
	assert_null(get(&w, "TST-DEL"));
	JUDGE(&w, MAIN, { "tests/test_a.py", text, NULL }, { "tests/unit/test_a.py", NULL, "a\nb\nc\nfour\n" });
	assert_non_null(get(&w, "TST-DEL"));
	JUDGE(&w, MAIN, { "tests/test_a.py", text, NULL }, { "notes/old.txt", NULL, text }); /* no test any more */
	assert_non_null(get(&w, "TST-DEL"));
	/* one new file explains one that went */
	JUDGE(&w, MAIN, { "tests/test_a.py", text, NULL }, { "tests/test_b.py", text, NULL },
	      { "t/test_a.py", NULL, text });
	assert_int_equal(w.findings.n, 1);
	JUDGE(&w, MAIN, { "tests/README.md", text, NULL });
	assert_int_equal(w.findings.n, 0);
}

/* ---- size, floods ---- */

static void sizes(void **state)
{
	gate_auto(world) struct world w = { 0 };
	gate_auto(gate_buf) struct gate_buf big = { 0 };
	struct step *many = calloc(300, sizeof(*many));
	char(*paths)[32] = calloc(300, sizeof(*paths));

	(void)state;
	assert_true(many && paths);
	for (int i = 0; i < 300; i++) {
		snprintf(paths[i], sizeof(paths[i]), "src/f%d.c", i);
		many[i] = (struct step){ paths[i], "a", "b" };
	}
	judge(&w, MAIN, many, 50);
	assert_int_equal(w.findings.n, 0);
	judge(&w, MAIN, many, 51);
	assert_int_equal(must(&w, "GIT-SIZE")->floor, GATE_TIER_LOW);
	judge(&w, MAIN, many, 251);
	assert_int_equal(must(&w, "GIT-SIZE")->floor, GATE_TIER_MEDIUM);
	for (int i = 0; i < 2001; i++)
		gate_buf_fmt(&big, "%d\n", i);
	JUDGE(&w, MAIN, { "a.c", "", big.s });
	assert_non_null(get(&w, "GIT-SIZE"));
	big.s[big.len - 5] = '\0'; /* one line less */
	JUDGE(&w, MAIN, { "a.c", "", big.s });
	assert_null(get(&w, "GIT-SIZE"));
	free(paths);
	free(many);
}

static void big_blobs(void **state)
{
	static const struct {
		size_t len;
		enum gate_tier floor;
		bool any, deny;
	} t[] = {
		{ (1u << 20) - 1, GATE_TIER_LOW, false, false },
		{ 1u << 20, GATE_TIER_LOW, true, false },
		{ 10u << 20, GATE_TIER_MEDIUM, true, false },
		{ 100u << 20, GATE_TIER_CRITICAL, true, true },
	};
	gate_auto(world) struct world w = { 0 };

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(t); i++) {
		struct gate_object o = { .text = GATE_TEXT_BLOB, .path = "data", .commit = "", .bytes = NULL, .len = t[i].len };
		const struct gate_finding *f;
		struct gate_err err = { 0 };
		struct gate_classifier *c;

		JUDGE(&w, TOPIC, { "README.md", "a", "b" });
		c = gate_classifier_new(w.policy, &w.changes, load, &w, &w.findings, &err);
		assert_int_equal(gate_classify_object(c, 0, &o, &err), 0);
		assert_int_equal(gate_classify_done(c, &err), 0);
		gate_classifier_free(c);
		f = get(&w, "GIT-BIG");
		assert_true(t[i].any == (f != NULL));
		assert_true(must(&w, "GATE-LIMIT")->deny); /* its bytes were not searched for secrets */
		if (f)
			assert_true(f->floor == t[i].floor && f->deny == t[i].deny);
	}
}

static void many_lockfiles_stay_one_class(void **state)
{
	gate_auto(world) struct world w = { 0 };
	struct step *many = calloc(400, sizeof(*many));
	char(*paths)[32] = calloc(400, sizeof(*paths));

	(void)state;
	assert_true(many && paths);
	for (int i = 0; i < 400; i++) {
		snprintf(paths[i], sizeof(paths[i]), "p%d/yarn.lock", i);
		many[i] = (struct step){ paths[i], "a@1:\n  version \"1\"\n", "a@1:\n  version \"2\"\n" };
	}
	judge(&w, MAIN, many, 400);
	assert_int_equal(must(&w, "DEP-ORPHAN")->points, 20000);
	assert_int_equal(w.findings.n, 401); /* and GIT-SIZE */
	assert_true(w.score.points < 40000 + 20001);
	free(paths);
	free(many);
}

/* A flood of light findings neither hides a heavy one nor passes in silence. */
static void a_flood_hides_nothing(void **state)
{
	gate_auto(world) struct world w = { 0 };
	const size_t n = GATE_FINDINGS_MAX + 50;
	struct step *many = calloc(n + 1, sizeof(*many));
	char(*paths)[32] = calloc(n, sizeof(*paths));

	(void)state;
	assert_true(many && paths);
	for (size_t i = 0; i < n; i++) {
		snprintf(paths[i], sizeof(paths[i]), "p%zu/AGENTS.md", i);
		many[i] = (struct step){ paths[i], "a", "b" };
	}
	many[n] = (struct step){ ".claude/settings.json", "a", "b" };
	judge(&w, TOPIC, many, n + 1);
	assert_true(w.findings.dropped > 0);
	assert_non_null(get(&w, "AGT-RUN"));
	assert_int_equal(must(&w, "GATE-LIMIT")->floor, GATE_TIER_HIGH);
	assert_false(must(&w, "GATE-LIMIT")->deny);
	assert_int_equal(w.score.tier, GATE_TIER_CRITICAL);
	free(paths);
	free(many);
}

static void misuse_is_an_error(void **state)
{
	gate_auto(world) struct world w = { 0 };
	struct gate_err err = { 0 };
	struct gate_delta d = { .path = "a" };
	struct gate_object o = { .text = GATE_TEXT_BLOB, .path = "a", .commit = "", .bytes = "", .len = 0 };
	struct gate_classifier *c;

	(void)state;
	JUDGE(&w, TOPIC, { "README.md", "a", "b" });
	c = gate_classifier_new(w.policy, &w.changes, NULL, NULL, &w.findings, &err);
	assert_int_equal(gate_classify_delta(c, 1, &d, &err), -GATE_E_BUG);
	gate_err_reset(&err);
	assert_int_equal(gate_classify_object(c, UINT32_MAX, &o, &err), -GATE_E_BUG);
	gate_err_reset(&err);
	assert_int_equal(gate_classify_done(c, &err), 0);
	assert_int_equal(gate_classify_done(c, &err), -GATE_E_BUG);
	gate_err_reset(&err);
	assert_int_equal(gate_classify_delta(c, 0, &d, &err), -GATE_E_BUG);
	gate_classifier_free(c);
}

/* ---- parts ---- */

/* The index gives the same rules as trying every glob of every rule. */
static void the_index_forgets_nothing(void **state)
{
	static const char *const parts[] = { ".github",
					     "workflows",
					     "x",
					     "auth",
					     "hooks",
					     "pre-commit",
					     "Makefile",
					     ".env.local",
					     "a.tfstate.b",
					     "package.json",
					     "docs",
					     "CODEOWNERS",
					     "test_a.py",
					     ".claude",
					     "settings.json",
					     "migrations",
					     "V1__a.sql",
					     ".azure",
					     "a.yml",
					     "src",
					     "AUTH-x",
					     "tests",
					     "a.pem",
					     "é",
					     "[",
					     "" };
	gate_auto(world) struct world w = { 0 };
	struct gate_path_index *ix;
	struct gate_err err = { 0 };
	uint64_t seed = 3;

	(void)state;
	JUDGE(&w, TOPIC, { "README.md", "a", "b" });
	ix = gate_path_index_new(w.policy, &err);
	for (int round = 0; round < 20000; round++) {
		gate_auto(gate_buf) struct gate_buf path = { 0 };
		const uint32_t *hits;
		size_t n, k = 0;

		for (int i = 0; i < 1 + round % 4; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			gate_buf_fmt(&path, "%s%s", i ? "/" : "", parts[(seed >> 33) % GATE_ARRAY_LEN(parts)]);
		}
		n = gate_path_index_find(ix, gate_buf_cstr(&path), &hits);
		for (size_t i = 0; i < w.policy->n_rules; i++) {
			const struct gate_rule *r = &w.policy->rules[i];
			bool want = strcmp(r->kind, "path") == 0 &&
				    gate_globs_match(&r->paths, gate_buf_cstr(&path), path.len) &&
				    !gate_globs_match(&r->not_paths, gate_buf_cstr(&path), path.len);
			bool have = k < n && hits[k] == i;

			if (want != have)
				fail_msg("%s: rule %s %s", path.s, r->id, want ? "is missed" : "is wrong");
			k += have;
		}
		assert_int_equal(k, n);
	}
	gate_path_index_free(ix);
}

static void lines_gained_and_lost(void **state)
{
	static const struct {
		const char *before, *now, *gained;
		uint64_t lost;
	} t[] = {
		{ "", "", "", 0 },
		{ "a\nb\n", "b\na\n", "", 0 },
		{ "a\nb\n", "a\r\nb\r\n", "", 0 },
		{ "a\na\n", "a\n", "", 1 },
		{ "a\n", "a\na\n", "a\n", 0 },
		{ "a", "a\nb", "b\n", 0 },
		{ "x\ny\n", "z\n", "z\n", 2 },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(t); i++) {
		gate_auto(gate_line_diff) struct gate_line_diff l = { 0 };
		struct gate_err err = { 0 };

		assert_int_equal(
			gate_line_diff_compare(t[i].before, strlen(t[i].before), t[i].now, strlen(t[i].now), &l, &err), 0);
		assert_string_equal(gate_buf_cstr(&l.text), t[i].gained);
		assert_int_equal(l.lost, t[i].lost);
	}
}

/* ---- tests/cases ---- */

static void add_folder(struct gate_files *files, struct gate_strs *todo)
{
	gate_autofree char *folder = strdup(todo->v[todo->n - 1]);
	DIR *d = opendir(folder);
	struct gate_err err = { 0 };

	free(todo->v[--todo->n]);
	if (!d)
		return;
	for (struct dirent *e; (e = readdir(d));) {
		gate_autofree char *path = gate_fmt("%s/%s", folder, e->d_name);
		gate_auto(gate_buf) struct gate_buf b = { 0 };

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (e->d_type == DT_DIR) {
			assert_int_equal(gate_strs_add(todo, path, &err), 0);
			continue;
		}
		assert_int_equal(gate_read_file(path, 1 << 20, &b, &err), 0);
		assert_int_equal(gate_files_add(files, path + strlen("tests/cases/"), gate_buf_cstr(&b), b.len, &err),
				 0);
	}
	closedir(d);
}

static void shipped_cases(void **state)
{
	gate_auto(gate_files) struct gate_files files = { 0 };
	gate_auto(gate_strs) struct gate_strs todo = { 0 };
	gate_auto(gate_buf) struct gate_buf report = { 0 };
	gate_auto(world) struct world w = { 0 };
	struct gate_case_counts counts;
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_policy_load(NULL, NULL, 0, &w.policy, &err), 0);
	assert_int_equal(gate_strs_add(&todo, "tests/cases", &err), 0);
	while (todo.n)
		add_folder(&files, &todo);
	assert_int_equal(gate_case_run(w.policy, &files, "refs/heads/main", &report, &counts, &err), 0);
	if (counts.failed || counts.passed < 20)
		fail_msg("%u passed, %u failed\n%s", counts.passed, counts.failed, gate_buf_cstr(&report));
}

/* A case that is wrong fails; it is never passed over. */
static void cases_can_fail(void **state)
{
	static const struct {
		const char *path, *text, *says;
	} t[] = {
		{ "a/expect", "tier: high\n", "tier is low, not high" },
		{ "a/expect", "verdict: accept\nref: refs/heads/main\n", "verdict is hold, not accept" },
		{ "a/expect", "findings: [CI-ANY]\n", "misses CI-ANY" },
		{ "a/expect", "not: [GATE-PROT]\nref: refs/heads/main\n", "has GATE-PROT" },
		{ "a/expect", "findings: [NO-SUCH]\n", "no rule has the id NO-SUCH" },
		{ "a/expect", "tear: high\n", "tear" },
		{ "a/expect", "tier: [\n", "expect" },
		{ "stray.txt", "x", "belongs to no case" },
		{ "a/after/x", "x", "has no expect" },
	};
	gate_auto(world) struct world w = { 0 };
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_policy_load(NULL, NULL, 0, &w.policy, &err), 0);
	for (size_t i = 0; i < GATE_ARRAY_LEN(t); i++) {
		gate_auto(gate_files) struct gate_files files = { 0 };
		gate_auto(gate_buf) struct gate_buf report = { 0 };
		struct gate_case_counts counts;
		gate_autofree char *text =
			gate_fmt("%s%s", t[i].text, i == 0 || i == 2 || i == 4 ? "ref: refs/heads/topic\n" : "");

		assert_int_equal(gate_files_add(&files, t[i].path, text, strlen(text), &err), 0);
		assert_int_equal(gate_case_run(w.policy, &files, "refs/heads/main", &report, &counts, &err), 0);
		if (counts.failed != 1 || !strstr(gate_buf_cstr(&report), t[i].says))
			fail_msg("case %zu: %s", i, gate_buf_cstr(&report));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_list_finds_its_files),
		cmocka_unit_test(ordinary_edits_are_silent),
		cmocka_unit_test(look_alikes_stay_below_medium),
		cmocka_unit_test(secret_files),
		cmocka_unit_test(effect_on_protected_refs_only),
		cmocka_unit_test(what_runs_anywhere_counts_anywhere),
		cmocka_unit_test(the_gates_own_files),
		cmocka_unit_test(protected_refs_weigh),
		cmocka_unit_test(rules_that_are_off),
		cmocka_unit_test(weights_only_fall),
		cmocka_unit_test(own_rules_of_a_policy),
		cmocka_unit_test(closer_looks),
		cmocka_unit_test(lockfiles_and_their_manifests),
		cmocka_unit_test(deleted_tests),
		cmocka_unit_test(sizes),
		cmocka_unit_test(big_blobs),
		cmocka_unit_test(many_lockfiles_stay_one_class),
		cmocka_unit_test(a_flood_hides_nothing),
		cmocka_unit_test(misuse_is_an_error),
		cmocka_unit_test(the_index_forgets_nothing),
		cmocka_unit_test(lines_gained_and_lost),
		cmocka_unit_test(shipped_cases),
		cmocka_unit_test(cases_can_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
