/* One append, under the lock: settle what a crash left, write the lines, sync when asked, then state and
 * checkpoint. */
#include "audit/log_store.h"

#include "base/io.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

static int add_line(struct gate_buf *b, struct gate_tree *t, const char *ts, const char *body,
		    struct gate_err *err)
{
	size_t start = b->len, len;
	uint64_t seq = t->size;
	uint8_t leaf[32];

	gate_buf_fmt(b, "{\"v\":1,\"seq\":%" PRIu64 ",\"ts\":\"%s\",", seq, ts);
	gate_buf_str(b, body);
	gate_buf_char(b, '}');
	if (gate_buf_check(b, err) < 0)
		return -(int)err->code;
	len = b->len - start;
	if (len > GATE_LOG_LINE_MAX)
		return gate_err_set(err, GATE_E_LIMIT,
				    "audit entry of %zu bytes; at most %d fit a line of the log", len,
				    GATE_LOG_LINE_MAX);
	/* Checked as it will be read: a body with a control character, a broken quote or a second "seq" never
	 * gets in. */
	if (!gate_line_is_sound(b->s + start, len, seq))
		return gate_err_set(err, GATE_E_LOG, "audit entry is no line of JSON without control characters");
	gate_tree_leaf(b->s + start, len, leaf);
	gate_buf_char(b, '\n');
	if (!gate_tree_push(t, leaf))
		return gate_err_set(err, GATE_E_LIMIT, "audit log: more than 2^%d entries", GATE_TREE_LEVELS);
	return gate_buf_check(b, err);
}

static int make_unit(const struct gate_log_store *s, const char *const *bodies, size_t n, int64_t now,
		     struct gate_buf *unit, struct gate_log_mark *end, struct gate_err *err)
{
	char ts[GATE_WHEN_SIZE];

	gate_when_format(now, ts);
	*end = s->st.now;
	for (size_t i = 0; i < n; i++) {
		if (add_line(unit, &end->tree, ts, bodies[i], err) < 0)
			return -(int)err->code;
	}
	end->offset += unit->len;
	return 0;
}

static int sign(const struct gate_log_store *s, const struct gate_checkpoint *cp, struct gate_buf *note,
		struct gate_err *err)
{
	gate_auto(gate_log_key) struct gate_log_key key = { 0 };

	if (gate_log_key_load(s->dir, &key, err) < 0)
		return gate_err_wrap(err, "audit log %s", s->path);
	if (strcmp(key.origin, cp->origin) != 0)
		return gate_err_set(err, GATE_E_LOG,
				    "audit log %s: log.key belongs to the log %s, the state to %s", s->path,
				    key.origin, cp->origin);
	gate_note_sign(cp, &key, note);
	return gate_buf_check(note, err);
}

/* Nothing of a unit stays behind when writing or syncing it failed. */
static int write_unit(const struct gate_log_store *s, const struct gate_buf *unit, bool sync,
		      struct gate_err *err)
{
	if (gate_write_all(s->log, unit->s, unit->len, err) == 0 && (!sync || fdatasync(s->log) == 0))
		return 0;
	if (err->code == GATE_OK)
		gate_err_errno(err, "fdatasync");
	if (ftruncate(s->log, (off_t)s->size) < 0) {
		/* The announced unit tells the next append which bytes to cut. */
		return gate_err_wrap(err, "%s/log.jsonl (and what was written could not be cut off again)",
				     s->path);
	}
	return gate_err_wrap(err, "%s/log.jsonl", s->path);
}

/* In place, in one write of one sector or two: see log_state.h for why not by rename. A reader that meets it
 * half-written finds a signature that does not verify, and reads again. */
