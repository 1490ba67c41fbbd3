/* What the flags of a test command say: which leave tests out, which are strict, which are only about how it looks. Sources: the command line
 * pages of jest, vitest, mocha, pytest, eslint, tsc, mypy, cargo, go, gradle, maven, phpunit, rspec. */
#include "classifier/build/commands.h"

#include "base/change.h"
#include "rules/match.h"

#include <string.h>

/* A flag up to '='; a '*' at the end takes any rest. */
static const char *const excluding[] = {
	"--ignore",	      "--ignore-glob",	     "--deselect",	"--testPathIgnorePatterns", "--exclude*",
	"--skip*",	      "-skip",		     "-DskipTests*",	"-Dmaven.test.skip*",	    "-Dmaven.test.failure.ignore*",
	"--passWithNoTests",  "--pass-with-no-tests", "--no-coverage",	"--no-cov",		    "--force-exit-zero",
	"--exit-zero",	      "--no-fail*",	     "--onlyChanged",	"--only-changed",	    "--changedSince*",
	"--lastCommit",	      "--bail-out-ok",	     "--no-strict*",	"--allow-*",		    "--quiet-errors",
	"--ignore-missing-imports", "--ignore-errors", "--ignore-pattern", "--ignore-path",	    "--no-run",
	"--lib",	      "--collect-only",	     "--co",		"--listTests",		    "--list",
	"--dry-run",	      "--keep-going",	     "-short",		"--updateSnapshot",	    "--no-error*",
	"--noEmitOnError",    "--skipLibCheck",	     "--disable-warning*", "--shard",		    "--grep",
	"--fgrep",	      "--testNamePattern",   "-t",		"-run",			    "--filter",
	"--group",	      "--testsuite",	     "--tests",		"-Dtest*",		    "-p:no",
	"SKIP*",	      "--forbid-none",	     "--continue-on-error", "--no-bail",	    "--only",
	"--follow-imports",   "--cov-fail-under",    "-x",		NULL,
};
static const char *const strict[] = {
	"--strict*",	    "-Werror*",	       "--max-warnings",      "--coverage*",	"--cov*",
	"--ci",		    "-race",	       "--fail-under",	      "--check-coverage", "--check*",
	"--frozen-lockfile", "-D",	       "--all-targets",	      "--all-features",	"--workspace",
	"--all",	    "--locked",	       "--error-on*",	      "--fail-on*",	"--failOn*",
	"--forbid*",	    "--no-cache-tests", "-W",		      "-count",		"--noEmit",
	"--report-unused-disable-directives", "--type-check", "--typecheck", "--detectOpenHandles", "--verify*",
	"--lines",	    "--branches",      "--functions",	      "--statements",	"-covermode",
	"--min*",	    "-coverprofile",   "--pedantic",	      "--audit*",	"--fatal*",
	"--warnings-as-errors", "--fail*",     "--100",		      "--per-file",	"--doctest-modules",
	"--runslow",	    "-vet",	       "--deny*",	      "--runInBand-strict", "--error*",
	NULL,
};
static const char *const cosmetic[] = {
	"--verbose", "-v",	   "-vv",      "-q",	  "--quiet",   "--silent",    "--color*", "--no-color*", "--reporter*",
	"--colors",  "-r",	   "--tb",     "--runInBand", "-i",    "--maxWorkers", "-n",	  "--cache*",	 "--watch*",
	"--progress", "--no-progress", "--pretty", "--log*", "-s",     "--notify",    "--parallel", "--jobs",	 "-j",
	"--config",  "-c",	   "--project", "-p",	  "--timeout", "--dots",      "--fix",	  "--write",	 "--ext",
	"--durations", "-ra",	   "-rA",      "--output*", "--format", "--spinner",  "-o",	  "--no-header", "--show*",
	"--cache",   "--no-cache", "--stacktrace", "--info", "--no-daemon", "--build-cache", "--experimental*", "--import",
	"--loader",  "--require",  "--run",    "--no-watch", "--no-install", "--forceExit", "-B", "--batch-mode", "-ntp",
	"--trace*",  "--exit",	   "--concurrency", NULL,
};

static bool one_of(const char *w, const char *const *list)
{
	const char *eq = strchr(w, '=');
	size_t len = eq ? (size_t)(eq - w) : strlen(w);

	for (; *list; list++) {
		size_t n = strlen(*list);
		bool any = (*list)[n - 1] == '*';

		n -= any;
		if (len >= n && (any || len == n) && strncmp(w, *list, n) == 0)
			return true;
	}
	return false;
}

static size_t times(const struct gate_strs *l, const char *w)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += strcmp(l->v[i], w) == 0;
	return n;
}

static bool more(const struct gate_strs *a, const struct gate_strs *b, const char *w)
{
	return times(a, w) > times(b, w);
}

/* pytest's -k and -m, jest's -t: what leaves tests out by their names. */
static bool name_filter(const struct gate_command *c, size_t i)
{
	static const char *const filters[] = { "-k", "-m", "-g", "-t", NULL };
	const char *w = c->words.v[i];

	if (strcmp(w, "-m") == 0 && strstr(c->words.v[0], "pytest") == NULL)
		return false;
	if (strcmp(w, "-x") == 0)
		return false;
	return one_of(w, filters) && i + 1 < c->words.n;
}

