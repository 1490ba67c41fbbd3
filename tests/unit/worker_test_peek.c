/* Looking at what a delta changed says the same as looking at all that it made. Texts are cut in the middle of credentials, armor, encoded
 * runs and rejected matches, and put together again by the instructions of deltas, delta upon delta, with fillers of any length between.
 * Run in the root of the project; worker_test_peek ROUNDS SEED takes more of them, worker_test_peek DIR the blobs of the packs below
 * DIR/pack as well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/io.h"
#include "classifier/classify.h"
#include "repo/git2_delta.h"
#include "repo/git2_pack.h"
#include "rules/secret_row.h"
#include "tests/unit/secret_template.h"

#include <glob.h>
#include <stdio.h>

#define OPS_MAX 24u
#define MARKS_MAX 256u
#define DEPTH 5u

struct pieces {
	struct gate_buf *v;
	size_t n;
};

/* A text and the places in it where something begins or ends, at which cutting is worth the most. */
struct text {
	struct gate_buf b;
	size_t marks[MARKS_MAX], n_marks;
};

struct counts {
	unsigned long made, parts, found, short_reads;
};

static struct pieces pieces;
static unsigned long rounds = 3000;
static uint64_t state64 = 88172645463325252u;

static size_t pick(size_t below)
{
	state64 ^= state64 << 13;
	state64 ^= state64 >> 7;
	state64 ^= state64 << 17;
	return below ? (size_t)(state64 % below) : 0;
}

static void piece(const char *s, size_t n)
{
	pieces.v = reallocarray(pieces.v, pieces.n + 1, sizeof(*pieces.v));
	assert_non_null(pieces.v);
	pieces.v[pieces.n] = (struct gate_buf){ 0 };
	gate_buf_add(&pieces.v[pieces.n++], s, n);
}

static void percent(const struct gate_buf *one)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	for (size_t i = 0; i < one->len; i++)
		gate_buf_fmt(&b, "%%%02x", (unsigned char)one->s[i]);
	piece(gate_buf_cstr(&b), b.len);
}

static void base64(const struct gate_buf *one)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < one->len; i++) {
		bits = bits << 8 | (unsigned char)one->s[i];
		for (have += 8; have >= 6; have -= 6)
			gate_buf_char(&b, digits[bits >> (have - 6) & 63]);
	}
	piece(gate_buf_cstr(&b), b.len);
}

static int add_examples(void *arg, struct gate_secret_row *r, const struct gate_yaml *v, struct gate_err *err)
{
	const struct gate_strs *lists[] = { &r->yes, &r->no };

	(void)arg;
	(void)v;
	(void)err;
	for (size_t l = 0; l < 2; l++) {
		for (size_t i = 0; i < lists[l]->n; i++) {
			gate_auto(gate_buf) struct gate_buf one = { 0 };

			if (!secret_template_fill(lists[l]->v[i], i + pieces.n, &one) || one.len < 4)
				continue;
			piece(one.s, one.len);
			if (i == 0 && pick(4) == 0)
				base64(&one);
			if (i == 0 && pick(4) == 0)
				percent(&one);
		}
	}
	return 0;
}

static int make_pieces(void **state)
{
	static const char *const more[] = {
		"-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN ", "PRIVATE KEY", "-----", "\r\n", "\\n", "\"", "token = \"", "\xff\xfe", "\xe2\x80\xae",
		"password = \"changeme_changeme_changeme\"\n", "api_key=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "secret: ${SECRET_OF_THE_SERVICE}", "%41%42", "\x1b[0m", "-----BEGIN OPENSSH PRIVATE KEY-----", "-----BEGIN PGP PRIVATE KEY BLOCK-----"
	};
	glob_t g;

	(void)state;
	assert_int_equal(glob("rules/secrets/*.yml", 0, NULL, &g), 0);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		gate_auto(gate_buf) struct gate_buf bytes = { 0 };
		struct gate_err err = { 0 };

		assert_int_equal(gate_read_file(g.gl_pathv[i], (size_t)1 << 20, &bytes, &err), 0);
		assert_int_equal(gate_secret_file_read(bytes.s, bytes.len, g.gl_pathv[i], add_examples, NULL, &err), 0);
	}
	globfree(&g);
	for (size_t i = 0; i < GATE_ARRAY_LEN(more); i++)
		piece(more[i], strlen(more[i]));
	piece("\0", 1);
	return 0;
}

static int drop_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < pieces.n; i++)
		gate_buf_clear(&pieces.v[i]);
	free(pieces.v);
	return 0;
}

/* ---- texts ---- */

