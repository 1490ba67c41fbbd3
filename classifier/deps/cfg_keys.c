/* The keys of package managers' settings that guard something. Sources: docs.npmjs.com (npmrc), yarnpkg.com/configuration, pnpm.io/settings,
 * bun.sh/docs (bunfig), pip.pypa.io, docs.astral.sh/uv, python-poetry.org, doc.rust-lang.org/cargo (config), guides.rubygems.org and
 * bundler.io (config), docs.gradle.org (wrapper, build environment), maven.apache.org (settings), NuGet docs, go.dev/ref/mod. */
#include "classifier/deps/cfg.h"

#include <ctype.h>
#include <string.h>

struct key {
	const char *name; /* letters and digits alone; '*' at the end: any rest; with '.': the last two parts */
	enum gate_cfg_way way;
};

static const struct key keys[] = {
	/* scripts at installation */
	{ "ignorescripts", GATE_CFG_KEEP_ON }, { "enablescripts", GATE_CFG_KEEP_OFF }, { "strictdepbuilds", GATE_CFG_KEEP_ON },
	{ "dangerouslyallowallbuilds", GATE_CFG_KEEP_OFF }, { "onlybuiltdependencies*", GATE_CFG_ANY }, { "allowbuilds*", GATE_CFG_KEEP_OFF },
	{ "trusteddependencies*", GATE_CFG_ANY }, { "neverbuiltdependencies*", GATE_CFG_STAY }, { "allowscripts*", GATE_CFG_KEEP_OFF },
	{ "scriptshell", GATE_CFG_ANY }, { "nodeoptions", GATE_CFG_ANY }, { "preload*", GATE_CFG_ANY }, { "nobuildisolation", GATE_CFG_KEEP_OFF },
	{ "initmodule", GATE_CFG_ANY }, { "yarnpath", GATE_CFG_ANY }, { "plugins*", GATE_CFG_ANY }, { "pnpmfile", GATE_CFG_ANY },
	{ "globalpnpmfile", GATE_CFG_ANY }, { "packageextensions*", GATE_CFG_ANY }, { "configdependencies*", GATE_CFG_ANY },
	{ "nobinary*", GATE_CFG_ANY }, { "onlybinary*", GATE_CFG_STAY },
	/* how young a version may be, and what is proved about it */
	{ "minreleaseage", GATE_CFG_KEEP_HIGH }, { "minimumreleaseage", GATE_CFG_KEEP_HIGH }, { "npmminimalagegate", GATE_CFG_KEEP_HIGH },
	{ "minimumreleaseageexclude*", GATE_CFG_ANY }, { "npmpreapprovedpackages*", GATE_CFG_ANY }, { "excludenewer", GATE_CFG_STAY },
	{ "trustpolicy", GATE_CFG_STAY }, { "trustpolicyexclude*", GATE_CFG_ANY }, { "blockexoticsubdeps", GATE_CFG_KEEP_ON },
	{ "allowgit", GATE_CFG_ANY }, { "allowremote", GATE_CFG_ANY }, { "allowfile", GATE_CFG_ANY }, { "requirehashes", GATE_CFG_KEEP_ON },
	{ "verifystoreintegrity", GATE_CFG_KEEP_ON }, { "checksumbehavior", GATE_CFG_STAY }, { "enablehardenedmode", GATE_CFG_KEEP_ON },
	{ "enableimmutableinstalls", GATE_CFG_KEEP_ON }, { "enableimmutablecache", GATE_CFG_KEEP_ON }, { "frozenlockfile", GATE_CFG_KEEP_ON },
	{ "packagelock", GATE_CFG_KEEP_ON }, { "audit", GATE_CFG_KEEP_ON }, { "bundlefrozen", GATE_CFG_KEEP_ON }, { "bundledeployment", GATE_CFG_KEEP_ON },
	{ "distributionsha256sum", GATE_CFG_STAY }, { "wrappersha256sum", GATE_CFG_STAY }, { "validatedistributionurl", GATE_CFG_KEEP_ON },
	{ "orggradledependencyverification", GATE_CFG_STAY }, { "signaturevalidationmode.value", GATE_CFG_STAY },
	/* the way there */
	{ "strictssl", GATE_CFG_KEEP_ON }, { "enablestrictssl", GATE_CFG_KEEP_ON }, { "cafile", GATE_CFG_ANY }, { "ca", GATE_CFG_ANY },
	{ "cainfo", GATE_CFG_ANY }, { "cert", GATE_CFG_ANY }, { "proxy", GATE_CFG_ANY }, { "httpproxy", GATE_CFG_ANY }, { "httpsproxy", GATE_CFG_ANY },
	{ "unsafehttpwhitelist*", GATE_CFG_ANY }, { "trustedhost*", GATE_CFG_ANY }, { "allowinsecurehost*", GATE_CFG_ANY }, { "checkrevoke", GATE_CFG_KEEP_ON },
	{ "sslverifymode", GATE_CFG_ANY }, { "bundlesslverifymode", GATE_CFG_ANY }, { "bundlesslcacert", GATE_CFG_ANY }, { "git", GATE_CFG_ANY },
	{ "allowinsecureconnections", GATE_CFG_KEEP_OFF },
	/* where packages are from */
	{ "registry", GATE_CFG_PLACE }, { "registry.url", GATE_CFG_PLACE }, { "scopes.url", GATE_CFG_PLACE }, { "npmregistryserver", GATE_CFG_PLACE },
	{ "npmauditregistry", GATE_CFG_PLACE }, { "indexurl", GATE_CFG_PLACE }, { "extraindexurl*", GATE_CFG_PLACE }, { "indexserver", GATE_CFG_PLACE },
	{ "findlinks*", GATE_CFG_PLACE }, { "index", GATE_CFG_PLACE }, { "index.url", GATE_CFG_PLACE }, { "source.url", GATE_CFG_PLACE },
	{ "repository", GATE_CFG_PLACE }, { "repository.url", GATE_CFG_PLACE }, { "pluginrepository.url", GATE_CFG_PLACE }, { "mirror.url", GATE_CFG_PLACE },
	{ "indexstrategy", GATE_CFG_ANY }, { "replacewith", GATE_CFG_ANY }, { "localregistry", GATE_CFG_ANY }, { "directory", GATE_CFG_ANY },
	{ "sources*", GATE_CFG_PLACE }, { "bundlemirror*", GATE_CFG_PLACE }, { "distributionurl", GATE_CFG_PLACE }, { "wrapperurl", GATE_CFG_PLACE },
	{ "add.value", GATE_CFG_PLACE }, { "goproxy", GATE_CFG_ANY }, { "gonosumdb", GATE_CFG_ANY }, { "gonosumcheck", GATE_CFG_ANY },
	{ "gosumdb", GATE_CFG_ANY }, { "goprivate", GATE_CFG_ANY }, { "gonoproxy", GATE_CFG_ANY }, { "goinsecure", GATE_CFG_ANY }, { "goflags", GATE_CFG_ANY },
	/* commands that a build starts */
	{ "rustcwrapper", GATE_CFG_ANY }, { "rustcworkspacewrapper", GATE_CFG_ANY }, { "rustc", GATE_CFG_ANY }, { "rustdoc", GATE_CFG_ANY },
	{ "runner*", GATE_CFG_ANY }, { "linker", GATE_CFG_ANY }, { "rustflags*", GATE_CFG_ANY }, { "gitfetchwithcli", GATE_CFG_ANY },
	{ "credentialprovider*", GATE_CFG_ANY }, { "orggradlejvmargs", GATE_CFG_ANY }, { "orggradlejavahome", GATE_CFG_ANY },
	{ "systemprop*", GATE_CFG_ANY },
};

