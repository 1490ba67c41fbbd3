#include "cli/cli.h"

#include "base/io.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

const struct gate_command *const gate_commands[] = {
	&gate_cmd_init,	   &gate_cmd_doctor, &gate_cmd_serve, &gate_cmd_check, &gate_cmd_explain, &gate_cmd_policy,
	&gate_cmd_queue,   &gate_cmd_show,   &gate_cmd_diff,  &gate_cmd_approve, &gate_cmd_deny,	  &gate_cmd_wait,
	&gate_cmd_log,	   &gate_cmd_gc,     &gate_cmd_osv,   &gate_cmd_version, NULL,
};

/* Commands of the design that other issues build: known, and honest about it. */
static const char *const later[] = {
	"review", "grant", "revoke", "why",   "report", "trace",    "sandbox", "replay",
	"readiness", "push",   "baseline", NULL,
};

static const struct gate_option common[] = {
	{ "--repo", "DIR", "the repository, instead of the one around the working directory" },
	{ "--remote", "NAME", "the remote that the gate guards (default origin)" },
	{ "--format", "F", "text or json" },
	{ "--help", NULL, "this help" },
	{ NULL, NULL, NULL },
};

const char *gate_arg(const struct gate_args *a, const char *name)
{
	for (size_t i = a->names.n; i-- > 0;) {
		if (strcmp(a->names.v[i], name) == 0)
			return a->values.v[i];
	}
	return NULL;
}

bool gate_arg_has(const struct gate_args *a, const char *name)
{
	return gate_strs_has(&a->names, name);
}

int gate_arg_all(const struct gate_args *a, const char *name, struct gate_strs *out, struct gate_err *err)
{
	for (size_t i = 0; i < a->names.n; i++) {
		if (strcmp(a->names.v[i], name) == 0 && gate_strs_add(out, a->values.v[i], err) < 0)
			return -(int)err->code;
	}
	return 0;
}

bool gate_arg_json(const struct gate_args *a)
{
	return strcmp(a->format, "json") == 0;
}

void gate_cli_complain(const struct gate_err *err)
{
	fprintf(stderr, "refgate: %s\n", err->text);
}

int gate_cli_exit_for(const struct gate_err *err)
{
	switch (err->code) {
	case GATE_E_USAGE:
	case GATE_E_LATER:
		return GATE_EXIT_USAGE;
	case GATE_E_STALE:
	case GATE_E_PENDING:
	case GATE_E_SIGNER:
	case GATE_E_SIGNATURE:
	case GATE_E_STATEMENT:
	case GATE_E_QUORUM:
	case GATE_E_REF:
	case GATE_E_POLICY:
	case GATE_E_LOG:
	case GATE_E_WALL:
	case GATE_E_DECISION:
		return GATE_EXIT_NO;
	case GATE_OK:
	case GATE_E_NOMEM:
	case GATE_E_IO:
	case GATE_E_FULL:
	case GATE_E_LIMIT:
	case GATE_E_SYNTAX:
	case GATE_E_CONFIG:
	case GATE_E_GIT:
	case GATE_E_OBJECT:
	case GATE_E_WORKER:
	case GATE_E_SANDBOX:
	case GATE_E_TIMEOUT:
	case GATE_E_IDENTITY:
	case GATE_E_BUG:
	case GATE_CODE_COUNT:
		break;
	}
	return GATE_EXIT_ERROR;
}

void gate_cli_escape(const struct gate_buf *raw, struct gate_buf *safe)
{
	for (const char *p = gate_buf_cstr(raw), *end = p + raw->len; p < end;) {
		size_t n = strcspn(p, "\n\t");

		gate_escape(safe, p, n);
		if (p + n < end)
			gate_buf_char(safe, p[n] ? p[n] : '?');
		p += n + 1;
	}
}

/* Long text on a terminal goes through git's pager, chosen as git chooses it. */
static int page(const struct gate_buf *b, struct gate_err *err)
{
	const char *const names[] = { getenv("GIT_PAGER"), getenv("PAGER"), "less" };
	const char *pager = "less";
	int fd[2];
	pid_t pid;

	for (size_t i = GATE_ARRAY_LEN(names); i-- > 0;)
		pager = names[i] ? names[i] : pager;
	if (!*pager || strcmp(pager, "cat") == 0 || pipe(fd) < 0)
		return gate_write_all(STDOUT_FILENO, gate_buf_cstr(b), b->len, err);
	pid = fork();
	if (pid == 0) {
		dup2(fd[0], STDIN_FILENO);
		close(fd[0]);
		close(fd[1]);
		setenv("LESS", "FRX", 0);
		execl("/bin/sh", "sh", "-c", pager, (char *)NULL); /* the user's own words, as git runs them */
		_exit(127);
	}
	close(fd[0]);
	signal(SIGPIPE, SIG_IGN);
	if (pid > 0) {
		struct gate_err ignored = { 0 }; /* a reader who has seen enough quits */

		gate_write_all(fd[1], gate_buf_cstr(b), b->len, &ignored);
		close(fd[1]);
		waitpid(pid, NULL, 0);
		return 0;
	}
	close(fd[1]);
	return gate_err_errno(err, "pager");
}

