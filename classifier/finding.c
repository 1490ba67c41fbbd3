#include "classifier/classify.h"

#include <string.h>

size_t gate_finding_class(const char *id)
{
	return strcspn(id, "-");
}

/* Whether the rule's floor and points count on this ref (CONTRACT, Verdicts). GATE-RULES takes force on the policy ref
 * alone: `.refgate/` anywhere else is ordinary content (HOLES 9). A deny is refused wherever it turns up. */
static bool has_effect(const struct gate_policy *p, const struct gate_rule *r, const struct gate_change *c, bool deny)
{
	if (p->effect_everywhere || deny)
		return true;
	if (strcmp(r->id, "GATE-RULES") == 0)
		return c->is_policy_ref;
	return r->everywhere || c->is_protected || c->is_policy_ref;
}

static struct gate_weight weigh(const struct gate_rule *r, const struct gate_weight *at_most)
{
	struct gate_weight w = { r->floor, r->points, r->deny };

	if (at_most) {
		w.floor = at_most->floor < w.floor ? at_most->floor : w.floor;
		w.points = at_most->points < w.points ? at_most->points : w.points;
		w.deny = at_most->deny && w.deny;
	}
	if (w.deny)
		w.floor = GATE_TIER_CRITICAL;
	return w;
}

int gate_finding_make_as(const struct gate_policy *policy, const struct gate_change *change, const char *id,
			 const struct gate_weight *at_most, struct gate_finding *f, struct gate_findings *out,
			 struct gate_err *err)
{
	const struct gate_rule *r = gate_policy_rule(policy, id);
	struct gate_weight w;
	bool effect;

	if (!r)
		return gate_err_set(err, GATE_E_BUG, "no rule has the id %s", id);
	if (r->off && !r->fixed)
		return 0;
	w = weigh(r, at_most);
	effect = has_effect(policy, r, change, w.deny);
	gate_copy(f->id, sizeof(f->id), id);
	f->points_there = w.points;
	f->points = effect ? w.points : 0;
	f->floor = effect ? w.floor : GATE_TIER_LOW;
	f->deny = w.deny;
	if (!f->message || !at_most)
		memcpy(&f->message, &r->message, sizeof(f->message)); /* lent: it is copied */
	return gate_findings_add(out, f, err);
}

int gate_finding_make(const struct gate_policy *policy, const struct gate_change *change, const char *id,
		      struct gate_finding *f, struct gate_findings *out, struct gate_err *err)
{
	return gate_finding_make_as(policy, change, id, NULL, f, out, err);
}

int gate_finding_protected(const struct gate_policy *policy, const struct gate_change *change, uint32_t index,
			   struct gate_findings *out, struct gate_err *err)
{
	char ref[GATE_REF_MAX];
	struct gate_finding f = { .change = index, .subject = ref };

	if (!change->is_protected && !change->is_policy_ref)
		return 0;
	gate_copy(ref, sizeof(ref), change->ref);
	return gate_finding_make(policy, change, "GATE-PROT", &f, out, err);
}
