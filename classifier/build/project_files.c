#include "classifier/build/project_files.h"

#include "classifier/docs.h"
#include "classifier/values/code.h"
#include "classifier/values/gains.h"

#include <string.h>

static const struct gate_gain_kind backend = { GATE_GAIN_RISK, GATE_TIER_HIGH,
					       "the program that builds the package is another one: pip runs it at install" };
static const struct gate_gain_kind plugin = { GATE_GAIN_RISK, GATE_TIER_HIGH,
					      "tests load a plugin by name, which can change what they report: read it" };
static const struct gate_gain_kind wrapper = { GATE_GAIN_RISK, GATE_TIER_HIGH, "cargo runs this program at every build or test: read it" };
static const struct gate_gain_kind macro = { GATE_GAIN_RISK, GATE_TIER_MEDIUM, "the compiler runs this crate's code while it builds others" };
static const struct gate_gain_kind hook = { GATE_GAIN_RISK, GATE_TIER_HIGH, "composer runs this by itself: read the command and what it calls" };
static const struct gate_gain_kind allowed = { GATE_GAIN_RISK, GATE_TIER_HIGH, "composer lets this package's code run during install: read it" };

/* The name of a requirement: "hatchling" of "hatchling>=1". */
static int requirement_length(const char *s)
{
	return (int)strcspn(s, " <>=!~;[@(");
}

static int texts(const struct gate_gain_place *p, const struct gate_node *n, const struct gate_gain_kind *k, const char *what, struct gate_err *err)
{
	int rc = 0;

	if (n && gate_node_text(n))
		return gate_gain_add(p, k, n->line, err, "%s: %s", what, n->text);
	for (const struct gate_node *c = n && n->type == GATE_NODE_LIST ? n->first : NULL; rc == 0 && c; c = c->next)
		rc = texts(p, c, k, what, err);
	return rc;
}

/* "-p NAME" of pytest's options; "-p no:NAME" takes one away. */
static int plugins(const struct gate_gain_place *p, const struct gate_node *n, struct gate_err *err)
{
	const char *s = n ? gate_node_text(n) : NULL;
	int rc = 0;

	for (const struct gate_node *c = n && n->type == GATE_NODE_LIST ? n->first : NULL; rc == 0 && c; c = c->next) {
		if (gate_node_text(c) && strcmp(c->text, "-p") == 0 && c->next && gate_node_text(c->next) && strncmp(c->next->text, "no:", 3) != 0)
			rc = gate_gain_add(p, &plugin, c->line, err, "plugin: %s", c->next->text);
		else if (gate_node_text(c))
			rc = plugins(p, c, err);
	}
	for (const char *at = s; rc == 0 && at && (at = strstr(at, "-p")) != NULL; at += 2) {
		const char *name = at + 2 + strspn(at + 2, " \t");

		if ((at != s && !strchr(" \t\n\"'", at[-1])) || !*name || *name == '-' || strncmp(name, "no:", 3) == 0 || (at[2] >= 'a' && at[2] <= 'z'))
			continue;
		rc = gate_gain_add(p, &plugin, n->line, err, "plugin: %.*s", (int)strcspn(name, " \t\n\"'"), name);
	}
	return rc;
}

static int pyproject(const struct gate_gain_place *p, const struct gate_node *root, struct gate_err *err)
{
	const struct gate_node *b = gate_node_get(root, "build-system"), *requires = gate_node_get(b, "requires");
	const struct gate_node *eps = gate_node_at(root, "project.entry-points.pytest11");
	int rc = texts(p, gate_node_get(b, "build-backend"), &backend, "build-backend", err);

	if (rc == 0)
		rc = texts(p, gate_node_get(b, "backend-path"), &backend, "backend-path", err);
	for (const struct gate_node *c = requires && requires->type == GATE_NODE_LIST ? requires->first : NULL; rc == 0 && c; c = c->next) {
		if (gate_node_text(c))
			rc = gate_gain_add(p, &backend, c->line, err, "build requires: %.*s", requirement_length(c->text), c->text);
	}
	for (const struct gate_node *c = eps && eps->type == GATE_NODE_MAP ? eps->first : NULL; rc == 0 && c; c = c->next)
		rc = gate_gain_add(p, &plugin, c->line, err, "pytest11: %s", c->key);
	return rc < 0 ? rc : plugins(p, gate_node_at(root, "tool.pytest.ini_options.addopts"), err);
}

static int settings(const struct gate_gain_place *p, const struct gate_node *root, struct gate_err *err)
{
	static const char *const places[] = { "pytest.addopts", "\"tool:pytest\".addopts" };
	static const char *const commands[] = { "options.cmdclass", "global.commands", "\"options.entry_points\".\"distutils.commands\"",
						"\"options.entry_points\".pytest11" };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(places); i++)
		rc = plugins(p, gate_node_at(root, places[i]), err);
	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(commands); i++)
		rc = texts(p, gate_node_at(root, commands[i]), &backend, commands[i], err);
	return rc;
}

struct select {
	const struct gate_gain_place *p;
	const struct gate_gain_kind *kind;
};

static int selected(void *arg, const char *path, const struct gate_node *node, struct gate_err *err)
{
	const struct select *s = arg;

	return texts(s->p, node, s->kind, path, err);
}

static int cargo_config(const struct gate_gain_place *p, const struct gate_node *root, struct gate_err *err)
{
	static const char *const keys[] = { "build.{rustc,rustc-wrapper,rustc-workspace-wrapper,rustdoc}", "target.*.{runner,linker}", "host.{runner,linker}",
					    "credential-alias.*", "registry.credential-provider", "registries.*.credential-provider" };
	struct select s = { p, &wrapper };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(keys); i++)
		rc = gate_node_select(root, keys[i], selected, &s, err);
	return rc;
}

