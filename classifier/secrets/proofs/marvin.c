/* Azure's identifiable keys: base64 of 32 or 64 bytes in which four characters name the service, and whose last four bytes
 * are Marvin32 (low byte first) of the others, seeded with eight characters that say what the key is for. The services and
 * seeds are those that Microsoft publishes with its security-utilities. */
#include "classifier/secrets/proofs/all.h"

#include "classifier/secrets/proofs/parts.h"

#include <string.h>

static uint32_t turn(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

struct state {
	uint32_t a, b;
};

static void mix(struct state *s)
{
	s->b ^= s->a;
	s->a = turn(s->a, 20) + s->b;
	s->b = turn(s->b, 9) ^ s->a;
	s->a = turn(s->a, 27) + s->b;
	s->b = turn(s->b, 19);
}

static uint32_t marvin(const uint8_t *p, size_t n, const char seed[8])
{
	struct state s = { 0, 0 };
	uint32_t tail;

	for (unsigned i = 0; i < 4; i++) {
		s.b = s.b << 8 | (uint8_t)seed[i];
		s.a = s.a << 8 | (uint8_t)seed[4 + i];
	}
	for (; n >= 4; p += 4, n -= 4) {
		s.a += (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
		mix(&s);
	}
	tail = 0x80u << (8 * n);
	for (unsigned i = 0; i < n; i++)
		tail |= (uint32_t)p[i] << (8 * i);
	s.a += tail;
	mix(&s);
	mix(&s);
	return s.a ^ s.b;
}

static const struct {
	const char *service, *seed;
} keys[] = {
	{ "+ASt", "Default0" }, { "+ABa", "Account0" }, { "AzFu", "Master00" }, { "AzFu", "System00" },
	{ "AzFu", "Functi00" }, { "ACDb", "SysAll00" }, { "ACDb", "Resour00" }, { "ACDb", "MastRO00" },
	{ "ACDb", "SystRO00" }, { "ACDb", "Encryp00" }, { "ACDb", "MastRW00" }, { "ACDb", "SystRW00" },
	{ "AzCa", "Access00" }, { "AzSe", "Query000" }, { "AzSe", "PAdmin00" }, { "+AMC", "Classic0" },
	{ "+ACR", "ACRDflt0" }, { "+SQL", "UsrPwd00" }, { "AIoT", "IoTHub00" }, { "AIoT", "DpsKey00" },
	{ "AIoT", "Device00" }, { "APIM", "Tenant00" }, { "APIM", "IoTHub00" }, { "APIM", "Gateway0" },
	{ "APIM", "GitKey00" }, { "+ASb", "System00" }, { "+ASb", "Unknown0" }, { "+ASb", "Send0000" },
	{ "+ASb", "Manage00" }, { "+ASb", "Listen00" }, { "+AEh", "System00" }, { "+AEh", "Unknown0" },
	{ "+AEh", "Send0000" }, { "+AEh", "Manage00" }, { "+AEh", "Listen00" }, { "+ARm", "Unknown0" },
	{ "+ARm", "Send0000" }, { "+ARm", "Manage00" }, { "+ARm", "Listen00" },
};

enum gate_proof gate_proof_azure(const char *s, size_t len, int64_t now)
{
	gate_auto(gate_proof_wiped) struct gate_buf b = { 0 };
	const uint8_t *u;
	uint32_t has;

	(void)now;
	if (!gate_proof_b64(&b, s, len) || b.len < 24)
		return GATE_PROOF_FAILS;
	u = (const uint8_t *)b.s + b.len - 4;
	has = (uint32_t)u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24;
	for (size_t i = 0; i < GATE_ARRAY_LEN(keys); i++) {
		if (memmem(s, len, keys[i].service, 4) &&
		    marvin((const uint8_t *)b.s, b.len - 4, keys[i].seed) == has)
			return GATE_PROOF_HOLDS;
	}
	return GATE_PROOF_FAILS;
}
