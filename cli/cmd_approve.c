/* approve and deny: look, confirm, sign, hand in. */
#include "approval/quorum.h"
#include "approval/sign.h"
#include "approval/sshsig.h"
#include "audit/log.h"
#include "base/io.h"
#include "base/when.h"
#include "cli/confirm.h"
#include "cli/rebase.h"
#include "cli/signer.h"
#include "gate/approve.h"
#include "gate/entries.h"
#include "gate/pending.h"
#include "gate/settle.h"
#include "repo/loose.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static const struct gate_option options[] = {
	{ "--as", "NAME", "the person who signs (default: the owner of the key)" },
	{ "--key", "FILE", "sign with this key file, as ssh-keygen -Y sign -f (default: the ssh-agent)" },
	{ "--role", "ROLE", "the role to sign in (default: the one that is missing)" },
	{ "-m", "REASON", "a line that is signed with the decision" },
	{ "--yes", NULL, "ask nothing" },
	{ NULL, NULL, NULL },
};

static const struct gate_option approve_options[] = {
	{ "--as", "NAME", "the person who signs (default: the owner of the key)" },
	{ "--key", "FILE", "sign with this key file, as ssh-keygen -Y sign -f (default: the ssh-agent)" },
	{ "--role", "ROLE", "the role to sign in (default: the one that is missing)" },
	{ "-m", "REASON", "a line that is signed with the decision" },
	{ "--rebase", NULL, "approve nothing: have the stale pending put on the present target, as a new pending" },
	{ "--yes", NULL, "ask nothing" },
	{ NULL, NULL, NULL },
};

struct signing {
	const struct gate_args *args;
	struct gate_target target;
	enum gate_decision decision;
	const struct gate_person *person; /* NULL when the clone knows no policy */
	char name[256];
	char fp[65]; /* of the signing key */
};

/* ---- who signs ---- */

static const struct gate_person *owner_of(const struct gate_policy *p, const char *fp)
{
	for (size_t i = 0; p && i < p->people.n; i++) {
		for (size_t k = 0; k < p->people.v[i].n_keys; k++) {
			if (strcmp(p->people.v[i].keys[k].fp, fp) == 0)
				return &p->people.v[i];
		}
	}
	return NULL;
}

static int find_signer(struct signing *s, struct gate_err *err)
{
	const char *as = gate_arg(s->args, "--as"), *key = gate_arg(s->args, "--key"), *socket = getenv("SSH_AUTH_SOCK");
	struct gate_key pub = { 0 };

	if (key) {
		if (gate_public_key_load(key, &pub, err) < 0)
			return -(int)err->code;
		gate_copy(s->fp, sizeof(s->fp), pub.fp);
		free(pub.blob);
		s->person = as ? NULL : owner_of(s->target.policy, s->fp);
	}
	if (!as && !key && s->target.policy && socket && *socket &&
	    gate_agent_owner(socket, s->target.policy->people.v, s->target.policy->people.n, &s->person, err) < 0)
		return -(int)err->code;
	if (as && s->target.policy)
		s->person = gate_policy_person(s->target.policy, as);
	if (s->person)
		gate_copy(s->name, sizeof(s->name), s->person->name);
	else if (as)
		gate_copy(s->name, sizeof(s->name), as);
	else
		return gate_err_set(err, GATE_E_USAGE, key ? "the key belongs to nobody in .refgate/allowed_signers; say --as NAME" :
							     "say who signs: --as NAME, or --key FILE");
	if (!key && !s->person)
		return gate_err_set(err, GATE_E_SIGNER, "%s is not in people: of the policy here; fetch, or sign with --key FILE", s->name);
	return 0;
}

/* ---- the text and its signature ---- */

static int ask(const struct gate_record *r, const struct signing *s, struct gate_err *err)
{
	gate_autoclose int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	char answer[8] = "";
	gate_autofree char *question = NULL;
	static const char *const verbs[] = {
		[GATE_DECISION_APPROVE] = "Approve",
		[GATE_DECISION_DENY] = "Deny",
		[GATE_DECISION_REBASE] = "Have the gate rebase",
	};

	if (tty < 0)
		return gate_err_set(err, GATE_E_USAGE, "there is no terminal to ask on; look with `refgate show %s` and say --yes", r->id);
	question = gate_fmt("%s %s as %s? [y/N] ", verbs[s->decision], r->id, s->name);
	if (!question || gate_write_all(tty, question, strlen(question), err) < 0)
		return -(int)err->code;
	if (read(tty, answer, sizeof(answer) - 1) <= 0 || (answer[0] != 'y' && answer[0] != 'Y'))
		return gate_err_set(err, GATE_E_SIGNER, "nothing was signed");
	return 0;
}

