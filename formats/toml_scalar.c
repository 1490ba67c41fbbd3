#include "formats/toml_scalar.h"

#include "formats/text.h"

#include <string.h>

int gate_toml_fail(const struct gate_toml_place *c, const char *what)
{
	return gate_err_set(c->err, GATE_E_SYNTAX, "%u: %s", c->line, what);
}

static bool starts(const struct gate_toml_place *c, const char *s)
{
	size_t n = strlen(s);

	return (size_t)(c->end - c->p) >= n && memcmp(c->p, s, n) == 0;
}

static int unicode(struct gate_toml_place *c, size_t n)
{
	uint32_t value;

	if ((size_t)(c->end - c->p) < n || !gate_text_hex(c->p, n, &value) || !gate_text_add_char(&c->text, value))
		return gate_toml_fail(c, "an escape that names no character");
	c->p += n;
	return 0;
}

/* A backslash at the end of a line: white space up to the next character is nothing. */
static bool line_ending(struct gate_toml_place *c)
{
	const char *p = c->p;
	bool any = false;

	while (p < c->end && gate_is_blank(*p))
		p++;
	if (p < c->end && *p == '\r')
		p++;
	if (p == c->end || *p != '\n')
		return false;
	for (; p < c->end && (gate_is_blank(*p) || *p == '\n' || (*p == '\r' && p + 1 < c->end && p[1] == '\n')); p++) {
		c->line += *p == '\n';
		any = true;
	}
	c->p = p;
	return any;
}

static int escape(struct gate_toml_place *c, bool multi)
{
	static const char from[] = "btnfr\"\\", to[] = "\b\t\n\f\r\"\\";
	const char *known;

	c->p++;
	if (multi && line_ending(c))
		return 0;
	if (c->p == c->end)
		return gate_toml_fail(c, "a text that does not end");
	known = memchr(from, *c->p, sizeof(from) - 1);
	if (known) {
		gate_buf_char(&c->text, to[known - from]);
		c->p++;
		return 0;
	}
	if (*c->p == 'u' || *c->p == 'U')
		return unicode(c, *c->p++ == 'u' ? 4 : 8);
	return gate_toml_fail(c, "an escape that TOML does not know");
}

/* One or two quotes may stand before the three that end it. */
static bool ends_multi(struct gate_toml_place *c, char quote)
{
	size_t n = 0;

	while (c->p + n < c->end && n < 5 && c->p[n] == quote)
		n++;
	if (n < 3)
		return false;
	for (size_t i = 3; i < n; i++)
		gate_buf_char(&c->text, quote);
	c->p += n;
	return true;
}

static int character(struct gate_toml_place *c, bool multi)
{
	unsigned char b = (unsigned char)*c->p;

	if (multi && b == '\r' && c->p + 1 < c->end && c->p[1] == '\n')
		b = (unsigned char)*++c->p;
	if (b == '\n' && multi)
		c->line++;
	else if ((b < 0x20 && b != '\t') || b == 0x7f)
		return gate_toml_fail(c, b == '\n' ? "a text that does not end" : "a control character inside a text");
	gate_buf_char(&c->text, (char)b);
	c->p++;
	return 0;
}

int gate_toml_string(struct gate_toml_place *c, bool multi)
{
	char quote = *c->p;
	int rc = 0;

	gate_buf_reset(&c->text);
	multi = multi && starts(c, quote == '"' ? "\"\"\"" : "'''");
	c->p += multi ? 3 : 1;
	if (multi && starts(c, "\r\n"))
		c->p++;
	if (multi && starts(c, "\n")) {
		c->line++;
		c->p++;
	}
	while (rc == 0 && c->p < c->end) {
		if (*c->p == quote) {
			if (!multi) {
				c->p++;
				return gate_buf_check(&c->text, c->err);
			}
			if (ends_multi(c, quote))
				return gate_buf_check(&c->text, c->err);
		}
		rc = quote == '"' && *c->p == '\\' ? escape(c, multi) : character(c, multi);
	}
	return rc < 0 ? rc : gate_toml_fail(c, "a text that does not end");
}

/* ---- dates ---- */

/* n digits as a number of at least `low` and at most `high`; moves on. */
static bool number(const char **p, size_t n, unsigned low, unsigned high, unsigned *value)
{
	*value = 0;
	for (size_t i = 0; i < n; i++, (*p)++) {
		if (!gate_is_digit(**p))
			return false;
		*value = *value * 10 + (unsigned)(**p - '0');
	}
	return *value >= low && *value <= high;
}

