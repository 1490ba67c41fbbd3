#include "base/io.h"
#include "base/proc.h"
#include "cli/doctor.h"
#include "gate/decided.h"
#include "gate/entries.h"
#include "gate/install.h"
#include "gate/pending.h"
#include "gate/rules_commit.h"
#include "gate/wall.h"
#include "gate/worker.h"

#include <stdio.h>
#include <string.h>

static const struct gate_option options[] = {
	{ "--acknowledge", "REF", "accept the value that REF stands at, though no decision put it there; recorded" },
	{ "--authorized-keys", "FILE", "the keys that sshd lets in as the repository's owner (default: ~/.ssh/authorized_keys of that account)" },
	{ NULL, NULL, NULL },
};

void gate_doctor_row(struct gate_doctor *d, enum gate_grade grade, const char *name, const char *tried, const char *found, const char *mend)
{
	static const char *const words[] = { "ok", "note", "warn", "bad" };
	const char *const parts[] = { tried, tried ? ": " : NULL, found, mend ? "; " : NULL, mend };

	gate_buf_fmt(&d->text, "%-4s %-22s ", words[grade], name);
	for (size_t i = 0; i < GATE_ARRAY_LEN(parts); i++) {
		if (parts[i])
			gate_escape(&d->text, parts[i], strlen(parts[i]));
	}
	gate_buf_char(&d->text, '\n');
	gate_jw_open(&d->jw, NULL);
	gate_jw_str(&d->jw, "result", words[grade]);
	gate_jw_str(&d->jw, "name", name);
	gate_jw_str(&d->jw, "tried", tried);
	gate_jw_str(&d->jw, "found", found);
	gate_jw_str(&d->jw, "mend", mend);
	gate_jw_close(&d->jw);
	d->bad += grade == GATE_GRADE_BAD;
}

static void say(struct gate_doctor *d, bool ok, const char *what, const char *more)
{
	gate_doctor_row(d, ok ? GATE_GRADE_OK : GATE_GRADE_BAD, what, NULL, more, NULL);
}

static void note(struct gate_doctor *d, const char *what, const char *more)
{
	gate_doctor_row(d, GATE_GRADE_NOTE, what, NULL, more, NULL);
}

static void check_error(struct gate_doctor *d, const char *what, int r, const struct gate_err *err, const char *fine)
{
	say(d, r == 0, what, r == 0 ? fine : err->text);
}

static void check_git(struct gate_doctor *d)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	struct gate_err err = { 0 };
	int r = gate_git_line(&d->server.repo, (const char *const[]){ "version", NULL }, &out, &err);

	check_error(d, "git", r, &err, gate_buf_cstr(&out));
}

/* The worker tells what really confined it, on this kernel, now. */
static void check_worker(struct gate_doctor *d)
{
	struct gate_err err = { 0 };
	gate_autofree char *path = gate_worker_path(&err);
	const char *argv[] = { path, "--self-test", NULL };
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	gate_auto(gate_proc) struct gate_proc p = { .argv = argv, .out = &out };

	if (!path || gate_proc_run(&p, 10000, &err) < 0) {
		say(d, false, "worker", err.text);
		return;
	}
	while (out.len && out.s[out.len - 1] == '\n')
		out.s[--out.len] = '\0';
	say(d, gate_proc_exit(&p) == 0, "worker confinement", gate_buf_cstr(&out));
}

static void check_hooks(struct gate_doctor *d)
{
	static const char *const names[] = { "pre-receive", "proc-receive", "update", "post-receive" };
	struct gate_err err = { 0 };

	for (size_t i = 0; i < GATE_ARRAY_LEN(names); i++) {
		if (gate_wall_is_update(&d->server) && strcmp(names[i], "proc-receive") == 0)
			continue;
		say(d, gate_stub_in_place(&d->server, names[i]), names[i],
		    gate_stub_in_place(&d->server, names[i]) ? "refgate's" : "not refgate's; run `refgate init` to repair");
	}
	check_error(d, "second wall", gate_wall_check(&d->server, &err), &err, gate_wall_is_update(&d->server) ? "update" : "proc-receive");
}

static void check_policy(struct gate_doctor *d)
{
	struct gate_err err = { 0 };
	int r = gate_server_load_policy(&d->server, &err);

	check_error(d, "policy", r, &err, d->server.policy ? d->server.policy->digest : "");
	if (r < 0)
		return;
	say(d, !d->server.drift, "policy ref",
	    d->server.drift ? "its .refgate/ is not the signed one; `refgate doctor --acknowledge` the ref when it is meant" :
			      d->server.policy_ref);
	r = gate_policy_reachable(d->server.policy, d->server.now, &err);
	check_error(d, "quorum", r, &err, "every tier can be signed");
	for (size_t i = 0; i < d->server.policy->warnings.n; i++)
		note(d, "policy", d->server.policy->warnings.v[i]);
	if (d->server.policy->mode == GATE_MODE_OBSERVE)
		note(d, "mode", "observe: content lands whatever the verdict");
}

static void check_identity(struct gate_doctor *d)
{
	const char *list = gate_config_get(&d->server.config, "refgate.identity", "");

	say(d, *list != '\0', "identity", *list ? list : "refgate.identity is not set: every pusher is an unknown agent");
	if (strstr(list, "os-user"))
		note(d, "identity", "os-user is for tests and single-user machines: pushers who share an account are one actor");
}

