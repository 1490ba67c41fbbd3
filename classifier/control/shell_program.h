/* One command of a script by its program: which one it is, and what kind of work it does. */
#ifndef GATE_CLASSIFIER_CONTROL_SHELL_PROGRAM_H
#define GATE_CLASSIFIER_CONTROL_SHELL_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/* The next word of s and its length, or NULL. */
const char *gate_shell_next(const char *s, size_t *len);
/* Whether the word is one of a list: " a b c ". */
bool gate_shell_is(const char *w, size_t len, const char *list);
/* Behind `sudo`, `FOO=bar`, `then`: where the command itself begins. */
const char *gate_shell_program(const char *s, size_t *len);
/* It builds something; it only tidies up; it runs what it is given as input. */
bool gate_shell_builds(const char *command);
bool gate_shell_cleans(const char *command);
bool gate_shell_runs_input(const char *command);

#endif