static bool is_flag(const char *w)
{
	return *w == '-' && w[1];
}

/* `-x` stops at the first failure: it hides nothing. Flags named for one program only stand here. */
static bool excludes(const struct gate_command *c, size_t i)
{
	const char *w = c->words.v[i];

	if (strcmp(w, "-x") == 0)
		return false;
	if (gate_starts_with(w, "--cov-fail-under") || gate_starts_with(w, "--follow-imports"))
		return false; /* the threshold's own detector compares the numbers */
	if (strcmp(w, "--lib") == 0)
		return strcmp(c->words.v[0], "cargo") == 0;
	return one_of(w, excluding) || name_filter(c, i);
}

static bool is_path(const char *w)
{
	static const char *const folders[] = { "test", "tests", "spec", "specs", "src", "lib", "app", "packages", "e2e", "unit", NULL };

	return !is_flag(w) && (strchr(w, '/') || strchr(w, '.') || strchr(w, '*') || one_of(w, folders));
}

/* Words that are neither flags nor a flag's value. */
static size_t paths_of(const struct gate_command *c, const struct gate_strs *other, bool gained, const char **first)
{
	size_t n = 0;

	for (size_t i = 1; i < c->words.n; i++) {
		const char *w = c->words.v[i];

		if (!is_path(w) || (i > 1 && is_flag(c->words.v[i - 1]) && !strchr(c->words.v[i - 1], '=') &&
				    !one_of(c->words.v[i - 1], cosmetic) && !one_of(c->words.v[i - 1], strict)))
			continue;
		if (i > 1 && one_of(c->words.v[i - 1], (const char *const[]){ "-c", "-p", "--config", "--project", "-o", "--ext",
									       "-r", "--require", "--import", NULL }))
			continue;
		if (gained && !more(&c->words, other, w))
			continue;
		if (!n++)
			*first = w;
	}
	return n;
}

static bool below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	while (n && (folder[n - 1] == '/' || folder[n - 1] == '*' || folder[n - 1] == '.'))
		n--;
	return strncmp(path, folder, n) == 0 && path[n] != 0 && strlen(path) > strlen(folder);
}

static bool is_one_file(const char *w)
{
	const char *last = strrchr(w, '/');

	last = last ? last + 1 : w;
	return !strpbrk(last, "*{[") && strchr(last, '.') && strcmp(last, ".") != 0 && strncmp(last, "..", 2) != 0;
}

static int narrowed(const struct gate_command *before, const struct gate_command *now, const char **word)
{
	const char *old = NULL, *new = NULL, *any = NULL;
	size_t lost = paths_of(before, &now->words, true, &old), gained = paths_of(now, &before->words, true, &new);
	size_t had = paths_of(before, &now->words, false, &any);

	*word = new ? new : old;
	if (lost && !gained) /* `jest src` to `jest` looks at more; `jest a b` to `jest a` at less */
		return had > lost ? GATE_TIER_HIGH : -1;
	if (!lost && gained)
		return had ? -1 : is_one_file(new) ? GATE_TIER_HIGH : GATE_TIER_MEDIUM;
	if (lost && gained && (below(new, old) || (is_one_file(new) && !is_one_file(old)) || gained < lost))
		return GATE_TIER_HIGH;
	return -1;
}

static bool same_flag_left(const struct gate_strs *l, const char *w)
{
	const char *eq = strchr(w, '=');
	size_t n = eq ? (size_t)(eq - w) : strlen(w);

	for (size_t i = 1; i < l->n; i++) {
		if (strncmp(l->v[i], w, n) == 0 && (l->v[i][n] == 0 || l->v[i][n] == '='))
			return true;
	}
	return false;
}

static int flags(const struct gate_command *before, const struct gate_command *now, const char **word)
{
	int tier = -1;

	for (size_t i = 0; i < now->words.n; i++) {
		*word = now->words.v[i];
		if (excludes(now, i) && (more(&now->words, &before->words, *word) ||
					 (name_filter(now, i) && more(&now->words, &before->words, now->words.v[i + 1]))))
			return GATE_TIER_HIGH;
	}
	for (size_t i = 1; i < before->words.n; i++) {
		const char *w = before->words.v[i];

		if (!is_flag(w) || !more(&before->words, &now->words, w) || excludes(before, i) ||
		    same_flag_left(&now->words, w))
			continue;
		if (one_of(w, strict)) {
			*word = w;
			return GATE_TIER_HIGH;
		}
		if (!one_of(w, cosmetic) && tier < 0) {
			*word = w;
			tier = GATE_TIER_MEDIUM;
		}
	}
	return tier;
}

int gate_command_weaker(const struct gate_command *before, const struct gate_command *now, const char **word)
{
	const char *path = NULL;
	int tier, more_tier;

	*word = "";
	if (now->words.n > 500 || before->words.n > 500)
		return GATE_TIER_HIGH;
	tier = flags(before, now, word);
	more_tier = narrowed(before, now, &path);
	if (more_tier > tier) {
		tier = more_tier;
		*word = path;
	}
	if (now->swallowed && !before->swallowed) {
		*word = "a failure that no longer counts";
		return GATE_TIER_HIGH;
	}
	return tier;
}
