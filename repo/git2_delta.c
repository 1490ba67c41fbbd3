#include "repo/git2_delta.h"

#include <string.h>

uint64_t gate_delta_size(const uint8_t *s, size_t len, size_t *at)
{
	uint64_t v = 0;
	unsigned shift = 0;

	while (*at < len && shift < 63) {
		uint8_t c = s[(*at)++];

		v |= (uint64_t)(c & 0x7f) << shift;
		shift += 7;
		if (!(c & 0x80))
			return v;
	}
	*at = len + 1;
	return 0;
}

/* One copy instruction: which of the seven bytes follow says the opcode. */
static bool copy_args(const uint8_t *d, size_t len, size_t *at, uint8_t op, size_t *from, size_t *n)
{
	*from = *n = 0;
	for (unsigned i = 0; i < 7; i++) {
		if (!(op >> i & 1))
			continue;
		if (*at >= len)
			return false;
		if (i < 4)
			*from |= (size_t)d[(*at)++] << 8 * i;
		else
			*n |= (size_t)d[(*at)++] << 8 * (i - 4);
	}
	if (!*n)
		*n = 0x10000;
	return true;
}

/* Where the base's kept stretches come to lie that are in a copy of its bytes [from, from + n) to `done`. */
static void carry(const struct gate_delta_base *b, size_t from, size_t n, size_t done, struct gate_spans *fresh)
{
	for (unsigned i = 0; i < b->kept.n; i++) {
		size_t x = b->kept.v[i].from > from ? b->kept.v[i].from : from;
		size_t y = b->kept.v[i].to < from + n ? b->kept.v[i].to : from + n;

		if (x <= y)
			gate_spans_add(fresh, x - from + done, y - from + done);
	}
}

bool gate_delta_apply(const struct gate_delta_base *b, const uint8_t *d, size_t len, size_t at, char *out, size_t size, struct gate_spans *fresh)
{
	size_t done = 0, expected = 0; /* expected: where a copy goes on without a seam */

	*fresh = (struct gate_spans){ .over = b->kept.over };
	while (at < len) {
		uint8_t op = d[at++];
		const char *src = (const char *)d + at;
		size_t from, n = op;

		if (op & 0x80) {
			if (!copy_args(d, len, &at, op, &from, &n) || from > b->len || n > b->len - from)
				return false;
			src = b->bytes + from;
			if (from != expected)
				gate_spans_add(fresh, done, done);
			carry(b, from, n, done, fresh);
			expected = from + n;
		} else if (!op || n > len - at) {
			return false;
		} else {
			at += n;
			gate_spans_add(fresh, done, done + n);
			expected = SIZE_MAX;
		}
		if (n > size - done)
			return false;
		memcpy(out + done, src, n);
		done += n;
	}
	if (expected != b->len)
		gate_spans_add(fresh, done, done);
	return done == size;
}
