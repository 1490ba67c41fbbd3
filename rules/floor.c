/* The host's floor: a repository can only be stricter. Each key has its order (HOLES 30): enforce over observe; reject
 * over hold over accept; of approvals, points, tiers and carried days the larger; of expiry, limits and egress the
 * smaller; of protected, rules, checks, roles and agents the union; of humans and namespaces the intersection. A floor
 * was read with everything that it does not say as loose as can be (gate_floor_parse), so that joining part by part is
 * all there is to do. */
#include "rules/build.h"

#include <string.h>

static int add_all(struct gate_strs *to, const struct gate_strs *from, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; i < from->n && rc == 0; i++)
		rc = gate_strs_add_new(to, from->v[i], err);
	return rc;
}

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

int gate_answer_join(struct gate_answer *to, const struct gate_answer *with, struct gate_err *err)
{
	struct gate_requirement *a = &to->need;
	const struct gate_requirement *b = &with->need;

	/* actions rise with leave */
	to->action = MIN(to->action, with->action);
	if (with->action != GATE_VERDICT_HOLD)
		return 0;
	a->approvals = MAX(a->approvals, b->approvals);
	a->distinct_roles |= b->distinct_roles;
	a->touch |= b->touch;
	a->pin |= b->pin;
	if (b->expires_s)
		a->expires_s = a->expires_s ? MIN(a->expires_s, b->expires_s) : b->expires_s;
	return add_all(&a->roles, &b->roles, err);
}

static int join_tiers(struct gate_tier_rule to[GATE_TIER_COUNT], const struct gate_tier_rule with[GATE_TIER_COUNT],
		      struct gate_err *err)
{
	int rc = 0;

	for (unsigned t = 0; t < GATE_TIER_COUNT && rc == 0; t++) {
		rc = gate_answer_join(&to[t].open, &with[t].open, err);
		if (rc == 0)
			rc = gate_answer_join(&to[t].prot, &with[t].prot, err);
		/* two roles from here and two from there may be more than the persons asked for */
		if (to[t].open.need.distinct_roles)
			to[t].open.need.approvals = MAX(to[t].open.need.approvals, (uint32_t)to[t].open.need.roles.n);
		if (to[t].prot.need.distinct_roles)
			to[t].prot.need.approvals = MAX(to[t].prot.need.approvals, (uint32_t)to[t].prot.need.roles.n);
	}
	return rc;
}

/* A name must match both lists. */
static int narrow(struct gate_globs *to, struct gate_globs *limit, struct gate_err *err)
{
	struct gate_globs *also = malloc(sizeof(*also));

	if (!also)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	*also = *limit;
	*limit = (struct gate_globs){ 0 }; /* moved */
	to->also = also;
	return 0;
}

static int join_agents(struct gate_policy *p, struct gate_policy *floor, struct gate_err *err)
{
	for (size_t i = 0; i < floor->n_agents; i++) {
		struct gate_agent *from = &floor->agents[i], *a;

		for (size_t k = 0; k < p->people.n; k++) {
			if (gate_agent_covers(from, &p->people.v[k]))
				return gate_err_set(
					err, GATE_E_POLICY,
					"the host's floor names a key of %s as one of the agent %s; a key is an "
					"agent's or a person's, never both",
					p->people.v[k].name, from->name);
		}
		a = gate_build_grow(&p->agents, &p->n_agents, sizeof(*a), err);
		if (!a)
			return -(int)err->code;
		*a = *from;
		*from = (struct gate_agent){ 0 }; /* moved */
	}
	return 0;
}

static int join_owners(struct gate_policy *p, struct gate_policy *floor, struct gate_err *err)
{
	for (size_t i = 0; i < floor->n_owners; i++) {
		struct gate_owner *o = gate_build_grow(&p->owners, &p->n_owners, sizeof(*o), err);

		if (!o)
			return -(int)err->code;
		*o = floor->owners[i];
		floor->owners[i] = (struct gate_owner){ 0 }; /* moved */
	}
	return 0;
}

static void join_weights(struct gate_rule *to, const struct gate_rule *with)
{
	to->points = MAX(to->points, with->points);
	to->floor = MAX(to->floor, with->floor);
	to->deny |= with->deny;
	to->everywhere |= with->everywhere;
	to->fixed |= with->fixed;
	to->off &= with->off;
	to->stated = true;
}

/* An exception counts only where both make it: without the floor's, the floor's rule would see the path. The policy's
 * own list stays when the floor has the same pattern. */
static int join_exceptions(struct gate_rule *to, const struct gate_rule *with, struct gate_err *err)
{
	struct gate_globs both = { .paths = to->not_paths.paths, .fold = to->not_paths.fold };
	int rc = 0;

	for (size_t i = 0; i < to->not_paths.patterns.n && rc == 0; i++) {
		if (gate_strs_has(&with->not_paths.patterns, to->not_paths.patterns.v[i]))
			rc = gate_globs_add(&both, to->not_paths.patterns.v[i], err);
	}
	gate_globs_clear(&to->not_paths);
	to->not_paths = both;
	return rc;
}

static struct gate_rule *add_rule(struct gate_policy *p, struct gate_rule *from, struct gate_err *err)
{
	struct gate_rule *v = reallocarray(p->rules, p->n_rules + 1, sizeof(*v));

	if (!v) {
		gate_err_set(err, GATE_E_NOMEM, "out of memory");
		return NULL;
	}
	p->rules = v;
	v[p->n_rules] = *from;
	from->content = NULL; /* moved */
	from->values = NULL;
	from->n_values = 0;
	from->values_owned = false;
	from->paths = from->not_paths = (struct gate_globs){ 0 };
	return &v[p->n_rules++];
}

