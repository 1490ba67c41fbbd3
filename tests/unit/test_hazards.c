/* Hazards of objects, names and text: what each brings, and the look-alikes that bring nothing. */
#include "classifier/classify.h"
#include "classifier/text/scan.h"

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

/* What one classifier is fed with. */
struct world {
	struct gate_policy *policy;
	struct gate_changes changes;
	struct gate_findings findings;
	struct gate_classifier *c;
	const char *before, *now;
};

#define OLD_OID "1111111111111111111111111111111111111111"
#define NEW_OID "2222222222222222222222222222222222222222"
#define A_COMMIT "3333333333333333333333333333333333333333"

static int load(void *arg, const char *oid, const char **bytes, size_t *len, struct gate_err *err)
{
	const struct world *w = arg;

	(void)err;
	*bytes = *oid == '1' ? w->before : w->now;
	if (!*bytes)
		return -GATE_E_OBJECT;
	*len = strlen(*bytes);
	return 0;
}

static void start(struct world *w)
{
	struct gate_err err = { 0 };
	struct gate_change *x;

	if (gate_policy_load(NULL, NULL, 0, &w->policy, &err) < 0)
		fail_msg("%s", err.text);
	x = gate_changes_add(&w->changes);
	gate_copy(x->ref, sizeof(x->ref), "refs/heads/topic");
	w->c = gate_classifier_new(w->policy, &w->changes, load, w, &w->findings, &err);
	assert_non_null(w->c);
}

static void stop(struct world *w)
{
	gate_classifier_free(w->c);
	gate_policy_free(w->policy);
	gate_changes_clear(&w->changes);
	gate_findings_clear(&w->findings);
}

/* One path of one commit, shown as the worker shows it. */
static void show(struct world *w, enum gate_text text, uint32_t mode, uint32_t old_mode, const char *path, size_t len)
{
	struct gate_side old = { old_mode, OLD_OID };
	struct gate_entry e = { .path = path, .commit = A_COMMIT, .mode = mode, .oid = NEW_OID, .olds = &old, .n_olds = old_mode ? 1 : 0 };
	struct gate_object o = { .text = text, .path = path, .commit = A_COMMIT, .bytes = w->now, .len = len, .mode = mode,
				 .olds = &old, .n_olds = old_mode ? 1 : 0 };
	struct gate_err err = { 0 };

	if (*path)
		assert_int_equal(gate_classify_entry(w->c, 0, &e, &err), 0);
	if (mode != 0160000)
		assert_int_equal(gate_classify_object(w->c, 0, &o, &err), 0);
}

/* "UNI-BIDI:critical GIT-EXEC:low", in the order of ids; only of the prefixes that hazards have. */
static void told(const struct world *w, char *out, size_t size)
{
	static const char *const classes[] = { "AGT-UNI", "GATE-LIMIT", "GIT-", "UNI-" };
	size_t n = 0;

	*out = '\0';
	for (size_t k = 0; k < GATE_ARRAY_LEN(classes); k++) {
		for (size_t i = 0; i < w->findings.n; i++) {
			const struct gate_finding *f = &w->findings.v[i];

			if (gate_starts_with(f->id, classes[k]))
				n += (size_t)snprintf(out + n, size - n, "%s%s:%s", n ? " " : "", f->id, gate_tier_name(f->floor));
		}
	}
}

struct text_case {
	const char *path, *before, *now, *want;
};

static void run_texts(const struct text_case *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct world w = { .before = v[i].before, .now = v[i].now };
		char got[512];

		start(&w);
		show(&w, *v[i].path ? GATE_TEXT_BLOB : GATE_TEXT_COMMIT, *v[i].path ? 0100644 : 0, v[i].before ? 0100644 : 0, v[i].path,
		     strlen(v[i].now));
		told(&w, got, sizeof(got));
		if (strcmp(got, v[i].want) != 0)
			fail_msg("text %zu %s: got \"%s\", want \"%s\"", i, v[i].path, got, v[i].want);
		stop(&w);
	}
}

