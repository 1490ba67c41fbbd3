#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/json.h"
#include "base/str.h"
#include "formats/events.h"
#include "formats/node.h"
#include "tests/unit/node_fixture.h"

#include <stdlib.h>
#include <string.h>

static void json(void **state)
{
	static const struct row rows[] = {
		{ "", "null" },
		{ " \n", "null" },
		{ "\xef\xbb\xbf{}", "{}" },
		{ "{}", "{}" },
		{ "[]", "[]" },
		{ "0", "0" },
		{ "\"a\"", "'a'" },
		{ "{\"a\":1,\"b\":[true,false,null,-1.5e+3,\"x\\n\\u00e4\\ud83d\\ude00\"]}",
		  "{a:1,b:[btrue,bfalse,null,-1.5e+3,'x\n\xc3\xa4\xf0\x9f\x98\x80']}" },
		{ "{\"\":{\"a.b\":0}}", "{:{a.b:0}}" },
		{ "{\"a\":1,\"a\":1}", "!twice" },
		{ "{\"a\":{\"b\":1},\n\"b\":2,\n\"\\u0061\":1}", "!3: the key in this line stands here twice (first in line 1)" },
		{ "{\"a\":1,}", "!1: " },
		{ "[1,]", "!no value" },
		{ "[1 2]", "!comma" },
		{ "{\"a\" 1}", "!colon" },
		{ "{a:1}", "!no key" },
		{ "[01]", "!neither" },
		{ "[1.]", "!neither" },
		{ "[.5]", "!neither" },
		{ "[+1]", "!neither" },
		{ "[1e]", "!neither" },
		{ "[-]", "!neither" },
		{ "[tru]", "!neither" },
		{ "[NaN]", "!neither" },
		{ "'a'", "!no value" },
		{ "// x\n1", "!no value" },
		{ "[1] x", "!behind the end" },
		{ "[1", "!comma" },
		{ "[", "!ends where" },
		{ "{\"a\":\n\n", "!3: the file ends" },
		{ "\"a", "!does not end" },
		{ "\"a\nb\"", "!control" },
		{ "\"\\q\"", "!escape" },
		{ "\"\\u12\"", "!four" },
		{ "\"\\ud800\"", "!surrogate" },
		{ "\"\\ud800\\u0041\"", "!surrogate" },
		{ "\"\\udc00\"", "!may not stand" },
		{ "\"\\u0000\"", "!may not stand" },
		{ "\"\xff\"", "!no UTF-8" },
		{ "[\"\xed\xa0\x80\"]", "!no UTF-8" },
	};
	gate_autofree char *nul = shown(GATE_FORMAT_JSON, "[\"a\0b\"]", 7);

	(void)state;
	check_rows(GATE_FORMAT_JSON, rows, GATE_ARRAY_LEN(rows));
	assert_non_null(strstr(nul, "NUL"));
}

static void jsonc(void **state)
{
	static const struct row rows[] = {
		{ "// one\n{ /* two */ \"a\": 1, // three\n}", "{a:1}" },
		{ "{a:1,$b_2:'x\"y',}", "{a:1,$b_2:'x\"y'}" },
		{ "[1,2,]", "[1,2]" },
		{ "[,]", "!no value" },
		{ "{,}", "!no key" },
		{ "[1,,]", "!no value" },
		{ "[+1,.5,5.,0x1F,-Infinity,NaN]", "[+1,.5,5.,0x1F,-Infinity,NaN]" },
		{ "[.]", "!neither" },
		{ "['a\\\nb\\x41\\'']", "['abA'']" },
		{ "[\"a//b/*c*/\"]", "['a//b/*c*/']" },
		{ "/* open", "!does not end" },
		{ "{\"a\":1,a:2}", "!twice" },
		{ "{1a:2}", "!no key" },
		{ "# x\n1", "!no value" },
		{ "// only a comment", "null" },
	};

	(void)state;
	check_rows(GATE_FORMAT_JSONC, rows, GATE_ARRAY_LEN(rows));
}

