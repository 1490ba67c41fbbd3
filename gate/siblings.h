/* The pendings that a release leaves behind: those that waited for the same ref, built on what it was. They close in the release itself,
 * so that whoever looks next sees a queue, a repository and a log that agree, and not a process at work on them. */
#ifndef GATE_GATE_SIBLINGS_H
#define GATE_GATE_SIBLINGS_H

#include "gate/server.h"

#define GATE_SIBLINGS_MAX 50 /* closed in one release; more are left to `refgate gc --stale`, which also renews what can be renewed */

/* Closes as stale, in one transaction, the open pendings with a ref of `moved` whose held commits do not contain what it moved to. The
 * caller holds the settle lock, has moved the refs and read them again. */
int gate_siblings_close(struct gate_server *s, const struct gate_changes *moved, struct gate_err *err);

#endif
