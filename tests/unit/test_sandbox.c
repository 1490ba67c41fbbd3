/* The worker's profile, tried from inside: each forbidden act ends in a refusal or in the death of the process, and each has
 * a twin that shows the act works without the profile, or that the profile allows its harmless form. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/io.h"
#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct place {
	char dir[64], inside[96], sub[96];
	int spare; /* a descriptor that is open before the profile is entered */
};

/* What an act gives: the child's exit code. */
enum { DONE = 0, REFUSED = 40, ODD = 41, NO_PROFILE = 42 };

typedef int act_fn(const struct place *p);

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	struct gate_err err = { 0 };

	assert_non_null(p);
	snprintf(p->dir, sizeof(p->dir), "/tmp/refgate-sandbox-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->inside, sizeof(p->inside), "%s/object", p->dir);
	snprintf(p->sub, sizeof(p->sub), "%s/aa", p->dir);
	assert_int_equal(gate_write_file(p->inside, "content", 7, 0600, false, &err), 0);
	assert_int_equal(gate_mkdirs(p->sub, 0700, &err), 0);
	p->spare = open("/etc/passwd", O_RDONLY);
	assert_true(p->spare >= 3);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;
	struct gate_err err = { 0 };

	close(p->spare);
	gate_remove_tree(p->dir, &err);
	free(p);
	return 0;
}

/* Runs the act in a child, confined or not; gives its exit code, or 1000 + the signal that killed it. */
static int outcome(const struct place *p, act_fn *act, bool confined)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct gate_strs dirs = { 0 };
		struct gate_err err = { 0 };

		gate_strs_add(&dirs, p->dir, &err);
		if (confined && gate_sandbox_enter_worker(&dirs, 5, 0, &err) < 0)
			_exit(NO_PROFILE);
		_exit(act(p));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static int said(bool ok)
{
	return ok ? DONE : errno == EACCES || errno == EPERM || errno == EBADF ? REFUSED : ODD;
}

static int read_inside(const struct place *p)
{
	char b[8];
	int fd = open(p->inside, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && read(fd, b, 7) == 7 && memcmp(b, "content", 7) == 0 ? DONE : said(false);
}

static int list_inside(const struct place *p)
{
	char b[4096];
	int fd = open(p->dir, O_RDONLY | O_DIRECTORY);

	return said(fd >= 0 && syscall(SYS_getdents64, fd, b, sizeof(b)) > 0);
}

static int map_inside(const struct place *p)
{
	int fd = open(p->inside, O_RDONLY);

	return said(fd >= 0 && mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) != MAP_FAILED);
}

static int read_passwd(const struct place *p)
{
	(void)p;
	return said(open("/etc/passwd", O_RDONLY) >= 0);
}

static int read_by_dots(const struct place *p)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/aa/../../../etc/passwd", p->dir);
	return said(open(path, O_RDONLY) >= 0);
}

static int list_root(const struct place *p)
{
	(void)p;
	return said(open("/", O_RDONLY | O_DIRECTORY) >= 0);
}

static int use_spare(const struct place *p)
{
	char b;

	return said(read(p->spare, &b, 1) == 1);
}

static int open_for_writing(const struct place *p)
{
	return said(open(p->inside, O_WRONLY) >= 0);
}

static int open_truncating(const struct place *p)
{
	return said(open(p->inside, O_RDONLY | O_TRUNC) >= 0);
}

static int create_file(const struct place *p)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/new", p->dir);
	return said(open(path, O_RDONLY | O_CREAT, 0600) >= 0);
}

static int create_nameless(const struct place *p)
{
	return said(open(p->dir, O_TMPFILE | O_RDWR, 0600) >= 0);
}

static int remove_file(const struct place *p)
{
	return said(unlink(p->inside) == 0);
}

static int rename_file(const struct place *p)
{
	return said(rename(p->inside, p->sub) == 0);
}

