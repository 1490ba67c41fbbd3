#include "classifier/build/tasks.h"

#include <string.h>

#define DEPTH_MAX 8
#define STEPS_MAX 20000u

void gate_tasks_clear(struct gate_tasks *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->v[i].name);
		gate_buf_clear(&t->v[i].body);
	}
	free(t->v);
	*t = (struct gate_tasks){ 0 };
}

const struct gate_task *gate_tasks_find(const struct gate_tasks *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++) {
		if (strcmp(t->v[i].name, name) == 0)
			return &t->v[i];
	}
	return NULL;
}

struct gate_task *gate_tasks_get(struct gate_tasks *t, const char *name, size_t len, uint32_t line, struct gate_err *err)
{
	for (size_t i = 0; i < t->n; i++) {
		if (strlen(t->v[i].name) == len && memcmp(t->v[i].name, name, len) == 0)
			return &t->v[i];
	}
	if (t->n == GATE_TASKS_MAX)
		return NULL;
	if (t->n == t->cap) {
		struct gate_task *bigger = reallocarray(t->v, t->cap ? t->cap * 2 : 16, sizeof(*t->v));

		if (!bigger) {
			gate_err_set(err, GATE_E_NOMEM, "out of memory");
			return NULL;
		}
		t->v = bigger;
		t->cap = t->cap ? t->cap * 2 : 16;
	}
	t->v[t->n] = (struct gate_task){ .name = strndup(name, len), .line = line };
	if (!t->v[t->n].name) {
		gate_err_set(err, GATE_E_NOMEM, "out of memory");
		return NULL;
	}
	return &t->v[t->n++];
}

static const char *const check_words[] = { "test",	 "tests", "lint",     "check",	 "checks",	"ci",	"typecheck",
					   "types",	 "type",  "coverage", "cover",	 "verify",	"validate", "unit",
					   "spec",	 "e2e",	  "integration", "audit", "security", "tsc",	"eslint",
					   "vet",	 "cov",	  "pytest",   "mypy",	 "stan",	"phpstan", "analyse",
					   "analyze",	 "qa",	  "default",  "precommit", "prepush", "style",	"jest", "specs" };
static const char *const aside_words[] = { "watch", "fix", "update", "debug", "dev", "write", "open", "ui", "serve", "clean" };

static bool has_part(const char *name, const char *const *words, size_t n)
{
	while (*name) {
		size_t len = strcspn(name, ":._-/");

		for (size_t i = 0; i < n; i++) {
			if (strlen(words[i]) == len && strncmp(name, words[i], len) == 0)
				return true;
		}
		name += len + (name[len] != 0);
	}
	return false;
}

bool gate_task_is_check(const char *name)
{
	if (strcmp(name, "pretest") == 0 || strcmp(name, "posttest") == 0)
		return true;
	return has_part(name, check_words, GATE_ARRAY_LEN(check_words)) &&
	       !has_part(name, aside_words, GATE_ARRAY_LEN(aside_words));
}

struct expand {
	const struct gate_tasks *tasks;
	struct gate_commands *out;
	struct gate_err *err;
	bool swallowed;
	unsigned depth;
	unsigned *steps; /* of the whole file */
};

static int expand_task(struct expand *x, const struct gate_task *t);

static int expand_name(struct expand *x, const char *name, bool *known)
{
	int rc = 0;

	*known = false;
	for (size_t i = 0; rc == 0 && i < x->tasks->n; i++) {
		if (!gate_glob_match(name, x->tasks->v[i].name, strlen(x->tasks->v[i].name), false))
			continue;
		*known = true;
		rc = expand_task(x, &x->tasks->v[i]);
	}
	return rc;
}

/* Where the names of tasks begin in a command that runs tasks of the same file, or 0. all: every word is a name. */
static size_t names_at(const struct gate_command *c, bool *all)
{
	static const char *const managers[] = { "npm", "pnpm", "yarn", "bun", "deno", "composer" };
	static const char *const verbs[] = { "run", "run-script", "task", "rum", "urn" };
	static const char *const many[] = { "run-s", "run-p", "npm-run-all", "npm-run-all2", "npm-s", "@task", "make", "$(MAKE)", "${MAKE}",
					    "gmake", "poe" };
	const struct gate_strs *w = &c->words;

	*all = false;
	for (size_t i = 0; i < GATE_ARRAY_LEN(many); i++) {
		if (strcmp(w->v[0], many[i]) == 0) {
			*all = true;
			return 1;
		}
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(managers); i++) {
		size_t k = 1;

		if (strcmp(w->v[0], managers[i]) != 0)
			continue;
		while (k < w->n && w->v[k][0] == '-')
			k++;
		for (size_t v = 0; k < w->n && v < GATE_ARRAY_LEN(verbs); v++) {
			if (strcmp(w->v[k], verbs[v]) == 0) {
				k++;
				break;
			}
		}
		while (k < w->n && w->v[k][0] == '-')
			k++;
		return k < w->n ? k : 0;
	}
	return w->v[0][0] == '@' && w->v[0][1] ? 1 : 0;
}

