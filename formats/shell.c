#include "formats/shell.h"

#include "formats/text.h"

#include <string.h>

#define COMMANDS_MAX 20000
#define HEREDOCS_MAX 8

struct reader {
	struct gate_shell *out;
	struct gate_shell_command now;
	const char *p, *end;
	uint32_t line;
	struct gate_buf word;
	bool quoted; /* a part of the word stood in quotes */
	char *heredocs[HEREDOCS_MAX]; /* words whose texts follow the next line end */
	size_t heredocs_n;
	struct gate_err *err;
};

static void clear_command(struct gate_shell_command *c)
{
	gate_strs_clear(&c->assigns);
	gate_strs_clear(&c->words);
	gate_strs_clear(&c->redirects);
	*c = (struct gate_shell_command){ 0 };
}

void gate_shell_clear(struct gate_shell *s)
{
	for (size_t i = 0; i < s->n; i++)
		clear_command(&s->v[i]);
	free(s->v);
	*s = (struct gate_shell){ 0 };
}

static char at(const struct reader *r, size_t n)
{
	return (size_t)(r->end - r->p) > n ? r->p[n] : 0;
}

static void copy_one(struct reader *r)
{
	r->line += *r->p == '\n';
	gate_buf_char(&r->word, *r->p++);
}

/* $(...), ${...}, ${{...}}, `...`: copied with its signs up to the one that closes it; quotes inside are passed over. */
static void substitution(struct reader *r)
{
	const char open = *r->p == '`' ? '`' : at(r, 1), close = open == '(' ? ')' : open == '{' ? '}' : '`';
	uint32_t depth = 0;
	char quote = 0;

	if (open != '`')
		copy_one(r);
	do {
		char c = at(r, 0);

		if (c == '\\' && r->p + 1 < r->end && quote != '\'')
			copy_one(r);
		else if (quote)
			quote = c == quote ? 0 : quote;
		else if (c == '\'' || c == '"')
			quote = c;
		else if (c == close && (open != '`' || depth))
			depth--;
		else if (c == open)
			depth++;
		copy_one(r);
	} while (depth && r->p < r->end);
	r->out->broken |= depth != 0;
}

static bool is_substitution(const struct reader *r)
{
	return at(r, 0) == '`' || (at(r, 0) == '$' && (at(r, 1) == '(' || at(r, 1) == '{'));
}

static void double_quotes(struct reader *r)
{
	for (r->p++; r->p < r->end && *r->p != '"';) {
		if (is_substitution(r)) {
			substitution(r);
		} else if (*r->p == '\\' && r->p + 1 < r->end && strchr("\"\\$`\n", r->p[1])) {
			r->p++;
			if (*r->p == '\n') {
				r->p++;
				r->line++;
			} else {
				copy_one(r);
			}
		} else {
			copy_one(r);
		}
	}
	r->out->broken |= r->p == r->end;
	r->p += r->p < r->end;
}

static void single_quotes(struct reader *r)
{
	for (r->p++; r->p < r->end && *r->p != '\'';)
		copy_one(r);
	r->out->broken |= r->p == r->end;
	r->p += r->p < r->end;
}

static bool ends_word(char c)
{
	return !c || c == ' ' || c == '\t' || c == '\r' || c == '\n' || strchr(";&|()<>", c) != NULL;
}

static void word(struct reader *r)
{
	gate_buf_reset(&r->word);
	r->quoted = false;
	while (r->p < r->end && !ends_word(*r->p)) {
		if (*r->p == '\'' || *r->p == '"') {
			r->quoted = true;
			if (*r->p == '"')
				double_quotes(r);
			else
				single_quotes(r);
		} else if (*r->p == '\\' && at(r, 1) == '\n') {
			r->p += 2;
			r->line++;
		} else if (*r->p == '\\' && r->p + 1 < r->end) {
			r->quoted = true;
			r->p++;
			copy_one(r);
		} else if (is_substitution(r)) {
			substitution(r);
		} else {
			copy_one(r);
		}
	}
}

static bool is_assign(const char *s)
{
	size_t n = 0;

	while (gate_is_letter(s[n]) || s[n] == '_' || (n && gate_is_digit(s[n])))
		n++;
	return n && (s[n] == '=' || (s[n] == '+' && s[n + 1] == '='));
}

/* Words of the grammar that stand before a command. */
static bool is_grammar(const char *s)
{
	static const char *const words[] = { "if",   "then", "else", "elif", "fi", "do", "done",
					     "while", "until", "esac", "!",    "{",  "}",  "time" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(words); i++) {
		if (strcmp(words[i], s) == 0)
			return true;
	}
	return false;
}

static int keep_word(struct reader *r)
{
	struct gate_shell_command *c = &r->now;
	const char *s = gate_buf_cstr(&r->word);
	int rc = gate_buf_check(&r->word, r->err);

	if (rc < 0)
		return rc;
	if (!r->word.len && !r->quoted)
		return 0;
	if (!c->words.n && !r->quoted && is_grammar(s))
		return 0;
	if (!c->words.n && is_assign(s))
		return gate_strs_add(&c->assigns, s, r->err);
	return gate_strs_add(&c->words, s, r->err);
}

