#include "sandbox/limits.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int gate_limits_close_from(unsigned first, struct gate_err *err)
{
	if (syscall(SYS_close_range, first, ~0U, 0) == 0)
		return 0;
	return gate_err_set(err, GATE_E_SANDBOX, "close_range: %s; the kernel must be 5.9 or newer", strerror(errno));
}

int gate_limits_set(int resource, const char *name, uint64_t n, struct gate_err *err)
{
	struct rlimit now;

	if (getrlimit((__rlimit_resource_t)resource, &now) == 0) {
		rlim_t want = now.rlim_max == RLIM_INFINITY || n < now.rlim_max ? (rlim_t)n : now.rlim_max;
		struct rlimit l = { want, want };

		if (setrlimit((__rlimit_resource_t)resource, &l) == 0)
			return 0;
	}
	return gate_err_set(err, GATE_E_SANDBOX, "limit %s cannot be set: %s", name, strerror(errno));
}

int gate_limits_no_privs(struct gate_err *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
		return 0;
	return gate_err_set(err, GATE_E_SANDBOX, "no_new_privs cannot be set: %s", strerror(errno));
}
