/* JSON (RFC 8259), and for files that people write by hand its relaxed forms: JSONC and JSON5. docs/adr/0016 says why this is
 * not jansson, which is the oracle of its test. The nesting lives in the event source; nothing here calls itself. */
#include "formats/event_source.h"

#include "formats/text.h"

#include <string.h>

struct json {
	struct gate_event_source *s;
	const char *p, *end;
	uint32_t line;
	bool relaxed;
	struct gate_buf text;
};

/* What may come next. */
enum place { VALUE, FIRST_VALUE, NEXT_VALUE, FIRST_KEY, NEXT_KEY, AFTER };

static int fail(struct json *j, const char *what)
{
	return gate_event_fail(j->s, j->line, what);
}

static int block_comment(struct json *j)
{
	uint32_t begun = j->line;

	for (j->p += 2; j->end - j->p >= 2; j->p++) {
		if (j->p[0] == '*' && j->p[1] == '/') {
			j->p += 2;
			return 0;
		}
		j->line += *j->p == '\n';
	}
	return gate_event_fail(j->s, begun, "a comment that does not end");
}

/* White space, and comments where they are allowed. */
static int skip(struct json *j)
{
	int rc = 0;

	while (rc == 0 && j->p < j->end) {
		char c = *j->p;

		if (c == '\n')
			j->line++;
		if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || (j->relaxed && (c == '\f' || c == '\v'))) {
			j->p++;
		} else if (j->relaxed && j->end - j->p >= 2 && c == '/' && j->p[1] == '/') {
			const char *eol = memchr(j->p, '\n', (size_t)(j->end - j->p));

			j->p = eol ? eol : j->end;
		} else if (j->relaxed && j->end - j->p >= 2 && c == '/' && j->p[1] == '*') {
			rc = block_comment(j);
		} else {
			break;
		}
	}
	return rc;
}

static bool hex4(struct json *j, uint32_t *c)
{
	if (j->end - j->p < 4 || !gate_text_hex(j->p, 4, c))
		return false;
	j->p += 4;
	return true;
}

static int unicode_escape(struct json *j)
{
	uint32_t c, low;

	if (!hex4(j, &c))
		return fail(j, "\\u without four hexadecimal digits");
	if (c >= 0xd800 && c <= 0xdbff) {
		if (j->end - j->p < 2 || j->p[0] != '\\' || j->p[1] != 'u')
			return fail(j, "half of a surrogate pair");
		j->p += 2;
		if (!hex4(j, &low) || low < 0xdc00 || low > 0xdfff)
			return fail(j, "half of a surrogate pair");
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	}
	if (!gate_text_add_char(&j->text, c))
		return fail(j, "an escaped character that may not stand in a text");
	return 0;
}

/* JSON5's further escapes: a line end is nothing, \xHH, any other character is itself. */
static int relaxed_escape(struct json *j, char c)
{
	uint32_t value;

	if (c == '\n' || c == '\r') {
		if (c == '\r' && j->p < j->end && *j->p == '\n')
			j->p++;
		j->line++;
		return 0;
	}
	if (c == 'x') {
		if (j->end - j->p < 2 || !gate_text_hex(j->p, 2, &value) || !gate_text_add_char(&j->text, value))
			return fail(j, "\\x without two hexadecimal digits that name a character");
		j->p += 2;
		return 0;
	}
	if (gate_is_digit(c))
		return fail(j, "an escape that JSON5 does not know");
	gate_buf_char(&j->text, c == 'v' ? '\v' : c);
	return 0;
}

static int escape(struct json *j)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *known;
	char c;

	if (++j->p == j->end)
		return fail(j, "a text that does not end");
	c = *j->p++;
	if (c == 'u')
		return unicode_escape(j);
	known = memchr(from, c, sizeof(from) - 1);
	if (known) {
		gate_buf_char(&j->text, to[known - from]);
		return 0;
	}
	return j->relaxed ? relaxed_escape(j, c) : fail(j, "an escape that JSON does not know");
}

