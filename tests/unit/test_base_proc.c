/* base/io and base/proc: whole writes, bounded reads, nothing left behind; children that are fed, bounded, killed and reaped. */
#include "base/io.h"
#include "base/proc.h"
#include "base/when.h"

/* cmocka.h needs these before it, in this order */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char dir[] = "/tmp/refgate-unit.XXXXXX";

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int drop_dir(void **state)
{
	struct gate_err err = { 0 };

	(void)state;
	return gate_remove_tree(dir, &err);
}

static size_t entries(const char *path)
{
	DIR *d = opendir(path);
	size_t n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n - 2;
}

/* ---- io ---- */

static void a_file_is_replaced_whole(void **state)
{
	gate_autofree char *path = gate_fmt("%s/file", dir);
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err err = { 0 };
	struct stat st;

	(void)state;
	assert_int_equal(gate_write_file(path, "first, the longer", 17, 0600, false, &err), 0);
	assert_int_equal(gate_write_file(path, "second", 6, 0640, true, &err), 0);
	assert_int_equal(gate_read_file(path, 100, &b, &err), 0);
	assert_string_equal(gate_buf_cstr(&b), "second");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(entries(dir), 1);
	unlink(path);
}

/* The folder in the place of the file makes the rename fail: the old state stays and the temporary file goes. */
static void a_failed_replacement_leaves_nothing(void **state)
{
	gate_autofree char *path = gate_fmt("%s/taken", dir);
	gate_autofree char *below = gate_fmt("%s/taken/x", dir);
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_mkdirs(below, 0700, &err), 0);
	assert_true(gate_write_file(path, "x", 1, 0600, false, &err) < 0);
	assert_int_equal(err.code, GATE_E_IO);
	assert_int_equal(entries(dir), 1);
	gate_err_reset(&err);
	assert_int_equal(gate_remove_tree(path, &err), 0);
	assert_int_equal(entries(dir), 0);
	assert_int_equal(gate_remove_tree(path, &err), 0); /* missing is fine */
}

static void a_full_disk_is_told_as_full(void **state)
{
	gate_autoclose int fd = open("/dev/full", O_WRONLY);
	struct gate_err err = { 0 };

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(gate_write_all(fd, "x", 1, &err), -GATE_E_FULL);
}

static void reads_are_bounded(void **state)
{
	gate_autofree char *path = gate_fmt("%s/file", dir);
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err err = { 0 };
	int pipes[2];

	(void)state;
	assert_int_equal(gate_write_file(path, "12345", 5, 0600, false, &err), 0);
	assert_int_equal(gate_read_file(path, 5, &b, &err), 0);
	assert_int_equal(gate_read_file(path, 4, &b, &err), -GATE_E_LIMIT);
	assert_non_null(strstr(err.text, path));
	gate_err_reset(&err);
	gate_buf_reset(&b);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(write(pipes[1], "12345", 5), 5);
	close(pipes[1]);
	assert_int_equal(gate_read_all(pipes[0], 4, &b, "the pipe", &err), -GATE_E_LIMIT);
	assert_string_equal(err.text, "the pipe: more than 4 bytes");
	close(pipes[0]);
	gate_err_reset(&err);
	gate_buf_reset(&b);
	assert_int_equal(gate_read_file(dir, 100, &b, &err), -GATE_E_IO);
	gate_err_reset(&err);
	errno = 0;
	unlink(path);
	assert_int_equal(gate_read_file(path, 100, &b, &err), -GATE_E_IO);
	assert_int_equal(errno, ENOENT);
}

/* A link in the place of the temporary or lock file is not followed. */
static void links_are_not_followed(void **state)
{
	gate_autofree char *victim = gate_fmt("%s/victim", dir);
	gate_autofree char *path = gate_fmt("%s/file", dir);
	gate_autofree char *tmp = gate_fmt("%s/file.tmp.%ld", dir, (long)getpid());
	gate_autofree char *tree = gate_fmt("%s/tree", dir);
	gate_autofree char *inside = gate_fmt("%s/tree/link", dir);
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_write_file(victim, "mine", 4, 0600, false, &err), 0);
	assert_int_equal(symlink(victim, tmp), 0);
	assert_true(gate_write_file(path, "x", 1, 0600, false, &err) < 0);
	gate_err_reset(&err);
	unlink(tmp);
	assert_int_equal(symlink(victim, path), 0);
	assert_true(gate_lock_file(path, 10, &err) < 0);
	gate_err_reset(&err);
	assert_int_equal(gate_mkdirs(tree, 0700, &err), 0);
	assert_int_equal(symlink(dir, inside), 0);
	assert_int_equal(gate_remove_tree(tree, &err), 0);
	assert_int_equal(gate_read_file(victim, 100, &b, &err), 0);
	assert_string_equal(gate_buf_cstr(&b), "mine");
	unlink(path);
	unlink(victim);
}

