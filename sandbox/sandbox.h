/* Confinement of a process by itself. So far one profile: refgate-worker, which parses what a push brings and needs nothing but
 * to read some directories and to write one answer (HOLES 13). Each layer holds alone; all of them are required. */
#ifndef GATE_SANDBOX_SANDBOX_H
#define GATE_SANDBOX_SANDBOX_H

#include "base/str.h"

/* Which layers took effect. The zero value is none. */
struct gate_sandbox_state {
	int landlock_abi; /* as the kernel names it; 0: not in effect */
	bool seccomp;
	bool no_new_privs;
	bool limits;
	bool descriptors; /* everything above 2 is closed */
};

/* Confines the calling process, for good: from here on it can read files below readable_dirs, read 0, write 1 and 2, and
 * take memory. Anything else is an error of the call or the death of the process. `memory` in bytes of address space, 0: no
 * limit; cpu_seconds 0: no limit. *state (may be NULL) says what took effect, also when it fails.
 * GATE_E_SANDBOX names the layer that is missing; the caller must then end without reading a byte of a push. */
int gate_sandbox_enter_worker_state(const struct gate_strs *readable_dirs, unsigned cpu_seconds, uint64_t memory,
				    struct gate_sandbox_state *state, struct gate_err *err);
int gate_sandbox_enter_worker(const struct gate_strs *readable_dirs, unsigned cpu_seconds, uint64_t memory,
			      struct gate_err *err);

#endif
