#include "classifier/secrets/placeholder.h"

#include "base/mem.h"

#include <ctype.h>
#include <string.h>

/* log2 in thousandths, by squaring: no floating point, so that every machine agrees. */
static uint32_t log2_milli(uint32_t v)
{
	uint64_t x = (uint64_t)v << 16;
	uint32_t whole = 0, part = 0;

	while (x >= UINT64_C(2) << 16) {
		x >>= 1;
		whole++;
	}
	for (int i = 0; i < 12; i++) {
		x = x * x >> 16;
		part <<= 1;
		if (x >= UINT64_C(2) << 16) {
			x >>= 1;
			part |= 1;
		}
	}
	return whole * 1000 + part * 1000 / 4096;
}

uint32_t gate_entropy_milli(const char *s, size_t n)
{
	uint32_t count[256] = { 0 };
	uint64_t sum = 0;

	if (!n || n > 1 << 20)
		return 0;
	for (size_t i = 0; i < n; i++)
		count[(unsigned char)s[i]]++;
	for (size_t c = 0; c < 256; c++) {
		if (count[c])
			sum += (uint64_t)count[c] * log2_milli(count[c]);
	}
	return log2_milli((uint32_t)n) - (uint32_t)(sum / n);
}

static bool has_word(const char *s, size_t n, const char *word)
{
	size_t w = strlen(word);

	for (size_t i = 0; i + w <= n; i++) {
		if (strncasecmp(s + i, word, w) == 0)
			return true;
	}
	return false;
}

static bool has_any(const char *s, size_t n, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (has_word(s, n, words[i]))
			return true;
	}
	return false;
}

static size_t different(const char *s, size_t n)
{
	bool seen[256] = { false };
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		count += !seen[(unsigned char)s[i]];
		seen[(unsigned char)s[i]] = true;
	}
	return count;
}

/* Bytes that follow the one before: 123456, abcdef, aaaa, 0f0f. */
static size_t steps(const char *s, size_t n)
{
	size_t count = 0;

	for (size_t i = 1; i < n; i++) {
		int d = (unsigned char)s[i] - (unsigned char)s[i - 1];

		count += (d >= -1 && d <= 1) || (i > 1 && s[i] == s[i - 2]);
	}
	return count;
}

bool gate_placeholder_plain(const char *s, size_t n)
{
	static const char *const words[] = { "example",	 "xxxxx",    "changeme", "change_me", "change-me", "placeholder",
					     "yourtoken", "your-",   "your_",	 "dummy",     "redacted",  "insert",
					     "replace",	 "<token>",  "******",	 ".....",     "fake",	   "foobar",
					     "1234567890", "abcdefgh", "deadbeef", "0123456789" };

	if (n < 4)
		return true;
	return different(s, n) <= (n >= 16 ? 4 : 2) || steps(s, n) * 10 > n * 6 ||
	       has_any(s, n, words, GATE_ARRAY_LEN(words));
}

static bool only(const char *s, size_t n, const char *more)
{
	for (size_t i = 0; i < n; i++) {
		if (!isalpha((unsigned char)s[i]) && !strchr(more, s[i]))
			return false;
	}
	return true;
}

bool gate_placeholder_reference(const char *s, size_t n)
{
	static const char *const words[] = { "getenv", "environ", "process.env", "os.env", "${", "$(", "{{", "<%", "secrets." };

	if (has_any(s, n, words, GATE_ARRAY_LEN(words)))
		return true;
	if (only(s, n, "._[]()>:-") && (memchr(s, '.', n) || memchr(s, '(', n) || memmem(s, n, "->", 2) || memmem(s, n, "::", 2)))
		return true;
	return s[0] == '$' || (s[0] == '%' && s[n - 1] == '%') || (s[0] == '<' && s[n - 1] == '>');
}

static bool is_uuid(const char *s, size_t n)
{
	if (n != 36)
		return false;
	for (size_t i = 0; i < n; i++) {
		if ((i == 8 || i == 13 || i == 18 || i == 23) != (s[i] == '-'))
			return false;
	}
	return true;
}

/* How often the kind of character changes (letter case, digit, other): random text does it at every second byte, names seldom. */
static size_t turns(const char *s, size_t n)
{
	size_t count = 0;
	int before = -1;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		int kind = isdigit(c) ? 0 : islower(c) ? 1 : isupper(c) ? 2 : 3;

		count += before >= 0 && kind != before;
		before = kind;
	}
	return count;
}

static size_t digits(const char *s, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += isdigit((unsigned char)s[i]) != 0;
	return count;
}

/* An identifier or a phrase: words parted by dots, hyphens, underscores, slashes or capitals. */
static bool is_name(const char *s, size_t n)
{
	size_t d = digits(s, n);

	if (only(s, n, "-_./:*%&+@!?~#=^"))
		return turns(s, n) * 3 < n || !only(s, n, "");
	/* "sha256", "v2.1.0", "utf8mb4_general_ci" */
	return d * 6 < n && turns(s, n) * 3 < n;
}

bool gate_placeholder_generic(const char *s, size_t n)
{
	static const char *const words[] = { "password", "passwd", "secret",  "token",	"api_key", "apikey", "test",
					     "sample",	 "default", "config", "getenv", "environ", "process.", "localhost",
					     "unknown",	 "invalid", "undefined", "null", "true",   "false",   "http:",
					     "https:",	 "none",   "demo",   "sha256",	"sha512",  "foo",     "lorem" };

	if (gate_placeholder_plain(s, n) || is_uuid(s, n) || is_name(s, n))
		return true;
	if (has_any(s, n, words, GATE_ARRAY_LEN(words)))
		return true;
	/* $var, %var%, @var@, ./path, /path, #anchor */
	if (strchr("$%@./#&*~!=+-", s[0]) && turns(s, n) * 2 < n)
		return true;
	if (digits(s, n) == n || !digits(s, n))
		return true;
	return memchr(s, '(', n) || memchr(s, '$', n) || memchr(s, '{', n);
}
