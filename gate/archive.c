#include "gate/archive.h"

#include "base/crypto.h"
#include "base/io.h"
#include "repo/loose.h"

#include <inttypes.h>
#include <string.h>

void gate_signed_clear(struct gate_signed *st)
{
	gate_buf_clear(&st->entries);
}

/* "<mode> <name>\0<20 bytes>", the form of git's tree objects. */
static int add_entry(struct gate_buf *tree, const char *name, const char *oid, struct gate_err *err)
{
	uint8_t raw[GATE_HEXSZ / 2];

	if (!gate_is_oid(oid) || !gate_unhex(oid, raw, sizeof(raw)))
		return gate_err_set(err, GATE_E_BUG, "%s: a tree entry that names no object", name);
	gate_buf_fmt(tree, "100644 %s%c", name, '\0');
	gate_buf_add(tree, raw, sizeof(raw));
	return gate_buf_check(tree, err);
}

int gate_archive_statement(struct gate_signed *st, const char *fp, const char *oid, struct gate_err *err)
{
	return add_entry(&st->entries, fp, oid, err);
}

int gate_archive_tip(const struct gate_server *s, char tip[GATE_HEXSZ + 1], struct gate_err *err)
{
	struct gate_ref ref;

	if (gate_ref_read(s->refs, GATE_REF_ARCHIVE, &ref, err) < 0)
		return -(int)err->code;
	gate_copy(tip, GATE_HEXSZ + 1, ref.oid);
	return 0;
}

int gate_archive_add(const struct gate_server *s, const struct gate_record *r, const struct gate_signed *st, char tip[GATE_HEXSZ + 1],
		     struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf record = { 0 }, tree = { 0 }, commit = { 0 };
	char oid[GATE_HEXSZ + 1];

	gate_buf_add(&tree, gate_buf_cstr(&st->entries), st->entries.len);
	if (gate_record_write(r, &record, err) < 0 || gate_loose_write(&s->repo, "blob", record.s, record.len, oid, err) < 0 ||
	    add_entry(&tree, "record", oid, err) < 0 || gate_loose_write(&s->repo, "tree", tree.s, tree.len, oid, err) < 0)
		return -(int)err->code;
	gate_buf_fmt(&commit, "tree %s\n", oid);
	if (!gate_is_zero_oid(tip))
		gate_buf_fmt(&commit, "parent %s\n", tip);
	for (int i = 0; i < 2; i++)
		gate_buf_fmt(&commit, "%s refgate <refgate@localhost> %" PRId64 " +0000\n", i ? "committer" : "author", s->now);
	gate_buf_fmt(&commit, "\npending %s %s\n", r->id, gate_state_name(r->state));
	if (gate_buf_check(&commit, err) < 0)
		return -(int)err->code;
	return gate_loose_write(&s->repo, "commit", commit.s, commit.len, tip, err);
}

/* ---- finding them again ---- */

void gate_archive_note(const struct gate_server *s, const char *id, const char *commit)
{
	gate_autofree char *path = gate_server_path(s, "closed");
	gate_autofree char *line = gate_fmt("%s %s\n", id, commit);
	struct gate_err ignored = { 0 };

	if (path && line)
		gate_append_lines(path, line, strlen(line), &ignored);
}

/* The last line of an id counts: one that is rebased after it closed is written twice. A line that a crash cut short names nothing. */
bool gate_archive_find(const struct gate_server *s, const char *id, char commit[GATE_HEXSZ + 1])
{
	gate_autofree char *path = gate_server_path(s, "closed");
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err ignored = { 0 };

	commit[0] = '\0';
	if (!path || gate_read_file(path, (size_t)64 << 20, &b, &ignored) < 0)
		return false;
	for (const char *p = gate_buf_cstr(&b), *end = p + b.len; p < end;) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));

		if (lf && lf - p == GATE_ID_LEN + 1 + GATE_HEXSZ && memcmp(p, id, GATE_ID_LEN) == 0) {
			memcpy(commit, p + GATE_ID_LEN + 1, GATE_HEXSZ);
			commit[GATE_HEXSZ] = '\0';
		}
		p = lf ? lf + 1 : end;
	}
	return gate_is_oid(commit);
}

/* "<commit> pending <id> <state>" a line, oldest first. */
int gate_archive_rebuild(const struct gate_server *s, struct gate_err *err)
{
	gate_autofree char *path = gate_server_path(s, "closed");
	gate_auto(gate_buf) struct gate_buf log = { 0 }, out = { 0 };
	char tip[GATE_HEXSZ + 1];

	if (!path || gate_archive_tip(s, tip, err) < 0)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (gate_is_zero_oid(tip))
		return 0;
	if (gate_git(&s->repo, (const char *const[]){ "log", "--reverse", "--format=%H %s", tip, NULL }, NULL, 0, &log, err) < 0)
		return -(int)err->code;
	for (const char *p = gate_buf_cstr(&log); *p; p += strcspn(p, "\n") + 1) {
		char id[GATE_ID_LEN + 1];

		if (strlen(p) > GATE_HEXSZ && sscanf(p + GATE_HEXSZ, " pending %8s ", id) == 1 && gate_id_valid(id))
			gate_buf_fmt(&out, "%s %.40s\n", id, p);
	}
	if (gate_buf_check(&out, err) < 0)
		return -(int)err->code;
	return gate_write_file(path, gate_buf_cstr(&out), out.len, 0600, true, err);
}
