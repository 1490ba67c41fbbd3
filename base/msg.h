/* Length-prefixed encode and decode for the one request and the one answer of refgate-worker (docs/PROTOCOL.worker).
 * Integers are little-endian (both ends are the same machine); a string is u32 length and bytes.
 * The reader is sticky: after the first bad read everything gives zero, and gate_msg_ok() is false. */
#ifndef GATE_BASE_MSG_H
#define GATE_BASE_MSG_H

#include "base/buf.h"

void gate_msg_put_u8(struct gate_buf *b, uint8_t v);
void gate_msg_put_u32(struct gate_buf *b, uint32_t v);
void gate_msg_put_u64(struct gate_buf *b, uint64_t v);
void gate_msg_put_bytes(struct gate_buf *b, const void *p, size_t n);
void gate_msg_put_str(struct gate_buf *b, const char *s);

struct gate_msg {
	const char *p;
	size_t left;
	bool bad;
};

uint8_t gate_msg_u8(struct gate_msg *m);
uint32_t gate_msg_u32(struct gate_msg *m);
uint64_t gate_msg_u64(struct gate_msg *m);
/* A borrowed view; *n is its length. NULL when bad or longer than max. */
const char *gate_msg_bytes(struct gate_msg *m, size_t max, size_t *n);
/* Copies a string without NUL inside into to[size]; one that does not fit makes the message bad. */
void gate_msg_str(struct gate_msg *m, char *to, size_t size);
/* A new string the caller frees, at most max bytes, no NUL inside; NULL when bad. */
char *gate_msg_dup(struct gate_msg *m, size_t max);
/* An enum below `count`; anything else makes the message bad and gives 0 (the safe value). */
unsigned gate_msg_enum(struct gate_msg *m, unsigned count);
/* Nothing bad, and nothing left over. */
bool gate_msg_done(const struct gate_msg *m);

#endif
