#include "classifier/tests/functions.h"

#include "base/str.h"
#include "rules/match.h"

#include <stdlib.h>
#include <string.h>

#define TESTS_MAX 5000u /* of one file */

static const struct {
	const char *ends; /* endings of file names, parted by blanks */
	const char *starts[3];
} languages[] = {
	{ ".js .jsx .ts .tsx .mjs .cjs .mts .cts .vue .svelte",
	  { "(?<![\\w.$])[xf]?(?:it|test|specify|fit|xit)(?:\\.\\w+)*(?:\\([^()\\n]{0,80}\\))?\\s*\\(\\s*['\"`]([^'\"`\\n]{1,200})",
	    "\\bDeno\\.test(?:\\.\\w+)?\\(\\s*(?:\\{\\s*name:\\s*)?['\"`]([^'\"`\\n]{1,200})",
	    "\\b(?:it|test)\\.each(?:`[^`]*`|\\((?:[^()]|\\([^()]*\\))*\\))\\s*\\(\\s*['\"`]([^'\"`\\n]{1,200})" } },
	{ ".py", { "^[ \\t]*(?:async[ \\t]+)?def[ \\t]+(test\\w*)[ \\t]*\\(" } },
	{ ".java .kt .kts .groovy",
	  { "@(?:Test|ParameterizedTest|RepeatedTest|Property|TestFactory)\\b[^;{}]{0,300}?\\b(?:void|fun|def)\\s+[`\"]?([\\w $-]+?)[`\"]?\\s*\\(",
	    "^[ \\t]*def\\s+[\"']([^\"'\\n]+)[\"']\\s*\\(", "^[ \\t]*\"([^\"\\n]+)\"\\s*(?:\\.config\\([^)]*\\)\\s*)?\\{" } },
	{ ".scala .sc",
	  { "\\b(?:test|scenario|it)\\s*\\(\\s*\"([^\"\\n]+)", "\"([^\"\\n]+)\"\\s+in\\b", "@Test\\s+def\\s+(\\w+)" } },
	{ ".go", { "^func\\s+((?:Test|Benchmark|Fuzz|Example)\\w*)\\s*\\(", "\\bt\\.Run\\(\\s*[\"`]([^\"`\\n]+)",
		   "\\b[FPX]?It\\(\\s*[\"`]([^\"`\\n]+)" } },
	{ ".rs", { "#\\[(?:\\w+::)*(?:test|rstest|test_case|proptest)\\b[^{;]{0,300}?\\bfn\\s+(\\w+)" } },
	{ ".rb", { "^[ \\t]*[xf]?(?:it|specify|test|example|scenario|should)\\s*\\(?\\s*['\"]([^'\"\\n]+)",
		   "^[ \\t]*def\\s+(test_\\w+)" } },
	{ ".php .phpt", { "\\bfunction\\s+(test\\w+)\\s*\\(", "#\\[Test\\][^{;]{0,200}?\\bfunction\\s+(\\w+)",
			  "^[ \\t]*(?:it|test)\\(\\s*['\"]([^'\"\\n]+)" } },
	{ ".cs .fs .vb", { "\\[(?:Fact|Theory|Test|TestCase|TestMethod|DataTestMethod)\\b[^;{}]{0,400}?\\b(?:void|Task|ValueTask)\\s+(\\w+)\\s*\\(" } },
	{ ".c .cc .cpp .cxx .h .hpp .m .mm",
	  { "\\b(?:DISABLED_)?(?:TYPED_)?(?:TEST|TEST_F|TEST_P|TEST_CASE|SCENARIO|BOOST_AUTO_TEST_CASE|START_TEST|Test)\\s*\\(\\s*([^()\\n]{1,160})",
	    "\\bvoid\\s+(test_?\\w+)\\s*\\(", "^-\\s*\\(void\\)\\s*(test\\w+)" } },
	{ ".swift", { "\\bfunc\\s+(test\\w+)\\s*\\(", "@Test\\b[^{]{0,200}?\\bfunc\\s+(\\w+)", "\\b[xf]?it\\(\\s*\"([^\"\\n]+)" } },
	{ ".exs .ex", { "^[ \\t]*(?:test|property)\\s+\"([^\"\\n]+)" } },
	{ ".erl", { "^(\\w+_test_?)\\s*\\(" } },
	{ ".dart", { "\\b(?:test|testWidgets|blocTest)\\w*(?:<[^>]*>)?\\(\\s*['\"]([^'\"\\n]+)" } },
	{ ".r .R", { "\\btest_that\\(\\s*['\"]([^'\"\\n]+)" } },
	{ ".t .pl", { "\\bsubtest\\s*\\(?\\s*['\"]([^'\"\\n]+)", "\\bsub\\s+(test_\\w+)" } },
	{ ".lua", { "\\bit\\(\\s*['\"]([^'\"\\n]+)", "\\bfunction\\s+[\\w.:]*(test\\w+)" } },
	{ ".hs", { "\\b[xf]?(?:it|specify|prop|testCase)\\s+\"([^\"\\n]+)" } },
	{ ".jl", { "@testset\\s+\"([^\"\\n]+)" } },
	{ ".ml", { "\\btest_case\\s+\"([^\"\\n]+)", "let%(?:test|expect_test)(?:_unit)?\\s+\"?([\\w ]+)" } },
	{ ".bats", { "^[ \\t]*@test\\s+[\"']([^\"'\\n]+)" } },
	{ ".sh", { "^[ \\t]*(?:function\\s+)?(test_?\\w+)\\s*\\(\\)" } },
	{ ".feature", { "^[ \\t]*Scenario(?: Outline)?:\\s*([^\\n]+)" } },
};

