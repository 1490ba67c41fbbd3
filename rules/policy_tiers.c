/* tiers: and humans: what each tier asks. */
#include "rules/build.h"

#include <string.h>

#define DAY 86400
#define EXPIRES_MAX (90 * (int64_t)DAY)
#define APPROVALS_MAX 1000

/* One tier as it is written; `protected:` is the same without itself. */
struct row {
	enum gate_verdict action;
	uint32_t approvals;
	struct gate_strs roles;
	bool distinct_roles, touch, pin;
	int64_t expires_s;
	const struct gate_yaml *protected;
	uint64_t given;
};

static int keep_node(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	(void)file;
	(void)err;
	*(const struct gate_yaml **)to = v;
	return 0;
}

/* `protected` stands last: the table of its own keys is this one without it. */
enum { KEY_ACTION, KEY_APPROVALS, KEY_ROLES, KEY_DISTINCT, KEY_TOUCH, KEY_PIN, KEY_EXPIRES, KEY_PROTECTED };
static const struct gate_field fields[] = {
	[KEY_ACTION] = { "action", gate_field_verdict, offsetof(struct row, action) },
	[KEY_APPROVALS] = { "approvals", gate_field_u32, offsetof(struct row, approvals) },
	[KEY_ROLES] = { "roles", gate_field_strs, offsetof(struct row, roles) },
	[KEY_DISTINCT] = { "distinct_roles", gate_field_bool, offsetof(struct row, distinct_roles) },
	[KEY_TOUCH] = { "touch", gate_field_bool, offsetof(struct row, touch) },
	[KEY_PIN] = { "pin", gate_field_bool, offsetof(struct row, pin) },
	[KEY_EXPIRES] = { "expires", gate_field_seconds, offsetof(struct row, expires_s) },
	[KEY_PROTECTED] = { "protected", keep_node, offsetof(struct row, protected) },
};
const struct gate_keys gate_keys_tier = { "tier", fields, GATE_ARRAY_LEN(fields) };
const struct gate_keys gate_keys_tier_protected = { "tierProtected", fields, KEY_PROTECTED };

static const struct gate_field tier_fields[GATE_TIER_COUNT] = {
	[GATE_TIER_LOW] = { "low", keep_node, 0 },
	[GATE_TIER_MEDIUM] = { "medium", keep_node, sizeof(void *) },
	[GATE_TIER_HIGH] = { "high", keep_node, 2 * sizeof(void *) },
	[GATE_TIER_CRITICAL] = { "critical", keep_node, 3 * sizeof(void *) },
};
const struct gate_keys gate_keys_tiers = { "tiers", tier_fields, GATE_TIER_COUNT };

static void row_clear(struct row *r)
{
	gate_strs_clear(&r->roles);
}

static void answer_clear(struct gate_answer *a)
{
	gate_requirement_clear(&a->need);
	a->action = GATE_VERDICT_REJECT;
}

static int64_t default_expiry(enum gate_tier t)
{
	return t == GATE_TIER_CRITICAL ? 4 * 3600 : DAY;
}

static int answer_copy(struct gate_answer *to, const struct gate_answer *from, struct gate_err *err)
{
	to->action = from->action;
	return gate_requirement_copy(&to->need, &from->need, err);
}

/* Keys that only make sense where persons are asked. */
static int check_row(struct gate_build *b, const struct gate_yaml *v, const struct row *r)
{
	const uint64_t for_hold = 1u << KEY_APPROVALS | 1u << KEY_ROLES | 1u << KEY_DISTINCT | 1u << KEY_TOUCH |
				  1u << KEY_PIN | 1u << KEY_EXPIRES;
	const char *wrong;

	if (r->action != GATE_VERDICT_HOLD) {
		for (const struct gate_yaml *c = v->first; c; c = c->next) {
			for (size_t i = 0; i < KEY_PROTECTED; i++) {
				if ((for_hold >> i & 1) && strcmp(c->key, fields[i].key) == 0)
					return gate_build_fail(b, c,
							       "only counts with action: hold, and this is action: %s",
							       gate_verdict_name(r->action));
			}
		}
		return 0;
	}
	if (r->approvals == 0 || r->approvals > APPROVALS_MAX)
		return gate_build_fail(b, v, "a held change needs approvals: 1 or more, at most %d", APPROVALS_MAX);
	if (r->distinct_roles && r->roles.n > r->approvals)
		return gate_build_fail(b, v, "distinct_roles with %zu roles needs approvals: %zu", r->roles.n,
				       r->roles.n);
	if (r->expires_s > EXPIRES_MAX)
		return gate_build_fail(b, v, "expires: at most 90d");
	for (size_t i = 0; i < r->roles.n; i++) {
		wrong = gate_name_wrong(r->roles.v[i], 63);
		if (wrong)
			return gate_build_fail(b, v, "role '%.70s': %s", r->roles.v[i], wrong);
	}
	return 0;
}

