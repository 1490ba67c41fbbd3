/* The policy as a whole: which file is read when, in which order the sections count, and what is owned. */
#include "rules/policy.h"

#include "base/io.h"
#include "rules/build.h"
#include "rules/value_read.h"

#include <stdarg.h>
#include <string.h>

#define FLOOR_FILE "/etc/refgate/policy.yml"
#define DAYS_CARRIED 14

/* ---- the root ---- */

struct root {
	uint32_t version;
	const struct gate_yaml *protected, *namespaces, *actors, *people, *tiers, *humans, *owners, *rules, *checks,
		*trace, *mode, *limits, *effect, *verifier, *ledger;
};

static int keep_node(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	(void)file;
	(void)err;
	*(const struct gate_yaml **)to = v;
	return 0;
}

static int read_version(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	uint32_t *version = to;
	int rc = gate_field_u32(v, file, to, err);

	return rc < 0 || *version == 1 ? rc : gate_field_fail(v, file, err, "this refgate reads version 1");
}

#define ROOT(name)                                                                                                     \
	{                                                                                                              \
#name, keep_node, offsetof(struct root, name)                                                          \
	}
static const struct gate_field root_fields[] = {
	{ "version", read_version, offsetof(struct root, version) },
	ROOT(protected),
	ROOT(namespaces),
	ROOT(actors),
	ROOT(people),
	ROOT(tiers),
	ROOT(humans),
	ROOT(owners),
	ROOT(rules),
	ROOT(checks),
	ROOT(trace),
	ROOT(mode),
	ROOT(limits),
	ROOT(effect),
	ROOT(verifier),
	ROOT(ledger),
};
static const struct gate_keys root_keys = { "policy", root_fields, GATE_ARRAY_LEN(root_fields) };

/* In the order in which they are read: a section may look at those before it. */
static const struct {
	size_t at;
	gate_section_fn *read;
} sections[] = {
	{ offsetof(struct root, mode), gate_build_mode },
	{ offsetof(struct root, protected), gate_build_protected },
	{ offsetof(struct root, namespaces), gate_build_namespaces },
	{ offsetof(struct root, people), gate_build_people },
	{ offsetof(struct root, actors), gate_build_actors },
	{ offsetof(struct root, tiers), gate_build_tiers },
	{ offsetof(struct root, humans), gate_build_humans },
	{ offsetof(struct root, owners), gate_build_owners },
	{ offsetof(struct root, rules), gate_build_rules },
	{ offsetof(struct root, checks), gate_build_checks },
	{ offsetof(struct root, trace), gate_build_trace },
	{ offsetof(struct root, limits), gate_build_limits },
	{ offsetof(struct root, effect), gate_build_effect },
	{ offsetof(struct root, verifier), gate_build_verifier },
	{ offsetof(struct root, ledger), gate_build_ledger },
};

const struct gate_keys *const *gate_policy_keys(size_t *n)
{
	static const struct gate_keys *const all[] = {
		&root_keys,	   &gate_keys_actors, &gate_keys_humans_match, &gate_keys_agent,
		&gate_keys_person, &gate_keys_tiers,  &gate_keys_tier,	       &gate_keys_tier_protected,
		&gate_keys_owner,  &gate_keys_rule,   &gate_keys_rule_file,    &gate_keys_check,
		&gate_keys_when,   &gate_keys_trace,  &gate_keys_limits,       &gate_keys_verifier,
		&gate_keys_value_row,
	};

	*n = GATE_ARRAY_LEN(all);
	return all;
}

/* ---- helpers of the sections ---- */

void *gate_build_grow(void *vp, size_t *n, size_t size, struct gate_err *err)
{
	void **v = vp;
	char *place;

	/* room doubles at each power of two */
	if ((*n & (*n - 1)) == 0) {
		void *bigger = reallocarray(*v, *n ? *n * 2 : 1, size);

		if (!bigger) {
			gate_err_set(err, GATE_E_NOMEM, "out of memory");
			return NULL;
		}
		*v = bigger;
	}
	place = (char *)*v + (*n)++ * size;
	memset(place, 0, size);
	return place;
}

const char *gate_build_keep(struct gate_build *b, const char *text)
{
	if (gate_strs_add(&b->p->texts, text, b->err) < 0)
		return NULL;
	return b->p->texts.v[b->p->texts.n - 1];
}

int gate_build_warn(struct gate_build *b, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return gate_strs_add(&b->p->warnings, text, b->err);
}

/* ---- loading ---- */

static int default_protected(struct gate_build *b)
{
	static const char *const refs[] = { "refs/heads/main", "refs/heads/master", "refs/heads/release/*",
					    "refs/tags/*" };
	int rc = 0;

	b->p->protected_refs.deep = true;
	for (size_t i = 0; i < GATE_ARRAY_LEN(refs) && rc == 0 && !b->is_floor; i++)
		rc = gate_strs_add(&b->p->protected_refs.patterns, refs[i], b->err);
	return rc;
}

