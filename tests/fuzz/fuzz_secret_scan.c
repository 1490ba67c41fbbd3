/* Any bytes, searched for secrets as an object and decoded: no crash, no endless loop, matches within the text. */
#include "classifier/secrets/decode.h"
#include "rules/secret_scan.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t limit_of;

static int check(void *arg, const struct gate_secret_match *m, bool limit, struct gate_err *err)
{
	(void)arg;
	(void)err;
	if (!limit && (m->start > m->from || m->from > m->to || m->to > limit_of || m->end > limit_of))
		abort();
	return 0;
}

static int decoded(void *arg, const char *s, size_t len, size_t at, struct gate_err *err)
{
	if (at >= limit_of)
		abort();
	(void)arg;
	(void)s;
	(void)len;
	(void)err;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct gate_secret_scanner *s;
	gate_auto(gate_buf) struct gate_buf wide = { 0 };
	struct gate_err err = { 0 };

	if (!s)
		s = gate_secret_scanner_new(&gate_secret_shipped, &err);
	limit_of = size;
	if (!s || gate_secret_scan(s, (const char *)data, size, NULL, check, NULL, &err) < 0)
		abort();
	gate_decode_utf16((const char *)data, size, &wide);
	return gate_decode_runs((const char *)data, size, decoded, NULL, &err) < 0;
}
