#include "rules/secret_row.h"

#include "base/num.h"

#include <string.h>

void gate_secret_row_clear(struct gate_secret_row *r)
{
	char **texts[] = { &r->id, &r->name, &r->regex, &r->checksum, &r->prefix, &r->near_id, &r->near_regex };
	struct gate_strs *lists[] = { &r->keywords, &r->paths, &r->allow, &r->yes, &r->no };

	for (size_t i = 0; i < GATE_ARRAY_LEN(texts); i++)
		free(*texts[i]);
	for (size_t i = 0; i < GATE_ARRAY_LEN(lists); i++)
		gate_strs_clear(lists[i]);
	*r = (struct gate_secret_row){ 0 };
}

/* Ids stand in fingerprints, "ID:HEX": lower-case words joined by '-'. */
static int read_id(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	int rc = gate_field_str(v, file, to, err);

	if (rc < 0)
		return rc;
	if (v->text[strspn(v->text, "abcdefghijklmnopqrstuvwxyz0123456789-")] || v->text[0] == '-')
		return gate_field_fail(v, file, err, "only a-z, 0-9 and '-' (not first) make an id: '%.80s'", v->text);
	if (strlen(v->text) > GATE_SECRET_ID_MAX)
		return gate_field_fail(v, file, err, "an id of more than %u characters", GATE_SECRET_ID_MAX);
	return 0;
}

static int read_tier(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	static const char *const names[] = { "low", "medium", "high", "deny" };
	enum gate_secret_tier *t = to;

	for (size_t i = 0; v->type == GATE_YAML_SCALAR && i < GATE_ARRAY_LEN(names); i++) {
		if (strcmp(v->text, names[i]) == 0) {
			*t = (enum gate_secret_tier)i;
			return 0;
		}
	}
	return gate_field_fail(v, file, err, "expected deny, high, medium or low");
}

static int read_anchor(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	static const struct {
		const char *word;
		enum gate_secret_anchor anchor;
		uint32_t least;
	} forms[] = { { "offset:", GATE_ANCHOR_OFFSET, 0 }, { "window:", GATE_ANCHOR_WINDOW, 0 } };
	struct gate_secret_row *r = to;
	uint64_t n;

	if (v->type == GATE_YAML_SCALAR && strcmp(v->text, "keyword") == 0) {
		r->anchor = GATE_ANCHOR_KEYWORD;
		return 0;
	}
	for (size_t i = 0; v->type == GATE_YAML_SCALAR && i < GATE_ARRAY_LEN(forms); i++) {
		const char *digits = v->text + strlen(forms[i].word);

		if (gate_starts_with(v->text, forms[i].word) && gate_parse_u64(digits, strlen(digits), &n) &&
		    n <= GATE_SECRET_WINDOW_MAX) {
			r->anchor = forms[i].anchor;
			r->anchor_n = (uint32_t)n;
			return 0;
		}
	}
	return gate_field_fail(v, file, err, "expected keyword, offset:N or window:N, N not above %u",
			       GATE_SECRET_WINDOW_MAX);
}

/* Keywords are searched for without letter case; the automaton folds ASCII alone. */
static int read_keywords(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	int rc = gate_field_strs(v, file, to, err);

	for (const struct gate_yaml *k = v->first; rc == 0 && k; k = k->next) {
		size_t n = strlen(k->text);

		if (n < GATE_SECRET_KEYWORD_MIN || n > GATE_SECRET_KEYWORD_MAX)
			rc = gate_field_fail(k, file, err, "a keyword has %u to %u bytes: '%.80s'", GATE_SECRET_KEYWORD_MIN,
					     GATE_SECRET_KEYWORD_MAX, k->text);
	}
	return rc;
}

const struct gate_field gate_secret_near_fields[] = {
	{ "id", read_id, offsetof(struct gate_secret_row, near_id) },
	{ "regex", gate_field_str, offsetof(struct gate_secret_row, near_regex) },
	{ "within", gate_field_u32, offsetof(struct gate_secret_row, near_within) },
};
const size_t gate_secret_near_fields_n = GATE_ARRAY_LEN(gate_secret_near_fields);

