/* Which file is read how. Sources: the documentation of each program. */
#include "classifier/secrets/files/files.h"

#include "rules/match.h"

#define KEYS(name, ...) static const char *const name[] = { __VA_ARGS__, NULL }

KEYS(passwords, "password", "passwd", "pass", "pwd", "*_password", "*-password", "*.password");
KEYS(npm, "**_authToken", "**_auth", "**_password");
KEYS(aws, "aws_secret_access_key", "aws_session_token", "gs_secret_access_key", "gs_oauth2_refresh_token", "secret_key",
     "access_key_secret", "secret_access_key", "gpg_passphrase");
KEYS(rclone, "pass", "password*", "*_pass", "secret_access_key", "token", "client_secret", "key", "service_account_credentials",
     "bearer_token", "api_key", "access_token");
KEYS(mail, "password", "passwordeval_", "*_pass", "imap_pass", "smtp_pass", "pop_pass");
KEYS(sftp, "password", "passphrase", "pass", "privateKeyPassphrase");
KEYS(winscp, "Password", "PasswordPlain", "ProxyPassword", "TunnelPassword");
KEYS(rails, "secret_key_base", "secret_token", "password", "*_secret", "*_key", "*_token", "api_key");
KEYS(gh, "oauth_token", "token", "user_token", "private_token", "password");
KEYS(gcloud, "refresh_token", "client_secret", "private_key", "access_token");
KEYS(azure, "accessToken", "refreshToken", "clientSecret", "password", "secret");
KEYS(kubeconfig, "client-key-data", "token", "password", "id-token", "refresh-token", "access-token");
KEYS(tugboat, "api_key", "client_key", "access_token", "token");
KEYS(robomongo, "userPassword", "password", "passphrase", "sshPassphrase", "sshUserPassword");
KEYS(dbeaver, "password", "#connection_password");
KEYS(filezilla, "Pass", "ProxyPass", "Password");
KEYS(maven, "password", "passphrase", "privateKey");
KEYS(jenkins, "password", "passphrase", "privateKey", "secret", "apiToken", "secretBytes", "*Token");
KEYS(gradle, "*password", "*Password", "*token", "*Token", "*secret*", "*Secret*", "*ApiKey", "*apiKey", "*.keyPassword");
KEYS(nuget, "ClearTextPassword", "Password", "*apikey*");
KEYS(chef, "*password*", "*secret*", "*_token", "*_key_content");
KEYS(ventrilo, "AdminPassword", "Password", "PASSWORD", "SQLConnectInfo", "UserPassword");
KEYS(pypirc, "password", "repository_password");
KEYS(composer, "password", "github-oauth.*", "token", "github.com", "gitlab.com", "*bearer*");
KEYS(terraform, "token", "password", "secret", "*_password", "*_secret", "*_token", "secret_*", "private_key*", "*_private_key",
     "*access_key", "connection_string", "*_connection_string", "client_secret", "admin_password", "master_password",
     "secret_string", "key_data", "secret_key", "api_key", "token_*");
KEYS(cloudinit, "passwd", "password", "plain_text_passwd", "hashed_passwd");
KEYS(ngrok, "authtoken", "api_key");
KEYS(sentry, "token", "auth.token");
KEYS(netlify, "token", "access_token", "accessToken", "apiKey", "auth_token", "authToken", "refresh_token");

