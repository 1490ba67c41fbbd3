/* The .refgate/ folder in the repository: what a commit holds there, the tree of a set of files, and the one commit that adds it to a tip
 * (init, bootstrap). */
#ifndef GATE_GATE_RULES_COMMIT_H
#define GATE_GATE_RULES_COMMIT_H

#include "base/change.h"
#include "repo/repo.h"

/* The oid of .refgate in the commit's root tree, "" when it has none. A commit or tree that cannot be read is an error, not an absence
 * (git rev-parse --quiet does not tell them apart). */
int gate_rules_at(const struct gate_repo *r, const char *commit, char tree[GATE_HEXSZ + 1], struct gate_err *err);
/* Writes the files as blobs and trees; gives the tree's oid. */
int gate_rules_tree(const struct gate_repo *r, const struct gate_files *files, char tree[GATE_HEXSZ + 1], struct gate_err *err);
/* A commit on tip ("" = no parent) whose tree is tip's with .refgate/ set to rules. Author and committer are refgate
 * <refgate@localhost>, whatever git's configuration says. */
int gate_rules_commit(const struct gate_repo *r, const char *tip, const char *rules, const char *message,
		      char commit[GATE_HEXSZ + 1], struct gate_err *err);

#endif
