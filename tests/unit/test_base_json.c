/* base/json: the writer's exact bytes, the reader's bounds. */
#include "base/json.h"
#include "base/limits.h"

/* cmocka.h needs these before it, in this order */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>

static void the_writer_keeps_order_and_writes_no_spaces(void **state)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_jw w = { .out = &b };

	(void)state;
	gate_jw_open(&w, NULL);
	gate_jw_int(&w, "schema", 1);
	gate_jw_str(&w, "z", "last first");
	gate_jw_str(&w, "none", NULL);
	gate_jw_strn(&w, "empty", "");
	gate_jw_bool(&w, "yes", true);
	gate_jw_array(&w, "list");
	gate_jw_int(&w, NULL, -7);
	gate_jw_open(&w, NULL);
	gate_jw_close(&w);
	gate_jw_array(&w, NULL);
	gate_jw_end(&w);
	gate_jw_str(&w, NULL, "x");
	gate_jw_end(&w);
	gate_jw_raw(&w, "raw", "{\"a\":[]}");
	gate_jw_null(&w, "null");
	gate_jw_close(&w);
	assert_string_equal(b.s, "{\"schema\":1,\"z\":\"last first\",\"none\":null,\"empty\":null,\"yes\":true,"
				 "\"list\":[-7,{},[],\"x\"],\"raw\":{\"a\":[]},\"null\":null}");
}

static void bad_bytes_are_written_and_marked(void **state)
{
	static const char odd[] = "a\xff/\xc3\xa9\"\\\n\033";
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_jw w = { .out = &b };

	(void)state;
	gate_jw_open(&w, NULL);
	gate_jw_text(&w, "path", odd, sizeof(odd) - 1);
	gate_jw_str(&w, "fine", "\xc3\xa9");
	gate_jw_close(&w);
	assert_string_equal(b.s, "{\"path\":\"a\\\\xff/\xc3\xa9\\\"\\\\\\u000a\\u001b\",\"escaped\":true,\"fine\":\"\xc3\xa9\"}");
}

/* A reader of the log or of the answer line must not be driven by what a push wrote. */
static void invisible_characters_are_escaped(void **state)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_jw w = { .out = &b };

	(void)state;
	gate_jw_array(&w, NULL);
	gate_jw_str(&w, NULL, "\x7f\xc2\x9b\xe2\x80\xae\xe2\x80\x8b\xef\xbb\xbf\xf3\xa0\x81\x81");
	gate_jw_end(&w);
	assert_string_equal(b.s, "[\"\\u007f\\u009b\\u202e\\u200b\\ufeff\\udb40\\udc41\"]");
}

/* What is written is read back as it was: any text of valid UTF-8. */
static void text_goes_there_and_back(void **state)
{
	static const char *const texts[] = { "", "\"", "\\", "\t\r\n\b\f", "\xe2\x80\xae", "\xf3\xa0\x81\x81", "\xf0\x9f\x99\x82", "a/b" };

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(texts); i++) {
		gate_auto(gate_buf) struct gate_buf b = { 0 };
		struct gate_jw w = { .out = &b };
		struct gate_err err = { 0 };
		gate_autojson struct gate_json *root = NULL;

		gate_jw_open(&w, NULL);
		gate_jw_str(&w, "t", texts[i]);
		gate_jw_close(&w);
		root = gate_json_load(b.s, b.len, "text", &err);
		assert_non_null(root);
		assert_string_equal(gate_json_str(root, "t", NULL), texts[i]);
	}
}

static void points_have_three_decimals_at_most(void **state)
{
	static const struct {
		int64_t milli;
		const char *text;
	} table[] = { { 0, "0" },	   { 20000, "20" }, { 37500, "37.5" }, { 12345, "12.345" }, { 10, "0.01" },
		      { 100000, "100" }, { 1, "0.001" },  { -1500, "-1.5" }, { 9007199254740993, "9007199254740.993" } };

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(table); i++) {
		char text[32];

		gate_points_format(table[i].milli, text);
		assert_string_equal(text, table[i].text);
	}
}

static void points_go_there_and_back(void **state)
{
	(void)state;
	for (int64_t milli = 0; milli < 300000; milli += 7) {
		gate_auto(gate_buf) struct gate_buf b = { 0 };
		struct gate_jw w = { .out = &b };
		struct gate_err err = { 0 };
		gate_autojson struct gate_json *root = NULL;

		gate_jw_open(&w, NULL);
		gate_jw_points(&w, "p", milli);
		gate_jw_close(&w);
		root = gate_json_load(b.s, b.len, "points", &err);
		assert_true(gate_json_milli(root, "p") == milli);
	}
}

static struct gate_json *load(const char *text, struct gate_err *err)
{
	return gate_json_load(text, strlen(text), "what", err);
}

