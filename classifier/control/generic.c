/* CI of any vendor whose file is a tree: GitLab, CircleCI, Azure Pipelines, Bitbucket, Travis, Drone, Woodpecker, Buildkite,
 * AppVeyor, Cirrus, Semaphore, Tekton, Cloud Build, CodeBuild, Bitrise, Codemagic, Harness, builds.sr.ht and others. What a key
 * means stands in the tables; a vendor more is a row more. Keys of one vendor that another uses for something harmless do not
 * matter: both sides are read in the same way. */
#include "classifier/control/ci.h"
#include "classifier/control/shell.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

struct walk {
	struct gate_ci_side *s;
	const char *path[128]; /* keys from the root */
	size_t n;
	char job[200];
	bool off; /* a job that never runs */
	const struct gate_node *doer; /* the map around that holds commands */
	uint32_t looks;
};

static const char command_keys[] =
	" script scripts before_script after_script before_install install run command commands cmd cmds bash pwsh powershell sh "
	"test_script build_script before_build after_build after_test on_success deploy_script entrypoint code content inline inlineScript "
	"before_deploy test build steps prologue epilogue test_command pre_build post_build setup tasks execute phases postCreateCommand "
	"buildCommand startCommand ignoreCommand installCommand devCommand release pre_commands post_commands commands_on_fail custom_command args "
	"dependencies override pre post task exec shell_script ";
static const char image_keys[] = " image docker_image container containerImage baseImage ";
static const char uses_keys[] = " uses pipe template ref remote project component orb task plugin ";
static const char secret_keys[] = " context contexts from_secret secretEnv secret secrets secret_file id_tokens aud_token group secure availableSecrets secretKeyRef variable-groups ";
static const char secret_maps[] = " secrets-manager parameter-store secrets id_tokens availableSecrets ";

static bool in(const char *list, const char *key)
{
	char w[80];

	if (!key || strlen(key) > sizeof(w) - 3)
		return false;
	snprintf(w, sizeof(w), " %s ", key);
	return strstr(list, w) != NULL;
}

static bool is_command(const char *key)
{
	return key && (in(command_keys, key) || gate_ends_with(key, "_script") || gate_ends_with(key, "_command") || gate_ends_with(key, "_commands"));
}

static int script(struct walk *w, const struct gate_node *n)
{
	struct gate_script where = { .job = w->job, .line = n->line, .off = w->off };

	/* a name that a list of steps gives is no command, unless it has words */
	if (w->n && strcmp(w->path[w->n - 1], "steps") == 0 && !strchr(n->text, ' '))
		return 0;
	return gate_shell_facts(&where, n->text, w->s->out, w->s->err);
}

/* "aws-cli: circleci/aws-cli@3.1", "pipe: atlassian/x:1.0", "plugin#v1": the one spelling "name@version". */
static int uses(struct walk *w, const struct gate_node *n, const char *text)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	const char *slash = strrchr(text, '/'), *mark = strpbrk(slash ? slash : text, "@#");

	if (!mark)
		mark = strrchr(slash ? slash : text, ':');
	if (strstr(text, "://") || strchr(text, ' ') || (!mark && !slash))
		mark = NULL;
	gate_buf_add(&b, text, mark ? (size_t)(mark - text) : strlen(text));
	if (mark)
		gate_buf_fmt(&b, "@%s", mark + 1);
	if (gate_buf_check(&b, w->s->err) < 0)
		return -GATE_E_NOMEM;
	return gate_ci_uses(w->s, n, b.s);
}

static int secret(struct walk *w, const struct gate_node *n, const char *name)
{
	return strlen(name) > 100 || strchr(name, ' ') ? 0 : gate_ci_add(w->s, GATE_FACT_SECRET, GATE_TIER_HIGH, n, w->job, name, NULL);
}

static const char *const analysis[] = { "sast", "secret-detection", "dependency-scanning", "container-scanning", "dast", "license-scanning", "code-quality",
					"codequality", "security/", "cosign", "sbom", "attest", "codeql", "fuzz", NULL };

static int analysed(struct walk *w, const struct gate_node *n)
{
	for (const char *const *a = analysis; *a; a++) {
		if (strcasestr(n->text, *a))
			return gate_ci_add(w->s, GATE_FACT_PROV, GATE_TIER_HIGH, n, NULL, n->text, NULL);
	}
	return 0;
}

