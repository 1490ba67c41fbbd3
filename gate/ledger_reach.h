/* Whether commits that landed are still part of a ref: what was dropped again no longer counts in the ledger (HOLES 27). */
#ifndef GATE_GATE_LEDGER_REACH_H
#define GATE_GATE_LEDGER_REACH_H

#include "gate/server.h"

#define GATE_REACH_MAX 200 /* commits that git is asked about at once; of others it is not known that they are gone */
#define GATE_REACH_ASKED 20 /* refs of one push that are worth the question */

/* Where a commit may still be, once the change has landed. */
struct gate_reach {
	const char *kept;  /* the commit up to which the change keeps the ref's history; "" or zeros: nothing of it */
	bool everywhere;   /* and in any other ref that a push can name */
	const char *moves; /* the ref that leaves its history behind, which is then no such ref; "" when it goes on */
};
/* For change i of a push: within its ref alone, or everywhere. */
struct gate_reach gate_reach_of(const struct gate_change *c, const struct gate_facts *f, bool everywhere);
/* Appends to *lost those of tips that will be nowhere there. A git that cannot answer lost nothing: what landed counts. */
int gate_reach_lost(const struct gate_server *s, const struct gate_reach *where, const struct gate_strs *tips, struct gate_strs *lost,
		    struct gate_err *err);

#endif