static void a_lock_waits_and_gives_up(void **state)
{
	gate_autofree char *path = gate_fmt("%s/lock", dir);
	struct gate_err err = { 0 };
	int first = gate_lock_file(path, 1000, &err), second;

	(void)state;
	assert_true(first >= 0);
	second = gate_lock_file(path, 20, &err);
	assert_int_equal(second, -GATE_E_TIMEOUT);
	close(first);
	gate_err_reset(&err);
	second = gate_lock_file(path, 1000, &err);
	assert_true(second >= 0);
	close(second);
	unlink(path);
}

/* ---- proc ---- */

#define SH(script) (const char *const[]){ "/bin/sh", "-c", script, NULL }

static void output_and_exit_are_told(void **state)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 }, errs = { 0 };
	gate_auto(gate_proc) struct gate_proc p = { .argv = SH("cat; echo bad >&2; exit 3"), .in = "hello", .in_len = 5, .out = &out, .errs = &errs };
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_proc_run(&p, 10000, &err), 0);
	assert_int_equal(gate_proc_exit(&p), 3);
	assert_string_equal(gate_buf_cstr(&out), "hello");
	assert_string_equal(gate_buf_cstr(&errs), "bad\n");
}

/* A push's environment is not the child's: built from empty, no descriptor but three, a SIGPIPE that ends it. */
static void a_child_starts_clean(void **state)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	gate_auto(gate_proc) struct gate_proc p = { .out = &out };
	gate_autoclose int leak = open("/dev/null", O_RDONLY);
	struct gate_err err = { 0 };

	(void)state;
	assert_true(leak > 2);
	setenv("GIT_DIR", "/nowhere", 1);
	signal(SIGPIPE, SIG_IGN);
	p.argv = (const char *const[]){ "/usr/bin/env", NULL };
	assert_int_equal(gate_proc_run(&p, 10000, &err), 0);
	assert_string_equal(gate_buf_cstr(&out), "");
	gate_buf_reset(&out);
	p = (struct gate_proc){ .argv = SH("ls /proc/self/fd | sort -n | tail -n +5; kill -PIPE $$; echo survived"), .out = &out,
				.env = (const char *const[]){ "PATH=/usr/bin:/bin", NULL } };
	assert_int_equal(gate_proc_run(&p, 10000, &err), 0);
	signal(SIGPIPE, SIG_DFL);
	unsetenv("GIT_DIR");
	assert_string_equal(gate_buf_cstr(&out), "");
	assert_int_equal(gate_proc_exit(&p), 128 + SIGPIPE);
}

static void a_program_that_is_not_there_fails(void **state)
{
	gate_auto(gate_proc) struct gate_proc p = { .argv = (const char *const[]){ "/no/such/program", NULL } };
	struct gate_err err = { 0 };

	(void)state;
	if (gate_proc_run(&p, 10000, &err) == 0)
		assert_int_equal(gate_proc_exit(&p), 127);
}

static bool alive(long pid)
{
	return kill((pid_t)pid, 0) == 0;
}

/* Over its time, the child and what it started are killed; nobody is left to hold a lock or a pipe. */
static void a_slow_child_is_killed_with_its_own(void **state)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	gate_auto(gate_proc) struct gate_proc p = { .argv = SH("sleep 300 & echo $!; wait"), .out = &out, .own_group = true,
						    .env = (const char *const[]){ "PATH=/usr/bin:/bin", NULL } };
	struct gate_err err = { 0 };
	long grandchild;

	(void)state;
	assert_int_equal(gate_proc_run(&p, 300, &err), -GATE_E_TIMEOUT);
	assert_true(p.ended);
	assert_false(alive(p.pid));
	grandchild = strtol(gate_buf_cstr(&out), NULL, 10);
	assert_true(grandchild > 1);
	for (int i = 0; i < 500 && alive(grandchild); i++) {
		char path[64], stat[256] = "";
		gate_autoclose int fd = -1;

		/* An orphan that is dead but not yet reaped by init is gone enough. */
		snprintf(path, sizeof(path), "/proc/%ld/stat", grandchild);
		fd = open(path, O_RDONLY);
		if (fd < 0 || read(fd, stat, sizeof(stat) - 1) <= 0 || strstr(stat, ") Z "))
			return;
		usleep(10000);
	}
	assert_false(alive(grandchild));
}

