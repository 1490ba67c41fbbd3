#include "base/str.h"

#include "base/limits.h"

#include <stdio.h>
#include <string.h>

size_t gate_utf8_next(const char *s, size_t len, uint32_t *cp)
{
	const unsigned char *u = (const unsigned char *)s;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n;
	uint32_t c;

	if (len == 0)
		return 0;
	if (u[0] < 0x80) {
		*cp = u[0];
		return 1;
	}
	n = u[0] >= 0xf0 && u[0] < 0xf8 ? 4 : u[0] >= 0xe0 ? 3 : u[0] >= 0xc0 ? 2 : 0;
	if (n == 0 || u[0] >= 0xf8 || n > len)
		return 0;
	c = u[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*cp = c;
	return n;
}

bool gate_utf8_valid(const char *s, size_t len)
{
	uint32_t cp;

	for (size_t i = 0, n; i < len; i += n) {
		n = gate_utf8_next(s + i, len - i, &cp);
		if (n == 0)
			return false;
	}
	return true;
}

/* Characters that change how a line looks without being seen: the bidi and zero-width sets of the classifier's
 * UNI-BIDI, UNI-ZW, UNI-TAG and UNI-VS, what else Unicode does not show by default, and both control blocks. */
static bool invisible(uint32_t cp)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = {
		{ 0x00, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x34f, 0x34f }, { 0x61c, 0x61c }, { 0x115f, 0x1160 },
		{ 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
		{ 0x3164, 0x3164 }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb },
		{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < GATE_ARRAY_LEN(ranges); i++) {
		if (cp >= ranges[i].from && cp <= ranges[i].to)
			return true;
	}
	return false;
}

bool gate_escape(struct gate_buf *b, const char *s, size_t len)
{
	bool escaped = false;

	for (size_t i = 0; i < len;) {
		uint32_t cp = 0;
		size_t n = gate_utf8_next(s + i, len - i, &cp);

		if (n && !invisible(cp)) {
			gate_buf_add(b, s + i, n);
		} else {
			n = n ? n : 1;
			for (size_t k = 0; k < n; k++)
				gate_buf_fmt(b, "\\x%02x", (unsigned char)s[i + k]);
			escaped = true;
		}
		i += n;
	}
	return escaped;
}

char *gate_escape_dup(const char *s, size_t len)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	gate_escape(&b, s, len);
	return gate_buf_steal(&b);
}

bool gate_is_hex(const char *s, size_t len)
{
	return strspn(s, "0123456789abcdef") >= len;
}

bool gate_is_oid(const char *s)
{
	return strlen(s) == GATE_HEXSZ && gate_is_hex(s, GATE_HEXSZ);
}

bool gate_is_zero_oid(const char *s)
{
	return strlen(s) == GATE_HEXSZ && strspn(s, "0") == GATE_HEXSZ;
}

bool gate_starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool gate_ends_with(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

bool gate_copy(char *to, size_t size, const char *from)
{
	return (size_t)snprintf(to, size, "%s", from) < size;
}

void gate_strs_clear(struct gate_strs *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	*l = (struct gate_strs){ 0 };
}

int gate_strs_addn(struct gate_strs *l, const char *s, size_t len, struct gate_err *err)
{
	char *copy = strndup(s, len);

	if (copy && l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 8;
		char **v = realloc(l->v, cap * sizeof(*v));

		if (v) {
			l->v = v;
			l->cap = cap;
		} else {
			free(copy);
			copy = NULL;
		}
	}
	if (!copy)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	l->v[l->n++] = copy;
	return 0;
}

int gate_strs_add(struct gate_strs *l, const char *s, struct gate_err *err)
{
	return gate_strs_addn(l, s, strlen(s), err);
}

bool gate_strs_has(const struct gate_strs *l, const char *s)
{
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i], s) == 0)
			return true;
	}
	return false;
}

int gate_strs_add_new(struct gate_strs *l, const char *s, struct gate_err *err)
{
	return gate_strs_has(l, s) ? 0 : gate_strs_add(l, s, err);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void gate_strs_sort(struct gate_strs *l)
{
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), by_bytes);
}

int gate_strs_copy(struct gate_strs *to, const struct gate_strs *from, struct gate_err *err)
{
	for (size_t i = 0; i < from->n; i++) {
		if (gate_strs_add(to, from->v[i], err) < 0)
			return -(int)err->code;
	}
	return 0;
}

void gate_strs_join(struct gate_buf *b, const struct gate_strs *l, const char *sep)
{
	for (size_t i = 0; i < l->n; i++) {
		if (i)
			gate_buf_str(b, sep);
		gate_buf_str(b, l->v[i]);
	}
}
