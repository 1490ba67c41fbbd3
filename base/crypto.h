/* Digests, Ed25519, randomness, hex and base64: the only room that includes sodium.h. */
#ifndef GATE_BASE_CRYPTO_H
#define GATE_BASE_CRYPTO_H

#include "base/buf.h"

#define GATE_SHA256_LEN 32
#define GATE_SHA256_HEX 65 /* with NUL */
#define GATE_SHA512_LEN 64
#define GATE_ED25519_PK 32
#define GATE_ED25519_SK 64 /* seed | public key, libsodium's form */
#define GATE_ED25519_SIG 64

/* An SHA-256 under way; zero-initialise is not enough, call gate_sha256_init. */
struct gate_sha256 {
	_Alignas(16) unsigned char state[128];
};

void gate_sha256_init(struct gate_sha256 *h);
void gate_sha256_update(struct gate_sha256 *h, const void *p, size_t n);
void gate_sha256_final(struct gate_sha256 *h, uint8_t out[GATE_SHA256_LEN]);
void gate_sha256(const void *p, size_t n, uint8_t out[GATE_SHA256_LEN]);
void gate_sha256_hex(const void *p, size_t n, char out[GATE_SHA256_HEX]);
void gate_sha512(const void *p, size_t n, uint8_t out[GATE_SHA512_LEN]);
/* Keyed BLAKE2b (crypto_generichash): n_out 16 to 64 bytes. key 16 to 64 bytes. */
void gate_keyed_hash(const void *key, size_t key_len, const void *p, size_t n, uint8_t *out, size_t n_out);

bool gate_ed25519_verify(const uint8_t sig[GATE_ED25519_SIG], const void *p, size_t n,
			 const uint8_t pk[GATE_ED25519_PK]);
void gate_ed25519_keypair(uint8_t pk[GATE_ED25519_PK], uint8_t sk[GATE_ED25519_SK]);
void gate_ed25519_sign(uint8_t sig[GATE_ED25519_SIG], const void *p, size_t n, const uint8_t sk[GATE_ED25519_SK]);

void gate_random(void *p, size_t n);
/* Overwrites in a way the compiler keeps. */
void gate_wipe(void *p, size_t n);

/* out holds 2n+1 bytes. */
void gate_hex(const void *p, size_t n, char *out);
/* Exactly 2n lower-case digits; false otherwise. */
bool gate_unhex(const char *hex, void *out, size_t n);
/* Standard alphabet; `pad` says whether '=' is written. */
void gate_b64_encode(struct gate_buf *b, const void *p, size_t n, bool pad);
/* Strict: standard alphabet, with padding, no other character but those in `ignore` (may be NULL). False otherwise. */
bool gate_b64_decode(struct gate_buf *b, const char *s, size_t len, const char *ignore);

#endif
