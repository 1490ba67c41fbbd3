/* JSON web tokens (RFC 7519): header and claims are JSON, the header names an algorithm. An expired one opens nothing. */
#include "classifier/secrets/proofs/all.h"

#include "base/json.h"
#include "classifier/secrets/proofs/parts.h"

#include <string.h>

static struct gate_json *part(const char *s, size_t len)
{
	gate_auto(gate_proof_wiped) struct gate_buf b = { 0 };
	struct gate_err err = { 0 };

	if (!gate_proof_b64(&b, s, len))
		return NULL;
	return gate_json_load(gate_buf_cstr(&b), b.len, "token", &err);
}

struct token {
	struct gate_json *header, *claims;
	bool is_signed;
};

static void token_clear(struct token *t)
{
	gate_json_free(t->header);
	gate_json_free(t->claims);
}

static bool token_read(struct token *t, const char *s, size_t len)
{
	const char *dot = memchr(s, '.', len), *second;
	size_t head = dot ? (size_t)(dot - s) : 0;

	if (!dot)
		return false;
	second = memchr(dot + 1, '.', len - head - 1);
	t->header = part(s, head);
	t->claims = part(dot + 1, second ? (size_t)(second - dot) - 1 : len - head - 1);
	t->is_signed = second && second + 1 < s + len;
	return t->header && *gate_json_str(t->header, "alg", "");
}

enum gate_proof gate_proof_jwt(const char *s, size_t len, int64_t now)
{
	gate_auto(token) struct token t = { 0 };
	int64_t expires;

	if (!token_read(&t, s, len))
		return GATE_PROOF_FAILS;
	/* five parts: encrypted, its second part is no JSON */
	if (*gate_json_str(t.header, "enc", ""))
		return GATE_PROOF_WEAKER;
	if (!t.claims || !gate_json_is_object(t.claims))
		return GATE_PROOF_FAILS;
	expires = gate_json_int(t.claims, "exp", 0);
	return !t.is_signed || (expires && now && expires < now) ? GATE_PROOF_WEAKER : GATE_PROOF_HOLDS;
}

/* The anonymous key is in every page that uses the service. */
enum gate_proof gate_proof_supabase(const char *s, size_t len, int64_t now)
{
	gate_auto(token) struct token t = { 0 };
	enum gate_proof p = gate_proof_jwt(s, len, now);

	if (p != GATE_PROOF_HOLDS || !token_read(&t, s, len) || !t.claims)
		return p;
	return strcmp(gate_json_str(t.claims, "role", ""), "service_role") == 0 ? GATE_PROOF_HOLDS : GATE_PROOF_WEAKER;
}