static void test_texts(void **state)
{
	static const struct text_case cases[] = {
		/* direction */
		{ "a.c", NULL, "/* \u202e } \u2066if (x)\u2069 \u2066 */\n", "UNI-BIDI:critical" },
		{ "a.c", "x\n", "x\n// \u2067 \u2069\n", "UNI-BIDI:critical" },
		{ "a.c", "/* \u202e */\n", "/* \u202e */\nint x;\n", "" },
		{ "locale/he.po", NULL, "msgstr \"\u202b\u05e9\u05dc\u05d5\u05dd\u202c\"\n", "UNI-BIDI:low" },
		{ "locale/he.po", NULL, "msgstr \"\u202b\u05e9\u05dc\u05d5\u05dd\"\n", "UNI-BIDI:medium" },
		{ "README.md", NULL, "plain \u202etxt\n", "UNI-BIDI:critical" },
		{ "README.md", NULL, "\u05e9\u05dc\u05d5\u05dd refgate\n", "" },
		{ "", NULL, "fix \u202egnp.exe\n", "UNI-BIDI:critical" },
		/* tags */
		{ "README.md", NULL, "hi\U000e0041\U000e0042\n", "UNI-TAG:critical" },
		{ "README.md", NULL, "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f\n", "" },
		{ "README.md", NULL, "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067x\n", "UNI-TAG:critical" },
		/* selectors */
		{ "a.js", NULL, "x('\ufe01\ufe02\U000e0101')\n", "UNI-VS:critical" },
		{ "a.js", NULL, "x('a\ufe01')\n", "UNI-VS:medium" },
		{ "a.md", NULL, "\u2764\ufe0f \u21a9\ufe0e 1\ufe0f\u20e3 \u845b\U000e0100 \u26a0\ufe0f\n", "" },
		{ "a.md", NULL, "\u26a0\ufe0f\ufe0f\n", "UNI-VS:medium" },
		/* without width */
		{ "a.py", NULL, "def is_\u200badmin(): pass\n", "UNI-ZW:high" },
		{ "a.js", NULL, "const { timeout,\u3164} = req.query\n", "UNI-ZW:critical" },
		{ "a.js", NULL, "x = '\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f926\U0001f3fd\u200d\u2642\ufe0f'\n", "" },
		{ "a.js", NULL, "x = '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u0915\u094d\u200d\u0937'\n", "" },
		{ "a.js", NULL, "ad\u200dmin()\n", "UNI-ZW:high" },
		{ "a.js", NULL, "\ufeffx = 1\n", "" },
		{ "a.js", NULL, "x = \ufeff1\n", "UNI-ZW:high" },
		{ "locale/ar.json", NULL, "{\"a\": \"\u200f\u0645\u0631\u062d\u0628\u0627 refgate\u200f\"}\n", "" },
		{ "a.md", NULL, "copied \u200b from a page\n", "UNI-ZW:low" },
		/* control characters */
		{ "a.sh", NULL, "echo '\033[8m'\n", "UNI-CTL:high" },
		{ "", NULL, "message\033[2K\n", "UNI-CTL:high" },
		{ "a.c", NULL, "int x; // ok\rint y;\nz\n", "UNI-CTL:medium" },
		{ "a.c", NULL, "a\r\nb\r\n\f\tc\r\r\n", "" },
		{ "a.c", NULL, "a\rb\rc\r", "" },
		/* look-alikes */
		{ "a.go", NULL, "func say\u041dello() {}\n", "UNI-HOMO:medium" },
		{ "a.py", NULL, "import \u0440andas\n", "UNI-HOMO:high" },
		{ "src/auth.py", NULL, "def is_\u0430dmin(): pass\n", "UNI-HOMO:high" },
		{ "a.md", NULL, "see https://\u0430pple.com/\n", "UNI-HOMO:high" },
		{ "a.md", NULL, "see https://\u0430\u0440\u0440\u04cf\u0435.com/\n", "UNI-HOMO:high" },
		{ "a.md", NULL, "\u041f\u0440\u0438\u0432\u0435\u0442, refgate! https://\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444\n", "" },
		{ "a.c", NULL, "printf(\"\\n\u0430\u0431\u0432 %s\u0430 [a-z\u0430-\u044f]\");\n", "" },
		{ "a.py", NULL, "\u0394x = \u03bb * 3; \u03c3_x = \u00b5s; kB_\u03bd = \u03c1\n", "" },
		{ "a.py", NULL, "\uff53elf.x()\n", "UNI-HOMO:medium" },
		{ "a.js", NULL, "if (env\u01c3= x)\n", "UNI-HOMO:high" },
		/* attributes */
		{ ".gitattributes", NULL, "*.c filter=x\n", "GIT-ATTR:high GIT-ATTR:high" },
		{ ".gitattributes", "*.c -diff\n", "# moved\n*.c    -diff\n", "" },
		{ ".gitattributes", NULL, "*.png binary\n*.psd filter=lfs diff=lfs merge=lfs -text\n*.py diff=python\n* text=auto eol=lf\n", "" },
		{ ".gitattributes", "* text=auto\n", "* text=auto\n*.sql -diff\n", "GIT-ATTR:high GIT-ATTR:high" },
		{ ".gitattributes", NULL, "*.sql -diff\n*.sql diff\n", "" },
		{ ".gitattributes", NULL, "[attr]hide -diff\n\"*.sql\" hide\n", "GIT-ATTR:high GIT-ATTR:high" },
		{ ".gitattributes", "*.c filter=x\n", "\n", "" },
		/* agents' files */
		{ "CLAUDE.md", NULL, "be\u200b good\n", "AGT-UNI:critical UNI-ZW:high" },
		{ ".cursor/rules/a.mdc", NULL, "x\U000e0041\n", "AGT-UNI:critical UNI-TAG:critical" },
		{ "CLAUDE.md", NULL, "be good \U0001f600\n", "" },
	};

	(void)state;
	run_texts(cases, GATE_ARRAY_LEN(cases));
}

