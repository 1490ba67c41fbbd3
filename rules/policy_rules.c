/* rules: the shipped ones, what a policy changes of them, and its own. */
#include "base/io.h"
#include "rules/build.h"
#include "rules/packs.h"
#include "rules/rule_row.h"

#include <string.h>

const struct gate_keys gate_keys_rule = { "rule", gate_rule_fields, GATE_ROW_KEYS };
const struct gate_keys gate_keys_value_row = { "valueRow", gate_value_fields, GATE_VALUE_KEYS };

struct rule_file {
	uint32_t version;
	char *pack;
	const struct gate_yaml *rules, *secrets;
};

static int keep_list(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	*(const struct gate_yaml **)to = v;
	return gate_field_want(v, file, GATE_YAML_LIST, "a list of rules", err);
}

static const struct gate_field file_fields[] = {
	{ "version", gate_field_u32, offsetof(struct rule_file, version) },
	{ "pack", gate_field_str, offsetof(struct rule_file, pack) },
	{ "rules", keep_list, offsetof(struct rule_file, rules) },
	{ "secrets", keep_list, offsetof(struct rule_file, secrets) },
};
const struct gate_keys gate_keys_rule_file = { "ruleFile", file_fields, GATE_ARRAY_LEN(file_fields) };

/* HOLES 8: what protects the gate itself can be made stricter, never weaker. */
static bool is_fixed(const char *id, bool deny)
{
	return deny || gate_starts_with(id, "GATE-") || strcmp(id, "GIT-REF") == 0;
}

/* Constant patterns are only read; the list is marked as borrowed. */
static struct gate_globs borrow(char *const *v, size_t n, bool fold)
{
	return (struct gate_globs){
		.patterns = { .v = (char **)(uintptr_t)v, .n = n }, .paths = true, .fold = fold, .borrowed = true
	};
}

static int ship(struct gate_build *b, const struct gate_pack_row *row, struct gate_rule *r)
{
	*r = (struct gate_rule){ .floor = row->floor,
				 .points = row->points,
				 .deny = row->deny,
				 .everywhere = row->everywhere,
				 .fixed = is_fixed(row->id, row->deny),
				 .kind = row->kind,
				 .message = row->message,
				 .source = row->source };
	gate_copy(r->id, sizeof(r->id), row->id);
	gate_copy(r->cls, sizeof(r->cls), row->cls);
	r->values = row->values;
	r->n_values = row->n_values;
	r->paths = borrow(row->paths, row->n_paths, row->fold);
	r->not_paths = borrow(row->not_paths, row->n_not_paths, row->fold);
	if (!row->content)
		return 0;
	r->content = gate_regex_lazy(row->content, row->fold_content, b->err);
	return r->content ? 0 : -(int)b->err->code;
}

int gate_build_shipped(struct gate_build *b)
{
	struct gate_policy *p = b->p;
	int rc = 0;

	b->cap_rules = gate_packs_n + 64;
	p->rules = calloc(b->cap_rules, sizeof(*p->rules));
	if (!p->rules)
		return gate_err_set(b->err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; i < gate_packs_n && rc == 0; i++)
		rc = ship(b, &gate_packs[i], &p->rules[p->n_rules++]);
	return rc;
}

const struct gate_rule *gate_policy_rule(const struct gate_policy *p, const char *id)
{
	for (size_t i = 0; i < p->n_rules; i++) {
		if (strcmp(p->rules[i].id, id) == 0)
			return &p->rules[i];
	}
	return NULL;
}

static struct gate_rule *find_rule(struct gate_policy *p, const char *id)
{
	for (size_t i = 0; i < p->n_rules; i++) {
		if (strcmp(p->rules[i].id, id) == 0)
			return &p->rules[i];
	}
	return NULL;
}

static struct gate_rule *new_rule(struct gate_build *b)
{
	struct gate_policy *p = b->p;

