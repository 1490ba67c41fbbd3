#include "rules/regex_shape.h"

#include "base/buf.h"
#include "rules/acdfa.h"

#include <stdlib.h>
#include <string.h>

#define NODES_MAX 60000u
#define DEPTH_MAX 60u
#define VISITS_MAX (64u << 20)
#define PRODUCT_MAX (4u << 20) /* nodes times states of the keywords: what is remembered of a walk */

enum kind { SET, SPLIT, ACCEPT };

/* SPLIT: an empty step to a and b (-1: none). SET: one byte of `set`, then a. */
struct node {
	enum kind kind;
	int32_t a, b;
	uint64_t set[4];
};

struct reader {
	const char *p;
	struct node *v;
	uint32_t n, cap;
	uint32_t copies; /* of a repeated part: more cannot matter within the bytes that are looked at */
	bool fold, bad, nomem;
};

struct part {
	int32_t start, end; /* end is a SPLIT whose a is free */
};

static int32_t add(struct reader *r, enum kind kind, int32_t a, int32_t b)
{
	if (r->n == r->cap && !r->nomem) {
		uint32_t cap = r->cap ? r->cap * 2 : 256;
		struct node *v = cap <= NODES_MAX * 2 ? reallocarray(r->v, cap, sizeof(*v)) : NULL;

		r->bad |= cap > NODES_MAX * 2;
		r->nomem = !v;
		if (v) {
			r->v = v;
			r->cap = cap;
		}
	}
	if (r->nomem || r->n >= NODES_MAX) {
		r->bad = true;
		return 0;
	}
	r->v[r->n] = (struct node){ .kind = kind, .a = a, .b = b };
	return (int32_t)r->n++;
}

static struct part empty(struct reader *r)
{
	int32_t e = add(r, SPLIT, -1, -1);

	return (struct part){ e, e };
}

static struct part join(struct reader *r, struct part x, struct part y)
{
	if (!r->bad)
		r->v[x.end].a = y.start;
	return (struct part){ x.start, y.end };
}

static void set_bit(uint64_t *set, unsigned c)
{
	set[c >> 6] |= UINT64_C(1) << (c & 63);
}

static bool has_bit(const uint64_t *set, unsigned c)
{
	return (set[c >> 6] >> (c & 63) & 1) != 0;
}

static void set_range(uint64_t *set, unsigned from, unsigned to)
{
	for (; from <= to; from++)
		set_bit(set, from);
}

static struct part one_of(struct reader *r, const uint64_t *set)
{
	int32_t e = add(r, SPLIT, -1, -1), s = add(r, SET, e, -1);

	if (!r->bad) {
		memcpy(r->v[s].set, set, sizeof(r->v[s].set));
		for (unsigned c = 'a'; r->fold && c <= 'z'; c++) {
			if (has_bit(set, c) || has_bit(set, c - 32)) {
				set_bit(r->v[s].set, c);
				set_bit(r->v[s].set, c - 32);
			}
		}
	}
	return (struct part){ s, e };
}

static const struct {
	char letter;
	const char *ranges; /* pairs */
} classes[] = {
	{ 'd', "09" }, { 'w', "09AZaz__" }, { 's', "\t\r  " }, { 'h', "\t\t  " }, { 'v', "\n\r" },
};

/* \d, \W and so on into the set; false when it is none of them. */
static bool class_letter(char c, uint64_t *set)
{
	uint64_t got[4] = { 0 };
	char lower = (char)(c | 32);

	for (size_t i = 0; i < GATE_ARRAY_LEN(classes); i++) {
		if (classes[i].letter != lower)
			continue;
		for (const char *p = classes[i].ranges; *p; p += 2)
			set_range(got, (unsigned char)p[0], (unsigned char)p[1]);
		if (lower == 'h' || lower == 'v') /* and what Latin-1 has of them */
			set_range(got, lower == 'h' ? 0xa0 : 0x85, lower == 'h' ? 0xa0 : 0x85);
		for (size_t k = 0; k < 4; k++)
			set[k] |= c == lower ? got[k] : ~got[k];
		return true;
	}
	return false;
}

