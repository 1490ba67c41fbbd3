#include "gate/entries.h"

#include <string.h>

#define REFS_PER_ENTRY 100
#define RULES_PER_ENTRY 200

/* The writer gives "{...}"; the log wants what is inside. */
static int finish(struct gate_buf *b, struct gate_strs *bodies, struct gate_err *err)
{
	if (gate_buf_check(b, err) < 0)
		return -(int)err->code;
	return gate_strs_addn(bodies, b->s + 1, b->len - 2, err);
}

static void begin(struct gate_jw *w, const struct gate_server *s, const char *event)
{
	gate_jw_open(w, NULL);
	gate_jw_str(w, "ev", event);
	gate_jw_str(w, "repo_id", s->repo_id);
}

static void put_actor(struct gate_jw *w, const struct gate_actor *a, const struct gate_strs *identities)
{
	gate_jw_open(w, "actor");
	gate_jw_str(w, "name", a->name);
	gate_jw_bool(w, "human", a->human);
	gate_jw_strn(w, "owner", a->owner);
	gate_jw_array(w, "transport");
	for (size_t i = 0; i < identities->n && i < 8; i++)
		gate_jw_str(w, NULL, identities->v[i]);
	gate_jw_end(w);
	gate_jw_close(w);
}

static void put_rules(struct gate_jw *w, const struct gate_findings *f)
{
	gate_auto(gate_strs) struct gate_strs ids = { 0 };
	struct gate_err ignored = { 0 };

	for (size_t i = 0; i < f->n && ids.n < RULES_PER_ENTRY; i++)
		gate_strs_add_new(&ids, f->v[i].id, &ignored);
	gate_strs_sort(&ids);
	gate_jw_array(w, "rules");
	for (size_t i = 0; i < ids.n; i++)
		gate_jw_str(w, NULL, ids.v[i]);
	gate_jw_end(w);
}

static void put_ref(struct gate_jw *w, const char *ref, const char *old, const char *new)
{
	gate_jw_str(w, "ref", ref);
	gate_jw_str(w, "old", old);
	gate_jw_str(w, "new", new);
}

int gate_entry_decision(const struct gate_server *s, const struct gate_judged *j, const char *pending, int64_t ms,
			struct gate_strs *bodies, struct gate_err *err)
{
	size_t n = j->ask.changes.n, parts = (n + REFS_PER_ENTRY - 1) / REFS_PER_ENTRY;

	for (size_t part = 0; part < parts || (part == 0 && parts == 0); part++) {
		gate_auto(gate_buf) struct gate_buf b = { 0 };
		struct gate_jw w = { .out = &b };

		begin(&w, s, "decision");
		gate_jw_str(&w, "verdict", gate_verdict_name(j->verdict));
		gate_jw_strn(&w, "pending", pending);
		gate_jw_str(&w, "tier", gate_tier_name(j->tier));
		gate_jw_int(&w, "score_milli", (int64_t)j->total.points);
		put_actor(&w, &j->actor, &j->identities);
		if (parts > 1) {
			gate_jw_int(&w, "part", (int64_t)part);
			gate_jw_int(&w, "parts", (int64_t)parts);
		}
		gate_jw_array(&w, "refs");
		for (size_t i = part * REFS_PER_ENTRY; i < n && i < (part + 1) * REFS_PER_ENTRY; i++) {
			const struct gate_change *c = &j->ask.changes.v[i];

			gate_jw_open(&w, NULL);
			put_ref(&w, c->ref, c->old, c->new);
			gate_jw_str(&w, "verdict", gate_verdict_name(j->refs[i].verdict));
			gate_jw_str(&w, "tier", gate_tier_name(j->refs[i].score.tier));
			gate_jw_int(&w, "score_milli", (int64_t)j->refs[i].score.points);
			gate_jw_close(&w);
		}
		gate_jw_end(&w);
		put_rules(&w, &j->reply.findings);
		gate_jw_strn(&w, "findings", j->findings);
		gate_jw_str(&w, "policy", s->policy->digest);
		gate_jw_bool(&w, "observe", s->policy->mode == GATE_MODE_OBSERVE);
		gate_jw_int(&w, "ms", ms);
		gate_jw_close(&w);
		if (finish(&b, bodies, err) < 0)
			return -(int)err->code;
		if (parts == 0)
			break;
	}
	return 0;
}

