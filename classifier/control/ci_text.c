/* What a text, a setting, a version says in the CI of any vendor. */
#include "classifier/control/ci.h"
#include "classifier/control/shell.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

int gate_ci_add(struct gate_ci_side *s, enum gate_fact_kind kind, enum gate_tier tier, const struct gate_node *at, const char *job,
		const char *key, const char *note)
{
	struct gate_fact f = {
		.kind = kind,
		.tier = tier,
		.line = at ? (at->line ? at->line : at->key_line) : 0,
		.key = gate_lend(key),
		.job = gate_lend(job),
		.note = gate_lend(note),
	};

	return gate_factbag_add(s->out, &f, s->err);
}

/* Values of an event that a stranger writes as he likes. */
static const char *const strangers[] = {
	"github.head_ref", "github.event.issue.", "github.event.pull_request.", "github.event.comment.", "github.event.review.",
	"github.event.review_comment.", "github.event.head_commit.", "github.event.discussion.", "github.event.commits", "github.event.pages",
	"github.event.workflow_run.head_branch", "github.event.workflow_run.head_commit.", "github.event.workflow_run.display_title",
	"github.event.client_payload", "github.event.workflow_run.pull_requests", "CI_MERGE_REQUEST_TITLE", "CI_MERGE_REQUEST_DESCRIPTION", NULL };
/* ... but for what a forge makes itself. */
static const char *const forge_made[] = { ".number", ".id", ".node_id", ".sha", ".merged", ".draft", ".state", ".user.login", ".user.id", ".author_association",
					  ".html_url", ".url", ".diff_url", ".patch_url", ".base.ref", ".created_at", ".updated_at", ".commits", ".additions", ".changed_files",
					  ".base.sha", ".head.sha", ".merge_commit_sha", ".full_name", ".type", ".comments_url", ".timestamp", ".clone_url", NULL };

static bool is_stranger(const char *expr)
{
	for (const char *const *w = strangers; *w; w++) {
		const char *p = strcasestr(expr, *w);
		size_t n = p ? strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-[]*'\"") : 0;
		bool made = false;

		if (!p)
			continue;
		for (const char *const *m = forge_made; *m && strncmp(*w, "github.event.commits", 20) != 0; m++) {
			size_t len = strlen(*m);

			made |= n > len && strncasecmp(p + n - len, *m, len) == 0;
		}
		/* event['pull_request']['title'] */
		if (!made)
			return true;
	}
	return strcasestr(expr, "github.event[") || strcasestr(expr, "toJSON(github.event)") || strcasestr(expr, "toJSON(github)");
}

static int expression(struct gate_ci_side *s, const struct gate_node *at, const char *job, const char *expr, bool script)
{
	char key[160];
	int rc = 0;

	if (strcasestr(expr, "toJSON(secrets") || strcasestr(expr, "toJson( secrets"))
		rc = gate_ci_add(s, GATE_FACT_SECRET, GATE_TIER_HIGH, at, job, "all secrets (toJSON)", NULL);
	if (rc == 0 && script && is_stranger(expr)) {
		snprintf(key, sizeof(key), "%.150s", expr);
		rc = gate_ci_add(s, GATE_FACT_INJECT, GATE_TIER_CRITICAL, at, NULL, key, NULL);
	} else if (rc == 0 && script && (strcasestr(expr, "inputs.") || strcasestr(expr, "github.ref_name") || strcasestr(expr, "github.event.inputs"))) {
		snprintf(key, sizeof(key), "%.150s", expr);
		rc = gate_ci_add(s, GATE_FACT_INJECT, GATE_TIER_MEDIUM, at, NULL, key, NULL);
	}
	if (rc == 0 && (strstr(expr, "fromJSON('\"") || strstr(expr, "fromJson('\"") || strcasestr(expr, "format('{0}{1}")))
		rc = gate_ci_add(s, GATE_FACT_OBF, GATE_TIER_HIGH, at, NULL, "an expression that builds text", NULL);
	return rc;
}

/* secrets.NAME and secrets['NAME'] */
static int secrets_in(struct gate_ci_side *s, const struct gate_node *at, const char *job, const char *expr)
{
	for (const char *p = expr; (p = strcasestr(p, "secrets")) != NULL; p += 7) {
		char name[100];
		size_t n = 0;
		const char *q = p + 7;

		if ((p > expr && (isalnum((unsigned char)p[-1]) || p[-1] == '_')) || (*q != '.' && *q != '['))
			continue;
		while (*q && strchr(".[' \"", *q))
			q++;
		while (n < sizeof(name) - 1 && (isalnum((unsigned char)q[n]) || q[n] == '_' || q[n] == '-'))
			name[n] = q[n], n++;
		name[n] = '\0';
		if (!n || strcasecmp(name, "GITHUB_TOKEN") == 0 || strcasecmp(name, "inherit") == 0)
			continue;
		if (gate_ci_add(s, GATE_FACT_SECRET, GATE_TIER_HIGH, at, job, name, NULL) < 0)
			return -GATE_E_NOMEM;
	}
	return 0;
}