/* A floor asks for nothing that it does not say, so its limits are none and its mode is the laxer one. */
static int set_defaults(struct gate_build *b)
{
	static const struct gate_limits usual = { .open_per_actor = 20,
						  .open_per_repo = 500,
						  .judging_s = 30,
						  .checks_s = 600,
						  .held_per_actor = (uint64_t)2 << 30,
						  .max_push = (uint64_t)512 << 20 };
	static const struct gate_limits none = { UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT64_MAX, UINT64_MAX };
	int rc;

	b->p->limits = b->is_floor ? none : usual;
	b->p->mode = b->is_floor ? GATE_MODE_OBSERVE : GATE_MODE_ENFORCE;
	b->p->external_verifier = b->is_floor;
	b->p->ledger_days = b->is_floor ? 0 : DAYS_CARRIED;
	rc = default_protected(b);
	if (rc == 0)
		rc = gate_build_default_tiers(b);
	return rc < 0 ? rc : gate_build_shipped(b);
}

static int read_root(struct gate_build *b, const struct gate_yaml *v, struct root *root)
{
	uint64_t given;
	int rc = gate_fields_read(v, b->file, root_fields, GATE_ARRAY_LEN(root_fields), root, &given, b->err);

	if (rc < 0)
		return rc;
	if (root->version != 1)
		return gate_err_set(b->err, GATE_E_POLICY, "%s:1: the first line must be version: 1", b->file);
	/* an empty list in place of the default one */
	if (root->protected)
		gate_strs_clear(&b->p->protected_refs.patterns);
	for (size_t i = 0; i < GATE_ARRAY_LEN(sections) && rc == 0; i++) {
		const struct gate_yaml *section = *(const struct gate_yaml **)((char *)root + sections[i].at);

		if (section)
			rc = sections[i].read(section, b);
	}
	return rc;
}

static int read_text(struct gate_build *b, const char *bytes, size_t len)
{
	gate_autoyaml struct gate_yaml_doc *doc = NULL;
	struct root root = { 0 };
	int rc = gate_yaml_parse(bytes, len, GATE_POLICY_MAX, b->file, &doc, b->err);

	if (rc == 0)
		rc = read_root(b, gate_yaml_root(doc), &root);
	if (rc == 0)
		rc = gate_build_check_tiers(b, root.tiers, root.humans);
	if (rc < 0 || b->is_floor)
		return rc;
	rc = gate_build_keys(b);
	if (rc == 0)
		rc = gate_build_check_agents(b, root.actors);
	if (rc == 0)
		rc = gate_build_rule_files(b);
	return rc < 0 ? rc : gate_build_secrets_done(b);
}

/* A file with a name that is nearly one of ours is one that somebody believes is in force. */
static int check_names(struct gate_build *b)
{
	static const char *const known[] = { "policy.yml", "allowed_signers", "revoked_keys", "log.vkey" };

	for (size_t i = 0; i < b->files->n; i++) {
		const char *path = b->files->v[i].path, *near;
		bool is_known = strchr(path, '/') != NULL;

		for (size_t k = 0; k < GATE_ARRAY_LEN(known); k++)
			is_known |= strcmp(path, known[k]) == 0;
		near = is_known ? NULL : gate_nearest(path, known, GATE_ARRAY_LEN(known));
		if (near) {
			gate_autofree char *shown = gate_escape_dup(path, strnlen(path, 80));

			return gate_err_set(b->err, GATE_E_POLICY,
					    ".refgate/%s:1: this file is not read; did you mean %s?",
					    shown ? shown : "", near);
		}
	}
	return 0;
}

static int read_files(struct gate_build *b)
{
	const struct gate_file *f = gate_files_get(b->files, "policy.yml");
	int rc = check_names(b);

	if (rc < 0)
		return rc;
	if (!f)
		return gate_err_set(b->err, GATE_E_POLICY, ".refgate/policy.yml:1: the file is missing");
	b->file = ".refgate/policy.yml";
	return read_text(b, f->bytes, f->len);
}

static int digest(const struct gate_files *files, const char *floor, size_t floor_len, char hex[65],
		  struct gate_err *err)
{
	static char floor_name[] = "/floor";
	size_t n = files ? files->n : 0;
	gate_autofree struct gate_file *v = calloc(n + 1, sizeof(*v));
	gate_autofree char *copy = floor ? malloc(floor_len + 1) : NULL;
	struct gate_files all = { .v = v, .n = n };

