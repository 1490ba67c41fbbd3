/* TOML 1.0, strict: https://toml.io/en/v1.0.0. */
#include "formats/toml.h"

#include "formats/event_source.h"
#include "formats/text.h"
#include "formats/toml_scalar.h"
#include "formats/tree.h"

#include <string.h>

/* Marks of a table or array. A table made by dotted keys may be added to in the same section only, which stands above the
 * flags. */
enum {
	DEFINED = 1, /* by its own [header], or the root */
	CLOSED = 2,  /* an inline table, a plain array */
	TABLES = 4,  /* an array of tables */
	DOTTED = 8,
	SECTION = 4 /* how far the section's number is shifted */
};

/* An inline table or plain array that is open. */
struct open {
	struct gate_tree_node *node;
	unsigned section; /* of what is around it */
};

struct toml {
	struct gate_toml_place c;
	struct gate_tree *t, *main;
	struct gate_tree_node *table, *element; /* what [header] named last; the root of the open [[name]] */
	unsigned section, sections;
	struct open stack[GATE_DOC_DEPTH_MAX];
	uint32_t depth;
	/* the tables that are handed over, or NULL */
	const char *name;
	gate_toml_table_fn *fn;
	void *arg;
};

static int fail(struct toml *x, const char *what)
{
	return gate_toml_fail(&x->c, what);
}

static char peek(const struct toml *x)
{
	return x->c.p < x->c.end ? *x->c.p : 0;
}

static void blanks(struct toml *x)
{
	while (x->c.p < x->c.end && gate_is_blank(*x->c.p))
		x->c.p++;
}

static int comment(struct toml *x)
{
	if (peek(x) != '#')
		return 0;
	for (; x->c.p < x->c.end && *x->c.p != '\n'; x->c.p++) {
		unsigned char b = (unsigned char)*x->c.p;

		if (b == '\r' && x->c.p + 1 < x->c.end && x->c.p[1] == '\n')
			break;
		if ((b < 0x20 && b != '\t') || b == 0x7f)
			return fail(x, "a control character inside a comment");
	}
	return 0;
}

static bool newline(struct toml *x)
{
	if (peek(x) == '\r' && x->c.p + 1 < x->c.end && x->c.p[1] == '\n')
		x->c.p++;
	if (peek(x) != '\n')
		return false;
	x->c.p++;
	x->c.line++;
	return true;
}

/* White space, comments and line ends, as between the elements of an array. */
static int space(struct toml *x)
{
	int rc;

	do {
		blanks(x);
		rc = comment(x);
	} while (rc == 0 && newline(x));
	return rc;
}

static int end_of_line(struct toml *x)
{
	int rc;

	blanks(x);
	rc = comment(x);
	if (rc == 0 && x->c.p < x->c.end && !newline(x))
		return fail(x, "something stands behind the value or the header");
	return rc;
}

/* One part of a key, into c.text. */
static int key_part(struct toml *x)
{
	const char *begin = x->c.p;

	if (peek(x) == '"' || peek(x) == '\'')
		return gate_toml_string(&x->c, false);
	while (gate_is_letter(peek(x)) || gate_is_digit(peek(x)) || peek(x) == '_' || peek(x) == '-')
		x->c.p++;
	if (x->c.p == begin)
		return fail(x, "no key");
	gate_buf_reset(&x->c.text);
	gate_buf_add(&x->c.text, begin, (size_t)(x->c.p - begin));
	return gate_buf_check(&x->c.text, x->c.err);
}

/* Whether a dot and a further part follow; then stands before it. */
static bool dot(struct toml *x)
{
	blanks(x);
	if (peek(x) != '.')
		return false;
	x->c.p++;
	blanks(x);
	return true;
}

static struct gate_node *child(struct toml *x, struct gate_tree_node *up)
{
	return gate_tree_find(x->t, up, gate_buf_cstr(&x->c.text), x->c.text.len);
}

/* A new child under the key in c.text, or in a list. */
static int add(struct toml *x, struct gate_tree_node *up, const char *key, enum gate_node_type type,
	       struct gate_node **out)
{
	*out = gate_tree_add(x->t, up, key, x->c.line, type, x->c.line, x->c.err);
	if (!*out)
		return -(int)x->c.err->code;
	return key ? gate_tree_index(x->t, up, *out, x->c.err) : 0;
}