/* The plain characters from here. */
static void run(struct json *j, char quote)
{
	const char *begin = j->p;

	while (j->p < j->end && *j->p != quote && *j->p != '\\' && (unsigned char)*j->p >= 0x20)
		j->p++;
	gate_buf_add(&j->text, begin, (size_t)(j->p - begin));
}

static int quoted(struct json *j)
{
	char quote = *j->p++;
	int rc = 0;

	gate_buf_reset(&j->text);
	while (rc == 0) {
		run(j, quote);
		if (j->p == j->end)
			return fail(j, "a text that does not end");
		if (*j->p == quote) {
			j->p++;
			break;
		}
		if (*j->p == '\\')
			rc = escape(j);
		else if (j->relaxed && *j->p == '\t')
			gate_buf_char(&j->text, *j->p++);
		else
			return fail(j, "a control character inside a text");
		if (j->text.len > j->s->limits.memory)
			return gate_err_set(j->s->err, GATE_E_LIMIT, "%u: a text that is too long", j->line);
	}
	return rc < 0 ? rc : gate_buf_check(&j->text, j->s->err);
}

static bool is_word(char c)
{
	return gate_is_letter(c) || gate_is_digit(c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* A name, a literal or a number: what stands from here to the next sign. */
static size_t word(const struct json *j)
{
	const char *p = j->p;

	while (p < j->end && (is_word(*p) || *p == '+' || *p == '-' || *p == '.'))
		p++;
	return (size_t)(p - j->p);
}

static size_t digits(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && gate_is_digit(s[n]))
		n++;
	return n;
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?; relaxed: a leading plus, and nothing on one side of the dot. */
static bool is_number(const char *s, size_t len, bool relaxed)
{
	size_t i = len && (*s == '-' || (relaxed && *s == '+')) ? 1 : 0, whole, part = 0;

	whole = digits(s + i, len - i);
	if (whole > 1 && s[i] == '0')
		return false;
	i += whole;
	if (i < len && s[i] == '.') {
		part = digits(s + i + 1, len - i - 1);
		if (!relaxed && !part)
			return false;
		i += 1 + part;
	}
	if (!whole && !(relaxed && part))
		return false;
	if (i < len && (s[i] == 'e' || s[i] == 'E')) {
		i += i + 1 < len && (s[i + 1] == '+' || s[i + 1] == '-') ? 2 : 1;
		part = digits(s + i, len - i);
		if (!part)
			return false;
		i += part;
	}
	return i == len;
}

static bool is_relaxed_number(const char *s, size_t len)
{
	uint32_t unused;

	if (len && (*s == '-' || *s == '+')) {
		s++;
		len--;
	}
	if (len > 2 && s[0] == '0' && (s[1] | 0x20) == 'x')
		return gate_text_hex(s + 2, len - 2, &unused);
	return (len == 8 && memcmp(s, "Infinity", 8) == 0) || (len == 3 && memcmp(s, "NaN", 3) == 0);
}

static bool is_literal(const char *s, size_t len, const char *literal)
{
	return strlen(literal) == len && memcmp(s, literal, len) == 0;
}

static int plain_value(struct json *j, struct gate_event *e)
{
	size_t n = word(j);

	if (!n)
		return fail(j, j->p == j->end ? "the file ends where a value must stand" : "no value");
	if (is_literal(j->p, n, "null"))
		e->scalar = GATE_NODE_NULL;
	else if (is_literal(j->p, n, "true") || is_literal(j->p, n, "false"))
		e->scalar = GATE_NODE_BOOL;
	else if (is_number(j->p, n, j->relaxed) || (j->relaxed && is_relaxed_number(j->p, n)))
		e->scalar = GATE_NODE_NUMBER;
	else
		return fail(j, "neither a text, a number, true, false nor null");
	if (n > j->s->limits.memory)
		return gate_err_set(j->s->err, GATE_E_LIMIT, "%u: a number that is too long", j->line);
	gate_buf_reset(&j->text);
	gate_buf_add(&j->text, j->p, n);
	j->p += n;
	return gate_buf_check(&j->text, j->s->err);
}

static int on_value(struct json *j, enum place *next)
{
	struct gate_event e = { .type = GATE_EVENT_SCALAR, .line = j->line };
	char c = j->p < j->end ? *j->p : 0;
	int rc = 0;

	*next = AFTER;
	if (c == '{' || c == '[') {
		j->p++;
		e.type = c == '{' ? GATE_EVENT_MAP : GATE_EVENT_LIST;
		*next = c == '{' ? FIRST_KEY : FIRST_VALUE;
		return gate_event_send(j->s, &e);
	}
	if (c == '"' || (j->relaxed && c == '\'')) {
		e.scalar = GATE_NODE_TEXT;
		e.quoted = true;
		rc = quoted(j);
	} else {
		rc = plain_value(j, &e);
	}
	e.text = gate_buf_cstr(&j->text);
	e.len = j->text.len;
	return rc < 0 ? rc : gate_event_send(j->s, &e);
}

static int bare_key(struct json *j)
{
	const char *begin = j->p;

	while (j->p < j->end && is_word(*j->p))
		j->p++;
	if (j->p == begin || gate_is_digit(*begin))
		return fail(j, "no key");
	gate_buf_reset(&j->text);
	gate_buf_add(&j->text, begin, (size_t)(j->p - begin));
	return gate_buf_check(&j->text, j->s->err);
}

static int on_key(struct json *j, enum place *next)
{
	struct gate_event e = { .type = GATE_EVENT_KEY, .line = j->line };
	char c = j->p < j->end ? *j->p : 0;
	int rc;

	*next = VALUE;
	if (c == '"' || (j->relaxed && c == '\''))
		rc = quoted(j);
	else
		rc = j->relaxed ? bare_key(j) : fail(j, "no key in quotes where one must stand");
	if (rc == 0)
		rc = skip(j);
	if (rc == 0 && (j->p == j->end || *j->p++ != ':'))
		rc = fail(j, "a key without a colon");
	e.text = gate_buf_cstr(&j->text);
	e.len = j->text.len;
	return rc < 0 ? rc : gate_event_send(j->s, &e);
}

static int on_end(struct json *j, enum place *next)
{
	struct gate_event e = { .line = j->line };

	e.type = *j->p++ == '}' ? GATE_EVENT_MAP_END : GATE_EVENT_LIST_END;
	*next = AFTER;
	return gate_event_send(j->s, &e);
}

static int on_after(struct json *j, enum place *next)
{
	bool in_map = j->s->map[j->s->depth - 1];

	if (j->p < j->end && *j->p == (in_map ? '}' : ']'))
		return on_end(j, next);
	if (j->p == j->end || *j->p != ',')
		return fail(j, in_map ? "neither a comma nor the end of the map" : "neither a comma nor the end of the list");
	j->p++;
	*next = in_map ? NEXT_KEY : NEXT_VALUE;
	return 0;
}

/* One step at `place`, which stands behind white space. */
static int step(struct json *j, enum place *place)
{
	char c = j->p < j->end ? *j->p : 0;

	switch (*place) {
	case FIRST_KEY:
	case NEXT_KEY:
		return c == '}' && (*place == FIRST_KEY || j->relaxed) ? on_end(j, place) : on_key(j, place);
	case FIRST_VALUE:
	case NEXT_VALUE:
		return c == ']' && (*place == FIRST_VALUE || j->relaxed) ? on_end(j, place) : on_value(j, place);
	case AFTER:
		return on_after(j, place);
	case VALUE:
	default:
		return on_value(j, place);
	}
}

static int read_all(struct json *j)
{
	enum place place = VALUE;
	int rc = skip(j);

	if (rc < 0 || j->p == j->end)
		return rc;
	do {
		rc = step(j, &place);
		if (rc == 0)
			rc = skip(j);
	} while (rc == 0 && (place != AFTER || j->s->depth));
	if (rc == 0 && j->p != j->end)
		return fail(j, "something stands behind the end");
	return rc;
}

int gate_json_read(struct gate_event_source *s, const char *bytes, size_t len, bool relaxed)
{
	struct json j = { .s = s, .p = bytes, .end = bytes + len, .line = 1, .relaxed = relaxed };
	int rc = read_all(&j);

	gate_buf_clear(&j.text);
	return rc;
}
