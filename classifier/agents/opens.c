#include "classifier/agents/opens.h"

#include "base/str.h"
#include "classifier/control/keys.h"
#include "classifier/control/shell.h"
#include "classifier/docs.h"
#include "classifier/values/gains.h"

#include <string.h>
#include <strings.h>

#define COMMANDS_MAX 500u   /* of one side; beyond them a finding */
#define COMMAND_MAX 65536u /* bytes of one */

static const char fetched[] = "opening this folder, or its container, downloads a program and runs it: nobody can read here what that is";

static const struct {
	const char *glob;
	bool tasks; /* what runs by itself stands in its tasks alone */
} files[] = {
	{ "**/.vscode/tasks.json", true },	{ "**/.vscode/settings.json", false }, { "*.code-workspace", false },
	{ ".devcontainer/**.json", false },	{ ".devcontainer.json", false },       { "devcontainer.json", false },
};

struct commands {
	struct gate_strs v;
	uint32_t line[COMMANDS_MAX];
	bool full;
};

static void commands_clear(struct commands *c)
{
	gate_strs_clear(&c->v);
}

static const char *const fetchers[] = { "curl", "wget", "iwr", "irm", "Invoke-WebRequest", "DownloadString", "aria2c" };

static bool may_fetch(const char *s)
{
	bool any = false;

	for (size_t i = 0; i < GATE_ARRAY_LEN(fetchers); i++)
		any = any || strcasestr(s, fetchers[i]);
	return any;
}

static bool fetches(const char *s)
{
	bool any = false;

	for (size_t i = 0; i < GATE_ARRAY_LEN(fetchers); i++)
		any = any || gate_shell_word(s, fetchers[i]);
	return any;
}

/* Texts that fetch nothing are no commands of interest, and most settings are such. */
static int keep(struct commands *c, const struct gate_buf *text, uint32_t line, struct gate_err *err)
{
	if (gate_buf_check(text, err) < 0)
		return -GATE_E_NOMEM;
	if (text->len <= COMMAND_MAX && (!text->len || !may_fetch(text->s)))
		return 0;
	c->full |= c->v.n >= COMMANDS_MAX || text->len > COMMAND_MAX;
	if (c->full)
		return 0;
	c->line[c->v.n] = line;
	return gate_strs_addn(&c->v, text->s, text->len, err);
}

/* A text, or the words of a list: ["sh", "-c", "..."]. A word may be a map: {"value": "...", "quoting": "strong"}. */
static void words(const struct gate_node *n, struct gate_buf *out)
{
	const char *text = n ? gate_node_text(n) : NULL;

	if (text)
		gate_buf_fmt(out, "%s%s", out->len ? " " : "", text);
	for (const struct gate_node *e = n && n->type == GATE_NODE_LIST ? n->first : NULL; e && out->len <= COMMAND_MAX; e = e->next)
		words(e->type == GATE_NODE_MAP ? gate_node_get(e, "value") : e, out);
}

static int gather(const struct gate_node *n, struct commands *out, struct gate_err *err)
{
	static const char *const programs[] = { "command", "path", "program" };
	int rc = 0;

	for (size_t i = 0; rc == 0 && n->type == GATE_NODE_MAP && i < GATE_ARRAY_LEN(programs); i++) {
		gate_auto(gate_buf) struct gate_buf one = { 0 };

		words(gate_node_get(n, programs[i]), &one);
		if (one.len)
			words(gate_node_get(n, "args"), &one);
		rc = keep(out, &one, n->line, err);
	}
	for (const struct gate_node *e = n->type == GATE_NODE_MAP ? n->first : NULL; rc == 0 && e; e = e->next) {
		gate_auto(gate_buf) struct gate_buf one = { 0 };

		words(e, &one);
		rc = keep(out, &one, e->line, err);
	}
	for (const struct gate_node *e = n->type == GATE_NODE_MAP || n->type == GATE_NODE_LIST ? n->first : NULL; rc == 0 && e; e = e->next)
		rc = gather(e, out, err);
	return rc;
}

static bool opens(const struct gate_node *task)
{
	const struct gate_node *on = gate_node_get(gate_node_get(task, "runOptions"), "runOn");
	const char *text = on ? gate_node_text(on) : NULL;

	return text && strcasecmp(text, "folderOpen") == 0;
}

/* Whether some task says that this one runs before it. */
static bool asked_for(const struct gate_node *tasks, const struct gate_node *task)
{
	const struct gate_node *label = gate_node_get(task, "label");

	label = label ? label : gate_node_get(task, "taskName");
	for (const struct gate_node *t = label && gate_node_text(label) ? tasks->first : NULL; t; t = t->next) {
		const struct gate_node *on = gate_node_get(t, "dependsOn");

		for (const struct gate_node *e = on && on->type == GATE_NODE_LIST ? on->first : on; e; e = e == on ? NULL : e->next) {
			if (gate_node_text(e) && strcmp(e->text, label->text) == 0)
				return true;
		}
	}
	return false;
}

