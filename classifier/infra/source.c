#include "classifier/infra/source.h"

#include "classifier/build/program_rows.h"

#include <string.h>

static const char tls[] = "the other end of a TLS connection is no longer verified: anyone in between can read and change it";
static const char cors[] = "every site may call this with a browser now: which ones need to?";
static const char csp[] = "what a browser may run or load on this site is less restricted";
static const char cloud[] = "a cloud resource is opened to everyone, or gets every right: narrow it down";
static const char server[] = "the web server checks or hides less: what can be reached now?";
static const char play[] = "a play gets more rights, or shows or trusts more than before";

#define ROW(name, needle, pattern, tier, text)                                  \
	{                                                                       \
		name, needle, pattern, { GATE_GAIN_RISK, GATE_TIER_##tier, text } \
	}

/* Every row has a needle: most files hold none of them. */
static const struct gate_risk rows[] = {
	ROW("TLS off", "verify", "(?<![\\w-])(?:ssl_|tls_|ca_|cert_)?verify(?:_ssl|_tls|_certs?|_peer(?:_name)?)?[\"']?\\s*(?:=>|=(?!=)|:)\\s*(?:[Ff]alse|FALSE|0(?![.\\d]))\\b", HIGH, tls),
	ROW("TLS off", "verif", "\\bverif(?:y|ication)_?(?:mode|hostname)[\"']?\\s*(?:=>|=(?!=)|:)\\s*(?:[\"']?(?:none|NONE)|0\\b|[Ff]alse|(?:OpenSSL::SSL::|ssl\\.)?(?:VERIFY|CERT)_NONE)", HIGH, tls),
	ROW("TLS off", "VERIFY_NONE", "\\b(?:OpenSSL::SSL::|SSL\\.|MBEDTLS_SSL_|SSL_|SslVerifyMode::)?VERIFY_NONE\\b", HIGH, tls),
	ROW("TLS off", "verify_none", ":verify_none\\b", HIGH, tls),
	ROW("TLS off", "SslVerifyMode::NONE", "\\bSslVerifyMode::NONE\\b", HIGH, tls),
	ROW("TLS off", "CERT_NONE", "\\bCERT_NONE\\b", HIGH, tls),
	ROW("TLS off", "check_hostname", "\\bcheck_hostname\\s*=\\s*False\\b", HIGH, tls),
	ROW("TLS off", "_create_unverified_context", "\\b_create_unverified_context\\b", HIGH, tls),
	ROW("TLS off", "ssl", "\\bTCPConnector\\s*\\([^)\\n]*ssl\\s*=\\s*False|\\b(?:use_)?ssl_verify\\s*=\\s*False|(?:get|post|put|request|ws_connect)\\s*\\([^)\\n]*\\bssl\\s*=\\s*False", HIGH, tls),
	ROW("TLS off", "PYTHONHTTPSVERIFY", "\\bPYTHONHTTPSVERIFY[\"'\\])]*\\s*[=:,]\\s*[\"']?0", HIGH, tls),
	ROW("TLS off", "InsecureSkipVerify", "\\bInsecureSkipVerify\\s*(?::|=(?!=))\\s*true", HIGH, tls),
	ROW("TLS off", "insecure_skip_verify", "\\binsecure_skip_verify[\"']?\\s*[:=]\\s*[\"']?true", HIGH, tls),
	ROW("TLS off", "insecureSkip", "\\binsecureSkip(?:TLS)?Verify[\"']?\\s*[:=]\\s*[\"']?true", HIGH, tls),
	ROW("TLS off", "rejectUnauthorized", "\\brejectUnauthorized[\"']?\\s*[:=]\\s*(?:false|0|!1)\\b", HIGH, tls),
	ROW("TLS off", "NODE_TLS_REJECT_UNAUTHORIZED", "\\bNODE_TLS_REJECT_UNAUTHORIZED[\"'\\]]*\\s*[=:]\\s*[\"']?0", HIGH, tls),
	ROW("TLS off", "strictSSL", "\\bstrictSSL[\"']?\\s*[:=]\\s*false", HIGH, tls),
	ROW("TLS off", "checkServerIdentity", "\\bcheckServerIdentity\\s*[:=]\\s*(?:\\([^)]*\\)|\\w+)\\s*=>\\s*(?:undefined|null|\\{\\s*\\}|true)", HIGH, tls),
	ROW("TLS off", "HostnameVerifier", "\\b(?:Noop|AllowAll|Null)HostnameVerifier\\b|\\bsetHostnameVerifier\\s*\\(\\s*\\(?[^)\\n]*\\)?\\s*->\\s*true|\\.hostnameVerifier\\s*(?:\\(|\\{)\\s*\\(?[^)\\n]*\\)?\\s*->\\s*true", HIGH, tls),
	ROW("TLS off", "ALLOW_ALL_HOSTNAME_VERIFIER", "\\bALLOW_ALL_HOSTNAME_VERIFIER\\b", HIGH, tls),
	ROW("TLS off", "Trust", "\\b(?:TrustAllStrategy|TrustAllCerts?|TrustAllCertificates|InsecureTrustManagerFactory|TrustAllX509TrustManager)\\b|\\bvoid\\s+checkServerTrusted\\s*\\([^)]*\\)\\s*(?:throws\\s+\\w+\\s*)?\\{\\s*\\}", HIGH, tls),
	ROW("TLS off", "trustAll", "\\btrustAll(?:Certs|Certificates|Hosts)?\\s*(?:[:=(]\\s*true|\\(\\s*\\))", HIGH, tls),
	ROW("TLS off", "ertificate", "\\bServerCertificate(?:Custom)?Validation(?:Callback)?\\s*\\+?=\\s*(?:delegate\\b[^{]*\\{\\s*return\\s+true|\\([^)]*\\)\\s*=>\\s*true|HttpClientHandler\\.Dangerous)|\\bDangerousAcceptAnyServerCertificateValidator\\b|\\bTrustServerCertificate\\s*=\\s*[Tt]rue|\\bbadCertificateCallback\\s*=[^;\\n]*=>\\s*true", HIGH, tls),
	ROW("TLS off", "CURLOPT_SSL_VERIFY", "\\bCURLOPT_SSL_VERIFY(?:PEER|HOST|STATUS)\\s*(?:,|=>)\\s*(?:0L?|false|FALSE)\\b", HIGH, tls),
	ROW("TLS off", "danger_accept_invalid", "\\bdanger_accept_invalid_(?:certs|hostnames)\\s*\\(\\s*true", HIGH, tls),
	ROW("TLS off", "dangerous()", "\\.dangerous\\(\\)\\s*\\.(?:set_certificate_verifier|with_custom_certificate_verifier)\\b", HIGH, tls),
	ROW("TLS off", "SSL_VERIFY", "\\bGIT_SSL_NO_VERIFY\\b[\"']?\\s*[=:]\\s*[\"']?(?:1|true)|\\bSSL_VERIFY\\b[\"']?\\s*[=:]\\s*[\"']?(?:0|false|False|no)", HIGH, tls),
	ROW("TLS off", "NO_VERIFY", "\\bGIT_SSL_NO_VERIFY\\b[\"']?\\s*[=:]\\s*[\"']?(?:1|true)", HIGH, tls),
	ROW("TLS off", "sslverify", "\\bssl[vV]erify\\s*[=:]?\\s*[\"']?(?:false|0|no|off)\\b", HIGH, tls),
	ROW("TLS off", "sslVerify", "\\bsslVerify\\s*[=:]?\\s*[\"']?(?:false|0|no|off)\\b", HIGH, tls),
	ROW("TLS off", "--insecure", "\\bcurl\\b[^\\n;|&]*\\s--insecure\\b|--insecure-(?:skip-tls-verify|registry|policy)\\S*", HIGH, tls),
	ROW("TLS off", "curl", "\\bcurl\\s+(?:[^\\n;|&]*\\s)?-[a-zA-Z]*k[a-zA-Z]*(?=\\s)", HIGH, tls),
	ROW("TLS off", "--no-check-certificate", "--no-check-certificate\\b", HIGH, tls),
	ROW("TLS off", "verify_hostname", "\\bverify_hostname\\s*=>\\s*0", HIGH, tls),
	ROW("TLS off", "sslmode", "\\bsslmode[\"']?\\s*[=:]\\s*[\"']?(?:disable|allow)\\b", MEDIUM, tls),
	ROW("TLS off", "useSSL=false", "\\buseSSL=false\\b", MEDIUM, tls),
	ROW("host keys unchecked", "StrictHostKeyChecking", "\\bStrictHostKeyChecking[\\s=\"']+(?:no|off)\\b", HIGH, tls),
	ROW("host keys unchecked", "InsecureIgnoreHostKey", "\\bInsecureIgnoreHostKey\\s*\\(", HIGH, tls),
	ROW("host keys unchecked", "AutoAddPolicy", "\\bAutoAddPolicy\\s*\\(", MEDIUM, tls),

	ROW("CORS open", "llow-", "(?i)access-control-allow-origin[\"']?\\s*[:,=>\\s]\\s*[\"']?\\*", HIGH, cors),
	ROW("CORS open", "allow_origin", "\\ballow(?:ed)?_origins?(?:_regex)?[\"']?\\s*(?:=>|=(?!=)|:)\\s*(?:\\[|\\()?\\s*[\"']\\.?\\*", HIGH, cors),
	ROW("CORS open", "allowed_origins", "\\ballowed_origins[\"']?\\s*(?:=>|=(?!=)|:)\\s*(?:\\[|\\()?\\s*[\"']\\*", HIGH, cors),
	ROW("CORS open", "CORS_", "\\bCORS_(?:ALLOW_ALL_ORIGINS|ORIGIN_ALLOW_ALL)\\s*=\\s*True|\\bCORS_ORIGINS?\\s*[=:]\\s*[\"'\\[ ]*\\*", HIGH, cors),
	ROW("CORS open", "origin", "\\borigins?[\"']?\\s*(?::|=>|=(?!=)|\\s)\\s*\\[?\\s*[\"']\\*[\"']", HIGH, cors),
	ROW("CORS open", "rigins", "\\b(?:set)?[aA]llowedOrigin(?:Pattern)?s?\\s*[(=:]\\s*(?:(?:List|Set|Arrays|Collections)\\.\\w+\\s*\\(|\\[|\\{|\\[\\]string\\s*\\{)?\\s*[\"']\\*|\\b[aA]llowOrigins?\\s*[(:=]\\s*(?:\\[\\]string\\s*\\{|\\[)?\\s*[\"']\\*|\\b(?:AllowAllOrigins\\s*[:=]\\s*true|AllowAnyOrigin\\s*\\()", HIGH, cors),
	ROW("CORS open", "AnyOrigin", "\\bAllowAnyOrigin\\s*\\(", HIGH, cors),
	ROW("CORS open", "@CrossOrigin", "@CrossOrigin\\b(?!\\s*\\([^)]*(?:origins|value)\\s*=\\s*\\{?\\s*\"[^*])(?!\\s*\\(\\s*\"[^*])", HIGH, cors),
	ROW("CORS open", "CorsLayer::permissive", "\\bCorsLayer::(?:very_)?permissive\\b|\\bCors::permissive\\b", HIGH, cors),
	ROW("CORS open", "CORSMiddleware", "\\ballow_origin_regex\\s*=\\s*r?[\"']\\.\\*", HIGH, cors),

	ROW("content policy", "unsafe-", "'unsafe-(?:inline|eval)'", HIGH, csp),
	ROW("content policy", "ontentSecurityPolicy", "\\bcontentSecurityPolicy[\"']?\\s*:\\s*false", HIGH, csp),
	ROW("content policy", "-src", "\\b(?:default|script|object|frame|connect)-src\\s+[^;\"\\n]*(?<=\\s)\\*(?=[\\s;\"'])", HIGH, csp),
	ROW("content policy", "_SRC", "\\bCSP_(?:DEFAULT|SCRIPT|OBJECT)_SRC\\s*=[^\\n]*(?:\\*|unsafe-)", HIGH, csp),
	{ "security header", "ontent-Security-Policy", "\\bContent-Security-Policy(?!-Report-Only)\\b", { GATE_GAIN_GUARD, GATE_TIER_HIGH, csp } },
	{ "security header", "trict-Transport-Security", "\\bStrict-Transport-Security\\b", { GATE_GAIN_GUARD, GATE_TIER_HIGH, csp } },
	{ "security header", "X-Frame-Options", "\\bX-Frame-Options\\b", { GATE_GAIN_GUARD, GATE_TIER_MEDIUM, csp } },
	{ "security header", "helmet(", "\\bhelmet\\s*\\(", { GATE_GAIN_GUARD, GATE_TIER_HIGH, csp } },
	ROW("cookie or redirect", "SECURE", "\\b(?:SECURE_SSL_REDIRECT|SESSION_COOKIE_SECURE|CSRF_COOKIE_SECURE|SESSION_COOKIE_HTTPONLY)\\s*=\\s*False", HIGH, csp),
	ROW("hosts", "ALLOWED_HOSTS", "\\bALLOWED_HOSTS\\s*=\\s*\\[\\s*[\"']\\*", HIGH, csp),

	ROW("everyone", "anyIpv", "\\b(?:Peer|ec2\\.Peer)\\.anyIpv[46]\\s*\\(\\s*\\)[^\\n]*", HIGH, cloud),
	ROW("everyone", "any_ipv", "\\bPeer\\.any_ipv[46]\\s*\\(\\s*\\)[^\\n]*", HIGH, cloud),
	ROW("everyone", "0.0.0.0/0", "\\b(?:[iI]ngress|fromPort|cidr[bB]locks?|cidr_blocks?|sourceRanges|source_ranges|CidrIp|cidrIpv4|cidr_ip)\\b[^\\n]{0,200}0\\.0\\.0\\.0/0", HIGH, cloud),
	ROW("public", "ublicReadAccess", "\\bpublicReadAccess\\s*[:=]\\s*[tT]rue", HIGH, cloud),
	ROW("public", "ublic_read_access", "\\bpublic_read_access\\s*=\\s*True", HIGH, cloud),
	ROW("public", "ubliclyAccessible", "\\bpubliclyAccessible\\s*[:=]\\s*[tT]rue", HIGH, cloud),
	ROW("public", "ublicly_accessible", "\\bpublicly_accessible\\s*=\\s*[Tt]rue", HIGH, cloud),
	ROW("public", "public-read", "\\bacl\\s*[:=]\\s*[\"']public-read(?:-write)?", HIGH, cloud),
	ROW("every right", "AdministratorAccess", "\\bAdministratorAccess\\b", CRITICAL, cloud),
	ROW("every right", "ctions", "\\b[aA]ctions\\s*[:=]\\s*\\[\\s*[\"']\\*[\"']", CRITICAL, cloud),
	ROW("every right", "esources", "\\bresources\\s*[:=]\\s*\\[\\s*[\"']\\*[\"']", HIGH, cloud),
	ROW("every right", "Action", "[\"']?Action[\"']?\\s*[:=]\\s*\\[?\\s*[\"']\\*[\"']", CRITICAL, cloud),
	ROW("destroyed", "emovalPolicy.DESTROY", "\\bRemovalPolicy\\.DESTROY\\b", HIGH, cloud),
	ROW("destroyed", "forceDestroy", "\\bforceDestroy\\s*[:=]\\s*true", HIGH, cloud),
	ROW("destroyed", "skipFinalSnapshot", "\\bskipFinalSnapshot\\s*[:=]\\s*true", HIGH, cloud),
	ROW("protection off", "eletionProtection", "\\b(?:deletionProtection|terminationProtection)\\s*[:=]\\s*false", HIGH, cloud),
};
static const struct gate_risk_table table = GATE_RISKS(rows);

static const struct gate_risk server_rows[] = {
	ROW("nginx", "ssl_verify", "\\b(?:proxy_)?ssl_verify(?:_client)?\\s+off\\s*;", HIGH, tls),
	ROW("nginx", "ssl_protocols", "\\bssl_protocols\\s+[^;]*\\b(?:SSLv[23]|TLSv1(?:\\.1)?(?=[\\s;]))", HIGH, tls),
	ROW("nginx", "autoindex", "\\bautoindex\\s+on\\s*;", HIGH, server),
	ROW("nginx", "auth_basic", "\\bauth_basic\\s+off\\s*;", HIGH, server),
	ROW("nginx", "allow", "^\\s*allow\\s+all\\s*;|\\bRequire\\s+all\\s+granted\\b", HIGH, server),
	ROW("nginx", "server_tokens", "\\bserver_tokens\\s+on\\s*;", MEDIUM, server),
	ROW("nginx", "alias", "^\\s*(?:alias|root)\\s+/(?:etc|root|home|proc)?/?\\s*;", HIGH, server),
	{ "nginx guard", "deny", "^\\s*deny\\s+[^;]+;", { GATE_GAIN_GUARD, GATE_TIER_HIGH, server } },
	{ "nginx guard", "auth_", "^\\s*auth_(?:basic|request|jwt)\\s+(?!off)[^;]+;", { GATE_GAIN_GUARD, GATE_TIER_HIGH, server } },
	{ "nginx guard", "limit_req", "^\\s*limit_(?:req|conn)\\s+[^;]+;", { GATE_GAIN_GUARD, GATE_TIER_MEDIUM, server } },
	{ "nginx guard", "ssl_verify_client", "\\bssl_verify_client\\s+on\\s*;", { GATE_GAIN_GUARD, GATE_TIER_HIGH, tls } },
};
static const struct gate_risk_table server_table = GATE_RISKS(server_rows);

static const struct gate_risk yaml_rows[] = {
	ROW("ansible", "become", "^\\s*-?\\s*become:\\s*[\"']?(?:true|yes|True|on)\\b", HIGH, play),
	ROW("ansible", "validate_certs", "\\bvalidate_certs:\\s*[\"']?(?:false|no|False|off)\\b", HIGH, tls),
	ROW("ansible", "host_key_checking", "\\bhost_key_checking\\s*[:=]\\s*(?:false|False|no)\\b", HIGH, tls),
	ROW("ansible", "get_checksum", "\\b(?:gpgcheck|gpg_check|get_checksum):\\s*(?:false|no|0)\\b", HIGH, play),
	ROW("ansible", "gpgcheck", "\\bgpgcheck:\\s*(?:false|no|0)\\b|\\bdisable_gpg_check:\\s*(?:true|yes)\\b", HIGH, play),
	ROW("ansible", "NOPASSWD", "NOPASSWD:", HIGH, play),
	ROW("envoy", "trust_chain_verification", "\\btrust_chain_verification:\\s*ACCEPT_UNTRUSTED\\b", HIGH, tls),
	ROW("envoy", "allow_origin_string_match", "\\ballow_origin_string_match:\\s*(?:\\n\\s*)?-?\\s*\\{?\\s*(?:safe_regex|prefix|regex):\\s*[\"']?(?:\\*|\\.\\*|\"\")", HIGH, cors),
	ROW("envoy", "address", "\\badmin:\\s*\\n(?:[^\\n]*\\n){0,6}?[^\\n]*address:\\s*[\"']?0\\.0\\.0\\.0", HIGH, server),
	{ "ansible guard", "no_log", "\\bno_log:\\s*[\"']?(?:true|yes|True|on)\\b", { GATE_GAIN_GUARD, GATE_TIER_HIGH, play } },
};
static const struct gate_risk_table yaml_table = GATE_RISKS(yaml_rows);

static bool is_yaml(const char *path)
{
	return gate_ends_with(path, ".yml") || gate_ends_with(path, ".yaml");
}

/* Pages, data and files that other detectors read as trees are no source. */
static bool is_source(const char *path)
{
	static const char *const not[] = { ".json", ".lock", ".tf", ".svg", ".xml", ".md", ".props", ".targets", ".csproj" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(not); i++) {
		if (gate_ends_with(path, not[i]))
			return false;
	}
	return gate_comments_of(path) != GATE_COMMENTS_NONE || strstr(gate_path_last(path), ".env") || strstr(path, "nginx");
}

static bool is_vendored(const char *path)
{
	return strstr(path, "node_modules/") || strstr(path, "vendor/") || gate_ends_with(path, ".min.js");
}

int gate_infra_source_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	const struct gate_risk_table *tables[3] = { &table, NULL, NULL };
	enum gate_tier most = gate_path_is_test(delta->path) ? GATE_TIER_MEDIUM : GATE_TIER_CRITICAL;
	gate_auto(gate_code_sides) struct gate_code_sides c = { 0 };
	gate_auto(gate_sides) struct gate_sides raw = { 0 };
	enum gate_comments how = gate_comments_of(delta->path);
	struct gate_err why = { 0 };
	bool any = false;
	int rc;

	if (!is_source(delta->path) || is_vendored(delta->path))
		return 0;
	tables[1] = is_yaml(delta->path) ? &yaml_table : strstr(delta->path, "nginx") || gate_ends_with(delta->path, ".conf") ? &server_table : NULL;
	if (gate_detect_sides(d, delta, &raw, &why) < 0)
		return gate_detect_limit(d, change, delta->path, NULL, false, "too big or unreadable: nobody looked for what it opens", err);
	for (size_t i = 0; !any && tables[i]; i++)
		any = gate_risks_any(d, tables[i], gate_buf_cstr(&raw.before), raw.before.len) ||
		      gate_risks_any(d, tables[i], raw.now, raw.now_len);
	if (!any)
		return 0;
	gate_code_strip(gate_buf_cstr(&raw.before), raw.before.len, how, &c.before);
	gate_code_strip(raw.now, raw.now_len, how, &c.now);
	if (gate_buf_check(&c.before, err) < 0 || gate_buf_check(&c.now, err) < 0)
		return -GATE_E_NOMEM;
	rc = 0;
	for (size_t i = 0; rc == 0 && tables[i]; i++)
		rc = gate_risks_delta(d, change, delta, "IAC-OTH", tables[i], &c, most, err);
	return rc;
}
