#include "approval/quorum.h"

#include "base/num.h"

/* How far one requirement is. */
struct tally {
	const struct gate_requirement *need;
	bool *present;	 /* [person]: counts towards it */
	bool *can;	 /* [role * n_people + person]: a vote of that person names that role */
	bool *filled;	 /* [role] */
	size_t missing;	 /* persons */
};

struct count {
	const struct gate_people *people;
	struct tally *tallies;
	size_t n;
};

static void count_clear(struct count *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->tallies[i].present);
		free(c->tallies[i].can);
		free(c->tallies[i].filled);
	}
	free(c->tallies);
	*c = (struct count){ 0 };
}

void gate_quorum_clear(struct gate_quorum *q)
{
	gate_strs_clear(&q->counted);
	gate_buf_clear(&q->missing);
	gate_strs_clear(&q->wanted);
	*q = (struct gate_quorum){ 0 };
}

static bool *bools(size_t a, size_t b)
{
	size_t n;

	return gate_mul_size(a, b, &n) ? calloc(n + 1, sizeof(bool)) : NULL;
}

static int count_init(struct count *c, const struct gate_people *people, const struct gate_requirement *needs, size_t n,
		      struct gate_err *err)
{
	c->people = people;
	c->tallies = calloc(n, sizeof(*c->tallies));
	if (!c->tallies)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	c->n = n;
	for (size_t i = 0; i < n; i++) {
		struct tally *t = &c->tallies[i];

		t->need = &needs[i];
		t->present = bools(people->n, 1);
		t->can = bools(needs[i].roles.n, people->n);
		t->filled = bools(needs[i].roles.n, 1);
		if (!t->present || !t->can || !t->filled)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	return 0;
}

static size_t person_index(const struct gate_people *people, const char *name)
{
	size_t i = 0;

	while (i < people->n && strcmp(people->v[i].name, name) != 0)
		i++;
	return i;
}

/* Enters one eligible approval wherever it fits. */
static int enter(struct count *c, const struct gate_vote *v, struct gate_quorum *out, struct gate_err *err)
{
	size_t person = person_index(c->people, v->person);

	for (size_t i = 0; i < c->n; i++) {
		struct tally *t = &c->tallies[i];

		if (!gate_vote_serves(v, t->need))
			continue;
		t->present[person] = true;
		for (size_t r = 0; r < t->need->roles.n; r++)
			t->can[r * c->people->n + person] |= strcmp(t->need->roles.v[r], v->role) == 0;
	}
	return gate_strs_add_new(&out->counted, v->person, err);
}

/* ---- roles: filled by anybody, or by a person of its own each ---- */

static void fill_by_any(const struct count *c, struct tally *t)
{
	for (size_t r = 0; r < t->need->roles.n; r++) {
		for (size_t p = 0; p < c->people->n; p++)
			t->filled[r] |= t->can[r * c->people->n + p];
	}
}

#define NOBODY SIZE_MAX

/* Work space of the matching, all of it indexes or NOBODY. */
struct match {
	size_t *role_of;   /* [person] */
	size_t *person_of; /* [role] */
	size_t *from;	   /* [person]: the role whose search found the person; NOBODY = not seen in this search */
	size_t *queue;	   /* roles whose persons are still to be looked at */
};

static void match_clear(struct match *m)
{
	free(m->role_of);
	free(m->person_of);
	free(m->from);
	free(m->queue);
	*m = (struct match){ 0 };
}

static size_t *indexes(size_t n)
{
	size_t *v = reallocarray(NULL, n + 1, sizeof(*v));

	for (size_t i = 0; v && i < n; i++)
		v[i] = NOBODY;
	return v;
}

/* Walks back from a free person to the role where the search began, handing each person to the role that found him. */
static void augment(struct match *m, size_t person, size_t start)
{
	for (;;) {
		size_t role = m->from[person], before = m->person_of[role];

		m->role_of[person] = role;
		m->person_of[role] = person;
		if (role == start)
			return;
		person = before;
	}
}

/* Breadth-first search for an augmenting path (Kuhn's algorithm with a queue in place of the recursion). */
static void place_role(const struct count *c, const struct tally *t, struct match *m, size_t start)
{
	size_t head = 0, tail = 0;

	for (size_t p = 0; p < c->people->n; p++)
		m->from[p] = NOBODY;
	m->queue[tail++] = start;
	while (head < tail) {
		size_t role = m->queue[head++];

		for (size_t p = 0; p < c->people->n; p++) {
			if (m->from[p] != NOBODY || !t->can[role * c->people->n + p])
				continue;
			m->from[p] = role;
			if (m->role_of[p] == NOBODY) {
				augment(m, p, start);
				return;
			}
			m->queue[tail++] = m->role_of[p]; /* once for each role: a role has one person */
		}
	}
}

static int fill_by_matching(const struct count *c, struct tally *t, struct gate_err *err)
{
	const size_t roles = t->need->roles.n, people = c->people->n;
	gate_auto(match) struct match m = {
		.role_of = indexes(people),
		.person_of = indexes(roles),
		.from = indexes(people),
		.queue = indexes(roles + 1),
	};

	if (!m.role_of || !m.person_of || !m.from || !m.queue)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t r = 0; r < roles; r++)
		place_role(c, t, &m, r);
	for (size_t r = 0; r < roles; r++)
		t->filled[r] = m.person_of[r] != NOBODY;
	return 0;
}

/* What the tally still lacks: filled[] and missing. */
static int settle(const struct count *c, struct tally *t, struct gate_err *err)
{
	size_t want = t->need->approvals ? t->need->approvals : 1, have = 0;

	for (size_t p = 0; p < c->people->n; p++)
		have += t->present[p];
	t->missing = want > have ? want - have : 0;
	if (t->need->any_of) { /* who is present signed in one of the roles */
		for (size_t r = 0; r < t->need->roles.n; r++)
			t->filled[r] = true;
		return 0;
	}
	if (t->need->distinct_roles)
		return fill_by_matching(c, t, err);
	fill_by_any(c, t);
	return 0;
}

