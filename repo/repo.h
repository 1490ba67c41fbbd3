/* A repository on this machine, and git run on it. The command never links libgit2: what it needs of git beyond reading refs
 * it asks git itself, with an environment cleared of GIT_* (HOLES 8: GIT_NO_REPLACE_OBJECTS=1 always). */
#ifndef GATE_REPO_REPO_H
#define GATE_REPO_REPO_H

#include "base/buf.h"
#include "base/proc.h"
#include "base/str.h"

#include <limits.h>

struct gate_repo {
	char dir[PATH_MAX];	   /* absolute git directory */
	char common[PATH_MAX];	   /* where refs and objects are: dir, but for a linked work tree */
	char gate[PATH_MAX];	   /* common/refgate */
	char objects[PATH_MAX];	   /* common/objects */
	char quarantine[PATH_MAX]; /* the push's own object directory while one is under way, else "" */
	bool bare;		   /* no work tree beside it */
	bool sync_objects;	   /* core.fsync asks for loose objects to be synced; set by who read the configuration */
};

/* Finds the repository: dir itself (bare) or dir/.git; NULL: the one around the working directory. */
int gate_repo_open(const char *dir, struct gate_repo *out, struct gate_err *err);
/* The one that git started a hook in: GIT_DIR (or "."), with GIT_QUARANTINE_PATH or a GIT_OBJECT_DIRECTORY of its own noticed. */
int gate_repo_open_hook(struct gate_repo *out, struct gate_err *err);
/* Whether a quarantine is in force: then no ref may be written (DESIGN section 12, number 7). */
bool gate_repo_in_quarantine(const struct gate_repo *r);
/* The bytes of all files in the push's own object directory; 0 without one. */
int gate_repo_quarantine_bytes(const struct gate_repo *r, uint64_t *bytes, struct gate_err *err);
/* Absolute object directories listed in objects/info/alternates (relative ones resolved), nested ones followed 5 deep. */
int gate_repo_alternates(const struct gate_repo *r, struct gate_strs *out, struct gate_err *err);

/* Runs `git ARGS...` on the repository. A non-zero exit is GATE_E_GIT with the first line git said. in may be NULL. */
int gate_git(const struct gate_repo *r, const char *const *args, const void *in, size_t in_len, struct gate_buf *out,
	     struct gate_err *err);
/* The same, giving the exit code in *code instead of an error when git ran at all. */
int gate_git_code(const struct gate_repo *r, const char *const *args, const void *in, size_t in_len, struct gate_buf *out,
		  struct gate_buf *errs, int *code, struct gate_err *err);
/* One line of output without its LF. */
int gate_git_line(const struct gate_repo *r, const char *const *args, struct gate_buf *out, struct gate_err *err);
/* Reads an object of any type by name, in this process when it is a loose one named by its oid; GATE_E_OBJECT when it is not there or over max. */
int gate_git_read(const struct gate_repo *r, const char *name, const char *type, size_t max, struct gate_buf *out,
		  struct gate_err *err);

/* An environment without GIT_*, plus `extra` ("NAME=value"), which takes the place of what is there; for git and for chained hooks. */
struct gate_env {
	const char **v;
	size_t n;
	char *owned[8];
	size_t n_owned;
};
int gate_env_make(const struct gate_repo *r, const char *const *extra, struct gate_env *out, struct gate_err *err);
void gate_env_clear(struct gate_env *e);

#endif