static bool sign(const char **p, char c)
{
	return *(*p)++ == c;
}

static bool date(const char **p)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	unsigned y, m, d;
	bool leap;

	if (!number(p, 4, 0, 9999, &y) || !sign(p, '-') || !number(p, 2, 1, 12, &m) || !sign(p, '-') ||
	    !number(p, 2, 1, 31, &d))
		return false;
	leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	return d <= days[m - 1] + (unsigned)(m == 2 && leap);
}

static bool time_of_day(const char **p)
{
	unsigned unused;

	if (!number(p, 2, 0, 23, &unused) || !sign(p, ':') || !number(p, 2, 0, 59, &unused) || !sign(p, ':') ||
	    !number(p, 2, 0, 59, &unused))
		return false;
	if (**p != '.')
		return true;
	if (!gate_is_digit(*++*p))
		return false;
	while (gate_is_digit(**p))
		(*p)++;
	return true;
}

static bool offset(const char **p)
{
	unsigned unused;

	if (**p == 'Z' || **p == 'z') {
		(*p)++;
		return true;
	}
	return (**p == '+' || **p == '-') && (*p)++ && number(p, 2, 0, 23, &unused) && sign(p, ':') &&
	       number(p, 2, 0, 59, &unused);
}

static bool is_date(const char *s)
{
	const char *p = s;

	if (strlen(s) >= 3 && s[2] == ':')
		return time_of_day(&p) && !*p;
	if (!date(&p))
		return false;
	if (!*p)
		return true;
	if (*p != 'T' && *p != 't' && *p != ' ')
		return false;
	p++;
	return time_of_day(&p) && (!*p || (offset(&p) && !*p));
}

/* ---- numbers ---- */

/* Digits of a set, underscores only between two of them; gives how many bytes. 0: none, or an underscore at an end. */
static size_t digits(const char *s, const char *set)
{
	size_t n = 0;

	while (s[n] && (strchr(set, s[n]) || (s[n] == '_' && n && s[n - 1] != '_')))
		n++;
	return n && s[n - 1] == '_' ? 0 : n;
}

static bool is_number(const char *s)
{
	static const char tens[] = "0123456789";
	const char *begin = s;
	size_t n;

	if (*s == '+' || *s == '-')
		s++;
	if (strcmp(s, "inf") == 0 || strcmp(s, "nan") == 0)
		return true;
	if (s == begin && s[0] == '0' && s[1] && strchr("xob", s[1])) {
		n = digits(s + 2, s[1] == 'x' ? "0123456789abcdefABCDEF" : s[1] == 'o' ? "01234567" : "01");
		return n && !s[2 + n];
	}
	n = digits(s, tens);
	if (!n || (s[0] == '0' && n > 1))
		return false;
	s += n;
	if (*s == '.') {
		n = digits(s + 1, tens);
		if (!n)
			return false;
		s += 1 + n;
	}
	if (*s == 'e' || *s == 'E') {
		s += s[1] == '+' || s[1] == '-' ? 2 : 1;
		n = digits(s, tens);
		if (!n)
			return false;
		s += n;
	}
	return !*s;
}

static bool is_word(char c)
{
	return gate_is_letter(c) || gate_is_digit(c) || c == '+' || c == '-' || c == '_' || c == '.' || c == ':';
}

int gate_toml_plain(struct gate_toml_place *c, enum gate_node_type *type)
{
	const char *begin = c->p;
	const char *s;

	while (c->p < c->end && is_word(*c->p))
		c->p++;
	/* a date and a time with a space between them */
	if (c->p - begin == 10 && begin[4] == '-' && c->end - c->p >= 2 && *c->p == ' ' && gate_is_digit(c->p[1])) {
		c->p++;
		while (c->p < c->end && is_word(*c->p))
			c->p++;
	}
	if (c->p == begin)
		return gate_toml_fail(c, "no value");
	gate_buf_reset(&c->text);
	gate_buf_add(&c->text, begin, (size_t)(c->p - begin));
	s = gate_buf_cstr(&c->text);
	if (strcmp(s, "true") == 0 || strcmp(s, "false") == 0)
		*type = GATE_NODE_BOOL;
	else if (is_number(s))
		*type = GATE_NODE_NUMBER;
	else if (is_date(s))
		*type = GATE_NODE_TEXT;
	else
		return gate_toml_fail(c, "neither a text, a number, a date, true nor false");
	return gate_buf_check(&c->text, c->err);
}
