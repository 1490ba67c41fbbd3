/* Findings as SARIF 2.1.0 (OASIS Standard, 27 March 2020), for code scanning pages and dashboards. One run; a rule of the tool for each id
 * that has a finding; one result a finding, with what `check --format json` says in its property bag. */
#ifndef GATE_CLASSIFIER_SARIF_H
#define GATE_CLASSIFIER_SARIF_H

#include "classifier/score.h"

/* Appends the whole document, on one line. `changes` are those the findings belong to. Paths become relative URIs (RFC 3986) below
 * %SRCROOT%; text that is no UTF-8 is escaped as everywhere. */
int gate_sarif(struct gate_buf *out, const struct gate_policy *policy, const struct gate_changes *changes,
	       const struct gate_findings *f, const char *version, struct gate_err *err);

#endif
