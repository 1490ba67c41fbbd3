/* XML 1.0 without a DTD (https://www.w3.org/TR/xml/), so that no entity can be more than one character. Namespaces are kept as
 * they are written. The open elements are a chain: nothing here calls itself. */
#include "formats/event_source.h"
#include "formats/text.h"
#include "formats/tree.h"

#include "base/str.h"

#include <string.h>
#include <strings.h>

struct xml {
	struct gate_tree *t;
	const char *p, *end;
	uint32_t line;
	struct gate_err *err;
	struct gate_tree_node *stack[GATE_DOC_DEPTH_MAX]; /* the first holds the one root element */
	size_t text_from[GATE_DOC_DEPTH_MAX];		  /* where the element's own text begins in `text` */
	uint32_t depth;
	struct gate_buf text, value;
};

static int fail(struct xml *x, const char *what)
{
	return gate_err_set(x->err, GATE_E_SYNTAX, "%u: %s", x->line, what);
}

static bool starts(const struct xml *x, const char *s)
{
	size_t n = strlen(s);

	return (size_t)(x->end - x->p) >= n && memcmp(x->p, s, n) == 0;
}

static char peek(const struct xml *x)
{
	return x->p < x->end ? *x->p : 0;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void space(struct xml *x)
{
	for (; is_space(peek(x)); x->p++)
		x->line += *x->p == '\n';
}

/* Moves behind the next `stop`; *from and *len are what stood before it. */
static int until(struct xml *x, const char *stop, const char **from, size_t *len)
{
	const char *at = memmem(x->p, (size_t)(x->end - x->p), stop, strlen(stop));

	if (!at)
		return fail(x, "a comment, instruction or section that does not end");
	*from = x->p;
	*len = (size_t)(at - x->p);
	for (; x->p < at; x->p++)
		x->line += *x->p == '\n';
	x->p += strlen(stop);
	return 0;
}

static bool is_name(char c, bool first)
{
	return gate_is_letter(c) || c == '_' || c == ':' || (unsigned char)c >= 0x80 ||
	       (!first && (gate_is_digit(c) || c == '-' || c == '.'));
}

static int name(struct xml *x, const char **s, size_t *len)
{
	*s = x->p;
	while (is_name(peek(x), x->p == *s))
		x->p++;
	*len = (size_t)(x->p - *s);
	return *len ? 0 : fail(x, "no name");
}

/* &lt; &gt; &amp; &apos; &quot; &#10; &#xA; */
static int entity(struct xml *x, struct gate_buf *to)
{
	static const struct {
		const char *name;
		char c;
	} known[] = { { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&apos;", '\'' }, { "&quot;", '"' } };
	uint32_t c = 0;
	size_t n = 2, digits;
	bool hex;

	for (size_t i = 0; i < GATE_ARRAY_LEN(known); i++) {
		if (starts(x, known[i].name)) {
			gate_buf_char(to, known[i].c);
			x->p += strlen(known[i].name);
			return 0;
		}
	}
	hex = starts(x, "&#x");
	if (!starts(x, "&#"))
		return fail(x, "an entity that is none of the five");
	n += hex;
	for (digits = 0; digits < 8 && x->p + n < x->end && x->p[n] != ';'; digits++, n++) {
		uint32_t d;

		if (!gate_text_hex(x->p + n, 1, &d) || (!hex && d > 9))
			return fail(x, "a character's number that is none");
		c = c * (hex ? 16 : 10) + d;
	}
	if (!digits || x->p + n >= x->end || x->p[n] != ';' ||
	    (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || !gate_text_add_char(to, c))
		return fail(x, "a character's number that is none");
	x->p += n + 1;
	return 0;
}

/* One character of a text or of an attribute. */
static int character(struct xml *x, struct gate_buf *to, bool attribute)
{
	unsigned char c = (unsigned char)*x->p;

	if (c == '&')
		return entity(x, to);
	if (c == '<')
		return fail(x, "'<' inside an attribute");
	if (c < 0x20 && !is_space((char)c))
		return fail(x, "a control character");
	x->line += c == '\n';
	x->p++;
	if (c == '\r') {
		if (peek(x) == '\n')
			return 0;
		c = '\n';
	}
	gate_buf_char(to, attribute && is_space((char)c) ? ' ' : (char)c);
	return 0;
}

static int attribute(struct xml *x, struct gate_tree_node *element)
{
	uint32_t line = x->line;
	struct gate_node *n;
	const char *s, *key;
	size_t len;
	char quote;
	int rc = name(x, &s, &len);

	gate_buf_reset(&x->value);
	gate_buf_char(&x->value, '@');
	gate_buf_add(&x->value, s, len);
	space(x);
	if (rc == 0 && (peek(x) != '='))
		rc = fail(x, "an attribute without a value");
	key = rc == 0 ? gate_tree_text(x->t, gate_buf_cstr(&x->value), x->value.len, x->err) : NULL;
	if (!key)
		return -(int)x->err->code;
	x->p++;
	space(x);
	quote = peek(x);
	if (quote != '"' && quote != '\'')
		return fail(x, "an attribute without quotes");
	x->p++;
	gate_buf_reset(&x->value);
	while (rc == 0 && x->p < x->end && *x->p != quote)
		rc = character(x, &x->value, true);
	if (rc == 0 && x->p == x->end)
		return fail(x, "an attribute that does not end");
	x->p++;
	if (rc == 0 && gate_tree_find(x->t, element, key, strlen(key)))
		return fail(x, "this attribute stands here twice");
	if (rc == 0)
		rc = gate_buf_check(&x->value, x->err);
	if (rc < 0)
		return rc;
	n = gate_tree_add_text(x->t, element, key, line, gate_buf_cstr(&x->value), x->value.len, x->err);
	return n ? gate_tree_index(x->t, element, n, x->err) : -(int)x->err->code;
}

/* The element's text without the white space around it. */
static int close_element(struct xml *x)
{
	struct gate_tree_node *e = x->stack[x->depth];
	size_t from = x->text_from[x->depth], to = x->text.len;
	int rc = gate_buf_check(&x->text, x->err);

	if (rc < 0)
		return rc;
	while (from < to && is_space(x->text.s[from]))
		from++;
	while (from < to && is_space(x->text.s[to - 1]))
		to--;
	if (to > from && !gate_tree_add_text(x->t, e, "#text", e->node.line, x->text.s + from, to - from, x->err))
		return -(int)x->err->code;
	x->text.len = x->text_from[x->depth--];
	return 0;
}

static int open_element(struct xml *x)
{
	struct gate_tree_node *e;
	const char *s, *key;
	size_t len;
	int rc;

	x->p++;
	rc = name(x, &s, &len);
	if (rc < 0)
		return rc;
	if (!x->depth && x->stack[0]->node.n)
		return fail(x, "a second root element");
	if (x->depth + 1 >= gate_tree_limits(x->t)->depth || x->depth + 1 >= GATE_DOC_DEPTH_MAX)
		return gate_err_set(x->err, GATE_E_LIMIT, "%u: nested too deep", x->line);
	key = gate_tree_text(x->t, s, len, x->err);
	e = key ? gate_tree_open(x->t, x->stack[x->depth], key, x->line, GATE_NODE_MAP, x->line, x->err) : NULL;
	if (!e)
		return -(int)x->err->code;
	x->stack[++x->depth] = e;
	x->text_from[x->depth] = x->text.len;
	for (;;) {
		bool parted = is_space(peek(x));

		space(x);
		if (starts(x, "/>")) {
			x->p += 2;
			return close_element(x);
		}
		if (peek(x) == '>') {
			x->p++;
			return 0;
		}
		rc = parted ? attribute(x, e) : fail(x, "an element's tag that does not end");
		if (rc < 0)
			return rc;
	}
}

static int end_tag(struct xml *x)
{
	const char *s;
	size_t len;
	int rc;

	x->p += 2;
	rc = name(x, &s, &len);
	space(x);
	if (rc == 0 && peek(x) != '>')
		return fail(x, "an end tag that does not end");
	x->p++;
	if (rc == 0 && (!x->depth || strncmp(x->stack[x->depth]->node.key, s, len) != 0 ||
			x->stack[x->depth]->node.key[len]))
		return fail(x, "an end tag that fits no open element");
	return rc < 0 ? rc : close_element(x);
}

static int comment(struct xml *x)
{
	const char *s;
	size_t len;
	int rc;

	x->p += 4;
	rc = until(x, "-->", &s, &len);
	return rc == 0 && (memmem(s, len, "--", 2) || (len && s[len - 1] == '-')) ? fail(x, "-- inside a comment") : rc;
}

static int cdata(struct xml *x)
{
	const char *s;
	size_t len;
	int rc;

	if (!x->depth)
		return fail(x, "text outside of the root element");
	x->p += strlen("<![CDATA[");
	rc = until(x, "]]>", &s, &len);
	if (rc == 0)
		gate_buf_add(&x->text, s, len);
	return rc;
}

/* "..." or '...' of a DOCTYPE. */
static bool literal(struct xml *x)
{
	const char quote = peek(x), *s;
	size_t len;

	if (quote != '"' && quote != '\'')
		return false;
	x->p++;
	return until(x, quote == '"' ? "\"" : "'", &s, &len) == 0;
}

/* <!DOCTYPE name> and the name of a DTD elsewhere (checkstyle.xml has one), which is not fetched: an entity that it would define
 * is unknown here. A DTD inside the file could define entities and is an error. */
static int doctype(struct xml *x)
{
	const char *s;
	size_t len;
	int rc;

	x->p += strlen("<!DOCTYPE");
	if (x->stack[0]->node.n || !is_space(peek(x)))
		return fail(x, "a DOCTYPE where none may stand");
	space(x);
	rc = name(x, &s, &len);
	space(x);
	if (rc == 0 && (starts(x, "PUBLIC") || starts(x, "SYSTEM"))) {
		x->p += 6;
		for (space(x); literal(x); space(x))
			;
	}
	if (rc == 0 && peek(x) != '>')
		return fail(x, "a DOCTYPE with a DTD, which is not read");
	x->p++;
	return rc;
}

/* An encoding that is declared must be one that the bytes are. */
static bool is_utf8_name(const char *s, size_t len)
{
	static const char *const names[] = { "utf-8", "utf8", "us-ascii", "ascii" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(names); i++) {
		if (strlen(names[i]) == len && strncasecmp(names[i], s, len) == 0)
			return true;
	}
	return false;
}

static int instruction(struct xml *x)
{
	bool declaration = starts(x, "<?xml") && x->end - x->p > 5 && is_space(x->p[5]);
	const char *s, *at;
	size_t len;
	int rc;

	x->p += 2;
	rc = until(x, "?>", &s, &len);
	if (rc < 0 || !declaration)
		return rc;
	at = memmem(s, len, "encoding", 8);
	if (at) {
		const char *end = s + len;

		for (at += 8; at < end && (is_space(*at) || *at == '='); at++)
			;
		if (at < end && (*at == '"' || *at == '\'')) {
			const char *stop = memchr(at + 1, *at, (size_t)(end - at - 1));

			if (stop && is_utf8_name(at + 1, (size_t)(stop - at - 1)))
				return 0;
		}
		return fail(x, "an encoding other than UTF-8");
	}
	return 0;
}

static int text(struct xml *x)
{
	int rc = 0;

	if (!x->depth)
		return fail(x, "text outside of the root element");
	while (rc == 0 && x->p < x->end && *x->p != '<') {
		if (starts(x, "]]>"))
			return fail(x, "]]> inside a text");
		rc = character(x, &x->text, false);
	}
	return rc;
}

static int one(struct xml *x)
{
	if (starts(x, "<!--"))
		return comment(x);
	if (starts(x, "<![CDATA["))
		return cdata(x);
	if (starts(x, "<!DOCTYPE"))
		return doctype(x);
	if (starts(x, "<?"))
		return instruction(x);
	if (starts(x, "</"))
		return end_tag(x);
	return *x->p == '<' ? open_element(x) : text(x);
}

static int all(struct xml *x)
{
	int rc = 0;

	while (rc == 0 && x->p < x->end) {
		if (!x->depth)
			space(x);
		if (x->p < x->end)
			rc = one(x);
		if (rc == 0 && x->text.len > gate_tree_limits(x->t)->memory)
			rc = gate_err_set(x->err, GATE_E_LIMIT, "%u: a text that is too long", x->line);
	}
	if (rc == 0 && x->depth)
		return fail(x, "an element that does not end");
	return rc;
}

int gate_read_xml(struct gate_tree *t, const char *bytes, size_t len, struct gate_err *err)
{
	struct xml x = { .t = t, .p = bytes, .end = bytes + len, .line = 1, .err = err };
	int rc;

	x.stack[0] = gate_tree_open(t, NULL, NULL, 0, GATE_NODE_MAP, 1, err);
	if (!x.stack[0])
		return -(int)err->code;
	rc = all(&x);
	if (rc == 0 && !x.stack[0]->node.n)
		x.stack[0]->node.type = GATE_NODE_NULL;
	gate_buf_clear(&x.text);
	gate_buf_clear(&x.value);
	return rc;
}