static int keep_text(struct toml *x, const char **out)
{
	*out = gate_tree_text(x->t, gate_buf_cstr(&x->c.text), x->c.text.len, x->c.err);
	return *out ? 0 : -(int)x->c.err->code;
}

static int add_named(struct toml *x, struct gate_tree_node *up, enum gate_node_type type, unsigned mark,
		     struct gate_tree_node **out)
{
	struct gate_node *n;
	const char *key;
	int rc = keep_text(x, &key);

	if (rc == 0)
		rc = add(x, up, key, type, &n);
	if (rc == 0) {
		*out = gate_tree_node_of(n);
		(*out)->mark = mark;
	}
	return rc;
}

/* a.b.c = : through a and b, which are made when they are not there; the last part stays in c.text. */
static int dotted_key(struct toml *x, struct gate_tree_node **up)
{
	uint32_t steps = 0;
	int rc = key_part(x);

	while (rc == 0 && dot(x)) {
		struct gate_node *n = child(x, *up);

		if (x->depth + ++steps >= gate_tree_limits(x->t)->depth)
			return gate_err_set(x->c.err, GATE_E_LIMIT, "%u: nested too deep", x->c.line);
		if (!n) {
			rc = add_named(x, *up, GATE_NODE_MAP, DOTTED | x->section << SECTION, up);
		} else {
			unsigned mark = gate_node_is_open(n) ? gate_tree_node_of(n)->mark : CLOSED;

			if (mark & (CLOSED | DEFINED | TABLES) || (mark & DOTTED && mark >> SECTION != x->section))
				return fail(x, "a dotted key into what stands elsewhere already");
			*up = gate_tree_node_of(n);
			(*up)->mark = DOTTED | x->section << SECTION;
		}
		if (rc == 0)
			rc = key_part(x);
	}
	return rc;
}

/* Everything up to the value of a pair; the key is kept. */
static int pair_key(struct toml *x, struct gate_tree_node **up, const char **key)
{
	int rc = dotted_key(x, up);

	if (rc < 0)
		return rc;
	if (child(x, *up))
		return fail(x, "this key stands here twice; keep one");
	blanks(x);
	if (peek(x) != '=')
		return fail(x, "a key without '='");
	x->c.p++;
	blanks(x);
	return keep_text(x, key);
}

/* A scalar, or the begin of an array or inline table. */
static int one_value(struct toml *x, struct gate_tree_node *up, const char *key)
{
	enum gate_node_type type = GATE_NODE_TEXT;
	const char c = peek(x);
	const bool quoted = c == '"' || c == '\'';
	uint32_t line = x->c.line;
	struct gate_node *n;
	int rc;

	if (c == '[' || c == '{') {
		if (x->depth + 1 >= gate_tree_limits(x->t)->depth || x->depth + 1 >= GATE_DOC_DEPTH_MAX)
			return gate_err_set(x->c.err, GATE_E_LIMIT, "%u: nested too deep", line);
		x->c.p++;
		rc = add(x, up, key, c == '[' ? GATE_NODE_LIST : GATE_NODE_MAP, &n);
		if (rc < 0)
			return rc;
		x->stack[x->depth++] = (struct open){ gate_tree_node_of(n), x->section };
		gate_tree_node_of(n)->mark = CLOSED;
		x->section = ++x->sections;
		return 0;
	}
	rc = quoted ? gate_toml_string(&x->c, true) : gate_toml_plain(&x->c, &type);
	if (rc == 0)
		rc = add(x, up, key, type, &n);
	if (rc < 0)
		return rc;
	n->line = line;
	n->quoted = quoted;
	return keep_text(x, &n->text);
}

static void close_one(struct toml *x)
{
	x->c.p++;
	x->section = x->stack[--x->depth].section;
}

/* The next element of the innermost open array, or its end. */
static int in_array(struct toml *x, struct gate_tree_node *up)
{
	int rc = space(x);

	if (rc < 0)
		return rc;
	if (peek(x) == ']') {
		close_one(x);
		return 0;
	}
	if (up->node.n) {
		if (peek(x) != ',')
			return fail(x, "neither a comma nor the end of the array");
		x->c.p++;
		rc = space(x);
		if (rc == 0 && peek(x) == ']') {
			close_one(x);
			return 0;
		}
	}
	return rc < 0 ? rc : one_value(x, up, NULL);
}

