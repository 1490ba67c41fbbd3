/* allowed_signers and revoked_keys, OpenSSH's own formats, read more strictly than ssh-keygen reads them: there a line
 * that cannot be parsed is skipped and the next one still counts; here it is an error with FILE:LINE, because the line
 * may be the one that restricts. docs/POLICY.md lists the differences. */
#ifndef GATE_FORMATS_SIGNERS_H
#define GATE_FORMATS_SIGNERS_H

#include "base/person.h"

#include <stdbool.h>

#define GATE_SIGNERS_MAX 5000 /* lines that hold a key */

struct gate_signer {
	uint32_t line;
	struct gate_strs principals; /* at least one; plain names */
	struct gate_key key;	     /* revoked is false; fp is filled */
};

struct gate_signers {
	struct gate_signer *v;
	size_t n, cap;
};

/* principals [options] keytype base64 [comment] a line. `file` names it in errors (GATE_E_POLICY). *out is zeroed or
 * filled; on failure it holds what was read before, to be cleared. */
int gate_signers_parse(const char *bytes, size_t len, const char *file, struct gate_signers *out, struct gate_err *err);
/* One public key a line, no principals and no options. */
int gate_revoked_parse(const char *bytes, size_t len, const char *file, struct gate_signers *out, struct gate_err *err);
void gate_signers_clear(struct gate_signers *s);

/* "keytype base64 [comment]" (a .pub file's line, without its line end) -> *key. */
int gate_public_key_parse(const char *line, size_t len, const char *what, struct gate_key *key, struct gate_err *err);

#endif
