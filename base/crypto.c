#include "base/crypto.h"

#include <sodium.h>
#include <string.h>

_Static_assert(sizeof(struct gate_sha256) >= sizeof(crypto_hash_sha256_state), "room for libsodium's state");
_Static_assert(GATE_ED25519_SK == crypto_sign_SECRETKEYBYTES, "libsodium's key form");

static crypto_hash_sha256_state *inner(struct gate_sha256 *h)
{
	return (crypto_hash_sha256_state *)(void *)h->state;
}

void gate_sha256_init(struct gate_sha256 *h)
{
	crypto_hash_sha256_init(inner(h));
}

void gate_sha256_update(struct gate_sha256 *h, const void *p, size_t n)
{
	crypto_hash_sha256_update(inner(h), p, n);
}

void gate_sha256_final(struct gate_sha256 *h, uint8_t out[GATE_SHA256_LEN])
{
	crypto_hash_sha256_final(inner(h), out);
}

void gate_sha256(const void *p, size_t n, uint8_t out[GATE_SHA256_LEN])
{
	crypto_hash_sha256(out, p, n);
}

void gate_sha256_hex(const void *p, size_t n, char out[GATE_SHA256_HEX])
{
	uint8_t d[GATE_SHA256_LEN];

	gate_sha256(p, n, d);
	gate_hex(d, sizeof(d), out);
}

void gate_sha512(const void *p, size_t n, uint8_t out[GATE_SHA512_LEN])
{
	crypto_hash_sha512(out, p, n);
}

void gate_keyed_hash(const void *key, size_t key_len, const void *p, size_t n, uint8_t *out, size_t n_out)
{
	crypto_generichash(out, n_out, p, n, key, key_len);
}

bool gate_ed25519_verify(const uint8_t sig[GATE_ED25519_SIG], const void *p, size_t n,
			 const uint8_t pk[GATE_ED25519_PK])
{
	return sodium_init() >= 0 && crypto_sign_verify_detached(sig, p, n, pk) == 0;
}

void gate_ed25519_keypair(uint8_t pk[GATE_ED25519_PK], uint8_t sk[GATE_ED25519_SK])
{
	if (sodium_init() < 0)
		abort(); /* no randomness on this machine: nothing may be signed */
	crypto_sign_keypair(pk, sk);
}

void gate_ed25519_sign(uint8_t sig[GATE_ED25519_SIG], const void *p, size_t n, const uint8_t sk[GATE_ED25519_SK])
{
	crypto_sign_detached(sig, NULL, p, n, sk);
}

void gate_random(void *p, size_t n)
{
	if (sodium_init() < 0)
		abort();
	randombytes_buf(p, n);
}

void gate_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}

void gate_hex(const void *p, size_t n, char *out)
{
	sodium_bin2hex(out, n * 2 + 1, p, n);
}

bool gate_unhex(const char *hex, void *out, size_t n)
{
	size_t got;

	return strspn(hex, "0123456789abcdef") >= n * 2 && sodium_hex2bin(out, n, hex, n * 2, NULL, &got, NULL) == 0 &&
	       got == n;
}

void gate_b64_encode(struct gate_buf *b, const void *p, size_t n, bool pad)
{
	int variant = pad ? sodium_base64_VARIANT_ORIGINAL : sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
	size_t need = sodium_base64_encoded_len(n, variant);
	char *to = gate_buf_room(b, need);

	if (!to)
		return;
	sodium_bin2base64(to, need, p, n, variant);
	b->len += strlen(to);
}

bool gate_b64_decode(struct gate_buf *b, const char *s, size_t len, const char *ignore)
{
	size_t room = len / 4 * 3 + 3, got = 0;
	char *to = gate_buf_room(b, room);
	const char *end = NULL;

	/* libsodium looks for each odd character in `ignore` with strchr, which finds a NUL in any string. */
	if (len && memchr(s, '\0', len))
		return false;
	if (!to || sodium_base642bin((unsigned char *)to, room, s, len, ignore, &got, &end, sodium_base64_VARIANT_ORIGINAL) ||
	    end != s + len)
		return false;
	b->len += got;
	b->s[b->len] = '\0';
	return true;
}
