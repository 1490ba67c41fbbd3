/* What a piece of base64 says: "user:password" (RFC 7617; the auth of Docker and npm), or the number of a Discord account;
 * and the parts of a Slack webhook's address. */
#include "classifier/secrets/proofs/all.h"

#include "classifier/secrets/proofs/parts.h"

#include <string.h>

/* The passwords of RFC 7617, RFC 6749 and of every manual. */
static bool known_password(const char *s, size_t len)
{
	static const char *const words[] = { "open sesame", "opensesame", "OpenSesame", "gX1fBat3bV", "password", "pass",
					     "passwd",	    "secret",	  "test",	"changeme",   "admin",	  "example" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(words); i++) {
		if (len == strlen(words[i]) && memcmp(s, words[i], len) == 0)
			return true;
	}
	return false;
}

enum gate_proof gate_proof_pair(const char *s, size_t len, int64_t now)
{
	gate_auto(gate_proof_wiped) struct gate_buf b = { 0 };
	const char *colon;

	(void)now;
	if (!gate_proof_b64(&b, s, len))
		return GATE_PROOF_FAILS;
	for (size_t i = 0; i < b.len; i++) {
		if ((uint8_t)b.s[i] < 0x20 || b.s[i] == 0x7f)
			return GATE_PROOF_FAILS;
	}
	colon = memchr(b.s, ':', b.len);
	if (colon && known_password(colon + 1, (size_t)(b.s + b.len - colon) - 1))
		return GATE_PROOF_FAILS;
	return colon && colon + 1 < b.s + b.len ? GATE_PROOF_HOLDS : GATE_PROOF_FAILS;
}

enum gate_proof gate_proof_discord(const char *s, size_t len, int64_t now)
{
	gate_auto(gate_proof_wiped) struct gate_buf b = { 0 };
	const char *dot = memchr(s, '.', len);

	(void)now;
	if (!dot || !gate_proof_b64(&b, s, (size_t)(dot - s)) || b.len < 15 || b.len > 20)
		return GATE_PROOF_FAILS;
	for (size_t i = 0; i < b.len; i++) {
		if (b.s[i] < '0' || b.s[i] > '9')
			return GATE_PROOF_FAILS;
	}
	return GATE_PROOF_HOLDS;
}

/* .../services/T.../B.../SECRET: examples have one letter over and over. */
enum gate_proof gate_proof_slack_hook(const char *s, size_t len, int64_t now)
{
	const char *slash = memrchr(s, '/', len);
	size_t from = slash ? (size_t)(slash - s) + 1 : 0, same = 0;

	(void)now;
	for (size_t i = from; i < len; i++)
		same += s[i] == s[from];
	return len > from && same * 2 < len - from ? GATE_PROOF_HOLDS : GATE_PROOF_FAILS;
}