int gate_ci_host_text(struct gate_ci_side *s, const struct gate_node *at, const char *job, const char *text)
{
	static const struct {
		const char *word;
		enum gate_tier tier;
	} rows[] = { { "--privileged", GATE_TIER_HIGH }, { "docker.sock", GATE_TIER_HIGH }, { "--network host", GATE_TIER_HIGH }, { "--network=host", GATE_TIER_HIGH },
		     { "--net=host", GATE_TIER_HIGH }, { "--net host", GATE_TIER_HIGH }, { "--pid=host", GATE_TIER_HIGH }, { "--cap-add", GATE_TIER_HIGH },
		     { "--device", GATE_TIER_MEDIUM }, { "--security-opt", GATE_TIER_MEDIUM } };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(rows); i++) {
		if (strstr(text, rows[i].word))
			rc = gate_ci_add(s, GATE_FACT_HOST, rows[i].tier, at, job, rows[i].word, NULL);
	}
	return rc;
}

int gate_ci_text(struct gate_ci_side *s, const struct gate_node *at, const char *job, bool script)
{
	const char *text = gate_node_text(at);
	gate_auto(gate_buf) struct gate_buf expr = { 0 };
	int rc = 0;

	if (!text)
		return 0;
	for (const char *p = text; rc == 0 && (p = strstr(p, "${{")) != NULL;) {
		const char *end = strstr(p, "}}");

		gate_buf_reset(&expr);
		for (const char *q = p + 3; *q && (!end || q < end); q++) {
			if (!isspace((unsigned char)*q))
				gate_buf_char(&expr, *q);
		}
		rc = gate_buf_check(&expr, s->err);
		if (rc == 0)
			rc = secrets_in(s, at, job, gate_buf_cstr(&expr));
		if (rc == 0)
			rc = expression(s, at, job, gate_buf_cstr(&expr), script);
		if (!end)
			break;
		p = end + 2;
	}
	return rc;
}

/* A setting by key and the value that is worse. NULL: any list or map's elements count. */
static const struct {
	const char *key, *bad;
	enum gate_fact_kind kind;
	enum gate_tier tier;
} settings[] = {
	{ "continue-on-error", "true", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "continueOnError", "true", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "continue_on_error", "true", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "allow_failure", "true", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "allow_failures", "true", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "allowFailure", "true", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "soft_fail", "true", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "soft-fail", "true", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "ignore_failure", "true", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "ignoreFailure", "true", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "ignore_errors", "true", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "ignore_error", "true", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "is_skippable", "true", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "is_always_run", "false", GATE_FACT_SOFT, GATE_TIER_LOW },
	{ "failure", "ignore", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "onError", "continue", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "on-failure", "CONTINUE", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "on_failure", "continue", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "failOnStdErr", "false", GATE_FACT_SOFT, GATE_TIER_LOW },
	{ "allow_failed", "true", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "fail_ci_if_error", "false", GATE_FACT_SOFT, GATE_TIER_MEDIUM },
	{ "fail-on-error", "false", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "fail_on_error", "false", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "failOnError", "false", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "failTaskOnFailedTests", "false", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "fail-on-cache-miss", "false", GATE_FACT_SOFT, GATE_TIER_LOW },
	{ "exit-code", "0", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "exit_code", "0", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "fail-build", "false", GATE_FACT_SOFT, GATE_TIER_HIGH },
	{ "warn-only", "true", GATE_FACT_REVIEW, GATE_TIER_HIGH },
	{ "ignore-unfixed", "true", GATE_FACT_SOFT, GATE_TIER_MEDIUM },
	{ "persist-credentials", "true", GATE_FACT_CRED, GATE_TIER_HIGH },
	{ "persist-credentials", "false", GATE_FACT_NOCRED, GATE_TIER_HIGH },
	{ "persistCredentials", "true", GATE_FACT_CRED, GATE_TIER_HIGH },
	{ "privileged", "true", GATE_FACT_HOST, GATE_TIER_HIGH },
	{ "allowPrivilegeEscalation", "true", GATE_FACT_HOST, GATE_TIER_HIGH },
	{ "hostNetwork", "true", GATE_FACT_HOST, GATE_TIER_HIGH },
	{ "hostPID", "true", GATE_FACT_HOST, GATE_TIER_HIGH },
	{ "network_mode", "host", GATE_FACT_HOST, GATE_TIER_HIGH },
	{ "network", "host", GATE_FACT_HOST, GATE_TIER_HIGH },
	{ "ACTIONS_ALLOW_UNSECURE_COMMANDS", "true", GATE_FACT_ENVFILE, GATE_TIER_HIGH },
	{ "provenance", "true", GATE_FACT_PROV, GATE_TIER_HIGH },
	{ "provenance", "mode=max", GATE_FACT_PROV, GATE_TIER_HIGH },
	{ "sbom", "true", GATE_FACT_PROV, GATE_TIER_HIGH },
	{ "attestations", "true", GATE_FACT_PROV, GATE_TIER_HIGH },
	{ "NPM_CONFIG_PROVENANCE", "true", GATE_FACT_PROV, GATE_TIER_HIGH },
	{ "CI", "false", GATE_FACT_SOFT, GATE_TIER_MEDIUM },
	{ "failFast", "false", GATE_FACT_SOFT, GATE_TIER_LOW },
};
/* Variables that steer what later programs load, whatever their value. */
static const char *const steering[] = { "LD_PRELOAD", "LD_LIBRARY_PATH", "BASH_ENV", "NODE_OPTIONS", "PYTHONSTARTUP", "PERL5OPT", "RUBYOPT", "JAVA_TOOL_OPTIONS",
					"GIT_SSH_COMMAND", "DYLD_INSERT_LIBRARIES", "PROMPT_COMMAND", "ENV" };

