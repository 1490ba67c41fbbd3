/* The policy: `.refgate/` of the policy ref as it stood before the push, plus the host's floor, compiled once and never
 * changed afterwards. Sources: DESIGN section 6, CONTRACT (Verdicts, JSON), HOLES 8, 9, 14, 20, 23, 30.
 *
 * Pure: bytes in, rules out; no git, no files, no clock. Everything unknown, doubled or out of range is an error that
 * names file:line and what to write instead. */
#ifndef GATE_RULES_POLICY_H
#define GATE_RULES_POLICY_H

#include "base/change.h"
#include "base/person.h"
#include "rules/match.h"
#include "rules/value_row.h"

enum gate_mode { GATE_MODE_ENFORCE, GATE_MODE_OBSERVE };

/* An action for a tier, and what it asks. */
struct gate_answer {
	enum gate_verdict action;
	struct gate_requirement need;
};

struct gate_tier_rule {
	struct gate_answer open; /* on refs that are not protected */
	struct gate_answer prot; /* on protected refs; the same as open unless the policy says otherwise */
};

struct gate_agent {
	char *name;
	char *owner;	       /* a person's name, or NULL */
	struct gate_globs match; /* identities "source:value" */
};

struct gate_owner {
	struct gate_globs paths;
	struct gate_strs roles;
	uint32_t approvals; /* persons with one of these roles; default 1 */
};

struct gate_check { /* read and validated here; run by the sandbox */
	char *name;
	struct gate_strs run;
	struct gate_globs paths;
	enum gate_tier from; /* lowest tier that runs it */
	int64_t timeout_s;
	uint64_t memory;
	bool background;
	struct gate_strs network;
	struct gate_strs env;
};

/* One compiled rule: a row of a shipped pack, or of `rules:` in the policy. */
struct gate_rule {
	char id[32];		/* "CI-ANY", or "payments-code" */
	char cls[16];		/* "CI"; class of a policy's own rule: its `class:`, default "RULE" */
	enum gate_tier floor;
	uint32_t points;	/* milli-points */
	bool deny;
	bool everywhere;	/* the floor holds on every ref; false: only on protected refs (CONTRACT, Verdicts) */
	bool fixed;		/* deny, GATE-* and GIT-REF: may be made stricter, never weaker or off (HOLES 8) */
	bool off;
	bool stated;		/* a policy or the floor wrote about it; false: a shipped rule as it came */
	const char *kind;	/* "path", "content", "value", "builtin": which matcher reads the fields below */
	struct gate_globs paths;     /* kind path and content: which paths; empty = all */
	struct gate_globs not_paths; /* exceptions */
	struct gate_regex *content;  /* kind content: on added text; NULL otherwise */
	const struct gate_value_row *values; /* kind value; owned when values_owned */
	size_t n_values;
	bool values_owned;
	const char *message;	/* constant, or of the policy's `texts` */
	const char *source;	/* "secrets.yml:12", ".refgate/policy.yml:40" */
};

struct gate_limits {
	uint32_t open_per_actor;  /* CONTRACT: at least 20 by default */
	uint32_t open_per_repo;	  /* at least 500 */
	uint32_t judging_s;	  /* 30 */
	uint32_t checks_s;	  /* 600 */
	uint64_t held_per_actor;  /* bytes that the open pendings of one actor brought; HOLES 28 */
	uint64_t max_push;	  /* bytes, receive.maxInputSize */
};

struct gate_secret_set;
struct gate_secret_own;

/* A secret that maintainers know of: .refgate/secrets.yml. */
struct gate_known_secret {
	char *fingerprint, *reason, *signer; /* "github-ghp:0123456789abcdef" */
	struct gate_globs paths;	     /* empty: anywhere */
	int64_t expires;		     /* 0: never */
	uint32_t line;
};

struct gate_policy {
	enum gate_mode mode;
	struct gate_globs protected_refs; /* `deep`: a '*' also covers names with '/', so that no name escapes protection */
	struct gate_globs namespaces;	/* refs opened beside heads, tags and the in-boxes */
	struct gate_agent *agents;
	size_t n_agents;
	struct gate_globs humans;	/* identities of humans */
	struct gate_people people;	/* keys from allowed_signers, revoked_keys applied */
	struct gate_tier_rule tiers[GATE_TIER_COUNT];
	struct gate_tier_rule tiers_human[GATE_TIER_COUNT]; /* eased for known humans */
	struct gate_owner *owners;
	size_t n_owners;
	struct gate_rule *rules;	/* shipped packs first, then the policy's */
	size_t n_rules;
	struct gate_check *checks;
	size_t n_checks;
	bool trace_required;
	enum gate_tier trace_from;
	bool effect_everywhere;
	struct gate_limits limits;
	bool external_verifier;		/* verifier.external: ssh-keygen */
	int ledger_days;
	char digest[65];		/* of the files and the floor: `policy sha256:` of a statement */
	struct gate_strs warnings;	/* e.g. a tier whose quorum cannot be reached with today's people */
	struct gate_strs texts;		/* owns the strings that rules borrow */
	const struct gate_secret_set *secrets; /* the policy's own types; NULL: none */
	struct gate_secret_own *own_secrets;
	struct gate_known_secret *known;
	size_t n_known;
	/* Not of the files: what the judging is given. The present time (0: not known) and the repository's key for fingerprints. */
	int64_t now;
	char fingerprint_key[65];
	bool limited_humans, limited_namespaces; /* of a floor: it says who may be human, and what may be opened */
};

