#include "cli/target.h"

#include "base/crypto.h"
#include "base/io.h"
#include "base/when.h"
#include "gate/pending.h"
#include "gate/witness.h"

#include <string.h>

extern char **environ;

#define CLIENT_MS 600000
#define FETCH_FEW 5
#define CACHE_SLACK 256

int gate_client_git(const struct gate_repo *r, const char *const *args, const void *in, size_t in_len, struct gate_buf *out,
		    struct gate_buf *errs, int *code, struct gate_err *err)
{
	const char *argv[64] = { "git", "--git-dir", r->dir };
	gate_auto(gate_proc) struct gate_proc p = { 0 };
	size_t n = 0;

	while (args[n]) {
		if (n + 4 >= GATE_ARRAY_LEN(argv))
			return gate_err_set(err, GATE_E_BUG, "git %s: too many arguments", args[0]);
		argv[n + 3] = args[n];
		n++;
	}
	p.argv = argv;
	p.env = (const char *const *)environ;
	p.in = in;
	p.in_len = in_len;
	p.out = out;
	p.errs = errs;
	p.max_out = (size_t)64 << 20;
	if (gate_proc_run(&p, CLIENT_MS, err) < 0)
		return gate_err_wrap(err, "git %s", args[0]);
	*code = gate_proc_exit(&p);
	return 0;
}

static int client_git(const struct gate_repo *r, const char *const *args, struct gate_buf *out, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf errs = { 0 }, safe = { 0 };
	int code;

	if (gate_client_git(r, args, NULL, 0, out, &errs, &code, err) < 0)
		return -(int)err->code;
	if (code == 0)
		return 0;
	gate_escape(&safe, gate_buf_cstr(&errs), strcspn(gate_buf_cstr(&errs), "\n"));
	return gate_err_set(err, GATE_E_GIT, "git %s: %s", args[0], gate_buf_cstr(&safe));
}

static bool is_gated(const struct gate_repo *r)
{
	gate_autofree char *path = gate_fmt("%s/audit/log.jsonl", r->gate);

	return path && gate_file_exists(path);
}

/* One answer of `git cat-file --batch`: the content, or nothing. False at the end. */
static bool next_answer(const struct gate_buf *got, size_t *at, const char **content, size_t *size)
{
	const char *head = gate_buf_cstr(got) + *at;
	const char *lf = *at < got->len ? memchr(head, '\n', got->len - *at) : NULL;

	*content = NULL;
	if (!lf)
		return false;
	*at += (size_t)(lf + 1 - head);
	if (sscanf(head, "%*40[0-9a-f] blob %zu", size) != 1)
		return true;
	if (*size >= got->len - *at)
		return false;
	*content = lf + 1;
	*at += *size + 1;
	return true;
}

/* The policy as far as a clone knows it: people and keys in .refgate/ of the branch that the remote's HEAD names, or of main or master.
 * Only for defaults (whose key is this, which role is missing): the server decides by its own. One git process asks for all. */
static void load_clone_policy(struct gate_target *t)
{
	static const char *const tails[] = { "HEAD", "main", "master" };
	static const char *const names[] = { "policy.yml", "allowed_signers", "revoked_keys" };
	gate_auto(gate_buf) struct gate_buf ask = { 0 }, got = { 0 };
	struct gate_err ignored = { 0 };
	size_t at = 0, size;
	const char *content;

	for (size_t i = 0; i < GATE_ARRAY_LEN(tails) * GATE_ARRAY_LEN(names); i++)
		gate_buf_fmt(&ask, "refs/remotes/%s/%s:.refgate/%s\n", t->remote, tails[i / GATE_ARRAY_LEN(names)],
			     names[i % GATE_ARRAY_LEN(names)]);
	if (gate_git(&t->clone, (const char *const[]){ "cat-file", "--batch", NULL }, gate_buf_cstr(&ask), ask.len, &got, &ignored) < 0)
		return;
	for (size_t i = 0; i < GATE_ARRAY_LEN(tails) && !t->policy; i++) {
		gate_auto(gate_files) struct gate_files files = { 0 };

		for (size_t k = 0; k < GATE_ARRAY_LEN(names); k++) {
			if (!next_answer(&got, &at, &content, &size))
				return;
			if (content && gate_files_add(&files, names[k], content, size, &ignored) < 0)
				return;
		}
		if (files.n)
			gate_policy_load(&files, NULL, 0, &t->policy, &ignored);
	}
}