#define LOOKS_MAX 200000u /* nodes looked at for checks; beyond them all hold some */

static bool holds_check(struct walk *w, const struct gate_node *n, int depth)
{
	if (w->looks++ > LOOKS_MAX)
		return true;
	if (gate_node_text(n))
		return gate_shell_checks(n->text) != NULL;
	for (const struct gate_node *e = n && depth < 6 ? n->first : NULL; e; e = e->next) {
		if ((!e->key || is_command(e->key) || depth) && holds_check(w, e, depth + 1))
			return true;
	}
	return false;
}

static bool checks(struct walk *w)
{
	return gate_shell_class(w->job, strlen(w->job)) || (w->doer && holds_check(w, w->doer, 0));
}

static bool does(const struct gate_node *n)
{
	for (const struct gate_node *e = n->type == GATE_NODE_MAP ? n->first : NULL; e; e = e->next) {
		if (is_command(e->key))
			return true;
	}
	return false;
}

static int filters(struct walk *w, const struct gate_node *n, const char *key, const char *above)
{
	char what[260];

	if (strcasecmp(key, "when") == 0 && (strcmp(n->text, "never") == 0 || strcmp(n->text, "manual") == 0)) {
		snprintf(what, sizeof(what), "when: %s", n->text);
		/* a check that waits for a hand is a loss; a deployment that no longer waits is one */
		if (!checks(w))
			return *n->text == 'm' ? gate_ci_add(w->s, GATE_FACT_NEED, GATE_TIER_HIGH, n, w->job, "waits for a hand", "") : 0;
		return gate_ci_add(w->s, GATE_FACT_SOFT, w->n > 2 && strcmp(n->text, "never") == 0 ? GATE_TIER_MEDIUM : GATE_TIER_HIGH, n, w->job, what, "when");
	}
	if ((strcmp(key, "if") == 0 && strcasecmp(n->text, "false") == 0) || (strcmp(key, "condition") == 0 && (strcasecmp(n->text, "false") == 0 || strcasecmp(n->text, "never()") == 0)) ||
	    (strcmp(key, "enabled") == 0 && strcasecmp(n->text, "false") == 0) || (strcmp(key, "skip") == 0 && strcasecmp(n->text, "false") != 0 && *n->text)) {
		snprintf(what, sizeof(what), "%s: %.40s at %.100s", key, n->text, w->job);
		return gate_ci_add(w->s, GATE_FACT_SOFT, GATE_TIER_HIGH, n, NULL, what, "if: false");
	}
	if (strcmp(key, "trigger") == 0 && (strcmp(n->text, "none") == 0 || strcmp(n->text, "manual") == 0))
		return checks(w) ? gate_ci_add(w->s, GATE_FACT_SOFT, GATE_TIER_HIGH, n, w->job, "started by hand", "when") :
				   gate_ci_add(w->s, GATE_FACT_NEED, GATE_TIER_HIGH, n, w->job, "waits for a hand", "");
	if (strcmp(key, "pr") == 0 && strcmp(n->text, "none") == 0)
		return gate_ci_add(w->s, GATE_FACT_NARROW, GATE_TIER_HIGH, n, NULL, "pr: none", NULL);
	if (in(" except ignore exclude paths-ignore branches-ignore skip_branches ", above) || in(" except ", key)) {
		snprintf(what, sizeof(what), "%.60s: %.120s", above ? above : key, n->text);
		return gate_ci_add(w->s, GATE_FACT_NARROW, GATE_TIER_MEDIUM, n, NULL, what, NULL);
	}
	return 0;
}

