/* Who owns a path by one version of CODEOWNERS, as the strictest of the forges that may read the file says it. */
#ifndef GATE_CLASSIFIER_CONTROL_OWNED_H
#define GATE_CLASSIFIER_CONTROL_OWNED_H

#include "formats/codeowners.h"

struct gate_owned {
	struct gate_codeowners list;
	bool excludes; /* patterns with '!' take owners away */
	bool cut;      /* a limit was reached: the rest of the file was not read */
};

/* `file`: where the text lies. Cleared with gate_owned_clear, also after an error. */
int gate_owned_read(const char *file, const char *text, size_t len, struct gate_owned *o, struct gate_err *err);
void gate_owned_clear(struct gate_owned *o);
/* "section: owner", sorted. special: a rule about more than everything named them. */
int gate_owned_ask(const struct gate_owned *o, const char *path, struct gate_strs *out, bool *special, struct gate_err *err);

#endif
