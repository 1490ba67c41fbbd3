#include "classifier/sarif.h"

#include "base/crypto.h"
#include "base/json.h"
#include "classifier/classify.h"

#include <string.h>

#define SCHEMA "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"

/* SARIF knows four levels (3.27.10); what a person must sign for is an error. */
static const char *level_of(const struct gate_finding *f)
{
	static const char *const levels[GATE_TIER_COUNT] = { "note", "warning", "error", "error" };

	return f->deny ? "error" : levels[f->floor < GATE_TIER_COUNT ? f->floor : GATE_TIER_CRITICAL];
}

/* SARIF's objects take no key that it does not know, so that the writer's "escaped" mark must not appear here: escaped before. */
static void put_message(struct gate_jw *w, const char *key, const char *text)
{
	gate_autofree char *safe = gate_escape_dup(text, strlen(text));

	gate_jw_open(w, key);
	gate_jw_str(w, "text", safe ? safe : "");
	gate_jw_close(w);
}

/* The ids that occur, in the order of their first finding: a result names its rule by its place in this list. */
static int collect_ids(const struct gate_findings *f, struct gate_strs *ids, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < f->n; i++)
		rc = gate_strs_add_new(ids, f->v[i].id, err);
	return rc;
}

static int64_t index_of(const struct gate_strs *ids, const char *id)
{
	for (size_t i = 0; i < ids->n; i++) {
		if (strcmp(ids->v[i], id) == 0)
			return (int64_t)i;
	}
	return -1; /* what SARIF writes for "none" (3.27.6) */
}

static void put_rules(struct gate_jw *w, const struct gate_policy *policy, const struct gate_strs *ids)
{
	gate_jw_array(w, "rules");
	for (size_t i = 0; i < ids->n; i++) {
		const struct gate_rule *r = gate_policy_rule(policy, ids->v[i]);

		gate_jw_open(w, NULL);
		gate_jw_str(w, "id", ids->v[i]);
		if (r) {
			put_message(w, "shortDescription", r->message);
			gate_jw_open(w, "properties");
			gate_jw_array(w, "tags");
			gate_jw_str(w, NULL, r->cls);
			gate_jw_end(w);
			gate_jw_str(w, "source", r->source);
			gate_jw_close(w);
		}
		gate_jw_close(w);
	}
	gate_jw_end(w);
}

/* Each segment's bytes beyond the unreserved characters as %XX: a path is bytes, a URI is ASCII. */
static void put_uri(struct gate_jw *w, const char *path)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	for (const char *p = path; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || strchr("-._~/", c))
			gate_buf_char(&b, *p);
		else
			gate_buf_fmt(&b, "%%%02X", c);
	}
	gate_jw_str(w, "uri", gate_buf_cstr(&b));
}

static void put_location(struct gate_jw *w, const struct gate_finding *f)
{
	gate_jw_array(w, "locations");
	if (*f->path) {
		gate_jw_open(w, NULL);
		gate_jw_open(w, "physicalLocation");
		gate_jw_open(w, "artifactLocation");
		put_uri(w, f->path);
		gate_jw_str(w, "uriBaseId", "%SRCROOT%");
		gate_jw_close(w);
		if (f->line) {
			gate_jw_open(w, "region");
			gate_jw_int(w, "startLine", f->line);
			gate_jw_close(w);
		}
		gate_jw_close(w);
		gate_jw_close(w);
	}
	gate_jw_end(w);
}

/* The same finding in the next scan is the same alert: id and subject are what refgate counts once by. */
static void put_fingerprint(struct gate_jw *w, const struct gate_finding *f)
{
	struct gate_sha256 h;
	uint8_t digest[GATE_SHA256_LEN];
	char hex[2 * GATE_SHA256_LEN + 1];

	gate_sha256_init(&h);
	gate_sha256_update(&h, f->id, strlen(f->id) + 1);
	gate_sha256_update(&h, f->path, strlen(f->path) + 1);
	gate_sha256_update(&h, f->subject, strlen(f->subject));
	gate_sha256_final(&h, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	gate_jw_open(w, "partialFingerprints");
	gate_jw_str(w, "refgateSubject/v1", hex);
	gate_jw_close(w);
}

static void put_properties(struct gate_jw *w, const struct gate_changes *changes, const struct gate_finding *f)
{
	gate_jw_open(w, "properties");
	gate_jw_str(w, "ref", f->change < changes->n ? changes->v[f->change].ref : NULL);
	gate_jw_str(w, "tier", gate_tier_name(f->deny ? GATE_TIER_CRITICAL : f->floor));
	gate_jw_points(w, "points", f->points);
	gate_jw_bool(w, "deny", f->deny);
	gate_jw_strn(w, "commit", f->commit);
	gate_jw_strn(w, "subject", f->subject);
	gate_jw_strn(w, "old", f->old_value);
	gate_jw_strn(w, "new", f->new_value);
	gate_jw_close(w);
}

static void put_result(struct gate_jw *w, const struct gate_strs *ids, const struct gate_changes *changes,
		       const struct gate_finding *f)
{
	gate_jw_open(w, NULL);
	gate_jw_str(w, "ruleId", f->id);
	gate_jw_int(w, "ruleIndex", index_of(ids, f->id));
	gate_jw_str(w, "level", level_of(f));
	put_message(w, "message", *f->message ? f->message : f->id);
	put_location(w, f);
	put_fingerprint(w, f);
	put_properties(w, changes, f);
	gate_jw_close(w);
}

static void put_run(struct gate_jw *w, const struct gate_policy *policy, const struct gate_changes *changes,
		    const struct gate_findings *f, const struct gate_strs *ids, const char *version)
{
	gate_jw_open(w, NULL);
	gate_jw_open(w, "tool");
	gate_jw_open(w, "driver");
	gate_jw_str(w, "name", "refgate");
	gate_jw_str(w, "version", version);
	put_rules(w, policy, ids);
	gate_jw_close(w);
	gate_jw_close(w);
	gate_jw_str(w, "columnKind", "unicodeCodePoints");
	gate_jw_array(w, "results");
	for (size_t i = 0; i < f->n; i++)
		put_result(w, ids, changes, &f->v[i]);
	gate_jw_end(w);
	gate_jw_close(w);
}

int gate_sarif(struct gate_buf *out, const struct gate_policy *policy, const struct gate_changes *changes,
	       const struct gate_findings *f, const char *version, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs ids = { 0 };
	struct gate_jw w = { .out = out };
	int rc = collect_ids(f, &ids, err);

	if (rc < 0)
		return rc;
	gate_jw_open(&w, NULL);
	gate_jw_str(&w, "$schema", SCHEMA);
	gate_jw_str(&w, "version", "2.1.0");
	gate_jw_array(&w, "runs");
	put_run(&w, policy, changes, f, &ids, version);
	gate_jw_end(&w);
	gate_jw_close(&w);
	return gate_buf_check(out, err);
}