static int finish(struct reader *r, enum gate_shell_after after)
{
	struct gate_shell *out = r->out;

	if (!r->now.words.n && !r->now.assigns.n && !r->now.redirects.n)
		return 0;
	if (out->n == COMMANDS_MAX)
		return gate_err_set(r->err, GATE_E_LIMIT, "more than %d commands", COMMANDS_MAX);
	if (out->n == out->cap) {
		size_t want = out->cap ? out->cap * 2 : 8;
		struct gate_shell_command *bigger = reallocarray(out->v, want, sizeof(*out->v));

		if (!bigger)
			return gate_err_set(r->err, GATE_E_NOMEM, "out of memory");
		out->v = bigger;
		out->cap = want;
	}
	r->now.after = after;
	out->v[out->n++] = r->now;
	r->now = (struct gate_shell_command){ 0 };
	return 0;
}

/* Passes over the texts of the heredocs that were announced. */
static void skip_heredocs(struct reader *r)
{
	for (size_t i = 0; i < r->heredocs_n; i++) {
		size_t n = strlen(r->heredocs[i]);

		while (r->p < r->end) {
			const char *eol = memchr(r->p, '\n', (size_t)(r->end - r->p)), *s = r->p;
			const char *stop = eol ? eol : r->end;

			r->p = eol ? eol + 1 : r->end;
			r->line += eol != NULL;
			while (s < stop && gate_is_blank(*s))
				s++;
			if ((size_t)(stop - s) == n && memcmp(s, r->heredocs[i], n) == 0)
				break;
		}
		free(r->heredocs[i]);
	}
	r->heredocs_n = 0;
}

/* "2>&1", ">> file", "<<EOF", "&> file". fd: the number that stood before, or "". */
static int redirect(struct reader *r, const char *fd)
{
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	bool here;
	int rc;

	gate_buf_str(&text, fd);
	while (r->p < r->end && strchr("<>&|", *r->p) && *r->p)
		gate_buf_char(&text, *r->p++);
	here = gate_ends_with(gate_buf_cstr(&text), "<<") && !gate_ends_with(gate_buf_cstr(&text), "<<<");
	if (here && at(r, 0) == '-')
		gate_buf_char(&text, *r->p++);
	if (at(r, 0) == '(') {
		/* <(command): a word; the brackets part commands anyway */
		rc = gate_buf_check(&text, r->err);
		return rc < 0 ? rc : gate_strs_add(&r->now.redirects, text.s, r->err);
	}
	while (gate_is_blank(at(r, 0)))
		r->p++;
	word(r);
	gate_buf_add(&text, gate_buf_cstr(&r->word), r->word.len);
	rc = gate_buf_check(&text, r->err);
	if (rc == 0 && here && r->heredocs_n < HEREDOCS_MAX) {
		r->heredocs[r->heredocs_n] = strdup(gate_buf_cstr(&r->word));
		if (!r->heredocs[r->heredocs_n])
			return gate_err_set(r->err, GATE_E_NOMEM, "out of memory");
		r->heredocs_n++;
	}
	return rc < 0 ? rc : gate_strs_add(&r->now.redirects, gate_buf_cstr(&text), r->err);
}

static int operator(struct reader *r)
{
	char c = *r->p;
	bool twice = at(r, 1) == c;

	if (c == '<' || c == '>' || (c == '&' && at(r, 1) == '>'))
		return redirect(r, "");
	r->p += 1 + (twice || (c == '|' && at(r, 1) == '&'));
	if (c == '&')
		return finish(r, twice ? GATE_SHELL_AND : GATE_SHELL_BACKGROUND);
	if (c == '|')
		return finish(r, twice ? GATE_SHELL_OR : GATE_SHELL_PIPE);
	return finish(r, c == ';' ? GATE_SHELL_LINE : GATE_SHELL_END);
}

static bool only_digits(const struct gate_buf *b)
{
	for (size_t i = 0; i < b->len; i++) {
		if (!gate_is_digit(b->s[i]))
			return false;
	}
	return b->len > 0;
}

static int step(struct reader *r)
{
	char c = *r->p;
	int rc;

	if (c == '\n') {
		r->p++;
		r->line++;
		rc = finish(r, GATE_SHELL_LINE);
		skip_heredocs(r);
		return rc;
	}
	if (c == ' ' || c == '\t' || c == '\r' || !c) {
		r->p++;
		return 0;
	}
	if (c == '#') {
		while (r->p < r->end && *r->p != '\n')
			r->p++;
		return 0;
	}
	if (!r->now.words.n && !r->now.assigns.n && !r->now.redirects.n)
		r->now.line = r->line;
	if (strchr(";&|()<>", c))
		return operator(r);
	word(r);
	if (!r->quoted && only_digits(&r->word) && (at(r, 0) == '<' || at(r, 0) == '>')) {
		gate_autofree char *fd = strdup(gate_buf_cstr(&r->word));

		return fd ? redirect(r, fd) : gate_err_set(r->err, GATE_E_NOMEM, "out of memory");
	}
	return keep_word(r);
}

int gate_shell_parse(const char *s, size_t len, struct gate_shell *out, struct gate_err *err)
{
	struct reader r = { .out = out, .p = s, .end = s + len, .line = 1, .err = err };
	int rc = 0;

	while (rc == 0 && r.p < r.end)
		rc = step(&r);
	if (rc == 0)
		rc = finish(&r, GATE_SHELL_END);
	clear_command(&r.now);
	gate_buf_clear(&r.word);
	for (size_t i = 0; i < r.heredocs_n; i++)
		free(r.heredocs[i]);
	return rc;
}
