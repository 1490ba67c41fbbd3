#include "classifier/text/place.h"

#include "base/err.h"
#include "classifier/detect.h"

#include <string.h>
#include <strings.h>

/* Endings between bars, so that one search answers. */
static const char source_ends[] =
	"|c|h|cc|hh|cpp|hpp|cxx|hxx|c++|h++|inl|ipp|m|mm|s|asm|nasm|go|rs|java|kt|kts|scala|groovy|gradle|clj|cljs|cljc|edn|js|jsx|mjs|cjs|"
	"ts|tsx|mts|cts|vue|svelte|astro|py|pyi|pyx|pxd|rb|erb|rake|gemspec|php|phtml|pl|pm|t|sh|bash|zsh|fish|ksh|csh|ps1|psm1|bat|cmd|"
	"cs|fs|fsx|vb|swift|dart|lua|r|jl|ex|exs|erl|hrl|hs|lhs|ml|mli|elm|nim|zig|d|v|sv|vhd|vhdl|sol|vy|move|cairo|sql|psql|plsql|tf|hcl|"
	"nix|cmake|mk|mak|am|ac|m4|in|y|l|lex|el|lisp|lsp|scm|rkt|tcl|awk|sed|proto|thrift|graphql|gql|wat|cu|cuh|cl|glsl|hlsl|wgsl|"
	"f|f90|f95|for|pas|pp|ada|adb|ads|cob|cbl|coffee|css|scss|sass|less|styl|razor|cshtml|jsp|asp|aspx|ejs|hbs|twig|j2|jinja|rego|"
	"cue|bzl|bazel|star|dhall|jsonnet|libsonnet|service|rules|";
static const char prose_ends[] = "|md|markdown|mdx|txt|text|rst|adoc|asciidoc|org|textile|tex|html|htm|xhtml|log|rtf|pod|texi|man|1|2|3|4|5|6|7|8|9|";
static const char translation_ends[] = "|po|pot|xliff|xlf|arb|strings|stringsdict|xcstrings|ftl|resx|lang|l10n|";
static const char table_ends[] = "|json|yaml|yml|properties|xml|ini|toml|csv|tsv|txt|php|js|ts|rb|py|cfg|conf|desktop|";
static const char media_ends[] =
	"|png|jpg|jpeg|gif|ico|icns|webp|avif|heic|bmp|tif|tiff|psd|ai|eps|pdf|woff|woff2|ttf|otf|eot|mp3|mp4|m4a|m4v|mov|avi|mkv|webm|wav|"
	"ogg|oga|ogv|flac|aac|zip|gz|bz2|xz|7z|tgz|rar|jar|blend|fbx|glb|gltf|obj|stl|usdz|dds|exr|hdr|tga|cur|bin|dat|onnx|pt|pth|"
	"safetensors|h5|npz|npy|parquet|sqlite|db|keystore|snap|svg|doc|docx|xls|xlsx|ppt|pptx|odt|ods|swf|dll|exe|so|dylib|a|lib|wasm|";

static bool ends_in(const char *list, const char *path)
{
	const char *last = gate_path_last(path), *dot = strrchr(last, '.');
	char key[20];
	size_t n = dot ? strlen(dot + 1) : 0;

	if (n == 0 || n > sizeof(key) - 3)
		return false;
	key[0] = '|';
	for (size_t i = 0; i < n; i++)
		key[i + 1] = dot[i + 1] >= 'A' && dot[i + 1] <= 'Z' ? (char)(dot[i + 1] + 32) : dot[i + 1];
	key[n + 1] = '|';
	key[n + 2] = '\0';
	return !memchr(key + 1, '|', n) && strstr(list, key) != NULL;
}

static bool has_folder(const char *path, const char *const *folders, size_t n)
{
	for (const char *slash; (slash = strchr(path, '/')); path = slash + 1) {
		for (size_t i = 0; i < n; i++) {
			size_t len = strlen(folders[i]);

			if ((size_t)(slash - path) == len && strncasecmp(path, folders[i], len) == 0)
				return true;
		}
	}
	return false;
}

static bool is_translation(const char *path)
{
	static const char *const folders[] = { "locale",   "locales", "_locales",	"i18n",		"l10n",	     "lang",
					       "langs",	   "language", "languages",	"translation",	"translations", "messages",
					       "intl",	   "nls",     "localization",	"lproj",	"po",	     "cldr" };

	if (ends_in(translation_ends, path))
		return true;
	return ends_in(table_ends, path) && (has_folder(path, folders, GATE_ARRAY_LEN(folders)) || strstr(path, "values-") != NULL ||
					     strstr(path, ".lproj/") != NULL);
}

static bool named(const char *path, const char *const *globs, size_t n)
{
	const char *last = gate_path_last(path);

	for (size_t i = 0; i < n; i++) {
		if (gate_glob_match(globs[i], last, strlen(last), true))
			return true;
	}
	return false;
}

bool gate_place_is_source(const char *path)
{
	static const char *const names[] = { "makefile", "gnumakefile", "dockerfile*", "containerfile*", "jenkinsfile*", "rakefile",
					     "gemfile",	 "podfile",	"vagrantfile", "procfile",	 "justfile",	 "build",
					     "workspace", "configure",	"cmakelists.txt", "brewfile",	 "fastfile",	 "snakefile" };

	return ends_in(source_ends, path) || named(path, names, GATE_ARRAY_LEN(names));
}

bool gate_place_is_media(const char *path)
{
	return ends_in(media_ends, path);
}

bool gate_place_is_test(const char *path)
{
	static const char *const folders[] = { "test", "tests", "spec", "specs", "__tests__", "testing", "e2e", "testdata", "t" };
	static const char *const names[] = { "test_*", "*_test.*", "*.test.*", "*.spec.*", "*_spec.*", "*test.java", "*tests.java",
					     "*test.kt", "*tests.cs", "*test.cs", "*test.php", "conftest.py" };

	return has_folder(path, folders, GATE_ARRAY_LEN(folders)) || named(path, names, GATE_ARRAY_LEN(names));
}

bool gate_place_is_lock(const char *path)
{
	static const char *const names[] = { "package-lock.json", "npm-shrinkwrap.json", "yarn.lock",	   "pnpm-lock.yaml", "bun.lock",
					     "cargo.lock",	  "go.sum",		 "poetry.lock",	   "uv.lock",	     "pdm.lock",
					     "pipfile.lock",	  "gemfile.lock",	 "composer.lock",  "mix.lock",	     "pubspec.lock",
					     "packages.lock.json", "gradle.lockfile",	 "podfile.lock",   "package.resolved", "flake.lock",
					     "deno.lock",	  "*.lock",		 "requirements*.txt" };

	return named(path, names, GATE_ARRAY_LEN(names));
}

bool gate_place_is_auth(const char *path)
{
	static const char *const words[] = { "auth", "login", "session", "token", "crypt", "permission", "access", "password", "secret",
					     "signin", "oauth", "saml", "jwt", "admin", "acl", "rbac", "security" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(words); i++) {
		if (strcasestr(path, words[i]))
			return true;
	}
	return false;
}

enum gate_place gate_place_of(const char *path)
{
	if (!*path)
		return GATE_PLACE_MESSAGE;
	if (is_translation(path))
		return GATE_PLACE_TRANSLATION;
	if (gate_place_is_source(path))
		return GATE_PLACE_CODE;
	return ends_in(prose_ends, path) ? GATE_PLACE_PROSE : GATE_PLACE_DATA;
}
