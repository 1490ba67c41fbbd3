/* Named tasks that run commands (scripts of package.json, targets of make, environments of tox): what the test-like ones ran before and what
 * they run now, with all that they call written out. */
#ifndef GATE_CLASSIFIER_BUILD_TASKS_H
#define GATE_CLASSIFIER_BUILD_TASKS_H

#include "classifier/build/commands.h"
#include "classifier/detect.h"

struct gate_task {
	char *name;
	struct gate_buf body; /* shell text; a line may be "@task NAME": that task runs here */
	uint32_t line;
};

struct gate_tasks {
	struct gate_task *v;
	size_t n, cap;
	bool recipe; /* bodies are rules of make */
	bool hooks;  /* pre<name> and post<name> run with <name> */
	bool cut;    /* there was more than can be compared */
};

#define GATE_TASKS_MAX 300u

/* Gives the task of this name, new when there is none; NULL with the error set, or when there are too many (err->code 0). */
struct gate_task *gate_tasks_get(struct gate_tasks *t, const char *name, size_t len, uint32_t line, struct gate_err *err);
const struct gate_task *gate_tasks_find(const struct gate_tasks *t, const char *name);
void gate_tasks_clear(struct gate_tasks *t);
bool gate_task_is_check(const char *name);
/* All that a task runs, with what it calls. *steps counts the work of a whole file, from 0. */
int gate_task_commands(const struct gate_tasks *t, const struct gate_task *task, unsigned *steps, struct gate_commands *out,
		       struct gate_err *err);
/* BLD-TESTCMD for what the test-like tasks of `before` check and those of `now` do not. */
int gate_tasks_compare(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, const struct gate_tasks *before,
		       const struct gate_tasks *now, struct gate_err *err);

#endif