static int make_dir(const struct place *p)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/newdir", p->dir);
	return said(mkdir(path, 0700) == 0);
}

static int write_third(const struct place *p)
{
	int fd = open(p->inside, O_RDONLY);

	return said(fd >= 0 && write(fd, "", 0) == 0);
}

static int make_socket(const struct place *p)
{
	(void)p;
	return said(socket(AF_INET, SOCK_STREAM, 0) >= 0);
}

static int make_unix_socket(const struct place *p)
{
	int fds[2];

	(void)p;
	return said(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
}

static int run_program(const struct place *p)
{
	char *const argv[] = { (char[]){ "/bin/true" }, NULL };

	(void)p;
	execv("/bin/true", argv);
	return said(false);
}

static int make_process(const struct place *p)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	(void)p;
	if (pid == 0)
		_exit(0);
	return said(pid > 0);
}

static int kill_parent(const struct place *p)
{
	(void)p;
	return said(kill(getppid(), 0) == 0);
}

static int trace_me(const struct place *p)
{
	(void)p;
	return said(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0);
}

static int make_namespace(const struct place *p)
{
	(void)p;
	return said(syscall(SYS_unshare, 0x10000000) == 0);
}

static int raise_limit(const struct place *p)
{
	struct rlimit l = { 1, 1 };

	(void)p;
	return said(setrlimit(RLIMIT_NOFILE, &l) == 0);
}

