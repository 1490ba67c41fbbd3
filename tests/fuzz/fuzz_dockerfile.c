#include "formats/dockerfile.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	gate_auto(gate_dockerfile) struct gate_dockerfile out = { 0 };
	struct gate_err err = { 0 };

	gate_dockerfile_parse((const char *)data, size, &out, &err);
	return 0;
}