struct gate_test_starts {
	struct gate_regex *v[GATE_ARRAY_LEN(languages)][3];
	struct gate_regex *table;
};

static const char table_of_cases[] = "\\.each\\b|parametri[sz]e|@ParameterizedTest|@ValueSource|@CsvSource|\\[Theory|\\[InlineData|"
				     "\\[TestCase|#\\[case|dataProvider|DataProvider|\\bwhere:|:=\\s*\\[\\]struct|subTest\\(|"
				     "Examples:|for\\s*\\(?\\s*(?:const|auto|let|var)?\\s*\\w+|\\bfor\\s+\\w+";

struct gate_test_starts *gate_test_starts_new(struct gate_err *err)
{
	struct gate_test_starts *x = calloc(1, sizeof(*x));

	if (!x) {
		gate_err_set(err, GATE_E_NOMEM, "out of memory");
		return NULL;
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(languages); i++) {
		for (size_t k = 0; k < 3 && languages[i].starts[k]; k++)
			x->v[i][k] = gate_regex_lazy(languages[i].starts[k], false, err);
	}
	x->table = gate_regex_lazy(table_of_cases, false, err);
	return x;
}

void gate_test_starts_free(struct gate_test_starts *x)
{
	for (size_t i = 0; x && i < GATE_ARRAY_LEN(languages); i++) {
		for (size_t k = 0; k < 3; k++)
			gate_regex_free(x->v[i][k]);
	}
	if (x)
		gate_regex_free(x->table);
	free(x);
}

static const char *const test_globs[] = {
	"*.test.*", "*.spec.*", "*_test.*", "*_tests.*", "*_spec.*", "test_*.*", "*-test.*", "*-spec.*", "*Test.java",
	"*Tests.java", "*IT.java", "*Test.kt", "*Tests.kt", "*Spec.kt", "*Spec.scala", "*Test.scala", "*Suite.scala",
	"*Spec.groovy", "*Test.groovy", "*Test.php", "*Tests.cs", "*Test.cs", "*Tests.swift", "*Test.swift", "*Spec.swift",
	"*Tests.m", "*Spec.hs", "*Test.hs", "*.bats", "*.cy.*", "*.e2e.*", "conftest.py", "*.feature", "*.phpt", "*_SUITE.erl",
	"test_*", "Test*.java",
};
static const char *const test_folders[] = { "test", "tests", "spec", "specs", "__tests__", "t", "e2e", "testing",
					    "androidTest", "integration-tests", "unittests", "cypress" };

bool gate_is_test_path(const char *path)
{
	const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;

	for (size_t i = 0; i < GATE_ARRAY_LEN(test_globs); i++) {
		if (gate_glob_match(test_globs[i], last, strlen(last), false))
			return true;
	}
	for (const char *p = path, *end; (end = strchr(p, '/')); p = end + 1) {
		for (size_t i = 0; i < GATE_ARRAY_LEN(test_folders); i++) {
			if (strlen(test_folders[i]) == (size_t)(end - p) &&
			    memcmp(p, test_folders[i], (size_t)(end - p)) == 0)
				return true;
		}
	}
	return false;
}

