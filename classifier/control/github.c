/* Workflows and actions of GitHub, Forgejo and Gitea: docs.github.com, "Workflow syntax". */
#include "classifier/control/ci.h"
#include "classifier/control/shell.h"

#include <string.h>
#include <strings.h>

struct workflow {
	struct gate_ci_side *s;
	const struct gate_node *root, *on;
	bool automatic; /* it runs by itself: what it checks is a check */
	bool exposed;	/* strangers can start it with the rights of the base */
	bool release;	/* it publishes something */
	bool privileged;
};

static const char *const dangerous[] = { "pull_request_target", "workflow_run", "issue_comment", "repository_dispatch" };
static const char *const outside[] = { "issues", "discussion", "discussion_comment", "pull_request_review", "pull_request_review_comment", "fork", "watch", "gollum" };
static const char *const automatic[] = { "push", "pull_request", "merge_group", "pull_request_target", "workflow_call", "schedule" };

static const struct gate_node *event(const struct workflow *w, const char *name, bool *there)
{
	static const struct gate_node none = { .type = GATE_NODE_NULL, .text = "" };
	const struct gate_node *e;

	*there = false;
	if (!w->on)
		return NULL;
	if (w->on->type == GATE_NODE_MAP) {
		e = gate_node_get(w->on, name);
		*there = e != NULL;
		return e;
	}
	if (w->on->type != GATE_NODE_LIST) {
		*there = strcmp(w->on->text, name) == 0;
		return *there ? &none : NULL;
	}
	for (e = w->on->first; e; e = e->next)
		*there |= strcmp(e->text, name) == 0;
	return *there ? &none : NULL;
}

static bool any_event(const struct workflow *w, const char *const *names, size_t n)
{
	bool there;

	for (size_t i = 0; i < n; i++) {
		event(w, names[i], &there);
		if (there)
			return true;
	}
	return false;
}

static int triggers(struct workflow *w)
{
	bool there;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(dangerous); i++) {
		event(w, dangerous[i], &there);
		if (there)
			rc = gate_ci_add(w->s, GATE_FACT_TRIGGER, GATE_TIER_CRITICAL, w->on, NULL, dangerous[i], NULL);
	}
	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(outside); i++) {
		event(w, outside[i], &there);
		if (there)
			rc = gate_ci_add(w->s, GATE_FACT_TRIGGER, GATE_TIER_MEDIUM, w->on, NULL, outside[i], NULL);
	}
	return rc;
}

/* An element of a list, or the scalar itself, in turn. */
static const struct gate_node *first_of(const struct gate_node *n)
{
	return !n || n->type == GATE_NODE_NULL || n->type == GATE_NODE_MAP ? NULL : n->type == GATE_NODE_LIST ? n->first : n;
}

static const struct gate_node *next_of(const struct gate_node *list, const struct gate_node *e)
{
	return list == e ? NULL : e->next;
}

static int patterns(struct workflow *w, const struct gate_node *e, const char *what, const char *other)
{
	const struct gate_node *list = gate_node_get(e, what);
	char key[200];
	int rc = 0;

	if (!list && !gate_node_get(e, other)) {
		bool bare = !gate_node_get(e, "tags") && !gate_node_get(e, "branches") && !gate_node_get(e, "tags-ignore") && !gate_node_get(e, "branches-ignore");

		snprintf(key, sizeof(key), "push: every %s", what);
		return bare || gate_node_get(e, strcmp(what, "tags") == 0 ? "branches-ignore" : "tags-ignore")
			       ? gate_ci_add(w->s, GATE_FACT_PUSH, w->privileged ? GATE_TIER_CRITICAL : GATE_TIER_HIGH, w->on, NULL, key, "*")
			       : 0;
	}
	for (const struct gate_node *b = first_of(list); rc == 0 && b; b = next_of(list, b)) {
		bool wild = *b->text == '*';

		snprintf(key, sizeof(key), "push: %s: %.120s", what, b->text);
		if (*b->text != '!')
			rc = gate_ci_add(w->s, GATE_FACT_PUSH, w->privileged ? (wild ? GATE_TIER_CRITICAL : GATE_TIER_HIGH) : wild ? GATE_TIER_HIGH : GATE_TIER_MEDIUM, b,
					 NULL, key, wild ? "*" : "");
	}
	return rc;
}

