#include "classifier/infra/walk.h"

#include "base/str.h"

#include <string.h>

const struct gate_gain_kind gate_owner_stands = { GATE_GAIN_OWNER, GATE_TIER_LOW, "" };

int gate_walk_tree(struct gate_walk *w, const struct gate_node *n, struct gate_err *err)
{
	const char *above = w->path;
	int rc = 0;

	if (n->type != GATE_NODE_MAP && n->type != GATE_NODE_LIST)
		return 0;
	for (const struct gate_node *c = n->first; rc == 0 && c; c = c->next) {
		char path[256];

		if (c->key)
			rc = w->pair(w, n, c, err);
		snprintf(path, sizeof(path), "%s%s%s", strlen(above) > 180 ? above + strlen(above) - 180 : above, c->key ? c->key : "", c->key ? "." : "");
		w->path = path;
		if (rc == 0)
			rc = gate_walk_tree(w, c, err);
		w->path = above;
	}
	return rc;
}

bool gate_node_holds(const struct gate_node *n, const char *text)
{
	if (!n)
		return false;
	if (n->type == GATE_NODE_LIST) {
		for (const struct gate_node *c = n->first; c; c = c->next) {
			if (gate_node_text(c) && strcmp(c->text, text) == 0)
				return true;
		}
		return false;
	}
	return gate_node_text(n) && strcmp(n->text, text) == 0;
}

bool gate_node_is_true(const struct gate_node *n)
{
	bool yes;

	return n && gate_node_bool(n, &yes) && yes;
}

bool gate_node_is_false(const struct gate_node *n)
{
	bool yes;

	return n && gate_node_bool(n, &yes) && !yes;
}

static bool says(const struct gate_setting *s, const struct gate_node *n)
{
	const char *text = gate_node_text(n);

	switch (s->when) {
	case GATE_WHEN_TRUE:
		return gate_node_is_true(n);
	case GATE_WHEN_FALSE:
		return gate_node_is_false(n);
	case GATE_WHEN_TEXT:
		return gate_node_holds(n, s->text);
	case GATE_WHEN_PREFIX:
	default:
		return text && gate_starts_with(text, s->text);
	}
}

int gate_settings_facts(struct gate_walk *w, const struct gate_setting *s, size_t n_settings, const struct gate_node *n, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n_settings; i++) {
		if (strcmp(s[i].key, n->key) == 0 && says(&s[i], n))
			rc = gate_gain_add(w->place, &s[i].kind, n->key_line, err, "%s: %s%s %s", w->owner, w->path, n->key,
					   s[i].when == GATE_WHEN_TRUE ? "true" : s[i].when == GATE_WHEN_FALSE ? "false" : s[i].text);
	}
	return rc;
}
