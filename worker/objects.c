/* Everything that would enter history, piece by piece to the classifier: tags, commits, their texts, new blobs and links; and
 * the paths that differ between a change's base and its tip. */
#include "worker/work.h"

#include "base/crypto.h"

#include <stdio.h>
#include <string.h>

/* Where the walk is: one commit (or tag, or bare value) of one change. */
struct at {
	struct gate_work *w;
	uint32_t change;
	struct gate_oidmap *judged;  /* what was judged before, for this class of refs */
	char commit[GATE_HEXSZ + 1]; /* "" outside commits */
	const char *path;	     /* of the tree that is being checked */
	const struct gate_oid *tree;
	bool fresh_tree;
	struct gate_merge merge;
	struct gate_oidmap taken; /* deltas that are an accepted side's */
};

static int feed(struct at *at, enum gate_text text, const char *bytes, size_t len, struct gate_err *err)
{
	struct gate_object o = { .text = text, .path = "", .commit = at->commit, .bytes = bytes, .len = len };

	return gate_classify_object(at->w->classifier, at->change, &o, err);
}

static int deny_object(struct at *at, const char *id, const struct gate_oid *oid, const char *path, const char *what,
		       struct gate_err *err)
{
	char subject[GATE_HEXSZ + 1], message[256];
	struct gate_denial d = { id, at->change, at->commit, subject, path, message };

	gate_oid_hex(oid, subject);
	snprintf(message, sizeof(message), "%s: object %s", what, subject);
	return gate_work_deny(at->w, &d, err);
}

static int tree_flaw(void *arg, enum gate_flaw flaw, const char *name, size_t name_len, const char *what,
		     struct gate_err *err)
{
	struct at *at = arg;
	gate_auto(gate_buf) struct gate_buf path = { 0 }, subject = { 0 };
	char hex[GATE_HEXSZ + 1];
	struct gate_denial d = { .id = flaw == GATE_FLAW_DOTGIT ? "GIT-DOTGIT" : "GIT-MALFORMED", .change = at->change,
				 .commit = at->commit };
	gate_auto(gate_buf) struct gate_buf message = { 0 };

	gate_oid_hex(at->tree, hex);
	gate_buf_fmt(&path, "%s%s", at->path, at->path[0] ? "/" : "");
	gate_buf_add(&path, name, name_len);
	gate_buf_fmt(&subject, "%s:%s:", what, hex);
	gate_escape(&subject, name, name_len);
	gate_buf_fmt(&message, "tree %s: %s", hex, what);
	if (gate_buf_check(&path, err) < 0 || gate_buf_check(&subject, err) < 0 || gate_buf_check(&message, err) < 0)
		return -(int)err->code;
	d.path = gate_buf_cstr(&path);
	d.subject = gate_buf_cstr(&subject);
	d.message = gate_buf_cstr(&message);
	return gate_work_deny(at->w, &d, err);
}

/* Whether the object is judged for the first time in this class, as that kind of thing. Reached it is in any case. */
static int first_time(struct at *at, const struct gate_oid *oid, uint32_t bit, bool *first, struct gate_err *err)
{
	bool fresh;
	int rc = gate_oidmap_mark(&at->w->met, oid, GATE_MET_REACHED, &fresh, err);

	return rc == 0 ? gate_oidmap_mark(at->judged, oid, bit, first, err) : rc;
}

/* What a link points at, and what a file's content means, depend on where they stand: the place belongs to what is remembered. *fresh: the
 * object comes for the first time; *first: in this place. */
static int first_place(struct at *at, const char *path, const struct gate_oid *oid, uint32_t bit, bool *fresh, bool *first,
		       struct gate_err *err)
{
	struct gate_oid key;
	struct gate_sha256 h;
	uint8_t d[GATE_SHA256_LEN];
	int rc = first_time(at, oid, bit, fresh, err);

	gate_sha256_init(&h);
	gate_sha256_update(&h, oid->b, GATE_OIDSZ);
	gate_sha256_update(&h, path, strlen(path));
	gate_sha256_final(&h, d);
	memcpy(key.b, d, GATE_OIDSZ);
	return rc == 0 ? gate_oidmap_mark(at->judged, &key, bit, first, err) : rc;
}

/* A few trees that name each other can stand for more places than anybody can look at: false when there have been too many, which is told
 * once. */
