#include "formats/js.h"

#include "base/buf.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 64u
#define NODES_MAX 200000u
#define CONSTS_MAX 256u
#define SOURCE_MAX 200u /* of an expression that is no literal */
#define CHUNK ((size_t)64 << 10)
#define MEMORY_MAX ((size_t)24 << 20)

struct chunk {
	struct chunk *next;
	size_t used, size;
	max_align_t bytes[];
};

struct constant {
	const char *name;
	const struct gate_node *value;
};

struct gate_js {
	struct chunk *chunks;
	size_t memory;
	uint32_t nodes;
	const struct gate_node *root;
};

/* Nodes in the order they were found. */
struct row {
	struct gate_node *first, *last;
	uint32_t n;
};

struct parser {
	struct gate_js *js;
	const char *s;
	size_t len, at;
	uint32_t line, depth;
	struct constant consts[CONSTS_MAX];
	size_t n_consts;
	struct gate_err *err;
	int rc;
	struct gate_node spare; /* what is made after an error */
};

static void *take(struct parser *p, size_t n)
{
	struct chunk *c = p->js->chunks;
	void *got;

	n = (n + 15) & ~(size_t)15;
	if (!c || c->size - c->used < n) {
		size_t size = n > CHUNK ? n : CHUNK;

		if (p->js->memory + size > MEMORY_MAX) {
			p->rc = gate_err_set(p->err, GATE_E_LIMIT, "%u: too much for one configuration file", p->line);
			return NULL;
		}
		c = malloc(sizeof(*c) + size);
		if (!c) {
			p->rc = gate_err_set(p->err, GATE_E_NOMEM, "out of memory");
			return NULL;
		}
		p->js->memory += size;
		*c = (struct chunk){ .next = p->js->chunks, .size = size };
		p->js->chunks = c;
	}
	got = (char *)c->bytes + c->used;
	c->used += n;
	return got;
}

static const char *keep(struct parser *p, const char *s, size_t n)
{
	char *to = take(p, n + 1);

	if (!to)
		return "";
	for (size_t i = 0; i < n; i++)
		to[i] = s[i] ? s[i] : ' ';
	to[n] = '\0';
	return to;
}

static struct gate_node *node(struct parser *p, enum gate_node_type type, uint32_t line)
{
	struct gate_node *n;

	if (++p->js->nodes > NODES_MAX && p->rc == 0)
		p->rc = gate_err_set(p->err, GATE_E_LIMIT, "%u: too many values", p->line);
	n = p->rc < 0 ? NULL : take(p, sizeof(*n));
	if (!n) {
		p->spare = (struct gate_node){ .text = "" };
		return &p->spare;
	}
	*n = (struct gate_node){ .type = type, .line = line, .text = "" };
	return n;
}

static void append(struct row *r, struct gate_node *n)
{
	if (r->last == n)
		return;
	n->next = NULL;
	if (r->last)
		r->last->next = n;
	else
		r->first = n;
	r->last = n;
	r->n++;
}

static struct gate_node *holder(struct parser *p, enum gate_node_type type, const struct row *r, bool many,
				uint32_t line)
{
	struct gate_node *n = node(p, type, line);

	n->first = r->first;
	n->n = r->n;
	n->many = many;
	return n;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
	       (unsigned char)c >= 0x80;
}

static char peek(const struct parser *p, size_t ahead)
{
	return p->at + ahead < p->len ? p->s[p->at + ahead] : '\0';
}

static bool done(const struct parser *p)
{
	return p->at >= p->len || p->rc < 0;
}

static void forward(struct parser *p, size_t n)
{
	for (; n && p->at < p->len; n--, p->at++)
		p->line += p->s[p->at] == '\n';
}

/* Blanks and comments; gives whether a line ended in them. */
static bool blanks(struct parser *p)
{
	uint32_t line = p->line;

	while (p->at < p->len) {
		char c = p->s[p->at];
		const char *end;

		if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\0') {
			forward(p, 1);
		} else if (c == '/' && peek(p, 1) == '/') {
			end = memchr(p->s + p->at, '\n', p->len - p->at);
			forward(p, end ? (size_t)(end - p->s) - p->at : p->len - p->at);
		} else if (c == '/' && peek(p, 1) == '*') {
			end = memmem(p->s + p->at + 2, p->len - p->at - 2, "*/", 2);
			forward(p, end ? (size_t)(end - p->s) + 2 - p->at : p->len - p->at);
		} else {
			break;
		}
	}
	return p->line != line;
}

