#include "gate/install.h"

#include "audit/log.h"
#include "base/crypto.h"
#include "base/io.h"
#include "base/when.h"
#include "gate/chain.h"
#include "gate/decided.h"
#include "gate/entries.h"
#include "gate/pending.h"
#include "gate/rules_commit.h"
#include "gate/wall.h"

#include <string.h>
#include <sys/stat.h>

static const char *const hook_names[] = { "pre-receive", "proc-receive", "update", "post-receive" };

/* ---- what cannot be gated ---- */

static int refuse(struct gate_err *err, const char *dir, const char *what, const char *instead)
{
	return gate_err_set(err, GATE_E_CONFIG, "%s: %s; %s", dir, what, instead);
}

static int check_owner(const struct gate_repo *r, const struct gate_config *c, struct gate_err *err)
{
	const char *shared = gate_config_get(c, "core.sharedrepository", "umask");
	struct stat st;

	if (strcmp(shared, "umask") != 0 && strcmp(shared, "false") != 0 && strcmp(shared, "0") != 0)
		return refuse(err, r->dir, "core.sharedRepository lets several accounts write here",
			      "one account must own a gated repository: move its users to `refgate serve` and unset it");
	if (stat(r->dir, &st) < 0)
		return gate_err_errno(err, "%s", r->dir);
	if (st.st_mode & 022)
		return refuse(err, r->dir, "the folder is writable by others than its owner",
			      "run `chmod -R go-w` on it; pushers go through `refgate serve`");
	if (st.st_uid != geteuid())
		return refuse(err, r->dir, "another account owns this repository", "run init as that account");
	return 0;
}

static int check_features(const struct gate_repo *r, const struct gate_config *c, struct gate_err *err)
{
	static const struct {
		const char *file, *what;
	} never[] = { { "shallow", "a shallow repository" }, { "info/grafts", "a repository with grafts" } };

	if (strcmp(gate_config_get(c, "extensions.objectformat", "sha1"), "sha1") != 0)
		return refuse(err, r->dir, "a repository of SHA-256 objects", "libgit2 cannot read it yet, so it cannot be gated");
	if (strcmp(gate_config_get(c, "extensions.refstorage", "files"), "files") != 0)
		return refuse(err, r->dir, "refs in a reftable", "only git's files ref storage can be gated");
	for (size_t i = 0; i < GATE_ARRAY_LEN(never); i++) {
		gate_autofree char *path = gate_fmt("%s/%s", r->dir, never[i].file);

		if (!path || gate_file_exists(path))
			return refuse(err, r->dir, never[i].what, "it cannot be judged as a whole; clone it anew");
	}
	for (size_t i = 0; i < c->keys.n; i++) {
		if (gate_starts_with(c->keys.v[i], "remote.") && gate_ends_with(c->keys.v[i], ".promisor"))
			return refuse(err, r->dir, "a partial clone (promisor remote)", "clone it anew with all objects");
	}
	if (gate_config_get(c, "core.hookspath", NULL))
		return refuse(err, r->dir, "core.hooksPath points to a folder of hooks that is not this repository's", "unset it first");
	return 0;
}

static int found(const char *name, const struct gate_ref *ref, void *arg)
{
	(void)name;
	(void)ref;
	*(bool *)arg = true;
	return 1;
}

static int check_replace(const struct gate_repo *r, struct gate_err *err)
{
	gate_autorefs struct gate_refs *refs = NULL;
	bool any = false;

	if (gate_refs_open(r, &refs, err) < 0 || gate_refs_each(refs, "refs/replace/", found, &any, err) < 0)
		return -(int)err->code;
	return any ? refuse(err, r->dir, "refs/replace forge what is read", "delete them with `git replace -d`") : 0;
}

static bool is_stub(const char *path)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err ignored = { 0 };

	return gate_read_file(path, 65536, &b, &ignored) == 0 && strstr(gate_buf_cstr(&b), "# refgate: written by `refgate init`");
}