static bool tally_met(const struct tally *t)
{
	for (size_t r = 0; r < t->need->roles.n; r++) {
		if (!t->filled[r])
			return false;
	}
	return t->missing == 0;
}

/* ---- saying what is missing ---- */

/* Signatures in this role that the requirement cannot do without. */
static size_t lacks_role(const struct tally *t, const char *role)
{
	for (size_t r = 0; r < t->need->roles.n; r++) {
		if (strcmp(t->need->roles.v[r], role) != 0)
			continue;
		/* The only role listed: who is missing must bring it. */
		if (t->need->roles.n == 1 && t->missing)
			return t->missing;
		return !t->filled[r];
	}
	return 0;
}

/* The same over all requirements: one signature may serve several. */
static size_t lack_of(const struct count *c, const char *role)
{
	size_t most = 0;

	for (size_t i = 0; i < c->n; i++) {
		size_t n = lacks_role(&c->tallies[i], role);

		most = n > most ? n : most;
	}
	return most;
}

/* The roles that any requirement lacks, in order of their first mention. */
static int lacking_roles(const struct count *c, struct gate_strs *roles, struct gate_err *err)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct gate_strs *listed = &c->tallies[i].need->roles;

		for (size_t r = 0; r < listed->n; r++) {
			if (lacks_role(&c->tallies[i], listed->v[r]) && gate_strs_add_new(roles, listed->v[r], err) < 0)
				return -(int)err->code;
		}
	}
	return 0;
}

/* Persons that are missing beyond those who come to fill the lacking roles. */
static size_t more_persons(const struct count *c, const struct tally *t, const struct gate_strs *lacking)
{
	size_t come = 0;

	for (size_t i = 0; i < lacking->n; i++) {
		if (t->need->roles.n == 0 || gate_strs_has(&t->need->roles, lacking->v[i]))
			come += lack_of(c, lacking->v[i]);
	}
	return t->missing > come ? t->missing - come : 0;
}

static int add_wanted(const struct tally *t, struct gate_quorum *out, struct gate_err *err)
{
	out->any_role |= t->need->roles.n == 0;
	for (size_t r = 0; r < t->need->roles.n; r++) {
		if (gate_strs_add_new(&out->wanted, t->need->roles.v[r], err) < 0)
			return -(int)err->code;
	}
	return 0;
}

static int describe(const struct count *c, struct gate_quorum *out, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs lacking = { 0 };
	size_t more = 0;

	if (lacking_roles(c, &lacking, err) < 0 || gate_strs_copy(&out->wanted, &lacking, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < lacking.n; i++)
		gate_buf_fmt(&out->missing, "%s%zu of role %s", i ? "; " : "", lack_of(c, lacking.v[i]), lacking.v[i]);
	for (size_t i = 0; i < c->n; i++) {
		size_t n = more_persons(c, &c->tallies[i], &lacking);

		more = n > more ? n : more;
		if (n && add_wanted(&c->tallies[i], out, err) < 0)
			return -(int)err->code;
	}
	if (more)
		gate_buf_fmt(&out->missing, "%s%zu more person%s", lacking.n ? "; " : "", more, more == 1 ? "" : "s");
	return gate_buf_check(&out->missing, err);
}

/* ---- the count ---- */

static int count_votes(struct count *c, const struct gate_requirement *needs, const struct gate_vote *votes,
		       size_t n_votes, const struct gate_strs *excluded, int64_t now, struct gate_quorum *out,
		       struct gate_err *err)
{
	for (size_t i = 0; i < n_votes; i++) {
		const struct gate_vote *v = &votes[i];
		struct gate_err ignored = { 0 }; /* a vote that does not count is no error here */

		if (gate_vote_check(c->people, needs, c->n, v, excluded, now, &ignored) < 0) {
			if (ignored.code != GATE_E_SIGNER && ignored.code != GATE_E_BUG)
				return gate_err_set(err, ignored.code, "%s", ignored.text);
			continue;
		}
		if (v->decision == GATE_DECISION_DENY && !out->denied) {
			out->denied = true;
			gate_copy(out->denied_by, sizeof(out->denied_by), v->person);
		}
		if (v->decision == GATE_DECISION_APPROVE && enter(c, v, out, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

static int decide(struct count *c, struct gate_quorum *out, struct gate_err *err)
{
	bool all = true;

	for (size_t i = 0; i < c->n; i++) {
		if (settle(c, &c->tallies[i], err) < 0)
			return -(int)err->code;
		all &= tally_met(&c->tallies[i]);
	}
	if (!all && describe(c, out, err) < 0)
		return -(int)err->code;
	out->met = all && !out->denied;
	return 0;
}

int gate_quorum_count(const struct gate_people *people, const struct gate_requirement *needs, size_t n_needs,
		      const struct gate_vote *votes, size_t n_votes, const struct gate_strs *excluded, int64_t now,
		      struct gate_quorum *out, struct gate_err *err)
{
	gate_auto(count) struct count c = { 0 };

	*out = (struct gate_quorum){ 0 };
	if (n_needs == 0)
		return gate_err_set(err, GATE_E_BUG, "quorum: nothing says who must sign, so nobody can");
	if (count_init(&c, people, needs, n_needs, err) < 0 ||
	    count_votes(&c, needs, votes, n_votes, excluded, now, out, err) < 0 || decide(&c, out, err) < 0) {
		gate_quorum_clear(out);
		return -(int)err->code;
	}
	return 0;
}
