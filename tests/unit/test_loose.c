/* Loose objects beside git's own: what is written is what git would have written, what is read is what git reads, and nothing else. */
#include "repo/loose.h"

#include "base/io.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

struct fixture {
	char dir[64];
	struct gate_repo repo;
	struct gate_err err;
	struct gate_buf out;
};

static int make(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *argv[] = { "git", "init", "-q", "--bare", NULL, NULL };
	gate_auto(gate_env) struct gate_env env = { 0 };
	gate_auto(gate_proc) struct gate_proc p = { .argv = argv };

	*state = f;
	snprintf(f->dir, sizeof(f->dir), "/tmp/refgate-loose.XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	argv[4] = f->dir;
	gate_env_make(NULL, (const char *const[]){ "GIT_CONFIG_GLOBAL=/dev/null", NULL }, &env, &f->err);
	p.env = env.v;
	return gate_proc_run(&p, 30000, &f->err) == 0 && gate_proc_exit(&p) == 0 && gate_repo_open(f->dir, &f->repo, &f->err) == 0 ? 0 : -1;
}

static int drop(void **state)
{
	struct fixture *f = *state;

	gate_remove_tree(f->dir, &f->err);
	gate_buf_clear(&f->out);
	free(f);
	return 0;
}

static void path_of(const struct fixture *f, const char *oid, char out[256])
{
	snprintf(out, 256, "%s/objects/%.2s/%s", f->dir, oid, oid + 2);
}

static void by_git(struct fixture *f, const char *type, const void *p, size_t n, char oid[GATE_HEXSZ + 1])
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };

	assert_int_equal(gate_git(&f->repo, (const char *const[]){ "hash-object", "-w", "--stdin", "-t", type, NULL }, p, n, &out, &f->err), 0);
	assert_true(out.len > GATE_HEXSZ);
	memcpy(oid, out.s, GATE_HEXSZ);
	oid[GATE_HEXSZ] = '\0';
}

static void put_file(const struct fixture *f, const char *oid, const void *p, size_t n)
{
	char path[256];

	path_of(f, oid, path);
	unlink(path);
	assert_int_equal(gate_write_file(path, p, n, 0444, false, (struct gate_err[]){ { 0 } }), 0);
}

static bool reads(struct fixture *f, const char *oid, const char *type, size_t max)
{
	gate_buf_reset(&f->out);
	return gate_loose_read(&f->repo, oid, type, max, &f->out);
}

static void written_as_git_would(void **state)
{
	static const char commit[] = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor a <a@b> 1 +0000\ncommitter a <a@b> 1 +0000\n\nm\n";
	static const struct {
		const char *type, *p;
		size_t n;
	} objects[] = { { "blob", "", 0 }, { "blob", "x\0y\n", 4 }, { "tree", "", 0 }, { "commit", commit, sizeof(commit) - 1 } };
	struct fixture *f = *state;
	char ours[GATE_HEXSZ + 1], theirs[GATE_HEXSZ + 1], path[256];
	struct stat st;

	for (size_t i = 0; i < GATE_ARRAY_LEN(objects); i++) {
		gate_auto(gate_buf) struct gate_buf got = { 0 };

		assert_int_equal(gate_loose_write(&f->repo, objects[i].type, objects[i].p, objects[i].n, ours, &f->err), 0);
		assert_int_equal(gate_git(&f->repo, (const char *const[]){ "cat-file", objects[i].type, ours, NULL }, NULL, 0, &got, &f->err), 0);
		assert_int_equal(got.len, objects[i].n);
		assert_memory_equal(gate_buf_cstr(&got), objects[i].p, got.len);
		path_of(f, ours, path);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0444);
		by_git(f, objects[i].type, objects[i].p, objects[i].n, theirs);
		assert_string_equal(ours, theirs);
	}
	assert_int_equal(gate_git(&f->repo, (const char *const[]){ "fsck", "--strict", NULL }, NULL, 0, NULL, &f->err), 0);
}

static void one_that_is_there_is_freshened(void **state)
{
	struct fixture *f = *state;
	struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	char oid[GATE_HEXSZ + 1], path[256];
	struct stat before, after;

	assert_int_equal(gate_loose_write(&f->repo, "blob", "here", 4, oid, &f->err), 0);
	path_of(f, oid, path);
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(gate_loose_write(&f->repo, "blob", "here", 4, oid, &f->err), 0);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_true(after.st_mtime > 1000);
}

static size_t files_in(const char *dir)
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	size_t n = 0;

	assert_non_null(d);
	while ((e = readdir(d)))
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static void what_cannot_be_written_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct rlimit before, none = { 0, 0 };
	char oid[GATE_HEXSZ + 1], dir[256], path[256];
	struct stat st;

	/* The file is cut by the limit at its first byte, as by a full disk; RLIM_INFINITY above keeps the way back open. */
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	none.rlim_max = before.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_true(gate_loose_write(&f->repo, "blob", "full", 4, oid, &f->err) < 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	path_of(f, oid, path);
	assert_int_equal(stat(path, &st), -1);
	snprintf(dir, sizeof(dir), "%s/objects/%.2s", f->dir, oid);
	assert_int_equal(files_in(dir), 0);
	gate_err_reset(&f->err);
	assert_int_equal(gate_loose_write(&f->repo, "blob", "full", 4, oid, &f->err), 0);
	assert_true(reads(f, oid, "blob", 10));
}

