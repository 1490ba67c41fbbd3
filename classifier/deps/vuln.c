#include "classifier/deps/vuln.h"

#include <stdio.h>
#include <string.h>

/* What a hit weighs, and what is said behind the package and the record's id; the row of DEP-VULN is the malicious package. */
struct worth {
	struct gate_weight w;
	const char *message;
};

static const struct worth malicious = {
	{ GATE_TIER_CRITICAL, UINT32_MAX, true },
	"is known to be malicious: take it out, and look at what it may have done where it was installed",
};
static const struct worth unknown = {
	{ GATE_TIER_MEDIUM, 20000, false },
	"or the record about it cannot be ordered, so nobody knows whether it is affected: look the record up",
};

static const struct worth by_severity[GATE_OSV_SEVERITIES] = {
	[GATE_OSV_UNKNOWN] = { { GATE_TIER_MEDIUM, 20000, false }, "has a known vulnerability: take a fixed one, or say why it does not matter here" },
	[GATE_OSV_LOW] = { { GATE_TIER_MEDIUM, 20000, false }, "has a known vulnerability of low severity: take a fixed one" },
	[GATE_OSV_MEDIUM] = { { GATE_TIER_MEDIUM, 20000, false }, "has a known vulnerability of medium severity: take a fixed one" },
	[GATE_OSV_HIGH] = { { GATE_TIER_HIGH, 50000, false }, "has a known vulnerability of high severity: take a fixed one" },
	[GATE_OSV_CRITICAL] = { { GATE_TIER_CRITICAL, 100000, false }, "has a known vulnerability of critical severity: take a fixed one" },
};

static const struct worth *worth_of(const struct gate_osv_hit *h)
{
	if (h->unknown)
		return &unknown;
	return h->malicious ? &malicious : &by_severity[h->severity];
}

static int tell(struct gate_detect *d, uint32_t change, const struct gate_dep_version *v, const struct gate_osv_hit *h, struct gate_err *err)
{
	const struct worth *worth = worth_of(h);
	gate_auto(gate_buf) struct gate_buf subject = { 0 }, now = { 0 }, message = { 0 };
	struct gate_sighting s = {
		.id = "DEP-VULN",
		.path = v->path,
		.line = v->line,
		.at_most = &worth->w,
	};

	gate_buf_fmt(&subject, "%s:%s@%s:%s", gate_ecosystem_name(v->e), v->name, v->version, h->id);
	gate_buf_fmt(&now, "%s %s, %s", v->name, v->version, h->id);
	gate_buf_fmt(&message, "%s (%s) %s", v->name, h->id, worth->message);
	if (gate_buf_check(&subject, err) < 0 || gate_buf_check(&now, err) < 0 || gate_buf_check(&message, err) < 0)
		return -(int)err->code;
	s.subject = gate_buf_cstr(&subject);
	s.message = gate_buf_cstr(&message);
	s.new_value = gate_buf_cstr(&now);
	return gate_detect_add(d, change, &s, err);
}

int gate_dep_vuln(struct gate_detect *d, uint32_t change, const struct gate_dep_version *v, struct gate_err *err)
{
	struct gate_osv_hit hits[GATE_OSV_HITS_MAX];
	size_t n;
	int rc = 0;

	if (!d->osv)
		return 0;
	d->osv_asked = true;
	d->osv_change = change;
	n = gate_osv_match(d->osv, v->e, v->name, v->version, hits);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = tell(d, change, v, &hits[i], err);
	return rc;
}

int gate_dep_vuln_end(struct gate_detect *d, struct gate_err *err)
{
	static const struct gate_weight low = { GATE_TIER_LOW, 5000, false };
	int64_t days = d->osv ? (d->now - d->osv->newest) / 86400 : 0;
	char age[64];
	struct gate_sighting s = {
		.id = "DEP-VULN",
		.subject = "osv:age",
		.new_value = age,
		.message = "dependencies change, and what is known about vulnerabilities is old: run refgate osv import on the server",
		.at_most = &low,
	};

	if (!d->osv_asked || days <= GATE_OSV_AGE_DAYS)
		return 0;
	snprintf(age, sizeof(age), "%lld days", (long long)days);
	return gate_detect_add(d, d->osv_change, &s, err);
}