static int in_table(struct toml *x, struct gate_tree_node *up)
{
	const char *key;
	int rc;

	blanks(x);
	if (peek(x) == '}') {
		close_one(x);
		return 0;
	}
	if (up->node.n) {
		if (peek(x) != ',')
			return fail(x, "neither a comma nor the end of the inline table");
		x->c.p++;
		blanks(x);
	}
	rc = pair_key(x, &up, &key);
	return rc < 0 ? rc : one_value(x, up, key);
}

static int value(struct toml *x, struct gate_tree_node *up, const char *key)
{
	int rc = one_value(x, up, key);

	while (rc == 0 && x->depth) {
		struct gate_tree_node *open = x->stack[x->depth - 1].node;

		rc = open->node.type == GATE_NODE_LIST ? in_array(x, open) : in_table(x, open);
	}
	return rc;
}

static int pair(struct toml *x)
{
	struct gate_tree_node *up = x->table;
	const char *key;
	int rc = pair_key(x, &up, &key);

	return rc < 0 ? rc : value(x, up, key);
}

/* ---- headers ---- */

/* Into the table under the key in c.text on the way of a header; of an array of tables the last one. */
static int header_step(struct toml *x, struct gate_tree_node **up)
{
	struct gate_node *n = child(x, *up);
	struct gate_tree_node *to;

	if (!n)
		return add_named(x, *up, GATE_NODE_MAP, 0, up);
	if (!gate_node_is_open(n))
		return fail(x, "a header through a value that is no table");
	to = gate_tree_node_of(n);
	if (to->mark & CLOSED)
		return fail(x, "a header into an inline table or array");
	if (to->mark & TABLES && to->last)
		to = gate_tree_node_of(to->last);
	*up = to;
	return 0;
}

static int define_table(struct toml *x, struct gate_tree_node *up)
{
	struct gate_node *n = child(x, up);

	if (!n)
		return add_named(x, up, GATE_NODE_MAP, DEFINED, &x->table);
	if (!gate_node_is_open(n) || gate_tree_node_of(n)->mark)
		return fail(x, "this table stands here twice; keep one");
	x->table = gate_tree_node_of(n);
	x->table->mark = DEFINED;
	x->table->node.line = x->c.line;
	return 0;
}

static int define_element(struct toml *x, struct gate_tree_node *up)
{
	struct gate_node *n = child(x, up);
	struct gate_tree_node *list = NULL;
	int rc = 0;

	if (!n)
		rc = add_named(x, up, GATE_NODE_LIST, TABLES, &list);
	else if (!gate_node_is_open(n) || !(gate_tree_node_of(n)->mark & TABLES))
		return fail(x, "an array of tables where something else stands already");
	else
		list = gate_tree_node_of(n);
	if (rc == 0)
		rc = add(x, list, NULL, GATE_NODE_MAP, &n);
	if (rc == 0) {
		x->table = gate_tree_node_of(n);
		x->table->mark = DEFINED;
	}
	return rc;
}

/* Hands over the element that ended. */
static int deliver(struct toml *x, struct gate_tree **element)
{
	gate_autodoc struct gate_doc *doc = NULL;
	int rc = *element ? gate_tree_done(*element, &doc, x->c.err) : 0;

	if (rc == 0 && doc)
		rc = x->fn(x->arg, gate_doc_root(doc), x->c.err);
	gate_tree_freep(element);
	x->element = NULL;
	return rc;
}

/* [[name]]: a tree of its own. The main one holds an empty list in its place. */
static int begin_element(struct toml *x, struct gate_tree **element)
{
	struct gate_tree_node *root = gate_tree_top(x->main), *list;
	struct gate_node *n;
	int rc;

	x->t = x->main;
	n = child(x, root);
	if (!n)
		rc = add_named(x, root, GATE_NODE_LIST, TABLES, &list);
	else if (!gate_node_is_open(n) || !(gate_tree_node_of(n)->mark & TABLES))
		return fail(x, "an array of tables where something else stands already");
	else
		rc = deliver(x, element);
	if (rc < 0)
		return rc;
	*element = gate_tree_new(gate_tree_limits(x->main), x->c.err);
	if (!*element)
		return -GATE_E_NOMEM;
	x->t = *element;
	x->element = gate_tree_open(x->t, NULL, NULL, 0, GATE_NODE_MAP, x->c.line, x->c.err);
	if (!x->element)
		return -(int)x->c.err->code;
	x->element->mark = DEFINED;
	x->table = x->element;
	return 0;
}

