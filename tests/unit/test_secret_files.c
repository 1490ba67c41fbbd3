/* Credentials that the format of a file shows: for each format one that refuses a push, and look-alikes (references,
 * placeholders, hashes, samples) that do not. Contents are templates of docs/RULES.secrets.md. */
/* cmocka.h needs these before it, in this order */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "classifier/classify.h"
#include "classifier/score.h"
#include "classifier/secrets/files/files.h"
#include "tests/unit/secret_template.h"

/* What the worst SEC-TXT of these readers weighs. */
enum { NOTHING, LOW, MEDIUM, REFUSED };

static const struct {
	const char *path, *text;
	int want;
} cases[] = {
	{ ".netrc", "machine h.example login u password {alnum:16}\n", REFUSED },
	{ "home/.netrc", "machine h.example\n  login u\n  password\n  {alnum:16}\n", REFUSED },
	{ "_netrc", "machine h.example login u password ${TOKEN}\n", NOTHING },
	{ ".netrc", "machine h.example login u password changeme\n", NOTHING },
	{ ".netrc", "machine h.example login u # password {alnum:16}\n", NOTHING },
	{ ".netrc", "machine h.example login u password summerday\n", MEDIUM },
	{ ".pgpass", "db.example:5432:*:app:{alnum:16}\n", REFUSED },
	{ ".pgpass", "# host:port:db:user:{alnum:16}\n", NOTHING },
	{ ".pgpass", "a\\:b:5432:*:app:{alnum:16}\n", REFUSED },
	{ ".git-credentials", "https://u:{alnum:20}@git.example\n", REFUSED },
	{ ".git-credentials", "https://u@git.example\n", NOTHING },
	{ ".dockercfg", "{{\"r.example\": {{\"auth\": \"{base64(}u:{alnum:18}{)}\"}}", REFUSED },
	{ "x/.docker/config.json", "{{\"auths\": {{\"r.example\": {{\"auth\": \"{base64(}u:{alnum:18}{)}\"}}}", REFUSED },
	{ "x/.docker/config.json", "{{\"credsStore\": \"desktop\", \"auths\": {{\"r.example\": {{}}}", NOTHING },
	{ ".npmrc", "//r.example/:_authToken={alnum:36}\n", REFUSED },
	{ ".npmrc", "//r.example/:_authToken=${NPM_TOKEN}\nalways-auth=true\n", NOTHING },
	{ ".npmrc", "//r.example/:_password={base64:24}\nemail=x@example.com\n", REFUSED },
	{ ".pypirc", "[pypi]\nusername = __token__\npassword = {alnum:40}\n", REFUSED },
	{ ".pypirc", "[pypi]\nusername = u\nrepository: https://pypi.example\n", NOTHING },
	{ ".htpasswd", "u:$apr1${alnum:8}${alnum:22}\n", MEDIUM },
	{ ".htpasswd", "u:{{SHA}{base64:27}=\n", MEDIUM },
	{ "etc/shadow", "root:$6${alnum:16}${alnum:86}:19000:0:99999:7:::\nbin:*:1:\n", MEDIUM },
	{ "etc/passwd", "root:x:0:0:root:/root:/bin/sh\n", NOTHING },
	{ "sitemanager.xml", "<Server><Host>h</Host><Pass encoding=\"base64\">{base64:24}</Pass></Server>", REFUSED },
	{ "recentservers.xml", "<Server><Host>h</Host><Pass></Pass></Server>", NOTHING },
	{ ".dbeaver/credentials-config.json", "{{\"c\": {{\"#connection\": {{\"password\": \"{alnum:16}\"}}}", REFUSED },
	{ ".vscode/sftp.json", "{{\"host\": \"h\", \"password\": \"{alnum:14}\", // deploy\n}", REFUSED },
	{ "sftp-config.json", "{{\"host\": \"h\", \"ssh_key_file\": \"~/.ssh/id\"}", NOTHING },
	{ ".ftpconfig", "{{\"pass\": \"{alnum:14}\"}", REFUSED },
	{ ".remote-sync.json", "{{\"password\": \"{alnum:14}\"}", REFUSED },
	{ "WinSCP.ini", "[Sessions\\\\x]\nHostName=h\nPassword={HEX:60}\n", REFUSED },
	{ "config/master.key", "{hex:32}\n", REFUSED },
	{ "config/secrets.yml", "production:\n  secret_key_base: {hex:64}\n", REFUSED },
	{ "config/secrets.yml", "production:\n  secret_key_base: <%= ENV[\"SECRET_KEY_BASE\"] %>\n", NOTHING },
	{ "config/database.yml", "production:\n  adapter: x\n  password: {alnum:16}\n", REFUSED },
	{ "config/database.yml", "test:\n  adapter: x\n  password: postgres\n", NOTHING },
	{ "k/secret.yaml", "apiVersion: v1\nkind: Secret\ndata:\n  db: {base64(}{alnum:20}{)}\n", REFUSED },
	{ "k/secret.yaml", "apiVersion: v1\nkind: Secret\nstringData:\n  db: \"{alnum:20}\"\n", REFUSED },
	{ "k/two.yaml", "kind: ConfigMap\ndata:\n  a: b\n---\nkind: Secret\ndata:\n  db: {base64(}{alnum:20}{)}\n", REFUSED },
	{ "k/secret.yaml", "kind: Secret\ndata:\n  db: {base64(}changeme{)}\n", NOTHING },
	{ "k/sealed.yaml", "kind: SealedSecret\nspec:\n  encryptedData:\n    db: {base64:200}\n", NOTHING },
	{ "k/map.yaml", "kind: ConfigMap\ndata:\n  secretName: {alnum:20}\n", NOTHING },
	{ "kubeconfig", "users:\n- name: u\n  user:\n    token: {alnum:40}\n", REFUSED },
	{ "x/.kube/config", "users:\n- user:\n    client-key-data: {base64:400}\n", REFUSED },
	{ "x/.kube/config", "clusters:\n- cluster:\n    certificate-authority-data: {base64:400}\n", NOTHING },
	{ "terraform.tfstate", "{{\"resources\": [{{\"instances\": [{{\"attributes\": {{\"master_password\": \"{alnum:20}\"}}]}]}",
	  REFUSED },
	{ "terraform.tfstate", "{{\"resources\": [{{\"instances\": [{{\"attributes\": {{\"id\": \"{alnum:20}\"}}]}]}", NOTHING },
	{ "prod.tfvars", "db_password = \"{alnum:20}\"\n", REFUSED },
	{ ".env", "DB_PASSWORD={alnum:20}\n", REFUSED },
	{ ".env", "export API_TOKEN='{alnum:30}' # of the robot\n", REFUSED },
	{ ".env.production", "STRIPE_SECRET={alnum:30}\n", REFUSED },
	{ ".env", "PORT=3000\nPUBLIC_KEY={alnum:30}\nTOKEN_URL=/x/y\nSECRET_NAME={alnum:20}\n", NOTHING },
	{ ".env", "DB_PASSWORD=\nAPI_KEY=${X}\nTOKEN=<token>\nSECRET=xxxxxxxx\nPASSWORD=password123\n", NOTHING },
	{ ".env.example", "DB_PASSWORD={alnum:20}\n", NOTHING },
	{ ".vault_pass.txt", "{alnum:24}\n", REFUSED },
	{ ".vault_pass", "#!/bin/sh\nexec pass show x\n", NOTHING },
	{ "credentials.xml", "<x><password>{{AQAAABAAAAA{base64:40}}</password><apiToken>{alnum:34}</apiToken></x>", REFUSED },
	{ ".m2/settings.xml", "<server><id>r</id><password>{alnum:16}</password></server>", REFUSED },
	{ ".m2/settings.xml", "<server><id>r</id><password>${env.PW}</password></server>", NOTHING },
	{ ".m2/settings.xml", "<server><id>r</id><password>{{{base64:40}=}</password></server>", NOTHING },
	{ "gradle.properties", "signing.password={alnum:16}\norg.gradle.daemon=true\n", REFUSED },
	{ "NuGet.Config", "<add key=\"ClearTextPassword\" value=\"{alnum:20}\" />", REFUSED },
	{ "NuGet.Config", "<add key=\"ClearTextPassword\" value=\"%NUGET_TOKEN%\" />", NOTHING },
	{ ".s3cfg", "[default]\nsecret_key = {base64:40}\n", REFUSED },
	{ ".boto", "[Credentials]\naws_secret_access_key = {alnum:40}\n", REFUSED },
	{ "x/.aws/credentials", "[default]\naws_secret_access_key = {alnum:40}\n", REFUSED },
	{ "rclone.conf", "[r]\ntype = sftp\npass = {url64:30}\n", REFUSED },
	{ ".msmtprc", "account a\nhost h\nuser u\npassword {alnum:16}\n", REFUSED },
	{ ".msmtprc", "account a\npasswordeval \"pass show mail\"\n", NOTHING },
	{ ".muttrc", "set imap_pass=\"{alnum:16}\"\n", REFUSED },
	{ "robomongo.json", "{{\"credentials\": [{{\"userPassword\": \"{alnum:16}\"}]}", REFUSED },
	{ ".tugboat", "authentication:\n  access_token: {hex:64}\n", REFUSED },
	{ "ventrilo_srv.ini", "[Server]\nAdminPassword={alnum:12}\n", REFUSED },
	{ "x/gh/hosts.yml", "github.com:\n  user: u\n  oauth_token: {alnum:40}\n", REFUSED },
	{ "application_default_credentials.json", "{{\"refresh_token\": \"1//{url64:80}\", \"type\": \"authorized_user\"}", REFUSED },
	{ "accessTokens.json", "[{{\"accessToken\": \"{alnum:90}\"}]", REFUSED },
	{ "knife.rb", "knife[:x] = 1\nclient_secret \"{alnum:20}\"\n", REFUSED },
	{ "auth.json", "{{\"http-basic\": {{\"r.example\": {{\"username\": \"u\", \"password\": \"{alnum:20}\"}}}", REFUSED },
	{ "src/main.c", "password = \"{alnum:20}\"\n", NOTHING },
	{ "secrets.yml", "a: b\nsops:\n  mac: x\npassword: ENC[{base64:40}]\n", NOTHING },
	{ "secrets.yaml", "db:\n  password: {alnum:20}\n", REFUSED },
	{ "secrets.yaml", "db:\n  password: !vault {alnum:20}\n", NOTHING },
	{ "application.yml", "spring:\n  datasource:\n    password: {alnum:20}\n", MEDIUM },
	{ "application.yml", "spring:\n  datasource:\n    password: ${DB_PASSWORD}\n", NOTHING },
};

