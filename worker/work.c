#include "worker/work.h"

#include "base/limits.h"

#include <string.h>

void gate_brought_clear(struct gate_brought *l)
{
	gate_span_clear(&l->span);
	*l = (struct gate_brought){ 0 };
}

static void work_clear(struct gate_work *w)
{
	gate_classifier_free(w->classifier);
	gate_policy_free(w->policy);
	for (size_t i = 0; i < GATE_LOAD_SLOTS; i++)
		gate_obj_clear(&w->loaded[i]);
	gate_oidmap_clear(&w->direct);
	gate_oidmap_clear(&w->met);
	for (size_t i = 0; i < GATE_CLASSES; i++)
		gate_oidmap_clear(&w->judged[i]);
	gate_oidmap_clear(&w->clean);
	gate_oidmap_clear(&w->suspects);
	gate_nodes_clear(&w->near);
	gate_paint_clear(&w->hidden);
	gate_paint_clear(&w->old);
	gate_paint_clear(&w->below);
	gate_graph_clear(&w->graph);
	gate_store_free(w->store);
}

/* The finding just made; NULL when the list was full. */
static struct gate_finding *find(struct gate_findings *l, const struct gate_denial *d)
{
	for (size_t i = l->n; i > 0; i--) {
		struct gate_finding *f = &l->v[i - 1];

		if (f->change == d->change && strcmp(f->id, d->id) == 0 &&
		    strncmp(f->subject, d->subject, GATE_FINDING_TEXT_MAX) == 0)
			return f;
	}
	return NULL;
}

static char *plain(const char *s)
{
	return (char *)(uintptr_t)s; /* gate_finding_make copies; the struct's fields are of the owned kind */
}

/* The rule's message says what the rule is about; ours says what was seen. */
static int say(struct gate_finding *f, const char *message, struct gate_err *err)
{
	char *text = strndup(message, GATE_FINDING_TEXT_MAX);

	if (!text)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	free(f->message);
	f->message = text;
	return 0;
}

int gate_work_deny(struct gate_work *w, const struct gate_denial *d, struct gate_err *err)
{
	struct gate_finding f = { .change = d->change, .deny = true }, *made;
	int rc;

	f.subject = plain(d->subject);
	f.path = plain(d->path);
	f.message = plain(d->message);
	gate_copy(f.commit, sizeof(f.commit), d->commit);
	rc = gate_finding_make(w->policy, &w->ask->changes.v[d->change], d->id, &f, &w->reply->findings, err);
	if (rc < 0)
		return rc;
	made = find(&w->reply->findings, d);
	if (!made) {
		w->lost_deny = true;
		return 0;
	}
	made->deny = true;
	made->floor = GATE_TIER_CRITICAL;
	return say(made, d->message, err);
}

static int open_store(struct gate_work *w, struct gate_err *err)
{
	const struct gate_ask *a = w->ask;
	struct gate_store_dirs dirs = { a->objects, a->quarantine, &a->alternates, a->mode == GATE_ASK_FACTS };
	int rc = gate_store_open(&dirs, &w->store, err);

	w->graph.store = w->store;
	return rc;
}

static int direct_oids(struct gate_work *w, struct gate_err *err)
{
	for (size_t i = 0; i < w->ask->hidden.n; i++) {
		struct gate_oid oid;

		if (!gate_oid_parse(w->ask->hidden.v[i], &oid))
			return gate_err_set(err, GATE_E_WORKER, "the request hides something that is no object id");
		if (gate_oidmap_set(&w->direct, &oid, 0, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

static int start_judging(struct gate_work *w, struct gate_err *err)
{
	const struct gate_ask *a = w->ask;
	int rc = gate_policy_load(a->no_policy ? NULL : &a->policy, a->floor, a->floor ? strlen(a->floor) : 0, &w->policy,
				  err);

	if (rc < 0)
		return rc;
	w->policy->now = a->now;
	gate_copy(w->policy->fingerprint_key, sizeof(w->policy->fingerprint_key), a->fingerprint_key);
	w->classifier = gate_classifier_new(w->policy, &a->changes, gate_work_load, w, &w->reply->findings, err);
	if (!w->classifier)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	gate_classifier_knows(w->classifier, w->osv, a->now);
	return 0;
}

static int judge_change(struct gate_work *w, const struct gate_brought *look, const struct gate_facts *f, struct gate_err *err)
{
	int rc;

	if (gate_work_is_inbox(w->ask->changes.v[look->change].ref))
		return gate_work_inbox(w, look, err);
	rc = gate_work_objects(w, look, err);
	if (rc == 0)
		rc = gate_work_deltas(w, look, f, err);
	return rc == 0 ? gate_work_rules(w, look, f, err) : rc;
}

static int one_change(struct gate_work *w, uint32_t i, struct gate_err *err)
{
	gate_auto(gate_brought) struct gate_brought look = { 0 };
	int rc = gate_work_bring(w, i, &look, err);

	if (rc == 0)
		rc = gate_work_facts(w, &look, &w->reply->facts[i], err);
	if (rc == 0 && w->ask->mode == GATE_ASK_JUDGE)
		rc = judge_change(w, &look, &w->reply->facts[i], err);
	if (rc < 0) {
		const char *ref = w->ask->changes.v[i].ref;
		gate_autofree char *safe = gate_escape_dup(ref, strlen(ref));

		return gate_err_wrap(err, "%s", safe ? safe : "a ref");
	}
	return 0;
}

static int finish(struct gate_work *w, struct gate_err *err)
{
	int rc = gate_work_bases(w, err);

	if (rc == 0)
		rc = gate_work_suspects(w, err);
	if (rc < 0 || w->hidden_base)
		return rc;
	rc = gate_work_strays(w, err);
	if (rc == 0)
		rc = gate_work_share(w, err);
	if (rc == 0)
		rc = gate_classify_done(w->classifier, err);
	/* A list that is too long to hold a denial is refused by its first entry. */
	if (rc == 0 && w->lost_deny && w->reply->findings.n)
		w->reply->findings.v[0].deny = true;
	return rc;
}

int gate_work_run(const struct gate_ask *ask, const struct gate_osv *osv, struct gate_reply *reply, struct gate_err *err)
{
	struct gate_work w = { .ask = ask, .osv = osv && osv->s ? osv : NULL, .reply = reply };
	int rc = open_store(&w, err);

	if (rc == 0)
		rc = direct_oids(&w, err);
	if (rc == 0 && ask->mode == GATE_ASK_JUDGE)
		rc = start_judging(&w, err);
	if (rc == 0) {
		reply->facts = calloc(ask->changes.n + 1, sizeof(*reply->facts));
		if (!reply->facts)
			rc = gate_err_set(err, GATE_E_NOMEM, "out of memory");
		else
			reply->n_facts = ask->changes.n;
	}
	if (rc == 0 && ask->mode == GATE_ASK_JUDGE)
		rc = gate_work_peek(&w, err);
	for (uint32_t i = 0; rc == 0 && i < ask->changes.n; i++)
		rc = one_change(&w, i, err);
	if (rc == 0 && ask->mode == GATE_ASK_JUDGE)
		rc = finish(&w, err);
	work_clear(&w);
	return rc;
}
