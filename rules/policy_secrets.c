/* `secrets:` of .refgate/rules/xxx.yml, a project's own types of secrets; and .refgate/secrets.yml, the secrets that maintainers
 * know of and let stand. */
#include "base/io.h"
#include "base/when.h"
#include "rules/build.h"
#include "rules/match.h"
#include "rules/secret_row.h"
#include "rules/secret_set.h"

#include <stdio.h>
#include <string.h>

#define OWN_MAX 500u
#define KNOWN_MAX 2000u

struct gate_secret_own {
	struct gate_secret_row *rows;
	struct gate_secret_rule *rules;
	struct gate_strs sources;
	struct gate_secret_set_built built;
	size_t n;
};

void gate_secret_own_free(struct gate_secret_own *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->n; i++)
		gate_secret_row_clear(&o->rows[i]);
	gate_secret_set_clear(&o->built);
	gate_strs_clear(&o->sources);
	free(o->rows);
	free(o->rules);
	free(o);
}

static int check_regex(struct gate_build *b, const struct gate_yaml *v, const char *pattern)
{
	struct gate_err why = { 0 };
	struct gate_regex *r = pattern ? gate_regex_new(pattern, false, &why) : NULL;

	gate_regex_free(r);
	return !pattern || r ? 0 : gate_build_fail(b, v, "%s", why.text);
}

static int check_own(struct gate_build *b, const struct gate_yaml *v, const struct gate_secret_row *r)
{
	const struct gate_yaml *paths = gate_yaml_get(v, "paths");
	int rc = check_regex(b, v, r->regex);

	if (rc == 0 && r->near_id)
		rc = gate_build_fail(b, v, "%s: near: with id: is not in this version; use regex:", r->id);
	if (rc == 0)
		rc = check_regex(b, v, r->near_regex);
	for (size_t i = 0; rc == 0 && i < r->allow.n; i++)
		rc = check_regex(b, v, r->allow.v[i]);
	if (rc == 0 && paths)
		rc = gate_build_check_globs(b, paths, GATE_GLOB_PATHS);
	for (size_t i = 0; rc == 0 && i < gate_secret_packs_n; i++) {
		if (strcmp(gate_secret_packs[i].id, r->id) == 0)
			rc = gate_build_fail(b, v, "%s is a shipped type (%s); choose another id", r->id,
					     gate_secret_packs[i].source);
	}
	for (size_t i = 0; rc == 0 && i < b->p->own_secrets->n; i++) {
		if (strcmp(b->p->own_secrets->rows[i].id, r->id) == 0)
			rc = gate_build_fail(b, v, "%s stands in %s already", r->id, b->p->own_secrets->sources.v[i]);
	}
	return rc;
}

static int add_own(struct gate_build *b, const struct gate_yaml *v)
{
	gate_auto(gate_secret_row) struct gate_secret_row r = { 0 };
	gate_autofree char *source = gate_fmt("%s:%u", b->file, v->line);
	struct gate_secret_own *o = b->p->own_secrets;
	struct gate_secret_row *rows;
	int rc = gate_secret_row_read(v, b->file, &r, b->err);

	if (rc == 0)
		rc = check_own(b, v, &r);
	if (rc < 0)
		return rc;
	if (o->n >= OWN_MAX)
		return gate_build_fail(b, v, "more than %u types of secrets", OWN_MAX);
	rows = reallocarray(o->rows, o->n + 1, sizeof(*rows));
	if (!rows || !source)
		return gate_err_set(b->err, GATE_E_NOMEM, "out of memory");
	o->rows = rows;
	rc = gate_strs_add(&o->sources, source, b->err);
	if (rc < 0)
		return rc;
	rows[o->n++] = r;
	r = (struct gate_secret_row){ 0 };
	return 0;
}

int gate_build_secrets(const struct gate_yaml *v, struct gate_build *b)
{
	int rc = 0;

	if (!b->p->own_secrets)
		b->p->own_secrets = calloc(1, sizeof(*b->p->own_secrets));
	if (!b->p->own_secrets)
		return gate_err_set(b->err, GATE_E_NOMEM, "out of memory");
	for (const struct gate_yaml *c = v->first; rc == 0 && c; c = c->next)
		rc = add_own(b, c);
	return rc;
}

static int finish_own(struct gate_build *b)
{
	struct gate_secret_own *o = b->p->own_secrets;
	int rc;

	if (!o || !o->n)
		return 0;
	o->rules = calloc(o->n, sizeof(*o->rules));
	if (!o->rules)
		return gate_err_set(b->err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; i < o->n; i++)
		gate_secret_row_rule(&o->rows[i], o->sources.v[i], &o->rules[i]);
	rc = gate_secret_set_build(o->rules, o->n, NULL, NULL, &o->built, b->err);
	if (rc == 0)
		b->p->secrets = &o->built.set;
	return rc;
}

