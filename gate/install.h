/* Installing the gate into a repository, and repairing it: checks, folder, keys, configuration, hooks, the first .refgate/
 * (CONTRACT, init). */
#ifndef GATE_GATE_INSTALL_H
#define GATE_GATE_INSTALL_H

#include "gate/server.h"

struct gate_maintainer {
	char name[128];
	char mail[256]; /* or "" */
	char key_file[PATH_MAX];
	char key_type[64];
	char key_base64[4096];
};

struct gate_install {
	const char *repo;
	const char *exe;	/* absolute path for the stubs */
	bool worktree;		/* a repository with a work tree is wanted */
	bool update_only;	/* the host has no place for proc-receive */
	struct gate_strs identity;
	struct gate_maintainer *maintainers;
	size_t n_maintainers;
	struct gate_files policy; /* --policy DIR: the first .refgate/ instead of the sample */
};

/* Refuses what cannot be gated (shared, shallow, SHA-256, foreign hooks path, ...), with what to do. */
int gate_install_check(const struct gate_install *in, struct gate_repo *repo, struct gate_err *err);
/* Installs or repairs; lines for the admin go to `report`. */
int gate_install_run(const struct gate_install *in, struct gate_buf *report, struct gate_err *err);
/* The first policy: the sample fitted to the people given (CONTRACT, init). Notes where it is weaker than the sample. */
int gate_install_policy(const struct gate_install *in, const char *policy_ref, struct gate_files *out, struct gate_buf *notes,
			struct gate_err *err);

#endif
