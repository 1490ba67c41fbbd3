/* Types of secrets made ready to be searched for: one automaton of all their keywords, and what each keyword means. The shipped
 * set is a constant table; a policy's own types make a second one when it is loaded. */
#ifndef GATE_RULES_SECRET_SET_H
#define GATE_RULES_SECRET_SET_H

#include "rules/acdfa.h"
#include "rules/regex_shape.h"
#include "rules/secret_rule.h"

/* What one keyword of one rule asks for. A match can only begin lo to hi bytes before it. */
struct gate_secret_use {
	uint16_t rule, lo, hi;
	uint8_t word_len;
	bool operators;	  /* an operator of an assignment follows within GATE_SHAPE_OPERATOR bytes */
	uint64_t next[4]; /* bytes that can follow the keyword */
};

struct gate_secret_set {
	const struct gate_secret_rule *rules;
	const struct gate_secret_use *uses; /* index: the automaton's word */
	const struct gate_acdfa *dfa;
	size_t n_rules, n_uses;
};

extern const struct gate_secret_set gate_secret_shipped;

struct gate_secret_set_built {
	struct gate_secret_set set;
	struct gate_acdfa_built dfa;
	struct gate_secret_use *uses;
};

/* Proves each rule's anchor, or finds a wider one that can be proved. A rule that can have a match without any of its keywords is
 * refused. `note` (may be NULL) is told of what was widened. Borrows the rules. */
typedef void gate_secret_note_fn(void *arg, const struct gate_secret_rule *r, const char *what);
int gate_secret_set_build(const struct gate_secret_rule *rules, size_t n, gate_secret_note_fn *note, void *arg,
			  struct gate_secret_set_built *to, struct gate_err *err);
void gate_secret_set_clear(struct gate_secret_set_built *b);

#endif
