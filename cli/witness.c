#include "cli/witness.h"

#include "audit/leaves.h"
#include "base/io.h"
#include "gate/witness.h"
#include "repo/loose.h"

#include <string.h>

#define NEW_PARTS 64
#define FEW_PARTS "--max-count=64"
#define PART_MAX ((size_t)64 << 20)

/* What the gate shows, newest part first, and what was found of it. */
struct shown {
	struct gate_buf text; /* "<oid> LF <part> NUL" each */
	struct gate_strs oids;
	struct gate_leaves *parts;
	size_t n;
	char tip[GATE_HEXSZ + 1];
	char base[GATE_HEXSZ + 1]; /* the part this clone keeps, "" when none */
	size_t base_at;		   /* its index, n when the gate does not show it any more */
};

static void shown_clear(struct shown *s)
{
	gate_buf_clear(&s->text);
	gate_strs_clear(&s->oids);
	free(s->parts);
	*s = (struct shown){ 0 };
}

/* A root that is asked for, and what the leaves say of it. */
struct asked {
	const struct gate_checkpoint *cp;
	bool reached, same;
};

static int differs(const struct gate_target *t, const char *how, struct gate_err *err)
{
	return gate_err_set(err, GATE_E_LOG, "the log of the gate at %s %s; nothing was signed. Compare `git config refgate.%s.checkpoint` with "
					    "another maintainer's, and have an admin run `refgate log verify`. If the admin means it (`refgate "
					    "log adopt`), forget the old log: git config --unset refgate.%s.checkpoint",
			    t->remote, how, t->remote, t->remote);
}

/* ---- what the gate shows ---- */

static int parse(struct shown *s, struct gate_err *err)
{
	size_t max = 1;

	for (size_t i = 0; i < s->text.len; i++)
		max += s->text.s[i] == '\0';
	s->parts = calloc(max, sizeof(*s->parts));
	if (!s->parts)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (const char *p = gate_buf_cstr(&s->text), *end = p + s->text.len; p < end;) {
		const char *nul = memchr(p, '\0', (size_t)(end - p));
		const char *stop = nul ? nul : end;

		if (stop - p <= GATE_HEXSZ || p[GATE_HEXSZ] != '\n' ||
		    !gate_leaves_parse(p + GATE_HEXSZ + 1, (size_t)(stop - p) - GATE_HEXSZ - 1, &s->parts[s->n]))
			return gate_err_set(err, GATE_E_LOG, "%s of the gate: a part is out of form; nothing was signed", GATE_REF_LEAVES);
		if (gate_strs_addn(&s->oids, p, GATE_HEXSZ, err) < 0)
			return -(int)err->code;
		s->n++;
		p = stop + 1;
	}
	return 0;
}

static int found(struct shown *s, struct gate_err *err)
{
	if (parse(s, err) < 0)
		return -(int)err->code;
	for (s->base_at = 0; s->base_at < s->n && strcmp(s->oids.v[s->base_at], s->base) != 0; s->base_at++)
		;
	return 0;
}

/* The few parts that are new since the kept one were just fetched and lie loose: read without a git process. False: ask git, for this finds
 * all of it or nothing. */
static bool list_new(const struct gate_repo *repo, struct shown *s)
{
	static const char parent[] = "\nparent ";
	char at[GATE_HEXSZ + 1];

	gate_copy(at, sizeof(at), s->tip);
	for (int i = 0; i < NEW_PARTS; i++) {
		gate_auto(gate_buf) struct gate_buf commit = { 0 };
		const char *text, *up;

		if (!gate_loose_read(repo, at, "commit", PART_MAX, &commit) || !(text = strstr(commit.s, "\n\n")))
			return false;
		gate_buf_fmt(&s->text, "%s\n", at);
		gate_buf_add(&s->text, text + 2, commit.len - (size_t)(text + 2 - commit.s));
		gate_buf_char(&s->text, '\0');
		if (strcmp(at, s->base) == 0)
			return !s->text.failed;
		up = strstr(commit.s, parent);
		if (!up || up > text)
			return false;
		snprintf(at, sizeof(at), "%.40s", up + sizeof(parent) - 1);
	}
	return false;
}

/* The parts down to the kept one, the newest few where none is kept, or all of them: a log has no end, and what git prints has. */
static int list(const struct gate_target *t, struct shown *s, bool all, struct gate_err *err)
{
	gate_autofree char *above = all || !s->base[0] ? NULL : gate_fmt("^%s^@", s->base);
	const char *args[] = { "log", "-z", "--first-parent", "--format=%H%n%B", s->tip, above ? above : all ? NULL : FEW_PARTS, NULL };
	gate_auto(gate_buf) struct gate_buf errs = { 0 };
	int code;

	gate_buf_reset(&s->text);
	gate_strs_clear(&s->oids);
	free(s->parts);
	s->parts = NULL;
	s->n = 0;
	if (above && list_new(&t->clone, s))
		return found(s, err);
	gate_buf_reset(&s->text);
	/* A kept part that is here no more (pruned) leaves all of them to be looked at. */
	if (gate_git_code(&t->clone, args, NULL, 0, &s->text, &errs, &code, err) < 0)
		return -(int)err->code;
	if (code && above)
		return list(t, s, true, err);
	if (code)
		return gate_err_set(err, GATE_E_GIT, "git log: the parts of %s cannot be read", GATE_REF_LEAVES);
	return found(s, err);
}

