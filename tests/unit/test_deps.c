/* Lockfiles and manifests: what each change of them brings, and what it must not bring. */
#include "classifier/classify.h"
#include "classifier/deps/version.h"

/* cmocka.h needs these before it, in this order */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

struct file {
	const char *path, *before, *after;
};

/* want: "ID tier subject" of each finding but GATE-PROT and the like, in byte order, parted by "|". */
struct row {
	const char *what;
	struct file files[3];
	const char *want;
};

static const struct file *files;

static int load(void *arg, const char *oid, const char **bytes, size_t *len, struct gate_err *err)
{
	const struct file *f = &files[oid[1] - '0'];

	(void)arg;
	(void)err;
	*bytes = *oid == 'b' ? f->before : f->after;
	*len = strlen(*bytes);
	return 0;
}

static bool about_deps(const struct gate_finding *f)
{
	return strncmp(f->id, "DEP-", 4) == 0 || strcmp(f->id, "GATE-PARSE") == 0 || strcmp(f->id, "GATE-LIMIT") == 0;
}

static void judge(const struct gate_policy *policy, const struct file *list, size_t n, struct gate_strs *got)
{
	struct gate_changes changes = { 0 };
	struct gate_findings out = { 0 };
	struct gate_err err = { 0 };
	struct gate_change *x = gate_changes_add(&changes);
	struct gate_classifier *c;

	gate_copy(x->ref, sizeof(x->ref), "refs/heads/main");
	x->is_policy_ref = x->is_protected = true;
	files = list;
	c = gate_classifier_new(policy, &changes, load, NULL, &out, &err);
	for (size_t i = 0; i < n && list[i].path; i++) {
		struct gate_delta d = { .path = list[i].path, .old_mode = list[i].before ? 0100644 : 0,
					.new_mode = list[i].after ? 0100644 : 0 };

		snprintf(d.old_oid, sizeof(d.old_oid), "b%zu", i);
		snprintf(d.new_oid, sizeof(d.new_oid), "a%zu", i);
		if (gate_classify_delta(c, 0, &d, &err) < 0)
			fail_msg("%s", err.text);
	}
	assert_int_equal(gate_classify_done(c, &err), 0);
	for (size_t i = 0; i < out.n; i++) {
		char line[700];

		if (!about_deps(&out.v[i]))
			continue;
		snprintf(line, sizeof(line), "%s %s %s", out.v[i].id, gate_tier_name(out.v[i].floor), out.v[i].subject);
		assert_int_equal(gate_strs_add(got, line, &err), 0);
	}
	gate_strs_sort(got);
	gate_classifier_free(c);
	gate_findings_clear(&out);
	gate_changes_clear(&changes);
}

static void run(const struct row *rows, size_t n)
{
	struct gate_policy *policy = NULL;
	struct gate_err err = { 0 };
	size_t wrong = 0;

	assert_int_equal(gate_policy_load(NULL, NULL, 0, &policy, &err), 0);
	for (size_t i = 0; i < n; i++) {
		gate_auto(gate_strs) struct gate_strs got = { 0 };
		gate_auto(gate_buf) struct gate_buf all = { 0 };

		judge(policy, rows[i].files, 3, &got);
		gate_strs_join(&all, &got, "|");
		if (strcmp(gate_buf_cstr(&all), rows[i].want) == 0)
			continue;
		print_error("%s:\n  got  %s\n  want %s\n", rows[i].what, gate_buf_cstr(&all), rows[i].want);
		wrong++;
	}
	gate_policy_free(policy);
	assert_int_equal(wrong, 0);
}

#define NPM_HEAD "{\"name\":\"x\",\"version\":\"1.0.0\",\"lockfileVersion\":3,\"packages\":{\"\":{\"name\":\"x\",\"dependencies\":{\"a1\":\"^1.0.0\""
#define A1 "},\"node_modules/a1\":{\"version\":\"1.0.0\",\"resolved\":\"https://registry.npmjs.org/a1/-/a1-1.0.0.tgz\",\"integrity\":\"sha512-AAAA\""
#define NPM(more_root, a1, more) NPM_HEAD more_root "}" a1 "}" more "}}"
#define PKG(deps) "{\"name\":\"x\",\"dependencies\":{\"a1\":\"^1.0.0\"" deps "}}"
#define OUT "DEP-ORPHAN medium package-lock.json"
#define L "package-lock.json"

