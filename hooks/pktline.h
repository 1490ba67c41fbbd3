/* pkt-lines on a pair of descriptors (gitprotocol-common): four hex digits of length, the bytes; "0000" is a flush. */
#ifndef GATE_HOOKS_PKTLINE_H
#define GATE_HOOKS_PKTLINE_H

#include "base/buf.h"

/* Reads one; *flush is set for "0000" (the payload is empty then). A trailing LF is taken off. End of input is an error. */
int gate_pkt_read(int fd, struct gate_buf *payload, bool *flush, struct gate_err *err);
void gate_pkt_put(struct gate_buf *out, const char *payload, size_t len);
void gate_pkt_fmt(struct gate_buf *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void gate_pkt_flush(struct gate_buf *out);

#endif
