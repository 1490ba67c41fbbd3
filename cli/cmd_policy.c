#include "base/io.h"
#include "base/when.h"
#include "classifier/cases.h"
#include "cli/cli.h"
#include "cli/policy_dir.h"
#include "gate/server.h"

#include <stdio.h>
#include <string.h>

/* The rules to look at: a folder named on the command line, .refgate/ of the work tree, or what is in force on a gated repository. */
static int load(const struct gate_args *a, struct gate_files *files, struct gate_err *err)
{
	gate_auto(gate_server) struct gate_server s = { 0 };
	struct gate_err ignored = { 0 };

	if (a->words.n > 1)
		return gate_cli_read_policy_dir(a->words.v[1], files, err);
	if (!a->repo && gate_file_exists(".refgate"))
		return gate_cli_read_policy_dir(".refgate", files, err);
	if (gate_server_start(a->repo ? a->repo : ".", &s, &ignored) < 0)
		return gate_err_set(err, GATE_E_USAGE, "no .refgate/ here; name a folder: refgate policy %s DIR", a->words.v[0]);
	for (size_t i = 0; i < s.policy_files.n; i++) {
		const struct gate_file *f = &s.policy_files.v[i];

		if (gate_files_add(files, f->path, f->bytes, f->len, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

static int check(const struct gate_policy *p, const struct gate_files *files, struct gate_err *err)
{
	(void)files;
	for (size_t i = 0; i < p->warnings.n; i++)
		fprintf(stderr, "refgate: note: %s\n", p->warnings.v[i]);
	if (gate_policy_reachable(p, gate_now(), err) < 0)
		return -(int)err->code;
	printf("policy ok, sha256:%s\n", p->digest);
	return GATE_EXIT_OK;
}

/* Cases lie in tests/ of the folder; their names are told without it. */
static int test(const struct gate_policy *p, const struct gate_files *files, struct gate_err *err)
{
	gate_auto(gate_files) struct gate_files cases = { 0 };
	gate_auto(gate_buf) struct gate_buf report = { 0 };
	struct gate_case_counts counts = { 0 };

	for (size_t i = 0; i < files->n; i++) {
		const struct gate_file *f = &files->v[i];

		if (gate_starts_with(f->path, "tests/") && gate_files_add(&cases, f->path + strlen("tests/"), f->bytes, f->len, err) < 0)
			return -(int)err->code;
	}
	if (gate_case_run(p, &cases, "refs/heads/main", &report, &counts, err) < 0)
		return -(int)err->code;
	gate_buf_fmt(&report, "%u passed, %u failed\n", counts.passed, counts.failed);
	if (gate_cli_print(&report, err) < 0)
		return -(int)err->code;
	return counts.failed ? GATE_EXIT_NO : GATE_EXIT_OK;
}

static int show(const struct gate_policy *p, const struct gate_files *files, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	(void)files;
	return gate_policy_show(p, &b, err) < 0 ? -(int)err->code : gate_cli_print(&b, err);
}

static const struct {
	const char *name;
	int (*run)(const struct gate_policy *p, const struct gate_files *files, struct gate_err *err);
} verbs[] = { { "check", check }, { "test", test }, { "show", show } };

static int run(const struct gate_args *a, struct gate_err *err)
{
	gate_auto(gate_files) struct gate_files files = { 0 };
	gate_autopolicy struct gate_policy *p = NULL;

	for (size_t i = 0; i < GATE_ARRAY_LEN(verbs); i++) {
		if (strcmp(verbs[i].name, a->words.v[0]) != 0)
			continue;
		if (load(a, &files, err) < 0 || gate_policy_load(&files, NULL, 0, &p, err) < 0)
			return -(int)err->code;
		return verbs[i].run(p, &files, err);
	}
	return gate_err_set(err, GATE_E_USAGE, "policy %s: known are check, test, show", a->words.v[0]);
}

const struct gate_command gate_cmd_policy = {
	.name = "policy",
	.run = run,
	.usage = "check|test|show [DIR]",
	.help = "parse the rules, run their own cases, print what is in effect",
	.example = "refgate policy check .refgate",
	.min_words = 1,
	.max_words = 2,
};
