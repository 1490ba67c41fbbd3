/* base/: errors, buffers, strings and their escape, numbers, times, hex and base64. */
#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/num.h"
#include "base/str.h"
#include "base/when.h"

/* cmocka.h needs these before it, in this order */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- errors ---- */

static void every_code_has_a_name_and_a_meaning(void **state)
{
	(void)state;
	for (int i = 0; i < GATE_CODE_COUNT; i++) {
		assert_true(gate_starts_with(gate_code_name((enum gate_code)i), i ? "GATE_E_" : "GATE_OK"));
		assert_true(strlen(gate_code_help((enum gate_code)i)) > 5);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(gate_code_name((enum gate_code)i), gate_code_name((enum gate_code)k));
	}
	assert_string_equal(gate_code_name(GATE_CODE_COUNT), "GATE_E_BUG");
	assert_string_equal(gate_code_name((enum gate_code)-1), "GATE_E_BUG");
}

static void the_first_cause_wins(void **state)
{
	struct gate_err err = { 0 };

	(void)state;
	assert_int_equal(gate_err_set(&err, GATE_E_POLICY, "line %d", 3), -GATE_E_POLICY);
	assert_int_equal(gate_err_set(&err, GATE_E_IO, "later"), -GATE_E_POLICY);
	assert_string_equal(err.text, "line 3");
	assert_int_equal(gate_err_wrap(&err, "file %s", "x"), -GATE_E_POLICY);
	assert_string_equal(err.text, "file x: line 3");
	gate_err_reset(&err);
	assert_int_equal(err.code, GATE_OK);
	assert_int_equal(gate_err_set(&err, GATE_E_IO, "anew"), -GATE_E_IO);
}

/* A function that reports success as an error, or wraps nothing, must not come out as 0. */
static void an_error_is_never_success(void **state)
{
	struct gate_err ok = { 0 }, none = { 0 };

	(void)state;
	assert_int_equal(gate_err_set(&ok, GATE_OK, "odd"), -GATE_E_BUG);
	assert_int_equal(gate_err_wrap(&none, "context"), -GATE_E_BUG);
	assert_non_null(strstr(none.text, "context: "));
}

static void errno_becomes_a_code(void **state)
{
	static const struct {
		int number;
		enum gate_code code;
	} table[] = {
		{ ENOSPC, GATE_E_FULL }, { EDQUOT, GATE_E_FULL }, { EROFS, GATE_E_FULL },
		{ ENOMEM, GATE_E_NOMEM }, { EACCES, GATE_E_IO }, { ENOENT, GATE_E_IO },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(table); i++) {
		struct gate_err err = { 0 };

		errno = table[i].number;
		assert_int_equal(gate_err_errno(&err, "the log"), -(int)table[i].code);
		assert_true(gate_starts_with(err.text, "the log: "));
		assert_non_null(strstr(err.text, strerror(table[i].number)));
	}
}

static void long_errors_are_cut_not_overrun(void **state)
{
	struct {
		struct gate_err err;
		char after;
	} x = { .after = 'k' };
	char big[4096];

	(void)state;
	memset(big, 'a', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	gate_err_set(&x.err, GATE_E_IO, "%s", big);
	assert_int_equal(strlen(x.err.text), sizeof(x.err.text) - 1);
	gate_err_wrap(&x.err, "%s", "short");
	assert_true(gate_starts_with(x.err.text, "short: aaa"));
	assert_int_equal(strlen(x.err.text), sizeof(x.err.text) - 1);
	gate_err_wrap(&x.err, "%s", big);
	assert_int_equal(strlen(x.err.text), sizeof(x.err.text) - 1);
	assert_int_equal(x.after, 'k');
}

/* ---- buffers ---- */

static void a_buffer_grows_and_ends_in_nul(void **state)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err err = { 0 };

	(void)state;
	assert_string_equal(gate_buf_cstr(&b), "");
	for (int i = 0; i < 1000; i++)
		gate_buf_fmt(&b, "%d,", i);
	assert_int_equal(b.len, 3890);
	assert_int_equal(strlen(b.s), b.len);
	gate_buf_add(&b, "\0x", 2);
	assert_int_equal(b.len, 3892);
	assert_int_equal(b.s[3892], '\0');
	assert_int_equal(gate_buf_check(&b, &err), 0);
	gate_buf_reset(&b);
	assert_string_equal(gate_buf_cstr(&b), "");
}