/* 'x', "x" and `x`; one with ${} in it is no literal. */
static struct gate_node *string(struct parser *p)
{
	char q = p->s[p->at];
	uint32_t line = p->line, braces = 0;
	size_t from = p->at + 1, i = from;
	bool literal = true;
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_node *n;

	for (; i < p->len && (p->s[i] != q || braces); i++) {
		if (p->s[i] == '\n' && q != '`')
			break;
		if (p->s[i] == '\\' && i + 1 < p->len)
			i++;
		else if (q == '`' && p->s[i] == '$' && i + 1 < p->len && p->s[i + 1] == '{')
			literal = false;
		braces += !literal && p->s[i] == '{';
		braces -= braces && p->s[i] == '}';
		gate_buf_char(&b, p->s[i]);
	}
	n = node(p, GATE_NODE_TEXT, line);
	n->quoted = literal;
	n->text = keep(p, gate_buf_cstr(&b), b.len);
	forward(p, i + 1 - p->at);
	return n;
}

static size_t word_at(const struct parser *p, size_t at)
{
	size_t n = 0;

	while (at + n < p->len && is_word(p->s[at + n]))
		n++;
	return n;
}

static bool is(const struct parser *p, size_t n, const char *word)
{
	return n == strlen(word) && memcmp(p->s + p->at, word, n) == 0;
}

static struct gate_node *number(struct parser *p)
{
	struct gate_node *n = node(p, GATE_NODE_NUMBER, p->line);
	size_t i = word_at(p, p->at);

	if (peek(p, i) == '.' && peek(p, i + 1) >= '0' && peek(p, i + 1) <= '9')
		i += 1 + word_at(p, p->at + i + 1);
	n->text = keep(p, p->s + p->at, i);
	forward(p, i);
	return n;
}

static const struct gate_node *constant(const struct parser *p, const char *name, size_t n)
{
	for (size_t i = p->n_consts; i > 0; i--) {
		if (strlen(p->consts[i - 1].name) == n && memcmp(p->consts[i - 1].name, name, n) == 0)
			return p->consts[i - 1].value;
	}
	return NULL;
}

/* A copy that can stand in another row; what hangs below is shared. */
static struct gate_node *copy(struct parser *p, const struct gate_node *of)
{
	struct gate_node *n = node(p, of->type, of->line);
	uint32_t line = n->line;

	*n = *of;
	n->line = line;
	n->next = NULL;
	return n;
}

/* What an expression was made of so far. */
struct parts {
	struct row items;
	uint32_t others; /* tokens that are neither literals nor signs of arithmetic */
	uint32_t signs;
	const char *name; /* the only token, when it is a name */
	size_t name_len;
	char last; /* 'v' an operand, 'a' "=>", ')' , 'k' a keyword that a block follows, or the sign */
	size_t from;
	uint32_t line;
};

static struct gate_node *value(struct parser *p, bool statement);

static void statements(struct parser *p, struct row *to)
{
	while (!done(p)) {
		struct gate_node *n;
		size_t at = p->at;

		blanks(p);
		if (done(p) || peek(p, 0) == '}')
			return;
		n = value(p, true);
		if (n->type == GATE_NODE_MAP || n->type == GATE_NODE_LIST)
			append(to, n);
		blanks(p);
		if (!done(p) && strchr(";,)]", peek(p, 0)))
			forward(p, 1);
		else if (p->at == at)
			forward(p, 1);
	}
}

static void spread(struct parser *p, struct row *to)
{
	struct gate_node *n;
	const struct gate_node *of;
	size_t w;

	forward(p, 3);
	blanks(p);
	w = word_at(p, p->at);
	of = constant(p, p->s + p->at, w);
	if (w && of && of->type == GATE_NODE_MAP && strchr(",} \t\r\n", peek(p, w)) && peek(p, w)) {
		for (const struct gate_node *c = of->first; c && p->rc == 0; c = c->next) {
			n = copy(p, c);
			append(to, n);
		}
		forward(p, w);
		return;
	}
	n = value(p, false);
	if (n->type == GATE_NODE_MAP || n->type == GATE_NODE_LIST) {
		n->key = "...";
		append(to, n);
	}
}

