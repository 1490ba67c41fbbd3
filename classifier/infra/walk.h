/* Every pair of a tree, with the keys above it. */
#ifndef GATE_CLASSIFIER_INFRA_WALK_H
#define GATE_CLASSIFIER_INFRA_WALK_H

#include "classifier/values/gains.h"
#include "formats/node.h"

struct gate_walk {
	const struct gate_gain_place *place;
	const char *owner; /* "deployment/web": what the facts are about */
	const char *path;  /* keys above, each with a '.' behind it */
	int (*pair)(struct gate_walk *w, const struct gate_node *map, const struct gate_node *n, struct gate_err *err);
	const void *arg;
};

int gate_walk_tree(struct gate_walk *w, const struct gate_node *n, struct gate_err *err);
/* Whether a scalar, or any element of a list, is this text; NULL: holds any. */
bool gate_node_holds(const struct gate_node *n, const char *text);
bool gate_node_is_true(const struct gate_node *n);
bool gate_node_is_false(const struct gate_node *n);

/* A setting by its key: what it says when it holds a value. */
struct gate_setting {
	const char *key;
	enum { GATE_WHEN_TRUE, GATE_WHEN_FALSE, GATE_WHEN_TEXT, GATE_WHEN_PREFIX } when;
	const char *text;
	struct gate_gain_kind kind;
};
int gate_settings_facts(struct gate_walk *w, const struct gate_setting *s, size_t n_settings, const struct gate_node *n, struct gate_err *err);

extern const struct gate_gain_kind gate_owner_stands;

#endif
