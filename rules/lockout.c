/* Lock-out: can what the tiers ask for still be signed by somebody (HOLES 20, 23)? */
#include "rules/policy.h"

#include "base/io.h"

#include <string.h>

#define APPROVAL_NAMESPACE "approval.v1@refgate"

/* Who could sign for one requirement: a byte for each person, and one for each role and person. */
struct reach {
	const struct gate_people *people;
	const struct gate_requirement *need;
	char *may;   /* [person] */
	char *holds; /* [role * people + person] */
};

static void reach_clear(struct reach *r)
{
	free(r->may);
	free(r->holds);
}

static bool key_counts(const struct gate_key *k, const struct gate_requirement *need, int64_t now)
{
	if (k->namespaces.n && !gate_strs_has(&k->namespaces, APPROVAL_NAMESPACE))
		return false;
	if ((need->touch || need->pin) && !gate_key_is_sk(k))
		return false;
	return now == GATE_ANY_TIME ? !k->revoked : gate_key_valid(k, now);
}

static bool person_may(const struct gate_person *one, const struct gate_requirement *need, int64_t now)
{
	for (size_t k = 0; k < one->n_keys; k++) {
		if (key_counts(&one->keys[k], need, now))
			return true;
	}
	return false;
}

static int reach_init(struct reach *r, const struct gate_people *people, const struct gate_requirement *need,
		      int64_t now, struct gate_err *err)
{
	size_t n = people->n, roles = need->roles.n;

	*r = (struct reach){
		.people = people, .need = need, .may = calloc(n + 1, 1), .holds = calloc(n * roles + 1, 1)
	};
	if (!r->may || !r->holds)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		r->may[i] = person_may(&people->v[i], need, now);
		for (size_t k = 0; k < roles && r->may[i]; k++)
			r->holds[k * n + i] = gate_strs_has(&people->v[i].roles, need->roles.v[k]);
	}
	return 0;
}

/* One more role gets a person of its own: breadth first over roles, giving persons on. taken[person] is role + 1, or 0.
 */
static bool place_role(const struct reach *r, const char *out, size_t role, size_t *taken, size_t *from, size_t *queue)
{
	size_t n = r->people->n, head = 0, tail = 0;

	memset(from, 0, (n + 1) * sizeof(*from)); /* from[person] is the role that reached it, plus 1 */
	queue[tail++] = role;
	while (head < tail) {
		size_t k = queue[head++];

		for (size_t i = 0; i < n; i++) {
			size_t person = i, asks = k;

			if (!r->holds[k * n + i] || (out && out[i]) || from[i])
				continue;
			from[i] = k + 1;
			if (taken[i]) {
				queue[tail++] = taken[i] - 1;
				continue;
			}
			for (;;) { /* hand persons on along the way back */
				size_t before = n;

				for (size_t j = 0; j < n; j++) {
					if (taken[j] == asks + 1)
						before = j;
				}
				taken[person] = asks + 1;
				if (asks == role)
					return true;
				person = before;
				asks = from[person] - 1;
			}
		}
	}
	return false;
}

/* Whether each role can be filled by another person; without memory: no. */
static bool roles_apart(const struct reach *r, const char *out)
{
	size_t n = r->people->n, roles = r->need->roles.n;
	gate_autofree size_t *taken = calloc(n + 1, sizeof(size_t)), *from = calloc(n + 1, sizeof(size_t)),
			     *queue = calloc(roles + n + 1, sizeof(size_t));

	if (!taken || !from || !queue)
		return false;
	for (size_t k = 0; k < roles; k++) {
		if (!place_role(r, out, k, taken, from, queue))
			return false;
	}
	return true;
}

static size_t count(const char *row, const char *out, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += row[i] && !(out && out[i]);
	return sum;
}

/* Persons whose signature would count at all: where roles are listed, a statement names one of them (approval/quorum.h). */
static size_t count_useful(const struct reach *r, const char *out)
{
	size_t n = r->people->n, sum = 0;

	if (r->need->roles.n == 0)
		return count(r->may, out, n);
	for (size_t i = 0; i < n; i++) {
		bool useful = false;

		for (size_t k = 0; k < r->need->roles.n; k++)
			useful |= r->holds[k * n + i] && !(out && out[i]);
		sum += useful;
	}
	return sum;
}

/* out: a byte for each person who may not sign, or NULL. why gets what is missing. A statement names one role, so each listed role is
 * taken to need a person of its own, also without distinct_roles: somebody with two keys could fill two, but nobody should rely on it. */
