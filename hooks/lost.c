#include "hooks/lost.h"

#include "gate/entries.h"
#include "gate/inflight.h"
#include "gate/renew.h"
#include "hooks/push.h"

#include <string.h>

static bool landed(const struct gate_server *s, const char *key, const struct gate_change *c)
{
	struct gate_err ignored = { 0 };
	struct gate_ref now;

	return gate_inflight_taken(s, key, c->ref, c->old, c->new) && gate_ref_read(s->refs, c->ref, &now, &ignored) == 0 &&
	       strcmp(now.oid, c->new) == 0;
}

static void finish(const struct gate_server *s, const char *key, void *arg)
{
	__attribute__((cleanup(gate_push_note_clear))) struct gate_push_note note = { 0 };
	gate_auto(gate_changes) struct gate_changes moved = { 0 };
	gate_auto(gate_strs) struct gate_strs bodies = { 0 };
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	struct gate_err ignored = { 0 };
	bool *statements = arg;

	if (gate_inflight_get(s, key, "push", &text, &ignored) < 0 ||
	    gate_push_note_load(gate_buf_cstr(&text), text.len, &note, &ignored) < 0)
		return;
	for (size_t i = 0; i < note.changes.n; i++) {
		struct gate_change *c;

		*statements |= note.fates[i] == GATE_FATE_APPROVAL;
		if (note.fates[i] != GATE_FATE_ACCEPT || !landed(s, key, &note.changes.v[i]))
			continue;
		c = gate_changes_add(&moved);
		if (c)
			*c = note.changes.v[i];
	}
	if (moved.n && gate_entry_landed(s, "applied", &moved, &bodies, &ignored) == 0)
		gate_entries_append(s, &bodies, false, false, NULL, &ignored);
}

void gate_lost_pushes(const struct gate_server *s)
{
	bool statements = false;

	gate_inflight_sweep(s, finish, &statements);
	if (statements)
		gate_renew_start(s);
}
