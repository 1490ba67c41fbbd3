/* INI as Python's configparser reads it with its defaults (docs.python.org/3/library/configparser.html): what is indented
 * deeper than its key goes on with the value, the first '=' or ':' ends a key, keys have no letter case, a comment has a line
 * of its own. More than there: keys before the first section stand at the root, and a key alone has the value nothing. */
#include "formats/text.h"
#include "formats/tree.h"

#include <string.h>

struct ini {
	struct gate_tree *t;
	struct gate_tree_node *root, *section;
	uint32_t line;
	struct gate_err *err;
	/* the key that is open, and its value so far */
	struct gate_node *key;
	size_t indent;
	struct gate_buf value, name;
};

static int fail(struct ini *x, const char *what)
{
	return gate_err_set(x->err, GATE_E_SYNTAX, "%u: %s", x->line, what);
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void trim_end(const char *s, size_t *len)
{
	while (*len && is_space(s[*len - 1]))
		(*len)--;
}

/* The value of the open key is complete: empty lines at its end do not count. */
static int close_key(struct ini *x)
{
	size_t len = x->value.len;
	int rc = gate_buf_check(&x->value, x->err);

	if (!x->key || rc < 0)
		return rc;
	if (x->key->type == GATE_NODE_TEXT) {
		trim_end(gate_buf_cstr(&x->value), &len);
		x->key->text = gate_tree_text(x->t, gate_buf_cstr(&x->value), len, x->err);
		if (!x->key->text)
			return -(int)x->err->code;
	}
	x->key = NULL;
	return 0;
}

/* A new child that no other has the name of. */
static int add(struct ini *x, struct gate_tree_node *up, const char *name, size_t len, enum gate_node_type type,
	       struct gate_node **out)
{
	const char *key;

	if (gate_tree_find(x->t, up, name, len))
		return fail(x, type == GATE_NODE_MAP ? "this section stands here twice; keep one" :
						       "this key stands here twice; keep one");
	key = gate_tree_text(x->t, name, len, x->err);
	*out = key ? gate_tree_add(x->t, up, key, x->line, type, x->line, x->err) : NULL;
	return *out ? gate_tree_index(x->t, up, *out, x->err) : -(int)x->err->code;
}

static int section(struct ini *x, const char *s, size_t len)
{
	struct gate_node *n;
	int rc;

	while (len && s[len - 1] != ']')
		len--;
	if (len < 3)
		return fail(x, "a section without a name or end");
	rc = add(x, x->root, s + 1, len - 2, GATE_NODE_MAP, &n);
	if (rc == 0)
		x->section = gate_tree_node_of(n);
	return rc;
}

static int pair(struct ini *x, const char *s, size_t len)
{
	size_t n = 0, rest;
	int rc;

	while (n < len && s[n] != '=' && s[n] != ':')
		n++;
	rest = n < len ? n + 1 : len;
	gate_buf_reset(&x->name);
	for (size_t i = 0; i < n; i++)
		gate_buf_char(&x->name, s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] | 0x20) : s[i]);
	trim_end(gate_buf_cstr(&x->name), &x->name.len);
	rc = gate_buf_check(&x->name, x->err);
	if (rc == 0 && !x->name.len)
		return fail(x, "a value without a key");
	if (rc == 0)
		rc = add(x, x->section, x->name.s, x->name.len, n < len ? GATE_NODE_TEXT : GATE_NODE_NULL, &x->key);
	while (rest < len && is_space(s[rest]))
		rest++;
	gate_buf_reset(&x->value);
	gate_buf_add(&x->value, s + rest, len - rest);
	return rc;
}

/* A line without the white space around it; indent: how much of it stood before. */
static int one_line(struct ini *x, const char *s, size_t len, size_t indent)
{
	int rc;

	if (len && (*s == '#' || *s == ';'))
		return 0;
	if (!len || (x->key && indent > x->indent)) {
		if (x->key && x->key->type == GATE_NODE_TEXT) {
			gate_buf_char(&x->value, '\n');
			gate_buf_add(&x->value, s, len);
		} else if (len && x->key) {
			return fail(x, "an indented line behind a key without a value");
		}
		return 0;
	}
	rc = close_key(x);
	x->indent = indent;
	if (rc < 0)
		return rc;
	return *s == '[' ? section(x, s, len) : pair(x, s, len);
}

static int all_lines(struct ini *x, const char *p, const char *end)
{
	int rc = 0;

	while (rc == 0 && p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p)), *next = eol ? eol + 1 : end;
		size_t len = (size_t)((eol ? eol : end) - p), indent = 0;

		x->line++;
		while (indent < len && is_space(p[indent]))
			indent++;
		trim_end(p, &len);
		rc = len > indent ? one_line(x, p + indent, len - indent, indent) : one_line(x, "", 0, 0);
		p = next;
	}
	return rc < 0 ? rc : close_key(x);
}

int gate_read_ini(struct gate_tree *t, const char *bytes, size_t len, struct gate_err *err)
{
	struct ini x = { .t = t, .err = err };
	int rc;

	x.root = x.section = gate_tree_open(t, NULL, NULL, 0, GATE_NODE_MAP, 1, err);
	if (!x.root)
		return -(int)err->code;
	rc = all_lines(&x, bytes, bytes + len);
	if (rc == 0 && !x.root->node.n)
		x.root->node.type = GATE_NODE_NULL;
	gate_buf_clear(&x.value);
	gate_buf_clear(&x.name);
	return rc;
}
