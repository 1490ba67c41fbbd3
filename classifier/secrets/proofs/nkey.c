/* Seeds of NATS: base32 of two bytes of type, 32 of key, and a CRC16 (polynomial 0x1021, start 0) of both, low byte
 * first. Source: the documentation of nkeys. */
#include "classifier/secrets/proofs/all.h"

#include "classifier/secrets/proofs/parts.h"

static uint16_t crc16(const uint8_t *p, size_t n)
{
	uint32_t crc = 0;

	for (size_t i = 0; i < n; i++) {
		crc ^= (uint32_t)p[i] << 8;
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1;
		crc &= 0xffff;
	}
	return (uint16_t)crc;
}

enum gate_proof gate_proof_nkey(const char *s, size_t len, int64_t now)
{
	gate_auto(gate_proof_wiped) struct gate_buf b = { 0 };
	const uint8_t *u;

	(void)now;
	if (len != 58 || !gate_proof_b32(&b, s, len) || b.len != 36)
		return GATE_PROOF_FAILS;
	u = (const uint8_t *)b.s;
	return crc16(u, 34) == (u[34] | u[35] << 8) ? GATE_PROOF_HOLDS : GATE_PROOF_FAILS;
}
