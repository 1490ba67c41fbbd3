/* Armored private keys: what stands between the lines is a key by its structure (keyproof.h). PGP's CRC24 is not asked for:
 * RFC 9580 6.1 makes it optional, and the packets say more. */
#include "classifier/secrets/proofs/all.h"

#include "classifier/secrets/keyproof.h"
#include "classifier/secrets/pem.h"
#include "classifier/secrets/proofs/parts.h"

static enum gate_proof said(enum gate_key_proof key)
{
	static const enum gate_proof means[] = {
		[GATE_KEY_NONE] = GATE_PROOF_FAILS,
		[GATE_KEY_ENCRYPTED] = GATE_PROOF_WEAKER,
		[GATE_KEY_CLEAR] = GATE_PROOF_HOLDS,
	};

	return means[key];
}

static int strongest(void *arg, const struct gate_pem *key, struct gate_err *err)
{
	enum gate_key_proof *best = arg;

	(void)err;
	*best = key->proof > *best ? key->proof : *best;
	return 0;
}

enum gate_proof gate_proof_armor(const char *s, size_t len, int64_t now)
{
	enum gate_key_proof best = GATE_KEY_NONE;
	struct gate_err err = { 0 };

	(void)now;
	if (gate_pem_search(s, len, strongest, &best, &err) < 0)
		return GATE_PROOF_NONE;
	return said(best);
}

enum gate_proof gate_proof_der(const char *s, size_t len, int64_t now)
{
	gate_auto(gate_proof_wiped) struct gate_buf b = { 0 };

	(void)now;
	if (!gate_proof_b64(&b, s, len))
		return GATE_PROOF_FAILS;
	return said(gate_keyproof((const uint8_t *)gate_buf_cstr(&b), b.len));
}
