#include "cli/recover.h"

#include "base/io.h"
#include "gate/recover.h"

#include <fcntl.h>
#include <string.h>

#define WORD "recover"

/* The rules are the policy's; only people and keys come this way. */
static int check_options(const struct gate_args *a, struct gate_err *err)
{
	static const char *const others[] = { "--identity", "--policy", "--exe", "--worktree", "--update-only" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(others); i++) {
		if (gate_arg_has(a, others[i]))
			return gate_err_set(err, GATE_E_USAGE, "--recover takes only --maintainer and --lost; run init with %s apart", others[i]);
	}
	return 0;
}

static int open_terminal(struct gate_err *err)
{
	int tty = isatty(STDIN_FILENO) ? open("/dev/tty", O_RDWR | O_CLOEXEC) : -1;

	return tty >= 0 ? tty :
			  gate_err_set(err, GATE_E_USAGE, "--recover asks the owner of the repository on a terminal, and there is none; there is "
							  "no option that answers for you");
}

/* A line as typed, without its end; a longer one is no answer. */
static void read_answer(int tty, char *to, size_t size)
{
	size_t n = 0;
	char c;

	while (read(tty, &c, 1) == 1 && c != '\n') {
		if (n + 1 < size)
			to[n++] = c;
		else
			size = 0;
	}
	if (size && n && to[n - 1] == '\r')
		n--;
	to[size ? n : 0] = '\0';
}

static int ask(int tty, const struct gate_recovery *plan, struct gate_err *err)
{
	static const char question[] = "Type the word " WORD " to do it, anything else to leave it: ";
	char answer[32] = "";

	if (gate_write_all(tty, gate_buf_cstr(&plan->shown), plan->shown.len, err) < 0 ||
	    gate_write_all(tty, question, sizeof(question) - 1, err) < 0)
		return -(int)err->code;
	read_answer(tty, answer, sizeof(answer));
	return strcmp(answer, WORD) == 0 ? 0 : gate_err_set(err, GATE_E_SIGNER, "nothing was recovered: the word was not typed");
}

int gate_cli_recover(const struct gate_args *a, const struct gate_install *in, struct gate_err *err)
{
	gate_auto(gate_recovery) struct gate_recovery plan = { 0 };
	gate_auto(gate_strs) struct gate_strs lost = { 0 };
	gate_auto(gate_buf) struct gate_buf report = { 0 };
	gate_autoclose int tty = -1;

	if (check_options(a, err) < 0 || gate_arg_all(a, "--lost", &lost, err) < 0)
		return -(int)err->code;
	tty = open_terminal(err);
	if (tty < 0 || gate_recovery_plan(in, &lost, &plan, err) < 0 || ask(tty, &plan, err) < 0 ||
	    gate_recovery_carry_out(&plan, &report, err) < 0 || gate_cli_print(&report, err) < 0)
		return -(int)err->code;
	return GATE_EXIT_OK;
}