static int read_near(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	struct gate_secret_row *r = to;
	uint64_t given;
	int rc = gate_fields_read(v, file, gate_secret_near_fields, gate_secret_near_fields_n, r, &given, err);

	if (rc < 0)
		return rc;
	if (!r->near_id == !r->near_regex)
		return gate_field_fail(v, file, err, "near: has id: or regex:, one of both");
	if (!(given & 4) || r->near_within < 1 || r->near_within > GATE_SECRET_LEN_MAX)
		return gate_field_fail(v, file, err, "near: needs within: N, the bytes between both, 1 to %u",
				       GATE_SECRET_LEN_MAX);
	return 0;
}

const struct gate_field gate_secret_example_fields[] = {
	{ "yes", gate_field_words, offsetof(struct gate_secret_row, yes) },
	{ "no", gate_field_words, offsetof(struct gate_secret_row, no) },
};
const size_t gate_secret_example_fields_n = GATE_ARRAY_LEN(gate_secret_example_fields);

static int read_examples(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	uint64_t given;

	return gate_fields_read(v, file, gate_secret_example_fields, gate_secret_example_fields_n, to, &given, err);
}

enum { KEY_ID, KEY_NAME, KEY_KEYWORDS, KEY_REGEX, KEY_TIER, KEY_FAILED, KEY_CHECKSUM, KEY_GENERIC };

const struct gate_field gate_secret_fields[] = {
	[KEY_ID] = { "id", read_id, offsetof(struct gate_secret_row, id) },
	[KEY_NAME] = { "name", gate_field_str, offsetof(struct gate_secret_row, name) },
	[KEY_KEYWORDS] = { "keywords", read_keywords, offsetof(struct gate_secret_row, keywords) },
	[KEY_REGEX] = { "regex", gate_field_str, offsetof(struct gate_secret_row, regex) },
	[KEY_TIER] = { "tier", read_tier, offsetof(struct gate_secret_row, tier) },
	[KEY_FAILED] = { "failed", read_tier, offsetof(struct gate_secret_row, failed) },
	[KEY_CHECKSUM] = { "checksum", gate_field_str, offsetof(struct gate_secret_row, checksum) },
	[KEY_GENERIC] = { "generic", gate_field_bool, offsetof(struct gate_secret_row, generic) },
	{ "anchor", read_anchor, 0 },
	{ "max_len", gate_field_u32, offsetof(struct gate_secret_row, max_len) },
	{ "entropy", gate_field_milli, offsetof(struct gate_secret_row, entropy_milli) },
	{ "group", gate_field_u32, offsetof(struct gate_secret_row, group) },
	{ "prefix", gate_field_str, offsetof(struct gate_secret_row, prefix) },
	{ "near", read_near, 0 },
	{ "paths", gate_field_strs, offsetof(struct gate_secret_row, paths) },
	{ "allow", gate_field_strs, offsetof(struct gate_secret_row, allow) },
	{ "examples", read_examples, 0 },
};
const size_t gate_secret_fields_n = GATE_ARRAY_LEN(gate_secret_fields);

static bool has(const struct gate_secret_row *r, int key)
{
	return (r->given >> key & 1) != 0;
}

static int check(const struct gate_yaml *v, const char *file, const struct gate_secret_row *r, struct gate_err *err)
{
	if (!r->id)
		return gate_field_fail(v, file, err, "a type of secret without an id; add id: NAME");
	for (int key = KEY_NAME; key <= KEY_TIER; key++) {
		if (!has(r, key))
			return gate_field_fail(v, file, err, "%s has no %s:", r->id, gate_secret_fields[key].key);
	}
	if (!r->keywords.n)
		return gate_field_fail(v, file, err, "%s has no keywords: each match must hold one of them", r->id);
	if (r->max_len < 4 || r->max_len > GATE_SECRET_LEN_MAX)
		return gate_field_fail(v, file, err, "%s: max_len is 4 to %u", r->id, GATE_SECRET_LEN_MAX);
	if (r->group > 9)
		return gate_field_fail(v, file, err, "%s: group is 0 to 9", r->id);
	if (has(r, KEY_FAILED) && !r->checksum)
		return gate_field_fail(v, file, err, "%s: failed: is for a type with a checksum:", r->id);
	if (r->prefix && strlen(r->prefix) > 24)
		return gate_field_fail(v, file, err, "%s: a prefix of more than 24 characters shows too much", r->id);
	return 0;
}

