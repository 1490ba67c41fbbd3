/* The signed text: what is written is read back, and nothing else is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "approval/statement.h"

#define A40 "4090e031ce611c4c64932bed240ada7be0a76c73"
#define B40 "6728dcebe6aaf38a57d1c10687f6f39ae7d8bd13"
#define C40 "aaff74984cccd156a469afa7d9ab10e4777beb24"
#define Z40 "0000000000000000000000000000000000000000"
#define D64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define LOG "refgate.example.com/audit 19887 BRSRDXwGh0fBd5+zkB+bh1K4fHsWW11kclTJ5inuhCw="

static const char full[] = "refgate/approval/v1\n"
			   "repo-id 7f3c9b0e4d1a4c52b7d0a1f2e3c4d5b6\n"
			   "repo acme/payments\n"
			   "decision approve\n"
			   "reason looks right to me\n"
			   "pending 7k3m2qf9\n"
			   "challenge 9b2c7f1e5a0d4c3b8e6f7a1d2c3b4e5f\n"
			   "ref refs/heads/main\n"
			   "old " A40 "\n"
			   "new " B40 "\n"
			   "tree " C40 "\n"
			   "ref refs/heads/old-work\n"
			   "old " A40 "\n"
			   "new " Z40 "\n"
			   "tree " Z40 "\n"
			   "commits sha256:" D64 "\n"
			   "policy sha256:" D64 "\n"
			   "findings sha256:" D64 "\n"
			   "carried none\n"
			   "trace sha256:" D64 "\n"
			   "tier critical\n"
			   "role security\n"
			   "agent codex-bot\n"
			   "signer alice@example.com\n"
			   "not-before 2026-11-23T14:00:00Z\n"
			   "not-after 2026-11-23T18:00:00Z\n"
			   "log " LOG "\n";

struct fixture {
	struct gate_statement s;
	struct gate_statement_ref refs[40];
	struct gate_signer_part six;
	struct gate_buf part; /* the server's */
	struct gate_err err;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->s = (struct gate_statement){
		.repo_id = "7f3c9b0e4d1a4c52b7d0a1f2e3c4d5b6",
		.repo = "acme/payments",
		.pending = "7k3m2qf9",
		.challenge = "9b2c7f1e5a0d4c3b8e6f7a1d2c3b4e5f",
		.refs = f->refs,
		.n_refs = 2,
		.commits = D64,
		.policy = D64,
		.findings = D64,
		.trace = D64,
		.tier = GATE_TIER_CRITICAL,
		.agent = "codex-bot",
		.log = LOG,
	};
	f->refs[0] = (struct gate_statement_ref){ "refs/heads/main", A40, B40, C40 };
	f->refs[1] = (struct gate_statement_ref){ "refs/heads/old-work", A40, Z40, Z40 };
	f->six = (struct gate_signer_part){ GATE_DECISION_APPROVE, "looks right to me", "security", "alice@example.com",
					    "2026-11-23T14:00:00Z", "2026-11-23T18:00:00Z" };
	assert_int_equal(gate_statement_server_part(&f->s, &f->part, &f->err), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	gate_buf_clear(&f->part);
	free(f);
	return 0;
}

static void expect_error(struct fixture *f, int got, enum gate_code code, const char *part)
{
	if (got != -(int)code || f->err.code != code)
		fail_msg("wanted %s with '%s', got %d '%s'", gate_code_name(code), part, got, f->err.text);
	if (!strstr(f->err.text, part))
		fail_msg("wanted '%s' in '%s'", part, f->err.text);
	gate_err_reset(&f->err);
}

static void the_text_is_exactly_this(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf text = { 0 };

	assert_int_equal(gate_statement_text(f->part.s, f->part.len, &f->six, &text, &f->err), 0);
	assert_string_equal(text.s, full);
	assert_int_equal(gate_statement_same(f->part.s, f->part.len, &f->six, full, sizeof(full) - 1, &f->err), 0);
	f->six.reason[0] = '\0'; /* no reason, no line */
	gate_buf_reset(&text);
	assert_int_equal(gate_statement_text(f->part.s, f->part.len, &f->six, &text, &f->err), 0);
	assert_null(strstr(text.s, "reason"));
	f->six.role[0] = '\0';
	gate_buf_reset(&text);
	assert_int_equal(gate_statement_text(f->part.s, f->part.len, &f->six, &text, &f->err), 0);
	assert_non_null(strstr(text.s, "\nrole none\n"));
}