/* Rules borrow their texts, so the strings themselves move. */
static int move_texts(struct gate_policy *p, struct gate_policy *floor, struct gate_err *err)
{
	for (size_t i = 0; i < floor->texts.n; i++) {
		char *mine;

		if (gate_strs_add(&p->texts, "", err) < 0)
			return -(int)err->code;
		mine = p->texts.v[p->texts.n - 1];
		p->texts.v[p->texts.n - 1] = floor->texts.v[i];
		floor->texts.v[i] = mine;
	}
	return 0;
}

static int join_rules(struct gate_policy *p, struct gate_policy *floor, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; i < floor->n_rules && rc == 0; i++) {
		struct gate_rule *from = &floor->rules[i], *same = NULL, *added;

		if (!from->stated)
			continue;
		for (size_t k = 0; k < p->n_rules && !same; k++) {
			if (strcmp(p->rules[k].id, from->id) == 0)
				same = &p->rules[k];
		}
		if (same)
			join_weights(same, from);
		if (same && from->paths.borrowed) { /* both speak of the shipped rule */
			rc = join_exceptions(same, from, err);
			continue;
		}
		if (same)
			join_weights(from, same);
		added = add_rule(p, from, err);
		rc = added ? 0 : -(int)err->code;
	}
	return rc < 0 ? rc : move_texts(p, floor, err);
}

static int join_network(struct gate_check *to, const struct gate_check *with, struct gate_err *err)
{
	struct gate_strs both = { 0 };
	int rc = 0;

	for (size_t i = 0; i < to->network.n && rc == 0; i++) {
		if (gate_strs_has(&with->network, to->network.v[i]))
			rc = gate_strs_add(&both, to->network.v[i], err);
	}
	gate_strs_clear(&to->network);
	to->network = both;
	return rc;
}

/* A check that both name runs the floor's command, within the narrower bounds, wherever one of the two asks for it. */
static int join_check(struct gate_check *to, struct gate_check *with, struct gate_err *err)
{
	int rc = 0;

	gate_strs_clear(&to->run);
	gate_strs_clear(&to->env);
	to->run = with->run;
	to->env = with->env;
	with->run = with->env = (struct gate_strs){ 0 }; /* moved */
	to->from = MIN(to->from, with->from);
	to->timeout_s = MIN(to->timeout_s, with->timeout_s);
	to->memory = MIN(to->memory, with->memory);
	to->background &= with->background;
	if (with->paths.patterns.n == 0 || to->paths.patterns.n == 0)
		gate_strs_clear(&to->paths.patterns); /* empty: always */
	else
		rc = add_all(&to->paths.patterns, &with->paths.patterns, err);
	return rc < 0 ? rc : join_network(to, with, err);
}

static int join_checks(struct gate_policy *p, struct gate_policy *floor, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; i < floor->n_checks && rc == 0; i++) {
		struct gate_check *from = &floor->checks[i], *same = NULL;

		for (size_t k = 0; k < p->n_checks && !same; k++) {
			if (strcmp(p->checks[k].name, from->name) == 0)
				same = &p->checks[k];
		}
		if (same) {
			rc = join_check(same, from, err);
			continue;
		}
		same = gate_build_grow(&p->checks, &p->n_checks, sizeof(*same), err);
		if (!same)
			return -(int)err->code;
		*same = *from;
		*from = (struct gate_check){ 0 }; /* moved */
	}
	return rc;
}

static void join_settings(struct gate_policy *p, const struct gate_policy *floor)
{
	p->mode = MIN(p->mode, floor->mode); /* enforce is the smaller */
	p->limits.open_per_actor = MIN(p->limits.open_per_actor, floor->limits.open_per_actor);
	p->limits.open_per_repo = MIN(p->limits.open_per_repo, floor->limits.open_per_repo);
	p->limits.held_per_actor = MIN(p->limits.held_per_actor, floor->limits.held_per_actor);
	p->limits.judging_s = MIN(p->limits.judging_s, floor->limits.judging_s);
	p->limits.checks_s = MIN(p->limits.checks_s, floor->limits.checks_s);
	p->limits.max_push = MIN(p->limits.max_push, floor->limits.max_push);
	p->effect_everywhere |= floor->effect_everywhere;
	p->external_verifier &= floor->external_verifier;
	p->ledger_days = MAX(p->ledger_days, floor->ledger_days);
	if (floor->trace_required) {
		p->trace_from = p->trace_required ? MIN(p->trace_from, floor->trace_from) : floor->trace_from;
		p->trace_required = true;
	}
}

int gate_floor_merge(struct gate_policy *p, struct gate_policy *floor, struct gate_err *err)
{
	int rc = join_tiers(p->tiers, floor->tiers, err);

	join_settings(p, floor);
	if (rc == 0)
		rc = join_tiers(p->tiers_human, floor->tiers_human, err);
	if (rc == 0)
		rc = add_all(&p->protected_refs.patterns, &floor->protected_refs.patterns, err);
	if (rc == 0 && floor->limited_humans)
		rc = narrow(&p->humans, &floor->humans, err);
	if (rc == 0 && floor->limited_namespaces)
		rc = narrow(&p->namespaces, &floor->namespaces, err);
	if (rc == 0)
		rc = join_agents(p, floor, err);
	if (rc == 0)
		rc = join_owners(p, floor, err);
	if (rc == 0)
		rc = join_rules(p, floor, err);
	return rc < 0 ? rc : join_checks(p, floor, err);
}
