#include "tests/fuzz/fuzz_doc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return gate_fuzz_doc(GATE_FORMAT_GIT_CONFIG, data, size);
}