static bool reach_ok(const struct reach *r, const char *out, struct gate_buf *why)
{
	size_t n = r->people->n, may = count_useful(r, out);
	bool ok = may >= r->need->approvals, covered = true;
	const char *keys = r->need->pin	    ? " with a security key that checks a PIN"
			   : r->need->touch ? " with a security key"
					    : "";

	if (!ok && why)
		gate_buf_fmt(why, "%u person%s needed%s, %zu could sign", r->need->approvals,
			     r->need->approvals == 1 ? "" : "s", keys, may);
	for (size_t k = 0; k < r->need->roles.n; k++) {
		if (r->need->any_of || count(r->holds + k * n, out, n))
			continue;
		covered = false;
		if (why)
			gate_buf_fmt(why, "%snobody%s with role %s could sign", why->len ? "; " : "", keys,
				     r->need->roles.v[k]);
	}
	if (ok && covered && !r->need->any_of && r->need->roles.n > 1 && !roles_apart(r, out)) {
		covered = false;
		if (why)
			gate_buf_str(why, "there are too few persons to fill each role by another one");
	}
	return ok && covered;
}

int gate_requirement_reachable(const struct gate_people *people, const struct gate_requirement *need,
			       const struct gate_strs *excluded, int64_t now, struct gate_err *err)
{
	__attribute__((cleanup(reach_clear))) struct reach r = { 0 };
	gate_auto(gate_buf) struct gate_buf why = { 0 };
	gate_autofree char *out = calloc(people->n + 1, 1);
	int rc = out ? reach_init(&r, people, need, now, err) : gate_err_set(err, GATE_E_NOMEM, "out of memory");

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < people->n; i++)
		out[i] = excluded && gate_strs_has(excluded, people->v[i].name);
	if (reach_ok(&r, out, &why))
		return 0;
	if (excluded && excluded->n) {
		gate_buf_str(&why, " (may not sign here: ");
		gate_strs_join(&why, excluded, ", ");
		gate_buf_char(&why, ')');
	}
	return gate_err_set(err, GATE_E_QUORUM, "%s", gate_buf_cstr(&why));
}

/* ---- a whole policy ---- */

/* One thing that may be asked for. */
struct asked {
	const struct gate_requirement *need;
	enum gate_tier tier;
	const char *where;
};

static bool same_need(const struct gate_requirement *a, const struct gate_requirement *b)
{
	return a->approvals == b->approvals && !gate_requirement_asks_more(a, b) && !gate_requirement_asks_more(b, a);
}

/* Each different requirement of a tier once: at most four. */
static size_t asked_of_tier(const struct gate_policy *p, enum gate_tier t, struct asked out[4])
{
	const struct {
		const struct gate_answer *a;
		const char *where;
	} all[] = {
		{ &p->tiers[t].open, "" },
		{ &p->tiers[t].prot, " on protected refs" },
		{ &p->tiers_human[t].open, " for humans" },
		{ &p->tiers_human[t].prot, " for humans on protected refs" },
	};
	size_t n = 0;

	for (size_t i = 0; i < GATE_ARRAY_LEN(all); i++) {
		bool fresh = all[i].a->action == GATE_VERDICT_HOLD;

		for (size_t k = 0; k < n && fresh; k++)
			fresh = !same_need(out[k].need, &all[i].a->need);
		if (fresh)
			out[n++] = (struct asked){ &all[i].a->need, t, all[i].where };
	}
	return n;
}

/* Persons who could sign for these paths. */
static size_t owners_able(const struct gate_policy *p, const struct gate_owner *o, int64_t now)
{
	static const struct gate_requirement any = { .approvals = 1 };
	size_t n = 0;

	for (size_t i = 0; i < p->people.n; i++) {
		bool has = false;

		for (size_t k = 0; k < o->roles.n; k++)
			has |= gate_strs_has(&p->people.v[i].roles, o->roles.v[k]);
		n += has && person_may(&p->people.v[i], &any, now);
	}
	return n;
}

static int owners_reachable(const struct gate_policy *p, int64_t now, struct gate_err *err)
{
	for (size_t o = 0; o < p->n_owners; o++) {
		size_t n = owners_able(p, &p->owners[o], now);

		if (n < p->owners[o].approvals)
			return gate_err_set(err, GATE_E_QUORUM,
					    "owners of %s: %u with role %s needed, %zu could sign; give the role to "
					    "more people with keys, or ask for fewer",
					    p->owners[o].paths.patterns.v[0], p->owners[o].approvals,
					    p->owners[o].roles.v[0], n);
	}
	return 0;
}

