/* One reader of tasks for each file that has them. Each appends to *out. */
#ifndef GATE_CLASSIFIER_BUILD_TASK_READERS_H
#define GATE_CLASSIFIER_BUILD_TASK_READERS_H

#include "classifier/build/tasks.h"
#include "formats/node.h"

int gate_tasks_of_npm(const struct gate_node *root, struct gate_tasks *out, struct gate_err *err);
int gate_tasks_of_deno(const struct gate_node *root, struct gate_tasks *out, struct gate_err *err);
int gate_tasks_of_composer(const struct gate_node *root, struct gate_tasks *out, struct gate_err *err);
int gate_tasks_of_pyproject(const struct gate_node *root, struct gate_tasks *out, struct gate_err *err);
int gate_tasks_of_tox(const struct gate_node *root, struct gate_tasks *out, struct gate_err *err);

/* GNU make's rules: recipes, prerequisites as tasks, variables of one level written out. */
int gate_tasks_of_make(const char *s, size_t len, struct gate_tasks *out, struct gate_err *err);
/* session.run("pytest", "-q") of nox, in the function that it stands in. */
int gate_tasks_of_nox(const char *s, size_t len, struct gate_tasks *out, struct gate_err *err);
/* `test: ["format --check", "test"]` of mix's aliases. */
int gate_tasks_of_mix(const char *s, size_t len, struct gate_tasks *out, struct gate_err *err);
/* `task default: %i[spec rubocop]` */
int gate_tasks_of_rake(const char *s, size_t len, struct gate_tasks *out, struct gate_err *err);

#endif
