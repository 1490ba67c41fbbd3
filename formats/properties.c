/* Java's properties, as java.util.Properties.load describes them; a key that stands twice is an error, because a reader of
 * lines sees the first and Java the last. */
#include "formats/text.h"
#include "formats/tree.h"

#include <string.h>

struct properties {
	struct gate_tree *t;
	struct gate_tree_node *root;
	const char *p, *end;
	uint32_t line;
	struct gate_err *err;
	struct gate_buf key, value;
	uint32_t high; /* the first half of a surrogate pair, which waits for the second */
};

static int fail(struct properties *x, const char *what)
{
	return gate_err_set(x->err, GATE_E_SYNTAX, "%u: %s", x->line, what);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\f';
}

static void spaces(struct properties *x)
{
	while (x->p < x->end && is_space(*x->p))
		x->p++;
}

/* \n, \r or both; false when none stands here. */
static bool newline(struct properties *x)
{
	if (x->p == x->end || (*x->p != '\n' && *x->p != '\r'))
		return false;
	if (*x->p == '\r' && x->p + 1 < x->end && x->p[1] == '\n')
		x->p++;
	x->p++;
	x->line++;
	return true;
}

static int unicode(struct properties *x, struct gate_buf *to)
{
	uint32_t c;

	if (x->end - x->p < 4 || !gate_text_hex(x->p, 4, &c))
		return fail(x, "\\u without four hexadecimal digits");
	x->p += 4;
	if (x->high && c >= 0xdc00 && c <= 0xdfff)
		c = 0x10000 + ((x->high - 0xd800) << 10) + (c - 0xdc00);
	else if (x->high)
		return fail(x, "half of a surrogate pair");
	x->high = 0;
	if (c >= 0xd800 && c <= 0xdbff)
		x->high = c;
	else if (!gate_text_add_char(to, c))
		return fail(x, "an escaped character that may not stand in a text");
	return 0;
}

/* Behind a backslash. */
static int escape(struct properties *x, struct gate_buf *to)
{
	static const char from[] = "tnrf", into[] = "\t\n\r\f";
	const char *known;

	if (x->p == x->end)
		return 0;
	if (newline(x)) {
		spaces(x);
		return 0;
	}
	if (*x->p == 'u') {
		x->p++;
		return unicode(x, to);
	}
	known = memchr(from, *x->p, sizeof(from) - 1);
	gate_buf_char(to, known ? into[known - from] : *x->p);
	x->p++;
	return 0;
}

/* Up to the end of the line, or of the key. */
static int part(struct properties *x, struct gate_buf *to, bool key)
{
	int rc = 0;

	gate_buf_reset(to);
	while (rc == 0 && x->p < x->end && *x->p != '\n' && *x->p != '\r') {
		char c = *x->p;

		if (key && (is_space(c) || c == '=' || c == ':'))
			break;
		x->p++;
		if (x->high && (c != '\\' || x->p == x->end || *x->p != 'u'))
			return fail(x, "half of a surrogate pair");
		if (c == '\\')
			rc = escape(x, to);
		else
			gate_buf_char(to, c);
	}
	if (rc == 0 && x->high)
		return fail(x, "half of a surrogate pair");
	return rc < 0 ? rc : gate_buf_check(to, x->err);
}

static int pair(struct properties *x)
{
	uint32_t line = x->line;
	struct gate_node *n;
	const char *key;
	int rc = part(x, &x->key, true);

	spaces(x);
	if (rc == 0 && x->p < x->end && (*x->p == '=' || *x->p == ':')) {
		x->p++;
		spaces(x);
	}
	if (rc == 0)
		rc = part(x, &x->value, false);
	if (rc < 0)
		return rc;
	if (gate_tree_find(x->t, x->root, gate_buf_cstr(&x->key), x->key.len))
		return gate_err_set(x->err, GATE_E_SYNTAX, "%u: this key stands here twice; keep one", line);
	key = gate_tree_text(x->t, gate_buf_cstr(&x->key), x->key.len, x->err);
	n = key ? gate_tree_add_text(x->t, x->root, key, line, gate_buf_cstr(&x->value), x->value.len, x->err) : NULL;
	return n ? gate_tree_index(x->t, x->root, n, x->err) : -(int)x->err->code;
}

static int all_lines(struct properties *x)
{
	int rc = 0;

	while (rc == 0) {
		spaces(x);
		if (newline(x))
			continue;
		if (x->p == x->end)
			break;
		if (*x->p == '#' || *x->p == '!') {
			while (x->p < x->end && *x->p != '\n' && *x->p != '\r')
				x->p++;
			continue;
		}
		rc = pair(x);
	}
	return rc;
}

int gate_read_properties(struct gate_tree *t, const char *bytes, size_t len, struct gate_err *err)
{
	struct properties x = { .t = t, .p = bytes, .end = bytes + len, .line = 1, .err = err };
	int rc;

	x.root = gate_tree_open(t, NULL, NULL, 0, GATE_NODE_MAP, 1, err);
	if (!x.root)
		return -(int)err->code;
	rc = all_lines(&x);
	if (rc == 0 && !x.root->node.n)
		x.root->node.type = GATE_NODE_NULL;
	gate_buf_clear(&x.key);
	gate_buf_clear(&x.value);
	return rc;
}
