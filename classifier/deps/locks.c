#include "classifier/deps/locks.h"

#include <string.h>

/* What is remembered of one push; beyond it a lockfile counts as changed alone, which never weighs less. */
#define NOTES_MAX 20000u

/* A lockfile's name and the manifests it is made from. A name that stands nowhere here is its own manifest
 * (requirements.txt). */
static const struct {
	const char *lock;
	const char *manifests[4];
} kinds[] = {
	{ "package-lock.json", { "package.json" } },
	{ "npm-shrinkwrap.json", { "package.json" } },
	{ "yarn.lock", { "package.json" } },
	{ "pnpm-lock.yaml", { "package.json", "pnpm-workspace.yaml" } },
	{ "bun.lock", { "package.json" } },
	{ "bun.lockb", { "package.json" } },
	{ "deno.lock", { "deno.json", "deno.jsonc", "package.json" } },
	{ "cargo.lock", { "Cargo.toml" } },
	{ "go.sum", { "go.mod" } },
	{ "go.work.sum", { "go.work", "go.mod" } },
	{ "poetry.lock", { "pyproject.toml" } },
	{ "uv.lock", { "pyproject.toml" } },
	{ "pdm.lock", { "pyproject.toml" } },
	{ "pylock.toml", { "pyproject.toml" } },
	{ "pipfile.lock", { "Pipfile" } },
	{ "gemfile.lock", { "Gemfile" } },
	{ "gems.locked", { "gems.rb" } },
	{ "composer.lock", { "composer.json" } },
	{ "mix.lock", { "mix.exs" } },
	{ "pubspec.lock", { "pubspec.yaml" } },
	{ "gradle.lockfile", { "build.gradle", "build.gradle.kts", "libs.versions.toml" } },
	{ "buildscript-gradle.lockfile", { "build.gradle", "build.gradle.kts", "libs.versions.toml" } },
	{ "package.resolved", { "Package.swift" } },
	{ "podfile.lock", { "Podfile" } },
	{ "conan.lock", { "conanfile.txt", "conanfile.py" } },
	{ "renv.lock", { "DESCRIPTION" } },
	{ "stack.yaml.lock", { "stack.yaml", "package.yaml" } },
	{ "cabal.project.freeze", { "cabal.project" } },
	{ "manifest.toml", { "Project.toml" } },
	{ "flake.lock", { "flake.nix" } },
	{ "paket.lock", { "paket.dependencies" } },
	{ "packages.lock.json", { "packages.config", "Directory.Packages.props" } },
	{ ".terraform.lock.hcl", { "versions.tf", "main.tf", "providers.tf", "terraform.tf" } },
};

struct note {
	char *path;
	uint32_t change;
};

struct notes {
	struct note *v;
	size_t n, cap;
};

struct gate_dep_state {
	struct notes locks, manifests;
};

int gate_locks_init(struct gate_detect *d, struct gate_err *err)
{
	d->deps = calloc(1, sizeof(*d->deps));
	return d->deps ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

static void notes_free(struct notes *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].path);
	free(l->v);
}

void gate_locks_release(struct gate_detect *d)
{
	if (!d->deps)
		return;
	notes_free(&d->deps->locks);
	notes_free(&d->deps->manifests);
	free(d->deps);
	d->deps = NULL;
}

static int note(struct notes *l, uint32_t change, const char *path, struct gate_err *err)
{
	if (l->n == l->cap) {
		size_t want = l->cap ? l->cap * 2 : 16;
		struct note *bigger = reallocarray(l->v, want, sizeof(*l->v));

		if (!bigger)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		l->v = bigger;
		l->cap = want;
	}
	l->v[l->n] = (struct note){ strdup(path), change };
	if (!l->v[l->n].path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	l->n++;
	return 0;
}

static bool is_manifest(const char *last)
{
	if (gate_ends_with(last, ".csproj") || gate_ends_with(last, ".fsproj"))
		return true;
	for (size_t i = 0; i < GATE_ARRAY_LEN(kinds); i++) {
		for (size_t k = 0; k < GATE_ARRAY_LEN(kinds[i].manifests) && kinds[i].manifests[k]; k++) {
			if (strcmp(kinds[i].manifests[k], last) == 0)
				return true;
		}
	}
	return false;
}

int gate_locks_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	if (!is_manifest(gate_path_last(delta->path)) || d->deps->manifests.n >= NOTES_MAX)
		return 0;
	return note(&d->deps->manifests, change, delta->path, err);
}

static int orphan(struct gate_detect *d, uint32_t change, const char *path, struct gate_err *err)
{
	struct gate_sighting s = { .id = "DEP-ORPHAN", .path = path };

	return gate_detect_add(d, change, &s, err);
}

int gate_locks_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	bool known = false;

	for (size_t i = 0; !known && i < GATE_ARRAY_LEN(kinds); i++)
		known = strcasecmp(kinds[i].lock, gate_path_last(l->delta->path)) == 0;
	if (!known)
		return 0;
	l->keep = false;
	if (d->deps->locks.n >= NOTES_MAX)
		return orphan(d, l->change, l->delta->path, err);
	return note(&d->deps->locks, l->change, l->delta->path, err);
}

static size_t folder_len(const char *path)
{
	return (size_t)(gate_path_last(path) - path);
}

static bool makes(const char *manifest, const char *lock)
{
	const char *m = gate_path_last(manifest), *l = gate_path_last(lock);

	for (size_t i = 0; i < GATE_ARRAY_LEN(kinds); i++) {
		if (strcasecmp(kinds[i].lock, l) != 0)
			continue;
		for (size_t k = 0; k < GATE_ARRAY_LEN(kinds[i].manifests) && kinds[i].manifests[k]; k++) {
			if (strcmp(kinds[i].manifests[k], m) == 0)
				return true;
		}
	}
	return strcasecmp(l, "packages.lock.json") == 0 && gate_ends_with(m, "proj");
}

/* A manifest in the lockfile's own folder, or below it: workspaces keep one lockfile at the top. */
static bool explained(const struct notes *manifests, const struct note *lock)
{
	size_t folder = folder_len(lock->path);

	for (size_t i = 0; i < manifests->n; i++) {
		const struct note *m = &manifests->v[i];

		if (m->change == lock->change && strncmp(m->path, lock->path, folder) == 0 &&
		    makes(m->path, lock->path))
			return true;
	}
	return false;
}

int gate_locks_end(struct gate_detect *d, struct gate_err *err)
{
	const struct notes *locks = &d->deps->locks;
	/* every lockfile is compared with every manifest; a push made to make that long is not compared at all */
	bool compare = locks->n * d->deps->manifests.n <= 4000000;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < locks->n; i++) {
		struct gate_sighting s = { .id = "DEP-ADD", .path = locks->v[i].path };

		if (compare && explained(&d->deps->manifests, &locks->v[i]))
			rc = gate_detect_add(d, locks->v[i].change, &s, err);
		else
			rc = orphan(d, locks->v[i].change, locks->v[i].path, err);
	}
	return rc;
}
