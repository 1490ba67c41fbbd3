/* Tasks that programs describe: nox, mix, rake. Texts in quotes are read, nothing is evaluated. */
#include "classifier/build/task_readers.h"

#include "classifier/values/code.h"

#include <string.h>

static bool word_char(char c)
{
	return c == '_' || c == '-' || c == '.' || c == ':' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* The text in quotes at s[i]; its end. 0 when there is none. */
static size_t quoted(const char *s, size_t len, size_t i, size_t *n)
{
	const char *end;

	if (s[i] != '"' && s[i] != '\'')
		return 0;
	end = memchr(s + i + 1, s[i], len - i - 1);
	if (!end)
		return 0;
	*n = (size_t)(end - s) - i - 1;
	return (size_t)(end - s);
}

static size_t closing(const char *s, size_t len, size_t i, char open, char close)
{
	int depth = 0;

	for (size_t end = i; end < len; end++) {
		depth += s[end] == open;
		depth -= s[end] == close;
		if (!depth)
			return end;
	}
	return len;
}

/* All texts in quotes between i and end: each a line, or one line of words. */
static void add_texts(struct gate_buf *b, const char *s, size_t i, size_t end, const char *sep)
{
	size_t n;

	for (; i < end; i++) {
		size_t to = quoted(s, end, i, &n);

		if (!to)
			continue;
		if (strchr(sep, ' '))
			gate_buf_fmt(b, "'%.*s'%s", (int)n, s + i + 1, sep);
		else
			gate_buf_fmt(b, "%.*s%s", (int)n, s + i + 1, sep);
		i = to;
	}
}

static int nox_run(struct gate_tasks *out, struct gate_task *t, const char *s, size_t open, size_t end, struct gate_err *err)
{
	(void)out;
	if (!t)
		return err->code ? -GATE_E_NOMEM : 0;
	add_texts(&t->body, s, open, end, " ");
	if (memmem(s + open, end - open, "success_codes", 13))
		gate_buf_str(&t->body, "|| true");
	gate_buf_char(&t->body, '\n');
	return gate_buf_check(&t->body, err);
}

int gate_tasks_of_nox(const char *s, size_t len, struct gate_tasks *out, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf code = { 0 };
	struct gate_task *t = NULL;
	int rc = 0;

	gate_code_strip(s, len, GATE_COMMENTS_PYTHON, &code);
	if (gate_buf_check(&code, err) < 0)
		return -GATE_E_NOMEM;
	for (size_t i = 0; rc == 0 && i < code.len; i++) {
		const char *p = code.s + i;
		size_t left = code.len - i, n = 4;

		if ((i == 0 || p[-1] == '\n') && left > 4 && memcmp(p, "def ", 4) == 0) {
			char name[128];

			while (n < left && word_char(p[n]))
				n++;
			snprintf(name, sizeof(name), "test-%.*s", (int)(n - 4 < 100 ? n - 4 : 100), p + 4);
			t = gate_tasks_get(out, name, strlen(name), 0, err);
		} else if (t && left > 12 && memcmp(p, "session.run(", 12) == 0) {
			size_t end = closing(code.s, code.len, i + 11, '(', ')');

			rc = nox_run(out, t, code.s, i + 11, end, err);
			i = end;
		}
	}
	return rc;
}

/* name: [ "..." ] */
int gate_tasks_of_mix(const char *s, size_t len, struct gate_tasks *out, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf code = { 0 };
	const char *at;

	gate_code_strip(s, len, GATE_COMMENTS_HASH, &code);
	if (gate_buf_check(&code, err) < 0)
		return -GATE_E_NOMEM;
	at = code.len ? strstr(code.s, "aliases do") : NULL;
	for (size_t i = at ? (size_t)(at - code.s) : code.len; i < code.len; i++) {
		size_t start = i, end;
		struct gate_task *t;

		if (code.s[i] != '[' || i < 3)
			continue;
		while (start && strchr(" \t\n:\"", code.s[start - 1]))
			start--;
		end = start;
		while (start && word_char(code.s[start - 1]))
			start--;
		if (start == end || !memchr(code.s + end, ':', i - end))
			continue;
		t = gate_tasks_get(out, code.s + start, end - start, 0, err);
		if (!t)
			return err->code ? -GATE_E_NOMEM : 0;
		end = closing(code.s, code.len, i, '[', ']');
		add_texts(&t->body, code.s, i, end, "\n");
		if (gate_buf_check(&t->body, err) < 0)
			return -GATE_E_NOMEM;
		i = end;
	}
	return 0;
}

/* task default: %i[a b], task :default => [:a, "b"], task default: :a */
int gate_tasks_of_rake(const char *s, size_t len, struct gate_tasks *out, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf code = { 0 };

	gate_code_strip(s, len, GATE_COMMENTS_HASH, &code);
	if (gate_buf_check(&code, err) < 0)
		return -GATE_E_NOMEM;
	for (size_t i = 0; i + 5 < code.len; i++) {
		size_t at = i + 4, end = i;
		struct gate_task *t = NULL;

		if ((i && code.s[i - 1] != '\n') || memcmp(code.s + i, "task", 4) != 0)
			continue;
		while (end < code.len && (code.s[end] != '\n' || memchr(code.s + i, '[', end - i) != NULL) &&
		       !(code.s[end] == ']'))
			end++;
		while (at < end) {
			size_t n = 0;

			while (at + n < end && word_char(code.s[at + n]) && code.s[at + n] != ':')
				n++;
			if (n && !t)
				t = gate_tasks_get(out, code.s + at, n, 0, err);
			else if (n && !(n == 1 && code.s[at] == 'i') && !(n == 2 && memcmp(code.s + at, "do", 2) == 0))
				gate_buf_fmt(&t->body, "@task %.*s\n", (int)n, code.s + at);
			if (n && !t)
				return err->code ? -GATE_E_NOMEM : 0;
			at += n ? n : 1;
		}
		if (t && gate_buf_check(&t->body, err) < 0)
			return -GATE_E_NOMEM;
		i = end;
	}
	return 0;
}
