#include "gate/server.h"

#include "base/crypto.h"
#include "base/io.h"
#include "base/msg.h"
#include "base/when.h"
#include "gate/rules_commit.h"

#include <errno.h>
#include <string.h>

char *gate_server_path(const struct gate_server *s, const char *name)
{
	return gate_fmt("%s/%s", s->repo.gate, name);
}

int gate_server_refresh(struct gate_server *s, struct gate_err *err)
{
	gate_refs_close(s->refs);
	s->refs = NULL;
	return gate_refs_open(&s->repo, &s->refs, err);
}

int gate_server_open(const char *dir, struct gate_server *s, struct gate_err *err)
{
	int r = dir ? gate_repo_open(dir, &s->repo, err) : gate_repo_open_hook(&s->repo, err);

	if (r < 0)
		return r;
	s->now = gate_now();
	s->last_record = calloc(1, sizeof(*s->last_record));
	if (snprintf(s->audit, sizeof(s->audit), "%s/audit", s->repo.gate) >= (int)sizeof(s->audit))
		return gate_err_set(err, GATE_E_LIMIT, "%s: the path is too long", s->repo.dir);
	if (!gate_file_exists(s->repo.gate))
		return gate_err_set(err, GATE_E_CONFIG, "%s: refgate is not installed here; run `refgate init %s`", s->repo.dir,
				    s->repo.dir);
	return gate_refs_open(&s->repo, &s->refs, err);
}

void gate_server_clear(struct gate_server *s)
{
	gate_config_clear(&s->config);
	gate_refs_close(s->refs);
	gate_policy_free(s->policy);
	gate_files_clear(&s->policy_files);
	free(s->floor);
	if (s->last_record)
		gate_buf_clear(s->last_record);
	free(s->last_record);
	*s = (struct gate_server){ 0 };
}

/* ---- the repository is as init left it ---- */

static int found_replace(const char *name, const struct gate_ref *ref, void *arg)
{
	bool *found = arg;

	(void)name;
	(void)ref;
	*found = true;
	return 1;
}

/* A pack that git takes apart does not show what its deltas stood on. transfer.unpackLimit wins in git up to 2.42. */
static int check_unpack_limit(const struct gate_server *s, struct gate_err *err)
{
	static const char *const keys[] = { "transfer.unpacklimit", "receive.unpacklimit" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(keys); i++) {
		const char *v = gate_config_get(&s->config, keys[i], i == 0 ? "1" : "");

		if (strcmp(v, "1") != 0)
			return gate_err_set(err, GATE_E_CONFIG, "git's %s is not 1; run `refgate init %s` to repair", keys[i], s->repo.dir);
	}
	return 0;
}

