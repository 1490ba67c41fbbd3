/* HCL 2, native syntax (https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md), as .tf files are written. Literals,
 * lists and objects become nodes; every other expression is a text with its source, white space and comments made one space. */
#include "formats/event_source.h"
#include "formats/text.h"
#include "formats/tree.h"

#include <string.h>

/* An open block body, object or list. */
struct level {
	struct gate_tree_node *node;
	char end; /* '}' or ']'; 0: the file */
	bool object;
};

struct hcl {
	struct gate_tree *t;
	const char *p, *end;
	uint32_t line;
	struct gate_err *err;
	struct level stack[GATE_DOC_DEPTH_MAX];
	uint32_t depth;
	struct gate_buf text;
};

static int fail(struct hcl *x, const char *what)
{
	return gate_err_set(x->err, GATE_E_SYNTAX, "%u: %s", x->line, what);
}

static char at(const struct hcl *x, size_t n)
{
	return (size_t)(x->end - x->p) > n ? x->p[n] : 0;
}

static void line_comment(struct hcl *x)
{
	while (x->p < x->end && *x->p != '\n')
		x->p++;
}

static int block_comment(struct hcl *x)
{
	uint32_t begun = x->line;

	for (x->p += 2; x->end - x->p >= 2; x->p++) {
		if (x->p[0] == '*' && x->p[1] == '/') {
			x->p += 2;
			return 0;
		}
		x->line += *x->p == '\n';
	}
	return gate_err_set(x->err, GATE_E_SYNTAX, "%u: a comment that does not end", begun);
}

/* White space and comments; line ends too when `lines`. */
static int space(struct hcl *x, bool lines)
{
	int rc = 0;

	while (rc == 0 && x->p < x->end) {
		char c = *x->p;

		if (c == ' ' || c == '\t' || c == '\r' || (lines && c == '\n')) {
			x->line += c == '\n';
			x->p++;
		} else if (c == '#' || (c == '/' && at(x, 1) == '/')) {
			line_comment(x);
		} else if (c == '/' && at(x, 1) == '*') {
			rc = block_comment(x);
		} else {
			break;
		}
	}
	return rc;
}

static bool is_word(char c)
{
	return gate_is_letter(c) || gate_is_digit(c) || c == '_' || c == '-' || (unsigned char)c >= 0x80;
}

static size_t word(const struct hcl *x)
{
	size_t n = 0;

	while (is_word(at(x, n)))
		n++;
	return n;
}

/* ---- templates ---- */

/* Behind "${" or "%{": moves behind its end. Strings inside may hold templates again; `open` says how deep, and of what. */
static int skip_template(struct hcl *x)
{
	char open[GATE_DOC_DEPTH_MAX];
	uint32_t n = 0;

	open[n++] = '}';
	while (n) {
		char c = at(x, 0), inside = open[n - 1];

		if (x->p == x->end)
			return fail(x, "a template that does not end");
		if (n == GATE_DOC_DEPTH_MAX)
			return gate_err_set(x->err, GATE_E_LIMIT, "%u: templates nested too deep", x->line);
		x->p++;
		x->line += c == '\n';
		if (inside == '"') {
			if (c == '\\')
				x->p += x->p < x->end;
			else if (c == '"')
				n--;
			else if ((c == '$' || c == '%') && at(x, 0) == '{' && x->p[-1] == c) {
				x->p++;
				open[n++] = '}';
			}
		} else if (c == '"') {
			open[n++] = '"';
		} else if (c == '{') {
			open[n++] = '}';
		} else if (c == '}') {
			n--;
		}
	}
	return 0;
}

static int escape(struct hcl *x)
{
	static const char from[] = "nrt\"\\", to[] = "\n\r\t\"\\";
	char c = at(x, 1);
	const char *known = c ? memchr(from, c, sizeof(from) - 1) : NULL;
	size_t n = c == 'u' ? 4 : 8;
	uint32_t value;

	if (known) {
		gate_buf_char(&x->text, to[known - from]);
		x->p += 2;
		return 0;
	}
	if ((c == 'u' || c == 'U') && (size_t)(x->end - x->p) >= n + 2 && gate_text_hex(x->p + 2, n, &value) &&
	    gate_text_add_char(&x->text, value)) {
		x->p += n + 2;
		return 0;
	}
	return fail(x, "an escape that HCL does not know");
}