int gate_entry_pending(const struct gate_server *s, const char *event, const struct gate_record *r, const char *extra,
		       struct gate_strs *bodies, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_jw w = { .out = &b };

	begin(&w, s, event);
	gate_jw_str(&w, "pending", r->id);
	gate_jw_str(&w, "agent", r->actor.name);
	gate_jw_str(&w, "tier", gate_tier_name(r->tier));
	gate_jw_array(&w, "refs");
	for (size_t i = 0; i < r->n_refs && i < REFS_PER_ENTRY; i++) {
		gate_jw_open(&w, NULL);
		put_ref(&w, r->refs[i].ref, r->refs[i].old, r->refs[i].new);
		gate_jw_close(&w);
	}
	gate_jw_end(&w);
	if (r->n_refs > REFS_PER_ENTRY)
		gate_jw_int(&w, "more_refs", (int64_t)(r->n_refs - REFS_PER_ENTRY));
	if (extra)
		gate_buf_fmt(&b, ",%s", extra);
	gate_jw_close(&w);
	return finish(&b, bodies, err);
}

int gate_entry_landed(const struct gate_server *s, const char *event, const struct gate_changes *changes, struct gate_strs *bodies,
		      struct gate_err *err)
{
	for (size_t from = 0; from < changes->n; from += REFS_PER_ENTRY) {
		gate_auto(gate_buf) struct gate_buf b = { 0 };
		struct gate_jw w = { .out = &b };

		begin(&w, s, event);
		gate_jw_array(&w, "refs");
		for (size_t i = from; i < changes->n && i < from + REFS_PER_ENTRY; i++) {
			gate_jw_open(&w, NULL);
			put_ref(&w, changes->v[i].ref, changes->v[i].old, changes->v[i].new);
			gate_jw_close(&w);
		}
		gate_jw_end(&w);
		gate_jw_close(&w);
		if (finish(&b, bodies, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

int gate_entry_approval(const struct gate_server *s, const char *event, const char *pending, const struct gate_vote *v,
			const char *why, struct gate_strs *bodies, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_jw w = { .out = &b };

	begin(&w, s, event);
	gate_jw_strn(&w, "pending", pending);
	gate_jw_strn(&w, "person", v->person);
	gate_jw_strn(&w, "role", v->role);
	gate_jw_str(&w, "decision", gate_decision_name(v->decision));
	gate_jw_strn(&w, "key", v->fp);
	gate_jw_bool(&w, "touch", v->touch);
	gate_jw_bool(&w, "pin", v->pin);
	if (why)
		gate_jw_str(&w, "why", why);
	gate_jw_close(&w);
	return finish(&b, bodies, err);
}

static void put_names(struct gate_jw *w, const char *key, const struct gate_strs *l)
{
	gate_jw_array(w, key);
	for (size_t i = 0; i < l->n; i++)
		gate_jw_str(w, NULL, l->v[i]);
	gate_jw_end(w);
}

int gate_entry_recovered(const struct gate_server *s, const struct gate_recovered_entry *e, struct gate_strs *bodies, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_jw w = { .out = &b };

	begin(&w, s, "policy_recovered");
	gate_jw_str(&w, "pending", e->pending);
	gate_jw_str(&w, "by", e->by);
	put_ref(&w, e->ref, e->old, e->new);
	gate_jw_str(&w, "before", e->tree_before);
	gate_jw_str(&w, "tree", e->tree);
	gate_jw_str(&w, "policy_before", e->policy_before);
	gate_jw_str(&w, "policy", e->policy);
	put_names(&w, "people", e->people);
	put_names(&w, "keys", e->keys);
	put_names(&w, "lost", e->lost);
	gate_jw_int(&w, "voided", (int64_t)e->voided);
	gate_jw_close(&w);
	return finish(&b, bodies, err);
}

int gate_entry_plain(const struct gate_server *s, const char *event, const char *const *keys_values, struct gate_strs *bodies,
		     struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_jw w = { .out = &b };

	begin(&w, s, event);
	for (size_t i = 0; keys_values[i]; i += 2)
		gate_jw_str(&w, keys_values[i], keys_values[i + 1]);
	gate_jw_close(&w);
	return finish(&b, bodies, err);
}

int gate_entries_append(const struct gate_server *s, const struct gate_strs *bodies, bool sync, bool reserve,
			struct gate_checkpoint *cp, struct gate_err *err)
{
	return gate_log_append(s->audit, (const char *const *)bodies->v, bodies->n, s->now, sync, reserve, cp, err);
}
