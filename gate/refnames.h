/* Which refs a push may name at all, whatever the policy says (HOLES 2, 3, 8, 9). By code, not by rules. */
#ifndef GATE_GATE_REFNAMES_H
#define GATE_GATE_REFNAMES_H

#include "gate/server.h"

enum gate_ref_room {
	GATE_ROOM_CLOSED,    /* no push may touch it */
	GATE_ROOM_CONTENT,   /* branches, tags, what `namespaces:` opened */
	GATE_ROOM_APPROVALS, /* the in-box for signed statements */
	GATE_ROOM_TRACE,     /* the in-box for traces */
};

/* Where a name lies. `namespaces` are the policy's; those that can never be opened stay closed. */
enum gate_ref_room gate_ref_room(const char *ref, const struct gate_globs *namespaces);

/* One change against the present refs: name, room, present value, symbolic refs, deletion and forcing of the policy ref, names
 * that would be taken for others (gate/shadows.h). 0: fine. Otherwise GATE_E_REF or GATE_E_STALE, and the text is the message for the pusher. */
int gate_ref_change_check(const struct gate_server *s, const struct gate_change *c, const struct gate_strs *shadows,
			  struct gate_err *err);
/* The last component(s) after refs/heads/ or refs/tags/, for messages. */
const char *gate_ref_short(const char *ref);

#endif