/* "..." into x->text; *templated when ${ or %{ stands in it, whose source is kept. */
static int quoted(struct hcl *x, bool *templated)
{
	int rc = 0;

	gate_buf_reset(&x->text);
	*templated = false;
	for (x->p++; rc == 0;) {
		char c = at(x, 0);

		if (x->p == x->end || c == '\n')
			return fail(x, "a text that does not end");
		if (c == '"') {
			x->p++;
			return gate_buf_check(&x->text, x->err);
		}
		if (c == '\\') {
			rc = escape(x);
		} else if ((c == '$' || c == '%') && at(x, 1) == c && at(x, 2) == '{') {
			gate_buf_char(&x->text, c);
			gate_buf_char(&x->text, '{');
			x->p += 3;
		} else if ((c == '$' || c == '%') && at(x, 1) == '{') {
			const char *begin = x->p;

			*templated = true;
			x->p += 2;
			rc = skip_template(x);
			gate_buf_add(&x->text, begin, (size_t)(x->p - begin));
		} else {
			gate_buf_char(&x->text, c);
			x->p++;
		}
	}
	return rc;
}

/* The least indent of the lines that are not blank goes, with <<-. */
static size_t least_indent(const char *s, size_t len)
{
	size_t least = SIZE_MAX;

	for (const char *p = s; p < s + len;) {
		const char *eol = memchr(p, '\n', (size_t)(s + len - p));
		size_t n = 0;

		while (gate_is_blank(p[n]))
			n++;
		if (p[n] != '\n' && n < least)
			least = n;
		p = eol ? eol + 1 : s + len;
	}
	return least == SIZE_MAX ? 0 : least;
}

static void add_lines(struct hcl *x, const char *s, size_t len, size_t indent)
{
	for (const char *p = s; p < s + len;) {
		const char *eol = memchr(p, '\n', (size_t)(s + len - p)), *next = eol ? eol + 1 : s + len;
		size_t n = (size_t)(next - p), cut = indent < n ? indent : n - 1;

		while (cut && !gate_is_blank(p[cut - 1]))
			cut--;
		gate_buf_add(&x->text, p + cut, n - cut);
		p = next;
	}
}

/* <<EOT and <<-EOT, into x->text. */
static int heredoc(struct hcl *x)
{
	bool flush = at(x, 2) == '-';
	const char *tag, *begin;
	size_t n;

	x->p += flush ? 3 : 2;
	n = word(x);
	tag = x->p;
	x->p += n;
	if (at(x, 0) == '\r')
		x->p++;
	if (!n || at(x, 0) != '\n')
		return fail(x, "a heredoc without its word");
	begin = ++x->p;
	x->line++;
	while (x->p < x->end) {
		const char *line = x->p, *eol = memchr(line, '\n', (size_t)(x->end - line)), *s = line;
		const char *stop = eol ? eol : x->end;

		while (s < stop && gate_is_blank(*s))
			s++;
		while (stop > s && (gate_is_blank(stop[-1]) || stop[-1] == '\r'))
			stop--;
		if ((size_t)(stop - s) == n && memcmp(s, tag, n) == 0) {
			gate_buf_reset(&x->text);
			add_lines(x, begin, (size_t)(line - begin),
				  flush ? least_indent(begin, (size_t)(line - begin)) : 0);
			x->p = stop;
			return gate_buf_check(&x->text, x->err);
		}
		x->line += eol != NULL;
		x->p = eol ? eol + 1 : x->end;
	}
	return fail(x, "a heredoc that does not end");
}

/* ---- expressions ---- */

static char closing(char c)
{
	return c == '(' ? ')' : c == '[' ? ']' : '}';
}

static int copy_text(struct hcl *x, struct gate_buf *out)
{
	const char *begin = x->p;
	bool unused;
	int rc = *begin == '"' ? quoted(x, &unused) : heredoc(x);

	if (rc == 0)
		gate_buf_add(out, begin, (size_t)(x->p - begin));
	return rc;
}

static void one_space(struct gate_buf *out, size_t from)
{
	if (out->len > from && out->s[out->len - 1] != ' ')
		gate_buf_char(out, ' ');
}

