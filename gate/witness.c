#include "gate/witness.h"

#include "audit/leaves.h"
#include "base/io.h"
#include "repo/loose.h"

#include <string.h>

#define EMPTY_TREE "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
#define PART_MAX ((size_t)64 << 20)

/* "<tip> LF" and the mark where it ends: a cache, so that a hold reads only what is new in the log. */
static bool cached_mark(const struct gate_server *s, const char *tip, struct gate_log_mark *m)
{
	gate_autofree char *path = gate_server_path(s, "leaves");
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err ignored = { 0 };

	return path && gate_read_file(path, 65536, &b, &ignored) == 0 && b.len > GATE_HEXSZ && b.s[GATE_HEXSZ] == '\n' &&
	       memcmp(b.s, tip, GATE_HEXSZ) == 0 && gate_log_mark_parse(b.s + GATE_HEXSZ + 1, b.len - GATE_HEXSZ - 1, m);
}

static void cache_mark(const struct gate_server *s, const char *tip, const struct gate_log_mark *m)
{
	gate_autofree char *path = gate_server_path(s, "leaves");
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err ignored = { 0 };

	gate_buf_fmt(&b, "%s\n", tip);
	gate_log_mark_format(m, &b);
	if (path && !b.failed)
		gate_write_file(path, b.s, b.len, 0600, false, &ignored);
}

/* Without the cache the tip itself tells which tree it ends with. One that cannot be read is followed by a part that begins anew. */
static void tip_mark(const struct gate_server *s, const char *tip, struct gate_log_mark *m)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err ignored = { 0 };
	struct gate_leaves part;
	const char *text;

	*m = (struct gate_log_mark){ 0 };
	if (gate_is_zero_oid(tip) || cached_mark(s, tip, m))
		return;
	*m = (struct gate_log_mark){ 0 };
	if (gate_git_read(&s->repo, tip, "commit", PART_MAX, &b, &ignored) < 0)
		return;
	text = strstr(gate_buf_cstr(&b), "\n\n");
	if (!text || !gate_leaves_parse(text + 2, b.len - (size_t)(text + 2 - b.s), &part))
		return;
	m->tree = part.before;
	m->offset = GATE_LEAVES_LOST;
	for (uint64_t i = part.from; i < part.to; i++) {
		if (!gate_leaves_push(&part, i, &m->tree))
			*m = (struct gate_log_mark){ 0 };
	}
}

static int write_part(const struct gate_server *s, const char *tip, const struct gate_buf *part, char oid[GATE_HEXSZ + 1],
		      struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf commit = { 0 };
	bool first = gate_is_zero_oid(tip);
	char tree[GATE_HEXSZ + 1];

	/* git knows the empty tree without having it; other programs that read a repository need not. */
	if (first && gate_loose_write(&s->repo, "tree", "", 0, tree, err) < 0)
		return -(int)err->code;
	gate_buf_str(&commit, "tree " EMPTY_TREE "\n");
	if (!first)
		gate_buf_fmt(&commit, "parent %s\n", tip);
	gate_buf_fmt(&commit, "author refgate <refgate@localhost> %ld +0000\ncommitter refgate <refgate@localhost> %ld +0000\n\n",
		     (long)s->now, (long)s->now);
	gate_buf_add(&commit, part->s, part->len);
	return gate_buf_check(&commit, err) < 0 ? -(int)err->code :
						  gate_loose_write(&s->repo, "commit", commit.s, commit.len, oid, err);
}

int gate_witness_add(const struct gate_server *s, struct gate_ref_updates *u, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf part = { 0 };
	struct gate_log_mark m;
	char oid[GATE_HEXSZ + 1];
	struct gate_ref tip;

	if (gate_ref_read(s->refs, GATE_REF_LEAVES, &tip, err) < 0)
		return -(int)err->code;
	tip_mark(s, tip.oid, &m);
	if (gate_leaves_follow(s->audit, &m, &part, err) < 0)
		return -(int)err->code;
	if (part.len == 0)
		return 0;
	if (write_part(s, tip.oid, &part, oid, err) < 0 || gate_ref_updates_add(u, GATE_REF_LEAVES, oid, tip.oid, err) < 0)
		return gate_err_wrap(err, "%s", GATE_REF_LEAVES);
	cache_mark(s, oid, &m);
	return 0;
}
