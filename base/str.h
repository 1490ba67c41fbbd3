/* Strings from outside: copies, lists, predicates, and the one escape for terminals and logs. */
#ifndef GATE_BASE_STR_H
#define GATE_BASE_STR_H

#include "base/buf.h"

/* Appends bytes of a push so that a terminal cannot be driven by them: printable ASCII and well-formed, visible UTF-8 stay;
 * control characters, DEL, C1, bidi and zero-width characters, surrogates and bytes that are no UTF-8 become \xHH.
 * A backslash stays itself. Returns whether anything was escaped. */
bool gate_escape(struct gate_buf *b, const char *s, size_t len);
/* The same as a new string the caller frees; NULL without memory. */
char *gate_escape_dup(const char *s, size_t len);

/* Length of the well-formed UTF-8 sequence at s (1 to 4), 0 when there is none; *cp gets the code point. */
size_t gate_utf8_next(const char *s, size_t len, uint32_t *cp);
bool gate_utf8_valid(const char *s, size_t len);

bool gate_is_hex(const char *s, size_t len); /* lower-case hex only */
bool gate_is_oid(const char *s);	     /* exactly GATE_HEXSZ lower-case hex digits, then NUL */
bool gate_is_zero_oid(const char *s);
bool gate_starts_with(const char *s, const char *prefix);
bool gate_ends_with(const char *s, const char *suffix);
/* Copies at most size-1 bytes and always ends with NUL; false when cut. */
bool gate_copy(char *to, size_t size, const char *from);

/* A list of owned strings. */
struct gate_strs {
	char **v;
	size_t n;
	size_t cap;
};

void gate_strs_clear(struct gate_strs *l);
/* Copies s; 0 or GATE_E_NOMEM. */
int gate_strs_add(struct gate_strs *l, const char *s, struct gate_err *err);
int gate_strs_addn(struct gate_strs *l, const char *s, size_t len, struct gate_err *err);
bool gate_strs_has(const struct gate_strs *l, const char *s);
int gate_strs_add_new(struct gate_strs *l, const char *s, struct gate_err *err); /* unless it has s already */
void gate_strs_sort(struct gate_strs *l); /* byte order */
int gate_strs_copy(struct gate_strs *to, const struct gate_strs *from, struct gate_err *err);
/* "a, b, c" appended. */
void gate_strs_join(struct gate_buf *b, const struct gate_strs *l, const char *sep);

#endif
