#include "gate/anchors.h"

#include "base/io.h"
#include "gate/decided.h"
#include "gate/pending.h"

#include <string.h>

struct list {
	struct gate_checkpoint *v;
	size_t n, cap;
	struct gate_err *err;
};

static int add(struct list *l, const char *text)
{
	struct gate_checkpoint cp;

	if (!gate_checkpoint_parse(text, &cp))
		return 0;
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 32;
		struct gate_checkpoint *v = reallocarray(l->v, cap, sizeof(*v));

		if (!v)
			return gate_err_set(l->err, GATE_E_NOMEM, "out of memory");
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = cp;
	return 0;
}

/* Every "log <origin> <size> <root>" line of signed statements: those stored for open pendings, and those in the archive. */
static int scan(struct list *l, const char *text, size_t len)
{
	const char *end = text + len;

	for (const char *p = text; p < end;) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		size_t n = lf ? (size_t)(lf - p) : (size_t)(end - p);
		gate_autofree char *line = n > 4 && memcmp(p, "log ", 4) == 0 ? strndup(p + 4, n - 4) : NULL;

		if (line && add(l, line) < 0)
			return -1;
		p += n + 1;
	}
	return 0;
}

static int list_oid(const char *name, const struct gate_ref *ref, void *arg)
{
	(void)name;
	gate_buf_fmt(arg, "%s\n", ref->oid);
	return 0;
}

static int list_archived(const struct gate_server *s, struct gate_buf *ask, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	struct gate_ref tip;
	char *line, *save = NULL;

	if (gate_ref_read(s->refs, GATE_REF_ARCHIVE, &tip, err) < 0)
		return -(int)err->code;
	if (tip.kind != GATE_REF_DIRECT)
		return 0;
	/* Names of 64 hex digits in the archive's trees are statements. */
	if (gate_git(&s->repo, (const char *const[]){ "log", "--format=", "--raw", "--no-abbrev", "--root", "--diff-filter=AM", "--no-renames",
						      "-m", "--first-parent", tip.oid, NULL }, NULL, 0, &out, err) < 0)
		return -(int)err->code;
	for (line = strtok_r(out.s, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const char *tab = strchr(line, '\t');

		if (tab && strlen(tab + 1) == 64 && tab - line > 2 * GATE_HEXSZ)
			gate_buf_fmt(ask, "%.40s\n", line + 15 + GATE_HEXSZ + 1);
	}
	return gate_buf_check(ask, err);
}

int gate_anchors_collect(const struct gate_server *s, struct gate_checkpoint **out, size_t *n, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf ask = { 0 }, got = { 0 };
	struct list l = { .err = err };

	*out = NULL;
	*n = 0;
	if (gate_refs_each(s->refs, GATE_REFS_APPROVALS, list_oid, &ask, err) < 0 || list_archived(s, &ask, err) < 0)
		return -(int)err->code;
	if (ask.len == 0)
		return 0;
	if (gate_git(&s->repo, (const char *const[]){ "cat-file", "--batch", NULL }, ask.s, ask.len, &got, err) < 0)
		return -(int)err->code;
	if (scan(&l, got.s, got.len) < 0) {
		free(l.v);
		return -(int)err->code;
	}
	*out = l.v;
	*n = l.n;
	return 0;
}

struct looking {
	const struct gate_server *s;
	struct gate_buf *lines;
	struct gate_err *err;
};

static int look(const char *name, const struct gate_ref *ref, void *arg)
{
	struct looking *l = arg;
	bool has = true;

	if (ref->kind != GATE_REF_DIRECT)
		return 0;
	if (gate_decided_has(l->s, name, ref->oid, &has, l->err) < 0)
		return 1;
	if (!has) {
		gate_buf_str(l->lines, "note: ");
		gate_escape(l->lines, name, strlen(name));
		gate_buf_fmt(l->lines, " stands at %s, which no decision put there\n", ref->oid);
	}
	return 0;
}

int gate_anchors_unexplained(const struct gate_server *s, struct gate_buf *lines, struct gate_err *err)
{
	static const char *const rooms[] = { "refs/heads/", "refs/tags/" };
	struct looking l = { s, lines, err };

	for (size_t i = 0; i < GATE_ARRAY_LEN(rooms); i++) {
		if (gate_refs_each(s->refs, rooms[i], look, &l, err) < 0 || err->code != GATE_OK)
			return -(int)err->code;
	}
	return gate_buf_check(lines, err);
}
