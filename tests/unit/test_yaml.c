#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/limits.h"
#include "formats/fields.h"
#include "formats/yaml.h"

#include <string.h>

static int parse(const char *text, size_t len, struct gate_yaml_doc **doc, struct gate_err *err)
{
	*err = (struct gate_err){ 0 };
	return gate_yaml_parse(text, len, 1 << 20, "f.yml", doc, err);
}

static struct gate_yaml_doc *take(const char *text)
{
	struct gate_yaml_doc *doc = NULL;
	struct gate_err err;

	if (parse(text, strlen(text), &doc, &err) < 0)
		fail_msg("%s\n%s", err.text, text);
	return doc;
}

static void a_tree_with_places(void **state)
{
	gate_autoyaml struct gate_yaml_doc *doc = take("a: 1\nb:\n  - 'x'\n  - {c: y, d: }\n");
	const struct gate_yaml *root = gate_yaml_root(doc), *b, *map;

	(void)state;
	assert_int_equal(root->type, GATE_YAML_MAP);
	assert_int_equal(root->n, 2);
	assert_string_equal(gate_yaml_get(root, "a")->text, "1");
	assert_false(gate_yaml_get(root, "a")->quoted);
	b = gate_yaml_get(root, "b");
	assert_int_equal(b->type, GATE_YAML_LIST);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->key_line, 2);
	assert_true(b->first->quoted);
	assert_int_equal(b->first->line, 3);
	assert_int_equal(b->first->column, 5);
	map = b->first->next;
	assert_string_equal(gate_yaml_get(map, "c")->text, "y");
	assert_string_equal(gate_yaml_what(gate_yaml_get(map, "d")), "nothing");
	assert_string_equal(gate_yaml_what(map), "a map");
	assert_null(gate_yaml_get(map, "e"));
	assert_null(gate_yaml_get(b, "c"));
}

static void block_texts_count_as_quoted(void **state)
{
	gate_autoyaml struct gate_yaml_doc *doc = take("a: |\n  true\nb: true\n");

	(void)state;
	assert_true(gate_yaml_get(gate_yaml_root(doc), "a")->quoted);
	assert_string_equal(gate_yaml_get(gate_yaml_root(doc), "a")->text, "true\n");
	assert_false(gate_yaml_get(gate_yaml_root(doc), "b")->quoted);
}

static void what_two_readers_could_read_differently_is_refused(void **state)
{
	static const struct {
		const char *text, *want;
	} t[] = {
		{ "a: &x 1\n", "f.yml:1: anchors" },
		{ "a: &x [1]\n", "f.yml:1: anchors" },
		{ "a: 1\nb: *x\n", "f.yml:2: aliases" },
		{ "a: !!str 1\n", "f.yml:1: tags" },
		{ "a: !x {b: 1}\n", "f.yml:1: tags" },
		{ "a: 1\n---\nb: 1\n", "f.yml:2: a second document" },
		{ "%YAML 1.1\n---\na: 1\n", "directives" },
		{ "a: 1\nb: 2\na: 3\n", "f.yml:3: key 'a' stands here twice (first in line 1)" },
		{ "x: {a: 1, 'a': 2}\n", "f.yml:1: key 'a' stands here twice" },
		{ "[a]: 1\n", "f.yml:1: a key must be a plain text" },
		{ "{b: 1}: 1\n", "f.yml:1: a key must be a plain text" },
		{ "'': 1\n", "f.yml:1: a key with no name" },
		{ "a: \"x\\0y\"\n", "f.yml:1: a NUL" },
		{ "a: [1\nb: 2\n", "not well-formed YAML" },
		{ "a: 1\n b: 2\n", "f.yml:2: not well-formed YAML" },
		{ "a: \xff\n", "not readable as UTF-8" },
		{ "a: \x01\n", "not readable as UTF-8" },
		{ "", "f.yml:1: the file is empty" },
		{ "# only talk\n", "f.yml:1: the file is empty" },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(t); i++) {
		struct gate_yaml_doc *doc = NULL;
		struct gate_err err;

		assert_true(parse(t[i].text, strlen(t[i].text), &doc, &err) < 0);
		assert_null(doc);
		assert_int_equal(err.code, GATE_E_SYNTAX);
		if (!strstr(err.text, t[i].want))
			fail_msg("wanted '%s', got '%s'", t[i].want, err.text);
	}
}

