#include "gate/identity.h"

#include "base/crypto.h"
#include "base/io.h"
#include "base/proc.h"
#include "gate/inflight.h"

#include <string.h>
#include <sys/stat.h>

static bool usable(const char *v)
{
	size_t n = v ? strlen(v) : 0;
	uint32_t cp;

	if (n == 0 || n > 200 || !gate_utf8_valid(v, n))
		return false;
	for (size_t i = 0, step; i < n; i += step) {
		step = gate_utf8_next(v + i, n - i, &cp);
		if (cp <= 0x20 || (cp >= 0x7f && cp < 0xa0))
			return false;
	}
	return true;
}

struct asking {
	const struct gate_server *server;
	struct gate_strs *identities, *environment;
	struct gate_err *err;
};

static int answer(struct asking *a, const char *kind, const char *value)
{
	gate_autofree char *id = NULL;

	if (!usable(value))
		return 0;
	id = gate_fmt("%s:%s", kind, value);
	return id ? gate_strs_add_new(a->identities, id, a->err) : gate_err_set(a->err, GATE_E_NOMEM, "out of memory");
}

/* The word before ':' for a variable (CONTRACT, Identities in match:). */
static const char *kind_of_variable(const char *name)
{
	static const struct {
		const char *name, *kind;
	} kinds[] = {
		{ "REMOTE_USER", "remote-user" },
		{ "GL_USER", "gl" },
		{ "GL_USERNAME", "gl" },
		{ "GITEA_PUSHER_NAME", "gitea" },
	};

	for (size_t i = 0; i < GATE_ARRAY_LEN(kinds); i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].kind;
	}
	return "user";
}

/* Variables that hold what a client sent: header fields and the rest of a CGI request, sshd's usual AcceptEnv, the command line of an
 * ssh client. git's own are nobody's (peers 7.2). */
