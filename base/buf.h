/* One growable byte buffer. Invariants: s is NULL or holds len bytes followed by a NUL; once an allocation failed,
 * or the buffer would pass GATE_BUF_MAX, `failed` stays set, the content stays as it was and every later append is a no-op:
 * append freely and ask gate_buf_check() once. Zero-initialise; release with gate_buf_clear(). */
#ifndef GATE_BASE_BUF_H
#define GATE_BASE_BUF_H

#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>

#define GATE_BUF_MAX ((size_t)256 << 20)

struct gate_buf {
	char *s;
	size_t len;
	size_t cap;
	bool failed;
};

void gate_buf_clear(struct gate_buf *b);
void gate_buf_reset(struct gate_buf *b); /* len = 0, memory and failed kept */
void gate_buf_add(struct gate_buf *b, const void *p, size_t n);
void gate_buf_str(struct gate_buf *b, const char *s);
void gate_buf_fmt(struct gate_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Readers of files call this for each byte: no call where there is room. */
static inline void gate_buf_char(struct gate_buf *b, char c)
{
	if (b->failed || b->len + 1 >= b->cap || b->len >= GATE_BUF_MAX) {
		gate_buf_add(b, &c, 1);
		return;
	}
	b->s[b->len++] = c;
	b->s[b->len] = '\0';
}
/* Makes room for n more bytes and gives the place to write them; add to len yourself. NULL when failed. */
char *gate_buf_room(struct gate_buf *b, size_t n);
/* 0, or GATE_E_NOMEM when any append failed. */
int gate_buf_check(const struct gate_buf *b, struct gate_err *err);
/* The content as a NUL-terminated string ("" when empty); borrowed. */
const char *gate_buf_cstr(const struct gate_buf *b);
/* Gives the content to the caller, who frees it; the buffer is empty afterwards. NULL when failed. */
char *gate_buf_steal(struct gate_buf *b);

#endif
