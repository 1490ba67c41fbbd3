/* Tasks of files that are trees. */
#include "classifier/build/task_readers.h"

#include <string.h>

/* A text, a list of texts, or a map with the text under `key`. */
static int add_body(struct gate_buf *b, const struct gate_node *n, const char *const *keys)
{
	const char *text = gate_node_text(n);

	if (text)
		gate_buf_fmt(b, "%s\n", text);
	for (const struct gate_node *c = n->type == GATE_NODE_LIST ? n->first : NULL; c; c = c->next) {
		if (gate_node_text(c))
			gate_buf_fmt(b, "%s\n", c->text);
	}
	for (; n->type == GATE_NODE_MAP && keys && *keys; keys++) {
		const struct gate_node *c = gate_node_get(n, *keys);

		if (c)
			add_body(b, c, NULL);
	}
	return 0;
}

static int add_map(const struct gate_node *map, const char *const *keys, struct gate_tasks *out, struct gate_err *err)
{
	if (!map || map->type != GATE_NODE_MAP)
		return 0;
	for (const struct gate_node *c = map->first; c; c = c->next) {
		struct gate_task *t = gate_tasks_get(out, c->key, strlen(c->key), c->key_line, err);

		if (!t)
			return err->code == GATE_E_NOMEM ? -GATE_E_NOMEM : 0;
		add_body(&t->body, c, keys);
		if (gate_buf_check(&t->body, err) < 0)
			return -GATE_E_NOMEM;
	}
	return 0;
}

int gate_tasks_of_npm(const struct gate_node *root, struct gate_tasks *out, struct gate_err *err)
{
	out->hooks = true;
	return add_map(gate_node_get(root, "scripts"), NULL, out, err);
}

int gate_tasks_of_deno(const struct gate_node *root, struct gate_tasks *out, struct gate_err *err)
{
	static const char *const keys[] = { "command", NULL };

	return add_map(gate_node_get(root, "tasks"), keys, out, err);
}

int gate_tasks_of_composer(const struct gate_node *root, struct gate_tasks *out, struct gate_err *err)
{
	return add_map(gate_node_get(root, "scripts"), NULL, out, err);
}

int gate_tasks_of_pyproject(const struct gate_node *root, struct gate_tasks *out, struct gate_err *err)
{
	static const char *const keys[] = { "cmd", "shell", "sequence", "composite", "chain", "script", NULL };
	static const char *const places[] = { "tool.poe.tasks", "tool.taskipy.tasks", "tool.pdm.scripts", "tool.rye.scripts",
					      "tool.pixi.tasks", "tool.hatch.scripts" };
	const struct gate_node *envs = gate_node_at(root, "tool.hatch.envs");
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(places); i++)
		rc = add_map(gate_node_at(root, places[i]), keys, out, err);
	for (const struct gate_node *e = envs ? envs->first : NULL; rc == 0 && e; e = e->next)
		rc = add_map(gate_node_get(e, "scripts"), keys, out, err);
	return rc;
}

/* Each environment is a check; tox's '-' before a command is make's. */
int gate_tasks_of_tox(const struct gate_node *root, struct gate_tasks *out, struct gate_err *err)
{
	static const char *const keys[] = { "commands_pre", "commands", "commands_post" };

	out->recipe = true;
	for (const struct gate_node *s = root->type == GATE_NODE_MAP ? root->first : NULL; s; s = s->next) {
		gate_auto(gate_buf) struct gate_buf name = { 0 };
		struct gate_task *t;

		if (strncmp(s->key, "testenv", 7) != 0 || s->type != GATE_NODE_MAP)
			continue;
		gate_buf_fmt(&name, "test-%s", s->key);
		if (gate_buf_check(&name, err) < 0)
			return -GATE_E_NOMEM;
		t = gate_tasks_get(out, name.s, name.len, s->key_line, err);
		for (size_t i = 0; t && i < GATE_ARRAY_LEN(keys); i++) {
			const struct gate_node *c = gate_node_get(s, keys[i]);

			if (c)
				add_body(&t->body, c, NULL);
		}
		if (!t && err->code)
			return -GATE_E_NOMEM;
	}
	return 0;
}
