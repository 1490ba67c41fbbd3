#include "cli/confirm.h"

#include "approval/statement.h"
#include "audit/log.h"
#include "base/crypto.h"
#include "base/io.h"
#include "cli/witness.h"

#include <string.h>

static int wrong(struct gate_err *err, const char *id, const char *line)
{
	return gate_err_set(err, GATE_E_STATEMENT, "pending %s: its `%s` does not agree with the objects that were fetched; nothing was signed",
			    id, line);
}

/* What this repository's objects say of a record. */
struct seen {
	char (*commits)[GATE_HEXSZ + 1]; /* of each ref's new value, "" when that leads to no commit */
	char (*trees)[GATE_HEXSZ + 1];	 /* of those commits */
	bool *here;			 /* whether the new value itself is here */
	struct gate_strs hidden;	 /* those of the record's that are here */
	struct gate_strs digests;	 /* of each ref's new commits, the distinct ones */
};

static void seen_clear(struct seen *s)
{
	free(s->commits);
	free(s->trees);
	free(s->here);
	gate_strs_clear(&s->hidden);
	gate_strs_clear(&s->digests);
}

/* "<oid> <type> <size>" gives the oid; "<name> missing" gives nothing. */
static bool oid_of(const char *line, char oid[GATE_HEXSZ + 1])
{
	oid[0] = '\0';
	if (!line || strlen(line) < GATE_HEXSZ + 2 || line[GATE_HEXSZ] != ' ' || gate_ends_with(line, " missing"))
		return false;
	memcpy(oid, line, GATE_HEXSZ);
	oid[GATE_HEXSZ] = '\0';
	return gate_is_oid(oid);
}

