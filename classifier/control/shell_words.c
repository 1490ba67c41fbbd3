/* The words by which a command says what it is. */
#include "classifier/control/shell.h"

#include <ctype.h>
#include <string.h>

static const struct {
	const char *cls, *words;
} classes[] = {
	{ "test", " test tests pytest jest vitest mocha ava tap rspec minitest phpunit pest ctest unittest nose nosetests tox nox karma "
		  "cypress playwright e2e spec specs junit gotestsum nextest tarpaulin testem busted bats ginkgo unit integration "
		  "behat codecept cucumber surefire failsafe kaocha eunit smoke selftest doctest regression hurl newman dredd " },
	{ "lint", " lint linter linters eslint tslint jshint xo standard oxlint flake8 ruff pylint pycodestyle pydocstyle rubocop standardrb clippy vet "
		  "golangci shellcheck shfmt hadolint stylelint markdownlint prettier black isort fmt rustfmt gofmt "
		  "yamllint ktlint detekt checkstyle spotless spotbugs pmd swiftlint biome actionlint credo phpcs pint "
		  "commitlint codespell yapf cppcheck cpplint buf ansible tflint sqlfluff staticcheck style reek " },
	{ "types", " mypy tsc pyright typecheck types phpstan psalm flow sorbet steep dialyzer tsd attw pyre " },
	{ "audit", " audit safety bandit trivy snyk semgrep gitleaks grype osv govulncheck checkov tfsec zizmor brakeman trufflehog "
		   "codeql sonar sonarcloud sonarqube sonarscanner gosec nancy retire auditjs dependency-check scan scanner security "
		   "deny geiger kics terrascan detect-secrets vuln vulncheck sast dast clair dockle scout scorecard fossa njsscan " },
	{ "check", " check checks verify ci validate validation precommit pre-commit preflight " },
	{ "cover", " coverage codecov coveralls diff-cover nyc c8 lcov llvm-cov simplecov " },
	{ "mutation", " stryker mutmut infection pitest mutation mutants " },
};

static bool in_list(const char *list, const char *w, size_t len)
{
	for (const char *p = list; (p = memmem(p, strlen(p), w, len)) != NULL; p++) {
		if (p > list && p[-1] == ' ' && p[len] == ' ')
			return true;
	}
	return false;
}

static const char *one(const char *w, size_t len)
{
	for (size_t i = 0; len > 1 && i < GATE_ARRAY_LEN(classes); i++) {
		if (in_list(classes[i].words, w, len))
			return classes[i].cls;
	}
	return NULL;
}

const char *gate_shell_class(const char *word, size_t len)
{
	char w[80];
	size_t from = 0, n = 0;
	const char *hit;

	/* ./scripts/run-tests.sh: its last part without the ending, cut at - _ : . */
	for (size_t i = 0; i < len; i++) {
		if (word[i] == '/')
			from = i + 1;
	}
	for (size_t i = from; i < len && n < sizeof(w) - 1; i++)
		w[n++] = (char)tolower((unsigned char)word[i]);
	w[n] = '\0';
	hit = one(w, n);
	for (size_t i = 0, start = 0; !hit && i <= n; i++) {
		if (i == n || strchr("-_:.@=", w[i])) {
			hit = one(w + start, i - start);
			start = i + 1;
		}
	}
	return hit;
}

bool gate_shell_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = text; (p = strstr(p, word)) != NULL; p++) {
		if ((p == text || strchr(" \t\n'\"=({;,", p[-1])) && (!p[len] || strchr(" \t\n'\"=);,}", p[len])))
			return true;
	}
	return false;
}
