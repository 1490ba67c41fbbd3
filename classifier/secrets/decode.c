#include "classifier/secrets/decode.h"

#include <string.h>

#define RUN_MIN 24u	       /* shorter code holds no credential worth the name */
#define RUN_MAX ((size_t)1 << 20)
#define TOTAL_MAX ((size_t)8 << 20) /* decoded of one text; beyond it the rest is searched as it stands */
#define LINE_MAX_PERCENT 8192u

/* 0 to 63: a digit of base64 in either alphabet; 64: none. */
static unsigned digit64(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 65u;
	if (c >= 'a' && c <= 'z')
		return c - 97u + 26u;
	if (c >= '0' && c <= '9')
		return c - 48u + 52u;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : 64;
}

/* Every text is asked this at half of its places. */
static const bool is64[256] = { ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['0' ... '9'] = true, ['+'] = true, ['-'] = true,
				['/'] = true,	      ['_'] = true };

static unsigned digit16(unsigned char c)
{
	return c >= '0' && c <= '9' ? c - 48u : (c | 32u) >= 'a' && (c | 32u) <= 'f' ? (c | 32u) - 87u : 16;
}

static bool readable(const char *s, size_t n)
{
	size_t odd = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		odd += (c < 32 && c != '\n' && c != '\r' && c != '\t') || c >= 127;
	}
	return n >= 8 && odd * 20 <= n;
}

bool gate_decode_utf16(const char *s, size_t len, struct gate_buf *out)
{
	const unsigned char *p = (const unsigned char *)s;
	bool little = len >= 2 && p[0] == 0xff && p[1] == 0xfe, big = len >= 2 && p[0] == 0xfe && p[1] == 0xff;
	size_t zeros[2] = { 0, 0 }, probe = len < 512 ? len & ~(size_t)1 : 512;

	if (!little && !big) {
		for (size_t i = 0; i < probe; i++)
			zeros[i & 1] += !p[i];
		little = probe >= 16 && zeros[1] * 20 >= probe * 8 && zeros[0] * 20 < probe;
		big = probe >= 16 && zeros[0] * 20 >= probe * 8 && zeros[1] * 20 < probe;
	}
	if (!little && !big)
		return false;
	gate_buf_reset(out);
	for (size_t i = 0; i + 1 < len; i += 2) {
		unsigned char high = p[i + little], low = p[i + !little];

		gate_buf_char(out, high || !low ? '?' : (char)low);
	}
	return true;
}

static void decode64(const char *s, size_t n, struct gate_buf *out)
{
	uint32_t bits = 0;
	unsigned have = 0;

	gate_buf_reset(out);
	for (size_t i = 0; i < n; i++) {
		bits = bits << 6 | digit64((unsigned char)s[i]);
		have += 6;
		if (have >= 8) {
			have -= 8;
			gate_buf_char(out, (char)(bits >> have & 255));
		}
	}
}

static bool all_hex(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (digit16((unsigned char)s[i]) > 15)
			return false;
	}
	return n % 2 == 0;
}

struct runs {
	gate_decoded_fn *fn;
	void *arg;
	struct gate_buf plain;
	size_t total;
};

static int hand_on(struct runs *r, size_t at, struct gate_err *err)
{
	if (!readable(gate_buf_cstr(&r->plain), r->plain.len))
		return 0;
	r->total += r->plain.len;
	return r->fn(r->arg, r->plain.s, r->plain.len, at, err);
}

static int one_run(struct runs *r, const char *s, size_t at, size_t end, struct gate_err *err)
{
	size_t n = end - at > RUN_MAX ? RUN_MAX : end - at;

	if (!all_hex(s + at, n)) {
		decode64(s + at, n, &r->plain);
	} else {
		gate_buf_reset(&r->plain);
		for (size_t i = 0; i + 1 < n; i += 2)
			gate_buf_char(&r->plain, (char)(digit16((unsigned char)s[at + i]) << 4 |
							digit16((unsigned char)s[at + i + 1])));
	}
	return hand_on(r, at, err);
}

/* A run of RUN_MIN bytes has one at every RUN_MIN-th place: only there one looks. */
static int runs64(struct runs *r, const char *s, size_t len, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = RUN_MIN - 1, done = 0; rc == 0 && i < len && r->total < TOTAL_MAX; i += RUN_MIN) {
		size_t from = i, to = i;

		if (i < done || !is64[(unsigned char)s[i]])
			continue;
		while (from > done && is64[(unsigned char)s[from - 1]])
			from--;
		while (to < len && is64[(unsigned char)s[to]])
			to++;
		done = to;
		if (to - from >= RUN_MIN)
			rc = one_run(r, s, from, to, err);
	}
	return rc;
}

static bool is_percent(const char *s, size_t len, size_t i)
{
	return i + 2 < len && s[i] == '%' && digit16((unsigned char)s[i + 1]) < 16 && digit16((unsigned char)s[i + 2]) < 16;
}

static int runs_percent(struct runs *r, const char *s, size_t len, struct gate_err *err)
{
	const char *p = s, *end = s + len;
	int rc = 0;

	while (rc == 0 && r->total < TOTAL_MAX && p < end && (p = memchr(p, '%', (size_t)(end - p)))) {
		size_t at = (size_t)(p - s), from = at, i;

		if (!is_percent(s, len, at)) {
			p++;
			continue;
		}
		while (from && s[from - 1] != '\n' && at - from < LINE_MAX_PERCENT)
			from--;
		gate_buf_reset(&r->plain);
		for (i = from; i < len && s[i] != '\n' && i - from < 2 * LINE_MAX_PERCENT; i++) {
			bool code = is_percent(s, len, i);

			gate_buf_char(&r->plain, code ? (char)(digit16((unsigned char)s[i + 1]) << 4 |
							       digit16((unsigned char)s[i + 2])) :
							s[i]);
			i += code ? 2 : 0;
		}
		rc = hand_on(r, from, err);
		p = s + i;
	}
	return rc;
}

int gate_decode_runs(const char *s, size_t len, gate_decoded_fn *fn, void *arg, struct gate_err *err)
{
	struct runs r = { .fn = fn, .arg = arg };
	int rc = runs64(&r, s, len, err);

	if (rc == 0)
		rc = runs_percent(&r, s, len, err);
	gate_buf_clear(&r.plain);
	return rc;
}

struct part {
	gate_decoded_fn *fn;
	void *arg;
	size_t at;
};

static int moved(void *arg, const char *s, size_t len, size_t at, struct gate_err *err)
{
	const struct part *p = arg;

	return p->fn(p->arg, s, len, p->at + at, err);
}

/* No run goes over the end of a line, and each line is decoded by itself. */
int gate_decode_part(const char *s, size_t len, const struct gate_spans *fresh, gate_decoded_fn *fn, void *arg, struct gate_err *err)
{
	struct part p = { fn, arg, 0 };
	size_t done = 0;
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < fresh->n; i++) {
		size_t a = fresh->v[i].from, b = fresh->v[i].to < len ? fresh->v[i].to + 1 : len;
		const char *start = memrchr(s, '\n', a ? a - 1 : 0), *end = b < len ? memchr(s + b, '\n', len - b) : NULL;

		p.at = start ? (size_t)(start - s) + 1 : 0;
		p.at = p.at > done ? p.at : done;
		done = end ? (size_t)(end - s) : len;
		if (p.at < done)
			rc = gate_decode_runs(s + p.at, done - p.at, moved, &p, err);
	}
	return rc;
}