static int map_code(const struct place *p)
{
	(void)p;
	return said(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
}

/* What PCRE2 asks for, and nothing else. */
static int map_machine_code(const struct place *p)
{
	(void)p;
	return said(mmap(NULL, 65536, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
}

static int map_shared_code(const struct place *p)
{
	(void)p;
	return said(mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
}

static int protect_code(const struct place *p)
{
	void *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)p;
	return said(m != MAP_FAILED && mprotect(m, 4096, PROT_READ | PROT_EXEC) == 0);
}

static int take_memory(const struct place *p)
{
	(void)p;
	return said(mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
}

static int ask_time(const struct place *p)
{
	struct timespec t;

	(void)p;
	return said(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t) == 0);
}

static int old_abi(const struct place *p)
{
	(void)p;
#ifdef __x86_64__
	long r;

	/* getpid by the 32-bit table: another architecture to the kernel, whatever the number means in ours. */
	__asm__ volatile("int $0x80" : "=a"(r) : "a"(20) : "memory", "r8", "r9", "r10", "r11");
	return said(r > 0);
#else
	raise(SIGSYS);
	return DONE;
#endif
}

static const struct {
	const char *name;
	act_fn *act;
	int confined; /* what the profile makes of it: DONE, REFUSED, or 1000 + SIGSYS */
} acts[] = {
	{ "read a file below the directory", read_inside, DONE },
	{ "list the directory", list_inside, DONE },
	{ "map a file", map_inside, DONE },
	{ "take memory", take_memory, DONE },
	{ "ask the time", ask_time, DONE },
	{ "read another file", read_passwd, REFUSED },
	{ "read another file by ..", read_by_dots, REFUSED },
	{ "list the root", list_root, REFUSED },
	{ "use an inherited descriptor", use_spare, REFUSED },
	{ "map code", map_code, REFUSED },
	{ "turn memory into code", protect_code, REFUSED },
	{ "map machine code as PCRE2 does", map_machine_code, DONE },
	{ "map machine code that is shared", map_shared_code, 1000 + SIGSYS },
	{ "open for writing", open_for_writing, 1000 + SIGSYS },
	{ "truncate", open_truncating, 1000 + SIGSYS },
	{ "create a file", create_file, 1000 + SIGSYS },
	{ "create a nameless file", create_nameless, 1000 + SIGSYS },
	{ "make a folder", make_dir, 1000 + SIGSYS },
	{ "write to another descriptor", write_third, 1000 + SIGSYS },
	{ "make an internet socket", make_socket, 1000 + SIGSYS },
	{ "make a socket pair", make_unix_socket, 1000 + SIGSYS },
	{ "run a program", run_program, 1000 + SIGSYS },
	{ "make a process", make_process, 1000 + SIGSYS },
	{ "signal the parent", kill_parent, 1000 + SIGSYS },
	{ "be traced", trace_me, 1000 + SIGSYS },
	{ "make a namespace", make_namespace, 1000 + SIGSYS },
	{ "set a limit", raise_limit, 1000 + SIGSYS },
	{ "call by the 32-bit table", old_abi, 1000 + SIGSYS },
	/* last: unconfined they change the place */
	{ "rename a file", rename_file, 1000 + SIGSYS },
	{ "remove a file", remove_file, 1000 + SIGSYS },
};

static void the_profile_holds(void **state)
{
	const struct place *p = *state;

	for (size_t i = 0; i < GATE_ARRAY_LEN(acts); i++) {
		int got = outcome(p, acts[i].act, true);

		if (got != acts[i].confined)
			fail_msg("%s: %d where %d was expected", acts[i].name, got, acts[i].confined);
	}
	assert_true(gate_file_exists(p->inside));
}

/* The same acts work without the profile: the refusals above are the profile's. */
static void the_acts_are_real(void **state)
{
	static act_fn *const special[] = { write_third, make_namespace, rename_file, old_abi, make_socket };
	const struct place *p = *state;

	for (size_t i = 0; i < GATE_ARRAY_LEN(acts); i++) {
		bool skip = false;

		for (size_t k = 0; k < GATE_ARRAY_LEN(special); k++)
			skip |= special[k] == acts[i].act; /* these depend on the host */
		if (!skip && outcome(p, acts[i].act, false) != DONE)
			fail_msg("%s: not possible here even without the profile", acts[i].name);
	}
}

static int report_state(const struct place *p)
{
	struct gate_sandbox_state s;
	struct gate_strs dirs = { 0 };
	struct gate_err err = { 0 };

	gate_strs_add(&dirs, p->dir, &err);
	if (gate_sandbox_enter_worker_state(&dirs, 5, 0, &s, &err) < 0)
		return NO_PROFILE;
	return s.landlock_abi > 0 && s.seccomp && s.no_new_privs && s.limits && s.descriptors ? DONE : ODD;
}

static int with_a_missing_dir(const struct place *p)
{
	struct gate_sandbox_state s;
	struct gate_strs dirs = { 0 };
	struct gate_err err = { 0 };

	gate_strs_add(&dirs, "/nonexistent/objects", &err);
	(void)p;
	if (gate_sandbox_enter_worker_state(&dirs, 5, 0, &s, &err) != -GATE_E_SANDBOX)
		return ODD;
	return !s.seccomp && strstr(err.text, "landlock") ? DONE : ODD;
}

static void the_state_is_told(void **state)
{
	assert_int_equal(outcome(*state, report_state, false), DONE);
}

static void a_layer_that_fails_is_named(void **state)
{
	assert_int_equal(outcome(*state, with_a_missing_dir, false), DONE);
}

static int burn(const struct place *p)
{
	struct gate_strs dirs = { 0 };
	struct gate_err err = { 0 };

	gate_strs_add(&dirs, p->dir, &err);
	if (gate_sandbox_enter_worker(&dirs, 1, 0, &err) < 0)
		return NO_PROFILE;
	for (volatile unsigned long n = 0;; n++)
		;
}

static void processor_time_ends(void **state)
{
	int got = outcome(*state, burn, false);

	assert_true(got == 1000 + SIGXCPU || got == 1000 + SIGKILL);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		T(the_profile_holds),
		T(the_acts_are_real),
		T(the_state_is_told),
		T(a_layer_that_fails_is_named),
		T(processor_time_ends),
	};

	return cmocka_run_group_tests_name("sandbox: the worker's profile", tests, NULL, NULL);
}