/* A scalar: `key` is its own, or its list's; `above` the key of the map around. */
static int scalar(struct walk *w, const struct gate_node *n)
{
	const char *key = w->n ? w->path[w->n - 1] : "", *above = w->n > 1 ? w->path[w->n - 2] : "";
	int rc = 0;

	if (n->type == GATE_NODE_NULL)
		return 0;
	rc = gate_ci_text(w->s, n, w->job, false);
	rc = rc < 0 ? rc : gate_ci_setting(w->s, n, key, w->job, "");
	rc = rc < 0 ? rc : filters(w, n, key, above);
	rc = rc < 0 ? rc : gate_ci_host_text(w->s, n, w->job, n->text);
	if (rc < 0)
		return rc;
	if (strcmp(key, "tags") == 0 || strcmp(key, "runs-on") == 0 || strcmp(key, "runs_on") == 0 || strcmp(key, "resource_class") == 0 || strcmp(key, "queue") == 0)
		return strstr(n->text, "self-hosted") || strstr(n->text, "self.hosted") || (strcmp(key, "resource_class") == 0 && strchr(n->text, '/'))
			       ? gate_ci_add(w->s, GATE_FACT_HOST, GATE_TIER_HIGH, n, w->job, "self-hosted", NULL)
			       : 0;
	if (in(image_keys, key) || (in(image_keys, above) && strcmp(key, "name") == 0) || (strcmp(above, "docker") == 0 && strcmp(key, "image") == 0))
		return gate_ci_image(w->s, n);
	if (strcmp(above, "orbs") == 0 || in(uses_keys, key) || strcmp(key, "include") == 0 || strcmp(key, "plugins") == 0) {
		rc = analysed(w, n);
		return rc < 0 || strcmp(key, "ref") == 0 ? rc : uses(w, n, n->text);
	}
	if (in(secret_keys, key) || in(secret_maps, above))
		return secret(w, n, in(secret_maps, above) ? key : n->text);
	if (is_command(key))
		return script(w, n);
	return 0;
}

/* A job of a list of things that may fail: what it is called. */
static int softened(struct walk *w, const struct gate_node *n)
{
	const char *key = w->n ? w->path[w->n - 1] : "";
	char what[200];

	if (strcmp(key, "allow_failures") != 0 || n->type == GATE_NODE_LIST || (n->type == GATE_NODE_MAP && n->key))
		return 0;
	snprintf(what, sizeof(what), "allowed to fail: %.120s", gate_node_text(n) ? n->text : n->first ? gate_node_text(n->first) ? n->first->text : n->first->key : "");
	return gate_ci_add(w->s, GATE_FACT_SOFT, GATE_TIER_HIGH, n, NULL, what, "allow_failures");
}

static bool never_runs(const struct gate_node *n)
{
	const char *when = gate_node_text(gate_node_get(n, "when")), *cond = gate_node_text(gate_node_get(n, "if")), *c2 = gate_node_text(gate_node_get(n, "condition"));
	const char *enabled = gate_node_text(gate_node_get(n, "enabled"));

	return (when && strcmp(when, "never") == 0) || (cond && strcasecmp(cond, "false") == 0) || (c2 && strcasecmp(c2, "false") == 0) ||
	       (enabled && strcasecmp(enabled, "false") == 0);
}

static const char not_jobs[] = " stages variables include default workflow image services cache before_script after_script pages: version orbs executors parameters commands "
			       "env language dist sudo addons anchors definitions aliases trigger pr pool resources schedules name on kind type metadata options global ";

/* A job by the rule of most vendors: a key right under the root, or under jobs, pipelines, tasks ... */
static int begin_job(struct walk *w, const struct gate_node *n)
{
	static const char groups[] = " jobs pipelines tasks workflows stages steps phases blocks ";
	const char *key = n->key;
	const char *named = gate_node_text(gate_node_get(n, "job"));

	if (!named)
		named = gate_node_text(gate_node_get(n, "name"));
	if (w->n == 1 && key && !in(not_jobs, key) && !in(groups, key) && n->type == GATE_NODE_MAP)
		snprintf(w->job, sizeof(w->job), "%.150s", key);
	else if (w->n == 2 && key && in(groups, w->path[0]) && n->type == GATE_NODE_MAP)
		snprintf(w->job, sizeof(w->job), "%.150s", key);
	else if (!key && named && n->type == GATE_NODE_MAP && w->n && in(" jobs stages steps tasks blocks ", w->path[w->n - 1]))
		snprintf(w->job, sizeof(w->job), "%.150s", named);
	else
		return 0;
	/* hidden templates are no jobs, but hold what jobs do */
	return *w->job == '.' ? 0 : gate_ci_add(w->s, GATE_FACT_JOB, GATE_TIER_MEDIUM, n, NULL, w->job, NULL);
}