static void refused(const char *text, size_t len, enum gate_code code)
{
	struct gate_err err = { 0 };
	struct gate_json *root = gate_json_load(text, len, "the record", &err);

	assert_null(root);
	assert_int_equal(err.code, code);
	assert_non_null(strstr(err.text, "the record: "));
}

static void the_reader_is_strict(void **state)
{
	static const char *const bad[] = {
		"", "{", "{}x", "{} {}", "{\"a\":1,\"a\":2}", "{\"a\":1,}", "[1,]", "{'a':1}", "{\"a\":01}", "nul", "\"x\"x",
		"{\"a\":\"\\ud800\"}", "{\"a\":\"\xff\"}", "{\"a\":\"\n\"}", "{\"a\":\"\\u0000\"}",
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(bad); i++)
		refused(bad[i], strlen(bad[i]), GATE_E_SYNTAX);
	refused("{\"a\":\"x\0y\"}", 11, GATE_E_SYNTAX);
	refused("{}\0", 3, GATE_E_SYNTAX);
}

static void depth_is_bounded(void **state)
{
	char text[2 * GATE_JSON_DEPTH_MAX + 4];
	struct gate_err err = { 0 };
	struct gate_json *root;

	(void)state;
	memset(text, '[', GATE_JSON_DEPTH_MAX);
	memset(text + GATE_JSON_DEPTH_MAX, ']', GATE_JSON_DEPTH_MAX);
	root = gate_json_load(text, 2 * GATE_JSON_DEPTH_MAX, "deep", &err);
	assert_non_null(root);
	gate_json_free(root);
	memset(text, '[', GATE_JSON_DEPTH_MAX + 1);
	memset(text + GATE_JSON_DEPTH_MAX + 1, ']', GATE_JSON_DEPTH_MAX + 1);
	refused(text, 2 * GATE_JSON_DEPTH_MAX + 2, GATE_E_LIMIT);
	/* Brackets in a string are text, behind an escaped quote too. */
	root = load("{\"a\":\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"}", &err);
	assert_non_null(root);
	gate_json_free(root);
}

static void absent_and_wrong_kinds_give_the_default(void **state)
{
	struct gate_err err = { 0 };
	gate_autojson struct gate_json *root = load("{\"s\":\"x\",\"n\":7,\"b\":true,\"l\":[1,\"two\"],\"o\":{\"k\":1},\"z\":null,\"r\":1.5}", &err);

	(void)state;
	assert_non_null(root);
	assert_string_equal(gate_json_str(root, "s", "d"), "x");
	assert_string_equal(gate_json_str(root, "n", "d"), "d");
	assert_string_equal(gate_json_str(root, "gone", "d"), "d");
	assert_string_equal(gate_json_str(root, "z", "d"), "d");
	assert_int_equal(gate_json_int(root, "n", -1), 7);
	assert_int_equal(gate_json_int(root, "s", -1), -1);
	assert_int_equal(gate_json_int(root, "r", -1), -1);
	assert_int_equal(gate_json_milli(root, "r"), 1500);
	assert_int_equal(gate_json_milli(root, "s"), 0);
	assert_true(gate_json_bool(root, "b", false));
	assert_false(gate_json_bool(root, "n", false));
	assert_true(gate_json_bool(root, "gone", true));
	assert_int_equal(gate_json_len(gate_json_get(root, "l")), 2);
	assert_string_equal(gate_json_string(gate_json_at(gate_json_get(root, "l"), 1)), "two");
	assert_null(gate_json_at(gate_json_get(root, "l"), 2));
	assert_int_equal(gate_json_len(gate_json_get(root, "o")), 0);
	assert_null(gate_json_get(gate_json_get(root, "s"), "k"));
	assert_true(gate_json_is_object(gate_json_get(root, "o")));
	assert_true(gate_json_is_array(gate_json_get(root, "l")));
	assert_false(gate_json_is_array(NULL));
}

static void collect(const char *key, const struct gate_json *v, void *arg)
{
	(void)v;
	gate_buf_fmt(arg, "%s,", key);
}

static void keys_come_in_order(void **state)
{
	struct gate_err err = { 0 };
	gate_autojson struct gate_json *root = load("{\"z\":1,\"a\":2,\"m\":3}", &err);
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	(void)state;
	gate_json_each(root, collect, &b);
	assert_string_equal(gate_buf_cstr(&b), "z,a,m,");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_writer_keeps_order_and_writes_no_spaces),
		cmocka_unit_test(bad_bytes_are_written_and_marked),
		cmocka_unit_test(invisible_characters_are_escaped),
		cmocka_unit_test(text_goes_there_and_back),
		cmocka_unit_test(points_have_three_decimals_at_most),
		cmocka_unit_test(points_go_there_and_back),
		cmocka_unit_test(the_reader_is_strict),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(absent_and_wrong_kinds_give_the_default),
		cmocka_unit_test(keys_come_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