static void check_log(struct gate_doctor *d)
{
	struct gate_err err = { 0 };
	struct gate_checkpoint cp;
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	int r = gate_log_checkpoint(d->server.audit, &cp, &err);

	if (r == 0)
		gate_checkpoint_format(&cp, &text);
	check_error(d, "log", r, &err, gate_buf_cstr(&text));
}

static void list_alternates(struct gate_doctor *d)
{
	gate_auto(gate_strs) struct gate_strs dirs = { 0 };
	struct gate_err err = { 0 };

	if (gate_repo_alternates(&d->server.repo, &dirs, &err) < 0)
		say(d, false, "alternates", err.text);
	for (size_t i = 0; i < dirs.n; i++)
		note(d, "alternate objects", dirs.v[i]);
}

/* The value that stands is taken as decided; for the policy ref its .refgate/ comes into force (HOLES 9, 12). On the server only. */
static int acknowledge(struct gate_doctor *d, const char *ref, struct gate_err *err)
{
	struct gate_server *s = &d->server;
	gate_auto(gate_strs) struct gate_strs bodies = { 0 };
	gate_auto(gate_ref_updates) struct gate_ref_updates u = { 0 };
	gate_auto(gate_files) struct gate_files files = { 0 };
	gate_autopolicy struct gate_policy *policy = NULL;
	char tree[GATE_HEXSZ + 1];
	gate_autoclose int lock = -1;
	struct gate_ref now;

	lock = gate_pending_lock(s, err); /* no release or bootstrap in between */
	if (lock < 0 || gate_server_refresh(s, err) < 0 || gate_server_configure(s, err) < 0 || gate_ref_read(s->refs, ref, &now, err) < 0)
		return -(int)err->code;
	if (now.kind != GATE_REF_DIRECT)
		return gate_err_set(err, GATE_E_REF, "%s is no ref with a value of its own", ref);
	if (gate_entry_plain(s, "acknowledged", (const char *const[]){ "ref", ref, "new", now.oid, NULL }, &bodies, err) < 0)
		return -(int)err->code;
	if (strcmp(ref, s->policy_ref) == 0) {
		if (gate_rules_at(&s->repo, now.oid, tree, err) < 0)
			return -(int)err->code;
		if (!tree[0])
			return gate_err_set(err, GATE_E_POLICY, "%s holds no .refgate/; add one, then acknowledge it", ref);
		if (gate_server_read_tree(s, tree, &files, err) < 0 || gate_server_try_policy(s, &files, &policy, err) < 0)
			return gate_err_wrap(err, "%s", ref);
		if (gate_ref_updates_add(&u, GATE_REF_POLICY, tree, NULL, err) < 0 ||
		    gate_entry_plain(s, "policy_changed", (const char *const[]){ "tree", tree, "by", "acknowledge", NULL }, &bodies, err) < 0)
			return -(int)err->code;
	}
	if (gate_entries_append(s, &bodies, true, true, NULL, err) < 0 || gate_decided_init(s, ref, err) < 0)
		return -(int)err->code;
	return gate_refs_commit(&s->repo, &u, "refgate: acknowledge", err) < 0 ? -(int)err->code : GATE_EXIT_OK;
}

static int look(struct gate_doctor *d, struct gate_err *err)
{
	struct gate_err one = { 0 };
	bool json = gate_arg_json(d->args);
	int code;

	d->jw.out = &d->json;
	gate_jw_open(&d->jw, NULL);
	gate_jw_int(&d->jw, "schema", 1);
	gate_jw_array(&d->jw, "rows");
	check_git(d);
	check_worker(d);
	code = gate_server_configure(&d->server, &one);
	check_error(d, "repository", code, &one, d->server.repo.dir);
	if (code == 0) {
		check_hooks(d);
		check_policy(d);
		check_identity(d);
		gate_doctor_around(d);
	}
	check_log(d);
	list_alternates(d);
	gate_jw_end(&d->jw);
	gate_jw_int(&d->jw, "bad", (int64_t)d->bad);
	gate_jw_close(&d->jw);
	gate_buf_char(&d->json, '\n');
	if (gate_cli_print(json ? &d->json : &d->text, err) < 0)
		return -(int)err->code;
	return d->bad ? GATE_EXIT_NO : GATE_EXIT_OK;
}

static int run(const struct gate_args *a, struct gate_err *err)
{
	struct gate_doctor d = { .args = a };
	const char *dir = a->words.n ? a->words.v[0] : a->repo ? a->repo : ".", *ref = gate_arg(a, "--acknowledge");
	int code = gate_server_open(dir, &d.server, err);

	if (code == 0)
		code = ref ? acknowledge(&d, ref, err) : look(&d, err);
	gate_buf_clear(&d.text);
	gate_buf_clear(&d.json);
	gate_server_clear(&d.server);
	return code;
}

const struct gate_command gate_cmd_doctor = {
	.name = "doctor",
	.run = run,
	.usage = "[REPO] [--authorized-keys FILE]... [--acknowledge REF]",
	.help = "what this host offers, how the gate is wired, what to mend",
	.example = "refgate doctor /srv/git/app.git",
	.options = options,
	.min_words = 0,
	.max_words = 1,
};
