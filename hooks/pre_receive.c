/* pre-receive: read, judge, record, decide. Nothing is written outside refgate/ here: git forbids refs in a quarantine, and some
 * hosts run this hook for pushes that they refuse themselves. */
#include "base/io.h"
#include "base/when.h"
#include "gate/answer.h"
#include "gate/approve.h"
#include "gate/chain.h"
#include "gate/decided.h"
#include "gate/entries.h"
#include "gate/hold.h"
#include "gate/inflight.h"
#include "gate/ledger.h"
#include "gate/pending.h"
#include "gate/ratchet.h"
#include "gate/wall.h"
#include "hooks/hook.h"
#include "hooks/lost.h"
#include "gate/identity.h"
#include "hooks/push.h"

#include <stdio.h>
#include <string.h>

struct push {
	struct gate_server server;
	struct gate_changes changes;
	struct gate_buf raw;
	struct gate_strs identities, environment, options;
	struct gate_judged judged;
	struct gate_record record;
	char key[64];
	char id[GATE_ID_LEN + 1];
	bool open; /* the pending is there already */
	int64_t started;
};

static void push_clear(struct push *p)
{
	gate_judged_clear(&p->judged);
	gate_record_clear(&p->record);
	gate_changes_clear(&p->changes);
	gate_buf_clear(&p->raw);
	gate_strs_clear(&p->identities);
	gate_strs_clear(&p->environment);
	gate_strs_clear(&p->options);
	gate_server_clear(&p->server);
}

static int own_hook_first(struct push *p, struct gate_err *err)
{
	int code;

	if (gate_chain_run(&p->server.repo, "pre-receive", NULL, p->raw.s, p->raw.len, NULL, &code, err) < 0)
		return -(int)err->code;
	return code ? gate_err_set(err, GATE_E_REF, "the repository's own pre-receive hook refused the push (exit %d)", code) : 0;
}

static int judge(struct push *p, struct gate_err *err)
{
	struct gate_server *s = &p->server;

	if (gate_server_configure(s, err) < 0 || gate_wall_check(s, err) < 0 || gate_server_load_policy(s, err) < 0 ||
	    gate_push_options(&p->options, err) < 0 || gate_identity_collect(s, &p->identities, &p->environment, err) < 0)
		return -(int)err->code;
	return gate_judge_push(s, &p->changes, &p->identities, false, true, &p->judged, err);
}

static const struct gate_file *statement_of(const struct push *p, size_t i)
{
	return gate_files_get(&p->judged.reply.inbox, p->judged.ask.changes.v[i].ref);
}

/* A statement that does not verify refuses the push, and is recorded. */
static int check_statement(struct push *p, size_t i, struct gate_err *err)
{
	const struct gate_file *f = statement_of(p, i);
	gate_auto(gate_strs) struct gate_strs bodies = { 0 };
	__attribute__((cleanup(gate_record_clear))) struct gate_record record = { 0 };
	struct gate_vote vote = { 0 };
	struct gate_err late = { 0 };
	char id[GATE_ID_LEN + 1], fp[65];

	if (!f || !gate_approval_ref_parse(p->judged.ask.changes.v[i].ref, id, fp))
		return gate_err_set(err, GATE_E_REF, "an approval goes to refs/approvals/<id>/<hex SHA-256 of the key>");
	if (gate_approval_check(&p->server, id, fp, f->bytes, f->len, &record, &vote, err) == 0)
		return 0;
	gate_copy(vote.fp, sizeof(vote.fp), fp);
	if (gate_entry_approval(&p->server, "approval_rejected", id, &vote, err->text, &bodies, &late) == 0)
		gate_entries_append(&p->server, &bodies, true, false, NULL, &late);
	return -(int)err->code;
}

