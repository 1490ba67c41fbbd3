/* Recoveries that wait to be ratified (gate/ratify.h), for the banner of `queue`. */
#ifndef GATE_CLI_RECOVERIES_H
#define GATE_CLI_RECOVERIES_H

#include "base/json.h"
#include "cli/target.h"

struct gate_recoveries {
	struct gate_recovered *v;
	size_t n;
};
void gate_recoveries_clear(struct gate_recoveries *l);

/* Who ratified the recovery of this record so far. On the server signatures are verified; in a clone the server's word is taken. */
int gate_recoveries_add(struct gate_recoveries *l, struct gate_target *t, const struct gate_record *r, struct gate_err *err);
/* A line each; a JSON list `recoveries`. Nothing where there is none. */
void gate_recoveries_text(const struct gate_recoveries *l, struct gate_buf *b);
void gate_recoveries_json(const struct gate_recoveries *l, struct gate_jw *w);

#endif
