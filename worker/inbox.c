/* The in-boxes (HOLES 10): one blob each, and nothing else. Approvals go back to the parent as bytes, because it verifies them;
 * a trace is text that stays, so that it is scanned like any other. */
#include "worker/work.h"

#include <stdio.h>

static const struct {
	const char *prefix;
	size_t max;
	bool to_parent;
} boxes[] = {
	{ "refs/approvals/", GATE_APPROVAL_MAX, true },
	{ "refs/trace/", GATE_TRACE_MAX, false },
};

static size_t box_of(const char *ref)
{
	size_t i = 0;

	while (i < GATE_ARRAY_LEN(boxes) && !gate_starts_with(ref, boxes[i].prefix))
		i++;
	return i;
}

bool gate_work_is_inbox(const char *ref)
{
	return box_of(ref) < GATE_ARRAY_LEN(boxes);
}

static int refuse(struct gate_work *w, uint32_t change, const char *id, const char *message, struct gate_err *err)
{
	const char *ref = w->ask->changes.v[change].ref;
	struct gate_denial d = { id, change, "", ref, "", message };

	return gate_work_deny(w, &d, err);
}

int gate_work_inbox(struct gate_work *w, const struct gate_brought *look, struct gate_err *err)
{
	const struct gate_change *c = &w->ask->changes.v[look->change];
	size_t box = box_of(c->ref), size;
	gate_auto(gate_obj) struct gate_obj o = { 0 };
	bool fresh, suspect;
	enum gate_kind kind;
	char message[128];
	int rc;

	if (!look->has_new)
		return 0;
	if (look->new.kind != GATE_KIND_BLOB)
		return refuse(w, look->change, "GIT-STRAY", "an in-box takes one blob and nothing else", err);
	rc = gate_oidmap_mark(&w->met, &look->new.end, GATE_MET_REACHED, &fresh, err);
	/* A statement sent again is in the store already, so git keeps no second copy; it is not shown to anybody either. */
	if (rc == 0 && !boxes[box].to_parent)
		rc = gate_work_named(w, look->change, &look->new.end, &suspect, err);
	if (rc == 0)
		rc = gate_store_stat(w->store, &look->new.end, &kind, &size, err);
	if (rc < 0)
		return rc;
	snprintf(message, sizeof(message), "%zu bytes where %zu are the most", size, boxes[box].max);
	if (size > boxes[box].max)
		return refuse(w, look->change, "GATE-LIMIT", message, err);
	rc = gate_store_read(w->store, &look->new.end, &o, err);
	w->reply->new_objects++;
	w->reply->new_bytes += size;
	if (rc == 0 && boxes[box].to_parent)
		return gate_files_add(&w->reply->inbox, c->ref, o.bytes, o.len, err);
	if (rc == 0) {
		struct gate_object piece = { .text = GATE_TEXT_BLOB, .path = "", .commit = "", .bytes = o.bytes, .len = o.len };

		rc = gate_classify_object(w->classifier, look->change, &piece, err);
	}
	return rc;
}