static unsigned hex_digit(char c)
{
	return c >= '0' && c <= '9' ? (unsigned)(c - '0') : (c | 32) >= 'a' && (c | 32) <= 'f' ? (unsigned)((c | 32) - 'a' + 10) : 99;
}

/* A letter behind a backslash that stands for one byte; r->p is behind the letter. */
static unsigned escape_byte(struct reader *r, char c)
{
	static const char from[] = "ntrfea0", to[] = "\n\t\r\f\033\a";
	const char *at = strchr(from, c);
	unsigned v = 0;

	if (c != 'x')
		return at ? (unsigned char)to[at - from] : (unsigned char)c;
	if (*r->p == '{') {
		for (r->p++; hex_digit(*r->p) < 16; r->p++)
			v = v << 4 | hex_digit(*r->p);
		r->bad |= *r->p != '}' || v > 255;
		r->p += *r->p == '}';
		return v & 255;
	}
	for (int i = 0; i < 2 && hex_digit(*r->p) < 16; i++)
		v = v << 4 | hex_digit(*r->p++);
	return v;
}

/* Letters behind a backslash with a meaning that is not read here. */
static bool odd_letter(char c)
{
	return c && strchr("KQEGRXNPpCcgkLlUuo", c);
}

static struct part all_bytes_maybe(struct reader *r);

static struct part escape(struct reader *r)
{
	uint64_t set[4] = { 0 };
	char c = *r->p;

	if (!c || odd_letter(c)) {
		r->bad = true;
		return empty(r);
	}
	r->p++;
	if (strchr("bBAzZ", c))
		return empty(r);
	if (c >= '1' && c <= '9')
		return all_bytes_maybe(r);
	if (!class_letter(c, set))
		set_bit(set, escape_byte(r, c));
	return one_of(r, set);
}

static const struct {
	const char *name, *ranges;
} posix[] = {
	{ "alnum", "09AZaz" }, { "alpha", "AZaz" }, { "digit", "09" }, { "upper", "AZ" },     { "lower", "az" },
	{ "space", "\t\r  " }, { "xdigit", "09AFaf" }, { "word", "09AZaz__" }, { "punct", "!/:@[`{~" }, { "print", " ~" },
	{ "graph", "!~" },
};

static bool posix_class(struct reader *r, uint64_t *set)
{
	for (size_t i = 0; r->p[0] == '[' && r->p[1] == ':' && i < GATE_ARRAY_LEN(posix); i++) {
		size_t n = strlen(posix[i].name);

		if (strncmp(r->p + 2, posix[i].name, n) != 0 || strncmp(r->p + 2 + n, ":]", 2) != 0)
			continue;
		for (const char *q = posix[i].ranges; *q; q += 2)
			set_range(set, (unsigned char)q[0], (unsigned char)q[1]);
		r->p += n + 4;
		return true;
	}
	r->bad |= r->p[0] == '[' && r->p[1] == ':';
	return false;
}

/* One byte of a class, or a whole \w in *set (then -1). */
static int class_member(struct reader *r, uint64_t *set)
{
	char c = *r->p++;

	if (c != '\\')
		return (unsigned char)c;
	c = *r->p;
	if (!c || (odd_letter(c) && c != 'E')) {
		r->bad = true;
		return -1;
	}
	r->p++;
	if (class_letter(c, set))
		return -1;
	return c == 'b' ? '\b' : (int)escape_byte(r, c);
}

static struct part class(struct reader *r)
{
	uint64_t set[4] = { 0 };
	bool not = *r->p == '^', fold = r->fold;
	struct part made;

	r->p += not;
	for (bool first = true; !r->bad && (*r->p != ']' || first); first = false) {
		int from, to;

		if (!*r->p) {
			r->bad = true;
			break;
		}
		if (posix_class(r, set))
			continue;
		from = class_member(r, set);
		if (from < 0)
			continue;
		to = from;
		if (r->p[0] == '-' && r->p[1] && r->p[1] != ']') {
			r->p++;
			to = class_member(r, set);
			r->bad |= to < from;
		}
		if (!r->bad)
			set_range(set, (unsigned)from, (unsigned)to);
	}
	r->p += *r->p == ']';
	for (unsigned c = 'a'; fold && c <= 'z'; c++) {
		if (has_bit(set, c) || has_bit(set, c - 32)) {
			set_bit(set, c);
			set_bit(set, c - 32);
		}
	}
	for (size_t k = 0; not && k < 4; k++)
		set[k] = ~set[k];
	r->fold = false;
	made = one_of(r, set);
	r->fold = fold;
	return made;
}