int gate_cli_print(const struct gate_buf *b, struct gate_err *err)
{
	size_t lines = 0;

	if (gate_buf_check(b, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < b->len; i++)
		lines += b->s[i] == '\n';
	fflush(stdout);
	return lines > 40 && isatty(STDOUT_FILENO) ? page(b, err) : gate_write_all(STDOUT_FILENO, gate_buf_cstr(b), b->len, err);
}

static void help_options(const struct gate_option *o)
{
	for (; o && o->name; o++) {
		char head[64];

		snprintf(head, sizeof(head), "%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
		printf("  %-26s %s\n", head, o->help);
	}
}

static int help_command(const struct gate_command *c)
{
	printf("usage: refgate %s %s\n\n%s\n\n", c->name, c->usage, c->help);
	help_options(c->options);
	help_options(common);
	if (c->formats)
		printf("\n--format also takes %s\n", c->formats);
	printf("\nexample:\n  %s\n", c->example);
	return GATE_EXIT_OK;
}

static int help_all(FILE *to)
{
	fprintf(to, "usage: refgate COMMAND [ARGUMENTS]; refgate COMMAND --help says more\n\n");
	for (size_t i = 0; gate_commands[i]; i++)
		fprintf(to, "  %-10s %s\n", gate_commands[i]->name, gate_commands[i]->help);
	return to == stdout ? GATE_EXIT_OK : GATE_EXIT_USAGE;
}

static const struct gate_option *find_option(const struct gate_option *o, const char *name, size_t len)
{
	for (; o && o->name; o++) {
		if (strlen(o->name) == len && strncmp(o->name, name, len) == 0)
			return o;
	}
	return NULL;
}

static int take_option(const struct gate_command *c, int argc, char **argv, int *i, struct gate_args *a, struct gate_err *err)
{
	const char *given = argv[*i], *eq = gate_starts_with(given, "--") ? strchr(given, '=') : NULL, *value = "";
	size_t len = eq ? (size_t)(eq - given) : strlen(given);
	const struct gate_option *o = find_option(c->options, given, len);

	if (!o)
		o = find_option(common, given, len);
	if (!o)
		return gate_err_set(err, GATE_E_USAGE, "%s: no option %.*s; see refgate %s --help", c->name, (int)len, given, c->name);
	if (o->value && eq)
		value = eq + 1;
	else if (o->value && *i + 1 < argc)
		value = argv[++*i];
	else if (o->value || eq)
		return gate_err_set(err, GATE_E_USAGE, "%s: %s %s", c->name, o->name, eq ? "takes no value" : "needs a value");
	if (strcmp(o->name, "--repo") == 0)
		a->repo = value;
	else if (strcmp(o->name, "--remote") == 0)
		a->remote = value;
	else if (strcmp(o->name, "--format") == 0)
		a->format = value;
	if (gate_strs_add(&a->names, o->name, err) < 0)
		return -(int)err->code;
	return gate_strs_add(&a->values, value, err);
}

static bool has_format(const struct gate_command *c, const char *name)
{
	size_t len = strlen(name);

	if (strcmp(name, "text") == 0 || strcmp(name, "json") == 0)
		return true;
	for (const char *p = c->formats; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL) {
		if (strncmp(p, name, len) == 0 && (p[len] == ',' || p[len] == '\0') && len)
			return true;
	}
	return false;
}

static int parse(const struct gate_command *c, int argc, char **argv, struct gate_args *a, struct gate_err *err)
{
	int i;

	a->format = "text";
	for (i = 2; i < argc && strcmp(argv[i], "--") != 0; i++) {
		bool is_option = argv[i][0] == '-' && argv[i][1] != '\0';

		if (is_option ? take_option(c, argc, argv, &i, a, err) < 0 : gate_strs_add(&a->words, argv[i], err) < 0)
			return -(int)err->code;
	}
	for (i++; i < argc; i++) {
		if (gate_strs_add(&a->rest, argv[i], err) < 0)
			return -(int)err->code;
	}
	if (gate_arg_has(a, "--help"))
		return 0;
	if (!has_format(c, a->format))
		return gate_err_set(err, GATE_E_USAGE, "%s --format: text, json%s%s", c->name, c->formats ? ", " : "",
				    c->formats ? c->formats : "");
	if ((int)a->words.n < c->min_words || (c->max_words >= 0 && (int)a->words.n > c->max_words))
		return gate_err_set(err, GATE_E_USAGE, "usage: refgate %s %s", c->name, c->usage);
	return 0;
}

static int run(const struct gate_command *c, int argc, char **argv)
{
	struct gate_args a = { 0 };
	struct gate_err err = { 0 };
	int code = parse(c, argc, argv, &a, &err);

	if (code == 0)
		code = gate_arg_has(&a, "--help") ? help_command(c) : c->run(&a, &err);
	if (code < 0) {
		gate_cli_complain(&err);
		code = gate_cli_exit_for(&err);
	}
	gate_strs_clear(&a.words);
	gate_strs_clear(&a.names);
	gate_strs_clear(&a.values);
	gate_strs_clear(&a.rest);
	return code;
}

int gate_cli_main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (strcmp(name, "--help") == 0 || strcmp(name, "help") == 0)
		return help_all(stdout);
	if (strcmp(name, "--version") == 0)
		name = "version";
	for (size_t i = 0; gate_commands[i]; i++) {
		if (strcmp(gate_commands[i]->name, name) == 0)
			return run(gate_commands[i], argc, argv);
	}
	for (size_t i = 0; later[i]; i++) {
		if (strcmp(later[i], name) == 0) {
			fprintf(stderr, "refgate: %s: not in this version\n", name);
			return GATE_EXIT_USAGE;
		}
	}
	if (*name) {
		gate_autofree char *safe = gate_escape_dup(name, strlen(name));

		fprintf(stderr, "refgate: no command '%s'\n", safe ? safe : "");
	}
	return help_all(stderr);
}
