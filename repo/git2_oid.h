/* Object ids as bytes, and a map keyed by them: what the walks remember about the objects they met. */
#ifndef GATE_REPO_GIT2_OID_H
#define GATE_REPO_GIT2_OID_H

#include "base/limits.h"
#include "base/str.h"

#define GATE_OIDSZ 20
#define GATE_OIDMAP_MAX ((size_t)16 << 20) /* entries; 24 bytes each, at most half full */

struct gate_oid {
	uint8_t b[GATE_OIDSZ];
};

void gate_oid_hex(const struct gate_oid *o, char hex[GATE_HEXSZ + 1]);
/* Exactly 40 lower-case digits. */
bool gate_oid_parse(const char *hex, struct gate_oid *o);
bool gate_oid_eq(const struct gate_oid *a, const struct gate_oid *b);
bool gate_oid_is_zero(const struct gate_oid *o);

struct gate_oidslot {
	struct gate_oid oid;
	uint32_t used_value; /* 0: empty, else value + 1 */
};

/* Zero-initialise; values are below UINT32_MAX. */
struct gate_oidmap {
	struct gate_oidslot *v;
	size_t n, cap;
};

void gate_oidmap_clear(struct gate_oidmap *m);
bool gate_oidmap_get(const struct gate_oidmap *m, const struct gate_oid *o, uint32_t *value);
/* Sets or replaces. GATE_E_LIMIT beyond GATE_OIDMAP_MAX. */
int gate_oidmap_set(struct gate_oidmap *m, const struct gate_oid *o, uint32_t value, struct gate_err *err);
/* Ors `bits` into the value (absent counts as 0); *fresh says whether one of them was not set before. */
int gate_oidmap_mark(struct gate_oidmap *m, const struct gate_oid *o, uint32_t bits, bool *fresh, struct gate_err *err);
/* Takes an entry out. False when it was not there. */
bool gate_oidmap_drop(struct gate_oidmap *m, const struct gate_oid *o);

#endif
