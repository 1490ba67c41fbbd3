/* base/msg, base/wire, base/change: what crosses the pipe between refgate and refgate-worker. The reader of an answer believes no
 * length, count, enum or oid in it: every cut and every changed byte is refused or read within bounds. */
#include "base/msg.h"
#include "base/wire.h"

/* cmocka.h needs these before it, in this order */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>

#define OID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define DIGEST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* ---- msg ---- */

static void what_is_put_is_got(void **state)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_msg m;
	char text[8];
	size_t n;
	gate_autofree char *copy = NULL;

	(void)state;
	gate_msg_put_u8(&b, 200);
	gate_msg_put_u32(&b, 4000000000u);
	gate_msg_put_u64(&b, UINT64_MAX);
	gate_msg_put_str(&b, "text");
	gate_msg_put_bytes(&b, "a\0b", 3);
	gate_msg_put_str(&b, "again");
	gate_msg_put_u8(&b, 2);
	m = (struct gate_msg){ b.s, b.len, false };
	assert_int_equal(gate_msg_u8(&m), 200);
	assert_true(gate_msg_u32(&m) == 4000000000u);
	assert_true(gate_msg_u64(&m) == UINT64_MAX);
	gate_msg_str(&m, text, sizeof(text));
	assert_string_equal(text, "text");
	assert_memory_equal(gate_msg_bytes(&m, 3, &n), "a\0b", 3);
	assert_int_equal(n, 3);
	copy = gate_msg_dup(&m, 5);
	assert_string_equal(copy, "again");
	assert_false(gate_msg_done(&m)); /* one byte is left */
	assert_int_equal(gate_msg_enum(&m, 3), 2);
	assert_true(gate_msg_done(&m));
}

static void a_bad_read_sticks(void **state)
{
	struct gate_msg m = { "\1\0\0", 3, false };

	(void)state;
	assert_int_equal(gate_msg_u32(&m), 0);
	assert_true(m.bad);
	assert_int_equal(gate_msg_u8(&m), 0); /* although a byte would be there */
	assert_false(gate_msg_done(&m));
}

static void texts_fit_or_are_refused(void **state)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_msg m;
	char text[5];

	(void)state;
	gate_msg_put_str(&b, "12345");
	m = (struct gate_msg){ b.s, b.len, false };
	gate_msg_str(&m, text, sizeof(text)); /* no room for the NUL */
	assert_true(m.bad);
	assert_string_equal(text, "");
	m = (struct gate_msg){ b.s, b.len, false };
	assert_null(gate_msg_dup(&m, 4));
	assert_true(m.bad);
	gate_buf_reset(&b);
	gate_msg_put_bytes(&b, "a\0b", 3);
	m = (struct gate_msg){ b.s, b.len, false };
	assert_null(gate_msg_dup(&m, 100)); /* a NUL inside is no text */
	assert_true(m.bad);
	m = (struct gate_msg){ b.s, b.len - 1, false };
	assert_null(gate_msg_dup(&m, 100)); /* longer than what is left */
	assert_true(m.bad);
}

static void an_unknown_enum_is_the_safe_one(void **state)
{
	struct gate_msg m = { "\7", 1, false };

	(void)state;
	assert_int_equal(gate_msg_enum(&m, GATE_VERDICT_COUNT), GATE_VERDICT_REJECT);
	assert_true(m.bad);
}

/* ---- the two messages ---- */