static void a_child_that_floods_is_killed(void **state)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	gate_auto(gate_proc) struct gate_proc p = { .argv = SH("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done"), .out = &out,
						    .max_out = 100000 };
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_proc_run(&p, 60000, &err), -GATE_E_LIMIT);
	assert_true(p.ended);
	assert_false(alive(p.pid));
	assert_true(out.len < 400000);
}

/* A child that reads nothing must not block or kill us (SIGPIPE). */
static void a_child_that_does_not_read(void **state)
{
	size_t n = (size_t)8 << 20;
	gate_autofree char *big = calloc(1, n);
	gate_auto(gate_proc) struct gate_proc p = { .argv = SH("exit 0"), .in = big, .in_len = n };
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_proc_run(&p, 60000, &err), 0);
	assert_int_equal(gate_proc_exit(&p), 0);
}

static void much_goes_in_and_out_at_once(void **state)
{
	size_t n = (size_t)4 << 20;
	gate_autofree char *big = malloc(n);
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	gate_auto(gate_proc) struct gate_proc p = { .argv = SH("exec cat"), .in = big, .in_len = n, .out = &out, .max_out = n,
						    .env = (const char *const[]){ "PATH=/usr/bin:/bin", NULL } };
	struct gate_err err = { 0 };

	(void)state;
	assert_non_null(big);
	for (size_t i = 0; i < n; i++)
		big[i] = (char)(i * 31);
	assert_int_equal(gate_proc_run(&p, 60000, &err), 0);
	assert_int_equal(out.len, n);
	assert_memory_equal(out.s, big, n);
}

static void several_are_served_together(void **state)
{
	gate_auto(gate_buf) struct gate_buf a = { 0 }, b = { 0 };
	gate_auto(gate_proc) struct gate_proc one = { .argv = SH("cat; echo 1"), .in = "a", .in_len = 1, .out = &a };
	gate_auto(gate_proc) struct gate_proc two = { .argv = SH("cat; echo 2; exit 9"), .in = "b", .in_len = 1, .out = &b };
	struct gate_proc *both[] = { &one, &two };
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_proc_start(&one, &err), 0);
	assert_int_equal(gate_proc_start(&two, &err), 0);
	assert_int_equal(gate_proc_wait(both, 2, gate_monotonic_ms() + 10000, NULL, NULL, &err), 0);
	assert_string_equal(gate_buf_cstr(&a), "a1\n");
	assert_string_equal(gate_buf_cstr(&b), "b2\n");
	assert_int_equal(gate_proc_exit(&two), 9);
}

/* A started child does not outlive the scope that started it. */
static void clear_kills(void **state)
{
	struct gate_err err = { 0 };
	pid_t pid;

	(void)state;
	{
		gate_auto(gate_proc) struct gate_proc p = { .argv = SH("sleep 300"), .own_group = true };

		assert_int_equal(gate_proc_start(&p, &err), 0);
		pid = p.pid;
		assert_true(alive(pid));
	}
	assert_false(alive(pid));
	assert_int_equal(waitpid(pid, NULL, 0), -1);
}

static void a_death_by_signal_is_no_success(void **state)
{
	gate_auto(gate_proc) struct gate_proc p = { .argv = SH("kill -KILL $$") };
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_proc_run(&p, 10000, &err), 0);
	assert_int_equal(gate_proc_exit(&p), 128 + SIGKILL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_replaced_whole),
		cmocka_unit_test(a_failed_replacement_leaves_nothing),
		cmocka_unit_test(a_full_disk_is_told_as_full),
		cmocka_unit_test(reads_are_bounded),
		cmocka_unit_test(links_are_not_followed),
		cmocka_unit_test(a_lock_waits_and_gives_up),
		cmocka_unit_test(output_and_exit_are_told),
		cmocka_unit_test(a_child_starts_clean),
		cmocka_unit_test(a_program_that_is_not_there_fails),
		cmocka_unit_test(a_slow_child_is_killed_with_its_own),
		cmocka_unit_test(a_child_that_floods_is_killed),
		cmocka_unit_test(a_child_that_does_not_read),
		cmocka_unit_test(much_goes_in_and_out_at_once),
		cmocka_unit_test(several_are_served_together),
		cmocka_unit_test(clear_kills),
		cmocka_unit_test(a_death_by_signal_is_no_success),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
