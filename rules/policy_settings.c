/* The short sections: protected, namespaces, owners, checks, trace, limits, verifier, mode, effect, ledger. */
#include "rules/build.h"

#include "base/num.h"

#include <ctype.h>
#include <string.h>

#define MEGA ((uint64_t)1 << 20)

int gate_build_check_globs(struct gate_build *b, const struct gate_yaml *v, enum gate_glob_of of)
{
	for (const struct gate_yaml *c = v->first; c; c = c->next) {
		const char *why;

		if (!(of == GATE_GLOB_IDENTITIES ? gate_glob_valid_text : gate_glob_valid)(c->text, &why))
			return gate_build_fail(b, c, "pattern '%.120s': %s", c->text, why);
		if (of == GATE_GLOB_REFS && !gate_starts_with(c->text, "refs/"))
			return gate_build_fail(b, c, "'%.120s' is no full ref name; write refs/heads/%.120s", c->text,
					       c->text);
	}
	return 0;
}

int gate_build_protected(const struct gate_yaml *v, struct gate_build *b)
{
	struct gate_globs *g = &b->p->protected_refs;
	int rc = gate_field_strs(v, b->file, &g->patterns, b->err);

	g->deep = true;
	return rc < 0 ? rc : gate_build_check_globs(b, v, GATE_GLOB_REFS);
}

/* HOLES 8: what these hold is read by git, by the gate or by forges as something else than content. */
static int check_namespace(struct gate_build *b, const struct gate_yaml *c)
{
	static const char *const closed[] = { "replace", "original", "refgate",	  "pending", "meta",
					      "pull",	 "remotes",  "approvals", "trace" };
	const char *room = c->text + strlen("refs/");
	size_t n = strcspn(room, "/");

	if (n == 0 || !room[n] || strcspn(room, "*?[") < n)
		return gate_build_fail(b, c, "'%.120s' opens too much; name the room in full, as in refs/changes/**",
				       c->text);
	for (size_t i = 0; i < GATE_ARRAY_LEN(closed); i++) {
		if (strlen(closed[i]) == n && strncasecmp(room, closed[i], n) == 0)
			return gate_build_fail(b, c, "refs/%s cannot be opened to pushes", closed[i]);
	}
	return 0;
}

int gate_build_namespaces(const struct gate_yaml *v, struct gate_build *b)
{
	int rc = gate_field_strs(v, b->file, &b->p->namespaces.patterns, b->err);

	b->p->limited_namespaces = true;
	if (rc == 0)
		rc = gate_build_check_globs(b, v, GATE_GLOB_REFS);
	for (const struct gate_yaml *c = v->first; c && rc == 0; c = c->next)
		rc = check_namespace(b, c);
	return rc;
}

/* ---- owners ---- */

struct owner_row {
	struct gate_strs paths, roles;
	uint32_t approvals;
};
static const struct gate_field owner_fields[] = {
	{ "paths", gate_field_strs, offsetof(struct owner_row, paths) },
	{ "roles", gate_field_strs, offsetof(struct owner_row, roles) },
	{ "approvals", gate_field_u32, offsetof(struct owner_row, approvals) },
};
const struct gate_keys gate_keys_owner = { "owner", owner_fields, GATE_ARRAY_LEN(owner_fields) };

static int check_owner(struct gate_build *b, const struct gate_yaml *v, const struct owner_row *r)
{
	if (r->paths.n == 0 || r->roles.n == 0)
		return gate_build_fail(b, v, "an owner has paths: and roles:");
	if (r->approvals == 0 || r->approvals > 1000)
		return gate_build_fail(b, v, "approvals: 1 or more, at most 1000");
	for (size_t i = 0; i < r->roles.n; i++) {
		const char *wrong = gate_name_wrong(r->roles.v[i], 63);

		if (wrong)
			return gate_build_fail(b, v, "role '%.70s': %s", r->roles.v[i], wrong);
	}
	return gate_build_check_globs(b, gate_yaml_get(v, "paths"), GATE_GLOB_PATHS);
}

static int add_owner(struct gate_build *b, const struct gate_yaml *v)
{
	struct owner_row r = { .approvals = 1 };
	struct gate_owner *o;
	uint64_t given;
	int rc = gate_fields_read(v, b->file, owner_fields, GATE_ARRAY_LEN(owner_fields), &r, &given, b->err);

	if (rc == 0)
		rc = check_owner(b, v, &r);
	o = rc == 0 ? gate_build_grow(&b->p->owners, &b->p->n_owners, sizeof(*o), b->err) : NULL;
	if (!o) {
		gate_strs_clear(&r.paths);
		gate_strs_clear(&r.roles);
		return -(int)b->err->code;
	}
	*o = (struct gate_owner){ .paths = { .patterns = r.paths, .paths = true, .fold = true },
				  .roles = r.roles,
				  .approvals = r.approvals };
	return 0;
}

