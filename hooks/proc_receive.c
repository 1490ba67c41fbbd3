/* proc-receive: sees every ref of the push at once, after the objects are kept. Accepted refs fall through to git; held ones become
 * a pending in one transaction and are answered `ng`, so that the pusher's exit code is not 0. Its only writes come last, when the
 * fate of each ref is known (HOLES 15). */
#include "base/io.h"
#include "gate/approve.h"
#include "gate/entries.h"
#include "gate/hold.h"
#include "gate/host.h"
#include "gate/inflight.h"
#include "gate/pending.h"
#include "gate/upkeep.h"
#include "hooks/hook.h"
#include "hooks/pktline.h"
#include "hooks/push.h"

#include <stdio.h>
#include <string.h>

struct session {
	struct gate_server server;
	struct gate_changes commands;
	struct gate_push_note note;
	struct gate_record record;
	struct gate_host_answer host;
	char key[64];
	bool atomic;
	bool with_options;
	bool lands; /* a ref was answered `ok` */
	struct gate_buf out;
};

static void session_clear(struct session *s)
{
	gate_changes_clear(&s->commands);
	gate_push_note_clear(&s->note);
	gate_record_clear(&s->record);
	gate_host_answer_clear(&s->host);
	gate_buf_clear(&s->out);
	gate_server_clear(&s->server);
}

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = words; (p = strstr(p, word)); p += n) {
		if ((p == words || p[-1] == ' ') && (p[n] == '\0' || p[n] == ' '))
			return true;
	}
	return false;
}

/* "version=1\0push-options atomic", flush; answered with what we take. */
static int handshake(struct session *s, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf line = { 0 }, out = { 0 };
	static const char plain[] = "version=1", with[] = "version=1\0push-options";
	bool flush;
	const char *caps;

	if (gate_pkt_read(STDIN_FILENO, &line, &flush, err) < 0)
		return -(int)err->code;
	if (flush || strcmp(gate_buf_cstr(&line), "version=1") != 0)
		return gate_err_set(err, GATE_E_GIT, "git speaks another version of the proc-receive protocol");
	caps = strlen(line.s) < line.len ? line.s + strlen(line.s) + 1 : "";
	s->atomic = has_word(caps, "atomic");
	s->with_options = has_word(caps, "push-options");
	if (gate_pkt_read(STDIN_FILENO, &line, &flush, err) < 0)
		return -(int)err->code;
	if (!flush)
		return gate_err_set(err, GATE_E_GIT, "git did not end its greeting");
	gate_pkt_put(&out, s->with_options ? with : plain, s->with_options ? sizeof(with) - 1 : sizeof(plain) - 1);
	gate_pkt_flush(&out);
	if (gate_buf_check(&out, err) < 0)
		return -(int)err->code;
	return gate_write_all(STDOUT_FILENO, out.s, out.len, err);
}

