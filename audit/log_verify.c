/* Reads everything again and compares it with what was signed. Nothing is written.
 *
 * That each line is JSON was checked when it was signed; a byte changed since then changes the root. So only the
 * form (prefix, number, no control bytes) is checked here, at the speed of the hash.
 *
 * Entries beyond the newest checkpoint: the view is taken under the lock, so no append is under way; they can
 * only come from a process that died, or from someone else's hand. They pass, with a note, when the state
 * explains them: it covers them itself (death before the checkpoint was written), it announced exactly these
 * bytes, or the machine was started anew since, in which case the state may be old. Anything else fails: a forged
 * entry must not wait for the next append to be signed. (Who can write the state can read the key, which lies
 * beside it: believing it gives nothing away.) */
#include "audit/log_store.h"

#include <inttypes.h>
#include <stdarg.h>

struct verifying {
	const char *path;
	struct gate_log_view *v;
	struct gate_checkpoint cp;
	struct gate_log_watch *watch; /* by rising size */
	size_t n;
	struct gate_log_mark end; /* the last line of form */
	uint64_t entries;	  /* those that count: without a unit that will be cut off */
	struct gate_buf notes;
};

static void verifying_clear(struct verifying *x)
{
	gate_buf_clear(&x->notes);
}

static int wrong(const struct verifying *x, struct gate_err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int wrong(const struct verifying *x, struct gate_err *err, const char *fmt, ...)
{
	char what[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return gate_err_set(err, GATE_E_LOG, "audit log %s: %s", x->path, what);
}

static int by_size(const void *a, const void *b)
{
	const struct gate_log_watch *x = a, *y = b;

	return x->size < y->size ? -1 : x->size > y->size;
}

static const struct gate_log_watch *at_size(const struct verifying *x, uint64_t size)
{
	const struct gate_log_watch key = { .size = size };

	return bsearch(&key, x->watch, x->n, sizeof(key), by_size);
}

static bool has_root(const struct verifying *x, uint64_t size, const uint8_t root[32])
{
	const struct gate_log_watch *w = at_size(x, size);

	return w && w->reached && memcmp(w->root, root, 32) == 0;
}

static int walk(struct verifying *x, const struct gate_checkpoint *anchors, size_t n_anchors,
		struct gate_err *err)
{
	x->n = 0;
	x->watch[x->n++].size = x->cp.size;
	if (x->v->have_state)
		x->watch[x->n++].size = x->v->st.now.tree.size;
	for (size_t i = 0; i < n_anchors; i++)
		x->watch[x->n++].size = anchors[i].size;
	qsort(x->watch, x->n, sizeof(*x->watch), by_size);
	return gate_lines_walk(x->v->log, x->v->size, false, &x->end, x->watch, x->n, NULL, NULL, err);
}

static int check_root(const struct verifying *x, struct gate_err *err)
{
	uint64_t have = x->end.tree.size;

	if (have < x->cp.size && x->end.offset < x->v->size)
		return wrong(x, err, "entry %" PRIu64 " (byte %" PRIu64 ") is damaged", have, x->end.offset);
	if (have < x->cp.size)
		return wrong(x, err, "truncated: %" PRIu64 " entries, but its checkpoint has %" PRIu64, have,
			     x->cp.size);
	if (!has_root(x, x->cp.size, x->cp.root))
		return wrong(x, err,
			     "an entry was changed: the root of the first %" PRIu64
			     " entries is not the signed one",
			     x->cp.size);
	return 0;
}

static int check_anchors(struct verifying *x, const struct gate_checkpoint *a, size_t n, struct gate_err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(a[i].origin, x->cp.origin) != 0)
			return wrong(x, err, "a checkpoint seen elsewhere is of another log, %s", a[i].origin);
		if (a[i].size > x->end.tree.size)
			return wrong(x, err,
				     "truncated: %" PRIu64
				     " entries, but a checkpoint seen elsewhere has %" PRIu64,
				     x->end.tree.size, a[i].size);
		if (!has_root(x, a[i].size, a[i].root))
			return wrong(x, err,
				     "history was rewritten: a checkpoint seen elsewhere over %" PRIu64
				     " entries is no prefix of this log",
				     a[i].size);
	}
	if (n)
		gate_buf_fmt(&x->notes, "%zu checkpoint%s seen elsewhere: each a prefix of this log\n", n,
			     n == 1 ? "" : "s");
	return 0;
}