static const char *key(struct parser *p)
{
	char c = peek(p, 0);
	size_t n;
	const char *k;

	if (c == '"' || c == '\'' || c == '`')
		return string(p)->text;
	if (c == '[') {
		size_t from = p->at + 1;
		const char *end = memchr(p->s + from, ']', p->len - from);

		n = end ? (size_t)(end - p->s) - from : 0;
		if (n > 1 && (p->s[from] == '\'' || p->s[from] == '"')) {
			from++;
			n -= 2;
		}
		k = keep(p, p->s + from, n < SOURCE_MAX ? n : SOURCE_MAX);
		forward(p, end ? (size_t)(end - p->s) + 1 - p->at : 1);
		return k;
	}
	n = word_at(p, p->at);
	if (!n)
		return NULL;
	k = keep(p, p->s + p->at, n);
	forward(p, n);
	return k;
}

static void pair(struct parser *p, struct row *to)
{
	uint32_t line = p->line;
	size_t from = p->at;
	const char *k = key(p);
	const struct gate_node *of;
	struct gate_node *n;

	if (!k) {
		forward(p, 1);
		return;
	}
	blanks(p);
	if (peek(p, 0) == '?')
		forward(p, 1);
	if (peek(p, 0) == ':') {
		forward(p, 1);
		n = value(p, false);
	} else if (peek(p, 0) == ',' || peek(p, 0) == '}') { /* { name } */
		of = constant(p, p->s + from, p->at - from);
		n = of ? copy(p, of) : node(p, GATE_NODE_TEXT, line);
	} else { /* a method, get x() {} */
		n = value(p, false);
	}
	n->key = k;
	n->key_line = line;
	append(to, n);
}

static struct gate_node *object(struct parser *p)
{
	struct row pairs = { 0 };
	uint32_t line = p->line;

	forward(p, 1);
	for (;;) {
		blanks(p);
		if (done(p) || peek(p, 0) == '}')
			break;
		if (peek(p, 0) == ',' || peek(p, 0) == ';' || peek(p, 0) == ')' || peek(p, 0) == ']')
			forward(p, 1);
		else if (p->len - p->at > 3 && memcmp(p->s + p->at, "...", 3) == 0)
			spread(p, &pairs);
		else
			pair(p, &pairs);
	}
	forward(p, 1);
	return holder(p, GATE_NODE_MAP, &pairs, false, line);
}

static struct gate_node *list(struct parser *p, char end)
{
	struct row items = { 0 };
	uint32_t line = p->line;

	forward(p, 1);
	for (;;) {
		blanks(p);
		if (done(p) || peek(p, 0) == end)
			break;
		if (strchr(",;}])", peek(p, 0)))
			forward(p, 1);
		else
			append(&items, value(p, false));
	}
	forward(p, 1);
	return holder(p, GATE_NODE_LIST, &items, false, line);
}

static void block(struct parser *p, struct row *to)
{
	forward(p, 1);
	statements(p, to);
	forward(p, 1);
}

/* What a call or a bracket holds joins what the expression holds. */
static void merge(struct parts *x, const struct gate_node *list_)
{
	const struct gate_node *next;

	for (const struct gate_node *c = list_->first; c; c = next) {
		struct gate_node *mine;

		next = c->next;
		memcpy(&mine, &c, sizeof(mine));
		if (c->type != GATE_NODE_TEXT || c->quoted)
			append(&x->items, mine);
	}
}

static void braces(struct parser *p, struct parts *x)
{
	if (x->last == 'a' || x->last == ')' || x->last == 'k') {
		block(p, &x->items);
		x->others++;
	} else {
		append(&x->items, object(p));
	}
	x->last = 'v';
}

static void word(struct parser *p, struct parts *x)
{
	static const char *const literals[] = { "true", "false", "null", "undefined" };
	static const char *const blocks[] = { "else", "try", "finally", "do" };
	size_t n = word_at(p, p->at);
	char last = 'v';

	for (size_t i = 0; i < GATE_ARRAY_LEN(literals); i++) {
		struct gate_node *c;

		if (!is(p, n, literals[i]))
			continue;
		c = node(p, i < 2 ? GATE_NODE_BOOL : GATE_NODE_NULL, p->line);
		c->text = literals[i];
		append(&x->items, c);
		forward(p, n);
		x->last = 'v';
		return;
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(blocks); i++)
		last = is(p, n, blocks[i]) ? 'k' : last;
	if (!x->others && !x->items.n && !x->signs) {
		x->name = p->s + p->at;
		x->name_len = n;
	}
	x->others++;
	x->last = last;
	forward(p, n);
}

