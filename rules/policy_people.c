/* people:, allowed_signers and revoked_keys: who may sign, with which keys. */
#include "formats/signers.h"
#include "rules/build.h"

#include <ctype.h>
#include <string.h>

#define NAME_LEN_MAX 100
#define ROLE_LEN_MAX 63 /* a vote holds 64 bytes of role */
#define APPROVAL_NAMESPACE "approval.v1@refgate"

struct row {
	struct gate_strs roles, mails;
};

static const struct gate_field fields[] = {
	{ "roles", gate_field_strs, offsetof(struct row, roles) },
	{ "mails", gate_field_strs, offsetof(struct row, mails) },
};
const struct gate_keys gate_keys_person = { "person", fields, GATE_ARRAY_LEN(fields) };

const char *gate_name_wrong(const char *name, size_t max)
{
	if (!*name)
		return "an empty name";
	if (strlen(name) > max)
		return "the name is too long";
	if (*name == '-')
		return "a name must not begin with '-'";
	for (const char *p = name; *p; p++) {
		if (*p <= ' ' || *p >= 0x7f)
			return "a name may hold only printable ASCII without spaces, so that everybody can type it";
		if (strchr("*?![]{}\"'\\,:/`$|&;<>()", *p))
			return "a name may hold letters, digits and . _ - + @ =";
	}
	return NULL;
}

static bool is_called(const struct gate_person *one, const char *name)
{
	if (strcasecmp(one->name, name) == 0)
		return true;
	for (size_t i = 0; i < one->aliases.n; i++) {
		if (strcasecmp(one->aliases.v[i], name) == 0)
			return true;
	}
	return false;
}

static struct gate_person *find_person(const struct gate_people *people, const char *name)
{
	for (size_t i = 0; i < people->n; i++) {
		if (is_called(&people->v[i], name))
			return &people->v[i];
	}
	return NULL;
}

/* Exact: what signs is compared byte by byte; only clashes are looked for without letter case. */
const struct gate_person *gate_policy_person(const struct gate_policy *p, const char *name_or_alias)
{
	for (size_t i = 0; i < p->people.n; i++) {
		const struct gate_person *one = &p->people.v[i];

		if (strcmp(one->name, name_or_alias) == 0 || gate_strs_has(&one->aliases, name_or_alias))
			return one;
	}
	return NULL;
}