static void test_npm(void **state)
{
	static const char base[] = NPM("", A1, "");
	static const struct row rows[] = {
		{ "same", { { L, base, "\n" NPM("", A1, "") } }, "" },
		{ "bump in step",
		  { { L, base, NPM("", "},\"node_modules/a1\":{\"version\":\"1.2.0\",\"resolved\":\"https://registry.npmjs.org/a1/-/a1-1.2.0.tgz\",\"integrity\":\"sha512-BBBB\"", "") },
		    { "package.json", PKG(""), "{\"name\":\"x\",\"dependencies\":{\"a1\":\"^1.2.0\"}}" } },
		  "" },
		{ "own version", { { L, base, "{\"name\":\"x\",\"version\":\"1.0.1\",\"lockfileVersion\":3,\"packages\":{\"\":{\"name\":\"x\",\"dependencies\":{\"a1\":\"^1.0.0\"}" A1 "}}}" } }, "" },
		{ "hash swapped", { { L, base, NPM("", "},\"node_modules/a1\":{\"version\":\"1.0.0\",\"resolved\":\"https://registry.npmjs.org/a1/-/a1-1.0.0.tgz\",\"integrity\":\"sha512-BBBB\"", "") } },
		  "DEP-HASH critical npm a1@1.0.0|" OUT },
		{ "hash weaker", { { L, base, NPM("", "},\"node_modules/a1\":{\"version\":\"1.0.0\",\"resolved\":\"https://registry.npmjs.org/a1/-/a1-1.0.0.tgz\",\"integrity\":\"sha1-AAAA\"", "") } },
		  "DEP-HASH critical npm a1@1.0.0|" OUT },
		{ "hash gone", { { L, base, NPM("", "},\"node_modules/a1\":{\"version\":\"1.0.0\",\"resolved\":\"https://registry.npmjs.org/a1/-/a1-1.0.0.tgz\"", "") } },
		  "DEP-HASH critical npm a1@1.0.0|" OUT },
		{ "down", { { L, base, NPM("", "},\"node_modules/a1\":{\"version\":\"0.9.0\",\"resolved\":\"https://registry.npmjs.org/a1/-/a1-0.9.0.tgz\",\"integrity\":\"sha512-BBBB\"", "") } },
		  "DEP-DOWN medium npm a1|" OUT },
		{ "other host", { { L, base, NPM("", "},\"node_modules/a1\":{\"version\":\"1.0.0\",\"resolved\":\"https://evil.example/a1/-/a1-1.0.0.tgz\",\"integrity\":\"sha512-AAAA\"", "") } },
		  "DEP-SRC critical npm registry: registry.npmjs.org -> registry: evil.example" },
		{ "plain http", { { L, base, NPM("", "},\"node_modules/a1\":{\"version\":\"1.0.0\",\"resolved\":\"http://registry.npmjs.org/a1/-/a1-1.0.0.tgz\",\"integrity\":\"sha512-AAAA\"", "") } },
		  "DEP-SRC critical npm registry: registry.npmjs.org -> registry: registry.npmjs.org without encryption" },
		{ "yarn's name of the registry", { { L, base, NPM("", "},\"node_modules/a1\":{\"version\":\"1.0.0\",\"resolved\":\"https://registry.yarnpkg.com/a1/-/a1-1.0.0.tgz\",\"integrity\":\"sha512-AAAA\"", "") } }, "" },
		{ "git instead of the registry", { { L, base, NPM("", "},\"node_modules/a1\":{\"version\":\"1.0.0\",\"resolved\":\"git+ssh://git@github.com/o/a1.git#0123456789\"", "") } },
		  OUT "|DEP-SRC high npm a1" },
		{ "another package under the name", { { L, base, NPM("", "},\"node_modules/a1\":{\"version\":\"1.0.0\",\"resolved\":\"https://registry.npmjs.org/b2/-/b2-1.0.0.tgz\",\"integrity\":\"sha512-AAAA\"", "") } },
		  "DEP-SRC high npm a1" },
		{ "added in step",
		  { { L, base, NPM(",\"b2\":\"^2.0.0\"", A1, ",\"node_modules/b2\":{\"version\":\"2.0.0\",\"dependencies\":{\"c3\":\"*\"}},\"node_modules/c3\":{\"version\":\"3.0.0\"}") },
		    { "package.json", PKG(""), PKG(",\"b2\":\"^2.0.0\"") } },
		  "DEP-ADD low npm c3|DEP-ADD medium npm b2" },
		{ "wanted by none", { { L, base, NPM("", A1, ",\"node_modules/c3\":{\"version\":\"3.0.0\",\"hasInstallScript\":true}") } },
		  "DEP-ADD low npm c3|DEP-ORPHAN medium npm c3 is wanted by none|" OUT "|DEP-SCRIPT high npm c3" },
		{ "look-alike", { { L, base, NPM(",\"lodahs\":\"1\"", A1, ",\"node_modules/lodahs\":{\"version\":\"2.0.0\"}") }, { "package.json", PKG(""), PKG(",\"lodahs\":\"1\"") } },
		  "DEP-ADD medium npm lodahs|DEP-NAME high npm lodahs" },
		{ "script gained", { { L, base, NPM("", A1 ",\"hasInstallScript\":true", "") } }, "DEP-SCRIPT high npm a1" },
		{ "not JSON", { { L, base, "<<<<<<< HEAD" } }, OUT "|GATE-PARSE high " L },
		{ "null", { { L, base, "null" } }, OUT "|GATE-PARSE high " L },
		{ "packages is a list", { { L, base, "{\"packages\":[]}" } }, OUT "|GATE-PARSE high " L },
		{ "twice", { { L, base, "{\"packages\":{},\"packages\":{}}" } }, OUT "|GATE-PARSE high " L },
		{ "gone", { { L, base, NULL } }, OUT },
		{ "override", { { "package.json", PKG(""), "{\"name\":\"x\",\"dependencies\":{\"a1\":\"^1.0.0\"},\"overrides\":{\"q\":\"1.0.0\"}}" } }, "DEP-OVR high npm q (override)" },
		{ "scripts may run", { { "package.json", PKG(""), "{\"name\":\"x\",\"dependencies\":{\"a1\":\"^1.0.0\"},\"trustedDependencies\":[\"q\"]}" } }, "DEP-SCRIPT high npm q" },
		{ "direct git", { { "package.json", PKG(""), PKG(",\"b2\":\"github:o/b2\"") } }, "DEP-ADD medium npm b2|DEP-SRC high npm b2" },
		{ "wider range, nothing else", { { "package.json", PKG(""), "{\"name\":\"x\",\"dependencies\":{\"a1\":\"^1.1.0\"}}" } }, "" },
	};

	(void)state;
	run(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_version(void **state)
{
	static const struct {
		const char *a, *b;
		int want;
	} rows[] = {
		{ "1.0", "1.0.0", 0 }, { "1.10", "1.9", 1 }, { "1.0-rc1", "1.0", -1 }, { "1.0.post1", "1.0", 1 },
		{ "v2", "1.9", 1 },    { "1.0.0-alpha.1", "1.0.0-alpha.2", -1 }, { "100000000000000000000001", "100000000000000000000000", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int cmp = 9;

		assert_int_equal(gate_version_compare(GATE_ECO_NPM, rows[i].a, rows[i].b, &cmp), 0);
		if ((cmp > 0) - (cmp < 0) != rows[i].want)
			fail_msg("%s against %s gives %d", rows[i].a, rows[i].b, cmp);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_npm),
		cmocka_unit_test(test_version),
	};

	return cmocka_run_group_tests_name("deps", tests, NULL, NULL);
}
