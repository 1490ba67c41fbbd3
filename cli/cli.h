/* The refgate command: a table of subcommands, one file each. */
#ifndef GATE_CLI_CLI_H
#define GATE_CLI_CLI_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* CONTRACT, Exit codes. */
enum gate_exit { GATE_EXIT_OK, GATE_EXIT_NO, GATE_EXIT_USAGE, GATE_EXIT_ERROR, GATE_EXIT_UNDECIDED };

/* The parsed command line of one subcommand. Options are declared per command; --repo, --remote, --format, --help are known to all. */
struct gate_args {
	const char *repo;	/* --repo DIR, or NULL */
	const char *remote;	/* --remote NAME, or NULL */
	const char *format;	/* --format F, or "text" */
	struct gate_strs words; /* what is no option */
	struct gate_strs names; /* options given, without the dashes; values at the same index ("" for a switch) */
	struct gate_strs values;
	struct gate_strs rest; /* behind -- */
};

struct gate_option {
	const char *name;  /* "--yes" or "-m" */
	const char *value; /* what --help calls the value; NULL: a switch */
	const char *help;
};

struct gate_command {
	const char *name;
	int (*run)(const struct gate_args *a, struct gate_err *err); /* a gate_exit, or a negative code: printed, exit by code */
	const char *usage;   /* behind "refgate NAME " */
	const char *help;    /* one line */
	const char *example;
	const struct gate_option *options; /* ends with a NULL name; NULL: none of its own */
	int min_words, max_words; /* max -1: any */
	const char *formats; /* what --format takes beside text and json, "," between; NULL: nothing */
};

int gate_cli_main(int argc, char **argv);
extern const struct gate_command *const gate_commands[]; /* ends with NULL; the order of --help */

/* The value of an option, NULL when not given; whether a switch was given; each value of one that may be repeated. */
const char *gate_arg(const struct gate_args *a, const char *name);
bool gate_arg_has(const struct gate_args *a, const char *name);
int gate_arg_all(const struct gate_args *a, const char *name, struct gate_strs *out, struct gate_err *err);
bool gate_arg_json(const struct gate_args *a);

/* An error on stderr: "refgate: text". */
void gate_cli_complain(const struct gate_err *err);
/* The exit code for an error: usage 2, refusals 1, the environment 3. */
int gate_cli_exit_for(const struct gate_err *err);
/* Prints a buffer on stdout; through git's pager when it is a terminal and long. */
int gate_cli_print(const struct gate_buf *b, struct gate_err *err);
/* What git printed of somebody's content, so that it cannot drive the terminal: escaped line by line, tabs stay. */
void gate_cli_escape(const struct gate_buf *raw, struct gate_buf *safe);

extern const struct gate_command gate_cmd_init, gate_cmd_doctor, gate_cmd_serve, gate_cmd_check, gate_cmd_explain, gate_cmd_policy,
	gate_cmd_queue, gate_cmd_show, gate_cmd_diff, gate_cmd_approve, gate_cmd_deny, gate_cmd_wait, gate_cmd_log, gate_cmd_gc, gate_cmd_osv,
	gate_cmd_version;

#endif
