#include "tests/unit/node_fixture.h"

static void ini(void **state)
{
	static const struct row rows[] = {
		{ "", "null" },
		{ "# c\n; d\n", "null" },
		{ "[a]\nB = 1\nc: x = y\nd=\ne\n", "{a:{b:'1',c:'x = y',d:'',e:null}}" },
		{ "root = true\n[*.py]\nx=1\n", "{root:'true',*.py:{x:'1'}}" },
		{ "[a]\nb =\n  x\n  # no\n\n  y\n\n\nc = 1 # kept\n", "{a:{b:'\nx\n\ny',c:'1 # kept'}}" },
		{ "[a]\n  b = 1\n  c = 2\n    3\n d = 4\n", "{a:{b:'1',c:'2\n3',d:'4'}}" },
		{ "[a:b]\r\nk = v\r\n", "{a:b:{k:'v'}}" },
		{ "[a]\nk = [x]\n [y]\n", "{a:{k:'[x]\n[y]'}}" },
		{ "[a]\n[a]\n", "!2: this section" },
		{ "[a]\nk=1\nK=2\n", "!3: this key" },
		{ "[]\n", "!section" },
		{ "[a\n", "!section" },
		{ "= 1\n", "!without a key" },
		{ "[a]\nk\n  x\n", "!indented" },
	};

	(void)state;
	check_rows(GATE_FORMAT_INI, rows, GATE_ARRAY_LEN(rows));
}

static void properties(void **state)
{
	static const struct row rows[] = {
		{ "", "null" },
		{ "# c\n! d\n\n", "null" },
		{ "a=1\nb : 2\nc 3\nd\n  e\t=\t4  \n", "{a:'1',b:'2',c:'3',d:'',e:'4  '}" },
		{ "a = x\\\n   y\\\r\n z\nb=\\\\\nc=1", "{a:'xyz',b:'\\',c:'1'}" },
		{ "a\\ b\\=c = \\u00e4\\t\\q\\ud83d\\ude00", "{a b=c:'\xc3\xa4\tq\xf0\x9f\x98\x80'}" },
		{ "a=1\na=2", "!2: this key" },
		{ "a=\\u12", "!four" },
		{ "a=\\ud800x", "!half" },
		{ "a=\\ud800\\\n", "!half" },
		{ "a=\\u0000", "!may not stand" },
		{ "a=\xff", "!UTF-8" },
		{ "a=b\\", "{a:'b'}" },
	};

	(void)state;
	check_rows(GATE_FORMAT_PROPERTIES, rows, GATE_ARRAY_LEN(rows));
}

static void git_config(void **state)
{
	static const struct row rows[] = {
		{ "", "null" },
		{ "[submodule \"A.b\"]\n\tpath = a b\n\turl = \"x # y\" ; c\n", "{submodule.A.b:{path:'a b',url:'x # y'}}" },
		{ "[Core]\nBare\nX = 1\nx = 2\nx = 3\n", "{core:{bare:btrue,x:['1','2','3']}}" },
		{ "[a] k = v\n[b]\n[a]\nl = w", "{a:{k:'v',l:'w'},b:{}}" },
		{ "[a \"q\\\"w\\\\e\"]\nk = a\\\n  b\\t\\n\"  c \"  \n", "{a.q\"w\\e:{k:'a  b\t\n  c '}}" },
		{ "[a.B]\nk = \"\"\n", "{a.b:{k:''}}" },
		{ "[a]\r\nk = v\r\n", "{a:{k:'v'}}" },
		{ "k = v\n", "!before the first section" },
		{ "[a]\n1 = v\n", "!neither" },
		{ "[a]\nk_x = v\n", "!without '='" },
		{ "[a\nk = v\n", "!does not end" },
		{ "[a \"b]\n", "!does not end" },
		{ "[a \"b\" x]\n", "!does not end" },
		{ "[]\n", "!without a name" },
		{ "[a]\nk = \"v\n", "!quote" },
		{ "[a]\nk = \\q\n", "!escape" },
	};

	(void)state;
	check_rows(GATE_FORMAT_GIT_CONFIG, rows, GATE_ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ini),
		cmocka_unit_test(properties),
		cmocka_unit_test(git_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
