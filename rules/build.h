/* The parts of the policy loader, for each other: one file a section, each with the table of its keys. */
#ifndef GATE_RULES_BUILD_H
#define GATE_RULES_BUILD_H

#include "formats/fields.h"
#include "rules/policy.h"

#include <stddef.h>

/* A policy under construction. */
struct gate_build {
	struct gate_policy *p;
	const char *file;		/* of the section being read */
	bool is_floor;			/* the host's policy.yml: what it does not say is as loose as can be */
	const struct gate_files *files; /* of .refgate/; NULL for the floor */
	size_t cap_rules;
	struct gate_err *err;
};

/* The keys of one kind of map, named as in docs/policy.schema.json ("policy" is the root, others stand in $defs). */
struct gate_keys {
	const char *name;
	const struct gate_field *fields;
	size_t n;
};
/* All of them; *n is their number. */
const struct gate_keys *const *gate_policy_keys(size_t *n);

extern const struct gate_keys gate_keys_actors, gate_keys_humans_match, gate_keys_agent, gate_keys_person,
	gate_keys_tiers, gate_keys_tier, gate_keys_tier_protected, gate_keys_owner, gate_keys_rule, gate_keys_rule_file,
	gate_keys_check, gate_keys_value_row, gate_keys_when, gate_keys_trace, gate_keys_limits, gate_keys_verifier;

/* One section each: read the value of a root key. */
typedef int gate_section_fn(const struct gate_yaml *v, struct gate_build *b);
gate_section_fn gate_build_actors, gate_build_people, gate_build_tiers, gate_build_humans, gate_build_owners,
	gate_build_rules, gate_build_checks, gate_build_trace, gate_build_limits, gate_build_verifier,
	gate_build_protected, gate_build_namespaces, gate_build_mode, gate_build_effect, gate_build_ledger;

/* allowed_signers and revoked_keys into p->people, and what must hold between persons, keys and agents. */
int gate_build_keys(struct gate_build *b);
int gate_build_check_agents(struct gate_build *b, const struct gate_yaml *actors);
/* Whether the agent's match: covers one of the person's keys (HOLES 19). */
bool gate_agent_covers(const struct gate_agent *a, const struct gate_person *one);
/* The shipped rules into p->rules. */
int gate_build_shipped(struct gate_build *b);
/* secrets: of a file of rules; afterwards, once: the set of them, and secrets.yml. */
int gate_build_secrets(const struct gate_yaml *v, struct gate_build *b);
int gate_build_secrets_done(struct gate_build *b);
void gate_secret_own_free(struct gate_secret_own *o);
void gate_known_secrets_free(struct gate_policy *p);
/* rules/xxx.yml. */
int gate_build_rule_files(struct gate_build *b);
/* The sample tiers of DESIGN section 6, or, for a floor, tiers that ask for nothing. */
int gate_build_default_tiers(struct gate_build *b);
/* Higher tiers must not be laxer than lower ones; a floor's unstated ones follow the one below. */
int gate_build_check_tiers(struct gate_build *b, const struct gate_yaml *tiers, const struct gate_yaml *humans);

/* The floor's text as a policy of its own: what it does not say asks for nothing. */
int gate_floor_parse(const char *text, size_t len, struct gate_policy **out, struct gate_err *err);
/* p becomes at least as strict as the floor, key by key (HOLES 30). Takes what it needs out of *floor, which is still
 * freed by the caller. */
int gate_floor_merge(struct gate_policy *p, struct gate_policy *floor, struct gate_err *err);

/* *to becomes the stricter of both in each of its parts. */
int gate_answer_join(struct gate_answer *to, const struct gate_answer *with, struct gate_err *err);

/* GATE_E_POLICY "FILE:LINE: key: what" at v. */
#define gate_build_fail(b, v, ...) gate_field_fail(v, (b)->file, (b)->err, __VA_ARGS__)
/* Checks each pattern of a list that was read from v, by what it is matched with; each of refs must be a full ref name. */
enum gate_glob_of { GATE_GLOB_PATHS, GATE_GLOB_REFS, GATE_GLOB_IDENTITIES };
int gate_build_check_globs(struct gate_build *b, const struct gate_yaml *v, enum gate_glob_of of);
/* Makes room for one more element of `size` bytes, zeroed; NULL with the error set. */
void *gate_build_grow(void *vp, size_t *n, size_t size, struct gate_err *err);
/* A copy that lives as long as the policy; NULL with the error set. */
const char *gate_build_keep(struct gate_build *b, const char *text);
int gate_build_warn(struct gate_build *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The key as a name of a person, agent, role or check: printable ASCII that can be typed, no pattern characters. NULL
 * when it is one, else what is wrong (static). */
const char *gate_name_wrong(const char *name, size_t max);

#endif
