/* A log in a fresh folder, and hands that damage it: shared by test_log.c and test_log_crash.c. */
#ifndef GATE_TESTS_LOG_FIXTURE_H
#define GATE_TESTS_LOG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/log.h"
#include "audit/log_state.h"
#include "base/crypto.h"
#include "base/io.h"
#include "base/str.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define ORIGIN "refgate/7f3c9b0e4d1a4c52b7d0a1f2e3c4d5b6"
#define T0 INT64_C(1795442400) /* 2026-11-23T14:00:00Z */

struct fixture {
	char dir[64];
	struct gate_err err; /* of the last call */
	struct gate_log_report report;
};

static inline int log_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	*state = f;
	snprintf(f->dir, sizeof(f->dir), "/tmp/refgate-log.XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	return gate_log_create(f->dir, ORIGIN, &f->err);
}

static inline int log_teardown(void **state)
{
	struct fixture *f = *state;
	int r;

	gate_err_reset(&f->err);
	r = gate_remove_tree(f->dir, &f->err);
	gate_log_report_clear(&f->report);
	free(f);
	return r;
}

static inline void path_of(const struct fixture *f, const char *name, char out[128])
{
	snprintf(out, 128, "%s/%s", f->dir, name);
}

static inline void slurp(const struct fixture *f, const char *name, struct gate_buf *out)
{
	struct gate_err err = { 0 };
	char path[128];

	path_of(f, name, path);
	assert_int_equal(gate_read_file(path, GATE_BUF_MAX - 1, out, &err), 0);
}

static inline void spit(const struct fixture *f, const char *name, const void *p, size_t n)
{
	struct gate_err err = { 0 };
	char path[128];

	path_of(f, name, path);
	assert_int_equal(gate_write_file(path, p, n, 0600, false, &err), 0);
}

static inline void add_bytes(const struct fixture *f, const char *name, const void *p, size_t n)
{
	struct gate_err err = { 0 };
	char path[128];
	int fd;

	path_of(f, name, path);
	fd = open(path, O_WRONLY | O_APPEND);
	assert_true(fd >= 0);
	assert_int_equal(gate_write_all(fd, p, n, &err), 0);
	close(fd);
}

static inline void drop(const struct fixture *f, const char *name)
{
	char path[128];

	path_of(f, name, path);
	assert_int_equal(unlink(path), 0);
}

static inline bool has_file(const struct fixture *f, const char *name)
{
	char path[128];

	path_of(f, name, path);
	return gate_file_exists(path);
}

static inline void cut_log(const struct fixture *f, size_t len)
{
	char path[128];

	path_of(f, "log.jsonl", path);
	assert_int_equal(truncate(path, (off_t)len), 0);
}

static inline size_t log_len(const struct fixture *f)
{
	struct stat st;
	char path[128];

	path_of(f, "log.jsonl", path);
	assert_int_equal(stat(path, &st), 0);
	return (size_t)st.st_size;
}

static inline int add(struct fixture *f, const char *body, bool sync)
{
	gate_err_reset(&f->err);
	return gate_log_append(f->dir, &body, 1, T0, sync, false, NULL, &f->err);
}

static inline void add_notes(struct fixture *f, unsigned n, bool sync)
{
	char body[64];

	for (unsigned i = 0; i < n; i++) {
		snprintf(body, sizeof(body), "\"ev\":\"note\",\"n\":%u", i);
		assert_int_equal(add(f, body, sync), 0);
	}
}

static inline int verify_with(struct fixture *f, const struct gate_checkpoint *anchors, size_t n)
{
	gate_auto(gate_buf) struct gate_buf vkey = { 0 };

	gate_err_reset(&f->err);
	gate_log_report_clear(&f->report);
	assert_int_equal(gate_log_vkey(f->dir, &vkey, &f->err), 0);
	return gate_log_verify(f->dir, gate_buf_cstr(&vkey), anchors, n, &f->report, &f->err);
}

static inline int verify(struct fixture *f)
{
	return verify_with(f, NULL, 0);
}

static inline void assert_says(const struct fixture *f, enum gate_code code, const char *words)
{
	assert_string_equal(gate_code_name(f->err.code), gate_code_name(code));
	if (!strstr(f->err.text, words))
		fail_msg("'%s' does not say '%s'", f->err.text, words);
}

/* Whether the newest line has these words. */
static inline bool last_has(const struct fixture *f, unsigned back, const char *words)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	char *p;

	slurp(f, "log.jsonl", &b);
	p = b.s + b.len - 1;
	for (;;) {
		*p = '\0';
		p = strrchr(b.s, '\n');
		if (back-- == 0)
			return strstr(p ? p : b.s, words) != NULL;
		assert_non_null(p);
	}
}

/* Rewrites both slots of the state after `change` had its way with it. */
static inline void with_state(const struct fixture *f, void (*change)(struct gate_log_state *st, const void *arg),
			      const void *arg)
{
	struct gate_err err = { 0 };
	struct gate_log_state st;
	char path[128];
	int fd;

	path_of(f, "state", path);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0 && gate_log_state_load(fd, &st));
	change(&st, arg);
	assert_int_equal(gate_log_state_save(fd, &st, &err), 0);
	assert_int_equal(gate_log_state_save(fd, &st, &err), 0);
	close(fd);
}

/* As if the state had been written before the machine was started anew. */
static inline void other_boot(struct gate_log_state *st, const void *arg)
{
	(void)arg;
	memset(st->boot.id, 'x', sizeof(st->boot.id));
}

/* Two entries as a process writes them that dies over it, and their announcement in the state. */
#define UNIT_1 "{\"v\":1,\"seq\":2,\"ts\":\"2026-11-23T14:00:00Z\",\"n\":8}\n"
#define UNIT UNIT_1 "{\"v\":1,\"seq\":3,\"ts\":\"2026-11-23T14:00:00Z\",\"n\":9}\n"

static inline void announce(struct gate_log_state *st, const void *arg)
{
	st->unit_len = strlen(arg);
	gate_sha256(arg, strlen(arg), st->unit);
}

static inline int wait_for(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#endif
