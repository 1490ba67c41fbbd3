/* DEP-CFG said in a Makefile, a Dockerfile, a script or CI: what must fire, and what looks like it. */
#include "control_table.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define ROW(name, path, before, after, want) { name, { { path, before, after } }, want }
#define V(...) ROW(__VA_ARGS__)
#define MK(line) "Makefile", "all:\n\tgo build\n", line "all:\n\tgo build\n"
#define DF(line) "Dockerfile", "FROM a\n", "FROM a\n" line "\n"
#define SH(line) "tools/setup.sh", "set -e\n", "set -e\n" line "\n"
#define CI(line) ".github/workflows/ci.yml", "on: push\nenv:\n  A: b\njobs: {}\n", "on: push\nenv:\n  A: b\n  " line "\njobs: {}\n"
#define FIRES "DEP-CFG:high"

static const struct table_case fires[] = {
	V("proxy of Go", MK("export GOPROXY = https://go.example/\n"), FIRES),
	V("proxy without a proof", MK("GOPROXY ?= direct\n"), FIRES),
	V("a second proxy", CI("GOPROXY: https://proxy.golang.org,https://go.example"), FIRES),
	V("sums unread", CI("GOSUMDB: \"off\""), FIRES),
	V("sums unread for some", SH("export GONOSUMDB=*"), FIRES),
	V("go env", SH("go env -w GONOSUMCHECK=1"), FIRES),
	V("without TLS", MK("export GOFLAGS=-insecure\n"), FIRES),
	V("insecure hosts", DF("ENV GOINSECURE *.example"), FIRES),
	V("pip's index", DF("ENV PIP_INDEX_URL=https://py.example/simple"), FIRES),
	V("pip's second index", DF("RUN pip install --extra-index-url https://py.example/simple q"), FIRES),
	V("pip's host", SH("pip install --trusted-host py.example q"), FIRES),
	V("pip's settings", SH("pip config set global.index-url https://py.example/simple"), FIRES),
	V("uv's index", CI("UV_DEFAULT_INDEX: https://py.example/simple"), FIRES),
	V("npm's registry", DF("RUN npm ci --registry=http://npm.example"), FIRES),
	V("npm's variable", CI("npm_config_registry: https://npm.example/"), FIRES),
	V("npm's settings", SH("npm config set registry https://npm.example"), FIRES),
	V("a name that begins like the usual one", SH("npm config set registry https://registry.npmjs.org.npm.example"), FIRES),
	V("npm without TLS", SH("npm config set strict-ssl false"), FIRES),
	V("yarn's lock", CI("YARN_ENABLE_IMMUTABLE_INSTALLS: false"), FIRES),
	V("bundler", DF("ENV BUNDLE_SSL_VERIFY_MODE=0"), FIRES),
	V("cargo", CI("CARGO_SOURCE_CRATES_IO_REPLACE_WITH: mirror"), FIRES),
	V("gradle", SH("./gradlew build --dependency-verification=off"), FIRES),
	V("apt", DF("RUN apt-get install -y --allow-unauthenticated q"), FIRES),
	V("apt's list", DF("RUN echo 'deb [trusted=yes] https://apt.example ./' > /etc/apt/sources.list.d/x.list"), FIRES),
	V("unless set", SH("export GOPROXY=\"${GOPROXY:-https://go.example}\""), FIRES),
	V("another value", "Makefile", "GOPROXY = https://go.example/a\n", "GOPROXY = https://other.example/a\n", FIRES),
	V("of another vendor", ".gitlab-ci.yml", "a: {script: [make]}\n", "variables: {PIP_EXTRA_INDEX_URL: 'https://py.example/simple'}\na: {script: [make]}\n", FIRES),
};

static const struct table_case silent[] = {
	V("the usual proxy", MK("export GOPROXY = https://proxy.golang.org,direct\n"), "!DEP-CFG"),
	V("no network at all", CI("GOPROXY: off"), "!DEP-CFG"),
	V("the usual sums", CI("GOSUMDB: sum.golang.org"), "!DEP-CFG"),
	V("handed on", DF("ENV GOPROXY=$GOPROXY"), "!DEP-CFG"),
	V("asked for", SH("echo using $GOPROXY"), "!DEP-CFG"),
	V("PyPI", DF("RUN pip install --index-url https://pypi.org/simple q"), "!DEP-CFG"),
	V("npm", CI("npm_config_registry: https://registry.npmjs.org/"), "!DEP-CFG"),
	V("stricter", CI("YARN_ENABLE_IMMUTABLE_INSTALLS: true"), "!DEP-CFG"),
	V("an index of something else", SH("DB_INDEX=https://x.example"), "!DEP-CFG"),
	V("a comment", MK("# GOPROXY=https://go.example\n"), "!DEP-CFG"),
	V("a registry of images", SH("docker login --registry https://r.example"), "!DEP-CFG"),
	V("said to somebody", SH("echo \"set GOPROXY to what you need\""), "!DEP-CFG"),
	V("exported alone", MK("export GOPROXY\n"), "!DEP-CFG"),
	V("the usual one unless set", SH("export GOPROXY=${GOPROXY:-https://proxy.golang.org,direct}"), "!DEP-CFG"),
	V("stood there", "Makefile", "GOPROXY = https://go.example\nall:\n", "GOPROXY  =  https://go.example\nall: b\n", "!DEP-CFG"),
	V("gone", "Makefile", "GOPROXY = https://go.example\nall:\n", "all:\n", "!DEP-CFG"),
	V("source", "proxy.go", "package x\n", "package x\nconst env = \"GOPROXY=https://go.example\"\n", "!DEP-CFG"),
	V("prose", "README.md", "x\n", "GOPROXY=https://go.example\n", "!DEP-CFG"),
	{ "moved", { { "Makefile", "GOPROXY = https://go.example\n", "all:\n" }, { "go.mk", NULL, "GOPROXY = https://go.example\n" } }, "!DEP-CFG" },
};

static void test_fires(void **state)
{
	(void)state;
	table_run(fires, sizeof(fires) / sizeof(*fires), "");
}

static void test_silent(void **state)
{
	(void)state;
	table_run(silent, sizeof(silent) / sizeof(*silent), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_fires), cmocka_unit_test(test_silent) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
