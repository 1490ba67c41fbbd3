/* Landlock: reading below named directories, and nothing else of the file system, of TCP, or of other processes' signals. */
#ifndef GATE_SANDBOX_LANDLOCK_H
#define GATE_SANDBOX_LANDLOCK_H

#include "base/str.h"

/* The kernel's ABI, 0 when Landlock is not there or switched off. */
int gate_landlock_abi(void);
/* Confines the calling thread to reading files and folders below `dirs`. no_new_privs must be set. GATE_E_SANDBOX when the
 * kernel lacks it, or a directory cannot be opened. */
int gate_landlock_read_only(const struct gate_strs *dirs, int abi, struct gate_err *err);

#endif
