/* DEP-VULN: what is known about a version that a push brings in. The readers of lockfiles ask, entry by entry. */
#ifndef GATE_CLASSIFIER_DEPS_VULN_H
#define GATE_CLASSIFIER_DEPS_VULN_H

#include "classifier/detect.h"
#include "classifier/deps/osv.h"

/* Days after which the dump is worth a finding of its own: malicious packages are found, and taken off, within days. */
#define GATE_OSV_AGE_DAYS 14

/* A package in this version stands in the lockfile `path`, and did not before. Nothing when there is no index. */
struct gate_dep_version {
	enum gate_ecosystem e;
	const char *name, *version, *path;
	uint32_t line;
};
int gate_dep_vuln(struct gate_detect *d, uint32_t change, const struct gate_dep_version *v, struct gate_err *err);
/* Once for each change that was asked about: whether the index is old. */
int gate_dep_vuln_end(struct gate_detect *d, struct gate_err *err);

#endif
