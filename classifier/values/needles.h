/* Which rows of a table have their needle in a text: one pass for all of them, where most texts are asked for all rows of a table. */
#ifndef GATE_CLASSIFIER_VALUES_NEEDLES_H
#define GATE_CLASSIFIER_VALUES_NEEDLES_H

#include "classifier/values/risk.h"
#include "rules/acdfa.h"

#define GATE_NEEDLE_ROWS 128u  /* of one table */
#define GATE_NEEDLE_TABLES 16u /* that are remembered; rows of further ones are looked for one by one, which says the same */

struct gate_needle_table {
	const struct gate_risk_table *of;
	struct gate_acdfa_built built;
	uint16_t row[GATE_NEEDLE_ROWS], words; /* the row of each word */
	unsigned uses;
	bool failed; /* cannot be one automaton: one by one */
};

/* All zero at the start. */
struct gate_needles {
	struct gate_needle_table v[GATE_NEEDLE_TABLES];
	size_t n;
	struct gate_ac_hit *hits;
};

/* has[t->n], at most GATE_NEEDLE_ROWS: whether the row's needle, letter by letter, is in s; true for a row without one. */
void gate_needles_find(struct gate_needles *l, const struct gate_risk_table *t, const char *s, size_t len, bool *has);
void gate_needles_clear(struct gate_needles *l);

#endif