static int check_statements(struct push *p, struct gate_err *err)
{
	for (size_t i = 0; i < p->judged.ask.changes.n; i++) {
		if (p->judged.refs[i].room == GATE_JUDGED_APPROVAL && p->judged.refs[i].verdict != GATE_VERDICT_REJECT &&
		    check_statement(p, i, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

static int collect(const struct push *p, enum gate_verdict v, struct gate_changes *out, struct gate_err *err)
{
	for (size_t i = 0; i < p->judged.ask.changes.n; i++) {
		struct gate_change *c;

		if (p->judged.refs[i].verdict != v || p->judged.refs[i].room != GATE_JUDGED_CONTENT)
			continue;
		c = gate_changes_add(out);
		if (!c)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		*c = p->judged.ask.changes.v[i];
	}
	return 0;
}

static int choose_id(struct push *p, struct gate_err *err)
{
	gate_auto(gate_changes) struct gate_changes held = { 0 };

	if (collect(p, GATE_VERDICT_HOLD, &held, err) < 0 ||
	    gate_pending_id(&p->server, p->judged.actor.name, &held, p->id, &p->open, err) < 0)
		return -(int)err->code;
	if (p->open)
		return 0;
	if (gate_repo_quarantine_bytes(&p->server.repo, &p->judged.bytes, err) < 0)
		return -(int)err->code;
	return gate_hold_check_limits(&p->server, &p->judged, err);
}

/* Of pushes that were judged at once and count beside each other, the first in the log goes on (HOLES 27). What the others brought stays in the
 * ledger, which is what they will find there when they push again. */
static int check_overlooked(struct push *p, uint64_t mine, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs bodies = { 0 };
	struct gate_err late = { 0 };
	bool overlooked;

	if (gate_ledger_overlooked(&p->server, &p->judged, p->judged.ledger, mine, &overlooked, err) < 0)
		return -(int)err->code;
	if (!overlooked)
		return 0;
	if (gate_entry_plain(&p->server, "decision_withdrawn", (const char *const[]){ "why", "judged beside another push", NULL }, &bodies, &late) == 0)
		gate_entries_append(&p->server, &bodies, true, false, NULL, &late);
	return gate_err_set(err, GATE_E_STALE, "another push that counts beside this one was judged at the same moment; push again");
}

/* The decision is durable before the hook answers (DESIGN section 3, step 5). */
static int record(struct push *p, struct gate_checkpoint *cp, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs bodies = { 0 };
	bool statements_only = true;
	size_t decision;

	for (size_t i = 0; i < p->judged.ask.changes.n; i++)
		statements_only &= p->judged.refs[i].room == GATE_JUDGED_APPROVAL;
	if (gate_entry_decision(&p->server, &p->judged, p->id[0] ? p->id : NULL, gate_monotonic_ms() - p->started, &bodies, err) < 0)
		return -(int)err->code;
	decision = bodies.n;
	if (gate_ledger_entries(&p->server, &p->judged, &bodies, err) < 0 ||
	    gate_ratchet_entries(&p->server, &p->judged, &bodies, err) < 0 ||
	    gate_entries_append(&p->server, &bodies, true, statements_only, cp, err) < 0)
		return -(int)err->code;
	return bodies.n > decision ? check_overlooked(p, cp->size - bodies.n, err) : 0;
}

static int put_decision(struct push *p, const struct gate_checkpoint *cp, const char *note_name, const char *record_name,
			struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf note = { 0 }, answer = { 0 }, text = { 0 };
	struct gate_server *s = &p->server;
	const char *id = p->id[0] ? p->id : NULL;

	if (id) {
		gate_record_clear(&p->record);
		if (gate_hold_record(s, &p->judged, id, cp, &p->environment, &p->options, &p->record, err) < 0 ||
		    gate_record_write(&p->record, &text, err) < 0 ||
		    gate_inflight_put(s, p->key, record_name, gate_buf_cstr(&text), text.len, err) < 0)
			return -(int)err->code;
	}
	if ((id || p->judged.verdict == GATE_VERDICT_REJECT ? gate_answer_push(s, &p->judged, id, &answer, err) :
							      gate_answer_accepted(&p->judged, &answer, err)) < 0 ||
	    gate_push_note_write(s, &p->judged, id, &answer, &note, err) < 0)
		return -(int)err->code;
	return gate_inflight_put(s, p->key, note_name, gate_buf_cstr(&note), note.len, err);
}

/* pre-receive is not told whether the push is --atomic; proc-receive is. A push with accepted and held refs is therefore decided both
 * ways, and proc-receive takes the one that git's word makes true. */
static int keep_atomic(struct push *p, const struct gate_checkpoint *cp, struct gate_err *err)
{
	if (gate_judged_count(&p->judged, GATE_VERDICT_ACCEPT) == 0 || p->judged.verdict != GATE_VERDICT_HOLD)
		return 0;
	if (gate_judge_atomic(&p->server, &p->judged, err) < 0)
		return -(int)err->code;
	p->id[0] = '\0';
	if (p->judged.verdict == GATE_VERDICT_HOLD && choose_id(p, err) < 0)
		return -(int)err->code;
	return put_decision(p, cp, "push.atomic", "record.atomic", err);
}

/* The objects of a held push are kept from here on, and readable at its pending ref. Were the pending not made after all, the same
 * push again would find them in the store, and must not be taken for one that names what it never saw (HOLES 6). */
static int remember_held(struct push *p, struct gate_err *err)
{
	gate_auto(gate_changes) struct gate_changes held = { 0 };

	if (collect(p, GATE_VERDICT_HOLD, &held, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < held.n; i++) {
		if (!gate_is_zero_oid(held.v[i].new) && gate_decided_held(&p->server, held.v[i].new, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

static int keep(struct push *p, const struct gate_checkpoint *cp, struct gate_err *err)
{
	gate_auto(gate_changes) struct gate_changes accepted = { 0 };
	struct gate_server *s = &p->server;

	gate_lost_pushes(s);
	if (collect(p, GATE_VERDICT_ACCEPT, &accepted, err) < 0 || gate_inflight_begin(s, p->key, &accepted, err) < 0 ||
	    put_decision(p, cp, "push", "record", err) < 0 || keep_atomic(p, cp, err) < 0 || remember_held(p, err) < 0)
		return -(int)err->code;
	return gate_decided_add(s, &accepted, false, err);
}

static int refuse(struct push *p, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf answer = { 0 };

	if (gate_answer_push(&p->server, &p->judged, NULL, &answer, err) < 0)
		return gate_push_refuse(err);
	gate_push_say(&answer);
	return GATE_EXIT_REJECT;
}

static int run(struct push *p, struct gate_err *err)
{
	struct gate_checkpoint cp = { 0 };

	p->started = gate_monotonic_ms();
	if (gate_push_read(STDIN_FILENO, &p->changes, &p->raw, err) < 0 || gate_server_open(NULL, &p->server, err) < 0)
		return gate_push_refuse(err);
	if (p->changes.n == 0)
		return 0;
	if (own_hook_first(p, err) < 0 || gate_inflight_key(p->key, err) < 0 || judge(p, err) < 0 || check_statements(p, err) < 0)
		return gate_push_refuse(err);
	if (p->judged.verdict == GATE_VERDICT_HOLD && choose_id(p, err) < 0)
		return gate_push_refuse(err);
	if (record(p, &cp, err) < 0)
		return gate_push_refuse(err);
	if (p->judged.verdict == GATE_VERDICT_REJECT)
		return refuse(p, err);
	if (keep(p, &cp, err) < 0) {
		gate_inflight_drop(&p->server, p->key);
		return gate_push_refuse(err);
	}
	return 0;
}

int gate_hook_pre_receive(int argc, char **argv)
{
	struct push p = { 0 };
	struct gate_err err = { 0 };
	int code = run(&p, &err);

	(void)argc;
	(void)argv;
	push_clear(&p);
	return code;
}