static struct part alternation(struct reader *r, unsigned depth);

/* Behind "(?": letters of flags; true when it is a group of flags alone or "flags:". */
static bool flags(struct reader *r)
{
	const char *p = r->p;
	bool on = true, fold = r->fold;

	for (; *p && strchr("imsJn-", *p); p++) {
		if (*p == '-')
			on = false;
		if (*p == 'i')
			fold = on;
	}
	if (p == r->p && *p != ':')
		return false;
	if (*p != ')' && *p != ':')
		return false;
	r->p = p;
	r->fold = fold;
	return true;
}

/* The name of a named group; r->p on "P<", "<" or "'". */
static bool group_name(struct reader *r)
{
	const char *p = r->p + (*r->p == 'P');
	char end = *p == '<' ? '>' : *p == '\'' ? '\'' : '\0';
	const char *close = end ? strchr(p + 1, end) : NULL;

	if (!close)
		return false;
	r->p = close + 1;
	return true;
}

static struct part group(struct reader *r, unsigned depth)
{
	bool fold = r->fold, look = false;
	struct part body;

	if (*r->p == '*') {
		r->bad = true;
		return empty(r);
	}
	if (*r->p == '?') {
		r->p++;
		if (*r->p == '=' || *r->p == '!') {
			look = true;
			r->p++;
		} else if (r->p[0] == '<' && (r->p[1] == '=' || r->p[1] == '!')) {
			look = true;
			r->p += 2;
		} else if (*r->p == '>' || *r->p == '|') {
			r->p++;
		} else if (flags(r)) {
			if (*r->p++ == ')')
				return empty(r); /* until the end of the group around it */
		} else if (!group_name(r)) {
			r->bad = true;
			return empty(r);
		}
	}
	body = alternation(r, depth + 1);
	r->fold = fold;
	r->bad |= *r->p != ')';
	r->p += *r->p == ')';
	return look ? empty(r) : body;
}

static struct part all_bytes_maybe(struct reader *r)
{
	uint64_t set[4] = { ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0) };
	struct part one = one_of(r, set);
	int32_t out = add(r, SPLIT, -1, -1), in = add(r, SPLIT, one.start, out);

	if (!r->bad)
		r->v[one.end].a = in;
	return (struct part){ in, out };
}

static struct part atom(struct reader *r, unsigned depth)
{
	uint64_t set[4] = { 0 };
	char c = *r->p++;

	switch (c) {
	case '(':
		return group(r, depth);
	case '[':
		return class(r);
	case '\\':
		return escape(r);
	case '.':
		set_range(set, 0, 255);
		return one_of(r, set);
	case '^':
	case '$':
		return empty(r);
	default:
		set_bit(set, (unsigned char)c);
		return one_of(r, set);
	}
}

/* "{2,5}" and its like; false when the brace is a literal one. */
static bool counts(struct reader *r, uint32_t *least, uint32_t *most)
{
	const char *p = r->p + 1;
	char *end;

	if (*r->p == '*' || *r->p == '+' || *r->p == '?') {
		*least = *r->p == '+';
		*most = *r->p == '?' ? 1 : UINT32_MAX;
		r->p++;
		return true;
	}
	if (*r->p != '{' || *p < '0' || *p > '9')
		return false;
	*least = *most = (uint32_t)strtoul(p, &end, 10);
	if (*end == ',') {
		p = end + 1;
		*most = *p == '}' ? UINT32_MAX : (uint32_t)strtoul(p, &end, 10);
		if (*p == '}')
			end++;
	}
	if (*end != '}')
		return false;
	r->p = end + 1;
	return true;
}

