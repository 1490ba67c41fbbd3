#include "gate/spent.h"

#include "audit/log.h"
#include "base/crypto.h"
#include "base/io.h"
#include "gate/entries.h"
#include "repo/loose.h"

#include <string.h>

struct looking {
	char pending[64]; /* as it stands in a line */
	bool begun;
};

static bool holds(const char *line, size_t len, const char *text)
{
	return memmem(line, len, text, strlen(text)) != NULL;
}

/* A quote inside a value has a backslash before it, so these texts can only be keys and values of the line itself. */
static int last_word(const char *line, size_t len, void *arg)
{
	struct looking *l = arg;

	if (!holds(line, len, l->pending))
		return 0;
	if (holds(line, len, "\"ev\":\"released\"")) {
		l->begun = true;
		return 1;
	}
	return holds(line, len, "\"ev\":\"held\"") ||
	       (holds(line, len, "\"ev\":\"release_failed\"") && holds(line, len, "\"new_challenge\":true"));
}

int gate_spent_begun(const struct gate_server *s, const char *id, bool *begun, struct gate_err *err)
{
	struct looking l = { .begun = false };

	snprintf(l.pending, sizeof(l.pending), "\"pending\":\"%s\"", id);
	if (gate_log_each_back(s->audit, last_word, &l, err) < 0)
		return -(int)err->code;
	*begun = l.begun;
	return 0;
}

bool gate_spent_arrived(const struct gate_server *s, const struct gate_record *r)
{
	for (size_t i = 0; i < r->n_refs; i++) {
		struct gate_err ignored = { 0 };
		struct gate_ref now;

		if (gate_ref_read(s->refs, r->refs[i].ref, &now, &ignored) < 0 || strcmp(now.oid, r->refs[i].new) != 0)
			return false;
	}
	return true;
}

struct dropping {
	struct gate_ref_updates *u;
	struct gate_err *err;
};

static int drop(const char *name, const struct gate_ref *ref, void *arg)
{
	static const char zeros[] = "0000000000000000000000000000000000000000";
	struct dropping *d = arg;

	return gate_ref_updates_add(d->u, name, zeros, ref->oid, d->err) < 0;
}

static int new_challenge(struct gate_record *r, struct gate_err *err)
{
	static const char key[] = "\nchallenge ";
	char *line = strstr(r->statement, key), hex[33];
	uint8_t random[16];

	gate_random(random, sizeof(random));
	gate_hex(random, sizeof(random), hex);
	if (!line || strcspn(line + sizeof(key) - 1, "\n") != 32)
		return gate_err_set(err, GATE_E_BUG, "pending %s: its statement has no challenge", r->id);
	memcpy(line + sizeof(key) - 1, hex, 32);
	return 0;
}

static int replace(struct gate_server *s, struct gate_record *r, struct gate_err *err)
{
	gate_autofree char *name = gate_fmt("%s%s", GATE_REFS_RECORD, r->id);
	gate_autofree char *prefix = gate_fmt("%s%s/", GATE_REFS_APPROVALS, r->id);
	gate_auto(gate_ref_updates) struct gate_ref_updates u = { 0 };
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct dropping d = { &u, err };
	char oid[GATE_HEXSZ + 1];

	if (!name || !prefix)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	r->state = GATE_STATE_OPEN;
	if (new_challenge(r, err) < 0 || gate_record_write(r, &b, err) < 0 ||
	    gate_loose_write(&s->repo, "blob", gate_buf_cstr(&b), b.len, oid, err) < 0 || gate_ref_updates_add(&u, name, oid, NULL, err) < 0 ||
	    gate_refs_each(s->refs, prefix, drop, &d, err) < 0 || err->code != GATE_OK)
		return -(int)err->code;
	return gate_refs_commit(&s->repo, &u, "refgate: a release did not end", err);
}

int gate_spent_renew(struct gate_server *s, struct gate_record *r, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs bodies = { 0 };
	bool done = replace(s, r, err) == 0;
	struct gate_err late = { 0 };

	/* Without the new challenge the log's last word stays that a release began: the next signature comes by here again. */
	if (gate_entry_pending(s, "release_failed", r, done ? "\"new_challenge\":true" : "\"new_challenge\":false", &bodies, &late) < 0 ||
	    gate_entries_append(s, &bodies, true, true, NULL, &late) < 0)
		return done ? gate_err_set(err, late.code, "%s", late.text) : -(int)err->code;
	return done ? gate_server_refresh(s, err) : -(int)err->code;
}
