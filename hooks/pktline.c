#include "hooks/pktline.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PKT_MAX 65520

static int read_exactly(int fd, char *to, size_t n, struct gate_err *err)
{
	while (n) {
		ssize_t r = read(fd, to, n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return gate_err_errno(err, "git receive-pack");
		if (r == 0)
			return gate_err_set(err, GATE_E_SYNTAX, "git receive-pack ended in the middle of a line");
		to += r;
		n -= (size_t)r;
	}
	return 0;
}

int gate_pkt_read(int fd, struct gate_buf *payload, bool *flush, struct gate_err *err)
{
	char head[5] = { 0 };
	unsigned long len;
	char *end, *to;

	gate_buf_reset(payload);
	if (read_exactly(fd, head, 4, err) < 0)
		return -(int)err->code;
	len = strtoul(head, &end, 16);
	*flush = len == 0;
	if (end != head + 4 || (len && (len < 4 || len > PKT_MAX)))
		return gate_err_set(err, GATE_E_SYNTAX, "git receive-pack sent a malformed pkt-line");
	if (*flush || len == 4)
		return 0;
	to = gate_buf_room(payload, len - 4);
	if (!to)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (read_exactly(fd, to, len - 4, err) < 0)
		return -(int)err->code;
	payload->len = len - 4;
	if (payload->len && payload->s[payload->len - 1] == '\n')
		payload->len--;
	payload->s[payload->len] = '\0';
	return 0;
}

void gate_pkt_put(struct gate_buf *out, const char *payload, size_t len)
{
	if (len > PKT_MAX - 4) {
		out->failed = true;
		return;
	}
	gate_buf_fmt(out, "%04zx", len + 4);
	gate_buf_add(out, payload, len);
}

void gate_pkt_fmt(struct gate_buf *out, const char *fmt, ...)
{
	char text[4096];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	gate_pkt_put(out, text, n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

void gate_pkt_flush(struct gate_buf *out)
{
	gate_buf_str(out, "0000");
}
