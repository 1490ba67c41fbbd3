/* The worker on repositories made by git itself: facts, what counts as new, deltas, and the attacks on objects. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/crypto.h"
#include "base/io.h"
#include "base/proc.h"
#include "base/when.h"
#include "sandbox/sandbox.h"
#include "worker/work.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define ZERO "0000000000000000000000000000000000000000"

/* Where an object is written: the repository's store, or the quarantine of the push. */
enum where { MAIN, PUSH };

struct repo {
	char dir[64];
	char objects[128], quarantine[128];
	int64_t clock;
	struct gate_ask ask;
	struct gate_reply reply;
	struct gate_err err;
};

struct oid {
	char s[GATE_HEXSZ + 1];
};

static void git_in(struct repo *r, enum where where, const void *in, size_t len, struct gate_buf *out,
		   const char *const *args)
{
	char objects[192], alternates[192], date[64], cdate[64];
	const char *argv[32] = { "git" };
	const char *env[] = { "PATH=/usr/bin:/bin", "HOME=/nonexistent", "GIT_CONFIG_GLOBAL=/dev/null",
			      "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=Ann@Example.com",
			      "GIT_COMMITTER_NAME=Bob", "GIT_COMMITTER_EMAIL=bob@example.com", objects, alternates, date, cdate,
			      NULL };
	struct gate_proc p = { .argv = argv, .env = env, .cwd = r->dir, .in = in, .in_len = len, .out = out,
			       .max_out = 1 << 20 };
	struct gate_err err = { 0 };

	for (size_t i = 0; args[i]; i++) {
		assert_true(i < 29);
		argv[i + 1] = args[i];
		argv[i + 2] = NULL;
	}
	snprintf(objects, sizeof(objects), "GIT_OBJECT_DIRECTORY=%s", where == MAIN ? r->objects : r->quarantine);
	snprintf(alternates, sizeof(alternates), "GIT_ALTERNATE_OBJECT_DIRECTORIES=%s", where == MAIN ? "" : r->objects);
	snprintf(date, sizeof(date), "GIT_AUTHOR_DATE=%lld +0000", (long long)r->clock);
	snprintf(cdate, sizeof(cdate), "GIT_COMMITTER_DATE=%lld +0000", (long long)r->clock);
	if (gate_proc_run(&p, 60000, &err) < 0)
		fail_msg("%s", err.text);
	if (gate_proc_exit(&p) != 0)
		fail_msg("git %s: exit %d", args[0], gate_proc_exit(&p));
	gate_proc_clear(&p);
}

#define GIT(r, where, in, len, out, ...) git_in(r, where, in, len, out, (const char *const[]){ __VA_ARGS__, NULL })

static struct oid git_oid_of(struct repo *r, enum where where, const void *in, size_t len, const char *const *args)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	struct oid o;

	git_in(r, where, in, len, &out, args);
	assert_true(out.len >= GATE_HEXSZ);
	memcpy(o.s, out.s, GATE_HEXSZ);
	o.s[GATE_HEXSZ] = '\0';
	return o;
}

#define OID(r, where, in, len, ...) git_oid_of(r, where, in, len, (const char *const[]){ __VA_ARGS__, NULL })

static struct oid blob(struct repo *r, enum where where, const char *text)
{
	return OID(r, where, text, strlen(text), "hash-object", "-w", "--stdin");
}

static struct oid raw_object(struct repo *r, enum where where, const char *type, const void *p, size_t len)
{
	return OID(r, where, p, len, "hash-object", "-t", type, "--literally", "-w", "--stdin");
}

/* "100644 blob <oid>\tname\n" lines. */
static struct oid tree_of(struct repo *r, enum where where, const char *lines)
{
	return OID(r, where, lines, strlen(lines), "mktree", "--missing");
}

/* One file `name` with `text`. */
static struct oid tree1(struct repo *r, enum where where, const char *name, const char *text)
{
	struct oid b = blob(r, where, text);
	char line[256];

	snprintf(line, sizeof(line), "100644 blob %s\t%s\n", b.s, name);
	return tree_of(r, where, line);
}

static struct oid commit_msg(struct repo *r, enum where where, const char *tree, const char *p1, const char *p2,
			     const char *message)
{
	const char *args[10] = { "commit-tree", tree };
	size_t n = 2;

	r->clock += 60;
	if (p1) {
		args[n++] = "-p";
		args[n++] = p1;
	}
	if (p2) {
		args[n++] = "-p";
		args[n++] = p2;
	}
	return git_oid_of(r, where, message, strlen(message), args);
}

static struct oid commit(struct repo *r, enum where where, const char *tree, const char *p1)
{
	return commit_msg(r, where, tree, p1, NULL, "a change\n");
}

