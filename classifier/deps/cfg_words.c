#include "classifier/deps/cfg_words.h"

#include "classifier/build/program_rows.h"
#include "classifier/values/risk.h"

#include <string.h>

static const char place[] = "packages come from another place here than the project says elsewhere: look who owns it";
static const char proof[] = "packages are taken without the proof that they are what the project asked for: keep it";

#define HIGH(needle, pattern, text) { "package manager", needle, pattern, { GATE_GAIN_RISK, GATE_TIER_HIGH, text } }
/* "NAME=", "NAME: ", "NAME ?= ", "${NAME:-", "ENV NAME "; a quote behind it is taken too. */
#define SET(name) "(?:(?<![\\w$-])" name "[\"']?+(?>[ \\t]*[:?+]?[=:]-?[ \\t]*)|(?<=ENV )" name "(?>[ \\t]+))[\"']?+"
#define TO "[^\\s\"'#;|&]+"
#define VARIABLE "(?!\\$)" /* what is handed on is set somewhere else */
#define NO "(?i:false|0|no|off)(?![\\w.])"
#define YES "(?i:true|1|yes|on)(?![\\w.])"
#define PYPI VARIABLE "(?!https://pypi\\.org/simple/?(?:[\\s\"'}]|$)|https://upload\\.pypi\\.org/)"
#define NPM VARIABLE "(?!https://registry\\.(?:npmjs\\.org|yarnpkg\\.com)/?(?:[\\s\"'}]|$)|https://npm\\.pkg\\.github\\.com)"

/* go.dev/ref/mod, pip.pypa.io, docs.astral.sh/uv, docs.npmjs.com, yarnpkg.com, bundler.io, doc.rust-lang.org/cargo, docs.gradle.org */
static const struct gate_risk rows[] = {
	HIGH("GOPROXY", SET("GOPROXY") VARIABLE "(?!off\\b|https://proxy\\.golang\\.org(?:[,|](?:direct|off))?(?:[\\s\"'}]|$))" TO, place),
	HIGH("GOSUMDB", SET("GOSUMDB") VARIABLE "(?!sum\\.golang\\.org(?:[\\s\"'}]|$))" TO, proof),
	HIGH("GONOSUM", SET("GONOSUM(?:DB|CHECK)") VARIABLE TO, proof),
	HIGH("GOINSECURE", SET("GOINSECURE") VARIABLE TO, proof),
	HIGH("GOFLAGS", "(?<![\\w-])GOFLAGS\\b[^\\n]*-insecure\\b", proof),
	HIGH("go get", "\\bgo\\s+get\\b[^\\n]*\\s-insecure\\b", proof),
	HIGH("_INDEX", SET("(?:PIP|UV)_(?:EXTRA_|DEFAULT_)?INDEX(?:_URL)?") PYPI TO, place),
	HIGH("index", "(?<![\\w-])--(?:extra-|default-)?index-url[= \\t]++[\"']?+" PYPI TO, place),
	HIGH("PIP_", SET("PIP_(?:TRUSTED_HOST|FIND_LINKS)") VARIABLE TO, place),
	HIGH("UV_INSECURE_HOST", SET("UV_INSECURE_HOST") VARIABLE TO, proof),
	HIGH("-host", "(?<![\\w-])--(?:trusted-host|allow-insecure-host)[= \\t]++[\"']?+" VARIABLE TO, proof),
	HIGH("pip", "\\bpip3?\\s+config\\s+set\\s+(?:global|install|user)\\.(?:extra-)?(?:index-url|trusted-host)\\s+" PYPI TO, place),
	HIGH("npm_config_", SET("npm_config_registry") NPM TO, place),
	HIGH("NPM_CONFIG_", SET("NPM_CONFIG_REGISTRY") NPM TO, place),
	HIGH("YARN_", SET("YARN_(?:NPM_)?REGISTRY(?:_SERVER)?") NPM TO, place),
	HIGH("registry", "\\b(?:npm|pnpm|yarn|bun)x?\\s[^\\n;|&]*--registry[= \\t]++[\"']?+" NPM TO, place),
	HIGH("registry", "\\b(?:npm|pnpm|yarn)\\s+config\\s+set\\s+(?:-\\S+\\s+)*(?:@[\\w-]+:)?(?:registry|npmRegistryServer)[= \\t]++[\"']?+" NPM TO, place),
	HIGH("strict", "\\b(?:npm|pnpm|yarn)\\s+config\\s+set\\s+(?:-\\S+\\s+)*(?:strict-ssl|enableStrictSsl)[= \\t]++[\"']?+" NO, proof),
	HIGH("trict", "(?i:" SET("npm_config_strict_ssl") ")" NO, proof),
	HIGH("TRICT", "(?i:" SET("npm_config_strict_ssl") ")" NO, proof),
	HIGH("ignore", "\\b(?:npm|pnpm|yarn)\\s+config\\s+set\\s+(?:-\\S+\\s+)*ignore-scripts[= \\t]++[\"']?+" NO, proof),
	HIGH("YARN_", SET("YARN_(?:ENABLE_IMMUTABLE_INSTALLS|ENABLE_STRICT_SSL|ENABLE_HARDENED_MODE)") NO, proof),
	HIGH("YARN_CHECKSUM_BEHAVIOR", SET("YARN_CHECKSUM_BEHAVIOR") "(?:update|ignore|reset)\\b", proof),
	HIGH("BUNDLE_", SET("BUNDLE_(?:SSL_VERIFY_MODE|DISABLE_CHECKSUM_VALIDATION)") "(?:0|false|true|1)\\b", proof),
	HIGH("BUNDLE_MIRROR", SET("BUNDLE_MIRROR__\\w+") VARIABLE TO, place),
	HIGH("CARGO_HTTP_CHECK_REVOKE", SET("CARGO_HTTP_CHECK_REVOKE") NO, proof),
	HIGH("CARGO_", SET("CARGO_(?:REGISTRIES_\\w+_INDEX|SOURCE_\\w+_(?:REGISTRY|REPLACE_WITH))") VARIABLE TO, place),
	HIGH("dependency-verification", "--dependency-verification[=\\s]+[\"']?(?:off|lenient)\\b", proof),
	HIGH("allow-unauthenticated", "(?<![\\w-])--allow-unauthenticated\\b", proof),
	HIGH("nogpgcheck", "(?<![\\w-])--nogpgcheck\\b", proof),
	HIGH("allow-untrusted", "(?<![\\w-])--allow-untrusted\\b", proof),
	HIGH("trusted=", "\\[[^\\]\\n]*\\btrusted=" YES, proof),
};
static const struct gate_risk_table table = GATE_RISKS(rows);

