#include "classifier/secrets/proofs/parts.h"

#include "base/crypto.h"

#include <string.h>

uint32_t gate_proof_crc32(const char *s, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		crc ^= (uint8_t)s[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

/* The value of c in an alphabet; a number past its end when it has none. */
static unsigned value_of(const char *alphabet, char c)
{
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (unsigned)(at - alphabet) : UINT32_MAX;
}

static bool decode(struct gate_buf *out, const char *alphabet, unsigned bits, const char *s, size_t len)
{
	uint32_t have = 0;
	unsigned n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned v = value_of(alphabet, s[i]);

		if (v >> bits)
			return false;
		have = have << bits | v;
		n += bits;
		if (n >= 8) {
			n -= 8;
			gate_buf_char(out, (char)(have >> n));
			have &= (1u << n) - 1;
		}
	}
	return len > 0 && n < bits && !out->failed;
}

bool gate_proof_b64(struct gate_buf *out, const char *s, size_t len)
{
	static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
			  url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	while (len && s[len - 1] == '=')
		len--;
	return decode(out, memchr(s, '-', len) || memchr(s, '_', len) ? url : standard, 6, s, len);
}

bool gate_proof_b32(struct gate_buf *out, const char *s, size_t len)
{
	return decode(out, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5, s, len);
}

void gate_proof_digits(uint32_t v, unsigned base, char *out, size_t n)
{
	static const char capitals_first[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
			  small[] = "0123456789abcdefghijklmnopqrstuvwxyz";

	while (n--) {
		out[n] = base <= 36 ? small[v % base] : capitals_first[v % base];
		v /= base;
	}
}

void gate_proof_wiped_clear(struct gate_buf *b)
{
	if (b->s)
		gate_wipe(b->s, b->len);
	gate_buf_clear(b);
}