static void regex(struct parser *p, struct parts *x)
{
	size_t i = p->at + 1;
	bool set = false;
	struct gate_node *n;

	for (; i < p->len && p->s[i] != '\n' && (p->s[i] != '/' || set); i++) {
		i += p->s[i] == '\\';
		set = i < p->len && (p->s[i] == '[' || (set && p->s[i] != ']'));
	}
	if (i >= p->len || p->s[i] != '/') {
		forward(p, 1);
		x->last = '/';
		return;
	}
	n = node(p, GATE_NODE_TEXT, p->line);
	n->quoted = true;
	n->text = keep(p, p->s + p->at, i + 1 - p->at);
	append(&x->items, n);
	forward(p, i + 1 - p->at);
	forward(p, word_at(p, p->at));
	x->last = 'v';
}

static void sign(struct parser *p, struct parts *x)
{
	char c = peek(p, 0);

	if (c == '=' && peek(p, 1) == '>') {
		x->others++;
		x->last = 'a';
		forward(p, 2);
		return;
	}
	if (c == '/' && x->last != 'v' && x->last != ')') {
		regex(p, x);
		return;
	}
	if (strchr("+-*/", c) && c)
		x->signs++;
	else
		x->others++;
	x->last = c;
	forward(p, 1);
}

static void token(struct parser *p, struct parts *x)
{
	char c = peek(p, 0);

	if (c == '{') {
		braces(p, x);
	} else if (c == '[' && x->last != 'v' && x->last != ')') {
		append(&x->items, list(p, ']'));
		x->last = 'v';
	} else if (c == '(' || c == '[') {
		merge(x, list(p, c == '(' ? ')' : ']'));
		x->others += c == '[' || x->last == 'v' || x->last == ')';
		x->others += c == '(';
		x->last = ')';
	} else if (c == '"' || c == '\'' || c == '`') {
		append(&x->items, string(p));
		x->last = 'v';
	} else if (c >= '0' && c <= '9') {
		append(&x->items, number(p));
		x->last = 'v';
	} else if (is_word(c)) {
		word(p, x);
	} else {
		sign(p, x);
	}
}

static bool to_number(const char *s, double *v)
{
	char digits[40], *end;
	size_t n = 0;

	for (; *s && n + 1 < sizeof(digits); s++) {
		if (*s != '_')
			digits[n++] = *s;
	}
	digits[n] = '\0';
	*v = strtod(digits, &end);
	return n && !*end;
}

/* 5 * 60 * 1000, -1: left to right, products first. NULL when it is not that. */
static struct gate_node *arithmetic(struct parser *p, const struct parts *x, size_t end)
{
	double sum = 0, product = 1, v;
	char pending = '+', text[40];
	bool want = true, have = false;
	int minus = 1;
	const struct gate_node *c = x->items.first;
	struct gate_node *n;

	if (x->others || !x->signs || !x->items.n)
		return NULL;
	for (size_t i = x->from; i < end && i < p->len; i++) {
		char s = p->s[i];

		if (want && s == '-') {
			minus = -minus;
		} else if (want && s >= '0' && s <= '9') {
			if (!c || c->type != GATE_NODE_NUMBER || !to_number(c->text, &v))
				return NULL;
			i += strlen(c->text) - 1;
			c = c->next;
			v *= minus;
			minus = 1;
			product = !have ? v : pending == '*' ? product * v : pending == '/' && v != 0 ? product / v : v;
			have = true;
			want = false;
		} else if (!want && (s == '+' || s == '-')) {
			sum += product;
			have = false;
			minus = s == '-' ? -1 : 1;
			want = true;
		} else if (!want && (s == '*' || s == '/')) {
			if (s == '/' && i + 1 < end && (p->s[i + 1] == '/' || p->s[i + 1] == '*'))
				return NULL;
			pending = s;
			want = true;
		} else if (s != ' ' && s != '\t' && s != '\n' && s != '\r') {
			return NULL;
		}
	}
	if (want || c)
		return NULL;
	snprintf(text, sizeof(text), "%.12g", sum + product);
	n = node(p, GATE_NODE_NUMBER, x->line);
	n->text = keep(p, text, strlen(text));
	return n;
}

