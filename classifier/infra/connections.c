#include "classifier/infra/connections.h"

#include "classifier/build/program_rows.h"
#include "classifier/values/risk.h"

#include <string.h>

static const char tls[] = "a connection is no longer encrypted or its other end no longer verified: anyone in between can read and change it";
static const char cors[] = "every site may call this with a browser now: which ones need to?";

#define ROW(name, needle, pattern, text) { name, needle, pattern, { GATE_GAIN_RISK, GATE_TIER_HIGH, text } }
#define OFF "\\s*[=:]\\s*\"?(?:false|0|no|off|none|disabled?)\\b"
#define ON "\\s*[=:]\\s*\"?(?:true|1|yes|on)\\b"

/* The providers' references: aws, google, azurerm, cloudflare, github, helm, vault, vsphere. "key = v" and, in .tf.json, "key": v. */
static const struct gate_risk terraform_rows[] = {
	ROW("CORS open", "origin", "\\ballow(?:ed)?_origins?\"?\\s*[=:]\\s*\\[[^\\]]*\"\\*\"", cors),
	ROW("CORS open", "origin", "(?<![\\w.-])origins?\"?\\s*[=:]\\s*\\[\\s*\"\\*\"", cors),
	ROW("CORS open", "llow-", "(?i)access-control-allow-origin\"?\\s*[=:]\\s*\"'?\\*", cors),
	ROW("TLS off", "insecure", "\\b(?:tls_)?insecure(?:_skip_(?:tls_)?verify|_ssl|_tls)\"?" ON, tls),
	ROW("TLS off", "insecure", "\\b(?:allow_insecure|tls_insecure|insecure_connection)\"?" ON, tls),
	ROW("TLS off", "unverified", "\\ballow_unverified_ssl\"?" ON, tls),
	ROW("TLS off", "verif", "\\b(?:(?:ssl|tls|cert|certificate|peer)_verif(?:y|ication)(?:_enabled)?|verify_(?:ssl|tls|certs?|certificates?)|validate_certs?)\"?" OFF, tls),
	ROW("TLS off", "ssl", "\\b(?:require_ssl|ssl_enforcement_enabled|ssl_enabled)\"?" OFF, tls),
	ROW("TLS off", "ssl", "\\bssl_?mode\"?\\s*[=:]\\s*\"(?:disable|allow|ALLOW_UNENCRYPTED_AND_ENCRYPTED)\"", tls),
	ROW("TLS off", "ssl_port", "\\b(?:enable_non_ssl_port|non_ssl_port_enabled)\"?" ON, tls),
	ROW("TLS off", "transit", "\\btransit_encryption_enabled\"?" OFF, tls),
	ROW("TLS off", "protocol_policy", "\\b(?:viewer|origin)_protocol_policy\"?\\s*[=:]\\s*\"(?:allow-all|http-only)\"", tls),
	ROW("old TLS", "version", "\\bmin(?:imum|imal)?_(?:tls|protocol|ssl)_version(?:_enforced)?\"?\\s*[=:]\\s*\"(?:SSLv3|(?:TLSv?_?)?1(?:[._][01])?|TLS1[01])(?:_2016)?\"", tls),
};
static const struct gate_risk_table terraform = GATE_RISKS(terraform_rows);

