#include "base/io.h"

#include "base/when.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

int gate_write_all(int fd, const void *p, size_t n, struct gate_err *err)
{
	const char *s = p;

	while (n) {
		ssize_t w = write(fd, s, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return gate_err_errno(err, "write");
		s += w;
		n -= (size_t)w;
	}
	return 0;
}

int gate_read_all(int fd, size_t max, struct gate_buf *out, const char *what, struct gate_err *err)
{
	size_t start = out->len;

	for (;;) {
		char *to = gate_buf_room(out, 65536);
		ssize_t r;

		if (!to)
			return gate_err_set(err, GATE_E_NOMEM, "%s: out of memory", what);
		r = read(fd, to, 65536);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return gate_err_errno(err, "%s: read", what);
		if (r == 0)
			break;
		out->len += (size_t)r;
		if (out->len - start > max)
			return gate_err_set(err, GATE_E_LIMIT, "%s: more than %zu bytes", what, max);
	}
	out->s[out->len] = '\0';
	return 0;
}

int gate_read_file(const char *path, size_t max, struct gate_buf *out, struct gate_err *err)
{
	gate_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	size_t start = out->len;
	char *to;

	if (fd < 0)
		return gate_err_errno(err, "%s", path);
	if (fstat(fd, &st) < 0)
		return gate_err_errno(err, "%s", path);
	if (!S_ISREG(st.st_mode))
		return gate_err_set(err, GATE_E_IO, "%s: not a regular file", path);
	if (st.st_size > 0 && (size_t)st.st_size > max)
		return gate_err_set(err, GATE_E_LIMIT, "%s: more than %zu bytes", path, max);
	/* One read for the usual small file; what grew meanwhile is read by the loop. */
	to = gate_buf_room(out, (size_t)st.st_size + 1);
	if (to) {
		ssize_t r = read(fd, to, (size_t)st.st_size + 1);

		if (r >= 0) {
			out->len += (size_t)r;
			out->s[out->len] = '\0';
			if (r <= st.st_size)
				return 0;
		}
	}
	return gate_read_all(fd, max > out->len - start ? max - (out->len - start) : 0, out, path, err);
}

bool gate_file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

int gate_write_file(const char *path, const void *p, size_t n, mode_t mode, bool sync, struct gate_err *err)
{
	gate_autofree char *tmp = gate_fmt("%s.tmp.%ld", path, (long)getpid());
	gate_autoclose int fd = -1;

	if (!tmp)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return gate_err_errno(err, "%s", tmp);
	if (gate_write_all(fd, p, n, err) < 0)
		gate_err_wrap(err, "%s", tmp);
	else if (sync && fdatasync(fd) < 0)
		gate_err_errno(err, "%s: fdatasync", tmp);
	else if (rename(tmp, path) < 0)
		gate_err_errno(err, "%s: rename", path);
	else
		return 0;
	unlink(tmp);
	return -(int)err->code;
}

int gate_append_lines(const char *path, const char *lines, size_t n, struct gate_err *err)
{
	gate_autoclose int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	gate_autofree char *mended = NULL;
	struct stat st;
	char last = '\n';
	ssize_t w;

	if (fd < 0 || fstat(fd, &st) < 0)
		return gate_err_errno(err, "%s", path);
	if (n == 0)
		return 0;
	if (st.st_size > 0 && pread(fd, &last, 1, st.st_size - 1) == 1 && last != '\n') {
		mended = malloc(n + 1);
		if (!mended)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		mended[0] = '\n';
		memcpy(mended + 1, lines, n++);
		lines = mended;
	}
	w = write(fd, lines, n);
	if (w == (ssize_t)n)
		return 0;
	gate_err_errno(err, "%s: write", path);
	if (w > 0 && ftruncate(fd, st.st_size) < 0)
		return gate_err_wrap(err, "and the half-written line could not be removed");
	return -(int)err->code;
}

int gate_mkdirs(const char *path, mode_t mode, struct gate_err *err)
{
	gate_autofree char *copy = strdup(path);

	if (!copy)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (char *p = copy + 1;; p++) {
		if (*p != '/' && *p != '\0')
			continue;
		char end = *p;

		*p = '\0';
		if (mkdir(copy, mode) < 0 && errno != EEXIST)
			return gate_err_errno(err, "%s: mkdir", copy);
		*p = end;
		if (!end)
			return 0;
	}
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

int gate_remove_tree(const char *path, struct gate_err *err)
{
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) < 0 && errno != ENOENT)
		return gate_err_errno(err, "%s: remove", path);
	return 0;
}

int gate_lock_file(const char *path, int ms, struct gate_err *err)
{
	int64_t until = gate_monotonic_ms() + ms;
	gate_autoclose int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return gate_err_errno(err, "%s", path);
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return gate_err_errno(err, "%s: lock", path);
		if (gate_monotonic_ms() >= until)
			return gate_err_set(err, GATE_E_TIMEOUT,
					    "%s: held by another process for over %d ms; push again", path, ms);
		poll(NULL, 0, 1);
	}
	return gate_steal_fd(&fd);
}

char *gate_fmt(const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	return n < 0 ? NULL : s;
}
