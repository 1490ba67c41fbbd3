/* The ledger (DESIGN 7, HOLES 27): findings from medium up that were accepted without a signature, so that a large change cut into small
 * pushes adds up. Keys: the target ref, the actor, the actor's owner.
 *
 * The log is the ledger: a decision's unit holds an entry {"ev":"ledger","ledger":"<line of JSON>"} for what it accepts, a release's one for what
 * its signatures cover. refgate/ledger is a cache of those lines (gate/ledger_text.h), with a line {"k":"landed"} for each `applied` that
 * belongs to one; whatever is missing from it, or wrong with it, is read from the log again. Nothing here waits for post-receive, which git does not always run. */
#ifndef GATE_GATE_LEDGER_H
#define GATE_GATE_LEDGER_H

#include "gate/judge.h"
#include "gate/record.h"

/* Findings carried for change i: those that no signature covered, that are younger than the policy's ledger days
 * (marks that are counted, as skipped tests: of any age, beside another one), and (look:
 * git is asked) whose commits were not dropped again; their `change` is 0. *seen: how many entries of the log this looked at. */
int gate_ledger_carried(const struct gate_server *s, const struct gate_judged *j, size_t i, bool look, struct gate_findings *out,
			uint64_t *seen, struct gate_err *err);
/* Did another decision enter the ledger between `seen` and the entry `mine`, that counts beside what j accepts? Of pushes judged at once
 * the one whose decision is first in the log goes on; the others are judged again. */
int gate_ledger_overlooked(const struct gate_server *s, const struct gate_judged *j, uint64_t seen, uint64_t mine, bool *overlooked,
			   struct gate_err *err);

/* From medium up, by its tier or by its points alone. */
bool gate_ledger_weighs(const struct gate_finding *f);
/* Where the finding of a line came from: ref, and the commit it landed with. */
struct gate_jw;
void gate_ledger_place(struct gate_jw *w, const struct gate_judged *j, size_t i);
/* Log entries for what the accepted refs of j bring; none when that is nothing. */
int gate_ledger_entries(const struct gate_server *s, const struct gate_judged *j, struct gate_strs *bodies, struct gate_err *err);
/* Log entries that clear what the signatures on a record covered. */
int gate_ledger_clear_entries(const struct gate_server *s, const struct gate_record *r, struct gate_strs *bodies, struct gate_err *err);

/* sha256 over the sorted "<id> <subject>\n" of carried findings, "" when there are none: the `carried` line of a statement. */
int gate_ledger_digest(const struct gate_findings *carried, char hex[65], struct gate_err *err);

#endif
