/* The reader of scripts (classifier/control/shell.c), as shell and as text of other languages. */
#include "classifier/control/shell.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	gate_autofree char *text = strndup(size ? (const char *)data : "", size);

	for (int loose = 0; text && loose < 2; loose++) {
		gate_auto(gate_factbag) struct gate_factbag out = { 0 };
		struct gate_script where = { .job = "j", .line = 1, .loose = loose };
		struct gate_err err = { 0 };

		(void)gate_shell_facts(&where, text, &out, &err);
	}
	return 0;
}
