/* Records of osv.dev become blocks of the index, and the evaluation of the schema says which versions they name: introduced "0", last_affected, limit,
 * several ranges, explicit versions, aliases, withdrawn records, versions that nobody can order. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/io.h"
#include "gate/osv_import.h"
#include "gate/osv_record.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct world {
	char dir[64], index[96];
	struct gate_buf bytes;
	struct gate_osv osv;
};

static int setup(void **state)
{
	static struct world w;

	w = (struct world){ 0 };
	snprintf(w.dir, sizeof(w.dir), "/tmp/refgate-osv.XXXXXX");
	assert_non_null(mkdtemp(w.dir));
	snprintf(w.index, sizeof(w.index), "%s/osv", w.dir);
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	struct gate_err err = { 0 };

	gate_buf_clear(&w->bytes);
	return gate_remove_tree(w->dir, &err);
}

static int import(struct world *w, const char *const *records, bool skip, struct gate_osv_counts *counts, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs sources = { 0 };
	gate_autofree char *folder = gate_fmt("%s/dump", w->dir);
	int rc;

	assert_int_equal(mkdir(folder, 0700), 0);
	for (size_t i = 0; records[i]; i++) {
		gate_autofree char *path = gate_fmt("%s/%zu.json", folder, i);

		assert_int_equal(gate_write_file(path, records[i], strlen(records[i]), 0600, false, err), 0);
	}
	assert_int_equal(gate_strs_add(&sources, folder, err), 0);
	rc = gate_osv_import(&sources, w->index, skip, counts, err);
	assert_int_equal(gate_remove_tree(folder, &(struct gate_err){ 0 }), 0);
	return rc;
}

static void take(struct world *w, const char *const *records)
{
	struct gate_osv_counts counts = { 0 };
	struct gate_err err = { 0 };

	if (import(w, records, false, &counts, &err) < 0)
		fail_msg("%s", err.text);
	gate_osv_counts_clear(&counts);
	gate_buf_clear(&w->bytes);
	assert_int_equal(gate_read_file(w->index, 1 << 24, &w->bytes, &err), 0);
	assert_int_equal(gate_osv_open(w->bytes.s, w->bytes.len, &w->osv, &err), 0);
}

static const char *const records[] = {
	"{\"id\":\"GHSA-1\",\"modified\":\"2026-01-02T03:04:05.678Z\",\"database_specific\":{\"severity\":\"HIGH\"},\"aliases\":[\"CVE-1\"],\"affected\":["
	"{\"package\":{\"ecosystem\":\"npm\",\"name\":\"left-pad\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"1.3.0\"},"
	"{\"introduced\":\"2.0.0-beta.1\"},{\"fixed\":\"2.0.1\"}]}]}]}",
	"{\"id\":\"CVE-1\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"left-pad\"},\"versions\":[\"1.0.0\"]}]}",
	"{\"id\":\"MAL-2026-1\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"left-pad\"},\"versions\":[\"9.9.9\"]}]}",
	"{\"id\":\"PYSEC-1\",\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"}],\"affected\":["
	"{\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"Foo_Bar\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"last_affected\":\"1.2\"},"
	"{\"introduced\":\"1.0\"}]},{\"type\":\"GIT\",\"repo\":\"x\",\"events\":[{\"introduced\":\"0\"}]}]}]}",
	"{\"id\":\"LIM-1\",\"affected\":[{\"package\":{\"ecosystem\":\"Go\",\"name\":\"example.com/m\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":["
	"{\"introduced\":\"1.0.0\"},{\"limit\":\"2.0.0\"}]}]}]}",
	"{\"id\":\"GONE-1\",\"withdrawn\":\"2025-01-01T00:00:00Z\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"innocent\"},\"versions\":[\"1.0.0\"]}]}",
	"{\"id\":\"OTHER-1\",\"affected\":[{\"package\":{\"ecosystem\":\"Android\",\"name\":\"x\"},\"versions\":[\"1\"]}]}",
	NULL,
};

/* What is asked, and the first answer: "" for none, "?" for an unknown one. */
static const struct {
	enum gate_ecosystem e;
	const char *name, *version, *id;
	enum gate_osv_severity severity;
} asked[] = {
	{ GATE_ECO_NPM, "left-pad", "0.0.1", "GHSA-1", GATE_OSV_HIGH },
	{ GATE_ECO_NPM, "left-pad", "1.0.0", "GHSA-1", GATE_OSV_HIGH }, /* once, with its alias, and by the worse of both */
	{ GATE_ECO_NPM, "left-pad", "1.2.99", "GHSA-1", GATE_OSV_HIGH },
	{ GATE_ECO_NPM, "left-pad", "1.3.0", "", GATE_OSV_UNKNOWN },
	{ GATE_ECO_NPM, "left-pad", "2.0.0-beta.0", "", GATE_OSV_UNKNOWN },
	{ GATE_ECO_NPM, "left-pad", "2.0.0-beta.2", "GHSA-1", GATE_OSV_HIGH },
	{ GATE_ECO_NPM, "left-pad", "2.0.1", "", GATE_OSV_UNKNOWN },
	{ GATE_ECO_NPM, "left-pad", "9.9.9", "MAL-2026-1", GATE_OSV_UNKNOWN },
	{ GATE_ECO_NPM, "left-pad", "github:x/y", "?GHSA-1", GATE_OSV_HIGH },
	{ GATE_ECO_NPM, "Left-Pad", "1.0.0", "", GATE_OSV_UNKNOWN },
	{ GATE_ECO_CRATES, "left-pad", "1.0.0", "", GATE_OSV_UNKNOWN },
	{ GATE_ECO_PYPI, "foo.bar", "1.0", "PYSEC-1", GATE_OSV_CRITICAL },
	{ GATE_ECO_PYPI, "foo--bar", "1.2.0", "PYSEC-1", GATE_OSV_CRITICAL },
	{ GATE_ECO_PYPI, "foo-bar", "1.2.post1", "", GATE_OSV_UNKNOWN },
	{ GATE_ECO_PYPI, "foo-bar", "1.0rc1", "", GATE_OSV_UNKNOWN },
	{ GATE_ECO_GO, "example.com/m", "v1.9.9", "LIM-1", GATE_OSV_UNKNOWN },
	{ GATE_ECO_GO, "example.com/m", "v2.0.0", "", GATE_OSV_UNKNOWN },
	{ GATE_ECO_NPM, "innocent", "1.0.0", "", GATE_OSV_UNKNOWN },
};