/* x?, x* and the optional rest of x{m,n}. */
static struct part maybe(struct reader *r, struct part x, bool again)
{
	int32_t out = add(r, SPLIT, -1, -1), in = add(r, SPLIT, x.start, out);

	if (!r->bad)
		r->v[x.end].a = again ? in : out;
	return (struct part){ in, out };
}

/* Copies are made by reading the atom's text again. */
static struct part item(struct reader *r, unsigned depth)
{
	const char *from = r->p, *behind;
	bool fold = r->fold;
	struct part x = atom(r, depth), all;
	uint32_t least, most;

	if (r->bad || !counts(r, &least, &most))
		return x;
	if (*r->p == '?' || *r->p == '+')
		r->p++; /* lazy, possessive */
	behind = r->p;
	if (least == 0 && most == 0)
		return empty(r);
	if (most > r->copies)
		most = UINT32_MAX; /* more copies only add matches */
	if (least > r->copies)
		least = r->copies;
	if (least == 0 && (most == 1 || most == UINT32_MAX))
		return maybe(r, x, most != 1);
	all = empty(r);
	for (uint32_t i = 0; !r->bad && i < least; i++) {
		r->p = from;
		r->fold = fold;
		all = join(r, all, atom(r, depth));
	}
	for (uint32_t i = least; !r->bad && i < most; i++) {
		r->p = from;
		r->fold = fold;
		if (most == UINT32_MAX) {
			all = join(r, all, maybe(r, atom(r, depth), true));
			break;
		}
		all = join(r, all, maybe(r, atom(r, depth), false));
	}
	r->p = behind;
	return all;
}

static struct part alternation(struct reader *r, unsigned depth)
{
	int32_t out = add(r, SPLIT, -1, -1), in = -1;

	r->bad |= depth > DEPTH_MAX;
	while (!r->bad) {
		struct part one = empty(r);

		while (!r->bad && *r->p && *r->p != '|' && *r->p != ')')
			one = join(r, one, item(r, depth));
		if (r->bad)
			break;
		r->v[one.end].a = out;
		in = in < 0 ? one.start : add(r, SPLIT, one.start, in);
		if (*r->p != '|')
			break;
		r->p++;
	}
	return (struct part){ in < 0 ? out : in, out };
}

/* ---- the proof ---- */

struct walk {
	const struct reader *r;
	const struct gate_acdfa *dfa;
	const char *const *words;
	struct gate_shape_word *out;
	uint32_t lo, hi, depth;
	uint64_t *seen;	   /* node x state, of this depth */
	uint64_t *done;	   /* a word each: by which keywords the node behind it was reached */
	uint32_t *now, *then;
	size_t n_now, n_then;
	bool not;
};

static bool mark(uint64_t *bits, size_t i)
{
	bool fresh = !(bits[i >> 6] >> (i & 63) & 1);

	bits[i >> 6] |= UINT64_C(1) << (i & 63);
	return fresh;
}

/* All nodes that eat a byte, or accept, and that empty steps lead to; `fn` is told each. */
static void closure(struct walk *w, uint32_t node, uint32_t state, void (*fn)(struct walk *w, uint32_t node, uint32_t state))
{
	size_t top = 0;
	uint32_t stack[512];

	stack[top++] = node;
	while (top) {
		uint32_t at = stack[--top];
		const struct node *v = &w->r->v[at];

		if (!mark(w->seen, (size_t)at * w->dfa->n_states + state))
			continue;
		if (v->kind != SPLIT) {
			fn(w, at, state);
			continue;
		}
		if (top + 2 > GATE_ARRAY_LEN(stack)) {
			w->not = true;
			return;
		}
		if (v->b >= 0)
			stack[top++] = (uint32_t)v->b;
		if (v->a >= 0)
			stack[top++] = (uint32_t)v->a;
	}
}

static void keep(struct walk *w, uint32_t node, uint32_t state)
{
	if (w->r->v[node].kind == ACCEPT) {
		w->not = true; /* a whole match, and no word in it */
		return;
	}
	w->then[w->n_then++] = node;
	w->then[w->n_then++] = state;
}

