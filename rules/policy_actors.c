/* actors: who is an agent, who a known human, and what an identity means (HOLES 19, 25). */
#include "base/io.h"
#include "rules/build.h"

#include <string.h>

struct agent_row {
	char *owner;
	struct gate_strs match;
};

static const struct gate_field agent_fields[] = {
	{ "owner", gate_field_str, offsetof(struct agent_row, owner) },
	{ "match", gate_field_strs, offsetof(struct agent_row, match) },
};
const struct gate_keys gate_keys_agent = { "agent", agent_fields, GATE_ARRAY_LEN(agent_fields) };

struct humans_row {
	struct gate_strs match;
};

static const struct gate_field humans_fields[] = { { "match", gate_field_strs, offsetof(struct humans_row, match) } };
const struct gate_keys gate_keys_humans_match = { "humansMatch", humans_fields, GATE_ARRAY_LEN(humans_fields) };

struct actors_row {
	const struct gate_yaml *agents, *humans;
};

static int read_default(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	(void)to;
	if (v->type != GATE_YAML_SCALAR || strcmp(v->text, "agent") != 0)
		return gate_field_fail(v, file, err, "can only be agent: whoever is not known is judged as an agent");
	return 0;
}

static int read_map(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	*(const struct gate_yaml **)to = v;
	return gate_field_want(v, file, GATE_YAML_MAP, "a map", err);
}

static const struct gate_field fields[] = {
	{ "default", read_default, 0 },
	{ "agents", read_map, offsetof(struct actors_row, agents) },
	{ "humans", read_map, offsetof(struct actors_row, humans) },
};
const struct gate_keys gate_keys_actors = { "actors", fields, GATE_ARRAY_LEN(fields) };

static const char *const sources[] = { "actor:", "ssh:", "remote-user:", "gl:", "gitea:", "user:", "cert:" };

/* A pattern that names no source, or one that no host has, would silently match nobody. */
static int check_patterns(struct gate_build *b, const struct gate_yaml *v)
{
	const struct gate_yaml *list = gate_yaml_get(v, "match");
	int rc = list ? gate_build_check_globs(b, list, GATE_GLOB_IDENTITIES) : 0;

	for (const struct gate_yaml *c = list ? list->first : NULL; c && rc == 0; c = c->next) {
		bool known = *c->text == '*';

		for (size_t i = 0; i < GATE_ARRAY_LEN(sources); i++)
			known |= gate_starts_with(c->text, sources[i]);
		if (!known)
			rc = gate_build_fail(
				b, c,
				"'%.100s' names no source; begin with actor:, ssh:, remote-user:, gl:, gitea:, "
				"user: or cert:",
				c->text);
		else if (gate_starts_with(c->text, "ssh:") && !gate_starts_with(c->text, "ssh:SHA256:") &&
			 !strchr(c->text, '*'))
			rc = gate_build_fail(b, c, "write a key as ssh:SHA256:..., the way ssh-keygen -l shows it");
	}
	return rc;
}

static int add_agent(struct gate_build *b, const struct gate_yaml *v)
{
	const char *wrong = gate_name_wrong(v->key, 100);
	struct agent_row r = { 0 };
	struct gate_agent *a;
	uint64_t given;
	int rc;

	if (wrong)
		return gate_build_fail(b, v, "%s", wrong);
	rc = gate_fields_read(v, b->file, agent_fields, GATE_ARRAY_LEN(agent_fields), &r, &given, b->err);
	if (rc == 0)
		rc = check_patterns(b, v);
	a = rc == 0 ? gate_build_grow(&b->p->agents, &b->p->n_agents, sizeof(*a), b->err) : NULL;
	if (!a) {
		free(r.owner);
		gate_strs_clear(&r.match);
		return -(int)b->err->code;
	}
	a->name = strdup(v->key);
	a->owner = r.owner;
	a->match = (struct gate_globs){ .patterns = r.match, .deep = true };
	return a->name ? 0 : gate_err_set(b->err, GATE_E_NOMEM, "out of memory");
}

static int read_humans(struct gate_build *b, const struct gate_yaml *v)
{
	struct humans_row r = { 0 };
	uint64_t given;
	int rc = gate_fields_read(v, b->file, humans_fields, GATE_ARRAY_LEN(humans_fields), &r, &given, b->err);

	b->p->humans = (struct gate_globs){ .patterns = r.match };
	b->p->limited_humans = true;
	return rc < 0 ? rc : check_patterns(b, v);
}

