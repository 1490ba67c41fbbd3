/* Reading a pack from front to back gives the bytes that git gives; a damaged one is an error and never other bytes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/crypto.h"
#include "base/io.h"
#include "base/proc.h"
#include "repo/git2_pack.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

struct repo {
	char dir[64], objects[96];
};

static void git_in(const struct repo *r, const char *in, size_t len, struct gate_buf *out, const char *const *args)
{
	const char *argv[16] = { "git" };
	const char *env[] = { "PATH=/usr/bin:/bin", "HOME=/nonexistent", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", NULL };
	struct gate_proc p = { .argv = argv, .env = env, .cwd = r->dir, .in = in, .in_len = len, .out = out, .max_out = 64 << 20 };
	struct gate_err err = { 0 };

	for (size_t i = 0; args[i]; i++) {
		argv[i + 1] = args[i];
		argv[i + 2] = NULL;
	}
	if (gate_proc_run(&p, 60000, &err) < 0 || gate_proc_exit(&p) != 0)
		fail_msg("git %s: %s", args[0], err.text);
	gate_proc_clear(&p);
}

#define GIT(r, in, len, out, ...) git_in(r, in, len, out, (const char *const[]){ __VA_ARGS__, NULL })

/* Sixty versions of a text that grows and changes, so that deltas stand on deltas; trees, commits and a tag. */
static int setup(void **state)
{
	static struct repo r;
	gate_auto(gate_buf) struct gate_buf in = { 0 }, text = { 0 };
	struct gate_err err = { 0 };

	snprintf(r.dir, sizeof(r.dir), "/tmp/refgate-pack.XXXXXX");
	assert_non_null(mkdtemp(r.dir));
	snprintf(r.objects, sizeof(r.objects), "%s/objects", r.dir);
	for (unsigned i = 0; i < 60; i++) {
		gate_buf_fmt(&text, "line %u of a text that grows: %u\n", i, i * 7919);
		if (i > 2)
			text.s[i * 5] = (char)('a' + i % 26);
		gate_buf_fmt(&in, "commit refs/heads/main\ncommitter a <a@example.com> %u +0000\ndata 1\nx\n", 1600000000 + i);
		gate_buf_fmt(&in, "M 100644 inline d/f\ndata %zu\n%s\n", text.len, gate_buf_cstr(&text));
	}
	gate_buf_str(&in, "tag t\nfrom refs/heads/main\ntagger a <a@example.com> 1600000000 +0000\ndata 3\ntag\n");
	assert_int_equal(gate_buf_check(&in, &err), 0);
	GIT(&r, NULL, 0, NULL, "init", "-q", "--bare", ".");
	GIT(&r, in.s, in.len, NULL, "fast-import", "--quiet");
	GIT(&r, NULL, 0, NULL, "repack", "-adfq", "--depth=40");
	*state = &r;
	return 0;
}

static int teardown(void **state)
{
	const struct repo *r = *state;
	const char *argv[] = { "rm", "-rf", r->dir, NULL };
	struct gate_proc p = { .argv = argv };
	struct gate_err err = { 0 };

	(void)gate_proc_run(&p, 60000, &err);
	gate_proc_clear(&p);
	return 0;
}

struct seen {
	const struct repo *r;
	uint32_t n, kinds[GATE_KIND_COUNT];
	uint32_t stop_at;
	bool compare;
};

/* git's own name of an object is the proof: SHA-1 over "kind len\0bytes" is asked from git hash-object. */
static int look(void *arg, const struct gate_pack_object *o, struct gate_err *err)
{
	static const char *const names[] = { "", "commit", "tree", "blob", "tag" };
	struct seen *s = arg;
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	char hex[GATE_HEXSZ + 1];

	(void)err;
	s->n++;
	s->kinds[o->kind]++;
	if (s->compare) {
		gate_oid_hex(&o->oid, hex);
		GIT(s->r, o->bytes, o->len, &out, "hash-object", "--literally", "-t", names[o->kind], "--stdin");
		assert_int_equal(strncmp(gate_buf_cstr(&out), hex, GATE_HEXSZ), 0);
	}
	return s->n == s->stop_at ? 7 : 0;
}