static const struct gate_file_form forms[] = {
	{ ".netrc", "a password in .netrc", gate_file_netrc, NULL, GATE_TIER_HIGH },
	{ "_netrc", "a password in _netrc", gate_file_netrc, NULL, GATE_TIER_HIGH },
	{ "*.netrc", "a password in .netrc", gate_file_netrc, NULL, GATE_TIER_HIGH },
	{ ".authinfo", "a password in .authinfo", gate_file_netrc, NULL, GATE_TIER_HIGH },
	{ ".pgpass", "a password of PostgreSQL", gate_file_pgpass, NULL, GATE_TIER_HIGH },
	{ "pgpass.conf", "a password of PostgreSQL", gate_file_pgpass, NULL, GATE_TIER_HIGH },
	{ ".git-credentials", "a credential of git", gate_file_urls, NULL, GATE_TIER_HIGH },
	{ "**/git/credentials", "a credential of git", gate_file_urls, NULL, GATE_TIER_HIGH },
	{ ".dockercfg", "a registry's credential", gate_file_docker, NULL, GATE_TIER_HIGH },
	{ "*.dockercfg", "a registry's credential", gate_file_docker, NULL, GATE_TIER_HIGH },
	{ "**/.docker/config.json", "a registry's credential", gate_file_docker, NULL, GATE_TIER_HIGH },
	{ ".dockerconfigjson", "a registry's credential", gate_file_docker, NULL, GATE_TIER_HIGH },
	{ "**/containers/auth.json", "a registry's credential", gate_file_docker, NULL, GATE_TIER_HIGH },
	{ ".npmrc", "a credential of npm", gate_file_pairs, npm, GATE_TIER_HIGH },
	{ "npmrc", "a credential of npm", gate_file_pairs, npm, GATE_TIER_HIGH },
	{ ".yarnrc.yml", "a credential of yarn", gate_file_yaml, netlify, GATE_TIER_HIGH },
	{ ".pypirc", "a password of a package index", gate_file_pairs, pypirc, GATE_TIER_HIGH },
	{ ".htpasswd", "a password hash", gate_file_hashes, NULL, GATE_TIER_MEDIUM },
	{ "htpasswd", "a password hash", gate_file_hashes, NULL, GATE_TIER_MEDIUM },
	{ "shadow", "a password hash", gate_file_hashes, NULL, GATE_TIER_MEDIUM },
	{ "gshadow", "a password hash", gate_file_hashes, NULL, GATE_TIER_MEDIUM },
	{ "passwd", "a password hash", gate_file_hashes, NULL, GATE_TIER_MEDIUM },
	{ "master.passwd", "a password hash", gate_file_hashes, NULL, GATE_TIER_MEDIUM },
	{ "proftpdpasswd", "a password hash", gate_file_hashes, NULL, GATE_TIER_MEDIUM },
	{ "recentservers.xml", "a password of FileZilla", gate_file_elements, filezilla, GATE_TIER_HIGH },
	{ "sitemanager.xml", "a password of FileZilla", gate_file_elements, filezilla, GATE_TIER_HIGH },
	{ "filezilla.xml", "a password of FileZilla", gate_file_elements, filezilla, GATE_TIER_HIGH },
	{ "credentials-config.json", "a password of DBeaver", gate_file_json, dbeaver, GATE_TIER_HIGH },
	{ "data-sources.json", "a password of DBeaver", gate_file_json, dbeaver, GATE_TIER_HIGH },
	{ "data-sources.xml", "a password of DBeaver", gate_file_elements, dbeaver, GATE_TIER_HIGH },
	{ ".dbeaver-data-sources.xml", "a password of DBeaver", gate_file_elements, dbeaver, GATE_TIER_HIGH },
	{ ".ftpconfig", "a password for file transfer", gate_file_json, sftp, GATE_TIER_HIGH },
	{ "sftp.json", "a password for file transfer", gate_file_json, sftp, GATE_TIER_HIGH },
	{ "sftp-config.json", "a password for file transfer", gate_file_json, sftp, GATE_TIER_HIGH },
	{ "sftp-config-alt*.json", "a password for file transfer", gate_file_json, sftp, GATE_TIER_HIGH },
	{ ".ftppass", "a password for file transfer", gate_file_json, sftp, GATE_TIER_HIGH },
	{ "ftp-sync.settings", "a password for file transfer", gate_file_json, sftp, GATE_TIER_HIGH },
	{ "deployment-config.json", "a password for file transfer", gate_file_json, sftp, GATE_TIER_HIGH },
	{ ".remote-sync.json", "a password for file transfer", gate_file_json, sftp, GATE_TIER_HIGH },
	{ "WinSCP.ini", "a password of WinSCP", gate_file_pairs, winscp, GATE_TIER_HIGH },
	{ "WebServers.xml", "a password of an IDE's server list", gate_file_elements, passwords, GATE_TIER_HIGH },
	{ "webservers.xml", "a password of an IDE's server list", gate_file_elements, passwords, GATE_TIER_HIGH },
	{ "**/config/master.key", "Rails' master key", gate_file_whole, NULL, GATE_TIER_HIGH },
	{ "**/config/credentials/*.key", "Rails' key of credentials", gate_file_whole, NULL, GATE_TIER_HIGH },
	{ "master.key", "Rails' master key", gate_file_whole, NULL, GATE_TIER_HIGH },
	{ "**/config/secrets.yml", "a secret of Rails", gate_file_yaml, rails, GATE_TIER_HIGH },
	{ "**/config/database.yml", "a database's password", gate_file_yaml, passwords, GATE_TIER_HIGH },
	{ "secret_token.rb", "a secret of Rails", gate_file_pairs, rails, GATE_TIER_HIGH },
	{ "*.kubeconfig", "a credential of a cluster", gate_file_yaml, kubeconfig, GATE_TIER_HIGH },
	{ "kubeconfig*", "a credential of a cluster", gate_file_yaml, kubeconfig, GATE_TIER_HIGH },
	{ "**/.kube/config", "a credential of a cluster", gate_file_yaml, kubeconfig, GATE_TIER_HIGH },
	{ "*.yml", "a value of a Kubernetes Secret", gate_file_k8s, NULL, GATE_TIER_HIGH },
	{ "*.yaml", "a value of a Kubernetes Secret", gate_file_k8s, NULL, GATE_TIER_HIGH },
	{ "*.tfstate", "a sensitive attribute of a Terraform state", gate_file_json, terraform, GATE_TIER_HIGH },
	{ "*.tfstate.backup", "a sensitive attribute of a Terraform state", gate_file_json, terraform, GATE_TIER_HIGH },
	{ "*.tfvars", "a secret variable of Terraform", gate_file_pairs, NULL, GATE_TIER_HIGH },
	{ "*.tfvars.json", "a secret variable of Terraform", gate_file_json, NULL, GATE_TIER_HIGH },
	{ "credentials.tfrc.json", "a token of Terraform", gate_file_json, gh, GATE_TIER_HIGH },
	{ ".terraformrc", "a token of Terraform", gate_file_pairs, gh, GATE_TIER_HIGH },
	{ ".env", "a secret in .env", gate_file_pairs, NULL, GATE_TIER_HIGH },
	{ ".env.*", "a secret in .env", gate_file_pairs, NULL, GATE_TIER_HIGH },
	{ "*.env", "a secret in .env", gate_file_pairs, NULL, GATE_TIER_HIGH },
	{ ".envrc", "a secret in .envrc", gate_file_pairs, NULL, GATE_TIER_HIGH },
	{ ".flaskenv", "a secret in .flaskenv", gate_file_pairs, NULL, GATE_TIER_HIGH },
	{ ".dev.vars", "a secret in .dev.vars", gate_file_pairs, NULL, GATE_TIER_HIGH },
	{ ".vault_pass*", "an Ansible vault's password", gate_file_whole, NULL, GATE_TIER_HIGH },
	{ "vault_pass*.txt", "an Ansible vault's password", gate_file_whole, NULL, GATE_TIER_HIGH },
	{ ".vault-password*", "an Ansible vault's password", gate_file_whole, NULL, GATE_TIER_HIGH },
	{ ".vault-token", "a token of Vault", gate_file_whole, NULL, GATE_TIER_HIGH },
	{ ".pgadmin_pass", "a password of pgAdmin", gate_file_whole, NULL, GATE_TIER_HIGH },
	{ "initialAdminPassword", "the first password of Jenkins", gate_file_whole, NULL, GATE_TIER_HIGH },
	{ "credentials.xml", "a credential of Jenkins", gate_file_elements, jenkins, GATE_TIER_HIGH },
	{ "hudson.util.Secret", "a key of Jenkins", gate_file_whole, NULL, GATE_TIER_HIGH },
	{ "*.publishSettings", "a password of a publish profile", gate_file_elements, jenkins, GATE_TIER_HIGH },
	{ "*.pubxml.user", "a password of a publish profile", gate_file_elements, passwords, GATE_TIER_HIGH },
	{ "settings.xml", "a password of Maven", gate_file_elements, maven, GATE_TIER_HIGH },
	{ "settings-security.xml", "the master password of Maven", gate_file_elements, maven, GATE_TIER_HIGH },
	{ "gradle.properties", "a secret of Gradle", gate_file_pairs, gradle, GATE_TIER_HIGH },
	{ "local.properties", "a secret of Gradle", gate_file_pairs, gradle, GATE_TIER_HIGH },
	{ "keystore.properties", "a keystore's password", gate_file_pairs, gradle, GATE_TIER_HIGH },
	{ "key.properties", "a keystore's password", gate_file_pairs, gradle, GATE_TIER_HIGH },
	{ "application*.properties", "a password of an application", gate_file_pairs, NULL, GATE_TIER_MEDIUM },
	{ "application*.yml", "a password of an application", gate_file_yaml, NULL, GATE_TIER_MEDIUM },
	{ "application*.yaml", "a password of an application", gate_file_yaml, NULL, GATE_TIER_MEDIUM },
	{ "bootstrap.yml", "a password of an application", gate_file_yaml, NULL, GATE_TIER_MEDIUM },
	{ "appsettings*.json", "a password of an application", gate_file_json, NULL, GATE_TIER_MEDIUM },
	{ "tomcat-users.xml", "a password of Tomcat", gate_file_elements, passwords, GATE_TIER_HIGH },
	{ "context.xml", "a password of Tomcat", gate_file_elements, passwords, GATE_TIER_HIGH },
	{ "web.config", "a password of an application", gate_file_elements, NULL, GATE_TIER_MEDIUM },
	{ "[Nn]u[Gg]et.[Cc]onfig", "a credential of NuGet", gate_file_elements, nuget, GATE_TIER_HIGH },
	{ ".s3cfg", "a key for object storage", gate_file_pairs, aws, GATE_TIER_HIGH },
	{ ".boto", "a key for object storage", gate_file_pairs, aws, GATE_TIER_HIGH },
	{ ".passwd-s3fs", "a key for object storage", gate_file_whole, NULL, GATE_TIER_HIGH },
	{ "**/.aws/credentials", "a key of AWS", gate_file_pairs, aws, GATE_TIER_HIGH },
	{ "**/.aws/config", "a key of AWS", gate_file_pairs, aws, GATE_TIER_HIGH },
	{ "rclone.conf", "a credential of rclone", gate_file_pairs, rclone, GATE_TIER_HIGH },
	{ ".esmtprc", "a password for mail", gate_file_pairs, mail, GATE_TIER_HIGH },
	{ ".msmtprc", "a password for mail", gate_file_pairs, mail, GATE_TIER_HIGH },
	{ "msmtprc", "a password for mail", gate_file_pairs, mail, GATE_TIER_HIGH },
	{ ".fetchmailrc", "a password for mail", gate_file_netrc, NULL, GATE_TIER_HIGH },
	{ ".muttrc", "a password for mail", gate_file_pairs, mail, GATE_TIER_HIGH },
	{ "muttrc", "a password for mail", gate_file_pairs, mail, GATE_TIER_HIGH },
	{ ".offlineimaprc", "a password for mail", gate_file_pairs, (const char *const[]){ "remotepass", "password", NULL },
	  GATE_TIER_HIGH },
	{ ".mbsyncrc", "a password for mail", gate_file_pairs, passwords, GATE_TIER_HIGH },
	{ "sasl_passwd", "a password for mail", gate_file_urls, NULL, GATE_TIER_HIGH },
	{ "robomongo.json", "a password of Robo 3T", gate_file_json, robomongo, GATE_TIER_HIGH },
	{ ".tugboat", "a key of DigitalOcean", gate_file_yaml, tugboat, GATE_TIER_HIGH },
	{ "**/doctl/config.yaml", "a token of DigitalOcean", gate_file_yaml, (const char *const[]){ "access-token", NULL },
	  GATE_TIER_HIGH },
	{ "ventrilo_srv.ini", "a password of Ventrilo", gate_file_pairs, ventrilo, GATE_TIER_HIGH },
	{ "proftpd.conf", "a password of ProFTPD", gate_file_pairs, ventrilo, GATE_TIER_HIGH },
	{ "**/.config/hub", "a token of hub", gate_file_yaml, gh, GATE_TIER_HIGH },
	{ "hub", "a token of hub", gate_file_yaml, gh, GATE_TIER_HIGH },
	{ "**/gh/hosts.yml", "a token of gh", gate_file_yaml, gh, GATE_TIER_HIGH },
	{ "**/glab-cli/config.yml", "a token of glab", gate_file_yaml, gh, GATE_TIER_HIGH },
	{ "application_default_credentials.json", "a credential of Google Cloud", gate_file_json, gcloud, GATE_TIER_HIGH },
	{ "credentials.json", "a credential", gate_file_json, gcloud, GATE_TIER_HIGH },
	{ "client_secret*.json", "a credential of Google", gate_file_json, gcloud, GATE_TIER_HIGH },
	{ "*service[-_]account*.json", "a service account's key", gate_file_json, gcloud, GATE_TIER_HIGH },
	{ "accessTokens.json", "a token of Azure", gate_file_json, azure, GATE_TIER_HIGH },
	{ "azureProfile.json", "a credential of Azure", gate_file_json, azure, GATE_TIER_HIGH },
	{ "local.settings.json", "a secret of Azure Functions", gate_file_json, NULL, GATE_TIER_HIGH },
	{ "knife.rb", "a secret of Chef", gate_file_pairs, chef, GATE_TIER_HIGH },
	{ "*.eyaml", "a secret of Puppet", gate_file_yaml, NULL, GATE_TIER_HIGH },
	{ "user-data*", "a password of cloud-init", gate_file_yaml, cloudinit, GATE_TIER_HIGH },
	{ "cloud-config*.y*ml", "a password of cloud-init", gate_file_yaml, cloudinit, GATE_TIER_HIGH },
	{ "secrets.y*ml", "a secret", gate_file_yaml, NULL, GATE_TIER_HIGH },
	{ "secrets.json", "a secret", gate_file_json, NULL, GATE_TIER_HIGH },
	{ "secrets.toml", "a secret", gate_file_pairs, NULL, GATE_TIER_HIGH },
	{ "secrets.properties", "a secret", gate_file_pairs, NULL, GATE_TIER_HIGH },
	{ "auth.json", "a credential of Composer", gate_file_json, composer, GATE_TIER_HIGH },
	{ "**/.cargo/credentials*", "a token of Cargo", gate_file_pairs, sentry, GATE_TIER_HIGH },
	{ "**/.gem/credentials", "a key of RubyGems", gate_file_yaml, (const char *const[]){ ":*", "*key*", NULL }, GATE_TIER_HIGH },
	{ "ngrok.yml", "a token of ngrok", gate_file_yaml, ngrok, GATE_TIER_HIGH },
	{ ".sentryclirc", "a token of Sentry", gate_file_pairs, sentry, GATE_TIER_HIGH },
	{ ".my.cnf", "a password of MySQL", gate_file_pairs, passwords, GATE_TIER_HIGH },
	{ "my.cnf", "a password of MySQL", gate_file_pairs, passwords, GATE_TIER_HIGH },
	{ "dbconfig.xml", "a database's password", gate_file_elements, passwords, GATE_TIER_HIGH },
	{ "hibernate.cfg.xml", "a database's password", gate_file_elements,
	  (const char *const[]){ "*connection.password", "password", NULL }, GATE_TIER_HIGH },
	{ "wpa_supplicant*.conf", "a wireless network's key", gate_file_pairs, (const char *const[]){ "psk", "password", NULL },
	  GATE_TIER_HIGH },
	{ "*.nmconnection", "a wireless network's key", gate_file_pairs, (const char *const[]){ "psk", "password", NULL },
	  GATE_TIER_HIGH },
	{ "jupyter_notebook_config.json", "a password hash", gate_file_json, passwords, GATE_TIER_MEDIUM },
	{ "**/.config/netlify/config.json", "a token", gate_file_json, netlify, GATE_TIER_HIGH },
	{ "firebase-tools.json", "a token of Firebase", gate_file_json, netlify, GATE_TIER_HIGH },
	{ "configstore.json", "a token", gate_file_json, netlify, GATE_TIER_HIGH },
};

const struct gate_file_form *gate_file_form_next(const char *path, size_t *at)
{
	const char *last = gate_path_last(path);

	while (*at < GATE_ARRAY_LEN(forms)) {
		const struct gate_file_form *f = &forms[(*at)++];
		const char *name = strchr(f->glob, '/') ? path : last;

		if (gate_glob_match(f->glob, name, strlen(name), false))
			return f;
	}
	return NULL;
}
