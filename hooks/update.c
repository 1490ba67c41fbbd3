/* update: the second wall. A ref moves only by an accepting decision of this same push, taken away before the answer. Where a host leaves no
 * proc-receive (Gitea, GitLab), a held ref arrives here, and its pending is written here. */
#include "base/io.h"
#include "gate/chain.h"
#include "gate/hold.h"
#include "gate/host.h"
#include "gate/inflight.h"
#include "gate/upkeep.h"
#include "gate/wall.h"
#include "hooks/hook.h"
#include "hooks/push.h"

#include <stdio.h>
#include <string.h>

#define HELD_ALL "held-all" /* mark: this push was held whole, accepted refs included */
#define HELD "held"	    /* mark: the pending of this push is written */
#define REFUSED "refused"   /* mark: the host refuses what would be held, so nothing of this push is */

struct moving {
	struct gate_server server;
	const char *ref, *old, *new;
	char key[64];
};

static int check_policy(const struct gate_server *s, const char *decided_under, struct gate_err *err)
{
	struct gate_ref now;

	if (gate_ref_read(s->refs, GATE_REF_POLICY, &now, err) < 0)
		return -(int)err->code;
	if (now.kind != GATE_REF_DIRECT && gate_ref_read(s->refs, GATE_REF_BOOTSTRAP, &now, err) < 0)
		return -(int)err->code;
	return strcmp(now.oid, decided_under) == 0 ? 0 : gate_err_set(err, GATE_E_STALE, "the policy changed meanwhile; push again");
}

static int check_present(const struct moving *m, struct gate_err *err)
{
	struct gate_ref now;

	if (gate_ref_read(m->server.refs, m->ref, &now, err) < 0)
		return -(int)err->code;
	if (now.kind == GATE_REF_SYMBOLIC || strcmp(now.oid, m->old) != 0)
		return gate_err_set(err, GATE_E_STALE, "%s moved meanwhile; fetch and push again", m->ref);
	return 0;
}

static int own_hook(const struct moving *m, struct gate_err *err)
{
	const char *const args[] = { m->ref, m->old, m->new, NULL };
	int code;

	if (gate_chain_run(&m->server.repo, "update", args, NULL, 0, NULL, &code, err) < 0)
		return -(int)err->code;
	return code ? gate_err_set(err, GATE_E_REF, "the repository's own update hook refused %s (exit %d)", m->ref, code) : 0;
}

static int accept(struct moving *m, struct gate_err *err)
{
	char policy[GATE_HEXSZ + 1];

	if (gate_inflight_take(&m->server, m->key, m->ref, m->old, m->new, policy, err) < 0 ||
	    check_policy(&m->server, policy, err) < 0 || check_present(m, err) < 0)
		return -(int)err->code;
	return own_hook(m, err);
}

/* ---- holding here ---- */

static int load_note(const struct moving *m, const char *name, struct gate_push_note *note, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf text = { 0 };

	if (gate_inflight_get(&m->server, m->key, name, &text, err) < 0)
		return -(int)err->code;
	return gate_push_note_load(gate_buf_cstr(&text), text.len, note, err);
}

/* git does not tell `update` whether the push is --atomic. It shows: a ref whose token is taken has moved by now unless git is gathering one
 * transaction. When no accepted ref came before the held one nothing shows, and the push is held whole, which is right for an atomic push
 * and safe for any other (docs/adr/0006). */
static bool held_whole(const struct moving *m, const struct gate_push_note *note, struct gate_err *err)
{
	bool mixed = false;

	for (size_t i = 0; i < note->changes.n; i++) {
		const struct gate_change *c = &note->changes.v[i];
		struct gate_ref now;

		if (note->fates[i] != GATE_FATE_ACCEPT)
			continue;
		mixed = true;
		if (gate_inflight_taken(&m->server, m->key, c->ref, c->old, c->new) &&
		    gate_ref_read(m->server.refs, c->ref, &now, err) == 0 && strcmp(now.oid, c->new) == 0)
			return false;
	}
	return mixed;
}

static int load_record(const struct moving *m, const char *name, struct gate_record *record, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf text = { 0 };

	if (gate_inflight_get(&m->server, m->key, name, &text, err) < 0)
		return -(int)err->code;
	return gate_record_load(gate_buf_cstr(&text), text.len, record, err);
}

static int place(struct moving *m, struct gate_record *record, const struct gate_push_note *note, struct gate_err *err)
{
	if (gate_hold_place(&m->server, record, err) < 0 || gate_inflight_put(&m->server, m->key, HELD, "", 0, err) < 0)
		return -(int)err->code;
	fputs(note->answer, stderr);
	gate_upkeep_sometimes(&m->server);
	return 0;
}