int gate_build_actors(const struct gate_yaml *v, struct gate_build *b)
{
	struct actors_row r = { 0 };
	uint64_t given;
	int rc = gate_fields_read(v, b->file, fields, GATE_ARRAY_LEN(fields), &r, &given, b->err);

	for (const struct gate_yaml *c = r.agents ? r.agents->first : NULL; c && rc == 0; c = c->next)
		rc = add_agent(b, c);
	return rc == 0 && r.humans ? read_humans(b, r.humans) : rc;
}

/* ---- what must hold between agents and persons ---- */

static bool source_value_matches(const struct gate_agent *a, const char *source, const char *value)
{
	gate_autofree char *identity = gate_fmt("%s%s", source, value);

	/* without memory: as if it matched, which refuses the policy */
	return !identity || gate_globs_match(&a->match, identity, strlen(identity));
}

static bool owns_key(const struct gate_agent *a, const struct gate_key *k)
{
	gate_auto(gate_buf) struct gate_buf fp = { 0 };

	gate_key_fingerprint(k, &fp);
	return fp.failed || source_value_matches(a, "ssh:", gate_buf_cstr(&fp)) ||
	       source_value_matches(a, "cert:", gate_buf_cstr(&fp));
}

bool gate_agent_covers(const struct gate_agent *a, const struct gate_person *one)
{
	for (size_t k = 0; k < one->n_keys; k++) {
		if (owns_key(a, &one->keys[k]))
			return true;
	}
	return false;
}

/* An owner who is no person can sign nothing, so nothing has to be kept from him; but a slip of the pen would let the
 * real one sign for his agent. */
static int check_owner(struct gate_build *b, const struct gate_yaml *v, const struct gate_agent *a)
{
	gate_autofree const char **names = calloc(b->p->people.n + 1, sizeof(char *));
	const char *near;

	if (!names)
		return gate_err_set(b->err, GATE_E_NOMEM, "out of memory");
	if (!a->owner || gate_policy_person(b->p, a->owner))
		return 0;
	for (size_t i = 0; i < b->p->people.n; i++)
		names[i] = b->p->people.v[i].name;
	near = gate_nearest(a->owner, names, b->p->people.n);
	if (near)
		return gate_build_fail(b, v, "its owner '%s' is no person of people:; did you mean '%s'?", a->owner,
				       near);
	return gate_build_warn(b, "%s:%u: the owner '%s' of %s is no person of people:", b->file, v->line, a->owner,
			       a->name);
}

/* HOLES 19: a key that an agent can use never approves; so it must not be a person's either. */
static int check_agent(struct gate_build *b, const struct gate_yaml *v, const struct gate_agent *a)
{
	if (gate_policy_person(b->p, a->name))
		return gate_build_fail(b, v, "a person has this name too; give the agent a name of its own");
	for (size_t i = 0; i < b->p->people.n; i++) {
		if (gate_agent_covers(a, &b->p->people.v[i]))
			return gate_build_fail(
				b, v,
				"its match: covers a key of %s in allowed_signers; a key is an agent's or a "
				"person's, never both",
				b->p->people.v[i].name);
	}
	return check_owner(b, v, a);
}

int gate_build_check_agents(struct gate_build *b, const struct gate_yaml *actors)
{
	const struct gate_yaml *agents = gate_yaml_get(actors, "agents");
	int rc = 0;

	for (size_t i = 0; i < b->p->n_agents && rc == 0; i++) {
		const struct gate_yaml *at = gate_yaml_get(agents, b->p->agents[i].name);

		if (at)
			rc = check_agent(b, at, &b->p->agents[i]);
	}
	return rc;
}

/* ---- who pushes ---- */

/* Empty, overlong or unprintable values are no answer (HOLES 25). Gives the part behind the source, or NULL. */
static const char *value_of(const char *identity)
{
	const char *colon = strchr(identity, ':');

	if (!colon || colon == identity || !colon[1] || strlen(identity) >= sizeof(((struct gate_actor *)0)->name))
		return NULL;
	for (const char *p = identity; *p; p++) {
		if (*p < ' ' || *p == 0x7f)
			return NULL; /* bytes beyond ASCII are negative here: refused too */
	}
	return colon + 1;
}

