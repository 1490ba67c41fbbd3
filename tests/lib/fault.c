/* A refgate that fails where a test says: linked from the objects of the build with --wrap for the calls below, never installed.
 *
 *   REFGATE_TEST_CLOCK=-86400       the clock runs that many seconds late (or, positive, early)
 *   REFGATE_TEST_FAULT=HOOK:N:WHAT  in `refgate hook HOOK` (or `refgate HOOK`), the N-th of the wrapped calls (from 1) ends
 *                                   with WHAT: kill (SIGKILL before the call), ENOSPC, EROFS or EIO; `N+` = that one and all later
 *   REFGATE_TEST_COUNT=FILE         appends "HOOK CALLS" for every hook (or command) that ended by itself
 *
 * Wrapped are the calls that change files: what a crash, a full disk or a disk gone read-only can hit. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char hook[32];
static long calls, fail_from, fail_to;
static int fail_with; /* errno, or -1: kill */
static pid_t owner;

static void at_end(void)
{
	const char *path = getenv("REFGATE_TEST_COUNT");
	char line[64];
	int fd, n;

	if (!path || getpid() != owner)
		return;
	n = snprintf(line, sizeof(line), "%s %ld\n", hook, calls);
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0) {
		if (write(fd, line, (size_t)n) < 0)
			_exit(99);
		close(fd);
	}
}

static int errno_of(const char *name)
{
	static const struct {
		const char *name;
		int code;
	} known[] = { { "kill", -1 }, { "ENOSPC", ENOSPC }, { "EROFS", EROFS }, { "EIO", EIO } };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(name, known[i].name) == 0)
			return known[i].code;
	}
	return 0;
}

/* The C library hands main's arguments to constructors too. */
__attribute__((constructor)) static void begin(int argc, char **argv)
{
	const char *fault = getenv("REFGATE_TEST_FAULT");
	char where[32], what[16], plus = 0;
	long n;

	owner = getpid();
	if (argc > 2 && strcmp(argv[1], "hook") == 0)
		snprintf(hook, sizeof(hook), "%s", argv[2]);
	else if (argc > 1)
		snprintf(hook, sizeof(hook), "%s", argv[1]);
	atexit(at_end);
	if (!fault)
		return;
	if (sscanf(fault, "%31[^:]:%ld%c:%15s", where, &n, &plus, what) == 4 && plus == '+')
		fail_to = __LONG_MAX__;
	else if (sscanf(fault, "%31[^:]:%ld:%15s", where, &n, what) == 3)
		fail_to = n;
	else
		_exit(99);
	if (strcmp(where, hook) == 0) {
		fail_from = n;
		fail_with = errno_of(what);
	}
}

/* True: the call must fail now. Children between fork and exec are left alone. */
static int struck(void)
{
	if (getpid() != owner)
		return 0;
	calls++;
	if (!fail_with || calls < fail_from || calls > fail_to)
		return 0;
	if (fail_with < 0) {
		raise(SIGKILL);
		pause();
	}
	errno = fail_with;
	return 1;
}

time_t __real_time(time_t *t);
time_t __wrap_time(time_t *t)
{
	const char *off = getenv("REFGATE_TEST_CLOCK");
	time_t now = __real_time(NULL) + (off ? strtol(off, NULL, 10) : 0);

	if (t)
		*t = now;
	return now;
}

#define WRAP(ret, name, params, args)       \
	ret __real_##name params;           \
	ret __wrap_##name params;           \
	ret __wrap_##name params            \
	{                                   \
		if (struck())               \
			return -1;          \
		return __real_##name args;  \
	}

WRAP(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t at), (fd, p, n, at))
WRAP(int, fdatasync, (int fd), (fd))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, ftruncate, (int fd, off_t n), (fd, n))
WRAP(int, rename, (const char *a, const char *b), (a, b))
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(int, unlink, (const char *path), (path))

/* Pipes and the answer to git are no files: a disk cannot take them away. */
ssize_t __real_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && struck())
		return -1;
	return __real_write(fd, p, n);
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
		if (struck())
			return -1;
	}
	return __real_open(path, flags, mode);
}

int __real_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
		if (struck())
			return -1;
	}
	return __real_openat(dir, path, flags, mode);
}
