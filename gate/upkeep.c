#include "gate/upkeep.h"

#include "base/crypto.h"

#include <fcntl.h>
#include <sys/wait.h>

void gate_upkeep_detach(const struct gate_server *s, const char *const *argv)
{
	gate_auto(gate_env) struct gate_env env = { 0 };
	struct gate_err ignored = { 0 };
	char exe[PATH_MAX] = "";
	pid_t pid;

	/* /proc/self names another program once we have forked into it, so it is read here. */
	if (strcmp(argv[0], "/proc/self/exe") == 0 && readlink(argv[0], exe, sizeof(exe) - 1) <= 0)
		return;
	if (gate_env_make(&s->repo, NULL, &env, &ignored) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		/* None of git's pipes: receive-pack must not wait for it. */
		setsid();
		if (null < 0 || fork() != 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
			_exit(0);
		close_range(3, ~0U, 0);
		execvpe(exe[0] ? exe : argv[0], (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)env.v);
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

void gate_upkeep_sometimes(const struct gate_server *s)
{
	static const char *const argv[] = { "git", "gc", "--auto", "--quiet", NULL };
	uint8_t dice;

	gate_random(&dice, sizeof(dice));
	if (dice < 4)
		gate_upkeep_detach(s, argv);
}