/* The size that does not fit keeps what was there, is told once, and no later append makes it whole again. */
static void a_buffer_that_failed_stays_failed(void **state)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err err = { 0 };

	(void)state;
	gate_buf_str(&b, "kept");
	assert_null(gate_buf_room(&b, SIZE_MAX));
	assert_true(b.failed);
	gate_buf_str(&b, " lost");
	gate_buf_char(&b, 'x');
	gate_buf_fmt(&b, "%d", 7);
	assert_string_equal(gate_buf_cstr(&b), "kept");
	assert_int_equal(gate_buf_check(&b, &err), -GATE_E_NOMEM);
	assert_null(gate_buf_steal(&b));
	assert_null(b.s);
	assert_false(b.failed);
}

static void room_is_bounded(void **state)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	(void)state;
	gate_buf_str(&b, "x");
	assert_null(gate_buf_room(&b, GATE_BUF_MAX));
	assert_true(b.failed);
}

static void steal_gives_the_content(void **state)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	gate_autofree char *empty = gate_buf_steal(&b);
	gate_autofree char *text = NULL;

	(void)state;
	assert_string_equal(empty, "");
	gate_buf_str(&b, "mine");
	text = gate_buf_steal(&b);
	assert_string_equal(text, "mine");
	assert_int_equal(b.len, 0);
}

/* ---- text from outside ---- */

static void assert_escaped(const char *in, size_t len, const char *want, bool changed)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	assert_int_equal(gate_escape(&b, in, len), changed);
	assert_string_equal(gate_buf_cstr(&b), want);
}

static void what_drives_a_terminal_is_escaped(void **state)
{
	static const struct {
		const char *in, *want;
	} bad[] = {
		{ "a\033[2Jb", "a\\x1b[2Jb" },			 /* clear the screen */
		{ "a\rb", "a\\x0db" },				 /* overwrite the line */
		{ "a\nremote: ok", "a\\x0aremote: ok" },	 /* a line of its own */
		{ "\x7f", "\\x7f" },				 /* DEL */
		{ "\xc2\x9b" "31m", "\\xc2\\x9b31m" },		 /* C1: CSI */
		{ "\xe2\x80\xae" "cba", "\\xe2\\x80\\xae" "cba" }, /* U+202E right-to-left */
		{ "a\xe2\x80\x8b" "b", "a\\xe2\\x80\\x8b" "b" }, /* U+200B zero width */
		{ "\xef\xbb\xbf", "\\xef\\xbb\\xbf" },		 /* byte order mark */
		{ "\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81" },	 /* U+E0041, a tag letter */
		{ "\xff", "\\xff" },				 /* no UTF-8 */
		{ "\xc0\xaf", "\\xc0\\xaf" },			 /* overlong / */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },		 /* a surrogate */
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },	 /* over U+10FFFF */
		{ "\xe2\x82", "\\xe2\\x82" },			 /* cut short */
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(bad); i++)
		assert_escaped(bad[i].in, strlen(bad[i].in), bad[i].want, true);
	assert_escaped("a\0b", 3, "a\\x00b", true);
	assert_escaped("plain \\ text, \xc3\xa9\xe6\xbc\xa2\xf0\x9f\x99\x82", 23, "plain \\ text, \xc3\xa9\xe6\xbc\xa2\xf0\x9f\x99\x82", false);
	assert_escaped("", 0, "", false);
}

/* Whatever goes in: what comes out is UTF-8 without a control character. */
static void any_bytes_come_out_harmless(void **state)
{
	uint32_t seed = 20240601;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		gate_auto(gate_buf) struct gate_buf b = { 0 };
		char in[64];

		for (size_t i = 0; i < sizeof(in); i++) {
			seed = seed * 1664525u + 1013904223u;
			in[i] = (char)(seed >> 24);
		}
		gate_escape(&b, in, sizeof(in));
		assert_true(gate_utf8_valid(gate_buf_cstr(&b), b.len));
		for (size_t i = 0; i < b.len; i++)
			assert_true((unsigned char)b.s[i] >= 0x20 && b.s[i] != 0x7f);
	}
}

