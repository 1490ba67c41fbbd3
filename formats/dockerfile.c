#include "formats/dockerfile.h"

#include "formats/text.h"

#include <string.h>

#define INSTRUCTIONS_MAX 20000

struct reader {
	struct gate_dockerfile *out;
	const char *p, *end;
	uint32_t line;
	char escape;
	struct gate_buf text, heredoc;
	struct gate_err *err;
};

void gate_dockerfile_clear(struct gate_dockerfile *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->v[i].name);
		free(d->v[i].args);
		free(d->v[i].heredoc);
		gate_strs_clear(&d->v[i].flags);
	}
	free(d->v);
	gate_strs_clear(&d->directives);
	*d = (struct gate_dockerfile){ 0 };
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next line without the white space around it. */
static void next_line(struct reader *r, const char **s, size_t *len)
{
	const char *eol = memchr(r->p, '\n', (size_t)(r->end - r->p)), *stop = eol ? eol : r->end;

	*s = r->p;
	r->p = eol ? eol + 1 : r->end;
	r->line++;
	while (*s < stop && is_space(**s))
		(*s)++;
	while (stop > *s && is_space(stop[-1]))
		stop--;
	*len = (size_t)(stop - *s);
}

/* "# name = value" at the very beginning. */
static bool directive(struct reader *r, const char *s, size_t len, int *rc)
{
	size_t n = 1, end;

	while (n < len && is_space(s[n]))
		n++;
	gate_buf_reset(&r->text);
	for (end = n; end < len && gate_is_letter(s[end]); end++)
		gate_buf_char(&r->text, (char)(s[end] | 0x20));
	while (end < len && is_space(s[end]))
		end++;
	if (!r->text.len || end == len || s[end] != '=')
		return false;
	gate_buf_char(&r->text, '=');
	for (end++; end < len && is_space(s[end]); end++)
		;
	gate_buf_add(&r->text, s + end, len - end);
	*rc = gate_buf_check(&r->text, r->err);
	if (*rc == 0)
		*rc = gate_strs_add(&r->out->directives, r->text.s, r->err);
	if (*rc == 0 && strcmp(r->text.s, "escape=`") == 0)
		r->escape = '`';
	return true;
}

static int directives(struct reader *r)
{
	int rc = 0;

	while (rc == 0 && r->p < r->end) {
		const char *begin = r->p, *s;
		uint32_t line = r->line;
		size_t len;

		next_line(r, &s, &len);
		if (!len || *s != '#' || !directive(r, s, len, &rc)) {
			r->p = begin;
			r->line = line;
			break;
		}
	}
	return rc;
}

/* All lines of one instruction into r->text. */
static int join(struct reader *r, const char *s, size_t len)
{
	gate_buf_reset(&r->text);
	for (;;) {
		bool more = len && s[len - 1] == r->escape;

		while (more && len && (s[len - 1] == r->escape || is_space(s[len - 1]))) {
			len--;
			if (len && s[len - 1] == r->escape)
				break;
		}
		if (r->text.len && len)
			gate_buf_char(&r->text, ' ');
		gate_buf_add(&r->text, s, len);
		if (!more)
			break;
		/* comments and empty lines inside do not end it */
		do {
			if (r->p == r->end)
				return gate_buf_check(&r->text, r->err);
			next_line(r, &s, &len);
		} while (!len || *s == '#');
	}
	return gate_buf_check(&r->text, r->err);
}

/* The word of the heredoc at s ("<<EOF", "<<-'EOF'"); 0 when none stands here. */
static size_t heredoc_word(const char *s, const char **word)
{
	size_t n = 2;

	if (s[0] != '<' || s[1] != '<' || s[2] == '<')
		return 0;
	n += s[n] == '-';
	n += s[n] == '"' || s[n] == '\'';
	*word = s + n;
	for (n = 0; gate_is_letter((*word)[n]) || gate_is_digit((*word)[n]) || (*word)[n] == '_'; n++)
		;
	return n;
}

static int heredocs(struct reader *r, const char *args)
{
	gate_buf_reset(&r->heredoc);
	for (const char *at = strstr(args, "<<"); at && r->p < r->end; at = strstr(at + 2, "<<")) {
		const char *word, *s;
		size_t n = heredoc_word(at, &word), len;

		while (n && r->p < r->end) {
			const char *begin = r->p;

			next_line(r, &s, &len);
			if (len == n && memcmp(s, word, n) == 0)
				break;
			gate_buf_add(&r->heredoc, begin, (size_t)(r->p - begin));
		}
	}
	return gate_buf_check(&r->heredoc, r->err);
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

static bool has_heredoc(const char *name)
{
	return strcmp(name, "RUN") == 0 || strcmp(name, "COPY") == 0 || strcmp(name, "ADD") == 0;
}

static int instruction(struct reader *r, uint32_t line)
{
	struct gate_docker_instruction *i = add(r);
	const char *s = gate_buf_cstr(&r->text);
	size_t n = strcspn(s, " \t");
	int rc = 0;

	if (!i)
		return -(int)r->err->code;
	i->line = line;
	i->name = strndup(s, n);
	for (char *c = i->name; c && *c; c++)
		*c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
	for (s += n; rc == 0; s += n) {
		s += strspn(s, " \t");
		if (strncmp(s, "--", 2) != 0)
			break;
		n = strcspn(s, " \t");
		rc = gate_strs_addn(&i->flags, s, n, r->err);
	}
	i->args = strdup(s);
	if (!i->name || !i->args)
		return gate_err_set(r->err, GATE_E_NOMEM, "out of memory");
	if (rc == 0 && has_heredoc(i->name))
		rc = heredocs(r, i->args);
	if (rc == 0 && r->heredoc.len) {
		i->heredoc = gate_buf_steal(&r->heredoc);
		gate_buf_clear(&r->heredoc);
	}
	return rc;
}

int gate_dockerfile_parse(const char *s, size_t len, struct gate_dockerfile *out, struct gate_err *err)
{
	struct reader r = { .out = out, .p = s, .end = s + len, .escape = '\\', .err = err };
	int rc = directives(&r);

	while (rc == 0 && r.p < r.end) {
		const char *text;
		uint32_t line = r.line + 1;
		size_t n;

		next_line(&r, &text, &n);
		if (!n || *text == '#')
			continue;
		rc = join(&r, text, n);
		if (rc == 0 && r.text.len)
			rc = instruction(&r, line);
	}
	gate_buf_clear(&r.text);
	gate_buf_clear(&r.heredoc);
	return rc;
}