static int tips(struct gate_target *t, const char *repo_id, bool known, struct shown *s, struct gate_err *err)
{
	gate_autofree char *shown = gate_fmt("%slog/leaves", t->room);
	gate_autofree char *kept = gate_fmt("%s%s", GATE_REFS_KEPT, repo_id);
	gate_autorefs struct gate_refs *refs = NULL;
	struct gate_ref tip, base = { 0 };

	if (!shown || !kept)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (gate_refs_open(&t->clone, &refs, err) < 0 || gate_ref_read(refs, shown, &tip, err) < 0 ||
	    gate_ref_read(refs, kept, &base, err) < 0)
		return -(int)err->code;
	gate_copy(s->tip, sizeof(s->tip), tip.kind == GATE_REF_DIRECT ? tip.oid : "");
	/* Who forgot the checkpoint forgot the log. */
	gate_copy(s->base, sizeof(s->base), known && base.kind == GATE_REF_DIRECT ? base.oid : "");
	gate_copy(t->keep_ref, sizeof(t->keep_ref), kept);
	gate_copy(t->keep_old, sizeof(t->keep_old), base.oid);
	return 0;
}

/* ---- what follows from it ---- */

static bool same_frontier(const struct gate_tree *a, const struct gate_tree *b)
{
	for (unsigned l = 0; l < GATE_TREE_LEVELS; l++) {
		if (a->size >> l & 1 && memcmp(a->node[l], b->node[l], sizeof(a->node[l])) != 0)
			return false;
	}
	return a->size == b->size;
}

static void look(struct asked *asked, size_t n, const struct gate_tree *t)
{
	uint8_t root[32];

	for (size_t i = 0; i < n; i++) {
		if (!asked[i].cp || asked[i].cp->size != t->size)
			continue;
		gate_tree_root(t, root);
		asked[i].reached = true;
		asked[i].same = memcmp(root, asked[i].cp->root, sizeof(root)) == 0;
	}
}

/* Where a walk may begin: a part that begins at 0, which a log that was adopted has once more, but not one behind what is kept. */
static size_t first(const struct shown *s)
{
	size_t i = s->base[0] ? s->base_at : 0;

	while (i + 1 < s->n && s->parts[i].from != 0)
		i++;
	return i;
}

/* From the oldest part on, each must follow the one before it. False: one does not. */
static bool walk(const struct shown *s, struct asked *asked, size_t n)
{
	size_t i = first(s);
	struct gate_tree tree = s->parts[i].before;

	look(asked, n, &tree);
	for (;; i--) {
		const struct gate_leaves *p = &s->parts[i];

		if (p->from != tree.size || !same_frontier(&p->before, &tree))
			return false;
		for (uint64_t k = p->from; k < p->to; k++) {
			if (!gate_leaves_push(p, k, &tree))
				return false;
			look(asked, n, &tree);
		}
		if (i == 0)
			return true;
	}
}

static bool older_than_shown(const struct shown *s, const struct asked *asked, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (asked[i].cp && asked[i].cp->size < s->parts[s->n - 1].from)
			return true;
	}
	return false;
}

static int judge(const struct gate_target *t, const struct shown *s, struct asked asked[2], struct gate_err *err)
{
	if (s->base[0] && s->base_at == s->n)
		return differs(t, "is not the one this clone has seen: it was rolled back or rewritten", err);
	if (!walk(s, asked, 2))
		return differs(t, "was begun anew or rewritten since this clone saw it", err);
	if (!asked[0].reached || !asked[0].same)
		return differs(t, "does not contain the checkpoint of this pending", err);
	if (asked[1].cp && (!asked[1].reached || !asked[1].same))
		return differs(t, asked[1].reached ? "has other entries than the ones this clone has seen: it was rewritten" :
						     "is shorter than the one this clone has seen: it was cut or rolled back",
			       err);
	return 0;
}

static int check(struct gate_target *t, const char *repo_id, const struct gate_checkpoint *kept, const struct gate_checkpoint *now,
		 struct gate_err *err)
{
	gate_auto(shown) struct shown s = { 0 };
	struct asked asked[2] = { { .cp = now }, { .cp = kept } };

	if (tips(t, repo_id, kept != NULL, &s, err) < 0)
		return -(int)err->code;
	if (!s.tip[0])
		return kept ? differs(t, "grew, and the gate does not show its leaves (" GATE_REF_LEAVES ")", err) : 0;
	if (list(t, &s, false, err) < 0 || (s.n && older_than_shown(&s, asked, 2) && list(t, &s, true, err) < 0))
		return -(int)err->code;
	if (s.n == 0) /* all that is shown lies behind what is kept */
		return differs(t, "is shorter than the one this clone has seen: it was cut or rolled back", err);
	if (judge(t, &s, asked, err) < 0)
		return -(int)err->code;
	gate_copy(t->keep_new, sizeof(t->keep_new), s.tip);
	return 0;
}

int gate_witness_check(struct gate_target *t, const char *repo_id, const struct gate_checkpoint *kept, const struct gate_checkpoint *now,
		       struct gate_err *err)
{
	struct gate_err first_time = { 0 };

	if (kept && kept->size == now->size && memcmp(kept->root, now->root, sizeof(now->root)) == 0)
		return 0;
	if (t->with_log && check(t, repo_id, kept, now, &first_time) == 0)
		return 0;
	/* Not fetched yet; or another command in this clone fetched later than this one, and has remembered more than this one was shown. */
	return gate_target_fetch_log(t, err) < 0 ? -(int)err->code : check(t, repo_id, kept, now, err);
}
