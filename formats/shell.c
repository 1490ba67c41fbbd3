#include "formats/shell.h"

#include "base/str.h"

#include <ctype.h>
#include <string.h>

#define HERES_MAX 8u  /* here documents of one line; the rest is read as commands */
#define LEVELS_MAX 4u /* here documents that are run, one in another */

struct here {
	struct gate_buf end;
	bool tabs; /* "<<-" */
};

struct reader {
	const struct gate_shell_how *how;
	const char *p;
	uint32_t line;
	unsigned level;
	struct gate_shell_command c;
	struct here heres[HERES_MAX]; /* their texts follow the next line end */
	size_t heres_n;
	bool here_open, here_runs; /* the pipeline of one of them goes on; it runs its input */
	/* Bytes that may still be looked through in search of an end: what does not end is looked for again and again. */
	size_t budget;
	struct gate_err *err;
};

static int read_all(const struct gate_shell_how *how, const char *text, uint32_t line, unsigned level, struct gate_err *err);

static bool runs_input(const struct reader *r, const char *command)
{
	return r->how->runs_input && r->how->runs_input(command);
}

static void copy_one(struct reader *r)
{
	r->line += *r->p == '\n';
	gate_buf_char(&r->c.text, isspace((unsigned char)*r->p) ? ' ' : *r->p);
	r->p++;
}

/* ${{ ... }}, `...`: copied as they are, to their end. */
static void copy_to(struct reader *r, const char *end)
{
	const size_t len = strlen(end);

	while (*r->p && strncmp(r->p, end, len) != 0)
		copy_one(r);
	for (size_t i = 0; i < len && *r->p; i++)
		gate_buf_char(&r->c.text, *r->p++);
}

/* The bracket that closes the one at s; NULL when none does. quotes: what stands in them, and in comments, closes nothing. */
static const char *closing(struct reader *r, const char *s, bool quotes)
{
	const char *p = s;
	size_t depth = 0;
	char quote = 0;

	for (; *p; p++) {
		if (quotes && *p == '\\' && quote != '\'' && p[1]) {
			p++;
		} else if (quote) {
			quote = *p == quote ? 0 : quote;
		} else if (quotes && (*p == '\'' || *p == '"')) {
			quote = *p;
		} else if (quotes && *p == '#' && (p[-1] == '(' || isspace((unsigned char)p[-1]))) {
			p += strcspn(p, "\n");
			p -= !*p;
		} else if (*p == '(') {
			depth++;
		} else if (*p == ')' && --depth == 0) {
			break;
		}
		if (quotes && (size_t)(p - s) > r->budget)
			break;
	}
	if (quotes)
		r->budget -= (size_t)(p - s) < r->budget ? (size_t)(p - s) : r->budget;
	return *p == ')' && !depth ? p : NULL;
}

/* From the bracket at r->p to the one that closes it. bare: without the quotes inside. */
static void copy_parens(struct reader *r, bool bare)
{
	const char *end = closing(r, r->p, true);

	if (!end)
		end = closing(r, r->p, false);
	while (*r->p && (!end || r->p <= end)) {
		if (bare && (*r->p == '"' || *r->p == '\''))
			r->p++;
		else
			copy_one(r);
	}
}

/* The text in quotes without them; a quoted blank stays one. */
static void copy_quoted(struct reader *r)
{
	const char q = *r->p++;

	while (*r->p && *r->p != q) {
		if (q == '"' && strncmp(r->p, "$(", 2) == 0 && closing(r, r->p + 1, true)) {
			gate_buf_char(&r->c.text, *r->p++);
			copy_parens(r, true);
			continue;
		}
		if (q == '"' && *r->p == '\\' && r->p[1])
			r->p++;
		if (strncmp(r->p, "${{", 3) == 0)
			copy_to(r, "}}");
		else
			copy_one(r);
	}
	if (*r->p)
		r->p++;
}

