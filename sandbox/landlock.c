#include "sandbox/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Our own copy of the structure: the build must not depend on how new the installed headers are. The kernel takes any size
 * whose unknown tail is zero. */
struct ruleset {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

/* What each ABI added, as bits. A right that is handled and not granted is refused. */
static const struct {
	int abi;
	struct ruleset handled;
	size_t size; /* of the structure as that kernel knows it */
} abis[] = {
	{ 1, { .fs = 0x1fff }, 8 },	      /* execute, write, read, list, remove, make */
	{ 2, { .fs = 1ULL << 13 }, 8 },	      /* REFER */
	{ 3, { .fs = 1ULL << 14 }, 8 },	      /* TRUNCATE */
	{ 4, { .net = 0x3 }, 16 },	      /* BIND_TCP, CONNECT_TCP */
	{ 5, { .fs = 1ULL << 15 }, 16 },      /* IOCTL_DEV */
	{ 6, { .scoped = 0x3 }, 24 },	      /* abstract unix sockets, signals */
};

int gate_landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return abi > 0 ? (int)abi : 0;
}

static int grant(int ruleset, const char *dir, struct gate_err *err)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
	};
	gate_autoclose int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	gate_autofree char *safe = NULL;

	rule.parent_fd = fd;
	if (fd >= 0 && syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0)
		return 0;
	safe = gate_escape_dup(dir, strlen(dir));
	return gate_err_set(err, GATE_E_SANDBOX, "landlock: directory '%s' cannot be opened for reading: %s",
			    safe ? safe : "", strerror(errno));
}

int gate_landlock_read_only(const struct gate_strs *dirs, int abi, struct gate_err *err)
{
	gate_autoclose int ruleset = -1;
	struct ruleset want = { 0 };
	size_t size = 0;

	for (size_t i = 0; i < GATE_ARRAY_LEN(abis) && abis[i].abi <= abi; i++) {
		want.fs |= abis[i].handled.fs;
		want.net |= abis[i].handled.net;
		want.scoped |= abis[i].handled.scoped;
		size = abis[i].size;
	}
	if (abi > 0)
		ruleset = (int)syscall(SYS_landlock_create_ruleset, &want, size, 0);
	if (ruleset < 0)
		return gate_err_set(err, GATE_E_SANDBOX, "landlock is missing: the kernel must be 5.13 or newer, with "
				    "landlock in its lsm= list (see /sys/kernel/security/lsm)");
	for (size_t i = 0; i < dirs->n; i++) {
		if (grant(ruleset, dirs->v[i], err) < 0)
			return -(int)err->code;
	}
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		return gate_err_set(err, GATE_E_SANDBOX, "landlock refuses its rules: %s", strerror(errno));
	return 0;
}