static void yaml(void **state)
{
	static const struct row rows[] = {
		{ "", "null" },
		{ "# x\n", "null" },
		{ "---\n", "null" },
		{ "a: 1\nb: [yes, 'yes', no, On, y, ~, null, '']\n", "{a:1,b:[byes,'yes',bno,bOn,'y',null,null,'']}" },
		{ "- 80\n- 8_0\n- 0x1f\n- 0o7\n- 1.5\n- .5\n- 1e3\n- 1.2.3\n- -1\n- .inf\n- -.inf\n- 1:30\n- 0x\n",
		  "[80,8_0,0x1f,0o7,1.5,.5,1e3,'1.2.3',-1,.inf,-.inf,'1:30','0x']" },
		{ "on:\n  push:\n", "{on:{push:null}}" },
		{ "a: |\n  x\n  y\nb: >-\n  x\n  y\n", "{a:'x\ny\n',b:'x y'}" },
		{ "a: !!str 5\nb: !!int '5'\nc: !reference [x, y]\nd: !!binary aGk=\ne: ! 5\n",
		  "{a:'5',b:5,c:!reference ['x','y'],d:!!binary 'aGk=',e:'5'}" },
		{ "a: &x {b: 1}\nc: *x\nd: [*x]\n", "{a:{b:1},c:{b:1},d:[{b:1}]}" },
		{ "a: &x 1\nb: &x 2\nc: *x\n", "{a:1,b:2,c:2}" },
		{ "&k a: 1\nb: *k\n", "{a:1,b:'a'}" },
		{ "x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n  c: 4\n", "{x:{a:1,b:2},y:{b:3,c:4,a:1}}" },
		{ "x: &x {a: 1}\nz: &z {a: 2, b: 5}\ny:\n  c: 4\n  <<: [*x, *z]\n", "{x:{a:1},z:{a:2,b:5},y:{c:4,a:1,b:5}}" },
		{ "x: &x {a: 1}\nz: &z\n  <<: *x\n  b: 1\ny:\n  <<: *z\n", "{x:{a:1},z:{b:1,a:1},y:{b:1,a:1}}" },
		{ "y:\n  <<: {a: {b: 1}}\n", "{y:{a:{b:1}}}" },
		{ "y:\n  <<: [1]\n", "{y:{<<:[1]}}" },
		{ "y:\n  \"<<\": x\n", "{y:{<<:'x'}}" },
		{ "y:\n  <<: !reference [a]\n", "{y:{<<:!reference ['a']}}" },
		{ "a: 1\n---\nb: 2\n", "many[{a:1},{b:2}]" },
		{ "---\na: 1\n---\n", "{a:1}" },
		{ "a: &x 1\n---\nb: *x\n", "!not there" },
		{ "a: *x\n", "!not there" },
		{ "a: &x [*x]\n", "!inside" },
		{ "a: 1\nb: 2\na: 3\n", "!3: the key in this line stands here twice (first in line 1)" },
		{ "a: {b: 1, 'b': 2}\n", "!twice" },
		{ "? [a]\n: 1\n", "!no text" },
		{ "a: b: c\n", "!1: " },
		{ "a:\n\t- b\n", "!2: " },
		{ "a: 'x\n", "!" },
		{ "\"\\0\"\n", "!NUL" },
		{ "a: \"\xff\"\n", "!UTF-8" },
		{ "%YAML 1.1\n---\na: 1\n", "{a:1}" },
		{ "\xef\xbb\xbf" "a: 1\n", "{a:1}" },
	};

	(void)state;
	check_rows(GATE_FORMAT_YAML, rows, GATE_ARRAY_LEN(rows));
}

/* Nine aliases a level: 9^k values out of k lines. */
static void aliases_are_counted(void **state)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	gate_autofree char *got = NULL, *deep = NULL;

	(void)state;
	gate_buf_str(&b, "a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
	for (int i = 1; i < 20; i++)
		gate_buf_fmt(&b, "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i, i, i - 1, i - 1, i - 1,
			     i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	got = shown(GATE_FORMAT_YAML, b.s, b.len);
	assert_non_null(strstr(got, "GATE_E_LIMIT"));
	gate_buf_reset(&b);
	gate_buf_str(&b, "a0: &a0 [x]\n");
	for (int i = 1; i < 300; i++)
		gate_buf_fmt(&b, "a%d: &a%d [*a%d]\n", i, i, i - 1);
	deep = shown(GATE_FORMAT_YAML, b.s, b.len);
	assert_non_null(strstr(deep, "GATE_E_LIMIT"));
}

static void limits(void **state)
{
	static const struct gate_doc_limits depth = { 3, 100, 1 << 20 }, nodes = { 100, 5, 1 << 20 },
					    memory = { 100, 100000, 20000 };
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	gate_autodoc struct gate_doc *doc = NULL;
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_doc_parse(GATE_FORMAT_JSON, "[[[1]]]", 7, &depth, &doc, &err), 0);
	gate_doc_freep(&doc);
	assert_int_equal(gate_doc_parse(GATE_FORMAT_JSON, "[[[[1]]]]", 9, &depth, &doc, &err), -GATE_E_LIMIT);
	gate_err_reset(&err);
	assert_int_equal(gate_doc_parse(GATE_FORMAT_JSON, "[1,2,3,4,5]", 11, &nodes, &doc, &err), -GATE_E_LIMIT);
	gate_err_reset(&err);
	gate_buf_str(&b, "[0");
	for (int i = 0; i < 1000; i++)
		gate_buf_str(&b, ",123456");
	gate_buf_str(&b, "]");
	assert_int_equal(gate_doc_parse(GATE_FORMAT_JSON, b.s, b.len, &memory, &doc, &err), -GATE_E_LIMIT);
	gate_err_reset(&err);
	gate_buf_reset(&b);
	for (int i = 0; i < 100000; i++)
		gate_buf_char(&b, '[');
	assert_int_equal(gate_doc_parse(GATE_FORMAT_JSON, b.s, b.len, NULL, &doc, &err), -GATE_E_LIMIT);
	gate_err_reset(&err);
	assert_int_equal(gate_doc_parse(GATE_FORMAT_YAML, b.s, b.len, NULL, &doc, &err), -GATE_E_LIMIT);
}

