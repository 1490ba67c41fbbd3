#include "formats/locks/kinds.h"

#include "formats/locks/read.h"

#include <strings.h>

#define LOCKED GATE_LOCK_LOCKED
#define BOTH (GATE_LOCK_LOCKED | GATE_LOCK_MANIFEST)
#define MANIFEST GATE_LOCK_MANIFEST

/* clang-format off: one row a file */
static const struct gate_lock_kind kinds[] = {
	{ "package-lock.json", NULL, NULL, LOCKED, GATE_ECO_NPM, gate_lock_read_npm, { "package.json" } },
	{ "npm-shrinkwrap.json", NULL, NULL, LOCKED, GATE_ECO_NPM, gate_lock_read_npm, { "package.json" } },
	{ "yarn.lock", NULL, NULL, LOCKED, GATE_ECO_NPM, gate_lock_read_yarn, { "package.json", ".yarnrc.yml" } },
	{ "pnpm-lock.yaml", NULL, NULL, LOCKED, GATE_ECO_NPM, gate_lock_read_pnpm, { "package.json", "pnpm-workspace.yaml" } },
	{ "bun.lock", NULL, NULL, LOCKED, GATE_ECO_NPM, gate_lock_read_bun, { "package.json" } },
	{ "deno.lock", NULL, NULL, LOCKED, GATE_ECO_DENO, gate_lock_read_deno, { "deno.json", "deno.jsonc", "package.json", "import_map.json" } },
	{ "Cargo.lock", NULL, NULL, LOCKED, GATE_ECO_CRATES, gate_lock_read_cargo, { "Cargo.toml" } },
	{ "go.sum", NULL, NULL, LOCKED, GATE_ECO_GO, gate_lock_read_go_sum, { "go.mod" } },
	{ "go.work.sum", NULL, NULL, LOCKED, GATE_ECO_GO, gate_lock_read_go_sum, { "go.work", "go.mod" } },
	{ "go.mod", NULL, NULL, BOTH, GATE_ECO_GO, gate_lock_read_go_mod, { NULL } },
	{ "go.work", NULL, NULL, BOTH, GATE_ECO_GO, gate_lock_read_go_work, { NULL } },
	{ "poetry.lock", NULL, NULL, LOCKED, GATE_ECO_PYPI, gate_lock_read_poetry, { "pyproject.toml" } },
	{ "uv.lock", NULL, NULL, LOCKED, GATE_ECO_PYPI, gate_lock_read_poetry, { "pyproject.toml", "uv.toml" } },
	{ "pdm.lock", NULL, NULL, LOCKED, GATE_ECO_PYPI, gate_lock_read_poetry, { "pyproject.toml" } },
	{ "pylock.toml", NULL, NULL, LOCKED, GATE_ECO_PYPI, gate_lock_read_pylock, { "pyproject.toml", "requirements.in" } },
	{ "pylock.", ".toml", NULL, LOCKED, GATE_ECO_PYPI, gate_lock_read_pylock, { "pyproject.toml", "requirements.in" } },
	{ "Pipfile.lock", NULL, NULL, LOCKED, GATE_ECO_PYPI, gate_lock_read_pipfile, { "Pipfile" } },
	{ "requirements", ".txt", NULL, BOTH, GATE_ECO_PYPI, gate_lock_read_requirements, { NULL } },
	{ "", ".txt", "requirements", BOTH, GATE_ECO_PYPI, gate_lock_read_requirements, { NULL } },
	{ "", "-requirements.txt", NULL, BOTH, GATE_ECO_PYPI, gate_lock_read_requirements, { NULL } },
	{ "requirements", ".in", NULL, MANIFEST, GATE_ECO_PYPI, gate_lock_read_requirements, { NULL } },
	{ "", ".in", "requirements", MANIFEST, GATE_ECO_PYPI, gate_lock_read_requirements, { NULL } },
	{ "constraints", ".txt", NULL, BOTH, GATE_ECO_PYPI, gate_lock_read_constraints, { NULL } },
	{ "Gemfile.lock", NULL, NULL, LOCKED, GATE_ECO_RUBYGEMS, gate_lock_read_gem, { "Gemfile", "*.gemspec" } },
	{ "gems.locked", NULL, NULL, LOCKED, GATE_ECO_RUBYGEMS, gate_lock_read_gem, { "gems.rb", "*.gemspec" } },
	{ "composer.lock", NULL, NULL, LOCKED, GATE_ECO_PACKAGIST, gate_lock_read_composer, { "composer.json" } },
	{ "mix.lock", NULL, NULL, LOCKED, GATE_ECO_HEX, gate_lock_read_mix, { "mix.exs" } },
	{ "pubspec.lock", NULL, NULL, LOCKED, GATE_ECO_PUB, gate_lock_read_pub, { "pubspec.yaml", "pubspec_overrides.yaml" } },
	{ "gradle.lockfile", NULL, NULL, LOCKED, GATE_ECO_MAVEN, gate_lock_read_gradle, { "build.gradle", "build.gradle.kts", "libs.versions.toml", "settings.gradle", "settings.gradle.kts", "gradle.properties" } },
	{ "buildscript-gradle.lockfile", NULL, NULL, LOCKED, GATE_ECO_MAVEN, gate_lock_read_gradle, { "build.gradle", "build.gradle.kts", "libs.versions.toml", "settings.gradle", "settings.gradle.kts" } },
	{ "verification-metadata.xml", NULL, "gradle", LOCKED, GATE_ECO_MAVEN, gate_lock_read_gradle_sums, { "build.gradle", "build.gradle.kts", "libs.versions.toml", "gradle.lockfile", "settings.gradle", "gradle.properties" } },
	{ "packages.lock.json", NULL, NULL, LOCKED, GATE_ECO_NUGET, gate_lock_read_nuget, { "*.csproj", "*.fsproj", "*.vbproj", "Directory.Packages.props", "packages.config", "Directory.Build.props" } },
	{ "packages.config", NULL, NULL, BOTH, GATE_ECO_NUGET, gate_lock_read_nuget_config, { NULL } },
	{ "paket.lock", NULL, NULL, LOCKED, GATE_ECO_NUGET, gate_lock_read_paket, { "paket.dependencies" } },
	{ "Package.resolved", NULL, NULL, LOCKED, GATE_ECO_SWIFT, gate_lock_read_swift, { "Package.swift", "project.pbxproj" } },
	{ "Podfile.lock", NULL, NULL, LOCKED, GATE_ECO_COCOAPODS, gate_lock_read_pods, { "Podfile", "*.podspec" } },
	{ "conan.lock", NULL, NULL, LOCKED, GATE_ECO_CONAN, gate_lock_read_conan, { "conanfile.txt", "conanfile.py" } },
	{ "renv.lock", NULL, NULL, LOCKED, GATE_ECO_CRAN, gate_lock_read_renv, { "DESCRIPTION", "*.R", "*.Rmd", "*.qmd" } },
	{ "stack.yaml.lock", NULL, NULL, LOCKED, GATE_ECO_HACKAGE, gate_lock_read_stack, { "stack.yaml", "package.yaml" } },
	{ "cabal.project.freeze", NULL, NULL, LOCKED, GATE_ECO_HACKAGE, gate_lock_read_cabal, { "cabal.project", "*.cabal" } },
	{ "Manifest.toml", NULL, NULL, LOCKED, GATE_ECO_JULIA, gate_lock_read_julia, { "Project.toml" } },
	{ "flake.lock", NULL, NULL, LOCKED, GATE_ECO_NIX, gate_lock_read_flake, { "flake.nix" } },
	{ ".terraform.lock.hcl", NULL, NULL, LOCKED, GATE_ECO_TERRAFORM, gate_lock_read_terraform, { "*.tf", "*.tf.json", "*.tofu" } },
	{ "package.json", NULL, NULL, MANIFEST, GATE_ECO_NPM, gate_lock_read_package_json, { NULL } },
	{ "deno.json", NULL, NULL, MANIFEST, GATE_ECO_NPM, gate_lock_read_deno_json, { NULL } },
	{ "deno.jsonc", NULL, NULL, MANIFEST, GATE_ECO_NPM, gate_lock_read_deno_json, { NULL } },
	{ "import_map.json", NULL, NULL, MANIFEST, GATE_ECO_NPM, gate_lock_read_deno_json, { NULL } },
	{ "pnpm-workspace.yaml", NULL, NULL, MANIFEST, GATE_ECO_NPM, gate_lock_read_pnpm_workspace, { NULL } },
	{ "composer.json", NULL, NULL, MANIFEST, GATE_ECO_PACKAGIST, gate_lock_read_composer_json, { NULL } },
	{ "pyproject.toml", NULL, NULL, MANIFEST, GATE_ECO_PYPI, gate_lock_read_pyproject, { NULL } },
	{ "Pipfile", NULL, NULL, MANIFEST, GATE_ECO_PYPI, gate_lock_read_pipfile_toml, { NULL } },
	{ "setup.cfg", NULL, NULL, MANIFEST, GATE_ECO_PYPI, gate_lock_read_setup_cfg, { NULL } },
	{ "Cargo.toml", NULL, NULL, MANIFEST, GATE_ECO_CRATES, gate_lock_read_cargo_toml, { NULL } },
	{ "pubspec.yaml", NULL, NULL, MANIFEST, GATE_ECO_PUB, gate_lock_read_pubspec, { NULL } },
	{ "pubspec_overrides.yaml", NULL, NULL, MANIFEST, GATE_ECO_PUB, gate_lock_read_pubspec, { NULL } },
	{ "libs.versions.toml", NULL, NULL, MANIFEST, GATE_ECO_MAVEN, gate_lock_read_version_catalog, { NULL } },
	{ "pom.xml", NULL, NULL, MANIFEST, GATE_ECO_MAVEN, gate_lock_read_pom, { NULL } },
	{ "Directory.Packages.props", NULL, NULL, MANIFEST, GATE_ECO_NUGET, gate_lock_read_msbuild, { NULL } },
	{ "", ".csproj", NULL, MANIFEST, GATE_ECO_NUGET, gate_lock_read_msbuild, { NULL } },
	{ "", ".fsproj", NULL, MANIFEST, GATE_ECO_NUGET, gate_lock_read_msbuild, { NULL } },
	{ "", ".vbproj", NULL, MANIFEST, GATE_ECO_NUGET, gate_lock_read_msbuild, { NULL } },
	{ "Gemfile", NULL, NULL, MANIFEST, GATE_ECO_RUBYGEMS, gate_lock_read_gemfile, { NULL } },
	{ "gems.rb", NULL, NULL, MANIFEST, GATE_ECO_RUBYGEMS, gate_lock_read_gemfile, { NULL } },
	{ "Podfile", NULL, NULL, MANIFEST, GATE_ECO_COCOAPODS, gate_lock_read_podfile, { NULL } },
	{ "mix.exs", NULL, NULL, MANIFEST, GATE_ECO_HEX, gate_lock_read_mix_exs, { NULL } },
	{ "build.gradle", NULL, NULL, MANIFEST, GATE_ECO_MAVEN, gate_lock_read_build_gradle, { NULL } },
	{ "build.gradle.kts", NULL, NULL, MANIFEST, GATE_ECO_MAVEN, gate_lock_read_build_gradle, { NULL } },
	{ "Package.swift", NULL, NULL, MANIFEST, GATE_ECO_SWIFT, gate_lock_read_package_swift, { NULL } },
	{ "conanfile.txt", NULL, NULL, MANIFEST, GATE_ECO_CONAN, gate_lock_read_conanfile, { NULL } },
	{ "DESCRIPTION", NULL, NULL, MANIFEST, GATE_ECO_CRAN, gate_lock_read_description, { NULL } },
	{ "flake.nix", NULL, NULL, MANIFEST, GATE_ECO_NIX, gate_lock_read_flake_nix, { NULL } },
};
/* clang-format on */