int gate_server_check_repository(const struct gate_server *s, struct gate_err *err)
{
	static const struct {
		const char *file;
		const char *what;
	} never[] = {
		{ "shallow", "a shallow repository" },
		{ "info/grafts", "grafts" },
	};
	static const struct {
		const char *key;
		bool want;
	} always[] = {
		{ "receive.fsckobjects", true },
		{ "receive.shallowupdate", false },
	};
	bool replaced = false;
	const char *head;

	for (size_t i = 0; i < GATE_ARRAY_LEN(never); i++) {
		gate_autofree char *path = gate_fmt("%s/%s", s->repo.dir, never[i].file);

		if (!path || gate_file_exists(path))
			return gate_err_set(err, GATE_E_CONFIG, "%s: %s cannot be gated (%s lies); remove it", s->repo.dir,
					    never[i].what, never[i].file);
	}
	if (getenv("GIT_SHALLOW_FILE") && *getenv("GIT_SHALLOW_FILE"))
		return gate_err_set(err, GATE_E_CONFIG, "a push that would make the repository shallow is refused; run "
							"`git fetch --unshallow` and push again");
	if (gate_refs_each(s->refs, "refs/replace/", found_replace, &replaced, err) < 0)
		return -(int)err->code;
	if (replaced)
		return gate_err_set(err, GATE_E_CONFIG, "%s has refs/replace, which forge what is read; an admin must delete them",
				    s->repo.dir);
	if (!s->has_config)
		return 0;
	head = gate_config_get(&s->config, "receive.denydeletecurrent", "refuse"); /* git's default too */
	if (strcmp(head, "refuse") != 0 && strcmp(head, "true") != 0)
		return gate_err_set(err, GATE_E_CONFIG, "git's receive.denydeletecurrent is not refuse any more; run `refgate init %s` to "
							"repair", s->repo.dir);
	for (size_t i = 0; i < GATE_ARRAY_LEN(always); i++) {
		if (gate_config_bool(&s->config, always[i].key, !always[i].want) != always[i].want)
			return gate_err_set(err, GATE_E_CONFIG, "git's %s is not %s any more; run `refgate init %s` to repair",
					    always[i].key, always[i].want ? "true" : "false", s->repo.dir);
	}
	if (check_unpack_limit(s, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < s->config.keys.n; i++) {
		const char *key = s->config.keys.v[i];

		if (gate_starts_with(key, "remote.") && gate_ends_with(key, ".promisor") &&
		    gate_config_bool(&s->config, key, false))
			return gate_err_set(err, GATE_E_CONFIG, "%s has a promisor remote (%s): objects may be missing", s->repo.dir,
					    key);
	}
	return 0;
}

/* git's core.fsync: names of what is synced, a leading - takes one away again (git-config). */
static bool wants_sync(const struct gate_config *c)
{
	static const char *const sets[] = { "loose-object", "objects", "committed", "added", "all" };
	gate_autofree char *text = strdup(gate_config_get(c, "core.fsync", ""));
	bool wants = gate_config_bool(c, "core.fsyncobjectfiles", false);
	char *save = NULL;

	for (char *w = text ? strtok_r(text, ", ", &save) : NULL; w; w = strtok_r(NULL, ", ", &save)) {
		for (size_t i = 0; i < GATE_ARRAY_LEN(sets); i++) {
			if (strcmp(w + (w[0] == '-'), sets[i]) == 0)
				wants = w[0] != '-';
		}
	}
	return wants;
}

int gate_server_configure(struct gate_server *s, struct gate_err *err)
{
	gate_autofree char *cache = gate_server_path(s, "cache/config");
	const char *id;

	if (!cache || gate_config_load_cached(&s->repo, cache, &s->config, err) < 0)
		return gate_err_wrap(err, "%s", s->repo.dir);
	s->has_config = true;
	s->repo.sync_objects = wants_sync(&s->config);
	if (strcmp(gate_config_get(&s->config, "extensions.objectformat", "sha1"), "sha1") != 0)
		return gate_err_set(err, GATE_E_CONFIG, "a repository of SHA-256 objects cannot be gated: libgit2 cannot read it yet");
	if (strcmp(gate_config_get(&s->config, "extensions.refstorage", "files"), "files") != 0)
		return gate_err_set(err, GATE_E_CONFIG, "only git's files ref storage can be gated; see `git refs migrate`");
	id = gate_config_get(&s->config, "refgate.repoid", "");
	if (strlen(id) != 32 || !gate_is_hex(id, 32))
		return gate_err_set(err, GATE_E_CONFIG, "git's refgate.repoId is missing; run `refgate init %s`", s->repo.dir);
	gate_copy(s->repo_id, sizeof(s->repo_id), id);
	gate_copy(s->repo_name, sizeof(s->repo_name), gate_config_get(&s->config, "refgate.reponame", "repository"));
	if (!gate_copy(s->policy_ref, sizeof(s->policy_ref), gate_config_get(&s->config, "refgate.policyref", "")) ||
	    !gate_ref_name_valid(s->policy_ref))
		return gate_err_set(err, GATE_E_CONFIG, "git's refgate.policyRef is missing; run `refgate init %s`", s->repo.dir);
	return gate_server_check_repository(s, err);
}

/* ---- the policy in force ---- */

/* Entries of `git ls-tree -r -z`: "<mode> <type> <oid>\t<path>\0". */
static int tree_paths(const char *listing, size_t len, struct gate_strs *paths, struct gate_buf *ask, struct gate_err *err)
{
	for (const char *p = listing, *end = listing + len; p < end; p += strlen(p) + 1) {
		const char *tab = strchr(p, '\t');

		if (!tab || tab - p < 12 + GATE_HEXSZ)
			return gate_err_set(err, GATE_E_GIT, "git ls-tree answered out of form");
		if (!gate_starts_with(p, "100"))
			return gate_err_set(err, GATE_E_POLICY, ".refgate/%s is not a plain file", tab + 1);
		if (paths->n >= GATE_POLICY_FILES_MAX)
			return gate_err_set(err, GATE_E_LIMIT, ".refgate/ has more than %d files", GATE_POLICY_FILES_MAX);
		if (gate_strs_add(paths, tab + 1, err) < 0)
			return -(int)err->code;
		gate_buf_add(ask, tab - GATE_HEXSZ, GATE_HEXSZ);
		gate_buf_char(ask, '\n');
	}
	return gate_buf_check(ask, err);
}

int gate_server_read_tree(const struct gate_server *s, const char *tree, struct gate_files *out, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf list = { 0 }, ask = { 0 }, got = { 0 };
	gate_auto(gate_strs) struct gate_strs paths = { 0 };
	size_t at = 0;

	if (gate_git(&s->repo, (const char *const[]){ "ls-tree", "-r", "-z", "--full-tree", tree, NULL }, NULL, 0, &list, err) < 0 ||
	    tree_paths(gate_buf_cstr(&list), list.len, &paths, &ask, err) < 0 ||
	    gate_git(&s->repo, (const char *const[]){ "cat-file", "--batch", NULL }, ask.s, ask.len, &got, err) < 0)
		return -(int)err->code;
	if (got.len > GATE_POLICY_MAX + paths.n * 128)
		return gate_err_set(err, GATE_E_LIMIT, ".refgate/ is over %zu bytes", GATE_POLICY_MAX);
	for (size_t i = 0; i < paths.n; i++) {
		const char *head = gate_buf_cstr(&got) + at;
		size_t left = got.len - at, size;
		const char *lf = memchr(head, '\n', left);
		const char *sp = lf ? memrchr(head, ' ', (size_t)(lf - head)) : NULL;

		if (!sp || sscanf(sp, " %zu", &size) != 1 || size + 1 > left - (size_t)(lf + 1 - head))
			return gate_err_set(err, GATE_E_OBJECT, ".refgate/%s cannot be read", paths.v[i]);
		if (gate_files_add(out, paths.v[i], lf + 1, size, err) < 0)
			return -(int)err->code;
		at += (size_t)(lf + 1 - head) + size + 1;
	}
	return 0;
}

/* The files of a tree, kept under its oid below refgate/cache: two git processes less for each push. A cache file is only
 * as long as it is whole: it ends with the digest of what it holds. */
static bool cache_read(const struct gate_server *s, const char *tree, struct gate_files *out)
{
	gate_autofree char *path = gate_fmt("%s/cache/policy-%s", s->repo.gate, tree);
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err ignored = { 0 };
	struct gate_msg m;
	char digest[65], want[65];
	uint32_t n;

	if (!path || gate_read_file(path, GATE_POLICY_MAX * 2, &b, &ignored) < 0)
		return false;
	m = (struct gate_msg){ gate_buf_cstr(&b), b.len, false };
	n = gate_msg_u32(&m);
	for (uint32_t i = 0; i < n && !m.bad; i++) {
		gate_autofree char *name = gate_msg_dup(&m, GATE_PATH_MAX_BYTES);
		size_t len;
		const char *p = gate_msg_bytes(&m, GATE_POLICY_MAX, &len);

		if (!name || !p || gate_files_add(out, name, p, len, &ignored) < 0)
			m.bad = true;
	}
	gate_msg_str(&m, want, sizeof(want));
	gate_files_digest(out, digest);
	if (gate_msg_done(&m) && strcmp(want, digest) == 0)
		return true;
	gate_files_clear(out);
	return false;
}

static void cache_write(const struct gate_server *s, const char *tree, const struct gate_files *files)
{
	gate_autofree char *path = gate_fmt("%s/cache/policy-%s", s->repo.gate, tree);
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err ignored = { 0 };
	char digest[65];

	gate_msg_put_u32(&b, (uint32_t)files->n);
	for (size_t i = 0; i < files->n; i++) {
		gate_msg_put_str(&b, files->v[i].path);
		gate_msg_put_bytes(&b, files->v[i].bytes, files->v[i].len);
	}
	gate_files_digest(files, digest);
	gate_msg_put_str(&b, digest);
	/* A cache that cannot be written is only slower. */
	if (path && !b.failed)
		gate_write_file(path, b.s, b.len, 0600, false, &ignored);
}

/* The tree of .refgate/ at the policy ref's tip, "" when it has none; remembered for the last tip. */
static int tip_rules(const struct gate_server *s, char tree[GATE_HEXSZ + 1], struct gate_err *err)
{
	gate_autofree char *path = gate_server_path(s, "cache/tip");
	gate_autofree char *line = NULL;
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err ignored = { 0 };

	if (!path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	tree[0] = '\0';
	if (gate_read_file(path, 200, &b, &ignored) == 0 && b.len >= GATE_HEXSZ + 1 && memcmp(b.s, s->policy_tip, GATE_HEXSZ) == 0) {
		if (b.len == 2 * GATE_HEXSZ + 1)
			gate_copy(tree, GATE_HEXSZ + 1, b.s + GATE_HEXSZ + 1);
		return 0;
	}
	if (gate_rules_at(&s->repo, s->policy_tip, tree, err) < 0)
		return -(int)err->code;
	line = gate_fmt("%s %s", s->policy_tip, tree);
	if (line)
		gate_write_file(path, line, strlen(line), 0600, false, &ignored);
	return 0;
}

static int read_floor(struct gate_server *s, struct gate_err *err)
{
	const char *path = gate_config_get(&s->config, "refgate.floor", "/etc/refgate/policy.yml");
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	if (access(path, F_OK) < 0 && errno == ENOENT && !gate_config_get(&s->config, "refgate.floor", NULL))
		return 0;
	if (gate_read_file(path, GATE_POLICY_MAX, &b, err) < 0)
		return gate_err_wrap(err, "the host's floor cannot be read, so no push can be judged");
	s->floor = gate_buf_steal(&b);
	return s->floor ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

int gate_server_load_policy(struct gate_server *s, struct gate_err *err)
{
	struct gate_ref tip, force;
	char tree[GATE_HEXSZ + 1] = "";
	bool unborn;

	if (gate_ref_read(s->refs, s->policy_ref, &tip, err) < 0 || gate_ref_read(s->refs, GATE_REF_POLICY, &force, err) < 0)
		return -(int)err->code;
	unborn = force.kind != GATE_REF_DIRECT && tip.kind == GATE_REF_ABSENT;
	if (force.kind != GATE_REF_DIRECT && gate_ref_read(s->refs, GATE_REF_BOOTSTRAP, &force, err) < 0)
		return -(int)err->code;
	if (force.kind != GATE_REF_DIRECT)
		return gate_err_set(err, GATE_E_POLICY, "no policy is in force (%s is missing); run `refgate init %s`", GATE_REF_POLICY,
				    s->repo.dir);
	gate_copy(s->policy_tree, sizeof(s->policy_tree), force.oid);
	if (tip.kind == GATE_REF_DIRECT) {
		gate_copy(s->policy_tip, sizeof(s->policy_tip), tip.oid);
		if (tip_rules(s, tree, err) < 0)
			return -(int)err->code;
	}
	s->drift = strcmp(tree, s->policy_tree) != 0 && !unborn;
	if (read_floor(s, err) < 0)
		return -(int)err->code;
	if (!cache_read(s, s->policy_tree, &s->policy_files)) {
		if (gate_server_read_tree(s, s->policy_tree, &s->policy_files, err) < 0)
			return gate_err_wrap(err, "the policy in force");
		cache_write(s, s->policy_tree, &s->policy_files);
	}
	if (gate_policy_load(&s->policy_files, s->floor, s->floor ? strlen(s->floor) : 0, &s->policy, err) < 0) {
		const char *floor = gate_config_get(&s->config, "refgate.floor", NULL);

		return floor ? gate_err_wrap(err, "the policy in force, under the host's floor %s", floor) :
			       gate_err_wrap(err, "the policy in force");
	}
	return 0;
}

int gate_server_try_policy(struct gate_server *s, const struct gate_files *files, struct gate_policy **out, struct gate_err *err)
{
	if ((!s->floor && read_floor(s, err) < 0) || gate_policy_load(files, s->floor, s->floor ? strlen(s->floor) : 0, out, err) < 0)
		return -(int)err->code;
	return (*out)->people.n ? gate_policy_reachable(*out, s->now, err) : 0;
}

int gate_server_renew_policy(struct gate_server *s, struct gate_err *err)
{
	struct gate_ref force;

	if (gate_ref_read(s->refs, GATE_REF_POLICY, &force, err) < 0)
		return -(int)err->code;
	if (force.kind != GATE_REF_DIRECT && gate_ref_read(s->refs, GATE_REF_BOOTSTRAP, &force, err) < 0)
		return -(int)err->code;
	if (s->policy && strcmp(force.oid, s->policy_tree) == 0)
		return 0;
	gate_policy_free(s->policy);
	s->policy = NULL;
	gate_files_clear(&s->policy_files);
	free(s->floor);
	s->floor = NULL;
	return gate_server_load_policy(s, err);
}

int gate_server_start(const char *dir, struct gate_server *s, struct gate_err *err)
{
	if (gate_server_open(dir, s, err) < 0 || gate_server_configure(s, err) < 0)
		return -(int)err->code;
	return gate_server_load_policy(s, err);
}