static int language(const char *path)
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
	size_t len = dot ? strlen(dot) : 0;

	for (size_t i = 0; dot && i < GATE_ARRAY_LEN(languages); i++) {
		for (const char *p = languages[i].ends; *p;) {
			size_t n = strcspn(p, " ");

			if (n == len && memcmp(p, dot, n) == 0)
				return (int)i;
			p += n + strspn(p + n, " ");
		}
	}
	return -1;
}

static uint64_t digest(const char *s, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++) {
		if (s[i] != ' ' && s[i] != '\t')
			h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	}
	return h ^ h >> 29;
}

static int add(struct gate_tests *l, const struct gate_test *t, struct gate_err *err)
{
	if (l->n >= TESTS_MAX) {
		l->cut = true;
		return 0;
	}
	if (l->n == l->cap) {
		size_t want = l->cap ? l->cap * 2 : 32;
		void *bigger = reallocarray(l->v, want, sizeof(*l->v));

		if (!bigger)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		l->v = bigger;
		l->cap = want;
	}
	l->v[l->n++] = *t;
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct gate_test *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

static int by_name(const void *a, const void *b)
{
	const struct gate_test *x = a, *y = b;
	int d = (x->name > y->name) - (x->name < y->name);

	return d ? d : by_start(a, b);
}

/* The second test of a name is told from the first. */
static void number_doubles(struct gate_tests *out)
{
	uint64_t last = 0, times = 0;

	qsort(out->v, out->n, sizeof(*out->v), by_name);
	for (size_t i = 0; i < out->n; i++) {
		times = i && out->v[i].name == last ? times + 1 : 0;
		last = out->v[i].name;
		out->v[i].name += times * 0x9e3779b97f4a7c15u;
	}
	qsort(out->v, out->n, sizeof(*out->v), by_start);
}

static void ends_and_lines(struct gate_test_starts *x, const struct gate_buf *b, struct gate_tests *out)
{
	uint32_t line = 1;
	size_t at = 0, s, e;

	for (size_t i = 0; i < out->n; i++) {
		struct gate_test *t = &out->v[i];

		t->end = i + 1 < out->n ? out->v[i + 1].start : b->len;
		for (; at < t->start; at++)
			line += b->s[at] == '\n';
		t->line = line;
		t->table = gate_regex_find(x->table, b->s + t->start, t->end - t->start, 0, &s, &e) == GATE_MATCH_YES;
	}
}

/* What stands inside a string is no test: of what begins one, something is code. */
static bool is_code(const struct gate_buf *code, size_t from, size_t to)
{
	for (; from < to; from++) {
		if (!strchr(" \t\r\n\"'`", code->s[from]))
			return true;
	}
	return false;
}

int gate_tests_find(struct gate_test_starts *x, const char *path, const struct gate_lexed *lex, struct gate_tests *out,
		    struct gate_err *err)
{
	int lang = language(path), rc = 0;
	const struct gate_buf *b = &lex->text;

	for (size_t k = 0; lang >= 0 && k < 3 && x->v[lang][k]; k++) {
		size_t from = 0, start, end, group[2];

		while (rc == 0 && from < b->len &&
		       gate_regex_find_group(x->v[lang][k], b->s, b->len, from, &start, &end, group) == GATE_MATCH_YES) {
			struct gate_test t = { .name = digest(b->s + group[0], group[1] - group[0]), .start = start,
					       .name_at = group[0], .name_len = group[1] - group[0] };

			if (is_code(&lex->code, start, group[0] > start ? group[0] : end))
				rc = add(out, &t, err);
			from = end > start ? end : end + 1;
		}
	}
	if (rc < 0 || !out->n)
		return rc;
	number_doubles(out);
	ends_and_lines(x, b, out);
	return 0;
}

void gate_tests_clear(struct gate_tests *l)
{
	free(l->v);
	*l = (struct gate_tests){ 0 };
}

bool gate_tests_have(const struct gate_tests *l, uint64_t name)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].name == name)
			return true;
	}
	return false;
}
