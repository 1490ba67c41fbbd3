/* What the host says to a push that would be held. A ref answered `ng` never reaches git's call of `update`, where a host such as gitolite
 * keeps its access rules: so the repository's own update hook is asked before the pending is written, and a pusher who may not write to
 * a ref parks nothing on it (DESIGN section 3, step 7; HOLES 17). It is asked again at the release. */
#ifndef GATE_GATE_HOST_H
#define GATE_GATE_HOST_H

#include "gate/record.h"
#include "gate/server.h"

/* The refs that the host refuses, and what it said, one line each, escaped; zero-initialise. */
struct gate_host_answer {
	struct gate_strs refs, words;
};
void gate_host_answer_clear(struct gate_host_answer *a);

/* Asks about each ref of the record, outside a quarantine, in the environment that git gave this hook. 0 also when it refuses some: look
 * at out->refs.n. A hook that cannot be run or does not end is an error. */
int gate_host_ask(const struct gate_server *s, const struct gate_record *r, struct gate_host_answer *out, struct gate_err *err);
/* The words about this ref; NULL when it was not refused. Borrowed. */
const char *gate_host_words(const struct gate_host_answer *a, const char *ref);
/* After a refusal: the log gets that the decision to hold was withdrawn, and *err the text for the pusher. Always negative. Needs
 * s->repo_id. */
int gate_host_refuse(const struct gate_server *s, const struct gate_record *r, const struct gate_host_answer *a, struct gate_err *err);

#endif
