/* Globs and regexes over names that come from outside; the only room that includes pcre2.h.
 * Glob: '*' and '?' stop at '/', '**' does not ("**" + "/" also matches nothing), [a-z] classes, everything else
 * literal; the whole name must match. A pattern without '/' in a path list matches the last component, like .gitignore;
 * gate_globs for refs and identities are whole-name. Regex: PCRE2 with JIT, match and depth limits; a limit reached is
 * reported, never a silent "no". */
#ifndef GATE_RULES_MATCH_H
#define GATE_RULES_MATCH_H

#include "base/str.h"

#define GATE_GLOB_MAX 1024 /* bytes of one pattern */

struct gate_globs {
	struct gate_strs patterns;
	bool paths; /* a pattern without '/' matches a last component at any depth; a '/' in front anchors at the root
		     */
	bool fold;  /* letter case does not count (ASCII) */
	bool deep;  /* '*' and '?' match '/' too: lists that a trailing '*' must not leave a hole in (protected refs) */
	bool borrowed;		 /* patterns.v belongs to a constant table: never freed, never added to */
	struct gate_globs *also; /* owned; when there, the name must match this list as well (the host's floor) */
};

bool gate_glob_match(const char *pattern, const char *name, size_t len, bool fold);
/* Whether a pattern is well-formed; *why gets a static reason. For paths and refs; and for other text, in which '/' is a character like any
 * other: one fingerprint in a hundred has "//" in its base64. */
bool gate_glob_valid_text(const char *pattern, const char **why);
bool gate_glob_valid(const char *pattern, const char **why);
bool gate_globs_match(const struct gate_globs *g, const char *name, size_t len);
/* Adds a copy of a pattern; a borrowed list is copied first. */
int gate_globs_add(struct gate_globs *g, const char *pattern, struct gate_err *err);
void gate_globs_clear(struct gate_globs *g);

/* Patterns are over bytes: UTF mode is off and cannot be switched on by the pattern, since what is searched may be no
 * UTF-8. A character beyond ASCII in a pattern stands for its UTF-8 bytes (so not inside [...]). '^' and '$' match at
 * lines; CR, LF and CRLF end one. */
struct gate_regex; /* compiled at its first use */

enum gate_match { GATE_MATCH_NO, GATE_MATCH_YES, GATE_MATCH_LIMIT };

struct gate_regex *gate_regex_new(const char *pattern, bool fold, struct gate_err *err); /* checks the syntax */
/* Borrows a constant pattern and checks nothing: one that does not compile answers GATE_MATCH_LIMIT at every use. */
struct gate_regex *gate_regex_lazy(const char *pattern, bool fold, struct gate_err *err);
void gate_regex_free(struct gate_regex *r);
const char *gate_regex_pattern(const struct gate_regex *r);
bool gate_regex_folds(const struct gate_regex *r);
/* First match at or after `from`; *start and *end get its bounds (equal ones are possible: go on behind them). */
enum gate_match gate_regex_find(struct gate_regex *r, const char *s, size_t len, size_t from, size_t *start,
				size_t *end);
/* The same, with the bounds of group 1; those of the whole match when it took no part. */
enum gate_match gate_regex_find_group(struct gate_regex *r, const char *s, size_t len, size_t from, size_t *start,
				      size_t *end, size_t group[2]);

#endif