static int read_commands(struct session *s, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf line = { 0 }, all = { 0 };
	bool flush = false;

	while (!flush) {
		if (gate_pkt_read(STDIN_FILENO, &line, &flush, err) < 0)
			return -(int)err->code;
		if (!flush)
			gate_buf_fmt(&all, "%s\n", gate_buf_cstr(&line));
	}
	if (gate_push_parse(&all, &s->commands, err) < 0)
		return -(int)err->code;
	for (flush = !s->with_options; !flush;) {
		if (gate_pkt_read(STDIN_FILENO, &line, &flush, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

static int load_decision(struct session *s, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf text = { 0 }, record = { 0 };
	struct gate_err none = { 0 };
	const char *suffix = "";

	if (gate_inflight_key(s->key, err) < 0)
		return -(int)err->code;
	/* What this push is if it is atomic was decided beside what it is if not; only git knows which, and tells here. */
	if (s->atomic && gate_inflight_get(&s->server, s->key, "push.atomic", &text, &none) == 0)
		suffix = ".atomic";
	else if (gate_inflight_get(&s->server, s->key, "push", &text, err) < 0)
		return -(int)err->code;
	if (gate_push_note_load(gate_buf_cstr(&text), text.len, &s->note, err) < 0)
		return -(int)err->code;
	gate_copy(s->server.repo_id, sizeof(s->server.repo_id), s->note.repo_id);
	if (!s->note.id[0])
		return 0;
	if (gate_inflight_get(&s->server, s->key, suffix[0] ? "record.atomic" : "record", &record, err) < 0)
		return -(int)err->code;
	return gate_record_load(gate_buf_cstr(&record), record.len, &s->record, err);
}

static enum gate_fate fate(const struct session *s, size_t i)
{
	const struct gate_change *c = &s->commands.v[i];

	return gate_push_note_fate(&s->note, c->ref, c->old, c->new);
}

static bool any(const struct session *s, enum gate_fate f)
{
	for (size_t i = 0; i < s->commands.n; i++) {
		if (fate(s, i) == f)
			return true;
	}
	return false;
}

static void answer_held(struct session *s, const char *ref, const struct gate_err *held)
{
	const char *words = gate_host_words(&s->host, ref);

	if (words)
		gate_pkt_fmt(&s->out, "ng %s %s", ref, words);
	else if (s->host.refs.n)
		gate_pkt_fmt(&s->out, "ng %s not held: the host refuses another ref that would be held with it; push it alone", ref);
	else if (held->code != GATE_OK)
		gate_pkt_fmt(&s->out, "ng %s could not be held: %.400s", ref, held->text);
	else
		gate_pkt_fmt(&s->out, "ng %s held for approval as %s", ref, s->note.id);
}

static void answer_one(struct session *s, size_t i, const struct gate_err *held, bool whole)
{
	const struct gate_change *c = &s->commands.v[i];
	struct gate_err err = { 0 };

	switch (fate(s, i)) {
	case GATE_FATE_ACCEPT:
		if (whole) {
			gate_pkt_fmt(&s->out, "ng %s not moved: another ref of this atomic push was not accepted", c->ref);
			return;
		}
		gate_pkt_fmt(&s->out, "ok %s", c->ref);
		gate_pkt_fmt(&s->out, "option fall-through");
		s->lands = true;
		return;
	case GATE_FATE_APPROVAL:
		if (whole)
			gate_pkt_fmt(&s->out, "ng %s not recorded: another ref of this atomic push was not accepted", c->ref);
		else if (s->atomic && any(s, GATE_FATE_ACCEPT)) {
			/* Whether the other refs land is not known before git has asked `update` for each: the statement goes with
			 * them into one transaction, or not at all, and post-receive moves it on (HOLES 15). */
			gate_pkt_fmt(&s->out, "ok %s", c->ref);
			gate_pkt_fmt(&s->out, "option fall-through");
			s->lands = true;
		} else if (gate_approval_keep(&s->server, c->ref, c->new, c->old, &err) < 0)
			gate_pkt_fmt(&s->out, "ng %s %.400s", c->ref, gate_push_words(&err));
		else {
			gate_pkt_fmt(&s->out, "ok %s", c->ref);
			s->lands = true;
		}
		return;
	case GATE_FATE_HOLD:
		answer_held(s, c->ref, held);
		return;
	case GATE_FATE_REJECT:
		break;
	}
	gate_pkt_fmt(&s->out, "ng %s no decision of this push lets it move; push again", c->ref);
}

/* Who may not write to a ref parks nothing on it: the host is asked before a word of the pending is written. */
static int hold(struct session *s, struct gate_err *err)
{
	if (gate_host_ask(&s->server, &s->record, &s->host, err) < 0)
		return -(int)err->code;
	return s->host.refs.n ? gate_host_refuse(&s->server, &s->record, &s->host, err) : gate_hold_place(&s->server, &s->record, err);
}

static int serve(struct session *s, struct gate_err *err)
{
	struct gate_err held = { 0 };
	bool holds, whole;

	if (handshake(s, err) < 0 || read_commands(s, err) < 0 || gate_server_open(NULL, &s->server, err) < 0 ||
	    load_decision(s, err) < 0)
		return -(int)err->code;
	holds = any(s, GATE_FATE_HOLD);
	whole = s->atomic && (holds || any(s, GATE_FATE_REJECT));
	if (holds && hold(s, &held) < 0)
		gate_push_words(&held);
	for (size_t i = 0; i < s->commands.n; i++)
		answer_one(s, i, &held, whole);
	gate_pkt_flush(&s->out);
	if (gate_buf_check(&s->out, err) < 0 || gate_write_all(STDOUT_FILENO, s->out.s, s->out.len, err) < 0)
		return -(int)err->code;
	if (holds && held.code != GATE_OK)
		gate_push_refuse_refs(&held, &s->note);
	else if (holds || whole)
		fputs(s->note.answer, stderr);
	/* post-receive runs only when a ref lands; nobody else will clear up behind a push of which none does. */
	if (!s->lands) {
		gate_inflight_drop(&s->server, s->key);
		gate_upkeep_sometimes(&s->server);
	}
	return 0;
}

int gate_hook_proc_receive(int argc, char **argv)
{
	struct session s = { 0 };
	struct gate_err err = { 0 };
	int code = 0;

	(void)argc;
	(void)argv;
	if (serve(&s, &err) < 0)
		code = gate_push_refuse(&err);
	session_clear(&s);
	return code;
}
