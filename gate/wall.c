#include "gate/wall.h"

#include "base/io.h"

#include <string.h>
#include <sys/stat.h>

bool gate_wall_is_update(const struct gate_server *s)
{
	return strcmp(gate_config_get(&s->config, "refgate.wall", "proc-receive"), "update") == 0;
}

/* A path in single quotes for sh; an apostrophe in it is closed, escaped and opened again. */
static void quote_sh(const char *s, struct gate_buf *out)
{
	gate_buf_char(out, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			gate_buf_str(out, "'\\''");
		else
			gate_buf_char(out, *s);
	}
	gate_buf_char(out, '\'');
}

int gate_stub_text(const char *exe, const char *hook, struct gate_buf *out, struct gate_err *err)
{
	gate_buf_str(out, "#!/bin/sh\n# refgate: written by `refgate init`, which also repairs it.\nexe=");
	quote_sh(exe, out);
	gate_buf_fmt(out,
		     "\n[ -x \"$exe\" ] || { echo \"refgate: $exe is missing, so this push is refused; an admin reinstalls it or runs "
		     "refgate init\" >&2; exit 1; }\nexec \"$exe\" hook %s \"$@\"\n", hook);
	return gate_buf_check(out, err);
}

char *gate_hook_place(const struct gate_repo *r, const char *hook, bool update_only)
{
	gate_autofree char *gitlab = gate_fmt("%s/custom_hooks", r->dir);
	gate_autofree char *gitea = gate_fmt("%s/hooks/%s.d", r->dir, hook);

	if (update_only && gitlab && gate_file_exists(gitlab))
		return gate_fmt("%s/%s.d/refgate", gitlab, hook);
	if (update_only && gitea && gate_file_exists(gitea))
		return gate_fmt("%s/refgate", gitea);
	return gate_fmt("%s/hooks/%s", r->dir, hook);
}

bool gate_stub_in_place(const struct gate_server *s, const char *hook)
{
	const char *exe = gate_config_get(&s->config, "refgate.exe", "");
	gate_autofree char *path = gate_hook_place(&s->repo, hook, gate_wall_is_update(s));
	gate_auto(gate_buf) struct gate_buf want = { 0 }, have = { 0 };
	struct gate_err ignored = { 0 };
	struct stat st;

	return path && gate_stub_text(exe, hook, &want, &ignored) == 0 && gate_read_file(path, 65536, &have, &ignored) == 0 &&
	       have.len == want.len && memcmp(have.s, want.s, want.len) == 0 && stat(path, &st) == 0 && (st.st_mode & 0100);
}

/* Starts the host's `update` entry the way the host does, and hears the answer of our own program (HOLES 12). */
static bool canary_sings(const struct gate_server *s)
{
	gate_autofree char *path = gate_hook_place(&s->repo, "update", true);
	const char *argv[] = { path, "--canary", NULL };
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	gate_auto(gate_proc) struct gate_proc p = { .argv = argv, .out = &out };
	struct gate_err ignored = { 0 };

	return path && gate_proc_run(&p, 10000, &ignored) == 0 && gate_proc_exit(&p) == 0 &&
	       strcmp(gate_buf_cstr(&out), GATE_CANARY) == 0;
}

static int missing(const struct gate_server *s, const char *what, struct gate_err *err)
{
	return gate_err_set(err, GATE_E_WALL, "second wall missing: %s; an admin runs `refgate init %s` to repair it", what, s->repo.dir);
}

int gate_wall_check(const struct gate_server *s, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs refs = { 0 };

	if (gate_config_get(&s->config, "core.hookspath", NULL))
		return missing(s, "core.hooksPath points elsewhere", err);
	if (gate_wall_is_update(s))
		return gate_stub_in_place(s, "update") && canary_sings(s) ? 0 : missing(s, "the update hook is not refgate's", err);
	if (gate_config_all(&s->config, "receive.procreceiverefs", &refs, err) < 0)
		return -(int)err->code;
	if (!gate_strs_has(&refs, "refs"))
		return missing(s, "git's receive.procReceiveRefs=refs is not in effect", err);
	if (!gate_stub_in_place(s, "proc-receive"))
		return missing(s, "hooks/proc-receive is not refgate's", err);
	if (!gate_stub_in_place(s, "update"))
		return missing(s, "hooks/update is not refgate's", err);
	return 0;
}
