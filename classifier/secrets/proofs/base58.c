/* Base58Check, as Bitcoin writes a private key (WIF) and an extended one (BIP 32): the last four bytes are the first four
 * of SHA-256 twice over the rest. */
#include "classifier/secrets/proofs/all.h"

#include "base/crypto.h"

#include <string.h>

#define RAW_MAX 82u /* 78 bytes of an extended key and the checksum */

/* Big-endian into the end of `raw`; gives how many bytes it took, 0 when it is none or too long. */
static size_t decode(const char *s, size_t len, uint8_t raw[RAW_MAX])
{
	static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
	size_t used = 0;

	memset(raw, 0, RAW_MAX);
	for (size_t i = 0; i < len; i++) {
		const char *at = s[i] ? strchr(alphabet, s[i]) : NULL;
		uint32_t carry = at ? (uint32_t)(at - alphabet) : 0;

		if (!at)
			return 0;
		for (size_t k = 0; k < used || carry; k++) {
			if (k == RAW_MAX)
				return 0;
			carry += 58u * raw[RAW_MAX - 1 - k];
			raw[RAW_MAX - 1 - k] = (uint8_t)carry;
			carry >>= 8;
			used = k + 1 > used ? k + 1 : used;
		}
	}
	return used;
}

static bool checked(const uint8_t *p, size_t n)
{
	uint8_t once[GATE_SHA256_LEN], twice[GATE_SHA256_LEN];

	gate_sha256(p, n - 4, once);
	gate_sha256(once, sizeof(once), twice);
	return memcmp(twice, p + n - 4, 4) == 0;
}

enum gate_proof gate_proof_wif(const char *s, size_t len, int64_t now)
{
	uint8_t raw[RAW_MAX];
	size_t n = len >= 51 && len <= 52 ? decode(s, len, raw) : 0;
	const uint8_t *p = raw + RAW_MAX - n;
	enum gate_proof proof = GATE_PROOF_FAILS;

	(void)now;
	if ((n == 37 || (n == 38 && p[33] == 1)) && checked(p, n))
		proof = p[0] == 0x80 ? GATE_PROOF_HOLDS : p[0] == 0xef ? GATE_PROOF_WEAKER : GATE_PROOF_FAILS;
	gate_wipe(raw, sizeof(raw));
	return proof;
}

enum gate_proof gate_proof_xprv(const char *s, size_t len, int64_t now)
{
	uint8_t raw[RAW_MAX];
	size_t n = len >= 100 && len <= 112 ? decode(s, len, raw) : 0;
	bool holds = n == RAW_MAX && checked(raw, n);

	(void)now;
	gate_wipe(raw, sizeof(raw));
	if (!holds)
		return GATE_PROOF_FAILS;
	return *s == 't' ? GATE_PROOF_WEAKER : GATE_PROOF_HOLDS; /* a test network's */
}
