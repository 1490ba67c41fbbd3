#include "gate/pick.h"

#include "base/io.h"
#include "repo/loose.h"

#include <string.h>
#include <sys/stat.h>

#define MERGE_MS 30000
#define PATHS_SHOWN 10
#define COMMIT_MAX ((size_t)16 << 20)

/* ---- git in an object directory of its own ---- */

static int make_dir(const struct gate_repo *repo, char out[PATH_MAX], struct gate_err *err)
{
	/* git's own name for such a folder: what a crash leaves behind, `git gc` removes. */
	if (snprintf(out, PATH_MAX, "%s/tmp_objdir-refgate-XXXXXX", repo->objects) >= PATH_MAX || strpbrk(repo->objects, "\"\\\n"))
		return gate_err_set(err, GATE_E_LIMIT, "the repository's path is too long, or has a quote or a backslash");
	if (mkdtemp(out))
		return 0;
	out[0] = '\0';
	return gate_err_errno(err, "%s", repo->objects);
}

int gate_picks_begin(const struct gate_repo *repo, struct gate_picks *p, struct gate_err *err)
{
	*p = (struct gate_picks){ .repo = repo };
	return make_dir(repo, p->scratch, err) < 0 ? -(int)err->code : make_dir(repo, p->objects, err);
}

void gate_picks_clear(struct gate_picks *p)
{
	struct gate_err ignored = { 0 };

	if (p->scratch[0])
		gate_remove_tree(p->scratch, &ignored);
	gate_err_reset(&ignored);
	if (p->objects[0])
		gate_remove_tree(p->objects, &ignored);
	gate_strs_clear(&p->tips);
	gate_strs_clear(&p->bases);
	gate_buf_clear(&p->pack);
	*p = (struct gate_picks){ 0 };
}

static int run_in(const struct gate_picks *p, const char *dir, const char *const *argv, const struct gate_buf *in, struct gate_buf *out,
		  int *code, struct gate_err *err)
{
	gate_autofree char *own = gate_fmt("GIT_OBJECT_DIRECTORY=%s", dir);
	gate_autofree char *below = gate_fmt("GIT_ALTERNATE_OBJECT_DIRECTORIES=\"%s\"", p->repo->objects);
	gate_auto(gate_env) struct gate_env env = { 0 };
	gate_auto(gate_buf) struct gate_buf errs = { 0 }, safe = { 0 };
	gate_auto(gate_proc) struct gate_proc proc = { .argv = argv, .out = out, .errs = &errs, .max_out = (size_t)64 << 20 };

	if (!own || !below || gate_env_make(p->repo, (const char *const[]){ own, below, NULL }, &env, err) < 0)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	proc.env = env.v;
	proc.in = in ? gate_buf_cstr(in) : "";
	proc.in_len = in ? in->len : 0;
	if (gate_proc_run(&proc, MERGE_MS, err) < 0)
		return gate_err_wrap(err, "git %s", argv[1]);
	*code = gate_proc_exit(&proc);
	/* 1 is an answer of merge-tree: a conflict. */
	if (*code > 1 || (*code == 1 && strcmp(argv[1], "-c") != 0)) {
		gate_escape(&safe, gate_buf_cstr(&errs), strcspn(gate_buf_cstr(&errs), "\n"));
		return gate_err_set(err, GATE_E_GIT, "git: %s", safe.len ? safe.s : "failed without a word");
	}
	return 0;
}

static int first_oid(const struct gate_buf *out, char oid[GATE_HEXSZ + 1], struct gate_err *err)
{
	if (out->len >= GATE_HEXSZ) {
		memcpy(oid, out->s, GATE_HEXSZ);
		oid[GATE_HEXSZ] = '\0';
		if (gate_is_oid(oid))
			return 0;
	}
	return gate_err_set(err, GATE_E_GIT, "git gave no oid");
}

static int write_commit(const struct gate_picks *p, const struct gate_buf *text, char oid[GATE_HEXSZ + 1], struct gate_err *err)
{
	struct gate_repo there = *p->repo;

	gate_copy(there.objects, sizeof(there.objects), p->scratch);
	return gate_buf_check(text, err) < 0 ? -(int)err->code : gate_loose_write(&there, "commit", text->s, text->len, oid, err);
}

/* ---- one commit ---- */

/* What lies on top so far. */
struct top {
	char oid[GATE_HEXSZ + 1], tree[GATE_HEXSZ + 1];
};

