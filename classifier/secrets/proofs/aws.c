/* An access key of AWS holds its account: the sixteen characters behind the type are base32 of ten bytes, and bits 1 to 40
 * of the first six are the account's number, which has twelve decimal digits. Keys from before 2019 do not; their first
 * character stands for less than 16: 'A' to 'P'. */
#include "classifier/secrets/proofs/all.h"

#include "classifier/secrets/proofs/parts.h"

#define TYPE 4u
#define ACCOUNT_MAX 999999999999u

enum gate_proof gate_proof_aws(const char *s, size_t len, int64_t now)
{
	gate_auto(gate_proof_wiped) struct gate_buf b = { 0 };
	uint64_t v = 0;

	(void)now;
	if (len != TYPE + 16 || !gate_proof_b32(&b, s + TYPE, 16))
		return GATE_PROOF_FAILS;
	if (s[TYPE] >= 'A' && s[TYPE] < 'Q')
		return GATE_PROOF_NONE;
	for (unsigned i = 0; i < 6; i++)
		v = v << 8 | (uint8_t)b.s[i];
	v = v >> 7 & (((uint64_t)1 << 40) - 1);
	return v <= ACCOUNT_MAX ? GATE_PROOF_HOLDS : GATE_PROOF_FAILS;
}
