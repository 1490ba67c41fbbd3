/* Shell text as a multiset of simple commands, enough to say that one of them went, was replaced by nothing, or checks less. */
#ifndef GATE_CLASSIFIER_BUILD_COMMANDS_H
#define GATE_CLASSIFIER_BUILD_COMMANDS_H

#include "base/str.h"

/* One command: its program without wrappers (npx, poetry run, python -m), then its words. */
struct gate_command {
	struct gate_strs words; /* at least one */
	bool swallowed;		/* its failure does not count: "|| true", a ';' behind it, make's '-' */
	bool claimed;		/* the caller's: has a partner */
};

struct gate_commands {
	struct gate_command *v;
	size_t n, cap;
	bool cut; /* there were too many */
};

#define GATE_COMMANDS_MAX 400u

/* Appends the commands of `text`. recipe: a rule of make, where '@', '-' and '+' stand before a command. */
int gate_commands_parse(const char *text, size_t len, bool recipe, struct gate_commands *out, struct gate_err *err);
int gate_commands_copy(const struct gate_command *c, struct gate_commands *to, struct gate_err *err);
void gate_commands_clear(struct gate_commands *c);

/* true, echo, exit 0, ':' */
bool gate_command_is_nothing(const struct gate_command *c);
/* Checks nothing and is missed by nobody: cd, mkdir, rm, echo, sleep, assignments. */
bool gate_command_is_chore(const struct gate_command *c);
/* "runner", "linter", "types", "format", "cover" for a known program, or NULL. */
const char *gate_command_class(const struct gate_command *c);
bool gate_commands_equal(const struct gate_command *a, const struct gate_command *b);

/* What `now` checks less than `before`, both of one program. Gives the tier, GATE_TIER_COUNT-like -1 for nothing, and the word that says it. */
int gate_command_weaker(const struct gate_command *before, const struct gate_command *now, const char **word);

#endif