static void what_is_written_is_read_back(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_statement) struct gate_statement s = { 0 };
	struct gate_signer_part six;

	assert_int_equal(gate_statement_load(f->part.s, f->part.len, &s, &f->err), 0);
	assert_string_equal(s.repo_id, f->s.repo_id);
	assert_string_equal(s.repo, f->s.repo);
	assert_string_equal(s.pending, f->s.pending);
	assert_string_equal(s.challenge, f->s.challenge);
	assert_int_equal(s.n_refs, 2);
	assert_memory_equal(s.refs, f->refs, 2 * sizeof(*s.refs));
	assert_string_equal(s.commits, D64);
	assert_string_equal(s.carried, "");
	assert_string_equal(s.trace, D64);
	assert_int_equal(s.tier, GATE_TIER_CRITICAL);
	assert_string_equal(s.agent, "codex-bot");
	assert_string_equal(s.log, LOG);
	assert_int_equal(gate_statement_read_six(full, sizeof(full) - 1, &six, &f->err), 0);
	assert_memory_equal(&six, &f->six, sizeof(six));
}

/* Names that are no plain ASCII are shown escaped, and come back as they were; one value has one text. */
static void odd_names_are_escaped(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_statement) struct gate_statement s = { 0 };
	gate_auto(gate_buf) struct gate_buf part = { 0 };
	static const char *const never[] = { "\\x61", "\\xC3", "\\xg0", "\\", "\\x00", "\\x7e", "\\\\" };

	gate_copy(f->refs[1].ref, GATE_REF_MAX, "refs/heads/na\xc3\xafve");
	gate_copy(f->s.repo, sizeof(f->s.repo), "a\\b\nold 1\x1b[2J");
	assert_int_equal(gate_statement_server_part(&f->s, &part, &f->err), 0);
	assert_non_null(strstr(part.s, "\nref refs/heads/na\\xc3\\xafve\n"));
	assert_non_null(strstr(part.s, "\nrepo a\\x5cb\\x0aold 1\\x1b[2J\n"));
	assert_int_equal(gate_statement_load(part.s, part.len, &s, &f->err), 0);
	assert_string_equal(s.refs[1].ref, f->refs[1].ref);
	assert_string_equal(s.repo, f->s.repo);
	for (size_t i = 0; i < GATE_ARRAY_LEN(never); i++) {
		const char *at = strstr(f->part.s, "acme");
		gate_auto(gate_buf) struct gate_buf text = { 0 };

		gate_buf_add(&text, f->part.s, (size_t)(at - f->part.s));
		gate_buf_str(&text, never[i]);
		gate_buf_str(&text, at);
		gate_statement_clear(&s);
		expect_error(f, gate_statement_load(text.s, text.len, &s, &f->err), GATE_E_STATEMENT, "line 3");
	}
}

/* Any other byte anywhere: either the text is out of form, or it is not the text that was made. */
static void every_changed_byte_is_seen(void **state)
{
	struct fixture *f = *state;
	char text[sizeof(full)];
	static const unsigned char flips[] = { 0x01, 0x20, 0x80 };

	for (size_t i = 0; i < sizeof(full) - 1; i++) {
		for (size_t k = 0; k < sizeof(flips); k++) {
			struct gate_signer_part six;
			struct gate_err err = { 0 };

			memcpy(text, full, sizeof(full));
			text[i] = (char)((unsigned char)text[i] ^ flips[k]);
			assert_true(gate_statement_same(f->part.s, f->part.len, &f->six, text, sizeof(text) - 1, &err) <
				    0);
			assert_int_equal(err.code, GATE_E_STATEMENT);
			gate_err_reset(&err);
			/* With the six read from the text itself only changes of the six pass, to be judged by their
			 * values. */
			if (gate_statement_read_six(text, sizeof(text) - 1, &six, &err) == 0 &&
			    gate_statement_same(f->part.s, f->part.len, &six, text, sizeof(text) - 1, &err) == 0)
				assert_memory_not_equal(&six, &f->six, sizeof(six));
		}
	}
}