/* Tomcat, Spring, IIS, Azure API Management, CXF, Jetty, Android's network security, Apple's property lists, addresses of databases. */
static const struct gate_risk xml_rows[] = {
	ROW("CORS open", "origin", "<param-name>\\s*cors\\.allowed\\.?[oO]rigins\\s*</param-name>\\s*<param-value>\\s*\\*", cors),
	ROW("CORS open", "rigin", "\\ballowed-origins(?:-patterns)?\\s*=\\s*[\"']\\*", cors),
	ROW("CORS open", "rigin", "<(?:origin|allowed-?origin)>\\s*\\*\\s*</", cors),
	ROW("CORS open", "llow-", "(?i)access-control-allow-origin[\"']?\\s+value\\s*=\\s*[\"']\\*", cors),
	ROW("CORS open", "origin", "<add\\s+origin\\s*=\\s*[\"']\\*", cors),
	ROW("TLS off", "leartext", "\\b(?:cleartextTrafficPermitted|usesCleartextTraffic)\\s*=\\s*[\"']true", tls),
	ROW("TLS off", "NSAllowsArbitraryLoads", "<key>NSAllowsArbitraryLoads(?:InWebContent|ForMedia)?</key>\\s*<true\\s*/>", tls),
	ROW("TLS off", "NSExceptionAllowsInsecureHTTPLoads", "<key>NSExceptionAllowsInsecureHTTPLoads</key>\\s*<true\\s*/>", tls),
	ROW("TLS off", "certificates", "<certificates\\s+[^>]*\\bsrc\\s*=\\s*[\"']user[\"']", tls),
	ROW("TLS off", "disableCNCheck", "\\bdisableCNCheck\\s*=\\s*[\"']true", tls),
	ROW("TLS off", "rustAll", "\\b(?:[tT]rustAll)(?:Certs|Certificates)?(?:\\s*=\\s*[\"']|[\"']?>\\s*)true", tls),
	ROW("TLS off", "ertificateVerification", "\\bcertificateVerification\\s*=\\s*[\"'](?:none|optionalNoCA)", tls),
	ROW("TLS off", "requireSSL", "\\brequireSSL\\s*=\\s*[\"']false", tls),
	ROW("TLS off", "sslFlags", "<access\\s+[^>]*\\bsslFlags\\s*=\\s*[\"']None", tls),
	ROW("TLS off", "nsecure", "-Dmaven\\.wagon\\.http\\.ssl\\.(?:insecure|allowall)=true|<maven\\.wagon\\.http\\.ssl\\.(?:insecure|allowall)>\\s*true", tls),
	ROW("TLS off", "erverCertificate", "(?i)\\btrustServerCertificate\\s*=\\s*(?:true|yes)\\b", tls),
	ROW("TLS off", "SSL", "\\buseSSL=false\\b", tls),
	ROW("TLS off", "sslmode", "\\bsslmode=(?:disable|allow)\\b", tls),
	ROW("old TLS", "rotocol", "\\b(?:sslProtocols?|sslEnabledProtocols|protocols)\\s*=\\s*[\"'][^\"']*\\b(?:SSLv[23]|TLSv1(?:\\.[01])?(?![.\\d]))", tls),
};
static const struct gate_risk_table xml = GATE_RISKS(xml_rows);

static const struct {
	const char *ending;
	const struct gate_risk_table *table;
	enum gate_comments comments;
} files[] = {
	{ ".tf", &terraform, GATE_COMMENTS_PHP },      { ".tofu", &terraform, GATE_COMMENTS_PHP }, { ".tfvars", &terraform, GATE_COMMENTS_PHP },
	{ ".hcl", &terraform, GATE_COMMENTS_PHP },     { ".tf.json", &terraform, GATE_COMMENTS_NONE }, { ".xml", &xml, GATE_COMMENTS_XML },
	{ ".config", &xml, GATE_COMMENTS_XML },	       { ".plist", &xml, GATE_COMMENTS_XML },
};

int gate_connections_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	enum gate_tier most = gate_path_is_test(delta->path) ? GATE_TIER_MEDIUM : GATE_TIER_CRITICAL;
	gate_auto(gate_code_sides) struct gate_code_sides c = { 0 };
	size_t i = 0;
	int rc;

	while (i < GATE_ARRAY_LEN(files) && !gate_ends_with(delta->path, files[i].ending))
		i++;
	if (i == GATE_ARRAY_LEN(files) || !gate_mode_is_file(delta->new_mode))
		return 0;
	rc = gate_code_sides_read(d, change, delta, files[i].comments, &c, err);
	if (rc < 0 || c.unread || c.same)
		return rc;
	return gate_risks_delta(d, change, delta, "IAC-OTH", files[i].table, &c, most, err);
}