	if (!v || (floor && !copy))
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++)
		v[i] = files->v[i]; /* borrowed */
	if (floor) {
		memcpy(copy, floor, floor_len);
		v[all.n++] = (struct gate_file){ .path = floor_name, .bytes = copy, .len = floor_len };
	}
	gate_files_digest(&all, hex);
	return 0;
}

static int load(struct gate_build *b, const char *floor, size_t floor_len)
{
	struct gate_policy *under = NULL;
	int rc = set_defaults(b);

	if (rc == 0 && b->files && b->files->n)
		rc = read_files(b);
	if (rc == 0)
		rc = digest(b->files, floor, floor_len, b->p->digest, b->err);
	if (rc == 0 && floor) {
		rc = gate_floor_parse(floor, floor_len, &under, b->err);
		if (rc == 0)
			rc = gate_floor_merge(b->p, under, b->err);
		gate_policy_free(under);
	}
	return rc == 0 && b->p->people.n ? gate_policy_unreachable(b->p, GATE_ANY_TIME, &b->p->warnings, b->err) : rc;
}

int gate_policy_load(const struct gate_files *files, const char *floor, size_t floor_len, struct gate_policy **out,
		     struct gate_err *err)
{
	gate_autopolicy struct gate_policy *p = calloc(1, sizeof(*p));
	struct gate_build b = { .p = p, .files = files, .err = err };
	int rc;

	*out = NULL;
	if (!p)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	rc = load(&b, floor, floor_len);
	if (rc < 0)
		return rc;
	*out = gate_steal(&p);
	return 0;
}

int gate_floor_parse(const char *text, size_t len, struct gate_policy **out, struct gate_err *err)
{
	gate_autopolicy struct gate_policy *p = calloc(1, sizeof(*p));
	struct gate_build b = { .p = p, .file = FLOOR_FILE, .is_floor = true, .err = err };
	int rc;

	*out = NULL;
	if (!p)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	rc = set_defaults(&b);
	if (rc == 0)
		rc = read_text(&b, text, len);
	if (rc < 0)
		return rc;
	*out = gate_steal(&p);
	return 0;
}

bool gate_policy_protects(const struct gate_policy *p, const char *ref, const char *policy_ref)
{
	return (policy_ref && strcmp(ref, policy_ref) == 0) || gate_globs_match(&p->protected_refs, ref, strlen(ref));
}

/* ---- release ---- */

static void clear_tiers(struct gate_tier_rule t[GATE_TIER_COUNT])
{
	for (unsigned i = 0; i < GATE_TIER_COUNT; i++) {
		gate_requirement_clear(&t[i].open.need);
		gate_requirement_clear(&t[i].prot.need);
	}
}

static void clear_actors(struct gate_policy *p)
{
	for (size_t i = 0; i < p->n_agents; i++) {
		free(p->agents[i].name);
		free(p->agents[i].owner);
		gate_globs_clear(&p->agents[i].match);
	}
	free(p->agents);
	gate_globs_clear(&p->humans);
	gate_people_clear(&p->people);
}

static void clear_values(struct gate_rule *r)
{
	struct gate_value_row *v;

	if (!r->values_owned)
		return;
	memcpy(&v, &r->values, sizeof(v)); /* ours, so not constant */
	gate_value_rows_clear(&(struct gate_value_rows){ v, r->n_values });
}

static void clear_rules(struct gate_policy *p)
{
	for (size_t i = 0; i < p->n_rules; i++) {
		clear_values(&p->rules[i]);
		gate_globs_clear(&p->rules[i].paths);
		gate_globs_clear(&p->rules[i].not_paths);
		gate_regex_free(p->rules[i].content);
	}
	free(p->rules);
}

static void clear_checks(struct gate_policy *p)
{
	for (size_t i = 0; i < p->n_checks; i++) {
		free(p->checks[i].name);
		gate_strs_clear(&p->checks[i].run);
		gate_globs_clear(&p->checks[i].paths);
		gate_strs_clear(&p->checks[i].network);
		gate_strs_clear(&p->checks[i].env);
	}
	free(p->checks);
}

void gate_policy_free(struct gate_policy *p)
{
	if (!p)
		return;
	gate_globs_clear(&p->protected_refs);
	gate_globs_clear(&p->namespaces);
	clear_actors(p);
	clear_tiers(p->tiers);
	clear_tiers(p->tiers_human);
	for (size_t i = 0; i < p->n_owners; i++) {
		gate_globs_clear(&p->owners[i].paths);
		gate_strs_clear(&p->owners[i].roles);
	}
	free(p->owners);
	clear_rules(p);
	clear_checks(p);
	gate_secret_own_free(p->own_secrets);
	gate_known_secrets_free(p);
	gate_strs_clear(&p->warnings);
	gate_strs_clear(&p->texts);
	free(p);
}

void gate_policy_freep(struct gate_policy **p)
{
	gate_policy_free(*p);
	*p = NULL;
}