static int of_tasks(const struct gate_node *tasks, struct commands *out, struct gate_err *err)
{
	bool any = false;
	uint32_t pairs = 0;
	int rc = 0;

	for (const struct gate_node *t = tasks && tasks->type == GATE_NODE_LIST ? tasks->first : NULL; t && !any; t = t->next)
		any = opens(t);
	for (const struct gate_node *t = any ? tasks->first : NULL; rc == 0 && t; t = t->next) {
		/* a list of very many tasks is not searched for each of them: then all count as asked for */
		if (opens(t) || ++pairs > COMMANDS_MAX || asked_for(tasks, t))
			rc = gather(t, out, err);
	}
	return rc;
}

static int of_file(const struct gate_node *root, bool tasks, struct commands *out, struct gate_err *err)
{
	int rc = 0;

	if (!root || root->type != GATE_NODE_MAP)
		return 0;
	if (tasks)
		return of_tasks(gate_node_get(root, "tasks"), out, err);
	/* a workspace holds tasks beside its settings */
	for (const struct gate_node *e = root->first; rc == 0 && e; e = e->next) {
		gate_auto(gate_buf) struct gate_buf one = { 0 };

		if (strcmp(e->key, "tasks") == 0 && e->type == GATE_NODE_MAP) {
			rc = of_tasks(gate_node_get(e, "tasks"), out, err);
			continue;
		}
		words(e, &one);
		rc = keep(out, &one, e->line, err);
		rc = rc < 0 ? rc : gather(e, out, err);
	}
	return rc;
}

/* "curl -o F url; sh F": the file that was written is named once more. */
static bool runs_written(const char *s)
{
	static const char *const marks[] = { " -o ", " -O ", " --output ", " --output-document ", " -OutFile ", " > " };

	for (size_t i = 0; i < GATE_ARRAY_LEN(marks); i++) {
		for (const char *p = strstr(s, marks[i]); p; p = strstr(p + 1, marks[i])) {
			const char *name = p + strlen(marks[i]);
			size_t n = strcspn(name, " \t\n;&|\"'");
			gate_auto(gate_buf) struct gate_buf file = { 0 };

			gate_buf_add(&file, name, n);
			if (n && *name != '-' && !file.failed && strstr(name + n, gate_buf_cstr(&file)))
				return true;
		}
	}
	return false;
}

static int downloads(const char *command, bool *yes, struct gate_err *err)
{
	gate_auto(gate_factbag) struct gate_factbag facts = { 0 };
	const struct gate_script where = { .job = "", .line = 1, .loose = true };
	int rc = gate_shell_facts(&where, command, &facts, err);

	*yes = fetches(command) && runs_written(command);
	for (size_t i = 0; rc == 0 && i < facts.n; i++)
		*yes = *yes || (facts.v[i].kind == GATE_FACT_CURL && facts.v[i].tier == GATE_TIER_HIGH);
	return rc;
}

static bool names(const char *glob, const char *path)
{
	const char *name = strchr(glob, '/') ? path : gate_path_last(path);

	return gate_glob_match(glob, name, strlen(name), true);
}

int gate_opens_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	gate_auto(commands) struct commands before = { 0 }, now = { 0 };
	const struct gate_weight critical = gate_weight_of(GATE_TIER_CRITICAL);
	struct gate_sighting s = { .id = "AGT-VSC", .path = delta->path, .message = fetched, .at_most = &critical };
	struct gate_docs docs;
	size_t i = 0;
	int rc;

	while (i < GATE_ARRAY_LEN(files) && !names(files[i].glob, delta->path))
		i++;
	if (i == GATE_ARRAY_LEN(files) || !gate_mode_is_file(delta->new_mode))
		return 0;
	rc = gate_detect_docs(d, change, delta, GATE_FORMAT_JSONC, &docs, err);
	if (rc < 0 || docs.bad_now)
		return rc;
	rc = of_file(docs.before, files[i].tasks, &before, err);
	if (rc == 0)
		rc = of_file(docs.now, files[i].tasks, &now, err);
	if (rc == 0 && now.full)
		return gate_detect_limit(d, change, delta->path, NULL, false, "more commands than are looked at: nobody knows what opening this folder runs", err);
	for (size_t k = 0; rc == 0 && k < now.v.n; k++) {
		bool yes = false;

		if (gate_strs_has(&before.v, now.v.v[k]))
			continue;
		rc = downloads(now.v.v[k], &yes, err);
		s.line = now.line[k];
		if (rc == 0 && yes)
			return gate_detect_add(d, change, &s, err);
	}
	return rc;
}

int gate_opens_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	int rc = gate_keys_closer(d, l, err);

	if (l->w.floor > GATE_TIER_HIGH)
		l->w = gate_weight_of(GATE_TIER_HIGH);
	return rc;
}
