#define PCRE2_CODE_UNIT_WIDTH 8

#include "rules/secret_scan.h"

#include "base/mem.h"

#include <pcre2.h>
#include <string.h>

#define MATCH_LIMIT 2000000u
#define DEPTH_LIMIT 20000u
#define HEAP_LIMIT_KIB (16u << 10)
#define STACK_MIN ((size_t)32 << 10)
#define STACK_MAX ((size_t)4 << 20)
/* What a look-ahead may read behind the longest match. */
#define MARGIN 256u
/* How far a look at a keyword reaches, for types that do not reach far: `hi` bytes back for each of two keywords side by side, the bytes of
 * the keyword, a look-behind; forward the longest match, its look-ahead, the operator. */
#define NEAR_HI 256u
#define NEAR_BEHIND 256u
#define REACH_BACK (2 * NEAR_HI + NEAR_BEHIND + GATE_ACDFA_WORD_MAX)
#define REACH_ON (GATE_SECRET_NEAR + MARGIN + GATE_SHAPE_OPERATOR)
/* Machine code pays for itself after so many tries; a push of one commit seldom gets there. */
#define JIT_AFTER 24u

struct code {
	pcre2_code *code;
	bool tried;
	uint32_t uses;
	struct gate_regex **allow, *near;
	size_t behind;	/* the last match ended here: the next begins behind it */
	size_t tried_to; /* a window's places before this one were tried */
	bool limit;	/* said so for this text */
	uint64_t text;	/* which text the last three are about */
};

struct gate_secret_scanner {
	const struct gate_secret_set *set;
	struct code *codes;
	struct gate_ac_hit *hits;
	pcre2_match_data *data;
	pcre2_match_context *limits;
	pcre2_jit_stack *stack;
	uint64_t text; /* the number of the present one: what is remembered of another one is forgotten when it is asked for */
	bool looks_back; /* an expression looks further back than a look at a keyword may */
};

struct gate_secret_scanner *gate_secret_scanner_new(const struct gate_secret_set *set, struct gate_err *err)
{
	struct gate_secret_scanner *s = calloc(1, sizeof(*s));

