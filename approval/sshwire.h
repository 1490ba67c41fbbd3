/* The data types of SSH (RFC 4251 section 5) as keys, signatures and agent messages use them: big-endian uint32, and a
 * string of a uint32 length and that many bytes. The reader is sticky: after the first bad read everything gives zero. */
#ifndef GATE_APPROVAL_SSHWIRE_H
#define GATE_APPROVAL_SSHWIRE_H

#include "base/buf.h"

struct gate_sshwire {
	const uint8_t *p;
	size_t left;
	bool bad;
};

uint8_t gate_sshwire_u8(struct gate_sshwire *w);
uint32_t gate_sshwire_u32(struct gate_sshwire *w);
/* A borrowed view; never NULL unless the reader is bad. */
const uint8_t *gate_sshwire_string(struct gate_sshwire *w, size_t *n);
/* A string of visible ASCII (0x21 to 0x7e) into to[size], NUL added; anything else, or one that does not fit, is bad. */
void gate_sshwire_word(struct gate_sshwire *w, char *to, size_t size);
/* Nothing bad and nothing left over. */
bool gate_sshwire_done(const struct gate_sshwire *w);

void gate_sshwire_put_u32(struct gate_buf *b, uint32_t v);
void gate_sshwire_put_string(struct gate_buf *b, const void *p, size_t n);

#endif
