/* serve: the forced command of sshd. Sets the identity, allows git's two verbs below one folder, and nothing else (peers 7.3). */
#include "base/io.h"
#include "cli/cli.h"
#include "gate/answer.h"
#include "gate/identity.h"
#include "gate/inflight.h"
#include "gate/server.h"
#include "gate/wall.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

static const struct gate_option options[] = {
	{ "--as", "ACTOR", "who pushes with this key" },
	{ "--root", "DIR", "the folder of the repositories" },
	{ NULL, NULL, NULL },
};

/* The verb and the one path, quoted as git's clients quote: '...' with ' and ! as '\'' and '\!'. Never handed to a shell. */
static int parse_command(const char *line, const char **verb, char *path, size_t size, struct gate_err *err)
{
	static const char *const verbs[] = { "git-receive-pack ", "git receive-pack ", "git-upload-pack ", "git upload-pack " };
	const char *p = NULL;
	size_t n = 0;

	for (size_t i = 0; i < GATE_ARRAY_LEN(verbs) && !p; i++) {
		if (gate_starts_with(line, verbs[i])) {
			p = line + strlen(verbs[i]);
			*verb = i < 2 ? "receive-pack" : "upload-pack";
		}
	}
	if (!p || *p != '\'')
		return gate_err_set(err, GATE_E_USAGE, "this key is for git push and git fetch only");
	for (p++; *p && n + 1 < size;) {
		if (*p != '\'') {
			path[n++] = *p++;
		} else if (p[1] == '\\' && (p[2] == '\'' || p[2] == '!') && p[3] == '\'') {
			path[n++] = p[2];
			p += 4;
		} else if (p[1] == '\0') {
			path[n] = '\0';
			return 0;
		} else {
			break;
		}
	}
	return gate_err_set(err, GATE_E_USAGE, "the repository's path is malformed");
}

/* A git directory that git itself would stay in: it looks for a .git below first, which may lead anywhere. */
static bool is_repository(int dir)
{
	static const char *const parts[] = { "HEAD", "objects", "refs" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(parts); i++) {
		if (faccessat(dir, parts[i], F_OK, 0) < 0)
			return false;
	}
	return faccessat(dir, ".git", F_OK, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT;
}

/* Resolves the path strictly below root: no link, no ".." and no .git file leads out of it. The endings are git's own, in its order. */
static int resolve(const char *root, const char *path, char real[PATH_MAX], struct gate_err *err)
{
	static const char *const endings[] = { "/.git", "", ".git/.git", ".git" };
	gate_autoclose int dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS };
	gate_auto(gate_buf) struct gate_buf safe = { 0 };

	if (dir < 0)
		return gate_err_errno(err, "the folder of the repositories");
	/* A client names the path as the server sees it, or relative to the root. */
	if (gate_starts_with(path, root) && path[strlen(root)] == '/')
		path += strlen(root);
	path += strspn(path, "/");
	for (size_t i = 0; *path && i < GATE_ARRAY_LEN(endings); i++) {
		gate_autofree char *name = gate_fmt("%s%s", path, endings[i]);
		gate_autofree char *link = NULL;
		gate_autoclose int fd = name ? (int)syscall(SYS_openat2, dir, name, &how, sizeof(how)) : -1;
		ssize_t n;

		if (fd < 0 || !is_repository(fd))
			continue;
		link = gate_fmt("/proc/self/fd/%d", fd);
		n = link ? readlink(link, real, PATH_MAX - 1) : -1;
		if (n <= 0)
			return gate_err_errno(err, "the repository's path");
		real[n] = '\0';
		return 0;
	}
	gate_escape(&safe, path, strnlen(path, 200));
	return gate_err_set(err, GATE_E_USAGE, "no repository %s here", gate_buf_cstr(&safe));
}

static bool protocol_ok(const char *v)
{
	return v && strlen(v) < 200 && strspn(v, "abcdefghijklmnopqrstuvwxyz0123456789=:.-_") == strlen(v);
}

