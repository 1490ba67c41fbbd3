/* What each fuzz_NAME.c gives, to libFuzzer (make fuzz) or to replay.c (make check). */
#ifndef GATE_TESTS_FUZZ_H
#define GATE_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