static void sample_reply(struct gate_reply *r)
{
	struct gate_err err = { 0 };
	struct gate_finding f = { .floor = GATE_TIER_HIGH, .points = 20000, .points_there = 40000, .change = 1, .line = 7 };
	char subject[] = "s", path[] = "src/a.c", message[] = "m";

	r->facts = calloc(3, sizeof(*r->facts));
	r->n_facts = 2;
	for (int i = 0; i < 2; i++) {
		r->facts[i].kind = GATE_KIND_COMMIT;
		gate_copy(r->facts[i].commit, sizeof(r->facts[i].commit), OID_A);
		gate_copy(r->facts[i].tree, sizeof(r->facts[i].tree), OID_B);
		gate_copy(r->facts[i].commits, sizeof(r->facts[i].commits), DIGEST);
		r->facts[i].fast_forward = true;
		r->facts[i].new_commits = 3;
		gate_strs_add(&r->facts[i].mails, "a@example.com", &err);
	}
	gate_copy(f.id, sizeof(f.id), "TST-THR");
	gate_copy(f.commit, sizeof(f.commit), OID_A);
	f.subject = subject;
	f.path = path;
	f.message = message;
	assert_int_equal(gate_findings_add(&r->findings, &f, &err), 0);
	assert_int_equal(gate_files_add(&r->inbox, "refs/approvals/x", "bl\0ob", 5, &err), 0);
	r->new_objects = 9;
	r->new_bytes = 1234;
}

static void encode_sample(struct gate_buf *b)
{
	gate_auto(gate_reply) struct gate_reply r = { 0 };
	struct gate_err err = { 0 };

	sample_reply(&r);
	assert_int_equal(gate_reply_encode(&r, b, &err), 0);
}

static void an_answer_is_read_as_it_was_written(void **state)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 }, again = { 0 };
	gate_auto(gate_reply) struct gate_reply r = { 0 };
	struct gate_err err = { 0 };

	(void)state;
	encode_sample(&b);
	assert_int_equal(gate_reply_decode(b.s, b.len, 2, &r, &err), 0);
	assert_int_equal(r.n_facts, 2);
	assert_string_equal(r.facts[1].mails.v[0], "a@example.com");
	assert_string_equal(r.findings.v[0].id, "TST-THR");
	assert_string_equal(r.findings.v[0].path, "src/a.c");
	assert_memory_equal(r.inbox.v[0].bytes, "bl\0ob", 5);
	assert_int_equal(gate_reply_encode(&r, &again, &err), 0);
	assert_int_equal(again.len, b.len);
	assert_memory_equal(again.s, b.s, b.len);
}

static void refuse_answer(const char *p, size_t len, size_t n_changes)
{
	gate_auto(gate_reply) struct gate_reply r = { 0 };
	struct gate_err err = { 0 };

	assert_int_equal(gate_reply_decode(p, len, n_changes, &r, &err), -GATE_E_WORKER);
}

/* One byte too few or too many, another number of changes, nothing at all. */
static void an_answer_of_another_length_is_refused(void **state)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	(void)state;
	encode_sample(&b);
	for (size_t n = 0; n < b.len; n++)
		refuse_answer(b.s, n, 2);
	refuse_answer(b.s, b.len, 1);
	refuse_answer(b.s, b.len, 3);
	gate_buf_char(&b, 'x');
	refuse_answer(b.s, b.len, 2);
}

/* Any byte changed: refused, or read to something that is within all bounds. Never a crash, never more than was sent. */
static void a_changed_byte_stays_within_bounds(void **state)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	static const unsigned char flips[] = { 0x01, 0x80, 0xff };

	(void)state;
	encode_sample(&b);
	for (size_t i = 0; i < b.len; i++) {
		for (size_t k = 0; k < sizeof(flips); k++) {
			gate_auto(gate_reply) struct gate_reply r = { 0 };
			struct gate_err err = { 0 };

			b.s[i] ^= (char)flips[k];
			if (gate_reply_decode(b.s, b.len, 2, &r, &err) == 0) {
				assert_int_equal(r.n_facts, 2);
				for (size_t c = 0; c < 2; c++) {
					assert_true(r.facts[c].kind < GATE_KIND_COUNT);
					assert_true(!r.facts[c].commit[0] || gate_is_oid(r.facts[c].commit));
					assert_true(!r.facts[c].tree[0] || gate_is_oid(r.facts[c].tree));
				}
				for (size_t f = 0; f < r.findings.n; f++) {
					assert_true(r.findings.v[f].change < 2);
					assert_true(r.findings.v[f].floor < GATE_TIER_COUNT);
				}
			} else {
				assert_int_not_equal(err.code, GATE_OK);
			}
			b.s[i] ^= (char)flips[k];
		}
	}
}