static void mark(struct text *t)
{
	if (t->n_marks < MARKS_MAX)
		t->marks[t->n_marks++] = t->b.len;
}

static void filler(struct gate_buf *b)
{
	static const char *const lines[] = { "int x = foo(bar, 42);\n", "AbCdEfGh0123", "the end of it\n", "        ", "=", "a long line without an end, " };
	const char *s = lines[pick(GATE_ARRAY_LEN(lines))];
	size_t n = pick(4) ? pick(40) : pick(3000);

	for (size_t i = 0; i < n; i++)
		gate_buf_char(b, s[i % strlen(s)]);
}

/* Mostly parts of pieces, so that the whole is clean and two of them may make one that is not. */
static void first_text(struct text *t)
{
	size_t n = 2 + pick(12);

	gate_buf_reset(&t->b);
	t->n_marks = 0;
	for (size_t i = 0; i < n; i++) {
		const struct gate_buf *p = &pieces.v[pick(pieces.n)];
		size_t cut = pick(p->len + 1);

		filler(&t->b);
		mark(t);
		gate_buf_add(&t->b, p->s, cut);
		mark(t);
		filler(&t->b);
		mark(t);
		if (pick(6))
			gate_buf_add(&t->b, p->s + cut, p->len - cut);
		mark(t);
	}
}

static size_t place(const struct text *t)
{
	size_t at = t->n_marks && pick(5) ? t->marks[pick(t->n_marks)] : pick(t->b.len + 1);

	at += pick(8) ? 0 : pick(3);
	return at < t->b.len ? at : t->b.len;
}

static void put_copy(struct gate_buf *d, size_t from, size_t n)
{
	gate_buf_char(d, (char)0xff);
	for (unsigned i = 0; i < 4; i++)
		gate_buf_char(d, (char)(from >> 8 * i & 255));
	for (unsigned i = 0; i < 3; i++)
		gate_buf_char(d, (char)(n >> 8 * i & 255));
}

static void put_insert(struct gate_buf *d, struct text *t)
{
	const struct gate_buf *p = &pieces.v[pick(pieces.n)];
	size_t from = pick(2) ? 0 : pick(p->len), n = pick(2) ? p->len - from : pick(p->len - from + 1);

	n = n > 127 ? 127 : n;
	if (!n)
		return;
	gate_buf_char(d, (char)n);
	gate_buf_add(d, p->s + from, n);
	gate_buf_add(&t->b, p->s + from, n);
}

/* Most deltas keep nearly all of their base; some put its parts into any order. */
static void next_text(const struct text *base, struct gate_buf *d, struct text *t)
{
	size_t ops = 1 + pick(pick(3) ? 3 : OPS_MAX), at = 0;
	bool in_order = pick(4) != 0;

	gate_buf_reset(d);
	gate_buf_reset(&t->b);
	t->n_marks = 0;
	for (size_t i = 0; i < ops; i++) {
		size_t from = in_order ? at : place(base), to = place(base);

		if (in_order && i + 1 == ops && pick(4))
			to = base->b.len;
		if (to > from) {
			put_copy(d, from, to - from);
			gate_buf_add(&t->b, base->b.s + from, to - from);
			at = to;
		}
		mark(t);
		if (pick(3) == 0)
			put_insert(d, t);
		mark(t);
		/* sometimes over a part of the base */
		at = in_order && pick(3) == 0 ? place(base) : at;
		at = at < to ? to : at;
	}
	for (size_t i = 0; i < base->n_marks && i < 20; i++) {
		if (base->marks[i] < t->b.len && t->n_marks < MARKS_MAX)
			t->marks[t->n_marks++] = base->marks[i];
	}
}

/* ---- the comparison ---- */

static struct gate_classifier *classifier_of(struct gate_policy **policy, struct gate_changes *changes, struct gate_findings *out)
{
	static const char rules[] = "version: 1\n";
	struct gate_files files = { 0 };
	struct gate_err err = { 0 };
	struct gate_classifier *c;

	assert_int_equal(gate_files_add(&files, "policy.yml", rules, sizeof(rules) - 1, &err), 0);
	if (gate_policy_load(&files, NULL, 0, policy, &err) < 0)
		fail_msg("%s", err.text);
	gate_files_clear(&files);
	c = gate_classifier_new(*policy, changes, NULL, NULL, out, &err);
	assert_non_null(c);
	return c;
}

static bool whole(struct gate_classifier *c, const struct text *t, struct gate_spans *kept)
{
	return gate_classify_peek(c, &(struct gate_peek){ gate_buf_cstr(&t->b), t->b.len, NULL, kept });
}

