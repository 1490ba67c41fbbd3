#include "formats/codeowners.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	gate_auto(gate_codeowners) struct gate_codeowners out = { 0 };
	struct gate_err err = { 0 };

	gate_codeowners_parse((const char *)data, size, size & 1, &out, &err);
	return 0;
}
