#include "gate/osv_record.h"

#include <string.h>

/* The value of a metric, "N" of "AV:N"; '\0' when the vector does not name it. */
static char metric(const char *vector, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = strchr(vector, '/'); p; p = strchr(p + 1, '/')) {
		if (strncmp(p + 1, name, n) == 0 && p[n + 1] == ':')
			return p[n + 2];
	}
	return '\0';
}

struct weight {
	char value;
	double w;
};

/* A metric that is missing or odd weighs as its worst: a record must not be light because it is broken. */
static double weigh(const char *vector, const char *name, const struct weight *w, size_t n)
{
	char v = metric(vector, name);

	for (size_t i = 0; i < n; i++) {
		if (w[i].value == v)
			return w[i].w;
	}
	return w[0].w;
}

#define WEIGH(vector, name, ...) \
	weigh(vector, name, (const struct weight[]){ __VA_ARGS__ }, sizeof((const struct weight[]){ __VA_ARGS__ }) / sizeof(struct weight))

/* x to the fifteenth. */
static double power15(double x)
{
	double p = 1;

	for (int i = 0; i < 15; i++)
		p *= x;
	return p;
}

/* To the next tenth. */
static double round_up(double x)
{
	double whole = (double)(int)(x * 10);

	return (whole + (x * 10 - whole > 1e-9)) / 10;
}

/* CVSS 3.1, section 7.1. */
static double base_score3(const char *v)
{
	bool changed = metric(v, "S") != 'U';
	double c = WEIGH(v, "C", { 'H', 0.56 }, { 'L', 0.22 }, { 'N', 0 }), i = WEIGH(v, "I", { 'H', 0.56 }, { 'L', 0.22 }, { 'N', 0 }),
	       a = WEIGH(v, "A", { 'H', 0.56 }, { 'L', 0.22 }, { 'N', 0 });
	double pr = changed ? WEIGH(v, "PR", { 'N', 0.85 }, { 'L', 0.68 }, { 'H', 0.5 }) : WEIGH(v, "PR", { 'N', 0.85 }, { 'L', 0.62 }, { 'H', 0.27 });
	double reach = 8.22 * WEIGH(v, "AV", { 'N', 0.85 }, { 'A', 0.62 }, { 'L', 0.55 }, { 'P', 0.2 }) *
		       WEIGH(v, "AC", { 'L', 0.77 }, { 'H', 0.44 }) * pr * WEIGH(v, "UI", { 'N', 0.85 }, { 'R', 0.62 });
	double lost = 1 - (1 - c) * (1 - i) * (1 - a);
	double impact = changed ? 7.52 * (lost - 0.029) - 3.25 * power15(lost - 0.02) : 6.42 * lost;
	double score = (changed ? 1.08 : 1) * (impact + reach);

	return impact <= 0 ? 0 : round_up(score < 10 ? score : 10);
}

static enum gate_osv_severity rating(double score)
{
	if (score >= 9)
		return GATE_OSV_CRITICAL;
	if (score >= 7)
		return GATE_OSV_HIGH;
	return score >= 4 ? GATE_OSV_MEDIUM : GATE_OSV_LOW;
}

static enum gate_osv_severity rating4(const char *v)
{
	bool high = metric(v, "VC") == 'H' || metric(v, "VI") == 'H' || metric(v, "VA") == 'H';
	bool open = metric(v, "AV") == 'N' && metric(v, "AC") == 'L' && metric(v, "AT") == 'N' && metric(v, "PR") == 'N';

	if (!high)
		return GATE_OSV_MEDIUM;
	return open && metric(v, "UI") == 'N' ? GATE_OSV_CRITICAL : GATE_OSV_HIGH;
}

enum gate_osv_severity gate_cvss_rating(const char *vector)
{
	if (gate_starts_with(vector, "CVSS:3."))
		return rating(base_score3(vector));
	return gate_starts_with(vector, "CVSS:4.") ? rating4(vector) : GATE_OSV_UNKNOWN;
}
