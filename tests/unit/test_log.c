/* The audit log on a good day, and the ways someone may tamper with it. `test_log --make DIR N` writes a log of N
 * entries for tests/interop. */
#include "log_fixture.h"

static void lines_have_the_form(void **state)
{
	struct fixture *f = *state;
	const char *two[] = { "\"ev\":\"a\"", "\"ev\":\"\xc3\xa9\"" };
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_checkpoint cp;

	assert_int_equal(gate_log_append(f->dir, two, 2, T0, true, false, &cp, &f->err), 0);
	assert_int_equal(add(f, "\"ev\":\"c\"", false), 0);
	slurp(f, "log.jsonl", &b);
	assert_string_equal(b.s, "{\"v\":1,\"seq\":0,\"ts\":\"2026-11-23T14:00:00Z\",\"ev\":\"a\"}\n"
				 "{\"v\":1,\"seq\":1,\"ts\":\"2026-11-23T14:00:00Z\",\"ev\":\"\xc3\xa9\"}\n"
				 "{\"v\":1,\"seq\":2,\"ts\":\"2026-11-23T14:00:00Z\",\"ev\":\"c\"}\n");
	assert_int_equal(cp.size, 2);
	assert_string_equal(cp.origin, ORIGIN);
	assert_int_equal(verify_with(f, &cp, 1), 0);
	assert_int_equal(f->report.entries, 3);
	assert_int_equal(gate_log_append(f->dir, two, 0, T0, true, false, NULL, &f->err), -GATE_E_BUG);
}

static void bodies_that_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"\"a\":\"\x01\"",
		"\"a\":\"\x7f\"",
		"\"a\":1,\n\"b\":2",
		"\"a\":1}\n{\"v\":1,\"seq\":1,\"ts\":\"2026-11-23T14:00:00Z\",\"b\":1",
		"\"a\":\"\xff\"",
		"\"a\":\"\xed\xa0\x80\"",
		"\"a\":",
		"\"a\":1},{\"b\":2",
		"\"seq\":7",
		"\"a\":1,\"a\":2",
		"\"a\":\"\xc2\x85\"",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < GATE_ARRAY_LEN(bad); i++) {
		const char *unit[] = { "\"ev\":\"good\"", bad[i] };

		gate_err_reset(&f->err);
		if (gate_log_append(f->dir, unit, 2, T0, true, false, NULL, &f->err) != -GATE_E_LOG)
			fail_msg("body %zu was taken", i);
	}
	assert_int_equal(log_len(f), 0);
	assert_int_equal(add(f, "\"a\":\"\\u0001 \\n\"", true), 0);
}

/* A control character at every place of a line, among plain and among foreign letters. */
static void control_characters_anywhere(void **state)
{
	static const char *const bad[] = { "\x01", "\x1f", "\x7f", "\xc2\x80", "\xc2\x9f", "\t" };
	static const char *const good[] = { " ", "~", "\xc2\xa0", "\xc3\x9f", "\xe2\x80\x94", "\xc2\xbf" };
	static const char head[] = "{\"v\":1,\"seq\":5,\"ts\":\"2026-11-23T14:00:00Z\",\"a\":\"";
	char line[256];

	(void)state;
	for (int before = 0; before < 20; before++) {
		for (size_t i = 0; i < GATE_ARRAY_LEN(bad); i++) {
			snprintf(line, sizeof(line), "%s%.*s%s%.*s\"}", head, before, "aaaaaaaaaaaaaaaaaaaa",
				 bad[i], 20 - before, "bbbbbbbbbbbbbbbbbbbb");
			assert_false(gate_line_has_form(line, strlen(line), 5));
			snprintf(line, sizeof(line), "%s%.*s%s%.*s\"}", head, before, "aaaaaaaaaaaaaaaaaaaa",
				 good[i], 20 - before, "bbbbbbbbbbbbbbbbbbbb");
			assert_true(gate_line_is_sound(line, strlen(line), 5));
			assert_false(gate_line_has_form(line, strlen(line), 6));
		}
	}
}

