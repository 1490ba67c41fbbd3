#include "audit/log_store.h"

#include "base/io.h"
#include "base/when.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

int gate_log_alarm(const char *path, struct gate_err *err, const char *fmt, ...)
{
	char what[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return gate_err_set(err, GATE_E_LOG,
			    "audit log %s: %s. Nothing is written until an admin looked into it and ran "
			    "`refgate log adopt --reason TEXT` on the server",
			    path, what);
}

static int open_dir(const char *path, struct gate_err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? gate_err_errno(err, "audit log %s (was `refgate init` run?)", path) : fd;
}

static int file_size(int fd, uint64_t *size, struct gate_err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return gate_err_errno(err, "log.jsonl");
	if (!S_ISREG(st.st_mode))
		return gate_err_set(err, GATE_E_LOG, "log.jsonl is no regular file");
	*size = (uint64_t)st.st_size;
	return 0;
}

static int open_files(struct gate_log_store *s, bool creating, struct gate_err *err)
{
	int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (creating ? O_CREAT : 0);

	s->log = openat(s->dir, "log.jsonl", flags | O_APPEND, 0600);
	if (s->log < 0 && errno == ENOENT)
		return gate_log_alarm(s->path, err, "log.jsonl is missing");
	if (s->log < 0)
		return gate_err_errno(err, "%s/log.jsonl", s->path);
	/* Always O_CREAT: a deleted state is made again from the log and its checkpoint. */
	s->state = openat(s->dir, "state", flags | O_CREAT, 0600);
	if (s->state < 0)
		return gate_err_errno(err, "%s/state", s->path);
	return 0;
}

int gate_log_store_open(const char *path, bool creating, struct gate_log_store *s, struct gate_err *err)
{
	gate_autofree char *lock = gate_fmt("%s/lock", path);

	s->path = path;
	if (!lock)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	s->dir = open_dir(path, err);
	if (s->dir < 0)
		return s->dir;
	s->lock = gate_lock_file(lock, GATE_LOG_LOCK_MS, err);
	if (s->lock < 0)
		return s->lock;
	if (open_files(s, creating, err) < 0)
		return -(int)err->code;
	s->have_state = gate_log_state_load(s->state, &s->st);
	gate_boot_now(&s->boot);
	return file_size(s->log, &s->size, err);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void gate_log_store_clear(struct gate_log_store *s)
{
	close_fd(&s->state);
	close_fd(&s->log);
	close_fd(&s->lock);
	close_fd(&s->dir);
}

bool gate_log_reserve_release(int dir)
{
	gate_autoclose int fd = openat(dir, "reserve", O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0 && ftruncate(fd, 0) == 0;
}

void gate_log_reserve_fill(int dir)
{
	gate_autoclose int fd = -1;
	struct statvfs fs;
	struct stat st;

	if (fstatat(dir, "reserve", &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_size >= GATE_LOG_RESERVE)
		return;
	/* With little room the reserve would take what the next append needs, and would be released again at
	 * once. */
	if (fstatvfs(dir, &fs) < 0 || fs.f_bavail * fs.f_frsize < 8 * (uint64_t)GATE_LOG_RESERVE)
		return;
	fd = openat(dir, "reserve", O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && posix_fallocate(fd, 0, GATE_LOG_RESERVE) != 0 && ftruncate(fd, 0) < 0)
		return; /* neither filled nor emptied: the next release frees it */
}

int gate_log_read_small(int dir, const char *name, struct gate_buf *out, struct gate_err *err)
{
	gate_autoclose int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return gate_err_errno(err, "%s", name);
	return gate_read_all(fd, GATE_NOTE_MAX, out, name, err);
}

/* Waits until no append is under way. A copy of a log (an auditor's) has no lock, and needs none. */
static int lock_shared(int dir, const char *path, struct gate_err *err)
{
	int64_t until = gate_monotonic_ms() + GATE_LOG_LOCK_MS;
	gate_autoclose int fd = openat(dir, "lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return open_dir(path, err);
	while (flock(fd, LOCK_SH | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return gate_err_errno(err, "%s/lock", path);
		if (gate_monotonic_ms() >= until)
			return gate_err_set(err, GATE_E_TIMEOUT,
					    "%s/lock: held by another process for over %d ms", path,
					    GATE_LOG_LOCK_MS);
		poll(NULL, 0, 1);
	}
	return gate_steal_fd(&fd);
}

int gate_log_view_open(const char *path, struct gate_log_view *v, struct gate_err *err)
{
	gate_autoclose int lock = -1;
	gate_autoclose int state = -1;
	struct gate_boot boot;

	v->dir = open_dir(path, err);
	if (v->dir < 0)
		return v->dir;
	lock = lock_shared(v->dir, path, err);
	if (lock < 0)
		return lock;
	v->log = openat(v->dir, "log.jsonl", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (v->log < 0 && errno == ENOENT)
		return gate_log_alarm(path, err, "log.jsonl is missing");
	if (v->log < 0)
		return gate_err_errno(err, "%s/log.jsonl", path);
	if (file_size(v->log, &v->size, err) < 0)
		return -(int)err->code;
	state = openat(v->dir, "state", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	v->have_state = state >= 0 && gate_log_state_load(state, &v->st);
	gate_boot_now(&boot);
	v->same_boot = !v->have_state || gate_boot_same(&boot, &v->st.boot);
	if (faccessat(v->dir, "checkpoint", F_OK, 0) < 0)
		return 0;
	return gate_log_read_small(v->dir, "checkpoint", &v->note, err);
}

void gate_log_view_clear(struct gate_log_view *v)
{
	close_fd(&v->log);
	close_fd(&v->dir);
	gate_buf_clear(&v->note);
}

int gate_log_view_note(const struct gate_log_view *v, struct gate_checkpoint *cp, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf vkey = { 0 };
	char origin[GATE_ORIGIN_SIZE];
	uint8_t pk[GATE_ED25519_PK];

	if (gate_log_read_small(v->dir, "log.vkey", &vkey, err) < 0 ||
	    gate_vkey_parse(gate_buf_cstr(&vkey), origin, pk, err) < 0)
		return -(int)err->code;
	if (v->note.len == 0)
		return gate_err_set(err, GATE_E_LOG,
				    "the checkpoint is missing; the next append writes it again");
	return gate_note_open(gate_buf_cstr(&v->note), v->note.len, origin, pk, cp, err);
}
