/* git's configuration (git-config(1), "Syntax"), as .gitmodules, .lfsconfig and .gitconfig have it. Includes are not followed.
 * Sections that stand twice are one; a key that stands twice is a list; a key alone is true. */
#include "formats/text.h"
#include "formats/tree.h"

#include <string.h>

struct git_config {
	struct gate_tree *t;
	struct gate_tree_node *root, *section;
	const char *p, *end;
	uint32_t line;
	struct gate_err *err;
	struct gate_buf name, value;
};

static int fail(struct git_config *x, const char *what)
{
	return gate_err_set(x->err, GATE_E_SYNTAX, "%u: %s", x->line, what);
}

/* The next character; a carriage return before a line end is nothing. 0 at the end of the file. */
static char peek(struct git_config *x)
{
	if (x->p + 1 < x->end && *x->p == '\r' && x->p[1] == '\n')
		x->p++;
	return x->p < x->end ? *x->p : 0;
}

static char take(struct git_config *x)
{
	char c = peek(x);

	if (x->p < x->end)
		x->p++;
	if (c == '\n')
		x->line++;
	return c;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_name(char c)
{
	return gate_is_letter(c) || gate_is_digit(c) || c == '-';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static void comment(struct git_config *x)
{
	while (peek(x) && peek(x) != '\n')
		take(x);
}

/* "name" with its quotes, letter case kept. */
static int subsection(struct git_config *x)
{
	while (gate_is_blank(peek(x)))
		take(x);
	if (take(x) != '"')
		return fail(x, "a subsection without quotes");
	gate_buf_char(&x->name, '.');
	for (;;) {
		char c = take(x);

		if (c == '"')
			return take(x) == ']' ? 0 : fail(x, "a section that does not end");
		if (c == '\\')
			c = take(x);
		if (!c || c == '\n')
			return fail(x, "a section that does not end");
		gate_buf_char(&x->name, c);
	}
}

static int open_section(struct git_config *x)
{
	struct gate_node *n;
	const char *key;
	int rc = gate_buf_check(&x->name, x->err);

	if (rc < 0)
		return rc;
	n = gate_tree_find(x->t, x->root, gate_buf_cstr(&x->name), x->name.len);
	if (!n) {
		key = gate_tree_text(x->t, x->name.s, x->name.len, x->err);
		n = key ? gate_tree_add(x->t, x->root, key, x->line, GATE_NODE_MAP, x->line, x->err) : NULL;
		if (!n || gate_tree_index(x->t, x->root, n, x->err) < 0)
			return -(int)x->err->code;
	}
	x->section = gate_tree_node_of(n);
	return 0;
}

static int section(struct git_config *x)
{
	int rc = 0;

	take(x);
	gate_buf_reset(&x->name);
	while (is_name(peek(x)) || peek(x) == '.')
		gate_buf_char(&x->name, lower(take(x)));
	if (!x->name.len)
		return fail(x, "a section without a name");
	if (gate_is_blank(peek(x)))
		rc = subsection(x);
	else if (take(x) != ']')
		return fail(x, "a section that does not end");
	return rc < 0 ? rc : open_section(x);
}

static int escape(struct git_config *x)
{
	static const char from[] = "tbn\"\\", to[] = "\t\b\n\"\\";
	char c = take(x);
	const char *known = c ? memchr(from, c, sizeof(from) - 1) : NULL;

	if (c == '\n')
		return 0;
	if (!known)
		return fail(x, "an escape that git does not know");
	gate_buf_char(&x->value, to[known - from]);
	return 0;
}

static int value(struct git_config *x)
{
	bool quote = false;
	size_t keep = 0; /* up to here nothing is trimmed */

	gate_buf_reset(&x->value);
	for (;;) {
		char c = peek(x);

		if (!c || c == '\n') {
			if (quote)
				return fail(x, "a quote that does not end");
			break;
		}
		if (!quote && (c == '#' || c == ';')) {
			comment(x);
			continue;
		}
		take(x);
		if (is_space(c) && !quote) {
			if (x->value.len)
				gate_buf_char(&x->value, c);
			continue;
		}
		if (c == '"')
			quote = !quote;
		else if (c == '\\' && escape(x) < 0)
			return -(int)x->err->code;
		else if (c != '\\')
			gate_buf_char(&x->value, c);
		/* a continued line adds nothing that must be kept */
		if (c != '\\' || !x->value.len || !is_space(x->value.s[x->value.len - 1]) || x->p[-1] != '\n')
			keep = x->value.len;
	}
	if (!x->value.failed)
		x->value.len = keep;
	return gate_buf_check(&x->value, x->err);
}

/* A node that can become a list when its key comes again. */
static int put(struct git_config *x, uint32_t line, bool bare)
{
	struct gate_node *n = gate_tree_find(x->t, x->section, gate_buf_cstr(&x->name), x->name.len), *again;
	const char *text = bare ? "true" : gate_tree_text(x->t, gate_buf_cstr(&x->value), x->value.len, x->err);
	const enum gate_node_type type = bare ? GATE_NODE_BOOL : GATE_NODE_TEXT;
	const char *key;

	if (!text)
		return -(int)x->err->code;
	if (!n) {
		key = gate_tree_text(x->t, gate_buf_cstr(&x->name), x->name.len, x->err);
		n = key ? gate_tree_add(x->t, x->section, key, line, GATE_NODE_LIST, line, x->err) : NULL;
		if (!n || gate_tree_index(x->t, x->section, n, x->err) < 0)
			return -(int)x->err->code;
		n->type = type;
		n->text = text;
		return 0;
	}
	if (n->type != GATE_NODE_LIST) {
		struct gate_node first = *n;

		n->type = GATE_NODE_LIST;
		n->text = "";
		again = gate_tree_add(x->t, gate_tree_node_of(n), NULL, 0, first.type, first.line, x->err);
		if (!again)
			return -(int)x->err->code;
		again->text = first.text;
	}
	again = gate_tree_add(x->t, gate_tree_node_of(n), NULL, 0, type, line, x->err);
	if (!again)
		return -(int)x->err->code;
	again->text = text;
	return 0;
}

static int pair(struct git_config *x)
{
	uint32_t line = x->line;
	int rc = 0;

	if (!x->section)
		return fail(x, "a key before the first section");
	if (!gate_is_letter(peek(x)))
		return fail(x, "neither a section nor a key");
	gate_buf_reset(&x->name);
	while (is_name(peek(x)))
		gate_buf_char(&x->name, lower(take(x)));
	while (gate_is_blank(peek(x)))
		take(x);
	if (peek(x) && peek(x) != '\n') {
		if (take(x) != '=')
			return fail(x, "a key without '='");
		rc = value(x);
		return rc < 0 ? rc : put(x, line, false);
	}
	rc = gate_buf_check(&x->name, x->err);
	return rc < 0 ? rc : put(x, line, true);
}

static int all(struct git_config *x)
{
	int rc = 0;

	while (rc == 0 && peek(x)) {
		char c = peek(x);

		if (is_space(c))
			take(x);
		else if (c == '#' || c == ';')
			comment(x);
		else
			rc = c == '[' ? section(x) : pair(x);
	}
	return rc;
}

int gate_read_git_config(struct gate_tree *t, const char *bytes, size_t len, struct gate_err *err)
{
	struct git_config x = { .t = t, .p = bytes, .end = bytes + len, .line = 1, .err = err };
	int rc;

	x.root = gate_tree_open(t, NULL, NULL, 0, GATE_NODE_MAP, 1, err);
	if (!x.root)
		return -(int)err->code;
	rc = all(&x);
	if (rc == 0 && !x.root->node.n)
		x.root->node.type = GATE_NODE_NULL;
	gate_buf_clear(&x.name);
	gate_buf_clear(&x.value);
	return rc;
}