static void a_worker_may_say_why_it_failed(void **state)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	gate_auto(gate_reply) struct gate_reply r = { 0 };
	struct gate_err why = { 0 }, err = { 0 };

	(void)state;
	gate_err_set(&why, GATE_E_OBJECT, "%s", "object 12 is bad\033[2J");
	assert_int_equal(gate_reply_encode_error(&why, &b, &err), 0);
	assert_int_equal(gate_reply_decode(b.s, b.len, 1, &r, &err), -GATE_E_OBJECT);
	assert_string_equal(err.text, "object 12 is bad\\x1b[2J"); /* its words are not trusted either */
	/* An error that is none must not pass for an answer. */
	gate_err_reset(&err);
	gate_buf_reset(&b);
	gate_err_reset(&why);
	assert_int_equal(gate_reply_encode_error(&why, &b, &err), 0);
	assert_int_equal(gate_reply_decode(b.s, b.len, 1, &r, &err), -GATE_E_WORKER);
}

static void a_request_is_read_as_it_was_written(void **state)
{
	gate_auto(gate_ask) struct gate_ask a = { .mode = GATE_ASK_FACTS, .human = true, .now = 1700000000, .judging_ms = 30000 }, got = { 0 };
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err err = { 0 };
	struct gate_change *c = gate_changes_add(&a.changes);

	(void)state;
	gate_copy(c->ref, sizeof(c->ref), "refs/heads/main");
	gate_copy(c->old, sizeof(c->old), OID_A);
	gate_copy(c->new, sizeof(c->new), OID_B);
	c->is_protected = true;
	gate_copy(a.objects, sizeof(a.objects), "/srv/git/app.git/objects");
	gate_copy(a.osv, sizeof(a.osv), "/srv/git/app.git/refgate/osv");
	a.floor = strdup("version: 1\n");
	assert_int_equal(gate_strs_add(&a.hidden, OID_A, &err), 0);
	assert_int_equal(gate_files_add(&a.policy, "policy.yml", "version: 1\n", 11, &err), 0);
	assert_int_equal(gate_ask_encode(&a, &b, &err), 0);
	assert_int_equal(gate_ask_decode(b.s, b.len, &got, &err), 0);
	assert_int_equal(got.mode, GATE_ASK_FACTS);
	assert_string_equal(got.changes.v[0].ref, "refs/heads/main");
	assert_true(got.changes.v[0].is_protected);
	assert_string_equal(got.floor, "version: 1\n");
	assert_true(got.human);
	assert_string_equal(got.osv, "/srv/git/app.git/refgate/osv");
	for (size_t n = 0; n < b.len; n++) {
		gate_auto(gate_ask) struct gate_ask cut = { 0 };

		gate_err_reset(&err);
		assert_int_equal(gate_ask_decode(b.s, n, &cut, &err), -GATE_E_WORKER);
	}
}

/* ---- findings ---- */

static int add_finding(struct gate_findings *l, const char *id, const char *subject, uint32_t points, enum gate_tier floor, bool deny)
{
	struct gate_err err = { 0 };
	struct gate_finding f = { .points = points, .points_there = points, .floor = floor, .deny = deny };
	gate_autofree char *s = strdup(subject);

	gate_copy(f.id, sizeof(f.id), id);
	f.subject = s;
	return gate_findings_add(l, &f, &err);
}

static void the_same_finding_is_kept_once_at_its_worst(void **state)
{
	gate_auto(gate_findings) struct gate_findings l = { 0 };

	(void)state;
	add_finding(&l, "TST-THR", "a", 20000, GATE_TIER_HIGH, false);
	add_finding(&l, "TST-THR", "a", 40000, GATE_TIER_LOW, false);
	add_finding(&l, "TST-THR", "a", 10000, GATE_TIER_LOW, true);
	assert_int_equal(l.n, 1);
	assert_int_equal(l.v[0].points, 40000);
	assert_int_equal(l.v[0].floor, GATE_TIER_HIGH);
	assert_true(l.v[0].deny);
	add_finding(&l, "TST-THR", "b", 1, GATE_TIER_LOW, false);
	assert_int_equal(l.n, 2);
	assert_string_equal(l.v[1].path, "");
	assert_string_equal(l.v[1].message, "");
}

