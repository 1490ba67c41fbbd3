/* The reader of CODEOWNERS (classifier/control/owners.c). */
#include "classifier/control/owners.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	gate_auto(gate_strs) struct gate_strs who = { 0 };
	struct gate_err err = { 0 };

	(void)gate_owners_of(size ? (const char *)data : "", size, ".github/workflows/ci.yml", &who, &err);
	return 0;
}