struct lines {
	const char *at[64];
	size_t len[64], n;
};

static struct lines split(const char *text)
{
	struct lines l = { .n = 0 };

	for (; *text; l.n++) {
		l.at[l.n] = text;
		l.len[l.n] = strcspn(text, "\n") + 1;
		text += l.len[l.n];
	}
	return l;
}

static void refuse_text(struct fixture *f, const struct gate_buf *text, size_t line)
{
	struct gate_signer_part six;
	char where[32];

	snprintf(where, sizeof(where), "line %zu ", line + 1);
	expect_error(f, gate_statement_same(f->part.s, f->part.len, &f->six, text->s, text->len, &f->err),
		     GATE_E_STATEMENT, where);
	/* Reading alone refuses it too, except where a whole optional line or one of several refs is what changed. */
	if (gate_statement_read_six(text->s, text->len, &six, &f->err) == 0)
		assert_int_not_equal(
			gate_statement_same(f->part.s, f->part.len, &six, text->s, text->len, &f->err) == 0 &&
				memcmp(&six, &f->six, sizeof(six)) == 0, 1);
	gate_err_reset(&f->err);
}

static void lines_missing_doubled_unknown_or_out_of_order(void **state)
{
	struct fixture *f = *state;
	struct lines l = split(full);

	assert_int_equal(l.n, 27);
	for (size_t i = 0; i < l.n; i++) {
		gate_auto(gate_buf) struct gate_buf missing = { 0 };
		gate_auto(gate_buf) struct gate_buf doubled = { 0 };
		gate_auto(gate_buf) struct gate_buf unknown = { 0 };
		gate_auto(gate_buf) struct gate_buf swapped = { 0 };

		for (size_t k = 0; k < l.n; k++) {
			size_t o = k == i && i + 1 < l.n ? k + 1 : k == i + 1 ? k - 1 : k;

			if (k == i)
				gate_buf_str(&unknown, "surprise yes\n");
			if (k != i)
				gate_buf_add(&missing, l.at[k], l.len[k]);
			for (int twice = 0; twice < 1 + (k == i); twice++)
				gate_buf_add(&doubled, l.at[k], l.len[k]);
			gate_buf_add(&unknown, l.at[k], l.len[k]);
			gate_buf_add(&swapped, l.at[o], l.len[o]);
		}
		refuse_text(f, &missing, i);
		refuse_text(f, &doubled, i + 1);
		refuse_text(f, &unknown, i);
		if (i + 1 < l.n)
			refuse_text(f, &swapped, i);
	}
}

