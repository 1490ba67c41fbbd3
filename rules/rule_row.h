/* One rule as it is written in YAML, in a pack or in a policy: the table of its keys, and what they mean together.
 * Included by the loader and by the pack generator, so that both read the same language. */
#ifndef GATE_RULES_RULE_ROW_H
#define GATE_RULES_RULE_ROW_H

#include "formats/fields.h"
#include "rules/value_read.h"

#include <stddef.h>

struct gate_rule_row {
	char *id, *cls, *kind, *content, *message;
	struct gate_strs paths, not_paths;
	struct gate_value_rows values;
	bool fold, deny, everywhere, off;
	uint32_t points; /* milli */
	enum gate_tier tier;
	uint64_t given; /* bit of each key that was written */
	uint32_t line;
};

/* Positions in gate_rule_fields, and bits of `given`. Keys from GATE_ROW_PACK_KEYS on are a policy's only. */
enum {
	GATE_ROW_ID,
	GATE_ROW_KIND,
	GATE_ROW_CLASS,
	GATE_ROW_PATHS,
	GATE_ROW_NOT_PATHS,
	GATE_ROW_CONTENT,
	GATE_ROW_FOLD,
	GATE_ROW_POINTS,
	GATE_ROW_TIER,
	GATE_ROW_DENY,
	GATE_ROW_EFFECT,
	GATE_ROW_MESSAGE,
	GATE_ROW_VALUES,
	GATE_ROW_PACK_KEYS,
	GATE_ROW_EXCEPT = GATE_ROW_PACK_KEYS,
	GATE_ROW_OFF,
	GATE_ROW_KEYS
};

static inline bool gate_row_has(const struct gate_rule_row *r, int key)
{
	return (r->given >> key & 1) != 0;
}

static inline int gate_row_effect(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	bool *everywhere = to;

	*everywhere = v->type == GATE_YAML_SCALAR && strcmp(v->text, "everywhere") == 0;
	if (!*everywhere && (v->type != GATE_YAML_SCALAR || strcmp(v->text, "protected") != 0))
		return gate_field_fail(v, file, err, "expected everywhere or protected");
	return 0;
}

/* Ids stand in findings, statements and commands. */
static inline int gate_row_name(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	int rc = gate_field_str(v, file, to, err);

	if (rc < 0)
		return rc;
	if (v->text[strspn(v->text, letters)] || v->text[0] == '-' || v->text[0] == '.')
		return gate_field_fail(v, file, err, "only letters, digits and . _ - (not first) make a name: '%.80s'",
				       v->text);
	return 0;
}

static const struct gate_field gate_rule_fields[GATE_ROW_KEYS] = {
	[GATE_ROW_ID] = { "id", gate_row_name, offsetof(struct gate_rule_row, id) },
	[GATE_ROW_KIND] = { "kind", gate_field_str, offsetof(struct gate_rule_row, kind) },
	[GATE_ROW_CLASS] = { "class", gate_row_name, offsetof(struct gate_rule_row, cls) },
	[GATE_ROW_PATHS] = { "paths", gate_field_strs, offsetof(struct gate_rule_row, paths) },
	[GATE_ROW_NOT_PATHS] = { "not_paths", gate_field_strs, offsetof(struct gate_rule_row, not_paths) },
	[GATE_ROW_CONTENT] = { "content", gate_field_str, offsetof(struct gate_rule_row, content) },
	[GATE_ROW_FOLD] = { "fold", gate_field_bool, offsetof(struct gate_rule_row, fold) },
	[GATE_ROW_POINTS] = { "points", gate_field_milli, offsetof(struct gate_rule_row, points) },
	[GATE_ROW_TIER] = { "tier", gate_field_tier, offsetof(struct gate_rule_row, tier) },
	[GATE_ROW_DENY] = { "deny", gate_field_bool, offsetof(struct gate_rule_row, deny) },
	[GATE_ROW_EFFECT] = { "effect", gate_row_effect, offsetof(struct gate_rule_row, everywhere) },
	[GATE_ROW_MESSAGE] = { "message", gate_field_str, offsetof(struct gate_rule_row, message) },
	[GATE_ROW_VALUES] = { "values", gate_value_rows_read, offsetof(struct gate_rule_row, values) },
	[GATE_ROW_EXCEPT] = { "except", gate_field_strs, offsetof(struct gate_rule_row, not_paths) },
	[GATE_ROW_OFF] = { "off", gate_field_bool, offsetof(struct gate_rule_row, off) },
};

static inline void gate_rule_row_clear(struct gate_rule_row *r)
{
	free(r->id);
	free(r->cls);
	free(r->kind);
	free(r->content);
	free(r->message);
	gate_strs_clear(&r->paths);
	gate_strs_clear(&r->not_paths);
	gate_value_rows_clear(&r->values);
	*r = (struct gate_rule_row){ 0 };
}

/* Points of a rule that says only its tier, or nothing. */
static inline uint32_t gate_row_points(const struct gate_rule_row *r)
{
	static const uint32_t by_tier[GATE_TIER_COUNT] = { 5000, 20000, 50000, 100000 };

	return gate_row_has(r, GATE_ROW_POINTS) ? r->points : by_tier[r->tier];
}

/* Reads the first n_keys keys of one rule; `fold` is true unless written. */
static inline int gate_rule_row_read(const struct gate_yaml *v, const char *file, size_t n_keys,
				     struct gate_rule_row *r, struct gate_err *err)
{
	int rc;

	r->fold = true;
	r->line = v->line;
	rc = gate_fields_read(v, file, gate_rule_fields, n_keys, r, &r->given, err);
	if (rc < 0)
		return rc;
	if (!r->id)
		return gate_field_fail(v, file, err, "a rule without an id; add id: NAME");
	if (strlen(r->id) > 31)
		return gate_field_fail(v, file, err, "the id '%.40s' is longer than 31 characters", r->id);
	if (r->cls && strlen(r->cls) > 15)
		return gate_field_fail(v, file, err, "the class '%.40s' is longer than 15 characters", r->cls);
	return 0;
}

#endif
