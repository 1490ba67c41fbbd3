#include "classifier/build/task_files.h"

#include "classifier/build/task_readers.h"
#include "classifier/docs.h"

#include <string.h>

struct task_file {
	const char *glob; /* of the last component */
	enum gate_format format;
	int (*tree)(const struct gate_node *root, struct gate_tasks *out, struct gate_err *err);
	int (*text)(const char *s, size_t len, struct gate_tasks *out, struct gate_err *err);
};

static const struct task_file files[] = {
	{ "package.json", GATE_FORMAT_JSON, gate_tasks_of_npm, NULL },
	{ "deno.json", GATE_FORMAT_JSONC, gate_tasks_of_deno, NULL },
	{ "deno.jsonc", GATE_FORMAT_JSONC, gate_tasks_of_deno, NULL },
	{ "composer.json", GATE_FORMAT_JSON, gate_tasks_of_composer, NULL },
	{ "pyproject.toml", GATE_FORMAT_TOML, gate_tasks_of_pyproject, NULL },
	{ "tox.ini", GATE_FORMAT_INI, gate_tasks_of_tox, NULL },
	{ "makefile", GATE_FORMATS, NULL, gate_tasks_of_make },
	{ "gnumakefile", GATE_FORMATS, NULL, gate_tasks_of_make },
	{ "*.mk", GATE_FORMATS, NULL, gate_tasks_of_make },
	{ "noxfile.py", GATE_FORMATS, NULL, gate_tasks_of_nox },
	{ "mix.exs", GATE_FORMATS, NULL, gate_tasks_of_mix },
	{ "rakefile", GATE_FORMATS, NULL, gate_tasks_of_rake },
};

static const struct task_file *file_of(const char *path)
{
	const char *last = gate_path_last(path);

	for (size_t i = 0; i < GATE_ARRAY_LEN(files); i++) {
		if (gate_glob_match(files[i].glob, last, strlen(last), true))
			return &files[i];
	}
	return NULL;
}

static int compare_trees(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, const struct task_file *f,
			 struct gate_err *err)
{
	gate_auto(gate_tasks) struct gate_tasks before = { 0 }, now = { 0 };
	struct gate_docs docs;
	int rc = gate_detect_docs(d, change, delta, f->format, &docs, err);

	if (rc < 0 || !docs.before || docs.bad_now)
		return rc;
	rc = f->tree(docs.before, &before, err);
	if (rc == 0 && docs.now)
		rc = f->tree(docs.now, &now, err);
	return rc < 0 ? rc : gate_tasks_compare(d, change, delta, &before, &now, err);
}

static int compare_texts(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, const struct task_file *f,
			 struct gate_err *err)
{
	gate_auto(gate_tasks) struct gate_tasks before = { 0 }, now = { 0 };
	gate_auto(gate_sides) struct gate_sides sides = { 0 };
	struct gate_err why = { 0 };
	int rc;

	if (gate_detect_sides(d, delta, &sides, &why) < 0)
		return gate_detect_limit(d, change, delta->path, NULL, false, "too big or unreadable: its tasks were not compared", err);
	rc = f->text(gate_buf_cstr(&sides.before), sides.before.len, &before, err);
	if (rc == 0)
		rc = f->text(sides.now, sides.now_len, &now, err);
	return rc < 0 ? rc : gate_tasks_compare(d, change, delta, &before, &now, err);
}

int gate_task_files_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	const struct task_file *f = file_of(delta->path);

	/* a file that comes takes nothing away; one that goes with its folder is a package that is gone */
	if (!f || !gate_mode_is_file(delta->old_mode) || strstr(delta->path, "node_modules/"))
		return 0;
	if (!delta->new_mode && strcmp(gate_path_last(delta->path), "package.json") == 0 && strchr(delta->path, '/'))
		return 0;
	return f->tree ? compare_trees(d, change, delta, f, err) : compare_texts(d, change, delta, f, err);
}
