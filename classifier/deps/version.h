/* The order of versions, as each ecosystem has it. Numbers are strings of digits of any length, so that none overflows.
 *
 * Sources: semver.org 2.0.0; PEP 440; Maven's "Version Order Specification" (pom reference); Gem::Version; NuGet's version reference; PHP's
 * version_compare and Composer's normalisation; R's package_version; Haskell's PVP; deb-version(7); apk-tools' version.c grammar; rpm's
 * rpmvercmp; dart.dev's pub versioning. OSV's ecosystem names: ossf/osv-schema. */
#ifndef GATE_CLASSIFIER_DEPS_VERSION_H
#define GATE_CLASSIFIER_DEPS_VERSION_H

#include "formats/locks/ecosystem.h"

/* *cmp below, equal to or above 0 for a below, equal to or above b. Gives 0; -1 when one of them is no version of this ecosystem: then nothing is
 * known, and the caller must not take it for "not affected". Bytes beyond ASCII are never part of a version. */
int gate_version_compare(enum gate_ecosystem e, const char *a, const char *b, int *cmp);

#endif
