#include "classifier/score.h"

#include "classifier/classify.h"

#include <stdlib.h>
#include <string.h>

enum gate_tier gate_band(uint64_t milli)
{
	static const struct {
		uint64_t from;
		enum gate_tier tier;
	} bands[] = {
		{ 100000, GATE_TIER_CRITICAL },
		{ 50000, GATE_TIER_HIGH },
		{ 20000, GATE_TIER_MEDIUM },
	};

	for (size_t i = 0; i < GATE_ARRAY_LEN(bands); i++) {
		if (milli >= bands[i].from)
			return bands[i].tier;
	}
	return GATE_TIER_LOW;
}

static int cmp_u32_down(uint32_t a, uint32_t b)
{
	return (a < b) - (a > b);
}

/* Doubles side by side, the one with more points first; the position makes the order total, so that it never depends on
 * the sort. */
static int by_key(const void *a, const void *b)
{
	const struct gate_finding *const *x = a, *const *y = b;
	int d = strcmp((*x)->id, (*y)->id);

	if (!d)
		d = strcmp((*x)->subject, (*y)->subject);
	if (!d)
		d = cmp_u32_down((*x)->points, (*y)->points);
	return d ? d : (*x > *y) - (*x < *y);
}

static int cmp_class(const char *a, const char *b)
{
	size_t la = gate_finding_class(a), lb = gate_finding_class(b);
	int d = memcmp(a, b, la < lb ? la : lb);

	return d ? d : (la > lb) - (la < lb);
}

static int by_class(const void *a, const void *b)
{
	const struct gate_finding *const *x = a, *const *y = b;
	int d = cmp_class((*x)->id, (*y)->id);

	if (!d)
		d = cmp_u32_down((*x)->points, (*y)->points);
	return d ? d : by_key(a, b);
}

static size_t pick(const struct gate_findings *f, uint32_t change, const struct gate_finding **v)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++) {
		if (change == GATE_ALL_CHANGES || f->v[i].change == change)
			v[n++] = &f->v[i];
	}
	return n;
}

/* Keeps the first of each (id, subject). */
static size_t unite(const struct gate_finding **v, size_t n)
{
	size_t kept = 0;

	qsort(v, n, sizeof(*v), by_key);
	for (size_t i = 0; i < n; i++) {
		if (kept && strcmp(v[kept - 1]->id, v[i]->id) == 0 && strcmp(v[kept - 1]->subject, v[i]->subject) == 0)
			continue;
		v[kept++] = v[i];
	}
	return kept;
}

static void sum(const struct gate_finding **v, size_t n, const struct gate_findings *f, struct gate_score *out)
{
	uint32_t rank = 0;

	for (size_t i = 0; i < n; i++) {
		struct gate_term *t = &out->terms[i];

		rank = i && cmp_class(v[i - 1]->id, v[i]->id) == 0 ? rank + 1 : 0;
		t->finding = (size_t)(v[i] - f->v);
		t->rank = rank;
		t->points = rank < 32 ? v[i]->points >> rank : 0;
		out->points += t->points;
	}
	out->n_terms = n;
}

static void floors(const struct gate_finding *const *v, size_t n, struct gate_score *out)
{
	for (size_t i = 0; i < n; i++) {
		out->deny |= v[i]->deny;
		if (v[i]->floor > out->tier)
			out->tier = v[i]->floor;
	}
}

int gate_score(const struct gate_findings *f, uint32_t change, struct gate_score *out, struct gate_err *err)
{
	gate_autofree const struct gate_finding **v = calloc(f->n + 1, sizeof(*v));
	size_t n;

	*out = (struct gate_score){ .tier = GATE_TIER_CRITICAL, .deny = true };
	out->terms = calloc(f->n + 1, sizeof(*out->terms));
	if (!v || !out->terms) {
		gate_score_clear(out);
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	n = pick(f, change, v);
	out->deny = false;
	out->tier = GATE_TIER_LOW;
	floors(v, n, out); /* before the union: a double may have fewer points and the higher floor */
	n = unite(v, n);
	if (n)
		qsort(v, n, sizeof(*v), by_class);
	sum(v, n, f, out);
	if (gate_band(out->points) > out->tier)
		out->tier = gate_band(out->points);
	if (out->deny)
		out->tier = GATE_TIER_CRITICAL;
	return 0;
}

void gate_score_clear(struct gate_score *s)
{
	free(s->terms);
	*s = (struct gate_score){ .tier = GATE_TIER_CRITICAL, .deny = true };
}

static bool is_class(const char *id, const char *cls)
{
	return cmp_class(id, cls) == 0;
}

/* A held object lies in the main object store, where any client can fetch it: what is likely a secret is refused (HOLES
 * 5). */
static bool likely_secret(const struct gate_finding *f)
{
	return is_class(f->id, "SEC") && f->floor >= GATE_TIER_HIGH;
}

const struct gate_answer *gate_answer_for(const struct gate_policy *p, const struct gate_change *c,
					  const struct gate_score *s, bool human, const struct gate_findings *f,
					  uint32_t change)
{
	static const struct gate_answer refusal = { .action = GATE_VERDICT_REJECT };
	const struct gate_tier_rule *rule;

	if (s->deny || (unsigned)s->tier >= GATE_TIER_COUNT)
		return &refusal;
	for (size_t i = 0; i < f->n; i++) {
		if (change != GATE_ALL_CHANGES && f->v[i].change != change)
			continue;
		if (f->v[i].deny || likely_secret(&f->v[i]))
			return &refusal;
		if (strcmp(f->v[i].id, "GATE-RULES") == 0)
			human = false;
	}
	rule = human ? &p->tiers_human[s->tier] : &p->tiers[s->tier];
	return c->is_protected || c->is_policy_ref ? &rule->prot : &rule->open;
}
