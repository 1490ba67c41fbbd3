#include "formats/makefile.h"

#include "formats/text.h"

#include <string.h>

#define ENTRIES_MAX 20000

struct reader {
	struct gate_makefile *out;
	const char *p, *end;
	uint32_t line;
	bool open;     /* a rule is open: a line with a tab belongs to it */
	bool defining; /* between define and endef */
	struct gate_buf text;
	struct gate_err *err;
};

void gate_makefile_clear(struct gate_makefile *m)
{
	for (size_t i = 0; i < m->rules_n; i++) {
		gate_strs_clear(&m->rules[i].targets);
		gate_strs_clear(&m->rules[i].prerequisites);
		gate_strs_clear(&m->rules[i].recipe);
	}
	for (size_t i = 0; i < m->variables_n; i++) {
		free(m->variables[i].name);
		free(m->variables[i].op);
		free(m->variables[i].value);
	}
	free(m->rules);
	free(m->variables);
	gate_strs_clear(&m->includes);
	*m = (struct gate_makefile){ 0 };
}

static int no_memory(struct reader *r)
{
	return gate_err_set(r->err, GATE_E_NOMEM, "out of memory");
}

/* One more place in a list of things; NULL with the error set. */
static void *more(struct reader *r, void *v, size_t *n, size_t *cap, size_t size)
{
	if (*n == ENTRIES_MAX) {
		gate_err_set(r->err, GATE_E_LIMIT, "more than %d rules or variables", ENTRIES_MAX);
		return NULL;
	}
	if (*n == *cap) {
		size_t want = *cap ? *cap * 2 : 16;

		v = reallocarray(v, want, size);
		if (!v) {
			no_memory(r);
			return NULL;
		}
		*cap = want;
	}
	return v;
}

/* The next line with those it goes on in, into r->text. */
static int logical_line(struct reader *r)
{
	bool go_on = true;

	gate_buf_reset(&r->text);
	while (go_on && r->p < r->end) {
		const char *eol = memchr(r->p, '\n', (size_t)(r->end - r->p)), *s = r->p, *stop = eol ? eol : r->end;

		r->p = eol ? eol + 1 : r->end;
		r->line++;
		if (stop > s && stop[-1] == '\r')
			stop--;
		go_on = stop > s && stop[-1] == '\\';
		stop -= go_on;
		if (r->text.len) {
			while (s < stop && gate_is_blank(*s))
				s++;
			gate_buf_char(&r->text, ' ');
		}
		while (go_on && stop > s && gate_is_blank(stop[-1]))
			stop--;
		gate_buf_add(&r->text, s, (size_t)(stop - s));
	}
	return gate_buf_check(&r->text, r->err);
}

static int words(struct reader *r, const char *s, size_t len, struct gate_strs *out)
{
	const char *end = s + len;
	int rc = 0;

	while (rc == 0) {
		const char *begin;

		while (s < end && gate_is_blank(*s))
			s++;
		begin = s;
		while (s < end && !gate_is_blank(*s))
			s++;
		if (s == begin)
			break;
		rc = gate_strs_addn(out, begin, (size_t)(s - begin), r->err);
	}
	return rc;
}

/* Where one of `signs` stands outside of $(...) and ${...}; the length when nowhere. */
static size_t find(const char *s, const char *signs)
{
	size_t depth = 0, i;

	for (i = 0; s[i]; i++) {
		if (s[i] == '$' && (s[i + 1] == '(' || s[i + 1] == '{')) {
			depth++;
			i++;
		} else if (depth && (s[i] == ')' || s[i] == '}')) {
			depth--;
		} else if (!depth && strchr(signs, s[i])) {
			break;
		}
	}
	return i;
}

static void cut_comment(char *s)
{
	for (char *at = s; (at = strchr(at, '#')); at++) {
		if (at == s || at[-1] != '\\') {
			*at = 0;
			return;
		}
	}
}

