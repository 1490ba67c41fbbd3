/* Policy test cases: what the rules say about a change given as two sets of files. tests/cases/ has examples.
 *
 *   NAME/before/PATH...   the tree before (may be empty)
 *   NAME/after/PATH...    the tree after
 *   NAME/expect           YAML: ref, human, tier, verdict, findings: [ids], not: [ids]; every key may be left out
 *
 * ref defaults to refs/heads/main; human: true asks as a known human would be answered. NAME may hold slashes. */
#ifndef GATE_CLASSIFIER_CASES_H
#define GATE_CLASSIFIER_CASES_H

#include "rules/policy.h"

struct gate_case_counts {
	uint32_t passed, failed;
};

/* Runs every case of `files`. `policy_ref` is the full name of the policy ref. The report gets one line a case (`ok
 * NAME`, `not ok NAME: what differs`). 0 also when cases failed; files that belong to no case, an unknown key or an id
 * that the policy has not fail their case. */
int gate_case_run(const struct gate_policy *policy, const struct gate_files *files, const char *policy_ref,
		  struct gate_buf *report, struct gate_case_counts *counts, struct gate_err *err);

#endif