int gate_target_open(const struct gate_args *a, struct gate_target *t, struct gate_err *err)
{
	struct gate_repo r;
	uint8_t random[8];
	char hex[17];

	if (gate_repo_open(a->repo, &r, err) < 0)
		return -(int)err->code;
	if (is_gated(&r)) {
		t->on_server = true;
		if (gate_server_start(r.dir, &t->server, err) < 0)
			return -(int)err->code;
		t->policy = t->server.policy;
		return 0;
	}
	t->clone = r;
	if (!gate_copy(t->remote, sizeof(t->remote), a->remote ? a->remote : "origin") || t->remote[0] == '-')
		return gate_err_set(err, GATE_E_USAGE, "--remote: not the name of a remote");
	gate_random(random, sizeof(random));
	gate_hex(random, sizeof(random), hex);
	snprintf(t->room, sizeof(t->room), "refs/refgate-client/%s/", hex);
	load_clone_policy(t);
	return 0;
}

static int collect_delete(const char *name, const struct gate_ref *ref, void *arg)
{
	static const char zeros[] = "0000000000000000000000000000000000000000";
	struct gate_err ignored = { 0 };

	return gate_ref_updates_add(arg, name, zeros, ref->oid, &ignored) < 0;
}

static void drop_room(struct gate_target *t)
{
	gate_auto(gate_ref_updates) struct gate_ref_updates u = { 0 };
	gate_autorefs struct gate_refs *refs = NULL;
	struct gate_err ignored = { 0 };
	size_t n;

	if (gate_refs_open(&t->clone, &refs, &ignored) < 0 || gate_refs_each(refs, t->room, collect_delete, &u, &ignored) < 0)
		return;
	n = u.n;
	if (t->keep_new[0] && strcmp(t->keep_new, t->keep_old) != 0)
		gate_ref_updates_add(&u, t->keep_ref, t->keep_new, t->keep_old, &ignored);
	if (u.n && gate_refs_commit(&t->clone, &u, "refgate", &ignored) < 0 && u.n > n) {
		/* Another command has remembered something meanwhile, which is as good. */
		u.n = n;
		gate_err_reset(&ignored);
		gate_refs_commit(&t->clone, &u, "refgate", &ignored);
	}
}

void gate_target_close(struct gate_target *t)
{
	gate_strs_clear(&t->values);
	if (t->on_server) {
		gate_server_clear(&t->server);
	} else if (t->room[0]) {
		drop_room(t);
		gate_policy_free(t->policy);
	}
	*t = (struct gate_target){ 0 };
}

const struct gate_repo *gate_target_repo(const struct gate_target *t)
{
	return t->on_server ? &t->server.repo : &t->clone;
}

static int fetch(struct gate_target *t, const char *const *specs, struct gate_err *err)
{
	const char *args[16] = { "-c", "gc.auto=0", "-c", "maintenance.auto=false", "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
				 "--no-recurse-submodules", t->remote };
	size_t n = 10;

	for (size_t i = 0; specs[i] && n + 1 < GATE_ARRAY_LEN(args); i++)
		args[n++] = specs[i];
	return client_git(&t->clone, args, NULL, err);
}

