/* One entry of a `secrets:` list as it is written in YAML: the table of its keys, and what they must say together. Used by
 * the loader of a policy and by the generator of the shipped tables, so that both read the same language. */
#ifndef GATE_RULES_SECRET_ROW_H
#define GATE_RULES_SECRET_ROW_H

#include "formats/fields.h"
#include "rules/secret_rule.h"

struct gate_secret_row {
	char *id, *name, *regex, *checksum, *prefix, *near_id, *near_regex;
	struct gate_strs keywords, paths, allow;
	struct gate_strs yes, no; /* examples: templates (tests/unit/secret_template.h) */
	uint32_t max_len, near_within, entropy_milli, group, anchor_n;
	enum gate_secret_anchor anchor;
	enum gate_secret_tier tier, failed;
	bool generic;
	uint64_t given;
	uint32_t line;
};

void gate_secret_row_clear(struct gate_secret_row *r);
/* Reads one entry; `file` is for errors ("FILE:LINE: what"). Whether expressions compile is not looked at here: the
 * generator has no PCRE2. */
int gate_secret_row_read(const struct gate_yaml *v, const char *file, struct gate_secret_row *r, struct gate_err *err);
/* The entry as a rule that borrows from it. */
void gate_secret_row_rule(const struct gate_secret_row *r, const char *source, struct gate_secret_rule *out);

/* A file of rules/secrets/: calls fn for each entry. */
typedef int gate_secret_row_fn(void *arg, struct gate_secret_row *r, const struct gate_yaml *v, struct gate_err *err);
int gate_secret_file_read(const char *bytes, size_t len, const char *file, gate_secret_row_fn *fn, void *arg,
			  struct gate_err *err);

/* For the test that compares the keys with the schema. */
extern const struct gate_field gate_secret_fields[], gate_secret_near_fields[], gate_secret_example_fields[];
extern const size_t gate_secret_fields_n, gate_secret_near_fields_n, gate_secret_example_fields_n;

#endif