static bool one_place_more(struct at *at, const struct gate_oid *oid, const char *path, int *rc, struct gate_err *err)
{
	if (at->w->again < GATE_AGAIN_MAX) {
		at->w->again++;
		return true;
	}
	if (at->w->again++ == GATE_AGAIN_MAX)
		*rc = deny_object(at, "GATE-LIMIT", oid, path,
				  "the same folders or files stand in more places than are looked at; push them in smaller parts", err);
	return false;
}

static int on_tree(void *arg, const char *path, const struct gate_oid *oid, bool covered, struct gate_err *err)
{
	struct at *at = arg;
	bool fresh, first, suspect = false;
	int rc = first_place(at, path, oid, GATE_JUDGED_TREE, &fresh, &first, err);

	if (rc < 0 || !first)
		return rc < 0 ? rc : GATE_WALK_SKIP;
	if (!fresh && !one_place_more(at, oid, path, &rc, err))
		return rc < 0 ? rc : GATE_WALK_SKIP;
	at->fresh_tree = fresh;
	at->w->reply->new_objects += fresh;
	if (!covered)
		rc = gate_work_named(at->w, at->change, oid, &suspect, err);
	if (rc < 0)
		return rc;
	return suspect ? GATE_WALK_ENTER_COVERED : GATE_WALK_ENTER;
}

static int on_bytes(void *arg, const char *path, const struct gate_oid *oid, const struct gate_obj *o, struct gate_err *err)
{
	struct at *at = arg;

	at->path = path;
	at->tree = oid;
	at->w->reply->new_bytes += at->fresh_tree ? o->len : 0;
	return gate_tree_flaws(o->bytes, o->len, tree_flaw, at, err);
}

static int read_blob(struct at *at, const struct gate_walk_entry *e, const struct gate_entry *plain, bool fresh, struct gate_err *err)
{
	gate_auto(gate_obj) struct gate_obj o = { 0 };
	struct gate_object piece = { .text = gate_mode_is_link(e->mode) ? GATE_TEXT_LINK : GATE_TEXT_BLOB, .path = e->path,
				     .commit = at->commit, .mode = e->mode, .olds = plain->olds, .n_olds = plain->n_olds };
	enum gate_kind kind;
	int rc = gate_store_stat(at->w->store, e->oid, &kind, &piece.len, err);

	if (rc < 0)
		return rc;
	if (kind != GATE_KIND_BLOB)
		return deny_object(at, "GIT-MALFORMED", e->oid, e->path, "a tree names as a file what is no file", err);
	if (fresh) {
		at->w->reply->new_objects++;
		at->w->reply->new_bytes += piece.len;
	}
	if (piece.len > GATE_BLOB_MAX)
		return deny_object(at, "GATE-LIMIT", e->oid, e->path,
				   "too large to be scanned for secrets; make it smaller or remove it", err);
	if (!gate_mode_is_link(e->mode) && gate_work_is_clean(at->w, e->oid) && !gate_classify_bound(at->w->classifier, e->path)) {
		piece.clean = true;
		return gate_classify_object(at->w->classifier, at->change, &piece, err);
	}
	rc = gate_store_read(at->w->store, e->oid, &o, err);
	piece.bytes = o.bytes;
	piece.len = o.len;
	return rc == 0 ? gate_classify_object(at->w->classifier, at->change, &piece, err) : rc;
}

static int show_entry(struct at *at, const struct gate_walk_entry *e, bool fresh, bool first, struct gate_err *err)
{
	struct gate_side olds[GATE_WALK_PARENTS_MAX];
	char oid[GATE_HEXSZ + 1];
	struct gate_entry plain = { .path = e->path, .commit = at->commit, .mode = e->mode, .oid = oid, .olds = olds,
				    .n_olds = e->n_olds, .again = !first };
	int rc;

	gate_oid_hex(e->oid, oid);
	for (size_t i = 0; i < e->n_olds; i++) {
		olds[i].mode = e->olds[i].mode;
		gate_oid_hex(&e->olds[i].oid, olds[i].oid);
	}
	rc = gate_classify_entry(at->w->classifier, at->change, &plain, err);
	if (rc == 0)
		rc = gate_work_merge_entry(at->w, at->change, at->commit, &at->merge, e, err);
	return rc == 0 && first ? read_blob(at, e, &plain, fresh, err) : rc;
}