static int cargo_toml(const struct gate_gain_place *p, const struct gate_node *root, struct gate_err *err)
{
	const struct gate_node *m = gate_node_at(root, "lib.proc-macro");
	bool yes;
	int rc = 0;

	if (m && gate_node_bool(m, &yes) && yes)
		rc = gate_gain_add(p, &macro, m->line, err, "proc-macro: true");
	return rc < 0 ? rc : texts(p, gate_node_at(root, "package.build"), &wrapper, "build", err);
}

/* https://getcomposer.org/doc/articles/scripts.md#event-names */
static const char *const events[] = { "pre-install-cmd",	"post-install-cmd",	  "pre-update-cmd",	     "post-update-cmd",
				      "pre-status-cmd",		"post-status-cmd",	  "pre-archive-cmd",	     "post-archive-cmd",
				      "pre-autoload-dump",	"post-autoload-dump",	  "post-root-package-install", "post-create-project-cmd",
				      "pre-package-install",	"post-package-install",	  "pre-package-update",	     "post-package-update",
				      "pre-package-uninstall",	"post-package-uninstall", "init",		     "command",
				      "pre-operations-exec",	"pre-file-download",	  "post-file-download",	     "pre-command-run",
				      "pre-pool-create" };
static const char *const known_plugins[] = { "composer/installers", "php-http/discovery", "symfony/flex", "symfony/runtime", "pestphp/pest-plugin",
					     "phpstan/extension-installer", "infection/extension-installer", "bamarni/composer-bin-plugin",
					     "dealerdirect/phpcodesniffer-composer-installer", "ergebnis/composer-normalize" };

static bool in_list(const char *s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(s, list[i]) == 0)
			return true;
	}
	return false;
}

static int composer(const struct gate_gain_place *p, const struct gate_node *root, struct gate_err *err)
{
	const struct gate_node *plugins_node = gate_node_at(root, "config.allow-plugins");
	const struct gate_node *scripts = gate_node_get(root, "scripts");
	bool yes;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(events); i++)
		rc = texts(p, gate_node_get(scripts, events[i]), &hook, events[i], err);
	if (rc == 0 && plugins_node && gate_node_bool(plugins_node, &yes) && yes)
		rc = gate_gain_add(p, &allowed, plugins_node->line, err, "allow-plugins: all");
	for (const struct gate_node *c = plugins_node && plugins_node->type == GATE_NODE_MAP ? plugins_node->first : NULL; rc == 0 && c; c = c->next) {
		if (gate_node_bool(c, &yes) && yes && !in_list(c->key, known_plugins, GATE_ARRAY_LEN(known_plugins)))
			rc = gate_gain_add(p, &allowed, c->key_line, err, "allow-plugins: %s", c->key);
	}
	return rc;
}

static const struct project_file {
	const char *name, *id;
	enum gate_format format;
	int (*read)(const struct gate_gain_place *p, const struct gate_node *root, struct gate_err *err);
	enum gate_tier when_new; /* the most that a file that comes whole can say */
} files[] = {
	{ "pyproject.toml", "BLD-PY", GATE_FORMAT_TOML, pyproject, GATE_TIER_MEDIUM },
	{ "setup.cfg", "BLD-PY", GATE_FORMAT_INI, settings, GATE_TIER_CRITICAL },
	{ "tox.ini", "BLD-PY", GATE_FORMAT_INI, settings, GATE_TIER_CRITICAL },
	{ "pytest.ini", "BLD-PY", GATE_FORMAT_INI, settings, GATE_TIER_CRITICAL },
	{ ".cargo/config.toml", "BLD-RS", GATE_FORMAT_TOML, cargo_config, GATE_TIER_CRITICAL },
	{ ".cargo/config", "BLD-RS", GATE_FORMAT_TOML, cargo_config, GATE_TIER_CRITICAL },
	{ "Cargo.toml", "BLD-RS", GATE_FORMAT_TOML, cargo_toml, GATE_TIER_MEDIUM },
	{ "composer.json", "BLD-PHP", GATE_FORMAT_JSON, composer, GATE_TIER_MEDIUM },
};

static bool is_named(const char *path, const char *name)
{
	size_t len = strlen(path), n = strlen(name);

	return len >= n && strcmp(path + len - n, name) == 0 && (len == n || path[len - n - 1] == '/');
}

int gate_project_files_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	for (size_t i = 0; i < GATE_ARRAY_LEN(files); i++) {
		const struct project_file *f = &files[i];
		struct gate_gain_place p = { .d = d, .change = change, .delta = delta, .id = f->id, .most = GATE_TIER_CRITICAL };
		struct gate_docs docs;
		int rc;

		if (!is_named(delta->path, f->name))
			continue;
		rc = gate_detect_docs(d, change, delta, f->format, &docs, err);
		if (rc == 0 && docs.before)
			rc = f->read(&p, docs.before, err);
		p.now = true;
		p.most = delta->old_mode ? GATE_TIER_CRITICAL : f->when_new;
		if (rc == 0 && docs.now)
			rc = f->read(&p, docs.now, err);
		return rc;
	}
	return 0;
}

int gate_composer_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	struct gate_docs docs;
	int rc = gate_detect_docs(d, l->change, l->delta, GATE_FORMAT_JSON, &docs, err);

	l->w = gate_weight_of(rc == 0 && docs.before && docs.now && gate_node_equal(docs.before, docs.now) ? GATE_TIER_LOW : GATE_TIER_MEDIUM);
	return rc;
}
