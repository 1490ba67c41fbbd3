#include "base/num.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

bool gate_parse_u64(const char *s, size_t len, uint64_t *value)
{
	uint64_t v = 0;

	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)s[i]) || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s[i] - '0'), &v))
			return false;
	}
	*value = v;
	return true;
}

struct unit {
	const char *name;
	uint64_t times;
};

static bool parse_with_unit(const char *s, const struct unit *units, size_t n, uint64_t *out)
{
	size_t digits = strspn(s, "0123456789");
	uint64_t v;

	if (!gate_parse_u64(s, digits, &v))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (strcasecmp(s + digits, units[i].name) == 0)
			return !__builtin_mul_overflow(v, units[i].times, out);
	}
	return false;
}

bool gate_parse_seconds(const char *s, int64_t *seconds)
{
	static const struct unit units[] = { { "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 } };
	uint64_t v;

	if (!parse_with_unit(s, units, sizeof(units) / sizeof(units[0]), &v) || v > INT32_MAX)
		return false;
	*seconds = (int64_t)v;
	return true;
}

bool gate_parse_bytes(const char *s, uint64_t *bytes)
{
	static const struct unit units[] = {
		{ "", 1 }, { "k", 1 << 10 }, { "KiB", 1 << 10 }, { "m", 1 << 20 }, { "MiB", 1 << 20 },
		{ "g", 1 << 30 }, { "GiB", 1 << 30 },
	};

	return parse_with_unit(s, units, sizeof(units) / sizeof(units[0]), bytes);
}