static void utf8_is_read_strictly(void **state)
{
	uint32_t cp = 0;

	(void)state;
	assert_int_equal(gate_utf8_next("\xf0\x9f\x99\x82", 4, &cp), 4);
	assert_int_equal(cp, 0x1f642);
	assert_int_equal(gate_utf8_next("\xf0\x9f\x99\x82", 3, &cp), 0);
	assert_int_equal(gate_utf8_next("", 0, &cp), 0);
	assert_int_equal(gate_utf8_next("\x80", 1, &cp), 0);
	assert_int_equal(gate_utf8_next("\xf8\x88\x80\x80\x80", 5, &cp), 0);
	assert_true(gate_utf8_valid("na\xc3\xafve", 6));
	assert_false(gate_utf8_valid("na\xc3", 3));
}

static void oids_are_exact(void **state)
{
	(void)state;
	assert_true(gate_is_oid("0123456789abcdef0123456789abcdef01234567"));
	assert_false(gate_is_oid("0123456789abcdef0123456789abcdef0123456"));
	assert_false(gate_is_oid("0123456789abcdef0123456789abcdef012345678"));
	assert_false(gate_is_oid("0123456789ABCDEF0123456789abcdef01234567"));
	assert_false(gate_is_oid("0123456789abcdef0123456789abcdef0123456\n"));
	assert_true(gate_is_zero_oid("0000000000000000000000000000000000000000"));
	assert_false(gate_is_zero_oid("0000000000000000000000000000000000000001"));
	assert_false(gate_is_zero_oid("000000000000000000000000000000000000000"));
	assert_false(gate_is_zero_oid(""));
}

static void copy_says_when_it_cut(void **state)
{
	char to[4];

	(void)state;
	assert_true(gate_copy(to, sizeof(to), "abc"));
	assert_string_equal(to, "abc");
	assert_false(gate_copy(to, sizeof(to), "abcd"));
	assert_string_equal(to, "abc");
}

static void prefixes_and_suffixes(void **state)
{
	(void)state;
	assert_true(gate_starts_with("refs/heads/x", "refs/heads/"));
	assert_false(gate_starts_with("refs/head", "refs/heads/"));
	assert_true(gate_ends_with("x.lock", ".lock"));
	assert_false(gate_ends_with("lock", ".lock"));
}

static void lists_of_strings(void **state)
{
	gate_auto(gate_strs) struct gate_strs a = { 0 }, b = { 0 };
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	struct gate_err err = { 0 };

	(void)state;
	for (int i = 20; i > 0; i--) {
		char word[16];

		snprintf(word, sizeof(word), "w%02d", i);
		assert_int_equal(gate_strs_add(&a, word, &err), 0);
	}
	assert_int_equal(gate_strs_addn(&a, "cut here", 3, &err), 0);
	assert_true(gate_strs_has(&a, "cut"));
	assert_false(gate_strs_has(&a, "cut here"));
	assert_int_equal(gate_strs_add_new(&a, "cut", &err), 0);
	assert_int_equal(a.n, 21);
	gate_strs_sort(&a);
	assert_string_equal(a.v[0], "cut");
	assert_string_equal(a.v[20], "w20");
	assert_int_equal(gate_strs_copy(&b, &a, &err), 0);
	gate_strs_clear(&a);
	assert_int_equal(b.n, 21);
	gate_strs_clear(&b);
	gate_strs_join(&out, &b, ", ");
	assert_string_equal(gate_buf_cstr(&out), "");
	gate_strs_add(&b, "x", &err);
	gate_strs_add(&b, "y", &err);
	gate_strs_join(&out, &b, ", ");
	assert_string_equal(gate_buf_cstr(&out), "x, y");
}

/* ---- numbers and units ---- */

