/* The package worlds that lockfiles and advisories speak of. Names are OSV's where it has one (ossf/osv-schema, schema.md). */
#ifndef GATE_FORMATS_LOCKS_ECOSYSTEM_H
#define GATE_FORMATS_LOCKS_ECOSYSTEM_H

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
	GATE_ECOSYSTEMS
};

const char *gate_ecosystem_name(enum gate_ecosystem e);

#endif
