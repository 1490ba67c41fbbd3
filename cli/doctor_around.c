/* Ways around the hooks, tried (HOLES 26). A new probe is a function and a row of the table at the end. */
#include "base/io.h"
#include "cli/doctor.h"
#include "gate/wall.h"

#include <string.h>
#include <sys/statvfs.h>

bool gate_doctor_has_identity(const struct gate_doctor *d, const char *source)
{
	gate_auto(gate_strs) struct gate_strs lists = { 0 };
	struct gate_err ignored = { 0 };
	bool has = false;

	gate_config_all(&d->server.config, "refgate.identity", &lists, &ignored);
	for (size_t i = 0; i < lists.n; i++) {
		char *save = NULL;

		for (char *s = strtok_r(lists.v[i], ", ", &save); s; s = strtok_r(NULL, ", ", &save))
			has |= strcmp(s, source) == 0;
	}
	return has;
}

/* ---- ssh ---- */

/* %s: the repository's name below the root. What git's clients send, and what somebody sends by hand. */
static const char *const bypasses[] = {
	"git -c core.hooksPath=/dev/null receive-pack '%s'",
	"git -c receive.procReceiveRefs= receive-pack '%s'",
	"git --exec-path=/tmp receive-pack '%s'",
	"/usr/bin/git-receive-pack '%s'",
	"env GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.hooksPath GIT_CONFIG_VALUE_0=/dev/null git-receive-pack '%s'",
	"GIT_DIR='%s' git-receive-pack .",
	"git-receive-pack --help",
	"git-receive-pack '--help'",
	"git-receive-pack --reject-thin-pack '%s'",
	"git-receive-pack '%s'; sh",
	"git-receive-pack '%s' && sh",
	"git-receive-pack '%s' | sh",
	"git-receive-pack '$(sh)%s'",
	"git-receive-pack `sh`",
	"git-receive-pack '../%s'",
	"git-receive-pack '/../../../../../../tmp'",
	"git-receive-pack '%s/../../%s'",
	"git-upload-archive '%s'",
	"git-shell -c \"git-receive-pack '%s'\"",
	"sh",
	"scp -t %s/hooks/update",
	"rsync --server . %s",
	"refgate init %s",
};

/* `serve` as sshd starts it. Whatever it lets through starts a git that is sent nothing, and so does nothing. */
static bool serve_takes(const char *root, const char *line)
{
	gate_autofree char *command = gate_fmt("SSH_ORIGINAL_COMMAND=%s", line);
	const char *argv[] = { "/proc/self/exe", "serve", "--as", "doctor", "--root", root, NULL };
	const char *env[] = { command, "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/", NULL };
	gate_auto(gate_buf) struct gate_buf out = { 0 }, errs = { 0 };
	gate_auto(gate_proc) struct gate_proc p = { .argv = argv, .env = env, .out = &out, .errs = &errs };
	struct gate_err ignored = { 0 };

	if (!command || gate_proc_run(&p, 10000, &ignored) < 0)
		return false;
	return gate_proc_exit(&p) == 0 || out.len > 0;
}

/* The name is quoted as git's clients quote it. */
static void put_line(struct gate_buf *b, const char *pattern, const char *name)
{
	for (const char *p = pattern; *p; p++) {
		if (p[0] == '%' && p[1] == 's') {
			for (const char *c = name; *c; c++)
				gate_buf_fmt(b, strchr("'!", *c) ? "'\\%c'" : "%c", *c);
			p++;
		} else {
			gate_buf_char(b, *p);
		}
	}
}

static void try_serve(struct gate_doctor *d, const char *root, const char *pattern, const char *name, bool wanted)
{
	gate_auto(gate_buf) struct gate_buf line = { 0 };
	bool taken;

	put_line(&line, pattern, name);
	taken = serve_takes(root, gate_buf_cstr(&line));
	gate_doctor_row(d, taken == wanted ? GATE_GRADE_OK : GATE_GRADE_BAD, "ssh: serve", gate_buf_cstr(&line), taken ? "taken" : "refused",
			taken == wanted ? NULL :
			taken		? "refgate serve lets this through, which is a bug: take its keys out of authorized_keys and report it" :
					  "a fetch through refgate serve does not work; is git in /usr/local/bin, /usr/bin or /bin?");
}

static void ssh_serve(struct gate_doctor *d)
{
	gate_autofree char *root = strdup(d->server.repo.dir);
	char *name = root ? strrchr(root, '/') : NULL;

	if (!gate_doctor_has_identity(d, "serve")) {
		gate_doctor_row(d, GATE_GRADE_NOTE, "ssh: serve", NULL, "refgate.identity does not list it, so it was not tried", NULL);
		return;
	}
	if (!name || name == root)
		return;
	*name++ = '\0';
	/* The twin, so that a serve which refuses everything does not look like a good one. */
	try_serve(d, root, "git-upload-pack '/%s'", name, true);
	for (size_t i = 0; i < GATE_ARRAY_LEN(bypasses); i++)
		try_serve(d, root, bypasses[i], name, false);
}

