/* packgen: the shipped packs (YAML) -> one C file of constant tables. Runs while refgate is built.
 *
 *   packgen rules/packs/xxx.yml... >packs.c
 *
 * Whatever is wrong in a pack stops the build with file:line. The syntax of globs and expressions is checked by
 * tests/unit/test_match.c, because this tool is built before the matchers. */
#include "base/io.h"
#include "rules/c_table.h"
#include "rules/rule_row.h"

#include <string.h>

struct output {
	struct gate_buf lists, rows;
	struct gate_strs ids; /* "ID" of every row so far */
	size_t n;
};

struct pack {
	uint32_t version;
	char *name;
	const struct gate_yaml *rules;
};

static int read_rules(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	const struct gate_yaml **rules = to;

	*rules = v;
	return gate_field_want(v, file, GATE_YAML_LIST, "a list of rules", err);
}

static const struct gate_field pack_fields[] = {
	{ "version", gate_field_u32, offsetof(struct pack, version) },
	{ "pack", gate_field_str, offsetof(struct pack, name) },
	{ "rules", read_rules, offsetof(struct pack, rules) },
};

static void put_list_use(struct gate_buf *b, const char *name, size_t row, const struct gate_strs *l)
{
	if (l->n)
		gate_buf_fmt(b, "%s_%zu, ", name, row);
	else
		gate_buf_str(b, "NULL, ");
}

/* Lists of a row of values: `static char *x[]`, used by what put_value writes. */
static void put_value_lists(struct output *o, size_t row, const struct gate_value_row *r)
{
	const struct gate_strs *lists[] = { &r->files, &r->flags, &r->command, &r->order, &r->to, &r->off };

	for (size_t k = 0; k < GATE_ARRAY_LEN(lists); k++) {
		if (!lists[k]->n)
			continue;
		gate_buf_fmt(&o->lists, "static char *value_%zu_%zu_%zu[] = {", o->n, row, k);
		for (size_t i = 0; i < lists[k]->n; i++) {
			gate_buf_str(&o->lists, i ? ", " : " ");
			gate_c_string(&o->lists, lists[k]->v[i]);
		}
		gate_buf_str(&o->lists, " };\n");
	}
}

static void put_value(struct output *o, size_t row, const struct gate_value_row *r)
{
	const struct gate_strs *lists[] = { &r->files, &r->flags, &r->command, &r->order, &r->to, &r->off };
	const char *texts[] = { r->key, r->text, r->tool, r->metric, r->scope, r->fallback, r->family };
	struct gate_buf *b = &o->lists;

	gate_buf_str(b, "\t{ ");
	for (size_t k = 0; k < GATE_ARRAY_LEN(lists); k++) {
		if (lists[k]->n)
			gate_buf_fmt(b, "{ value_%zu_%zu_%zu, %zu, 0 }, ", o->n, row, k, lists[k]->n);
		else
			gate_buf_str(b, "{ NULL, 0, 0 }, ");
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(texts); i++) {
		gate_c_string(b, texts[i]);
		gate_buf_str(b, ", ");
	}
	gate_buf_fmt(b, "%d, %d, %d, %d, %d, %uu, %u },\n", (int)r->worse, r->format, r->ratio, r->weighed,
		     (int)r->tier, r->points, r->line);
}

static void put_values(struct output *o, const struct gate_value_rows *l)
{
	for (size_t i = 0; i < l->n; i++)
		put_value_lists(o, i, &l->v[i]);
	if (!l->n)
		return;
	gate_buf_fmt(&o->lists, "static const struct gate_value_row values_%zu[] = {\n", o->n);
	for (size_t i = 0; i < l->n; i++)
		put_value(o, i, &l->v[i]);
	gate_buf_str(&o->lists, "};\n");
}

static void put_row(struct output *o, const struct gate_rule_row *r, const char *cls, const char *file)
{
	gate_autofree char *source = gate_fmt("%s:%u", file, r->line);
	static const char *const tiers[] = { "GATE_TIER_LOW", "GATE_TIER_MEDIUM", "GATE_TIER_HIGH",
					     "GATE_TIER_CRITICAL" };
	struct gate_buf *b = &o->rows;

	gate_c_list(&o->lists, "paths", o->n, &r->paths);
	gate_c_list(&o->lists, "not_paths", o->n, &r->not_paths);
	put_values(o, &r->values);
	gate_buf_str(b, "\t{ ");
	gate_c_string(b, r->id);
	gate_buf_str(b, ", ");
	gate_c_string(b, cls);
	gate_buf_str(b, ", ");
	gate_c_string(b, r->kind);
	gate_buf_str(b, ", ");
	put_list_use(b, "paths", o->n, &r->paths);
	put_list_use(b, "not_paths", o->n, &r->not_paths);
	gate_buf_fmt(b, "%zu, %zu, ", r->paths.n, r->not_paths.n);
	gate_c_string(b, r->content);
	gate_buf_fmt(b, ", %d, %d, %d, %d, %s, %u,\n\t  ", r->fold, gate_row_has(r, GATE_ROW_FOLD) && r->fold, r->deny,
		     r->everywhere, tiers[r->tier], gate_row_points(r));
	if (r->values.n)
		gate_buf_fmt(b, "values_%zu, %zu, ", o->n, r->values.n);
	else
		gate_buf_str(b, "NULL, 0, ");
	gate_c_string(b, r->message);
	gate_buf_str(b, ", ");
	gate_c_string(b, source ? source : "");
	gate_buf_str(b, " },\n");
	o->n++;
}

