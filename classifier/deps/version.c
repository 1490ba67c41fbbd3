#include "classifier/deps/version.h"

#include "classifier/deps/version_orders.h"

#include <string.h>

#define VERSION_MAX 512u /* a longer text is no version */

static const struct {
	const char *name;
	gate_version_order *order;
} ecosystems[GATE_ECOS] = {
	[GATE_ECO_NPM] = { "npm", gate_order_semver },
	[GATE_ECO_PYPI] = { "PyPI", gate_order_pep440 },
	[GATE_ECO_CRATES] = { "crates.io", gate_order_semver },
	[GATE_ECO_GO] = { "Go", gate_order_semver },
	[GATE_ECO_MAVEN] = { "Maven", gate_order_maven },
	[GATE_ECO_RUBYGEMS] = { "RubyGems", gate_order_gem },
	[GATE_ECO_NUGET] = { "NuGet", gate_order_nuget },
	[GATE_ECO_PACKAGIST] = { "Packagist", gate_order_composer },
	[GATE_ECO_HEX] = { "Hex", gate_order_semver },
	[GATE_ECO_PUB] = { "Pub", gate_order_pub },
	[GATE_ECO_SWIFT] = { "SwiftURL", gate_order_semver },
	[GATE_ECO_CONAN] = { "ConanCenter", gate_order_semver },
	[GATE_ECO_JULIA] = { "Julia", gate_order_semver },
	[GATE_ECO_CRAN] = { "CRAN", gate_order_numbers },
	[GATE_ECO_HACKAGE] = { "Hackage", gate_order_numbers },
	[GATE_ECO_ACTIONS] = { "GitHub Actions", gate_order_semver },
	[GATE_ECO_DEBIAN] = { "Debian", gate_order_debian },
	[GATE_ECO_ALPINE] = { "Alpine", gate_order_alpine },
	[GATE_ECO_REDHAT] = { "Red Hat", gate_order_rpm },
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
	return ecosystems[e].name;
}

static bool is_name(const char *given, const char *name)
{
	size_t n = strlen(name);

	return strncmp(given, name, n) == 0 && (given[n] == '\0' || given[n] == ':');
}

bool gate_ecosystem_parse(const char *name, enum gate_ecosystem *e)
{
	for (size_t i = 0; i < GATE_ECOS; i++) {
		*e = (enum gate_ecosystem)i;
		if (is_name(name, ecosystems[i].name))
			return true;
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		*e = others[i].e;
		if (is_name(name, others[i].name))
			return true;
	}
	return false;
}

static bool printable(const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++) {
		if (s[i] <= ' ' || s[i] >= 0x7f)
			return false;
	}
	return n && n <= VERSION_MAX;
}

int gate_version_compare(enum gate_ecosystem e, const char *a, const char *b, int *cmp)
{
	*cmp = 0;
	if (!printable(a) || !printable(b))
		return -1;
	return ecosystems[e].order(a, b, cmp);
}