static int sign(struct signing *s, const char *text, size_t len, struct gate_buf *armor, struct gate_err *err)
{
	const char *key = gate_arg(s->args, "--key"), *socket = getenv("SSH_AUTH_SOCK");
	__attribute__((cleanup(gate_sshsig_clear))) struct gate_sshsig sig = { 0 };

	if (key)
		gate_sign_with_file(key, GATE_SSHSIG_NS_APPROVAL, text, len, armor, err);
	else if (socket && *socket)
		gate_sign_with_agent(socket, s->person, GATE_SSHSIG_NS_APPROVAL, text, len, armor, err);
	else
		gate_err_set(err, GATE_E_SIGNER, "no ssh-agent is running (SSH_AUTH_SOCK); name the key with --key FILE");
	if (err->code != GATE_OK || gate_sshsig_parse(gate_buf_cstr(armor), armor->len, &sig, err) < 0)
		return -(int)err->code;
	gate_copy(s->fp, sizeof(s->fp), sig.fp);
	return 0;
}

/* ---- handing in ---- */

static void print_lines(const struct gate_buf *lines)
{
	fputs(gate_buf_cstr(lines), stdout);
}

static int hand_in_here(struct signing *s, const char *id, const struct gate_buf *blob, struct gate_err *err)
{
	struct gate_server *srv = &s->target.server;
	gate_auto(gate_settled) struct gate_settled out = { 0 };
	int settled;

	gate_log_make_room(srv->audit);
	srv->now = gate_now(); /* the question may have stood until the pending was over */
	if (gate_approval_put(srv, id, s->fp, blob, NULL, NULL, err) < 0)
		return -(int)err->code;
	settled = gate_settle(srv, id, &out, err);
	/* Settling may have read a newer policy: what was read out of the old one is gone. */
	s->target.policy = srv->policy;
	s->person = srv->policy ? gate_policy_person(srv->policy, s->name) : NULL;
	if (settled < 0)
		return settled;
	print_lines(&out.lines);
	return out.state == GATE_STATE_STALE || out.state == GATE_STATE_EXPIRED ? GATE_EXIT_NO : GATE_EXIT_OK;
}

/* The server's words arrive as "remote: refgate: ..." lines; what they say of the outcome goes to stdout, the rest to stderr. */
static int relay(const struct gate_buf *errs, int code)
{
	static const char head[] = "remote: refgate: ";
	static const char *const outcomes[] = { "released ", "recorded, ", "denied by ", "pending ", "recovery ", "note: " };
	bool stale = false;

	for (const char *p = gate_buf_cstr(errs); *p;) {
		size_t n = strcspn(p, "\n"), len = n;
		bool outcome = false;

		if (n >= sizeof(head) - 1 && memcmp(p, head, sizeof(head) - 1) == 0) {
			const char *said = p + sizeof(head) - 1;

			len = n - (sizeof(head) - 1);
			while (len && said[len - 1] == ' ')
				len--;
			for (size_t i = 0; i < GATE_ARRAY_LEN(outcomes); i++)
				outcome |= len >= strlen(outcomes[i]) && memcmp(said, outcomes[i], strlen(outcomes[i])) == 0;
			stale |= memmem(said, len, " is stale", 9) || memmem(said, len, " was not released: ", 19);
			if (said[0] != '{')
				fprintf(outcome && code == 0 ? stdout : stderr, "%s%.*s\n", outcome && code == 0 ? "" : "refgate: ", (int)len,
					said);
		} else if (code != 0 && n) {
			fprintf(stderr, "%.*s\n", (int)n, p);
		}
		p += n + (p[n] == '\n');
	}
	return stale;
}

/* A statement that a lost connection left in the in-box is moved on by the next push, which may be this one: git then finds the in-box
 * otherwise than it was when it looked. The same push again looks anew. */
static int push_statement(const struct signing *s, const char *spec, struct gate_buf *errs, int *code, struct gate_err *err)
{
	for (int tries = 2; tries; tries--) {
		gate_auto(gate_buf) struct gate_buf out = { 0 };

		gate_buf_clear(errs);
		if (gate_client_git(&s->target.clone, (const char *const[]){ "push", "--quiet", s->target.remote, spec, NULL }, NULL, 0, &out,
				    errs, code, err) < 0)
			return -(int)err->code;
		if (*code == 0 || !strstr(gate_buf_cstr(errs), "cannot lock ref 'refs/approvals/"))
			break;
	}
	return 0;
}

static int hand_in_remote(struct signing *s, const char *id, const struct gate_buf *blob, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf errs = { 0 };
	gate_autofree char *spec = NULL;
	char oid[GATE_HEXSZ + 1];
	int code;

	if (gate_loose_write(&s->target.clone, "blob", blob->s, blob->len, oid, err) < 0)
		return -(int)err->code;
	/* Forced: what a lost connection left in the in-box is replaced. */
	spec = gate_fmt("+%s:refs/approvals/%s/%s", oid, id, s->fp);
	if (!spec)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (push_statement(s, spec, &errs, &code, err) < 0)
		return -(int)err->code;
	return relay(&errs, code) || code ? GATE_EXIT_NO : GATE_EXIT_OK;
}

