/* Putting people into a .refgate/ that is there already (`init --recover`): text in, text out, every line that is not about them kept as
 * the admin wrote it, comments included. Pure; whoever calls it reads the result with gate_policy_load before it is used. */
#ifndef GATE_RULES_AMEND_H
#define GATE_RULES_AMEND_H

#include "rules/policy.h"

/* A person as he stands afterwards: what the files say of him now is replaced. */
struct gate_amend_person {
	const char *name;
	struct gate_strs roles, mails;
	struct gate_strs keys; /* "keytype base64" each */
};
void gate_amend_person_clear(struct gate_amend_person *p);

/* `from` with these people in policy.yml and their keys in allowed_signers, where their old lines go; `now` is `from`, compiled.
 * *rewritten: people: is not one block line a key, so the whole section was written anew and comments inside it are gone.
 * GATE_E_POLICY when policy.yml is no file that lines can be put into. Appends to *out, which the caller clears. */
int gate_amend_people(const struct gate_files *from, const struct gate_policy *now, const struct gate_amend_person *v, size_t n,
		      struct gate_files *out, bool *rewritten, struct gate_err *err);
/* `from` with every key of these people that is not revoked yet added to revoked_keys. GATE_E_USAGE for a name that is nobody's. */
int gate_amend_revoke(const struct gate_files *from, const struct gate_policy *now, const struct gate_strs *names, struct gate_files *out,
		      struct gate_err *err);
/* Whether two policies say the same but for their people and keys. */
int gate_amend_same_rules(const struct gate_policy *a, const struct gate_policy *b, bool *same, struct gate_err *err);

#endif
