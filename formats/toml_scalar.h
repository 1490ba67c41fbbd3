/* Strings, numbers and dates of TOML 1.0 (https://toml.io/en/v1.0.0). Inside formats/ only. */
#ifndef GATE_FORMATS_TOML_SCALAR_H
#define GATE_FORMATS_TOML_SCALAR_H

#include "base/buf.h"
#include "formats/node.h"

/* Where the reader stands. */
struct gate_toml_place {
	const char *p, *end;
	uint32_t line;
	struct gate_buf text; /* the last string or scalar */
	struct gate_err *err;
};

int gate_toml_fail(const struct gate_toml_place *c, const char *what);
/* A string in quotes, into c->text. multi: the forms of three quotes are allowed (not for keys). */
int gate_toml_string(struct gate_toml_place *c, bool multi);
/* true, false, a number or a date, into c->text. A date is a TEXT. */
int gate_toml_plain(struct gate_toml_place *c, enum gate_node_type *type);

#endif
