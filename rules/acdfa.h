/* Aho-Corasick as a dense automaton: which of many caseless words end at which byte of a text, in one pass. 16-bit states, 64
 * byte classes, so that the table of the shipped words stays in a core's own cache. A walk has one load that depends on the
 * one before for each byte; several stretches of the text are walked side by side to hide that (reference: 0.5 GB/s for one
 * stream, 2.2 for four). */
#ifndef GATE_RULES_ACDFA_H
#define GATE_RULES_ACDFA_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define GATE_ACDFA_SHIFT 6u
#define GATE_ACDFA_CLASSES (1u << GATE_ACDFA_SHIFT)
#define GATE_ACDFA_WORD_MAX 32u
/* Bytes of a text that are walked before the hits are looked at. */
#define GATE_ACDFA_BLOCK ((size_t)32 << 10)

struct gate_acdfa {
	const uint16_t *next;	/* n_states rows of GATE_ACDFA_CLASSES */
	const uint8_t *cls;	/* 256: the class of each byte */
	const uint32_t *out_at; /* for state first_out + i: its words are out[out_at[i]] to out[out_at[i + 1]] */
	const uint16_t *out;
	uint32_t n_states, first_out; /* states from first_out on end a word */
};

/* One place where words end: the text's byte behind them, and the state that knows which. */
struct gate_ac_hit {
	uint32_t end, state;
};

/* Owned memory of a built automaton. */
struct gate_acdfa_built {
	struct gate_acdfa dfa;
	uint16_t *next, *out;
	uint8_t *cls;
	uint32_t *out_at;
};

/* Words of 1 to GATE_ACDFA_WORD_MAX bytes; equal ones (without letter case) may repeat. */
int gate_acdfa_build(const char *const *words, size_t n, struct gate_acdfa_built *to, struct gate_err *err);
void gate_acdfa_built_clear(struct gate_acdfa_built *b);

/* The hits that end in s[from, to), to - from at most GATE_ACDFA_BLOCK, in rising order; `hits` has room for as many as there
 * are bytes. What stands before `from` is read too, so that nothing is lost at a seam. Gives their number. */
size_t gate_acdfa_walk(const struct gate_acdfa *a, const char *s, size_t from, size_t to, struct gate_ac_hit *hits);
/* One byte further. */
static inline uint32_t gate_acdfa_step(const struct gate_acdfa *a, uint32_t state, unsigned char c)
{
	return a->next[(state << GATE_ACDFA_SHIFT) + a->cls[c]];
}

#endif