static int setup(void **state)
{
	struct repo *r = calloc(1, sizeof(*r));
	struct gate_err err = { 0 };

	assert_non_null(r);
	snprintf(r->dir, sizeof(r->dir), "/tmp/refgate-unit-XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	snprintf(r->objects, sizeof(r->objects), "%s/objects", r->dir);
	snprintf(r->quarantine, sizeof(r->quarantine), "%s/objects/incoming-1", r->dir);
	r->clock = 1700000000;
	GIT(r, MAIN, NULL, 0, NULL, "init", "-q", "--bare", "-b", "main", ".");
	assert_int_equal(gate_mkdirs(r->quarantine, 0700, &err), 0);
	gate_copy(r->ask.objects, sizeof(r->ask.objects), r->objects);
	gate_copy(r->ask.quarantine, sizeof(r->ask.quarantine), r->quarantine);
	r->ask.no_policy = true;
	r->ask.now = 1700001000;
	r->ask.judging_ms = 30000;
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	struct repo *r = *state;
	struct gate_err err = { 0 };

	gate_ask_clear(&r->ask);
	gate_reply_clear(&r->reply);
	gate_remove_tree(r->dir, &err);
	free(r);
	return 0;
}

static struct gate_change *push(struct repo *r, const char *ref, const char *old, const char *new)
{
	struct gate_change *c = gate_changes_add(&r->ask.changes);

	assert_non_null(c);
	gate_copy(c->ref, sizeof(c->ref), ref);
	gate_copy(c->old, sizeof(c->old), old);
	gate_copy(c->new, sizeof(c->new), new);
	return c;
}

static void add(struct gate_strs *l, const char *s)
{
	struct gate_err err = { 0 };

	assert_int_equal(gate_strs_add(l, s, &err), 0);
}

static int run(struct repo *r)
{
	gate_reply_clear(&r->reply);
	gate_err_reset(&r->err);
	return gate_work_run(&r->ask, NULL, &r->reply, &r->err);
}

static void run_ok(struct repo *r)
{
	if (run(r) < 0)
		fail_msg("%s", r->err.text);
}

/* A finding of that id, one that denies before one that does not. */
static const struct gate_finding *finding(const struct repo *r, const char *id)
{
	const struct gate_finding *any = NULL;

	for (size_t i = 0; i < r->reply.findings.n; i++) {
		const struct gate_finding *f = &r->reply.findings.v[i];

		if (strcmp(f->id, id) == 0 && (!any || f->deny))
			any = f;
	}
	return any;
}

static bool denied(const struct repo *r, const char *id)
{
	const struct gate_finding *f = finding(r, id);

	return f && f->deny;
}

static const char *message_of(const struct repo *r, const char *id)
{
	const struct gate_finding *f = finding(r, id);

	return f ? f->message : "";
}

static const char *subject_of(const struct repo *r, const char *id)
{
	const struct gate_finding *f = finding(r, id);

	return f ? f->subject : "";
}

static void assert_denied(const struct repo *r, const char *id)
{
	const struct gate_finding *f = finding(r, id);

	if (!f)
		fail_msg("no finding %s among %zu", id, r->reply.findings.n);
	else if (!f->deny)
		fail_msg("%s does not deny", id);
}

/* No finding that says an object is wrong. */
static void assert_clean(const struct repo *r)
{
	static const char *const ids[] = { "GIT-STRAY", "GIT-STEAL", "GIT-MALFORMED", "GIT-DOTGIT", "GATE-LIMIT", "GATE-RULES" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(ids); i++) {
		const struct gate_finding *f = finding(r, ids[i]);

		if (f)
			fail_msg("%s: %s (%s)", f->id, f->message, f->path);
	}
}

/* A main branch of two commits that landed, known to the gate. */
static struct oid landed(struct repo *r)
{
	struct oid t1 = tree1(r, MAIN, "a.c", "int a;\n"), c1 = commit(r, MAIN, t1.s, NULL);
	struct oid t2 = tree1(r, MAIN, "a.c", "int a = 1;\n"), c2 = commit(r, MAIN, t2.s, c1.s);

	add(&r->ask.hidden, c2.s);
	gate_copy(r->ask.policy_tip, sizeof(r->ask.policy_tip), c2.s);
	return c2;
}

static void rev_list_digest(struct repo *r, const char *new, const char *not, char hex[65])
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	struct gate_strs l = { 0 };
	struct gate_sha256 h;
	uint8_t d[GATE_SHA256_LEN];

	GIT(r, PUSH, NULL, 0, &out, "rev-list", new, "--not", not);
	for (size_t i = 0; i < out.len; i += GATE_HEXSZ + 1) {
		struct gate_err err = { 0 };

		gate_strs_addn(&l, out.s + i, GATE_HEXSZ, &err);
	}
	gate_strs_sort(&l);
	gate_sha256_init(&h);
	for (size_t i = 0; i < l.n; i++) {
		gate_sha256_update(&h, l.v[i], GATE_HEXSZ);
		gate_sha256_update(&h, "\n", 1);
	}
	gate_sha256_final(&h, d);
	gate_hex(d, sizeof(d), hex);
	gate_strs_clear(&l);
}

static void facts_of_a_fast_forward(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), t = tree1(r, PUSH, "a.c", "int a = 2;\n");
	struct oid c = commit_msg(r, PUSH, t.s, main.s, NULL, "x\n\nco-authored-by: Eve <EVE@Example.com>\nSigned-off-by: a@b.c\n");
	const struct gate_facts *f;
	char hex[65];

	push(r, "refs/heads/main", main.s, c.s);
	run_ok(r);
	f = &r->reply.facts[0];
	assert_int_equal(f->kind, GATE_KIND_COMMIT);
	assert_string_equal(f->commit, c.s);
	assert_string_equal(f->tree, t.s);
	assert_string_equal(f->base, main.s);
	assert_true(f->fast_forward);
	assert_int_equal(f->new_commits, 1);
	rev_list_digest(r, c.s, main.s, hex);
	assert_string_equal(f->commits, hex);
	assert_int_equal(f->mails.n, 4);
	assert_true(gate_strs_has(&f->mails, "ann@example.com") && gate_strs_has(&f->mails, "bob@example.com") &&
		    gate_strs_has(&f->mails, "eve@example.com") && gate_strs_has(&f->mails, "a@b.c"));
	assert_clean(r);
}