static bool is_the_clients(const char *name)
{
	static const char *const beginnings[] = { "HTTP_", "GIT_", "LC_", "LANG", "CONTENT_", "REQUEST_", "PATH_", "QUERY_", "SSH_ORIGINAL_" };
	static const char *const names[] = { "PATH", "TERM", "COLORTERM", "NO_COLOR", "REMOTE_IDENT", "SSH_USER_AUTH" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(beginnings); i++) {
		if (gate_starts_with(name, beginnings[i]))
			return true;
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(names); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static int ask_env(struct asking *a, const char *name)
{
	const char *value = getenv(name);
	gate_autofree char *pair = NULL;

	if (is_the_clients(name))
		return gate_err_set(a->err, GATE_E_CONFIG, "refgate.identity: env:%s can be set by a client and is never an identity", name);
	/* gitolite gives anonymous http users a name of its own. */
	if (strcmp(name, "GL_USER") == 0 && value && getenv("HTTP_ANON_USER") && strcmp(value, getenv("HTTP_ANON_USER")) == 0)
		return 0;
	if (!usable(value))
		return 0;
	pair = gate_fmt("%s=%s", name, value);
	if (!pair || gate_strs_add(a->environment, pair, a->err) < 0)
		return gate_err_set(a->err, GATE_E_NOMEM, "out of memory");
	return answer(a, kind_of_variable(name), value);
}

static int ask_serve(struct asking *a, const char *arg)
{
	char actor[256];

	(void)arg;
	gate_inflight_serve_get(a->server, actor, sizeof(actor));
	return answer(a, "actor", actor);
}

/* Asked of `id`, because a static program has no name service of its own. */
int gate_identity_account(struct gate_buf *name, struct gate_err *err)
{
	static const char *const argv[] = { "/usr/bin/id", "-un", NULL };
	gate_auto(gate_proc) struct gate_proc p = { .argv = argv, .out = name };

	if (gate_proc_run(&p, 5000, err) < 0)
		return -(int)err->code;
	if (gate_proc_exit(&p) != 0 || name->len < 2 || name->s[name->len - 1] != '\n')
		gate_buf_reset(name);
	else
		name->s[--name->len] = '\0';
	return 0;
}

static int ask_os_user(struct asking *a, const char *arg)
{
	gate_auto(gate_buf) struct gate_buf name = { 0 };

	(void)arg;
	if (gate_identity_account(&name, a->err) < 0)
		return -(int)a->err->code;
	return name.len ? answer(a, "user", name.s) : 0;
}

/* The name that sshd gives its file. Where ExposeAuthInfo is off and AcceptEnv is wide, the variable is the client's, and names a file
 * that somebody else wrote (HOLES 25). */
bool gate_identity_is_auth_file(const char *path)
{
	static const char head[] = "/tmp/sshauth.";
	const char *rest = path + sizeof(head) - 1;

	return gate_starts_with(path, head) && strlen(rest) >= 6 &&
	       strspn(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == strlen(rest);
}

static bool is_ours_alone(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 077) == 0;
}

static int answer_key(struct asking *a, const char *b64)
{
	gate_auto(gate_buf) struct gate_buf blob = { 0 }, fp = { 0 };
	uint8_t d[GATE_SHA256_LEN];

	if (!gate_b64_decode(&blob, b64, strcspn(b64, " \n"), NULL) || blob.len == 0)
		return 0;
	gate_sha256(blob.s, blob.len, d);
	gate_buf_str(&fp, "SHA256:");
	gate_b64_encode(&fp, d, sizeof(d), false);
	return answer(a, "ssh", gate_buf_cstr(&fp));
}

/* sshd's ExposeAuthInfo: a file with "publickey <type> <base64>" lines, alive as long as the connection. Two keys are two answers. */
static int ask_ssh_key(struct asking *a, const char *arg)
{
	static const char method[] = "publickey ";
	const char *path = getenv("SSH_USER_AUTH");
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	struct gate_err ignored = { 0 };
	char *line, *save = NULL;

	(void)arg;
	if (!path || !gate_identity_is_auth_file(path) || !is_ours_alone(path) || gate_read_file(path, 65536, &text, &ignored) < 0)
		return 0;
	for (line = text.s ? strtok_r(text.s, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
		const char *b64 = gate_starts_with(line, method) ? strchr(line + sizeof(method) - 1, ' ') : NULL;

		if (b64 && answer_key(a, b64 + 1) < 0)
			return -(int)a->err->code;
	}
	return 0;
}

/* A push certificate counts only when git found it good, the nonce fresh, and the key in its allowed signers: for a key that is in
 * none, or whose time is over, git says G too and leaves the signer empty. A push without a certificate leaves these variables as
 * receive-pack found them, so they are git's only where it was started without them. The key's fingerprint is what the policy names. */
static int ask_push_cert(struct asking *a, const char *arg)
{
	const char *status = getenv("GIT_PUSH_CERT_STATUS"), *nonce = getenv("GIT_PUSH_CERT_NONCE_STATUS"),
		   *signer = getenv("GIT_PUSH_CERT_SIGNER");

	(void)arg;
	if (!status || strcmp(status, "G") != 0 || !nonce || strcmp(nonce, "OK") != 0 || !signer || !*signer ||
	    gate_inflight_was_given("GIT_PUSH_CERT"))
		return 0;
	return answer(a, "cert", getenv("GIT_PUSH_CERT_KEY"));
}

static const struct {
	const char *name;
	int (*ask)(struct asking *a, const char *arg);
} sources[] = {
	{ "serve", ask_serve },	    { "ssh-key", ask_ssh_key }, { "push-cert", ask_push_cert },
	{ "os-user", ask_os_user },
};

bool gate_identity_known(const char *source)
{
	for (size_t i = 0; i < GATE_ARRAY_LEN(sources); i++) {
		if (strcmp(sources[i].name, source) == 0)
			return true;
	}
	return gate_starts_with(source, "env:") && source[4] && !is_the_clients(source + 4) &&
	       strspn(source + 4, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == strlen(source + 4);
}

static int ask_one(struct asking *a, const char *source)
{
	if (gate_starts_with(source, "env:"))
		return ask_env(a, source + 4);
	for (size_t i = 0; i < GATE_ARRAY_LEN(sources); i++) {
		if (strcmp(sources[i].name, source) == 0)
			return sources[i].ask(a, NULL);
	}
	return gate_err_set(a->err, GATE_E_CONFIG, "refgate.identity names an unknown source; known are serve, ssh-key, push-cert, os-user, "
						   "env:NAME");
}

int gate_identity_collect(const struct gate_server *s, struct gate_strs *identities, struct gate_strs *environment,
			  struct gate_err *err)
{
	struct asking a = { s, identities, environment, err };
	gate_auto(gate_strs) struct gate_strs lists = { 0 };

	if (gate_config_all(&s->config, "refgate.identity", &lists, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < lists.n; i++) {
		gate_autofree char *copy = strdup(lists.v[i]);
		char *save = NULL;

		if (!copy)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		for (char *one = strtok_r(copy, ", ", &save); one; one = strtok_r(NULL, ", ", &save)) {
			if (ask_one(&a, one) < 0)
				return -(int)err->code;
		}
	}
	gate_inflight_serve_drop(s);
	return 0;
}
