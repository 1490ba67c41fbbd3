#include "formats/shell.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	gate_auto(gate_shell) struct gate_shell out = { 0 };
	struct gate_err err = { 0 };

	gate_shell_parse((const char *)data, size, &out, &err);
	return 0;
}
