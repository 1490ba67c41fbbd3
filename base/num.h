/* Arithmetic on numbers from outside: each gives false when the result does not fit. */
#ifndef GATE_BASE_NUM_H
#define GATE_BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool gate_add_size(size_t a, size_t b, size_t *sum)
{
	return !__builtin_add_overflow(a, b, sum);
}

static inline bool gate_mul_size(size_t a, size_t b, size_t *product)
{
	return !__builtin_mul_overflow(a, b, product);
}

/* Decimal digits only, no sign, no space, at least one digit. */
bool gate_parse_u64(const char *s, size_t len, uint64_t *value);
/* "90", "120s", "10m", "4h", "14d": seconds. */
bool gate_parse_seconds(const char *s, int64_t *seconds);
/* "4096", "64KiB", "1GiB", "20k", "5m", "1g": bytes. */
bool gate_parse_bytes(const char *s, uint64_t *bytes);

#endif
