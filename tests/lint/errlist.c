/* Prints docs/ERRORS.md from the table of codes (base/err.c) and the exit codes the command gives for them (cli/cli.c). `make docs`
 * writes the page; tests/lint/errors.sh compares. */
#include "base/err.h"
#include "cli/cli.h"

#include <stdio.h>

int main(void)
{
	printf("# Errors\n\n"
	       "Every error has a code with a stable name. It stands in the JSON line of a push that was refused for it\n"
	       "(`\"error\":\"GATE_E_...\"`, beside `\"text\"`), and decides the exit code of a command.\n"
	       "The text says what happened, where, and what to do next; it may change, the name does not. A hook answers every\n"
	       "error alike: the push is refused.\n\n"
	       "This page is written by `make docs`.\n\n"
	       "| code | meaning | exit of a command |\n|---|---|---|\n");
	for (int c = GATE_OK + 1; c < GATE_CODE_COUNT; c++) {
		struct gate_err err = { .code = (enum gate_code)c };

		printf("| `%s` | %s | %d |\n", gate_code_name(err.code), gate_code_help(err.code), gate_cli_exit_for(&err));
	}
	return 0;
}
