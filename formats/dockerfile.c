#include "formats/dockerfile.h"

#include "formats/text.h"

#include <string.h>
#include <strings.h>

#define INSTRUCTIONS_MAX 20000
#define SPACE " \t\r\v\f"

struct reader {
	struct gate_dockerfile *out;
	const char *p, *end;
	uint32_t line;
	char escape;
	bool open; /* a heredoc did not end: none is looked for any more */
	struct gate_buf text;
	struct gate_err *err;
};

void gate_dockerfile_clear(struct gate_dockerfile *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->v[i].name);
		free(d->v[i].args);
		gate_strs_clear(&d->v[i].flags);
	}
	free(d->v);
	*d = (struct gate_dockerfile){ 0 };
}

static bool is_space(char c)
{
	return c && strchr(SPACE, c);
}

/* The next line without its end. */
static void next_line(struct reader *r, const char **s, size_t *len)
{
	const char *eol = memchr(r->p, '\n', (size_t)(r->end - r->p)), *stop = eol ? eol : r->end;

	*s = r->p;
	r->p = eol ? eol + 1 : r->end;
	r->line++;
	while (stop > *s && stop[-1] == '\r')
		stop--;
	*len = (size_t)(stop - *s);
}

/* Where the line's first sign stands. */
static size_t indent(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && is_space(s[n]))
		n++;
	return n;
}

/* "# name = value", as one of those at the very beginning. */
static bool directive(struct reader *r, const char *s, size_t len)
{
	size_t n = 1 + indent(s + 1, len - 1), name = n;

	while (n < len && (gate_is_letter(s[n]) || (n > name && gate_is_digit(s[n]))))
		n++;
	const bool escape = n - name == 6 && strncasecmp(s + name, "escape", 6) == 0;

	if (n == name)
		return false;
	n += indent(s + n, len - n);
	if (n == len || s[n] != '=')
		return false;
	n++;
	n += indent(s + n, len - n);
	if (escape && n < len && (s[n] == '`' || s[n] == '\\') && n + 1 + indent(s + n + 1, len - n - 1) == len)
		r->escape = s[n];
	return n < len;
}

static void directives(struct reader *r)
{
	if (r->end - r->p >= 3 && memcmp(r->p, "\xef\xbb\xbf", 3) == 0)
		r->p += 3;
	while (r->p < r->end) {
		const char *begin = r->p, *s;
		size_t len, skip;

		next_line(r, &s, &len);
		skip = indent(s, len);
		if (skip == len || s[skip] != '#' || !directive(r, s + skip, len - skip)) {
			r->p = begin;
			r->line--;
			return;
		}
	}
}

/* Whether the line goes on in the next one: it ends in one escape sign, not two. *len: without it. */
static bool goes_on(const struct reader *r, const char *s, size_t *len)
{
	size_t n = *len;

	while (n && gate_is_blank(s[n - 1]))
		n--;
	if (!n || s[n - 1] != r->escape || (n > 1 && s[n - 2] == r->escape))
		return false;
	*len = n - 1;
	return true;
}

/* All lines of one instruction into r->text. */
static int join(struct reader *r, const char *s, size_t len)
{
	bool more = goes_on(r, s, &len);

	gate_buf_reset(&r->text);
	gate_buf_add(&r->text, s, len);
	while (more && r->p < r->end) {
		size_t skip;

		next_line(r, &s, &len);
		skip = indent(s, len);
		/* comments and empty lines inside do not end it */
		if (skip == len || s[skip] == '#')
			continue;
		more = goes_on(r, s, &len);
		gate_buf_add(&r->text, s, len);
	}
	return gate_buf_check(&r->text, r->err);
}

/* Where the word at s ends: blanks in quotes and escaped ones belong to it. */
static size_t word_len(const struct reader *r, const char *s)
{
	char quote = 0;
	size_t n = 0;

	for (; s[n] && (quote || !is_space(s[n])); n++) {
		if (s[n] == r->escape && quote != '\'' && s[n + 1])
			n++;
		else if (quote)
			quote = s[n] == quote ? 0 : quote;
		else if (s[n] == '"' || s[n] == '\'')
			quote = s[n];
	}
	return n;
}