static void reading_is_strict_by_itself(void **state)
{
	struct fixture *f = *state;
	struct gate_signer_part six;
	static const struct {
		const char *from, *to, *error;
	} cases[] = {
		{ "refgate/approval/v1\n", "refgate/approval/v2\n", "line 1 must be `refgate/approval/v1`" },
		{ "refgate/approval/v1\n", "\nrefgate/approval/v1\n", "line 1 must" },
		{ "repo-id 7", "repo-id G", "line 2 must be `repo-id`" },
		{ "repo-id 7", "repo-id 77", "line 2" },
		{ "repo acme/payments", "repo ", "line 3" },
		{ "repo acme/payments", "repo", "line 3" },
		{ "repo acme/payments", "repo  acme/payments", "line 3" },
		{ "repo acme/payments\n", "repo acme/payments \n", "line 3" },
		{ "decision approve", "decision maybe", "line 4 must be `decision`" },
		{ "decision approve", "decision none", "line 4" },
		{ "decision approve", "Decision approve", "line 4" },
		{ "reason looks right to me", "reason ", "line 5" },
		{ "pending 7k3m2qf9", "pending 7k3m2qfi", "line 6" },
		{ "pending 7k3m2qf9", "pending 7K3M2QF9", "line 6" },
		{ "challenge 9", "challenge ", "line 7" },
		{ "ref refs/heads/old-work", "ref refs/heads/main", "line 12" },
		{ "ref refs/heads/old-work", "ref refs/heads/a", "sorts after" },
		{ "old 4090e", "old 4090E", "line 9" },
		{ "new 6728d", "new 6728", "line 10" },
		{ "tree aaff7", "tree aaff77", "line 11" },
		{ "commits sha256:0", "commits sha512:0", "line 16" },
		{ "commits sha256:0", "commits none\n", "line 16" },
		{ "policy sha256:0", "policy sha256:", "line 17" },
		{ "carried none", "carried None", "line 19" },
		{ "carried none", "carried ", "line 19" },
		{ "tier critical", "tier extreme", "line 21" },
		{ "tier critical", "tier Critical", "line 21" },
		{ "role security", "role ", "line 22" },
		{ "not-before 2026-11-23T14:00:00Z", "not-before 2026-11-23 14:00:00Z", "line 25" },
		{ "not-before 2026-11-23T14:00:00Z", "not-before 2026-02-30T14:00:00Z", "line 25" },
		{ "not-after 2026-11-23T18:00:00Z", "not-after 2026-11-23T14:00:00Z", "not-after is not later" },
		{ "log refgate.example.com/audit 19887", "log refgate.example.com/audit 019887", "line 27" },
		{ "log refgate.example.com/audit 19887", "log refgate.example.com/audit -1", "line 27" },
		{ "log refgate.example.com/audit 19887", "log refgate.example.com/audit", "line 27" },
		{ "inuhCw=\n", "inuhCw\n", "line 27" },
		{ "inuhCw=\n", "inuhCx=\n", "line 27" },
		{ "inuhCw=\n", "inuhCw= \n", "line 27" },
		{ "inuhCw=\n", "inuhCw=\nmore yes\n", "line 28 must be `(end of text)`" },
		{ "inuhCw=\n", "inuhCw=\n\n", "line 28" },
		{ "inuhCw=\n", "inuhCw=", "does not end" },
		{ "reason looks", "reason look\xc2\xa0s", "byte 0xc2" },
		{ "reason looks", "reason look\x1bs", "line 5 has the byte 0x1b" },
		{ "reason looks", "reason look\x7fs", "byte 0x7f" },
		{ "v1\n", "v1\r\n", "line 1 has the byte 0x0d" },
	};

	for (size_t i = 0; i < GATE_ARRAY_LEN(cases); i++) {
		const char *at = strstr(full, cases[i].from);
		gate_auto(gate_buf) struct gate_buf text = { 0 };

		assert_non_null(at);
		gate_buf_add(&text, full, (size_t)(at - full));
		gate_buf_str(&text, cases[i].to);
		gate_buf_str(&text, at + strlen(cases[i].from));
		expect_error(f, gate_statement_read_six(text.s, text.len, &six, &f->err), GATE_E_STATEMENT,
			     cases[i].error);
		assert_int_equal(six.decision, GATE_DECISION_NONE);
	}
	expect_error(f, gate_statement_read_six(full, 0, &six, &f->err), GATE_E_STATEMENT, "does not end");
	for (size_t n = 1; n < sizeof(full) - 1; n++) {
		assert_true(gate_statement_read_six(full, n, &six, &f->err) < 0);
		gate_err_reset(&f->err);
	}
	/* a NUL is a byte like any other */
	{
		char text[sizeof(full)];

		memcpy(text, full, sizeof(full));
		text[22] = '\0';
		expect_error(f, gate_statement_read_six(text, sizeof(text) - 1, &six, &f->err), GATE_E_STATEMENT,
			     "byte 0x00");
	}
}

static void the_first_difference_is_named(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	char *at;

	gate_buf_add(&text, full, sizeof(full) - 1);
	at = strstr(text.s, "old " A40);
	at[4] = '5';
	at = strstr(text.s, "tier critical");
	memcpy(at, "tier CRITICAL", 13);
	expect_error(f, gate_statement_same(f->part.s, f->part.len, &f->six, text.s, text.len, &f->err), GATE_E_STATEMENT,
		     "line 9 must be `old 4090e031ce611c4c64932bed240ada7be0a76c73`, and the signed text has `old 5090e");
	f->six.decision = GATE_DECISION_DENY;
	expect_error(f, gate_statement_same(f->part.s, f->part.len, &f->six, full, sizeof(full) - 1, &f->err),
		     GATE_E_STATEMENT, "line 4 must be `decision deny`");
}

