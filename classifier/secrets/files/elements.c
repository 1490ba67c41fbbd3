/* Settings in XML, read without a tree: <Pass encoding="base64">x</Pass>, <password>x</password>, and the pairs
 * key="name" value="x" that .NET and Java write. A file cut in half still shows its password. */
#include "classifier/secrets/files/reader.h"

#include <string.h>
#include <strings.h>

#define KEY_MAX 128u
#define TAG_MAX 1024u /* a longer one holds no setting; it also bounds what a row of '<' costs */

static bool is_name(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c == '-' || c == '.' || c == ':';
}

/* The value of an attribute in a tag [s, end), or NULL. */
static const char *attribute(const char *s, const char *end, const char *name, size_t *len)
{
	size_t n = strlen(name);

	for (; s + n + 3 < end; s++) {
		const char *close;

		if (strncasecmp(s, name, n) != 0 || s[n] != '=' || !strchr("\"'", s[n + 1]) || is_name(s[-1]))
			continue;
		close = memchr(s + n + 2, s[n + 1], (size_t)(end - s) - n - 2);
		if (!close)
			return NULL;
		*len = (size_t)(close - s) - n - 2;
		return s + n + 2;
	}
	return NULL;
}

struct tag {
	const char *name, *end; /* '<' + 1, and the '>' */
	size_t name_len;
	uint32_t line;
};

static int tell(const char *key, size_t key_len, const char *s, size_t len, uint32_t line, gate_file_value_fn *fn, void *arg,
		struct gate_err *err)
{
	char name[KEY_MAX];
	struct gate_file_value v = { name, s, len, line, GATE_VALUE_PLAIN };

	if (!len || key_len >= sizeof(name))
		return 0;
	memcpy(name, key, key_len);
	name[key_len] = '\0';
	return fn(arg, &v, err);
}

static int one(const struct gate_file_text *t, const struct tag *g, gate_file_value_fn *fn, void *arg, struct gate_err *err)
{
	const char *stop = t->s + t->len, *close, *key, *value;
	size_t key_len = 0, len = 0;

	if (gate_file_key_wanted(t, g->name, g->name_len)) {
		close = memchr(g->end + 1, '<', (size_t)(stop - g->end) - 1);
		if (close && close + 1 < stop && close[1] == '/')
			return tell(g->name, g->name_len, g->end + 1, (size_t)(close - g->end) - 1, g->line, fn, arg, err);
	}
	key = attribute(g->name, g->end, "key", &key_len);
	if (!key)
		key = attribute(g->name, g->end, "name", &key_len);
	value = attribute(g->name, g->end, "value", &len);
	if (key && value && gate_file_key_wanted(t, key, key_len))
		return tell(key, key_len, value, len, g->line, fn, arg, err);
	value = attribute(g->name, g->end, "password", &len);
	return value ? tell("password", 8, value, len, g->line, fn, arg, err) : 0;
}

int gate_file_elements(const struct gate_file_text *t, gate_file_value_fn *fn, void *arg, struct gate_err *err)
{
	const char *at = t->s, *end = t->s + t->len, *counted = t->s, *open;
	struct tag g = { .line = 1 };
	int rc = 0;

	while (rc == 0 && (open = memchr(at, '<', (size_t)(end - at)))) {
		g.name = open + 1;
		at = open + 1;
		g.end = memchr(open, '>', (size_t)(end - open) < TAG_MAX ? (size_t)(end - open) : TAG_MAX);
		if (!g.end)
			continue;
		for (g.name_len = 0; g.name + g.name_len < g.end && is_name(g.name[g.name_len]); g.name_len++)
			;
		for (; counted < open; counted++)
			g.line += *counted == '\n';
		if (g.name_len) {
			rc = one(t, &g, fn, arg, err);
			at = g.end;
		}
	}
	return rc;
}
