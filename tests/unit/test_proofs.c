/* Proofs of credentials: each that holds, and each that does not. The vectors stand in parts, so that this file holds no
 * credential. */
#include "base/buf.h"
#include "base/crypto.h"
#include "classifier/secrets/proofs.h"

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

enum { NONE = GATE_PROOF_NONE, HOLDS = GATE_PROOF_HOLDS, FAILS = GATE_PROOF_FAILS, WEAKER = GATE_PROOF_WEAKER };

static const struct {
	const char *proof, *parts[3];
	int want;
	int64_t now;
} vectors[] = {
	{ "github_crc32", { "ghp_zQWBuTSOo", "Ri4A9spHcVY5n", "cnsDkxkJ0mLq17" }, HOLDS, 0 },
	{ "github_crc32", { "ghp_zQWBuTSOo", "Ri4A9spHcVY5n", "cnsDkxkJ0mLq18" }, FAILS, 0 },
	{ "npm_crc32", { "npm_FJ6kPU954", "1PZwIpm3EXYNH", "nBq6GDyx21l8sz" }, HOLDS, 0 },
	{ "npm_crc32", { "npm_FJ6kPU954", "1PZwIpm3EXYNH", "nBq6GDyx000000" }, FAILS, 0 },
	{ "gitlab_crc32", { "glpat-1rfpGpHC", "AJIetkzssuN5sc", "LgOWF.010sz27f1" }, HOLDS, 0 },
	{ "gitlab_crc32", { "glpat-1rfpGpHC", "AJIetkzssuN5sc", "LgOWF.010000000" }, FAILS, 0 },
	{ "gitlab_crc32", { "glpat-FJ", "6kPU9541", "PZwIpm3EXY" }, NONE, 0 },
	{ "atlassian_crc32", { "ATATT3xFfGF0BFUH5yxqtyZrJ0w", "IajuJsmWCQRcIRSAEJGqp252TeH", "XYfUiL9hC4QwCeeSHB=B2AB308B" }, HOLDS, 0 },
	{ "atlassian_crc32", { "ATATT3xFfGF0BFUH5yxqtyZrJ0w", "IajuJsmWCQRcIRSAEJGqp252TeH", "XYfUiL9hC4QwCeeSHB=01234567" }, FAILS, 0 },
	{ "grafana_crc32", { "glsa_yscW25imSK", "JIuav8zF37RZmnb", "iDvB05G_fcaaf58a" }, HOLDS, 0 },
	{ "grafana_crc32", { "glsa_yscW25imSK", "JIuav8zF37RZmnb", "iDvB05G_8af5aafc" }, FAILS, 0 },
	{ "bech32", { "AGE-SECRET-KEY-1KM06GED9", "XV0HTRNE8654498TP52MV25J", "5UY6TYAYFMFZ09NZUW2SU9DVTE" }, HOLDS, 0 },
	{ "bech32", { "AGE-SECRET-KEY-1KM06GED9", "XV0HTRNE8654498TP52MV25J", "5UY6TYAYFMFZ09NZUW2SU9DVTQ" }, FAILS, 0 },
	{ "aws_key_id", { "AKIAYO", "SFODNN", "QBCYBQ2R" }, HOLDS, 0 },
	{ "aws_key_id", { "AKIA77", "777775", "QAAAAAAA" }, FAILS, 0 },
	{ "aws_key_id", { "AKIAIO", "SFODNN", "7EXAMPLE" }, NONE, 0 },
	{ "bitcoin_wif", { "5K6ivyGuFoVPXYmut", "r1pbH7CWmgm5vvw84", "cvwrDcCGctWyCchuB" }, HOLDS, 0 },
	{ "bitcoin_wif", { "L2tG5DPBeLCJRqFET", "qLd4J6MpQEVam33tA", "yb76EeLjwQPELq8ft7" }, HOLDS, 0 },
	{ "bitcoin_wif", { "cTFFY8P35PtZbGiVr", "F9kRcbRSdXuFD8jxD", "84DWh9qrbQdyU15Cs8" }, WEAKER, 0 },
	{ "bitcoin_wif", { "L2tG5DPBeLCJRqFET", "qLd4J6MpQEVam33tA", "yb76EeLjwQPELq8ft2" }, FAILS, 0 },
	{ "bitcoin_xprv", { "xprvHA4JYwR8kboZBdCiMJWsE2A4hfzgCfvHm", "ZpXfvNpBChiNrxVQuAHkX1HqLgiQ5Qcqiqn3N", "hiwmPzqdjhN1EcHjsracLrym6hDmiLVrfcwtz" }, HOLDS, 0 },
	{ "bitcoin_xprv", { "tprv9s5idDZA8XPK8wGiWNojmD9hjVVseTgQP", "SXJ3o79xzZ63yuh32jkk4yiZUFSXgKNGgjVtg", "SrQKv6mw2mdMi1uJgQbiK4C95RSbHe6KqEf83" }, WEAKER, 0 },
	{ "bitcoin_xprv", { "tprv9s5idDZA8XPK8wGiWNojmD9hjVVseTgQP", "SXJ3o79xzZ63yuh32jkk4yiZUFSXgKNGgjVtg", "SrQKv6mw2mdMi1uJgQbiK4C95RSbHe6KqEf8z" }, FAILS, 0 },
	{ "nkey_crc16", { "SUAKSBF2C3UFNOVZSQY", "6A2WZNI5B4HY4KZGBJ6", "37UQJD5FORM32GO67PJI" }, HOLDS, 0 },
	{ "nkey_crc16", { "SUAKSBF2C3UFNOVZSQY", "6A2WZNI5B4HY4KZGBJ6", "37UQJD5FORM32GO67AAA" }, FAILS, 0 },
	{ "azure_marvin", { "SVqSvmWzLyfOW6i+p1mZCwottzJRX", "f0nO1j1cZvPefpxnrx1p+fMzaCR4N", "IGgF7qus7GDk8i6rGf+AStpcWQyQ==" }, HOLDS, 0 },
	{ "azure_marvin", { "eiOZQxhTy4YJfVAxaR", "CiKT6KH5NYTNRCKboB", "T9JObpj3AzFu+W25zA==" }, HOLDS, 0 },
	{ "azure_marvin", { "zahXxh/YDo4Jm0", "4rUDsHdnYE9F7n", "wqxYYAIoTsV+P4o=" }, HOLDS, 0 },
	{ "azure_marvin", { "zahXxh/YDo4Jm0", "4rUDsHdnYE9F7n", "wqxYYAIoTsAAAAA=" }, FAILS, 0 },
	{ "jwt", { "eyJhbGciOiAiSFMyNTYiLCAidHlwIjog", "IkpXVCJ9.eyJzdWIiOiAiMSIsICJleHA", "iOiAxNzAwMDAwMDAwfQ.c2lnbmF0dXJl" }, HOLDS, 0 },
	{ "jwt", { "eyJhbGciOiAiSFMyNTYiLCAidHlwIjog", "IkpXVCJ9.eyJzdWIiOiAiMSIsICJleHA", "iOiAxNzAwMDAwMDAwfQ.c2lnbmF0dXJl" }, HOLDS, 1600000000 },
	{ "jwt", { "eyJhbGciOiAiSFMyNTYiLCAidHlwIjog", "IkpXVCJ9.eyJzdWIiOiAiMSIsICJleHA", "iOiAxNzAwMDAwMDAwfQ.c2lnbmF0dXJl" }, WEAKER, 1800000000 },
	{ "jwt", { "eyJhbGci", "Oi.eyJhb", "GciOi.abc" }, FAILS, 0 },
	{ "jwt", { "eyJhbGciOiAi", "bm9uZSJ9.eyJ", "zdWIiOiAiMSJ9." }, WEAKER, 0 },
	{ "supabase_jwt", { "eyJhbGciOiAiSFMyNTYi", "fQ.eyJyb2xlIjogInNlc", "nZpY2Vfcm9sZSJ9.c2ln" }, HOLDS, 0 },
	{ "supabase_jwt", { "eyJhbGciOiAiSFMy", "NTYifQ.eyJyb2xlI", "jogImFub24ifQ.c2ln" }, WEAKER, 0 },
	{ "sentry_json", { "sntrys_eyJpYXQiOiAxLjUsICJ1cmwiOiAiaHR0cH", "M6Ly9zLmV4YW1wbGUiLCAib3JnIjogIm8ifQ==_aa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }, HOLDS, 0 },
	{ "sentry_json", { "sntrys_eyJAAAAAA", "AAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAA" }, FAILS, 0 },
	{ "onepassword_json", { "ops_eyJzaWduSW5BZ", "GRyZXNzIjogIngiLC", "AiZW1haWwiOiAieSJ9" }, HOLDS, 0 },
	{ "json_b64", { "x_ey", "JhIj", "ogMX0" }, HOLDS, 0 },
	{ "json_b64", { "", "", "x_" }, FAILS, 0 },
	{ "pypi_macaroon", { "pypi-AgEIcHlwaS5vcmcCJDExMTExMTExMTExMTExMT", "ExMTExMTExMTExMTExMTExMTExMQACBXsuLi59AAAGI", "KkEuhboVrq5lDHgatlqOh4fHFZMFPt_pBI-ldFm9Gd7" }, HOLDS, 0 },
	{ "pypi_macaroon", { "pypi-AgEIcHlwaS5vcmcCJDExMTExMTExMTExMTExM", "TExMTExMTExMTExMTExMTExMTExMQACBXsuLi59AAA", "GIKkEuhboVrq5lDHgatlqOh4fHFZMFPt_pBI-ldFm9Gc" }, FAILS, 0 },
	{ "fly_macaroon", { "fm2_lJPEEKkEuhboVrq5lDHgatlqOh4fHFZMFPt/pBI+ldFm9Gd7qQS6FuhW", "urmUMeBq2Wo6Hh8cVkwU+3+kEj6V0Wb0Z3upBLoW6Fa6uZQx4GrZajoeHxxW", "TBT7f6QSPpXRZvRne6kEuhboVrq5lDHgatlqOh4fHFZMFPt/pBI+ldFm9Gd7" }, HOLDS, 0 },
	{ "fly_macaroon", { "fm2_AAAA", "AAAAAAAA", "AAAAAAAA" }, FAILS, 0 },
	{ "base64_pair", { "dXNlcj", "pwdy1v", "Zi1pdA==" }, HOLDS, 0 },
	{ "base64_pair", { "dX", "Nl", "cjo=" }, FAILS, 0 },
	{ "base64_pair", { "AQ", "I6", "Aw==" }, FAILS, 0 },
	{ "discord_id", { "MTIzNDU2Nzg", "5MDEyMzQ1Nj", "c4.GabcdE.x" }, HOLDS, 0 },
	{ "discord_id", { "MTIzNDU2Nzg5M", "DEyMzQ1Njc4OT", "AxMjM0NTY3.a.b" }, FAILS, 0 },
	{ "slack_hook", { "https://hooks.slack.com", "/services/T0123/B0123/F", "J6kPU9541PZwIpm3EXYNHnB" }, HOLDS, 0 },
	{ "slack_hook", { "https://hooks.slack.com", "/services/T0123/B0123/X", "XXXXXXXXXXXXXXXXXXXXXXX" }, FAILS, 0 },
	{ "no_such_proof", { "x", "y", "z" }, NONE, 0 },
};

static void whole(struct gate_buf *b, size_t i)
{
	for (size_t k = 0; k < 3; k++)
		gate_buf_str(b, vectors[i].parts[k]);
}

static void each_vector(void **state)
{
	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(vectors); i++) {
		gate_auto(gate_buf) struct gate_buf b = { 0 };
		enum gate_proof got;

		whole(&b, i);
		got = gate_proof_run(vectors[i].proof, b.s, b.len, vectors[i].now);
		if ((int)got != vectors[i].want)
			print_error("vector %zu of %s: %d\n", i, vectors[i].proof, (int)got);
		assert_int_equal(got, vectors[i].want);
	}
}

/* No prefix, no flipped byte and no run of one byte may make a proof read outside or answer nonsense. */
static void damaged(void **state)
{
	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(vectors); i++) {
		gate_auto(gate_buf) struct gate_buf b = { 0 };

		whole(&b, i);
		for (size_t n = 0; n < b.len; n++) {
			gate_autofree char *exact = malloc(n ? n : 1); /* so that a checker of memory sees one byte more */

			memcpy(exact, b.s, n);
			assert_in_range(gate_proof_run(vectors[i].proof, exact, n, 0), NONE, WEAKER);
			if (n)
				exact[n / 2] = (char)0xff;
			assert_in_range(gate_proof_run(vectors[i].proof, exact, n, 0), NONE, WEAKER);
			memset(exact, 0, n);
			assert_in_range(gate_proof_run(vectors[i].proof, exact, n, 0), NONE, WEAKER);
		}
	}
}