static void the_signers_values_are_checked(void **state)
{
	struct fixture *f = *state;
	struct gate_signer_part good = f->six;
	static const char *const bad[] = { "a\nb", "a\tb", " a", "a ", "\xc3\xa9", "\x1b[0m", "\x7f" };
	gate_auto(gate_buf) struct gate_buf text = { 0 };

	for (size_t i = 0; i < GATE_ARRAY_LEN(bad); i++) {
		char *const fields[] = { f->six.reason, f->six.role, f->six.signer, f->six.not_before, f->six.not_after };

		for (size_t k = 0; k < GATE_ARRAY_LEN(fields); k++) {
			f->six = good;
			gate_copy(fields[k], 16, bad[i]);
			expect_error(f, gate_statement_text(f->part.s, f->part.len, &f->six, &text, &f->err),
				     GATE_E_STATEMENT, "out of form");
		}
	}
	f->six = good;
	f->six.signer[0] = '\0';
	expect_error(f, gate_statement_text(f->part.s, f->part.len, &f->six, &text, &f->err), GATE_E_STATEMENT, "signer");
	f->six = good;
	f->six.decision = GATE_DECISION_NONE;
	expect_error(f, gate_statement_text(f->part.s, f->part.len, &f->six, &text, &f->err), GATE_E_STATEMENT,
		     "decision");
	f->six = good;
	gate_copy(f->six.not_after, sizeof(f->six.not_after), good.not_before);
	expect_error(f, gate_statement_text(f->part.s, f->part.len, &f->six, &text, &f->err), GATE_E_STATEMENT,
		     "not later");
	assert_int_equal(text.len, 0);
}

static void the_servers_values_are_checked(void **state)
{
	struct fixture *f = *state;
	struct gate_statement good = f->s;
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	char *const fields[] = { f->s.repo_id, f->s.repo, f->s.pending, f->s.challenge, f->s.commits, f->s.policy,
				 f->s.findings, f->s.agent, f->s.log };

	for (size_t i = 0; i < GATE_ARRAY_LEN(fields); i++) {
		f->s = good;
		fields[i][0] = '\0';
		expect_error(f, gate_statement_server_part(&f->s, &out, &f->err), GATE_E_STATEMENT,
			     "missing or out of form");
	}
	f->s = good;
	f->s.tier = GATE_TIER_COUNT;
	expect_error(f, gate_statement_server_part(&f->s, &out, &f->err), GATE_E_STATEMENT, "tier");
	f->s = good;
	f->s.n_refs = 0;
	expect_error(f, gate_statement_server_part(&f->s, &out, &f->err), GATE_E_STATEMENT, "no ref");
	f->s.n_refs = 2;
	gate_copy(f->refs[1].ref, GATE_REF_MAX, "refs/heads/main");
	expect_error(f, gate_statement_server_part(&f->s, &out, &f->err), GATE_E_STATEMENT, "not sorted");
	gate_copy(f->refs[1].ref, GATE_REF_MAX, "refs/heads/z");
	gate_copy(f->refs[1].tree, sizeof(f->refs[1].tree), "abc");
	expect_error(f, gate_statement_server_part(&f->s, &out, &f->err), GATE_E_STATEMENT, "tree");
	assert_int_equal(out.len, 0);
}

/* A part that just fits can be signed with the longest of six values; one byte more is refused when it is made. */
static void a_part_that_is_taken_can_always_be_signed(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf part = { 0 };
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	size_t fill;

	memset(f->six.reason, 'r', sizeof(f->six.reason) - 1);
	memset(f->six.role, 'r', sizeof(f->six.role) - 1);
	memset(f->six.signer, 's', sizeof(f->six.signer) - 1);
	for (size_t i = 2; i < 11; i++) {
		f->refs[i] = f->refs[0];
		snprintf(f->refs[i].ref, GATE_REF_MAX, "refs/heads/z%02zu", i);
	}
	f->s.n_refs = 11;
	assert_int_equal(gate_statement_server_part(&f->s, &part, &f->err), 0);
	fill = GATE_SERVER_PART_MAX - part.len;
	memset(f->refs[10].ref + strlen(f->refs[10].ref), 'x', fill);
	gate_buf_reset(&part);
	assert_int_equal(gate_statement_server_part(&f->s, &part, &f->err), 0);
	assert_int_equal(part.len, GATE_SERVER_PART_MAX);
	assert_int_equal(gate_statement_text(part.s, part.len, &f->six, &text, &f->err), 0);
	assert_int_equal(text.len, GATE_STATEMENT_MAX);
	f->refs[10].ref[strlen(f->refs[10].ref)] = 'x';
	expect_error(f, gate_statement_server_part(&f->s, &part, &f->err), GATE_E_LIMIT, "push fewer refs");
	gate_buf_str(&part, "x\n");
	expect_error(f, gate_statement_load(part.s, part.len, &(struct gate_statement){ 0 }, &f->err), GATE_E_LIMIT,
		     "more than");
}

