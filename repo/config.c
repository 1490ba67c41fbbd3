#include "repo/config.h"

#include "base/crypto.h"
#include "base/io.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

extern char **environ;

#define CACHE_MAX ((size_t)4 << 20)

/* git runs here with the GIT_CONFIG_* that receive-pack has, and no other GIT_*: what is in effect there is what counts (HOLES 12). */
static int ask_git(const struct gate_repo *r, struct gate_buf *out, struct gate_err *err)
{
	static const char *const argv[] = { "git", "config", "-z", "--list", "--includes", "--show-origin", NULL };
	gate_autofree const char **extra = NULL;
	gate_auto(gate_env) struct gate_env env = { 0 };
	gate_auto(gate_proc) struct gate_proc p = { .argv = argv, .out = out, .max_out = CACHE_MAX };
	size_t n = 0, kept = 0;

	while (environ[n])
		n++;
	extra = calloc(n + 1, sizeof(*extra));
	if (!extra)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		if (gate_starts_with(environ[i], "GIT_CONFIG"))
			extra[kept++] = environ[i];
	}
	if (gate_env_make(r, extra, &env, err) < 0)
		return -(int)err->code;
	p.env = env.v;
	p.cwd = r->dir; /* origins are told relative to where git stands */
	if (gate_proc_run(&p, 60000, err) < 0)
		return gate_err_wrap(err, "git config");
	return gate_proc_exit(&p) == 0 ? 0 : gate_err_set(err, GATE_E_CONFIG, "git cannot read its configuration of %s", r->dir);
}

/* "<origin>\0<key>\n<value>\0"... ; origins are added to `files` once each (may be NULL). */
static int parse(const struct gate_buf *text, struct gate_config *out, struct gate_strs *files, struct gate_err *err)
{
	for (const char *p = text->s, *end = text->s + text->len; p && p < end;) {
		const char *origin = p, *key = p + strlen(p) + 1, *lf;

		if (key >= end)
			return gate_err_set(err, GATE_E_CONFIG, "git config answered out of form");
		lf = strchr(key, '\n');
		if (gate_strs_addn(&out->keys, key, lf ? (size_t)(lf - key) : strlen(key), err) < 0 ||
		    gate_strs_add(&out->values, lf ? lf + 1 : "true", err) < 0 ||
		    (files && gate_strs_add_new(files, origin, err) < 0))
			return -(int)err->code;
		p = key + strlen(key) + 1;
	}
	return 0;
}

int gate_config_load(const struct gate_repo *r, struct gate_config *out, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf text = { 0 };

	return ask_git(r, &text, err) < 0 ? -(int)err->code : parse(&text, out, NULL, err);
}

/* ---- the memory of git's answer ---- */

