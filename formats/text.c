#include "formats/text.h"

#include "base/str.h"

#include <string.h>

/* How many bytes from here are plain ASCII without NUL, eight at a time. */
static size_t ascii_run(const char *s, size_t len)
{
	size_t i = 0;

	for (; i + 8 <= len; i += 8) {
		uint64_t w;

		memcpy(&w, s + i, 8);
		if (((w - 0x0101010101010101u) | w) & 0x8080808080808080u)
			break;
	}
	while (i < len && s[i] > 0)
		i++;
	return i;
}

static uint32_t line_of(const char *bytes, size_t at)
{
	uint32_t line = 1;

	for (size_t i = 0; i < at; i++)
		line += bytes[i] == '\n';
	return line;
}

int gate_text_check(const char *bytes, size_t len, struct gate_err *err)
{
	for (size_t i = 0; i < len;) {
		uint32_t cp;
		size_t n;

		i += ascii_run(bytes + i, len - i);
		if (i == len)
			break;
		n = bytes[i] ? gate_utf8_next(bytes + i, len - i, &cp) : 0;
		if (!n)
			return gate_err_set(err, GATE_E_SYNTAX, "%u: %s", line_of(bytes, i),
					    bytes[i] ? "bytes that are no UTF-8" : "a NUL character");
		i += n;
	}
	return 0;
}

bool gate_text_add_char(struct gate_buf *b, uint32_t c)
{
	char out[4];
	size_t n = 0;

	if (!c || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return false;
	if (c < 0x80) {
		out[n++] = (char)c;
	} else if (c < 0x800) {
		out[n++] = (char)(0xc0 | c >> 6);
		out[n++] = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		out[n++] = (char)(0xe0 | c >> 12);
		out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		out[n++] = (char)(0x80 | (c & 0x3f));
	} else {
		out[n++] = (char)(0xf0 | c >> 18);
		out[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		out[n++] = (char)(0x80 | (c & 0x3f));
	}
	gate_buf_add(b, out, n);
	return true;
}

bool gate_text_hex(const char *s, size_t n, uint32_t *value)
{
	*value = 0;
	for (size_t i = 0; i < n; i++) {
		char c = s[i];
		uint32_t digit;

		if (gate_is_digit(c))
			digit = (uint32_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			digit = (uint32_t)((c | 0x20) - 'a' + 10);
		else
			return false;
		*value = *value << 4 | digit;
	}
	return true;
}