/* Source up to the end of the expression: a line end, comma or closing sign outside of all brackets. Appended to out. */
static int source(struct hcl *x, struct gate_buf *out)
{
	char open[GATE_DOC_DEPTH_MAX];
	const size_t from = out->len;
	uint32_t n = 0;
	int rc = 0;

	while (rc == 0 && x->p < x->end) {
		const char *before = x->p;
		char c = at(x, 0);

		rc = space(x, n > 0);
		if (rc < 0)
			return rc;
		if (x->p != before) {
			one_space(out, from);
			continue;
		}
		if (!n && (c == '\n' || c == ',' || c == '}' || c == ']' || c == ')'))
			break;
		if (c == '"' || (c == '<' && at(x, 1) == '<' && (at(x, 2) == '-' || is_word(at(x, 2))))) {
			rc = copy_text(x, out);
			continue;
		}
		if (c == '(' || c == '[' || c == '{') {
			if (n == GATE_DOC_DEPTH_MAX)
				return gate_err_set(x->err, GATE_E_LIMIT, "%u: nested too deep", x->line);
			open[n++] = closing(c);
		} else if (c == ')' || c == ']' || c == '}') {
			if (open[--n] != c)
				return fail(x, "brackets that do not fit");
		}
		gate_buf_char(out, c);
		x->p++;
	}
	while (out->len > from && out->s[out->len - 1] == ' ')
		out->len--;
	if (rc == 0 && n)
		return fail(x, "brackets that do not end");
	return rc < 0 ? rc : gate_buf_check(out, x->err);
}

static struct gate_tree_node *top(struct hcl *x)
{
	return x->stack[x->depth].node;
}

static int add(struct hcl *x, const char *key, enum gate_node_type type, uint32_t line, struct gate_node **out)
{
	*out = gate_tree_add(x->t, top(x), key, line, type, line, x->err);
	if (!*out)
		return -(int)x->err->code;
	return key ? gate_tree_index(x->t, top(x), *out, x->err) : 0;
}

static int push(struct hcl *x, struct gate_tree_node *node, char end, bool object)
{
	if (x->depth + 1 >= gate_tree_limits(x->t)->depth || x->depth + 1 >= GATE_DOC_DEPTH_MAX)
		return gate_err_set(x->err, GATE_E_LIMIT, "%u: nested too deep", x->line);
	x->stack[++x->depth] = (struct level){ node, end, object };
	return 0;
}

/* Whether the expression ends here, so that what was read is all of it. */
static bool ends_here(struct hcl *x)
{
	struct hcl ahead = *x;
	char c;

	if (space(&ahead, x->stack[x->depth].end == ']') < 0)
		return false;
	c = at(&ahead, 0);
	return ahead.p == ahead.end || c == '\n' || c == ',' || c == '}' || c == ']';
}

static bool is_number(const char *s, size_t len)
{
	size_t i = 0, digits = 0;

	if (len && *s == '-')
		i++;
	for (; i < len && (gate_is_digit(s[i]) || s[i] == '.'); i++)
		digits += gate_is_digit(s[i]);
	if (digits && i < len && (s[i] == 'e' || s[i] == 'E')) {
		i++;
		if (i < len && (s[i] == '+' || s[i] == '-'))
			i++;
		for (digits = 0; i < len && gate_is_digit(s[i]); i++)
			digits++;
	}
	return digits && i == len;
}

static enum gate_node_type plain_type(const char *s, size_t len)
{
	if (strcmp(s, "null") == 0)
		return GATE_NODE_NULL;
	if (strcmp(s, "true") == 0 || strcmp(s, "false") == 0)
		return GATE_NODE_BOOL;
	return is_number(s, len) ? GATE_NODE_NUMBER : GATE_NODE_TEXT;
}

/* A quoted text or heredoc that is the whole expression: 1; 0 when it is only the begin of one, and nothing was read. */
static int whole_text(struct hcl *x, bool *templated)
{
	struct hcl start = *x;
	int rc = at(x, 0) == '"' ? quoted(x, templated) : heredoc(x);

	if (rc < 0)
		return rc;
	if (ends_here(x))
		return 1;
	start.text = x->text;
	*x = start;
	return 0;
}