/* The word that ends a here document, without its quotes. Gives where it stops. */
static const char *here_name(const char *p, struct gate_buf *name)
{
	char quote = 0;

	p += strspn(p, " \t");
	for (; *p && *p != '\n' && (quote || !strchr(" \t\r;&|<>()", *p)); p++) {
		if (*p == '\\' && quote != '\'' && p[1] && p[1] != '\n')
			gate_buf_char(name, *++p);
		else if (quote ? *p == quote : *p == '\'' || *p == '"')
			quote = quote ? 0 : *p;
		else
			gate_buf_char(name, *p);
	}
	return p;
}

/* "<<EOF", "<<-'EOF'": its text follows the line, and so does what else stands on the line. */
static void here_word(struct reader *r)
{
	struct here *h = &r->heres[r->heres_n];
	const char *p = r->p + 2;

	gate_buf_str(&r->c.text, "<< ");
	r->p = p;
	if (r->heres_n == HERES_MAX)
		return;
	h->tabs = *p == '-';
	gate_buf_reset(&h->end);
	p = here_name(p + h->tabs, &h->end);
	if (!h->end.len)
		return;
	r->p = p;
	r->heres_n++;
	r->here_open = true;
}

/* The line that ends a here document, or NULL. One that is indented counts where no other ends it: the text may have lost, or kept,
 * the indent of what it stands in. */
static const char *here_end(struct reader *r, const struct here *h)
{
	const char *end = gate_buf_cstr(&h->end), *indented = NULL;
	const size_t n = h->end.len;

	for (const char *p = r->p; *p && (r->budget || !indented);) {
		const size_t len = strcspn(p, "\n");
		const char *s = p + strspn(p, h->tabs ? "\t" : "");
		const char *word = s + strspn(s, " \t");

		r->budget -= r->budget < len ? r->budget : len;
		if (strncmp(s, end, n) == 0 && s + n + (s[n] == '\r') == p + len)
			return p;
		if (!indented && strncmp(word, end, n) == 0 && (!word[n] || isspace((unsigned char)word[n])))
			indented = p;
		p += len + (p[len] == '\n');
	}
	return indented;
}

static uint32_t lines_in(const char *s, const char *end)
{
	uint32_t n = 0;

	while ((s = memchr(s, '\n', (size_t)(end - s))) != NULL) {
		s++;
		n++;
	}
	return n;
}

/* At the beginning of a line: goes behind the texts that were announced. One that is run is read by itself, so that a quote in it
 * does not reach what follows; one that does not end is read with the rest. */
static int here_texts(struct reader *r)
{
	const bool run = r->here_runs || r->here_open;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < r->heres_n; i++) {
		const char *end = NULL;

		rc = gate_buf_check(&r->heres[i].end, r->err);
		if (rc == 0 && r->budget)
			end = here_end(r, &r->heres[i]);
		if (!end)
			break;
		if (run && r->level < LEVELS_MAX) {
			gate_autofree char *text = strndup(r->p, (size_t)(end - r->p));

			rc = text ? read_all(r->how, text, r->line, r->level + 1, r->err) : gate_err_set(r->err, GATE_E_NOMEM, "out of memory");
		} else if (run) {
			break;
		}
		r->line += lines_in(r->p, end) + 1;
		end += strcspn(end, "\n");
		r->p = *end ? end + 1 : end;
	}
	r->heres_n = 0;
	r->here_open = r->here_runs = false;
	r->c.line = r->line;
	return rc;
}

static bool operator_at(struct reader *r, enum gate_shell_join *join)
{
	static const struct {
		const char *sign;
		enum gate_shell_join join;
	} signs[] = {
		{ "\n", GATE_SHELL_LINE }, { ";", GATE_SHELL_SEMICOLON }, { "&&", GATE_SHELL_AND }, { "||", GATE_SHELL_OR }, { "|", GATE_SHELL_PIPE },
	};

	for (size_t i = 0; i < GATE_ARRAY_LEN(signs); i++) {
		if (gate_starts_with(r->p, signs[i].sign)) {
			r->p += strlen(signs[i].sign);
			*join = signs[i].join;
			return true;
		}
	}
	if (r->p[0] != '&' || (r->p[1] && r->p[1] != '\n' && r->p[1] != ' '))
		return false;
	r->p++;
	*join = GATE_SHELL_BACKGROUND;
	return true;
}

