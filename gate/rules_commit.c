#include "gate/rules_commit.h"

#include "base/io.h"
#include "repo/loose.h"

#include <string.h>

int gate_rules_at(const struct gate_repo *r, const char *commit, char tree[GATE_HEXSZ + 1], struct gate_err *err)
{
	static const char end[] = "\t.refgate";
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	size_t n;

	tree[0] = '\0';
	if (gate_git(r, (const char *const[]){ "ls-tree", "-z", "--full-tree", commit, "--", ".refgate", NULL }, NULL, 0, &out, err) < 0)
		return gate_err_wrap(err, "looking for .refgate/ in %s", commit);
	if (out.len == 0)
		return 0;
	n = strlen(gate_buf_cstr(&out)); /* "<mode> <type> <oid>\t.refgate\0" */
	if (n + 1 != out.len || !gate_ends_with(out.s, end) || n < sizeof(end) + GATE_HEXSZ)
		return gate_err_set(err, GATE_E_GIT, "git ls-tree answered out of form");
	out.s[n - (sizeof(end) - 1)] = '\0';
	memcpy(tree, out.s + n - (sizeof(end) - 1) - GATE_HEXSZ, GATE_HEXSZ + 1);
	return gate_is_oid(tree) ? 0 : gate_err_set(err, GATE_E_GIT, "git ls-tree gave no oid");
}

static int mktree(const struct gate_repo *r, const struct gate_buf *entries, char tree[GATE_HEXSZ + 1], struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };

	if (gate_git(r, (const char *const[]){ "mktree", "-z", NULL }, entries->s, entries->len, &out, err) < 0)
		return -(int)err->code;
	if (out.len < GATE_HEXSZ)
		return gate_err_set(err, GATE_E_GIT, "git mktree gave no oid");
	memcpy(tree, out.s, GATE_HEXSZ);
	tree[GATE_HEXSZ] = '\0';
	return 0;
}

struct node {
	char *dir;	    /* "" or "rules" or "tests/a" */
	struct gate_buf entries;
};

struct nodes {
	struct node *v;
	size_t n;
};

static void nodes_clear(struct nodes *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].dir);
		gate_buf_clear(&l->v[i].entries);
	}
	free(l->v);
}

static struct node *node(struct nodes *l, const char *dir, size_t len)
{
	struct node *v;

	for (size_t i = 0; i < l->n; i++) {
		if (strlen(l->v[i].dir) == len && memcmp(l->v[i].dir, dir, len) == 0)
			return &l->v[i];
	}
	v = reallocarray(l->v, l->n + 1, sizeof(*v));
	if (!v)
		return NULL;
	l->v = v;
	v[l->n] = (struct node){ .dir = strndup(dir, len) };
	return v[l->n].dir ? &v[l->n++] : NULL;
}

static const char *split(const char *path, size_t *dir_len)
{
	const char *slash = strrchr(path, '/');

	*dir_len = slash ? (size_t)(slash - path) : 0;
	return slash ? slash + 1 : path;
}

/* Every folder of a path gets a node, so that empty-looking parents are there too. */
static int add_file(const struct gate_repo *r, struct nodes *l, const struct gate_file *f, struct gate_err *err)
{
	char oid[GATE_HEXSZ + 1];
	size_t len;
	const char *name = split(f->path, &len);
	struct node *at;

	if (gate_loose_write(r, "blob", f->bytes, f->len, oid, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < len; i++) {
		if (f->path[i] == '/' && !node(l, f->path, i))
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	at = node(l, f->path, len);
	if (!at)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	gate_buf_fmt(&at->entries, "100644 blob %s\t%s%c", oid, name, '\0');
	return gate_buf_check(&at->entries, err);
}

int gate_rules_tree(const struct gate_repo *r, const struct gate_files *files, char tree[GATE_HEXSZ + 1], struct gate_err *err)
{
	__attribute__((cleanup(nodes_clear))) struct nodes l = { 0 };

	if (!node(&l, "", 0))
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; i < files->n; i++) {
		if (add_file(r, &l, &files->v[i], err) < 0)
			return -(int)err->code;
	}
	/* Longest name first: a folder's tree is written before the one that holds it. */
	for (size_t done = 0; done < l.n; done++) {
		struct node *deepest = NULL, *parent;
		const char *name;
		size_t len;

		for (size_t i = 0; i < l.n; i++) {
			if (l.v[i].dir[0] != '\n' && (!deepest || strlen(l.v[i].dir) > strlen(deepest->dir)))
				deepest = &l.v[i];
		}
		if (!deepest)
			break;
		if (mktree(r, &deepest->entries, tree, err) < 0)
			return -(int)err->code;
		if (!deepest->dir[0])
			return 0;
		name = split(deepest->dir, &len);
		parent = node(&l, deepest->dir, len);
		if (!parent)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		gate_buf_fmt(&parent->entries, "040000 tree %s\t%s%c", tree, name, '\0');
		deepest->dir[0] = '\n'; /* done */
	}
	return gate_err_set(err, GATE_E_BUG, "a folder without a root");
}

/* All entries of tip's root tree but .refgate: a tree holds a name once. */
static int other_entries(const struct gate_repo *r, const char *tip, struct gate_buf *list, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf all = { 0 };

	if (gate_git(r, (const char *const[]){ "ls-tree", "-z", "--full-tree", tip, NULL }, NULL, 0, &all, err) < 0)
		return -(int)err->code;
	for (const char *p = gate_buf_cstr(&all), *end = p + all.len; p < end; p += strlen(p) + 1) {
		if (!gate_ends_with(p, "\t.refgate"))
			gate_buf_add(list, p, strlen(p) + 1);
	}
	return gate_buf_check(list, err);
}

int gate_rules_commit(const struct gate_repo *r, const char *tip, const char *rules, const char *message,
		      char commit[GATE_HEXSZ + 1], struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf list = { 0 }, out = { 0 };
	char tree[GATE_HEXSZ + 1];
	const char *args[] = { "-c", "user.name=refgate", "-c", "user.email=refgate@localhost", "-c", "author.name=refgate", "-c",
			       "author.email=refgate@localhost", "-c", "committer.name=refgate", "-c", "committer.email=refgate@localhost",
			       "commit-tree", tree, "-m", message, tip[0] ? "-p" : NULL, tip, NULL };

	if (tip[0] && other_entries(r, tip, &list, err) < 0)
		return -(int)err->code;
	gate_buf_fmt(&list, "040000 tree %s\t.refgate%c", rules, '\0');
	if (gate_buf_check(&list, err) < 0 || mktree(r, &list, tree, err) < 0 || gate_git_line(r, args, &out, err) < 0)
		return -(int)err->code;
	if (!gate_is_oid(gate_buf_cstr(&out)))
		return gate_err_set(err, GATE_E_GIT, "git commit-tree gave no oid");
	gate_copy(commit, GATE_HEXSZ + 1, out.s);
	return 0;
}