/* May this record be signed, and is it what it says? */
static int look(struct signing *s, const struct gate_record *r, struct gate_err *err)
{
	enum gate_state now;

	if (s->decision == GATE_DECISION_REBASE) /* signs no content: what comes out is looked at by whoever approves that */
		return gate_target_state(&s->target, r, &now, err) < 0 || gate_rebase_ready(r, now, gate_now(), err) < 0 ?
			       -(int)err->code :
			       gate_confirm_memory(&s->target, r, err);
	now = s->target.on_server ? gate_pending_state_now(&s->target.server, r) : r->state;
	if (now == GATE_STATE_OPEN && gate_now() > r->expires)
		now = GATE_STATE_EXPIRED;
	if (now != GATE_STATE_OPEN)
		return gate_approval_closed(r, now, err);
	return gate_confirm_memory(&s->target, r, err) < 0 ? -(int)err->code : gate_confirm_record(&s->target, r, err);
}

static int decide(struct signing *s, const char *id, struct gate_err *err)
{
	__attribute__((cleanup(gate_record_clear))) struct gate_record r = { 0 };
	const struct gate_signer who = { s->person, s->name, s->decision, gate_arg(s->args, "--role"), gate_arg(s->args, "-m") };
	struct gate_signer_part six = { 0 };
	gate_auto(gate_buf) struct gate_buf text = { 0 }, armor = { 0 };
	int code;

	if (s->target.on_server && !s->target.policy)
		return gate_err_set(err, GATE_E_POLICY, "the policy in force could not be read again; nothing was signed for %s", id);
	if (gate_target_record(&s->target, id, &r, err) < 0 || look(s, &r, err) < 0)
		return -(int)err->code;
	if (gate_signer_fill(&s->target, &r, &who, &six, err) < 0 ||
	    gate_statement_text(r.statement, strlen(r.statement), &six, &text, err) < 0)
		return -(int)err->code;
	if (!gate_arg_has(s->args, "--yes")) {
		fprintf(stderr, "%s", gate_buf_cstr(&text));
		if (ask(&r, s, err) < 0)
			return -(int)err->code;
	}
	if (sign(s, text.s, text.len, &armor, err) < 0)
		return -(int)err->code;
	gate_buf_add(&text, gate_buf_cstr(&armor), armor.len);
	if (gate_buf_check(&text, err) < 0)
		return -(int)err->code;
	code = s->target.on_server ? hand_in_here(s, id, &text, err) : hand_in_remote(s, id, &text, err);
	return code == GATE_EXIT_OK && s->decision == GATE_DECISION_REBASE ? gate_cli_rebased(&s->target, id, err) : code;
}

static int run(const struct gate_args *a, enum gate_decision decision, struct gate_err *err)
{
	struct signing s = { .args = a, .decision = decision };
	int worst = GATE_EXIT_OK;

	s.target.with_log = true;
	if (gate_target_open(a, &s.target, err) == 0 && find_signer(&s, err) == 0) {
		for (size_t i = 0; i < a->words.n; i++) {
			struct gate_err one = { 0 };
			int code = decide(&s, a->words.v[i], &one);

			if (code < 0) {
				gate_cli_complain(&one);
				code = gate_cli_exit_for(&one);
			}
			worst = code > worst ? code : worst;
		}
	}
	gate_target_close(&s.target);
	return err->code == GATE_OK ? worst : -(int)err->code;
}

static int approve(const struct gate_args *a, struct gate_err *err)
{
	return run(a, gate_arg_has(a, "--rebase") ? GATE_DECISION_REBASE : GATE_DECISION_APPROVE, err);
}

static int deny(const struct gate_args *a, struct gate_err *err)
{
	return run(a, GATE_DECISION_DENY, err);
}

const struct gate_command gate_cmd_approve = {
	.name = "approve",
	.run = approve,
	.usage = "ID... [--as NAME] [--key FILE] [-m REASON] [--rebase] [--yes]",
	.help = "sign a held push; the last needed signature releases it",
	.example = "refgate approve 7k3m2qf9 --key ~/.ssh/id_ed25519 -m 'read every line'",
	.options = approve_options,
	.min_words = 1,
	.max_words = -1,
};

const struct gate_command gate_cmd_deny = {
	.name = "deny",
	.run = deny,
	.usage = "ID... [--as NAME] [--key FILE] [-m REASON] [--yes]",
	.help = "sign against a held push; one denial closes it",
	.example = "refgate deny 7k3m2qf9 --key ~/.ssh/id_ed25519 -m 'wrong branch'",
	.options = options,
	.min_words = 1,
	.max_words = -1,
};