static struct gate_node *finish(struct parser *p, const struct parts *x, size_t end)
{
	const struct gate_node *of;
	struct gate_node *n;
	size_t len = end - x->from;

	if (x->items.n == 1 && !x->others && !x->signs)
		return x->items.first;
	n = arithmetic(p, x, end);
	if (n)
		return n;
	if (x->name && x->others == 1 && !x->items.n && !x->signs) {
		of = constant(p, x->name, x->name_len);
		if (of)
			return copy(p, of);
	}
	if (x->items.n)
		return holder(p, GATE_NODE_LIST, &x->items, true, x->line);
	while (len && strchr(" \t\r\n", p->s[x->from + len - 1]))
		len--;
	n = node(p, GATE_NODE_TEXT, x->line);
	n->text = keep(p, p->s + x->from, len < SOURCE_MAX ? len : SOURCE_MAX);
	return n;
}

/* const NAME = ..., let NAME: Type = ...; gives the name's length, with the position behind the '='. */
static size_t declared(struct parser *p, const char **name)
{
	size_t w = word_at(p, p->at), n;

	if (is(p, w, "export")) {
		forward(p, w);
		blanks(p);
		w = word_at(p, p->at);
	}
	if (!is(p, w, "const") && !is(p, w, "let") && !is(p, w, "var"))
		return 0;
	forward(p, w);
	blanks(p);
	n = word_at(p, p->at);
	*name = p->s + p->at;
	forward(p, n);
	while (!done(p) && peek(p, 0) != '=' && peek(p, 0) != ';' && peek(p, 0) != '\n' && peek(p, 0) != '{')
		forward(p, 1);
	if (!n || peek(p, 0) != '=')
		return 0;
	forward(p, 1);
	return n;
}

static struct gate_node *value(struct parser *p, bool statement)
{
	struct parts x = { 0 };
	const char *name = NULL;
	struct gate_node *n;
	size_t named, end;

	if (++p->depth > DEPTH_MAX) {
		p->rc = gate_err_set(p->err, GATE_E_LIMIT, "%u: nested too deep", p->line);
		p->depth--;
		return node(p, GATE_NODE_NULL, p->line);
	}
	named = statement ? declared(p, &name) : 0;
	blanks(p);
	x.from = end = p->at;
	x.line = p->line;
	while (!done(p) && !strchr(",}]);", peek(p, 0))) {
		token(p, &x);
		end = p->at;
		/* a line that ends behind an operand, and the next begins with a word: another statement */
		if (blanks(p) && statement && (x.last == 'v' || x.last == ')') && is_word(peek(p, 0)))
			break;
	}
	n = finish(p, &x, end);
	if (named && p->n_consts < CONSTS_MAX)
		p->consts[p->n_consts++] = (struct constant){ keep(p, name, named), n };
	p->depth--;
	return n;
}

int gate_js_parse(const char *bytes, size_t len, struct gate_js **out, struct gate_err *err)
{
	gate_autofree struct parser *p = calloc(1, sizeof(*p));
	struct row roots = { 0 };

	*out = NULL;
	if (!p)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	p->js = calloc(1, sizeof(*p->js));
	if (!p->js)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	p->s = bytes ? bytes : "";
	p->len = len;
	p->line = 1;
	p->err = err;
	while (!done(p)) {
		statements(p, &roots);
		if (!done(p))
			forward(p, 1); /* a '}' too many */
	}
	p->js->root = holder(p, GATE_NODE_LIST, &roots, true, 1);
	if (p->rc < 0) {
		gate_js_free(p->js);
		return p->rc;
	}
	*out = p->js;
	return 0;
}

const struct gate_node *gate_js_root(const struct gate_js *js)
{
	return js->root;
}

void gate_js_free(struct gate_js *js)
{
	if (!js)
		return;
	while (js->chunks) {
		struct chunk *next = js->chunks->next;

		free(js->chunks);
		js->chunks = next;
	}
	free(js);
}