/* [for ...] and {for ...} are expressions. */
static bool is_for(const struct hcl *x)
{
	struct hcl ahead = *x;

	ahead.p++;
	return space(&ahead, true) == 0 && word(&ahead) == 3 && memcmp(ahead.p, "for", 3) == 0 &&
	       !is_word(at(&ahead, 3)) && (at(&ahead, 3) == ' ' || at(&ahead, 3) == '\n' || at(&ahead, 3) == '\t');
}

static int value(struct hcl *x, const char *key)
{
	const uint32_t line = x->line;
	const char c = at(x, 0);
	bool templated = false;
	struct gate_node *n;
	int rc = 0;

	if ((c == '[' || c == '{') && !is_for(x)) {
		rc = add(x, key, c == '[' ? GATE_NODE_LIST : GATE_NODE_MAP, line, &n);
		x->p++;
		return rc < 0 ? rc : push(x, gate_tree_node_of(n), closing(c), true);
	}
	if (c == '"' || (c == '<' && at(x, 1) == '<'))
		rc = whole_text(x, &templated);
	if (rc < 0)
		return rc;
	if (!rc) {
		gate_buf_reset(&x->text);
		/* quoted texts inside go through x->text: the source is collected aside */
		gate_auto(gate_buf) struct gate_buf out = { 0 };

		rc = source(x, &out);
		if (rc == 0 && !out.len)
			return fail(x, "no value");
		if (rc == 0)
			rc = add(x, key, plain_type(gate_buf_cstr(&out), out.len), line, &n);
		if (rc == 0)
			n->text = gate_tree_text(x->t, out.s, out.len, x->err);
		return rc < 0 ? rc : n->text ? 0 : -(int)x->err->code;
	}
	rc = add(x, key, GATE_NODE_TEXT, line, &n);
	if (rc < 0)
		return rc;
	n->quoted = !templated;
	n->text = gate_tree_text(x->t, gate_buf_cstr(&x->text), x->text.len, x->err);
	return n->text ? 0 : -(int)x->err->code;
}

/* ---- bodies, objects, lists ---- */

static int keep(struct hcl *x, const char *s, size_t len, const char **out)
{
	*out = gate_tree_text(x->t, s, len, x->err);
	return *out ? 0 : -(int)x->err->code;
}

static bool has_key(struct hcl *x, const char *key)
{
	return gate_tree_find(x->t, top(x), key, strlen(key)) != NULL;
}

static int list_element(struct hcl *x)
{
	int rc;

	if (top(x)->node.n) {
		if (at(x, 0) != ',')
			return fail(x, "neither a comma nor the end of the list");
		x->p++;
		rc = space(x, true);
		if (rc < 0)
			return rc;
		if (at(x, 0) == ']') {
			x->p++;
			x->depth--;
			return 0;
		}
	}
	return value(x, NULL);
}

/* A key of an object: a name, a text, or (an expression). */
static int object_key(struct hcl *x, const char **key)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	const char *begin = x->p;
	bool unused;
	int rc = 0;

	if (at(x, 0) == '"') {
		rc = quoted(x, &unused);
		return rc < 0 ? rc : keep(x, gate_buf_cstr(&x->text), x->text.len, key);
	}
	while (rc == 0 && x->p < x->end && !strchr("=:\n,}", *x->p)) {
		if (*x->p == '"')
			rc = copy_text(x, &out);
		else
			x->p++;
	}
	while (x->p > begin && (gate_is_blank(x->p[-1]) || x->p[-1] == '\r'))
		x->p--;
	if (rc == 0 && x->p == begin)
		return fail(x, "no key");
	return rc < 0 ? rc : keep(x, begin, (size_t)(x->p - begin), key);
}

static int object_pair(struct hcl *x)
{
	const char *key;
	int rc = object_key(x, &key);

	if (rc == 0)
		rc = space(x, false);
	if (rc < 0)
		return rc;
	if (at(x, 0) != '=' && at(x, 0) != ':')
		return fail(x, "a key without '='");
	x->p++;
	rc = space(x, false);
	if (rc == 0 && has_key(x, key))
		return fail(x, "this key stands here twice; keep one");
	return rc < 0 ? rc : value(x, key);
}