static void longest_line(void **state)
{
	struct fixture *f = *state;
	size_t around = strlen("{\"v\":1,\"seq\":0,\"ts\":\"2026-11-23T14:00:00Z\",\"a\":\"\"}");
	gate_autofree char *body = malloc(GATE_LOG_LINE_MAX + 64);
	size_t n = (size_t)GATE_LOG_LINE_MAX - around;

	assert_non_null(body);
	memset(body, 'x', GATE_LOG_LINE_MAX + 64);
	memcpy(body, "\"a\":\"", 5);
	memcpy(body + 5 + n + 1, "\"", 2);
	assert_int_equal(add(f, body, true), -GATE_E_LIMIT);
	assert_int_equal(log_len(f), 0);
	memcpy(body + 5 + n, "\"", 2);
	assert_int_equal(add(f, body, true), 0);
	assert_int_equal(log_len(f), GATE_LOG_LINE_MAX + 1);
	assert_int_equal(add(f, "\"a\":2", true), 0);
	assert_int_equal(verify(f), 0);
	assert_true(last_has(f, 0, "\"seq\":1,"));
}

static unsigned mode_of(const struct fixture *f, const char *name)
{
	struct stat st;
	char path[128];

	path_of(f, name, path);
	assert_int_equal(stat(path, &st), 0);
	return (unsigned)st.st_mode & 0777;
}

static void set_mode(const struct fixture *f, const char *name, mode_t mode)
{
	char path[128];

	path_of(f, name, path);
	assert_int_equal(chmod(path, mode), 0);
}

static void create_again_repairs_modes_only(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf a = { 0 }, b = { 0 };

	add_notes(f, 3, true);
	slurp(f, "log.key", &a);
	set_mode(f, "log.key", 0644);
	set_mode(f, "log.jsonl", 0666);
	set_mode(f, ".", 0755);
	assert_int_equal(add(f, "\"a\":1", true), -GATE_E_LOG);
	assert_says(f, GATE_E_LOG, "chmod 600");
	gate_err_reset(&f->err);
	assert_int_equal(gate_log_create(f->dir, ORIGIN, &f->err), 0);
	slurp(f, "log.key", &b);
	assert_string_equal(a.s, b.s);
	assert_int_equal(mode_of(f, "log.key"), 0600);
	assert_int_equal(mode_of(f, "log.jsonl"), 0600);
	assert_int_equal(mode_of(f, "."), 0700);
	add_notes(f, 1, true);
	assert_int_equal(verify(f), 0);
	assert_int_equal(gate_log_create(f->dir, "refgate/other", &f->err), -GATE_E_CONFIG);
}

static void create_refuses(void **state)
{
	static const char *const names[] = { "", "a b", "a+b", "a\nb", "\xc3\xa9" };
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf key = { 0 }, vkey = { 0 };

	for (size_t i = 0; i < GATE_ARRAY_LEN(names); i++) {
		gate_err_reset(&f->err);
		assert_int_equal(gate_log_create(f->dir, names[i], &f->err), -GATE_E_USAGE);
	}
	slurp(f, "log.key", &key);
	slurp(f, "log.vkey", &vkey);
	drop(f, "log.key");
	gate_err_reset(&f->err);
	assert_int_equal(gate_log_create(f->dir, ORIGIN, &f->err), -GATE_E_LOG);
	assert_says(f, GATE_E_LOG, "restore it from a backup");
	assert_true(add(f, "\"a\":1", true) < 0);
	assert_int_equal(log_len(f), 0);
	spit(f, "log.key", key.s, key.len);
	vkey.s[vkey.len - 5] ^= 1;
	spit(f, "log.vkey", vkey.s, vkey.len);
	gate_err_reset(&f->err);
	assert_int_equal(gate_log_create(f->dir, ORIGIN, &f->err), -GATE_E_LOG);
	drop(f, "log.vkey");
	gate_err_reset(&f->err);
	assert_int_equal(gate_log_create(f->dir, ORIGIN, &f->err), 0);
	assert_int_equal(add(f, "\"a\":1", true), 0);
}

