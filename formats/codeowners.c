#include "formats/codeowners.h"

#include "formats/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define RULES_MAX 5000u
#define SECTIONS_MAX 500u
#define OWNERS_MAX 200u
#define APPROVALS_MAX 1000u

struct reader {
	struct gate_codeowners *out;
	uint32_t line;
	struct gate_buf word;
	struct gate_err *err;
};

void gate_codeowners_clear(struct gate_codeowners *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->v[i].pattern);
		gate_strs_clear(&c->v[i].owners);
	}
	for (size_t i = 0; i < c->n_sections; i++) {
		free(c->sections[i].name);
		gate_strs_clear(&c->sections[i].owners);
	}
	free(c->v);
	free(c->sections);
	*c = (struct gate_codeowners){ 0 };
}

const struct gate_strs *gate_codeowners_of(const struct gate_codeowners *c, const struct gate_codeowners_rule *r)
{
	return r->owners.n ? &r->owners : &c->sections[r->section].owners;
}

static bool is_space(char c)
{
	return isspace((unsigned char)c);
}

static char *small(const char *s, size_t len)
{
	char *name = strndup(s, len);

	for (char *c = name; c && *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return name;
}

/* Room for one more of a list that may have `max`; NULL with the error set. */
static void *more(struct reader *r, void *v, size_t n, size_t *cap, size_t size, size_t max, const char *what)
{
	size_t want = *cap ? *cap * 2 : 32;

	if (n == max) {
		gate_err_set(r->err, GATE_E_LIMIT, "%u: more than %zu %s", r->line, max, what);
		return NULL;
	}
	if (n < *cap)
		return v;
	v = reallocarray(v, want, size);
	if (v)
		*cap = want;
	else
		gate_err_set(r->err, GATE_E_NOMEM, "out of memory");
	return v;
}

/* The next word; a backslash keeps a blank, '#' or '\' in it. Gives where it stops. */
static const char *word(struct reader *r, const char *s, const char *end)
{
	gate_buf_reset(&r->word);
	for (; s < end && !is_space(*s); s++) {
		if (*s == '\\' && s + 1 < end && (s[1] == ' ' || s[1] == '#' || s[1] == '\\'))
			s++;
		gate_buf_char(&r->word, *s ? *s : ' ');
	}
	return s;
}

static int owners(struct reader *r, const char *s, const char *end, struct gate_strs *out)
{
	for (;;) {
		gate_autofree char *name = NULL;

		while (s < end && is_space(*s))
			s++;
		if (s == end || *s == '#')
			return 0;
		s = word(r, s, end);
		if (gate_buf_check(&r->word, r->err) < 0)
			return -GATE_E_NOMEM;
		/* @name, @@role or a mail address; no other word is an owner */
		if (!strchr(gate_buf_cstr(&r->word), '@'))
			continue;
		if (out->n == OWNERS_MAX)
			return gate_err_set(r->err, GATE_E_LIMIT, "%u: more than %u owners", r->line, OWNERS_MAX);
		name = small(r->word.s, r->word.len);
		if (!name)
			return gate_err_set(r->err, GATE_E_NOMEM, "out of memory");
		if (gate_strs_add_new(out, name, r->err) < 0)
			return -GATE_E_NOMEM;
	}
}

static struct gate_codeowners_section *open_section(struct reader *r, const char *name, size_t len)
{
	struct gate_codeowners *c = r->out;
	struct gate_codeowners_section *v = more(r, c->sections, c->n_sections, &c->cap_sections, sizeof(*v), SECTIONS_MAX, "sections"), *x;

	if (!v)
		return NULL;
	c->sections = v;
	x = &v[c->n_sections];
	*x = (struct gate_codeowners_section){ .name = small(name, len), .approvals = 1, .first = (uint32_t)c->n_sections };
	if (!x->name) {
		gate_err_set(r->err, GATE_E_NOMEM, "out of memory");
		return NULL;
	}
	for (size_t i = c->n_sections; i-- > 0;) {
		if (strcmp(v[i].name, x->name) == 0) {
			x->first = v[i].first;
			x->nth = v[i].nth + 1;
			break;
		}
	}
	c->n_sections++;
	return x;
}

/* "[2]" behind the name. Gives where it ends. */
static const char *approvals(const char *s, const char *end, uint32_t *n)
{
	const char *close = memchr(s, ']', (size_t)(end - s));

	*n = 0;
	for (s++; s < end && gate_is_digit(*s) && *n < APPROVALS_MAX; s++)
		*n = *n * 10 + (uint32_t)(*s - '0');
	return close ? close + 1 : end;
}

/* A heading's name ends at ']'; NULL when the line is none. */
static const char *heading(const char *s, const char *end)
{
	s += *s == '^';
	return s < end && *s == '[' ? memchr(s, ']', (size_t)(end - s)) : NULL;
}

static int section(struct reader *r, const char *s, const char *close, const char *end)
{
	const bool optional = *s == '^';
	const char *name = s + optional + 1;
	struct gate_codeowners_section *x = open_section(r, name, (size_t)(close - name));

	if (!x)
		return -(int)r->err->code;
	x->optional = optional;
	s = close + 1;
	if (s < end && *s == '[')
		s = approvals(s, end, &x->approvals);
	return owners(r, s, end, &x->owners);
}

static int rule(struct reader *r, const char *s, const char *end)
{
	struct gate_codeowners *c = r->out;
	struct gate_codeowners_rule *v = more(r, c->v, c->n, &c->cap, sizeof(*v), RULES_MAX, "rules");
	const bool excluded = *s == '!';

	if (!v)
		return -(int)r->err->code;
	c->v = v;
	s = word(r, s + excluded, end);
	if (gate_buf_check(&r->word, r->err) < 0)
		return -GATE_E_NOMEM;
	v += c->n;
	*v = (struct gate_codeowners_rule){ .section = (uint32_t)c->n_sections - 1, .line = r->line, .excluded = excluded };
	v->pattern = strdup(gate_buf_cstr(&r->word));
	if (!v->pattern)
		return gate_err_set(r->err, GATE_E_NOMEM, "out of memory");
	c->n++;
	return owners(r, s, end, &v->owners);
}

static int one_line(struct reader *r, const char *s, const char *end)
{
	const char *close;

	while (s < end && is_space(*s))
		s++;
	if (s == end || *s == '#')
		return 0;
	close = heading(s, end);
	return close ? section(r, s, close, end) : rule(r, s, end);
}

int gate_codeowners_parse(const char *s, size_t len, struct gate_codeowners *out, struct gate_err *err)
{
	struct reader r = { .out = out, .err = err };
	const char *end = s + len;
	int rc = open_section(&r, "", 0) ? 0 : -(int)err->code;

	while (rc == 0 && s < end) {
		const char *eol = memchr(s, '\n', (size_t)(end - s));

		r.line++;
		rc = one_line(&r, s, eol ? eol : end);
		s = eol ? eol + 1 : end;
	}
	gate_buf_clear(&r.word);
	return rc;
}
