/* What decoded bytes are: proof by structure that a text between "BEGIN PRIVATE KEY" and "END" is a key, and whether
 * anyone can read it. Sources: RFC 8017 A.1.2, RFC 5958, RFC 5915, PROTOCOL.key of OpenSSH, RFC 9580 section 5.5. */
#ifndef GATE_CLASSIFIER_SECRETS_KEYPROOF_H
#define GATE_CLASSIFIER_SECRETS_KEYPROOF_H

#include <stddef.h>
#include <stdint.h>

/* In rising order of weight. */
enum gate_key_proof { GATE_KEY_NONE, GATE_KEY_ENCRYPTED, GATE_KEY_CLEAR };

/* A key of which less than a third is there (the first line in a manual) proves nothing. */
enum gate_key_proof gate_keyproof_der(const uint8_t *b, size_t n);
enum gate_key_proof gate_keyproof_openssh(const uint8_t *b, size_t n);
enum gate_key_proof gate_keyproof_pgp(const uint8_t *b, size_t n);
/* The strongest of all. */
enum gate_key_proof gate_keyproof(const uint8_t *b, size_t n);

#endif
