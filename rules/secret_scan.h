/* Searching a text for the types of a set: the automaton finds keywords, cheap tests throw most of them away, and PCRE2 looks
 * at what is left, at that one place. Gives the same (text, type) pairs as searching the whole text with each expression. */
#ifndef GATE_RULES_SECRET_SCAN_H
#define GATE_RULES_SECRET_SCAN_H

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
/* Whether the type's n-th allow: expression, or near_regex (n SIZE_MAX), is in the text. Limits count as not. */
bool gate_secret_scan_allows(struct gate_secret_scanner *s, size_t rule, const char *text, size_t len);
bool gate_secret_scan_near(struct gate_secret_scanner *s, size_t rule, const char *text, size_t len);

#endif