static void facts_of_a_forced_push(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), t = tree1(r, MAIN, "b.c", "int b;\n"), side = commit(r, MAIN, t.s, main.s);
	struct oid t2 = tree1(r, PUSH, "c.c", "int c;\n"), c = commit(r, PUSH, t2.s, main.s);

	push(r, "refs/heads/topic", side.s, c.s);
	run_ok(r);
	assert_false(r->reply.facts[0].fast_forward);
	assert_string_equal(r->reply.facts[0].base, main.s);
	assert_int_equal(r->reply.facts[0].new_commits, 1);
	assert_clean(r);
}

/* A commit dated before its parents is still a fast-forward, and no other commit becomes one by its date. */
static void dates_do_not_decide_ancestry(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), t = tree1(r, PUSH, "a.c", "int a = 3;\n"), c1, c2;

	r->clock = 1200000000;
	c1 = commit(r, PUSH, t.s, main.s);
	c2 = commit(r, PUSH, t.s, c1.s);
	push(r, "refs/heads/main", main.s, c2.s);
	push(r, "refs/heads/x", c2.s, main.s);
	run_ok(r);
	assert_true(r->reply.facts[0].fast_forward);
	assert_int_equal(r->reply.facts[0].new_commits, 2);
	assert_false(r->reply.facts[1].fast_forward);
}

static void facts_of_new_branches(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), t = tree1(r, PUSH, "a.c", "int a = 4;\n"), c = commit(r, PUSH, t.s, main.s);
	struct oid ot = tree1(r, PUSH, "z", "orphan\n"), o = commit(r, PUSH, ot.s, NULL);

	push(r, "refs/heads/topic", ZERO, c.s);
	push(r, "refs/heads/orphan", ZERO, o.s);
	push(r, "refs/heads/gone", main.s, ZERO);
	run_ok(r);
	assert_true(r->reply.facts[0].fast_forward);
	assert_string_equal(r->reply.facts[0].base, main.s);
	assert_string_equal(r->reply.facts[1].base, "");
	assert_int_equal(r->reply.facts[1].new_commits, 1);
	assert_int_equal(r->reply.facts[2].kind, GATE_KIND_NONE);
	assert_string_equal(r->reply.facts[2].commit, "");
	assert_false(r->reply.facts[2].fast_forward);
	assert_clean(r);
}

/* Without common history with the policy ref, another accepted tip gives the base. */
static void a_base_from_an_accepted_tip(void **state)
{
	struct repo *r = *state;
	struct oid t = tree1(r, MAIN, "w", "web\n"), other, c, t2;

	landed(r);
	other = commit(r, MAIN, t.s, NULL);
	t2 = tree1(r, PUSH, "w", "web 2\n");
	c = commit(r, PUSH, t2.s, other.s);
	add(&r->ask.accepted, other.s);
	push(r, "refs/heads/topic", ZERO, c.s);
	run_ok(r);
	assert_string_equal(r->reply.facts[0].base, other.s);
	assert_int_equal(r->reply.facts[0].new_commits, 2); /* `other` is accepted, yet not protected: judged again */
	assert_clean(r);
}

static void a_merge_brings_both_sides(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), t1 = tree1(r, PUSH, "a.c", "one\n"), t2 = tree1(r, PUSH, "a.c", "two\n");
	struct oid a = commit(r, PUSH, t1.s, main.s), b = commit(r, PUSH, t2.s, main.s), tm = tree1(r, PUSH, "a.c", "both\n");
	struct oid m = commit_msg(r, PUSH, tm.s, a.s, b.s, "merge\n");
	char hex[65];

	push(r, "refs/heads/main", main.s, m.s);
	run_ok(r);
	assert_int_equal(r->reply.facts[0].new_commits, 3);
	rev_list_digest(r, m.s, main.s, hex);
	assert_string_equal(r->reply.facts[0].commits, hex);
	assert_true(r->reply.facts[0].fast_forward);
	assert_clean(r);
}

static struct oid tag(struct repo *r, enum where where, const char *object, const char *type, const char *name)
{
	char text[512];

	snprintf(text, sizeof(text), "object %s\ntype %s\ntag %s\ntagger T <t@example.com> 1700000000 +0000\n\nrelease\n", object,
		 type, name);
	return raw_object(r, where, "tag", text, strlen(text));
}

static void facts_of_tags(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), t1 = tag(r, PUSH, main.s, "commit", "v1"), t2 = tag(r, PUSH, t1.s, "tag", "v1-signed");
	const struct gate_facts *f;

	push(r, "refs/tags/light", ZERO, main.s);
	push(r, "refs/tags/v1", ZERO, t1.s);
	push(r, "refs/tags/v1-signed", ZERO, t2.s);
	run_ok(r);
	f = r->reply.facts;
	assert_int_equal(f[0].kind, GATE_KIND_COMMIT);
	assert_int_equal(f[1].kind, GATE_KIND_TAG);
	assert_int_equal(f[2].kind, GATE_KIND_TAG);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(f[i].commit, main.s);
		assert_int_equal(f[i].new_commits, 0);
		assert_string_equal(f[i].base, main.s);
	}
	assert_clean(r);
}

static void a_tag_that_lies_about_its_object_is_refused(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), t = tag(r, PUSH, main.s, "tree", "v1");

	push(r, "refs/tags/v1", ZERO, t.s);
	run_ok(r);
	assert_denied(r, "GIT-MALFORMED");
}

