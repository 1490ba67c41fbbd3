#include "tests/unit/node_fixture.h"

static void xml(void **state)
{
	static const struct row rows[] = {
		{ "", "null" },
		{ "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c -->\n<a/>", "{a:{}}" },
		{ "<a b='1' c:d=\"x &lt;&#65;&#x42;&quot;\"> t <e/>u</a>", "{a:{@b:'1',@c:d:'x <AB\"',e:{},#text:'t u'}}" },
		{ "<a><b>1</b><c/><b>2</b></a>", "{a:{b:{#text:'1'},c:{},b:{#text:'2'}}}" },
		{ "<a><![CDATA[<x>&]]></a>", "{a:{#text:'<x>&'}}" },
		{ "<!DOCTYPE a><a>\r\nb\r\n</a>\n", "{a:{#text:'b'}}" },
		{ "<?pi x?><a><?pi?></a><!-- end -->", "{a:{}}" },
		{ "<!DOCTYPE a [<!ENTITY x 'y'>]><a/>", "!DTD" },
		{ "<!DOCTYPE a PUBLIC \"-//x\"\n'y'><a/>", "{a:{}}" },
		{ "<!DOCTYPE a SYSTEM 'x' [<!ENTITY x 'y'>]><a/>", "!DTD" },
		{ "<!DOCTYPE a SYSTEM 'x><a/>", "!does not end" },
		{ "<?xml version='1.0' encoding='ISO-8859-1'?><a/>", "!encoding" },
		{ "<a>&x;</a>", "!entity" },
		{ "<a>&#0;</a>", "!number" },
		{ "<a>&#xD800;</a>", "!number" },
		{ "<a b='1' b='2'/>", "!twice" },
		{ "<a b/>", "!without a value" },
		{ "<a b=1/>", "!without quotes" },
		{ "<a b='1'c='2'/>", "!tag" },
		{ "<a b='<'/>", "!inside an attribute" },
		{ "<a></b>", "!fits no" },
		{ "<a><b></a></b>", "!fits no" },
		{ "<a>", "!does not end" },
		{ "<a/><b/>", "!second root" },
		{ "<a/>x", "!outside" },
		{ "x<a/>", "!outside" },
		{ "<!-- a -- b --><a/>", "!inside a comment" },
		{ "<!-- a", "!does not end" },
		{ "<a>]]></a>", "!]]>" },
		{ "<1/>", "!no name" },
	};

	(void)state;
	check_rows(GATE_FORMAT_XML, rows, GATE_ARRAY_LEN(rows));
}

static void hcl(void **state)
{
	static const struct row rows[] = {
		{ "", "null" },
		{ "# a\n// b\n/* c\n */\n", "null" },
		{ "a = 1\nb = \"x\"\nc = true\nd = null\ne = -1.5e3\n", "{a:1,b:'x',c:btrue,d:null,e:-1.5e3}" },
		{ "resource \"t\" \"n\" {\n  k = [1, \"a\",\n    2, # c\n  ]\n  o = { x = 1, \"y\" : 2\n z = [] }\n}\n",
		  "{resource:{t:{n:{k:[1,'a',2],o:{x:1,y:2,z:[]}}}}}" },
		{ "r \"t\" \"a\" {}\nr \"t\" \"b\" {\n}\nr \"u\" \"a\" { k = 1 }\n", "{r:{t:{a:{},b:{}},u:{a:{k:1}}}}" },
		{ "a {\n i { f = 1 }\n i {\n f = 2\n }\n}\n", "{a:{i:{f:1},i:{f:2}}}" },
		{ "a = var.x\nb = foo(1, [2,\n 3])  # c\nc = x ? \"a\" : \"b\"\nd = \"a-${var.x[\"q\"]}-b\"\n",
		  "{a:'var.x',b:'foo(1, [2, 3])',c:'x ? \"a\" : \"b\"',d:'a-${var.x[\"q\"]}-b'}" },
		{ "a = <<EOT\n  x ${y}\nz\nEOT\nb = <<-E\n    p\n      q\n    E\n", "{a:'  x ${y}\nz\n',b:'p\n  q\n'}" },
		{ "a = [for x in y : x]\nb = {for k, v in m : k => v}\nc = { (k) = 1 }\n",
		  "{a:'[for x in y : x]',b:'{for k, v in m : k => v}',c:{(k):1}}" },
		{ "a = \"\\n\\u00e4$${x}\"\n", "{a:'\n\xc3\xa4${x}'}" },
		{ "a = \"x\" == \"y\"\n", "{a:'\"x\" == \"y\"'}" },
		{ "a = [{ b = 1 }, { b = 2 }]\n", "{a:[{b:1},{b:2}]}" },
		{ "a = 1\na = 2\n", "!2: this key" },
		{ "a = { b = 1, b = 2 }\n", "!twice" },
		{ "a = 1\na {}\n", "!already" },
		{ "a =\n", "!no value" },
		{ "a = 1 }\n", "!" },
		{ "a {\n", "!ends inside" },
		{ "a = (1\n", "!do not end" },
		{ "a = (1]\n", "!do not fit" },
		{ "a = \"x\n", "!does not end" },
		{ "a = \"${x\n", "!does not end" },
		{ "a = \"\\q\"\n", "!escape" },
		{ "a = <<E\nx\n", "!heredoc" },
		{ "/* x", "!comment" },
		{ "= 1\n", "!neither" },
		{ "a b c\n", "!neither" },
	};

	(void)state;
	check_rows(GATE_FORMAT_HCL, rows, GATE_ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xml),
		cmocka_unit_test(hcl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