/* Compiles. `files` are those of .refgate/ (policy.yml, rules/xxx.yml, allowed_signers, revoked_keys; tests/ is ignored here);
 * empty or NULL: the sample tiers with the shipped packs and nobody who may sign (CONTRACT: "builtin").
 * `floor`, when not NULL, is the text of the host's policy.yml: the result is never laxer than it (HOLES 30).
 * Gives *out, which the caller frees with gate_policy_free. */
int gate_policy_load(const struct gate_files *files, const char *floor, size_t floor_len, struct gate_policy **out,
		     struct gate_err *err);
void gate_policy_free(struct gate_policy *p);
void gate_policy_freep(struct gate_policy **p);
#define gate_autopolicy __attribute__((cleanup(gate_policy_freep)))

/* The rule of that id, or NULL. */
/* (gate_policy_rule: a policy may hold a rule of its own and one of the floor by the same id; both have the same weight.) */
const struct gate_rule *gate_policy_rule(const struct gate_policy *p, const char *id);
bool gate_policy_protects(const struct gate_policy *p, const char *ref, const char *policy_ref);
const struct gate_person *gate_policy_person(const struct gate_policy *p, const char *name_or_alias);

/* Who an identity is (HOLES 25). All identities that answered are given. */
struct gate_actor {
	bool human;		/* a known human, for easing; false: an agent */
	char name[256];		/* agent's or human's name; an identity nobody names: the identity itself; none: "unknown" */
	char owner[256];	/* the agent's owner, or "" */
};
/* An identity that the policy gives to nobody but whose value is a person's name, alias, mail or key belongs to an agent
 * that this person owns: so nobody signs a push of his own that came in under another source. Where identities disagree,
 * the owner is the first person that one of them names. */
void gate_policy_actor(const struct gate_policy *p, const struct gate_strs *identities, struct gate_actor *out);

/* As `now`: whenever it is, each key that is not revoked counts as valid. */
#define GATE_ANY_TIME INT64_MIN

/* Lock-out (HOLES 23): 0 when, for each tier that holds, the quorum can be reached at `now` for a change by an agent that
 * nobody owns. Otherwise GATE_E_QUORUM with the tier, the requirement and who is missing. A change by one of the persons
 * (or by an agent that one owns) which the others cannot sign is no lock-out, since anybody else can still push it: one
 * maintainer alone is a valid start. Those are told by gate_policy_unreachable. */
int gate_policy_reachable(const struct gate_policy *p, int64_t now, struct gate_err *err);
/* Adds a line to *out for each tier and person (pushing himself, or through his agents) whose change nobody could sign. A
 * policy's own `warnings` hold the same, computed as if every key that is not revoked were valid. */
int gate_policy_unreachable(const struct gate_policy *p, int64_t now, struct gate_strs *out, struct gate_err *err);
/* The same for one requirement, with the persons in `excluded` out. */
int gate_requirement_reachable(const struct gate_people *people, const struct gate_requirement *need,
			       const struct gate_strs *excluded, int64_t now, struct gate_err *err);
/* The roles that somebody who is to make the quorum reachable again must have: all that a tier that holds lists, and those of owners that
 * too few others could sign for at `now`. Adds names to *out. */
int gate_policy_roles_needed(const struct gate_policy *p, int64_t now, struct gate_strs *out, struct gate_err *err);
/* Adds the persons with a key that could sign at `now` to *out. */
int gate_policy_able(const struct gate_policy *p, int64_t now, struct gate_strs *out, struct gate_err *err);

/* The effective policy as YAML (policy show) and whether `b` asks for more than `a` anywhere (HOLES 24). */
int gate_policy_show(const struct gate_policy *p, struct gate_buf *out, struct gate_err *err);
bool gate_requirement_asks_more(const struct gate_requirement *a, const struct gate_requirement *b);

#endif