/* CVE-2021-42574 and CVE-2021-42694: the forms, in the comment and string style of each language. */
static void test_attack_forms(void **state)
{
	static const struct {
		const char *end, *comment, *front, *behind;
	} languages[] = {
		{ "s", "# ", "call ", "\n" },	       { "sh", "# ", "", "() { :; }\n" },		 { "c", "// ", "void ", "(void) {}\n" },
		{ "cpp", "// ", "void ", "() {}\n" },    { "cs", "// ", "void ", "() {}\n" },	 { "go", "// ", "func ", "() {}\n" },
		{ "java", "// ", "void ", "() {}\n" },   { "js", "// ", "function ", "() {}\n" },	 { "py", "# ", "def ", "(): pass\n" },
		{ "rs", "// ", "fn ", "() {}\n" },       { "sql", "-- ", "CREATE FUNCTION ", "\n" }, { "sol", "// ", "function ", "() public {}\n" },
	};
	static const char commenting_out[] = "\u202e }\u2066if (admin)\u2069 \u2066 begin\nrun\n";
	static const char early_return[] = "doc \u2067; return \u2069 text\nrun\n";
	static const char stretched[] = "x = \"user\u202e \u2066check\u2069 \u2066\"\nrun\n";

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(languages); i++) {
		char path[16], v[5][128];
		struct text_case c[5];

		snprintf(path, sizeof(path), "a.%s", languages[i].end);
		snprintf(v[0], sizeof(v[0]), "%s%s", languages[i].comment, commenting_out);
		snprintf(v[1], sizeof(v[1]), "%s%s", languages[i].comment, early_return);
		snprintf(v[2], sizeof(v[2]), "%s%s", stretched, languages[i].comment);
		snprintf(v[3], sizeof(v[3]), "%ssay\u041dello%s", languages[i].front, languages[i].behind);
		snprintf(v[4], sizeof(v[4]), "%ssay\u200bHello%s", languages[i].front, languages[i].behind);
		for (size_t k = 0; k < 5; k++)
			c[k] = (struct text_case){ path, NULL, v[k], k < 3 ? "UNI-BIDI:critical" : k == 3 ? "UNI-HOMO:medium" : "UNI-ZW:high" };
		run_texts(c, 5);
	}
}