/* One delta on `base`; gives whether what it made is clean, and then `kept` for the next. */
static bool one_delta(struct gate_classifier *c, const struct text *base, struct gate_spans *kept, struct text *t, struct counts *n)
{
	gate_auto(gate_buf) struct gate_buf d = { 0 }, out = { 0 };
	struct gate_delta_base b = { .bytes = base->b.s, .len = base->b.len, .kept = *kept };
	struct gate_spans fresh, ignored;
	bool want, got;
	size_t new = 0;

	next_text(base, &d, t);
	assert_non_null(gate_buf_room(&out, t->b.len + 1));
	assert_true(gate_delta_apply(&b, (const uint8_t *)gate_buf_cstr(&d), d.len, 0, out.s, t->b.len, &fresh));
	assert_memory_equal(out.s, gate_buf_cstr(&t->b), t->b.len);
	want = whole(c, t, &ignored);
	got = gate_classify_peek(c, &(struct gate_peek){ out.s, t->b.len, fresh.over ? NULL : &fresh, kept });
	for (unsigned i = 0; i < fresh.n; i++)
		new += fresh.v[i].to - fresh.v[i].from;
	n->made++;
	n->parts += !fresh.over;
	n->found += want && !fresh.over;
	n->short_reads += !fresh.over && !want && new * 4 < t->b.len;
	if (want != got) {
		gate_auto(gate_buf) struct gate_buf shown = { 0 };

		gate_escape(&shown, out.s, t->b.len < 6000 ? t->b.len : 6000);
		for (unsigned i = 0; i < fresh.n; i++)
			print_error("fresh %zu to %zu of %zu\n", fresh.v[i].from, fresh.v[i].to, t->b.len);
		fail_msg("%s by the whole text alone: %s", want ? "found" : "clean", gate_buf_cstr(&shown));
	}
	return !want;
}

static void test_deltas(void **state)
{
	struct gate_changes changes = { 0 };
	struct gate_findings out = { 0 };
	struct gate_policy *policy = NULL;
	struct gate_classifier *c = classifier_of(&policy, &changes, &out);
	struct text a = { 0 }, b = { 0 };
	struct counts n = { 0 };

	(void)state;
	for (unsigned long i = 0; i < rounds; i++) {
		struct gate_spans kept;
		struct text *base = &a, *made = &b;

		first_text(base);
		if (whole(c, base, &kept))
			continue;
		for (unsigned k = 0; k < DEPTH && base->b.len && one_delta(c, base, &kept, made, &n); k++) {
			struct text *other = base;

			base = made;
			made = other;
		}
	}
	print_message("%lu deltas, %lu by their changes, %lu of these no longer clean, %lu clean and read by a quarter or less\n", n.made,
		      n.parts, n.found, n.short_reads);
	assert_true(n.parts * 2 > n.made && n.found * 50 > n.made && n.short_reads * 10 > n.made);
	gate_buf_clear(&a.b);
	gate_buf_clear(&b.b);
	gate_classifier_free(c);
	gate_policy_free(policy);
	gate_findings_clear(&out);
}

/* ---- one change, everywhere ---- */

#define CUTS 40u
#define AROUND 2000u /* of a filler in front of and behind the piece */

static void put_around(struct text *t, size_t seed)
{
	for (size_t i = 0; i < AROUND; i++)
		gate_buf_char(&t->b, "int x = foo(bar, 42);\n"[(i + seed) % 22]);
}

/* The piece with something at `at` that does not belong there, and the delta that takes it away or mends it. */
static bool mend(struct gate_classifier *c, const struct gate_buf *p, size_t at, bool replace)
{
	static const char wrong[] = "\n~ ~\n";
	struct text base = { 0 }, t = { 0 };
	gate_auto(gate_buf) struct gate_buf d = { 0 };
	struct gate_spans kept, fresh, ignored;
	struct gate_delta_base b;
	size_t put = replace ? 1 : sizeof(wrong) - 1;
	bool got, want, clean;

	put_around(&base, at);
	put_around(&t, at);
	gate_buf_add(&t.b, p->s, p->len);
	gate_buf_add(&base.b, p->s, at);
	gate_buf_add(&base.b, replace ? "~" : wrong, put);
	gate_buf_add(&base.b, p->s + at + replace, p->len - at - replace);
	put_around(&t, 0);
	put_around(&base, 0);
	put_copy(&d, 0, AROUND + at);
	if (replace) {
		gate_buf_char(&d, 1);
		gate_buf_char(&d, p->s[at]);
	}
	put_copy(&d, AROUND + at + put, base.b.len - AROUND - at - put);
	clean = !whole(c, &base, &kept);
	b = (struct gate_delta_base){ base.b.s, base.b.len, kept };
	if (clean) {
		assert_true(gate_delta_apply(&b, (const uint8_t *)d.s, d.len, 0, t.b.s, t.b.len, &fresh));
		want = whole(c, &t, &ignored);
		got = gate_classify_peek(c, &(struct gate_peek){ t.b.s, t.b.len, fresh.over ? NULL : &fresh, &kept });
		if (want != got)
			fail_msg("a change at %zu of %zu, %s by the whole text alone: %.200s", at, p->len, want ? "found" : "clean", p->s);
	}
	gate_buf_clear(&base.b);
	gate_buf_clear(&t.b);
	return clean;
}