static bool only_docs(const char *p)
{
	static const char *const words[] = { "*.md", ".md", "docs", "doc/", ".txt", "LICENSE", ".rst", ".gitignore", ".editorconfig", ".adoc", "CHANGELOG", "README", ".png", ".svg" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(words); i++) {
		if (strstr(p, words[i]))
			return true;
	}
	return false;
}

static int narrow_list(struct workflow *w, const char *name, const struct gate_node *e, const char *filter)
{
	const struct gate_node *list = gate_node_get(e, filter);
	char key[240];
	int rc = 0;

	for (const struct gate_node *p = first_of(list); rc == 0 && p; p = next_of(list, p)) {
		snprintf(key, sizeof(key), "%s: %s: %.150s", name, filter, p->text);
		rc = gate_ci_add(w->s, GATE_FACT_NARROW, only_docs(p->text) || strcmp(filter, "branches-ignore") == 0 ? GATE_TIER_MEDIUM : GATE_TIER_HIGH, p, NULL, key,
				 NULL);
	}
	return rc;
}

/* Filters of a file with checks: what they leave out is not checked. */
static int filters(struct workflow *w)
{
	static const char *const events[] = { "push", "pull_request", "merge_group" };
	bool there;
	char key[100];
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(events); i++) {
		const struct gate_node *e = event(w, events[i], &there);

		if (!there)
			continue;
		rc = gate_ci_add(w->s, GATE_FACT_EVENT, GATE_TIER_HIGH, w->on, NULL, events[i], NULL);
		rc = rc < 0 ? rc : narrow_list(w, events[i], e, "paths-ignore");
		rc = rc < 0 ? rc : narrow_list(w, events[i], e, "branches-ignore");
		if (rc == 0 && gate_node_get(e, "paths")) {
			snprintf(key, sizeof(key), "%s: only some paths", events[i]);
			rc = gate_ci_add(w->s, GATE_FACT_NARROW, GATE_TIER_MEDIUM, gate_node_get(e, "paths"), NULL, key, NULL);
		}
		if (rc == 0 && i == 1 && gate_node_get(e, "branches")) {
			snprintf(key, sizeof(key), "%s: only some branches", events[i]);
			rc = gate_ci_add(w->s, GATE_FACT_NARROW, GATE_TIER_MEDIUM, gate_node_get(e, "branches"), NULL, key, NULL);
		}
	}
	return rc;
}

/* ---- permissions ---- */
static const char *const scopes[] = { "actions", "attestations", "checks", "contents", "deployments", "discussions", "id-token", "issues",
				      "models", "packages", "pages", "pull-requests", "repository-projects", "security-events", "statuses" };

static bool is_release_name(const char *s)
{
	static const char *const words[] = { "release", "publish", "deploy", "upload", "pypi", "npm-", "registry" };

	for (size_t i = 0; s && i < GATE_ARRAY_LEN(words); i++) {
		if (strcasestr(s, words[i]))
			return true;
	}
	return false;
}

static enum gate_tier scope_tier(const struct workflow *w, const char *scope, const char *job)
{
	static const char *const strong[] = { "contents", "packages", "actions", "id-token" };

	if (strcmp(scope, "security-events") == 0 || strcmp(scope, "attestations") == 0 || strcmp(scope, "models") == 0)
		return GATE_TIER_MEDIUM;
	for (size_t i = 0; i < GATE_ARRAY_LEN(strong); i++) {
		if (strcmp(scope, strong[i]) == 0 && (w->release || is_release_name(job)))
			return GATE_TIER_CRITICAL;
	}
	return GATE_TIER_HIGH;
}