static void too_many_tags_of_tags_are_refused(void **state)
{
	struct repo *r = *state;
	struct oid t = landed(r);

	for (int i = 0; i <= GATE_TAG_CHAIN_MAX; i++)
		t = tag(r, PUSH, t.s, i ? "tag" : "commit", "v");
	push(r, "refs/tags/v", ZERO, t.s);
	assert_int_equal(run(r), -GATE_E_LIMIT);
	assert_non_null(strstr(r->err.text, "refs/tags/v"));
}

/* HOLES 1: what was pushed to an open branch before is new when it comes to main. */
static void stored_commits_are_new_until_hidden(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), t = tree1(r, MAIN, "a.c", "laundered\n"), c = commit(r, MAIN, t.s, main.s);

	add(&r->ask.accepted, c.s); /* an open branch */
	push(r, "refs/heads/main", main.s, c.s);
	run_ok(r);
	assert_int_equal(r->reply.facts[0].new_commits, 1);
	assert_true(r->reply.new_objects >= 3);
	assert_clean(r);
	add(&r->ask.hidden, c.s); /* its twin: a protected ref */
	run_ok(r);
	assert_int_equal(r->reply.facts[0].new_commits, 0);
}

static void facts_mode_agrees_and_finds_nothing(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), t = tree1(r, PUSH, "a.c", "x\n"), c = commit(r, PUSH, t.s, main.s);
	struct gate_facts f;

	push(r, "refs/heads/main", main.s, c.s);
	run_ok(r);
	f = r->reply.facts[0];
	f.mails = (struct gate_strs){ 0 };
	r->ask.mode = GATE_ASK_FACTS;
	run_ok(r);
	assert_string_equal(f.commits, r->reply.facts[0].commits);
	assert_string_equal(f.base, r->reply.facts[0].base);
	assert_string_equal(f.tree, r->reply.facts[0].tree);
	assert_int_equal(f.fast_forward, r->reply.facts[0].fast_forward);
	assert_int_equal(r->reply.findings.n, 0);
}

static void stray_objects_are_refused(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), t = tree1(r, PUSH, "a.c", "x\n"), c = commit(r, PUSH, t.s, main.s), s;

	push(r, "refs/heads/main", main.s, c.s);
	run_ok(r);
	assert_clean(r);
	s = blob(r, PUSH, "nobody names me\n");
	run_ok(r);
	assert_denied(r, "GIT-STRAY");
	assert_string_equal(subject_of(r, "GIT-STRAY"), s.s);
}

/* Copies a stored object into the quarantine, as index-pack does with a base to complete a thin pack. */
static void complete_with(struct repo *r, const char *oid)
{
	char from[256], to[320], dir[256];
	struct gate_err err = { 0 };
	gate_auto(gate_buf) struct gate_buf bytes = { 0 };

	snprintf(from, sizeof(from), "%s/%.2s/%s", r->objects, oid, oid + 2);
	snprintf(dir, sizeof(dir), "%s/%.2s", r->quarantine, oid);
	snprintf(to, sizeof(to), "%s/%s", dir, oid + 2);
	assert_int_equal(gate_mkdirs(dir, 0700, &err), 0);
	assert_int_equal(gate_read_file(from, 1 << 20, &bytes, &err), 0);
	assert_int_equal(gate_write_file(to, bytes.s, bytes.len, 0600, false, &err), 0);
}

/* The base is no stray, whether the parent's tree holds it, or an older one. */
static void completed_thin_packs_are_no_strays(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), t = tree1(r, PUSH, "a.c", "x\n"), c = commit(r, PUSH, t.s, main.s);

	complete_with(r, OID(r, MAIN, "int a = 1;\n", 11, "hash-object", "--stdin").s);
	push(r, "refs/heads/main", main.s, c.s);
	run_ok(r);
	assert_clean(r);
	complete_with(r, OID(r, MAIN, "int a;\n", 7, "hash-object", "--stdin").s);
	run_ok(r);
	assert_clean(r);
}

/* HOLES 6: what is cut from a hidden object by a delta is not shown, and not spoken of. */
static void a_hidden_base_is_refused(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), hidden = blob(r, MAIN, "the password of another project\n"), h;
	struct oid t = tree1(r, PUSH, "a.c", "x\n"), c = commit(r, PUSH, t.s, main.s), cut = blob(r, PUSH, "the password\n");

	complete_with(r, hidden.s);
	push(r, "refs/heads/topic", ZERO, c.s);
	run_ok(r);
	assert_denied(r, "GIT-STEAL");
	assert_string_equal(subject_of(r, "GIT-STEAL"), hidden.s);
	assert_int_equal(r->reply.findings.n, 1); /* the stray would be named by an id that tells what is in it */

	h = commit(r, MAIN, tree1(r, MAIN, "p", "the password of another project\n").s, NULL);
	add(&r->ask.open, h.s);
	run_ok(r);
	assert_null(finding(r, "GIT-STEAL"));
	assert_string_equal(subject_of(r, "GIT-STRAY"), cut.s);
}

/* As a base it may lie where a parent has it, but not because the push itself put its name there. */
static void naming_a_base_does_not_open_it(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), hidden = blob(r, MAIN, "hidden\n"), t1, c1, t2, c2;
	char line[128];

	snprintf(line, sizeof(line), "100644 blob %s\ta.c\n", hidden.s);
	t1 = tree_of(r, PUSH, line);
	c1 = commit(r, PUSH, t1.s, main.s);
	t2 = tree1(r, PUSH, "a.c", "hidden, and a line\n");
	c2 = commit(r, PUSH, t2.s, c1.s);
	complete_with(r, hidden.s);
	push(r, "refs/heads/topic", ZERO, c2.s);
	run_ok(r);
	assert_denied(r, "GIT-STEAL");
	assert_string_equal(subject_of(r, "GIT-STEAL"), hidden.s);
}

