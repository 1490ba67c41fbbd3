/* Macaroons. PyPI's are in the binary form 2 of libmacaroons (a version byte, then fields of type, length and data, and
 * a signature of 32 bytes at the end); Fly's are MessagePack: an array of four whose first part is an array of three. */
#include "classifier/secrets/proofs/all.h"

#include "classifier/secrets/proofs/parts.h"

#include <string.h>

enum { FIELD_END = 0, FIELD_SIGNATURE = 6, SIGNATURE = 32 };

struct cursor {
	const uint8_t *p, *end;
};

/* An unsigned LEB128 of at most three bytes. */
static bool number(struct cursor *c, size_t *out)
{
	*out = 0;
	for (unsigned shift = 0; shift < 21 && c->p < c->end; shift += 7) {
		uint8_t b = *c->p++;

		*out |= (size_t)(b & 127) << shift;
		if (!(b & 128))
			return true;
	}
	return false;
}

/* Whether the fields end with a signature that is the last thing of all. */
static bool walk(struct cursor c)
{
	size_t type, len;

	while (number(&c, &type)) {
		if (type == FIELD_END)
			continue;
		if (!number(&c, &len) || len > (size_t)(c.end - c.p))
			return false;
		c.p += len;
		if (type == FIELD_SIGNATURE)
			return len == SIGNATURE && c.p == c.end;
	}
	return false;
}

enum gate_proof gate_proof_pypi(const char *s, size_t len, int64_t now)
{
	gate_auto(gate_proof_wiped) struct gate_buf b = { 0 };
	const char *dash = memchr(s, '-', len);
	size_t from = dash ? (size_t)(dash - s) + 1 : 0;
	struct cursor c;

	(void)now;
	if (!gate_proof_b64(&b, s + from, len - from) || b.len < 3 || b.s[0] != 2)
		return GATE_PROOF_FAILS;
	c = (struct cursor){ (const uint8_t *)b.s + 1, (const uint8_t *)b.s + b.len };
	return walk(c) ? GATE_PROOF_HOLDS : GATE_PROOF_FAILS;
}

enum gate_proof gate_proof_fly(const char *s, size_t len, int64_t now)
{
	gate_auto(gate_proof_wiped) struct gate_buf b = { 0 };
	const char *mark = memchr(s, '_', len);
	size_t from = mark ? (size_t)(mark - s) + 1 : 0;
	const uint8_t *u;

	(void)now;
	/* the head is enough, and a token's tail may be cut */
	if (len - from < 12 || !gate_proof_b64(&b, s + from, 12))
		return GATE_PROOF_FAILS;
	u = (const uint8_t *)b.s;
	return u[0] == 0x94 && u[1] == 0x93 && (u[2] & 0xfc) == 0xc4 ? GATE_PROOF_HOLDS : GATE_PROOF_FAILS;
}
