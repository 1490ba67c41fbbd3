#include "classifier/deps/version.h"

#include "classifier/deps/version_orders.h"

#include <string.h>

#define VERSION_MAX 512u /* a longer text is no version */

/* Of these nobody orders the versions: NULL. */
static gate_version_order *const orders[GATE_ECOSYSTEMS] = {
	[GATE_ECO_NPM] = gate_order_semver,	[GATE_ECO_JSR] = gate_order_semver,	 [GATE_ECO_PYPI] = gate_order_pep440,
	[GATE_ECO_CRATES] = gate_order_semver,	[GATE_ECO_GO] = gate_order_semver,	 [GATE_ECO_RUBYGEMS] = gate_order_gem,
	[GATE_ECO_PACKAGIST] = gate_order_composer, [GATE_ECO_HEX] = gate_order_semver,	 [GATE_ECO_PUB] = gate_order_pub,
	[GATE_ECO_MAVEN] = gate_order_maven,	[GATE_ECO_NUGET] = gate_order_nuget,	 [GATE_ECO_SWIFT] = gate_order_semver,
	[GATE_ECO_COCOAPODS] = gate_order_gem,	[GATE_ECO_CONAN] = gate_order_semver,	 [GATE_ECO_CRAN] = gate_order_numbers,
	[GATE_ECO_HACKAGE] = gate_order_numbers, [GATE_ECO_JULIA] = gate_order_semver,	 [GATE_ECO_TERRAFORM] = gate_order_semver,
	[GATE_ECO_ACTIONS] = gate_order_semver,	[GATE_ECO_DEBIAN] = gate_order_debian,	 [GATE_ECO_ALPINE] = gate_order_alpine,
	[GATE_ECO_REDHAT] = gate_order_rpm,
};

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
	if ((unsigned)e >= GATE_ECOSYSTEMS || !orders[e] || !printable(a) || !printable(b))
		return -1;
	return orders[e](a, b, cmp);
}