static int permission(struct workflow *w, const struct gate_node *p, const char *scope, const char *job)
{
	char key[120];

	snprintf(key, sizeof(key), "%.60s: write", scope);
	return gate_ci_add(w->s, GATE_FACT_PERM, scope_tier(w, scope, job), p, job, key, NULL);
}

/* What the token of one job may write: the job's block, or the workflow's, or what the host gives by default. */
static int permissions(struct workflow *w, const struct gate_node *job)
{
	const struct gate_node *p = gate_node_get(job, "permissions");
	int rc = 0;

	if (!p)
		p = gate_node_get(w->root, "permissions");
	if (!p)
		return gate_ci_add(w->s, GATE_FACT_PERM, GATE_TIER_HIGH, job, job->key, "default", NULL);
	if (p->type == GATE_NODE_MAP) {
		for (const struct gate_node *e = p->first; rc == 0 && e; e = e->next) {
			if (strcmp(e->text, "write") == 0)
				rc = permission(w, e, e->key, job->key);
			else if (strcmp(e->text, "none") != 0 && strcmp(e->text, "read") != 0)
				rc = permission(w, e, e->key, job->key);
		}
		return rc;
	}
	if (strcmp(p->text, "write-all") != 0)
		return 0;
	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(scopes); i++)
		rc = permission(w, p, scopes[i], job->key);
	/* so that a fall from here to the default is no growth */
	return rc < 0 ? rc : gate_ci_add(w->s, GATE_FACT_PERM, GATE_TIER_HIGH, p, job->key, "default", NULL);
}

/* ---- jobs ---- */
static bool is_false(const struct gate_node *n)
{
	const char *s = gate_node_text(n);
	char t[40];
	size_t k = 0;

	for (; s && *s && k < sizeof(t) - 1; s++) {
		if (!strchr(" ${}()'\"", *s))
			t[k++] = *s;
	}
	t[k] = '\0';
	return s && (strcasecmp(t, "false") == 0 || strcmp(t, "!true") == 0 || strcmp(t, "0") == 0 || gate_starts_with(t, "false&&") || gate_ends_with(t, "&&false"));
}

static bool runs_anyway(const char *s)
{
	return strstr(s, "always()") || strstr(s, "cancelled()") || strstr(s, "failure()") || strcmp(s, "success()") == 0 || strcmp(s, "true") == 0;
}

/* if: of a step or job. */
static int condition(struct workflow *w, const struct gate_node *n, const char *label, bool checks, const char *job)
{
	const struct gate_node *cond = gate_node_get(n, "if");
	char key[260];

	if (!cond || !gate_node_text(cond))
		return 0;
	if (is_false(cond)) {
		snprintf(key, sizeof(key), "if: false at %.150s", label);
		return gate_ci_add(w->s, GATE_FACT_SOFT, GATE_TIER_HIGH, cond, NULL, key, "if: false");
	}
	if (!checks || runs_anyway(cond->text))
		return 0;
	snprintf(key, sizeof(key), "%.150s: if: %.90s", label, cond->text);
	return gate_ci_add(w->s, GATE_FACT_COND, GATE_TIER_MEDIUM, cond, job, key, NULL);
}

/* How a step is known when it moves: its action without version, or its first command. */
static void label_of(const struct gate_node *step, char *to, size_t size)
{
	const char *uses = gate_node_text(gate_node_get(step, "uses")), *run = gate_node_text(gate_node_get(step, "run"));
	const char *s = uses ? uses : run ? run : "";
	size_t n = strcspn(s, uses ? "@" : "\n|;&");

	snprintf(to, size, "%.*s", (int)(n > 80 ? 80 : n), s);
}

static bool step_checks(const struct gate_node *step)
{
	const char *uses = gate_node_text(gate_node_get(step, "uses")), *run = gate_node_text(gate_node_get(step, "run"));

	return (uses && gate_shell_class(uses, strcspn(uses, "@"))) || (run && gate_shell_class(run, strcspn(run, "\n")));
}

