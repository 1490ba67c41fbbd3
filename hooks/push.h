/* A push as git tells it to the hooks, and the decision about it as pre-receive leaves it for the later ones. */
#ifndef GATE_HOOKS_PUSH_H
#define GATE_HOOKS_PUSH_H

#include "base/change.h"
#include "gate/judge.h"

/* Lines "<old> <new> <ref>" from fd, bounded (limits.h). An empty line is none (a dispatcher of Gitea sends one). */
int gate_push_read(int fd, struct gate_changes *out, struct gate_buf *raw, struct gate_err *err);
/* The same lines from a text. */
int gate_push_parse(const struct gate_buf *text, struct gate_changes *out, struct gate_err *err);
/* GIT_PUSH_OPTION_COUNT and GIT_PUSH_OPTION_<i>; at most 100 of 4 KiB. */
int gate_push_options(struct gate_strs *out, struct gate_err *err);

/* What a later hook must know of the decision. */
enum gate_fate { GATE_FATE_REJECT, GATE_FATE_ACCEPT, GATE_FATE_HOLD, GATE_FATE_APPROVAL };
struct gate_push_note {
	char id[16];	  /* of the pending, or "" */
	char repo_id[33]; /* so that post-receive needs no git process to know it */
	bool moves_protected; /* an accepted ref is protected: others may wait for it, and go stale */
	struct gate_changes changes;
	enum gate_fate *fates;
	char *answer; /* what the pusher is told by the hook that ends the push */
};
void gate_push_note_clear(struct gate_push_note *n);
int gate_push_note_write(const struct gate_server *s, const struct gate_judged *j, const char *id, const struct gate_buf *answer,
			 struct gate_buf *out, struct gate_err *err);
int gate_push_note_load(const char *text, size_t len, struct gate_push_note *out, struct gate_err *err);
/* The fate of exactly this update; reject when the decision does not name it. */
enum gate_fate gate_push_note_fate(const struct gate_push_note *n, const char *ref, const char *old, const char *new);

/* Prints bytes that are safe already. */
void gate_push_say(const struct gate_buf *lines);
/* The text of an error, as a pusher may read it: without the place where the repository lies. In place; borrowed. */
const char *gate_push_words(struct gate_err *err);
/* The same of any text. Appends. */
void gate_push_hide(const char *text, struct gate_buf *out);
/* Tells the pusher that the push is refused because of an error, as the one shape of refusal, and gives the exit code. */
int gate_push_refuse(const struct gate_err *err);
/* The same when nothing of what the decision holds could be held: the answer lists its refs, those that are held as rejected. */
int gate_push_refuse_refs(const struct gate_err *err, const struct gate_push_note *note);

#endif