static struct gate_doc *take(enum gate_format format, const char *text)
{
	struct gate_doc *doc = NULL;
	struct gate_err err = { 0 };

	if (gate_doc_parse(format, text, strlen(text), NULL, &doc, &err) < 0)
		fail_msg("%s\n%s", err.text, text);
	return doc;
}

static void paths(void **state)
{
	gate_autodoc struct gate_doc *doc =
		take(GATE_FORMAT_JSON, "{\"a\":{\"b.c\":[1,{\"d\":\"x\"}]},\n\"t\":\"Yes\",\"f\":0,\"n\":null}");
	const struct gate_node *root = gate_doc_root(doc);
	bool v = false;

	(void)state;
	assert_string_equal(gate_node_text(gate_node_at(root, "a.\"b.c\".1.d")), "x");
	assert_string_equal(gate_node_text(gate_node_at(root, "a.\"b.c\".0")), "1");
	assert_null(gate_node_at(root, "a.b.c"));
	assert_null(gate_node_at(root, "a.\"b.c\".2"));
	assert_null(gate_node_at(root, "a.\"b.c\".x"));
	assert_null(gate_node_at(root, "t.x"));
	assert_ptr_equal(gate_node_at(root, ""), root);
	assert_null(gate_node_get(NULL, "a"));
	assert_null(gate_node_text(root));
	assert_int_equal(gate_node_get(root, "t")->line, 2);
	assert_true(gate_node_bool(gate_node_get(root, "t"), &v) && v);
	assert_true(gate_node_bool(gate_node_get(root, "f"), &v) && !v);
	assert_false(gate_node_bool(gate_node_get(root, "n"), &v));
	assert_false(gate_node_bool(gate_node_get(root, "a"), &v));
}

/* A map long enough to be looked up in order. */
static void long_maps(void **state)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 }, c = { 0 };
	gate_autodoc struct gate_doc *one = NULL, *other = NULL, *third = NULL;

	(void)state;
	gate_buf_str(&b, "{\"k\":0");
	gate_buf_str(&c, "{");
	for (int i = 0; i < 5000; i++) {
		gate_buf_fmt(&b, ",\"k%d\":%d", i, i);
		gate_buf_fmt(&c, "\"k%d\":%d,", 4999 - i, 4999 - i);
	}
	gate_buf_str(&b, "}");
	gate_buf_str(&c, "\"k\":0}");
	one = take(GATE_FORMAT_JSON, b.s);
	other = take(GATE_FORMAT_JSON, c.s);
	for (int i = 0; i < 5000; i += 7) {
		char key[16];

		snprintf(key, sizeof(key), "k%d", i);
		assert_string_equal(gate_node_text(gate_node_get(gate_doc_root(one), key)), key + 1);
	}
	assert_string_equal(gate_node_text(gate_node_get(gate_doc_root(one), "k")), "0");
	assert_null(gate_node_get(gate_doc_root(one), "k5000"));
	assert_null(gate_node_get(gate_doc_root(one), ""));
	assert_true(gate_node_equal(gate_doc_root(one), gate_doc_root(other)));
	memcpy(strstr(c.s, "\"k77\":77"), "\"k77\":78", 8);
	third = take(GATE_FORMAT_JSON, c.s);
	assert_false(gate_node_equal(gate_doc_root(one), gate_doc_root(third)));
}

