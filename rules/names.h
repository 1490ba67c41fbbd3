/* Names of packages that nearly everybody has heard of, for telling their look-alikes: rules/names/ECOSYSTEM.txt, turned into
 * constant tables by the build. Sorted by bytes. */
#ifndef GATE_RULES_NAMES_H
#define GATE_RULES_NAMES_H

#include <stddef.h>

struct gate_name_list {
	const char *ecosystem; /* as gate_ecosystem_name says it */
	const char *const *v;
	size_t n;
};

extern const struct gate_name_list gate_names[];
extern const size_t gate_names_n;

#endif
