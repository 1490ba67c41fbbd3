/* Bodies of log entries: what stands between the braces after seq and ts (docs/PROTOCOL.audit, reference 11.2). Digests and names only;
 * never a source line, never the match of a secret. */
#ifndef GATE_GATE_ENTRIES_H
#define GATE_GATE_ENTRIES_H

#include "approval/quorum.h"
#include "audit/log.h"
#include "gate/judge.h"
#include "gate/record.h"

/* A decision about a push: as many entries as it needs, at most 100 refs each ("part", "parts"). */
int gate_entry_decision(const struct gate_server *s, const struct gate_judged *j, const char *pending, int64_t ms,
			struct gate_strs *bodies, struct gate_err *err);
/* held, released, applied, denied, stale, superseded, expired: an event about a record; `extra` is more JSON members or NULL. */
int gate_entry_pending(const struct gate_server *s, const char *event, const struct gate_record *r, const char *extra,
		       struct gate_strs *bodies, struct gate_err *err);
/* applied or ungated: what git says landed. */
int gate_entry_landed(const struct gate_server *s, const char *event, const struct gate_changes *changes, struct gate_strs *bodies,
		      struct gate_err *err);
int gate_entry_approval(const struct gate_server *s, const char *event, const char *pending, const struct gate_vote *v,
			const char *why, struct gate_strs *bodies, struct gate_err *err);
/* policy_recovered: the owner of the repository put people into the rules without a signature (gate/recover.h). */
struct gate_recovered_entry {
	const char *pending; /* the record that waits to be ratified */
	const char *by;
	const char *ref, *old, *new; /* what moved */
	const char *tree_before, *tree, *policy_before, *policy; /* the .refgate/ and its digest, before and after */
	const struct gate_strs *people, *keys, *lost;
	size_t voided; /* pendings */
};
int gate_entry_recovered(const struct gate_server *s, const struct gate_recovered_entry *e, struct gate_strs *bodies, struct gate_err *err);
/* A plain event: {"ev":event,"repo_id":...,key:value,...}; keys_values ends with NULL. */
int gate_entry_plain(const struct gate_server *s, const char *event, const char *const *keys_values, struct gate_strs *bodies,
		     struct gate_err *err);
/* Appends them all as one unit. */
int gate_entries_append(const struct gate_server *s, const struct gate_strs *bodies, bool sync, bool reserve,
			struct gate_checkpoint *cp, struct gate_err *err);

#endif