/* Thousands of light findings must not push out the one that counts. */
static void a_flood_does_not_drown_a_denial(void **state)
{
	gate_auto(gate_findings) struct gate_findings l = { 0 };
	bool denied = false;

	(void)state;
	for (int i = 0; i < GATE_FINDINGS_MAX; i++) {
		char subject[16];

		snprintf(subject, sizeof(subject), "%d", i);
		add_finding(&l, "UNI-ZW", subject, 1000, GATE_TIER_LOW, false);
	}
	assert_int_equal(l.dropped, 0);
	add_finding(&l, "SEC-TXT", "key", 0, GATE_TIER_LOW, true);
	add_finding(&l, "UNI-ZW", "one more", 1000, GATE_TIER_LOW, false);
	assert_int_equal(l.n, GATE_FINDINGS_MAX);
	assert_int_equal(l.dropped, 2);
	for (size_t i = 0; i < l.n; i++)
		denied |= l.v[i].deny;
	assert_true(denied);
}

static void names_of_tiers_and_verdicts_fail_safe(void **state)
{
	enum gate_tier t = GATE_TIER_LOW;
	enum gate_verdict v = GATE_VERDICT_ACCEPT;

	(void)state;
	assert_true(gate_tier_parse("medium", &t));
	assert_int_equal(t, GATE_TIER_MEDIUM);
	assert_false(gate_tier_parse("none", &t));
	assert_int_equal(t, GATE_TIER_CRITICAL);
	assert_false(gate_verdict_parse("ACCEPT", &v));
	assert_int_equal(v, GATE_VERDICT_REJECT);
	assert_string_equal(gate_tier_name((enum gate_tier)99), "critical");
	assert_string_equal(gate_verdict_name((enum gate_verdict)99), "reject");
	assert_int_equal((enum gate_verdict)0, GATE_VERDICT_REJECT);
}

static void digest(const char *const *pairs, size_t n, char hex[65])
{
	gate_auto(gate_files) struct gate_files l = { 0 };
	struct gate_err err = { 0 };

	for (size_t i = 0; i < n; i++)
		assert_int_equal(gate_files_add(&l, pairs[2 * i], pairs[2 * i + 1], strlen(pairs[2 * i + 1]), &err), 0);
	gate_files_digest(&l, hex);
}

/* The digest of a policy: the order of the files does not matter, where one ends and the next begins does. */
static void a_policy_digest_is_of_names_and_bytes(void **state)
{
	char a[65], b[65], c[65], d[65];

	(void)state;
	digest((const char *const[]){ "p", "one", "q", "two" }, 2, a);
	digest((const char *const[]){ "q", "two", "p", "one" }, 2, b);
	digest((const char *const[]){ "p", "onetwo", "q", "" }, 2, c);
	digest((const char *const[]){ "p", "two", "q", "one" }, 2, d);
	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
	assert_string_not_equal(a, d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_is_got),
		cmocka_unit_test(a_bad_read_sticks),
		cmocka_unit_test(texts_fit_or_are_refused),
		cmocka_unit_test(an_unknown_enum_is_the_safe_one),
		cmocka_unit_test(an_answer_is_read_as_it_was_written),
		cmocka_unit_test(an_answer_of_another_length_is_refused),
		cmocka_unit_test(a_changed_byte_stays_within_bounds),
		cmocka_unit_test(a_worker_may_say_why_it_failed),
		cmocka_unit_test(a_request_is_read_as_it_was_written),
		cmocka_unit_test(the_same_finding_is_kept_once_at_its_worst),
		cmocka_unit_test(a_flood_does_not_drown_a_denial),
		cmocka_unit_test(names_of_tiers_and_verdicts_fail_safe),
		cmocka_unit_test(a_policy_digest_is_of_names_and_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
