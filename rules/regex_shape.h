/* What a PCRE2 expression's matches look like near their start, worked out from its text: proves that a keyword stands where a
 * rule says, for every match there can be. The expression is read into an automaton that accepts at least its language (look
 * around, back references and anchors are taken as "maybe"), and all ways through it are walked together with the automaton of
 * the keywords. What cannot be read is not proved. */
#ifndef GATE_RULES_REGEX_SHAPE_H
#define GATE_RULES_REGEX_SHAPE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define GATE_SHAPE_ANYWHERE UINT32_MAX
/* How far behind a keyword the operator of an assignment is looked for. */
#define GATE_SHAPE_OPERATOR 48u
#define GATE_SHAPE_OPERATORS "=:>|,"

/* What is proved of one keyword: bytes that can stand behind it in a match (a bit each). */
struct gate_shape_word {
	uint64_t next[4];
};

enum gate_shape { GATE_SHAPE_PROVED, GATE_SHAPE_NOT, GATE_SHAPE_UNREADABLE };

/* Whether each match has one of the words beginning at least lo and at most hi bytes behind its own start (hi
 * GATE_SHAPE_ANYWHERE: in it at all). Fills words_out[n], and *operators: each match has one of GATE_SHAPE_OPERATORS among the
 * GATE_SHAPE_OPERATOR bytes behind such a word. A negative answer is an error. */
int gate_shape_prove(const char *regex, const char *const *words, size_t n, uint32_t lo, uint32_t hi,
		     struct gate_shape_word *words_out, bool *operators, struct gate_err *err);

/* The expression without a leading "[\w.-]{0,N}?", which only widens what is found; `*flags` gets the length of a "(?i)" in
 * front, which stays. */
size_t gate_shape_leading(const char *regex, size_t *flags);

#endif