/* What sshd says of this connection; the rest of the environment may be the client's (SendEnv). */
struct connection {
	char *line;	/* SSH_ORIGINAL_COMMAND */
	char *auth;	/* SSH_USER_AUTH */
	char *protocol; /* GIT_PROTOCOL */
};

static void connection_clear(struct connection *c)
{
	free(c->line);
	free(c->auth);
	free(c->protocol);
}

static char *take(const char *name)
{
	const char *v = getenv(name);

	return v ? strdup(v) : NULL;
}

/* The environment is made from nothing before anybody looks at it: what a client sent reaches neither git nor its configuration
 * (HOLES 25). HOME is sshd's own. */
static int clean_environment(struct connection *c, struct gate_err *err)
{
	gate_autofree char *home = take("HOME");

	c->line = take("SSH_ORIGINAL_COMMAND");
	c->auth = take("SSH_USER_AUTH");
	c->protocol = take("GIT_PROTOCOL");
	if (clearenv() != 0 || setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1) < 0 || setenv("LANG", "C.UTF-8", 1) < 0 ||
	    setenv("HOME", home ? home : "/", 1) < 0)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	return 0;
}

/* The folder of the gate alone does not make one: without its hooks git would let everything land. */
static int check_gated(const char *dir, struct gate_server *s, struct gate_err *err)
{
	if (gate_server_open(dir, s, err) < 0 || gate_server_configure(s, err) < 0 || gate_wall_check(s, err) < 0)
		return -(int)err->code;
	return gate_stub_in_place(s, "pre-receive") ? 0 :
						      gate_err_set(err, GATE_E_WALL, "the pre-receive hook of %s is not refgate's; an admin runs "
										     "`refgate init %s` to repair it", s->repo.dir, s->repo.dir);
}

static int become_git(const struct connection *c, const char *verb, const char *dir, struct gate_err *err)
{
	const char *argv[] = { "git", verb, dir, NULL };

	if ((c->auth && gate_identity_is_auth_file(c->auth) && setenv("SSH_USER_AUTH", c->auth, 1) < 0) ||
	    (protocol_ok(c->protocol) && setenv("GIT_PROTOCOL", c->protocol, 1) < 0))
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	execvp("git", (char *const *)(uintptr_t)argv);
	return gate_err_errno(err, "git");
}

static int serve(const struct connection *c, const char *actor, const char *root, struct gate_err *err)
{
	gate_auto(gate_server) struct gate_server s = { 0 };
	char path[PATH_MAX], real_root[PATH_MAX], dir[PATH_MAX];
	const char *verb = "";

	if (!c->line || !*c->line)
		return gate_err_set(err, GATE_E_USAGE, "hello %s: this key is for git push and git fetch only", actor);
	if (!realpath(root, real_root))
		return gate_err_errno(err, "--root");
	if (parse_command(c->line, &verb, path, sizeof(path), err) < 0 || resolve(real_root, path, dir, err) < 0)
		return -(int)err->code;
	if (strcmp(verb, "receive-pack") == 0 && (check_gated(dir, &s, err) < 0 || gate_inflight_serve_put(&s, actor, err) < 0)) {
		gate_answer_hide_err(dir, err);
		return -(int)err->code;
	}
	return become_git(c, verb, dir, err);
}

static int run(const struct gate_args *a, struct gate_err *err)
{
	const char *actor = gate_arg(a, "--as"), *root = gate_arg(a, "--root");
	gate_auto(connection) struct connection c = { 0 };

	if (!actor || !*actor || !root)
		return gate_err_set(err, GATE_E_USAGE, "serve needs --as ACTOR and --root DIR; it stands in authorized_keys as "
						       "restrict,command=\"refgate serve --as NAME --root DIR\" KEY");
	return clean_environment(&c, err) < 0 ? -(int)err->code : serve(&c, actor, root, err);
}

const struct gate_command gate_cmd_serve = {
	.name = "serve",
	.run = run,
	.usage = "--as ACTOR --root DIR",
	.help = "forced command for sshd: git only, below DIR, as ACTOR",
	.example = "restrict,command=\"refgate serve --as codex-bot --root /srv/git\" ssh-ed25519 AAAA...",
	.options = options,
	.min_words = 0,
	.max_words = 0,
};
