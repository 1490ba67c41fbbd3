/* Tokens that end with a CRC32 of themselves.
 *
 * GitHub, npm: the last six characters are the CRC32, in base62 padded with '0', of what stands between the prefix and
 * them. GitLab's routable tokens: the last seven, base36, of everything before. Atlassian: the last eight hex digits, of
 * everything before, '=' included. Grafana's service accounts: eight hex digits, low byte first, of everything before the
 * '_' in front of them. Sources: reference/secrets.md 7.1; Grafana's published example agrees. */
#include "classifier/secrets/proofs/all.h"

#include "classifier/secrets/proofs/parts.h"

#include <string.h>
#include <strings.h>

static enum gate_proof said(bool holds)
{
	return holds ? GATE_PROOF_HOLDS : GATE_PROOF_FAILS;
}

enum gate_proof gate_proof_github(const char *s, size_t len, int64_t now)
{
	const char *mark = memchr(s, '_', len);
	size_t from = mark ? (size_t)(mark - s) + 1 : 0;
	char want[6];

	(void)now;
	if (len - from <= sizeof(want))
		return GATE_PROOF_FAILS;
	gate_proof_digits(gate_proof_crc32(s + from, len - from - sizeof(want)), 62, want, sizeof(want));
	return said(memcmp(want, s + len - sizeof(want), sizeof(want)) == 0);
}

enum gate_proof gate_proof_gitlab(const char *s, size_t len, int64_t now)
{
	char want[7];

	(void)now;
	if (!memchr(s, '.', len))
		return GATE_PROOF_NONE; /* the old form has no checksum */
	if (len <= sizeof(want))
		return GATE_PROOF_FAILS;
	gate_proof_digits(gate_proof_crc32(s, len - sizeof(want)), 36, want, sizeof(want));
	return said(memcmp(want, s + len - sizeof(want), sizeof(want)) == 0);
}

enum gate_proof gate_proof_atlassian(const char *s, size_t len, int64_t now)
{
	char want[8];

	(void)now;
	if (len <= sizeof(want))
		return GATE_PROOF_FAILS;
	gate_proof_digits(gate_proof_crc32(s, len - sizeof(want)), 16, want, sizeof(want));
	return said(strncasecmp(want, s + len - sizeof(want), sizeof(want)) == 0);
}

enum gate_proof gate_proof_grafana(const char *s, size_t len, int64_t now)
{
	char want[8];

	(void)now;
	if (len <= sizeof(want) + 1)
		return GATE_PROOF_FAILS;
	gate_proof_digits(__builtin_bswap32(gate_proof_crc32(s, len - sizeof(want) - 1)), 16, want, sizeof(want));
	return said(strncasecmp(want, s + len - sizeof(want), sizeof(want)) == 0);
}