static int on_entry(void *arg, const struct gate_walk_entry *e, struct gate_err *err)
{
	struct at *at = arg;
	bool first = false, fresh = false, suspect;
	int rc = 0;

	if (gate_mode_is_gitlink(e->mode)) /* names a commit of another repository */
		return show_entry(at, e, false, false, err);
	if (!e->covered)
		rc = gate_work_named(at->w, at->change, e->oid, &suspect, err);
	if (rc == 0)
		rc = first_place(at, e->path, e->oid, gate_mode_is_link(e->mode) ? GATE_JUDGED_LINK : GATE_JUDGED_BLOB, &fresh, &first, err);
	if (rc == 0 && first && !fresh)
		first = one_place_more(at, e->oid, e->path, &rc, err);
	return rc == 0 ? show_entry(at, e, fresh, first, err) : rc;
}

static int on_names(void *arg, const char *path, const struct gate_walk_name *v, size_t n, struct gate_err *err)
{
	struct at *at = arg;
	gate_autofree struct gate_name *names = NULL;
	struct gate_names piece = { path, at->commit, NULL, n };
	bool fresh = false;

	for (size_t i = 0; i < n && !fresh; i++)
		fresh = !v[i].had;
	if (!fresh)
		return 0; /* what is said of names was said when they came */
	names = calloc(n, sizeof(*names));
	if (!names)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++)
		names[i] = (struct gate_name){ v[i].s, v[i].len, v[i].mode, v[i].had };
	piece.v = names;
	return gate_classify_names(at->w->classifier, at->change, &piece, err);
}

/* Only what arrived is ever asked about; the rest of a parent's tree need not be remembered. */
static int on_beside(void *arg, const struct gate_oid *oid, struct gate_err *err)
{
	struct at *at = arg;
	bool fresh;

	return gate_store_arrived(at->w->store, oid) ? gate_oidmap_mark(&at->w->met, oid, GATE_MET_BESIDE, &fresh, err) : 0;
}

static const struct gate_walk_events events = { on_tree, on_bytes, on_entry, on_names, on_beside };

static int commit_tree(struct at *at, const struct gate_node *n, bool covered, struct gate_err *err)
{
	struct gate_graph *g = &at->w->graph;
	struct gate_oid tree = n->tree, parents[GATE_WALK_PARENTS_MAX];
	uint32_t first = n->first_parent, count = n->n_parents;
	int rc = 0;

	gate_work_merge_start(&at->merge, n, g->parents);
	/* n may move while parents are loaded: it is not used below. */
	if (count > GATE_WALK_PARENTS_MAX)
		count = GATE_WALK_PARENTS_MAX;
	for (uint32_t i = 0; rc == 0 && i < count; i++) {
		rc = gate_graph_load(g, g->parents[first + i], err);
		if (rc == 0)
			parents[i] = g->nodes[g->parents[first + i]].tree;
	}
	return rc == 0 ? gate_walk_new(at->w->store, &tree, parents, count, covered, &events, at, err) : rc;
}

static int commit_texts(struct at *at, const struct gate_oid *oid, struct gate_err *err)
{
	gate_auto(gate_obj) struct gate_obj o = { 0 };
	struct gate_commit_view v;
	int rc = gate_store_read_kind(at->w->store, oid, GATE_KIND_COMMIT, &o, err);

	if (rc < 0)
		return rc;
	if (!gate_parse_commit(o.bytes, o.len, &v))
		return gate_err_set(err, GATE_E_OBJECT, "a commit changed while it was read");
	at->w->reply->new_objects++;
	at->w->reply->new_bytes += o.len;
	if (v.flaw)
		rc = deny_object(at, "GIT-MALFORMED", oid, "", v.flaw, err);
	/* The message by itself, so that its lines are counted from its own start; then names, signatures and whatever else
	 * stands in the head. */
	if (rc == 0)
		rc = feed(at, GATE_TEXT_COMMIT, v.message.s, v.message.len, err);
	return rc == 0 ? feed(at, GATE_TEXT_COMMIT, v.headers.s, v.headers.len, err) : rc;
}

