/* A shell text as its simple commands, one after the other, with what joins them: good enough for CI, not a parser of the
 * language. Words, quotes, continued lines, comments, here documents, substitutions, and-or lists and pipes are read; words of the
 * grammar (if, then, "{") stand in the command as any other. Nothing is expanded. */
#ifndef GATE_FORMATS_SHELL_H
#define GATE_FORMATS_SHELL_H

#include "base/buf.h"

#include <stdint.h>

enum gate_shell_join {
	GATE_SHELL_LINE, /* a line end, or the text's begin or end */
	GATE_SHELL_SEMICOLON,
	GATE_SHELL_AND,
	GATE_SHELL_OR,
	GATE_SHELL_PIPE,
	GATE_SHELL_BACKGROUND,
};

struct gate_shell_command {
	struct gate_buf text; /* words with one blank between, without their quotes; never empty */
	uint32_t line;
	enum gate_shell_join before, after;
};

struct gate_shell_how {
	uint32_t line; /* of the text's first line */
	bool loose;    /* not shell: quotes and brackets part words (Groovy, Starlark, Python) */
	/* Whether a command runs what it is given as input: the here documents of such a one are commands too. */
	bool (*runs_input)(const char *command);
	/* Called with each command, whose text it may change. */
	int (*command)(void *arg, struct gate_shell_command *c, struct gate_err *err);
	void *arg;
};

/* 0, or what `command` gave that is negative. */
int gate_shell_read(const struct gate_shell_how *how, const char *text, struct gate_err *err);

#endif
