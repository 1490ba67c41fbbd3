#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "formats/signers.h"

#include <string.h>

#define ED1 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
#define ED2 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC"
#define SK "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAAAABHNzaDo="
#define SKEC "sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNTYAAABBBAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEAAAAEc3NoOg=="
#define EC "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBAAgjIr8SpwBCkF4sr8uaNT0EWdzFpEmShI+1fT9ZzY2uEgQ2RMsgHyTXlcAVcn5prACvavvZX4hEupNSMQytnA="
#define RSA2048 "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCvsD1gB17fcEFkihFLw1lqh3RCB6kTRuiihF+1pOnczHlbSQ9uRJoV3F2Jo/OutVeTtJpGcaxstFgUavx4RY702wIfrrod4DL+9YrR9s6a1y7sDGekndNzSoc4lqfsQi8hdd0G4rpmQLzlnRSRh6YY4rq8dN9gB7k/SiccdKX5J+IJgqaHo0ixHvAADb7r8C/X2DOx+oH9oLr7CeGFNb8EJWEDHgMWPhuoGbRjUWgEy0BVJZ0uEa8zjlhYgZ4ZRfdDb7sbO43hqry8XT+3wrCubnn36c1O5Hs/CVj8UpuBUm4S9xuIF5A8XGmqRQATHXW9kOcuSZYcvkRfFp5LUJBt"
#define RSA1024 "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDpOyQ+MZZJbzgi3xPUpSynfIY02YNNwzudK8uk8mpgg1Jmue0o/3orJVY3pb7gbJRSVbP7OQVBxJeZJ0gRESU5J+17RvgaRt6MIHAFo8Rej/ytQyL3WCyuL1vrUqgGSwxAUpgFG8UWYSw14eEzy35a9SskdCyb36QaHq03z+RNAQ=="
#define ED_SHORT "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAHwEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define ED_MORE "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAA=="

typedef int parse_fn(const char *bytes, size_t len, const char *file, struct gate_signers *out, struct gate_err *err);

static void must_take(parse_fn *fn, const char *text, struct gate_signers *out)
{
	struct gate_err err = { 0 };

	if (fn(text, strlen(text), "f", out, &err) < 0)
		fail_msg("%s\n%s", err.text, text);
}

static void must_refuse(parse_fn *fn, const char *text, size_t len, const char *want)
{
	gate_auto(gate_signers) struct gate_signers got = { 0 };
	struct gate_err err = { 0 };

	if (fn(text, len, "f", &got, &err) == 0)
		fail_msg("taken: %s", text);
	assert_true(err.code == GATE_E_POLICY || err.code == GATE_E_LIMIT);
	if (!strstr(err.text, want))
		fail_msg("wanted '%s', got '%s' for %s", want, err.text, text);
}

static void lines_become_keys(void **state)
{
	gate_auto(gate_signers) struct gate_signers s = { 0 };

	(void)state;
	must_take(gate_signers_parse,
		  "# the maintainers\r\n\r\n"
		  "alice,alice@x.example " ED1 " a comment with words\r\n"
		  "  \"bob,bob@x\"\tNAMESPACES=\"git,approval.v1@refgate\",valid-after=\"20260101Z\",Valid-Before=\"20270101120000Z\" " SK "\n"
		  "carol " EC "\n"
		  "dave " SKEC "\n"
		  "erin " RSA2048, &s);
	assert_int_equal(s.n, 5);
	assert_int_equal(s.v[0].line, 3);
	assert_int_equal(s.v[0].principals.n, 2);
	assert_string_equal(s.v[0].principals.v[0], "alice");
	assert_string_equal(s.v[0].principals.v[1], "alice@x.example");
	assert_string_equal(s.v[0].key.type, "ssh-ed25519");
	assert_int_equal(s.v[0].key.blob_len, 51);
	assert_int_equal(strlen(s.v[0].key.fp), 64);
	assert_int_equal(s.v[0].key.namespaces.n, 0);
	assert_string_equal(s.v[1].principals.v[0], "bob");
	assert_int_equal(s.v[1].key.namespaces.n, 2);
	assert_true(gate_strs_has(&s.v[1].key.namespaces, "approval.v1@refgate"));
	assert_int_equal(s.v[1].key.valid_after, 1767225600);
	assert_int_equal(s.v[1].key.valid_before, 1798804800);
	assert_true(gate_key_is_sk(&s.v[1].key));
	assert_true(gate_key_is_sk(&s.v[3].key));
	assert_false(gate_key_is_sk(&s.v[2].key));
}

