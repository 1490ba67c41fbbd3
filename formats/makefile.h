/* A Makefile as far as it says which commands a target runs (GNU make manual, "Rules"): nothing is expanded, conditionals are
 * passed over so that both of their sides stand in the list. */
#ifndef GATE_FORMATS_MAKEFILE_H
#define GATE_FORMATS_MAKEFILE_H

#include "base/str.h"

#include <stdint.h>

struct gate_make_rule {
	struct gate_strs targets, prerequisites;
	struct gate_strs recipe; /* one command line each, continued lines joined by a space; '@', '-' and '+' before it kept */
	uint32_t line;
};

struct gate_make_variable {
	char *name, *op, *value; /* op: "=", ":=", "::=", "?=", "+=", "!=" */
	uint32_t line;
};

struct gate_makefile {
	struct gate_make_rule *rules;
	size_t rules_n, rules_cap;
	struct gate_make_variable *variables;
	size_t variables_n, variables_cap;
	struct gate_strs includes;
};

/* At most 20,000 rules and variables (GATE_E_LIMIT). Cleared with gate_makefile_clear, also after an error. */
int gate_makefile_parse(const char *s, size_t len, struct gate_makefile *out, struct gate_err *err);
void gate_makefile_clear(struct gate_makefile *m);

#endif
