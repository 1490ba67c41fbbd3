#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	const char *help;
} codes[GATE_CODE_COUNT] = {
	[GATE_OK] = { "GATE_OK", "no error" },
	[GATE_E_NOMEM] = { "GATE_E_NOMEM", "memory ran out" },
	[GATE_E_IO] = { "GATE_E_IO", "a file, pipe or process could not be read, written or started" },
	[GATE_E_FULL] = { "GATE_E_FULL", "the disk is full, over quota or read-only" },
	[GATE_E_USAGE] = { "GATE_E_USAGE", "the command line is wrong" },
	[GATE_E_LIMIT] = { "GATE_E_LIMIT", "an input is larger, longer or deeper than its limit" },
	[GATE_E_SYNTAX] = { "GATE_E_SYNTAX", "a text does not have the form it must have" },
	[GATE_E_POLICY] = { "GATE_E_POLICY", "the policy is wrong, missing or unreachable" },
	[GATE_E_CONFIG] = { "GATE_E_CONFIG", "the repository or its git configuration is not as init left it" },
	[GATE_E_GIT] = { "GATE_E_GIT", "a git command failed" },
	[GATE_E_REF] = { "GATE_E_REF", "a ref or its name cannot be used this way" },
	[GATE_E_STALE] = { "GATE_E_STALE", "something moved since the decision was made" },
	[GATE_E_OBJECT] = { "GATE_E_OBJECT", "a git object is missing, corrupt or malformed" },
	[GATE_E_WORKER] = { "GATE_E_WORKER", "refgate-worker died or answered out of form" },
	[GATE_E_SANDBOX] = { "GATE_E_SANDBOX", "a confinement layer could not be set up" },
	[GATE_E_TIMEOUT] = { "GATE_E_TIMEOUT", "it took longer than its limit" },
	[GATE_E_SIGNATURE] = { "GATE_E_SIGNATURE", "a signature is malformed or does not verify" },
	[GATE_E_SIGNER] = { "GATE_E_SIGNER", "the key or person may not sign this" },
	[GATE_E_STATEMENT] = { "GATE_E_STATEMENT", "the signed text is not the text that refgate made" },
	[GATE_E_PENDING] = { "GATE_E_PENDING", "the pending does not exist or is closed" },
	[GATE_E_QUORUM] = { "GATE_E_QUORUM", "the approvals asked for cannot be reached" },
	[GATE_E_DECISION] = { "GATE_E_DECISION", "no decision of this same push allows the ref update" },
	[GATE_E_WALL] = { "GATE_E_WALL", "the second wall is not in place" },
	[GATE_E_LOG] = { "GATE_E_LOG", "the audit log cannot be trusted or written" },
	[GATE_E_IDENTITY] = { "GATE_E_IDENTITY", "the pusher's identity cannot be told" },
	[GATE_E_LATER] = { "GATE_E_LATER", "not in this version" },
	[GATE_E_BUG] = { "GATE_E_BUG", "should not happen; please report it" },
};

const char *gate_code_name(enum gate_code code)
{
	return (unsigned)code < GATE_CODE_COUNT ? codes[code].name : "GATE_E_BUG";
}

const char *gate_code_help(enum gate_code code)
{
	return (unsigned)code < GATE_CODE_COUNT ? codes[code].help : codes[GATE_E_BUG].help;
}

int gate_err_set(struct gate_err *err, enum gate_code code, const char *fmt, ...)
{
	va_list ap;

	if (err->code != GATE_OK)
		return -(int)err->code;
	err->code = code == GATE_OK ? GATE_E_BUG : code;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -(int)err->code;
}

int gate_err_errno(struct gate_err *err, const char *fmt, ...)
{
	int saved = errno;
	enum gate_code code = saved == ENOSPC || saved == EDQUOT || saved == EROFS ? GATE_E_FULL :
			      saved == ENOMEM ? GATE_E_NOMEM : GATE_E_IO;
	char what[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return gate_err_set(err, code, "%s: %s", what, strerror(saved));
}

int gate_err_wrap(struct gate_err *err, const char *fmt, ...)
{
	char inner[sizeof(err->text)];
	va_list ap;
	size_t room;
	int n;

	if (err->code == GATE_OK)
		gate_err_set(err, GATE_E_BUG, "an error was reported without a cause");
	memcpy(inner, err->text, sizeof(inner));
	va_start(ap, fmt);
	n = vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	room = n < 0 ? sizeof(err->text) : (size_t)n < sizeof(err->text) ? sizeof(err->text) - (size_t)n : 0;
	if (room > 3)
		snprintf(err->text + sizeof(err->text) - room, room, ": %.*s", (int)room - 3, inner);
	return -(int)err->code;
}

void gate_err_reset(struct gate_err *err)
{
	err->code = GATE_OK;
	err->text[0] = '\0';
}