/* Upkeep puts packs together while the store is read: an object of a pack that went is still not the push's own. */
static void a_repack_makes_nothing_new(void **state)
{
	struct repo *r = *state;
	struct gate_store_dirs dirs = { r->objects, r->quarantine, NULL, false };
	struct oid stored = landed(r), own = blob(r, PUSH, "own\n");
	struct gate_store *s = NULL;
	struct gate_oid a, b;

	complete_with(r, stored.s);
	GIT(r, MAIN, NULL, 0, NULL, "update-ref", "refs/heads/main", stored.s);
	GIT(r, MAIN, NULL, 0, NULL, "repack", "-a", "-d", "-q");
	assert_int_equal(gate_store_open(&dirs, &s, &r->err), 0);
	GIT(r, MAIN, NULL, 0, NULL, "update-ref", "refs/heads/main", commit(r, MAIN, tree1(r, MAIN, "b", "more\n").s, stored.s).s);
	GIT(r, MAIN, NULL, 0, NULL, "repack", "-a", "-d", "-q");
	assert_true(gate_oid_parse(stored.s, &a) && gate_oid_parse(own.s, &b));
	assert_true(gate_store_arrived(s, &a) && gate_store_arrived(s, &b));
	assert_false(gate_store_pushed(s, &a));
	assert_true(gate_store_pushed(s, &b));
	gate_store_free(s);
}

/* HOLES 6, with its twins: the same object is fine when sent, when an open ref leads to it, and when it is an old one. */
static void a_tree_that_names_a_hidden_blob_is_refused(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), hidden = blob(r, MAIN, "the password of another project\n");
	struct oid t, c, ht;
	char line[128];

	snprintf(line, sizeof(line), "100644 blob %s\tstolen\n", hidden.s);
	t = tree_of(r, PUSH, line);
	c = commit(r, PUSH, t.s, main.s);
	push(r, "refs/heads/topic", ZERO, c.s);
	run_ok(r);
	assert_denied(r, "GIT-STEAL");
	assert_string_equal(subject_of(r, "GIT-STEAL"), hidden.s);

	add(&r->ask.open, "1234567890123456789012345678901234567890"); /* pruned since: leads nowhere, breaks nothing */
	run_ok(r);
	assert_denied(r, "GIT-STEAL");

	ht = commit(r, MAIN, tree_of(r, MAIN, line).s, NULL);
	add(&r->ask.open, ht.s);
	run_ok(r);
	assert_clean(r);
}

static void old_content_may_come_back(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), old = OID(r, MAIN, "int a;\n", 7, "hash-object", "--stdin"), t, c;
	char line[128];

	/* a revert: the blob stands in the first commit, not in the parent */
	snprintf(line, sizeof(line), "100644 blob %s\ta.c\n", old.s);
	t = tree_of(r, PUSH, line);
	c = commit(r, PUSH, t.s, main.s);
	push(r, "refs/heads/main", main.s, c.s);
	run_ok(r);
	assert_clean(r);
}

static void moved_content_is_not_stolen(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), b = OID(r, MAIN, "int a = 1;\n", 11, "hash-object", "--stdin"), t, c;
	char line[128];

	snprintf(line, sizeof(line), "100644 blob %s\telsewhere.c\n", b.s);
	t = tree_of(r, PUSH, line);
	c = commit(r, PUSH, t.s, main.s);
	push(r, "refs/heads/main", main.s, c.s);
	run_ok(r);
	assert_clean(r);
}

static void hidden_values_cannot_be_named_by_a_ref(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), t = tree1(r, MAIN, "s", "hidden tree\n"), c = commit(r, MAIN, t.s, NULL);
	struct oid b = blob(r, MAIN, "hidden blob\n");

	(void)main;
	push(r, "refs/heads/x", ZERO, c.s);
	push(r, "refs/tags/y", ZERO, b.s);
	push(r, "refs/tags/z", ZERO, t.s);
	run_ok(r);
	assert_denied(r, "GIT-STEAL");
	add(&r->ask.open, c.s);
	add(&r->ask.open, b.s);
	run_ok(r);
	assert_null(finding(r, "GIT-STEAL"));
}

static bool denied_on(const struct repo *r, const char *id, uint32_t change)
{
	for (size_t i = 0; i < r->reply.findings.n; i++) {
		const struct gate_finding *f = &r->reply.findings.v[i];

		if (f->change == change && f->deny && strcmp(f->id, id) == 0)
			return true;
	}
	return false;
}

static void put_entry(struct gate_buf *b, const char *mode, const char *name, const struct oid *o)
{
	uint8_t raw[20];

	assert_true(gate_unhex(o->s, raw, sizeof(raw)));
	gate_buf_fmt(b, "%s %s", mode, name);
	gate_buf_char(b, '\0');
	gate_buf_add(b, raw, sizeof(raw));
}

struct bad_tree {
	const char *mode1, *name1, *mode2, *name2, *id;
};