/* Which word ends here and begins where it should; depth is the number of bytes so far. */
static int satisfied(const struct walk *w, uint32_t state)
{
	const struct gate_acdfa *a = w->dfa;

	for (uint32_t i = state < a->first_out ? UINT32_MAX : a->out_at[state - a->first_out];
	     i != UINT32_MAX && i < a->out_at[state - a->first_out + 1]; i++) {
		uint32_t len = (uint32_t)strlen(w->words[a->out[i]]), start = w->depth - len;

		if (w->hi == GATE_SHAPE_ANYWHERE || (start >= w->lo && start <= w->hi))
			return a->out[i];
	}
	return -1;
}

/* What may stand behind the word: the bytes that the nodes after it take. */
static void note_next(struct walk *w, int word, uint32_t node)
{
	size_t top = 0, n = (size_t)w->r->n;
	gate_autofree uint64_t *seen = calloc(n / 64 + 1, 8);
	gate_autofree uint32_t *stack = calloc(2 * n + 2, sizeof(*stack));

	if (!seen || !stack) {
		memset(w->out[word].next, 0xff, sizeof(w->out[word].next));
		return;
	}
	stack[top++] = node;
	while (top) {
		uint32_t at = stack[--top];
		const struct node *v = &w->r->v[at];

		if (!mark(seen, at))
			continue;
		if (v->kind == ACCEPT)
			memset(w->out[word].next, 0xff, sizeof(w->out[word].next));
		for (size_t k = 0; v->kind == SET && k < 4; k++)
			w->out[word].next[k] |= v->set[k];
		if (v->kind == SPLIT && v->b >= 0)
			stack[top++] = (uint32_t)v->b;
		if (v->kind == SPLIT && v->a >= 0)
			stack[top++] = (uint32_t)v->a;
	}
}

static void step(struct walk *w, uint32_t node, uint32_t state)
{
	const struct node *v = &w->r->v[node];

	for (unsigned c = 0; c < 256 && !w->not; c++) {
		uint32_t next;
		int word;

		if (!has_bit(v->set, c))
			continue;
		next = gate_acdfa_step(w->dfa, state, (unsigned char)c);
		word = satisfied(w, next);
		if (word < 0)
			closure(w, (uint32_t)v->a, next, keep);
		else if (mark(w->done, (size_t)(uint32_t)v->a * 64 + (size_t)word))
			note_next(w, word, (uint32_t)v->a);
	}
}

static bool walk_ways(struct walk *w, uint32_t start, size_t bits)
{
	uint64_t visits = 0;

	closure(w, start, 0, keep);
	while (w->n_then && !w->not) {
		uint32_t *swap = w->now;

		w->now = w->then;
		w->then = swap;
		w->n_now = w->n_then;
		w->n_then = 0;
		w->depth++;
		visits += w->n_now * 128;
		if (visits > VISITS_MAX ||
		    (w->hi != GATE_SHAPE_ANYWHERE && w->depth > w->hi + GATE_ACDFA_WORD_MAX))
			return false;
		if (w->hi != GATE_SHAPE_ANYWHERE) /* the depth belongs to what was seen */
			memset(w->seen, 0, bits / 8);
		for (size_t i = 0; i < w->n_now && !w->not; i += 2)
			step(w, w->now[i], w->now[i + 1]);
	}
	return !w->not;
}

