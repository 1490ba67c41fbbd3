/* Reading the record: lines forwards from an entry, or backwards from the newest. Without the lock: a line that
 * stands in the file while its append is under way may be seen, and may be cut off again if that append dies. */
#include "audit/log_store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

/* Two lines always fit, so that a whole one is found from any place. */
#define WINDOW ((size_t)256 << 10)

struct reader {
	int dir, log;
	uint64_t end; /* where the readable part ends */
};

static void reader_clear(struct reader *r)
{
	gate_mem_closep(&r->log);
	gate_mem_closep(&r->dir);
}

/* After a new start of the machine bytes that are no entry may stand at the end until the next append cuts them
 * off. Readers must not stumble over them: the gate reads before it appends. */
static int readable_end(struct reader *r, struct gate_err *err)
{
	gate_autoclose int fd = openat(r->dir, "state", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct gate_log_state st;
	struct gate_boot boot;
	struct stat file;

	if (fstat(r->log, &file) < 0)
		return gate_err_errno(err, "log.jsonl");
	r->end = (uint64_t)file.st_size;
	if (fd < 0 || !gate_log_state_load(fd, &st) || st.synced.offset >= r->end)
		return 0;
	gate_boot_now(&boot);
	if (gate_boot_same(&boot, &st.boot))
		return 0;
	if (gate_lines_walk(r->log, r->end, false, &st.synced, NULL, 0, NULL, NULL, err) < 0)
		return -(int)err->code;
	r->end = st.synced.offset;
	return 0;
}

static int reader_open(const char *path, struct reader *r, struct gate_err *err)
{
	r->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->dir < 0)
		return gate_err_errno(err, "audit log %s (was `refgate init` run?)", path);
	r->log = openat(r->dir, "log.jsonl", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (r->log < 0)
		return gate_err_errno(err, "%s/log.jsonl", path);
	return readable_end(r, err);
}

static ssize_t read_at(int fd, char *to, size_t n, uint64_t at)
{
	size_t done = 0;

	while (done < n) {
		ssize_t r = pread(fd, to + done, n - done, (off_t)(at + done));

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		if (r == 0)
			break;
		done += (size_t)r;
	}
	return (ssize_t)done;
}

/* By bisection a place at or before entry `from`, and the seq there: lines carry their number. A line that does
 * not say its number only makes the search start earlier; the walk that follows finds what is wrong. */
static int seek_entry(const struct reader *r, uint64_t from, uint64_t *offset, uint64_t *seq,
		      struct gate_err *err)
{
	gate_autofree char *buf = malloc(WINDOW);
	uint64_t lo = 0, hi = r->end, there;

	if (!buf)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	*seq = 0;
	while (from > 0 && hi - lo > WINDOW) {
		uint64_t mid = lo + (hi - lo) / 2;
		ssize_t n = read_at(r->log, buf, WINDOW / 2, mid);
		const char *lf = n > 0 ? memchr(buf, '\n', (size_t)n) : NULL;

		if (n < 0)
			return gate_err_errno(err, "log.jsonl: read");
		if (lf && gate_line_seq(lf + 1, (size_t)(buf + n - lf) - 1, &there) && there <= from) {
			lo = mid + (uint64_t)(lf - buf) + 1;
			*seq = there;
		} else {
			hi = mid;
		}
	}
	*offset = lo;
	return 0;
}

int gate_log_each(const char *dir, uint64_t from,
		  int (*fn)(uint64_t seq, const char *line, size_t len, void *arg), void *arg,
		  struct gate_err *err)
{
	gate_auto(reader) struct reader r = { .dir = -1, .log = -1 };
	gate_auto(gate_lines) struct gate_lines l = { 0 };
	uint64_t seq = 0;
	const char *line;
	size_t len;
	int rc;

	if (reader_open(dir, &r, err) < 0 || seek_entry(&r, from, &l.pos, &seq, err) < 0)
		return -(int)err->code;
	l.fd = r.log;
	l.limit = r.end;
	for (; (rc = gate_lines_next(&l, &line, &len, err)) > 0; seq++) {
		if (!gate_line_has_form(line, len, seq))
			return gate_err_set(
				err, GATE_E_LOG,
				"%s/log.jsonl: entry %" PRIu64 " is damaged; run `refgate log verify`", dir, seq);
		rc = seq >= from ? fn(seq, line, len, arg) : 0;
		if (rc != 0)
			return rc < 0 ? rc : 0;
	}
	return rc;
}

/* The window of the file that ends at `end`; gives its start. */
static int load_window(const struct reader *r, char *buf, uint64_t end, uint64_t *start, struct gate_err *err)
{
	size_t n = end < WINDOW ? (size_t)end : WINDOW;

	*start = end - n;
	if (read_at(r->log, buf, n, *start) != (ssize_t)n)
		return gate_err_set(err, GATE_E_IO, "log.jsonl: it changed while it was read");
	return 0;
}

/* The place after the last LF before `end`, inside the window; start when there is none. */
static uint64_t after_lf(const char *buf, uint64_t start, uint64_t end)
{
	const char *lf = memrchr(buf, '\n', (size_t)(end - start));

	return lf ? start + (uint64_t)(lf - buf) + 1 : start;
}

static int damaged(const char *dir, uint64_t at, struct gate_err *err)
{
	return gate_err_set(err, GATE_E_LOG,
			    "%s/log.jsonl: the entry that ends at byte %" PRIu64
			    " is damaged; run `refgate log verify`",
			    dir, at);
}

int gate_log_each_back(const char *dir, int (*fn)(const char *line, size_t len, void *arg), void *arg,
		       struct gate_err *err)
{
	gate_auto(reader) struct reader r = { .dir = -1, .log = -1 };
	gate_autofree char *buf = malloc(WINDOW);
	uint64_t end, start = 0, begin, seq, next = UINT64_MAX;

	if (!buf)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (reader_open(dir, &r, err) < 0 || load_window(&r, buf, r.end, &start, err) < 0)
		return -(int)err->code;
	end = after_lf(buf, start, r.end); /* what follows has no LF: torn, or being written */
	if (end == start && start > 0)
		return damaged(dir, r.end, err);
	while (end > 0) {
		if (start > 0 && end - start <= GATE_LOG_LINE_MAX + 2 &&
		    load_window(&r, buf, end, &start, err) < 0)
			return -(int)err->code;
		begin = after_lf(buf, start, end - 1);
		if (!gate_line_seq(buf + (begin - start), (size_t)(end - 1 - begin), &seq) ||
		    (next != UINT64_MAX && seq + 1 != next) ||
		    !gate_line_has_form(buf + (begin - start), (size_t)(end - 1 - begin), seq))
			return damaged(dir, end, err);
		int rc = fn(buf + (begin - start), (size_t)(end - 1 - begin), arg);

		if (rc != 0)
			return rc < 0 ? rc : 0;
		end = begin;
		next = seq;
	}
	return next == 0 || next == UINT64_MAX ? 0 : damaged(dir, end, err);
}