/* *r holds what is inherited; the keys of v go over it. */
static int read_answer(struct gate_build *b, const struct gate_yaml *v, size_t n_keys, enum gate_tier t, struct row *r,
		       struct gate_answer *out)
{
	uint64_t given = 0;
	int rc = gate_fields_read(v, b->file, fields, n_keys, r, &given, b->err);

	if (rc < 0)
		return rc;
	r->given |= given;
	if (!(r->given & 1u << KEY_ACTION))
		return gate_build_fail(b, v, "no action; write action: accept, hold or reject");
	if (r->action == GATE_VERDICT_HOLD && !(r->given & 1u << KEY_APPROVALS))
		r->approvals = 1;
	if (r->action == GATE_VERDICT_HOLD && !(r->given & 1u << KEY_EXPIRES))
		r->expires_s = default_expiry(t);
	rc = check_row(b, v, r);
	if (rc < 0)
		return rc;
	answer_clear(out);
	out->action = r->action;
	if (r->action != GATE_VERDICT_HOLD)
		return 0;
	out->need = (struct gate_requirement){ .approvals = r->approvals,
					       .distinct_roles = r->distinct_roles,
					       .touch = r->touch || r->pin,
					       .pin = r->pin,
					       .expires_s = r->expires_s };
	return gate_strs_copy(&out->need.roles, &r->roles, b->err);
}

static bool laxer(const struct gate_answer *a, const struct gate_answer *than)
{
	if (a->action != than->action)
		return a->action > than->action;
	return a->action == GATE_VERDICT_HOLD && gate_requirement_asks_more(&a->need, &than->need);
}

static int read_tier(struct gate_build *b, const struct gate_yaml *v, enum gate_tier t, struct gate_tier_rule *out)
{
	__attribute__((cleanup(row_clear))) struct row r = { 0 };
	const struct gate_yaml *prot;
	int rc = read_answer(b, v, GATE_ARRAY_LEN(fields), t, &r, &out->open);

	if (rc < 0)
		return rc;
	if (!r.protected)
		return answer_copy(&out->prot, &out->open, b->err);
	prot = r.protected;
	rc = read_answer(b, prot, KEY_PROTECTED, t, &r, &out->prot);
	if (rc < 0)
		return rc;
	if (laxer(&out->prot, &out->open))
		return gate_build_fail(b, prot,
				       "asks for less on protected refs than on others; ask for at least as much");
	return 0;
}

static int read_tiers(struct gate_build *b, const struct gate_yaml *v, struct gate_tier_rule tiers[GATE_TIER_COUNT],
		      uint64_t *given)
{
	const struct gate_yaml *nodes[GATE_TIER_COUNT] = { 0 };
	int rc = gate_fields_read(v, b->file, tier_fields, GATE_TIER_COUNT, nodes, given, b->err);

	for (unsigned t = 0; t < GATE_TIER_COUNT && rc == 0; t++) {
		if (nodes[t])
			rc = read_tier(b, nodes[t], (enum gate_tier)t, &tiers[t]);
	}
	return rc;
}

static int copy_tier(struct gate_tier_rule *to, const struct gate_tier_rule *from, struct gate_err *err)
{
	int rc = answer_copy(&to->open, &from->open, err);

	return rc < 0 ? rc : answer_copy(&to->prot, &from->prot, err);
}

/* What a tier of the floor does not say follows from the tier below it, since a higher tier is never laxer. */
static int fill_upward(struct gate_tier_rule tiers[GATE_TIER_COUNT], uint64_t given, struct gate_err *err)
{
	int rc = 0;

	for (unsigned t = 1; t < GATE_TIER_COUNT && rc == 0; t++) {
		if (!(given >> t & 1))
			rc = copy_tier(&tiers[t], &tiers[t - 1], err);
	}
	return rc;
}