/* Letters and digits of s, lower case. */
static void plain(const char *s, size_t len, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 1 < size; i++) {
		if (isalnum((unsigned char)s[i]))
			out[n++] = (char)tolower((unsigned char)s[i]);
	}
	out[n] = '\0';
}

static bool matches(const struct key *k, const char *last, const char *before)
{
	const char *dot = strchr(k->name, '.');
	size_t n = strlen(k->name);

	if (dot)
		return strcmp(dot + 1, last) == 0 && strlen(before) == (size_t)(dot - k->name) &&
		       strncmp(before, k->name, strlen(before)) == 0;
	if (k->name[n - 1] == '*')
		return strncmp(last, k->name, n - 1) == 0 || strncmp(before, k->name, n - 1) == 0;
	return strcmp(last, k->name) == 0;
}

bool gate_cfg_way_of(const char *path, enum gate_cfg_way *way)
{
	char part[3][128] = { "", "", "" };
	const char *end = path + strlen(path);

	/* the last three parts; an index of a list is no part */
	for (int i = 0; i < 3 && end > path;) {
		const char *from = end;

		while (from > path && from[-1] != '.' && from[-1] != ':')
			from--;
		if (strspn(from, "0123456789") < (size_t)(end - from) || from == end)
			plain(from, (size_t)(end - from), part[i++], sizeof(part[0]));
		end = from > path ? from - 1 : path;
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(keys); i++) {
		if (!matches(&keys[i], part[0], part[1]))
			continue;
		*way = keys[i].way;
		return true;
	}
	return false;
}

bool gate_cfg_usual_place(const char *address)
{
	static const char *const places[] = {
		"https://registry.npmjs.org", "https://registry.yarnpkg.com", "https://pypi.org/simple", "https://rubygems.org",
		"https://index.rubygems.org", "https://api.nuget.org/v3/index.json", "https://repo.maven.apache.org/maven2",
		"https://repo1.maven.org/maven2", "https://services.gradle.org/distributions", "https://plugins.gradle.org/m2",
		"https://npm.jsr.io", "https://upload.pypi.org/legacy", "https://index.crates.io",
	};

	for (size_t i = 0; i < GATE_ARRAY_LEN(places); i++) {
		size_t n = strlen(places[i]);

		if (strncmp(address, places[i], n) == 0 && (!address[n] || address[n] == '/'))
			return true;
	}
	return false;
}
