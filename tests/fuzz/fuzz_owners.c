/* Who owns a path (classifier/control/owned.c, over formats/codeowners.c), as each forge reads the file. */
#include "classifier/control/owned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const files[] = { "CODEOWNERS", ".github/CODEOWNERS" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(files); i++) {
		gate_auto(gate_strs) struct gate_strs who = { 0 };
		gate_auto(gate_owned) struct gate_owned o = { 0 };
		struct gate_err err = { 0 };
		bool special;

		if (gate_owned_read(files[i], size ? (const char *)data : "", size, &o, &err) == 0)
			(void)gate_owned_ask(&o, ".github/workflows/ci.yml", &who, &special, &err);
	}
	return 0;
}
