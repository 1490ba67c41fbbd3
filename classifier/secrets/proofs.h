/* What a credential proves about itself offline: a checksum that its issuer computed, or a structure that no accident
 * has. By name, for the `checksum` of a rule in rules/secrets. A proof only ever says how sure one may be: a rule's
 * finding is never dropped because one fails (reference/secrets.md, "the CRC trap"). */
#ifndef GATE_CLASSIFIER_SECRETS_PROOFS_H
#define GATE_CLASSIFIER_SECRETS_PROOFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gate_proof {
	GATE_PROOF_NONE,  /* nothing can be said: an unknown name, a form that has no checksum */
	GATE_PROOF_HOLDS, /* it is one */
	GATE_PROOF_FAILS, /* it has the shape and not the proof: a made-up example, or a form of tomorrow */
	GATE_PROOF_WEAKER /* it is one, of less use: encrypted, expired, for a test network */
};

/* now: seconds since 1970, for what expires; 0: nothing has expired. */
enum gate_proof gate_proof_run(const char *checksum_name, const char *secret, size_t len, int64_t now);
bool gate_proof_known(const char *checksum_name);

#endif