	if (p->n_rules == b->cap_rules) {
		size_t cap = b->cap_rules * 2;
		struct gate_rule *v = reallocarray(p->rules, cap, sizeof(*v));

		if (!v) {
			gate_err_set(b->err, GATE_E_NOMEM, "out of memory");
			return NULL;
		}
		p->rules = v;
		b->cap_rules = cap;
	}
	p->rules[p->n_rules] = (struct gate_rule){ 0 };
	return &p->rules[p->n_rules++];
}

/* ---- a change of a shipped rule ---- */

static int check_override(struct gate_build *b, const struct gate_yaml *v, const struct gate_rule_row *row,
			  const struct gate_rule *r)
{
	static const int own_only[] = { GATE_ROW_KIND, GATE_ROW_CLASS, GATE_ROW_PATHS, GATE_ROW_CONTENT,
					GATE_ROW_FOLD, GATE_ROW_VALUES };

	for (size_t i = 0; i < GATE_ARRAY_LEN(own_only); i++) {
		if (gate_row_has(row, own_only[i]))
			return gate_build_fail(
				b, v,
				"%s is a shipped rule: its points, tier, deny, effect, message, not_paths and off can "
				"be changed, not its %s; give a rule of your own another id",
				row->id, gate_rule_fields[own_only[i]].key);
	}
	if (row->not_paths.n && strcmp(r->kind, "builtin") == 0)
		return gate_build_fail(b, v, "%s is built in: not_paths cannot be changed", row->id);
	return 0;
}

/* What of the change would weaken the rule; NULL when nothing. */
static const char *weakens(const struct gate_rule_row *row, const struct gate_rule *r)
{
	if (row->off)
		return "off: true";
	if (row->not_paths.n)
		return "an exception";
	if (gate_row_has(row, GATE_ROW_POINTS) && row->points < r->points)
		return "fewer points";
	if (gate_row_has(row, GATE_ROW_TIER) && row->tier < r->floor)
		return "a lower tier";
	if (gate_row_has(row, GATE_ROW_DENY) && !row->deny && r->deny)
		return "deny: false";
	if (gate_row_has(row, GATE_ROW_EFFECT) && !row->everywhere && r->everywhere)
		return "effect: protected";
	return NULL;
}

static int override(struct gate_build *b, const struct gate_yaml *v, struct gate_rule_row *row, struct gate_rule *r)
{
	const char *weaker = r->fixed ? weakens(row, r) : NULL;
	int rc = check_override(b, v, row, r);

	if (rc < 0)
		return rc;
	if (weaker)
		return gate_build_fail(
			b, v, "%s protects the gate itself (%s): it can be made stricter, never weaker, so no %s",
			row->id, r->source, weaker);
	for (size_t i = 0; i < row->not_paths.n && rc == 0; i++)
		rc = gate_globs_add(&r->not_paths, row->not_paths.v[i], b->err);
	if (rc < 0)
		return rc;
	if (gate_row_has(row, GATE_ROW_POINTS))
		r->points = row->points;
	if (gate_row_has(row, GATE_ROW_TIER))
		r->floor = row->tier;
	if (gate_row_has(row, GATE_ROW_DENY))
		r->deny = row->deny;
	if (gate_row_has(row, GATE_ROW_EFFECT))
		r->everywhere = row->everywhere;
	r->off = row->off;
	if (row->message) {
		r->message = gate_build_keep(b, row->message);
		if (!r->message)
			return -(int)b->err->code;
	}
	return 0;
}

/* ---- a rule of the policy's own ---- */