static void der_body(void **state)
{
	/* SEQUENCE { INTEGER 0, INTEGER ... } of 64 bytes: a key by its structure */
	static const uint8_t head[] = { 0x30, 0x3e, 0x02, 0x01, 0x00, 0x02, 0x39 };
	gate_auto(gate_buf) struct gate_buf raw = { 0 }, text = { 0 }, armor = { 0 };

	(void)state;
	gate_buf_add(&raw, head, sizeof(head));
	while (raw.len < 64)
		gate_buf_char(&raw, (char)(raw.len * 7));
	gate_b64_encode(&text, raw.s, raw.len, true);
	assert_int_equal(gate_proof_run("der_key", text.s, text.len, 0), GATE_PROOF_HOLDS);
	gate_buf_fmt(&armor, "-----BEGIN RSA PRIVATE %s-----\n%s\n-----END RSA PRIVATE %s-----\n", "KEY", text.s, "KEY");
	assert_int_equal(gate_proof_run("pem_asn1", armor.s, armor.len, 0), GATE_PROOF_HOLDS);
	gate_buf_str(&armor, "{\"type\": \"service_account\", \"private_key\": 1}");
	assert_int_equal(gate_proof_run("gcp_json", armor.s, armor.len, 0), GATE_PROOF_HOLDS);
	text.s[0] = 'A';
	assert_int_equal(gate_proof_run("der_key", text.s, text.len, 0), GATE_PROOF_FAILS);
	assert_int_equal(gate_proof_run("gcp_json", text.s, text.len, 0), GATE_PROOF_FAILS);
	assert_false(gate_proof_known("no_such_proof"));
	assert_true(gate_proof_known("jwt"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_vector),
		cmocka_unit_test(damaged),
		cmocka_unit_test(der_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
