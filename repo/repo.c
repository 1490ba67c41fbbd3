#include "repo/repo.h"

#include "base/io.h"
#include "base/limits.h"
#include "repo/loose.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

extern char **environ;

#define GIT_TIMEOUT_MS 60000

static bool looks_like_git_dir(const char *dir)
{
	static const char *const parts[] = { "HEAD", "objects", "refs" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(parts); i++) {
		gate_autofree char *path = gate_fmt("%s/%s", dir, parts[i]);

		if (!path || !gate_file_exists(path))
			return false;
	}
	return true;
}

/* A linked work tree (git-worktree) has a git directory of its own beside the one that holds refs and objects. */
static int find_common(struct gate_repo *out, struct gate_err *err)
{
	gate_autofree char *path = gate_fmt("%s/commondir", out->dir), *full = NULL;
	gate_auto(gate_buf) struct gate_buf text = { 0 };

	if (!path || !gate_copy(out->common, sizeof(out->common), out->dir))
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (!gate_file_exists(path))
		return 0;
	if (gate_read_file(path, PATH_MAX, &text, err) < 0)
		return -(int)err->code;
	gate_buf_str(&text, "\n");
	text.s[strcspn(text.s, "\n")] = '\0';
	full = text.s[0] == '/' ? strdup(text.s) : gate_fmt("%s/%s", out->dir, text.s);
	return full && realpath(full, out->common) ? 0 : gate_err_errno(err, "%s", path);
}

static int fill(const char *dir, struct gate_repo *out, struct gate_err *err)
{
	*out = (struct gate_repo){ 0 };
	if (!realpath(dir, out->dir))
		return gate_err_errno(err, "%s", dir);
	if (find_common(out, err) < 0)
		return -(int)err->code;
	if (snprintf(out->gate, sizeof(out->gate), "%s/refgate", out->common) >= (int)sizeof(out->gate) ||
	    snprintf(out->objects, sizeof(out->objects), "%s/objects", out->common) >= (int)sizeof(out->objects))
		return gate_err_set(err, GATE_E_LIMIT, "%s: the path is too long", dir);
	out->bare = !gate_ends_with(out->dir, "/.git");
	return 0;
}

/* git itself finds the repository around the working folder, with the care it takes: safe.directory, safe.bareRepository. */
static int discover(struct gate_repo *out, struct gate_err *err)
{
	static const char *const argv[] = { "git", "rev-parse", "--absolute-git-dir", NULL };
	gate_auto(gate_buf) struct gate_buf dir = { 0 }, errs = { 0 }, safe = { 0 };
	gate_auto(gate_proc) struct gate_proc p = { .argv = argv, .env = (const char *const *)environ, .out = &dir, .errs = &errs };

	if (gate_proc_run(&p, GIT_TIMEOUT_MS, err) < 0)
		return -(int)err->code;
	gate_escape(&safe, gate_buf_cstr(&errs), strcspn(gate_buf_cstr(&errs), "\n"));
	if (gate_proc_exit(&p) != 0 || dir.len < 2)
		return gate_err_set(err, GATE_E_USAGE, "%s (or name a repository with --repo DIR)",
				    safe.len ? safe.s : "not a git repository");
	dir.s[--dir.len] = '\0';
	return fill(dir.s, out, err);
}

int gate_repo_open(const char *dir, struct gate_repo *out, struct gate_err *err)
{
	gate_autofree char *dot = dir ? gate_fmt("%s/.git", dir) : NULL;

	if (!dir)
		return discover(out, err);
	if (dot && looks_like_git_dir(dot))
		return fill(dot, out, err);
	if (looks_like_git_dir(dir))
		return fill(dir, out, err);
	return gate_err_set(err, GATE_E_USAGE, "%s: not a git repository (name one with --repo DIR)", dir);
}

