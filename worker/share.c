/* Objects are judged once for each class of refs. Were the findings left with the change that came first, the same commits
 * could land through a second ref of the same push; so every change that brings the commit gets them. */
#include "worker/work.h"

#include "repo/git2_paint.h"

enum gate_class gate_work_class(const struct gate_change *c)
{
	if (c->is_policy_ref)
		return GATE_CLASS_POLICY;
	return c->is_protected ? GATE_CLASS_PROTECTED : GATE_CLASS_OPEN;
}

/* Whether the finding belongs to this change, too. */
static bool concerns(struct gate_work *w, const struct gate_finding *f, const struct gate_change *c, uint32_t change,
		     const struct gate_marks *brought)
{
	struct gate_oid oid;
	uint32_t node;

	return f->change != change && gate_work_class(&w->ask->changes.v[f->change]) == gate_work_class(c) &&
	       gate_oid_parse(f->commit, &oid) && gate_oidmap_get(&w->graph.index, &oid, &node) &&
	       gate_marks_get(brought, node);
}

static int share_with(struct gate_work *w, uint32_t change, size_t n, struct gate_marks *brought, struct gate_err *err)
{
	gate_auto(gate_brought) struct gate_brought look = { 0 };
	struct gate_findings *l = &w->reply->findings;
	int rc = gate_work_bring(w, change, &look, err);

	gate_marks_reset(brought);
	for (size_t i = 0; rc == 0 && i < look.span.commits.n; i++)
		rc = gate_marks_or(brought, look.span.commits.v[i], 1, err);
	for (size_t i = 0; rc == 0 && i < n && l->n < GATE_FINDINGS_MAX; i++) {
		struct gate_finding f = l->v[i];

		if (!concerns(w, &f, &w->ask->changes.v[change], change, brought))
			continue;
		f.change = change;
		rc = gate_findings_add(l, &f, err);
	}
	/* A list that is full cannot hold what every change deserves: the count of what is missing makes it GATE-LIMIT. */
	if (rc == 0 && l->n >= GATE_FINDINGS_MAX)
		l->dropped++;
	return rc;
}

int gate_work_share(struct gate_work *w, struct gate_err *err)
{
	struct gate_marks brought = { 0 };
	struct gate_findings *l = &w->reply->findings;
	size_t n = l->n, about_commits = 0;
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		about_commits += l->v[i].commit[0] != '\0';
	if (about_commits && w->ask->changes.n > 1) {
		for (uint32_t i = 0; rc == 0 && i < w->ask->changes.n; i++)
			rc = share_with(w, i, n, &brought, err);
	}
	gate_marks_clear(&brought);
	return rc;
}