static void a_servers_part_holds_none_of_the_six(void **state)
{
	struct fixture *f = *state;
	struct gate_statement s;

	expect_error(f, gate_statement_load(full, sizeof(full) - 1, &s, &f->err), GATE_E_STATEMENT,
		     "line 4 must be `pending`");
	assert_null(s.refs);
	for (size_t n = 0; n < f->part.len; n++) {
		assert_true(gate_statement_load(f->part.s, n, &s, &f->err) < 0);
		gate_err_reset(&f->err);
	}
}

static void a_blob_is_cut_in_one_place(void **state)
{
	struct fixture *f = *state;
	static const char sig[] = "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n";
	gate_auto(gate_buf) struct gate_buf blob = { 0 };
	const char *text, *armor;
	size_t text_len, armor_len;

	gate_buf_str(&blob, full);
	expect_error(f, gate_approval_split(blob.s, blob.len, &text, &text_len, &armor, &armor_len, &f->err),
		     GATE_E_STATEMENT, "no line -----BEGIN");
	gate_buf_str(&blob, sig);
	assert_int_equal(gate_approval_split(blob.s, blob.len, &text, &text_len, &armor, &armor_len, &f->err), 0);
	assert_int_equal(text_len, sizeof(full) - 1);
	assert_memory_equal(text, full, text_len);
	assert_int_equal(armor_len, sizeof(sig) - 1);
	assert_memory_equal(armor, sig, armor_len);
	gate_buf_str(&blob, sig);
	expect_error(f, gate_approval_split(blob.s, blob.len, &text, &text_len, &armor, &armor_len, &f->err),
		     GATE_E_STATEMENT, "more than one");
	expect_error(f, gate_approval_split(sig, sizeof(sig) - 1, &text, &text_len, &armor, &armor_len, &f->err),
		     GATE_E_STATEMENT, "no line");
	gate_buf_reset(&blob);
	while (blob.len < GATE_STATEMENT_MAX)
		gate_buf_char(&blob, 'x');
	gate_buf_char(&blob, '\n');
	gate_buf_str(&blob, sig);
	expect_error(f, gate_approval_split(blob.s, blob.len, &text, &text_len, &armor, &armor_len, &f->err),
		     GATE_E_LIMIT, "4096");
	while (blob.len <= GATE_APPROVAL_MAX)
		gate_buf_char(&blob, '\n');
	expect_error(f, gate_approval_split(blob.s, blob.len, &text, &text_len, &armor, &armor_len, &f->err),
		     GATE_E_LIMIT, "8192");
}

static void decisions(void **state)
{
	enum gate_decision d;

	(void)state;
	assert_true(gate_decision_parse("approve", &d) && d == GATE_DECISION_APPROVE);
	assert_true(gate_decision_parse("deny", &d) && d == GATE_DECISION_DENY);
	assert_true(gate_decision_parse("rebase", &d) && d == GATE_DECISION_REBASE);
	assert_false(gate_decision_parse("none", &d));
	assert_int_equal(d, GATE_DECISION_NONE);
	assert_false(gate_decision_parse("", &d));
	assert_string_equal(gate_decision_name((enum gate_decision)77), "none");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_text_is_exactly_this),
		T(what_is_written_is_read_back),
		T(odd_names_are_escaped),
		T(every_changed_byte_is_seen),
		T(lines_missing_doubled_unknown_or_out_of_order),
		T(reading_is_strict_by_itself),
		T(the_first_difference_is_named),
		T(the_signers_values_are_checked),
		T(the_servers_values_are_checked),
		T(a_part_that_is_taken_can_always_be_signed),
		T(a_servers_part_holds_none_of_the_six),
		T(a_blob_is_cut_in_one_place),
		cmocka_unit_test(decisions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
