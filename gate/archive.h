/* Closed pendings: refs/refgate/archive, one commit each, newest first, so that the number of refs follows the open ones. A commit's
 * message is "pending <id> <state>"; its tree holds `record`, the record as it was closed, and a file for each statement, named by the
 * key's fingerprint. The file refgate/closed ("<id> <commit>" a line) finds them without a walk; it is a cache. Writers hold the settle lock. */
#ifndef GATE_GATE_ARCHIVE_H
#define GATE_GATE_ARCHIVE_H

#include "gate/record.h"
#include "gate/server.h"

/* The statements that go into the archive with a record, as entries of a git tree. Zero-initialise. */
struct gate_signed {
	struct gate_buf entries;
};
void gate_signed_clear(struct gate_signed *st);
/* In the order of fp: 64 hex digits, so all of them before `record` as git sorts a tree. */
int gate_archive_statement(struct gate_signed *st, const char *fp, const char *oid, struct gate_err *err);

/* The archive's present tip, zeros when there is none. */
int gate_archive_tip(const struct gate_server *s, char tip[GATE_HEXSZ + 1], struct gate_err *err);
/* Writes the commit for a record (its state, why, by, next set by the caller) on top of `tip`, which becomes the new one; moves no ref,
 * so several closings of one transaction can be chained. */
int gate_archive_add(const struct gate_server *s, const struct gate_record *r, const struct gate_signed *st, char tip[GATE_HEXSZ + 1],
		     struct gate_err *err);
/* After the transaction: the cache follows. */
void gate_archive_note(const struct gate_server *s, const char *id, const char *commit);
/* The commit of a closed pending; false when no closed one has that id. */
bool gate_archive_find(const struct gate_server *s, const char *id, char commit[GATE_HEXSZ + 1]);
/* Makes refgate/closed again from the archive. */
int gate_archive_rebuild(const struct gate_server *s, struct gate_err *err);

#endif
