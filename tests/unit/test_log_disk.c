/* The audit log on full, read-only and limited disks. */
#include "log_fixture.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

static int in_own_mounts(void)
{
	return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 ? 0 : -1;
}

static void fill_disk(const struct fixture *f)
{
	static const char block[4096];
	char path[128];
	int fd;

	path_of(f, "ballast", path);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	while (write(fd, block, sizeof(block)) > 0)
		;
	close(fd);
}

static int add_reserve(struct fixture *f, const char *body, bool reserve)
{
	gate_err_reset(&f->err);
	return gate_log_append(f->dir, &body, 1, T0, true, reserve, NULL, &f->err);
}

/* Runs in a child with mounts of its own; fails by assertion, which ends it with a signal or a code. */
static void full_disk(struct fixture *f)
{
	gate_autofree char *pad = malloc(60000);
	gate_auto(gate_buf) struct gate_buf body = { 0 };
	size_t len;

	assert_int_equal(mount("none", f->dir, "tmpfs", 0, "size=4m,mode=0700"), 0);
	assert_int_equal(gate_log_create(f->dir, ORIGIN, &f->err), 0);
	assert_non_null(pad);
	memset(pad, 'p', 60000);
	gate_buf_str(&body, "\"pad\":\"");
	gate_buf_add(&body, pad, 60000);
	gate_buf_char(&body, '"');
	add_notes(f, 2, true);
	fill_disk(f);
	len = log_len(f);
	assert_int_equal(add_reserve(f, body.s, false), -GATE_E_FULL);
	assert_int_equal(log_len(f), len);
	assert_int_equal(verify(f), 0);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(add_reserve(f, body.s, true), 0); /* 4 x 60 kB of the 256 KiB */
	assert_int_equal(verify(f), 0);
	assert_int_equal(f->report.entries, 6);
	len = log_len(f);
	assert_int_equal(add_reserve(f, body.s, true), -GATE_E_FULL);
	assert_int_equal(log_len(f), len);
	drop(f, "ballast");
	assert_int_equal(add_reserve(f, body.s, false), 0);
	fill_disk(f);
	while (add_reserve(f, body.s, false) == 0)
		;
	assert_int_equal(add_reserve(f, body.s, true), 0); /* it was filled again */
	/* a torn tail on a full disk: the reserve makes room for the file that keeps it */
	drop(f, "ballast");
	add_notes(f, 1, true);
	with_state(f, announce, UNIT);
	add_bytes(f, "log.jsonl", UNIT, 20);
	fill_disk(f);
	assert_int_equal(add_reserve(f, "\"a\":1", true), 0);
	assert_true(last_has(f, 1, "\"cut_bytes\":20,"));
	assert_int_equal(verify(f), 0);
}

static void read_only_disk(struct fixture *f)
{
	assert_int_equal(mount("none", f->dir, "tmpfs", 0, "size=4m,mode=0700"), 0);
	assert_int_equal(gate_log_create(f->dir, ORIGIN, &f->err), 0);
	add_notes(f, 2, true);
	assert_int_equal(mount("none", f->dir, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	assert_int_equal(add(f, "\"a\":1", true), -GATE_E_FULL);
	assert_int_equal(verify(f), 0);
	assert_int_equal(f->report.entries, 2);
}

static void in_child(struct fixture *f, void (*fn)(struct fixture *f))
{
	pid_t pid = fork();

	if (pid == 0) {
		if (in_own_mounts() < 0)
			_exit(77);
		fn(f);
		_exit(0);
	}
	assert_true(pid > 0);
	int code = wait_for(pid);

	if (code == 77) {
		print_message("skip: no mount namespace of one's own here\n");
		skip();
	}
	assert_int_equal(code, 0);
}

static void disk_full(void **state)
{
	in_child(*state, full_disk);
}

static void disk_read_only(void **state)
{
	in_child(*state, read_only_disk);
}

/* Half of a line fits below the limit: write() gives a short count first, and fails only then. */
static void half_written_line_is_taken_back(void **state)
{
	struct fixture *f = *state;
	struct rlimit was, low;
	size_t len;

	for (int sync = 0; sync < 2; sync++) {
		add_notes(f, 200, false);
		len = log_len(f);
		assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
		low = was;
		low.rlim_cur = len + 30;
		signal(SIGXFSZ, SIG_IGN);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
		int r = add(f, "\"ev\":\"too much\"", sync);

		assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
		signal(SIGXFSZ, SIG_DFL);
		assert_int_equal(r, -GATE_E_IO);
		assert_int_equal(log_len(f), len);
		assert_int_equal(verify(f), 0);
		assert_int_equal(add(f, "\"ev\":\"fits\"", sync), 0);
		assert_false(last_has(f, 1, "recovered"));
		assert_int_equal(verify(f), 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, log_setup, log_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(disk_full),
		TEST(disk_read_only),
		TEST(half_written_line_is_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