static void every_object_has_the_bytes_of_its_name(void **state)
{
	struct seen s = { .r = *state, .compare = true };
	struct gate_err err = { 0 };

	assert_int_equal(gate_pack_each(s.r->objects, 1 << 20, look, &s, &err), 0);
	assert_int_equal(s.kinds[GATE_KIND_BLOB], 60);
	assert_int_equal(s.kinds[GATE_KIND_COMMIT], 60);
	assert_int_equal(s.kinds[GATE_KIND_TREE], 120);
	assert_int_equal(s.kinds[GATE_KIND_TAG], 1);
}

static void the_reader_ends_it(void **state)
{
	struct seen s = { .r = *state, .stop_at = 5 };
	struct gate_err err = { 0 };

	assert_int_equal(gate_pack_each(s.r->objects, 1 << 20, look, &s, &err), 7);
	assert_int_equal(s.n, 5);
}

/* What does not fit is left out, and all that is made of it; nothing else is. */
static void little_memory_leaves_out_and_says_nothing_wrong(void **state)
{
	struct seen s = { .r = *state, .compare = true };
	struct gate_err err = { 0 };

	assert_int_equal(gate_pack_each(s.r->objects, 600, look, &s, &err), 0);
	assert_true(s.n > 60 && s.n < 241);
	assert_true(s.kinds[GATE_KIND_BLOB] < 60);
}

static void no_pack_is_nothing(void **state)
{
	struct seen s = { .r = *state };
	struct gate_err err = { 0 };

	assert_int_equal(gate_pack_each("/nonexistent", 1 << 20, look, &s, &err), 0);
	assert_int_equal(s.n, 0);
}

/* ---- damage: each byte of the index, and many of the pack, turned round ---- */

static void path_of(const struct repo *r, const char *ending, char out[512])
{
	char dir[128];
	const struct dirent *e;
	DIR *d;

	snprintf(dir, sizeof(dir), "%s/pack", r->objects);
	d = opendir(dir);
	assert_non_null(d);
	out[0] = '\0';
	while ((e = readdir(d))) {
		if (gate_ends_with(e->d_name, ending))
			snprintf(out, 512, "%s/%s", dir, e->d_name);
	}
	closedir(d);
	assert_true(out[0] != '\0');
}

static void rewrite(const char *path, const struct gate_buf *b, size_t len)
{
	FILE *f;

	assert_int_equal(chmod(path, 0644), 0);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(b->s, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void damage(const struct repo *r, const char *ending, size_t step)
{
	gate_auto(gate_buf) struct gate_buf whole = { 0 };
	struct gate_err err = { 0 };
	uint32_t refused = 0, tried = 0;
	char path[512];

	path_of(r, ending, path);
	assert_int_equal(gate_read_file(path, 64 << 20, &whole, &err), 0);
	for (size_t i = 0; i < whole.len; i += step, tried++) {
		struct seen s = { .r = r };

		whole.s[i] = (char)(whole.s[i] ^ 0x55);
		rewrite(path, &whole, whole.len);
		err = (struct gate_err){ 0 };
		refused += gate_pack_each(r->objects, 1 << 20, look, &s, &err) < 0;
		whole.s[i] = (char)(whole.s[i] ^ 0x55);
	}
	for (size_t i = 0; i < whole.len - 64; i += whole.len / 37) { /* behind it: checksums, which index-pack has compared */
		struct seen s = { .r = r };

		rewrite(path, &whole, i);
		err = (struct gate_err){ 0 };
		assert_true(gate_pack_each(r->objects, 1 << 20, look, &s, &err) < 0);
	}
	rewrite(path, &whole, whole.len);
	assert_true(refused > tried / 20);
}

static void a_damaged_index_is_no_crash(void **state)
{
	damage(*state, ".idx", 13);
}

static void a_damaged_pack_is_no_crash(void **state)
{
	damage(*state, ".pack", 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_object_has_the_bytes_of_its_name),
		cmocka_unit_test(the_reader_ends_it),
		cmocka_unit_test(little_memory_leaves_out_and_says_nothing_wrong),
		cmocka_unit_test(no_pack_is_nothing),
		cmocka_unit_test(a_damaged_index_is_no_crash),
		cmocka_unit_test(a_damaged_pack_is_no_crash),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