static void write_checkpoint(const struct gate_log_store *s, const struct gate_buf *note)
{
	gate_autoclose int fd = openat(s->dir, "checkpoint", O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat st;

	/* A failure is no error: log and state are written, and the next append writes the checkpoint of both. */
	if (fd < 0 || pwrite(fd, note->s, note->len, 0) != (ssize_t)note->len || fstat(fd, &st) < 0)
		return;
	if ((size_t)st.st_size > note->len && ftruncate(fd, (off_t)note->len) < 0)
		return;
}

static int move_state(struct gate_log_store *s, const struct gate_log_mark *end, bool sync, struct gate_err *err)
{
	s->st.now = *end;
	if (sync)
		s->st.synced = *end;
	s->st.unit_len = 0;
	s->st.owed = (struct gate_log_recovery){ 0 };
	if (gate_log_state_save(s->state, &s->st, err) == 0)
		return 0;
	if (ftruncate(s->log, (off_t)s->size) < 0)
		return gate_err_wrap(err, "audit log %s (and the entry could not be cut off again)", s->path);
	return gate_err_wrap(err, "audit log %s", s->path);
}

int gate_log_commit(struct gate_log_store *s, const char *const *bodies, size_t n, int64_t now, bool sync,
		    bool reserve, struct gate_checkpoint *cp, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf unit = { 0 }, note = { 0 };
	struct gate_log_state after = s->st;
	struct gate_log_mark end;
	struct gate_checkpoint new;
	int r;

	/* A checkpoint that leaves this room must not be forgotten by a power cut: the next one would contradict
	 * it. */
	sync = sync || cp;
	if (make_unit(s, bodies, n, now, &unit, &end, err) < 0)
		return -(int)err->code;
	after.now = end;
	gate_log_state_checkpoint(&after, &new);
	/* Signed before anything is written, so that a missing key leaves nothing to undo. */
	if (sign(s, &new, &note, err) < 0)
		return -(int)err->code;
	s->st.boot = s->boot;
	s->st.unit_len = unit.len;
	gate_sha256(unit.s, unit.len, s->st.unit);
	if (gate_log_state_save(s->state, &s->st, err) < 0)
		return gate_err_wrap(err, "audit log %s", s->path);
	r = write_unit(s, &unit, sync, err);
	if (err->code == GATE_E_FULL && reserve && gate_log_reserve_release(s->dir)) {
		gate_err_reset(err);
		r = write_unit(s, &unit, sync, err);
	}
	if (r < 0 || move_state(s, &end, sync, err) < 0)
		return -(int)err->code;
	s->size = end.offset;
	write_checkpoint(s, &note);
	if (cp)
		*cp = new;
	return 0;
}

void gate_log_make_room(const char *dir)
{
	gate_autoclose int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statvfs fs;

	if (fd >= 0 && fstatvfs(fd, &fs) == 0 && fs.f_bavail * fs.f_frsize < (uint64_t)GATE_LOG_RESERVE)
		gate_log_reserve_release(fd);
}

int gate_log_append(const char *dir, const char *const *bodies, size_t n, int64_t now, bool sync, bool reserve,
		    struct gate_checkpoint *cp, struct gate_err *err)
{
	gate_auto(gate_log_store) struct gate_log_store s = GATE_LOG_STORE_NONE;
	gate_auto(gate_buf) struct gate_buf recovered = { 0 };
	gate_autofree const char **all = NULL;
	size_t extra;

	if (n == 0)
		return gate_err_set(err, GATE_E_BUG, "an append of no entries");
	all = calloc(n + 1, sizeof(*all));
	if (gate_log_store_open(dir, false, &s, err) < 0 || gate_log_settle(&s, now, &recovered, err) < 0)
		return -(int)err->code;
	if (!all)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	extra = recovered.len > 0;
	if (extra)
		all[0] = recovered.s;
	memcpy(all + extra, bodies, n * sizeof(*all));
	if (gate_log_commit(&s, all, n + extra, now, sync, reserve, cp, err) < 0)
		return -(int)err->code;
	gate_log_reserve_fill(s.dir);
	return 0;
}