/* Jobs that a workflow of CircleCI names, whether text or map: without its name a job does not run. */
static int named(struct walk *w, const struct gate_node *n)
{
	const char *name = n->key ? NULL : n->type == GATE_NODE_MAP ? (n->first ? n->first->key : NULL) : gate_node_text(n);
	char key[200];
	bool approval;

	if (w->n < 3 || strcmp(w->path[0], "workflows") != 0 || strcmp(w->path[w->n - 1], "jobs") != 0 || !name)
		return 0;
	approval = n->type == GATE_NODE_MAP && n->first->type == GATE_NODE_MAP && gate_node_get(n->first, "type");
	snprintf(key, sizeof(key), "%s: %.120s", approval ? "approval" : "job of a workflow", name);
	return gate_ci_add(w->s, GATE_FACT_NEED, approval || gate_shell_class(name, strlen(name)) ? GATE_TIER_HIGH : GATE_TIER_MEDIUM, n, NULL, key, "");
}

static int visit(struct walk *w, const struct gate_node *n)
{
	const size_t depth = w->n;
	const bool off = w->off;
	const struct gate_node *doer = w->doer;
	char job[sizeof(w->job)];
	int rc;

	if (w->n >= GATE_ARRAY_LEN(w->path))
		return 0;
	memcpy(job, w->job, sizeof(job));
	if (n->key)
		w->path[w->n++] = n->key;
	rc = begin_job(w, n);
	rc = rc < 0 ? rc : named(w, n);
	rc = rc < 0 ? rc : softened(w, n);
	if (n->type == GATE_NODE_MAP)
		w->off |= never_runs(n);
	if (does(n))
		w->doer = n;
	if (rc == 0 && gate_node_text(n))
		rc = scalar(w, n);
	for (const struct gate_node *e = n->type == GATE_NODE_MAP || n->type == GATE_NODE_LIST ? n->first : NULL; rc == 0 && e; e = e->next)
		rc = visit(w, e);
	w->n = depth;
	w->off = off;
	w->doer = doer;
	memcpy(w->job, job, sizeof(job));
	return rc;
}

int gate_ci_generic(struct gate_ci_side *s)
{
	struct walk w = { .s = s };

	return visit(&w, s->root);
}

/* ---- files that are no tree ---- */

/* Takes comments off: '#' and '//' behind a blank or at the start of a line, slash-star ones. */
static void uncomment(const char *text, size_t len, bool slashes, struct gate_buf *out)
{
	char q = 0;

	for (size_t i = 0; i < len; i++) {
		const char c = text[i];
		const bool start = i == 0 || text[i - 1] == '\n' || text[i - 1] == ' ' || text[i - 1] == '\t';

		if (!q && slashes && c == '/' && i + 1 < len && text[i + 1] == '*') {
			for (i += 2; i + 1 < len && !(text[i] == '*' && text[i + 1] == '/'); i++) {
				if (text[i] == '\n')
					gate_buf_char(out, '\n');
			}
			i++;
			continue;
		}
		if (!q && start && (c == '#' || (slashes && c == '/' && i + 1 < len && text[i + 1] == '/'))) {
			while (i < len && text[i] != '\n')
				i++;
			gate_buf_char(out, '\n');
			continue;
		}
		if (q ? c == q : (slashes && (c == '\'' || c == '"')))
			q = q ? 0 : c;
		if (c == '\n')
			q = 0;
		gate_buf_char(out, c ? c : ' ');
	}
}

static bool is_shell(const char *path, const char *text, size_t len)
{
	return gate_ends_with(path, ".sh") || gate_ends_with(path, ".bash") || (len > 2 && memcmp(text, "#!", 2) == 0 && memmem(text, len > 60 ? 60 : len, "sh", 2)) ||
	       strstr(path, ".buildkite/hooks/");
}

int gate_ci_lines(struct gate_ci_side *s)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	const char *last = gate_path_last(s->path);
	const bool slashes = strstr(last, "Jenkinsfile") || gate_ends_with(last, ".groovy") || gate_ends_with(last, ".kts") || gate_ends_with(last, ".jsonnet");
	struct gate_script where = { .job = "", .line = 1, .loose = !is_shell(s->path, s->text, s->len) };

	uncomment(s->text, s->len, slashes, &b);
	if (gate_buf_check(&b, s->err) < 0)
		return -GATE_E_NOMEM;
	return gate_shell_facts(&where, gate_buf_cstr(&b), s->out, s->err);
}
