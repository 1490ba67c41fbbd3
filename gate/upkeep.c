#include "gate/upkeep.h"

#include "base/crypto.h"
#include "base/io.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>

/* What runs in the process of its own. With a lock, one at a time: the lock is inherited, and goes when the last of it ends. */
static void become(const char *program, const char *const *argv, const char *lock, const struct gate_env *env)
{
	int null = open("/dev/null", O_RDWR);

	/* None of git's pipes: receive-pack must not wait for it. */
	setsid();
	if (null < 0 || fork() != 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
		return;
	close_range(3, ~0U, 0);
	if (lock) {
		int fd = open(lock, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);

		if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
			return;
	}
	execvpe(program, (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)env->v);
}

static void detach(const struct gate_server *s, const char *const *argv, const char *lock)
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
		become(exe[0] ? exe : argv[0], argv, lock, &env);
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

void gate_upkeep_detach(const struct gate_server *s, const char *const *argv)
{
	detach(s, argv, NULL);
}

/* ---- what is due ---- */

/* Each push leaves a pack, and each pack costs every git of a later push about 20 us [measured]. */
#define PACKS_MANY 16

static bool many_packs(const struct gate_server *s)
{
	gate_autofree char *path = gate_fmt("%s/pack", s->repo.objects);
	DIR *d = path ? opendir(path) : NULL;
	const struct dirent *e;
	size_t n = 0, kept = 0;

	while (d && (e = readdir(d))) {
		n += gate_ends_with(e->d_name, ".pack");
		kept += gate_ends_with(e->d_name, ".keep"); /* of a push under way, or kept by an admin: not put together */
	}
	if (d)
		closedir(d);
	return n >= kept + PACKS_MANY;
}

/* So many times in 65,536. */
static bool dice(uint32_t chance)
{
	uint16_t n;

	gate_random(&n, sizeof(n));
	return n < chance;
}

#define CHORE_WORDS 12

/* Small packs are put together until each is twice the next, so that a pack is written anew a few times, never with each push; nothing is
 * dropped. Packs that are put together never look many to `git gc --auto`, so that now and then it must run all the same (where
 * gc.auto is 0 it does not). Garbage goes to a pack of its own: there it grows old while others are put together. */
static const char *const roll_up[CHORE_WORDS] = { "-c", "pack.threads=1", "repack", "--geometric=2", "-d", "-l", "-n", "-q",
						  "--no-write-bitmap-index" };
static const char *const collect[CHORE_WORDS] = { "-c", "gc.autoPackLimit=1", "-c", "gc.cruftPacks=true", "-c", "gc.autoDetach=false",
						  "gc", "--auto", "--quiet" };
static const char *const collect_if_much[CHORE_WORDS] = { "-c", "gc.autoDetach=false", "gc", "--auto", "--quiet" };

/* --git-dir says in the list of processes where it works. */
static void start(const struct gate_server *s, const char *const words[CHORE_WORDS])
{
	gate_autofree char *dir = gate_fmt("--git-dir=%s", s->repo.dir), *lock = gate_fmt("%s/cache/upkeep", s->repo.gate);
	const char *argv[CHORE_WORDS + 3] = { "git", dir };

	if (!dir || !lock)
		return;
	memcpy(argv + 2, words, CHORE_WORDS * sizeof(*words));
	detach(s, argv, lock);
}

void gate_upkeep_sometimes(const struct gate_server *s)
{
	if (dice(32))
		start(s, collect);
	else if (many_packs(s))
		start(s, roll_up);
	else if (dice(1024))
		start(s, collect_if_much);
}
