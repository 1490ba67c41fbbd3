/* Texts inside a text: UTF-16, and one level of base64, hex and percent code. Bounded; each is handed on as bytes. */
#ifndef GATE_CLASSIFIER_SECRETS_DECODE_H
#define GATE_CLASSIFIER_SECRETS_DECODE_H

#include "base/buf.h"
#include "base/spans.h"

/* Told each inner text and the offset in the outer one where it begins. */
typedef int gate_decoded_fn(void *arg, const char *s, size_t len, size_t at, struct gate_err *err);

/* Whether it is UTF-16, by its mark or plainly so; then *out is the text in ASCII, with '?' for what is not, and line ends kept. */
bool gate_decode_utf16(const char *s, size_t len, struct gate_buf *out);
/* Long runs of base64 (both alphabets), hex and percent code that decode to readable text. */
int gate_decode_runs(const char *s, size_t len, gate_decoded_fn *fn, void *arg, struct gate_err *err);
/* The same, of the lines alone that one of the stretches touches. Of a text up to GATE_DECODE_PART_MAX all is decoded, so that what is
 * decoded of a line does not depend on the others. */
#define GATE_DECODE_PART_MAX ((size_t)1 << 20)
int gate_decode_part(const char *s, size_t len, const struct gate_spans *fresh, gate_decoded_fn *fn, void *arg, struct gate_err *err);

#endif