int gate_build_owners(const struct gate_yaml *v, struct gate_build *b)
{
	int rc = gate_field_want(v, b->file, GATE_YAML_LIST, "a list of owners", b->err);

	for (const struct gate_yaml *c = v->first; c && rc == 0; c = c->next)
		rc = add_owner(b, c);
	return rc;
}

/* ---- checks ---- */

struct when_row {
	struct gate_strs paths;
	enum gate_tier from;
};
static const struct gate_field when_fields[] = {
	{ "paths", gate_field_strs, offsetof(struct when_row, paths) },
	{ "from", gate_field_tier, offsetof(struct when_row, from) },
};
const struct gate_keys gate_keys_when = { "when", when_fields, GATE_ARRAY_LEN(when_fields) };

struct check_row {
	struct gate_check c;
	const struct gate_yaml *when;
};

static int read_when(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	struct check_row *r = to;
	struct when_row w = { 0 };
	uint64_t given;
	int rc;

	r->when = v;
	rc = gate_fields_read(v, file, when_fields, GATE_ARRAY_LEN(when_fields), &w, &given, err);
	gate_globs_clear(&r->c.paths);
	r->c.paths = (struct gate_globs){ .patterns = w.paths, .paths = true, .fold = true };
	r->c.from = w.from;
	return rc;
}

static int read_background(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	bool *background = to;

	*background = v->type == GATE_YAML_SCALAR && strcmp(v->text, "background") == 0;
	if (!*background && (v->type != GATE_YAML_SCALAR || strcmp(v->text, "inline") != 0))
		return gate_field_fail(v, file, err, "expected inline or background");
	return 0;
}

static const struct gate_field check_fields[] = {
	{ "name", gate_field_str, offsetof(struct check_row, c.name) },
	{ "run", gate_field_words, offsetof(struct check_row, c.run) },
	{ "when", read_when, 0 },
	{ "timeout", gate_field_seconds, offsetof(struct check_row, c.timeout_s) },
	{ "memory", gate_field_bytes, offsetof(struct check_row, c.memory) },
	{ "mode", read_background, offsetof(struct check_row, c.background) },
	{ "network", gate_field_strs, offsetof(struct check_row, c.network) },
	{ "env", gate_field_strs, offsetof(struct check_row, c.env) },
};
const struct gate_keys gate_keys_check = { "check", check_fields, GATE_ARRAY_LEN(check_fields) };

static bool is_host_port(const char *s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
	size_t n = strspn(s, letters);
	uint64_t port;

	return n > 0 && n < 254 && s[0] != '.' && s[0] != '-' && s[n] == ':' &&
	       gate_parse_u64(s + n + 1, strlen(s + n + 1), &port) && port > 0 && port < 65536;
}

static bool is_assignment(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || s[n] == '_')
		n++;
	return n > 0 && !isdigit((unsigned char)s[0]) && s[n] == '=';
}

static int check_check(struct gate_build *b, const struct gate_yaml *v, const struct check_row *r)
{
	const char *wrong = r->c.name ? gate_name_wrong(r->c.name, 63) : "a check needs a name";
	const struct gate_yaml *paths = gate_yaml_get(r->when, "paths");

	if (wrong)
		return gate_build_fail(b, v, "%s", wrong);
	if (r->c.run.n == 0)
		return gate_build_fail(b, v, "check %s has no run: [COMMAND, ARGUMENT, ...]", r->c.name);
	for (size_t i = 0; i + 1 < b->p->n_checks; i++) {
		if (strcmp(b->p->checks[i].name, r->c.name) == 0)
			return gate_build_fail(b, v, "two checks are named %s", r->c.name);
	}
	for (size_t i = 0; i < r->c.network.n; i++) {
		if (!is_host_port(r->c.network.v[i]))
			return gate_build_fail(b, v, "network: '%.120s' is no HOST:PORT (no wildcards)",
					       r->c.network.v[i]);
	}
	for (size_t i = 0; i < r->c.env.n; i++) {
		if (!is_assignment(r->c.env.v[i]))
			return gate_build_fail(b, v, "env: '%.120s' is no NAME=value", r->c.env.v[i]);
	}
	return paths ? gate_build_check_globs(b, paths, GATE_GLOB_PATHS) : 0;
}

static int add_check(struct gate_build *b, const struct gate_yaml *v)
{
	struct check_row r = { .c = { .timeout_s = 600, .memory = 1024 * MEGA } };
	struct gate_check *c = gate_build_grow(&b->p->checks, &b->p->n_checks, sizeof(*c), b->err);
	uint64_t given;
	int rc;

	if (!c)
		return -(int)b->err->code;
	rc = gate_fields_read(v, b->file, check_fields, GATE_ARRAY_LEN(check_fields), &r, &given, b->err);
	*c = r.c; /* owned by the policy from here on, also when refused */
	return rc < 0 ? rc : check_check(b, v, &r);
}

