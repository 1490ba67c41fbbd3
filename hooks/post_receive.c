/* post-receive: records what landed, counts and releases what a statement of this push completes, runs the repository's own hook.
 * git ignores its exit code: nothing here can refuse any more. */
#include "base/io.h"
#include "gate/approve.h"
#include "gate/bootstrap.h"
#include "gate/chain.h"
#include "gate/entries.h"
#include "gate/inflight.h"
#include "gate/pending.h"
#include "gate/refnames.h"
#include "gate/renew.h"
#include "gate/settle.h"
#include "gate/upkeep.h"
#include "hooks/hook.h"
#include "hooks/push.h"

#include <stdio.h>
#include <string.h>

struct landed {
	struct gate_changes all, content, ungated;
	struct gate_strs ids; /* pendings that got a statement */
	struct gate_push_note note;
	struct gate_buf raw;
};

static void landed_clear(struct landed *l)
{
	gate_changes_clear(&l->all);
	gate_changes_clear(&l->content);
	gate_changes_clear(&l->ungated);
	gate_strs_clear(&l->ids);
	gate_push_note_clear(&l->note);
	gate_buf_clear(&l->raw);
}

static int put(struct gate_changes *to, const struct gate_change *c, struct gate_err *err)
{
	struct gate_change *place = gate_changes_add(to);

	if (!place)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	*place = *c;
	return 0;
}

static int sort_out(struct landed *l, struct gate_err *err)
{
	for (size_t i = 0; i < l->all.n; i++) {
		const struct gate_change *c = &l->all.v[i];
		char id[GATE_ID_LEN + 1], fp[65];
		int r;

		switch (gate_push_note_fate(&l->note, c->ref, c->old, c->new)) {
		case GATE_FATE_APPROVAL:
			r = gate_approval_ref_parse(c->ref, id, fp) ? gate_strs_add_new(&l->ids, id, err) : 0;
			break;
		case GATE_FATE_ACCEPT:
			r = put(&l->content, c, err);
			break;
		case GATE_FATE_HOLD:
		case GATE_FATE_REJECT:
		default:
			r = put(&l->ungated, c, err);
			break;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

static int record(const struct gate_server *s, const struct landed *l, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs bodies = { 0 };

	if (gate_entry_landed(s, "applied", &l->content, &bodies, err) < 0 ||
	    gate_entry_landed(s, "ungated", &l->ungated, &bodies, err) < 0)
		return -(int)err->code;
	return bodies.n ? gate_entries_append(s, &bodies, l->ungated.n > 0, false, NULL, err) : 0;
}

/* Where proc-receive is not ours, a statement has landed under its in-box name: it moves on before anything is counted. */
static void empty_inbox(struct gate_server *s, const struct landed *l)
{
	for (size_t i = 0; i < l->all.n; i++) {
		const struct gate_change *c = &l->all.v[i];
		struct gate_err err = { 0 };
		struct gate_ref now;

		if (!gate_starts_with(c->ref, GATE_INBOX_APPROVALS) || gate_ref_read(s->refs, c->ref, &now, &err) < 0 ||
		    now.kind != GATE_REF_DIRECT)
			continue;
		if (gate_approval_keep(s, c->ref, c->new, NULL, &err) < 0)
			fprintf(stderr, "refgate: the statement does not count: %s\n", gate_push_words(&err));
	}
}

static void settle(struct gate_server *s, const struct landed *l)
{
	struct gate_err err = { 0 };

	if (l->ids.n && !s->policy && (gate_server_configure(s, &err) < 0 || gate_server_load_policy(s, &err) < 0)) {
		fprintf(stderr, "refgate: recorded, but not counted yet: %s\n", gate_push_words(&err));
		return;
	}
	for (size_t i = 0; i < l->ids.n; i++) {
		gate_auto(gate_settled) struct gate_settled out = { 0 };
		struct gate_err one = { 0 };
		gate_auto(gate_buf) struct gate_buf lines = { 0 };
		int r = gate_settle(s, l->ids.v[i], &out, &one);

		gate_push_hide(gate_buf_cstr(&out.lines), &lines);
		for (const char *p = gate_buf_cstr(&lines); *p;) {
			size_t n = strcspn(p, "\n");

			fprintf(stderr, "refgate: %.*s\n", (int)n, p);
			p += n + (p[n] == '\n');
		}
		if (r < 0)
			fprintf(stderr, "refgate: %s was not released: %s\n", l->ids.v[i], gate_push_words(&one));
	}
}

static void own_hook(const struct gate_server *s, const struct landed *l)
{
	gate_auto(gate_buf) struct gate_buf in = { 0 };
	struct gate_err err = { 0 };
	int code;

	for (size_t i = 0; i < l->content.n; i++)
		gate_buf_fmt(&in, "%s %s %s\n", l->content.v[i].old, l->content.v[i].new, l->content.v[i].ref);
	if (in.len && gate_chain_run(&s->repo, "post-receive", NULL, in.s, in.len, NULL, &code, &err) < 0)
		fprintf(stderr, "refgate: %s\n", gate_push_words(&err));
}

static int run(struct gate_server *s, struct landed *l, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	struct gate_err no_decision = { 0 };
	char key[64] = "";

	if (gate_push_read(STDIN_FILENO, &l->all, &l->raw, err) < 0 || gate_server_open(NULL, s, err) < 0)
		return -(int)err->code;
	/* Without a decision everything that landed is ungated: it is recorded, and blocks the ref until an admin has looked. */
	if (gate_inflight_key(key, &no_decision) == 0 && gate_inflight_get(s, key, "push", &text, &no_decision) == 0)
		gate_push_note_load(gate_buf_cstr(&text), text.len, &l->note, &no_decision);
	gate_copy(s->repo_id, sizeof(s->repo_id), l->note.repo_id);
	if (sort_out(l, err) < 0 || (!s->repo_id[0] && gate_server_configure(s, err) < 0) || record(s, l, err) < 0)
		return -(int)err->code;
	if (l->ungated.n)
		fprintf(stderr, "refgate: %zu refs moved without a decision; an admin must look at them\n", l->ungated.n);
	if (l->note.answer && !l->note.id[0])
		fputs(l->note.answer, stderr);
	if (gate_bootstrap_finish(s, err) < 0)
		fprintf(stderr, "refgate: the first policy could not be added: %s\n", gate_push_words(err));
	gate_err_reset(err);
	empty_inbox(s, l);
	settle(s, l);
	own_hook(s, l);
	if (key[0])
		gate_inflight_drop(s, key);
	if (l->note.moves_protected)
		gate_renew_later(s, &l->content);
	gate_upkeep_sometimes(s);
	return 0;
}

int gate_hook_post_receive(int argc, char **argv)
{
	gate_auto(gate_server) struct gate_server s = { 0 };
	struct landed l = { 0 };
	struct gate_err err = { 0 };
	int code = 0;

	(void)argc;
	(void)argv;
	if (run(&s, &l, &err) < 0) {
		fprintf(stderr, "refgate: the refs landed, but: %s\n", gate_push_words(&err));
		code = 1;
	}
	landed_clear(&l);
	return code;
}
