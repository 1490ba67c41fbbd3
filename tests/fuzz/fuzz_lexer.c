/* Comments and strings of every family of languages (the first byte chooses): three texts as long as the source. */
#include "tests/fuzz/fuzz.h"

#include "classifier/tests/functions.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gate_lexed lex = { 0 };
	struct gate_err err = { 0 };

	if (!size)
		return 0;
	if (gate_lex((enum gate_lexis)(data[0] % GATE_LEXIS_COUNT), (const char *)data + 1, size - 1, &lex, &err) == 0 &&
	    (lex.code.len != size - 1 || lex.text.len != size - 1 || lex.comments.len != size - 1))
		abort();
	gate_lexed_clear(&lex);
	return 0;
}
