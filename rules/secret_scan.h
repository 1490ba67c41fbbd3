/* Searching a text for the types of a set: the automaton finds keywords, cheap tests throw most of them away, and PCRE2 looks
 * at what is left, at that one place. Gives the same (text, type) pairs as searching the whole text with each expression. */
#ifndef GATE_RULES_SECRET_SCAN_H
#define GATE_RULES_SECRET_SCAN_H

#include "base/spans.h"
#include "rules/match.h"
#include "rules/secret_set.h"

struct gate_secret_scanner; /* expressions as far as they were needed, limits, room for hits */

struct gate_secret_match {
	const struct gate_secret_rule *rule;
	size_t index;	    /* of the rule in the set */
	size_t start, end;  /* of the whole match */
	size_t from, to;    /* of the secret in it */
};

struct gate_secret_scanner *gate_secret_scanner_new(const struct gate_secret_set *set, struct gate_err *err);
void gate_secret_scanner_free(struct gate_secret_scanner *s);

/* Called for each match, and with limit when a type's expression ran into its limits on this text (then only `rule` is
 * filled; once a text and type). A negative answer ends the scan. */
typedef int gate_secret_match_fn(void *arg, const struct gate_secret_match *m, bool limit, struct gate_err *err);
/* skip[n_rules] (may be NULL): types that are not looked for in this text. */
int gate_secret_scan(struct gate_secret_scanner *s, const char *text, size_t len, const bool *skip,
		     gate_secret_match_fn *fn, void *arg, struct gate_err *err);

/* Searching a text that was made from one that was searched, by its changes alone. `fresh`: what is new in it, a seam where something
 * went or two places came together, and where `kept` of the other text has come to lie. `kept`: added to, what must be fresh in every
 * text that is made from this one: matches, because the next one begins behind them, and keywords of types whose matches can reach far
 * (GATE_SECRET_NEAR). Then the matches are those of the whole text: tests/unit/test_secret_part.c, docs/adr/0034-only-what-changed.md. */
#define GATE_SECRET_NEAR 640u /* bytes: a type whose matches are longer reaches far */
struct gate_secret_part {
	const struct gate_spans *fresh; /* NULL: the whole text */
	struct gate_spans *kept; /* may be NULL */
};
int gate_secret_scan_part(struct gate_secret_scanner *s, const char *text, size_t len, const struct gate_secret_part *part,
			  gate_secret_match_fn *fn, void *arg, struct gate_err *err);
/* Whether the type's n-th allow: expression, or near_regex (n SIZE_MAX), is in the text. Limits count as not. */
bool gate_secret_scan_allows(struct gate_secret_scanner *s, size_t rule, const char *text, size_t len);
bool gate_secret_scan_near(struct gate_secret_scanner *s, size_t rule, const char *text, size_t len);

#endif
