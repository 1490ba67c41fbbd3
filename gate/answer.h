/* What a pusher reads: a few lines for a person, then one line of JSON for a program (CONTRACT, JSON). All bytes of the push are
 * escaped; the JSON line is at most GATE_JSON_LINE_MAX bytes. */
#ifndef GATE_GATE_ANSWER_H
#define GATE_GATE_ANSWER_H

#include "gate/judge.h"

/* For a refused or held push; id NULL when nothing is held. Appends lines, the JSON line last. */
int gate_answer_push(const struct gate_server *s, const struct gate_judged *j, const char *id, struct gate_buf *out,
		     struct gate_err *err);
/* For an accepted push: nothing, or one line when there are findings. */
int gate_answer_accepted(const struct gate_judged *j, struct gate_buf *out, struct gate_err *err);
/* For a push that could not be judged, or not be held: the error, and a JSON line with verdict reject. refs NULL: it lists none; otherwise
 * verdicts has one for each. */
void gate_answer_error(const struct gate_err *why, const struct gate_changes *refs, const enum gate_verdict *verdicts, struct gate_buf *out);
/* Where the repository lies is the server's own business: the text appended, with <repo> for dir, an absolute path. */
void gate_answer_hide(const char *dir, const char *text, struct gate_buf *out);
/* The same in place, for an error on its way to a pusher. */
void gate_answer_hide_err(const char *dir, struct gate_err *err);

#endif