/* A root beside a history that was there: known commits below this change, or any accepted one. */
static int commit_itself(struct at *at, const struct gate_node *n, struct gate_err *err)
{
	const struct gate_ask *ask = at->w->ask;
	struct gate_commit k = { .oid = at->commit, .n_parents = n->n_parents, .when = n->when, .now = ask->now };

	k.unrelated = n->n_parents == 0 && ask->hidden.n > 0;
	return gate_classify_commit(at->w->classifier, at->change, &k, err);
}

static int one_commit(struct at *at, uint32_t node, struct gate_err *err)
{
	struct gate_work *w = at->w;
	struct gate_oid oid = w->graph.nodes[node].oid;
	bool fresh, suspect = false;
	int rc = first_time(at, &oid, GATE_JUDGED_COMMIT, &fresh, err);

	if (rc < 0 || !fresh)
		return rc;
	gate_oid_hex(&oid, at->commit);
	rc = gate_work_named(w, at->change, &oid, &suspect, err);
	if (rc == 0)
		rc = commit_texts(at, &oid, err);
	if (rc == 0)
		rc = commit_itself(at, &w->graph.nodes[node], err);
	return rc == 0 ? commit_tree(at, &w->graph.nodes[node], suspect, err) : rc;
}

static int one_tag(struct at *at, const struct gate_brought *look, uint32_t i, struct gate_err *err)
{
	gate_auto(gate_obj) struct gate_obj o = { 0 };
	const struct gate_oid *oid = &look->new.tags[i];
	enum gate_kind next = i + 1 < look->new.n_tags ? GATE_KIND_TAG : look->new.end_kind;
	struct gate_tag_view v;
	bool fresh, suspect;
	int rc = gate_oidmap_mark(&at->w->met, oid, GATE_MET_REACHED, &fresh, err);

	if (rc == 0)
		rc = gate_work_named(at->w, at->change, oid, &suspect, err);
	if (rc == 0)
		rc = gate_store_read_kind(at->w->store, oid, GATE_KIND_TAG, &o, err);
	if (rc < 0)
		return rc;
	if (!gate_parse_tag(o.bytes, o.len, &v))
		return gate_err_set(err, GATE_E_OBJECT, "a tag changed while it was read");
	at->w->reply->new_objects++;
	at->w->reply->new_bytes += o.len;
	if (v.flaw || v.kind != next)
		rc = deny_object(at, "GIT-MALFORMED", oid, "", v.flaw ? v.flaw : "the tag's type is not its object's", err);
	if (rc == 0)
		rc = feed(at, GATE_TEXT_TAG, v.message.s, v.message.len, err);
	return rc == 0 ? feed(at, GATE_TEXT_TAG, v.headers.s, v.headers.len, err) : rc;
}

static int note_near(struct gate_work *w, const struct gate_nodes *boundary, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < boundary->n; i++) {
		bool fresh;

		rc = gate_oidmap_mark(&w->met, &w->graph.nodes[boundary->v[i]].oid, GATE_MET_NEAR, &fresh, err);
		if (rc == 0 && fresh)
			rc = gate_nodes_add(&w->near, boundary->v[i], err);
	}
	return rc;
}

/* A ref that names a tree or a blob: rare, belongs to no commit, and is judged for each such ref by itself. */
static int bare_value(struct at *at, const struct gate_brought *look, struct gate_err *err)
{
	struct gate_oidmap own = { 0 }, *shared = at->judged;
	int rc = 0;

	at->judged = &own;
	if (look->new.end_kind == GATE_KIND_TREE)
		rc = gate_walk_new(at->w->store, &look->new.end, NULL, 0, false, &events, at, err);
	if (look->new.end_kind == GATE_KIND_BLOB)
		rc = on_entry(at, &(struct gate_walk_entry){ .path = "", .mode = 0100644, .oid = &look->new.end }, err);
	at->judged = shared;
	gate_oidmap_clear(&own);
	return rc;
}

int gate_work_objects(struct gate_work *w, const struct gate_brought *look, struct gate_err *err)
{
	const struct gate_change *c = &w->ask->changes.v[look->change];
	struct at at = { .w = w, .change = look->change, .judged = &w->judged[gate_work_class(c)] };
	int rc;

	if (!look->has_new)
		return 0;
	rc = feed(&at, GATE_TEXT_REF, c->ref, strlen(c->ref), err);
	for (uint32_t i = 0; rc == 0 && i < look->new.n_tags; i++)
		rc = one_tag(&at, look, i, err);
	for (size_t i = 0; rc == 0 && i < look->span.commits.n; i++)
		rc = one_commit(&at, look->span.commits.v[i], err);
	at.commit[0] = '\0';
	at.merge.two = false;
	if (rc == 0)
		rc = bare_value(&at, look, err);
	return rc == 0 ? note_near(w, &look->span.boundary, err) : rc;
}