static void step(struct reader *r)
{
	struct gate_buf *b = &r->c.text;
	const bool loose = r->how->loose, at_start = !b->len || b->s[b->len - 1] == ' ';

	if (*r->p == '\\' && r->p[1] == '\n') {
		r->p += 2;
		r->line++;
		if (!at_start)
			gate_buf_char(b, ' ');
	} else if (*r->p == '#' && at_start) {
		r->p += strcspn(r->p, "\n");
	} else if (isspace((unsigned char)*r->p)) {
		if (!at_start)
			gate_buf_char(b, ' ');
		r->p++;
	} else if (strncmp(r->p, "${{", 3) == 0) {
		copy_to(r, "}}");
	} else if (!loose && (strncmp(r->p, "$(", 2) == 0 || strncmp(r->p, "<(", 2) == 0)) {
		gate_buf_char(b, *r->p++);
		copy_parens(r, false);
	} else if (!loose && (*r->p == '\'' || *r->p == '"')) {
		copy_quoted(r);
	} else if (!loose && *r->p == '`') {
		gate_buf_char(b, *r->p++);
		copy_to(r, "`");
	} else if (!loose && strncmp(r->p, "<<<", 3) == 0) {
		gate_buf_str(b, "<<<");
		r->p += 3;
	} else if (!loose && strncmp(r->p, "<<", 2) == 0) {
		here_word(r);
	} else if (strchr("(){}", *r->p) && (at_start || *r->p == ')' || loose)) {
		gate_buf_char(b, ' ');
		if (!loose) {
			gate_buf_char(b, *r->p);
			gate_buf_char(b, ' ');
		}
		r->p++;
	} else if (loose && strchr("'\"[],", *r->p)) {
		if (!at_start)
			gate_buf_char(b, ' ');
		r->p++;
	} else {
		gate_buf_char(b, *r->p++);
	}
}

static int finish(struct reader *r, enum gate_shell_join after)
{
	struct gate_shell_command *c = &r->c;
	int rc = 0;

	while (c->text.len && c->text.s[c->text.len - 1] == ' ')
		c->text.s[--c->text.len] = '\0';
	if (gate_buf_check(&c->text, r->err) < 0)
		return -GATE_E_NOMEM;
	if (c->text.len) {
		r->here_runs |= r->here_open && runs_input(r, c->text.s);
		c->after = after;
		rc = r->how->command(r->how->arg, c, r->err);
		r->here_open &= after == GATE_SHELL_PIPE;
	}
	gate_buf_reset(&c->text);
	if (c->text.s)
		c->text.s[0] = '\0';
	c->before = after;
	c->line = r->line;
	return rc;
}

static int line_end(struct reader *r)
{
	r->line++;
	r->c.line = r->line;
	return r->heres_n ? here_texts(r) : 0;
}

static int read_all(const struct gate_shell_how *how, const char *text, uint32_t line, unsigned level, struct gate_err *err)
{
	struct reader r = { .how = how, .p = text, .line = line, .level = level, .c = { .line = line }, .err = err };
	int rc = 0;

	r.budget = 16 * strlen(text) + (1u << 20);
	while (rc == 0 && *r.p) {
		enum gate_shell_join join;

		if (!operator_at(&r, &join)) {
			step(&r);
			continue;
		}
		/* a line that ends in an operator goes on */
		if (join != GATE_SHELL_LINE || r.c.text.len)
			rc = finish(&r, join);
		if (rc == 0 && join == GATE_SHELL_LINE)
			rc = line_end(&r);
	}
	if (rc == 0)
		rc = finish(&r, GATE_SHELL_LINE);
	gate_buf_clear(&r.c.text);
	for (size_t i = 0; i < HERES_MAX; i++)
		gate_buf_clear(&r.heres[i].end);
	return rc;
}

int gate_shell_read(const struct gate_shell_how *how, const char *text, struct gate_err *err)
{
	return read_all(how, text, how->line, 0, err);
}
