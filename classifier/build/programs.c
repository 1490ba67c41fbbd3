#include "classifier/build/programs.h"

#include "classifier/build/program_rows.h"

#include <string.h>

/* Which tables go with an id, for the files its row of rules/packs names. */
static const struct program {
	const char *id;
	const struct gate_risk_table *tables[3];
	enum gate_tier floor;
} programs[] = {
	{ "BLD-PY", { &gate_rows_python, &gate_rows_pytest, &gate_rows_shell }, GATE_TIER_MEDIUM },
	{ "BLD-RS", { &gate_rows_rust }, GATE_TIER_MEDIUM },
	{ "BLD-C", { &gate_rows_make, &gate_rows_shell }, GATE_TIER_MEDIUM },
	{ "BLD-JVM", { &gate_rows_jvm, &gate_rows_shell }, GATE_TIER_MEDIUM },
	{ "BLD-NET", { &gate_rows_net, &gate_rows_shell }, GATE_TIER_MEDIUM },
	{ "BLD-RB", { &gate_rows_ruby, &gate_rows_shell }, GATE_TIER_MEDIUM },
	{ "BLD-EX", { &gate_rows_elixir, &gate_rows_shell }, GATE_TIER_MEDIUM },
	{ "BLD-SH", { &gate_rows_start, &gate_rows_shell }, GATE_TIER_MEDIUM },
};

/* Tables for files by the end of their name, whatever the packs say of the path. under: a part of the path, or NULL. */
static const struct by_name {
	const char *glob, *id;
	const struct gate_risk_table *table;
	bool raw; /* with its comments: go:generate is one */
	bool tests;
} by_names[] = {
	{ "*.go", "BLD-GO", &gate_rows_go, true, false },
	{ "makefile", "BLD-GO", &gate_rows_toolexec, false, false },
	{ "*.mk", "BLD-GO", &gate_rows_toolexec, false, false },
	{ "*.py", "BLD-PY", &gate_rows_pytest, false, true },
	{ "noxfile.py", "BLD-PY", &gate_rows_python, false, false },
	{ "*.csproj", "BLD-NET", &gate_rows_net, false, false },
	{ "*.fsproj", "BLD-NET", &gate_rows_net, false, false },
	{ "*.vbproj", "BLD-NET", &gate_rows_net, false, false },
	{ "*.proj", "BLD-NET", &gate_rows_net, false, false },
	{ "*.cake", "BLD-NET", &gate_rows_net, false, false },
};

bool gate_path_is_test(const char *path)
{
	static const char *const parts[] = { "test/", "tests/", "spec/", "__tests__/", "testing/", "testdata/", "fixtures/", "e2e/", "examples/",
					     "mocks/", "integration/" };
	static const char *const names[] = { "test_*", "*_test.*", "*.test.*", "*.spec.*", "*_spec.*", "conftest.py", "*Test.*", "*Tests.*",
					     "*IT.java" };
	const char *last = gate_path_last(path);

	for (size_t i = 0; i < GATE_ARRAY_LEN(parts); i++) {
		const char *at = strstr(path, parts[i]);

		if (at && (at == path || at[-1] == '/' || at[-1] == '-' || at[-1] == '_'))
			return true;
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(names); i++) {
		if (gate_glob_match(names[i], last, strlen(last), false))
			return true;
	}
	return false;
}

static enum gate_comments comments_of(const char *path, const char *id)
{
	enum gate_comments how = gate_comments_of(path);

	if (how != GATE_COMMENTS_NONE)
		return how;
	return strcmp(id, "BLD-NET") == 0 ? GATE_COMMENTS_XML : strcmp(id, "BLD-JVM") == 0 ? GATE_COMMENTS_C : GATE_COMMENTS_SHELL;
}

int gate_program_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	gate_auto(gate_code_sides) struct gate_code_sides c = { 0 };
	const struct program *p = NULL;
	int rc;

	for (size_t i = 0; i < GATE_ARRAY_LEN(programs); i++) {
		if (strcmp(programs[i].id, l->id) == 0)
			p = &programs[i];
	}
	if (!p)
		return gate_err_set(err, GATE_E_BUG, "rule %s has no table of programs", l->id);
	rc = gate_code_sides_read(d, l->change, l->delta, comments_of(l->delta->path, l->id), &c, err);
	if (!c.unread)
		l->w = gate_weight_of(c.same ? GATE_TIER_LOW : p->floor);
	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(p->tables) && p->tables[i]; i++)
		rc = gate_risks_delta(d, l->change, l->delta, l->id, p->tables[i], &c, GATE_TIER_CRITICAL, err);
	return rc;
}

static bool named_already(const char *last)
{
	static const char *const names[] = { "setup.py", "sitecustomize.py", "usercustomize.py", "conftest.py",
					     "tasks.py", "dodo.py",	     "fabfile.py" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(names); i++) {
		if (strcmp(last, names[i]) == 0)
			return true;
	}
	return false;
}

int gate_program_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	const char *last = gate_path_last(delta->path);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(by_names); i++) {
		const struct by_name *b = &by_names[i];
		gate_auto(gate_code_sides) struct gate_code_sides c = { 0 };

		if (!gate_glob_match(b->glob, last, strlen(last), true) || (b->tests && !gate_path_is_test(delta->path)) ||
		    (b->tests && named_already(last)))
			continue;
		rc = gate_code_sides_read(d, change, delta, b->raw ? GATE_COMMENTS_NONE : comments_of(delta->path, b->id), &c, err);
		if (rc == 0)
			rc = gate_risks_delta(d, change, delta, b->id, b->table, &c, GATE_TIER_CRITICAL, err);
	}
	return rc;
}