struct world {
	struct gate_policy *policy;
	struct gate_changes changes;
	struct gate_findings findings;
	const char *before;
	size_t before_len;
};

static int load(void *arg, const char *oid, const char **bytes, size_t *len, struct gate_err *err)
{
	const struct world *w = arg;

	(void)oid;
	(void)err;
	*bytes = w->before;
	*len = w->before_len;
	return 0;
}

/* Gives what the worst finding of these readers weighs. */
static int judge(struct world *w, const char *path, const char *bytes, size_t len)
{
	struct gate_err err = { 0 };
	struct gate_object o = { .text = GATE_TEXT_BLOB, .path = path, .commit = "1111111111111111111111111111111111111111", .bytes = bytes, .len = len };
	struct gate_delta d = { .path = path, .old_mode = 0100644, .new_mode = 0100644 };
	struct gate_classifier *k;
	int worst = NOTHING;

	gate_findings_clear(&w->findings);
	gate_changes_clear(&w->changes);
	if (!w->policy)
		assert_int_equal(gate_policy_load(NULL, NULL, 0, &w->policy, &err), 0);
	gate_copy(gate_changes_add(&w->changes)->ref, 64, "refs/heads/topic");
	k = gate_classifier_new(w->policy, &w->changes, load, w, &w->findings, &err);
	assert_non_null(k);
	assert_int_equal(gate_classify_object(k, 0, &o, &err), 0);
	if (w->before)
		assert_int_equal(gate_classify_delta(k, 0, &d, &err), 0);
	assert_int_equal(gate_classify_done(k, &err), 0);
	gate_classifier_free(k);
	for (size_t i = 0; i < w->findings.n; i++) {
		const struct gate_finding *f = &w->findings.v[i];
		int is;

		if (strcmp(f->id, "SEC-TXT") != 0 || !gate_starts_with(f->subject, "file:"))
			continue;
		is = f->deny ? REFUSED : f->floor == GATE_TIER_MEDIUM ? MEDIUM : LOW;
		worst = is > worst ? is : worst;
	}
	return worst;
}