static void equality(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "{a: 1, b: [x, 'y']}", "b:\n- 'x'\n- y\na: 1\n", true },
		{ "[1, 2]", "[2, 1]", false },
		{ "a: yes", "a: true", true },
		{ "a: yes", "a: 'yes'", false },
		{ "a: ~", "a:", true },
		{ "a: {}", "a: []", false },
		{ "{a: 1}", "{a: 1, b: 1}", false },
		{ "{a: 1}", "{b: 1}", false },
		{ "a: !x y", "a: y", false },
		{ "a: 1", "a: '1'", false },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(rows); i++) {
		gate_autodoc struct gate_doc *a = take(GATE_FORMAT_YAML, rows[i].a);
		gate_autodoc struct gate_doc *b = take(GATE_FORMAT_YAML, rows[i].b);

		if (gate_node_equal(gate_doc_root(a), gate_doc_root(b)) != rows[i].same ||
		    gate_node_equal(gate_doc_root(b), gate_doc_root(a)) != rows[i].same)
			fail_msg("%s and %s", rows[i].a, rows[i].b);
	}
}

static int note(void *arg, const char *path, const struct gate_node *node, struct gate_err *err)
{
	(void)node;
	(void)err;
	gate_buf_fmt(arg, "%s ", path);
	return strcmp(path, "stop") == 0 ? -GATE_E_LIMIT : 0;
}

static void selection(void **state)
{
	static const char text[] = "jobs:\n  a: {steps: [{run: x}, {uses: y}]}\n  b: {steps: [{run: z}]}\n"
				   "x.y: {run: 1}\n";
	static const struct row rows[] = {
		{ "jobs.*.steps.*.run", "jobs.a.steps.0.run jobs.b.steps.0.run " },
		{ "jobs.{b,c}.steps", "jobs.b.steps " },
		{ "jobs.a.steps.1.{run,uses}", "jobs.a.steps.1.uses " },
		{ "**.run", "jobs.a.steps.0.run jobs.b.steps.0.run \"x.y\".run " },
		{ "\"x.y\".*", "\"x.y\".run " },
		{ "jobs.**.{uses}", "jobs.a.steps.1.uses " },
		{ "**.steps.**.run", "jobs.a.steps.0.run jobs.b.steps.0.run " },
		{ "nothing", "" },
		{ "\"*\"", "" },
	};
	gate_autodoc struct gate_doc *doc = take(GATE_FORMAT_YAML, text), *stop = take(GATE_FORMAT_YAML, "stop: 1\nx: 2\n");
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(rows); i++) {
		gate_buf_reset(&b);
		gate_buf_str(&b, "");
		assert_int_equal(gate_node_select(gate_doc_root(doc), rows[i].text, note, &b, &err), 0);
		assert_string_equal(gate_buf_cstr(&b), rows[i].want);
	}
	gate_buf_reset(&b);
	assert_int_equal(gate_node_select(gate_doc_root(stop), "*", note, &b, &err), -GATE_E_LIMIT);
	assert_string_equal(gate_buf_cstr(&b), "stop ");
	assert_int_equal(gate_node_select(gate_doc_root(doc), "a.{b", note, &b, &err), -GATE_E_SYNTAX);
}

static int trace(void *arg, const struct gate_event *e, struct gate_err *err)
{
	static const char *const names[] = { "{", "}", "[", "]", "k", "s", "*", "---" };

	(void)err;
	gate_buf_fmt(arg, "%u%s%s%u ", e->depth, names[e->type], e->text, e->line);
	return strcmp(e->text, "stop") == 0 ? GATE_EVENT_STOP : 0;
}

static void events(void **state)
{
	static const struct {
		enum gate_format format;
		const char *text;
		int rc;
		const char *want;
	} rows[] = {
		{ GATE_FORMAT_JSON, "{\"a\":[1,{}],\n\"b\":2}", 0, "0{1 1ka1 1[1 2s11 2{1 2}1 1]1 1kb2 1s22 0}2 " },
		{ GATE_FORMAT_YAML, "a: [1, {}]\nb: 2\n", 0, "0{1 1ka1 1[1 2s11 2{1 2}1 1]1 1kb2 1s22 0}3 " },
		{ GATE_FORMAT_JSON, "[1,\"stop\",,,", 0, "0[1 1s11 1sstop1 " },
		{ GATE_FORMAT_YAML, "[1, stop, ]]]", 0, "0[1 1s11 1sstop1 " },
		{ GATE_FORMAT_YAML, "a: &x 1\nb: *x\n", -GATE_E_SYNTAX, "0{1 1ka1 1s11 1kb2 " },
		{ GATE_FORMAT_JSON, "{\"a\":1,\"a\":2}", -GATE_E_SYNTAX, "0{1 1ka1 1s11 1ka1 1s21 " },
		{ GATE_FORMAT_TOML, "", -GATE_E_BUG, "" },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(rows); i++) {
		gate_auto(gate_buf) struct gate_buf b = { 0 };
		struct gate_err err = { 0 };

		assert_int_equal(gate_events_read(rows[i].format, rows[i].text, strlen(rows[i].text), NULL, trace, &b, &err),
				 rows[i].rc);
		assert_string_equal(gate_buf_cstr(&b), rows[i].want);
	}
}