/* Names whose loss is the loss of a signature, an analysis, an inventory. */
static const char *const prov_actions[] = { "attest", "slsa", "cosign", "sigstore", "sbom", "cyclonedx", "dependency-review", "codeql", "scorecard", "gpg", "provenance", "harden-runner", NULL };

static int action(struct workflow *w, const struct gate_node *uses, bool off)
{
	const char *name = gate_node_text(uses);
	size_t len = name ? strcspn(name, "@") : 0;
	char bare[160];
	const char *cls;
	int rc;

	if (!name)
		return 0;
	rc = gate_ci_uses(w->s, uses, name);
	snprintf(bare, sizeof(bare), "%.*s", (int)(len > 150 ? 150 : len), name);
	for (const char *const *p = prov_actions; rc == 0 && *p; p++) {
		if (strcasestr(bare, *p))
			return off ? 0 : gate_ci_add(w->s, GATE_FACT_PROV, GATE_TIER_HIGH, uses, NULL, bare, NULL);
	}
	cls = gate_shell_class(bare, strlen(bare));
	if (rc == 0 && cls && !off && w->automatic && !gate_starts_with(bare, "actions/") && *bare != '.')
		rc = gate_ci_add(w->s, GATE_FACT_GATE, strcmp(cls, "cover") == 0 ? GATE_TIER_MEDIUM : GATE_TIER_HIGH, uses, NULL, bare, cls);
	return rc;
}

/* Settings of an action, and variables. */
static int pairs(struct workflow *w, const struct gate_node *map, const char *job, const char *label, bool reviews)
{
	int rc = 0;
	char key[200];

	for (const struct gate_node *e = map && map->type == GATE_NODE_MAP ? map->first : NULL; rc == 0 && e; e = e->next) {
		rc = gate_ci_setting(w->s, e, e->key, job, label);
		if (rc == 0 && w->release && (strcmp(e->key, "cache") == 0 || strcmp(e->key, "cache-from") == 0) && strcmp(e->text, "false") != 0)
			rc = gate_ci_add(w->s, GATE_FACT_CACHE, GATE_TIER_MEDIUM, e, job, label, NULL);
		if (rc < 0 || !reviews)
			continue;
		if (strcmp(e->key, "fail-on-severity") == 0 || strcmp(e->key, "allow-ghsas") == 0 || strcmp(e->key, "allow-licenses") == 0 ||
		    strcmp(e->key, "allow-dependencies-licenses") == 0 || strcmp(e->key, "fail-on-scopes") == 0) {
			snprintf(key, sizeof(key), "%s: %.150s", e->key, e->text);
			rc = gate_ci_add(w->s, GATE_FACT_REVIEW, GATE_TIER_HIGH, e, NULL, key, strcmp(e->key, "fail-on-severity") == 0 ? "severity" : "");
		}
	}
	return rc;
}

static int script(struct workflow *w, const struct gate_node *run, const char *job, bool off)
{
	struct gate_script where = { .job = job, .line = run->line, .off = off || !w->automatic, .exposed = w->exposed };
	int rc = gate_ci_text(w->s, run, job, true);

	return rc < 0 || !gate_node_text(run) ? rc : gate_shell_facts(&where, run->text, w->s->out, w->s->err);
}

static int every_text(struct workflow *w, const struct gate_node *n, const char *job, int depth)
{
	int rc = 0;

	if (!n || depth > 100)
		return 0;
	if (n->key && (strcmp(n->key, "run") == 0 || strcmp(n->key, "script") == 0) && gate_node_text(n))
		return 0; /* script() reads it */
	if (gate_node_text(n))
		return gate_ci_text(w->s, n, job, false);
	for (const struct gate_node *e = n->first; rc == 0 && e; e = e->next)
		rc = every_text(w, e, job, depth + 1);
	return rc;
}

