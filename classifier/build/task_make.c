/* Tasks of a Makefile (GNU make's manual, chapters "Rules" and "Recipes"). Conditionals are not judged: what stands in either branch counts. */
#include "classifier/build/task_readers.h"

#include <string.h>

#define VARIABLES_MAX 300u
#define EXPANDED_MAX 16384u /* bytes of one recipe line with its variables */
#define VALUE_MAX 8192u	    /* a longer value is not written out */
#define STEPS_MAX 200000u   /* variables looked up and lines added; bytes in all: ALL_MAX */
#define ALL_MAX (1u << 20)

struct variable {
	const char *name, *value;
	size_t name_len, value_len;
};

struct make {
	const char *s;
	size_t len;
	struct variable v[VARIABLES_MAX];
	size_t n;
	struct gate_tasks *out;
	struct gate_strs targets; /* of the rule that is open */
	size_t steps, bytes;
	struct gate_err *err;
};

/* The next line with its continuations; false at the end. */
static bool next_line(const struct make *m, size_t *at, const char **line, size_t *len)
{
	size_t i = *at;

	if (i >= m->len)
		return false;
	while (i < m->len && (m->s[i] != '\n' || (i > *at && m->s[i - 1] == '\\')))
		i++;
	*line = m->s + *at;
	*len = i - *at;
	*at = i + 1;
	if (*len && (*line)[*len - 1] == '\r')
		--*len;
	return true;
}

/* "NAME = value", ":=", "?=", "+=": where the operator stands. */
static bool assignment(const char *s, size_t len, struct variable *v)
{
	size_t n = 0, end;

	while (n < len && (s[n] == '_' || s[n] == '-' || s[n] == '.' || (s[n] >= 'A' && s[n] <= 'Z') || (s[n] >= 'a' && s[n] <= 'z') ||
			   (s[n] >= '0' && s[n] <= '9')))
		n++;
	end = n;
	while (n < len && (s[n] == ' ' || s[n] == '\t'))
		n++;
	while (n < len && (s[n] == ':' || s[n] == '?' || s[n] == '+'))
		n++;
	if (!end || n >= len || s[n] != '=')
		return false;
	n++;
	while (n < len && (s[n] == ' ' || s[n] == '\t'))
		n++;
	*v = (struct variable){ .name = s, .name_len = end, .value = s + n, .value_len = len - n };
	return true;
}

static const struct variable *find(const struct make *m, const char *name, size_t len)
{
	for (size_t i = m->n; i-- > 0;) {
		if (m->v[i].name_len == len && memcmp(m->v[i].name, name, len) == 0)
			return &m->v[i];
	}
	return NULL;
}

static void expand(struct make *m, const char *s, size_t len, int depth, struct gate_buf *out)
{
	for (size_t i = 0; i < len && out->len < EXPANDED_MAX; i++) {
		const char *end = NULL;
		const struct variable *v = NULL;

		if (s[i] == '$' && i + 1 < len && (s[i + 1] == '(' || s[i + 1] == '{') && depth < 4)
			end = memchr(s + i, s[i + 1] == '(' ? ')' : '}', len - i);
		if (end && m->steps++ < STEPS_MAX)
			v = find(m, s + i + 2, (size_t)(end - s) - i - 2);
		if (v && v->value_len <= VALUE_MAX) {
			expand(m, v->value, v->value_len, depth + 1, out);
			i = (size_t)(end - s);
		} else if (s[i] == '\\' && i + 1 < len && s[i + 1] == '\n') {
			gate_buf_char(out, ' ');
			i++;
		} else {
			gate_buf_char(out, s[i]);
		}
	}
}

static int append(struct make *m, const char *s, size_t len, const char *before)
{
	gate_auto(gate_buf) struct gate_buf text = { 0 };

	m->out->cut |= m->steps >= STEPS_MAX || m->bytes >= ALL_MAX;
	if (m->out->cut)
		return 0;
	expand(m, s, len, 0, &text);
	if (gate_buf_check(&text, m->err) < 0)
		return -GATE_E_NOMEM;
	m->steps += m->targets.n;
	m->bytes += m->targets.n * (text.len + 1);
	for (size_t i = 0; i < m->targets.n; i++) {
		struct gate_task *t = gate_tasks_get(m->out, m->targets.v[i], strlen(m->targets.v[i]), 0, m->err);

		if (!t)
			return m->err->code ? -GATE_E_NOMEM : 0;
		gate_buf_fmt(&t->body, "%s%s\n", before, gate_buf_cstr(&text));
		if (gate_buf_check(&t->body, m->err) < 0)
			return -GATE_E_NOMEM;
	}
	return 0;
}

static int add_words(const char *s, size_t len, struct gate_strs *to, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < len;) {
		size_t n = 0;

		while (i + n < len && !strchr(" \t\n\\", s[i + n]))
			n++;
		if (n && to->n < 50)
			rc = gate_strs_addn(to, s + i, n, err);
		i += n ? n : 1;
	}
	return rc;
}

static int rule(struct make *m, const char *s, size_t len, uint32_t line)
{
	const char *colon = memchr(s, ':', len);
	size_t n = colon ? (size_t)(colon - s) : 0;
	size_t rest;
	int rc;

	gate_strs_clear(&m->targets);
	if (!n || *s == '.' || memchr(s, '=', n))
		return 0;
	rc = add_words(s, n, &m->targets, m->err);
	for (size_t i = 0; rc == 0 && i < m->targets.n; i++) {
		if (!gate_tasks_get(m->out, m->targets.v[i], strlen(m->targets.v[i]), line, m->err) && m->err->code)
			rc = -GATE_E_NOMEM;
	}
	rest = len - n - 1;
	colon++;
	if (rest && *colon == ':') {
		colon++;
		rest--;
	}
	while (rest && (*colon == ' ' || *colon == '\t')) {
		colon++;
		rest--;
	}
	return rc == 0 && rest && !memchr(colon, '=', rest) ? append(m, colon, rest, "make ") : rc;
}

static size_t uncommented(const char *s, size_t len)
{
	const char *hash = memchr(s, '#', len);

	return hash ? (size_t)(hash - s) : len;
}

int gate_tasks_of_make(const char *s, size_t len, struct gate_tasks *out, struct gate_err *err)
{
	gate_autofree struct make *m = calloc(1, sizeof(*m));
	const char *line;
	size_t n, at = 0;
	uint32_t number = 1;
	int rc = 0;

	if (!m)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	m->s = s;
	m->len = len;
	m->out = out;
	m->err = err;
	out->recipe = true;
	while (next_line(m, &at, &line, &n) && m->n < VARIABLES_MAX) {
		if (n && *line != '\t' && assignment(line, uncommented(line, n), &m->v[m->n]))
			m->n++;
	}
	at = 0;
	while (rc == 0 && next_line(m, &at, &line, &n)) {
		struct variable v;

		if (n && *line == '\t')
			rc = append(m, line + 1, n - 1, "");
		else if (n && *line != '#' && *line != ' ' && !assignment(line, n, &v))
			rc = rule(m, line, uncommented(line, n), number);
		for (size_t i = 0; i <= n && line + i < s + len; i++)
			number += line[i] == '\n';
	}
	gate_strs_clear(&m->targets);
	return rc;
}
