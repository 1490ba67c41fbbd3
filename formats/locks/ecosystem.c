#include "formats/locks/ecosystem.h"

#include <stddef.h>
#include <string.h>

static const char *const names[GATE_ECOSYSTEMS] = {
	[GATE_ECO_NPM] = "npm",		    [GATE_ECO_JSR] = "jsr",
	[GATE_ECO_DENO] = "deno",	    [GATE_ECO_PYPI] = "PyPI",
	[GATE_ECO_CRATES] = "crates.io",    [GATE_ECO_GO] = "Go",
	[GATE_ECO_RUBYGEMS] = "RubyGems",   [GATE_ECO_PACKAGIST] = "Packagist",
	[GATE_ECO_HEX] = "Hex",		    [GATE_ECO_PUB] = "Pub",
	[GATE_ECO_MAVEN] = "Maven",	    [GATE_ECO_NUGET] = "NuGet",
	[GATE_ECO_SWIFT] = "SwiftURL",	    [GATE_ECO_COCOAPODS] = "CocoaPods",
	[GATE_ECO_CONAN] = "ConanCenter",   [GATE_ECO_CRAN] = "CRAN",
	[GATE_ECO_HACKAGE] = "Hackage",	    [GATE_ECO_JULIA] = "Julia",
	[GATE_ECO_NIX] = "nix",		    [GATE_ECO_TERRAFORM] = "terraform",
	[GATE_ECO_ACTIONS] = "GitHub Actions", [GATE_ECO_DEBIAN] = "Debian",
	[GATE_ECO_ALPINE] = "Alpine",	    [GATE_ECO_REDHAT] = "Red Hat",
};

/* Names of OSV that share an order with one above. */
static const struct {
	const char *name;
	enum gate_ecosystem e;
} others[] = {
	{ "Ubuntu", GATE_ECO_DEBIAN },	    { "Rocky Linux", GATE_ECO_REDHAT }, { "AlmaLinux", GATE_ECO_REDHAT },
	{ "openSUSE", GATE_ECO_REDHAT },    { "SUSE", GATE_ECO_REDHAT },	{ "Mageia", GATE_ECO_REDHAT },
	{ "openEuler", GATE_ECO_REDHAT },   { "Azure Linux", GATE_ECO_REDHAT }, { "Chainguard", GATE_ECO_ALPINE },
	{ "Wolfi", GATE_ECO_ALPINE },	    { "MinimOS", GATE_ECO_ALPINE },	{ "Bioconductor", GATE_ECO_CRAN },
	{ "GHC", GATE_ECO_HACKAGE },	    { "Alpaquita", GATE_ECO_ALPINE },	{ "BellSoft Hardened Containers", GATE_ECO_ALPINE },
};

const char *gate_ecosystem_name(enum gate_ecosystem e)
{
	return (unsigned)e < GATE_ECOSYSTEMS ? names[e] : "unknown";
}

static bool is_name(const char *given, const char *name)
{
	size_t n = strlen(name);

	return strncmp(given, name, n) == 0 && (given[n] == '\0' || given[n] == ':');
}

bool gate_ecosystem_parse(const char *name, enum gate_ecosystem *e)
{
	for (size_t i = 0; i < GATE_ECOSYSTEMS; i++) {
		*e = (enum gate_ecosystem)i;
		if (is_name(name, names[i]))
			return true;
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		*e = others[i].e;
		if (is_name(name, others[i].name))
			return true;
	}
	return false;
}
