#include "approval/sshwire.h"

static const uint8_t *take(struct gate_sshwire *w, size_t n)
{
	const uint8_t *p = w->p;

	if (w->bad || n > w->left) {
		w->bad = true;
		return NULL;
	}
	w->p += n;
	w->left -= n;
	return p;
}

uint8_t gate_sshwire_u8(struct gate_sshwire *w)
{
	const uint8_t *p = take(w, 1);

	return p ? *p : 0;
}

uint32_t gate_sshwire_u32(struct gate_sshwire *w)
{
	const uint8_t *p = take(w, 4);

	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

const uint8_t *gate_sshwire_string(struct gate_sshwire *w, size_t *n)
{
	const uint8_t *p;

	*n = gate_sshwire_u32(w);
	p = take(w, *n);
	if (!p)
		*n = 0;
	return p;
}

void gate_sshwire_word(struct gate_sshwire *w, char *to, size_t size)
{
	size_t n;
	const uint8_t *p = gate_sshwire_string(w, &n);

	to[0] = '\0';
	if (!p || n >= size) {
		w->bad = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (p[i] < 0x21 || p[i] > 0x7e) {
			w->bad = true;
			return;
		}
	}
	memcpy(to, p, n);
	to[n] = '\0';
}

bool gate_sshwire_done(const struct gate_sshwire *w)
{
	return !w->bad && w->left == 0;
}

void gate_sshwire_put_u32(struct gate_buf *b, uint32_t v)
{
	const uint8_t be[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };

	gate_buf_add(b, be, sizeof(be));
}

void gate_sshwire_put_string(struct gate_buf *b, const void *p, size_t n)
{
	/* Every caller's strings are far below 4 GiB: GATE_BUF_MAX is 256 MiB. */
	gate_sshwire_put_u32(b, (uint32_t)n);
	gate_buf_add(b, p, n);
}
