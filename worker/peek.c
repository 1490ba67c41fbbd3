/* Reading forty thousand blobs in the order in which trees name them costs far more than reading the pack from front to back. So the content
 * is looked at first, place unknown; what shows nothing is not read again when the walk comes to it. Only an order of work: a blob that is
 * not looked at here is read by the walk, and what is looked at here and shows something, too. */
#include "worker/work.h"

#include "repo/git2_pack.h"

#define PEEK_FROM 1000u			/* objects; below, the walk alone is as fast */
#define PEEK_MEMORY ((size_t)12 << 20) /* one chain of bases and deltas; what does not fit is the walk's */

static int on_object(void *arg, const struct gate_pack_object *o, struct gate_err *err)
{
	struct gate_work *w = arg;

	if (o->kind != GATE_KIND_BLOB ||
	    gate_classify_peek(w->classifier, &(struct gate_peek){ o->bytes, o->len, o->fresh, o->kept }))
		return 0;
	return gate_oidmap_set(&w->clean, &o->oid, 0, err);
}

int gate_work_peek(struct gate_work *w, struct gate_err *err)
{
	if (gate_store_arrived_count(w->store) < PEEK_FROM)
		return 0;
	return gate_pack_each(w->ask->quarantine, PEEK_MEMORY, on_object, w, err);
}

bool gate_work_is_clean(const struct gate_work *w, const struct gate_oid *oid)
{
	uint32_t ignored;

	return w->clean.n && gate_oidmap_get(&w->clean, oid, &ignored);
}
