#define PCRE2_CODE_UNIT_WIDTH 8

#include "rules/match.h"

#include <pcre2.h>

/* What one search may cost. A pattern that needs more on some text is answered with GATE_MATCH_LIMIT, which the caller
 * turns into a finding. */
#define MATCH_LIMIT 500000u
#define DEPTH_LIMIT 10000u
#define HEAP_LIMIT_KIB (16u << 10)
#define PATTERN_MAX 4096u

struct gate_regex {
	char *owned;
	const char *pattern;
	bool fold;
	int pairs;  /* of the last match: groups that took part, and one for the whole */
	bool tried; /* compiling was tried; code stays NULL when it failed */
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
};

/* NEVER_UTF: "(*UTF)" in front of a pattern would make every line that is no UTF-8 an error, that is, a way around the
 * rule. NEVER_BACKSLASH_C keeps \C out, which only means something in that mode. */
static pcre2_code *compile(const char *pattern, bool fold, int *code, size_t *at)
{
	uint32_t options = PCRE2_MULTILINE | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C |
			   (fold ? PCRE2_CASELESS : 0);
	pcre2_compile_context *ctx = pcre2_compile_context_create(NULL);
	pcre2_code *made;

	if (!ctx) {
		*code = PCRE2_ERROR_NOMEMORY;
		*at = 0;
		return NULL;
	}
	pcre2_set_newline(ctx, PCRE2_NEWLINE_ANYCRLF);
	pcre2_set_max_pattern_length(ctx, PATTERN_MAX);
	made = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options, code, at, ctx);
	pcre2_compile_context_free(ctx);
	return made;
}

static struct gate_regex *make(const char *pattern, char *owned, bool fold, struct gate_err *err)
{
	struct gate_regex *r = calloc(1, sizeof(*r));

	if (!r || !pattern) {
		free(r);
		free(owned);
		gate_err_set(err, GATE_E_NOMEM, "out of memory");
		return NULL;
	}
	*r = (struct gate_regex){ .owned = owned, .pattern = pattern, .fold = fold };
	return r;
}

struct gate_regex *gate_regex_lazy(const char *pattern, bool fold, struct gate_err *err)
{
	return make(pattern, NULL, fold, err);
}

struct gate_regex *gate_regex_new(const char *pattern, bool fold, struct gate_err *err)
{
	char *copy = strdup(pattern);
	struct gate_regex *r = make(copy, copy, fold, err);
	int code = 0;
	size_t at = 0;

	if (!r)
		return NULL;
	r->code = compile(r->pattern, fold, &code, &at);
	if (!r->code) {
		PCRE2_UCHAR text[128] = "";

		pcre2_get_error_message(code, text, sizeof(text));
		gate_err_set(err, GATE_E_POLICY, "not a regular expression (PCRE2): %s, at character %zu",
			     (const char *)text, at + 1);
		gate_regex_free(r);
		return NULL;
	}
	return r;
}

void gate_regex_free(struct gate_regex *r)
{
	if (!r)
		return;
	pcre2_match_context_free(r->limits);
	pcre2_match_data_free(r->data);
	pcre2_code_free(r->code);
	free(r->owned);
	free(r);
}

const char *gate_regex_pattern(const struct gate_regex *r)
{
	return r->pattern;
}

bool gate_regex_folds(const struct gate_regex *r)
{
	return r->fold;
}

/* At the first use: the code, faster code where the machine allows it (a confined process may not map executable pages;
 * the interpreter then does the same work), and the limits. */
static bool prepare(struct gate_regex *r)
{
	int code;
	size_t at;

	if (r->tried)
		return r->code && r->data && r->limits;
	r->tried = true;
	if (!r->code)
		r->code = compile(r->pattern, r->fold, &code, &at);
	if (!r->code)
		return false;
	(void)pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE);
	r->data = pcre2_match_data_create(2, NULL);
	r->limits = pcre2_match_context_create(NULL);
	if (!r->data || !r->limits)
		return false;
	pcre2_set_match_limit(r->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(r->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(r->limits, HEAP_LIMIT_KIB);
	return true;
}

enum gate_match gate_regex_find(struct gate_regex *r, const char *s, size_t len, size_t from, size_t *start,
				size_t *end)
{
	const PCRE2_SIZE *bounds;
	int rc;

	if (from > len)
		return GATE_MATCH_NO;
	if (!prepare(r))
		return GATE_MATCH_LIMIT;
	rc = pcre2_match(r->code, (PCRE2_SPTR)(s ? s : ""), len, from, 0, r->data, r->limits);
	/* JIT code has a small stack of its own; the interpreter has the heap limit */
	if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
		rc = pcre2_match(r->code, (PCRE2_SPTR)s, len, from, PCRE2_NO_JIT, r->data, r->limits);
	if (rc == PCRE2_ERROR_NOMATCH)
		return GATE_MATCH_NO;
	if (rc < 0)
		return GATE_MATCH_LIMIT;
	r->pairs = rc;
	bounds = pcre2_get_ovector_pointer(r->data);
	*start = bounds[0];
	*end = bounds[1] > bounds[0] ? bounds[1] : bounds[0]; /* \K can end before it begins */
	return GATE_MATCH_YES;
}

enum gate_match gate_regex_find_group(struct gate_regex *r, const char *s, size_t len, size_t from, size_t *start,
				      size_t *end, size_t group[2])
{
	enum gate_match m = gate_regex_find(r, s, len, from, start, end);
	const PCRE2_SIZE *bounds;

	if (m != GATE_MATCH_YES)
		return m;
	bounds = pcre2_get_ovector_pointer(r->data);
	group[0] = *start;
	group[1] = *end;
	/* 0: more groups than the vector has room for, so group 1 is in it; behind `pairs` it holds what was there before */
	if ((r->pairs == 0 || r->pairs > 1) && bounds[2] != PCRE2_UNSET && bounds[3] <= len && bounds[2] <= bounds[3]) {
		group[0] = bounds[2];
		group[1] = bounds[3];
	}
	return m;
}