/* Whether no way from the nodes behind a word to the end, or 48 bytes on, goes without an operator. */
static bool has_operator(const struct walk *w)
{
	size_t n = w->r->n;
	gate_autofree uint64_t *cur = calloc(n / 64 + 1, 8), *nxt = calloc(n / 64 + 1, 8);

	if (!cur || !nxt)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (w->done[i])
			mark(cur, i);
	}
	for (unsigned d = 0; d <= GATE_SHAPE_OPERATOR; d++) {
		bool more = true, any = false;

		while (more) { /* empty steps; few rounds, since most lead onwards */
			more = false;
			for (size_t i = 0; i < n; i++) {
				const struct node *v = &w->r->v[i];

				if (!(cur[i >> 6] >> (i & 63) & 1))
					continue;
				if (v->kind == ACCEPT)
					return false;
				if (v->kind == SPLIT && v->a >= 0)
					more |= mark(cur, (size_t)v->a);
				if (v->kind == SPLIT && v->b >= 0)
					more |= mark(cur, (size_t)v->b);
			}
		}
		memset(nxt, 0, (n / 64 + 1) * 8);
		for (size_t i = 0; i < n; i++) {
			const struct node *v = &w->r->v[i];
			uint64_t set[4];

			if (!(cur[i >> 6] >> (i & 63) & 1) || v->kind != SET)
				continue;
			memcpy(set, v->set, sizeof(set));
			for (const char *p = GATE_SHAPE_OPERATORS; *p; p++)
				set[(unsigned char)*p >> 6] &= ~(UINT64_C(1) << ((unsigned char)*p & 63));
			if (set[0] | set[1] | set[2] | set[3]) {
				mark(nxt, (size_t)v->a);
				any = true;
			}
		}
		if (!any)
			return true;
		memcpy(cur, nxt, (n / 64 + 1) * 8);
	}
	return false;
}

static int prove(struct reader *r, uint32_t start, const struct gate_acdfa *dfa, struct walk *w, bool *operators,
		 struct gate_err *err)
{
	size_t bits = ((size_t)r->n * dfa->n_states + 63) / 64 * 64;
	gate_autofree uint64_t *seen = calloc(bits / 64 + 1, 8), *done = calloc((size_t)r->n + 1, 8);
	gate_autofree uint32_t *a = calloc(bits + 1, 2 * sizeof(*a)), *b = calloc(bits + 1, 2 * sizeof(*b));
	bool proved;

	if (!seen || !done || !a || !b)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	w->r = r;
	w->dfa = dfa;
	w->seen = seen;
	w->done = done;
	w->now = a;
	w->then = b;
	proved = walk_ways(w, start, bits);
	*operators = proved && has_operator(w);
	return proved ? GATE_SHAPE_PROVED : GATE_SHAPE_NOT;
}

int gate_shape_prove(const char *regex, const char *const *words, size_t n, uint32_t lo, uint32_t hi,
		     struct gate_shape_word *words_out, bool *operators, struct gate_err *err)
{
	struct reader r = { .p = regex, .copies = GATE_SHAPE_OPERATOR + GATE_ACDFA_WORD_MAX + 2 + (hi == GATE_SHAPE_ANYWHERE ? 0 : hi) };
	struct walk w = { .words = words, .out = words_out, .lo = lo, .hi = hi };
	struct gate_acdfa_built built;
	struct part all = alternation(&r, 0);
	int rc;

	*operators = false;
	memset(words_out, 0, n * sizeof(*words_out));
	if (!r.bad && !*r.p) {
		int32_t accept = add(&r, ACCEPT, -1, -1);

		if (!r.bad)
			r.v[all.end].a = accept;
	}
	if (r.bad || *r.p || n > 64) {
		free(r.v);
		return r.nomem ? gate_err_set(err, GATE_E_NOMEM, "out of memory") : GATE_SHAPE_UNREADABLE;
	}
	rc = gate_acdfa_build(words, n, &built, err);
	if (rc == 0) {
		rc = (uint64_t)r.n * built.dfa.n_states > PRODUCT_MAX ?
			     GATE_SHAPE_UNREADABLE :
			     prove(&r, (uint32_t)all.start, &built.dfa, &w, operators, err);
		gate_acdfa_built_clear(&built);
	}
	free(r.v);
	return rc;
}

size_t gate_shape_leading(const char *regex, size_t *flags_len)
{
	static const char lead[] = "[\\w.-]{0,";
	const char *p;

	*flags_len = strncmp(regex, "(?i)", 4) == 0 ? 4 : 0;
	p = regex + *flags_len;
	if (strncmp(p, lead, sizeof(lead) - 1) != 0)
		return 0;
	p += sizeof(lead) - 1;
	p += strspn(p, "0123456789");
	/* an alternative further on would lose its own beginning */
	return strncmp(p, "}?", 2) == 0 ? (size_t)(p + 2 - regex) - *flags_len : 0;
}