/* The map under a block's type or label: the one that is there, when it is a map of labels. */
static int label(struct hcl *x, struct gate_tree_node **up, const char *key, bool last)
{
	struct gate_node *n = gate_tree_find(x->t, *up, key, strlen(key));
	bool fresh = !n || n->type != GATE_NODE_MAP || last || gate_tree_node_of(n)->mark;

	if (n && !gate_node_is_open(n))
		return fail(x, "a block where a value stands already");
	if (fresh) {
		n = gate_tree_add(x->t, *up, key, x->line, GATE_NODE_MAP, x->line, x->err);
		if (!n || gate_tree_index(x->t, *up, n, x->err) < 0)
			return -(int)x->err->code;
		gate_tree_node_of(n)->mark = last; /* the body of a block: another block is another node */
	}
	*up = gate_tree_node_of(n);
	return 0;
}

/* type "a" b { */
static int block(struct hcl *x, const char *type)
{
	struct gate_tree_node *up = top(x);
	const char *key = type, *next;
	uint32_t labels = 0;
	bool unused;
	int rc = 0;

	while (rc == 0 && at(x, 0) != '{') {
		if (at(x, 0) == '"') {
			rc = quoted(x, &unused);
			if (rc == 0)
				rc = keep(x, gate_buf_cstr(&x->text), x->text.len, &next);
		} else {
			size_t n = word(x);

			if (!n)
				return fail(x, "neither '=' nor a block");
			rc = keep(x, x->p, n, &next);
			x->p += n;
		}
		if (rc == 0 && x->depth + ++labels >= gate_tree_limits(x->t)->depth)
			return gate_err_set(x->err, GATE_E_LIMIT, "%u: nested too deep", x->line);
		if (rc == 0)
			rc = label(x, &up, key, false);
		if (rc == 0)
			rc = space(x, false);
		key = next;
	}
	if (rc == 0)
		rc = label(x, &up, key, true);
	x->p++;
	return rc < 0 ? rc : push(x, up, '}', false);
}

static int body_item(struct hcl *x)
{
	size_t n = word(x);
	const char *key;
	int rc;

	if (!n || gate_is_digit(*x->p))
		return fail(x, "neither an attribute nor a block");
	rc = keep(x, x->p, n, &key);
	x->p += n;
	if (rc == 0)
		rc = space(x, false);
	if (rc < 0)
		return rc;
	if (at(x, 0) != '=' || at(x, 1) == '=')
		return block(x, key);
	x->p++;
	if (has_key(x, key))
		return fail(x, "this key stands here twice; keep one");
	rc = space(x, false);
	return rc < 0 ? rc : value(x, key);
}

/* Behind an item of a body: a line end, or the end of a block in one line. Of an object: a comma too. */
static int part(struct hcl *x)
{
	const struct level *l = &x->stack[x->depth];
	int rc = space(x, false);

	if (rc < 0 || x->p == x->end || l->end == ']' || at(x, 0) == '}')
		return rc;
	if (l->object && at(x, 0) == ',') {
		x->p++;
		return 0;
	}
	return at(x, 0) == '\n' ? 0 : fail(x, "something stands behind the value");
}

static int step(struct hcl *x)
{
	const struct level l = x->stack[x->depth];
	const uint32_t depth = x->depth;
	int rc;

	if (l.end && at(x, 0) == l.end) {
		x->p++;
		x->depth--;
		return part(x);
	}
	if (l.end == ']')
		return list_element(x);
	rc = l.object ? object_pair(x) : body_item(x);
	return rc == 0 && x->depth == depth ? part(x) : rc;
}

static int all(struct hcl *x)
{
	int rc;

	for (;;) {
		rc = space(x, true);
		if (rc < 0)
			return rc;
		if (x->p == x->end)
			return x->depth ? fail(x, "the file ends inside a block, object or list") : 0;
		rc = step(x);
		if (rc < 0)
			return rc;
	}
}

int gate_read_hcl(struct gate_tree *t, const char *bytes, size_t len, struct gate_err *err)
{
	struct hcl x = { .t = t, .p = bytes, .end = bytes + len, .line = 1, .err = err };
	int rc;

	x.stack[0].node = gate_tree_open(t, NULL, NULL, 0, GATE_NODE_MAP, 1, err);
	if (!x.stack[0].node)
		return -(int)err->code;
	rc = all(&x);
	if (rc == 0 && !x.stack[0].node->node.n)
		x.stack[0].node->node.type = GATE_NODE_NULL;
	gate_buf_clear(&x.text);
	return rc;
}