/* ---- jansson is the oracle ---- */

static void same_json(const struct gate_json *want, const struct gate_node *got, const char *text);

static void same_member(const char *key, const struct gate_json *v, void *arg)
{
	const struct gate_node *n = gate_node_get(arg, key);

	if (!n)
		fail_msg("no key %s", key);
	same_json(v, n, key);
}

static void same_json(const struct gate_json *want, const struct gate_node *got, const char *text)
{
	const char *s = gate_json_string(want);

	if (gate_json_is_object(want)) {
		assert_int_equal(got->type, GATE_NODE_MAP);
		gate_json_each(want, same_member, (void *)(uintptr_t)got);
	} else if (gate_json_is_array(want)) {
		const struct gate_node *c = got->first;

		assert_int_equal(got->type, GATE_NODE_LIST);
		assert_int_equal(got->n, gate_json_len(want));
		for (size_t i = 0; i < gate_json_len(want); i++, c = c->next)
			same_json(gate_json_at(want, i), c, text);
	} else if (s) {
		assert_int_equal(got->type, GATE_NODE_TEXT);
		assert_string_equal(got->text, s);
	} else {
		assert_true(got->type < GATE_NODE_TEXT);
	}
}

static void compare_with_jansson(const char *text, size_t len)
{
	static const struct gate_doc_limits limits = { 64, 100000, 1 << 22 };
	gate_autodoc struct gate_doc *doc = NULL;
	gate_autojson struct gate_json *oracle = NULL;
	struct gate_err err = { 0 }, err2 = { 0 };
	int rc = gate_doc_parse(GATE_FORMAT_JSON, text, len, &limits, &doc, &err);

	oracle = gate_json_load(text, len, "x", &err2);
	if (rc == 0 && gate_doc_root(doc)->type == GATE_NODE_NULL && !*gate_doc_root(doc)->text)
		return; /* an empty file is a document here */
	if ((rc == 0) != (oracle != NULL))
		fail_msg("%.*s\nours: %s\njansson: %s", (int)len, text, err.text, err2.text);
	if (oracle)
		same_json(oracle, gate_doc_root(doc), text);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void as_jansson(void **state)
{
	static const char *const seeds[] = {
		"{\"a\":[1,2.5,-0,true,false,null],\"b\":{\"c\":\"\\u00e4\\n\\\"x\",\"d\":{}},\"e\":[[],{}]}",
		"[\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\",\"\\ud83d\\ude00\",\"\\/\\b\\f\\n\\r\\t\\\\\"]",
		"{\"name\":\"x\",\"version\":\"1.0.0\",\"dependencies\":{\"a\":\"^1\",\"b\":\"~2\"},\"n\":12}",
	};
	static const char bytes[] = "{}[]:,\"\\/unbtrfalse0123456789.-+eE \n\t\x80\xc3\x1f'a";
	uint32_t seed = 7;

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(seeds); i++) {
		compare_with_jansson(seeds[i], strlen(seeds[i]));
		for (int k = 0; k < 20000; k++) {
			char text[256];
			size_t len = strlen(seeds[i]);

			memcpy(text, seeds[i], len);
			for (uint32_t m = next_random(&seed) % 3 + 1; m; m--) {
				size_t at = next_random(&seed) % len;
				char c = bytes[next_random(&seed) % (sizeof(bytes) - 1)];

				if (next_random(&seed) % 3 == 0 && len > 2)
					memmove(text + at, text + at + 1, --len - at);
				else
					text[at] = c;
			}
			compare_with_jansson(text, len);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json),	    cmocka_unit_test(jsonc),
		cmocka_unit_test(yaml),	    cmocka_unit_test(aliases_are_counted),
		cmocka_unit_test(limits),   cmocka_unit_test(paths),
		cmocka_unit_test(long_maps), cmocka_unit_test(equality),
		cmocka_unit_test(selection), cmocka_unit_test(events),
		cmocka_unit_test(as_jansson),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