static int variable(struct reader *r, const char *s, size_t at, uint32_t line)
{
	struct gate_makefile *m = r->out;
	struct gate_make_variable *v =
		more(r, m->variables, &m->variables_n, &m->variables_cap, sizeof(*m->variables));
	size_t name = at, op = at;

	if (!v)
		return -(int)r->err->code;
	m->variables = v;
	v += m->variables_n++;
	while (op && strchr(":?+!", s[op - 1]))
		op--;
	name = op;
	while (name && gate_is_blank(s[name - 1]))
		name--;
	*v = (struct gate_make_variable){ .line = line };
	v->name = strndup(s, name);
	v->op = strndup(s + op, at + 1 - op);
	at++;
	at += strspn(s + at, " \t");
	v->value = strdup(s + at);
	return v->name && v->op && v->value ? 0 : no_memory(r);
}

static int rule(struct reader *r, const char *s, size_t colon, uint32_t line)
{
	struct gate_makefile *m = r->out;
	struct gate_make_rule *v = more(r, m->rules, &m->rules_n, &m->rules_cap, sizeof(*m->rules));
	const char *rest = s + colon + 1;
	size_t semicolon;
	int rc;

	if (!v)
		return -(int)r->err->code;
	m->rules = v;
	v += m->rules_n++;
	*v = (struct gate_make_rule){ .line = line };
	r->open = true;
	rest += *rest == ':';
	semicolon = find(rest, ";");
	rc = words(r, s, colon, &v->targets);
	if (rc == 0)
		rc = words(r, rest, semicolon, &v->prerequisites);
	if (rc == 0 && rest[semicolon]) {
		rest += semicolon + 1;
		rest += strspn(rest, " \t");
		rc = gate_strs_add(&v->recipe, rest, r->err);
	}
	return rc;
}

static bool begins(const char *s, const char *name)
{
	size_t n = strlen(name);

	return strncmp(s, name, n) == 0 && (!s[n] || gate_is_blank(s[n]) || s[n] == '(');
}

static bool is_conditional(const char *s)
{
	static const char *const names[] = { "ifeq", "ifneq", "ifdef", "ifndef", "else", "endif", "vpath", "undefine" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(names); i++) {
		if (begins(s, names[i]))
			return true;
	}
	return false;
}

static const char *without_modifiers(const char *s)
{
	static const char *const names[] = { "export", "override", "private", "unexport" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(names); i++) {
		if (begins(s, names[i])) {
			s += strlen(names[i]);
			s += strspn(s, " \t");
			i = SIZE_MAX; /* from the beginning */
		}
	}
	return s;
}

static int one_line(struct reader *r, char *s, uint32_t line)
{
	size_t at;

	if (*s == '\t' && r->open) {
		s += strspn(s, " \t");
		return *s ? gate_strs_add(&r->out->rules[r->out->rules_n - 1].recipe, s, r->err) : 0;
	}
	cut_comment(s);
	s += strspn(s, " \t");
	for (at = strlen(s); at && gate_is_blank(s[at - 1]); at--)
		s[at - 1] = 0;
	if (!*s || is_conditional(s))
		return 0;
	if (begins(s, "define")) {
		r->defining = true;
		return 0;
	}
	if (begins(s, "include") || begins(s, "-include") || begins(s, "sinclude"))
		return words(r, s + strcspn(s, " \t"), strlen(s + strcspn(s, " \t")), &r->out->includes);
	at = find(s, ":=");
	if (s[at] == ':' && s[at + 1 + strspn(s + at + 1, ":")] != '=')
		return rule(r, s, at, line);
	s += without_modifiers(s) - s;
	at = find(s, "=");
	r->open = false;
	return s[at] ? variable(r, s, at, line) : 0;
}

int gate_makefile_parse(const char *s, size_t len, struct gate_makefile *out, struct gate_err *err)
{
	struct reader r = { .out = out, .p = s, .end = s + len, .err = err };
	int rc = 0;

	while (rc == 0 && r.p < r.end) {
		uint32_t line = r.line + 1;

		rc = logical_line(&r);
		if (rc < 0 || !r.text.len)
			continue;
		if (r.defining)
			r.defining = strncmp(r.text.s + strspn(r.text.s, " \t"), "endef", 5) != 0;
		else
			rc = one_line(&r, r.text.s, line);
	}
	gate_buf_clear(&r.text);
	return rc;
}
