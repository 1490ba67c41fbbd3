#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void gate_buf_clear(struct gate_buf *b)
{
	free(b->s);
	*b = (struct gate_buf){ 0 };
}

void gate_buf_reset(struct gate_buf *b)
{
	b->len = 0;
	if (b->s)
		b->s[0] = '\0';
}

char *gate_buf_room(struct gate_buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 256;
	char *s;

	if (b->failed)
		return NULL;
	if (n > GATE_BUF_MAX - b->len) {
		b->failed = true;
		return NULL;
	}
	if (b->len + n + 1 > b->cap) {
		while (cap < b->len + n + 1)
			cap *= 2;
		s = realloc(b->s, cap);
		if (!s) {
			b->failed = true;
			return NULL;
		}
		b->s = s;
		b->cap = cap;
	}
	return b->s + b->len;
}

void gate_buf_add(struct gate_buf *b, const void *p, size_t n)
{
	char *to = gate_buf_room(b, n);

	if (!to)
		return;
	if (n)
		memcpy(to, p, n);
	b->len += n;
	b->s[b->len] = '\0';
}

void gate_buf_str(struct gate_buf *b, const char *s)
{
	gate_buf_add(b, s, strlen(s));
}

void gate_buf_fmt(struct gate_buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;
	char *to;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	to = n < 0 ? NULL : gate_buf_room(b, (size_t)n);
	if (to) {
		vsnprintf(to, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	} else {
		b->failed = true;
	}
	va_end(again);
}

int gate_buf_check(const struct gate_buf *b, struct gate_err *err)
{
	return b->failed ? gate_err_set(err, GATE_E_NOMEM, "out of memory, or a text over %zu bytes", GATE_BUF_MAX) : 0;
}

const char *gate_buf_cstr(const struct gate_buf *b)
{
	return b->s ? b->s : "";
}

char *gate_buf_steal(struct gate_buf *b)
{
	char *s = b->failed ? NULL : b->s;

	if (!b->failed && !s)
		s = calloc(1, 1);
	if (b->failed)
		free(b->s);
	*b = (struct gate_buf){ 0 };
	return s;
}