/* A log.jsonl that someone removed is never taken for a new log. */
static void removed_log_is_no_new_log(void **state)
{
	struct fixture *f = *state;

	add_notes(f, 2, true);
	drop(f, "log.jsonl");
	assert_int_equal(add(f, "\"a\":1", true), -GATE_E_LOG);
	assert_says(f, GATE_E_LOG, "log.jsonl is missing");
	gate_err_reset(&f->err);
	assert_int_equal(gate_log_create(f->dir, ORIGIN, &f->err), -GATE_E_LOG);
	assert_int_equal(verify(f), -GATE_E_LOG);
	assert_false(has_file(f, "log.jsonl"));
	gate_err_reset(&f->err);
	assert_int_equal(gate_log_adopt(f->dir, "disk replaced", T0, &f->err), 0);
	assert_int_equal(verify(f), 0);
	assert_true(last_has(f, 0, "\"entries\":0,\"lost_from\":0,"));
}

static void checkpoint_text(void **state)
{
	static const char root[] = "BRSRDXwGh0fBd5+zkB+bh1K4fHsWW11kclTJ5inuhCw=";
	static const char *const bad[] = {
		"a/b 07 BRSRDXwGh0fBd5+zkB+bh1K4fHsWW11kclTJ5inuhCw=",
		"a/b 7 BRSRDXwGh0fBd5+zkB+bh1K4fHsWW11kclTJ5inuhCw",
		"a/b 7  BRSRDXwGh0fBd5+zkB+bh1K4fHsWW11kclTJ5inuhCw=",
		"a/b -7 BRSRDXwGh0fBd5+zkB+bh1K4fHsWW11kclTJ5inuhCw=",
		"a/b 7 BRSRDXwGh0fBd5+zkB+bh1K4fHsWW11kclTJ5inuhCw= ",
		"a+b 7 BRSRDXwGh0fBd5+zkB+bh1K4fHsWW11kclTJ5inuhCw=",
		"a/b 7 BRSRDXwGh0fBd5+zkB+bh1K4fHsWW11kclTJ5inuhC==",
		" 7 BRSRDXwGh0fBd5+zkB+bh1K4fHsWW11kclTJ5inuhCw=",
		"a/b 99999999999999999999 BRSRDXwGh0fBd5+zkB+bh1K4fHsWW11kclTJ5inuhCw=",
		"a/b 7",
		"",
		"a/b",
	};
	gate_auto(gate_buf) struct gate_buf b = { 0 }, text = { 0 };
	struct gate_checkpoint cp;

	(void)state;
	gate_buf_fmt(&text, "refgate.example.com/audit 19887 %s", root);
	assert_true(gate_checkpoint_parse(text.s, &cp));
	assert_int_equal(cp.size, 19887);
	gate_checkpoint_format(&cp, &b);
	assert_string_equal(b.s, text.s);
	for (size_t i = 0; i < GATE_ARRAY_LEN(bad); i++) {
		if (gate_checkpoint_parse(bad[i], &cp))
			fail_msg("'%s' was taken", bad[i]);
	}
}

static void signed_note(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf note = { 0 }, vkey = { 0 }, more = { 0 };
	char origin[GATE_ORIGIN_SIZE];
	struct gate_checkpoint cp;
	uint8_t pk[32];

	add_notes(f, 2, true);
	slurp(f, "checkpoint", &note);
	slurp(f, "log.vkey", &vkey);
	assert_int_equal(gate_vkey_parse(vkey.s, origin, pk, &f->err), 0);
	assert_true(gate_starts_with(note.s, ORIGIN "\n2\n"));
	assert_non_null(strstr(note.s, "=\n\n\xe2\x80\x94 " ORIGIN " "));
	assert_int_equal(gate_note_open(note.s, note.len, origin, pk, &cp, &f->err), 0);
	for (size_t i = 0; i < note.len; i++) {
		struct gate_err err = { 0 };

		note.s[i] ^= 1;
		assert_true(gate_note_open(note.s, note.len, origin, pk, &cp, &err) < 0);
		note.s[i] ^= 1;
		gate_err_reset(&err);
		assert_true(gate_note_open(note.s, i, origin, pk, &cp, &err) < 0);
	}
	gate_buf_str(&note, "\xe2\x80\x94 witness.example TnKKVHLXTnKKVHLX\n");
	assert_int_equal(gate_note_open(note.s, note.len, origin, pk, &cp, &f->err), 0);
	gate_buf_str(&note, "no signature line\n");
	assert_true(gate_note_open(note.s, note.len, origin, pk, &cp, &f->err) < 0);
	vkey.s[strlen(ORIGIN) + 2] = vkey.s[strlen(ORIGIN) + 2] == '0' ? '1' : '0';
	gate_err_reset(&f->err);
	assert_int_equal(gate_vkey_parse(vkey.s, origin, pk, &f->err), -GATE_E_SYNTAX);
}