static int tree_of(const struct gate_repo *repo, const char *commit, char tree[GATE_HEXSZ + 1], struct gate_err *err)
{
	static const char head[] = "tree ";
	gate_auto(gate_buf) struct gate_buf raw = { 0 };

	if (gate_git_read(repo, commit, "commit", COMMIT_MAX, &raw, err) < 0)
		return -(int)err->code;
	snprintf(tree, GATE_HEXSZ + 1, "%s", gate_starts_with(gate_buf_cstr(&raw), head) ? raw.s + sizeof(head) - 1 : "");
	return gate_is_oid(tree) ? 0 : gate_err_set(err, GATE_E_OBJECT, "%s: a commit without a tree", commit);
}

static int conflict(const struct gate_buf *out, const char *commit, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf paths = { 0 };
	size_t n = 0;

	/* The tree, then each path, NUL behind each. */
	for (size_t at = strlen(out->s) + 1; at < out->len && out->s[at]; at += strlen(out->s + at) + 1) {
		if (n++ >= PATHS_SHOWN)
			continue;
		gate_buf_str(&paths, n > 1 ? ", " : "");
		gate_escape(&paths, out->s + at, strlen(out->s + at));
	}
	if (n > PATHS_SHOWN)
		gate_buf_fmt(&paths, " and %zu more", n - PATHS_SHOWN);
	return gate_err_set(err, GATE_E_STALE, "%.12s conflicts with the target in %s", commit, gate_buf_cstr(&paths));
}