static int shell_of(struct workflow *w, const struct gate_node *n)
{
	const char *sh = gate_node_text(gate_node_get(n, "shell"));

	if (!sh || !strstr(sh, "{0}") || strstr(sh, "-e") || !strstr(sh, "sh"))
		return 0;
	return gate_ci_add(w->s, GATE_FACT_SOFT, GATE_TIER_HIGH, gate_node_get(n, "shell"), NULL, "a shell that goes on after failures", "shell");
}

static int one_step(struct workflow *w, const struct gate_node *step, const char *job, bool off)
{
	const struct gate_node *uses = gate_node_get(step, "uses"), *run = gate_node_get(step, "run"), *with = gate_node_get(step, "with");
	const struct gate_node *inner = gate_node_get(with, "script");
	char label[100];
	int rc;

	if (!step || step->type != GATE_NODE_MAP)
		return 0;
	label_of(step, label, sizeof(label));
	off |= is_false(gate_node_get(step, "if"));
	rc = condition(w, step, label, step_checks(step), job);
	rc = rc < 0 ? rc : gate_ci_setting(w->s, gate_node_get(step, "continue-on-error"), "continue-on-error", job, label);
	rc = rc < 0 ? rc : action(w, uses, off);
	if (rc == 0 && uses && strstr(uses->text, "actions/checkout") && !gate_node_get(with, "persist-credentials"))
		rc = gate_ci_add(w->s, GATE_FACT_CRED, GATE_TIER_LOW, uses, NULL, "by default", NULL);
	rc = rc < 0 || !run ? rc : script(w, run, job, off);
	if (rc == 0 && inner)
		rc = gate_ci_text(w->s, inner, job, true);
	rc = rc < 0 ? rc : pairs(w, with, job, label, uses && strstr(uses->text, "dependency-review"));
	rc = rc < 0 ? rc : pairs(w, gate_node_get(step, "env"), job, label, false);
	if (rc == 0 && w->release && uses && gate_starts_with(uses->text, "actions/cache"))
		rc = gate_ci_add(w->s, GATE_FACT_CACHE, GATE_TIER_MEDIUM, uses, job, label, NULL);
	return rc < 0 ? rc : shell_of(w, step);
}

static int runner(struct workflow *w, const struct gate_node *job)
{
	const struct gate_node *on = gate_node_get(job, "runs-on"), *c = gate_node_get(job, "container"), *sv = gate_node_get(job, "services");
	int rc = 0;

	if (on && on->type == GATE_NODE_MAP)
		on = gate_node_get(on, "labels") ? gate_node_get(on, "labels") : gate_node_get(on, "group");
	for (const struct gate_node *e = first_of(on); rc == 0 && e; e = next_of(on, e)) {
		if (strcasestr(e->text, "self-hosted"))
			rc = gate_ci_add(w->s, GATE_FACT_HOST, GATE_TIER_HIGH, e, job->key, "self-hosted", NULL);
	}
	if (rc == 0 && c)
		rc = gate_ci_image(w->s, c->type == GATE_NODE_MAP ? gate_node_get(c, "image") : c);
	if (rc == 0 && gate_node_text(gate_node_get(c, "options")))
		rc = gate_ci_host_text(w->s, c, job->key, gate_node_get(c, "options")->text);
	for (const struct gate_node *v = first_of(gate_node_get(c, "volumes")); rc == 0 && v; v = v->next)
		rc = gate_ci_host_text(w->s, v, job->key, v->text);
	for (const struct gate_node *e = sv && sv->type == GATE_NODE_MAP ? sv->first : NULL; rc == 0 && e; e = e->next) {
		const struct gate_node *o = gate_node_get(e, "options");

		rc = gate_ci_image(w->s, gate_node_get(e, "image"));
		if (rc == 0 && gate_node_text(o))
			rc = gate_ci_host_text(w->s, o, job->key, o->text);
		for (const struct gate_node *v = first_of(gate_node_get(e, "volumes")); rc == 0 && v; v = v->next)
			rc = gate_ci_host_text(w->s, v, job->key, v->text);
	}
	return rc;
}