/* The first part of a header decides which tree it goes to. */
static bool is_streamed(const struct toml *x)
{
	return x->name && strcmp(gate_buf_cstr(&x->c.text), x->name) == 0;
}

static int header_end(struct toml *x, bool two)
{
	blanks(x);
	if (peek(x) != ']' || (two && (x->c.end - x->c.p < 2 || x->c.p[1] != ']')))
		return fail(x, "a header that does not end");
	x->c.p += two ? 2 : 1;
	return 0;
}

static int header(struct toml *x, struct gate_tree **element)
{
	bool two = x->c.end - x->c.p >= 2 && x->c.p[1] == '[', streamed, more;
	struct gate_tree_node *up = gate_tree_top(x->main);
	uint32_t steps = 0;
	int rc;

	x->c.p += two ? 2 : 1;
	blanks(x);
	rc = key_part(x);
	if (rc < 0)
		return rc;
	x->section = ++x->sections;
	x->t = x->main;
	streamed = is_streamed(x);
	more = dot(x);
	if (streamed && !more && two) {
		rc = begin_element(x, element);
		return rc < 0 ? rc : header_end(x, two);
	}
	if (streamed && more && x->element) {
		x->t = *element;
		up = x->element;
		rc = key_part(x);
		more = dot(x);
	}
	for (; rc == 0 && more; more = dot(x)) {
		if (++steps >= gate_tree_limits(x->t)->depth)
			return gate_err_set(x->c.err, GATE_E_LIMIT, "%u: nested too deep", x->c.line);
		rc = header_step(x, &up);
		if (rc == 0)
			rc = key_part(x);
		if (rc < 0)
			return rc;
	}
	if (rc == 0)
		rc = two ? define_element(x, up) : define_table(x, up);
	return rc < 0 ? rc : header_end(x, two);
}

static int lines(struct toml *x, struct gate_tree **element)
{
	int rc = 0;

	x->t = x->main;
	x->table = gate_tree_open(x->main, NULL, NULL, 0, GATE_NODE_MAP, 1, x->c.err);
	if (!x->table)
		return -(int)x->c.err->code;
	x->table->mark = DEFINED;
	for (;;) {
		rc = space(x);
		if (rc < 0 || x->c.p == x->c.end)
			return rc;
		rc = peek(x) == '[' ? header(x, element) : pair(x);
		if (rc == 0)
			rc = end_of_line(x);
		if (rc < 0)
			return rc;
	}
}

static int run(struct toml *x)
{
	gate_autotree struct gate_tree *element = NULL;
	int rc = lines(x, &element);

	if (rc == 0)
		rc = deliver(x, &element);
	gate_buf_clear(&x->c.text);
	return rc;
}

int gate_read_toml(struct gate_tree *t, const char *bytes, size_t len, struct gate_err *err)
{
	struct toml x = { .c = { .p = bytes, .end = bytes + len, .line = 1, .err = err }, .main = t };
	int rc = run(&x);

	if (rc == 0 && !gate_tree_top(t)->node.n)
		gate_tree_top(t)->node.type = GATE_NODE_NULL;
	return rc;
}

int gate_toml_tables(const char *bytes, size_t len, const struct gate_doc_limits *limits, const char *name,
		     gate_toml_table_fn *fn, void *arg, struct gate_doc **rest, struct gate_err *err)
{
	struct toml x = { .c = { .p = bytes, .end = bytes + len, .line = 1, .err = err },
			  .name = name,
			  .fn = fn,
			  .arg = arg };
	gate_autotree struct gate_tree *t = NULL;
	int rc = gate_text_check(bytes, len, err);

	if (rc < 0)
		return rc;
	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		x.c.p += 3;
	t = gate_tree_new(limits, err);
	if (!t)
		return -GATE_E_NOMEM;
	x.main = t;
	rc = run(&x);
	return rc < 0 ? rc : gate_tree_done(t, rest, err);
}