static void every_odd_line_is_an_error(void **state)
{
	static const struct {
		const char *text, *want;
	} t[] = {
		/* what ssh-keygen takes, and is too much */
		{ "*@x.example " ED1, "f:1: wildcards and negation" },
		{ "a?ice " ED1, "f:1: wildcards and negation" },
		{ "alice,!bob " ED1, "f:1: wildcards and negation" },
		{ "ca cert-authority " ED1, "f:1: cert-authority lines are not supported" },
		{ "ca CERT-AUTHORITY,namespaces=\"git\" " ED1, "f:1: cert-authority lines are not supported" },
		{ "alice namespaces=\"*@refgate\" " ED1, "f:1: name each namespace in full" },
		{ "alice namespaces=\"!git\" " ED1, "f:1: name each namespace in full" },
		{ "alice ssh-ed25519-cert-v01@openssh.com AAAA", "f:1: certificates are not supported" },
		/* what ssh-keygen skips, so that the next line still counts */
		{ "bob " ED2 "\nalice unknown=\"1\" " ED1, "f:2: neither an option" },
		{ "alice no-touch-required " ED1, "f:1: neither an option" },
		{ "alice valid-before=20270101Z " ED1, "f:1: the option's value must stand in double quotes: 'valid-before'" },
		{ "alice namespaces= " ED1, "must stand in double quotes" },
		{ "alice namespaces=\"\" " ED1, "a namespace is empty" },
		{ "alice namespaces=\"git,\" " ED1, "a namespace is empty" },
		{ "alice namespaces=\"git,git\" " ED1, "named twice in one line: 'git'" },
		{ "alice namespaces=\"git\",namespaces=\"x\" " ED1, "namespaces stands here twice" },
		{ "alice valid-after=\"20260101Z\",valid-after=\"20260102Z\" " ED1, "valid-after stands here twice" },
		{ "alice valid-after=\"2026\" " ED1, "valid-after must be \"YYYYMMDD" },
		{ "alice valid-after=\"20261301Z\" " ED1, "valid-after must be" },
		{ "alice valid-before=\"19700101Z\" " ED1, "valid-before must be" },
		{ "alice valid-before=\"19600101Z\" " ED1, "valid-before must be" },
		{ "alice valid-after=\"20270101Z\",valid-before=\"20260101Z\" " ED1, "valid-before is not later" },
		{ "alice valid-after=\"20270101Z\",valid-before=\"20270101Z\" " ED1, "valid-before is not later" },
		{ "alice namespaces=\"git " ED1, "f:1: a double quote that never ends" },
		{ "alice namespaces=\"a\\\"b\" " ED1, "never ends" },
		{ "alice namespaces=\"a\\b\" " ED1, "must stand in double quotes" },
		{ "\"alice " ED1, "f:1: a double quote that never ends" },
		{ "\"alice\",\"bob\" " ED1, "one pair of quotes" },
		{ "alice", "f:1: the key is missing" },
		{ "alice ssh-ed25519", "f:1: the key data is missing" },
		{ "alice ssh-ed25519 AAA=A", "f:1: the key data is not base64" },
		{ "alice ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", "f:1: the key data is damaged" },
		{ "alice " ED_SHORT, "f:1: the key data is damaged" },
		{ "alice " ED_MORE, "f:1: 1 bytes too many in the key data" },
		{ "alice ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB",
		  "f:1: the key data is not of type ssh-rsa" },
		{ "alice ssh-dss AAAA", "f:1: DSA keys are too weak" },
		{ "alice " RSA1024, "f:1: an RSA key below 2048 bits" },
		{ "alice ssh-foo AAAA", "nor a supported key type: 'ssh-foo'" },
		{ "alice namespaces=\"git\" ssh-foo AAAA", "not a supported key type: 'ssh-foo'" },
		{ ED1, "f:1: " },
		/* names that nobody could type */
		{ "al\xc3\xad" "ce " ED1, "printable ASCII" },
		{ "\"al ice\" " ED1, "printable ASCII" },
		{ "alice,,bob " ED1, "a principal is empty" },
		{ "alice,alice " ED1, "named twice in one line: 'alice'" },
		{ "al\x1b[2Jice " ED1, "f:1: a control character (0x1b)" },
		{ "alice\r " ED1, "f:1: a control character (0x0d)" },
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(t); i++)
		must_refuse(gate_signers_parse, t[i].text, strlen(t[i].text), t[i].want);
	must_refuse(gate_signers_parse, "alice\0 " ED1, sizeof("alice\0 " ED1) - 1, "a control character (0x00)");
}