static void test_links(void **state)
{
	static const struct {
		const char *path, *target, *want;
	} cases[] = {
		{ "a/b", "../c", "" },
		{ "a/b", "../../c", "GIT-SYM-OUT:critical" },
		{ "a/b/.codex/x", "../../../.codex/y", "" },
		{ "l", "/etc/passwd", "GIT-SYM-OUT:critical" },
		{ "l", "C:/x", "GIT-SYM-OUT:critical" },
		{ "l", "\\\\host\\share", "GIT-SYM-OUT:critical" },
		{ "l", "~/.ssh", "GIT-SYM-OUT:critical" },
		{ "l", "..\\x", "GIT-SYM-OUT:critical" },
		{ "l", "d/../x", "GIT-SYM-OUT:medium" },
		{ "l", ".git/hooks", "GIT-SYM-GITDIR:critical" },
		{ "l", "x/.GIT/config", "GIT-SYM-GITDIR:critical" },
		{ "l", "git~1/config", "GIT-SYM-GITDIR:critical" },
		{ "l", ".g\u200cit/config", "GIT-SYM-GITDIR:critical UNI-ZW:medium" },
		{ "l", ".github/x", "" },
		{ ".gitmodules", "modules", "GIT-SYM-CTRL:high" },
		{ "CLAUDE.md", "AGENTS.md", "GIT-SYM-CTRL:low" },
		{ "CLAUDE.md", "docs/agents.md", "GIT-SYM-CTRL:high" },
		{ "package-lock.json", "x/lock", "GIT-SYM-CTRL:high" },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(cases); i++) {
		struct world w = { .now = cases[i].target };
		char got[256];

		start(&w);
		show(&w, GATE_TEXT_LINK, 0120000, 0, cases[i].path, strlen(cases[i].target));
		told(&w, got, sizeof(got));
		if (strcmp(got, cases[i].want) != 0)
			fail_msg("link %zu %s: got \"%s\", want \"%s\"", i, cases[i].target, got, cases[i].want);
		stop(&w);
	}
}

static void test_modes(void **state)
{
	static const struct {
		const char *path, *now;
		uint32_t mode, old;
		const char *want;
	} cases[] = {
		{ "a", "x", 0120000, 0100644, "GIT-TYPE:medium" },
		{ "a", "x", 0100644, 0120000, "GIT-TYPE:medium" },
		{ "a", "x", 0160000, 0100644, "GIT-TYPE:medium GIT-SUB-SHA:high" },
		{ "a", "x", 0160000, 0160000, "GIT-SUB-SHA:high" },
		{ "docs/a.md", "x", 0100755, 0100644, "GIT-EXEC:low" },
		{ "docs/a", "#!/bin/sh\n", 0100755, 0100644, "GIT-EXEC:medium" },
		{ "scripts/a", "x", 0100755, 0100644, "GIT-EXEC:medium" },
		{ "a", "x", 0100755, 0100755, "" },
		{ "a", "x", 0100755, 0, "" },
		{ "a", "x", 0100644, 0100755, "" },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(cases); i++) {
		struct world w = { .now = cases[i].now };
		char got[256];

		start(&w);
		show(&w, cases[i].mode == 0120000 ? GATE_TEXT_LINK : GATE_TEXT_BLOB, cases[i].mode, cases[i].old, cases[i].path,
		     strlen(cases[i].now));
		told(&w, got, sizeof(got));
		if (strcmp(got, cases[i].want) != 0)
			fail_msg("mode %zu: got \"%s\", want \"%s\"", i, got, cases[i].want);
		stop(&w);
	}
}

/* Names of one tree, parted by bars; one that begins with '=' stood there before, one that ends in '/' is a folder. */
static void test_names(void **state)
{
	static const struct {
		const char *names, *want;
	} cases[] = {
		{ "README|readme", "GIT-CASE:high" },
		{ "=README|=readme|x", "" },
		{ "=README|readme", "GIT-CASE:high" },
		{ "src|SRC/", "GIT-CASE:high" },
		{ "\u00e9|e\u0301", "GIT-CASE:high" },
		{ "stra\u00dfe|STRASSE", "GIT-CASE:high" },
		{ "a|b|c.d", "" },
		{ "HEAD|objects/|refs/", "GIT-BAREREPO:critical" },
		{ "=HEAD|=objects/|refs/", "GIT-BAREREPO:critical" },
		{ "=HEAD|=objects/|=refs/|x", "" },
		{ "head|commondir", "GIT-BAREREPO:critical" },
		{ "HEAD|objects/", "" },
		{ "aux.c", "GIT-PATHBAD:high" },
		{ "auxiliary.c", "" },
		{ "COM1", "GIT-PATHBAD:high" },
		{ "x.", "GIT-PATHBAD:high" },
		{ "x ", "GIT-PATHBAD:high" },
		{ "\xff\xfe", "GIT-PATHBAD:medium" },
		{ "a\u202e.txt", "GIT-PATHBAD:high UNI-BIDI:critical" },
		{ "a\u200bb", "GIT-PATHBAD:high UNI-ZW:medium" },
		{ "\u0444\u0430\u0439\u043b.txt", "" },
		{ "a\nb", "GIT-DOTGIT:critical" },
		{ "-rf", "GIT-DOTGIT:high" },
		{ "a\\b", "GIT-DOTGIT:high" },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(cases); i++) {
		struct gate_name v[8];
		struct gate_names n = { "", A_COMMIT, v, 0 };
		struct gate_err err = { 0 };
		struct world w = { 0 };
		char got[256];

		for (const char *p = cases[i].names; p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL) {
			struct gate_name *x = &v[n.n++];

			x->had = *p == '=';
			p += x->had;
			x->s = p;
			x->len = strcspn(p, "|/");
			x->mode = p[x->len] == '/' ? 0040000 : 0100644;
		}
		start(&w);
		assert_int_equal(gate_classify_names(w.c, 0, &n, &err), 0);
		told(&w, got, sizeof(got));
		if (strcmp(got, cases[i].want) != 0)
			fail_msg("names %zu %s: got \"%s\", want \"%s\"", i, cases[i].names, got, cases[i].want);
		stop(&w);
	}
}