int gate_secret_row_read(const struct gate_yaml *v, const char *file, struct gate_secret_row *r, struct gate_err *err)
{
	int rc;

	*r = (struct gate_secret_row){ .line = v->line, .max_len = GATE_SECRET_LEN_DEFAULT };
	rc = gate_fields_read(v, file, gate_secret_fields, gate_secret_fields_n, r, &r->given, err);
	if (rc == 0)
		rc = check(v, file, r, err);
	if (rc == 0 && !has(r, KEY_FAILED))
		r->failed = r->tier > GATE_SECRET_LOW ? r->tier - 1 : GATE_SECRET_LOW;
	return rc;
}

void gate_secret_row_rule(const struct gate_secret_row *r, const char *source, struct gate_secret_rule *out)
{
	*out = (struct gate_secret_rule){
		.id = r->id,
		.name = r->name,
		.source = source,
		.keywords = r->keywords.v,
		.regex = r->regex,
		.checksum = r->checksum,
		.prefix = r->prefix,
		.near_id = r->near_id,
		.near_regex = r->near_regex,
		.paths = r->paths.v,
		.allow = r->allow.v,
		.n_keywords = (uint32_t)r->keywords.n,
		.n_paths = (uint32_t)r->paths.n,
		.n_allow = (uint32_t)r->allow.n,
		.max_len = r->max_len,
		.near_within = r->near_within,
		.entropy_milli = r->entropy_milli,
		.anchor_n = (uint16_t)r->anchor_n,
		.anchor = (uint8_t)r->anchor,
		.group = (uint8_t)r->group,
		.tier = (uint8_t)r->tier,
		.failed = (uint8_t)r->failed,
		.generic = r->generic,
	};
}

struct pack {
	uint32_t version;
	char *name;
	const struct gate_yaml *secrets;
};

static int keep_list(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	*(const struct gate_yaml **)to = v;
	return gate_field_want(v, file, GATE_YAML_LIST, "a list of types of secrets", err);
}

static const struct gate_field pack_fields[] = {
	{ "version", gate_field_u32, offsetof(struct pack, version) },
	{ "pack", gate_field_str, offsetof(struct pack, name) },
	{ "secrets", keep_list, offsetof(struct pack, secrets) },
};

int gate_secret_file_read(const char *bytes, size_t len, const char *file, gate_secret_row_fn *fn, void *arg,
			  struct gate_err *err)
{
	gate_autoyaml struct gate_yaml_doc *doc = NULL;
	struct pack pack = { 0 };
	uint64_t given = 0;
	int rc = gate_yaml_parse(bytes, len, GATE_POLICY_MAX, file, &doc, err);

	if (rc == 0)
		rc = gate_fields_read(gate_yaml_root(doc), file, pack_fields, GATE_ARRAY_LEN(pack_fields), &pack, &given,
				      err);
	free(pack.name);
	if (rc == 0 && (pack.version != 1 || given != 7))
		rc = gate_err_set(err, GATE_E_POLICY, "%s:1: a pack of secrets has version: 1, pack: NAME and secrets:",
				  file);
	for (const struct gate_yaml *v = rc == 0 ? pack.secrets->first : NULL; rc == 0 && v; v = v->next) {
		gate_auto(gate_secret_row) struct gate_secret_row r = { 0 };

		rc = gate_secret_row_read(v, file, &r, err);
		if (rc == 0)
			rc = fn(arg, &r, v, err);
	}
	return rc;
}