static int no_matcher(struct gate_build *b, const struct gate_yaml *v, const char *id)
{
	gate_autofree const char **names = calloc(b->p->n_rules + 1, sizeof(char *));
	const char *near = NULL;

	for (size_t i = 0; names && i < b->p->n_rules; i++)
		names[i] = b->p->rules[i].id;
	if (names)
		near = gate_nearest(id, names, b->p->n_rules);
	return gate_build_fail(b, v, "%s is no shipped rule, and a rule of your own needs paths:, content: or values:%s%s%s", id,
			       near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static int check_own(struct gate_build *b, const struct gate_yaml *v, const struct gate_rule_row *row)
{
	const char *kind = row->values.n ? "value" : row->content ? "content" : "path";

	if (!row->paths.n && !row->content && !row->values.n)
		return no_matcher(b, v, row->id);
	if (gate_starts_with(row->id, "GATE-") || (row->cls && strcmp(row->cls, "GATE") == 0))
		return gate_build_fail(b, v, "names with GATE are the gate's own; choose another for %s", row->id);
	if (row->kind && strcmp(row->kind, kind) != 0)
		return gate_build_fail(b, v,
				       "rule %s: kind is path, content when it has a content: expression, value when it "
				       "has values:",
				       row->id);
	if (row->values.n && (row->paths.n || row->content))
		return gate_build_fail(b, v, "rule %s: rows of values: name their files themselves, so no paths: or "
				       "content: beside them", row->id);
	if (row->off)
		return gate_build_fail(b, v, "rule %s is your own; remove it instead of switching it off", row->id);
	return 0;
}

static int own(struct gate_build *b, const struct gate_yaml *v, struct gate_rule_row *row, struct gate_rule *r)
{
	const struct gate_yaml *at = gate_yaml_get(v, "content");

	*r = (struct gate_rule){ .floor = row->tier,
				 .points = gate_row_points(row),
				 .deny = row->deny,
				 .everywhere = row->everywhere,
				 .fixed = row->deny,
				 .kind = row->values.n ? "value" : row->content ? "content" : "path" };
	gate_copy(r->id, sizeof(r->id), row->id);
	gate_copy(r->cls, sizeof(r->cls), row->cls ? row->cls : "RULE");
	r->message = gate_build_keep(b, row->message ? row->message : "a rule of this project");
	r->paths = (struct gate_globs){ .patterns = row->paths, .paths = true, .fold = row->fold };
	r->not_paths = (struct gate_globs){ .patterns = row->not_paths, .paths = true, .fold = row->fold };
	row->paths = row->not_paths = (struct gate_strs){ 0 }; /* moved */
	r->values = row->values.v;
	r->n_values = row->values.n;
	r->values_owned = true;
	row->values = (struct gate_value_rows){ 0 }; /* moved */
	if (row->content) {
		struct gate_err why = { 0 };

		r->content = gate_regex_new(row->content, gate_row_has(row, GATE_ROW_FOLD) && row->fold, &why);
		if (!r->content)
			return gate_build_fail(b, at ? at : v, "%s", why.text);
	}
	return r->message ? 0 : -(int)b->err->code;
}

/* Globs and expressions of rows are checked where they are written, as those of other rules. */
static int check_values(struct gate_build *b, const struct gate_yaml *v)
{
	const struct gate_yaml *rows = gate_yaml_get(v, "values");
	int rc = 0;

	for (const struct gate_yaml *c = rows ? rows->first : NULL; c && rc == 0; c = c->next) {
		const struct gate_yaml *files = gate_yaml_get(c, "files"), *text = gate_yaml_get(c, "text");
		struct gate_err why = { 0 };
		struct gate_regex *r;

		rc = files ? gate_build_check_globs(b, files, GATE_GLOB_PATHS) : 0;
		if (rc < 0 || !text)
			continue;
		r = gate_regex_new(text->text, false, &why);
		if (!r)
			return gate_build_fail(b, text, "%s", why.text);
		gate_regex_free(r);
	}
	return rc;
}

static int set_source(struct gate_build *b, const struct gate_yaml *v, struct gate_rule *r)
{
	gate_autofree char *source = gate_fmt("%s:%u", b->file, v->line);

	r->stated = true;
	r->source = source ? gate_build_keep(b, source) : NULL;
	return r->source ? 0 : gate_err_set(b->err, GATE_E_NOMEM, "out of memory");
}

static int read_rule(struct gate_build *b, const struct gate_yaml *v)
{
	static const char *const lists[] = { "paths", "not_paths", "except" };
	gate_auto(gate_rule_row) struct gate_rule_row row = { 0 };
	struct gate_rule *r;
	int rc = gate_rule_row_read(v, b->file, GATE_ROW_KEYS, &row, b->err);

	if (rc == 0 && gate_row_has(&row, GATE_ROW_EXCEPT) && gate_row_has(&row, GATE_ROW_NOT_PATHS))
		rc = gate_build_fail(b, v, "rule %s: except is another word for not_paths; keep one", row.id);
	for (size_t i = 0; i < GATE_ARRAY_LEN(lists) && rc == 0; i++) {
		const struct gate_yaml *list = gate_yaml_get(v, lists[i]);

		rc = list ? gate_build_check_globs(b, list, GATE_GLOB_PATHS) : 0;
	}
	if (rc == 0)
		rc = check_values(b, v);
	if (rc < 0)
		return rc;
	r = find_rule(b->p, row.id);
	if (r && r->stated)
		return gate_build_fail(b, v, "rule %s stands in %s already; write it once", row.id, r->source);
	if (r) {
		rc = override(b, v, &row, r);
	} else {
		rc = check_own(b, v, &row);
		r = rc == 0 ? new_rule(b) : NULL;
		rc = r ? own(b, v, &row, r) : -(int)b->err->code;
	}
	return rc < 0 ? rc : set_source(b, v, r);
}

int gate_build_rules(const struct gate_yaml *v, struct gate_build *b)
{
	int rc = gate_field_want(v, b->file, GATE_YAML_LIST, "a list of rules", b->err);

	for (const struct gate_yaml *c = v->first; c && rc == 0; c = c->next)
		rc = read_rule(b, c);
	return rc;
}

static int read_file(struct gate_build *b, const struct gate_file *f, const char *file)
{
	gate_autoyaml struct gate_yaml_doc *doc = NULL;
	struct rule_file row = { 0 };
	uint64_t given;
	int rc = gate_yaml_parse(f->bytes, f->len, GATE_POLICY_MAX, file, &doc, b->err);

	if (rc == 0)
		rc = gate_fields_read(gate_yaml_root(doc), file, file_fields, GATE_ARRAY_LEN(file_fields), &row, &given,
				      b->err);
	free(row.pack);
	if (rc < 0)
		return rc;
	if (row.version != 1 || (!row.rules && !row.secrets))
		return gate_err_set(b->err, GATE_E_POLICY, "%s:1: a file of rules has version: 1 and rules: or secrets:", file);
	rc = row.rules ? gate_build_rules(row.rules, b) : 0;
	return rc == 0 && row.secrets ? gate_build_secrets(row.secrets, b) : rc;
}

/* In the order of their names, so that errors and explanations do not depend on how the files were listed. */
int gate_build_rule_files(struct gate_build *b)
{
	gate_auto(gate_strs) struct gate_strs names = { 0 };
	const char *before = b->file;
	int rc = 0;

	for (size_t i = 0; i < b->files->n && rc == 0; i++) {
		const char *path = b->files->v[i].path;

		if (gate_starts_with(path, "rules/") && gate_ends_with(path, ".yml"))
			rc = gate_strs_add(&names, path, b->err);
		else if (gate_starts_with(path, "rules/"))
			rc = gate_err_set(b->err, GATE_E_POLICY,
					  ".refgate/%.200s:1: only files that end with .yml are read here; "
					  "rename or remove it",
					  path);
	}
	gate_strs_sort(&names);
	for (size_t i = 0; i < names.n && rc == 0; i++) {
		gate_autofree char *file = gate_fmt(".refgate/%s", names.v[i]);

		b->file = file ? file : "";
		rc = read_file(b, gate_files_get(b->files, names.v[i]), b->file);
		b->file = before;
	}
	return rc;
}