/* The host's own hook first, about every ref of the pending. What it refuses moves no ref of this push that is held; one that is accepted
 * goes its own way: git itself drops it when the push is --atomic. */
static int ask_host(struct moving *m, const struct gate_record *record, struct gate_err *err)
{
	gate_auto(gate_host_answer) struct gate_host_answer host = { 0 };

	if (gate_host_ask(&m->server, record, &host, err) < 0)
		return -(int)err->code;
	if (host.refs.n == 0)
		return 0;
	return gate_inflight_put(&m->server, m->key, REFUSED, "", 0, err) < 0 ? -(int)err->code :
										 gate_host_refuse(&m->server, record, &host, err);
}

static int hold_as(struct moving *m, const struct gate_push_note *note, bool whole, struct gate_err *err)
{
	__attribute__((cleanup(gate_record_clear))) struct gate_record record = { 0 };

	gate_copy(m->server.repo_id, sizeof(m->server.repo_id), note->repo_id);
	if (load_record(m, whole ? "record.atomic" : "record", &record, err) < 0 || ask_host(m, &record, err) < 0 ||
	    (whole && gate_inflight_put(&m->server, m->key, HELD_ALL, "", 0, err) < 0))
		return -(int)err->code;
	return place(m, &record, note, err);
}

/* Gives the exit code: a held ref never moves. */
static int hold(struct moving *m, const struct gate_push_note *note, struct gate_err *err)
{
	__attribute__((cleanup(gate_push_note_clear))) struct gate_push_note all = { 0 };
	bool whole;

	if (gate_inflight_has(&m->server, m->key, HELD) || gate_inflight_has(&m->server, m->key, REFUSED))
		return GATE_EXIT_REJECT; /* its fate is sealed, and said */
	whole = held_whole(m, note, err);
	if (whole && load_note(m, "push.atomic", &all, err) < 0)
		return gate_push_refuse(err);
	if (whole && !all.id[0]) { /* held whole, nobody could release it: the answer says so */
		fputs(all.answer, stderr);
		return GATE_EXIT_REJECT;
	}
	if (hold_as(m, whole ? &all : note, whole, err) < 0)
		gate_push_refuse_refs(err, note);
	if (note->changes.n == 1) /* nothing comes after this: post-receive runs only when a ref landed */
		gate_inflight_drop(&m->server, m->key);
	return GATE_EXIT_REJECT;
}

/* ---- the ref's fate ---- */

static int decide(struct moving *m, struct gate_err *err)
{
	__attribute__((cleanup(gate_push_note_clear))) struct gate_push_note note = { 0 };

	/* The usual case first, and cheaply: an accepted ref, its token at hand. */
	if (!gate_inflight_has(&m->server, m->key, HELD_ALL) && accept(m, err) == 0)
		return 0;
	if (err->code != GATE_OK && err->code != GATE_E_DECISION)
		return gate_push_refuse(err);
	gate_err_reset(err);
	if (load_note(m, "push", &note, err) < 0)
		return gate_push_refuse(err);
	switch (gate_push_note_fate(&note, m->ref, m->old, m->new)) {
	case GATE_FATE_HOLD:
		return hold(m, &note, err);
	case GATE_FATE_APPROVAL:
		return 0; /* post-receive moves it to where it counts */
	case GATE_FATE_ACCEPT:
		if (gate_inflight_has(&m->server, m->key, HELD_ALL))
			gate_err_set(err, GATE_E_DECISION, "%s was held with the rest of this push", m->ref);
		break;
	case GATE_FATE_REJECT:
		break;
	}
	gate_err_set(err, GATE_E_DECISION, "no decision of this push lets %s move; push again", m->ref);
	return gate_push_refuse(err);
}

int gate_hook_update(int argc, char **argv)
{
	struct moving m = { 0 };
	struct gate_err err = { 0 };
	int code = GATE_EXIT_REJECT;

	if (argc == 2 && strcmp(argv[1], "--canary") == 0) {
		fputs(GATE_CANARY, stdout);
		return 0;
	}
	if (argc != 4 || !gate_is_oid(argv[2]) || !gate_is_oid(argv[3])) {
		gate_err_set(&err, GATE_E_USAGE, "update takes a ref and two object ids");
		return gate_push_refuse(&err);
	}
	m.ref = argv[1];
	m.old = argv[2];
	m.new = argv[3];
	if (gate_server_open(NULL, &m.server, &err) < 0 || gate_inflight_key(m.key, &err) < 0)
		gate_push_refuse(&err);
	else
		code = decide(&m, &err);
	gate_server_clear(&m.server);
	return code;
}
