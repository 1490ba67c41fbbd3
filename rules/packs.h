/* The shipped rule packs: rules/packs/xxx.yml, turned into constant tables by rules/packgen_main.c when refgate is
 * built, so that loading a policy copies and parses none of them. */
#ifndef GATE_RULES_PACKS_H
#define GATE_RULES_PACKS_H

#include "base/change.h"
#include "rules/value_row.h"

struct gate_pack_row {
	const char *id, *cls, *kind; /* kind: "path", "content", "value" or "builtin" */
	char *const *paths;	     /* globs; NULL when n is 0 */
	char *const *not_paths;
	uint16_t n_paths, n_not_paths;
	const char *content; /* PCRE2, or NULL */
	bool fold;	     /* letter case of paths does not count */
	bool fold_content;   /* nor of the content: `fold: true` was written */
	bool deny;
	bool everywhere;
	enum gate_tier floor;
	uint32_t points; /* milli */
	const struct gate_value_row *values; /* kind value; NULL when n is 0 */
	size_t n_values;
	const char *message;
	const char *source; /* "ci.yml:12" */
};

extern const struct gate_pack_row gate_packs[];
extern const size_t gate_packs_n;

#endif