static void long_names_have_an_end(void **state)
{
	gate_auto(gate_signers) struct gate_signers s = { 0 };
	char line[400];

	(void)state;
	snprintf(line, sizeof(line), "%0255d " ED1, 0);
	must_take(gate_signers_parse, line, &s);
	snprintf(line, sizeof(line), "%0256d " ED1, 0);
	must_refuse(gate_signers_parse, line, strlen(line), "longer than 255");
}

static void the_number_of_keys_is_bounded(void **state)
{
	gate_auto(gate_signers) struct gate_signers s = { 0 };
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	(void)state;
	for (int i = 0; i < GATE_SIGNERS_MAX; i++)
		gate_buf_str(&b, "alice " ED1 "\n");
	must_take(gate_signers_parse, gate_buf_cstr(&b), &s);
	gate_buf_str(&b, "alice " ED1 "\n");
	must_refuse(gate_signers_parse, gate_buf_cstr(&b), b.len, "f:5001: more than 5000 keys");
}

static void revoked_keys_are_plain_lines(void **state)
{
	gate_auto(gate_signers) struct gate_signers s = { 0 };

	(void)state;
	must_take(gate_revoked_parse, "# lost laptop\n" ED1 " alice\n" SK "\n", &s);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.v[0].line, 2);
	must_refuse(gate_revoked_parse, "SSHKRL\n\0xxxx", 12, "f:1: a binary key revocation list");
	must_refuse(gate_revoked_parse, "alice " ED1, strlen("alice " ED1), "f:1: not a supported key type: 'alice'");
	must_refuse(gate_revoked_parse, ED2 "\n" ED_MORE, strlen(ED2 "\n" ED_MORE), "f:2: 1 bytes too many");
}

static void one_public_key(void **state)
{
	struct gate_err err = { 0 };
	struct gate_key k = { 0 };

	(void)state;
	assert_int_equal(gate_public_key_parse(ED1 " me", strlen(ED1 " me"), "id.pub", &k, &err), 0);
	assert_string_equal(k.type, "ssh-ed25519");
	free(k.blob);
	k = (struct gate_key){ 0 };
	assert_true(gate_public_key_parse(ED_SHORT, strlen(ED_SHORT), "id.pub", &k, &err) < 0);
	assert_non_null(strstr(err.text, "id.pub:1: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_become_keys),
		cmocka_unit_test(every_odd_line_is_an_error),
		cmocka_unit_test(long_names_have_an_end),
		cmocka_unit_test(the_number_of_keys_is_bounded),
		cmocka_unit_test(revoked_keys_are_plain_lines),
		cmocka_unit_test(one_public_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