static void a_raw_nul_is_refused(void **state)
{
	struct gate_yaml_doc *doc = NULL;
	struct gate_err err;

	(void)state;
	assert_true(parse("a: 1\n\0b: 2\n", 11, &doc, &err) < 0);
	assert_int_equal(parse("a: 1\nb: 2\n", 10, &doc, &err), 0);
	gate_yaml_free(doc);
}

static void depth_is_bounded(void **state)
{
	char text[2 * GATE_YAML_DEPTH_MAX + 4];
	struct gate_yaml_doc *doc = NULL;
	struct gate_err err;

	(void)state;
	memset(text, '[', GATE_YAML_DEPTH_MAX);
	memset(text + GATE_YAML_DEPTH_MAX, ']', GATE_YAML_DEPTH_MAX);
	assert_int_equal(parse(text, 2 * GATE_YAML_DEPTH_MAX, &doc, &err), 0);
	gate_yaml_free(doc);
	memset(text, '[', GATE_YAML_DEPTH_MAX + 1);
	memset(text + GATE_YAML_DEPTH_MAX + 1, ']', GATE_YAML_DEPTH_MAX + 1);
	assert_true(parse(text, 2 * GATE_YAML_DEPTH_MAX + 2, &doc, &err) < 0);
	assert_int_equal(err.code, GATE_E_LIMIT);
}

static void nodes_and_bytes_are_bounded(void **state)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_yaml_doc *doc = NULL;
	struct gate_err err = { 0 };

	(void)state;
	for (int i = 0; i < GATE_YAML_NODES_MAX - 1; i++)
		gate_buf_str(&b, "- a\n");
	assert_int_equal(parse(gate_buf_cstr(&b), b.len, &doc, &err), 0);
	gate_yaml_free(doc);
	gate_buf_str(&b, "- a\n");
	assert_true(parse(gate_buf_cstr(&b), b.len, &doc, &err) < 0);
	assert_int_equal(err.code, GATE_E_LIMIT);
	err = (struct gate_err){ 0 };
	assert_true(gate_yaml_parse("a: 12", 5, 4, "f.yml", &doc, &err) < 0);
	assert_int_equal(err.code, GATE_E_LIMIT);
	err = (struct gate_err){ 0 };
	assert_int_equal(gate_yaml_parse("a: 12", 5, 5, "f.yml", &doc, &err), 0);
	gate_yaml_free(doc);
}

/* ---- typed reading ---- */

struct target {
	char *str;
	struct gate_strs strs, words;
	bool flag;
	uint32_t u32, milli;
	int64_t seconds;
	uint64_t bytes;
	enum gate_tier tier;
	enum gate_verdict verdict;
};

static const struct gate_field fields[] = {
	{ "str", gate_field_str, offsetof(struct target, str) },
	{ "strs", gate_field_strs, offsetof(struct target, strs) },
	{ "words", gate_field_words, offsetof(struct target, words) },
	{ "flag", gate_field_bool, offsetof(struct target, flag) },
	{ "u32", gate_field_u32, offsetof(struct target, u32) },
	{ "milli", gate_field_milli, offsetof(struct target, milli) },
	{ "seconds", gate_field_seconds, offsetof(struct target, seconds) },
	{ "bytes", gate_field_bytes, offsetof(struct target, bytes) },
	{ "tier", gate_field_tier, offsetof(struct target, tier) },
	{ "verdict", gate_field_verdict, offsetof(struct target, verdict) },
};

static void target_clear(struct target *t)
{
	free(t->str);
	gate_strs_clear(&t->strs);
	gate_strs_clear(&t->words);
}

static int read_fields(const char *text, struct target *t, uint64_t *given, struct gate_err *err)
{
	gate_autoyaml struct gate_yaml_doc *doc = take(text);

	*err = (struct gate_err){ 0 };
	return gate_fields_read(gate_yaml_root(doc), "f.yml", fields, GATE_ARRAY_LEN(fields), t, given, err);
}

static void typed_values(void **state)
{
	__attribute__((cleanup(target_clear))) struct target t = { 0 };
	struct gate_err err;
	uint64_t given;

	(void)state;
	assert_int_equal(read_fields("str: hi\nstrs: [a, b]\nwords: [a, a, \"x\\ny\"]\nflag: true\nu32: 7\nmilli: 12.345\n"
				     "seconds: 4h\nbytes: 1GiB\ntier: high\nverdict: hold\n", &t, &given, &err), 0);
	assert_int_equal(given, (1u << GATE_ARRAY_LEN(fields)) - 1);
	assert_string_equal(t.str, "hi");
	assert_int_equal(t.strs.n, 2);
	assert_int_equal(t.words.n, 3);
	assert_true(t.flag);
	assert_int_equal(t.u32, 7);
	assert_int_equal(t.milli, 12345);
	assert_int_equal(t.seconds, 4 * 3600);
	assert_int_equal(t.bytes, 1u << 30);
	assert_int_equal(t.tier, GATE_TIER_HIGH);
	assert_int_equal(t.verdict, GATE_VERDICT_HOLD);
}

