/* Pairs of a key and a value, one a line: .env, ini, properties, and the many that look alike. Sections do not matter, and a
 * line that is no pair is passed over: a settings file that its own program would refuse holds its password all the same. */
#include "classifier/secrets/files/reader.h"

#include <string.h>

#define KEY_MAX 128u

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_key(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c == '-' || c == '.' || c == '/' ||
	       c == ':' || c == '@' || c == '$' || c == '\\';
}

/* Cuts quotes, and what stands behind them: "x" # why. */
static void unquote(const char **s, size_t *len)
{
	const char *close;

	if (*len < 2 || !strchr("\"'", **s))
		return;
	close = memchr(*s + 1, **s, *len - 1);
	if (!close)
		return;
	*len = (size_t)(close - *s) - 1;
	++*s;
}

/* "export ", "set ", "ENV ", "Environment=" in front of a pair. */
static void cut_words(const char **s, const char *end)
{
	static const char *const words[] = { "export ", "set ", "ENV ", "setx " };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t n = strlen(words[i]);

		if ((size_t)(end - *s) > n && strncmp(*s, words[i], n) == 0)
			*s += n;
	}
	while (*s < end && blank(**s))
		++*s;
}

static int one(const struct gate_file_text *t, const char *s, const char *end, uint32_t nr, gate_file_value_fn *fn, void *arg,
	       struct gate_err *err)
{
	char key[KEY_MAX];
	struct gate_file_value v = { key, NULL, 0, nr, GATE_VALUE_PLAIN };
	const char *from, *last;

	cut_words(&s, end);
	from = s;
	while (s < end && is_key(*s))
		s++;
	last = s;
	while (s < end && blank(*s))
		s++;
	if (s < end && *s == '=')
		s++;
	else if (last > from && last[-1] == ':')
		last--;
	else if (s == last || s == end)
		return 0;
	while (s < end && blank(*s))
		s++;
	while (end > s && blank(end[-1]))
		end--;
	if (last == from || (size_t)(last - from) >= sizeof(key) || s == end ||
	    !gate_file_key_wanted(t, from, (size_t)(last - from)))
		return 0;
	memcpy(key, from, (size_t)(last - from));
	key[last - from] = '\0';
	v.value = s;
	v.len = (size_t)(end - s);
	unquote(&v.value, &v.len);
	return v.len ? fn(arg, &v, err) : 0;
}

int gate_file_pairs(const struct gate_file_text *t, gate_file_value_fn *fn, void *arg, struct gate_err *err)
{
	const char *at = t->s, *end = t->s + t->len;
	uint32_t nr = 0;
	int rc = 0;

	while (rc == 0 && at < end) {
		const char *nl = memchr(at, '\n', (size_t)(end - at)), *stop = nl ? nl : end;

		nr++;
		while (at < stop && blank(*at))
			at++;
		if (at < stop && !strchr("#;[", *at))
			rc = one(t, at, stop, nr, fn, arg, err);
		at = nl ? nl + 1 : end;
	}
	return rc;
}
