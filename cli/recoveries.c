#include "cli/recoveries.h"

#include "approval/statement.h"
#include "base/io.h"
#include "base/when.h"
#include "cli/signer.h"
#include "gate/approve.h"
#include "gate/ratify.h"

#include <string.h>

struct gate_recovered {
	char id[GATE_ID_LEN + 1];
	char by[64], ref[GATE_REF_MAX], new[GATE_HEXSZ + 1];
	int64_t at;
	uint32_t needed;
	struct gate_strs ratified, denied; /* persons */
};

void gate_recoveries_clear(struct gate_recoveries *l)
{
	for (size_t i = 0; i < l->n; i++) {
		gate_strs_clear(&l->v[i].ratified);
		gate_strs_clear(&l->v[i].denied);
	}
	free(l->v);
	*l = (struct gate_recoveries){ 0 };
}

static int note(struct gate_recovered *one, enum gate_decision decision, const char *person, struct gate_err *err)
{
	return gate_strs_add_new(decision == GATE_DECISION_DENY ? &one->denied : &one->ratified, person, err);
}

static int count_here(struct gate_recovered *one, struct gate_target *t, const struct gate_record *r, struct gate_err *err)
{
	gate_autofree struct gate_vote *votes = NULL;
	size_t n = 0;

	if (gate_votes_load(&t->server, r, &votes, &n, NULL, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < n; i++) {
		if (note(one, votes[i].decision, votes[i].person, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

struct reading {
	struct gate_recovered *one;
	const struct gate_repo *repo;
	struct gate_err *err;
};

static int read_one(const char *name, const struct gate_ref *ref, void *arg)
{
	struct reading *rd = arg;
	struct gate_signer_part six = { 0 };

	(void)name;
	if (!gate_signer_read(rd->repo, ref->oid, &six))
		return 0;
	return note(rd->one, six.decision, six.signer, rd->err) < 0;
}

static int count_there(struct gate_recovered *one, struct gate_target *t, const struct gate_record *r, struct gate_err *err)
{
	struct reading rd = { one, gate_target_repo(t), err };
	gate_autorefs struct gate_refs *refs = NULL;
	gate_autofree char *prefix = NULL;

	if (gate_target_statements(t, r->id, &prefix, err) < 0 || gate_refs_open(rd.repo, &refs, err) < 0 ||
	    gate_refs_each(refs, prefix, read_one, &rd, err) < 0)
		return -(int)err->code;
	return err->code == GATE_OK ? 0 : -(int)err->code;
}

int gate_recoveries_add(struct gate_recoveries *l, struct gate_target *t, const struct gate_record *r, struct gate_err *err)
{
	struct gate_recovered *v = reallocarray(l->v, l->n + 1, sizeof(*v)), *one;

	if (!v)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	l->v = v;
	one = &v[l->n++];
	*one = (struct gate_recovered){ .at = r->created, .needed = r->needs[0].approvals };
	if (t->policy)
		one->needed = gate_ratify_persons(t->policy, gate_now());
	gate_copy(one->id, sizeof(one->id), r->id);
	gate_copy(one->by, sizeof(one->by), r->recovered_by);
	gate_copy(one->ref, sizeof(one->ref), r->refs[0].ref);
	gate_copy(one->new, sizeof(one->new), r->refs[0].new);
	return t->on_server ? count_here(one, t, r, err) : count_there(one, t, r, err);
}

static void put_names(struct gate_buf *b, const struct gate_strs *l)
{
	gate_auto(gate_buf) struct gate_buf names = { 0 };

	gate_strs_join(&names, l, ", ");
	gate_escape(b, gate_buf_cstr(&names), names.len);
}

void gate_recoveries_text(const struct gate_recoveries *l, struct gate_buf *b)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct gate_recovered *one = &l->v[i];
		char when[GATE_WHEN_SIZE];

		gate_when_format(one->at, when);
		gate_buf_fmt(b, "recovered on %.10s by ", when);
		gate_escape(b, one->by, strlen(one->by));
		gate_buf_fmt(b, ": %zu of %u %s ratified", one->ratified.n, one->needed, one->needed == 1 ? "person" : "persons");
		if (one->ratified.n) {
			gate_buf_str(b, " (");
			put_names(b, &one->ratified);
			gate_buf_char(b, ')');
		}
		if (one->denied.n) {
			gate_buf_str(b, ", denied by ");
			put_names(b, &one->denied);
		}
		gate_buf_fmt(b, "; look: refgate diff %s, sign: refgate approve %s\n", one->id, one->id);
	}
}

static void put_list(struct gate_jw *w, const char *key, const struct gate_strs *l)
{
	gate_jw_array(w, key);
	for (size_t i = 0; i < l->n; i++)
		gate_jw_str(w, NULL, l->v[i]);
	gate_jw_end(w);
}

void gate_recoveries_json(const struct gate_recoveries *l, struct gate_jw *w)
{
	if (!l->n)
		return;
	gate_jw_array(w, "recoveries");
	for (size_t i = 0; i < l->n; i++) {
		const struct gate_recovered *one = &l->v[i];
		char when[GATE_WHEN_SIZE];

		gate_when_format(one->at, when);
		gate_jw_open(w, NULL);
		gate_jw_str(w, "id", one->id);
		gate_jw_str(w, "at", when);
		gate_jw_str(w, "by", one->by);
		gate_jw_str(w, "ref", one->ref);
		gate_jw_str(w, "new", one->new);
		gate_jw_int(w, "needed", one->needed);
		put_list(w, "ratified", &one->ratified);
		put_list(w, "denied", &one->denied);
		gate_jw_close(w);
	}
	gate_jw_end(w);
}
