/* The tests of a file: their names and where each begins, roughly (a body reaches to the next test). One table of what begins
 * a test in each language. */
#ifndef GATE_CLASSIFIER_TESTS_FUNCTIONS_H
#define GATE_CLASSIFIER_TESTS_FUNCTIONS_H

#include "classifier/tests/lexer.h"

#include <stdint.h>

struct gate_test {
	uint64_t name; /* digest of the name without blanks; two of one name get two digests */
	size_t start, end;
	size_t name_at, name_len; /* in the text */
	uint32_t line;
	bool table; /* has a table of cases: fewer tests may prove as much */
};

struct gate_tests {
	struct gate_test *v;
	size_t n, cap;
	bool cut; /* there are more than are kept */
};

struct gate_test_starts; /* the expressions, compiled at their first use */
struct gate_test_starts *gate_test_starts_new(struct gate_err *err);
void gate_test_starts_free(struct gate_test_starts *x);

/* Whether a path is one of a test, by its name and its folders. */
bool gate_is_test_path(const char *path);
/* Fills *out in the order of the file; no tests for a language that is not in the table. */
int gate_tests_find(struct gate_test_starts *x, const char *path, const struct gate_lexed *lex, struct gate_tests *out,
		    struct gate_err *err);
void gate_tests_clear(struct gate_tests *l);
bool gate_tests_have(const struct gate_tests *l, uint64_t name);

#endif
