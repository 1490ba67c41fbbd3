#include "classifier/values/needles.h"

#include <stdlib.h>
#include <string.h>

/* An automaton is made at the so-manieth text: a push of one commit seldom has so many. */
#define BUILD_AFTER 12u

static void find_each(const struct gate_risk_table *t, const char *s, size_t len, bool *has)
{
	for (size_t i = 0; i < t->n; i++)
		has[i] = !t->v[i].needle || memmem(s, len, t->v[i].needle, strlen(t->v[i].needle));
}

static void build(struct gate_needle_table *n)
{
	const char *words[GATE_NEEDLE_ROWS];
	struct gate_err ignored = { 0 };

	n->words = 0;
	for (size_t i = 0; i < n->of->n; i++) {
		if (!n->of->v[i].needle)
			continue;
		words[n->words] = n->of->v[i].needle;
		n->row[n->words++] = (uint16_t)i;
	}
	n->failed = gate_acdfa_build(words, n->words, &n->built, &ignored) < 0;
	gate_err_reset(&ignored);
}

static struct gate_needle_table *table_of(struct gate_needles *l, const struct gate_risk_table *t)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].of == t)
			return &l->v[i];
	}
	if (l->n == GATE_NEEDLE_TABLES || t->n > GATE_NEEDLE_ROWS)
		return NULL;
	l->v[l->n] = (struct gate_needle_table){ .of = t };
	return &l->v[l->n++];
}

static bool ready(struct gate_needles *l, struct gate_needle_table *n)
{
	if (!n || n->failed || (n->uses < BUILD_AFTER && ++n->uses < BUILD_AFTER))
		return false;
	if (!n->built.next)
		build(n);
	if (!l->hits)
		l->hits = calloc(GATE_ACDFA_BLOCK, sizeof(*l->hits));
	return l->hits && !n->failed;
}

/* The automaton knows no letter case; the needle does. */
static void note(const struct gate_needle_table *n, const char *s, const struct gate_ac_hit *hit, bool *has)
{
	const struct gate_acdfa *a = &n->built.dfa;
	const uint32_t *out = &a->out_at[hit->state - a->first_out];

	for (uint32_t k = out[0]; k < out[1]; k++) {
		uint16_t row = n->row[a->out[k]];
		const char *needle = n->of->v[row].needle;
		size_t len = strlen(needle);

		has[row] = has[row] || memcmp(s + hit->end - len, needle, len) == 0;
	}
}

void gate_needles_find(struct gate_needles *l, const struct gate_risk_table *t, const char *s, size_t len, bool *has)
{
	struct gate_needle_table *n = table_of(l, t);

	if (!ready(l, n)) {
		find_each(t, s, len, has);
		return;
	}
	for (size_t i = 0; i < t->n; i++)
		has[i] = !t->v[i].needle;
	for (size_t at = 0; at < len; at += GATE_ACDFA_BLOCK) {
		size_t to = len - at > GATE_ACDFA_BLOCK ? at + GATE_ACDFA_BLOCK : len;
		size_t hits = gate_acdfa_walk(&n->built.dfa, s, at, to, l->hits);

		for (size_t i = 0; i < hits; i++)
			note(n, s, &l->hits[i], has);
	}
}

void gate_needles_clear(struct gate_needles *l)
{
	for (size_t i = 0; i < l->n; i++)
		gate_acdfa_built_clear(&l->v[i].built);
	free(l->hits);
	*l = (struct gate_needles){ .n = 0 };
}
