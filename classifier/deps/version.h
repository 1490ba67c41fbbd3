/* The order of versions, as each ecosystem has it. Numbers are strings of digits of any length, so that none overflows.
 *
 * Sources: semver.org 2.0.0; PEP 440; Maven's "Version Order Specification" (pom reference); Gem::Version; NuGet's version reference; PHP's
 * version_compare and Composer's normalisation; R's package_version; Haskell's PVP; deb-version(7); apk-tools' version.c grammar; rpm's
 * rpmvercmp; dart.dev's pub versioning. OSV's ecosystem names: ossf/osv-schema. */
#ifndef GATE_CLASSIFIER_DEPS_VERSION_H
#define GATE_CLASSIFIER_DEPS_VERSION_H

#include <stdbool.h>
#include <stddef.h>

enum gate_ecosystem {
	GATE_ECO_NPM,
	GATE_ECO_PYPI,
	GATE_ECO_CRATES,
	GATE_ECO_GO,
	GATE_ECO_MAVEN,
	GATE_ECO_RUBYGEMS,
	GATE_ECO_NUGET,
	GATE_ECO_PACKAGIST,
	GATE_ECO_HEX,
	GATE_ECO_PUB,
	GATE_ECO_SWIFT,
	GATE_ECO_CONAN,
	GATE_ECO_JULIA,
	GATE_ECO_CRAN,
	GATE_ECO_HACKAGE,
	GATE_ECO_ACTIONS,
	GATE_ECO_DEBIAN,
	GATE_ECO_ALPINE,
	GATE_ECO_REDHAT,
	GATE_ECOS
};

/* "npm", "PyPI", ... as OSV writes them. */
const char *gate_ecosystem_name(enum gate_ecosystem e);
/* The other way round; what follows a ':' ("Debian:12") is the ecosystem's own and passed over. Ubuntu is ordered as Debian, Rocky, AlmaLinux and
 * the other RPM systems as Red Hat. */
bool gate_ecosystem_parse(const char *name, enum gate_ecosystem *e);

/* *cmp below, equal to or above 0 for a below, equal to or above b. Gives 0; -1 when one of them is no version of this ecosystem: then nothing is
 * known, and the caller must not take it for "not affected". Bytes beyond ASCII are never part of a version. */
int gate_version_compare(enum gate_ecosystem e, const char *a, const char *b, int *cmp);

#endif