static int look(const struct gate_repo *repo, const struct gate_record *r, struct seen *s, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf ask = { 0 }, out = { 0 };
	char *line, *save = NULL;

	for (size_t i = 0; i < r->n_refs; i++)
		gate_buf_fmt(&ask, "%s\n%s^{commit}\n%s^{commit}^{tree}\n", r->refs[i].new, r->refs[i].new, r->refs[i].new);
	for (size_t k = 0; k < r->hidden.n; k++)
		gate_buf_fmt(&ask, "%s\n", r->hidden.v[k]);
	if (gate_git(repo, (const char *const[]){ "cat-file", "--batch-check", NULL }, ask.s, ask.len, &out, err) < 0)
		return -(int)err->code;
	line = out.s ? strtok_r(out.s, "\n", &save) : NULL;
	for (size_t i = 0; i < r->n_refs; i++) {
		char oid[GATE_HEXSZ + 1];

		s->here[i] = oid_of(line, oid);
		line = strtok_r(NULL, "\n", &save);
		oid_of(line, s->commits[i]);
		line = strtok_r(NULL, "\n", &save);
		oid_of(line, s->trees[i]);
		line = strtok_r(NULL, "\n", &save);
	}
	for (; line; line = strtok_r(NULL, "\n", &save)) {
		char oid[GATE_HEXSZ + 1];

		if (oid_of(line, oid) && gate_strs_add(&s->hidden, oid, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

/* What `rev-list --format=%T` prints: "commit <oid>" and the tree's oid, a line each. The tree is wanted of one of them. */
static int read_list(char *out, const char *of, char tree[GATE_HEXSZ + 1], struct gate_strs *oids, struct gate_err *err)
{
	static const char head[] = "commit ";
	char *save = NULL;

	for (char *line = out ? strtok_r(out, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
		const char *next = strtok_r(NULL, "\n", &save), *oid = line + sizeof(head) - 1;

		if (!gate_starts_with(line, head) || !gate_is_oid(oid) || !next || !gate_is_oid(next))
			return gate_err_set(err, GATE_E_GIT, "git rev-list answered out of form");
		if (strcmp(oid, of) == 0)
			gate_copy(tree, GATE_HEXSZ + 1, next);
		if (gate_strs_add(oids, oid, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

/* The digest of new --not old and what the record hides: sha256 of the sorted "<oid>\n". `tree` becomes that of `tip`, if it is one of
 * the commits. */
static int commits_of(const struct gate_repo *repo, const char *tip, const char *old, const struct gate_strs *hidden, char digest[65],
		      char tree[GATE_HEXSZ + 1], struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf ask = { 0 }, out = { 0 }, all = { 0 };
	gate_auto(gate_strs) struct gate_strs oids = { 0 };

	tree[0] = '\0';
	/* Its tree is named for the error that git gives where it is missing or damaged; a list of commits leaves it out. */
	gate_buf_fmt(&ask, "%s\n%s^{tree}\n", tip, tip);
	if (!gate_is_zero_oid(old))
		gate_buf_fmt(&ask, "^%s\n", old);
	for (size_t k = 0; k < hidden->n; k++)
		gate_buf_fmt(&ask, "^%s\n", hidden->v[k]);
	if (gate_git(repo, (const char *const[]){ "rev-list", "--stdin", "--format=%T", NULL }, ask.s, ask.len, &out, err) < 0 ||
	    read_list(out.s, tip, tree, &oids, err) < 0)
		return -(int)err->code;
	gate_strs_sort(&oids);
	for (size_t k = 0; k < oids.n; k++)
		gate_buf_fmt(&all, "%s\n", oids.v[k]);
	gate_sha256_hex(gate_buf_cstr(&all), all.len, digest);
	return gate_buf_check(&all, err);
}

/* The usual record in as many processes as it has refs: its objects are all here, and each new value is a commit that is new. False:
 * something is otherwise, and look() finds out what. */
static bool look_quickly(const struct gate_repo *repo, const struct gate_record *r, struct seen *s)
{
	struct gate_err ignored = { 0 };
	char digest[65];

	for (size_t i = 0; i < r->n_refs; i++) {
		if (gate_is_zero_oid(r->refs[i].new))
			continue;
		if (commits_of(repo, r->refs[i].new, r->refs[i].old, &r->hidden, digest, s->trees[i], &ignored) < 0 ||
		    !s->trees[i][0] || gate_strs_add_new(&s->digests, digest, &ignored) < 0)
			return false;
		s->here[i] = true;
	}
	return true;
}

static int look_closely(const struct gate_repo *repo, const struct gate_record *r, struct seen *s, struct gate_err *err)
{
	char digest[65], tree[GATE_HEXSZ + 1];

	if (look(repo, r, s, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < r->n_refs; i++) {
		if (s->commits[i][0] && (commits_of(repo, s->commits[i], r->refs[i].old, &s->hidden, digest, tree, err) < 0 ||
					 gate_strs_add_new(&s->digests, digest, err) < 0))
			return -(int)err->code;
	}
	return 0;
}

/* The form of gate/judge.c: one distinct digest is itself, several are digested again. */
static int check_commits(const struct gate_record *r, struct seen *s, const char *want, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	char digest[65];

	if (s->digests.n == 1) {
		gate_copy(digest, sizeof(digest), s->digests.v[0]);
	} else {
		gate_strs_sort(&s->digests);
		gate_strs_join(&b, &s->digests, "\n");
		gate_sha256_hex(gate_buf_cstr(&b), b.len, digest);
	}
	return strcmp(digest, want) == 0 ? 0 : wrong(err, r->id, "commits");
}

static int check_refs(const struct gate_record *r, const struct seen *s, const struct gate_statement *st, struct gate_err *err)
{
	if (st->n_refs != r->n_refs)
		return wrong(err, r->id, "ref");
	for (size_t i = 0; i < st->n_refs; i++) {
		const char *tree = s->trees[i][0] ? s->trees[i] : "0000000000000000000000000000000000000000";

		if (strcmp(st->refs[i].ref, r->refs[i].ref) != 0)
			return wrong(err, r->id, "ref");
		if (strcmp(st->refs[i].old, r->refs[i].old) != 0)
			return wrong(err, r->id, "old");
		if (strcmp(st->refs[i].new, r->refs[i].new) != 0)
			return wrong(err, r->id, "new");
		if (!s->here[i] && !gate_is_zero_oid(st->refs[i].new))
			return gate_err_set(err, GATE_E_STATEMENT, "pending %s: %s was not fetched, so it cannot be looked at; nothing was signed",
					    r->id, st->refs[i].new);
		if (strcmp(st->refs[i].tree, tree) != 0)
			return wrong(err, r->id, "tree");
	}
	return 0;
}

static int make_seen(const struct gate_record *r, struct seen *s, struct gate_err *err)
{
	*s = (struct seen){ .commits = calloc(r->n_refs + 1, sizeof(*s->commits)),
			    .trees = calloc(r->n_refs + 1, sizeof(*s->trees)),
			    .here = calloc(r->n_refs + 1, sizeof(*s->here)) };
	return s->commits && s->trees && s->here ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

static int confirm(const struct gate_repo *repo, const struct gate_record *r, const struct gate_statement *st, struct gate_err *err)
{
	gate_auto(seen) struct seen s = { 0 };

	if (make_seen(r, &s, err) < 0)
		return -(int)err->code;
	if (!look_quickly(repo, r, &s)) {
		seen_clear(&s);
		if (make_seen(r, &s, err) < 0 || look_closely(repo, r, &s, err) < 0)
			return -(int)err->code;
	}
	return check_refs(r, &s, st, err) < 0 ? -(int)err->code : check_commits(r, &s, st->commits, err);
}

int gate_confirm_record(struct gate_target *t, const struct gate_record *r, struct gate_err *err)
{
	__attribute__((cleanup(gate_statement_clear))) struct gate_statement st = { 0 };
	const struct gate_repo *repo = gate_target_repo(t);
	struct gate_err first = { 0 };

	if (gate_statement_load(r->statement, strlen(r->statement), &st, err) < 0)
		return gate_err_wrap(err, "pending %s", r->id);
	if (strcmp(st.pending, r->id) != 0)
		return wrong(err, r->id, "pending");
	if (confirm(repo, r, &st, &first) == 0)
		return 0;
	/* A branch that the gate protects may not have been fetched here yet: once more with all of them. */
	if (!t->on_server && gate_target_fetch_all(t, err) < 0)
		return -(int)err->code;
	return confirm(repo, r, &st, err);
}

static int remember(struct gate_target *t, const char *key, const char *value, struct gate_err *err)
{
	return gate_git(&t->clone, (const char *const[]){ "config", "--local", key, value, NULL }, NULL, 0, NULL, err);
}

int gate_confirm_memory(struct gate_target *t, const struct gate_record *r, struct gate_err *err)
{
	__attribute__((cleanup(gate_statement_clear))) struct gate_statement st = { 0 };
	gate_auto(gate_config) struct gate_config c = { 0 };
	gate_autofree char *id_key = gate_fmt("refgate.%s.repoid", t->remote);
	gate_autofree char *log_key = gate_fmt("refgate.%s.checkpoint", t->remote);
	const char *known, *kept;
	struct gate_checkpoint old, now;

	if (t->on_server)
		return 0;
	if (!id_key || !log_key || gate_statement_load(r->statement, strlen(r->statement), &st, err) < 0 ||
	    gate_config_load(&t->clone, &c, err) < 0)
		return gate_err_wrap(err, "pending %s", r->id);
	known = gate_config_get(&c, id_key, NULL);
	if (known && strcmp(known, st.repo_id) != 0)
		return gate_err_set(err, GATE_E_STATEMENT, "the gate at %s says that its repository is %s, it was %s before; if that is meant, "
							   "run `git config --unset %s`", t->remote, st.repo_id, known, id_key);
	/* Many commands may write this at once; whoever loses git's lock has written the same value. */
	if (!known) {
		struct gate_err ignored = { 0 };

		remember(t, id_key, st.repo_id, &ignored);
	}
	kept = gate_config_get(&c, log_key, NULL);
	if (!gate_checkpoint_parse(st.log, &now))
		return wrong(err, r->id, "log");
	if (kept && gate_checkpoint_parse(kept, &old) && old.size == now.size && memcmp(old.root, now.root, sizeof(old.root)) != 0)
		return gate_err_set(err, GATE_E_LOG, "the gate at %s shows another log of %lu entries than before: its record was rewritten; "
					     "nothing was signed",
				    t->remote, (unsigned long)now.size);
	if (kept && !gate_checkpoint_parse(kept, &old))
		kept = NULL;
	if (gate_witness_check(t, st.repo_id, kept ? &old : NULL, &now, err) < 0)
		return -(int)err->code;
	if (!kept || old.size < now.size) {
		struct gate_err ignored = { 0 };

		remember(t, log_key, st.log, &ignored);
	}
	return 0;
}