	if (s) {
		s->set = set;
		s->codes = calloc(set->n_rules + 1, sizeof(*s->codes));
		s->hits = calloc(GATE_ACDFA_BLOCK, sizeof(*s->hits));
		s->data = pcre2_match_data_create(10, NULL);
		s->limits = pcre2_match_context_create(NULL);
	}
	if (!s || !s->codes || !s->hits || !s->data || !s->limits) {
		gate_secret_scanner_free(s);
		gate_err_set(err, GATE_E_NOMEM, "out of memory");
		return NULL;
	}
	pcre2_set_match_limit(s->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(s->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(s->limits, HEAP_LIMIT_KIB);
	return s;
}

void gate_secret_scanner_free(struct gate_secret_scanner *s)
{
	if (!s)
		return;
	for (size_t i = 0; s->codes && i < s->set->n_rules; i++) {
		struct code *c = &s->codes[i];

		pcre2_code_free(c->code);
		gate_regex_free(c->near);
		for (uint32_t k = 0; c->allow && k < s->set->rules[i].n_allow; k++)
			gate_regex_free(c->allow[k]);
		free(c->allow);
	}
	free(s->codes);
	free(s->hits);
	pcre2_match_data_free(s->data);
	pcre2_match_context_free(s->limits);
	pcre2_jit_stack_free(s->stack);
	free(s);
}

/* As rules/regex.c compiles them, but tied to the place where they are tried. A window's expression is tied too: each place
 * of the window is tried by itself only when PCRE2's own search may not stop (it has no machine code for a bounded one). */
static pcre2_code *compile(const struct gate_secret_rule *r, bool anchored)
{
	size_t flags, lead = gate_shape_leading(r->regex, &flags);
	pcre2_compile_context *ctx = pcre2_compile_context_create(NULL);
	uint32_t options = PCRE2_MULTILINE | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C |
			   (anchored ? PCRE2_ANCHORED : PCRE2_USE_OFFSET_LIMIT) | (flags ? PCRE2_CASELESS : 0);
	pcre2_code *made = NULL;
	PCRE2_SIZE at;
	int code;

	if (ctx) {
		pcre2_set_newline(ctx, PCRE2_NEWLINE_ANYCRLF);
		made = pcre2_compile((PCRE2_SPTR)(r->regex + flags + lead), PCRE2_ZERO_TERMINATED, options, &code, &at, ctx);
	}
	pcre2_compile_context_free(ctx);
	return made;
}

static bool looks_back(const pcre2_code *code)
{
	uint32_t n = 0;

	return code && (pcre2_pattern_info(code, PCRE2_INFO_MAXLOOKBEHIND, &n) != 0 || n > NEAR_BEHIND);
}

/* Machine code where the process may have some; the interpreter does the same work. */
static void to_machine_code(struct gate_secret_scanner *s, struct code *c)
{
	if (pcre2_jit_compile(c->code, PCRE2_JIT_COMPLETE) < 0 || s->stack)
		return;
	s->stack = pcre2_jit_stack_create(STACK_MIN, STACK_MAX, NULL);
	if (s->stack)
		pcre2_jit_stack_assign(s->limits, NULL, s->stack);
}

struct scan {
	struct gate_secret_scanner *s;
	const char *text;
	size_t len;
	const bool *skip;
	gate_secret_match_fn *fn;
	void *arg;
	struct gate_spans *kept; /* NULL: nobody asks */
};

/* Whether a match of the type, or the place of its keyword, may reach further than is looked at around a change. */
static bool reaches_far(const struct scan *x, const struct gate_secret_use *u)
{
	return u->hi > NEAR_HI || x->s->set->rules[u->rule].max_len > GATE_SECRET_NEAR;
}

static int say_limit(struct scan *x, const struct gate_secret_use *u, struct gate_err *err)
{
	struct code *c = &x->s->codes[u->rule];
	struct gate_secret_match m = { .rule = &x->s->set->rules[u->rule], .index = u->rule };

	if (c->limit)
		return 0;
	c->limit = true;
	return x->fn(x->arg, &m, true, err);
}

/* One try that begins in [at, last]. 1: a match was told; *behind is its end. */
static int attempt(struct scan *x, const struct gate_secret_use *u, size_t at, size_t last, size_t *behind,
		   struct gate_err *err)
{
	struct gate_secret_scanner *s = x->s;
	const struct gate_secret_rule *r = &s->set->rules[u->rule];
	struct code *c = &s->codes[u->rule];
	struct gate_secret_match m = { .rule = r, .index = u->rule };
	size_t end = x->len - last > r->max_len + MARGIN ? last + r->max_len + MARGIN : x->len;
	const PCRE2_SIZE *v;
	int rc;

	if (!c->tried) {
		c->tried = true;
		c->code = compile(r, u->hi == u->lo);
		s->looks_back = s->looks_back || looks_back(c->code);
	}
	if (c->code && ++c->uses == JIT_AFTER)
		to_machine_code(s, c);
	pcre2_set_offset_limit(s->limits, u->hi == u->lo ? PCRE2_UNSET : last);
	rc = c->code ? pcre2_match(c->code, (PCRE2_SPTR)x->text, end, at, 0, s->data, s->limits) : PCRE2_ERROR_NULL;
	if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
		rc = pcre2_match(c->code, (PCRE2_SPTR)x->text, end, at, PCRE2_NO_JIT, s->data, s->limits);
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	if (rc < 0)
		return say_limit(x, u, err);
	v = pcre2_get_ovector_pointer(s->data);
	m.start = v[0];
	m.end = v[1];
	m.from = m.start;
	m.to = m.end;
	if (r->group && rc > r->group && v[2 * r->group] != PCRE2_UNSET) {
		m.from = v[2 * r->group];
		m.to = v[2 * r->group + 1];
	}
	*behind = m.end > at ? m.end : at + 1;
	if (x->kept)
		gate_spans_add(x->kept, m.start, *behind);
	rc = x->fn(x->arg, &m, false, err);
	return rc < 0 ? rc : 1;
}

static bool operator_follows(const struct scan *x, size_t at)
{
	size_t end = x->len - at > GATE_SHAPE_OPERATOR ? at + GATE_SHAPE_OPERATOR : x->len;

	for (; at < end; at++) {
		switch (x->text[at]) {
		case '=':
		case ':':
		case '>':
		case '|':
		case ',':
			return true;
		default:
			break;
		}
	}
	return false;
}

/* A keyword ends at `end`. */
static int look(struct scan *x, const struct gate_secret_use *u, size_t end, struct gate_err *err)
{
	struct code *c = &x->s->codes[u->rule];
	unsigned char next = end < x->len ? (unsigned char)x->text[end] : 0;
	size_t word = end - u->word_len, first, last;
	int rc = 1;

	if (x->skip && x->skip[u->rule])
		return 0;
	if (c->text != x->s->text) {
		c->text = x->s->text;
		c->behind = c->tried_to = 0;
		c->limit = false;
	}
	/* at the end of the text nothing follows, which an expression may like */
	if (end < x->len && !(u->next[next >> 6] >> (next & 63) & 1))
		return 0;
	if (word < u->lo || (u->operators && !operator_follows(x, end)))
		return 0;
	if (x->kept && reaches_far(x, u))
		gate_spans_add(x->kept, word, end);
	first = word > u->hi ? word - u->hi : 0;
	last = word - u->lo;
	if (first < c->behind)
		first = c->behind;
	if (u->hi != u->lo && first < c->tried_to)
		first = c->tried_to;
	while (rc == 1 && first <= last) {
		rc = attempt(x, u, first, last, &c->behind, err);
		first = c->behind;
	}
	c->tried_to = last + 1;
	return rc < 0 ? rc : 0;
}

/* The keywords that end in (from, to]. */
static int scan_stretch(struct scan *x, size_t from, size_t to, struct gate_err *err)
{
	const struct gate_acdfa *a = x->s->set->dfa;
	int rc = 0;

	for (size_t at = from; rc == 0 && at < to; at += GATE_ACDFA_BLOCK) {
		size_t end = to - at > GATE_ACDFA_BLOCK ? at + GATE_ACDFA_BLOCK : to;
		size_t n = gate_acdfa_walk(a, x->text, at, end, x->s->hits);

		for (size_t i = 0; rc == 0 && i < n; i++) {
			const uint32_t *out = &a->out_at[x->s->hits[i].state - a->first_out];

			for (uint32_t k = out[0]; rc == 0 && k < out[1]; k++)
				rc = look(x, &x->s->set->uses[a->out[k]], x->s->hits[i].end, err);
		}
	}
	return rc;
}

int gate_secret_scan(struct gate_secret_scanner *s, const char *text, size_t len, const bool *skip,
		     gate_secret_match_fn *fn, void *arg, struct gate_err *err)
{
	struct scan x = { s, text, len, skip, fn, arg, NULL };

	s->text++;
	return scan_stretch(&x, 0, len, err);
}

int gate_secret_scan_part(struct gate_secret_scanner *s, const char *text, size_t len, const struct gate_secret_part *part,
			  gate_secret_match_fn *fn, void *arg, struct gate_err *err)
{
	struct scan x = { s, text, len, NULL, fn, arg, part->kept };
	struct gate_spans wide = { .over = true };
	int rc = 0;

	s->text++;
	if (part->fresh && !s->looks_back)
		gate_spans_widen(part->fresh, REACH_ON, REACH_BACK, len, &wide);
	if (wide.over)
		return scan_stretch(&x, 0, len, err);
	for (unsigned i = 0; rc == 0 && i < wide.n; i++)
		rc = scan_stretch(&x, wide.v[i].from, wide.v[i].to, err);
	/* an expression that looks further back than was thought of is compiled only now: once more, all of it */
	if (rc == 0 && s->looks_back)
		rc = gate_secret_scan_part(s, text, len, &(struct gate_secret_part){ NULL, part->kept }, fn, arg, err);
	return rc;
}

static bool finds(struct gate_regex **r, const char *pattern, const char *text, size_t len)
{
	struct gate_err ignored = { 0 };
	size_t start, end;

	if (!*r)
		*r = gate_regex_lazy(pattern, false, &ignored);
	return *r && gate_regex_find(*r, text, len, 0, &start, &end) == GATE_MATCH_YES;
}

bool gate_secret_scan_allows(struct gate_secret_scanner *s, size_t rule, const char *text, size_t len)
{
	const struct gate_secret_rule *r = &s->set->rules[rule];
	struct code *c = &s->codes[rule];

	if (r->n_allow && !c->allow)
		c->allow = calloc(r->n_allow, sizeof(struct gate_regex *));
	for (uint32_t i = 0; c->allow && i < r->n_allow; i++) {
		if (finds(&c->allow[i], r->allow[i], text, len))
			return true;
	}
	return false;
}

bool gate_secret_scan_near(struct gate_secret_scanner *s, size_t rule, const char *text, size_t len)
{
	return finds(&s->codes[rule].near, s->set->rules[rule].near_regex, text, len);
}
