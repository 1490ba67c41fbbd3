/* What a change is, without judging it. Both runs of HOLES 13 come through here and must agree. */
#include "worker/work.h"

#include "base/crypto.h"

#include <string.h>

static int peel(struct gate_work *w, const char *hex, bool *there, struct gate_peeled *out, struct gate_err *err)
{
	struct gate_oid oid;

	*there = !gate_is_zero_oid(hex);
	if (!*there)
		return 0;
	if (!gate_oid_parse(hex, &oid))
		return gate_err_set(err, GATE_E_WORKER, "the request names something that is no object id");
	return gate_peel(w->store, &oid, out, err);
}

static bool is_commit(bool there, const struct gate_peeled *p)
{
	return there && p->end_kind == GATE_KIND_COMMIT;
}

/* A list of oids as painted tips; what is no commit in the end is no history. */
static int tips_of(struct gate_work *w, const struct gate_strs *hex, size_t max, struct gate_nodes *out, struct gate_err *err)
{
	for (size_t i = 0; i < hex->n && i < max; i++) {
		struct gate_peeled p;
		bool there;
		uint32_t node;

		if (peel(w, hex->v[i], &there, &p, err) < 0)
			return -(int)err->code;
		if (!is_commit(there, &p))
			continue;
		if (gate_graph_node(&w->graph, &p.end, &node, err) < 0 || gate_nodes_add(out, node, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

/* Reading the hidden tips costs one object each, so that it waits until an answer needs them. */
static int read_hidden(struct gate_work *w, struct gate_err *err)
{
	gate_auto(gate_nodes) struct gate_nodes tips = { 0 };
	int rc;

	if (w->hidden_read)
		return 0;
	rc = tips_of(w, &w->ask->hidden, SIZE_MAX, &tips, err);
	for (size_t i = 0; rc == 0 && i < tips.n; i++)
		rc = gate_paint_tip(&w->graph, &w->hidden, tips.v[i], err);
	w->hidden_read = rc == 0;
	return rc;
}

struct knowing {
	struct gate_work *w;
	bool has_old;
	uint32_t old;
};

static int is_known(void *arg, uint32_t node, bool *known, struct gate_err *err)
{
	struct knowing *k = arg;
	struct gate_work *w = k->w;
	uint32_t ignored;
	int rc;

	*known = (k->has_old && node == k->old) || gate_oidmap_get(&w->direct, &w->graph.nodes[node].oid, &ignored);
	if (*known)
		return 0;
	rc = read_hidden(w, err);
	if (rc == 0)
		rc = gate_paint_reaches(&w->graph, &w->hidden, node, false, known, err);
	if (rc == 0 && !*known && k->has_old)
		rc = gate_paint_reaches(&w->graph, &w->old, node, false, known, err);
	return rc;
}

static int look_at(struct gate_work *w, struct gate_brought *look, struct gate_err *err)
{
	struct knowing k = { .w = w, .has_old = is_commit(look->has_old, &look->old) };
	uint32_t start;
	int rc = 0;

	gate_paint_reset(&w->old);
	if (k.has_old)
		rc = gate_graph_node(&w->graph, &look->old.end, &k.old, err);
	if (rc == 0 && k.has_old)
		rc = gate_paint_tip(&w->graph, &w->old, k.old, err);
	if (rc == 0)
		rc = gate_graph_node(&w->graph, &look->new.end, &start, err);
	return rc == 0 ? gate_graph_span(&w->graph, start, is_known, &k, &look->span, err) : rc;
}

/* Whether old is an ancestor of new. Exact, whatever the dates say: a forced push must not pass for another. */
static int fast_forward(struct gate_work *w, const struct gate_brought *look, bool *yes, struct gate_err *err)
{
	uint32_t old;
	int rc;

	*yes = false;
	if (!look->has_new)
		return 0;
	if (!look->has_old) {
		*yes = true;
		return 0;
	}
	if (!is_commit(true, &look->old) || !is_commit(true, &look->new))
		return 0;
	rc = gate_graph_node(&w->graph, &look->old.end, &old, err);
	for (size_t i = 0; rc == 0 && !*yes && i < look->span.edges.n; i++)
		*yes = look->span.edges.v[i] == old;
	if (rc < 0 || *yes)
		return rc;
	gate_paint_reset(&w->below);
	for (size_t i = 0; rc == 0 && i < look->span.edges.n; i++)
		rc = gate_paint_tip(&w->graph, &w->below, look->span.edges.v[i], err);
	return rc == 0 ? gate_paint_reaches(&w->graph, &w->below, old, true, yes, err) : rc;
}

/* How many accepted tips a new ref without common history with the policy ref is compared with. */
#define ACCEPTED_TRIED 50

/* The edges stand for `new` itself: what the push brings cannot be common with anything. */
static int meet_tips(struct gate_work *w, const struct gate_brought *look, const struct gate_strs *hex, bool *found,
		     uint32_t *base, struct gate_err *err)
{
	gate_auto(gate_nodes) struct gate_nodes tips = { 0 };
	int rc = tips_of(w, hex, ACCEPTED_TRIED, &tips, err);

	return rc == 0 ? gate_graph_merge_base(&w->graph, &look->span.edges, &tips, found, base, err) : rc;
}

static int find_base(struct gate_work *w, const struct gate_brought *look, bool ff, char out[GATE_HEXSZ + 1],
		     struct gate_err *err)
{
	char *hex[1];
	struct gate_strs one = { hex, 1, 1 };
	const struct gate_change *c = &w->ask->changes.v[look->change];
	char value[GATE_HEXSZ + 1];
	bool found = false;
	uint32_t base = 0;
	int rc = 0;

	if (!is_commit(look->has_new, &look->new))
		return 0;
	hex[0] = value;
	if (is_commit(look->has_old, &look->old)) {
		if (ff) {
			gate_oid_hex(&look->old.end, out);
			return 0;
		}
		gate_copy(value, sizeof(value), c->old);
		rc = meet_tips(w, look, &one, &found, &base, err);
	} else {
		gate_copy(value, sizeof(value), w->ask->policy_tip);
		if (value[0])
			rc = meet_tips(w, look, &one, &found, &base, err);
		if (rc == 0 && !found)
			rc = meet_tips(w, look, &w->ask->accepted, &found, &base, err);
	}
	if (rc == 0 && found)
		gate_oid_hex(&w->graph.nodes[base].oid, out);
	return rc;
}

int gate_work_root_entry(struct gate_work *w, const struct gate_oid *tree, const char *name, struct gate_oid *oid,
			 uint32_t *mode, bool *found, struct gate_err *err)
{
	gate_auto(gate_obj) struct gate_obj o = { 0 };
	size_t len = strlen(name);
	struct gate_tree_iter it;
	int rc = gate_store_read_kind(w->store, tree, GATE_KIND_TREE, &o, err);

	*found = false;
	if (rc < 0)
		return rc;
	gate_tree_start(&it, o.bytes, o.len);
	while (!*found && gate_tree_next(&it)) {
		if (it.e.name_len != len || memcmp(it.e.name, name, len) != 0)
			continue;
		*oid = it.e.oid;
		*mode = it.e.mode;
		*found = true;
	}
	return 0;
}

static int rules_of(struct gate_work *w, const struct gate_peeled *p, char out[GATE_HEXSZ + 1], struct gate_oid *tree,
		    struct gate_err *err)
{
	struct gate_oid oid;
	uint32_t node, mode;
	bool found;
	int rc = gate_graph_node(&w->graph, &p->end, &node, err);

	if (rc == 0)
		rc = gate_graph_load(&w->graph, node, err);
	if (rc < 0)
		return rc;
	*tree = w->graph.nodes[node].tree;
	rc = gate_work_root_entry(w, tree, ".refgate", &oid, &mode, &found, err);
	if (rc == 0 && found)
		gate_oid_hex(&oid, out);
	return rc;
}

static int by_oid(const void *a, const void *b)
{
	return memcmp(a, b, GATE_OIDSZ);
}

/* Sorted, as any client can make it again from `git rev-list`. */
static int digest_commits(struct gate_work *w, const struct gate_nodes *commits, char out[65], struct gate_err *err)
{
	gate_autofree struct gate_oid *oids = calloc(commits->n + 1, sizeof(*oids));
	uint8_t d[GATE_SHA256_LEN];
	struct gate_sha256 h;

	if (!oids)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; i < commits->n; i++)
		oids[i] = w->graph.nodes[commits->v[i]].oid;
	qsort(oids, commits->n, sizeof(*oids), by_oid);
	gate_sha256_init(&h);
	for (size_t i = 0; i < commits->n; i++) {
		char line[GATE_HEXSZ + 1];

		gate_oid_hex(&oids[i], line);
		line[GATE_HEXSZ] = '\n';
		gate_sha256_update(&h, line, sizeof(line));
	}
	gate_sha256_final(&h, d);
	gate_hex(d, sizeof(d), out);
	return 0;
}

struct mails {
	struct gate_oidmap seen; /* by digest: a list of thousands is not searched from its start each time */
	struct gate_strs *out;
};

static int add_mail(void *arg, const char *mail, struct gate_err *err)
{
	struct mails *m = arg;
	uint8_t d[GATE_SHA256_LEN];
	struct gate_oid key;
	bool fresh;

	gate_sha256(mail, strlen(mail), d);
	memcpy(key.b, d, GATE_OIDSZ);
	if (gate_oidmap_mark(&m->seen, &key, 1, &fresh, err) < 0)
		return -(int)err->code;
	if (!fresh)
		return 0;
	/* Who wrote a commit may not approve it: no address may be forgotten. */
	if (m->out->n >= GATE_MAILS_MAX)
		return gate_err_set(err, GATE_E_LIMIT, "the new commits name more than %d mail addresses: push in smaller parts",
				    GATE_MAILS_MAX);
	return gate_strs_add(m->out, mail, err);
}

static int mails_of(struct gate_work *w, uint32_t node, struct mails *m, struct gate_err *err)
{
	gate_auto(gate_obj) struct gate_obj o = { 0 };
	struct gate_commit_view v;
	int rc = gate_store_read_kind(w->store, &w->graph.nodes[node].oid, GATE_KIND_COMMIT, &o, err);

	if (rc < 0)
		return rc;
	if (!gate_parse_commit(o.bytes, o.len, &v))
		return gate_err_set(err, GATE_E_OBJECT, "a commit changed while it was read");
	rc = gate_mails_of_ident(v.author, add_mail, m, err);
	if (rc == 0)
		rc = gate_mails_of_ident(v.committer, add_mail, m, err);
	return rc == 0 ? gate_mails_of_message(v.message, add_mail, m, err) : rc;
}

static int commit_facts(struct gate_work *w, const struct gate_brought *look, struct gate_facts *f, struct gate_err *err)
{
	struct mails m = { .out = &f->mails };
	struct gate_oid tree;
	int rc = rules_of(w, &look->new, f->rules_new, &tree, err);

	if (rc < 0)
		return rc;
	gate_oid_hex(&look->new.end, f->commit);
	gate_oid_hex(&tree, f->tree);
	f->new_commits = (uint32_t)look->span.commits.n;
	rc = digest_commits(w, &look->span.commits, f->commits, err);
	for (size_t i = 0; rc == 0 && i < look->span.commits.n; i++)
		rc = mails_of(w, look->span.commits.v[i], &m, err);
	gate_oidmap_clear(&m.seen);
	return rc;
}

int gate_work_bring(struct gate_work *w, uint32_t change, struct gate_brought *look, struct gate_err *err)
{
	const struct gate_change *c = &w->ask->changes.v[change];
	int rc;

	look->change = change;
	rc = peel(w, c->old, &look->has_old, &look->old, err);
	if (rc == 0)
		rc = peel(w, c->new, &look->has_new, &look->new, err);
	return rc == 0 && is_commit(look->has_new, &look->new) ? look_at(w, look, err) : rc;
}

int gate_work_facts(struct gate_work *w, const struct gate_brought *look, struct gate_facts *f, struct gate_err *err)
{
	struct gate_oid ignored;
	int rc = 0;

	if (is_commit(look->has_old, &look->old))
		rc = rules_of(w, &look->old, f->rules_old, &ignored, err);
	if (rc < 0 || !look->has_new)
		return rc;
	f->kind = look->new.kind;
	if (is_commit(true, &look->new))
		rc = commit_facts(w, look, f, err);
	if (rc == 0)
		rc = fast_forward(w, look, &f->fast_forward, err);
	return rc == 0 ? find_base(w, look, f->fast_forward, f->base, err) : rc;
}
