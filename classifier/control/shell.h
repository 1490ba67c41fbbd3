/* What a script does, as facts: which of its commands (formats/shell.h) check something, which of them cannot fail, what it
 * downloads and runs, what it decodes. What it cannot tell is a command. */
#ifndef GATE_CLASSIFIER_CONTROL_SHELL_H
#define GATE_CLASSIFIER_CONTROL_SHELL_H

#include "classifier/control/facts.h"

struct gate_script {
	const char *job;
	uint32_t line; /* of its first line */
	bool off;      /* it never runs: what it would check is no check */
	bool exposed;  /* strangers start it */
	bool loose;    /* not shell: quotes and brackets part words (Groovy, Starlark, Python) */
};

int gate_shell_facts(const struct gate_script *where, const char *text, struct gate_factbag *out, struct gate_err *err);
/* "test", "lint", "types", "audit", "check", "cover", or NULL: what a name (of a job, an action, a command's word) checks. */
const char *gate_shell_class(const char *word, size_t len);
/* What one command checks, or NULL. */
const char *gate_shell_checks(const char *command);
/* Whether `word` stands in `text` between blanks, quotes or ends. */
bool gate_shell_word(const char *text, const char *word);

#endif
