/* What several proofs need: checksums and the lenient decoders that tokens call for. */
#ifndef GATE_CLASSIFIER_SECRETS_PROOFS_PARTS_H
#define GATE_CLASSIFIER_SECRETS_PROOFS_PARTS_H

#include "base/buf.h"

/* CRC-32 of IEEE 802.3 (the one of zlib). */
uint32_t gate_proof_crc32(const char *s, size_t len);
/* Base64 in either alphabet, with or without padding. False when another byte stands in it. Append to an empty buffer. */
bool gate_proof_b64(struct gate_buf *out, const char *s, size_t len);
/* Base32 of RFC 4648, upper case, without padding. */
bool gate_proof_b32(struct gate_buf *out, const char *s, size_t len);
/* v in `base` (at most 62; digits, capitals, small letters), padded with '0' to n characters: base 36
 * and below have small letters alone. */
void gate_proof_digits(uint32_t v, unsigned base, char *out, size_t n);
void gate_proof_wiped_clear(struct gate_buf *b);

#endif