static int matrix(struct workflow *w, const struct gate_node *job, bool checks)
{
	const struct gate_node *m = gate_node_at(job, "strategy.matrix");
	char key[200];
	int rc = 0;

	for (const struct gate_node *axis = m && m->type == GATE_NODE_MAP && checks ? m->first : NULL; rc == 0 && axis; axis = axis->next) {
		bool cut = strcmp(axis->key, "exclude") == 0;

		for (const struct gate_node *v = axis->type == GATE_NODE_LIST ? axis->first : NULL; rc == 0 && v; v = v->next) {
			if (cut) {
				snprintf(key, sizeof(key), "exclude of %.80s", job->key);
				rc = gate_ci_add(w->s, GATE_FACT_NARROW, GATE_TIER_MEDIUM, v, NULL, key, NULL);
			} else if (v->type != GATE_NODE_MAP && v->type != GATE_NODE_LIST) {
				snprintf(key, sizeof(key), "%.80s: %.80s", axis->key, v->text);
				rc = gate_ci_add(w->s, GATE_FACT_MATRIX, GATE_TIER_HIGH, v, job->key, key, axis->key);
			}
		}
	}
	return rc;
}

static int needs(struct workflow *w, const struct gate_node *job)
{
	const struct gate_node *list = gate_node_get(job, "needs");
	char key[200];
	int rc = 0;

	for (const struct gate_node *e = first_of(list); rc == 0 && e; e = next_of(list, e)) {
		snprintf(key, sizeof(key), "waits for %.80s", e->text);
		rc = gate_ci_add(w->s, GATE_FACT_NEED, w->release || is_release_name(job->key) ? GATE_TIER_HIGH : GATE_TIER_MEDIUM, e, job->key, key, e->text);
	}
	return rc;
}

/* environment: counts for a job that holds secrets. */
static int environment(struct workflow *w, const struct gate_node *job, size_t from)
{
	const struct gate_node *e = gate_node_get(job, "environment");
	const char *name = e && e->type == GATE_NODE_MAP ? gate_node_text(gate_node_get(e, "name")) : gate_node_text(e);
	bool secret = is_release_name(job->key) || w->release;

	for (size_t i = from; i < w->s->out->n; i++)
		secret |= w->s->out->v[i].kind == GATE_FACT_SECRET;
	return e && secret ? gate_ci_add(w->s, GATE_FACT_ENVIRON, GATE_TIER_HIGH, e, job->key, name ? name : "environment", NULL) : 0;
}

static int one_job(struct workflow *w, const struct gate_node *job)
{
	const struct gate_node *steps = gate_node_get(job, "steps"), *sec = gate_node_get(job, "secrets");
	const size_t from = w->s->out->n;
	bool off = is_false(gate_node_get(job, "if")), checks = false;
	int rc = gate_ci_add(w->s, GATE_FACT_JOB, GATE_TIER_MEDIUM, job, NULL, job->key, NULL);

	rc = rc < 0 ? rc : permissions(w, job);
	rc = rc < 0 ? rc : every_text(w, job, job->key, 0);
	rc = rc < 0 ? rc : every_text(w, gate_node_get(w->root, "env"), job->key, 0);
	if (rc == 0 && gate_node_text(sec) && strcmp(sec->text, "inherit") == 0)
		rc = gate_ci_add(w->s, GATE_FACT_SECRET, GATE_TIER_HIGH, sec, job->key, "all secrets (inherit)", NULL);
	for (const struct gate_node *st = steps && steps->type == GATE_NODE_LIST ? steps->first : NULL; rc == 0 && st; st = st->next) {
		checks |= step_checks(st);
		rc = one_step(w, st, job->key, off);
	}
	checks |= gate_shell_class(job->key, strlen(job->key)) != NULL;
	rc = rc < 0 ? rc : condition(w, job, "the job", checks && !is_release_name(job->key), job->key);
	rc = rc < 0 ? rc : gate_ci_setting(w->s, gate_node_get(job, "continue-on-error"), "continue-on-error", job->key, "a job");
	rc = rc < 0 ? rc : action(w, gate_node_get(job, "uses"), off);
	rc = rc < 0 ? rc : pairs(w, gate_node_get(job, "env"), job->key, "", false);
	rc = rc < 0 ? rc : runner(w, job);
	rc = rc < 0 ? rc : matrix(w, job, checks);
	rc = rc < 0 ? rc : needs(w, job);
	rc = rc < 0 ? rc : shell_of(w, gate_node_at(job, "defaults.run"));
	return rc < 0 ? rc : environment(w, job, from);
}

