#include "classifier/build/npm.h"

#include "classifier/docs.h"
#include "classifier/values/risk.h"

#include <string.h>

/* https://docs.npmjs.com/cli/v10/using-npm/scripts: what runs without being called by its name. */
static const char *const lifecycle[] = { "preinstall", "install",     "postinstall", "prepublish",     "preprepare", "prepare",
					 "postprepare", "prepublishOnly", "prepack", "postpack",       "preversion", "version",
					 "postversion", "dependencies",	  "preuninstall", "uninstall", "postuninstall", "pnpm:devPreinstall",
					 "publish",	"postpublish" };
/* Set up hooks of git from files that the same push shows. */
static const char *const known[] = { "husky", "husky install", "husky || true", "husky install || true", "lefthook install", "simple-git-hooks" };
static const char message[] = "npm runs this by itself on install, pack or publish: read the command and what it calls";

static bool in_list(const char *s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(s, list[i]) == 0)
			return true;
	}
	return false;
}

static int tell(struct gate_detect *d, const struct gate_look *l, const char *key, const struct gate_node *now,
		enum gate_tier tier, const char *text, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf subject = { 0 };
	struct gate_weight w = gate_weight_of(tier);
	struct gate_sighting s = { .id = "BLD-NPM", .path = l->delta->path, .line = now->key_line, .at_most = &w, .message = text };

	gate_buf_fmt(&subject, "%.100s", key);
	if (gate_buf_check(&subject, err) < 0)
		return -GATE_E_NOMEM;
	s.subject = subject.s;
	return gate_detect_add(d, l->change, &s, err);
}

static int scripts(struct gate_detect *d, const struct gate_look *l, const struct gate_docs *docs, struct gate_err *err)
{
	const struct gate_node *before = gate_node_get(docs->before, "scripts"), *now = gate_node_get(docs->now, "scripts");
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(lifecycle); i++) {
		const struct gate_node *a = gate_node_get(now, lifecycle[i]), *b = gate_node_get(before, lifecycle[i]);
		const char *text = a ? gate_node_text(a) : NULL;

		if (!a || (b && gate_node_equal(a, b)) || (text && !*text))
			continue;
		rc = tell(d, l, lifecycle[i], a,
			  text && in_list(text, known, GATE_ARRAY_LEN(known)) ? GATE_TIER_MEDIUM : GATE_TIER_HIGH, message, err);
	}
	return rc;
}

static int others(struct gate_detect *d, const struct gate_look *l, const struct gate_docs *docs, struct gate_err *err)
{
	static const char *const keys[] = { "bin", "gypfile" };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(keys); i++) {
		const struct gate_node *a = gate_node_get(docs->now, keys[i]), *b = gate_node_get(docs->before, keys[i]);

		if (!a || a->type == GATE_NODE_NULL || (b && gate_node_equal(a, b)))
			continue;
		rc = tell(d, l, keys[i], a, docs->before ? GATE_TIER_HIGH : GATE_TIER_MEDIUM,
			  "a package gets a command in everyone's path, or is compiled on install: read the program it names", err);
	}
	return rc;
}

static const struct gate_risk gyp_rows[] = {
	{ "command", "<!", "<!@?\\(", { GATE_GAIN_RISK, GATE_TIER_HIGH, "binding.gyp runs a command while a package is installed: read it" } },
	{ "action",
	  "action",
	  "[\"']action[\"']\\s*:\\s*\\[",
	  { GATE_GAIN_RISK, GATE_TIER_HIGH, "binding.gyp runs a command while a package is installed: read it" } },
};

/* A new binding.gyp makes npm compile, and run what it says, without any script. */
static int gyp(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	static const struct gate_risk_table table = GATE_RISKS(gyp_rows);
	gate_auto(gate_code_sides) struct gate_code_sides c = { 0 };
	int rc = gate_code_sides_read(d, l->change, l->delta, GATE_COMMENTS_HASH, &c, err);

	if (rc < 0)
		return rc;
	l->keep = l->delta->new_mode && !c.same;
	if (l->delta->old_mode)
		l->w = gate_weight_of(GATE_TIER_MEDIUM);
	return gate_risks_delta(d, l->change, l->delta, "BLD-NPM", &table, &c, GATE_TIER_CRITICAL, err);
}

int gate_npm_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	struct gate_docs docs;
	int rc;

	if (strcmp(gate_path_last(l->delta->path), "binding.gyp") == 0)
		return gyp(d, l, err);
	l->keep = false;
	rc = gate_detect_docs(d, l->change, l->delta, GATE_FORMAT_JSON, &docs, err);
	if (rc < 0 || !docs.now)
		return rc;
	rc = scripts(d, l, &docs, err);
	return rc < 0 ? rc : others(d, l, &docs, err);
}