static void malformed_trees_are_refused(void **state)
{
	static const struct bad_tree bad[] = {
		{ "100644", "a", "100644", "a", "GIT-MALFORMED" },
		{ "100644", "b", "100644", "a", "GIT-MALFORMED" },
		{ "0100644", "a", NULL, NULL, "GIT-MALFORMED" },
		{ "100600", "a", NULL, NULL, "GIT-MALFORMED" },
		{ "100644", "", NULL, NULL, "GIT-MALFORMED" },
		{ "100644", "a/b", NULL, NULL, "GIT-MALFORMED" },
		{ "100644", ".", NULL, NULL, "GIT-DOTGIT" },
		{ "100644", "..", NULL, NULL, "GIT-DOTGIT" },
		{ "100644", ".git", NULL, NULL, "GIT-DOTGIT" },
		{ "100644", ".GiT", NULL, NULL, "GIT-DOTGIT" },
		{ "100644", "git~1", NULL, NULL, "GIT-DOTGIT" },
		{ "100644", ".git . .", NULL, NULL, "GIT-DOTGIT" },
		{ "100644", ".git::$INDEX_ALLOCATION", NULL, NULL, "GIT-DOTGIT" },
		{ "100644", ".g\xe2\x80\x8cit", NULL, NULL, "GIT-DOTGIT" },
		{ "100644", "\xef\xbb\xbf.git", NULL, NULL, "GIT-DOTGIT" },
		{ "100644", "x\\.git\\config", NULL, NULL, "GIT-DOTGIT" },
		{ "100644", "..\\x", NULL, NULL, "GIT-DOTGIT" },
		/* twins: fine */
		{ "100644", "a", "100644", "b", NULL },
		{ "100664", "a", NULL, NULL, NULL },
		{ "100644", ".gitignore", NULL, NULL, NULL },
		{ "100644", ".github.txt", "100644", "git~10", NULL },
		{ "100644", "...", "100644", "g\xc3\xa4nse", NULL },
	};
	struct repo *r = *state;
	struct oid main = landed(r);

	for (size_t i = 0; i < GATE_ARRAY_LEN(bad); i++) {
		gate_auto(gate_buf) struct gate_buf raw = { 0 };
		struct oid b = blob(r, PUSH, "x\n"), t, c;

		put_entry(&raw, bad[i].mode1, bad[i].name1, &b);
		if (bad[i].mode2)
			put_entry(&raw, bad[i].mode2, bad[i].name2, &b);
		t = raw_object(r, PUSH, "tree", raw.s, raw.len);
		c = commit(r, PUSH, t.s, main.s);
		gate_changes_clear(&r->ask.changes);
		push(r, "refs/heads/topic", ZERO, c.s);
		run_ok(r);
		if (bad[i].id && !finding(r, bad[i].id))
			fail_msg("tree %zu ('%s'): no %s", i, bad[i].name1, bad[i].id);
		if (!bad[i].id && (finding(r, "GIT-MALFORMED") || finding(r, "GIT-DOTGIT")))
			fail_msg("tree %zu ('%s') was refused", i, bad[i].name1);
	}
}

/* A file and a folder of one name need not stand side by side: git sorts the folder as "a/". */
static void a_distant_double_name_is_refused(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), b = blob(r, PUSH, "x\n"), sub = tree1(r, PUSH, "f", "y\n"), t, c;
	gate_auto(gate_buf) struct gate_buf raw = { 0 };

	put_entry(&raw, "100644", "a", &b);
	put_entry(&raw, "100644", "a!", &b);
	put_entry(&raw, "100644", "a.b", &b);
	put_entry(&raw, "40000", "a", &sub);
	t = raw_object(r, PUSH, "tree", raw.s, raw.len);
	c = commit(r, PUSH, t.s, main.s);
	push(r, "refs/heads/topic", ZERO, c.s);
	run_ok(r);
	assert_denied(r, "GIT-MALFORMED");
	assert_non_null(strstr(message_of(r, "GIT-MALFORMED"), "twice"));
}

/* The same commit by two refs: neither may pass because the other was judged. */
static void every_ref_gets_the_findings(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), b = blob(r, PUSH, "x\n"), t, c, t2, c2;
	gate_auto(gate_buf) struct gate_buf raw = { 0 };

	put_entry(&raw, "100644", ".git", &b);
	t = raw_object(r, PUSH, "tree", raw.s, raw.len);
	c = commit(r, PUSH, t.s, main.s);
	t2 = tree1(r, PUSH, "a.c", "fine\n");
	c2 = commit(r, PUSH, t2.s, main.s);
	push(r, "refs/heads/one", ZERO, c.s);
	push(r, "refs/heads/two", ZERO, c.s);
	push(r, "refs/heads/main", main.s, c.s)->is_protected = true;
	push(r, "refs/heads/other", ZERO, c2.s);
	run_ok(r);
	assert_true(denied_on(r, "GIT-DOTGIT", 0) && denied_on(r, "GIT-DOTGIT", 1) && denied_on(r, "GIT-DOTGIT", 2));
	assert_false(denied_on(r, "GIT-DOTGIT", 3));
}

static void a_cut_tree_is_refused(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), b = blob(r, PUSH, "x\n"), t, c;
	gate_auto(gate_buf) struct gate_buf raw = { 0 };

	put_entry(&raw, "100644", "a", &b);
	t = raw_object(r, PUSH, "tree", raw.s, raw.len - 3);
	c = commit(r, PUSH, t.s, main.s);
	push(r, "refs/heads/topic", ZERO, c.s);
	run_ok(r);
	assert_denied(r, "GIT-MALFORMED");
}

