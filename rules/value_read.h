/* Reading `values:` of a rule: the table of a row's keys and what they mean together. Included by the loader of a policy and by
 * the pack generator, so that both read the same language. */
#ifndef GATE_RULES_VALUE_READ_H
#define GATE_RULES_VALUE_READ_H

#include "formats/fields.h"
#include "rules/value_row.h"

#include <stddef.h>
#include <string.h>

enum {
	GATE_VALUE_FILES,
	GATE_VALUE_FORMAT,
	GATE_VALUE_KEY,
	GATE_VALUE_FLAGS,
	GATE_VALUE_COMMAND,
	GATE_VALUE_TEXT,
	GATE_VALUE_WORSE,
	GATE_VALUE_ORDER,
	GATE_VALUE_TO,
	GATE_VALUE_TOOL,
	GATE_VALUE_METRIC,
	GATE_VALUE_SCOPE,
	GATE_VALUE_SCALE,
	GATE_VALUE_OFF,
	GATE_VALUE_DEFAULT,
	GATE_VALUE_FAMILY,
	GATE_VALUE_POINTS,
	GATE_VALUE_TIER,
	GATE_VALUE_KEYS
};

static inline int gate_value_choice(const struct gate_yaml *v, const char *file, const char *const *names, size_t n,
				    const char *want, size_t *at, struct gate_err *err)
{
	for (size_t i = 0; v->type == GATE_YAML_SCALAR && i < n; i++) {
		if (names[i] && strcmp(names[i], v->text) == 0) {
			*at = i;
			return 0;
		}
	}
	return gate_field_fail(v, file, err, "expected %s", want);
}

static inline int gate_value_worse(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	static const char *const names[GATE_WORSE_COUNT] = {
		[GATE_WORSE_DOWN] = "down",	  [GATE_WORSE_UP] = "up",	    [GATE_WORSE_TRUE] = "true",
		[GATE_WORSE_FALSE] = "false",	  [GATE_WORSE_ADDED] = "added",	    [GATE_WORSE_REMOVED] = "removed",
		[GATE_WORSE_CHANGED] = "changed", [GATE_WORSE_GROWN] = "grown",	    [GATE_WORSE_SHRUNK] = "shrunk",
	};
	enum gate_worse *worse = to;
	size_t at = 0;
	int rc = gate_value_choice(v, file, names, GATE_WORSE_COUNT,
				   "down, up, true, false, added, removed, changed, grown or shrunk", &at, err);

	if (rc == 0)
		*worse = (enum gate_worse)at;
	return rc;
}

#define GATE_FIRST_OWN_FORMAT 9u /* of the names below: behind those of enum gate_format */
static inline int gate_value_format(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	static const char *const names[] = { "json", "jsonc",	   "yaml", "toml", "ini", "git-config",
					     "properties", "xml", "hcl",  "js", "code", "comments" };
	int *format = to;
	size_t at = 0;
	int rc = gate_value_choice(v, file, names, GATE_ARRAY_LEN(names),
				   "json, jsonc, yaml, toml, ini, git-config, properties, xml, hcl, js, code or comments", &at, err);

	if (rc == 0)
		*format = at >= GATE_FIRST_OWN_FORMAT ? GATE_VALUE_JS + (int)(at - GATE_FIRST_OWN_FORMAT) : (int)at;
	return rc;
}

static inline int gate_value_scale(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	static const char *const names[] = { "percent", "ratio" };
	size_t at = 0;
	int rc = gate_value_choice(v, file, names, GATE_ARRAY_LEN(names), "ratio or percent", &at, err);

	*(bool *)to = at == 1;
	return rc;
}

