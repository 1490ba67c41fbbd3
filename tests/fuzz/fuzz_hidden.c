/* Any bytes as a text of each kind: no read past the end, offsets inside, and a text of one line says the same about itself twice. */
#include "classifier/objects/binary.h"
#include "classifier/text/scan.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *exact = malloc(len + !len); /* so that a read past the end is seen */

	if (!exact)
		return 0;
	if (len)
		memcpy(exact, data, len);
	for (int place = GATE_PLACE_CODE; place <= GATE_PLACE_MESSAGE; place++) {
		struct gate_uni_hits a = { 0 }, b = { 0 };

		gate_uni_scan(exact, len, (enum gate_place)place, false, &a);
		gate_uni_scan(exact, len, (enum gate_place)place, false, &b);
		for (int i = 0; i < GATE_UNI_KINDS; i++) {
			if (a.v[i].count != b.v[i].count || (a.v[i].count && a.v[i].offset >= len))
				abort();
		}
	}
	gate_binary_kind(exact, len);
	free(exact);
	return 0;
}
