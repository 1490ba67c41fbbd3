/* DB-MIG: a new migration, one that was edited or removed after it may have run, and what in it cannot be taken back. */
#ifndef GATE_CLASSIFIER_INFRA_MIGRATION_H
#define GATE_CLASSIFIER_INFRA_MIGRATION_H

#include "classifier/detect.h"

/* The row is the destructive or edited migration; a new one that only adds weighs less. */
int gate_closer_migration(struct gate_detect *d, struct gate_look *l, struct gate_err *err);

/* Whether the text of a new migration drops, empties or narrows something on its way up, or changes who may do what. For the tests. */
bool gate_migration_destroys(const char *path, const char *s, size_t len);

#endif
