#include "classifier/secrets/proofs.h"

#include "base/mem.h"
#include "classifier/secrets/proofs/all.h"

#include <string.h>

static const struct {
	const char *name;
	gate_proof_fn *fn;
} proofs[] = {
	{ "atlassian_crc32", gate_proof_atlassian },
	{ "aws_key_id", gate_proof_aws },
	{ "azure_marvin", gate_proof_azure },
	{ "base64_pair", gate_proof_pair },
	{ "bech32", gate_proof_bech32 },
	{ "bitcoin_wif", gate_proof_wif },
	{ "bitcoin_xprv", gate_proof_xprv },
	{ "der_key", gate_proof_der },
	{ "discord_id", gate_proof_discord },
	{ "fly_macaroon", gate_proof_fly },
	{ "gcp_json", gate_proof_gcp },
	{ "github_crc32", gate_proof_github },
	{ "gitlab_crc32", gate_proof_gitlab },
	{ "grafana_crc32", gate_proof_grafana },
	{ "json_b64", gate_proof_json },
	{ "jwt", gate_proof_jwt },
	{ "nkey_crc16", gate_proof_nkey },
	{ "npm_crc32", gate_proof_github },
	{ "onepassword_json", gate_proof_onepassword },
	{ "pem_asn1", gate_proof_armor },
	{ "pypi_macaroon", gate_proof_pypi },
	{ "sentry_json", gate_proof_sentry },
	{ "slack_hook", gate_proof_slack_hook },
	{ "supabase_jwt", gate_proof_supabase },
};

static gate_proof_fn *find(const char *name)
{
	for (size_t i = 0; i < GATE_ARRAY_LEN(proofs); i++) {
		if (strcmp(proofs[i].name, name) == 0)
			return proofs[i].fn;
	}
	return NULL;
}

bool gate_proof_known(const char *checksum_name)
{
	return find(checksum_name) != NULL;
}

enum gate_proof gate_proof_run(const char *checksum_name, const char *secret, size_t len, int64_t now)
{
	gate_proof_fn *fn = find(checksum_name);

	return fn && len ? fn(secret, len, now) : GATE_PROOF_NONE;
}