static void points_are_exact(void **state)
{
	static const struct {
		const char *text;
		uint32_t want;
	} t[] = { { "milli: 20", 20000 }, { "milli: 37.5", 37500 }, { "milli: 0.001", 1 }, { "milli: 0", 0 },
		  { "milli: 1.25", 1250 }, { "milli: 10000", 10000000 } };

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(t); i++) {
		__attribute__((cleanup(target_clear))) struct target got = { 0 };
		struct gate_err err;
		uint64_t given;

		assert_int_equal(read_fields(t[i].text, &got, &given, &err), 0);
		assert_int_equal(got.milli, t[i].want);
	}
}

static void wrong_values_name_the_place(void **state)
{
	static const struct {
		const char *text, *want;
	} t[] = {
		{ "[a]", "f.yml:1: expected a map of keys, found a list" },
		{ "flag: true\nmili: 1", "f.yml:2: unknown key 'mili'; did you mean 'milli'?" },
		{ "zzzzzzzzz: 1", "f.yml:1: unknown key 'zzzzzzzzz'; known here: str, strs" },
		{ "str: [a]", "f.yml:1: str: expected a text, found a list" },
		{ "str:", "f.yml:1: str: expected a text, found nothing" },
		{ "str: ~", "expected a text" },
		{ "str: ''", "an empty text" },
		{ "str: \"a\\e[2J\"", "control or invisible characters in 'a\\x1b[2J'" },
		{ "str: \"a\\u202eb\"", "control or invisible characters" },
		{ "strs: a", "f.yml:1: strs: expected a list of texts, found a text" },
		{ "strs: [a, [b]]", "expected a text, found a list" },
		{ "strs:\n- a\n- b\n- a", "f.yml:4: 'a' stands in this list twice" },
		{ "words: [\"a\\e\"]", "control or invisible" },
		{ "flag: yes", "expected true or false" },
		{ "flag: 'true'", "expected true or false" },
		{ "flag: True", "expected true or false" },
		{ "u32: -1", "expected a whole number, found '-1'" },
		{ "u32: 1.5", "expected a whole number" },
		{ "u32: '1'", "found a text in quotes" },
		{ "u32: 4294967296", "expected a whole number" },
		{ "milli: -5", "a number from 0 to 10000" },
		{ "milli: 1.2345", "a number from 0 to 10000" },
		{ "milli: 1.", "a number from 0 to 10000" },
		{ "milli: .5", "a number from 0 to 10000" },
		{ "milli: 1e3", "a number from 0 to 10000" },
		{ "milli: 10000.001", "a number from 0 to 10000" },
		{ "milli: '5'", "found a text in quotes" },
		{ "seconds: 4 hours", "a time above 0" },
		{ "seconds: 0", "a time above 0" },
		{ "bytes: 0", "a size above 0" },
		{ "bytes: lots", "a size above 0" },
		{ "tier: hgih", "low, medium, high or critical, found 'hgih'" },
		{ "tier: [low]", "found a list" },
		{ "verdict: allow", "accept, hold or reject, found 'allow'" },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(t); i++) {
		__attribute__((cleanup(target_clear))) struct target got = { 0 };
		struct gate_err err;
		uint64_t given;

		if (read_fields(t[i].text, &got, &given, &err) == 0)
			fail_msg("taken: %s", t[i].text);
		assert_int_equal(err.code, GATE_E_POLICY);
		if (!strstr(err.text, t[i].want))
			fail_msg("wanted '%s', got '%s'", t[i].want, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_with_places),
		cmocka_unit_test(block_texts_count_as_quoted),
		cmocka_unit_test(what_two_readers_could_read_differently_is_refused),
		cmocka_unit_test(a_raw_nul_is_refused),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(nodes_and_bytes_are_bounded),
		cmocka_unit_test(typed_values),
		cmocka_unit_test(points_are_exact),
		cmocka_unit_test(wrong_values_name_the_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
