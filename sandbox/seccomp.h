/* System call allow-lists. A list is a table of rows; what no row allows kills the process. */
#ifndef GATE_SANDBOX_SECCOMP_H
#define GATE_SANDBOX_SECCOMP_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* Conditions on two arguments, of which the low 32 bits are compared: (arg & mask) == value. mask 0: no condition. */
struct gate_seccomp_row {
	int nr;	       /* of the build's own architecture */
	int fails;     /* 0: allowed; else the call fails with this errno */
	unsigned arg;
	uint32_t mask, value;
	unsigned arg2;
	uint32_t mask2, value2;
};

/* Installs the filter for this process and its threads. no_new_privs must be set. A call of another architecture kills. */
int gate_seccomp_install(const struct gate_seccomp_row *rows, size_t n, struct gate_err *err);

#endif