static void test_each_place(void **state)
{
	struct gate_changes changes = { 0 };
	struct gate_findings out = { 0 };
	struct gate_policy *policy = NULL;
	struct gate_classifier *c = classifier_of(&policy, &changes, &out);
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < pieces.n; i++) {
		const struct gate_buf *p = &pieces.v[i];
		size_t step = 1 + p->len / CUTS;

		for (size_t at = 0; p->len < 20000 && at < p->len; at += step) {
			n += mend(c, p, at, false);
			n += mend(c, p, at, true);
		}
	}
	print_message("%zu pieces, %zu changes\n", pieces.n, n);
	assert_true(n > 10 * pieces.n);
	gate_classifier_free(c);
	gate_policy_free(policy);
	gate_findings_clear(&out);
}

/* ---- packs of others, by hand ---- */

static const char *objects;

struct packed {
	struct gate_classifier *c;
	size_t blobs, parts, clean;
};

static int both_ways(void *arg, const struct gate_pack_object *o, struct gate_err *err)
{
	struct packed *p = arg;
	struct gate_spans ignored;
	char hex[GATE_HEXSZ + 1];
	bool want, got;

	(void)err;
	if (o->kind != GATE_KIND_BLOB)
		return 0;
	want = gate_classify_peek(p->c, &(struct gate_peek){ o->bytes, o->len, NULL, &ignored });
	got = gate_classify_peek(p->c, &(struct gate_peek){ o->bytes, o->len, o->fresh, o->kept });
	p->blobs++;
	p->parts += o->fresh != NULL;
	p->clean += !want;
	gate_oid_hex(&o->oid, hex);
	if (want != got)
		fail_msg("blob %s", hex);
	return 0;
}

static void test_packs(void **state)
{
	struct gate_changes changes = { 0 };
	struct gate_findings out = { 0 };
	struct gate_policy *policy = NULL;
	struct packed p = { .c = classifier_of(&policy, &changes, &out) };
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_pack_each(objects, (size_t)12 << 20, both_ways, &p, &err), 0);
	print_message("%zu blobs, %zu by their changes, %zu clean\n", p.blobs, p.parts, p.clean);
	gate_classifier_free(p.c);
	gate_policy_free(policy);
	gate_findings_clear(&out);
}

/* ---- the list itself ---- */

static void test_spans(void **state)
{
	struct gate_spans l = { .n = 0 }, w;

	(void)state;
	gate_spans_add(&l, 50, 60);
	gate_spans_add(&l, 10, 10);
	gate_spans_add(&l, 60, 70);
	assert_int_equal(l.n, 2);
	assert_int_equal(l.v[1].to, 70);
	gate_spans_widen(&l, 20, 20, 80, &w);
	assert_int_equal(w.n, 1);
	assert_int_equal(w.v[0].from, 0);
	assert_int_equal(w.v[0].to, 80);
	for (size_t i = 0; i < GATE_SPANS_MAX - 2; i++)
		gate_spans_add(&l, 1000 - i * 10, 1001 - i * 10);
	assert_false(l.over);
	assert_int_equal(l.n, GATE_SPANS_MAX);
	gate_spans_add(&l, 5, 900);
	assert_false(l.over);
	assert_true(l.n < GATE_SPANS_MAX);
	for (size_t i = 0; i < GATE_SPANS_MAX; i++)
		gate_spans_add(&l, 2000 + i * 10, 2001 + i * 10);
	assert_true(l.over);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_spans), cmocka_unit_test(test_each_place), cmocka_unit_test(test_deltas) };
	const struct CMUnitTest by_hand[] = { cmocka_unit_test(test_packs) };

	if (argc > 1 && strchr(argv[1], '/')) {
		objects = argv[1];
		return cmocka_run_group_tests(by_hand, NULL, NULL);
	}
	rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : rounds;
	state64 = argc > 2 ? strtoull(argv[2], NULL, 10) : state64;
	return cmocka_run_group_tests(tests, make_pieces, drop_pieces);
}
