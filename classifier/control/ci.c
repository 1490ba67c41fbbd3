#include "classifier/control/ci.h"

#include "classifier/docs.h"

#include <string.h>

/* What no file of the push has matched yet. */
struct gate_ci_state {
	struct gate_factbag gained, lost;
};

int gate_ci_init(struct gate_detect *d, struct gate_err *err)
{
	d->ci = calloc(1, sizeof(*d->ci));
	return d->ci ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

void gate_ci_release(struct gate_detect *d)
{
	if (!d->ci)
		return;
	gate_factbag_clear(&d->ci->gained);
	gate_factbag_clear(&d->ci->lost);
	free(d->ci);
	d->ci = NULL;
}

static bool matches(const char *path, const char *const *globs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (gate_glob_match(globs[i], path, strlen(path), true))
			return true;
	}
	return false;
}

static const char *const github_paths[] = { ".github/workflows/**", ".forgejo/workflows/**", ".gitea/workflows/**", ".github/actions/**",
					    ".forgejo/actions/**",  ".gitea/actions/**",     "action.yml",	    "action.yaml",
					    "**/action.yml",	    "**/action.yaml" };
static const char *const tree_ends[] = { "**.yml", "**.yaml", "**.json" };
/* What a build or CI calls: no path floor of its own, but its commands count. */
static const char *const script_paths[] = { "scripts/**.sh", "script/*", "ci/**.sh", ".ci/**", "tools/ci/**.sh", "bin/ci*", ".github/**.sh", ".github/**.ps1", "build/ci/**" };
static const char *const prose[] = { "**.md", "**.txt", "**.png", "**.svg", "**.lock", "**.js", "**.mjs", "**.cjs", "**.ts", "**.go", "**.rs", "**.map", "**.gpg" };

typedef int side_fn(struct gate_ci_side *s);

/* How a file is read, or NULL: it is no CI file. */
static side_fn *reader_of(const struct gate_detect *d, const char *path)
{
	const struct gate_rule *any = gate_policy_rule(d->policy, "CI-ANY");
	const size_t len = strlen(path);
	bool ci = any && gate_globs_match(&any->paths, path, len);

	if (!ci && !matches(path, script_paths, GATE_ARRAY_LEN(script_paths)))
		return NULL;
	if (matches(path, prose, GATE_ARRAY_LEN(prose)))
		return NULL;
	if (!matches(path, tree_ends, GATE_ARRAY_LEN(tree_ends)))
		return gate_ci_lines;
	return matches(path, github_paths, GATE_ARRAY_LEN(github_paths)) ? gate_ci_github : gate_ci_generic;
}

static int collect(side_fn *fn, struct gate_ci_side *s, bool there)
{
	if (!there || (!s->root && fn != gate_ci_lines))
		return 0;
	return fn(s);
}

static int compare(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, side_fn *fn, const struct gate_docs *docs,
		   const struct gate_sides *sides, struct gate_err *err)
{
	gate_auto(gate_factbag) struct gate_factbag before = { 0 }, now = { 0 };
	struct gate_ci_side b = { docs->before, delta->path, sides->before.s, sides->before.len, !delta->new_mode, &before, err };
	struct gate_ci_side n = { docs->now, delta->path, sides->now, sides->now_len, !delta->old_mode, &now, err };
	int rc = collect(fn, &b, delta->old_mode != 0);

	if (rc == 0)
		rc = collect(fn, &n, delta->new_mode != 0);
	if (rc < 0)
		return rc;
	if (before.full || now.full) {
		rc = gate_detect_limit(d, change, delta->path, NULL, false, "this file says more than can be compared: make it smaller", err);
		if (rc < 0)
			return rc;
	}
	return gate_factbag_compare(&before, &now, delta->path, change, &d->ci->gained, &d->ci->lost, err);
}

int gate_ci_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	gate_auto(gate_sides) struct gate_sides sides = { 0 };
	side_fn *fn = reader_of(d, delta->path);
	struct gate_docs docs = { 0 };
	struct gate_err why = { 0 };
	int rc = 0;

	if (!fn || (!gate_mode_is_file(delta->old_mode) && !gate_mode_is_file(delta->new_mode)))
		return 0;
	if (fn != gate_ci_lines)
		rc = gate_detect_docs(d, change, delta, gate_ends_with(delta->path, "json") ? GATE_FORMAT_JSONC : GATE_FORMAT_YAML, &docs, err);
	if (rc < 0 || docs.bad_now)
		return rc;
	if (gate_detect_sides(d, delta, &sides, &why) < 0)
		return gate_detect_limit(d, change, delta->path, NULL, false, "too big or unreadable: what it does in CI was not compared", err);
	return compare(d, change, delta, fn, &docs, &sides, err);
}

int gate_ci_end(struct gate_detect *d, struct gate_err *err)
{
	if (d->ci->gained.full || d->ci->lost.full) {
		int rc = gate_detect_limit_all(d, "more changes of CI than can be compared: push smaller parts", err);

		if (rc < 0)
			return rc;
	}
	gate_factbag_cancel(&d->ci->gained, &d->ci->lost);
	return gate_ci_judge(d, &d->ci->gained, &d->ci->lost, err);
}
