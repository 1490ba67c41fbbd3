/* secretgen: the shipped types of secrets (YAML) -> one C file of constant tables. Runs while refgate is built.
 *
 *   secretgen rules/secrets/xxx.yml... >secrets.c
 *
 * Whatever is wrong in a file stops the build with file:line. Whether expressions compile is checked by
 * tests/unit/test_secret_rules.c, because this tool is built without PCRE2. */
#include "base/io.h"
#include "rules/c_table.h"
#include "rules/secret_row.h"
#include "rules/secret_set.h"

#include <string.h>

struct output {
	struct gate_buf lists, rows;
	struct gate_strs ids, sources;
	struct gate_secret_row *kept;
	const char *file, *shown;
	size_t n;
};

static void put_list_use(struct gate_buf *b, const char *name, size_t row, const struct gate_strs *l)
{
	if (l->n)
		gate_buf_fmt(b, "\t  .%s = %s_%zu, .n_%s = %zu,\n", name, name, row, name, l->n);
}

static void put_text(struct gate_buf *b, const char *name, const char *s)
{
	if (!s)
		return;
	gate_buf_fmt(b, "\t  .%s = ", name);
	gate_c_string(b, s);
	gate_buf_str(b, ",\n");
}

static void put_row(struct output *o, const struct gate_secret_row *r, const char *source)
{
	struct gate_buf *b = &o->rows;

	gate_c_list(&o->lists, "keywords", o->n, &r->keywords);
	gate_c_list(&o->lists, "paths", o->n, &r->paths);
	gate_c_list(&o->lists, "allow", o->n, &r->allow);
	gate_buf_str(b, "\t{\n");
	put_text(b, "id", r->id);
	put_text(b, "name", r->name);
	put_text(b, "source", source);
	put_text(b, "regex", r->regex);
	put_text(b, "checksum", r->checksum);
	put_text(b, "prefix", r->prefix);
	put_text(b, "near_id", r->near_id);
	put_text(b, "near_regex", r->near_regex);
	put_list_use(b, "keywords", o->n, &r->keywords);
	put_list_use(b, "paths", o->n, &r->paths);
	put_list_use(b, "allow", o->n, &r->allow);
	gate_buf_fmt(b, "\t  .max_len = %u, .near_within = %u, .entropy_milli = %u, .anchor_n = %u, .anchor = %d,\n",
		     r->max_len, r->near_within, r->entropy_milli, r->anchor_n, (int)r->anchor);
	gate_buf_fmt(b, "\t  .group = %u, .tier = %d, .failed = %d, .generic = %d },\n", r->group, (int)r->tier,
		     (int)r->failed, r->generic);
	o->n++;
}

/* The row is kept: its texts are needed for the automaton. */
static int keep(struct output *o, struct gate_secret_row *r, struct gate_err *err)
{
	gate_autofree char *source = gate_fmt("%s:%u", o->shown, r->line);
	struct gate_secret_row *v = reallocarray(o->kept, o->n + 1, sizeof(*v));
	int rc;

	if (!source || !v)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	o->kept = v;
	rc = gate_strs_add(&o->sources, source, err);
	if (rc < 0)
		return rc;
	v[o->n] = *r;
	*r = (struct gate_secret_row){ 0 };
	put_row(o, &v[o->n], source);
	return 0;
}

static int add_row(void *arg, struct gate_secret_row *r, const struct gate_yaml *v, struct gate_err *err)
{
	struct output *o = arg;
	int rc;

	if (gate_strs_has(&o->ids, r->id))
		return gate_field_fail(v, o->file, err, "the id %s is taken by another type", r->id);
	if (!r->yes.n)
		return gate_field_fail(v, o->file, err, "%s has no examples: with yes:", r->id);
	rc = gate_strs_add(&o->ids, r->id, err);
	return rc == 0 ? keep(o, r, err) : rc;
}

static int add_file(struct output *o, const char *file, struct gate_err *err)
{
	const char *slash = strrchr(file, '/');
	gate_auto(gate_buf) struct gate_buf bytes = { 0 };
	int rc = gate_read_file(file, GATE_POLICY_MAX, &bytes, err);

	o->file = file;
	o->shown = slash ? slash + 1 : file;
	return rc == 0 ? gate_secret_file_read(gate_buf_cstr(&bytes), bytes.len, file, add_row, o, err) : rc;
}

