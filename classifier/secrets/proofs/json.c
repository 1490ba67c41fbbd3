/* Tokens that are JSON in base64 behind a prefix, and Google's file of a service account. */
#include "classifier/secrets/proofs/all.h"

#include "base/json.h"
#include "classifier/secrets/proofs/parts.h"

#include <string.h>

/* The object in the longest run of base64 that begins at the first "eyJ" (base64 of '{"'). NULL: none. */
static struct gate_json *object(const char *s, size_t len)
{
	gate_auto(gate_proof_wiped) struct gate_buf b = { 0 };
	struct gate_err err = { 0 };
	const char *from = memmem(s, len, "eyJ", 3), *end = s + len, *p = from;

	while (p && p < end && (*p == '+' || *p == '/' || *p == '-' || (*p >= '0' && *p <= '9') ||
				(*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z')))
		p++;
	if (!p || !gate_proof_b64(&b, from, (size_t)(p - from)))
		return NULL;
	return gate_json_load(gate_buf_cstr(&b), b.len, "token", &err);
}

static enum gate_proof has_any(const char *s, size_t len, const char *const *keys)
{
	gate_autojson struct gate_json *o = object(s, len);

	if (!o || !gate_json_is_object(o))
		return GATE_PROOF_FAILS;
	for (; *keys; keys++) {
		if (gate_json_get(o, *keys))
			return GATE_PROOF_HOLDS;
	}
	return GATE_PROOF_FAILS;
}

enum gate_proof gate_proof_json(const char *s, size_t len, int64_t now)
{
	gate_autojson struct gate_json *o = object(s, len);

	(void)now;
	return o && gate_json_is_object(o) ? GATE_PROOF_HOLDS : GATE_PROOF_FAILS;
}

enum gate_proof gate_proof_sentry(const char *s, size_t len, int64_t now)
{
	static const char *const keys[] = { "iat", "url", "region_url", "org", NULL };

	(void)now;
	return has_any(s, len, keys);
}

enum gate_proof gate_proof_onepassword(const char *s, size_t len, int64_t now)
{
	static const char *const keys[] = { "signInAddress", "userAuth", "email", "srpX", "muk", "secretKey", NULL };

	(void)now;
	return has_any(s, len, keys);
}

/* Cut from the middle of a file as often as not, so it is read as text: both marks, and a key that is one. */
enum gate_proof gate_proof_gcp(const char *s, size_t len, int64_t now)
{
	if (!memmem(s, len, "service_account", 15) || !memmem(s, len, "private_key", 11))
		return GATE_PROOF_FAILS;
	return gate_proof_armor(s, len, now);
}