static int check_proc_receive(const struct gate_repo *r, const struct gate_config *c, struct gate_err *err)
{
	gate_autofree char *path = gate_fmt("%s/hooks/proc-receive", r->dir);
	gate_auto(gate_strs) struct gate_strs refs = { 0 };

	if (path && gate_file_exists(path) && !is_stub(path))
		return refuse(err, r->dir, "there is a proc-receive hook already, and git knows only one",
			      "remove it, or use --update-only where the host needs it");
	if (gate_config_all(c, "receive.procreceiverefs", &refs, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < refs.n; i++) {
		if (strcmp(refs.v[i], "refs") != 0)
			return refuse(err, r->dir, "receive.procReceiveRefs is set for something else", "unset it, or use --update-only");
	}
	return 0;
}

static int check(const struct gate_install *in, struct gate_repo *r, struct gate_config *c, struct gate_err *err)
{
	if (gate_repo_open(in->repo, r, err) < 0 || gate_config_load(r, c, err) < 0)
		return -(int)err->code;
	if (!gate_config_bool(c, "core.bare", false) && !in->worktree)
		return refuse(err, r->dir, "this repository has a work tree", "gate a bare one, or say --worktree if it is meant");
	if (check_features(r, c, err) < 0 || check_owner(r, c, err) < 0 || check_replace(r, err) < 0)
		return -(int)err->code;
	return in->update_only ? 0 : check_proc_receive(r, c, err);
}

int gate_install_check(const struct gate_install *in, struct gate_repo *repo, struct gate_err *err)
{
	gate_auto(gate_config) struct gate_config c = { 0 };

	return check(in, repo, &c, err);
}

/* ---- folder, keys, log ---- */

static int make_folder(const struct gate_repo *r, struct gate_err *err)
{
	static const char *const dirs[] = { "", "/inflight", "/cache", "/open" };
	static const char *const files[] = { "/decided", "/closed", "/settle.lock" };
	gate_autofree char *key = gate_fmt("%s/idkey", r->gate);
	uint8_t random[32];

	for (size_t i = 0; i < GATE_ARRAY_LEN(dirs); i++) {
		gate_autofree char *path = gate_fmt("%s%s", r->gate, dirs[i]);

		if (!path || gate_mkdirs(path, 0700, err) < 0)
			return -(int)err->code;
		if (chmod(path, 0700) < 0)
			return gate_err_errno(err, "%s", path);
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(files); i++) {
		gate_autofree char *path = gate_fmt("%s%s", r->gate, files[i]);

		if (path && !gate_file_exists(path) && gate_write_file(path, "", 0, 0600, false, err) < 0)
			return -(int)err->code;
	}
	if (!key)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (gate_file_exists(key))
		return 0;
	gate_random(random, sizeof(random));
	return gate_write_file(key, random, sizeof(random), 0600, true, err);
}

/* ---- configuration ---- */

static int ensure(const struct gate_repo *r, const struct gate_config *c, const char *key, const char *value, struct gate_buf *report,
		  struct gate_err *err)
{
	const char *now = gate_config_get(c, key, NULL);

	if (now && strcmp(now, value) == 0)
		return 0;
	gate_buf_fmt(report, "set %s = %s\n", key, value);
	return gate_config_set(r, key, value, err);
}

static int ensure_listed(const struct gate_repo *r, const struct gate_config *c, const char *key, const char *value,
			 struct gate_buf *report, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs all = { 0 };
	gate_autofree char *lower = strdup(key);

	for (char *p = lower; p && *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	if (!lower || gate_config_all(c, lower, &all, err) < 0)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (gate_strs_has(&all, value))
		return 0;
	gate_buf_fmt(report, "add %s = %s\n", key, value);
	return gate_config_add(r, key, value, err);
}

static int make_repo_id(const struct gate_repo *r, const struct gate_config *c, char id[33], struct gate_err *err)
{
	const char *now = gate_config_get(c, "refgate.repoid", "");
	uint8_t random[16];

	if (strlen(now) == 32 && gate_is_hex(now, 32)) {
		gate_copy(id, 33, now);
		return 0;
	}
	gate_random(random, sizeof(random));
	gate_hex(random, sizeof(random), id);
	return gate_config_set(r, "refgate.repoId", id, err);
}

static int pin_policy_ref(const struct gate_repo *r, const struct gate_config *c, char ref[GATE_REF_MAX], struct gate_err *err)
{
	const char *now = gate_config_get(c, "refgate.policyref", NULL);
	gate_autorefs struct gate_refs *refs = NULL;
	struct gate_ref head;

	if (now) {
		gate_copy(ref, GATE_REF_MAX, now);
		return 0;
	}
	if (gate_refs_open(r, &refs, err) < 0 || gate_ref_read(refs, "HEAD", &head, err) < 0)
		return -(int)err->code;
	if (head.kind != GATE_REF_SYMBOLIC || !gate_starts_with(head.target, "refs/heads/"))
		return gate_err_set(err, GATE_E_CONFIG, "%s: HEAD names no branch; `git symbolic-ref HEAD refs/heads/main` first", r->dir);
	gate_copy(ref, GATE_REF_MAX, head.target);
	return gate_config_set(r, "refgate.policyRef", ref, err);
}

static int configure(const struct gate_install *in, const struct gate_repo *r, const struct gate_config *c, struct gate_buf *report,
		     struct gate_err *err)
{
	static const struct {
		const char *key, *value;
	} always[] = {
		{ "receive.fsckobjects", "true" },
		{ "receive.shallowupdate", "false" },
		{ "receive.denydeletecurrent", "refuse" },
		/* Every push is kept as a pack, so that the worker sees what git completed its deltas with (docs/adr/0011). */
		{ "receive.unpacklimit", "1" },
		{ "receive.advertisepushoptions", "true" },
		/* refgate starts `git gc --auto` itself, behind the push instead of in it (hooks/post_receive.c). */
		{ "receive.autogc", "false" },
	};
	const char *base = strrchr(r->dir, '/');
	const char *logs = gate_config_get(c, "core.logallrefupdates", "");
	gate_autofree char *alternates = NULL;

	for (size_t i = 0; i < GATE_ARRAY_LEN(always); i++) {
		if (ensure(r, c, always[i].key, always[i].value, report, err) < 0)
			return -(int)err->code;
	}
	/* git up to 2.42 lets it win over receive.unpackLimit. */
	if (gate_config_get(c, "transfer.unpacklimit", NULL) && ensure(r, c, "transfer.unpacklimit", "1", report, err) < 0)
		return -(int)err->code;
	if (strcmp(logs, "always") != 0 && ensure(r, c, "core.logallrefupdates", "true", report, err) < 0)
		return -(int)err->code;
	/* To check what a push refers to, git lists the refs of alternate stores; a quarantine has one, this very repository, whose refs
	 * it lists anyway. Only where no other store is shared (docs/adr/0010). */
	alternates = gate_fmt("%s/info/alternates", r->objects);
	if (alternates && !gate_file_exists(alternates) && !gate_config_get(c, "core.alternaterefscommand", NULL) &&
	    ensure(r, c, "core.alternaterefscommand", "true", report, err) < 0)
		return -(int)err->code;
	if (!gate_config_get(c, "receive.maxinputsize", NULL) && ensure(r, c, "receive.maxinputsize", "2g", report, err) < 0)
		return -(int)err->code;
	if (!gate_config_get(c, "refgate.reponame", NULL) && ensure(r, c, "refgate.reponame", base ? base + 1 : r->dir, report, err) < 0)
		return -(int)err->code;
	if (ensure(r, c, "refgate.exe", in->exe, report, err) < 0 ||
	    ensure_listed(r, c, "receive.hideRefs", "refs/pending", report, err) < 0 ||
	    ensure_listed(r, c, "receive.hideRefs", "refs/refgate", report, err) < 0 ||
	    ensure_listed(r, c, "uploadpack.hideRefs", "refs/refgate/trace", report, err) < 0)
		return -(int)err->code;
	if (in->update_only ? ensure(r, c, "refgate.wall", "update", report, err) < 0 :
			      ensure_listed(r, c, "receive.procReceiveRefs", "refs", report, err) < 0)
		return -(int)err->code;
	if (in->identity.n) {
		gate_auto(gate_buf) struct gate_buf list = { 0 };

		gate_strs_join(&list, &in->identity, ",");
		return ensure(r, c, "refgate.identity", gate_buf_cstr(&list), report, err);
	}
	return gate_config_get(c, "refgate.identity", NULL) ? 0 : ensure(r, c, "refgate.identity", "serve", report, err);
}

/* ---- hooks ---- */

static int install_hook(const struct gate_install *in, const struct gate_repo *r, const char *name, struct gate_buf *report,
			struct gate_err *err)
{
	gate_autofree char *path = gate_hook_place(r, name, in->update_only);
	gate_autofree char *dir = path ? strndup(path, (size_t)(strrchr(path, '/') - path)) : NULL;
	gate_autofree char *chained = gate_chain_path(r, name);
	gate_auto(gate_buf) struct gate_buf text = { 0 }, have = { 0 };
	struct gate_err ignored = { 0 };

	if (!path || !dir || !chained || gate_mkdirs(dir, 0755, err) < 0 || gate_stub_text(in->exe, name, &text, err) < 0)
		return -(int)err->code;
	if (gate_file_exists(path) && gate_read_file(path, 1 << 20, &have, &ignored) == 0 && have.len == text.len &&
	    memcmp(have.s, text.s, text.len) == 0 && access(path, X_OK) == 0)
		return 0;
	if (gate_file_exists(path) && !is_stub(path)) {
		if (gate_file_exists(chained))
			return gate_err_set(err, GATE_E_CONFIG, "%s: a hook stands here that is not refgate's, and %s.chained is taken; "
								"keep one of the two", path, name);
		if (rename(path, chained) < 0)
			return gate_err_errno(err, "%s", path);
		gate_buf_fmt(report, "kept the repository's own %s as %s.chained\n", name, name);
	}
	gate_buf_fmt(report, "wrote %s\n", path);
	if (gate_write_file(path, text.s, text.len, 0755, true, err) < 0)
		return -(int)err->code;
	return chmod(path, 0755) < 0 ? gate_err_errno(err, "%s", path) : 0;
}

/* ---- the first .refgate/ ---- */

static int add_vkey(const struct gate_repo *r, struct gate_files *files, struct gate_err *err)
{
	gate_autofree char *dir = gate_fmt("%s/audit", r->gate);
	gate_auto(gate_buf) struct gate_buf vkey = { 0 };

	if (!dir || gate_files_get(files, "log.vkey"))
		return 0;
	if (gate_log_vkey(dir, &vkey, err) < 0)
		return -(int)err->code;
	if (vkey.len == 0 || vkey.s[vkey.len - 1] != '\n')
		gate_buf_char(&vkey, '\n');
	return gate_files_add(files, "log.vkey", gate_buf_cstr(&vkey), vkey.len, err);
}

static int first_rules(const struct gate_install *in, const struct gate_repo *r, const char *policy_ref, char tree[GATE_HEXSZ + 1],
		       struct gate_buf *report, struct gate_err *err)
{
	gate_auto(gate_files) struct gate_files files = { 0 };
	gate_auto(gate_buf) struct gate_buf notes = { 0 };
	gate_autopolicy struct gate_policy *policy = NULL;

	for (size_t i = 0; i < in->policy.n; i++) {
		if (gate_files_add(&files, in->policy.v[i].path, in->policy.v[i].bytes, in->policy.v[i].len, err) < 0)
			return -(int)err->code;
	}
	if (files.n == 0 && gate_install_policy(in, policy_ref, &files, &notes, err) < 0)
		return -(int)err->code;
	/* Read as every push will read it, before it is written anywhere. */
	if (gate_policy_load(&files, NULL, 0, &policy, err) < 0)
		return gate_err_wrap(err, "the first policy");
	if (policy->people.n && gate_policy_reachable(policy, gate_now(), err) < 0)
		return gate_err_wrap(err, "the first policy would lock everybody out");
	gate_buf_str(report, gate_buf_cstr(&notes));
	return add_vkey(r, &files, err) < 0 ? -(int)err->code : gate_rules_tree(r, &files, tree, err);
}

/* What is there comes into force as it is, so it must be one that can. */
static int try_present(const struct gate_repo *r, const char *tree, struct gate_err *err)
{
	gate_auto(gate_server) struct gate_server s = { 0 };
	gate_auto(gate_files) struct gate_files files = { 0 };
	gate_autopolicy struct gate_policy *policy = NULL;

	/* The settings that a server checks are not made yet; what is needed of git's configuration is where the floor lies. */
	if (gate_server_open(r->dir, &s, err) < 0 || gate_config_load(r, &s.config, err) < 0 ||
	    gate_server_read_tree(&s, tree, &files, err) < 0)
		return -(int)err->code;
	return gate_server_try_policy(&s, &files, &policy, err);
}

static int place_rules(const struct gate_install *in, const struct gate_repo *r, const char *policy_ref, struct gate_buf *report,
		       bool *changed, struct gate_err *err)
{
	static const char zeros[] = "0000000000000000000000000000000000000000";
	gate_autorefs struct gate_refs *refs = NULL;
	gate_auto(gate_ref_updates) struct gate_ref_updates u = { 0 };
	struct gate_ref force, boot, tip;
	char tree[GATE_HEXSZ + 1], commit[GATE_HEXSZ + 1], present[GATE_HEXSZ + 1];

	*changed = false;
	if (gate_refs_open(r, &refs, err) < 0 || gate_ref_read(refs, GATE_REF_POLICY, &force, err) < 0 ||
	    gate_ref_read(refs, GATE_REF_BOOTSTRAP, &boot, err) < 0 || gate_ref_read(refs, policy_ref, &tip, err) < 0)
		return -(int)err->code;
	if (force.kind == GATE_REF_DIRECT || boot.kind == GATE_REF_DIRECT)
		return 0;
	if (tip.kind == GATE_REF_SYMBOLIC)
		return gate_err_set(err, GATE_E_REF, "%s is a symbolic ref; make it a branch of its own first", policy_ref);
	*changed = true;
	if (tip.kind == GATE_REF_ABSENT) {
		if (first_rules(in, r, policy_ref, tree, report, err) < 0 ||
		    gate_ref_updates_add(&u, GATE_REF_BOOTSTRAP, tree, zeros, err) < 0)
			return -(int)err->code;
		gate_buf_fmt(report, "%s is unborn: the policy lies at %s until a .refgate/ is on it\n", policy_ref, GATE_REF_BOOTSTRAP);
		return gate_refs_commit(r, &u, "refgate: init", err);
	}
	if (gate_rules_at(r, tip.oid, present, err) < 0)
		return -(int)err->code;
	if (present[0]) {
		if (try_present(r, present, err) < 0)
			return gate_err_wrap(err, "the .refgate/ of %s", policy_ref);
		gate_buf_fmt(report, "%s holds a .refgate/ already; it comes into force as it is\n", policy_ref);
		return gate_ref_updates_add(&u, GATE_REF_POLICY, present, zeros, err) < 0 ?
			       -(int)err->code :
			       gate_refs_commit(r, &u, "refgate: init", err);
	}
	if (first_rules(in, r, policy_ref, tree, report, err) < 0 ||
	    gate_rules_commit(r, tip.oid, tree, "Add .refgate/: the gate's policy and signers", commit, err) < 0 ||
	    gate_ref_updates_add(&u, policy_ref, commit, tip.oid, err) < 0 || gate_ref_updates_add(&u, GATE_REF_POLICY, tree, zeros, err) < 0)
		return -(int)err->code;
	gate_buf_fmt(report, "added .refgate/ to %s\n", policy_ref);
	return gate_refs_commit(r, &u, "refgate: init", err);
}

/* receive.fsckObjects makes git look up every entry of every new tree: 26 us for a loose object, 1 us for a packed one [measured]. A
 * repository that was never packed is packed once. */
static int pack_loose(const struct gate_repo *r, struct gate_buf *report, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	unsigned loose = 0;

	if (gate_git_line(r, (const char *const[]){ "count-objects", NULL }, &out, err) < 0)
		return -(int)err->code;
	if (sscanf(gate_buf_cstr(&out), "%u objects", &loose) != 1 || loose < 200)
		return 0;
	gate_buf_fmt(report, "packed %u loose objects\n", loose);
	return gate_git(r, (const char *const[]){ "repack", "-d", "-q", NULL }, NULL, 0, NULL, err);
}

static int record_init(const char *repo, bool policy_changed, struct gate_buf *report, struct gate_err *err)
{
	gate_auto(gate_server) struct gate_server s = { 0 };
	gate_auto(gate_strs) struct gate_strs bodies = { 0 };
	gate_autofree char *decided = NULL;
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err ignored = { 0 };

	if (gate_server_start(repo, &s, err) < 0)
		return -(int)err->code;
	decided = gate_server_path(&s, "decided");
	if (decided && (policy_changed || gate_read_file(decided, 1 << 30, &b, &ignored) < 0 || b.len == 0) &&
	    gate_decided_init(&s, NULL, err) < 0)
		return -(int)err->code;
	if (!policy_changed)
		return gate_pending_rebuild(&s, err);
	for (size_t i = 0; i < s.policy->warnings.n; i++)
		gate_buf_fmt(report, "note: %s\n", s.policy->warnings.v[i]);
	if (gate_entry_plain(&s, "policy_changed",
			     (const char *const[]){ "ref", s.policy_ref, "tip", s.policy_tip, "tree", s.policy_tree, "policy",
						    s.policy->digest, "by", "init", NULL }, &bodies, err) < 0)
		return -(int)err->code;
	return gate_entries_append(&s, &bodies, true, false, NULL, err);
}

static int run(const struct gate_install *in, struct gate_buf *report, struct gate_err *err)
{
	gate_auto(gate_config) struct gate_config c = { 0 };
	struct gate_repo r;
	char policy_ref[GATE_REF_MAX], id[33];
	gate_autofree char *audit = NULL, *origin = NULL;
	bool changed;

	if (check(in, &r, &c, err) < 0 || make_folder(&r, err) < 0 || make_repo_id(&r, &c, id, err) < 0 ||
	    pin_policy_ref(&r, &c, policy_ref, err) < 0)
		return -(int)err->code;
	audit = gate_fmt("%s/audit", r.gate);
	origin = gate_fmt("refgate/%s", id);
	if (!audit || !origin)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (gate_log_create(audit, origin, err) < 0 || place_rules(in, &r, policy_ref, report, &changed, err) < 0 ||
	    configure(in, &r, &c, report, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < GATE_ARRAY_LEN(hook_names); i++) {
		if (in->update_only && strcmp(hook_names[i], "proc-receive") == 0)
			continue;
		if (install_hook(in, &r, hook_names[i], report, err) < 0)
			return -(int)err->code;
	}
	if (pack_loose(&r, report, err) < 0)
		return -(int)err->code;
	return record_init(in->repo, changed, report, err);
}

/* A repair keeps the kind of wall that the repository has: a host's dispatchers are never taken for hooks of its own. */
int gate_install_run(const struct gate_install *in, struct gate_buf *report, struct gate_err *err)
{
	gate_auto(gate_config) struct gate_config c = { 0 };
	struct gate_install again = *in;
	struct gate_repo r;

	if (gate_repo_open(in->repo, &r, err) < 0 || gate_config_load(&r, &c, err) < 0)
		return -(int)err->code;
	again.update_only |= strcmp(gate_config_get(&c, "refgate.wall", ""), "update") == 0;
	return run(&again, report, err);
}
