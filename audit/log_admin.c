/* What an admin or init does with a log: make it, look at its end, accept it as it is. */
#include "audit/log_store.h"

#include "base/io.h"
#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

#define REASON_MAX 4096

static bool exists(int dir, const char *name)
{
	return faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int check_vkey(int dir, const char *path, const struct gate_log_key *key, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf want = { 0 }, have = { 0 };
	gate_autofree char *file = gate_fmt("%s/log.vkey", path);

	gate_vkey_format(key->origin, key->pk, &want);
	gate_buf_char(&want, '\n');
	if (gate_buf_check(&want, err) < 0)
		return -(int)err->code;
	if (!file)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (!exists(dir, "log.vkey"))
		return gate_write_file(file, want.s, want.len, 0600, true, err);
	if (gate_log_read_small(dir, "log.vkey", &have, err) < 0)
		return -(int)err->code;
	return strcmp(gate_buf_cstr(&have), want.s) == 0
		       ? 0
		       : gate_err_set(err, GATE_E_LOG,
				      "%s is not the vkey of log.key; restore both from one backup", file);
}

static int repair_modes(int dir, const char *path, struct gate_err *err)
{
	static const char *const names[] = { "log.jsonl", "state",    "checkpoint", "lock",
					     "log.key",	  "log.vkey", "reserve" };

	if (fchmod(dir, 0700) < 0)
		return gate_err_errno(err, "%s", path);
	for (size_t i = 0; i < GATE_ARRAY_LEN(names); i++) {
		if (fchmodat(dir, names[i], 0600, 0) < 0 && errno != ENOENT)
			return gate_err_errno(err, "%s/%s", path, names[i]);
	}
	return 0;
}

static int make_key(int dir, const char *path, const char *origin, struct gate_err *err)
{
	gate_auto(gate_log_key) struct gate_log_key key = { 0 };
	bool made = exists(dir, "log.jsonl");

	if (!exists(dir, "log.key") && (made || exists(dir, "log.vkey")))
		return gate_err_set(err, GATE_E_LOG, "%s/log.key is missing; restore it from a backup", path);
	if ((exists(dir, "log.key") ? gate_log_key_load(dir, &key, err)
				    : gate_log_key_make(path, origin, &key, err)) < 0)
		return gate_err_wrap(err, "audit log %s", path);
	if (strcmp(key.origin, origin) != 0)
		return gate_err_set(err, GATE_E_CONFIG, "audit log %s is the log %s, not %s", path, key.origin,
				    origin);
	return check_vkey(dir, path, &key, err);
}

/* The state and the signed checkpoint of an empty log, durable before log.jsonl exists: its existence says that
 * everything else was made, so that a log.jsonl that someone removed is never mistaken for a new one. */
static int make_empty(int dir, const char *path, struct gate_err *err)
{
	gate_auto(gate_log_key) struct gate_log_key key = { 0 };
	gate_auto(gate_buf) struct gate_buf note = { 0 };
	gate_autofree char *file = gate_fmt("%s/checkpoint", path);
	gate_autoclose int fd = openat(dir, "state", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	gate_autoclose int log = -1;
	struct gate_log_state st = { 0 };
	struct gate_checkpoint cp;

	if (fd < 0)
		return gate_err_errno(err, "%s/state", path);
	if (!file)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (gate_log_state_load(fd, &st) && st.now.offset > 0)
		return gate_log_alarm(path, err, "log.jsonl is missing");
	if (gate_log_key_load(dir, &key, err) < 0)
		return -(int)err->code;
	memcpy(st.origin, key.origin, sizeof(st.origin));
	gate_boot_now(&st.boot);
	/* Both slots: their blocks are there from now on, and writing them in place needs no space. */
	if (gate_log_state_save(fd, &st, err) < 0 || gate_log_state_save(fd, &st, err) < 0)
		return -(int)err->code;
	gate_log_state_checkpoint(&st, &cp);
	gate_note_sign(&cp, &key, &note);
	if (gate_buf_check(&note, err) < 0 || gate_write_file(file, note.s, note.len, 0600, true, err) < 0)
		return -(int)err->code;
	if (fsync(fd) < 0)
		return gate_err_errno(err, "%s/state: fsync", path);
	log = openat(dir, "log.jsonl", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (log < 0 || fsync(log) < 0)
		return gate_err_errno(err, "%s/log.jsonl", path);
	return 0;
}

int gate_log_create(const char *dir, const char *origin, struct gate_err *err)
{
	gate_autofree char *lockfile = gate_fmt("%s/lock", dir);
	gate_autoclose int lock = -1;
	gate_autoclose int fd = -1;

	if (!lockfile)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (!gate_origin_valid(origin))
		return gate_err_set(err, GATE_E_USAGE,
				    "the log's origin must be 1 to %d printable ASCII characters without space "
				    "and '+'",
				    GATE_ORIGIN_SIZE - 1);
	if (gate_mkdirs(dir, 0700, err) < 0)
		return -(int)err->code;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return gate_err_errno(err, "%s", dir);
	lock = gate_lock_file(lockfile, GATE_LOG_LOCK_MS, err);
	if (lock < 0)
		return lock;
	if (repair_modes(fd, dir, err) < 0 || make_key(fd, dir, origin, err) < 0)
		return -(int)err->code;
	if (!exists(fd, "log.jsonl") && make_empty(fd, dir, err) < 0)
		return -(int)err->code;
	gate_log_reserve_fill(fd);
	return fsync(fd) < 0 ? gate_err_errno(err, "%s: fsync", dir) : 0;
}

int gate_log_vkey(const char *dir, struct gate_buf *out, struct gate_err *err)
{
	gate_autoclose int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t start = out->len;

	if (fd < 0)
		return gate_err_errno(err, "audit log %s (was `refgate init` run?)", dir);
	if (gate_log_read_small(fd, "log.vkey", out, err) < 0)
		return gate_err_wrap(err, "audit log %s", dir);
	while (out->len > start && out->s[out->len - 1] == '\n')
		out->s[--out->len] = '\0';
	return 0;
}

int gate_log_checkpoint(const char *dir, struct gate_checkpoint *cp, struct gate_err *err)
{
	gate_auto(gate_log_view) struct gate_log_view v = GATE_LOG_VIEW_NONE;

	if (gate_log_view_open(dir, &v, err) < 0)
		return -(int)err->code;
	if (!v.have_state)
		return gate_log_view_note(&v, cp, err);
	/* After a new start of the machine only what was synced is known to be there; the next append sees to the
	 * rest. */
	if (!v.same_boot)
		v.st.now = v.st.synced;
	if (v.size < v.st.now.offset)
		return gate_log_alarm(dir, err,
				      "log.jsonl was truncated: %" PRIu64 " bytes, but %" PRIu64 " were written",
				      v.size, v.st.now.offset);
	/* A checkpoint that leaves this room must not be forgotten by a power cut. */
	if (v.st.synced.offset < v.st.now.offset && fdatasync(v.log) < 0)
		return gate_err_errno(err, "%s/log.jsonl: fdatasync", dir);
	gate_log_state_checkpoint(&v.st, cp);
	return 0;
}

/* The best account of what the log was: its signed checkpoint or its state, whichever is larger. */
static bool former(const struct gate_log_store *s, const struct gate_log_key *key, struct gate_checkpoint *was)
{
	gate_auto(gate_buf) struct gate_buf note = { 0 };
	struct gate_err ignored = { 0 };
	bool known = gate_log_read_small(s->dir, "checkpoint", &note, &ignored) == 0 &&
		     gate_note_open(gate_buf_cstr(&note), note.len, key->origin, key->pk, was, &ignored) == 0;

	if (s->have_state && (!known || s->st.now.tree.size > was->size)) {
		gate_log_state_checkpoint(&s->st, was);
		known = true;
	}
	return known;
}

static void adopted_body(const char *reason, uint64_t entries, const struct gate_checkpoint *was,
			 const struct gate_log_watch *w, uint64_t cut, const char *kept, struct gate_buf *body)
{
	gate_auto(gate_buf) struct gate_buf cp = { 0 };
	struct gate_jw j = { .out = body };

	gate_jw_str(&j, "ev", "adopted");
	gate_jw_str(&j, "reason", reason);
	gate_jw_int(&j, "entries", (int64_t)entries);
	if (was && was->size > entries)
		gate_jw_int(&j, "lost_from", (int64_t)entries);
	else
		gate_jw_null(&j, "lost_from");
	if (was)
		gate_checkpoint_format(was, &cp);
	gate_jw_strn(&j, "was", gate_buf_cstr(&cp));
	gate_jw_bool(&j, "rewritten", was && w->reached && memcmp(w->root, was->root, sizeof(was->root)) != 0);
	gate_jw_int(&j, "cut_bytes", (int64_t)cut);
	gate_jw_strn(&j, "kept_as", kept);
}

int gate_log_adopt(const char *dir, const char *reason, int64_t now, struct gate_err *err)
{
	gate_auto(gate_log_store) struct gate_log_store s = GATE_LOG_STORE_NONE;
	gate_auto(gate_log_key) struct gate_log_key key = { 0 };
	gate_auto(gate_buf) struct gate_buf body = { 0 }, kept = { 0 };
	struct gate_checkpoint was = { 0 };
	struct gate_log_mark m = { 0 };
	struct gate_log_watch w = { 0 };
	uint64_t cut;
	bool known;

	if (!*reason || strlen(reason) > REASON_MAX)
		return gate_err_set(err, GATE_E_USAGE, "log adopt needs a reason of 1 to %d bytes", REASON_MAX);
	if (gate_log_store_open(dir, true, &s, err) < 0 || gate_log_key_load(s.dir, &key, err) < 0)
		return -(int)err->code;
	known = former(&s, &key, &was);
	w.size = was.size;
	if (gate_lines_walk(s.log, s.size, true, &m, &w, known, NULL, NULL, err) < 0)
		return -(int)err->code;
	/* From the first line that is none on, nothing can be an entry: it is kept beside the log. */
	cut = s.size - m.offset;
	if (gate_log_cut(&s, m.offset, now, &kept, err) < 0)
		return -(int)err->code;
	/* From here on it counts as synced, so it has to be. */
	if (fdatasync(s.log) < 0)
		return gate_err_errno(err, "%s/log.jsonl: fdatasync", dir);
	adopted_body(reason, m.tree.size, known ? &was : NULL, &w, cut, gate_buf_cstr(&kept), &body);
	if (gate_buf_check(&body, err) < 0)
		return -(int)err->code;
	s.st = (struct gate_log_state){ .gen = s.st.gen, .now = m, .synced = m };
	memcpy(s.st.origin, key.origin, sizeof(s.st.origin));
	return gate_log_commit(&s, &(const char *){ body.s }, 1, now, true, true, NULL, err);
}
