/* Bech32 (BIP 173), as age writes its identities. */
#include "classifier/secrets/proofs/all.h"

#include <string.h>

static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static uint32_t step(uint32_t c, uint32_t value)
{
	static const uint32_t generator[] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3 };
	uint32_t top = c >> 25;

	c = (c & 0x1ffffff) << 5 ^ value;
	for (unsigned i = 0; i < 5; i++)
		c ^= top >> i & 1 ? generator[i] : 0;
	return c;
}

static uint8_t small(char c)
{
	return (uint8_t)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

enum gate_proof gate_proof_bech32(const char *s, size_t len, int64_t now)
{
	const char *one = memrchr(s, '1', len);
	size_t prefix = one ? (size_t)(one - s) : 0;
	uint32_t c = 1;

	(void)now;
	if (!prefix || len - prefix < 8)
		return GATE_PROOF_FAILS;
	for (size_t i = 0; i < prefix; i++)
		c = step(c, small(s[i]) >> 5);
	c = step(c, 0);
	for (size_t i = 0; i < prefix; i++)
		c = step(c, small(s[i]) & 31u);
	for (size_t i = prefix + 1; i < len; i++) {
		const char *at = s[i] ? strchr(alphabet, small(s[i])) : NULL;

		if (!at)
			return GATE_PROOF_FAILS;
		c = step(c, (uint32_t)(at - alphabet));
	}
	return c == 1 ? GATE_PROOF_HOLDS : GATE_PROOF_FAILS;
}
