/* The gate of one repository, opened: its paths, settings, refs and the policy in force. Every act works on one of these. */
#ifndef GATE_GATE_SERVER_H
#define GATE_GATE_SERVER_H

#include "base/change.h"
#include "repo/config.h"
#include "repo/refs.h"
#include "rules/policy.h"

#define GATE_REF_POLICY "refs/refgate/policy"	     /* the .refgate/ tree in force (HOLES 9) */
#define GATE_REF_BOOTSTRAP "refs/refgate/bootstrap"  /* the same while the policy ref is unborn (CONTRACT, init) */
#define GATE_REF_ARCHIVE "refs/refgate/archive"	     /* closed pendings, one commit chain */
#define GATE_REFS_PENDING "refs/pending/"
#define GATE_REFS_RECORD "refs/refgate/pending/"
#define GATE_REFS_APPROVALS "refs/refgate/approvals/"
#define GATE_INBOX_APPROVALS "refs/approvals/"
#define GATE_INBOX_TRACE "refs/trace/"

struct gate_server {
	struct gate_repo repo;
	struct gate_config config;
	bool has_config; /* config was loaded: it costs a git process, so only those who need it ask */
	struct gate_refs *refs;
	char audit[PATH_MAX];

	struct gate_policy *policy;
	struct gate_files policy_files;
	char *floor;
	char policy_ref[GATE_REF_MAX];
	char policy_tip[GATE_HEXSZ + 1];  /* "" when unborn */
	char policy_tree[GATE_HEXSZ + 1]; /* of the .refgate/ in force */
	bool drift;			  /* the policy ref's .refgate/ is not the one in force (HOLES 9) */
	struct gate_buf *last_record; /* the text of the record read last, behind its oid: an oid never changes its text */
	char repo_id[33];
	char repo_name[256];
	int64_t now;
};

/* Opens the repository (NULL: the one git started this hook in) and its refs; no policy, no configuration yet. A repository
 * without refgate is GATE_E_CONFIG ("run refgate init"). */
int gate_server_open(const char *dir, struct gate_server *s, struct gate_err *err);
/* git's configuration and what init wrote there; repeats the checks of HOLES 7: a setting or file that is back is an error. */
int gate_server_configure(struct gate_server *s, struct gate_err *err);
/* The policy in force. Needs gate_server_configure. */
int gate_server_load_policy(struct gate_server *s, struct gate_err *err);
/* A policy that may come into force, under the host's floor: *out is the caller's, also on an error. One that could never be signed again
 * is refused; one that names no person is what `refgate init` begins with. */
int gate_server_try_policy(struct gate_server *s, const struct gate_files *files, struct gate_policy **out, struct gate_err *err);
/* Loads it again when another one is in force since (the caller holds the settle lock); what was read out of the old one is void then. */
int gate_server_renew_policy(struct gate_server *s, struct gate_err *err);
/* All three. */
int gate_server_start(const char *dir, struct gate_server *s, struct gate_err *err);
void gate_server_clear(struct gate_server *s);

/* A path below $GIT_DIR/refgate; the caller frees. */
char *gate_server_path(const struct gate_server *s, const char *name);
/* Reads the refs again (after a transaction). */
int gate_server_refresh(struct gate_server *s, struct gate_err *err);
/* What lets the gate stand: nothing of HOLES 7 (grafts, shallow, replace refs, promisor, fsckObjects off) is present. */
int gate_server_check_repository(const struct gate_server *s, struct gate_err *err);
/* The files of a .refgate/ tree object. */
int gate_server_read_tree(const struct gate_server *s, const char *tree, struct gate_files *out, struct gate_err *err);

#endif
