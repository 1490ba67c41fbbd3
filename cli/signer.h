/* What the signer adds to a statement, with the defaults of the contract: `approve`, `deny`, `show --statement` and `show --how` all
 * fill the six lines here, so that what is shown is what is signed. */
#ifndef GATE_CLI_SIGNER_H
#define GATE_CLI_SIGNER_H

#include "approval/statement.h"
#include "cli/target.h"

struct gate_signer {
	const struct gate_person *person; /* NULL when the clone knows no policy */
	const char *name;
	enum gate_decision decision;
	const char *role, *reason; /* NULL: the default role, no reason */
};

/* Role: the given one, else the one that is lacking and the person has, else an error that lists them. Window: from now as long as the
 * policy allows, and not beyond the pending's own end. */
int gate_signer_fill(struct gate_target *t, const struct gate_record *r, const struct gate_signer *s, struct gate_signer_part *six,
		     struct gate_err *err);

/* The signer's part of a stored statement. The server verified it when it arrived; here it only helps to choose and to show: false when
 * it cannot be read. */
bool gate_signer_read(const struct gate_repo *repo, const char *oid, struct gate_signer_part *six);

#endif