static void another_key_is_refused(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf vkey = { 0 };
	uint8_t pk[GATE_ED25519_PK], sk[GATE_ED25519_SK];

	add_notes(f, 2, true);
	gate_ed25519_keypair(pk, sk);
	gate_vkey_format(ORIGIN, pk, &vkey);
	assert_int_equal(gate_log_verify(f->dir, vkey.s, NULL, 0, &f->report, &f->err), -GATE_E_LOG);
	assert_says(f, GATE_E_LOG, "no signature of this log's key");
	assert_int_equal(verify(f), 0);
}

static void every_changed_byte_is_found(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	add_notes(f, 3, true);
	slurp(f, "log.jsonl", &b);
	for (size_t i = 0; i < b.len; i++) {
		static const char masks[] = { 1, 0x20, (char)0x80 };

		for (size_t k = 0; k < sizeof(masks); k++) {
			b.s[i] = (char)(b.s[i] ^ masks[k]);
			spit(f, "log.jsonl", b.s, b.len);
			if (verify(f) != -GATE_E_LOG)
				fail_msg("byte %zu changed, not found", i);
			b.s[i] = (char)(b.s[i] ^ masks[k]);
		}
	}
	for (size_t i = 0; i < b.len; i++) {
		spit(f, "log.jsonl", b.s, i);
		assert_int_equal(verify(f), -GATE_E_LOG);
	}
	spit(f, "log.jsonl", b.s, b.len);
	assert_int_equal(verify(f), 0);
}

static void every_changed_byte_of_the_checkpoint(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	add_notes(f, 3, true);
	slurp(f, "checkpoint", &b);
	for (size_t i = 0; i < b.len; i++) {
		b.s[i] ^= 1;
		spit(f, "checkpoint", b.s, b.len);
		assert_int_equal(verify(f), -GATE_E_LOG);
		b.s[i] ^= 1;
	}
	spit(f, "checkpoint", b.s, b.len);
	assert_int_equal(verify(f), 0);
}

/* The strongest tamperer without the key: a whole older log, its checkpoint and no state. Only what others signed
 * tells. */
static void anchors_catch_a_rolled_back_log(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf log = { 0 }, note = { 0 };
	struct gate_checkpoint early, late;

	add_notes(f, 3, true);
	slurp(f, "log.jsonl", &log);
	slurp(f, "checkpoint", &note);
	assert_int_equal(gate_log_checkpoint(f->dir, &early, &f->err), 0);
	add_notes(f, 2, true);
	assert_int_equal(gate_log_checkpoint(f->dir, &late, &f->err), 0);
	assert_int_equal(late.size, 5);
	assert_int_equal(verify_with(f, &late, 1), 0);
	spit(f, "log.jsonl", log.s, log.len);
	spit(f, "checkpoint", note.s, note.len);
	assert_int_equal(verify(f), -GATE_E_LOG); /* the state knows better */
	drop(f, "state");
	assert_int_equal(verify(f), 0);
	assert_int_equal(verify_with(f, &early, 1), 0);
	assert_int_equal(verify_with(f, &late, 1), -GATE_E_LOG);
	assert_says(f, GATE_E_LOG, "truncated");
	add_notes(f, 4, true);
	assert_int_equal(verify(f), 0);
	assert_int_equal(verify_with(f, &late, 1), -GATE_E_LOG);
	assert_says(f, GATE_E_LOG, "history was rewritten");
}

