/* What a maintainer's command works on: a gated repository on this machine, or the gate behind a remote of the clone around the
 * working directory. Everything a client reads of a gate comes by git fetch into refs of its own that go away afterwards, so that
 * many commands may run at once in one clone. */
#ifndef GATE_CLI_TARGET_H
#define GATE_CLI_TARGET_H

#include "cli/cli.h"
#include "gate/record.h"
#include "gate/server.h"
#include "gate/summary.h"

#define GATE_REFS_KEPT "refs/refgate-kept/" /* <repo id>: the newest leaves that this clone has seen of its log */

struct gate_target {
	bool on_server;
	struct gate_server server; /* on_server: opened and configured, policy loaded */
	struct gate_repo clone;	   /* otherwise */
	char remote[256];
	char room[64];	     /* refs/refgate-client/<random>/ */
	struct gate_policy *policy; /* the one in force on the server, or that of the clone's remote-tracking branch; may be NULL there */
	struct gate_strs values;    /* "<ref> <oid>", sorted: behind a remote what its refs stand at, once asked; here those looked at */
	bool with_log;		    /* behind a remote: with a record the leaves of the log are fetched too (cli/witness.h) */
	char keep_ref[80], keep_old[GATE_HEXSZ + 1], keep_new[GATE_HEXSZ + 1]; /* what is remembered of them on closing; "": nothing */
};

int gate_target_open(const struct gate_args *a, struct gate_target *t, struct gate_err *err);
void gate_target_close(struct gate_target *t);

/* The record of one pending, with its objects here; of a closed one the record alone. */
int gate_target_record(struct gate_target *t, const char *id, struct gate_record *out, struct gate_err *err);
/* What the record would say now (gate_pending_state_now); behind a remote one look at its refs answers for all records of `t`. */
int gate_target_state(struct gate_target *t, const struct gate_record *r, enum gate_state *now, struct gate_err *err);
/* The summary of every open record, in no order, and what it would say now. From the cache (gate/summary.h); behind a remote, records
 * that are not in it are fetched. */
int gate_target_each(struct gate_target *t, int (*fn)(const struct gate_summary *s, enum gate_state now, void *arg), void *arg,
		     struct gate_err *err);
/* Where the statements stored for a pending can be read in gate_target_repo: gives the prefix of their refs. */
int gate_target_statements(struct gate_target *t, const char *id, char **prefix, struct gate_err *err);
/* The repository whose object store has the pending's objects. */
const struct gate_repo *gate_target_repo(const struct gate_target *t);
/* Fetches all of the remote's branches (when something the record names is missing here). */
int gate_target_fetch_all(struct gate_target *t, struct gate_err *err);
/* Fetches the leaves of the log into <room>log/ (again). */
int gate_target_fetch_log(struct gate_target *t, struct gate_err *err);

/* git in the clone, with the user's own environment (ssh commands, credential helpers); stderr is collected. */
int gate_client_git(const struct gate_repo *r, const char *const *args, const void *in, size_t in_len, struct gate_buf *out,
		    struct gate_buf *errs, int *code, struct gate_err *err);

#endif