static int check_state(struct verifying *x, struct gate_err *err)
{
	const struct gate_log_state *st = &x->v->st;
	const struct gate_log_watch *w;
	enum gate_log_tail tail;
	uint8_t root[32];

	if (!x->v->have_state) {
		gate_buf_str(&x->notes, "no state file; the next append makes it again\n");
		return 0;
	}
	w = at_size(x, st->now.tree.size);
	gate_tree_root(&st->now.tree, root);
	if (strcmp(st->origin, x->cp.origin) != 0 || !w || !w->reached || w->offset != st->now.offset ||
	    memcmp(w->root, root, sizeof(root)) != 0)
		return wrong(x, err, "its state file (%" PRIu64 " entries) does not agree with log.jsonl",
			     st->now.tree.size);
	if (!x->v->same_boot || st->now.tree.size >= x->cp.size)
		return 0;
	/* The checkpoint is written after the state, so without a new start of the machine it is ahead only when
	 * the newer slot was damaged; then the older one announced exactly what follows. The next append judges
	 * by the same rule. */
	if (gate_log_tail(x->v->log, x->v->size, st, &tail, err) < 0)
		return -(int)err->code;
	return tail == GATE_TAIL_UNIT ? 0 : wrong(x, err, "its state file is older than its checkpoint");
}

static int check_tail(struct verifying *x, struct gate_err *err)
{
	const struct gate_log_view *v = x->v;
	const struct gate_log_watch *signed_end = at_size(x, x->cp.size);
	uint64_t known = signed_end ? signed_end->offset : 0;
	enum gate_log_tail tail = GATE_TAIL_FOREIGN;

	if (v->have_state && v->st.now.offset > known)
		known = v->st.now.offset;
	if (v->size > known && v->have_state && v->same_boot &&
	    gate_log_tail(v->log, v->size, &v->st, &tail, err) < 0)
		return -(int)err->code;
	if (v->size > known && (!v->have_state || (v->same_boot && tail == GATE_TAIL_FOREIGN)))
		return wrong(x, err, "%" PRIu64 " bytes after entry %" PRIu64 " were not written by refgate",
			     v->size - known, x->cp.size);
	x->entries = tail == GATE_TAIL_PART ? v->st.now.tree.size : x->end.tree.size;
	if (x->entries > x->cp.size)
		gate_buf_fmt(&x->notes,
			     "%" PRIu64 " entries after the newest checkpoint; the next append signs them\n",
			     x->entries - x->cp.size);
	if (tail == GATE_TAIL_PART || x->end.offset < v->size)
		gate_buf_fmt(&x->notes,
			     "%" PRIu64 " bytes of an append that died; the next append cuts them off\n",
			     v->size - (tail == GATE_TAIL_PART ? v->st.now.offset : x->end.offset));
	return 0;
}

static int check_note(struct verifying *x, const char *vkey, struct gate_err *err)
{
	struct gate_err why = { 0 };
	char origin[GATE_ORIGIN_SIZE];
	uint8_t pk[GATE_ED25519_PK];

	if (gate_vkey_parse(vkey, origin, pk, err) < 0)
		return -(int)err->code;
	if (x->v->note.len == 0)
		return wrong(x, err, "its checkpoint is missing; the next append writes it again");
	if (gate_note_open(gate_buf_cstr(&x->v->note), x->v->note.len, origin, pk, &x->cp, &why) < 0)
		return wrong(x, err, "%s", why.text);
	return 0;
}

int gate_log_verify(const char *dir, const char *vkey, const struct gate_checkpoint *anchors, size_t n_anchors,
		    struct gate_log_report *out, struct gate_err *err)
{
	gate_auto(gate_log_view) struct gate_log_view v = GATE_LOG_VIEW_NONE;
	gate_autofree struct gate_log_watch *watch = calloc(n_anchors + 2, sizeof(*watch));
	gate_auto(verifying) struct verifying x = { .path = dir, .v = &v, .watch = watch };

	*out = (struct gate_log_report){ 0 };
	if (!watch)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (gate_log_view_open(dir, &v, err) < 0 || check_note(&x, vkey, err) < 0 ||
	    walk(&x, anchors, n_anchors, err) < 0 || check_root(&x, err) < 0 ||
	    check_anchors(&x, anchors, n_anchors, err) < 0 || check_state(&x, err) < 0 ||
	    check_tail(&x, err) < 0 || gate_buf_check(&x.notes, err) < 0)
		return -(int)err->code;
	out->entries = x.entries;
	out->cp = x.cp;
	gate_buf_fmt(&out->text, "%" PRIu64 " entries\ncheckpoint ", out->entries);
	gate_checkpoint_format(&x.cp, &out->text);
	gate_buf_fmt(&out->text, ", signature good\n%s", gate_buf_cstr(&x.notes));
	return gate_buf_check(&out->text, err);
}

void gate_log_report_clear(struct gate_log_report *r)
{
	gate_buf_clear(&r->text);
	*r = (struct gate_log_report){ 0 };
}
