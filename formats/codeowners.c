#include "formats/codeowners.h"

#include "base/num.h"
#include "formats/text.h"

#include <string.h>

#define RULES_MAX 50000

struct reader {
	struct gate_codeowners *out;
	bool sections;
	uint32_t line;
	/* the section that is open */
	char *section;
	struct gate_strs owners;
	bool optional;
	uint32_t approvals;
	struct gate_buf word;
	struct gate_err *err;
};

void gate_codeowners_clear(struct gate_codeowners *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->v[i].pattern);
		free(c->v[i].section);
		gate_strs_clear(&c->v[i].owners);
	}
	free(c->v);
	*c = (struct gate_codeowners){ 0 };
}

static int no_memory(struct reader *r)
{
	return gate_err_set(r->err, GATE_E_NOMEM, "out of memory");
}

static void bad(struct reader *r)
{
	if (!r->out->bad)
		r->out->bad = r->line;
}

/* The next word; a backslash keeps a space or '#' in it. Gives where it stops. */
static const char *word(struct reader *r, const char *s, const char *end)
{
	gate_buf_reset(&r->word);
	while (s < end && gate_is_blank(*s))
		s++;
	if (s < end && *s == '#')
		return end;
	for (; s < end && !gate_is_blank(*s); s++) {
		if (*s == '\\' && s + 1 < end && (s[1] == ' ' || s[1] == '#'))
			s++;
		gate_buf_char(&r->word, *s);
	}
	return s;
}

static int owners(struct reader *r, const char *s, const char *end, struct gate_strs *out)
{
	int rc = 0;

	while (rc == 0) {
		s = word(r, s, end);
		if (!r->word.len)
			break;
		if (strchr(gate_buf_cstr(&r->word), '@'))
			rc = gate_strs_add(out, r->word.s, r->err);
		else
			bad(r);
	}
	return rc < 0 ? rc : gate_buf_check(&r->word, r->err);
}

static struct gate_codeowners_rule *add(struct reader *r)
{
	struct gate_codeowners *c = r->out;

	if (c->n == RULES_MAX) {
		gate_err_set(r->err, GATE_E_LIMIT, "more than %d rules", RULES_MAX);
		return NULL;
	}
	if (c->n == c->cap) {
		size_t want = c->cap ? c->cap * 2 : 16;
		struct gate_codeowners_rule *bigger = reallocarray(c->v, want, sizeof(*c->v));

		if (!bigger) {
			no_memory(r);
			return NULL;
		}
		c->v = bigger;
		c->cap = want;
	}
	c->v[c->n] = (struct gate_codeowners_rule){ .line = r->line, .approvals = r->approvals, .optional = r->optional };
	return &c->v[c->n++];
}

static int rule(struct reader *r, const char *s, const char *end)
{
	struct gate_codeowners_rule *n = add(r);
	int rc;

	if (!n)
		return -(int)r->err->code;
	n->excluded = r->sections && *s == '!';
	s = word(r, s + n->excluded, end);
	n->pattern = strdup(gate_buf_cstr(&r->word));
	n->section = r->section ? strdup(r->section) : NULL;
	if (!n->pattern || (r->section && !n->section))
		return no_memory(r);
	rc = owners(r, s, end, &n->owners);
	if (rc == 0 && !n->owners.n && !n->excluded && r->section)
		rc = gate_strs_copy(&n->owners, &r->owners, r->err);
	return rc;
}

/* [Name], ^[Name], [Name][2], each with owners behind it; false when the line is none of these. */
static bool section(struct reader *r, const char *s, const char *end, int *rc)
{
	bool optional = *s == '^';
	const char *name = s + optional + 1, *close;
	uint64_t approvals = 1;

	if (end - s < 3 || s[optional] != '[' || !(close = memchr(name, ']', (size_t)(end - name))) || close == name)
		return false;
	gate_strs_clear(&r->owners);
	free(r->section);
	r->section = strndup(name, (size_t)(close - name));
	for (char *c = r->section; c && *c; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c | 0x20) : *c;
	if (!r->section) {
		*rc = no_memory(r);
		return true;
	}
	s = close + 1;
	if (s < end && *s == '[') {
		close = memchr(s, ']', (size_t)(end - s));
		if (!close || !gate_parse_u64(s + 1, (size_t)(close - s - 1), &approvals) || approvals > 1000) {
			approvals = 1;
			bad(r);
		}
		s = close ? close + 1 : end;
	}
	r->optional = optional;
	r->approvals = (uint32_t)approvals;
	*rc = owners(r, s, end, &r->owners);
	return true;
}

static int one_line(struct reader *r, const char *s, const char *end)
{
	int rc = 0;

	while (end > s && (gate_is_blank(end[-1]) || end[-1] == '\r'))
		end--;
	while (s < end && gate_is_blank(*s))
		s++;
	if (s == end || *s == '#')
		return 0;
	if (r->sections && (*s == '[' || *s == '^') && section(r, s, end, &rc))
		return rc;
	/* GitHub skips what it does not know: the line owns nothing */
	if (!r->sections && (*s == '!' || *s == '[')) {
		bad(r);
		return 0;
	}
	return rule(r, s, end);
}

int gate_codeowners_parse(const char *s, size_t len, bool sections, struct gate_codeowners *out, struct gate_err *err)
{
	struct reader r = { .out = out, .sections = sections, .approvals = 1, .err = err };
	const char *end = s + len;
	int rc = 0;

	while (rc == 0 && s < end) {
		const char *eol = memchr(s, '\n', (size_t)(end - s));

		r.line++;
		rc = one_line(&r, s, eol ? eol : end);
		s = eol ? eol + 1 : end;
	}
	free(r.section);
	gate_strs_clear(&r.owners);
	gate_buf_clear(&r.word);
	return rc;
}