/* ---- http and git daemon ---- */

static void http(struct gate_doctor *d)
{
	const char *value = gate_config_get(&d->server.config, "http.receivepack", NULL);
	bool open = gate_config_bool(&d->server.config, "http.receivepack", false);

	gate_doctor_row(d, open ? GATE_GRADE_WARN : GATE_GRADE_OK, "http", "git's http.receivepack",
			!value ? "not set: pushes of users that the web server knows" :
			open   ? "true: pushes of everybody, judged by the hooks, as an unknown agent's" :
				 "false: no pushes",
			open ? "`git config --unset http.receivepack`, and let the web server ask who it is" : NULL);
}

static void daemon_port(struct gate_doctor *d)
{
	gate_autofree char *mark = gate_fmt("%s/git-daemon-export-ok", d->server.repo.dir);
	bool open = gate_config_bool(&d->server.config, "daemon.receivepack", false), exported = mark && gate_file_exists(mark);
	bool named = open && gate_doctor_has_identity(d, "os-user");

	gate_doctor_row(d, !open ? GATE_GRADE_OK : exported || named ? GATE_GRADE_BAD : GATE_GRADE_WARN, "git daemon",
			"git's daemon.receivepack and git-daemon-export-ok",
			!open	 ? exported ? "exported for fetches, takes no pushes" : "takes no pushes" :
			named	 ? "anybody in reach may push, and os-user takes them for the daemon's account" :
			exported ? "anybody in reach may push, under no name" :
				   "anybody may push where the daemon runs with --export-all",
			open ? "`git config --unset daemon.receivepack`" : NULL);
}

/* ---- hooks ---- */

static void hooks_path(struct gate_doctor *d)
{
	const char *value = gate_config_get(&d->server.config, "core.hookspath", NULL);

	gate_doctor_row(d, value ? GATE_GRADE_BAD : GATE_GRADE_OK, "hooks: place", "git's core.hooksPath", value ? value : "not set",
			value ? "unset it, in every file that `git config --show-origin --get-all core.hooksPath` names" : NULL);
}

/* Where nothing may be executed git passes over a hook without a word. */
static bool is_noexec(const char *path)
{
	struct statvfs fs;

	return statvfs(path, &fs) == 0 && (fs.f_flag & ST_NOEXEC);
}

static void hooks_mount(struct gate_doctor *d)
{
	gate_autofree char *hooks = gate_fmt("%s/hooks", d->server.repo.dir);
	const char *exe = gate_config_get(&d->server.config, "refgate.exe", "");
	bool one = hooks && is_noexec(hooks), two = is_noexec(exe);

	gate_doctor_row(d, one || two ? GATE_GRADE_BAD : GATE_GRADE_OK, "hooks: file system", "the mount option noexec",
			one ? hooks : two ? exe : "hooks and program may be executed",
			one || two ? "mount it with exec: git passes over hooks that it cannot start" : NULL);
}

/* The one hook that can be started without a push. */
static void hooks_start(struct gate_doctor *d)
{
	gate_autofree char *path = gate_hook_place(&d->server.repo, "update", gate_wall_is_update(&d->server));
	const char *argv[] = { path, "--canary", NULL };
	gate_auto(gate_buf) struct gate_buf out = { 0 }, errs = { 0 };
	gate_auto(gate_proc) struct gate_proc p = { .argv = argv, .out = &out, .errs = &errs };
	struct gate_err err = { 0 };
	bool sings = path && gate_proc_run(&p, 10000, &err) == 0 && gate_proc_exit(&p) == 0 && strcmp(gate_buf_cstr(&out), GATE_CANARY) == 0;

	gate_doctor_row(d, sings ? GATE_GRADE_OK : GATE_GRADE_BAD, "hooks: start", "hooks/update --canary",
			sings ? "refgate answered" : err.code ? err.text : "another program, or none, answered",
			sings ? NULL : "run `refgate init` to repair, and see that this account may execute the hook");
}

static void not_tried(struct gate_doctor *d)
{
	gate_doctor_row(d, GATE_GRADE_NOTE, "not tried", NULL,
			geteuid() == 0 ? "a push (it would move a ref); sshd's AuthorizedKeysCommand, its certificates, and AuthorizedKeysFile elsewhere "
					 "(--authorized-keys FILE); what a web server or a forge starts as this account" :
					 "a push (it would move a ref); as root more is tried: other accounts' rights with their ACLs; sshd's "
					 "AuthorizedKeysCommand, its certificates, and AuthorizedKeysFile elsewhere (--authorized-keys FILE); what a "
					 "web server or a forge starts as this account", NULL);
}

static void (*const probes[])(struct gate_doctor *d) = {
	gate_doctor_writers, ssh_serve, gate_doctor_keys, http, daemon_port, hooks_path, hooks_mount, hooks_start, not_tried,
};

void gate_doctor_around(struct gate_doctor *d)
{
	for (size_t i = 0; i < GATE_ARRAY_LEN(probes); i++)
		probes[i](d);
}