static void anchors(void **state)
{
	struct fixture *f = *state;
	struct gate_checkpoint a[8];

	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(gate_log_checkpoint(f->dir, &a[i], &f->err), 0);
		add_notes(f, 1, false);
	}
	assert_int_equal(a[7].size, 7);
	assert_int_equal(verify_with(f, a, 8), 0);
	a[3].root[0] ^= 1;
	assert_int_equal(verify_with(f, a, 8), -GATE_E_LOG);
	a[3].root[0] ^= 1;
	a[0].root[31] ^= 1;
	assert_int_equal(verify_with(f, a, 8), -GATE_E_LOG);
	a[0].root[31] ^= 1;
	a[5].size = 9;
	assert_int_equal(verify_with(f, a, 8), -GATE_E_LOG);
	a[5].size = 5;
	a[5].origin[0] = 'x';
	assert_int_equal(verify_with(f, a, 8), -GATE_E_LOG);
}

static void cut_lines_stop_everything_until_adopted(void **state)
{
	struct fixture *f = *state;
	size_t len;

	add_notes(f, 3, true);
	len = log_len(f);
	add_notes(f, 2, true);
	cut_log(f, len);
	assert_int_equal(add(f, "\"a\":1", true), -GATE_E_LOG);
	assert_says(f, GATE_E_LOG, "refgate log adopt");
	assert_int_equal(log_len(f), len);
	assert_int_equal(verify(f), -GATE_E_LOG);
	assert_says(f, GATE_E_LOG, "truncated");
	gate_err_reset(&f->err);
	assert_int_equal(gate_log_adopt(f->dir, "", T0, &f->err), -GATE_E_USAGE);
	assert_int_equal(add(f, "\"a\":1", true), -GATE_E_LOG);
	gate_err_reset(&f->err);
	assert_int_equal(gate_log_adopt(f->dir, "restored \"backup\"", T0, &f->err), 0);
	assert_true(last_has(f, 0,
			     "\"ev\":\"adopted\",\"reason\":\"restored "
			     "\\\"backup\\\"\",\"entries\":3,\"lost_from\":3,\"was\":\"" ORIGIN " 5 "));
	assert_true(last_has(f, 0, "\"rewritten\":false,\"cut_bytes\":0,\"kept_as\":null"));
	assert_int_equal(add(f, "\"a\":1", true), 0);
	assert_int_equal(verify(f), 0);
	assert_int_equal(f->report.entries, 5);
}

/* Removing the state as well does not hide it: the checkpoint stays; and without both, nothing is taken on trust.
 */
static void cut_lines_without_state(void **state)
{
	struct fixture *f = *state;
	size_t len;

	add_notes(f, 3, true);
	len = log_len(f);
	add_notes(f, 1, true);
	cut_log(f, len);
	drop(f, "state");
	assert_int_equal(add(f, "\"a\":1", true), -GATE_E_LOG);
	assert_says(f, GATE_E_LOG, "truncated");
	assert_int_equal(verify(f), -GATE_E_LOG);
	drop(f, "checkpoint");
	assert_int_equal(add(f, "\"a\":1", true), -GATE_E_LOG);
	assert_says(f, GATE_E_LOG, "no good checkpoint");
	assert_int_equal(verify(f), -GATE_E_LOG);
	assert_int_equal(log_len(f), len);
}

static void adopt_says_what_was_rewritten(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	add_notes(f, 3, true);
	slurp(f, "log.jsonl", &b);
	strstr(b.s, "\"n\":1")[4] = '7';
	spit(f, "log.jsonl", b.s, b.len);
	add_bytes(f, "log.jsonl", "garbage\n{\"v\":1", 14);
	assert_int_equal(verify(f), -GATE_E_LOG);
	gate_err_reset(&f->err);
	assert_int_equal(gate_log_adopt(f->dir, "known", T0, &f->err), 0);
	assert_true(last_has(f, 0, "\"entries\":3,\"lost_from\":null,"));
	assert_true(
		last_has(f, 0, "\"rewritten\":true,\"cut_bytes\":14,\"kept_as\":\"torn.2026-11-23T14:00:00Z\""));
	assert_true(has_file(f, "torn.2026-11-23T14:00:00Z"));
	assert_int_equal(verify(f), 0);
	assert_int_equal(add(f, "\"a\":1", false), 0);
}