static void numbers_fit_or_are_refused(void **state)
{
	uint64_t v = 7;
	size_t z;

	(void)state;
	assert_true(gate_parse_u64("18446744073709551615", 20, &v));
	assert_true(v == UINT64_MAX);
	assert_false(gate_parse_u64("18446744073709551616", 20, &v));
	assert_false(gate_parse_u64("99999999999999999999", 20, &v));
	assert_false(gate_parse_u64("", 0, &v));
	assert_false(gate_parse_u64("-1", 2, &v));
	assert_false(gate_parse_u64("+1", 2, &v));
	assert_false(gate_parse_u64(" 1", 2, &v));
	assert_false(gate_parse_u64("0x1", 3, &v));
	assert_true(v == UINT64_MAX); /* a refusal leaves the value alone */
	assert_true(gate_parse_u64("12rest", 2, &v));
	assert_int_equal(v, 12);
	assert_false(gate_add_size(SIZE_MAX, 1, &z));
	assert_true(gate_add_size(SIZE_MAX - 1, 1, &z));
	assert_false(gate_mul_size(SIZE_MAX / 2, 3, &z));
	assert_true(gate_mul_size(3, 5, &z));
	assert_int_equal(z, 15);
}

static void durations(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} good[] = { { "0", 0 }, { "90", 90 }, { "120s", 120 }, { "10m", 600 }, { "4h", 14400 }, { "14d", 1209600 }, { "1D", 86400 } };
	static const char *const bad[] = { "", "h", "4 h", "-4h", "4w", "4hh", "1.5h", "99999999999d", "2147483648" };
	int64_t s;

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(good); i++) {
		assert_true(gate_parse_seconds(good[i].text, &s));
		assert_int_equal(s, good[i].seconds);
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(bad); i++)
		assert_false(gate_parse_seconds(bad[i], &s));
}

static void sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} good[] = { { "4096", 4096 }, { "64KiB", 65536 }, { "1GiB", 1u << 30 }, { "20k", 20480 }, { "5m", 5u << 20 }, { "1g", 1u << 30 } };
	static const char *const bad[] = { "", "k", "1kb", "1 k", "-1", "1e3", "18446744073709551615k", "20000000000g" };
	uint64_t b;

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(good); i++) {
		assert_true(gate_parse_bytes(good[i].text, &b));
		assert_true(b == good[i].bytes);
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(bad); i++)
		assert_false(gate_parse_bytes(bad[i], &b));
}

/* ---- times ---- */

static void times_go_there_and_back(void **state)
{
	static const int64_t some[] = { 0, 1, 951782400, 1700000000, 4102444799, 253402300799 };
	char text[GATE_WHEN_SIZE];
	int64_t t;

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(some); i++) {
		gate_when_format(some[i], text);
		assert_true(gate_when_parse(text, &t));
		assert_true(t == some[i]);
	}
	gate_when_format(951782400, text);
	assert_string_equal(text, "2000-02-29T00:00:00Z");
}

static void other_forms_of_time_are_refused(void **state)
{
	static const char *const bad[] = {
		"",			"2026-11-23T14:00:00",	"2026-11-23T14:00:00z", "2026-11-23 14:00:00Z", "2026-02-29T00:00:00Z",
		"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-11-31T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T14:60:00Z",
		"2026-11-23T14:00:61Z", "2026-11-23T14:00:00+", " 026-11-23T14:00:00Z", "2026-11-23T14:00:00Z ", "2026-1a-23T14:00:00Z",
	};
	int64_t t;

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(bad); i++)
		assert_false(gate_when_parse(bad[i], &t));
}

static void a_time_out_of_range_is_no_time(void **state)
{
	char text[GATE_WHEN_SIZE];
	int64_t t;

	(void)state;
	gate_when_format(INT64_MAX, text);
	assert_string_equal(text, "0000-00-00T00:00:00Z");
	assert_false(gate_when_parse(text, &t));
	gate_when_format(253402300800, text); /* the year 10000 has a digit too many */
	assert_false(gate_when_parse(text, &t));
}

static void times_of_allowed_signers(void **state)
{
	static const struct {
		const char *text;
		int64_t t;
	} good[] = {
		{ "20261123Z", 1795392000 }, { "202611231400Z", 1795442400 }, { "20261123140005Z", 1795442405 },
	};
	static const char *const bad[] = { "",		"Z",		   "2026112",	      "20261323Z",	   "20261131Z",
					   "20260229Z", "2026112324Z",	   "202611232400Z",   "202611231460Z",	   "20261123140061Z",
					   "2026-11-23", "20261123140005ZZ", "202611231400000Z" };
	int64_t t;

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(good); i++) {
		assert_true(gate_when_parse_ssh(good[i].text, strlen(good[i].text), &t));
		assert_true(t == good[i].t);
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(bad); i++)
		assert_false(gate_when_parse_ssh(bad[i], strlen(bad[i]), &t));
}