/* "<<EOF", "<<-'EOF'", "3<<EOF" and nothing else in the word: its name, without quotes. */
static bool heredoc(const struct reader *r, const char *s, size_t len, struct gate_buf *name, bool *tabs)
{
	const char *end = s + len;

	while (s < end && gate_is_digit(*s))
		s++;
	if (end - s < 3 || s[0] != '<' || s[1] != '<')
		return false;
	s += 2;
	*tabs = *s == '-';
	s += *tabs;
	if (s == end || memchr(s, '<', (size_t)(end - s)))
		return false;
	gate_buf_reset(name);
	for (; s < end; s++) {
		if (*s != '"' && *s != '\'' && *s != r->escape)
			gate_buf_char(name, *s);
	}
	return true;
}

/* Goes behind the line that ends a heredoc. */
static void pass_over(struct reader *r, const struct gate_buf *name, bool tabs)
{
	const char *begin = r->p;
	const uint32_t line = r->line;

	while (r->p < r->end) {
		const char *s;
		size_t len;

		next_line(r, &s, &len);
		while (tabs && len && *s == '\t')
			s++, len--;
		if (len == name->len && (!len || memcmp(s, name->s, len) == 0))
			return;
	}
	r->open = true;
	r->p = begin;
	r->line = line;
}

static int heredocs(struct reader *r, const char *args)
{
	gate_auto(gate_buf) struct gate_buf name = { 0 };
	int rc = 0;

	for (size_t n; rc == 0 && *(args += strspn(args, SPACE)) && !r->open; args += n) {
		bool tabs;

		n = word_len(r, args);
		if (!heredoc(r, args, n, &name, &tabs))
			continue;
		rc = gate_buf_check(&name, r->err);
		if (rc == 0)
			pass_over(r, &name, tabs);
	}
	return rc;
}

static struct gate_docker_instruction *add(struct reader *r)
{
	struct gate_dockerfile *d = r->out;

	if (d->n == INSTRUCTIONS_MAX) {
		gate_err_set(r->err, GATE_E_LIMIT, "more than %d instructions", INSTRUCTIONS_MAX);
		return NULL;
	}
	if (d->n == d->cap) {
		size_t want = d->cap ? d->cap * 2 : 16;
		struct gate_docker_instruction *bigger = reallocarray(d->v, want, sizeof(*d->v));

		if (!bigger) {
			gate_err_set(r->err, GATE_E_NOMEM, "out of memory");
			return NULL;
		}
		d->v = bigger;
		d->cap = want;
	}
	d->v[d->n] = (struct gate_docker_instruction){ 0 };
	return &d->v[d->n++];
}

/* ONBUILD has those of the instruction behind it. */
static bool has_heredoc(const struct gate_docker_instruction *i)
{
	const bool later = strcmp(i->name, "ONBUILD") == 0;
	const char *s = later ? i->args : i->name;
	const size_t n = strcspn(s, SPACE);

	return (n == 3 && (strncasecmp(s, "RUN", 3) == 0 || strncasecmp(s, "ADD", 3) == 0)) || (n == 4 && strncasecmp(s, "COPY", 4) == 0);
}

static int instruction(struct reader *r, uint32_t line)
{
	struct gate_docker_instruction *i = add(r);
	const char *s = gate_buf_cstr(&r->text);
	size_t n = strcspn(s, SPACE);
	int rc = 0;

	if (!i)
		return -(int)r->err->code;
	i->line = line;
	i->name = strndup(s, n);
	for (char *c = i->name; c && *c; c++)
		*c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
	for (s += n; rc == 0; s += n) {
		s += strspn(s, SPACE);
		if (strncmp(s, "--", 2) != 0)
			break;
		n = strcspn(s, SPACE);
		rc = gate_strs_addn(&i->flags, s, n, r->err);
	}
	i->args = strdup(s);
	if (!i->name || !i->args)
		return gate_err_set(r->err, GATE_E_NOMEM, "out of memory");
	return rc == 0 && has_heredoc(i) ? heredocs(r, i->args) : rc;
}

int gate_dockerfile_parse(const char *s, size_t len, struct gate_dockerfile *out, struct gate_err *err)
{
	struct reader r = { .out = out, .p = s, .end = s + len, .escape = '\\', .err = err };
	int rc = 0;

	directives(&r);
	while (rc == 0 && r.p < r.end) {
		const char *text;
		uint32_t line = r.line + 1;
		size_t n, skip;

		next_line(&r, &text, &n);
		skip = indent(text, n);
		if (skip == n || text[skip] == '#')
			continue;
		rc = join(&r, text + skip, n - skip);
		if (rc == 0 && *gate_buf_cstr(&r.text))
			rc = instruction(&r, line);
	}
	gate_buf_clear(&r.text);
	return rc;
}
