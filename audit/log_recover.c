/* After a crash: what the state says and what the file holds are brought together. The rules and their reasons
 * stand in log_state.h; here is one function for each of the three situations. */
#include "audit/log_store.h"

#include "base/io.h"
#include "base/json.h"
#include "base/when.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>

static int copy_range(int from, uint64_t at, uint64_t end, int to, struct gate_err *err)
{
	char block[16384];

	while (at < end) {
		size_t want = end - at < sizeof(block) ? (size_t)(end - at) : sizeof(block);
		ssize_t n = pread(from, block, want, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return gate_err_errno(err, "log.jsonl: read");
		if (gate_write_all(to, block, (size_t)n, err) < 0)
			return -(int)err->code;
		at += (uint64_t)n;
	}
	return fdatasync(to) < 0 ? gate_err_errno(err, "fdatasync") : 0;
}

static int keep_torn(struct gate_log_store *s, uint64_t offset, const char *name, struct gate_err *err)
{
	/* O_APPEND, never O_TRUNC: two crashes within one second must not lose the first one's bytes. */
	gate_autoclose int fd =
		openat(s->dir, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return gate_err_errno(err, "%s", name);
	if (copy_range(s->log, offset, s->size, fd, err) < 0)
		return gate_err_wrap(err, "%s", name);
	return fsync(s->dir) < 0 ? gate_err_errno(err, "%s: fsync", s->path) : 0;
}

int gate_log_cut(struct gate_log_store *s, uint64_t offset, int64_t now, struct gate_buf *kept,
		 struct gate_err *err)
{
	char ts[GATE_WHEN_SIZE];
	gate_autofree char *name = NULL;
	int r;

	if (offset == s->size)
		return 0;
	gate_when_format(now, ts);
	name = gate_fmt("torn.%s", ts);
	if (!name)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	r = keep_torn(s, offset, name, err);
	/* Recovery may use the reserve (HOLES 28): else a full disk could keep the log shut. */
	if (err->code == GATE_E_FULL && gate_log_reserve_release(s->dir)) {
		gate_err_reset(err);
		r = keep_torn(s, offset, name, err);
	}
	if (r < 0)
		return r;
	if (ftruncate(s->log, (off_t)offset) < 0)
		return gate_err_errno(err, "%s/log.jsonl: truncate", s->path);
	s->size = offset;
	gate_buf_str(kept, name);
	return gate_buf_check(kept, err);
}

static void describe(const struct gate_log_recovery *r, const struct gate_buf *kept, struct gate_buf *body)
{
	struct gate_jw w = { .out = body };

	gate_jw_str(&w, "ev", "recovered");
	gate_jw_int(&w, "replayed", (int64_t)r->replayed);
	gate_jw_int(&w, "lost", (int64_t)r->lost);
	gate_jw_int(&w, "cut_bytes", (int64_t)r->cut_bytes);
	gate_jw_strn(&w, "kept_as", gate_buf_cstr(kept));
	gate_jw_str(&w, "state", r->rebuilt ? "rebuilt" : "kept");
}

static int torn(struct gate_log_store *s, uint64_t offset, int64_t now, struct gate_buf *kept,
		struct gate_err *err)
{
	s->st.owed.cut_bytes += s->size - offset;
	return gate_log_cut(s, offset, now, kept, err);
}

/* The same start of the machine: nothing but the unit that the state announced may stand beyond it. */
static int settle_same(struct gate_log_store *s, int64_t now, struct gate_buf *kept, struct gate_err *err)
{
	struct gate_log_mark m = s->st.now;
	enum gate_log_tail tail;

	if (s->size < m.offset)
		return gate_log_alarm(s->path, err,
				      "log.jsonl was truncated: %" PRIu64 " bytes, but %" PRIu64 " were written",
				      s->size, m.offset);
	if (gate_log_tail(s->log, s->size, &s->st, &tail, err) < 0)
		return -(int)err->code;
	switch (tail) {
	case GATE_TAIL_NONE:
		return 0;
	case GATE_TAIL_PART:
		return torn(s, m.offset, now, kept, err);
	case GATE_TAIL_UNIT:
		if (gate_lines_walk(s->log, s->size, true, &m, NULL, 0, NULL, NULL, err) < 0)
			return -(int)err->code;
		s->st.owed.replayed += m.tree.size - s->st.now.tree.size;
		s->st.now = m;
		return m.offset == s->size ? 0 : gate_log_alarm(s->path, err, "its last append is no entry");
	case GATE_TAIL_FOREIGN:
	case GATE_TAIL_COUNT:
		break;
	}
	return gate_log_alarm(s->path, err, "log.jsonl ends with %" PRIu64 " bytes that refgate did not write",
			      s->size - m.offset);
}

/* The machine was started anew: entries after the last synced one may be missing, torn, or more than the state
 * knows. */
static int settle_anew(struct gate_log_store *s, int64_t now, struct gate_buf *kept, struct gate_err *err)
{
	struct gate_log_state *st = &s->st;
	struct gate_log_watch w = { .size = st->now.tree.size };
	struct gate_log_mark m = st->synced;
	uint64_t limit = s->size;
	uint8_t root[32];

	if (s->size < m.offset)
		return gate_log_alarm(s->path, err,
				      "log.jsonl was truncated: %" PRIu64 " bytes, but %" PRIu64 " were synced",
				      s->size, m.offset);
	if (s->size == m.offset && st->now.offset == m.offset)
		return 0;
	if (s->size > st->now.offset && s->size - st->now.offset < st->unit_len)
		limit = st->now.offset; /* a part of a unit */
	if (gate_lines_walk(s->log, limit, true, &m, &w, 1, NULL, NULL, err) < 0)
		return -(int)err->code;
	gate_tree_root(&st->now.tree, root);
	if (w.reached && (w.offset != st->now.offset || memcmp(w.root, root, sizeof(root)) != 0))
		return gate_log_alarm(s->path, err, "entries before number %" PRIu64 " were changed",
				      st->now.tree.size);
	if (m.tree.size > st->now.tree.size)
		st->owed.replayed += m.tree.size - st->now.tree.size;
	else
		st->owed.lost += st->now.tree.size - m.tree.size;
	st->now = m;
	return torn(s, m.offset, now, kept, err);
}

/* No state: the log is taken only when the signed checkpoint covers all of it, byte for byte. */
static int settle_lost(struct gate_log_store *s, struct gate_err *err)
{
	gate_auto(gate_log_key) struct gate_log_key key = { 0 };
	gate_auto(gate_buf) struct gate_buf note = { 0 };
	struct gate_log_mark m = { 0 };
	struct gate_err why = { 0 };
	struct gate_checkpoint cp;
	uint8_t root[32];

	if (gate_log_key_load(s->dir, &key, err) < 0)
		return -(int)err->code;
	if (gate_log_read_small(s->dir, "checkpoint", &note, &why) < 0 ||
	    gate_note_open(gate_buf_cstr(&note), note.len, key.origin, key.pk, &cp, &why) < 0)
		return gate_log_alarm(s->path, err, "its state is lost, and there is no good checkpoint (%s)",
				      why.text);
	if (gate_lines_walk(s->log, s->size, true, &m, NULL, 0, NULL, NULL, err) < 0)
		return -(int)err->code;
	gate_tree_root(&m.tree, root);
	if (m.tree.size < cp.size)
		return gate_log_alarm(s->path, err,
				      "log.jsonl was truncated: %" PRIu64
				      " good entries, but its checkpoint has %" PRIu64,
				      m.tree.size, cp.size);
	if (m.tree.size > cp.size || m.offset != s->size)
		return gate_log_alarm(s->path, err, "its state is lost, and bytes stand beyond its checkpoint");
	if (memcmp(root, cp.root, sizeof(root)) != 0)
		return gate_log_alarm(s->path, err,
				      "its state is lost, and its entries are not those of its checkpoint");
	/* From here on it counts as synced, so it has to be. */
	if (fdatasync(s->log) < 0)
		return gate_err_errno(err, "%s/log.jsonl: fdatasync", s->path);
	s->st = (struct gate_log_state){ .now = m, .synced = m, .owed = { .rebuilt = 1 } };
	memcpy(s->st.origin, key.origin, sizeof(s->st.origin));
	s->have_state = true;
	return 0;
}

int gate_log_settle(struct gate_log_store *s, int64_t now, struct gate_buf *body, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf kept = { 0 };
	const struct gate_log_recovery *r = &s->st.owed;
	int rc = !s->have_state				 ? settle_lost(s, err)
		 : gate_boot_same(&s->boot, &s->st.boot) ? settle_same(s, now, &kept, err)
							 : settle_anew(s, now, &kept, err);

	if (rc < 0)
		return rc;
	if (r->replayed || r->lost || r->cut_bytes || r->rebuilt)
		describe(r, &kept, body);
	return gate_buf_check(body, err);
}