static const struct gate_agent *agent_of(const struct gate_policy *p, const char *identity, const char *value)
{
	for (size_t i = 0; i < p->n_agents; i++) {
		if (strcmp(p->agents[i].name, value) == 0 ||
		    gate_globs_match(&p->agents[i].match, identity, strlen(identity)))
			return &p->agents[i];
	}
	return NULL;
}

static bool has_fingerprint(const struct gate_person *one, const char *value)
{
	for (size_t k = 0; k < one->n_keys; k++) {
		gate_auto(gate_buf) struct gate_buf fp = { 0 };

		gate_key_fingerprint(&one->keys[k], &fp);
		if (strcmp(gate_buf_cstr(&fp), value) == 0)
			return true;
	}
	return false;
}

/* The person whose name, alias, mail or key the value is. Letter case does not count: this only ever keeps a person
 * from signing his own push. */
static const struct gate_person *person_of(const struct gate_policy *p, const char *value)
{
	bool fingerprint = gate_starts_with(value, "SHA256:");

	for (size_t i = 0; i < p->people.n; i++) {
		const struct gate_person *one = &p->people.v[i];
		bool is = strcasecmp(one->name, value) == 0 || (fingerprint && has_fingerprint(one, value));

		for (size_t k = 0; k < one->aliases.n && !is; k++)
			is = strcasecmp(one->aliases.v[k], value) == 0;
		for (size_t k = 0; k < one->mails.n && !is; k++)
			is = strcasecmp(one->mails.v[k], value) == 0;
		if (is)
			return one;
	}
	return NULL;
}

static void set_agent(struct gate_actor *out, const char *name, const char *owner)
{
	*out = (struct gate_actor){ 0 };
	gate_copy(out->name, sizeof(out->name), name);
	gate_copy(out->owner, sizeof(out->owner), owner ? owner : "");
}

/* One identity that no agent matches: a known human, or an agent of its own. */
static void resolve(const struct gate_policy *p, const char *identity, const char *value, struct gate_actor *out)
{
	const struct gate_person *one = person_of(p, value);
	bool human = gate_globs_match(&p->humans, identity, strlen(identity));

	if (!human) {
		set_agent(out, identity, one ? one->name : NULL);
		return;
	}
	set_agent(out, one ? one->name : value, NULL);
	out->human = true;
}

/* Two answers that are not the same actor: an agent, named by the one that nobody knows, if there is one. */
static void merge(struct gate_actor *out, const struct gate_actor *next)
{
	const char *owner = *out->owner	   ? out->owner
			    : out->human   ? out->name
			    : *next->owner ? next->owner
			    : next->human  ? next->name
					   : "";
	struct gate_actor both;

	if (out->human == next->human && strcmp(out->name, next->name) == 0)
		return;
	set_agent(&both, !out->human ? out->name : !next->human ? next->name : "unknown", owner);
	*out = both;
}

/* The first person that any of the identities names; NULL when none does. */
static const char *first_person(const struct gate_policy *p, const struct gate_strs *identities)
{
	for (size_t i = 0; i < identities->n; i++) {
		const char *value = value_of(identities->v[i]);
		const struct gate_person *one = value ? person_of(p, value) : NULL;

		if (one)
			return one->name;
	}
	return NULL;
}

void gate_policy_actor(const struct gate_policy *p, const struct gate_strs *identities, struct gate_actor *out)
{
	bool any = false;

	set_agent(out, "unknown", NULL);
	for (size_t i = 0; i < identities->n; i++) {
		const char *value = value_of(identities->v[i]);
		const struct gate_agent *a = value ? agent_of(p, identities->v[i], value) : NULL;

		if (a) {
			set_agent(out, a->name, a->owner ? a->owner : first_person(p, identities));
			return;
		}
	}
	for (size_t i = 0; i < identities->n; i++) {
		const char *value = value_of(identities->v[i]);
		struct gate_actor one;

		if (!value)
			continue;
		resolve(p, identities->v[i], value, &one);
		if (any)
			merge(out, &one);
		else
			*out = one;
		any = true;
	}
}