static bool has_privilege(const struct gate_node *n, int depth)
{
	if (!n || depth > 100)
		return false;
	if (n->key && (strcmp(n->key, "permissions") == 0 || strcmp(n->key, "secrets") == 0) && n->type != GATE_NODE_MAP)
		return strcmp(n->text, "write-all") == 0 || strcmp(n->text, "inherit") == 0;
	if (n->type != GATE_NODE_MAP && n->type != GATE_NODE_LIST)
		return (strstr(n->text, "secrets.") && !strstr(n->text, "secrets.GITHUB_TOKEN")) || strcmp(n->text, "write") == 0;
	for (const struct gate_node *e = n->first; e; e = e->next) {
		if (has_privilege(e, depth + 1))
			return true;
	}
	return false;
}

static bool publishes(const struct workflow *w, const char *path)
{
	bool there;
	const struct gate_node *push = event(w, "push", &there);

	event(w, "release", &there);
	return there || gate_node_get(push, "tags") || is_release_name(gate_path_last(path)) || is_release_name(gate_node_text(gate_node_get(w->root, "name")));
}

static int composite(struct workflow *w)
{
	const struct gate_node *runs = gate_node_get(w->root, "runs"), *steps = gate_node_get(runs, "steps");
	int rc = gate_ci_image(w->s, gate_node_get(runs, "image"));

	for (const struct gate_node *st = steps && steps->type == GATE_NODE_LIST ? steps->first : NULL; rc == 0 && st; st = st->next) {
		rc = every_text(w, st, "action", 0);
		rc = rc < 0 ? rc : one_step(w, st, "action", false);
	}
	return rc;
}

int gate_ci_github(struct gate_ci_side *s)
{
	struct workflow w = { .s = s, .root = s->root };
	const struct gate_node *jobs = gate_node_get(s->root, "jobs"), *push;
	bool there;
	int rc;

	w.on = gate_node_get(s->root, "on");
	if (!w.on) /* YAML 1.1 reads the bare key as a truth value; the text of the key may have been made one */
		w.on = gate_node_get(s->root, "true");
	w.automatic = any_event(&w, automatic, GATE_ARRAY_LEN(automatic)) || gate_node_get(s->root, "runs");
	w.exposed = any_event(&w, dangerous, 3);
	w.release = publishes(&w, s->path);
	w.privileged = w.release || has_privilege(s->root, 0);
	if (gate_node_get(s->root, "runs"))
		return composite(&w);
	rc = triggers(&w);
	push = event(&w, "push", &there);
	if (rc == 0 && there && !s->only)
		rc = patterns(&w, push, "branches", "branches-ignore");
	if (rc == 0 && there && !s->only)
		rc = patterns(&w, push, "tags", "tags-ignore");
	rc = rc < 0 ? rc : shell_of(&w, gate_node_at(s->root, "defaults.run"));
	rc = rc < 0 ? rc : pairs(&w, gate_node_get(s->root, "env"), "", "", false);
	for (const struct gate_node *j = jobs && jobs->type == GATE_NODE_MAP ? jobs->first : NULL; rc == 0 && j; j = j->next)
		rc = one_job(&w, j);
	if (rc == 0 && gate_factbag_has(s->out, GATE_FACT_GATE, NULL) && !s->only)
		rc = filters(&w);
	return rc;
}
