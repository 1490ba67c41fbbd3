/* Fills the templates of rules/secrets: what a credential looks like without one standing in the repository. The syntax is in
 * docs/RULES.secrets.md. The same seed gives the same text. */
#ifndef TESTS_UNIT_SECRET_TEMPLATE_H
#define TESTS_UNIT_SECRET_TEMPLATE_H

#include "base/crypto.h"
#include "base/num.h"
#include "base/str.h"

#include <stdio.h>
#include <string.h>

struct secret_template {
	struct gate_buf *out;
	uint64_t state;
	size_t start;	 /* {start} */
	size_t open[8];	 /* {base64(} ... */
	char coding[8][12];
	size_t depth;
};

static inline uint64_t st_random(struct secret_template *t)
{
	uint64_t z = t->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

#define ST_UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define ST_LOWER "abcdefghijklmnopqrstuvwxyz"
#define ST_DIGIT "0123456789"

static const struct {
	const char *name, *letters;
} st_sets[] = {
	{ "alnum", ST_DIGIT ST_UPPER ST_LOWER },
	{ "alpha", ST_UPPER ST_LOWER },
	{ "upper", ST_UPPER },
	{ "lower", ST_LOWER },
	{ "digits", ST_DIGIT },
	{ "hex", ST_DIGIT "abcdef" },
	{ "HEX", ST_DIGIT "ABCDEF" },
	{ "base64", ST_UPPER ST_LOWER ST_DIGIT "+/" },
	{ "url64", ST_UPPER ST_LOWER ST_DIGIT "-_" },
	{ "b32", ST_UPPER "234567" },
	{ "b36", ST_DIGIT ST_LOWER },
	{ "B36", ST_DIGIT ST_UPPER },
	{ "word", ST_UPPER ST_LOWER ST_DIGIT "_" },
	{ "base58", "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz" },
	{ "any", ST_UPPER ST_LOWER ST_DIGIT "!#%*+-._~^" },
};

static inline void st_draw(struct secret_template *t, const char *letters, size_t n)
{
	for (size_t i = 0; i < n; i++)
		gate_buf_char(t->out, letters[st_random(t) % strlen(letters)]);
}

static inline uint32_t st_crc32(const char *s, size_t n)
{
	uint32_t c = UINT32_MAX;

	for (size_t i = 0; i < n; i++) {
		c ^= (unsigned char)s[i];
		for (int k = 0; k < 8; k++)
			c = c >> 1 ^ (c & 1 ? UINT32_C(0xedb88320) : 0);
	}
	return ~c;
}

static inline void st_number(struct secret_template *t, uint32_t v, const char *digits, size_t width)
{
	char text[16];
	size_t base = strlen(digits);

	for (size_t i = width; i-- > 0; v = (uint32_t)(v / base))
		text[i] = digits[v % base];
	gate_buf_add(t->out, text, width);
}

/* GitHub and npm: six base62 digits of the CRC of the 30 characters before. */
static inline bool st_github(struct secret_template *t)
{
	if (t->out->len < 30)
		return false;
	st_number(t, st_crc32(t->out->s + t->out->len - 30, 30), ST_DIGIT ST_UPPER ST_LOWER, 6);
	return true;
}

/* GitLab: seven base36 digits of the CRC of everything since {start}. */
static inline bool st_gitlab(struct secret_template *t)
{
	st_number(t, st_crc32(t->out->s + t->start, t->out->len - t->start), ST_DIGIT ST_LOWER, 7);
	return true;
}

static inline bool st_atlassian(struct secret_template *t)
{
	st_number(t, st_crc32(t->out->s + t->start, t->out->len - t->start), ST_DIGIT "ABCDEF", 8);
	return true;
}

static inline bool st_uuid(struct secret_template *t)
{
	static const unsigned char parts[] = { 8, 4, 4, 4, 12 };

	for (size_t i = 0; i < sizeof(parts); i++) {
		if (i)
			gate_buf_char(t->out, '-');
		st_draw(t, ST_DIGIT "abcdef", parts[i]);
	}
	return true;
}

/* BIP 173: 52 characters of data and 6 of checksum for the human-readable part AGE-SECRET-KEY-, in capitals. */
static inline bool st_age(struct secret_template *t)
{
	static const char letters[] = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", hrp[] = "age-secret-key-";
	static const uint32_t gen[] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3 };
	uint8_t v[128];
	size_t n = 0, k = sizeof(hrp) - 1;
	uint32_t c = 1;

	for (size_t i = 0; i < k; i++)
		v[n++] = (uint8_t)hrp[i] >> 5;
	v[n++] = 0;
	for (size_t i = 0; i < k; i++)
		v[n++] = (uint8_t)hrp[i] & 31;
	for (size_t i = 0; i < 52; i++)
		v[n++] = i == 51 ? (uint8_t)(st_random(t) & 1) << 4 : (uint8_t)(st_random(t) & 31);
	memset(v + n, 0, 6);
	for (size_t i = 0; i < n + 6; i++) {
		uint32_t top = c >> 25;

		c = (c & 0x1ffffff) << 5 ^ v[i];
		for (size_t b = 0; b < 5; b++)
			c ^= top >> b & 1 ? gen[b] : 0;
	}
	c ^= 1;
	for (size_t i = 0; i < 6; i++)
		v[n + i] = c >> (5 * (5 - i)) & 31;
	for (size_t i = n - 52; i < n + 6; i++)
		gate_buf_char(t->out, letters[v[i]]);
	return true;
}