int gate_target_fetch_all(struct gate_target *t, struct gate_err *err)
{
	gate_autofree char *spec = gate_fmt("+refs/heads/*:%sall/*", t->room);

	return spec ? fetch(t, (const char *const[]){ spec, NULL }, err) : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

/* A pattern, so that a gate which has none yet is no error. */
#define LOG_SPEC "+" GATE_REFS_LEAVES "*:%slog/*"

int gate_target_fetch_log(struct gate_target *t, struct gate_err *err)
{
	gate_autofree char *spec = gate_fmt(LOG_SPEC, t->room);

	return spec ? fetch(t, (const char *const[]){ spec, NULL }, err) : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

/* Behind a remote, only open records can be fetched under their own name; a closed one is found in the archive, newest first. */
static int closed_record(struct gate_target *t, const char *id, struct gate_record *out, struct gate_err *err)
{
	gate_autofree char *spec = gate_fmt("+%s:%sarchive", GATE_REF_ARCHIVE, t->room);
	gate_autofree char *ref = gate_fmt("%sarchive", t->room);
	gate_autofree char *grep = gate_fmt("--grep=^pending %s ", id);
	gate_autofree char *name = NULL;
	gate_auto(gate_buf) struct gate_buf errs = { 0 }, commit = { 0 }, b = { 0 };
	int code;

	if (!spec || !ref || !grep)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (gate_client_git(&t->clone, (const char *const[]){ "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
					       "--no-recurse-submodules", t->remote, spec, NULL },
			    NULL, 0, NULL, &errs, &code, err) < 0)
		return -(int)err->code;
	if (code || gate_git_line(&t->clone, (const char *const[]){ "log", "-1", "--format=%H", grep, ref, NULL }, &commit, err) < 0 ||
	    commit.len != GATE_HEXSZ)
		return gate_err_set(err, GATE_E_PENDING, "there is no pending %s at %s", id, t->remote);
	name = gate_fmt("%s:record", commit.s);
	if (!name || gate_git_read(&t->clone, name, "blob", (size_t)64 << 20, &b, err) < 0)
		return -(int)err->code;
	return gate_record_load(gate_buf_cstr(&b), b.len, out, err);
}

int gate_target_record(struct gate_target *t, const char *id, struct gate_record *out, struct gate_err *err)
{
	gate_autofree char *record = NULL, *refs = NULL, *name = NULL, *log = gate_fmt(LOG_SPEC, t->room);
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	gate_autorefs struct gate_refs *here = NULL;
	struct gate_err why = { 0 };
	struct gate_ref at;

	if (t->on_server)
		return gate_pending_load(&t->server, id, out, err);
	if (!gate_id_valid(id))
		return gate_err_set(err, GATE_E_USAGE, "%s is not an id of a pending (8 characters, see `refgate queue`)", id);
	record = gate_fmt("+%s%s:%s%s/record", GATE_REFS_RECORD, id, t->room, id);
	refs = gate_fmt("+%s%s/*:%s%s/new/*", GATE_REFS_PENDING, id, t->room, id);
	name = gate_fmt("%s%s/record", t->room, id);
	if (!record || !refs || !name || !log)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (fetch(t, (const char *const[]){ record, refs, t->with_log ? log : NULL, NULL }, &why) < 0) {
		if (strstr(why.text, "couldn't find remote ref"))
			return closed_record(t, id, out, err);
		return gate_err_set(err, why.code, "%s", why.text);
	}
	if (gate_refs_open(&t->clone, &here, err) < 0 || gate_ref_read(here, name, &at, err) < 0 ||
	    gate_git_read(&t->clone, at.oid, "blob", (size_t)64 << 20, &b, err) < 0 ||
	    gate_record_load(gate_buf_cstr(&b), b.len, out, err) < 0)
		return gate_err_wrap(err, "pending %s", id);
	return strcmp(out->id, id) == 0 ? 0 : gate_err_set(err, GATE_E_PENDING, "the record of %s names itself %s", id, out->id);
}

int gate_target_statements(struct gate_target *t, const char *id, char **prefix, struct gate_err *err)
{
	gate_autofree char *spec = gate_fmt("+%s%s/*:%s%s/signed/*", GATE_REFS_APPROVALS, id, t->room, id);

	*prefix = t->on_server ? gate_fmt("%s%s/", GATE_REFS_APPROVALS, id) : gate_fmt("%s%s/signed/", t->room, id);
	if (!spec || !*prefix)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	return t->on_server ? 0 : fetch(t, (const char *const[]){ spec, NULL }, err);
}

/* ---- what refs stand at ---- */

/* "<oid>\t<ref>" a line becomes "<ref> <oid>", sorted. */
static int ask_remote(struct gate_target *t, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	char *save = NULL;

	if (t->values.n)
		return 0;
	if (client_git(&t->clone, (const char *const[]){ "ls-remote", "--refs", t->remote, NULL }, &out, err) < 0)
		return -(int)err->code;
	for (char *line = out.s ? strtok_r(out.s, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
		gate_autofree char *value = NULL;

		if (strlen(line) < GATE_HEXSZ + 2 || line[GATE_HEXSZ] != '\t')
			return gate_err_set(err, GATE_E_GIT, "git ls-remote answered out of form");
		value = gate_fmt("%s %.40s", line + GATE_HEXSZ + 1, line);
		if (!value || gate_strs_add(&t->values, value, err) < 0)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	gate_strs_sort(&t->values);
	return 0;
}

/* Many pendings wait for the same few refs: each is read once. */
static int remember_value(struct gate_target *t, const char *ref, const char *oid, struct gate_err *err)
{
	gate_autofree char *value = gate_fmt("%s %s", ref, oid);

	if (!value || gate_strs_add(&t->values, value, err) < 0)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t i = t->values.n - 1; i && strcmp(t->values.v[i], t->values.v[i - 1]) < 0; i--) {
		char *greater = t->values.v[i - 1];

		t->values.v[i - 1] = t->values.v[i];
		t->values.v[i] = greater;
	}
	return 0;
}

static const char *known_value(const struct gate_target *t, const char *ref)
{
	gate_autofree char *key = gate_fmt("%s ", ref);
	size_t lo = 0, hi = t->values.n;

	while (key && lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strncmp(t->values.v[mid], key, strlen(key)) == 0)
			return t->values.v[mid] + strlen(key);
		if (strcmp(t->values.v[mid], key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* Whether the gate's ref is at `oid` still; zeros: absent. */
static int stands_at(struct gate_target *t, const char *ref, const char *oid, bool *stands, struct gate_err *err)
{
	const char *now = NULL;
	struct gate_ref present;

	if (!t->on_server && ask_remote(t, err) < 0)
		return -(int)err->code;
	now = known_value(t, ref);
	if (!now && t->on_server) {
		if (gate_ref_read(t->server.refs, ref, &present, err) < 0 || remember_value(t, ref, present.oid, err) < 0)
			return -(int)err->code;
		now = known_value(t, ref);
	}
	*stands = now ? strcmp(now, oid) == 0 : gate_is_zero_oid(oid);
	return 0;
}

int gate_target_state(struct gate_target *t, const struct gate_record *r, enum gate_state *now, struct gate_err *err)
{
	bool stands = true;

	*now = t->on_server ? gate_pending_state_now(&t->server, r) : r->state;
	if (t->on_server || r->state != GATE_STATE_OPEN || r->recovered_by[0])
		return 0;
	if (gate_now() > r->expires) {
		*now = GATE_STATE_EXPIRED;
		return 0;
	}
	for (size_t i = 0; i < r->n_refs && stands; i++) {
		if (stands_at(t, r->refs[i].ref, r->refs[i].old, &stands, err) < 0)
			return -(int)err->code;
	}
	*now = stands ? GATE_STATE_OPEN : GATE_STATE_STALE;
	return 0;
}

/* ---- the queue ---- */

struct waiting {
	struct gate_summaries known;
	struct gate_buf oids, missing; /* of records, a line each */
	struct gate_strs ids;	       /* of the missing ones */
};

static void waiting_clear(struct waiting *w)
{
	gate_summaries_clear(&w->known);
	gate_buf_clear(&w->oids);
	gate_buf_clear(&w->missing);
	gate_strs_clear(&w->ids);
}

static int add_waiting(const char *name, const struct gate_ref *ref, void *arg)
{
	struct waiting *w = arg;
	struct gate_err ignored = { 0 };

	gate_buf_fmt(&w->oids, "%s\n", ref->oid);
	if (gate_summaries_find(&w->known, ref->oid))
		return 0;
	gate_buf_fmt(&w->missing, "%s\n", ref->oid);
	return gate_strs_add(&w->ids, name + strlen(GATE_REFS_RECORD), &ignored) < 0;
}

/* Which records there are, by the remote's own list of refs. */
static int list_remote(struct gate_target *t, struct waiting *w, struct gate_err *err)
{
	struct gate_ref ref = { 0 };

	if (ask_remote(t, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < t->values.n; i++) {
		gate_autofree char *name = strndup(t->values.v[i], strcspn(t->values.v[i], " "));

		if (!name || !gate_starts_with(name, GATE_REFS_RECORD) || !gate_id_valid(name + strlen(GATE_REFS_RECORD)))
			continue;
		gate_copy(ref.oid, sizeof(ref.oid), strrchr(t->values.v[i], ' ') + 1);
		add_waiting(name, &ref, w);
	}
	return 0;
}

/* The few that are new by name, else all; all too where one of the few is gone meanwhile. */
static int fetch_missing(struct gate_target *t, const struct waiting *w, struct gate_err *err)
{
	gate_autofree char *all = gate_fmt("+%s*:%squeue/*", GATE_REFS_RECORD, t->room);
	const char *specs[FETCH_FEW + 1] = { 0 };
	char *few[FETCH_FEW] = { 0 };
	struct gate_err gone = { 0 };
	int got = -1;

	for (size_t i = 0; w->ids.n <= FETCH_FEW && i < w->ids.n; i++)
		specs[i] = few[i] = gate_fmt("+%s%s:%squeue/%s", GATE_REFS_RECORD, w->ids.v[i], t->room, w->ids.v[i]);
	if (specs[0])
		got = fetch(t, specs, &gone);
	for (size_t i = 0; i < FETCH_FEW; i++)
		free(few[i]);
	if (got == 0)
		return 0;
	return all ? fetch(t, (const char *const[]){ all, NULL }, err) : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

static int state_of(struct gate_target *t, const struct waiting *w, const struct gate_summary *s, enum gate_state *now, struct gate_err *err)
{
	char ref[GATE_REF_MAX], old[GATE_HEXSZ + 1];
	bool stands = true;
	size_t at = 0;

	*now = GATE_STATE_OPEN;
	if (s->recovery)
		return 0;
	while (stands && gate_summary_next(&w->known, s, &at, ref, old)) {
		if (stands_at(t, ref, old, &stands, err) < 0)
			return -(int)err->code;
	}
	if (gate_now() > s->expires)
		*now = GATE_STATE_EXPIRED;
	else if (!stands)
		*now = GATE_STATE_STALE;
	return 0;
}

static int look_up(struct gate_target *t, struct waiting *w, struct gate_err *err)
{
	const struct gate_repo *repo = gate_target_repo(t);

	if (gate_summaries_load(repo, &w->known, err) < 0 ||
	    (t->on_server ? gate_refs_each(t->server.refs, GATE_REFS_RECORD, add_waiting, w, err) : list_remote(t, w, err)) < 0 ||
	    gate_buf_check(&w->oids, err) < 0 || gate_buf_check(&w->missing, err) < 0)
		return -(int)err->code;
	if (w->missing.len && ((!t->on_server && fetch_missing(t, w, err) < 0) || gate_summaries_add(&w->known, repo, &w->missing, err) < 0))
		return -(int)err->code;
	/* Written anew when it learned something, and when most of it is about what closed. */
	if (w->missing.len || w->known.lines > 2 * (w->oids.len / (GATE_HEXSZ + 1)) + CACHE_SLACK)
		gate_summaries_keep(&w->known, repo, &w->oids);
	return 0;
}

int gate_target_each(struct gate_target *t, int (*fn)(const struct gate_summary *s, enum gate_state now, void *arg), void *arg,
		     struct gate_err *err)
{
	gate_auto(waiting) struct waiting w = { 0 };

	if (look_up(t, &w, err) < 0)
		return -(int)err->code;
	for (const char *p = gate_buf_cstr(&w.oids), *end = p + w.oids.len; p < end; p += GATE_HEXSZ + 1) {
		char oid[GATE_HEXSZ + 1];
		const struct gate_summary *s;
		enum gate_state now;

		snprintf(oid, sizeof(oid), "%.40s", p);
		s = gate_summaries_find(&w.known, oid);
		if (!s)
			continue; /* closed meanwhile */
		if (state_of(t, &w, s, &now, err) < 0)
			return -(int)err->code;
		if (fn(s, now, arg))
			break;
	}
	return 0;
}
