/* Decisions in flight (HOLES 11): what pre-receive decided, kept for the later hooks of the same push and for no other.
 * A folder refgate/inflight/<pid>-<start time of the nearest git receive-pack ancestor>/ holds the decision, the record of a
 * hold, and one token per accepted ref; a token is taken away by an atomic rename before `update` answers. */
#ifndef GATE_GATE_INFLIGHT_H
#define GATE_GATE_INFLIGHT_H

#include "gate/server.h"

/* The key of this push; GATE_E_DECISION when no receive-pack is among the ancestors. */
int gate_inflight_key(char key[64], struct gate_err *err);
/* Was receive-pack itself started with a variable whose name begins so? Then what a hook sees may be its caller's and not git's. True
 * also when that cannot be told. */
bool gate_inflight_was_given(const char *beginning);

/* The actor of `refgate serve`: left in refgate/serve/<key> by the process that then becomes git receive-pack (exec keeps pid and start
 * time), so that no variable of the environment, which a client might reach, has to carry it. */
int gate_inflight_serve_put(const struct gate_server *s, const char *actor, struct gate_err *err);
/* "" when this push did not come through serve. */
void gate_inflight_serve_get(const struct gate_server *s, char *actor, size_t size);
/* Once it was asked: one push, one answer, and nothing is left for a later one. */
void gate_inflight_serve_drop(const struct gate_server *s);

/* Begins the decision of this push: its folder, with a token for each ref that may move. An older folder of the same key is
 * replaced. */
int gate_inflight_begin(const struct gate_server *s, const char *key, const struct gate_changes *accepted, struct gate_err *err);
/* Keeps a text for the later hooks under a plain name. */
int gate_inflight_put(const struct gate_server *s, const char *key, const char *name, const char *text, size_t len,
		      struct gate_err *err);
/* Marks and texts that later hooks of the same push leave for each other. */
bool gate_inflight_has(const struct gate_server *s, const char *key, const char *name);
/* Was the token of this ref taken already? */
bool gate_inflight_taken(const struct gate_server *s, const char *key, const char *ref, const char *old, const char *new);
/* One of the texts; GATE_E_DECISION when this push has none. */
int gate_inflight_get(const struct gate_server *s, const char *key, const char *name, struct gate_buf *out, struct gate_err *err);
/* Takes the token of exactly this (ref, old, new), once; *policy gets the tree of the policy it was decided under */
int gate_inflight_take(const struct gate_server *s, const char *key, const char *ref, const char *old, const char *new,
		       char policy[GATE_HEXSZ + 1], struct gate_err *err);
void gate_inflight_drop(const struct gate_server *s, const char *key);
/* Removes what dead pushes left behind; cheap when there is nothing. Before a decision's folder goes, `lost` (may be NULL) is told its key: git runs
 * no post-receive for a client that hung up, so somebody else must look at what landed. */
typedef void gate_inflight_lost_fn(const struct gate_server *s, const char *key, void *arg);
void gate_inflight_sweep(const struct gate_server *s, gate_inflight_lost_fn *lost, void *arg);

#endif