static void state_or_checkpoint_alone_come_back(void **state)
{
	struct fixture *f = *state;

	add_notes(f, 5, true);
	drop(f, "state");
	assert_int_equal(verify(f), 0);
	assert_non_null(strstr(f->report.text.s, "no state file"));
	add_notes(f, 1, true);
	assert_true(last_has(f, 1,
			     "\"ev\":\"recovered\",\"replayed\":0,\"lost\":0,\"cut_bytes\":0,\"kept_as\":null,"
			     "\"state\":\"rebuilt\""));
	drop(f, "checkpoint");
	assert_int_equal(verify(f), -GATE_E_LOG);
	assert_says(f, GATE_E_LOG, "checkpoint is missing");
	add_notes(f, 1, true);
	assert_false(last_has(f, 1, "recovered"));
	assert_int_equal(verify(f), 0);
	assert_int_equal(f->report.entries, 8);
}

static void forged_entry_is_not_signed(void **state)
{
	struct fixture *f = *state;
	char line[128];

	add_notes(f, 2, true);
	snprintf(line, sizeof(line), "{\"v\":1,\"seq\":2,\"ts\":\"2026-11-23T14:00:00Z\",\"ev\":\"released\"}\n");
	add_bytes(f, "log.jsonl", line, strlen(line));
	assert_int_equal(verify(f), -GATE_E_LOG);
	assert_says(f, GATE_E_LOG, "not written by refgate");
	assert_int_equal(add(f, "\"a\":1", true), -GATE_E_LOG);
	assert_says(f, GATE_E_LOG, "did not write");
	drop(f, "state");
	assert_int_equal(verify(f), -GATE_E_LOG);
	assert_int_equal(add(f, "\"a\":1", true), -GATE_E_LOG);
}

/* A log of n entries, and in DIR/proof the proof of one in the middle. */
static int make(const char *dir, const char *count_text)
{
	gate_auto(gate_buf) struct gate_buf proof = { 0 };
	gate_autofree char *file = gate_fmt("%s/proof", dir);
	struct gate_err err = { 0 };
	uint64_t n = strtoull(count_text, NULL, 10);
	char body[64];
	const char *bodies[] = { body };

	gate_log_create(dir, ORIGIN, &err);
	for (uint64_t i = 0; i < n && err.code == GATE_OK; i++) {
		snprintf(body, sizeof(body), "\"ev\":\"note\",\"n\":%" PRIu64 ",\"text\":\"\xc3\xa9\"", i);
		gate_log_append(dir, bodies, 1, T0 + (int64_t)i, false, false, NULL, &err);
	}
	if (err.code == GATE_OK && gate_log_prove(dir, n * 2 / 3, &proof, &err) == 0 && file)
		gate_write_file(file, proof.s, proof.len, 0600, false, &err);
	if (err.code != GATE_OK)
		fprintf(stderr, "%s\n", err.text);
	return err.code != GATE_OK;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, log_setup, log_teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_have_the_form),
		TEST(bodies_that_are_refused),
		TEST(control_characters_anywhere),
		TEST(longest_line),
		TEST(create_again_repairs_modes_only),
		TEST(create_refuses),
		TEST(removed_log_is_no_new_log),
		TEST(checkpoint_text),
		TEST(signed_note),
		TEST(another_key_is_refused),
		TEST(every_changed_byte_is_found),
		TEST(every_changed_byte_of_the_checkpoint),
		TEST(anchors_catch_a_rolled_back_log),
		TEST(anchors),
		TEST(cut_lines_stop_everything_until_adopted),
		TEST(cut_lines_without_state),
		TEST(adopt_says_what_was_rewritten),
		TEST(state_or_checkpoint_alone_come_back),
		TEST(forged_entry_is_not_signed),
	};

	if (argc == 4 && strcmp(argv[1], "--make") == 0)
		return make(argv[2], argv[3]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