static int expand_command(struct expand *x, const struct gate_command *c);

static int expand_text(struct expand *x, const char *s, size_t len, bool recipe)
{
	gate_auto(gate_commands) struct gate_commands own = { 0 };
	int rc = gate_commands_parse(s, len, recipe, &own, x->err);

	x->out->cut |= own.cut;
	for (size_t i = 0; rc == 0 && i < own.n; i++)
		rc = expand_command(x, &own.v[i]);
	return rc;
}

/* sh -c "..." and concurrently "a" "b". */
static int expand_quoted(struct expand *x, const struct gate_command *c, bool *done)
{
	const struct gate_strs *w = &c->words;
	bool shell = w->n > 2 && (strcmp(w->v[0], "sh") == 0 || strcmp(w->v[0], "bash") == 0) && w->v[1][0] == '-' &&
		     strchr(w->v[1], 'c');
	int rc = 0;

	*done = shell || (w->n > 1 && strcmp(w->v[0], "concurrently") == 0);
	if (shell)
		return expand_text(x, w->v[2], strlen(w->v[2]), false);
	for (size_t i = 1; rc == 0 && *done && i < w->n; i++) {
		if (strchr(w->v[i], ' '))
			rc = expand_text(x, w->v[i], strlen(w->v[i]), false);
	}
	return rc;
}

static int expand_names(struct expand *x, const struct gate_command *c, bool *known)
{
	bool all, one = false;
	size_t at = names_at(c, &all);
	int rc = 0;

	*known = false;
	if (!at)
		return 0;
	if (at == 1 && c->words.n >= 1 && c->words.v[0][0] == '@' && strcmp(c->words.v[0], "@task") != 0)
		return expand_name(x, c->words.v[0] + 1, known);
	for (size_t i = at; rc == 0 && i < c->words.n && (all || i == at); i++) {
		const char *w = c->words.v[i];

		if (*w == '-')
			continue;
		rc = expand_name(x, strcmp(w, "t") == 0 ? "test" : w, &one);
		*known |= one;
	}
	return rc;
}

static int expand_command(struct expand *x, const struct gate_command *c)
{
	bool outer = x->swallowed, known = false;
	struct gate_command copy = *c;
	int rc = 0;

	if (x->depth >= DEPTH_MAX || ++*x->steps > STEPS_MAX) {
		x->out->cut = true;
		return 0;
	}
	x->depth++;
	x->swallowed |= c->swallowed;
	rc = expand_quoted(x, c, &known);
	if (rc == 0 && !known)
		rc = expand_names(x, c, &known);
	copy.swallowed = x->swallowed;
	if (rc == 0 && !known)
		rc = gate_commands_copy(&copy, x->out, x->err);
	x->swallowed = outer;
	x->depth--;
	return rc;
}

static int expand_hook(struct expand *x, const char *when, const char *name)
{
	char full[256];
	const struct gate_task *t;

	if (!x->tasks->hooks || strlen(name) > 200)
		return 0;
	snprintf(full, sizeof(full), "%s%s", when, name);
	t = gate_tasks_find(x->tasks, full);
	return t ? expand_text(x, gate_buf_cstr(&t->body), t->body.len, x->tasks->recipe) : 0;
}

static int expand_task(struct expand *x, const struct gate_task *t)
{
	int rc;

	if (x->depth >= DEPTH_MAX || ++*x->steps > STEPS_MAX) {
		x->out->cut = true;
		return 0;
	}
	x->depth++;
	rc = expand_hook(x, "pre", t->name);
	if (rc == 0)
		rc = expand_text(x, gate_buf_cstr(&t->body), t->body.len, x->tasks->recipe);
	if (rc == 0)
		rc = expand_hook(x, "post", t->name);
	x->depth--;
	return rc;
}

int gate_task_commands(const struct gate_tasks *t, const struct gate_task *task, unsigned *steps, struct gate_commands *out,
		       struct gate_err *err)
{
	struct expand x = { .tasks = t, .out = out, .err = err, .steps = steps };

	return task ? expand_task(&x, task) : 0;
}
