/* Time as data: seconds since 1970, UTC. Nothing but gate_now() reads a clock. */
#ifndef GATE_BASE_WHEN_H
#define GATE_BASE_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GATE_WHEN_SIZE 24 /* "2026-11-23T14:00:00Z" and NUL */

int64_t gate_now(void);
int64_t gate_monotonic_ms(void);
/* RFC 3339, UTC, whole seconds. */
void gate_when_format(int64_t t, char out[GATE_WHEN_SIZE]);
/* Exactly the form that gate_when_format writes. */
bool gate_when_parse(const char *s, int64_t *t);
/* OpenSSH's YYYYMMDD[HHMM[SS]][Z] of allowed_signers; without Z local time is meant, as ssh-keygen reads it. */
bool gate_when_parse_ssh(const char *s, size_t len, int64_t *t);

#endif
