#include "gate/ledger_reach.h"

#include "base/io.h"

#include <string.h>

struct gate_reach gate_reach_of(const struct gate_change *c, const struct gate_facts *f, bool everywhere)
{
	bool on = f->fast_forward && !gate_is_zero_oid(c->new);

	return (struct gate_reach){ on ? c->old : f->base, everywhere, on ? "" : c->ref };
}

struct asking {
	const struct gate_reach *where;
	struct gate_strs tips; /* those that were found already are "" */
};

static void found(struct asking *a, const char *oid)
{
	for (size_t i = 0; i < a->tips.n; i++) {
		if (strcmp(a->tips.v[i], oid) == 0)
			a->tips.v[i][0] = '\0';
	}
}

/* A ref that stands at the commit needs no git to find it: the usual case. */
static int at_a_tip(const char *name, const struct gate_ref *ref, void *arg)
{
	struct asking *a = arg;

	if (ref->kind == GATE_REF_DIRECT && strcmp(name, a->where->moves) != 0)
		found(a, ref->oid);
	return 0;
}

/* Commits that a gc removed are gone too; git would stop at the first of them. */
static int sort_out_missing(const struct gate_server *s, const struct asking *a, struct gate_buf *in, struct gate_strs *lost,
			    struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf names = { 0 }, out = { 0 };
	char *save = NULL;

	for (size_t i = 0; i < a->tips.n; i++) {
		if (a->tips.v[i][0])
			gate_buf_fmt(&names, "%s\n", a->tips.v[i]);
	}
	if (!names.len)
		return 0;
	if (gate_git(&s->repo, (const char *const[]){ "cat-file", "--batch-check", NULL }, names.s, names.len, &out, err) < 0)
		return -(int)err->code;
	for (char *line = out.s ? strtok_r(out.s, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
		char *rest = strchr(line, ' ');

		if (!rest)
			continue;
		*rest++ = '\0';
		if (strcmp(rest, "missing") == 0 && gate_strs_add(lost, line, err) < 0)
			return -(int)err->code;
		if (gate_starts_with(rest, "commit "))
			gate_buf_fmt(in, "%s\n", line);
	}
	return gate_buf_check(in, err);
}

/* Those that git lists are in no history of the other side. Refs of the gate's own, and what waits there, are no place where anything landed. */
static int ask(const struct gate_server *s, const struct asking *a, struct gate_buf *in, struct gate_strs *lost, struct gate_err *err)
{
	gate_autofree char *without = gate_fmt("--exclude=%s", a->where->moves[0] ? a->where->moves : "refs/refgate/*");
	const char *const everywhere[] = { "rev-list", "--stdin", "--not", "--exclude=refs/pending/*", "--exclude=refs/refgate/*",
					   "--exclude=refs/refgate-kept/*", "--exclude=refs/approvals/*", "--exclude=refs/trace/*", without,
					   "--all", NULL };
	const char *const one[] = { "rev-list", "--stdin", NULL };
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	char *save = NULL;

	if (!in->len)
		return 0;
	if (a->where->kept[0] && !gate_is_zero_oid(a->where->kept))
		gate_buf_fmt(in, "^%s\n", a->where->kept);
	if (!without || gate_git(&s->repo, a->where->everywhere ? everywhere : one, in->s, in->len, &out, err) < 0)
		return -(int)err->code;
	for (char *line = out.s ? strtok_r(out.s, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
		if (gate_strs_has(&a->tips, line) && gate_strs_add(lost, line, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

int gate_reach_lost(const struct gate_server *s, const struct gate_reach *where, const struct gate_strs *tips, struct gate_strs *lost,
		    struct gate_err *err)
{
	struct asking a = { .where = where };
	gate_auto(gate_buf) struct gate_buf in = { 0 };
	struct gate_err why = { 0 };

	if (tips->n == 0)
		return 0;
	if (gate_strs_copy(&a.tips, tips, err) == 0) {
		found(&a, where->kept);
		if (!where->everywhere && (!where->kept[0] || gate_is_zero_oid(where->kept)))
			gate_strs_copy(lost, tips, err); /* nothing of the history stays */
		else if ((where->everywhere && gate_refs_each(s->refs, "refs/heads/", at_a_tip, &a, &why) < 0) ||
		    sort_out_missing(s, &a, &in, lost, &why) < 0 || ask(s, &a, &in, lost, &why) < 0)
			gate_strs_clear(lost);
	}
	gate_strs_clear(&a.tips);
	return err->code == GATE_OK ? 0 : -(int)err->code;
}
