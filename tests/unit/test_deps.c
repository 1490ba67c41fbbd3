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

#define V2(sum) "{\"lockfileVersion\":2,\"packages\":{\"\":{\"name\":\"x\"},\"node_modules/q\":{\"version\":\"1.0.0\",\"integrity\":\"sha512-aaa\"}}," \
	"\"dependencies\":{\"q\":{\"version\":\"1.0.0\",\"integrity\":\"sha512-" sum "\"}}}"

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
		  OUT "|DEP-SRC critical npm registry: registry.npmjs.org -> registry: evil.example" },
		{ "plain http", { { L, base, NPM("", "},\"node_modules/a1\":{\"version\":\"1.0.0\",\"resolved\":\"http://registry.npmjs.org/a1/-/a1-1.0.0.tgz\",\"integrity\":\"sha512-AAAA\"", "") } },
		  OUT "|DEP-SRC critical npm registry: registry.npmjs.org -> registry: registry.npmjs.org without encryption" },
		{ "yarn's name of the registry", { { L, base, NPM("", "},\"node_modules/a1\":{\"version\":\"1.0.0\",\"resolved\":\"https://registry.yarnpkg.com/a1/-/a1-1.0.0.tgz\",\"integrity\":\"sha512-AAAA\"", "") } }, "" },
		{ "git instead of the registry", { { L, base, NPM("", "},\"node_modules/a1\":{\"version\":\"1.0.0\",\"resolved\":\"git+ssh://git@github.com/o/a1.git#0123456789\"", "") } },
		  OUT "|DEP-SRC high npm a1" },
		{ "another package under the name", { { L, base, NPM("", "},\"node_modules/a1\":{\"version\":\"1.0.0\",\"resolved\":\"https://registry.npmjs.org/b2/-/b2-1.0.0.tgz\",\"integrity\":\"sha512-AAAA\"", "") } },
		  OUT "|DEP-SRC high npm a1" },
		{ "added in step",
		  { { L, base, NPM(",\"b2\":\"^2.0.0\"", A1, ",\"node_modules/b2\":{\"version\":\"2.0.0\",\"dependencies\":{\"c3\":\"*\"}},\"node_modules/c3\":{\"version\":\"3.0.0\"}") },
		    { "package.json", PKG(""), PKG(",\"b2\":\"^2.0.0\"") } },
		  "DEP-ADD low npm c3|DEP-ADD medium npm b2" },
		{ "wanted by none", { { L, base, NPM("", A1, ",\"node_modules/c3\":{\"version\":\"3.0.0\",\"hasInstallScript\":true}") } },
		  "DEP-ADD low npm c3|DEP-ORPHAN medium npm c3 is wanted by none|" OUT "|DEP-SCRIPT high npm c3" },
		{ "look-alike", { { L, base, NPM(",\"lodahs\":\"1\"", A1, ",\"node_modules/lodahs\":{\"version\":\"2.0.0\"}") }, { "package.json", PKG(""), PKG(",\"lodahs\":\"1\"") } },
		  "DEP-ADD medium npm lodahs|DEP-NAME high npm lodahs" },
		{ "script gained", { { L, base, NPM("", A1 ",\"hasInstallScript\":true", "") } }, OUT "|DEP-SCRIPT high npm a1" },
		{ "not JSON", { { L, base, "<<<<<<< HEAD" } }, OUT "|GATE-PARSE high " L },
		{ "null", { { L, base, "null" } }, OUT "|GATE-PARSE high " L },
		{ "packages is a list", { { L, base, "{\"packages\":[]}" } }, OUT "|GATE-PARSE high " L },
		{ "twice", { { L, base, "{\"packages\":{},\"packages\":{}}" } }, OUT "|GATE-PARSE high " L },
		{ "gone", { { L, base, NULL } }, OUT },
		{ "two sections agree", { { L, V2("aaa"), "\n" V2("aaa") } }, "" },
		{ "two sections disagree", { { L, V2("aaa"), V2("bbb") } }, OUT "|DEP-SPLIT critical package-lock.json: q" },
		{ "an alias as tools make them", { { L, base, NPM("", A1, ",\"node_modules/q-cjs\":{\"name\":\"q\",\"version\":\"3.0.0\",\"inBundle\":true}") } }, "DEP-ADD low npm q|" OUT },
		{ "a well-known name for another package", { { L, base, NPM("", A1, ",\"node_modules/lodash\":{\"name\":\"q\",\"version\":\"3.0.0\",\"inBundle\":true}") } },
		  "DEP-ADD low npm q|" OUT "|DEP-SRC high npm q" },
		{ "override", { { "package.json", PKG(""), "{\"name\":\"x\",\"dependencies\":{\"a1\":\"^1.0.0\"},\"overrides\":{\"q\":\"1.0.0\"}}" } }, "DEP-OVR high npm q (override)" },
		{ "scripts may run", { { "package.json", PKG(""), "{\"name\":\"x\",\"dependencies\":{\"a1\":\"^1.0.0\"},\"trustedDependencies\":[\"q\"]}" } }, "DEP-SCRIPT high npm q" },
		{ "direct git", { { "package.json", PKG(""), PKG(",\"b2\":\"github:o/b2\"") } }, "DEP-ADD medium npm b2|DEP-SRC high npm b2" },
		{ "wider range, nothing else", { { "package.json", PKG(""), "{\"name\":\"x\",\"dependencies\":{\"a1\":\"^1.1.0\"}}" } }, "" },
	};

	(void)state;
	run(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_settings(void **state)
{
	static const struct row rows[] = {
		{ "scripts on", { { ".npmrc", "ignore-scripts=true\n", "ignore-scripts=false\n" } }, "DEP-CFG high .npmrc: ignore-scripts" },
		{ "guard gone", { { ".npmrc", "ignore-scripts=true\nfund=false\n", "fund=false\n" } }, "DEP-CFG high .npmrc: ignore-scripts" },
		{ "guard commented out", { { ".npmrc", "ignore-scripts=true\n", "# ignore-scripts=true\n" } }, "DEP-CFG high .npmrc: ignore-scripts" },
		{ "guard set", { { ".npmrc", "", "ignore-scripts=true\nstrict-ssl=true\nmin-release-age=7\n" } }, "" },
		{ "another registry", { { ".npmrc", "", "registry=https://r.example/\n" } }, "DEP-CFG high .npmrc: registry" },
		{ "a scope's registry", { { ".npmrc", "", "@s:registry=https://r.example/\n" } }, "DEP-CFG high .npmrc: @s:registry" },
		{ "the usual registry", { { ".npmrc", "", "registry=https://registry.npmjs.org/\n" } }, "" },
		{ "only order and blanks", { { ".npmrc", "a=1\nregistry=https://r.example/\n", "registry = https://r.example/\r\na=1\r\n" } }, "" },
		{ "no encryption", { { ".npmrc", "registry=https://r.example/\n", "registry=http://r.example/\n" } }, "DEP-CFG high .npmrc: registry" },
		{ "age lowered", { { ".yarnrc.yml", "npmMinimalAgeGate: 7d\n", "npmMinimalAgeGate: 1d\n" } }, "DEP-CFG high .yarnrc.yml: npmMinimalAgeGate" },
		{ "age raised", { { ".yarnrc.yml", "npmMinimalAgeGate: 7d\n", "npmMinimalAgeGate: 14d\n" } }, "" },
		{ "age in another unit", { { ".yarnrc.yml", "npmMinimalAgeGate: 1d\n", "npmMinimalAgeGate: 36h\n" } }, "" },
		{ "pnpm builds", { { "pnpm-workspace.yaml", "packages: [a]\n", "packages: [a]\nonlyBuiltDependencies:\n  - q\n" } },
		  "DEP-CFG high pnpm-workspace.yaml: onlyBuiltDependencies.0|DEP-SCRIPT high npm q" },
		{ "pnpm builds in another order", { { "pnpm-workspace.yaml", "onlyBuiltDependencies: [a, b]\n", "onlyBuiltDependencies:\n  - b\n  - a\n" } }, "" },
		{ "pip", { { "pip.conf", "[global]\ntimeout = 3\n", "[global]\ntimeout = 4\nextra-index-url = https://x.example/simple\n" } },
		  "DEP-CFG high pip.conf: global.extra-index-url" },
		{ "cargo", { { ".cargo/config.toml", "", "[source.crates-io]\nreplace-with = \"m\"\n" } }, "DEP-CFG high .cargo/config.toml: source.crates-io.replace-with" },
		{ "cargo, harmless", { { ".cargo/config.toml", "", "[net]\nretry = 3\n" } }, "" },
		{ "wrapper", { { "gradle-wrapper.properties", "distributionUrl=https\\://services.gradle.org/distributions/g-8.zip\ndistributionSha256Sum=aa\n",
				 "distributionUrl=https\\://services.gradle.org/distributions/g-9.zip\ndistributionSha256Sum=bb\n" } }, "" },
		{ "wrapper without its sum", { { "gradle-wrapper.properties", "distributionUrl=https\\://services.gradle.org/distributions/g-8.zip\ndistributionSha256Sum=aa\n",
				 "distributionUrl=https\\://services.gradle.org/distributions/g-8.zip\n" } }, "DEP-CFG high gradle-wrapper.properties: distributionSha256Sum" },
		{ "wrapper from elsewhere", { { "gradle-wrapper.properties", "distributionUrl=https\\://services.gradle.org/distributions/g-8.zip\n",
				 "distributionUrl=https\\://g.example/g-8.zip\n" } }, "DEP-CFG high gradle-wrapper.properties: distributionUrl" },
		{ "nuget", { { "NuGet.config", "<configuration/>", "<configuration><packageSources><add key=\"x\" value=\"https://x.example\"/></packageSources></configuration>" } },
		  "DEP-CFG high NuGet.config: configuration.packageSources.add.@value" },
		{ "code", { { ".pnpmfile.cjs", "a", "b" } }, "DEP-CFG high .pnpmfile.cjs" },
	};

	(void)state;
	run(rows, sizeof(rows) / sizeof(rows[0]));
}

#define CARGO(v, sum) "version = 4\n[[package]]\nname = \"x\"\nversion = \"0.1.0\"\ndependencies = [\"q\"]\n[[package]]\nname = \"q\"\nversion = \"" v \
	"\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"" sum "\"\n"
#define UV(src, v, sum) "version = 1\n[[package]]\nname = \"Q_x\"\nversion = \"" v "\"\nsource = { " src " }\nsdist = { url = \"https://files.pythonhosted.org/q-1.tar.gz\", hash = \"sha256:" sum "\" }\n"
#define POETRY(v, files) "[[package]]\nname = \"q\"\nversion = \"" v "\"\nfiles = [" files "]\n"
#define F(name, sum) "{file = \"" name "\", hash = \"sha256:" sum "\"},"

static void test_formats(void **state)
{
	static const struct row rows[] = {
		{ "Cargo hash", { { "Cargo.lock", CARGO("1.0.0", "aa"), CARGO("1.0.0", "bb") } }, "DEP-HASH critical crates.io q@1.0.0|DEP-ORPHAN medium Cargo.lock" },
		{ "Cargo down", { { "Cargo.lock", CARGO("1.10.0", "aa"), CARGO("1.9.0", "bb") } }, "DEP-DOWN medium crates.io q|DEP-ORPHAN medium Cargo.lock" },
		{ "uv from a folder", { { "uv.lock", UV("registry = \"https://pypi.org/simple\"", "1.0", "aa"), UV("directory = \"../q\"", "1.0", "aa") } }, "DEP-ORPHAN medium uv.lock|DEP-SRC high PyPI q-x" },
		{ "uv hash", { { "uv.lock", UV("registry = \"https://pypi.org/simple\"", "1.0", "aa"), UV("registry = \"https://pypi.org/simple\"", "1.0", "bb") } }, "DEP-HASH critical PyPI q-x@1.0|DEP-ORPHAN medium uv.lock" },
		{ "poetry, one more wheel", { { "poetry.lock", POETRY("1.0", F("q.whl", "aa")), POETRY("1.0", F("q.whl", "aa") F("q2.whl", "bb")) } }, "" },
		{ "poetry, a wheel swapped", { { "poetry.lock", POETRY("1.0", F("q.whl", "aa") F("q.tar.gz", "cc")), POETRY("1.0", F("q.whl", "bb") F("q.tar.gz", "cc")) } },
		  "DEP-HASH critical PyPI q@1.0|DEP-ORPHAN medium poetry.lock" },
		{ "poetry, wheels lost", { { "poetry.lock", POETRY("1.0", F("q.whl", "aa") F("q.tar.gz", "cc")), POETRY("1.1", F("q-1.1.tar.gz", "dd")) } },
		  "DEP-ORPHAN medium poetry.lock|DEP-SCRIPT high PyPI q" },
		{ "requirements", { { "requirements.txt", "a1==1.0 --hash=sha256:aa\n", "# c\na1==1.0 \\\n    --hash=sha256:bb\n" } }, "DEP-HASH critical PyPI a1@1.0" },
		{ "requirements, new index", { { "requirements.txt", "a1==1.0\n", "--extra-index-url https://x.example/simple\na1==1.0\n" } }, "DEP-SRC critical PyPI extra-index-url" },
		{ "requirements, from git", { { "requirements.txt", "a1==1.0\n", "a1 @ git+https://github.com/o/a1@main\n" } }, "DEP-SRC high PyPI a1" },
		{ "requirements, via", { { "requirements.txt", "a1==1.0\n", "a1==1.0\nbb2==1.0\n    # via a1\ncc3==1.0\n" } }, "DEP-ADD low PyPI bb2|DEP-ADD medium PyPI cc3" },
		{ "constraints", { { "constraints.txt", "a1==1.0\nb2==1.0\n", "a1==1.1\nb2==1.0\nc3==1.0\n" } }, "DEP-OVR low PyPI a1 (override)|DEP-OVR medium PyPI c3 (override)" },
		{ "go.mod replace", { { "go.mod", "module x\nrequire github.com/a/b v1.0.0\n", "module x\nrequire (\n\tgithub.com/a/b v1.0.0\n)\nreplace github.com/a/b => github.com/c/b v1.0.1\n" } }, "DEP-OVR high Go github.com/a/b (override)" },
		{ "go.sum hash", { { "go.sum", "github.com/a/b v1.0.0 h1:aa=\n", "github.com/a/b v1.0.0 h1:bb=\n" } }, "DEP-HASH critical Go github.com/a/b@v1.0.0|DEP-ORPHAN medium go.sum" },
		{ "yarn 1 hash", { { "yarn.lock", "a@^1:\n  version \"1.0.0\"\n  resolved \"https://registry.yarnpkg.com/a/-/a-1.0.0.tgz#aa\"\n  integrity sha512-aa\n", "a@^1:\n  version \"1.0.0\"\n  resolved \"https://registry.yarnpkg.com/a/-/a-1.0.0.tgz#aa\"\n  integrity sha512-bb\n" } },
		  "DEP-HASH critical npm a@1.0.0|DEP-ORPHAN medium yarn.lock" },
		{ "yarn 2 hash", { { "yarn.lock", "__metadata:\n  cacheKey: 10\n\"a@npm:^1\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n  checksum: 10/aa\n", "__metadata:\n  cacheKey: 10\n\"a@npm:^1\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n  checksum: 10/bb\n" } },
		  "DEP-HASH critical npm a@1.0.0|DEP-ORPHAN medium yarn.lock" },
		{ "yarn 2, another cache", { { "yarn.lock", "__metadata:\n  cacheKey: 8\n\"a@npm:^1\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n  checksum: aa\n", "__metadata:\n  cacheKey: 10\n\"a@npm:^1\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n  checksum: 10/bb\n" } }, "" },
		{ "pnpm 6", { { "pnpm-lock.yaml", "lockfileVersion: '6.0'\npackages:\n  /a@1.0.0(b@2):\n    resolution: {integrity: sha512-aa}\n", "lockfileVersion: '6.0'\npackages:\n  /a@1.0.0(b@2):\n    resolution: {integrity: sha512-aa}\n    requiresBuild: true\n" } }, "DEP-ORPHAN medium pnpm-lock.yaml|DEP-SCRIPT high npm a" },
		{ "bun", { { "bun.lock", "{\"packages\":{\"a\":[\"a@1.0.0\",\"\",{},\"sha512-aa\"],},}", "{\"packages\":{\"a\":[\"a@1.0.0\",\"\",{},\"sha512-bb\"],},}" } }, "DEP-HASH critical npm a@1.0.0|DEP-ORPHAN medium bun.lock" },
		{ "deno", { { "deno.lock", "{\"version\":\"4\",\"jsr\":{\"@s/a@1.0.0\":{\"integrity\":\"aa\"}}}", "{\"version\":\"4\",\"jsr\":{\"@s/a@1.0.0\":{\"integrity\":\"bb\"}}}" } }, "DEP-HASH critical jsr @s/a@1.0.0|DEP-ORPHAN medium deno.lock" },
		{ "Pipfile", { { "Pipfile.lock", "{\"default\":{\"a\":{\"version\":\"==1.0\",\"hashes\":[\"sha256:aa\"]}}}", "{\"default\":{\"a\":{\"version\":\"==1.0\",\"markers\":\"x\",\"hashes\":[\"sha256:bb\"]}}}" } }, "DEP-HASH critical PyPI a@1.0|DEP-ORPHAN medium Pipfile.lock" },
		{ "Gemfile", { { "Gemfile.lock", "GEM\n  remote: https://rubygems.org/\n  specs:\n    a (1.0)\n\nDEPENDENCIES\n  a\n", "GEM\n  remote: https://gems.example/\n  specs:\n    a (1.0)\n\nDEPENDENCIES\n  a\n" } },
		  "DEP-ORPHAN medium Gemfile.lock|DEP-SRC critical RubyGems https://gems.example/|DEP-SRC critical RubyGems registry: rubygems.org -> registry: gems.example" },
		{ "composer", { { "composer.lock", "{\"packages\":[{\"name\":\"a/b\",\"version\":\"v1.0\",\"source\":{\"url\":\"https://github.com/a/b.git\",\"reference\":\"aa\"}}]}", "{\"content-hash\":\"q\",\"packages\":[{\"name\":\"a/b\",\"version\":\"v1.0\",\"source\":{\"url\":\"https://github.com/a/b.git\",\"reference\":\"bb\"}}]}" } },
		  "DEP-HASH critical Packagist a/b@1.0|DEP-ORPHAN medium composer.lock" },
		{ "mix", { { "mix.lock", "%{\n  \"a\": {:hex, :a, \"1.0.0\", \"aa\", [:mix], [], \"hexpm\", \"bb\"},\n}\n", "%{\n  \"a\": {:hex, :a, \"1.0.0\", \"ab\", [:mix], [], \"hexpm\", \"bb\"},\n}\n" } }, "DEP-HASH critical Hex a@1.0.0|DEP-ORPHAN medium mix.lock" },
		{ "pub", { { "pubspec.lock", "packages:\n  a:\n    dependency: transitive\n    description:\n      name: a\n      sha256: aa\n      url: \"https://pub.dev\"\n    source: hosted\n    version: \"1.0.0\"\n", "packages:\n  a:\n    dependency: transitive\n    description:\n      url: \"https://github.com/o/a\"\n      resolved-ref: abc\n    source: git\n    version: \"1.0.0\"\n" } }, "DEP-ORPHAN medium pubspec.lock|DEP-SRC high Pub a" },
		{ "gradle", { { "gradle.lockfile", "g:a:1.0=x\nempty=y\n", "g:a:0.9=x\nempty=y\n" } }, "DEP-DOWN medium Maven g:a|DEP-ORPHAN medium gradle.lockfile" },
		{ "gradle sums", { { "gradle/verification-metadata.xml", "<verification-metadata><components><component group=\"g\" name=\"a\" version=\"1\"><artifact name=\"a.jar\"><sha256 value=\"aa\"/></artifact></component></components></verification-metadata>", "<verification-metadata><components><component group=\"g\" name=\"a\" version=\"1\"><artifact name=\"a.jar\"><sha256 value=\"bb\"/></artifact></component></components></verification-metadata>" } }, "DEP-HASH critical Maven g:a@1|DEP-ORPHAN medium gradle/verification-metadata.xml" },
		{ "nuget", { { "packages.lock.json", "{\"dependencies\":{\"net8.0\":{\"A\":{\"type\":\"Direct\",\"resolved\":\"1.0.0\",\"contentHash\":\"aa\"}}}}", "{\"dependencies\":{\"net8.0\":{\"A\":{\"type\":\"Direct\",\"resolved\":\"1.0.0\",\"contentHash\":\"bb\"}}}}" } }, "DEP-HASH critical NuGet A@1.0.0|DEP-ORPHAN medium packages.lock.json" },
		{ "packages.config", { { "packages.config", "<packages><package id=\"A\" version=\"2.0\"/></packages>", "<packages><package id=\"A\" version=\"1.0\"/></packages>" } }, "DEP-DOWN medium NuGet A" },
		{ "paket", { { "paket.lock", "NUGET\n  remote: https://api.nuget.org/v3/index.json\n    A (2.0)\n", "NUGET\n  remote: https://api.nuget.org/v3/index.json\n    A (1.0)\n" } }, "DEP-DOWN medium NuGet A|DEP-ORPHAN medium paket.lock" },
		{ "swift", { { "Package.resolved", "{\"pins\":[{\"identity\":\"a\",\"location\":\"https://github.com/o/a.git\",\"state\":{\"revision\":\"aa\",\"version\":\"1.0.0\"}}]}", "{\"pins\":[{\"identity\":\"a\",\"location\":\"https://github.com/o/a\",\"state\":{\"revision\":\"bb\",\"version\":\"1.0.0\"}}]}" } }, "DEP-HASH critical SwiftURL a@1.0.0|DEP-ORPHAN medium Package.resolved" },
		{ "pods", { { "Podfile.lock", "PODS:\n  - A (1.0)\nDEPENDENCIES:\n  - A\n", "PODS:\n  - A (1.0)\nDEPENDENCIES:\n  - A\nEXTERNAL SOURCES:\n  A:\n    :git: https://github.com/o/a\n" } }, "DEP-ORPHAN medium Podfile.lock|DEP-SRC high CocoaPods A" },
		{ "conan", { { "conan.lock", "{\"requires\":[\"a/1.0#aa%1\"]}", "{\"requires\":[\"a/1.0#bb%1\"]}" } }, "DEP-HASH critical ConanCenter a@1.0|DEP-ORPHAN medium conan.lock" },
		{ "renv", { { "renv.lock", "{\"Packages\":{\"a\":{\"Package\":\"a\",\"Version\":\"1.0\",\"Hash\":\"aa\"}}}", "{\"Packages\":{\"a\":{\"Package\":\"a\",\"Version\":\"1.0\",\"Hash\":\"bb\"}}}" } }, "DEP-HASH critical CRAN a@1.0|DEP-ORPHAN medium renv.lock" },
		{ "stack", { { "stack.yaml.lock", "packages:\n- completed:\n    hackage: a-1.0@sha256:aa,12\n", "packages:\n- completed:\n    hackage: a-1.0@sha256:bb,12\n" } }, "DEP-HASH critical Hackage a@1.0|DEP-ORPHAN medium stack.yaml.lock" },
		{ "cabal", { { "cabal.project.freeze", "constraints: any.a ==1.1,\n", "constraints: any.a ==1.0,\n" } }, "DEP-DOWN medium Hackage a|DEP-ORPHAN medium cabal.project.freeze" },
		{ "julia", { { "Manifest.toml", "[[deps.A]]\ngit-tree-sha1 = \"aa\"\nversion = \"1.0.0\"\n", "[[deps.A]]\ngit-tree-sha1 = \"bb\"\nversion = \"1.0.0\"\n" } }, "DEP-HASH critical Julia A@1.0.0|DEP-ORPHAN medium Manifest.toml" },
		{ "flake", { { "flake.lock", "{\"nodes\":{\"n\":{\"locked\":{\"narHash\":\"sha256-aa\",\"owner\":\"NixOS\",\"repo\":\"nixpkgs\",\"rev\":\"1\",\"type\":\"github\"}}}}", "{\"nodes\":{\"n\":{\"locked\":{\"narHash\":\"sha256-aa\",\"owner\":\"evil\",\"repo\":\"nixpkgs\",\"rev\":\"1\",\"type\":\"github\"}}}}" } }, "DEP-ORPHAN medium flake.lock|DEP-SRC high nix n" },
		{ "terraform", { { ".terraform.lock.hcl", "provider \"registry.terraform.io/hashicorp/aws\" {\n  version = \"5.0.0\"\n  hashes = [\"h1:aa\"]\n}\n", "provider \"registry.terraform.io/hashicorp/aws\" {\n  version = \"5.0.0\"\n  hashes = [\"h1:bb\"]\n}\n" } }, "DEP-HASH critical terraform hashicorp/aws@5.0.0|DEP-ORPHAN medium .terraform.lock.hcl" },
	};

	(void)state;
	run(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_manifests(void **state)
{
	static const struct row rows[] = {
		{ "Cargo.toml", { { "Cargo.toml", "[dependencies]\nqq = \"1\"\n", "[dependencies]\nqq = { version = \"1\" }\n[target.'cfg(unix)'.dependencies]\nrr = \"2\"\n[patch.crates-io]\nqq = { git = \"https://github.com/o/qq\" }\n" } },
		  "DEP-ADD medium crates.io rr|DEP-OVR high crates.io qq (override)" },
		{ "pyproject", { { "pyproject.toml", "[project]\ndependencies = [\"qq>=1\"]\n", "[project]\ndependencies = [\n  \"QQ>=1\",\n  \"rr @ git+https://github.com/o/rr@main\",\n]\n[dependency-groups]\ndev = [\"ss\"]\n" } },
		  "DEP-ADD medium PyPI rr|DEP-ADD medium PyPI ss|DEP-SRC high PyPI rr" },
		{ "poetry source", { { "pyproject.toml", "[tool.poetry.dependencies]\npython = \"^3.9\"\n", "[tool.poetry.dependencies]\npython = \"^3.10\"\n[[tool.poetry.source]]\nname = \"x\"\nurl = \"https://x.example/simple\"\n" } },
		  "DEP-SRC critical PyPI https://x.example/simple" },
		{ "settings of other tools", { { "pyproject.toml", "[tool.ruff]\nline-length = 80\n", "[tool.ruff]\nline-length = 100\n" } }, "" },
		{ "composer.json", { { "composer.json", "{\"require\":{\"a/b\":\"^1\"}}", "{\"require\":{\"a/b\":\"^1\",\"c/d\":\"^1\"},\"repositories\":[{\"type\":\"vcs\",\"url\":\"https://github.com/e/d\"}]}" } },
		  "DEP-ADD medium Packagist c/d|DEP-SRC high Packagist https://github.com/e/d" },
		{ "pubspec", { { "pubspec.yaml", "dependencies:\n  a: ^1.0.0\n", "dependencies:\n  a: ^1.0.0\ndependency_overrides:\n  a: 1.0.0\n" } }, "DEP-OVR high Pub a (override)" },
		{ "Gemfile", { { "Gemfile", "gem 'aa'\n", "# gem 'zz'\ngem \"aa\"\ngem 'bb', '~> 1.0'\n" } }, "DEP-ADD medium RubyGems bb" },
		{ "mix.exs", { { "mix.exs", "{:aa, \"~> 1.0\"}\n", "{:aa, \"~> 1.0\"},\n{:bb, git: \"https://github.com/o/bb\"}\n" } }, "DEP-ADD medium Hex bb|DEP-SRC high Hex bb" },
		{ "pom.xml", { { "pom.xml", "<project/>", "<project><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>1</version></dependency></dependencies><repositories><repository><url>http://r.example/m2</url></repository></repositories></project>" } },
		  "DEP-ADD medium Maven g:a|DEP-SRC critical Maven http://r.example/m2" },
		{ "csproj", { { "a.csproj", "<Project/>", "<Project><ItemGroup><PackageReference Include=\"Aa.Bb\" Version=\"1.0\"/></ItemGroup></Project>" } }, "DEP-ADD medium NuGet Aa.Bb" },
		{ "a licence's address", { { "app/libs.versions.toml", "", "[versions]\na = \"1\"\n[libraries]\nx = { module = \"g:x\", version.ref = \"a\" }\n" } }, "DEP-ADD medium Maven g:x" },
	};

	(void)state;
	run(rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_npm),
		cmocka_unit_test(test_manifests),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_formats),
	};

	return cmocka_run_group_tests_name("deps", tests, NULL, NULL);
}