static int copy_tiers(struct gate_tier_rule to[GATE_TIER_COUNT], const struct gate_tier_rule from[GATE_TIER_COUNT],
		      struct gate_err *err)
{
	int rc = 0;

	for (unsigned t = 0; t < GATE_TIER_COUNT && rc == 0; t++)
		rc = copy_tier(&to[t], &from[t], err);
	return rc;
}

int gate_build_tiers(const struct gate_yaml *v, struct gate_build *b)
{
	uint64_t given = 0;
	int rc = read_tiers(b, v, b->p->tiers, &given);

	if (rc == 0 && b->is_floor)
		rc = fill_upward(b->p->tiers, given, b->err);
	return rc < 0 ? rc : copy_tiers(b->p->tiers_human, b->p->tiers, b->err);
}

/* Read after `tiers`: what is not said here is as it is there. */
int gate_build_humans(const struct gate_yaml *v, struct gate_build *b)
{
	uint64_t given = 0;

	return read_tiers(b, v, b->p->tiers_human, &given);
}

static int hold(struct gate_answer *a, uint32_t approvals, const char *const *roles, enum gate_tier t,
		struct gate_err *err)
{
	int rc = 0;

	a->action = GATE_VERDICT_HOLD;
	a->need.approvals = approvals;
	a->need.expires_s = default_expiry(t);
	for (; *roles && rc == 0; roles++)
		rc = gate_strs_add(&a->need.roles, *roles, err);
	return rc;
}

int gate_build_default_tiers(struct gate_build *b)
{
	static const char *const none[] = { NULL }, *const maintainer[] = { "maintainer", NULL },
				 *const both[] = { "maintainer", "security", NULL };
	struct gate_tier_rule *t = b->p->tiers;
	int rc = 0;

	for (unsigned i = 0; i < GATE_TIER_COUNT; i++)
		t[i].open.action = t[i].prot.action = GATE_VERDICT_ACCEPT;
	if (!b->is_floor) {
		rc = hold(&t[GATE_TIER_MEDIUM].prot, 1, none, GATE_TIER_MEDIUM, b->err);
		if (rc == 0)
			rc = hold(&t[GATE_TIER_HIGH].open, 1, maintainer, GATE_TIER_HIGH, b->err);
		if (rc == 0)
			rc = hold(&t[GATE_TIER_CRITICAL].open, 2, both, GATE_TIER_CRITICAL, b->err);
		t[GATE_TIER_CRITICAL].open.need.touch = true;
		for (unsigned i = GATE_TIER_HIGH; i < GATE_TIER_COUNT && rc == 0; i++)
			rc = answer_copy(&t[i].prot, &t[i].open, b->err);
	}
	return rc < 0 ? rc : copy_tiers(b->p->tiers_human, t, b->err);
}

static int check_rising(struct gate_build *b, const struct gate_yaml *v, const struct gate_tier_rule *t,
			const char *what)
{
	for (unsigned i = 1; i < GATE_TIER_COUNT; i++) {
		bool open = t[i].open.action > t[i - 1].open.action, prot = t[i].prot.action > t[i - 1].prot.action;
		const struct gate_yaml *at = v ? gate_yaml_get(v, gate_tier_name((enum gate_tier)i)) : NULL;

		if (!open && !prot)
			continue;
		if (!at && v)
			at = gate_yaml_get(v, gate_tier_name((enum gate_tier)(i - 1)));
		if (!at)
			at = v;
		if (!at)
			return gate_err_set(b->err, GATE_E_BUG, "the shipped tiers are not in order");
		return gate_build_fail(b, at,
				       "%s%s would get action %s%s, though %s gets %s; a higher tier must not be laxer",
				       what, gate_tier_name((enum gate_tier)i),
				       gate_verdict_name(open ? t[i].open.action : t[i].prot.action),
				       open ? "" : " on protected refs", gate_tier_name((enum gate_tier)(i - 1)),
				       gate_verdict_name(open ? t[i - 1].open.action : t[i - 1].prot.action));
	}
	return 0;
}

int gate_build_check_tiers(struct gate_build *b, const struct gate_yaml *tiers, const struct gate_yaml *humans)
{
	int rc = check_rising(b, tiers, b->p->tiers, "");

	return rc < 0 ? rc : check_rising(b, humans ? humans : tiers, b->p->tiers_human, "for humans, ");
}