/* Files whose lines a shell or a build runs, or that set variables for it. */
static const char *const files[] = {
	"makefile",   "gnumakefile", "*.mk",	 "dockerfile*",	 "*.dockerfile", "containerfile*", "*.sh",	"*.bash",	"*.zsh",
	"*.ps1",      "justfile",    "taskfile*", "tox.ini",	 "noxfile.py",	 "procfile",	   "compose*.yml", "compose*.yaml", "docker-compose*.yml",
	"docker-compose*.yaml", ".envrc", ".env", "*.env",
};

static bool is_run(const struct gate_detect *d, const char *path)
{
	const struct gate_rule *ci = gate_policy_rule(d->policy, "CI-ANY");
	const char *name = gate_path_last(path);

	for (size_t i = 0; i < GATE_ARRAY_LEN(files); i++) {
		if (gate_glob_match(files[i], name, strlen(name), true))
			return true;
	}
	return ci && gate_globs_match(&ci->paths, path, strlen(path)) && !gate_ends_with(path, ".md");
}

int gate_cfg_words_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	gate_auto(gate_code_sides) struct gate_code_sides c = { 0 };
	const bool slashes = gate_ends_with(delta->path, ".groovy") || strstr(gate_path_last(delta->path), "Jenkinsfile");
	int rc;

	if (!is_run(d, delta->path) || !gate_mode_is_file(delta->new_mode) || strstr(delta->path, "node_modules/"))
		return 0;
	rc = gate_code_sides_read(d, change, delta, slashes ? GATE_COMMENTS_C : GATE_COMMENTS_SHELL, &c, err);
	if (rc < 0 || c.unread || c.same)
		return rc;
	return gate_risks_delta(d, change, delta, "DEP-CFG", &table, &c, gate_path_is_test(delta->path) ? GATE_TIER_MEDIUM : GATE_TIER_HIGH, err);
}