/* ---- hex and base64 ---- */

static void hex_is_exact(void **state)
{
	uint8_t raw[4];
	char text[9];

	(void)state;
	assert_true(gate_unhex("00ff10a5", raw, 4));
	gate_hex(raw, 4, text);
	assert_string_equal(text, "00ff10a5");
	assert_false(gate_unhex("00FF10A5", raw, 4));
	assert_false(gate_unhex("00ff10a", raw, 4));
	assert_false(gate_unhex("00ff10ag", raw, 4));
	assert_false(gate_unhex("00:ff10a", raw, 4));
}

static void base64_is_strict(void **state)
{
	static const char *const bad[] = { "QQ", "QQ=", "QR==", "Q===", "QQ==x", "Q Q==", "Q-==", "Q_==", "QUI=QUI=" };
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	(void)state;
	gate_b64_encode(&b, "any carnal pleas", 16, true);
	assert_string_equal(b.s, "YW55IGNhcm5hbCBwbGVhcw==");
	gate_buf_reset(&b);
	gate_b64_encode(&b, "any carnal pleas", 16, false);
	assert_string_equal(b.s, "YW55IGNhcm5hbCBwbGVhcw");
	gate_buf_reset(&b);
	assert_true(gate_b64_decode(&b, "YW55IGNh\ncm5hbA==", 17, "\n"));
	assert_string_equal(b.s, "any carnal");
	assert_false(gate_b64_decode(&b, "YW55IGNh\ncm5hbA==", 17, NULL));
	assert_false(gate_b64_decode(&b, "QU\0I", 4, "\n"));
	for (size_t i = 0; i < GATE_ARRAY_LEN(bad); i++) {
		gate_buf_reset(&b);
		assert_false(gate_b64_decode(&b, bad[i], strlen(bad[i]), NULL));
	}
}

static void digests_are_what_others_compute(void **state)
{
	char hex[GATE_SHA256_HEX];
	uint8_t pk[GATE_ED25519_PK], sk[GATE_ED25519_SK], sig[GATE_ED25519_SIG];

	(void)state;
	gate_sha256_hex("abc", 3, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	gate_ed25519_keypair(pk, sk);
	gate_ed25519_sign(sig, "text", 4, sk);
	assert_true(gate_ed25519_verify(sig, "text", 4, pk));
	assert_false(gate_ed25519_verify(sig, "tex", 3, pk));
	sig[0] ^= 1;
	assert_false(gate_ed25519_verify(sig, "text", 4, pk));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_has_a_name_and_a_meaning),
		cmocka_unit_test(the_first_cause_wins),
		cmocka_unit_test(an_error_is_never_success),
		cmocka_unit_test(errno_becomes_a_code),
		cmocka_unit_test(long_errors_are_cut_not_overrun),
		cmocka_unit_test(a_buffer_grows_and_ends_in_nul),
		cmocka_unit_test(a_buffer_that_failed_stays_failed),
		cmocka_unit_test(room_is_bounded),
		cmocka_unit_test(steal_gives_the_content),
		cmocka_unit_test(what_drives_a_terminal_is_escaped),
		cmocka_unit_test(any_bytes_come_out_harmless),
		cmocka_unit_test(utf8_is_read_strictly),
		cmocka_unit_test(oids_are_exact),
		cmocka_unit_test(copy_says_when_it_cut),
		cmocka_unit_test(prefixes_and_suffixes),
		cmocka_unit_test(lists_of_strings),
		cmocka_unit_test(numbers_fit_or_are_refused),
		cmocka_unit_test(durations),
		cmocka_unit_test(sizes),
		cmocka_unit_test(times_go_there_and_back),
		cmocka_unit_test(other_forms_of_time_are_refused),
		cmocka_unit_test(a_time_out_of_range_is_no_time),
		cmocka_unit_test(times_of_allowed_signers),
		cmocka_unit_test(hex_is_exact),
		cmocka_unit_test(base64_is_strict),
		cmocka_unit_test(digests_are_what_others_compute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
