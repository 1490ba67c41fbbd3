/* Commits put on another base, away from the repository: what `git rebase` would make, with every author, committer, date and message as
 * it was, so that whoever does it gets the same ids (docs/adr/0014). Nothing is written into the repository; what is made lies in an
 * object directory of its own, like the objects of a push, until it was judged. */
#ifndef GATE_GATE_PICK_H
#define GATE_GATE_PICK_H

#include "base/limits.h"
#include "repo/repo.h"

#define GATE_PICK_MAX 200 /* commits in all; each costs a git process that merges */

struct gate_picks {
	const struct gate_repo *repo; /* borrowed */
	char scratch[PATH_MAX];	      /* where git merges: holds more than what comes out */
	char objects[PATH_MAX];	      /* what came out, and nothing else (gate_picks_finish) */
	struct gate_strs tips, bases;
	struct gate_buf pack; /* the same as a pack */
	size_t picked, dropped; /* commits; those whose change the new base has already are left out */
	size_t unsigned_now;	/* signatures of commits that do not hold any more */
};

int gate_picks_begin(const struct gate_repo *repo, struct gate_picks *p, struct gate_err *err);
/* Removes both object directories. */
void gate_picks_clear(struct gate_picks *p);

/* Puts the commits old..new on `onto`; tip is what comes out. GATE_E_STALE says why it cannot be: a merge among them, a conflict (with its paths),
 * nothing left of them, too many. */
int gate_pick(struct gate_picks *p, const char *old, const char *new, const char *onto, char tip[GATE_HEXSZ + 1], struct gate_err *err);
/* Makes p->objects and p->pack. */
int gate_picks_finish(struct gate_picks *p, struct gate_err *err);
/* Brings them into the repository. */
int gate_picks_keep(const struct gate_picks *p, struct gate_err *err);

#endif
