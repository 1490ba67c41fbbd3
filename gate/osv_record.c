#include "gate/osv_record.h"

#include "base/json.h"
#include "base/when.h"

#include <string.h>

struct taking {
	const struct gate_json *record;
	const char *id;
	enum gate_osv_severity severity;
	struct gate_strs aliases;
	gate_osv_package_fn *fn;
	void *arg;
	struct gate_err *err;
};

static enum gate_osv_severity word_rating(const char *word)
{
	static const struct {
		const char *word;
		enum gate_osv_severity s;
	} words[] = { { "CRITICAL", GATE_OSV_CRITICAL }, { "HIGH", GATE_OSV_HIGH }, { "MODERATE", GATE_OSV_MEDIUM }, { "MEDIUM", GATE_OSV_MEDIUM },
		      { "LOW", GATE_OSV_LOW } };

	for (size_t i = 0; i < GATE_ARRAY_LEN(words); i++) {
		if (strcasecmp(words[i].word, word) == 0)
			return words[i].s;
	}
	return GATE_OSV_UNKNOWN;
}

static enum gate_osv_severity worse(enum gate_osv_severity a, enum gate_osv_severity b)
{
	return a > b ? a : b;
}

/* The worst of what a record, or one of its packages, says about itself. */
static enum gate_osv_severity severity_of(const struct gate_json *o)
{
	const struct gate_json *list = gate_json_get(o, "severity"), *own = gate_json_get(o, "database_specific");
	enum gate_osv_severity s = word_rating(gate_json_str(own, "severity", ""));

	for (size_t i = 0; i < gate_json_len(list); i++)
		s = worse(s, gate_cvss_rating(gate_json_str(gate_json_at(list, i), "score", "")));
	return s;
}

static int texts(const struct gate_json *list, struct gate_strs *out, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < gate_json_len(list); i++) {
		const char *s = gate_json_string(gate_json_at(list, i));

		if (s)
			rc = gate_strs_add(out, s, err);
	}
	return rc;
}

static const struct {
	const char *key;
	enum gate_osv_event kind;
} kinds[] = { { "introduced", GATE_OSV_INTRODUCED },
	      { "fixed", GATE_OSV_FIXED },
	      { "last_affected", GATE_OSV_LAST_AFFECTED },
	      { "limit", GATE_OSV_LIMIT } };

static uint32_t put_events(struct gate_buf *b, const struct gate_json *events)
{
	uint32_t n = 0;

	for (size_t i = 0; i < gate_json_len(events); i++) {
		for (size_t k = 0; k < GATE_ARRAY_LEN(kinds); k++) {
			const char *v = gate_json_str(gate_json_at(events, i), kinds[k].key, NULL);

			if (!v)
				continue;
			n++;
			if (b)
				gate_osv_put_event(b, kinds[k].kind, v);
		}
	}
	return n;
}

/* Ranges of commits say nothing about versions. */
static bool counts(const struct gate_json *range)
{
	const char *type = gate_json_str(range, "type", "");

	return strcmp(type, "SEMVER") == 0 || strcmp(type, "ECOSYSTEM") == 0;
}

static void put_ranges(struct gate_buf *b, const struct gate_json *ranges)
{
	for (size_t i = 0; i < gate_json_len(ranges); i++) {
		const struct gate_json *r = gate_json_at(ranges, i), *events = gate_json_get(r, "events");

		if (!counts(r))
			continue;
		gate_osv_put_range(b, put_events(NULL, events));
		put_events(b, events);
	}
}

static uint32_t count_ranges(const struct gate_json *ranges)
{
	uint32_t n = 0;

	for (size_t i = 0; i < gate_json_len(ranges); i++)
		n += counts(gate_json_at(ranges, i));
	return n;
}

static int one_package(struct taking *t, const struct gate_json *affected)
{
	const struct gate_json *package = gate_json_get(affected, "package"), *ranges = gate_json_get(affected, "ranges");
	gate_auto(gate_strs) struct gate_strs versions = { 0 };
	gate_auto(gate_buf) struct gate_buf key = { 0 }, block = { 0 };
	const char *name = gate_json_str(package, "name", "");
	enum gate_ecosystem e;

	if (!*name || !gate_ecosystem_parse(gate_json_str(package, "ecosystem", ""), &e))
		return 0;
	if (texts(gate_json_get(affected, "versions"), &versions, t->err) < 0)
		return -(int)t->err->code;
	gate_buf_char(&key, (char)e);
	gate_osv_name(&key, e, name);
	gate_osv_put_record(&block, t->id, worse(t->severity, severity_of(affected)), &t->aliases, &versions, count_ranges(ranges));
	put_ranges(&block, ranges);
	if (gate_buf_check(&key, t->err) < 0 || gate_buf_check(&block, t->err) < 0)
		return -(int)t->err->code;
	return t->fn(t->arg, &key, &block, t->err);
}

/* "2024-05-01T10:00:00.123456Z": the fraction does not count. */
static int64_t time_of(const char *s)
{
	char whole[GATE_WHEN_SIZE];
	int64_t t;

	if (strlen(s) < 20)
		return 0;
	memcpy(whole, s, 19);
	memcpy(whole + 19, "Z", 2);
	return gate_when_parse(whole, &t) ? t : 0;
}

int gate_osv_record(const char *name, const char *bytes, size_t len, gate_osv_package_fn *fn, void *arg, int64_t *modified,
		    struct gate_err *err)
{
	gate_autojson struct gate_json *o = gate_json_load(bytes, len, name, err);
	struct taking t = { .record = o, .fn = fn, .arg = arg, .err = err };
	const struct gate_json *affected = gate_json_get(o, "affected");
	int rc;

	*modified = 0;
	if (!o)
		return -(int)err->code;
	t.id = gate_json_str(o, "id", "");
	if (!*t.id)
		return gate_err_set(err, GATE_E_SYNTAX, "%s: no record of osv.dev: it has no id", name);
	*modified = time_of(gate_json_str(o, "modified", ""));
	if (*gate_json_str(o, "withdrawn", ""))
		return 0;
	t.severity = severity_of(o);
	rc = texts(gate_json_get(o, "aliases"), &t.aliases, err);
	for (size_t i = 0; rc == 0 && i < gate_json_len(affected); i++)
		rc = one_package(&t, gate_json_at(affected, i));
	gate_strs_clear(&t.aliases);
	return rc;
}
