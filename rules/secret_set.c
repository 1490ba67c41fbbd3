#include "rules/secret_set.h"

#include "base/io.h"
#include "base/mem.h"

#include <string.h>

#define WORDS_MAX 64u

static char *searched(const char *regex)
{
	size_t flags, lead = gate_shape_leading(regex, &flags);

	return gate_fmt("%.*s%s", (int)flags, regex, regex + flags + lead);
}

/* The claim of the rule first, then ever wider windows. */
static int place(const struct gate_secret_rule *r, uint32_t *lo, uint32_t *hi, struct gate_shape_word *words, bool *ops,
		 struct gate_err *err)
{
	static const uint32_t windows[] = { 64, GATE_SHAPE_ANYWHERE };
	gate_autofree char *regex = searched(r->regex);
	const char *keywords[WORDS_MAX];
	int rc;

	if (!regex)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (r->n_keywords > WORDS_MAX)
		return gate_err_set(err, GATE_E_POLICY, "%s: %s: more than %u keywords", r->source, r->id, WORDS_MAX);
	memcpy(keywords, r->keywords, r->n_keywords * sizeof(*keywords));
	*hi = r->anchor == GATE_ANCHOR_KEYWORD ? 0 : r->anchor_n;
	*lo = r->anchor == GATE_ANCHOR_OFFSET ? *hi : 0;
	rc = gate_shape_prove(regex, keywords, r->n_keywords, *lo, *hi, words, ops, err);
	for (size_t i = 0; rc == GATE_SHAPE_NOT && i < GATE_ARRAY_LEN(windows); i++) {
		*lo = 0;
		*hi = windows[i];
		rc = gate_shape_prove(regex, keywords, r->n_keywords, 0, windows[i], words, ops, err);
	}
	if (*hi == GATE_SHAPE_ANYWHERE)
		*hi = r->max_len < UINT16_MAX ? r->max_len : UINT16_MAX;
	if (rc <= 0)
		return rc;
	return gate_err_set(err, GATE_E_POLICY, "%s: %s: %s", r->source, r->id,
			    rc == GATE_SHAPE_NOT ? "a match need not hold any of the keywords, so it would be missed" :
						   "the expression cannot be worked out: no conditions, recursion, \\K, \\Q, (*VERBS)");
}

static int add_rule(struct gate_secret_set_built *to, const struct gate_secret_rule *rules, size_t i,
		    gate_secret_note_fn *note, void *arg, struct gate_err *err)
{
	const struct gate_secret_rule *r = &rules[i];
	struct gate_shape_word words[WORDS_MAX];
	uint32_t lo = 0, hi = 0;
	bool ops;
	int rc = place(r, &lo, &hi, words, &ops, err);

	if (rc < 0)
		return rc;
	if (note && hi > (r->anchor == GATE_ANCHOR_KEYWORD ? 0 : r->anchor_n))
		note(arg, r, "its keyword is no proven anchor; searched as a window");
	for (uint32_t k = 0; k < r->n_keywords; k++) {
		struct gate_secret_use *u = &to->uses[to->set.n_uses++];

		*u = (struct gate_secret_use){ .rule = (uint16_t)i,
					       .lo = (uint16_t)lo,
					       .hi = (uint16_t)hi,
					       .word_len = (uint8_t)strlen(r->keywords[k]),
					       .operators = ops };
		memcpy(u->next, words[k].next, sizeof(u->next));
	}
	return 0;
}

int gate_secret_set_build(const struct gate_secret_rule *rules, size_t n, gate_secret_note_fn *note, void *arg,
			  struct gate_secret_set_built *to, struct gate_err *err)
{
	gate_autofree const char **words = NULL;
	size_t total = 0, at = 0;
	int rc = 0;

	*to = (struct gate_secret_set_built){ .set = { .rules = rules, .n_rules = n } };
	for (size_t i = 0; i < n; i++)
		total += rules[i].n_keywords;
	words = calloc(total + 1, sizeof(*words));
	to->uses = calloc(total + 1, sizeof(*to->uses));
	if (!words || !to->uses)
		rc = gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; rc == 0 && i < n; i++) {
		for (uint32_t k = 0; k < rules[i].n_keywords; k++)
			words[at++] = rules[i].keywords[k];
		rc = add_rule(to, rules, i, note, arg, err);
	}
	if (rc == 0)
		rc = gate_acdfa_build(words, total, &to->dfa, err);
	to->set.uses = to->uses;
	to->set.dfa = &to->dfa.dfa;
	if (rc < 0)
		gate_secret_set_clear(to);
	return rc;
}

void gate_secret_set_clear(struct gate_secret_set_built *b)
{
	gate_acdfa_built_clear(&b->dfa);
	free(b->uses);
	*b = (struct gate_secret_set_built){ 0 };
}
