/* Who pushes, by the transport alone: the ordered list `refgate.identity` of the server's git configuration (HOLES 25). */
#ifndef GATE_GATE_IDENTITY_H
#define GATE_GATE_IDENTITY_H

#include "gate/server.h"

/* Every source of the list is asked; each answer is added as "source:value". No answer: the list stays empty. Unknown source names
 * are GATE_E_CONFIG. `environment` gets the "NAME=value" of variables that answered, for hooks that run at release. */
int gate_identity_collect(const struct gate_server *s, struct gate_strs *identities, struct gate_strs *environment,
			  struct gate_err *err);
/* The name of the account this process runs as; nothing where it has none. */
int gate_identity_account(struct gate_buf *name, struct gate_err *err);
/* Is this a source that refgate.identity may name? For init. */
bool gate_identity_known(const char *source);
/* Does this look like the file that sshd's ExposeAuthInfo writes? */
bool gate_identity_is_auth_file(const char *path);

#endif
