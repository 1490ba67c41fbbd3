/* The package worlds that lockfiles and advisories speak of. Names are OSV's where it has one (ossf/osv-schema, schema.md). */
#ifndef GATE_FORMATS_LOCKS_ECOSYSTEM_H
#define GATE_FORMATS_LOCKS_ECOSYSTEM_H

#include <stdbool.h>

enum gate_ecosystem {
	GATE_ECO_NPM,
	GATE_ECO_JSR,
	GATE_ECO_DENO, /* plain https modules */
	GATE_ECO_PYPI,
	GATE_ECO_CRATES,
	GATE_ECO_GO,
	GATE_ECO_RUBYGEMS,
	GATE_ECO_PACKAGIST,
	GATE_ECO_HEX,
	GATE_ECO_PUB,
	GATE_ECO_MAVEN,
	GATE_ECO_NUGET,
	GATE_ECO_SWIFT,
	GATE_ECO_COCOAPODS,
	GATE_ECO_CONAN,
	GATE_ECO_CRAN,
	GATE_ECO_HACKAGE,
	GATE_ECO_JULIA,
	GATE_ECO_NIX,
	GATE_ECO_TERRAFORM,
	/* what advisories speak of beside these */
	GATE_ECO_ACTIONS,
	GATE_ECO_DEBIAN,
	GATE_ECO_ALPINE,
	GATE_ECO_REDHAT,
	GATE_ECOSYSTEMS
};

const char *gate_ecosystem_name(enum gate_ecosystem e);
/* The other way round; what follows a ':' ("Debian:12") is the ecosystem's own and passed over. Ubuntu counts as Debian, Rocky, AlmaLinux and the
 * other RPM systems as Red Hat: their versions have the same order. */
bool gate_ecosystem_parse(const char *name, enum gate_ecosystem *e);

#endif