static void malformed_commits_are_refused(void **state)
{
#define WHO "A <a@b.c> 1700000000 +0000\n"
	static const struct {
		const char *text;
		size_t len;
		bool refused;
	} bad[] = {
#define TEXT(s, refused) { s, sizeof(s) - 1, refused }
		TEXT("author " WHO "committer " WHO "\nfine\n", false),
		TEXT("author " WHO "committer " WHO "encoding latin1\n\nfine\n", false),
		TEXT("author " WHO "author " WHO "committer " WHO "\nx\n", true),
		TEXT("author " WHO "committer " WHO "committer " WHO "\nx\n", true),
		TEXT("author " WHO "committer " WHO "tree 0000000000000000000000000000000000000000\n\nx\n", true),
		TEXT("committer " WHO "author " WHO "\nx\n", true),
		TEXT("author A a@b.c 1700000000 +0000\ncommitter " WHO "\nx\n", true),
		TEXT("author " WHO "committer " WHO "\nx\0y\n", true),
		TEXT("author " WHO "committer " WHO "gpgsig a\ngpgsig b\n\nx\n", true),
	};
	struct repo *r = *state;
	struct oid main = landed(r), t = tree1(r, PUSH, "a.c", "x\n");

	for (size_t i = 0; i < GATE_ARRAY_LEN(bad); i++) {
		gate_auto(gate_buf) struct gate_buf raw = { 0 };
		struct oid c;

		gate_buf_fmt(&raw, "tree %s\nparent %s\n", t.s, main.s);
		gate_buf_add(&raw, bad[i].text, bad[i].len);
		c = raw_object(r, PUSH, "commit", raw.s, raw.len);
		gate_changes_clear(&r->ask.changes);
		push(r, "refs/heads/main", main.s, c.s);
		run_ok(r);
		if (!!finding(r, "GIT-MALFORMED") != bad[i].refused)
			fail_msg("commit %zu: %s", i, bad[i].refused ? "accepted" : "refused");
	}
}

static void missing_and_corrupt_objects_are_errors(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), b = blob(r, PUSH, "will be gone\n"), t, c;
	char line[128], path[256];
	struct gate_err err = { 0 };

	snprintf(line, sizeof(line), "100644 blob %s\ta.c\n", b.s);
	t = tree_of(r, PUSH, line);
	c = commit(r, PUSH, t.s, main.s);
	push(r, "refs/heads/main", main.s, c.s);
	run_ok(r);
	snprintf(path, sizeof(path), "%s/%.2s/%s", r->quarantine, b.s, b.s + 2);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(run(r), -GATE_E_OBJECT);
	assert_non_null(strstr(r->err.text, b.s));
	assert_int_equal(gate_write_file(path, "rubbish", 7, 0600, false, &err), 0);
	assert_int_equal(run(r), -GATE_E_OBJECT);
	assert_non_null(strstr(r->err.text, b.s));
	assert_int_equal(unlink(path), 0);
}

static void approvals_travel_as_bytes(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), b = blob(r, PUSH, "refgate/approval/v1\n"), t = tree1(r, PUSH, "x", "y\n");

	(void)main;
	push(r, "refs/approvals/abcd1234/00", ZERO, b.s);
	r->ask.changes.n = 1;
	run_ok(r);
	assert_int_equal(r->reply.inbox.n, 1);
	assert_string_equal(r->reply.inbox.v[0].path, "refs/approvals/abcd1234/00");
	assert_string_equal(r->reply.inbox.v[0].bytes, "refgate/approval/v1\n");
	/* a tree there, and what it holds */
	gate_changes_clear(&r->ask.changes);
	push(r, "refs/approvals/abcd1234/00", ZERO, t.s);
	run_ok(r);
	assert_denied(r, "GIT-STRAY");
	assert_int_equal(r->reply.inbox.n, 0);
}

static void an_approval_that_is_too_long_is_refused(void **state)
{
	struct repo *r = *state;
	gate_autofree char *text = calloc(1, GATE_APPROVAL_MAX + 2);
	struct oid b;

	assert_non_null(text);
	memset(text, 'x', GATE_APPROVAL_MAX + 1);
	b = blob(r, PUSH, text);
	push(r, "refs/approvals/abcd1234/00", ZERO, b.s);
	run_ok(r);
	assert_denied(r, "GATE-LIMIT");
	assert_int_equal(r->reply.inbox.n, 0);
}

static struct oid rules_tree(struct repo *r, enum where where, const char *policy)
{
	struct oid p = blob(r, where, policy), d;
	char line[128];

	snprintf(line, sizeof(line), "100644 blob %s\tpolicy.yml\n", p.s);
	d = tree_of(r, where, line);
	snprintf(line, sizeof(line), "040000 tree %s\t.refgate\n", d.s);
	return tree_of(r, where, line);
}

static void a_pushed_policy_must_be_one(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), t = rules_tree(r, PUSH, "version: 1\nno such key: 2\n"), c = commit(r, PUSH, t.s, main.s);
	struct gate_change *ch;

	push(r, "refs/heads/main", main.s, c.s);
	run_ok(r);
	assert_true(r->reply.facts[0].rules_new[0] && !r->reply.facts[0].rules_old[0]);
	assert_false(denied(r, "GATE-RULES")); /* ordinary content anywhere but on the policy ref */
	ch = &r->ask.changes.v[0];
	ch->is_policy_ref = ch->is_protected = true;
	run_ok(r);
	assert_denied(r, "GATE-RULES");
	assert_non_null(strstr(message_of(r, "GATE-RULES"), "policy.yml:2"));
}