static void moved(void *arg, const struct gate_secret_rule *r, const char *what)
{
	(void)arg;
	fprintf(stderr, "secretgen: note: %s: %s: %s\n", r->source, r->id, what);
}

static void put_numbers(const char *type, const char *name, const void *v, size_t size, size_t n)
{
	printf("static const %s %s[] = {", type, name);
	for (size_t i = 0; i < n; i++) {
		uint32_t x = size == 1 ? ((const uint8_t *)v)[i] : size == 2 ? ((const uint16_t *)v)[i] : ((const uint32_t *)v)[i];

		printf("%s%u,", i % 24 ? "" : "\n\t", x);
	}
	printf(" 0 };\n");
}

static void put_uses(const struct gate_secret_set *s)
{
	printf("static const struct gate_secret_use uses[] = {\n");
	for (size_t i = 0; i < s->n_uses; i++) {
		const struct gate_secret_use *u = &s->uses[i];

		printf("\t{ %u, %u, %u, %u, %d, { 0x%llxu, 0x%llxu, 0x%llxu, 0x%llxu } },\n", u->rule, u->lo, u->hi,
		       u->word_len, u->operators, (unsigned long long)u->next[0], (unsigned long long)u->next[1],
		       (unsigned long long)u->next[2], (unsigned long long)u->next[3]);
	}
	printf("\t{ 0 }\n};\n");
}

static int put_set(const struct output *o, struct gate_err *err)
{
	gate_autofree struct gate_secret_rule *rules = calloc(o->n + 1, sizeof(*rules));
	struct gate_secret_set_built b;
	const struct gate_acdfa *a = &b.dfa.dfa;
	int rc;

	if (!rules)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; i < o->n; i++)
		gate_secret_row_rule(&o->kept[i], o->sources.v[i], &rules[i]);
	rc = gate_secret_set_build(rules, o->n, moved, NULL, &b, err);
	if (rc < 0)
		return rc;
	put_uses(&b.set);
	put_numbers("uint16_t", "ac_next", a->next, 2, (size_t)a->n_states << GATE_ACDFA_SHIFT);
	put_numbers("uint8_t", "ac_cls", a->cls, 1, 256);
	put_numbers("uint32_t", "ac_out_at", a->out_at, 4, a->n_states - a->first_out + 1);
	put_numbers("uint16_t", "ac_out", a->out, 2, a->out_at[a->n_states - a->first_out]);
	printf("static const struct gate_acdfa ac = { ac_next, ac_cls, ac_out_at, ac_out, %u, %u };\n"
	       "const struct gate_secret_set gate_secret_shipped = { gate_secret_packs, uses, &ac, %zu, %zu };\n",
	       a->n_states, a->first_out, o->n, b.set.n_uses);
	gate_secret_set_clear(&b);
	return 0;
}

static void output_clear(struct output *o)
{
	for (size_t i = 0; i < o->n; i++)
		gate_secret_row_clear(&o->kept[i]);
	free(o->kept);
	gate_strs_clear(&o->sources);
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
		rc = add_file(&o, argv[i], &err);
	if (rc == 0)
		rc = gate_buf_check(&o.lists, &err);
	if (rc == 0)
		rc = gate_buf_check(&o.rows, &err);
	if (rc < 0) {
		fprintf(stderr, "secretgen: %s\n", err.text);
		return 1;
	}
	/* an empty table is no C: a last row without an id, not counted */
	printf("/* Made by secretgen from rules/secrets; do not edit. */\n#include \"rules/secret_set.h\"\n\n%s\n"
	       "const struct gate_secret_rule gate_secret_packs[] = {\n%s\t{ 0 }\n};\n"
	       "const size_t gate_secret_packs_n = %zu;\n",
	       gate_buf_cstr(&o.lists), gate_buf_cstr(&o.rows), o.n);
	if (put_set(&o, &err) < 0) {
		fprintf(stderr, "secretgen: %s\n", err.text);
		return 1;
	}
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
