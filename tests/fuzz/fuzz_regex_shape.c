/* Any text as an expression of a rule: what it looks like is worked out, or not, within bounds. */
#include "rules/regex_shape.h"

#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const words[] = { "key", "token" };
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	struct gate_shape_word out[2];
	struct gate_err err = { 0 };
	bool ops;

	if (size > 512)
		return 0;
	gate_buf_add(&text, data, size);
	(void)gate_shape_prove(gate_buf_cstr(&text), words, 2, 0, 0, out, &ops, &err);
	(void)gate_shape_prove(gate_buf_cstr(&text), words, 2, 0, GATE_SHAPE_ANYWHERE, out, &ops, &err);
	return 0;
}
