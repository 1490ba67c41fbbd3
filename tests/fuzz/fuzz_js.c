/* Configuration in JavaScript: whatever stands in the file, a bounded tree or an error. */
#include "tests/fuzz/fuzz.h"

#include "formats/js.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gate_js *js = NULL;
	struct gate_err err = { 0 };

	if (gate_js_parse((const char *)data, size, &js, &err) == 0)
		(void)gate_js_root(js)->n;
	gate_js_free(js);
	return 0;
}
