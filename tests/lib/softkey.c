/* A security key made of software, for ssh-keygen's SSH_SK_PROVIDER (sk-api version 10): so that the tests sign with the real
 * ssh-keygen and a key of type sk-ssh-ed25519@openssh.com. The "token" is touched when $HOME/softkey.flags says so: it holds the flags
 * byte in hex (absent: 01, a touch). The key handle is the private key, in the clear. */
#include "base/crypto.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SK_ED25519 0x01
#define SK_ERR_GENERAL -1
#define SK_ERR_UNSUPPORTED -2

struct sk_enroll_response {
	uint8_t flags;
	uint8_t *public_key;
	size_t public_key_len;
	uint8_t *key_handle;
	size_t key_handle_len;
	uint8_t *signature;
	size_t signature_len;
	uint8_t *attestation_cert;
	size_t attestation_cert_len;
	uint8_t *authdata;
	size_t authdata_len;
};

struct sk_sign_response {
	uint8_t flags;
	uint32_t counter;
	uint8_t *sig_r;
	size_t sig_r_len;
	uint8_t *sig_s;
	size_t sig_s_len;
};

struct sk_option;
struct sk_resident_key;

uint32_t sk_api_version(void);
uint32_t sk_api_version(void)
{
	return 0x000a0000;
}

static uint8_t *copy(const void *p, size_t n)
{
	uint8_t *to = malloc(n ? n : 1);

	if (to && n)
		memcpy(to, p, n);
	return to;
}

int sk_enroll(uint32_t alg, const uint8_t *challenge, size_t challenge_len, const char *application, uint8_t flags, const char *pin,
	      struct sk_option **options, struct sk_enroll_response **out);
int sk_enroll(uint32_t alg, const uint8_t *challenge, size_t challenge_len, const char *application, uint8_t flags, const char *pin,
	      struct sk_option **options, struct sk_enroll_response **out)
{
	uint8_t pk[GATE_ED25519_PK], sk[GATE_ED25519_SK];
	struct sk_enroll_response *r;

	(void)challenge;
	(void)challenge_len;
	(void)application;
	(void)pin;
	(void)options;
	if (alg != SK_ED25519)
		return SK_ERR_UNSUPPORTED;
	r = calloc(1, sizeof(*r));
	if (!r)
		return SK_ERR_GENERAL;
	gate_ed25519_keypair(pk, sk);
	r->flags = flags;
	r->public_key = copy(pk, sizeof(pk));
	r->public_key_len = sizeof(pk);
	r->key_handle = copy(sk, sizeof(sk));
	r->key_handle_len = sizeof(sk);
	r->signature = copy("", 1);
	r->signature_len = 1;
	r->attestation_cert = copy("", 1);
	r->attestation_cert_len = 1;
	r->authdata = copy("", 1);
	r->authdata_len = 1;
	*out = r;
	return 0;
}

static uint8_t flags_now(void)
{
	const char *home = getenv("HOME");
	unsigned flags = 1;
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/softkey.flags", home ? home : "");
	f = fopen(path, "re");
	if (f) {
		if (fscanf(f, "%x", &flags) != 1)
			flags = 0;
		fclose(f);
	}
	return (uint8_t)flags;
}

int sk_sign(uint32_t alg, const uint8_t *data, size_t data_len, const char *application, const uint8_t *handle, size_t handle_len,
	    uint8_t flags, const char *pin, struct sk_option **options, struct sk_sign_response **out);
int sk_sign(uint32_t alg, const uint8_t *data, size_t data_len, const char *application, const uint8_t *handle, size_t handle_len,
	    uint8_t flags, const char *pin, struct sk_option **options, struct sk_sign_response **out)
{
	uint8_t sig[GATE_ED25519_SIG];
	uint8_t m[32 + 1 + 4 + 32];
	struct sk_sign_response *r;

	(void)flags;
	(void)pin;
	(void)options;
	if (alg != SK_ED25519 || handle_len != GATE_ED25519_SK)
		return SK_ERR_UNSUPPORTED;
	r = calloc(1, sizeof(*r));
	if (!r)
		return SK_ERR_GENERAL;
	r->flags = flags_now();
	r->counter = 7;
	gate_sha256(application, strlen(application), m);
	m[32] = r->flags;
	m[33] = m[34] = m[35] = 0;
	m[36] = 7;
	gate_sha256(data, data_len, m + 37);
	gate_ed25519_sign(sig, m, sizeof(m), handle);
	r->sig_r = copy(sig, sizeof(sig));
	r->sig_r_len = sizeof(sig);
	*out = r;
	return 0;
}

int sk_load_resident_keys(const char *pin, struct sk_option **options, struct sk_resident_key ***keys, size_t *n);
int sk_load_resident_keys(const char *pin, struct sk_option **options, struct sk_resident_key ***keys, size_t *n)
{
	(void)pin;
	(void)options;
	*keys = NULL;
	*n = 0;
	return 0;
}
