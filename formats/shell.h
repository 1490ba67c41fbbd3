/* A shell text as a list of simple commands, tolerant: package.json scripts, CI run blocks, tox commands, recipes. Enough to
 * compare which commands run with which words; nothing is expanded, and what cannot be read to its end is still listed. */
#ifndef GATE_FORMATS_SHELL_H
#define GATE_FORMATS_SHELL_H

#include "base/str.h"

#include <stdint.h>

/* What stands between a command and the next one. */
enum gate_shell_after {
	GATE_SHELL_END,	 /* the text ends, or the group */
	GATE_SHELL_LINE, /* a line end, ';' or ';;' */
	GATE_SHELL_AND,	 /* && */
	GATE_SHELL_OR,	 /* || */
	GATE_SHELL_PIPE, /* | or |& */
	GATE_SHELL_BACKGROUND,
};

/* words: quotes and escapes taken away, variables, substitutions and ${{ }} as they are written. Words of the grammar before a
 * command (if, then, do, !, {) are left out. */
struct gate_shell_command {
	struct gate_strs assigns;   /* NAME=value before the command */
	struct gate_strs words;	    /* may be empty when only assignments or redirections stand there */
	struct gate_strs redirects; /* "2>&1", ">file", "<<EOF" */
	enum gate_shell_after after;
	uint32_t line; /* from 1, inside the text */
};

struct gate_shell {
	struct gate_shell_command *v;
	size_t n, cap;
	bool broken; /* a quote or substitution did not end */
};

/* At most 20,000 commands (GATE_E_LIMIT). `out` is zero-initialised, cleared with gate_shell_clear, also after an error. */
int gate_shell_parse(const char *s, size_t len, struct gate_shell *out, struct gate_err *err);
void gate_shell_clear(struct gate_shell *s);

#endif