static int steer(struct gate_ci_side *s, const struct gate_node *at, const char *key, const char *job)
{
	for (size_t i = 0; i < GATE_ARRAY_LEN(steering); i++) {
		bool loads = strcmp(key, "NODE_OPTIONS") != 0 || strstr(at->text, "-r ") || strstr(at->text, "require") || strstr(at->text, "import") ||
			     strstr(at->text, "loader");

		if (strcmp(steering[i], key) == 0 && strcmp(key, "ENV") != 0 && loads)
			return gate_ci_add(s, GATE_FACT_ENVFILE, GATE_TIER_HIGH, at, job, key, NULL);
	}
	if (strcmp(key, "SKIP") == 0 && *at->text)
		return gate_ci_add(s, GATE_FACT_SOFT, GATE_TIER_HIGH, at, NULL, "SKIP is set", "SKIP");
	return 0;
}

int gate_ci_setting(struct gate_ci_side *s, const struct gate_node *at, const char *key, const char *job, const char *label)
{
	const char *v = gate_node_text(at);
	char what[200];
	bool on;

	if (!v || !key)
		return 0;
	for (size_t i = 0; i < GATE_ARRAY_LEN(settings); i++) {
		bool expr = strstr(v, "${{") || strchr(v, '$');
		bool same = strcasecmp(v, settings[i].bad) == 0 ||
			    (gate_node_bool(at, &on) && at->type == GATE_NODE_BOOL && strcmp(settings[i].bad, on ? "true" : "false") == 0);
		enum gate_tier tier = settings[i].tier;

		if (strcasecmp(settings[i].key, key) != 0 || tier == GATE_TIER_LOW)
			continue;
		if (!same && !(expr && settings[i].kind == GATE_FACT_SOFT))
			continue;
		if (!same)
			tier = GATE_TIER_MEDIUM;
		snprintf(what, sizeof(what), "%s: %s%s%.100s", settings[i].key, same ? settings[i].bad : "by a condition", label && *label ? " at " : "",
			 label ? label : "");
		return gate_ci_add(s, settings[i].kind, tier, at, settings[i].kind == GATE_FACT_HOST || settings[i].kind == GATE_FACT_CRED ? job : NULL,
				   settings[i].kind == GATE_FACT_PROV ? settings[i].key : what, settings[i].key);
	}
	return steer(s, at, key, job);
}

/* The text behind '#' on the line of a node. */
static void comment_of(const struct gate_ci_side *s, uint32_t line, char *to, size_t size)
{
	const char *p = s->text, *end = s->text ? s->text + s->len : NULL;
	size_t n = 0;

	*to = '\0';
	for (uint32_t i = 1; p && p < end && i < line; i++) {
		p = memchr(p, '\n', (size_t)(end - p));
		p = p ? p + 1 : end;
	}
	while (p && p < end && *p != '\n' && *p != '#')
		p++;
	if (!p || p >= end || *p != '#')
		return;
	for (p++; p < end && *p != '\n' && *p != '\r' && n < size - 1; p++) {
		if (*p != ' ')
			to[n++] = *p;
	}
	to[n] = '\0';
}

int gate_ci_uses(struct gate_ci_side *s, const struct gate_node *at, const char *name)
{
	char note[80] = "";

	if (!name || !*name || gate_starts_with(name, "./") || gate_starts_with(name, "../"))
		return 0;
	/* looking for a comment costs a scan: for files of a sane size */
	if (s->out->n < 2000 && s->len < (256u << 10) && strchr(name, '@'))
		comment_of(s, at->line, note, sizeof(note));
	return gate_ci_add(s, GATE_FACT_USES, GATE_TIER_HIGH, at, NULL, name, note);
}

int gate_ci_image(struct gate_ci_side *s, const struct gate_node *at)
{
	const char *name = gate_node_text(at);

	if (!name || !*name || strchr(name, ' '))
		return 0;
	return gate_ci_add(s, GATE_FACT_IMAGE, GATE_TIER_HIGH, at, NULL, name, NULL);
}