static int add_mail(struct gate_build *b, const struct gate_yaml *v, struct gate_person *one, const char *mail)
{
	const char *at = strchr(mail, '@');
	gate_autofree char *low = strdup(mail);

	if (!low)
		return gate_err_set(b->err, GATE_E_NOMEM, "out of memory");
	if (!at || at == mail || !at[1] || strchr(at + 1, '@') || strpbrk(mail, " ,<>"))
		return gate_build_fail(b, v, "'%.100s' is no mail address", mail);
	for (char *p = low; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	for (size_t i = 0; i < b->p->people.n; i++) {
		if (gate_strs_has(&b->p->people.v[i].mails, low))
			return gate_build_fail(b, v,
					       "the mail %.100s stands at %s already; a mail belongs to one person",
					       low, b->p->people.v[i].name);
	}
	return gate_strs_add(&one->mails, low, b->err);
}

static int fill_person(struct gate_build *b, const struct gate_yaml *v, struct row *r, struct gate_person *one)
{
	uint64_t given;
	int rc = gate_fields_read(v, b->file, fields, GATE_ARRAY_LEN(fields), r, &given, b->err);

	for (size_t i = 0; i < r->roles.n && rc == 0; i++) {
		const char *wrong = gate_name_wrong(r->roles.v[i], ROLE_LEN_MAX);

		rc = wrong ? gate_build_fail(b, v, "role '%.70s': %s", r->roles.v[i], wrong)
			   : gate_strs_add(&one->roles, r->roles.v[i], b->err);
	}
	for (size_t i = 0; i < r->mails.n && rc == 0; i++)
		rc = add_mail(b, v, one, r->mails.v[i]);
	return rc;
}

static int add_person(struct gate_build *b, const struct gate_yaml *v)
{
	const char *wrong = gate_name_wrong(v->key, NAME_LEN_MAX);
	struct gate_person *one;
	struct row r = { 0 };
	int rc;

	if (wrong)
		return gate_build_fail(b, v, "%s", wrong);
	if (find_person(&b->p->people, v->key))
		return gate_build_fail(b, v, "another person has this name, but for letter case");
	one = gate_build_grow(&b->p->people.v, &b->p->people.n, sizeof(*one), b->err);
	if (!one)
		return -(int)b->err->code;
	one->name = strdup(v->key);
	if (!one->name)
		return gate_err_set(b->err, GATE_E_NOMEM, "out of memory");
	rc = fill_person(b, v, &r, one);
	gate_strs_clear(&r.roles);
	gate_strs_clear(&r.mails);
	return rc;
}

int gate_build_people(const struct gate_yaml *v, struct gate_build *b)
{
	int rc = gate_field_want(v, b->file, GATE_YAML_MAP, "a map of names", b->err);

	if (rc == 0 && b->is_floor)
		return gate_build_fail(
			b, v, "the host's floor names no people; they stand with their keys in each .refgate/");
	for (const struct gate_yaml *c = v->first; c && rc == 0; c = c->next)
		rc = add_person(b, c);
	return rc;
}

/* ---- keys ---- */

static int fail_at(struct gate_build *b, const char *file, const struct gate_signer *s, const char *what)
{
	return gate_err_set(b->err, GATE_E_POLICY, "%s:%u: %s", file, s->line, what);
}

static int unknown_person(struct gate_build *b, const char *file, const struct gate_signer *s)
{
	gate_autofree const char **names = calloc(b->p->people.n + 1, sizeof(char *));
	const char *near = NULL;

	for (size_t i = 0; names && i < b->p->people.n; i++)
		names[i] = b->p->people.v[i].name;
	if (names)
		near = gate_nearest(s->principals.v[0], names, b->p->people.n);
	return gate_err_set(
		b->err, GATE_E_POLICY,
		"%s:%u: '%s' is no person of people: in policy.yml; %s%s%sthe first principal of a line must be one",
		file, s->line, s->principals.v[0], near ? "did you mean '" : "", near ? near : "", near ? "'? " : "");
}

/* Further principals mean the same person, and nobody else. */
static int add_aliases(struct gate_build *b, const char *file, const struct gate_signer *s, struct gate_person *one)
{
	int rc = 0;

	for (size_t i = 1; i < s->principals.n && rc == 0; i++) {
		const char *alias = s->principals.v[i];
		const struct gate_person *other = find_person(&b->p->people, alias);

		if (other && other != one)
			return gate_err_set(b->err, GATE_E_POLICY,
					    "%s:%u: '%s' means both %s and %s; one line is one person", file, s->line,
					    alias, one->name, other->name);
		if (!other)
			rc = gate_strs_add(&one->aliases, alias, b->err);
	}
	return rc;
}

/* One key is one person: else one signature could be counted for two. The same key on two lines of one person would let
 * the laxer line win. */
static int check_owner(struct gate_build *b, const char *file, const struct gate_signer *s,
		       const struct gate_person *one)
{
	for (size_t i = 0; i < b->p->people.n; i++) {
		const struct gate_person *other = &b->p->people.v[i];

		for (size_t k = 0; k < other->n_keys; k++) {
			if (strcmp(other->keys[k].fp, s->key.fp) != 0)
				continue;
			if (other == one)
				return fail_at(b, file, s,
					       "this key stands on another line already; keep one line for a key");
			return gate_err_set(b->err, GATE_E_POLICY,
					    "%s:%u: this key is %s's already; one key is one person", file, s->line,
					    other->name);
		}
	}
	return 0;
}

static int add_key(struct gate_build *b, const char *file, struct gate_signer *s)
{
	struct gate_person *one = NULL;
	struct gate_key *key;
	int rc;

	for (size_t i = 0; i < b->p->people.n; i++) {
		if (strcmp(b->p->people.v[i].name, s->principals.v[0]) == 0)
			one = &b->p->people.v[i];
	}
	if (!one)
		return unknown_person(b, file, s);
	rc = add_aliases(b, file, s, one);
	if (rc == 0)
		rc = check_owner(b, file, s, one);
	if (rc < 0)
		return rc;
	key = gate_build_grow(&one->keys, &one->n_keys, sizeof(*key), b->err);
	if (!key)
		return -(int)b->err->code;
	*key = s->key;
	s->key = (struct gate_key){ 0 }; /* moved */
	return 0;
}

static void mark_revoked(struct gate_people *people, const char *fp)
{
	for (size_t i = 0; i < people->n; i++) {
		for (size_t k = 0; k < people->v[i].n_keys; k++) {
			if (strcmp(people->v[i].keys[k].fp, fp) == 0)
				people->v[i].keys[k].revoked = true;
		}
	}
}

static bool can_approve(const struct gate_key *k)
{
	return !k->revoked && (k->namespaces.n == 0 || gate_strs_has(&k->namespaces, APPROVAL_NAMESPACE));
}

static int warn_keyless(struct gate_build *b)
{
	int rc = 0;

	for (size_t i = 0; i < b->p->people.n && rc == 0; i++) {
		const struct gate_person *one = &b->p->people.v[i];
		size_t usable = 0;

		for (size_t k = 0; k < one->n_keys; k++)
			usable += can_approve(&one->keys[k]);
		if (usable == 0)
			rc = gate_build_warn(
				b, "%s has no key that may sign approvals; add a line to .refgate/allowed_signers",
				one->name);
	}
	return rc;
}

int gate_build_keys(struct gate_build *b)
{
	static const char allowed_name[] = ".refgate/allowed_signers", revoked_name[] = ".refgate/revoked_keys";
	const struct gate_file *allowed = gate_files_get(b->files, "allowed_signers");
	const struct gate_file *revoked = gate_files_get(b->files, "revoked_keys");
	gate_auto(gate_signers) struct gate_signers keys = { 0 }, gone = { 0 };
	int rc = 0;

	if (allowed)
		rc = gate_signers_parse(allowed->bytes, allowed->len, allowed_name, &keys, b->err);
	for (size_t i = 0; i < keys.n && rc == 0; i++)
		rc = add_key(b, allowed_name, &keys.v[i]);
	if (rc == 0 && revoked)
		rc = gate_revoked_parse(revoked->bytes, revoked->len, revoked_name, &gone, b->err);
	for (size_t i = 0; i < gone.n && rc == 0; i++)
		mark_revoked(&b->p->people, gone.v[i].key.fp);
	return rc < 0 ? rc : warn_keyless(b);
}