/* git 2.39 takes no --merge-base: a commit with the tree of the top and the parent of the picked one has that parent as its merge base. */
static int merge(const struct gate_picks *p, const char *commit, const char *parent, const struct top *top, char tree[GATE_HEXSZ + 1],
		 struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf text = { 0 }, out = { 0 };
	char ours[GATE_HEXSZ + 1];
	const char *argv[] = { "git", "-c", "merge.renames=true", "-c", "merge.directoryRenames=conflict", "-c", "merge.renameLimit=1000",
			       "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, commit, NULL };
	int code;

	gate_buf_fmt(&text, "tree %s\nparent %s\nauthor refgate <refgate@localhost> 0 +0000\ncommitter refgate <refgate@localhost> 0 +0000\n\n",
		     top->tree, parent);
	if (write_commit(p, &text, ours, err) < 0 || run_in(p, p->scratch, argv, NULL, &out, &code, err) < 0 ||
	    first_oid(&out, tree, err) < 0)
		return -(int)err->code;
	return code ? conflict(&out, commit, err) : 0;
}

/* Header lines that cannot go along: the new ones take their place, or what they sign is another commit. */
static bool goes(const char *line)
{
	static const char *const keys[] = { "tree ", "parent ", "gpgsig ", "gpgsig-sha256 ", "mergetag " };

	for (size_t i = 0; i < GATE_ARRAY_LEN(keys); i++) {
		if (gate_starts_with(line, keys[i]))
			return true;
	}
	return false;
}

/* The same commit with another tree and parent. */
static int rewrite(struct gate_picks *p, const char *commit, const struct top *on, const char *tree, char oid[GATE_HEXSZ + 1],
		   struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf raw = { 0 }, text = { 0 };
	const char *line;
	bool skip = false, was_signed = false;

	if (gate_git_read(p->repo, commit, "commit", COMMIT_MAX, &raw, err) < 0)
		return -(int)err->code;
	gate_buf_fmt(&text, "tree %s\nparent %s\n", tree, on->oid);
	for (line = gate_buf_cstr(&raw); *line && *line != '\n'; line += strcspn(line, "\n") + 1) {
		skip = line[0] == ' ' ? skip : goes(line);
		was_signed |= skip && gate_starts_with(line, "gpgsig");
		if (!skip)
			gate_buf_add(&text, line, strcspn(line, "\n") + 1);
	}
	gate_buf_add(&text, line, raw.len - (size_t)(line - gate_buf_cstr(&raw)));
	p->unsigned_now += was_signed;
	return write_commit(p, &text, oid, err);
}

static int pick_one(struct gate_picks *p, const char *commit, const char *parent, struct top *top, struct gate_err *err)
{
	char before[GATE_HEXSZ + 1], after[GATE_HEXSZ + 1], tree[GATE_HEXSZ + 1], oid[GATE_HEXSZ + 1];

	if (tree_of(p->repo, commit, after, err) < 0)
		return -(int)err->code;
	p->picked++;
	if (strcmp(top->oid, parent) == 0) { /* it lies right already */
		gate_copy(top->oid, sizeof(top->oid), commit);
		gate_copy(top->tree, sizeof(top->tree), after);
		return 0;
	}
	if (tree_of(p->repo, parent, before, err) < 0 || merge(p, commit, parent, top, tree, err) < 0)
		return -(int)err->code;
	if (strcmp(tree, top->tree) == 0 && strcmp(before, after) != 0) {
		p->picked--;
		p->dropped++;
		return 0;
	}
	if (rewrite(p, commit, top, tree, oid, err) < 0)
		return -(int)err->code;
	gate_copy(top->oid, sizeof(top->oid), oid);
	gate_copy(top->tree, sizeof(top->tree), tree);
	return 0;
}

/* ---- all of them ---- */

int gate_pick(struct gate_picks *p, const char *old, const char *new, const char *onto, char tip[GATE_HEXSZ + 1], struct gate_err *err)
{
	gate_autofree char *range = gate_fmt("%s..%s", old, new);
	gate_autofree char *max = gate_fmt("--max-count=%d", GATE_PICK_MAX + 1);
	gate_auto(gate_buf) struct gate_buf list = { 0 };
	char commit[GATE_HEXSZ + 1], parent[GATE_HEXSZ + 1], more[2];
	struct gate_err gone = { 0 };
	struct top top;
	size_t before = p->picked, n_commits = 0;

	if (!range || !max)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	gate_copy(top.oid, sizeof(top.oid), onto);
	/* Of a pending that closed no ref holds them, and `git gc` removes what nothing holds, after two weeks. */
	if (tree_of(p->repo, new, top.tree, &gone) < 0 || tree_of(p->repo, old, top.tree, &gone) < 0)
		return gate_err_set(err, GATE_E_STALE, "its commits are not in the repository any more");
	if (tree_of(p->repo, onto, top.tree, err) < 0 ||
	    gate_git(p->repo, (const char *const[]){ "rev-list", "--reverse", "--topo-order", "--parents", max, range, NULL }, NULL, 0, &list,
		     err) < 0)
		return -(int)err->code;
	for (const char *l = gate_buf_cstr(&list); *l; l++)
		n_commits += *l == '\n';
	/* Before the first of them is merged: each may take its time. */
	if (p->picked + p->dropped + n_commits > GATE_PICK_MAX)
		return gate_err_set(err, GATE_E_STALE, "it has more than %d commits", GATE_PICK_MAX);
	for (const char *l = gate_buf_cstr(&list); *l; l += strcspn(l, "\n") + 1) {
		gate_autofree char *line = strndup(l, strcspn(l, "\n"));
		int n = line ? sscanf(line, "%40[0-9a-f] %40[0-9a-f] %1s", commit, parent, more) : 0;

		if (n == 3)
			return gate_err_set(err, GATE_E_STALE, "%.12s is a merge, which only its author can make again", commit);
		if (n != 2)
			return gate_err_set(err, GATE_E_STALE, "%.12s begins a history of its own", commit);
		if (pick_one(p, commit, parent, &top, err) < 0)
			return -(int)err->code;
	}
	if (p->picked == before)
		return gate_err_set(err, GATE_E_STALE, "the target has all of it already");
	gate_copy(tip, GATE_HEXSZ + 1, top.oid);
	return gate_strs_add(&p->tips, tip, err) < 0 || gate_strs_add(&p->bases, onto, err) < 0 || gate_strs_add(&p->bases, old, err) < 0 ?
		       -(int)err->code :
		       0;
}

/* With all that the agent's commits brought, not only what merging made: no ref may hold those any more. */
int gate_picks_finish(struct gate_picks *p, struct gate_err *err)
{
	static const char *const pack[] = { "git", "pack-objects", "--revs", "--stdout", "-q", NULL };
	static const char *const unpack[] = { "git", "unpack-objects", "-q", NULL };
	gate_auto(gate_buf) struct gate_buf revs = { 0 }, out = { 0 };
	int code;

	for (size_t i = 0; i < p->tips.n; i++)
		gate_buf_fmt(&revs, "%s\n", p->tips.v[i]);
	for (size_t i = 0; i < p->bases.n; i++)
		gate_buf_fmt(&revs, "^%s\n", p->bases.v[i]);
	if (gate_buf_check(&revs, err) < 0 || run_in(p, p->scratch, pack, &revs, &p->pack, &code, err) < 0)
		return -(int)err->code;
	return run_in(p, p->objects, unpack, &p->pack, &out, &code, err);
}

int gate_picks_keep(const struct gate_picks *p, struct gate_err *err)
{
	return gate_git(p->repo, (const char *const[]){ "unpack-objects", "-q", NULL }, p->pack.s, p->pack.len, NULL, err);
}
