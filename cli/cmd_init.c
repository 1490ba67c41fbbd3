#include "base/io.h"
#include "cli/cli.h"
#include "cli/policy_dir.h"
#include "cli/recover.h"
#include "gate/identity.h"
#include "gate/install.h"

#include <string.h>

static const struct gate_option options[] = {
	{ "--identity", "SRC,...", "who pushes: serve, ssh-key, push-cert, os-user, env:NAME (may be repeated)" },
	{ "--maintainer", "NAME[,MAIL]:KEY.pub", "a person who may sign (may be repeated)" },
	{ "--policy", "DIR", "the first .refgate/, instead of the sample" },
	{ "--exe", "PATH", "the executable that the hooks start (default: this one)" },
	{ "--worktree", NULL, "gate a repository that has a work tree" },
	{ "--update-only", NULL, "the host has no place for proc-receive: `update` writes pending refs" },
	{ "--recover", NULL, "put people who can sign into the rules when nobody can any more; asks on the terminal" },
	{ "--lost", "NAME", "with --recover: nobody has this person's keys any more; they are revoked (may be repeated)" },
	{ NULL, NULL, NULL },
};

/* NAME[,MAIL]:KEY.pub */
static int parse_maintainer(const char *text, struct gate_maintainer *m, struct gate_err *err)
{
	const char *colon = strchr(text, ':'), *comma = strchr(text, ',');
	gate_auto(gate_buf) struct gate_buf key = { 0 };
	size_t name_len;

	if (!colon || colon == text || !colon[1])
		return gate_err_set(err, GATE_E_USAGE, "--maintainer %s: write NAME:KEY.pub or NAME,MAIL:KEY.pub", text);
	if (comma > colon)
		comma = NULL;
	name_len = (size_t)((comma ? comma : colon) - text);
	if (name_len >= sizeof(m->name) || (comma && (size_t)(colon - comma - 1) >= sizeof(m->mail)) ||
	    !gate_copy(m->key_file, sizeof(m->key_file), colon + 1))
		return gate_err_set(err, GATE_E_USAGE, "--maintainer %s: too long", text);
	memcpy(m->name, text, name_len);
	if (strspn(m->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != name_len)
		return gate_err_set(err, GATE_E_USAGE, "--maintainer %s: a name is letters, digits, '.', '_' and '-'", m->name);
	if (comma)
		memcpy(m->mail, comma + 1, (size_t)(colon - comma - 1));
	if (gate_read_file(m->key_file, 65536, &key, err) < 0)
		return -(int)err->code;
	if (sscanf(gate_buf_cstr(&key), "%63s %4095s", m->key_type, m->key_base64) != 2 || strstr(gate_buf_cstr(&key), "PRIVATE KEY"))
		return gate_err_set(err, GATE_E_USAGE, "%s: not an SSH public key (name the .pub file)", m->key_file);
	return 0;
}

static int own_exe(const struct gate_args *a, char exe[PATH_MAX], struct gate_err *err)
{
	const char *given = gate_arg(a, "--exe");
	ssize_t n;

	if (given) {
		if (given[0] != '/')
			return gate_err_set(err, GATE_E_USAGE, "--exe %s: an absolute path is needed", given);
		return gate_copy(exe, PATH_MAX, given) ? 0 : gate_err_set(err, GATE_E_USAGE, "--exe: too long");
	}
	n = readlink("/proc/self/exe", exe, PATH_MAX - 1);
	if (n <= 0)
		return gate_err_errno(err, "/proc/self/exe");
	exe[n] = '\0';
	return 0;
}

static int add_identities(const struct gate_args *a, struct gate_install *in, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs lists = { 0 };

	if (gate_arg_all(a, "--identity", &lists, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < lists.n; i++) {
		char *save = NULL;

		for (char *s = strtok_r(lists.v[i], ",", &save); s; s = strtok_r(NULL, ",", &save)) {
			if (!gate_identity_known(s))
				return gate_err_set(err, GATE_E_USAGE, "--identity %s: known are serve, ssh-key, push-cert, os-user, env:NAME", s);
			if (gate_strs_add_new(&in->identity, s, err) < 0)
				return -(int)err->code;
		}
	}
	return lists.n && in->identity.n == 0 ? gate_err_set(err, GATE_E_USAGE, "--identity names no source") : 0;
}

static int install(const struct gate_args *a, struct gate_install *in, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf report = { 0 };

	if (gate_arg_has(a, "--lost"))
		return gate_err_set(err, GATE_E_USAGE, "--lost goes with --recover");
	if ((gate_arg(a, "--policy") && gate_cli_read_policy_dir(gate_arg(a, "--policy"), &in->policy, err) < 0) ||
	    gate_install_run(in, &report, err) < 0)
		return -(int)err->code;
	if (report.len == 0)
		gate_buf_str(&report, "nothing to do: the gate stands\n");
	return gate_cli_print(&report, err);
}

static int run(const struct gate_args *a, struct gate_err *err)
{
	struct gate_install in = { .repo = a->words.n ? a->words.v[0] : a->repo ? a->repo : "." };
	gate_auto(gate_strs) struct gate_strs maintainers = { 0 };
	char exe[PATH_MAX];
	int r;

	in.worktree = gate_arg_has(a, "--worktree");
	in.update_only = gate_arg_has(a, "--update-only");
	in.exe = exe;
	r = own_exe(a, exe, err);
	if (r == 0)
		r = add_identities(a, &in, err);
	if (r == 0)
		r = gate_arg_all(a, "--maintainer", &maintainers, err);
	in.maintainers = calloc(maintainers.n + 1, sizeof(*in.maintainers));
	for (size_t i = 0; r == 0 && in.maintainers && i < maintainers.n; i++)
		r = parse_maintainer(maintainers.v[i], &in.maintainers[in.n_maintainers++], err);
	if (r == 0)
		r = gate_arg_has(a, "--recover") ? gate_cli_recover(a, &in, err) : install(a, &in, err);
	gate_strs_clear(&in.identity);
	gate_files_clear(&in.policy);
	free(in.maintainers);
	return r < 0 ? r : GATE_EXIT_OK;
}

const struct gate_command gate_cmd_init = {
	.name = "init",
	.run = run,
	.usage = "REPO [OPTIONS]",
	.help = "put the gate before a repository, or repair it",
	.example = "refgate init /srv/git/app.git --maintainer alice,alice@example.com:alice.pub",
	.options = options,
	.min_words = 0,
	.max_words = 1,
};
