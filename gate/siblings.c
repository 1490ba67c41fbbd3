#include "gate/siblings.h"

#include "base/io.h"
#include "gate/archive.h"
#include "gate/entries.h"
#include "gate/hold.h"
#include "gate/pending.h"
#include "gate/spent.h"

#include <string.h>

struct closing {
	struct gate_server *s;
	const struct gate_changes *moved;
	struct gate_strs ids; /* of pendings that wait for a moved ref */
	struct gate_strs behind; /* their refs that contain what a target moved to */
	struct gate_ref_updates updates;
	struct gate_strs bodies;
	struct gate_record closed[GATE_SIBLINGS_MAX];
	char commits[GATE_SIBLINGS_MAX][GATE_HEXSZ + 1];
	size_t n_closed;
	char tip[GATE_HEXSZ + 1];
	struct gate_err *err;
};

static void closing_clear(struct closing *c)
{
	gate_strs_clear(&c->ids);
	gate_strs_clear(&c->behind);
	gate_strs_clear(&c->bodies);
	gate_ref_updates_clear(&c->updates);
	for (size_t i = 0; i < GATE_SIBLINGS_MAX; i++)
		gate_record_clear(&c->closed[i]);
}

/* refs/pending/<id>/<ref without refs/> */
static int note_waiting(const char *name, const struct gate_ref *ref, void *arg)
{
	struct closing *c = arg;
	const char *id = name + strlen(GATE_REFS_PENDING), *tail = id + GATE_ID_LEN + 1;

	(void)ref;
	for (size_t i = 0; i < c->moved->n; i++) {
		gate_autofree char *own = strndup(id, GATE_ID_LEN);

		if (strcmp(tail, c->moved->v[i].ref + strlen("refs/")) != 0)
			continue;
		if (!own || gate_strs_add_new(&c->ids, own, c->err) < 0)
			return 1;
	}
	return c->ids.n == GATE_SIBLINGS_MAX;
}

/* A tag may name a tree or a blob: no branch contains that, and git says so by an error. */
static bool leads_to_commit(const struct closing *c, const char *oid)
{
	gate_autofree char *name = gate_fmt("%s^{commit}", oid);
	gate_auto(gate_buf) struct gate_buf out = { 0 }, errs = { 0 };
	struct gate_err ignored = { 0 };
	int code = 0;

	return !name || gate_git_code(&c->s->repo, (const char *const[]){ "rev-parse", "-q", "--verify", name, NULL }, NULL, 0, &out, &errs, &code,
				      &ignored) < 0 || code == 0;
}

/* Which of them contain what a target moved to: one git process for each such ref. */
static int ask_contained(struct closing *c)
{
	for (size_t i = 0; i < c->moved->n; i++) {
		const struct gate_change *m = &c->moved->v[i];
		const char *args[GATE_SIBLINGS_MAX + 8] = { "for-each-ref", "--format=%(refname)", "--contains", m->new };
		gate_auto(gate_strs) struct gate_strs names = { 0 };
		gate_auto(gate_buf) struct gate_buf out = { 0 };
		char *save = NULL;
		size_t n = 4;

		if (gate_is_zero_oid(m->new))
			continue;
		for (size_t k = 0; k < c->ids.n; k++) {
			gate_autofree char *name = gate_fmt("%s%s/%s", GATE_REFS_PENDING, c->ids.v[k], m->ref + strlen("refs/"));

			if (!name || gate_strs_add(&names, name, c->err) < 0)
				return gate_err_set(c->err, GATE_E_NOMEM, "out of memory");
		}
		for (size_t k = 0; k < names.n; k++)
			args[n++] = names.v[k];
		if (gate_git(&c->s->repo, args, NULL, 0, &out, c->err) < 0) {
			if (leads_to_commit(c, m->new))
				return -(int)c->err->code;
			gate_err_reset(c->err);
			continue;
		}
		for (char *line = out.s ? strtok_r(out.s, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
			if (gate_strs_add(&c->behind, line, c->err) < 0)
				return -(int)c->err->code;
		}
	}
	return 0;
}

/* Whether a ref that has just moved left it behind for good: nothing of it can be renewed. What else became of it (expired, arrived by
 * another way, a deletion, a ref that is gone) is for gc to find out. */
static bool is_left_behind(const struct closing *c, const struct gate_record *r)
{
	if (gate_pending_state_now(c->s, r) != GATE_STATE_STALE || gate_spent_arrived(c->s, r))
		return false;
	for (size_t i = 0; i < r->n_refs; i++) {
		for (size_t k = 0; k < c->moved->n; k++) {
			const struct gate_change *m = &c->moved->v[k];

			/* One that lies at df/<n> was not asked about above: gc knows it. */
			if (strcmp(m->ref, r->refs[i].ref) == 0 && gate_ends_with(r->refs[i].pending_ref, m->ref + strlen("refs")) &&
			    !gate_is_zero_oid(m->new) &&
			    !gate_strs_has(&c->behind, r->refs[i].pending_ref))
				return true;
		}
	}
	return false;
}

static int close_one(struct closing *c, const char *id)
{
	struct gate_record *r = &c->closed[c->n_closed];
	struct gate_err gone = { 0 };

	if (gate_pending_load(c->s, id, r, &gone) < 0 || r->state != GATE_STATE_OPEN || !is_left_behind(c, r)) {
		gate_record_clear(r);
		return 0;
	}
	r->state = GATE_STATE_STALE;
	r->closed = c->s->now;
	r->why = strdup("the target moved");
	if (!r->why || gate_pending_close(c->s, r, c->tip, &c->updates, c->err) < 0 ||
	    gate_entry_pending(c->s, gate_state_name(r->state), r, "\"why\":\"the target moved\"", &c->bodies, c->err) < 0)
		return gate_err_set(c->err, GATE_E_NOMEM, "out of memory");
	gate_copy(c->commits[c->n_closed++], GATE_HEXSZ + 1, c->tip);
	return 0;
}

static int close_all(struct closing *c)
{
	char before[GATE_HEXSZ + 1];

	if (gate_refs_each(c->s->refs, GATE_REFS_PENDING, note_waiting, c, c->err) < 0 || c->err->code != GATE_OK)
		return -(int)c->err->code;
	if (c->ids.n == 0)
		return 0;
	if (ask_contained(c) < 0 || gate_archive_tip(c->s, c->tip, c->err) < 0)
		return -(int)c->err->code;
	gate_copy(before, sizeof(before), c->tip);
	for (size_t i = 0; i < c->ids.n; i++) {
		if (close_one(c, c->ids.v[i]) < 0)
			return -(int)c->err->code;
	}
	if (c->n_closed == 0)
		return 0;
	if (gate_ref_updates_add(&c->updates, GATE_REF_ARCHIVE, c->tip, before, c->err) < 0 ||
	    gate_entries_append(c->s, &c->bodies, false, true, NULL, c->err) < 0 ||
	    gate_refs_commit(&c->s->repo, &c->updates, "refgate: close", c->err) < 0)
		return -(int)c->err->code;
	for (size_t i = 0; i < c->n_closed; i++)
		gate_pending_closed(c->s, &c->closed[i], c->commits[i]);
	return gate_server_refresh(c->s, c->err);
}

int gate_siblings_close(struct gate_server *s, const struct gate_changes *moved, struct gate_err *err)
{
	__attribute__((cleanup(gate_mem_freep))) struct closing *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	*c = (struct closing){ .s = s, .moved = moved, .err = err };
	r = close_all(c);
	closing_clear(c);
	return r;
}