static void read_as_git_wrote(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf big = { 0 };
	char oid[GATE_HEXSZ + 1];

	for (int i = 0; i < 40000; i++)
		gate_buf_fmt(&big, "%d ", i * i);
	by_git(f, "blob", big.s, big.len, oid);
	assert_true(reads(f, oid, "blob", big.len));
	assert_int_equal(f->out.len, big.len);
	assert_memory_equal(f->out.s, big.s, big.len);
	assert_false(reads(f, oid, "blob", big.len - 1));
	assert_int_equal(f->out.len, 0);
	assert_false(reads(f, oid, "tree", big.len));
	assert_false(reads(f, "refs/heads/main", "blob", big.len));
	oid[0] = oid[0] == '0' ? '1' : '0';
	assert_false(reads(f, oid, "blob", big.len));
}

/* A text at the place of another object, or of itself: zlib's form (RFC 1950) with one block that is stored, not deflated (RFC 1951 3.2.4). */
static void put_object(const struct fixture *f, const char *oid, const char *text, uint8_t n)
{
	gate_auto(gate_buf) struct gate_buf z = { 0 };
	const uint8_t head[] = { 0x78, 0x01, 0x01, n, 0, (uint8_t)~n, 0xff };
	uint32_t a = 1, b = 0; /* Adler-32 */

	for (uint8_t i = 0; i < n; i++) {
		a = (a + (uint8_t)text[i]) % 65521;
		b = (b + a) % 65521;
	}
	gate_buf_add(&z, head, sizeof(head));
	gate_buf_add(&z, text, n);
	gate_buf_fmt(&z, "%c%c%c%c", (int)(b >> 8), (int)(b & 255), (int)(a >> 8), (int)(a & 255));
	put_file(f, oid, z.s, z.len);
}

static void what_is_not_what_its_name_says_is_not_read(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf file = { 0 };
	char oid[GATE_HEXSZ + 1], path[256];

	assert_int_equal(gate_loose_write(&f->repo, "blob", "statement", 9, oid, &f->err), 0);
	path_of(f, oid, path);
	assert_int_equal(gate_read_file(path, 4096, &file, &f->err), 0);
	assert_true(reads(f, oid, "blob", 4096));
	for (size_t n = 0; n < file.len; n++) {
		put_file(f, oid, file.s, n);
		assert_false(reads(f, oid, "blob", 4096));
	}
	for (size_t i = 0; i < file.len; i++) {
		file.s[i] ^= 0x55;
		put_file(f, oid, file.s, file.len);
		assert_false(reads(f, oid, "blob", 4096));
		file.s[i] ^= 0x55;
	}
	gate_buf_char(&file, 'x');
	put_file(f, oid, file.s, file.len);
	assert_false(reads(f, oid, "blob", 4096));
	put_object(f, oid, "blob 9\0Statement", 16);
	assert_false(reads(f, oid, "blob", 4096));
	put_object(f, oid, "blob 10\0statement", 17);
	assert_false(reads(f, oid, "blob", 4096));
	put_object(f, oid, "statement", 9);
	assert_false(reads(f, oid, "blob", 4096));
	put_object(f, oid, "blob 9\0statement", 16);
	assert_true(reads(f, oid, "blob", 4096));
	assert_memory_equal(f->out.s, "statement", 9);
}

/* 96 MB of zeros in half a megabyte: given up at the limit, not inflated to its end. */
static void a_bomb_is_given_up(void **state)
{
	struct fixture *f = *state;
	size_t n = (size_t)96 << 20;
	gate_autofree char *zeros = calloc(1, n);
	struct rusage before, after;
	char oid[GATE_HEXSZ + 1], path[256];
	struct stat st;

	assert_non_null(zeros);
	by_git(f, "blob", zeros, n, oid);
	path_of(f, oid, path);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size < 1 << 20);
	free(gate_steal(&zeros));
	getrusage(RUSAGE_SELF, &before);
	assert_false(reads(f, oid, "blob", 1 << 20));
	getrusage(RUSAGE_SELF, &after);
	assert_true(after.ru_minflt - before.ru_minflt < (32 << 20) / 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(written_as_git_would, make, drop),
		cmocka_unit_test_setup_teardown(one_that_is_there_is_freshened, make, drop),
		cmocka_unit_test_setup_teardown(what_cannot_be_written_leaves_nothing, make, drop),
		cmocka_unit_test_setup_teardown(read_as_git_wrote, make, drop),
		cmocka_unit_test_setup_teardown(what_is_not_what_its_name_says_is_not_read, make, drop),
		cmocka_unit_test_setup_teardown(a_bomb_is_given_up, make, drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