static void world_clear(struct world *w)
{
	gate_findings_clear(&w->findings);
	gate_changes_clear(&w->changes);
	gate_policy_free(w->policy);
}

static void each_form(void **state)
{
	struct world w = { 0 };
	unsigned bad = 0;

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(cases); i++) {
		gate_auto(gate_buf) struct gate_buf text = { 0 };
		int got;

		if (!secret_template_fill(cases[i].text, i, &text)) {
			gate_buf_reset(&text); /* braces of its own */
			gate_buf_str(&text, cases[i].text);
		}
		got = judge(&w, cases[i].path, text.s, text.len);
		if (got == cases[i].want)
			continue;
		print_error("%s: %d instead of %d: %s\n", cases[i].path, got, cases[i].want, cases[i].text);
		bad++;
	}
	world_clear(&w);
	assert_int_equal(bad, 0);
}

/* What stood there before is reported, and refuses nothing; another value beside it does. No byte of it is told. */
static void stood_there(void **state)
{
	gate_auto(gate_buf) struct gate_buf old = { 0 }, now = { 0 };
	struct world w = { 0 };

	(void)state;
	assert_true(secret_template_fill("DB_PASSWORD={alnum:20}\n", 1, &old));
	gate_buf_add(&now, old.s, old.len);
	gate_buf_str(&now, "PORT=1\n");
	w.before = old.s;
	w.before_len = old.len;
	assert_int_equal(judge(&w, ".env", now.s, now.len), LOW);
	gate_buf_str(&now, "API_TOKEN=");
	gate_buf_add(&now, old.s + 14, 10);
	gate_buf_str(&now, "zZ9\n");
	assert_int_equal(judge(&w, ".env", now.s, now.len), REFUSED);
	old.s[old.len - 1] = '\0';
	for (size_t i = 0; i < w.findings.n; i++) {
		const struct gate_finding *f = &w.findings.v[i];
		const char *const texts[] = { f->subject, f->old_value, f->new_value, f->message };

		for (size_t k = 0; k < GATE_ARRAY_LEN(texts); k++)
			assert_true(!texts[k] || !strstr(texts[k], old.s + 12));
	}
	world_clear(&w);
}

/* A push of rows of '<', of one long line, of nested lists: no reader may take long or read outside. */
static void hostile(void **state)
{
	static const char *const paths[] = { ".netrc", ".pgpass", ".git-credentials", ".dockercfg", ".env", "sitemanager.xml",
					     "secrets.yml", "x.yaml", "shadow", "master.key", "settings.xml", "secrets.json" };
	static const char *const rows[] = { "<", "a=", ":", "password ", "\"", "[", "{", "\\", "<a key=", "kind: Secret\n- " };
	struct world w = { 0 };

	(void)state;
	for (size_t p = 0; p < GATE_ARRAY_LEN(paths); p++) {
		for (size_t i = 0; i < GATE_ARRAY_LEN(rows); i++) {
			gate_auto(gate_buf) struct gate_buf b = { 0 };
			gate_autofree char *exact = NULL;

			while (b.len < 20000)
				gate_buf_str(&b, rows[i]);
			exact = malloc(b.len);
			memcpy(exact, b.s, b.len);
			assert_in_range(judge(&w, paths[p], exact, b.len), NOTHING, REFUSED);
		}
	}
	world_clear(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form),
		cmocka_unit_test(stood_there),
		cmocka_unit_test(hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