int gate_build_checks(const struct gate_yaml *v, struct gate_build *b)
{
	int rc = gate_field_want(v, b->file, GATE_YAML_LIST, "a list of checks", b->err);

	for (const struct gate_yaml *c = v->first; c && rc == 0; c = c->next)
		rc = add_check(b, c);
	return rc;
}

/* ---- the rest ---- */

static const struct gate_field trace_fields[] = {
	{ "required_from", gate_field_tier, offsetof(struct gate_policy, trace_from) },
};
const struct gate_keys gate_keys_trace = { "trace", trace_fields, GATE_ARRAY_LEN(trace_fields) };

int gate_build_trace(const struct gate_yaml *v, struct gate_build *b)
{
	uint64_t given;
	int rc = gate_fields_read(v, b->file, trace_fields, GATE_ARRAY_LEN(trace_fields), b->p, &given, b->err);

	b->p->trace_required = given != 0;
	return rc;
}

static int read_count(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	uint32_t *n = to;
	int rc = gate_field_u32(v, file, to, err);

	return rc < 0 || *n > 0 ? rc : gate_field_fail(v, file, err, "0 would refuse every push; write 1 or more");
}

static int read_short_time(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	uint32_t *n = to;
	int64_t seconds = 0;
	int rc = gate_field_seconds(v, file, &seconds, err);

	if (rc < 0)
		return rc;
	*n = (uint32_t)seconds;
	return seconds <= 86400 ? 0 : gate_field_fail(v, file, err, "at most 24h");
}

static const struct gate_field limits_fields[] = {
	{ "open_per_actor", read_count, offsetof(struct gate_limits, open_per_actor) },
	{ "open_per_repo", read_count, offsetof(struct gate_limits, open_per_repo) },
	{ "held_per_actor", gate_field_bytes, offsetof(struct gate_limits, held_per_actor) },
	{ "judging", read_short_time, offsetof(struct gate_limits, judging_s) },
	{ "checks", read_short_time, offsetof(struct gate_limits, checks_s) },
	{ "max_push", gate_field_bytes, offsetof(struct gate_limits, max_push) },
};
const struct gate_keys gate_keys_limits = { "limits", limits_fields, GATE_ARRAY_LEN(limits_fields) };

int gate_build_limits(const struct gate_yaml *v, struct gate_build *b)
{
	uint64_t given;

	return gate_fields_read(v, b->file, limits_fields, GATE_ARRAY_LEN(limits_fields), &b->p->limits, &given,
				b->err);
}

static int read_external(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	bool *external = to;

	*external = v->type == GATE_YAML_SCALAR && strcmp(v->text, "ssh-keygen") == 0;
	if (!*external && (v->type != GATE_YAML_SCALAR || strcmp(v->text, "off") != 0))
		return gate_field_fail(v, file, err, "expected off or ssh-keygen");
	return 0;
}

static const struct gate_field verifier_fields[] = {
	{ "external", read_external, offsetof(struct gate_policy, external_verifier) },
};
const struct gate_keys gate_keys_verifier = { "verifier", verifier_fields, GATE_ARRAY_LEN(verifier_fields) };

int gate_build_verifier(const struct gate_yaml *v, struct gate_build *b)
{
	uint64_t given;

	return gate_fields_read(v, b->file, verifier_fields, GATE_ARRAY_LEN(verifier_fields), b->p, &given, b->err);
}

int gate_build_mode(const struct gate_yaml *v, struct gate_build *b)
{
	bool observe = v->type == GATE_YAML_SCALAR && strcmp(v->text, "observe") == 0;

	if (!observe && (v->type != GATE_YAML_SCALAR || strcmp(v->text, "enforce") != 0))
		return gate_build_fail(b, v, "expected enforce or observe");
	b->p->mode = observe ? GATE_MODE_OBSERVE : GATE_MODE_ENFORCE;
	return 0;
}

int gate_build_effect(const struct gate_yaml *v, struct gate_build *b)
{
	bool everywhere = v->type == GATE_YAML_SCALAR && strcmp(v->text, "everywhere") == 0;

	if (!everywhere && (v->type != GATE_YAML_SCALAR || strcmp(v->text, "protected") != 0))
		return gate_build_fail(b, v, "expected everywhere or protected");
	b->p->effect_everywhere = everywhere;
	return 0;
}

int gate_build_ledger(const struct gate_yaml *v, struct gate_build *b)
{
	int64_t seconds = 0;
	int rc = gate_field_seconds(v, b->file, &seconds, b->err);

	if (rc < 0)
		return rc;
	if (seconds % 86400 || seconds / 86400 > 365)
		return gate_build_fail(b, v, "whole days from 1d to 365d");
	b->p->ledger_days = (int)(seconds / 86400);
	return 0;
}