/* ---- .refgate/secrets.yml ---- */

static int read_expires(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	char text[GATE_WHEN_SIZE];

	snprintf(text, sizeof(text), "%.10sT00:00:00Z", v->text);
	if (v->type != GATE_YAML_SCALAR || strlen(v->text) != 10 || !gate_when_parse(text, to))
		return gate_field_fail(v, file, err, "expected a day, such as 2027-03-31");
	return 0;
}

static const struct gate_field known_fields[] = {
	{ "fingerprint", gate_field_str, offsetof(struct gate_known_secret, fingerprint) },
	{ "paths", gate_field_strs, offsetof(struct gate_known_secret, paths.patterns) },
	{ "reason", gate_field_str, offsetof(struct gate_known_secret, reason) },
	{ "expires", read_expires, offsetof(struct gate_known_secret, expires) },
	{ "signer", gate_field_str, offsetof(struct gate_known_secret, signer) },
};

static void known_clear(struct gate_known_secret *k)
{
	free(k->fingerprint);
	free(k->reason);
	free(k->signer);
	gate_globs_clear(&k->paths);
}

void gate_known_secrets_free(struct gate_policy *p)
{
	for (size_t i = 0; i < p->n_known; i++)
		known_clear(&p->known[i]);
	free(p->known);
}

static int check_known(struct gate_build *b, const struct gate_yaml *v, const struct gate_known_secret *k)
{
	const char *colon = k->fingerprint ? strchr(k->fingerprint, ':') : NULL;
	const struct gate_yaml *paths = gate_yaml_get(v, "paths");

	if (!colon || strlen(colon + 1) != 16 || !gate_is_hex(colon + 1, 16))
		return gate_build_fail(b, v, "fingerprint: is TYPE:HEX as a finding shows it");
	if (!k->reason)
		return gate_build_fail(b, v, "%s needs a reason:", k->fingerprint);
	if (!k->signer)
		return gate_build_fail(b, v, "%s needs signer: NAME, the person who answers for it", k->fingerprint);
	return paths ? gate_build_check_globs(b, paths, GATE_GLOB_PATHS) : 0;
}

static int add_known(struct gate_build *b, const struct gate_yaml *v)
{
	struct gate_policy *p = b->p;
	struct gate_known_secret *all = reallocarray(p->known, p->n_known + 1, sizeof(*all));
	uint64_t given;
	int rc;

	if (!all)
		return gate_err_set(b->err, GATE_E_NOMEM, "out of memory");
	p->known = all;
	all += p->n_known++;
	*all = (struct gate_known_secret){ .paths = { .paths = true }, .line = v->line };
	rc = gate_fields_read(v, b->file, known_fields, GATE_ARRAY_LEN(known_fields), all, &given, b->err);
	if (rc == 0 && p->n_known > KNOWN_MAX)
		rc = gate_build_fail(b, v, "more than %u known secrets", KNOWN_MAX);
	return rc == 0 ? check_known(b, v, all) : rc;
}

struct known_file {
	uint32_t version;
	const struct gate_yaml *known;
};

static int keep_known(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	*(const struct gate_yaml **)to = v;
	return gate_field_want(v, file, GATE_YAML_LIST, "a list of known secrets", err);
}

static int read_known(struct gate_build *b, const struct gate_file *f)
{
	static const struct gate_field fields[] = {
		{ "version", gate_field_u32, offsetof(struct known_file, version) },
		{ "known", keep_known, offsetof(struct known_file, known) },
	};
	gate_autoyaml struct gate_yaml_doc *doc = NULL;
	struct known_file k = { 0 };
	uint64_t given;
	int rc = gate_yaml_parse(f->bytes, f->len, GATE_POLICY_MAX, b->file, &doc, b->err);

	if (rc == 0)
		rc = gate_fields_read(gate_yaml_root(doc), b->file, fields, GATE_ARRAY_LEN(fields), &k, &given, b->err);
	if (rc == 0 && (k.version != 1 || !k.known))
		rc = gate_err_set(b->err, GATE_E_POLICY, "%s:1: a file of known secrets has version: 1 and known:", b->file);
	for (const struct gate_yaml *v = rc == 0 ? k.known->first : NULL; rc == 0 && v; v = v->next)
		rc = add_known(b, v);
	return rc;
}

int gate_build_secrets_done(struct gate_build *b)
{
	const struct gate_file *f = gate_files_get(b->files, "secrets.yml");
	const char *before = b->file;
	int rc = finish_own(b);

	b->file = ".refgate/secrets.yml";
	if (rc == 0 && f)
		rc = read_known(b, f);
	b->file = before;
	return rc;
}
