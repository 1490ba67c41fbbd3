/* The promise of refgate-worker: it reads object directories and answers once. One table for its calls, one for its limits. */
#include "sandbox/sandbox.h"

#include "sandbox/landlock.h"
#include "sandbox/limits.h"
#include "sandbox/seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define ALLOW(call) { SYS_##call, 0, 0, 0, 0, 0, 0, 0 }
#define ALLOW_IF(call, arg, mask, value) { SYS_##call, 0, arg, mask, value, 0, 0, 0 }
#define FAIL(call, errno) { SYS_##call, errno, 0, 0, 0, 0, 0, 0 }
#define FAIL_IF(call, errno, arg, mask, value) { SYS_##call, errno, arg, mask, value, 0, 0, 0 }

#define WRITING ((uint32_t)(O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY)))

static const struct gate_seccomp_row calls[] = {
	/* Objects: open for reading only; the paths are Landlock's part. */
	ALLOW_IF(openat, 2, WRITING, O_RDONLY),
#ifdef SYS_open
	ALLOW_IF(open, 1, WRITING, O_RDONLY),
#endif
	ALLOW(read), ALLOW(pread64), ALLOW(readv), ALLOW(lseek), ALLOW(close), ALLOW(getdents64), ALLOW(fstat),
	ALLOW(newfstatat), ALLOW(statx),
#ifdef SYS_stat
	ALLOW(stat), ALLOW(lstat),
#endif
#ifdef SYS_access
	ALLOW(access),
#endif
	ALLOW(faccessat), ALLOW(faccessat2), ALLOW_IF(fcntl, 1, ~0U, F_GETFL), ALLOW_IF(fcntl, 1, ~0U, F_GETFD),
	ALLOW_IF(fcntl, 1, ~0U, F_SETFD), /* close-on-exec, where there is no exec */
	ALLOW(fadvise64),
	/* The answer. */
	ALLOW_IF(write, 0, ~0U, 1), ALLOW_IF(write, 0, ~0U, 2), ALLOW_IF(writev, 0, ~0U, 1), ALLOW_IF(writev, 0, ~0U, 2),
	/* Memory. Machine code has one way in: PCRE2's allocator maps fresh anonymous pages as read, write and execute at once.
	 * Nothing that is mapped already becomes executable, no file is mapped so: an exploit gains no second way to run code. */
	ALLOW_IF(mmap, 2, PROT_EXEC, 0), ALLOW_IF(mprotect, 2, PROT_EXEC, 0),
	{ SYS_mmap, 0, 2, ~0U, PROT_READ | PROT_WRITE | PROT_EXEC, 3, ~0U, MAP_PRIVATE | MAP_ANONYMOUS },
	FAIL_IF(mmap, EACCES, 2, PROT_EXEC | PROT_WRITE, PROT_EXEC), FAIL_IF(mprotect, EACCES, 2, PROT_EXEC, PROT_EXEC),
	ALLOW(munmap), ALLOW(mremap), ALLOW(brk), ALLOW(madvise),
	/* Time, randomness, locks inside the process. */
	ALLOW(clock_gettime), ALLOW(clock_getres), ALLOW(gettimeofday), ALLOW(getrandom), ALLOW(futex), ALLOW(sched_yield),
	ALLOW(getpid), ALLOW(gettid), ALLOW(sysinfo), ALLOW(set_robust_list), ALLOW(rseq),
	/* libgit2 stirs these into its random seed. */
	ALLOW(getppid), ALLOW(getuid), ALLOW(geteuid), ALLOW(getgid), ALLOW(getegid), ALLOW(times),
	ALLOW_IF(prctl, 0, ~0U, PR_GET_NO_NEW_PRIVS), ALLOW_IF(prctl, 0, ~0U, PR_GET_SECCOMP),
	ALLOW_IF(prlimit64, 2, ~0U, 0), /* reading limits: a new value's address is not 0 */
	ALLOW(rt_sigaction), ALLOW(rt_sigprocmask), ALLOW(rt_sigreturn), ALLOW(sigaltstack),
	ALLOW(exit), ALLOW(exit_group),
	/* What libraries try first and can do without. */
	FAIL(readlink, EACCES), FAIL(readlinkat, EACCES), FAIL(ioctl, ENOTTY), FAIL(getcwd, EACCES), FAIL(uname, EPERM),
};

static const struct {
	int resource;
	const char *name;
	uint64_t n;
} fixed_limits[] = {
	{ RLIMIT_CORE, "core", 0 },	 /* what the push holds must not reach a core file */
	{ RLIMIT_FSIZE, "fsize", 0 },	 /* pipes are not counted */
	{ RLIMIT_NPROC, "nproc", 0 },
	{ RLIMIT_NOFILE, "nofile", 512 }, /* one pack and one index each */
	{ RLIMIT_MEMLOCK, "memlock", 0 },
};

static int set_limits(unsigned cpu_seconds, uint64_t memory, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(fixed_limits); i++)
		rc = gate_limits_set(fixed_limits[i].resource, fixed_limits[i].name, fixed_limits[i].n, err);
	if (rc == 0 && cpu_seconds)
		rc = gate_limits_set(RLIMIT_CPU, "cpu", cpu_seconds, err);
	if (rc == 0 && memory)
		rc = gate_limits_set(RLIMIT_AS, "as", memory, err);
	return rc;
}

int gate_sandbox_enter_worker_state(const struct gate_strs *readable_dirs, unsigned cpu_seconds, uint64_t memory,
				    struct gate_sandbox_state *state, struct gate_err *err)
{
	struct gate_sandbox_state ignored, *s = state ? state : &ignored;
	int abi = gate_landlock_abi();
	int rc;

	*s = (struct gate_sandbox_state){ 0 };
	rc = gate_limits_close_from(3, err);
	s->descriptors = rc == 0;
	if (rc == 0)
		rc = gate_limits_no_privs(err);
	s->no_new_privs = rc == 0;
	if (rc == 0)
		rc = gate_landlock_read_only(readable_dirs, abi, err);
	s->landlock_abi = rc == 0 ? abi : 0;
	if (rc == 0)
		rc = set_limits(cpu_seconds, memory, err);
	s->limits = rc == 0;
	if (rc == 0)
		rc = gate_seccomp_install(calls, GATE_ARRAY_LEN(calls), err);
	s->seccomp = rc == 0;
	return rc;
}

int gate_sandbox_enter_worker(const struct gate_strs *readable_dirs, unsigned cpu_seconds, uint64_t memory,
			      struct gate_err *err)
{
	return gate_sandbox_enter_worker_state(readable_dirs, cpu_seconds, memory, NULL, err);
}
