/* Small things that every reader of this room does with bytes. Inside formats/ only. */
#ifndef GATE_FORMATS_TEXT_H
#define GATE_FORMATS_TEXT_H

#include "base/buf.h"

/* Well-formed UTF-8 without NUL. Otherwise GATE_E_SYNTAX with the line. */
int gate_text_check(const char *bytes, size_t len, struct gate_err *err);
/* Appends one character; false for a surrogate, NUL, or what is beyond U+10FFFF. */
bool gate_text_add_char(struct gate_buf *b, uint32_t c);
/* The value of n hexadecimal digits; false when one of them is none. */
bool gate_text_hex(const char *s, size_t n, uint32_t *value);

static inline bool gate_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool gate_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool gate_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

#endif
