/* Descriptors, resource limits and process attributes. */
#ifndef GATE_SANDBOX_LIMITS_H
#define GATE_SANDBOX_LIMITS_H

#include "base/err.h"

#include <stdint.h>
#include <sys/resource.h>

/* Closes every descriptor from `first` on. */
int gate_limits_close_from(unsigned first, struct gate_err *err);
/* Sets soft and hard to n, or to the present hard limit when that is lower. */
int gate_limits_set(int resource, const char *name, uint64_t n, struct gate_err *err);
/* no_new_privs, and no reading of this process by others of the same user. */
int gate_limits_no_privs(struct gate_err *err);

#endif