static void test_binaries(void **state)
{
	static const struct {
		const char *path, *before, *now;
		size_t len;
		const char *want;
	} cases[] = {
		{ "x.png", NULL, "\177ELF\2\1\1\0", 8, "GIT-BIN:high" },
		{ "lib.dat", NULL, "PK\003\004\0aaa", 8, "GIT-BIN:high" },
		{ "a", NULL, "\x1f\x8b\x08\0", 4, "GIT-BIN:high" },
		{ "a", NULL, "\xfd" "7zXZ\0", 6, "GIT-BIN:high" },
		{ "a", NULL, "\0asm\1\0\0\0", 8, "GIT-BIN:high" },
		{ "a", NULL, "\xca\xfe\xba\xbe\0\0", 6, "GIT-BIN:high" },
		{ "a.pyc", NULL, "\x6f\x0d\x0d\x0a\0\0\0\0\0\0\0\0\0\0\0\0", 16, "GIT-BIN:high" },
		{ "a.png", NULL, "\x89PNG\r\n\x1a\n\0\0\0\0", 12, "" },
		{ "a.unknown", NULL, "zz\0\1\2", 5, "GIT-BIN:medium" },
		{ "a.txt", NULL, "MZ is a chemist\n", 16, "" },
		{ "a.txt", NULL, "BZhello\n", 8, "" },
		{ "big.psd", NULL, "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n", 63, "GIT-LFS:medium" },
		{ "main.c", "int main;\n", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n", 63, "GIT-LFS:high" },
		{ "doc.md", NULL, "the version https://git-lfs.github.com/spec/v1\n", 47, "" },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(cases); i++) {
		struct world w = { .before = cases[i].before, .now = cases[i].now };
		char got[256];

		start(&w);
		show(&w, GATE_TEXT_BLOB, 0100644, cases[i].before ? 0100644 : 0, cases[i].path, cases[i].len);
		told(&w, got, sizeof(got));
		if (strcmp(got, cases[i].want) != 0)
			fail_msg("binary %zu %s: got \"%s\", want \"%s\"", i, cases[i].path, got, cases[i].want);
		stop(&w);
	}
}

/* A text that was shown in a harmless place comes to stand in an agent's file: its bytes are not shown again. */
static void test_another_place(void **state)
{
	struct world w = { .now = "be\u200b good\n" };
	struct gate_entry e = { .path = "CLAUDE.md", .commit = A_COMMIT, .mode = 0100644, .oid = NEW_OID, .again = true };
	struct gate_err err = { 0 };
	char got[256];

	(void)state;
	start(&w);
	show(&w, GATE_TEXT_BLOB, 0100644, 0, "notes.txt", strlen(w.now));
	assert_int_equal(gate_classify_entry(w.c, 0, &e, &err), 0);
	told(&w, got, sizeof(got));
	assert_string_equal(got, "AGT-UNI:critical UNI-ZW:low UNI-ZW:high");
	stop(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts), cmocka_unit_test(test_attack_forms), cmocka_unit_test(test_links),
		cmocka_unit_test(test_modes), cmocka_unit_test(test_names),	   cmocka_unit_test(test_another_place),
		cmocka_unit_test(test_binaries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
