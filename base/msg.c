#include "base/msg.h"

#include <string.h>

void gate_msg_put_u8(struct gate_buf *b, uint8_t v)
{
	gate_buf_add(b, &v, sizeof(v));
}

void gate_msg_put_u32(struct gate_buf *b, uint32_t v)
{
	gate_buf_add(b, &v, sizeof(v));
}

void gate_msg_put_u64(struct gate_buf *b, uint64_t v)
{
	gate_buf_add(b, &v, sizeof(v));
}

void gate_msg_put_bytes(struct gate_buf *b, const void *p, size_t n)
{
	if (n > UINT32_MAX)
		b->failed = true;
	gate_msg_put_u32(b, (uint32_t)n);
	gate_buf_add(b, p, n);
}

void gate_msg_put_str(struct gate_buf *b, const char *s)
{
	gate_msg_put_bytes(b, s, strlen(s));
}

static bool take(struct gate_msg *m, void *to, size_t n)
{
	if (m->bad || m->left < n) {
		m->bad = true;
		memset(to, 0, n);
		return false;
	}
	memcpy(to, m->p, n);
	m->p += n;
	m->left -= n;
	return true;
}

uint8_t gate_msg_u8(struct gate_msg *m)
{
	uint8_t v;

	take(m, &v, sizeof(v));
	return v;
}

uint32_t gate_msg_u32(struct gate_msg *m)
{
	uint32_t v;

	take(m, &v, sizeof(v));
	return v;
}

uint64_t gate_msg_u64(struct gate_msg *m)
{
	uint64_t v;

	take(m, &v, sizeof(v));
	return v;
}

const char *gate_msg_bytes(struct gate_msg *m, size_t max, size_t *n)
{
	uint32_t len = gate_msg_u32(m);
	const char *p = m->p;

	*n = 0;
	if (m->bad || len > max || len > m->left) {
		m->bad = true;
		return NULL;
	}
	m->p += len;
	m->left -= len;
	*n = len;
	return p;
}

void gate_msg_str(struct gate_msg *m, char *to, size_t size)
{
	size_t n;
	const char *p = gate_msg_bytes(m, size - 1, &n);

	to[0] = '\0';
	if (!p)
		return;
	if (memchr(p, '\0', n)) {
		m->bad = true;
		return;
	}
	memcpy(to, p, n);
	to[n] = '\0';
}

char *gate_msg_dup(struct gate_msg *m, size_t max)
{
	size_t n;
	const char *p = gate_msg_bytes(m, max, &n);
	char *s;

	if (!p || memchr(p, '\0', n)) {
		m->bad = true;
		return NULL;
	}
	s = malloc(n + 1);
	if (!s) {
		m->bad = true;
		return NULL;
	}
	memcpy(s, p, n);
	s[n] = '\0';
	return s;
}

unsigned gate_msg_enum(struct gate_msg *m, unsigned count)
{
	uint8_t v = gate_msg_u8(m);

	if (v >= count) {
		m->bad = true;
		return 0;
	}
	return v;
}

bool gate_msg_done(const struct gate_msg *m)
{
	return !m->bad && m->left == 0;
}