/* One line for a file's state; a file that was written within the last second is not trusted to be told apart from its next version. */
static bool put_state(const struct gate_repo *r, const char *origin, time_t now, struct gate_buf *b)
{
	const char *path = gate_starts_with(origin, "file:") ? origin + 5 : NULL;
	gate_autofree char *full = path ? (path[0] == '/' ? strdup(path) : gate_fmt("%s/%s", r->dir, path)) : NULL;
	struct stat st;

	if (!full)
		return false;
	if (stat(full, &st) < 0) {
		gate_buf_fmt(b, "%s absent%c", origin, '\0');
		return errno == ENOENT || errno == ENOTDIR;
	}
	gate_buf_fmt(b, "%s %lu %lu %ld %ld.%09ld %ld.%09ld%c", origin, (unsigned long)st.st_dev, (unsigned long)st.st_ino,
		     (long)st.st_size, (long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, (long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec, '\0');
	return st.st_ctim.tv_sec + 1 < now && st.st_mtim.tv_sec + 1 < now;
}

/* Files that git would read if they were there, and the variables that choose them. */
static int usual_places(struct gate_strs *files, struct gate_buf *env, struct gate_err *err)
{
	static const char *const names[] = { "HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM" };
	const char *home = getenv("HOME"), *xdg = getenv("XDG_CONFIG_HOME");
	gate_autofree char *a = gate_fmt("file:%s/.gitconfig", home ? home : "");
	gate_autofree char *b = gate_fmt("file:%s/.config/git/config", home ? home : "");
	gate_autofree char *c = gate_fmt("file:%s/git/config", xdg ? xdg : "");
	const char *const places[] = { "file:/etc/gitconfig", "file:config", "file:config.worktree", a, b, c };

	for (size_t i = 0; i < GATE_ARRAY_LEN(places); i++) {
		if (!places[i] || gate_strs_add_new(files, places[i], err) < 0)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(names); i++)
		gate_buf_fmt(env, "%s=%s%c", names[i], getenv(names[i]) ? getenv(names[i]) : "\x01", '\0');
	return 0;
}

/* Layout: 64 hex of the rest; "<n>\n"; n states; the environment; git's answer. States and environment are made again and compared. */
static bool recall(const struct gate_repo *r, const char *cache, struct gate_config *out, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 }, now = { 0 }, answer = { 0 };
	gate_auto(gate_strs) struct gate_strs files = { 0 };
	struct gate_err ignored = { 0 };
	char digest[GATE_SHA256_HEX];
	const char *p, *end;
	unsigned n;
	int used;

	if (gate_read_file(cache, CACHE_MAX, &b, &ignored) < 0 || b.len < 66)
		return false;
	gate_sha256_hex(b.s + 64, b.len - 64, digest);
	if (memcmp(digest, b.s, 64) != 0 || sscanf(b.s + 64, "%u\n%n", &n, &used) != 1)
		return false;
	p = b.s + 64 + used;
	end = b.s + b.len;
	for (unsigned i = 0; i < n && p < end; i++, p += strlen(p) + 1) {
		gate_autofree char *origin = strndup(p, strcspn(p, " "));

		if (!origin || gate_strs_add(&files, origin, &ignored) < 0 || !put_state(r, origin, time(NULL), &now))
			return false;
	}
	if (usual_places(&files, &now, &ignored) < 0 || files.n != n)
		return false;
	p = b.s + 64 + used;
	if (now.failed || now.len > (size_t)(end - p) || memcmp(now.s, p, now.len) != 0)
		return false;
	gate_buf_add(&answer, p + now.len, (size_t)(end - p) - now.len);
	return parse(&answer, out, NULL, err) == 0;
}

static void remember(const struct gate_repo *r, const char *cache, struct gate_strs *files, const struct gate_buf *answer)
{
	gate_auto(gate_buf) struct gate_buf body = { 0 }, env = { 0 };
	struct gate_err ignored = { 0 };
	char digest[GATE_SHA256_HEX];

	if (usual_places(files, &env, &ignored) < 0)
		return;
	gate_buf_fmt(&body, "%64s%zu\n", "", files->n);
	for (size_t i = 0; i < files->n; i++) {
		if (strchr(files->v[i], ' ') || !put_state(r, files->v[i], time(NULL), &body))
			return;
	}
	gate_buf_add(&body, env.s, env.len);
	gate_buf_add(&body, gate_buf_cstr(answer), answer->len);
	if (body.failed)
		return;
	gate_sha256_hex(body.s + 64, body.len - 64, digest);
	memcpy(body.s, digest, 64);
	gate_write_file(cache, body.s, body.len, 0600, false, &ignored);
}

int gate_config_load_cached(const struct gate_repo *r, const char *cache, struct gate_config *out, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	gate_auto(gate_strs) struct gate_strs files = { 0 };
	bool plain = !getenv("GIT_CONFIG_PARAMETERS") && !getenv("GIT_CONFIG_COUNT");

	if (plain && recall(r, cache, out, err))
		return 0;
	if (err->code != GATE_OK || ask_git(r, &text, err) < 0 || parse(&text, out, &files, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < out->keys.n; i++)
		plain &= !gate_starts_with(out->keys.v[i], "include"); /* also of a file that is not there yet */
	if (plain)
		remember(r, cache, &files, &text);
	return 0;
}

void gate_config_clear(struct gate_config *c)
{
	gate_strs_clear(&c->keys);
	gate_strs_clear(&c->values);
}

const char *gate_config_get(const struct gate_config *c, const char *key, const char *absent)
{
	for (size_t i = c->keys.n; i-- > 0;) {
		if (strcmp(c->keys.v[i], key) == 0)
			return c->values.v[i];
	}
	return absent;
}

int gate_config_all(const struct gate_config *c, const char *key, struct gate_strs *out, struct gate_err *err)
{
	for (size_t i = 0; i < c->keys.n; i++) {
		if (strcmp(c->keys.v[i], key) == 0 && gate_strs_add(out, c->values.v[i], err) < 0)
			return -(int)err->code;
	}
	return 0;
}

/* As git reads it: words, or a number that is zero or not. */
bool gate_config_bool(const struct gate_config *c, const char *key, bool absent)
{
	static const char *const yes[] = { "true", "yes", "on" }, *const no[] = { "false", "no", "off", "" };
	const char *v = gate_config_get(c, key, NULL);
	char *end;
	long n;

	if (!v)
		return absent;
	for (size_t i = 0; i < GATE_ARRAY_LEN(yes); i++) {
		if (strcasecmp(v, yes[i]) == 0)
			return true;
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(no); i++) {
		if (strcasecmp(v, no[i]) == 0)
			return false;
	}
	n = strtol(v, &end, 0);
	return end == v ? absent : n != 0;
}

int gate_config_set(const struct gate_repo *r, const char *key, const char *value, struct gate_err *err)
{
	return gate_git(r, (const char *const[]){ "config", "--local", "--replace-all", key, value, NULL }, NULL, 0, NULL, err);
}

int gate_config_add(const struct gate_repo *r, const char *key, const char *value, struct gate_err *err)
{
	return gate_git(r, (const char *const[]){ "config", "--local", "--add", key, value, NULL }, NULL, 0, NULL, err);
}
