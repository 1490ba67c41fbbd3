/* Lockfiles and manifests: the first line is the path, which chooses the reader; what follows is both sides of the file, the old one
 * cut at half. */
#include "formats/locks/kinds.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data, *nl = memchr(s, '\n', size);
	struct gate_lock_store store = { 0 };
	const struct gate_lock_kind *kind;
	struct gate_err err = { 0 };
	char path[64];
	size_t len;

	if (!nl || nl - s >= (ptrdiff_t)sizeof(path))
		return 0;
	memcpy(path, s, (size_t)(nl - s));
	path[nl - s] = '\0';
	kind = gate_lock_kind_of(path);
	if (!kind)
		return 0;
	len = size - (size_t)(nl + 1 - s);
	gate_lock_read(kind, &store, 0, nl + 1, len / 2, &err);
	err = (struct gate_err){ 0 };
	gate_lock_read(kind, &store, 1, nl + 1, len, &err);
	gate_lock_store_clear(&store);
	return 0;
}