int gate_policy_reachable(const struct gate_policy *p, int64_t now, struct gate_err *err)
{
	for (unsigned t = 0; t < GATE_TIER_COUNT; t++) {
		struct asked asked[4];
		size_t n = asked_of_tier(p, (enum gate_tier)t, asked);

		for (size_t i = 0; i < n; i++) {
			struct gate_err why = { 0 };

			if (gate_requirement_reachable(&p->people, asked[i].need, NULL, now, &why) == 0)
				continue;
			if (why.code != GATE_E_QUORUM)
				return gate_err_set(err, why.code, "%s", why.text);
			return gate_err_set(err, GATE_E_QUORUM,
					    "tier %s%s can never be approved: %s; add people, keys or roles, or ask "
					    "for less",
					    gate_tier_name(asked[i].tier), asked[i].where, why.text);
		}
	}
	return owners_reachable(p, now, err);
}

int gate_policy_roles_needed(const struct gate_policy *p, int64_t now, struct gate_strs *out, struct gate_err *err)
{
	for (unsigned t = 0; t < GATE_TIER_COUNT; t++) {
		struct asked asked[4];
		size_t n = asked_of_tier(p, (enum gate_tier)t, asked);

		for (size_t i = 0; i < n; i++) {
			for (size_t k = 0; k < asked[i].need->roles.n; k++) {
				if (gate_strs_add_new(out, asked[i].need->roles.v[k], err) < 0)
					return -(int)err->code;
			}
		}
	}
	for (size_t o = 0; o < p->n_owners; o++) {
		if (owners_able(p, &p->owners[o], now) < p->owners[o].approvals &&
		    gate_strs_add_new(out, p->owners[o].roles.v[0], err) < 0)
			return -(int)err->code;
	}
	return 0;
}

int gate_policy_able(const struct gate_policy *p, int64_t now, struct gate_strs *out, struct gate_err *err)
{
	static const struct gate_requirement any = { .approvals = 1 };

	for (size_t i = 0; i < p->people.n; i++) {
		if (person_may(&p->people.v[i], &any, now) && gate_strs_add(out, p->people.v[i].name, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

/* A line when a change by `who`, with the persons in `out` not signing, could be approved by nobody. */
static int tell(const struct reach *r, const struct asked *a, const char *who, const char *out, struct gate_strs *lines,
		struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf why = { 0 };
	gate_autofree char *line = NULL;

	if (reach_ok(r, out, NULL))
		return 0;
	(void)reach_ok(r, out, &why);
	line = gate_fmt("nobody could approve a %s change%s by %s: %s", gate_tier_name(a->tier), a->where, who,
			gate_buf_cstr(&why));
	return line ? gate_strs_add_new(lines, line, err) : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

static int tell_each(const struct gate_policy *p, const struct asked *a, int64_t now, char *out,
		     struct gate_strs *lines, struct gate_err *err)
{
	__attribute__((cleanup(reach_clear))) struct reach r = { 0 };
	int rc = reach_init(&r, &p->people, a->need, now, err);

	/* for everybody already: gate_policy_reachable says that, once */
	if (rc < 0 || !reach_ok(&r, NULL, NULL))
		return rc;
	for (size_t i = 0; i < p->people.n && rc == 0; i++) {
		out[i] = 1;
		rc = tell(&r, a, p->people.v[i].name, out, lines, err);
		out[i] = 0;
	}
	for (size_t i = 0; i < p->n_agents && rc == 0; i++) {
		const struct gate_person *owner = p->agents[i].owner ? gate_policy_person(p, p->agents[i].owner) : NULL;

		if (!owner)
			continue;
		out[owner - p->people.v] = 1;
		rc = tell(&r, a, p->agents[i].name, out, lines, err);
		out[owner - p->people.v] = 0;
	}
	return rc;
}

int gate_policy_unreachable(const struct gate_policy *p, int64_t now, struct gate_strs *out, struct gate_err *err)
{
	gate_autofree char *excluded = calloc(p->people.n + 1, 1);
	int rc = excluded ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");

	for (unsigned t = 0; t < GATE_TIER_COUNT && rc == 0; t++) {
		struct asked asked[4];
		size_t n = asked_of_tier(p, (enum gate_tier)t, asked);

		for (size_t i = 0; i < n && rc == 0; i++)
			rc = tell_each(p, &asked[i], now, excluded, out, err);
	}
	return rc;
}

bool gate_requirement_asks_more(const struct gate_requirement *a, const struct gate_requirement *b)
{
	if (b->approvals > a->approvals || (b->distinct_roles && !a->distinct_roles) || (b->touch && !a->touch) ||
	    (b->pin && !a->pin) || b->expires_s < a->expires_s)
		return true;
	for (size_t i = 0; i < b->roles.n; i++) {
		if (!gate_strs_has(&a->roles, b->roles.v[i]))
			return true;
	}
	return false;
}