/* A default may be written as a number or a truth value, so also without quotes; "" is one too. */
static inline int gate_value_any(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	char **s = to;

	if (v->type != GATE_YAML_SCALAR)
		return gate_field_fail(v, file, err, "expected one value");
	free(*s);
	*s = strdup(v->text);
	return *s ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

static inline int gate_value_anys(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	struct gate_strs *l = to;
	int rc = gate_field_want(v, file, GATE_YAML_LIST, "a list of values", err);

	for (const struct gate_yaml *c = rc < 0 ? NULL : v->first; c && rc == 0; c = c->next) {
		if (c->type != GATE_YAML_SCALAR)
			return gate_field_fail(c, file, err, "expected one value");
		rc = gate_strs_add(l, c->text, err);
	}
	return rc;
}

#define GATE_VALUE_AT(member) offsetof(struct gate_value_row, member)
static const struct gate_field gate_value_fields[GATE_VALUE_KEYS] = {
	[GATE_VALUE_FILES] = { "files", gate_field_strs, GATE_VALUE_AT(files) },
	[GATE_VALUE_FORMAT] = { "format", gate_value_format, GATE_VALUE_AT(format) },
	[GATE_VALUE_KEY] = { "key", gate_field_str, GATE_VALUE_AT(key) },
	[GATE_VALUE_FLAGS] = { "flags", gate_field_strs, GATE_VALUE_AT(flags) },
	[GATE_VALUE_COMMAND] = { "command", gate_field_strs, GATE_VALUE_AT(command) },
	[GATE_VALUE_TEXT] = { "text", gate_field_str, GATE_VALUE_AT(text) },
	[GATE_VALUE_WORSE] = { "worse", gate_value_worse, GATE_VALUE_AT(worse) },
	[GATE_VALUE_ORDER] = { "order", gate_value_anys, GATE_VALUE_AT(order) },
	[GATE_VALUE_TO] = { "to", gate_value_anys, GATE_VALUE_AT(to) },
	[GATE_VALUE_TOOL] = { "tool", gate_field_str, GATE_VALUE_AT(tool) },
	[GATE_VALUE_METRIC] = { "metric", gate_field_str, GATE_VALUE_AT(metric) },
	[GATE_VALUE_SCOPE] = { "scope", gate_value_any, GATE_VALUE_AT(scope) },
	[GATE_VALUE_SCALE] = { "scale", gate_value_scale, GATE_VALUE_AT(ratio) },
	[GATE_VALUE_OFF] = { "off", gate_value_anys, GATE_VALUE_AT(off) },
	[GATE_VALUE_DEFAULT] = { "default", gate_value_any, GATE_VALUE_AT(fallback) },
	[GATE_VALUE_FAMILY] = { "family", gate_field_str, GATE_VALUE_AT(family) },
	[GATE_VALUE_POINTS] = { "points", gate_field_milli, GATE_VALUE_AT(points) },
	[GATE_VALUE_TIER] = { "tier", gate_field_tier, GATE_VALUE_AT(tier) },
};

static inline void gate_value_row_clear(struct gate_value_row *r)
{
	struct gate_strs *lists[] = { &r->files, &r->flags, &r->command, &r->order, &r->to, &r->off };
	char *texts[] = { r->key, r->text, r->tool, r->metric, r->scope, r->fallback, r->family };

	for (size_t i = 0; i < GATE_ARRAY_LEN(lists); i++)
		gate_strs_clear(lists[i]);
	for (size_t i = 0; i < GATE_ARRAY_LEN(texts); i++)
		free(texts[i]);
	*r = (struct gate_value_row){ 0 };
}

static inline void gate_value_rows_clear(struct gate_value_rows *l)
{
	for (size_t i = 0; i < l->n; i++)
		gate_value_row_clear(&l->v[i]);
	free(l->v);
	*l = (struct gate_value_rows){ 0 };
}

/* What the keys must say together. */
static inline int gate_value_row_check(const struct gate_yaml *v, const char *file, const struct gate_value_row *r,
				       uint64_t given, struct gate_err *err)
{
	int places = (r->key != NULL) + (r->flags.n != 0) + (r->text != NULL);
	int ways = (r->worse != GATE_WORSE_NONE) + (r->order.n != 0) + (r->to.n != 0);

	if (places != 1)
		return gate_field_fail(v, file, err, "a value stands at one place: key:, flags: or text:");
	if (!r->files.n && !r->flags.n)
		return gate_field_fail(v, file, err, "which files: hold the value?");
	if (ways != 1)
		return gate_field_fail(v, file, err, "say once which way is worse: worse:, order: or to:");
	if (r->command.n && !r->flags.n)
		return gate_field_fail(v, file, err, "command: goes with flags:");
	if ((given >> GATE_VALUE_FORMAT & 1) && (r->format > GATE_VALUE_JS ? !r->text : !r->key))
		return gate_field_fail(v, file, err, "format: goes with key:, code and comments with text:");
	return 0;
}

static inline int gate_value_row_read(const struct gate_yaml *v, const char *file, struct gate_value_row *r,
				      struct gate_err *err)
{
	static const uint32_t by_tier[GATE_TIER_COUNT] = { 5000, 20000, 50000, 100000 };
	uint64_t given = 0;
	int rc;

	r->format = GATE_VALUE_AUTO;
	r->line = v->line;
	rc = gate_fields_read(v, file, gate_value_fields, GATE_VALUE_KEYS, r, &given, err);
	if (rc == 0)
		rc = gate_value_row_check(v, file, r, given, err);
	if (r->order.n)
		r->worse = GATE_WORSE_ORDER;
	if (r->to.n)
		r->worse = GATE_WORSE_TO;
	r->weighed = (given >> GATE_VALUE_POINTS & 1) || (given >> GATE_VALUE_TIER & 1);
	if (!(given >> GATE_VALUE_TIER & 1))
		r->tier = GATE_TIER_CRITICAL; /* at most the rule's */
	if (!(given >> GATE_VALUE_POINTS & 1))
		r->points = by_tier[r->tier];
	return rc;
}

/* Reads `values:` into a struct gate_value_rows. */
static inline int gate_value_rows_read(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	struct gate_value_rows *l = to;
	int rc = gate_field_want(v, file, GATE_YAML_LIST, "a list of rows", err);

	if (rc < 0)
		return rc;
	l->v = calloc(v->n + 1, sizeof(*l->v));
	if (!l->v)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (const struct gate_yaml *c = v->first; c && rc == 0; c = c->next)
		rc = gate_value_row_read(c, file, &l->v[l->n++], err);
	return rc;
}

#endif