static inline void st_encode(struct gate_buf *out, const char *how, const char *s, size_t n)
{
	size_t from = out->len;

	if (strcmp(how, "hex") == 0 || strcmp(how, "percent") == 0) {
		for (size_t i = 0; i < n; i++)
			gate_buf_fmt(out, "%s%02x", *how == 'p' ? "%" : "", (unsigned char)s[i]);
		return;
	}
	if (strcmp(how, "utf16le") == 0 || strcmp(how, "utf16be") == 0) {
		for (size_t i = 0; i < n; i++) {
			char pair[2] = { s[i], '\0' };

			gate_buf_add(out, how[5] == 'l' ? pair : (char[2]){ '\0', s[i] }, 2);
		}
		return;
	}
	gate_b64_encode(out, s, n, strcmp(how, "base64") == 0);
	for (size_t i = from; strcmp(how, "url64") == 0 && i < out->len; i++)
		out->s[i] = out->s[i] == '+' ? '-' : out->s[i] == '/' ? '_' : out->s[i];
}

static inline bool st_jwt(struct secret_template *t)
{
	static const char header[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
	char payload[64];

	snprintf(payload, sizeof(payload), "{\"sub\":\"%08x\",\"role\":\"service\"}", (unsigned)st_random(t));
	st_encode(t->out, "url64", header, sizeof(header) - 1);
	gate_buf_char(t->out, '.');
	st_encode(t->out, "url64", payload, strlen(payload));
	gate_buf_char(t->out, '.');
	st_draw(t, ST_UPPER ST_LOWER ST_DIGIT "-_", 43);
	return true;
}

static inline bool st_start(struct secret_template *t)
{
	t->start = t->out->len;
	return true;
}

static inline bool st_nul(struct secret_template *t)
{
	gate_buf_char(t->out, '\0');
	return true;
}

/* {)}: what was made since the matching {base64(} is replaced by its code. */
static inline bool st_close(struct secret_template *t)
{
	gate_auto(gate_buf) struct gate_buf plain = { 0 };
	size_t from;

	if (!t->depth)
		return false;
	from = t->open[--t->depth];
	gate_buf_add(&plain, t->out->s + from, t->out->len - from);
	t->out->len = from;
	st_encode(t->out, t->coding[t->depth], gate_buf_cstr(&plain), plain.len);
	return true;
}

/* Words that stand alone. A proof that needs its own tail adds a row. */
static const struct {
	const char *name;
	bool (*fn)(struct secret_template *t);
} st_words[] = {
	{ "github_crc32", st_github }, { "npm_crc32", st_github },	 { "gitlab_crc32", st_gitlab },
	{ "start", st_start },	       { "atlassian_crc32", st_atlassian }, { "uuid", st_uuid },
	{ "age", st_age },	       { "jwt", st_jwt },		 { "nul", st_nul },
	{ ")", st_close },
};

static inline bool st_open(struct secret_template *t, const char *word, size_t n)
{
	static const char *const codings[] = { "base64", "url64", "hex", "percent", "utf16le", "utf16be" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(codings); i++) {
		if (n == strlen(codings[i]) && memcmp(word, codings[i], n) == 0 && t->depth < GATE_ARRAY_LEN(t->open)) {
			gate_copy(t->coding[t->depth], sizeof(t->coding[0]), codings[i]);
			t->open[t->depth++] = t->out->len;
			return true;
		}
	}
	return false;
}

/* NAME:N or NAME:A-B. */
static inline bool st_set(struct secret_template *t, const char *word, size_t n)
{
	const char *colon = memchr(word, ':', n), *dash;
	uint64_t a, b;

	if (!colon)
		return false;
	dash = memchr(colon, '-', (size_t)(word + n - colon));
	if (!gate_parse_u64(colon + 1, (size_t)((dash ? dash : word + n) - colon - 1), &a))
		return false;
	b = a;
	if (dash && (!gate_parse_u64(dash + 1, (size_t)(word + n - dash - 1), &b) || b < a))
		return false;
	for (size_t i = 0; i < GATE_ARRAY_LEN(st_sets); i++) {
		if ((size_t)(colon - word) == strlen(st_sets[i].name) &&
		    memcmp(word, st_sets[i].name, (size_t)(colon - word)) == 0) {
			st_draw(t, st_sets[i].letters, a + (b > a ? st_random(t) % (b - a + 1) : 0));
			return true;
		}
	}
	return false;
}

static inline bool st_word(struct secret_template *t, const char *word, size_t n)
{
	for (size_t i = 0; i < GATE_ARRAY_LEN(st_words); i++) {
		if (strlen(st_words[i].name) == n && memcmp(st_words[i].name, word, n) == 0)
			return st_words[i].fn(t);
	}
	if (n && word[n - 1] == '(')
		return st_open(t, word, n - 1);
	return st_set(t, word, n);
}

/* False for a placeholder that nobody knows. */
static inline bool secret_template_fill(const char *template, uint64_t seed, struct gate_buf *out)
{
	struct secret_template t = { .out = out, .state = seed * 7919 + 17 };

	gate_buf_reset(out);
	for (const char *p = template; *p; p++) {
		const char *end = *p == '{' && p[1] != '{' ? strchr(p, '}') : NULL;

		if (*p == '{' && p[1] == '{') {
			gate_buf_char(out, *p++);
		} else if (*p != '{') {
			gate_buf_char(out, *p);
		} else {
			if (!end || !st_word(&t, p + 1, (size_t)(end - p - 1)))
				return false;
			p = end;
		}
	}
	return !out->failed && !t.depth;
}

#endif