static const char *last_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool named(const char *name, const char *start, const char *end)
{
	size_t n = strlen(name), s = strlen(start), e = end ? strlen(end) : 0;

	if (!end)
		return strcasecmp(name, start) == 0;
	return n >= s + e && strncasecmp(name, start, s) == 0 && strcasecmp(name + n - e, end) == 0;
}

static bool inside(const char *path, const char *folder)
{
	const char *last = last_of(path);
	size_t n = strlen(folder), before = (size_t)(last - path);

	return before > n && strncasecmp(last - 1 - n, folder, n) == 0 && (before == n + 1 || last[-(ptrdiff_t)n - 2] == '/');
}

const struct gate_lock_kind *gate_lock_kind_of(const char *path)
{
	const char *last = last_of(path);

	for (size_t i = 0; i < GATE_ARRAY_LEN(kinds); i++) {
		if (named(last, kinds[i].start, kinds[i].end) && (!kinds[i].folder || inside(path, kinds[i].folder)))
			return &kinds[i];
	}
	return NULL;
}

bool gate_lock_made_from(const struct gate_lock_kind *kind, const char *manifest)
{
	const char *last = last_of(manifest);

	for (size_t i = 0; i < GATE_ARRAY_LEN(kind->manifests) && kind->manifests[i]; i++) {
		const char *m = kind->manifests[i];

		if (*m == '*' ? named(last, "", m + 1) : named(last, m, NULL))
			return true;
	}
	return false;
}

int gate_lock_read(const struct gate_lock_kind *kind, struct gate_lock_store *s, unsigned side, const char *bytes, size_t len,
		   struct gate_err *err)
{
	size_t blank = 0;
	int rc;

	s->now = &s->side[side & 1];
	s->pending = s->n_hashes;
	while (blank < len && strchr(" \t\r\n", bytes[blank]) && bytes[blank])
		blank++;
	if (blank == len)
		return 0;
	rc = kind->read(bytes, len, s, err);
	if (rc == 0)
		gate_lock_sort(s, s->now);
	return rc;
}
