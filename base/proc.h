/* Child processes: argv arrays, an environment built from empty, no shell, bounded output, a deadline, killed and
 * reaped on every way out. Several may run at once; one loop serves them all. */
#ifndef GATE_BASE_PROC_H
#define GATE_BASE_PROC_H

#include "base/buf.h"

#include <sys/types.h>

struct gate_proc {
	/* set by the caller */
	const char *const *argv; /* argv[0] is an absolute path, or a name looked up in PATH of `env` */
	const char *const *env;	 /* NULL: empty. Borrowed until gate_proc_start returns */
	const char *cwd;	 /* NULL: stay */
	const void *in;		 /* what the child reads; borrowed until the process ended */
	size_t in_len;
	size_t max_out;		 /* over this: killed, GATE_E_LIMIT. 0: 1 MiB */
	struct gate_buf *out;	 /* NULL: discard */
	struct gate_buf *errs;	 /* stderr; NULL: inherit ours; the same buffer as `out` is allowed */
	bool own_group;		 /* a process group of its own, killed as a whole */
	bool dies_with_us;	 /* killed by the kernel when this process ends */

	/* kept by this module */
	pid_t pid;
	int fd_in, fd_out, fd_err;
	size_t in_done;
	int status; /* as waitpid gives it, valid once `ended` */
	bool started, ended;
};

int gate_proc_start(struct gate_proc *p, struct gate_err *err);
/* Serves the n processes until all have ended or `deadline` (gate_monotonic_ms) passed; then the rest is killed and
 * GATE_E_TIMEOUT given. progress, when not NULL, is called about every 5 s. */
int gate_proc_wait(struct gate_proc *const *ps, size_t n, int64_t deadline, void (*progress)(void *arg), void *arg,
		   struct gate_err *err);
/* start + wait; a non-zero exit is no error here: look at gate_proc_exit(). */
int gate_proc_run(struct gate_proc *p, int timeout_ms, struct gate_err *err);
/* The exit code, or 128 + signal. */
int gate_proc_exit(const struct gate_proc *p);
/* Kills and reaps what still runs, closes the pipes. Fine on a zeroed struct. */
void gate_proc_clear(struct gate_proc *p);

#endif
