#include "gate/pending.h"

#include "base/crypto.h"
#include "base/io.h"
#include "gate/archive.h"
#include "gate/decided.h"
#include "gate/hold.h"
#include "gate/summary.h"
#include "gate/witness.h"
#include "repo/loose.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#define LOCK_MS 30000
#define LOOSE_MAX 128

int gate_pending_lock(const struct gate_server *s, struct gate_err *err)
{
	gate_autofree char *path = gate_server_path(s, "settle.lock");

	return path ? gate_lock_file(path, LOCK_MS, err) : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

void gate_pending_ref_name(const char *id, const char *ref, char out[GATE_REF_MAX + 32])
{
	snprintf(out, GATE_REF_MAX + 32, "%s%s/%s", GATE_REFS_PENDING, id, ref + strlen("refs/"));
}

void gate_pending_was_name(const char *id, size_t n, char out[64])
{
	snprintf(out, 64, "%s%s/df/was/%zu", GATE_REFS_PENDING, id, n);
}

/* What a rebased pending was made of can be fetched as long as it is open, so that every reviewer can compare the two. */
static int each_was(const struct gate_record *r, bool open, struct gate_ref_updates *u, struct gate_err *err)
{
	static const char zeros[] = "0000000000000000000000000000000000000000";
	char name[64];

	for (size_t i = 0; i < r->n_refs; i++) {
		gate_pending_was_name(r->id, i, name);
		if (r->refs[i].was_new[0] &&
		    gate_ref_updates_add(u, name, open ? r->refs[i].was_new : zeros, open ? zeros : NULL, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

/* ---- ids ---- */

static void actor_dir(const char *actor, char hex[33])
{
	char full[GATE_SHA256_HEX];

	gate_sha256_hex(actor, strlen(actor), full);
	memcpy(hex, full, 32);
	hex[32] = '\0';
}

static char *open_path(const struct gate_server *s, const char *actor, const char *id)
{
	char dir[33];

	actor_dir(actor, dir);
	return id ? gate_fmt("%s/open/%s/%s", s->repo.gate, dir, id) : gate_fmt("%s/open/%s", s->repo.gate, dir);
}

static int changes_text(const struct gate_changes *held, struct gate_buf *out, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs lines = { 0 };

	for (size_t i = 0; i < held->n; i++) {
		gate_autofree char *line = gate_fmt("%s %s %s\n", held->v[i].ref, held->v[i].old, held->v[i].new);

		if (!line || gate_strs_add(&lines, line, err) < 0)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	gate_strs_sort(&lines);
	gate_strs_join(out, &lines, "");
	return gate_buf_check(out, err);
}

static void make_id(const uint8_t *key, size_t key_len, const struct gate_buf *text, unsigned attempt, char id[GATE_ID_LEN + 1])
{
	static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	uint8_t d[16];
	uint64_t bits = 0;

	gate_buf_add(&b, gate_buf_cstr(text), text->len);
	gate_buf_fmt(&b, "attempt %u", attempt);
	gate_keyed_hash(key, key_len, gate_buf_cstr(&b), b.len, d, sizeof(d));
	for (int i = 0; i < 5; i++)
		bits = bits << 8 | d[i];
	for (int i = GATE_ID_LEN - 1; i >= 0; i--, bits >>= 5)
		id[i] = alphabet[bits & 31];
	id[GATE_ID_LEN] = '\0';
}

static int is_open(const struct gate_server *s, const char *id, bool *open, struct gate_err *err)
{
	gate_autofree char *name = gate_fmt("%s%s", GATE_REFS_RECORD, id);
	struct gate_ref ref;

	if (!name)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (gate_ref_read(s->refs, name, &ref, err) < 0)
		return -(int)err->code;
	*open = ref.kind == GATE_REF_DIRECT;
	return 0;
}

/* Whether the open pending of that id is this very push, and takes signatures still: past its time, the push that comes again is a new
 * one. Its place in the cache, which a crash can have left out, is made again. */
static bool is_this_push(const struct gate_server *s, const char *id, const char *actor, const struct gate_buf *text)
{
	__attribute__((cleanup(gate_record_clear))) struct gate_record r = { 0 };
	gate_auto(gate_changes) struct gate_changes changes = { 0 };
	gate_auto(gate_buf) struct gate_buf own = { 0 };
	struct gate_err ignored = { 0 };

	gate_buf_fmt(&own, "%s\n", actor);
	if (gate_pending_load(s, id, &r, &ignored) < 0 || gate_record_changes(&r, &changes, &ignored) < 0 ||
	    changes_text(&changes, &own, &ignored) < 0 || strcmp(r.actor.name, actor) != 0 ||
	    strcmp(gate_buf_cstr(&own), gate_buf_cstr(text)) != 0 || gate_pending_state_now(s, &r) == GATE_STATE_EXPIRED)
		return false;
	gate_pending_opened(s, &r);
	return true;
}

int gate_pending_id(const struct gate_server *s, const char *actor, const struct gate_changes *held, char id[GATE_ID_LEN + 1],
		    bool *open, struct gate_err *err)
{
	gate_autofree char *path = gate_server_path(s, "idkey");
	gate_auto(gate_buf) struct gate_buf key = { 0 }, text = { 0 };
	char commit[GATE_HEXSZ + 1];

	if (!path || gate_read_file(path, 64, &key, err) < 0)
		return gate_err_wrap(err, "run `refgate init` to repair");
	if (key.len != 32)
		return gate_err_set(err, GATE_E_CONFIG, "refgate/idkey is damaged; run `refgate init` to repair");
	gate_buf_fmt(&text, "%s\n", actor);
	if (changes_text(held, &text, err) < 0)
		return -(int)err->code;
	/* The first attempt that is this very push, still open, or an id that nobody had. */
	for (unsigned attempt = 0; attempt < 1000; attempt++) {
		make_id((const uint8_t *)key.s, key.len, &text, attempt, id);
		if (is_open(s, id, open, err) < 0)
			return -(int)err->code;
		if (*open && is_this_push(s, id, actor, &text))
			return 0;
		if (!*open && !gate_archive_find(s, id, commit))
			return 0;
	}
	return gate_err_set(err, GATE_E_LIMIT, "the same push was held and closed 1000 times");
}

static int count_name(const char *name, const struct gate_ref *ref, void *arg)
{
	(void)name;
	(void)ref;
	++*(uint32_t *)arg;
	return 0;
}

int gate_pending_count(const struct gate_server *s, const char *actor, uint32_t *of_actor, uint64_t *bytes, uint32_t *of_all,
		       struct gate_err *err)
{
	gate_autofree char *dir = open_path(s, actor, NULL);
	DIR *d = dir ? opendir(dir) : NULL;
	const struct dirent *e;

	*of_actor = *of_all = 0;
	*bytes = 0;
	while (d && (e = readdir(d))) {
		gate_autofree char *path = gate_fmt("%s/%s", dir, e->d_name);
		gate_auto(gate_buf) struct gate_buf b = { 0 };
		struct gate_err gone = { 0 };

		if (!gate_id_valid(e->d_name))
			continue;
		++*of_actor;
		if (path && gate_read_file(path, (size_t)64 << 20, &b, &gone) == 0)
			*bytes += strtoull(gate_buf_cstr(&b), NULL, 10);
	}
	if (d)
		closedir(d);
	return gate_refs_each(s->refs, GATE_REFS_RECORD, count_name, of_all, err);
}

int gate_pending_sharing(const struct gate_server *s, const char *actor, const struct gate_changes *held, const char *but,
			 struct gate_strs *ids, struct gate_err *err)
{
	gate_autofree char *dir = open_path(s, actor, NULL);
	DIR *d = dir ? opendir(dir) : NULL;
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		gate_autofree char *path = gate_fmt("%s/%s", dir, e->d_name);
		gate_auto(gate_buf) struct gate_buf b = { 0 };
		struct gate_err ignored = { 0 };
		bool shares = false;

		if (!gate_id_valid(e->d_name) || strcmp(e->d_name, but) == 0 || !path ||
		    gate_read_file(path, (size_t)64 << 20, &b, &ignored) < 0)
			continue;
		for (size_t i = 0; i < held->n && !shares; i++) {
			gate_autofree char *line = gate_fmt("\n%s\n", held->v[i].ref);

			shares = line && strstr(gate_buf_cstr(&b), line);
		}
		if (shares && gate_strs_add(ids, e->d_name, err) < 0)
			break;
	}
	if (d)
		closedir(d);
	gate_strs_sort(ids);
	return err->code ? -(int)err->code : 0;
}

/* ---- reading ---- */

/* A record's text by its blob's oid; the last one is kept, because an approval needs it three times. */
static int read_record(const struct gate_server *s, const char *oid, struct gate_buf *out, struct gate_err *err)
{
	struct gate_buf *kept = s->last_record;

	if (kept && kept->len > GATE_HEXSZ && memcmp(kept->s, oid, GATE_HEXSZ) == 0) {
		gate_buf_add(out, kept->s + GATE_HEXSZ, kept->len - GATE_HEXSZ);
		return gate_buf_check(out, err);
	}
	if (gate_git_read(&s->repo, oid, "blob", (size_t)64 << 20, out, err) < 0)
		return -(int)err->code;
	if (kept) {
		gate_buf_clear(kept);
		gate_buf_add(kept, oid, GATE_HEXSZ);
		gate_buf_add(kept, out->s, out->len);
	}
	return 0;
}

int gate_pending_load(const struct gate_server *s, const char *id, struct gate_record *out, struct gate_err *err)
{
	gate_autofree char *name = NULL;
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	char commit[GATE_HEXSZ + 1];
	struct gate_ref ref;

	if (!gate_id_valid(id)) {
		gate_autofree char *safe = gate_escape_dup(id, strnlen(id, 64));

		return gate_err_set(err, GATE_E_PENDING, "%s is not an id of a pending (8 characters, see `refgate queue`)",
				    safe ? safe : "that");
	}
	name = gate_fmt("%s%s", GATE_REFS_RECORD, id);
	if (!name || gate_ref_read(s->refs, name, &ref, err) < 0)
		return -(int)err->code;
	if (ref.kind != GATE_REF_DIRECT) {
		if (!gate_archive_find(s, id, commit))
			return gate_err_set(err, GATE_E_PENDING, "there is no pending %s; `refgate queue` lists the open ones", id);
		free(name);
		name = gate_fmt("%s:record", commit);
	}
	if (!name || (ref.kind == GATE_REF_DIRECT ? read_record(s, ref.oid, &b, err) :
						    gate_git_read(&s->repo, name, "blob", (size_t)64 << 20, &b, err)) < 0 ||
	    gate_record_load(gate_buf_cstr(&b), b.len, out, err) < 0)
		return gate_err_wrap(err, "pending %s", id);
	return 0;
}

enum gate_state gate_pending_state_now(const struct gate_server *s, const struct gate_record *r)
{
	struct gate_err ignored = { 0 };

	/* A recovery landed before anybody signed it: it waits until it is ratified. */
	if (r->state != GATE_STATE_OPEN || r->recovered_by[0])
		return r->state;
	if (s->now > r->expires)
		return GATE_STATE_EXPIRED;
	for (size_t i = 0; i < r->n_refs; i++) {
		struct gate_ref now;

		if (gate_ref_read(s->refs, r->refs[i].ref, &now, &ignored) < 0 || strcmp(now.oid, r->refs[i].old) != 0)
			return GATE_STATE_STALE;
	}
	return GATE_STATE_OPEN;
}

static int add_id(const char *name, const struct gate_ref *ref, void *arg)
{
	struct gate_err ignored = { 0 };

	(void)ref;
	return gate_id_valid(name + strlen(GATE_REFS_RECORD)) &&
	       gate_strs_add(arg, name + strlen(GATE_REFS_RECORD), &ignored) < 0;
}

int gate_pending_ids(const struct gate_server *s, struct gate_strs *ids, struct gate_err *err)
{
	return gate_refs_each(s->refs, GATE_REFS_RECORD, add_id, ids, err);
}

/* One record's text; *stop is what fn said. One that cannot be read is left out. */
static void read_one(const char *oid, const char *text, size_t len, int (*fn)(struct gate_record *r, void *arg), void *arg, int *stop)
{
	struct gate_record r = { 0 };
	struct gate_err one = { 0 };

	if (gate_record_load(text, len, &r, &one) == 0) {
		snprintf(r.oid, sizeof(r.oid), "%.40s", oid);
		*stop = fn(&r, arg);
	}
	gate_record_clear(&r);
}

/* As `git cat-file --batch` answers, without git: for a few that are loose objects, as records are until they are packed. */
static bool read_loose(const struct gate_repo *repo, const struct gate_buf *oids, struct gate_buf *got)
{
	if (oids->len / (GATE_HEXSZ + 1) > LOOSE_MAX)
		return false;
	for (const char *p = oids->s, *end = p + oids->len; p < end; p += GATE_HEXSZ + 1) {
		gate_auto(gate_buf) struct gate_buf text = { 0 };
		char oid[GATE_HEXSZ + 1];

		snprintf(oid, sizeof(oid), "%.40s", p);
		if (!gate_loose_read(repo, oid, "blob", (size_t)64 << 20, &text))
			return false;
		gate_buf_fmt(got, "%s blob %zu\n", oid, text.len);
		gate_buf_add(got, gate_buf_cstr(&text), text.len);
		gate_buf_char(got, '\n');
	}
	return !got->failed;
}

int gate_pending_read(const struct gate_repo *repo, const struct gate_buf *oids, int (*fn)(struct gate_record *r, void *arg), void *arg,
		      struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf got = { 0 };
	static const char blob[] = " blob ";
	size_t at = 0;
	int stop = 0;

	if (oids->len == 0)
		return 0;
	if (!read_loose(repo, oids, &got)) {
		gate_buf_clear(&got);
		if (gate_git(repo, (const char *const[]){ "cat-file", "--batch", NULL }, oids->s, oids->len, &got, err) < 0)
			return -(int)err->code;
	}
	while (at < got.len && !stop) {
		const char *head = got.s + at, *lf = memchr(head, '\n', got.len - at);
		size_t size;

		if (!lf)
			break;
		at += (size_t)(lf + 1 - head);
		if ((size_t)(lf - head) < GATE_HEXSZ + sizeof(blob) || memcmp(head + GATE_HEXSZ, blob, sizeof(blob) - 1) != 0)
			continue; /* closed meanwhile */
		size = strtoul(head + GATE_HEXSZ + sizeof(blob) - 1, NULL, 10);
		if (size >= got.len - at)
			return gate_err_set(err, GATE_E_GIT, "git cat-file answered out of form");
		read_one(head, got.s + at, size, fn, arg, &stop);
		at += size + 1;
	}
	return 0;
}

int gate_pending_each(const struct gate_server *s, const struct gate_strs *ids, int (*fn)(struct gate_record *r, void *arg),
		      void *arg, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf oids = { 0 };

	for (size_t i = 0; i < ids->n; i++) {
		gate_autofree char *name = gate_fmt("%s%s", GATE_REFS_RECORD, ids->v[i]);
		struct gate_ref ref = { 0 };

		if (!name || gate_ref_read(s->refs, name, &ref, err) < 0)
			return -(int)err->code;
		gate_buf_fmt(&oids, "%s\n", ref.oid);
	}
	return gate_pending_read(&s->repo, &oids, fn, arg, err);
}

int gate_pending_add_oid(const char *name, const struct gate_ref *ref, void *oids)
{
	(void)name;
	gate_buf_fmt(oids, "%s\n", ref->oid);
	return 0;
}

int gate_pending_all(const struct gate_server *s, int (*fn)(struct gate_record *r, void *arg), void *arg, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf oids = { 0 };

	if (gate_refs_each(s->refs, GATE_REFS_RECORD, gate_pending_add_oid, &oids, err) < 0)
		return -(int)err->code;
	return gate_pending_read(&s->repo, &oids, fn, arg, err);
}

/* ---- opening and closing ---- */

int gate_pending_open(const struct gate_server *s, struct gate_record *r, struct gate_ref_updates *u, struct gate_err *err)
{
	static const char zeros[] = "0000000000000000000000000000000000000000";
	gate_autofree char *name = gate_fmt("%s%s", GATE_REFS_RECORD, r->id);
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	if (!name || gate_record_write(r, &b, err) < 0 || gate_loose_write(&s->repo, "blob", b.s, b.len, r->oid, err) < 0 ||
	    gate_ref_updates_add(u, name, r->oid, zeros, err) < 0)
		return gate_err_wrap(err, "pending %s", r->id);
	for (size_t i = 0; i < r->n_refs; i++) {
		if (r->refs[i].pending_ref[0] &&
		    gate_ref_updates_add(u, r->refs[i].pending_ref, r->refs[i].new, zeros, err) < 0)
			return -(int)err->code;
	}
	/* Its checkpoint was synced when it was handed out, so the leaves reach it. */
	return each_was(r, true, u, err) < 0 ? -(int)err->code : gate_witness_add(s, u, err);
}

struct closing {
	struct gate_ref_updates *u;
	struct gate_signed *statements;
	struct gate_err *err;
	bool failed;
};

static int close_approval(const char *name, const struct gate_ref *ref, void *arg)
{
	static const char zeros[] = "0000000000000000000000000000000000000000";
	struct closing *c = arg;

	c->failed |= gate_archive_statement(c->statements, strrchr(name, '/') + 1, ref->oid, c->err) < 0 ||
		     gate_ref_updates_add(c->u, name, zeros, ref->oid, c->err) < 0;
	return c->failed;
}

int gate_pending_close(const struct gate_server *s, const struct gate_record *r, char archive[GATE_HEXSZ + 1],
		       struct gate_ref_updates *u, struct gate_err *err)
{
	static const char zeros[] = "0000000000000000000000000000000000000000";
	gate_autofree char *prefix = gate_fmt("%s%s/", GATE_REFS_APPROVALS, r->id);
	gate_autofree char *name = gate_fmt("%s%s", GATE_REFS_RECORD, r->id);
	gate_auto(gate_signed) struct gate_signed statements = { 0 };
	struct closing c = { .u = u, .statements = &statements, .err = err };

	if (!prefix || !name)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (gate_refs_each(s->refs, prefix, close_approval, &c, err) < 0 || c.failed ||
	    gate_archive_add(s, r, &statements, archive, err) < 0 || gate_ref_updates_add(u, name, zeros, NULL, err) < 0)
		return gate_err_wrap(err, "closing %s", r->id);
	for (size_t i = 0; i < r->n_refs; i++) {
		if (!r->refs[i].pending_ref[0])
			continue;
		/* It was readable until now: who brings its objects again names nothing hidden. */
		if (gate_decided_held(s, r->refs[i].new, err) < 0 ||
		    gate_ref_updates_add(u, r->refs[i].pending_ref, zeros, NULL, err) < 0)
			return -(int)err->code;
	}
	return each_was(r, false, u, err);
}

void gate_pending_opened(const struct gate_server *s, const struct gate_record *r)
{
	gate_autofree char *dir = open_path(s, r->actor.name, NULL);
	gate_autofree char *path = open_path(s, r->actor.name, r->id);
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err ignored = { 0 };

	if (r->oid[0])
		gate_summary_note(&s->repo, r->oid, r);
	if (path && gate_file_exists(path))
		return;
	gate_buf_fmt(&b, "%" PRId64 "\n", r->bytes);
	for (size_t i = 0; i < r->n_refs; i++)
		gate_buf_fmt(&b, "%s\n", r->refs[i].ref);
	if (dir && path && !b.failed && gate_mkdirs(dir, 0700, &ignored) == 0)
		gate_write_file(path, b.s, b.len, 0600, false, &ignored);
}

void gate_pending_closed(const struct gate_server *s, const struct gate_record *r, const char *archive)
{
	gate_autofree char *mine = open_path(s, r->actor.name, r->id);

	gate_archive_note(s, r->id, archive);
	if (mine)
		unlink(mine);
}

static int index_record(struct gate_record *r, void *arg)
{
	struct gate_server *s = arg;
	gate_autofree char *path = open_path(s, r->actor.name, r->id);

	if (path && !gate_file_exists(path))
		gate_pending_opened(s, r);
	return 0;
}

int gate_pending_rebuild(struct gate_server *s, struct gate_err *err)
{
	gate_autoclose int lock = gate_pending_lock(s, err);

	if (lock < 0 || gate_server_refresh(s, err) < 0 || gate_archive_rebuild(s, err) < 0)
		return -(int)err->code;
	return gate_pending_all(s, index_record, s, err);
}

static int count_loose(const struct gate_server *s)
{
	gate_autofree char *path = gate_fmt("%s/%s", s->repo.dir, GATE_REFS_RECORD);
	DIR *d = path ? opendir(path) : NULL;
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

void gate_pending_tidy(const struct gate_server *s)
{
	struct gate_err ignored = { 0 };

	if (count_loose(s) > LOOSE_MAX)
		gate_git(&s->repo, (const char *const[]){ "pack-refs", "--all", NULL }, NULL, 0, NULL, &ignored);
}
