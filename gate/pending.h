/* Open and closed pendings: where they lie, how they are found, opened and closed. The refs are the truth; the folder
 * refgate/open/<actor>/ and the file refgate/closed are caches that can be made again from them. All writers hold the settle
 * lock. */
#ifndef GATE_GATE_PENDING_H
#define GATE_GATE_PENDING_H

#include "gate/record.h"
#include "gate/server.h"

/* The lock that every opening, closing and release takes; released when the descriptor closes. */
int gate_pending_lock(const struct gate_server *s, struct gate_err *err);

/* The id for this actor pushing exactly these refs: that of the open pending which IS this push (*open), or a fresh one. */
int gate_pending_id(const struct gate_server *s, const char *actor, const struct gate_changes *held, char id[GATE_ID_LEN + 1],
		    bool *open, struct gate_err *err);
/* How many pendings are open, of this actor and of the repository, and how many bytes the actor's brought. */
int gate_pending_count(const struct gate_server *s, const char *actor, uint32_t *of_actor, uint64_t *bytes, uint32_t *of_all,
		       struct gate_err *err);
/* The actor's open pendings that share a ref with these changes, but for `but`. */
int gate_pending_sharing(const struct gate_server *s, const char *actor, const struct gate_changes *held, const char *but,
			 struct gate_strs *ids, struct gate_err *err);

/* Reads a record, open or closed; GATE_E_PENDING when there is none of that id. */
int gate_pending_load(const struct gate_server *s, const char *id, struct gate_record *out, struct gate_err *err);
/* What the record would say now: an open one past its expiry is expired, one whose target moved is stale. */
enum gate_state gate_pending_state_now(const struct gate_server *s, const struct gate_record *r);
/* Every open id, sorted. */
int gate_pending_ids(const struct gate_server *s, struct gate_strs *ids, struct gate_err *err);
/* Reads many records with one git process, in the order given; fn may return non-zero to stop; a record closed meanwhile or one
 * that cannot be read is left out. From any repository: oids of records' blobs, one a line; from this one: by id; all that are
 * open, by id. */
int gate_pending_read(const struct gate_repo *repo, const struct gate_buf *oids, int (*fn)(struct gate_record *r, void *arg), void *arg,
		      struct gate_err *err);
int gate_pending_all(const struct gate_server *s, int (*fn)(struct gate_record *r, void *arg), void *arg, struct gate_err *err);
/* For gate_refs_each: adds the ref's oid and a newline to a struct gate_buf. */
int gate_pending_add_oid(const char *name, const struct gate_ref *ref, void *oids);
int gate_pending_each(const struct gate_server *s, const struct gate_strs *ids, int (*fn)(struct gate_record *r, void *arg),
		      void *arg, struct gate_err *err);

/* Adds to `u` what opens a pending: its refs, its record, and the leaves of the log up to the record's checkpoint at least (gate/witness.h). Writes
 * their objects. The entry whose checkpoint the record carries is in the log by now, synced. One opening a transaction. */
int gate_pending_open(const struct gate_server *s, struct gate_record *r, struct gate_ref_updates *u, struct gate_err *err);
/* Adds to `u` what closes it: its refs go, the archive grows by one commit that holds the record (with state, why, by, next set by
 * the caller) and the statements. *archive is the archive's tip before and after: chain several closings of one transaction. */
int gate_pending_close(const struct gate_server *s, const struct gate_record *r, char archive[GATE_HEXSZ + 1],
		       struct gate_ref_updates *u, struct gate_err *err);
/* After the transaction: the caches follow. */
void gate_pending_opened(const struct gate_server *s, const struct gate_record *r);
void gate_pending_closed(const struct gate_server *s, const struct gate_record *r, const char *archive);
/* Makes both caches again from the refs and the archive (init and gc: after a restored backup, a lost folder). Takes the settle lock. */
int gate_pending_rebuild(struct gate_server *s, struct gate_err *err);
/* Packs refs when many are loose, so that readers stay fast. */
void gate_pending_tidy(const struct gate_server *s);

/* refs/pending/<id>/<ref without refs/>, or .../df/<n> where two would collide. */
void gate_pending_ref_name(const char *id, const char *ref, char out[GATE_REF_MAX + 32]);
/* refs/pending/<id>/df/was/<n>: what ref number n of a rebased pending was made of. */
void gate_pending_was_name(const char *id, size_t n, char out[64]);

#endif