static void the_policy_ref_keeps_its_folder(void **state)
{
	struct repo *r = *state;
	struct oid t0 = rules_tree(r, MAIN, "version: 1\n"), main = commit(r, MAIN, t0.s, NULL);
	struct oid t = tree1(r, PUSH, "a", "b\n"), c = commit(r, PUSH, t.s, main.s);
	struct gate_change *ch;

	add(&r->ask.hidden, main.s);
	ch = push(r, "refs/heads/main", main.s, c.s);
	ch->is_policy_ref = true;
	run_ok(r);
	assert_string_not_equal(r->reply.facts[0].rules_old, "");
	assert_string_equal(r->reply.facts[0].rules_new, "");
	assert_denied(r, "GATE-RULES");
}

/* The same work, confined: objects can be read, and the answer arrives. */
static void works_while_confined(void **state)
{
	struct repo *r = *state;
	struct oid main = landed(r), t = tree1(r, PUSH, "a.c", "confined\n"), c = commit(r, PUSH, t.s, main.s);
	gate_auto(gate_buf) struct gate_buf in = { 0 };
	int fds[2], status;
	pid_t pid;

	push(r, "refs/heads/main", main.s, c.s);
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct gate_strs dirs = { 0 };
		gate_auto(gate_buf) struct gate_buf out = { 0 };
		struct gate_err err = { 0 };
		int rc;

		dup2(fds[1], 1);
		add(&dirs, r->objects);
		rc = gate_sandbox_enter_worker(&dirs, 20, 0, &err);
		if (rc == 0)
			rc = gate_work_run(&r->ask, NULL, &r->reply, &err);
		if (rc == 0)
			rc = gate_reply_encode(&r->reply, &out, &err);
		else
			gate_reply_encode_error(&err, &out, &(struct gate_err){ 0 });
		gate_write_all(1, out.s, out.len, &(struct gate_err){ 0 });
		_exit(rc == 0 ? 0 : 1);
	}
	close(fds[1]);
	assert_int_equal(gate_read_all(fds[0], GATE_WORKER_ANSWER_MAX, &in, "answer", &r->err), 0);
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (gate_reply_decode(in.s ? in.s : "", in.len, 1, &r->reply, &r->err) < 0)
		fail_msg("%s (status %x)", r->err.text, (unsigned)status);
	assert_string_equal(r->reply.facts[0].commit, c.s);
	assert_clean(r);
}

/* A tree of many files: how long one commit takes is printed, not judged. */
static void one_change_among_many_files(void **state)
{
	struct repo *r = *state;
	gate_auto(gate_buf) struct gate_buf import = { 0 };
	struct oid main, b, t, c;
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	int64_t start;

	gate_buf_str(&import, "commit refs/heads/main\ncommitter A <a@b.c> 1700000000 +0000\ndata 2\nx\n");
	for (int i = 0; i < 100000; i++)
		gate_buf_fmt(&import, "M 644 inline d%d/e%d/f%d\ndata 4\n%04d\n", i % 50, i / 50 % 40, i, i % 10000);
	GIT(r, MAIN, import.s, import.len, NULL, "fast-import", "--quiet");
	main = OID(r, MAIN, NULL, 0, "rev-parse", "refs/heads/main");
	b = blob(r, PUSH, "changed\n");
	GIT(r, MAIN, NULL, 0, NULL, "read-tree", main.s);
	{
		char info[128];

		snprintf(info, sizeof(info), "100644,%s,d7/e0/f7", b.s);
		GIT(r, PUSH, NULL, 0, NULL, "update-index", "--add", "--cacheinfo", info);
	}
	t = OID(r, PUSH, NULL, 0, "write-tree");
	c = commit(r, PUSH, t.s, main.s);
	add(&r->ask.hidden, main.s);
	push(r, "refs/heads/main", main.s, c.s);
	start = gate_monotonic_ms();
	run_ok(r);
	print_message("one commit, 100,000 files: %lld ms, %llu objects read\n", (long long)(gate_monotonic_ms() - start),
		      (unsigned long long)r->reply.new_objects);
	assert_clean(r);
	assert_int_equal(r->reply.facts[0].new_commits, 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		T(facts_of_a_fast_forward),
		T(facts_of_a_forced_push),
		T(dates_do_not_decide_ancestry),
		T(facts_of_new_branches),
		T(a_base_from_an_accepted_tip),
		T(a_merge_brings_both_sides),
		T(facts_of_tags),
		T(a_tag_that_lies_about_its_object_is_refused),
		T(too_many_tags_of_tags_are_refused),
		T(stored_commits_are_new_until_hidden),
		T(facts_mode_agrees_and_finds_nothing),
		T(stray_objects_are_refused),
		T(completed_thin_packs_are_no_strays),
		T(a_hidden_base_is_refused),
		T(naming_a_base_does_not_open_it),
		T(a_repack_makes_nothing_new),
		T(a_tree_that_names_a_hidden_blob_is_refused),
		T(old_content_may_come_back),
		T(moved_content_is_not_stolen),
		T(hidden_values_cannot_be_named_by_a_ref),
		T(malformed_trees_are_refused),
		T(a_distant_double_name_is_refused),
		T(every_ref_gets_the_findings),
		T(a_cut_tree_is_refused),
		T(malformed_commits_are_refused),
		T(missing_and_corrupt_objects_are_errors),
		T(approvals_travel_as_bytes),
		T(an_approval_that_is_too_long_is_refused),
		T(a_pushed_policy_must_be_one),
		T(the_policy_ref_keeps_its_folder),
		T(works_while_confined),
		T(one_change_among_many_files),
	};

	return cmocka_run_group_tests_name("worker: objects", tests, NULL, NULL);
}
