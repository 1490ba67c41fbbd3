#include "tests/unit/node_fixture.h"

#include "base/str.h"
#include "formats/toml.h"

static void toml(void **state)
{
	static const struct row rows[] = {
		{ "", "null" },
		{ "# only a comment\n", "null" },
		{ "a = 1\r\nb = 'x' # c\n", "{a:1,b:'x'}" },
		{ "s = \"a\\tb\\u00e4\\U0001F600\\\\\"", "{s:'a\tb\xc3\xa4\xf0\x9f\x98\x80\\'}" },
		{ "s = 'C:\\x'", "{s:'C:\\x'}" },
		{ "s = \"\"\"\none \\\n   two \"\"q\"\"\"\"", "{s:'one two \"\"q\"'}" },
		{ "s = '''\na\\\nb'''", "{s:'a\\\nb'}" },
		{ "d = [1979-05-27, 07:32:00.5, 1979-05-27T07:32:00Z, 1979-05-27 07:32:00-07:00]",
		  "{d:['1979-05-27','07:32:00.5','1979-05-27T07:32:00Z','1979-05-27 07:32:00-07:00']}" },
		{ "n = [+1, -0, 1_000, 0x1F, 0o7, 0b1, 1.5, 1e-3, 6.0E+2, inf, -inf, nan]",
		  "{n:[+1,-0,1_000,0x1F,0o7,0b1,1.5,1e-3,6.0E+2,inf,-inf,nan]}" },
		{ "b = [true,false]", "{b:[btrue,bfalse]}" },
		{ "a.b.c = 1\na.b.d = 2\n\"x.y\".z = 3", "{a:{b:{c:1,d:2}},x.y:{z:3}}" },
		{ "t = {a = 1, b.c = [ {}, ], }", "!no key" },
		{ "t = {a = 1, b.c = [ {}, ]}", "{t:{a:1,b:{c:[{}]}}}" },
		{ "a = [\n 1, # one\n 2,\n]", "{a:[1,2]}" },
		{ "[a.b]\nc = 1\n[a]\nd = 2\n[a.e]", "{a:{b:{c:1},d:2,e:{}}}" },
		{ "[[p]]\nn = 1\n[p.q]\nr = 1\n[[p]]\nn = 2\n[[p.s]]\nx = 1", "{p:[{n:1,q:{r:1}},{n:2,s:[{x:1}]}]}" },
		{ "[a]\nb.c = 1\n[a.b.d]\n", "{a:{b:{c:1,d:{}}}}" },
		{ "a = 1\na = 2", "!2: this key stands here twice" },
		{ "[a]\n[a]", "!2: this table" },
		{ "a = 1\n[a]", "!twice" },
		{ "[a]\n[[a]]", "!something else" },
		{ "a = []\n[[a]]", "!something else" },
		{ "a = {}\n[a.b]", "!into an inline" },
		{ "a = {}\na.b = 1", "!elsewhere" },
		{ "[a.b]\n[a]\nb.c = 1", "!elsewhere" },
		{ "a.b = 1\n[a]", "!twice" },
		{ "a.b.c = 1\n[a.b]", "!twice" },
		{ "a = 1\na.b = 2", "!elsewhere" },
		{ "[a]\nb = 1\n[a.b.c]", "!no table" },
		{ "a = {\n}", "!" },
		{ "a = 1 b = 2", "!behind the value" },
		{ "a =", "!no value" },
		{ "= 1", "!no key" },
		{ "a", "!without '='" },
		{ "[a", "!does not end" },
		{ "[[a]", "!does not end" },
		{ "[]", "!no key" },
		{ "a = \"x", "!does not end" },
		{ "a = \"x\ny\"", "!does not end" },
		{ "a = \"\\q\"", "!escape" },
		{ "a = \"\\ud800\"", "!names no character" },
		{ "a = 01", "!neither" },
		{ "a = 1__0", "!neither" },
		{ "a = _1", "!neither" },
		{ "a = 1.", "!neither" },
		{ "a = -0x1", "!neither" },
		{ "a = 2023-02-29", "!neither" },
		{ "a = 25:00:00", "!neither" },
		{ "a = True", "!neither" },
		{ "a = [1 2]", "!comma" },
		{ "\"\"\"a\"\"\" = 1", "!without '='" },
		{ "a = 1\rb = 2", "!behind the value" },
		{ "# \x01", "!comment" },
		{ "a = '\xff'", "!no UTF-8" },
	};

	(void)state;
	check_rows(GATE_FORMAT_TOML, rows, GATE_ARRAY_LEN(rows));
}

static void deep(void **state)
{
	char text[4096] = "a = ";
	gate_autofree char *arrays = NULL, *keys = NULL;

	(void)state;
	memset(text + 4, '[', 3000);
	arrays = shown(GATE_FORMAT_TOML, text, 3004);
	assert_non_null(strstr(arrays, "GATE_E_LIMIT"));
	for (int i = 0; i < 4000; i += 2)
		memcpy(text + i, "a.", 2);
	keys = shown(GATE_FORMAT_TOML, text, 4000);
	assert_non_null(strstr(keys, "GATE_E_LIMIT"));
}

static int collect(void *arg, const struct gate_node *table, struct gate_err *err)
{
	(void)err;
	show(arg, table);
	gate_buf_char(arg, ';');
	return gate_node_get(table, "stop") ? -GATE_E_LIMIT : 0;
}

static void one_by_one(void **state)
{
	static const struct {
		const char *text;
		int rc;
		const char *tables, *rest;
	} rows[] = {
		{ "v = 1\n[[p]]\nn = 'a'\n[p.d]\nx = '1'\n[[p]]\nn = 'b'\n[[p.f]]\ny = 1\n[meta]\nh = 'z'\n[p.e]\n", 0,
		  "{n:'a',d:{x:'1'}};{n:'b',f:[{y:1}],e:{}};", "{v:1,p:[],meta:{h:'z'}}" },
		{ "v = 1\n", 0, "", "{v:1}" },
		{ "[[p]]\nn = 1\nn = 2\n", -GATE_E_SYNTAX, "", "" },
		{ "[[p]]\nn = 1\n[p]\n", -GATE_E_SYNTAX, "", "" },
		{ "[[p]]\nstop = 1\n[[p]]\n", -GATE_E_LIMIT, "{stop:1};", "" },
		{ "p = 1\n[[p]]\n", -GATE_E_SYNTAX, "", "" },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(rows); i++) {
		gate_auto(gate_buf) struct gate_buf tables = { 0 }, rest = { 0 };
		gate_autodoc struct gate_doc *doc = NULL;
		struct gate_err err = { 0 };
		int rc = gate_toml_tables(rows[i].text, strlen(rows[i].text), NULL, "p", collect, &tables, &doc, &err);

		assert_int_equal(rc, rows[i].rc);
		assert_string_equal(gate_buf_cstr(&tables), rows[i].tables);
		if (doc)
			show(&rest, gate_doc_root(doc));
		assert_string_equal(gate_buf_cstr(&rest), rows[i].rest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(toml),
		cmocka_unit_test(deep),
		cmocka_unit_test(one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