int gate_repo_open_hook(struct gate_repo *out, struct gate_err *err)
{
	const char *dir = getenv("GIT_DIR");
	const char *quarantine = getenv("GIT_QUARANTINE_PATH");
	const char *objects = getenv("GIT_OBJECT_DIRECTORY");
	char own[PATH_MAX], theirs[PATH_MAX];

	if (fill(dir ? dir : ".", out, err) < 0)
		return -(int)err->code;
	if (!looks_like_git_dir(out->dir))
		return gate_err_set(err, GATE_E_CONFIG, "GIT_DIR is not a repository");
	/* GitLab gives no GIT_QUARANTINE_PATH: an object directory of its own is the same sign (peers 7.6). */
	if (!quarantine && objects && realpath(objects, theirs) && realpath(out->objects, own) && strcmp(own, theirs) != 0)
		quarantine = objects;
	if (quarantine && !realpath(quarantine, out->quarantine))
		return gate_err_errno(err, "the push's object directory");
	return 0;
}

bool gate_repo_in_quarantine(const struct gate_repo *r)
{
	return r->quarantine[0] != '\0' || getenv("GIT_QUARANTINE_PATH");
}

/* quarantine/<2 hex>/<38 hex> and quarantine/pack/...: two levels. */
static int add_sizes(const char *dir, int depth, uint64_t *bytes, struct gate_err *err)
{
	DIR *d = opendir(dir);
	const struct dirent *e;

	if (!d)
		return gate_err_errno(err, "%s", dir);
	while (err->code == GATE_OK && (e = readdir(d))) {
		gate_autofree char *path = gate_fmt("%s/%s", dir, e->d_name);
		struct stat st;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (!path || fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			gate_err_errno(err, "%s", dir);
		else if (S_ISREG(st.st_mode))
			*bytes += (uint64_t)st.st_size;
		else if (S_ISDIR(st.st_mode) && depth == 0)
			add_sizes(path, depth + 1, bytes, err);
	}
	closedir(d);
	return err->code == GATE_OK ? 0 : -(int)err->code;
}

int gate_repo_quarantine_bytes(const struct gate_repo *r, uint64_t *bytes, struct gate_err *err)
{
	*bytes = 0;
	return r->quarantine[0] ? add_sizes(r->quarantine, 0, bytes, err) : 0;
}

static int add_alternates(const char *objects, struct gate_strs *out, int depth, struct gate_err *err)
{
	gate_autofree char *path = gate_fmt("%s/info/alternates", objects);
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	struct gate_err ignored = { 0 };
	char *line, *save = NULL;

	if (!path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (!gate_file_exists(path))
		return 0;
	if (depth > 5)
		return gate_err_set(err, GATE_E_LIMIT, "%s: alternates nested deeper than 5", path);
	if (gate_read_file(path, 65536, &text, &ignored) < 0)
		return gate_err_set(err, ignored.code, "%s", ignored.text);
	for (line = strtok_r(text.s, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		gate_autofree char *full = line[0] == '/' ? strdup(line) : gate_fmt("%s/%s", objects, line);
		char real[PATH_MAX];

		if (line[0] == '#' || !full || !realpath(full, real) || gate_strs_has(out, real))
			continue;
		if (gate_strs_add(out, real, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

int gate_repo_alternates(const struct gate_repo *r, struct gate_strs *out, struct gate_err *err)
{
	if (add_alternates(r->objects, out, 0, err) < 0)
		return -(int)err->code;
	/* The list grows while it is walked: an alternate's own alternates come behind it. */
	for (size_t i = 0; i < out->n; i++) {
		if (i > 64)
			return gate_err_set(err, GATE_E_LIMIT, "more than 64 alternate object directories");
		if (add_alternates(out->v[i], out, (int)i, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

static int env_own(struct gate_env *e, char *s, struct gate_err *err)
{
	if (!s || e->n_owned == GATE_ARRAY_LEN(e->owned)) {
		free(s);
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	e->owned[e->n_owned++] = s;
	e->v[e->n++] = s;
	return 0;
}

/* Of two variables of one name some programs read the first and some the last. */
static bool replaced(const char *var, const char *const *extra, size_t n)
{
	size_t name = strcspn(var, "=") + 1;

	for (size_t i = 0; i < n; i++) {
		if (strncmp(var, extra[i], name) == 0)
			return true;
	}
	return false;
}

int gate_env_make(const struct gate_repo *r, const char *const *extra, struct gate_env *out, struct gate_err *err)
{
	size_t n = 0, n_extra = 0;

	while (environ[n])
		n++;
	while (extra && extra[n_extra])
		n_extra++;
	*out = (struct gate_env){ 0 };
	out->v = calloc(n + n_extra + 4, sizeof(*out->v));
	if (!out->v)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		if (!gate_starts_with(environ[i], "GIT_") && !replaced(environ[i], extra, n_extra))
			out->v[out->n++] = environ[i];
	}
	for (size_t i = 0; i < n_extra; i++)
		out->v[out->n++] = extra[i];
	out->v[out->n++] = "GIT_NO_REPLACE_OBJECTS=1";
	return r ? env_own(out, gate_fmt("GIT_DIR=%s", r->dir), err) : 0;
}

void gate_env_clear(struct gate_env *e)
{
	for (size_t i = 0; i < e->n_owned; i++)
		free(e->owned[i]);
	free(e->v);
	*e = (struct gate_env){ 0 };
}

int gate_git_code(const struct gate_repo *r, const char *const *args, const void *in, size_t in_len, struct gate_buf *out,
		  struct gate_buf *errs, int *code, struct gate_err *err)
{
	const char *argv[64] = { "git" };
	gate_auto(gate_env) struct gate_env env = { 0 };
	gate_auto(gate_proc) struct gate_proc p = { 0 };
	size_t n = 0;

	while (args[n]) {
		if (n + 2 >= GATE_ARRAY_LEN(argv))
			return gate_err_set(err, GATE_E_BUG, "git %s: too many arguments", args[0]);
		argv[n + 1] = args[n];
		n++;
	}
	if (gate_env_make(r, NULL, &env, err) < 0)
		return -(int)err->code;
	p.argv = argv;
	p.env = env.v;
	p.in = in;
	p.in_len = in_len;
	p.out = out;
	p.errs = errs;
	p.max_out = (size_t)64 << 20;
	if (gate_proc_run(&p, GIT_TIMEOUT_MS, err) < 0)
		return gate_err_wrap(err, "git %s", args[0]);
	*code = gate_proc_exit(&p);
	return 0;
}

int gate_git(const struct gate_repo *r, const char *const *args, const void *in, size_t in_len, struct gate_buf *out,
	     struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf errs = { 0 }, safe = { 0 };
	const char *s;
	int code;

	if (gate_git_code(r, args, in, in_len, out, &errs, &code, err) < 0)
		return -(int)err->code;
	if (code == 0)
		return 0;
	s = gate_buf_cstr(&errs);
	gate_escape(&safe, s, strcspn(s, "\n"));
	return gate_err_set(err, GATE_E_GIT, "git %s: %s", args[0], safe.len ? safe.s : "failed without a word");
}

int gate_git_line(const struct gate_repo *r, const char *const *args, struct gate_buf *out, struct gate_err *err)
{
	if (gate_git(r, args, NULL, 0, out, err) < 0)
		return -(int)err->code;
	while (out->len && out->s[out->len - 1] == '\n')
		out->s[--out->len] = '\0';
	return 0;
}

int gate_git_read(const struct gate_repo *r, const char *name, const char *type, size_t max, struct gate_buf *out,
		  struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf errs = { 0 };
	size_t before = out->len;
	int code;

	if (gate_loose_read(r, name, type, max, out))
		return 0;
	if (gate_git_code(r, (const char *const[]){ "cat-file", type, name, NULL }, NULL, 0, out, &errs, &code, err) < 0)
		return -(int)err->code;
	if (code)
		return gate_err_set(err, GATE_E_OBJECT, "%s: no such %s", name, type);
	if (out->len - before > max)
		return gate_err_set(err, GATE_E_LIMIT, "%s: more than %zu bytes", name, max);
	return 0;
}
