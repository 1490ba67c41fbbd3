/* Tasks of a Makefile (formats/makefile.h): recipes, prerequisites, variables written out. Conditionals are not judged: what stands in
 * either branch counts. */
#include "classifier/build/task_readers.h"
#include "formats/makefile.h"

#include <string.h>

#define VARIABLES_MAX 2000u
#define TARGETS_MAX 50u	    /* of one rule */
#define EXPANDED_MAX 16384u /* bytes of one recipe line with its variables */
#define VALUE_MAX 8192u	    /* a longer value is not written out */
#define STEPS_MAX 200000u   /* variables looked up and lines added; bytes in all: ALL_MAX */
#define ALL_MAX (1u << 20)

struct make {
	struct gate_makefile file;
	struct gate_tasks *out;
	const struct gate_strs *targets; /* of the rule that is open */
	size_t steps, bytes;
	struct gate_err *err;
};

static bool is_named(const struct gate_make_variable *v, const char *name, size_t len)
{
	return strncmp(v->name, name, len) == 0 && !v->name[len];
}

static void expand(struct make *m, const char *s, int depth, struct gate_buf *out);

/* The last assignment of a name, with what "+=" put behind it; false for an unknown one. */
static bool expand_name(struct make *m, const char *name, size_t len, int depth, struct gate_buf *out)
{
	const struct gate_make_variable *v = m->file.variables;
	size_t n = m->file.variables_n, from = n;

	for (size_t i = n; i-- > 0;) {
		if (!is_named(&v[i], name, len))
			continue;
		if (strlen(v[i].value) > VALUE_MAX)
			return false;
		from = i;
		if (strcmp(v[i].op, "+=") != 0)
			break;
	}
	for (size_t i = from; i < n && out->len < EXPANDED_MAX; i++) {
		if (!is_named(&v[i], name, len))
			continue;
		if (i > from)
			gate_buf_char(out, ' ');
		m->steps++;
		expand(m, v[i].value, depth + 1, out);
	}
	return from < n;
}

static void expand(struct make *m, const char *s, int depth, struct gate_buf *out)
{
	while (*s && out->len < EXPANDED_MAX) {
		const char *end = NULL;

		if (s[0] == '$' && (s[1] == '(' || s[1] == '{') && depth < 4)
			end = strchr(s, s[1] == '(' ? ')' : '}');
		if (end && m->steps++ < STEPS_MAX && expand_name(m, s + 2, (size_t)(end - s) - 2, depth, out))
			s = end + 1;
		else
			gate_buf_char(out, *s++);
	}
}

static bool is_special(const char *target)
{
	return *target == '.';
}

static int append(struct make *m, const char *s, const char *before)
{
	gate_auto(gate_buf) struct gate_buf text = { 0 };

	m->out->cut |= m->steps >= STEPS_MAX || m->bytes >= ALL_MAX;
	if (m->out->cut)
		return 0;
	expand(m, s, 0, &text);
	if (gate_buf_check(&text, m->err) < 0)
		return -GATE_E_NOMEM;
	m->steps += m->targets->n;
	m->bytes += m->targets->n * (text.len + 1);
	for (size_t i = 0; i < m->targets->n && i < TARGETS_MAX; i++) {
		const char *name = m->targets->v[i];
		struct gate_task *t = is_special(name) ? NULL : gate_tasks_get(m->out, name, strlen(name), 0, m->err);

		if (m->err->code)
			return -GATE_E_NOMEM;
		if (!t)
			continue;
		gate_buf_fmt(&t->body, "%s%s\n", before, gate_buf_cstr(&text));
		if (gate_buf_check(&t->body, m->err) < 0)
			return -GATE_E_NOMEM;
	}
	return 0;
}

/* Prerequisites run first; "test: F = -q" sets a variable and names none. */
static int prerequisites(struct make *m, const struct gate_strs *l)
{
	gate_auto(gate_buf) struct gate_buf text = { 0 };

	gate_strs_join(&text, l, " ");
	if (gate_buf_check(&text, m->err) < 0)
		return -GATE_E_NOMEM;
	return !text.len || strchr(text.s, '=') ? 0 : append(m, text.s, "make ");
}

static int rule(struct make *m, const struct gate_make_rule *r)
{
	int rc = 0;

	m->targets = &r->targets;
	m->out->cut |= r->targets.n > TARGETS_MAX && !is_special(r->targets.v[0]);
	for (size_t i = 0; rc == 0 && i < r->targets.n && i < TARGETS_MAX; i++) {
		const char *name = r->targets.v[i];

		if (!is_special(name) && !gate_tasks_get(m->out, name, strlen(name), r->line, m->err) && m->err->code)
			rc = -GATE_E_NOMEM;
	}
	rc = rc < 0 ? rc : prerequisites(m, &r->prerequisites);
	for (size_t i = 0; rc == 0 && i < r->recipe.n; i++)
		rc = append(m, r->recipe.v[i], "");
	return rc;
}

int gate_tasks_of_make(const char *s, size_t len, struct gate_tasks *out, struct gate_err *err)
{
	struct make m = { .out = out, .err = err };
	struct gate_err why = { 0 };
	int rc = gate_makefile_parse(s, len, &m.file, &why);

	out->recipe = true;
	out->cut |= rc == -GATE_E_LIMIT || m.file.variables_n > VARIABLES_MAX;
	rc = rc == 0 || rc == -GATE_E_LIMIT ? 0 : gate_err_set(err, why.code, "%s", why.text);
	for (size_t i = 0; rc == 0 && i < m.file.rules_n && m.file.variables_n <= VARIABLES_MAX; i++)
		rc = rule(&m, &m.file.rules[i]);
	gate_makefile_clear(&m.file);
	return rc;
}