/* What the keys must say together; the matchers rely on it. */
static int check_row(const struct gate_yaml *v, const char *file, const struct gate_rule_row *r, struct gate_err *err)
{
	bool path = r->kind && strcmp(r->kind, "path") == 0, content = r->kind && strcmp(r->kind, "content") == 0;
	bool value = r->kind && strcmp(r->kind, "value") == 0;

	if (!path && !content && !value && (!r->kind || strcmp(r->kind, "builtin") != 0))
		return gate_field_fail(v, file, err, "rule %s needs kind: path, content, value or builtin", r->id);
	if (value != (r->values.n != 0))
		return gate_field_fail(v, file, err, "rule %s: kind value and rows of values: go together", r->id);
	if (path && r->paths.n == 0)
		return gate_field_fail(v, file, err, "rule %s is of kind path and has no paths", r->id);
	if (content != (r->content != NULL))
		return gate_field_fail(v, file, err, "rule %s: kind content and a content: expression go together",
				       r->id);
	if (!r->message)
		return gate_field_fail(v, file, err, "rule %s has no message", r->id);
	if (!r->cls && !strchr(r->id, '-'))
		return gate_field_fail(v, file, err, "rule %s has no class: and no '-' in its id to take one from",
				       r->id);
	if (r->paths.n > UINT16_MAX || r->not_paths.n > UINT16_MAX)
		return gate_field_fail(v, file, err, "rule %s has too many patterns", r->id);
	return 0;
}

static int add_rule(struct output *o, const struct gate_yaml *v, const char *file, const char *shown,
		    struct gate_err *err)
{
	gate_auto(gate_rule_row) struct gate_rule_row r = { 0 };
	char cls[16] = "";
	int rc = gate_rule_row_read(v, file, GATE_ROW_PACK_KEYS, &r, err);

	if (rc == 0)
		rc = check_row(v, file, &r, err);
	if (rc < 0)
		return rc;
	if (gate_strs_has(&o->ids, r.id))
		return gate_field_fail(v, file, err, "the id %s is taken by another rule of the packs", r.id);
	rc = gate_strs_add(&o->ids, r.id, err);
	if (rc < 0)
		return rc;
	if (!r.cls)
		snprintf(cls, sizeof(cls), "%.*s", (int)strcspn(r.id, "-"), r.id);
	put_row(o, &r, r.cls ? r.cls : cls, shown);
	return 0;
}

static int add_pack(struct output *o, const char *file, struct gate_err *err)
{
	const char *slash = strrchr(file, '/'), *shown = slash ? slash + 1 : file;
	gate_auto(gate_buf) struct gate_buf bytes = { 0 };
	gate_autoyaml struct gate_yaml_doc *doc = NULL;
	struct pack pack = { 0 };
	uint64_t given = 0;
	int rc = gate_read_file(file, GATE_POLICY_MAX, &bytes, err);

	if (rc == 0)
		rc = gate_yaml_parse(gate_buf_cstr(&bytes), bytes.len, GATE_POLICY_MAX, file, &doc, err);
	if (rc == 0)
		rc = gate_fields_read(gate_yaml_root(doc), file, pack_fields, GATE_ARRAY_LEN(pack_fields), &pack,
				      &given, err);
	free(pack.name);
	if (rc < 0)
		return rc;
	if (pack.version != 1 || !(given & 2) || !pack.rules)
		return gate_err_set(err, GATE_E_POLICY, "%s:1: a pack has version: 1, pack: NAME and rules:", file);
	for (const struct gate_yaml *v = pack.rules->first; v; v = v->next) {
		rc = add_rule(o, v, file, shown, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static void output_clear(struct output *o)
{
	gate_buf_clear(&o->lists);
	gate_buf_clear(&o->rows);
	gate_strs_clear(&o->ids);
}

int main(int argc, char **argv)
{
	__attribute__((cleanup(output_clear))) struct output o = { 0 };
	struct gate_err err = { 0 };
	int rc = 0;

	for (int i = 1; i < argc && rc == 0; i++)
		rc = add_pack(&o, argv[i], &err);
	if (rc == 0)
		rc = gate_buf_check(&o.lists, &err);
	if (rc == 0)
		rc = gate_buf_check(&o.rows, &err);
	if (rc < 0) {
		fprintf(stderr, "packgen: %s\n", err.text);
		return 1;
	}
	/* an empty table is no C: a last row without an id, not counted */
	printf("/* Made by packgen from rules/packs; do not edit. */\n#include \"rules/packs.h\"\n\n%s\n"
	       "const struct gate_pack_row gate_packs[] = {\n%s\t{ 0 }\n};\nconst size_t gate_packs_n = %zu;\n",
	       gate_buf_cstr(&o.lists), gate_buf_cstr(&o.rows), o.n);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