static int on_delta(void *arg, const char *path, uint32_t old_mode, const struct gate_oid *old_oid, uint32_t new_mode,
		    const struct gate_oid *new_oid, struct gate_err *err)
{
	struct at *at = arg;
	const struct gate_change *c = &at->w->ask->changes.v[at->change];
	struct gate_delta d = { .path = path, .old_mode = old_mode, .new_mode = new_mode };

	/* The gate's own rules take force on the policy ref alone, so nothing about them was decided on another side. */
	if (gate_work_is_taken(&at->taken, path, new_mode, new_oid) && !(c->is_policy_ref && gate_starts_with(path, ".refgate/")))
		return 0;
	gate_oid_hex(old_oid, d.old_oid);
	gate_oid_hex(new_oid, d.new_oid);
	return gate_classify_delta(at->w->classifier, at->change, &d, err);
}

static int tree_of(struct gate_work *w, const char *commit, struct gate_oid *tree, struct gate_err *err)
{
	struct gate_oid oid;
	uint32_t node;
	int rc;

	if (!gate_oid_parse(commit, &oid))
		return gate_err_set(err, GATE_E_BUG, "a base that is no object id");
	rc = gate_graph_node(&w->graph, &oid, &node, err);
	if (rc == 0)
		rc = gate_graph_load(&w->graph, node, err);
	if (rc == 0)
		*tree = w->graph.nodes[node].tree;
	return rc;
}

int gate_work_deltas(struct gate_work *w, const struct gate_brought *look, const struct gate_facts *f, struct gate_err *err)
{
	struct at at = { .w = w, .change = look->change };
	struct gate_oid base, tip;
	int rc = 0;

	if (!look->has_new || (!f->commit[0] && look->new.end_kind != GATE_KIND_TREE))
		return 0;
	if (f->commit[0])
		rc = tree_of(w, f->commit, &tip, err);
	else
		tip = look->new.end;
	if (rc == 0 && f->base[0])
		rc = tree_of(w, f->base, &base, err);
	if (rc == 0)
		rc = gate_work_taken(w, look, f, &at.taken, err);
	if (rc == 0)
		rc = gate_walk_delta(w->store, f->base[0] ? &base : NULL, &tip, on_delta, &at, err);
	gate_oidmap_clear(&at.taken);
	return rc;
}

static void drop_loaded(struct gate_work *w, size_t over)
{
	for (size_t i = 0; i < GATE_LOAD_SLOTS; i++) {
		if (w->loaded[i].len > over)
			gate_obj_clear(&w->loaded[i]);
	}
}

int gate_work_load(void *arg, const char *oid_hex, const char **bytes, size_t *len, struct gate_err *err)
{
	struct gate_work *w = arg;
	struct gate_obj *slot = &w->loaded[w->next_slot];
	enum gate_kind kind;
	struct gate_oid oid;
	int rc;

	/* a file that only lockfiles may be as large as is held alone, and not longer than until the next question */
	drop_loaded(w, GATE_LOAD_SMALL);
	if (!gate_oid_parse(oid_hex, &oid) || gate_oid_is_zero(&oid))
		return -GATE_E_OBJECT; /* absent on that side: no error of its own */
	rc = gate_store_stat(w->store, &oid, &kind, len, err);
	if (rc < 0)
		return rc;
	if (kind != GATE_KIND_BLOB)
		return gate_err_set(err, GATE_E_OBJECT, "object %s is no file", oid_hex);
	if (*len > GATE_LOAD_MAX)
		return -GATE_E_LIMIT; /* the classifier makes GATE-LIMIT of it */
	if (*len > GATE_LOAD_SMALL)
		drop_loaded(w, 0);
	gate_obj_clear(slot);
	rc = gate_store_read(w->store, &oid, slot, err);
	if (rc < 0)
		return rc;
	*bytes = slot->bytes;
	*len = slot->len;
	w->next_slot = (w->next_slot + 1) % GATE_LOAD_SLOTS;
	return 0;
}
