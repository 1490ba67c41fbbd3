/* Errors: a fixed-size value that can always be set. The first cause is kept; callers add context outward with
 * gate_err_wrap(), which reads "policy file x: line 3: unknown key 'pth'".
 *
 * A function that can fail returns 0 or a negative enum gate_code and takes `struct gate_err *err` last (never NULL).
 * Only hooks/, cli/ and the two main files print; every other room hands errors up. */
#ifndef GATE_BASE_ERR_H
#define GATE_BASE_ERR_H

#include <stddef.h>

/* Each code has a stable name and a line in docs/ERRORS.md; both come from the table in err.c. */
enum gate_code {
	GATE_OK = 0,
	GATE_E_NOMEM,
	GATE_E_IO,
	GATE_E_FULL,
	GATE_E_USAGE,
	GATE_E_LIMIT,
	GATE_E_SYNTAX,
	GATE_E_POLICY,
	GATE_E_CONFIG,
	GATE_E_GIT,
	GATE_E_REF,
	GATE_E_STALE,
	GATE_E_OBJECT,
	GATE_E_WORKER,
	GATE_E_SANDBOX,
	GATE_E_TIMEOUT,
	GATE_E_SIGNATURE,
	GATE_E_SIGNER,
	GATE_E_STATEMENT,
	GATE_E_PENDING,
	GATE_E_QUORUM,
	GATE_E_DECISION,
	GATE_E_WALL,
	GATE_E_LOG,
	GATE_E_IDENTITY,
	GATE_E_LATER,
	GATE_E_BUG,
	GATE_CODE_COUNT
};

struct gate_err {
	enum gate_code code;
	char text[768];
};

/* The stable name ("GATE_E_POLICY") and the one-line meaning of a code. Static strings. */
const char *gate_code_name(enum gate_code code);
const char *gate_code_help(enum gate_code code);

/* Sets the error unless one is set already (the first cause wins); returns -code, so `return gate_err_set(...)`. */
int gate_err_set(struct gate_err *err, enum gate_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), nonnull(1, 3)));

/* As gate_err_set, with ": <strerror(errno)>" appended; ENOSPC, EDQUOT and EROFS become GATE_E_FULL. */
int gate_err_errno(struct gate_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3), nonnull(1, 2)));

/* Puts "<context>: " before the text; returns -err->code (GATE_E_BUG when nothing was set). */
int gate_err_wrap(struct gate_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3), nonnull(1, 2)));

void gate_err_reset(struct gate_err *err);

#endif