static void versions_are_found(void **state)
{
	struct world *w = *state;

	take(w, records);
	assert_int_equal(w->osv.newest, 1767323045);
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
		struct gate_osv_hit hits[GATE_OSV_HITS_MAX];
		size_t n = gate_osv_match(&w->osv, asked[i].e, asked[i].name, asked[i].version, hits);
		bool unknown = asked[i].id[0] == '?';
		const char *want = asked[i].id + unknown;

		if ((n > 0) != (*want != '\0') || (n && (strcmp(hits[0].id, want) != 0 || hits[0].unknown != unknown ||
							 hits[0].severity != asked[i].severity)))
			fail_msg("%s %s: %zu answers, %s", asked[i].name, asked[i].version, n, n ? hits[0].id : "");
		if (n && strcmp(want, "GHSA-1") == 0 && !unknown)
			assert_int_equal(n, 1);
	}
}

static void ratings_are_those_of_first(void **state)
{
	static const struct {
		const char *vector;
		enum gate_osv_severity s;
	} t[] = {
		{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", GATE_OSV_CRITICAL }, /* 9.8 */
		{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:L/A:N", GATE_OSV_HIGH },     /* 7.2 */
		{ "CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", GATE_OSV_MEDIUM },   /* 6.1 */
		{ "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", GATE_OSV_LOW },      /* 1.8 */
		{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", GATE_OSV_LOW },      /* 0 */
		{ "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H", GATE_OSV_HIGH },     /* 8.1 */
		{ "CVSS:3.1/AV:N", GATE_OSV_CRITICAL },				       /* broken: the worst */
		{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", GATE_OSV_CRITICAL },
		{ "CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N", GATE_OSV_HIGH },
		{ "AV:N/AC:L/Au:N/C:P/I:P/A:P", GATE_OSV_UNKNOWN },
		{ "", GATE_OSV_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		if (gate_cvss_rating(t[i].vector) != t[i].s)
			fail_msg("%s: %d", t[i].vector, gate_cvss_rating(t[i].vector));
	}
}

static void a_broken_record_leaves_the_old_index(void **state)
{
	struct world *w = *state;
	const char *const broken[] = { "{\"id\":\"X\",\"affected\":[]}", "{\"id\":", NULL };
	gate_auto(gate_buf) struct gate_buf before = { 0 }, after = { 0 };
	struct gate_osv_counts counts = { 0 };
	struct gate_err err = { 0 };

	take(w, records);
	assert_int_equal(gate_read_file(w->index, 1 << 24, &before, &err), 0);
	assert_true(import(w, broken, false, &counts, &err) < 0);
	assert_non_null(strstr(err.text, "1 records cannot be read"));
	assert_int_equal(counts.broken, 1);
	gate_osv_counts_clear(&counts);
	gate_err_reset(&err);
	assert_int_equal(gate_read_file(w->index, 1 << 24, &after, &err), 0);
	assert_true(before.len == after.len && memcmp(before.s, after.s, before.len) == 0);
	assert_int_equal(import(w, broken, true, &counts, &err), 0);
	assert_int_equal(counts.records, 1);
	gate_osv_counts_clear(&counts);
}

/* No byte of the index can make the reader go wrong: it answers something, or says that the index is damaged. */
static void a_damaged_index_is_seen(void **state)
{
	struct world *w = *state;
	struct gate_osv_hit hits[GATE_OSV_HITS_MAX];
	struct gate_err err = { 0 };
	struct gate_osv o;
	size_t said = 0;

	take(w, records);
	for (size_t i = 0; i < w->bytes.len; i++) {
		w->bytes.s[i] = (char)(w->bytes.s[i] ^ 0xff);
		gate_err_reset(&err);
		if (gate_osv_open(w->bytes.s, w->bytes.len, &o, &err) < 0)
			said++;
		else if (gate_osv_match(&o, GATE_ECO_NPM, "left-pad", "1.0.0", hits) && hits[0].unknown)
			said++;
		w->bytes.s[i] = (char)(w->bytes.s[i] ^ 0xff);
	}
	assert_true(said > 50);
	for (size_t len = 0; len < w->bytes.len; len++) {
		gate_err_reset(&err);
		assert_true(gate_osv_open(w->bytes.s, len, &o, &err) < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(versions_are_found, setup, teardown),
		cmocka_unit_test(ratings_are_those_of_first),
		cmocka_unit_test_setup_teardown(a_broken_record_leaves_the_old_index, setup, teardown),
		cmocka_unit_test_setup_teardown(a_damaged_index_is_seen, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
