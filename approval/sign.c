#include "approval/sign.h"

#include "approval/sshsig.h"
#include "approval/sshwire.h"
#include "base/crypto.h"
#include "base/io.h"
#include "base/proc.h"

#include <fcntl.h>

#define SSH_KEYGEN "/usr/bin/ssh-keygen"
#define SIGN_MS 300000 /* a person looks for the token and types a passphrase */
#define MAX_KEY_FILE 16384

/* What ssh-keygen needs to reach the agent, the terminal, an askpass window and a provider of security keys. Nothing else
 * of the environment goes along. */
static const char *const kept[] = {
	"SSH_AUTH_SOCK",
	"HOME",
	"PATH",
	"TERM",
	"LANG",
	"LC_ALL",
	"TMPDIR",
	"DISPLAY",
	"WAYLAND_DISPLAY",
	"XAUTHORITY",
	"XDG_RUNTIME_DIR",
	"DBUS_SESSION_BUS_ADDRESS",
	"SSH_ASKPASS",
	"SSH_ASKPASS_REQUIRE",
	"SSH_SK_PROVIDER",
	"SSH_SK_HELPER",
	"SSH_PKCS11_HELPER",
};

static int kept_env(struct gate_strs *env, struct gate_err *err)
{
	for (size_t i = 0; i < GATE_ARRAY_LEN(kept); i++) {
		const char *value = getenv(kept[i]);
		gate_autofree char *pair = value ? gate_fmt("%s=%s", kept[i], value) : NULL;

		if (value && !pair)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		if (pair && gate_strs_add(env, pair, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

/* Our own output is believed no more than anybody's: parsed, and verified where that is possible here. */
static int check_own(const struct gate_buf *armor, const char *ns, const void *msg, size_t len, struct gate_err *err)
{
	gate_auto(gate_sshsig) struct gate_sshsig s = { 0 };

	if (gate_sshsig_parse(gate_buf_cstr(armor), armor->len, &s, err) < 0)
		return -(int)err->code;
	return s.native ? gate_sshsig_verify(&s, ns, msg, len, err) : gate_sshsig_check_claims(&s, ns, err);
}

int gate_sign_with_file(const char *key_file, const char *ns, const void *msg, size_t len, struct gate_buf *armor,
			struct gate_err *err)
{
	const char *exe = access(SSH_KEYGEN, X_OK) == 0 ? SSH_KEYGEN : "ssh-keygen";
	const char *const argv[] = { exe, "-q", "-Y", "sign", "-f", key_file, "-n", ns, NULL };
	const char *env[GATE_ARRAY_LEN(kept) + 1] = { NULL };
	gate_auto(gate_strs) struct gate_strs pairs = { 0 };
	gate_auto(gate_buf) struct gate_buf made = { 0 };
	gate_auto(gate_proc) struct gate_proc p = {
		.argv = argv, .env = env, .in = msg, .in_len = len, .out = &made, .max_out = 65536,
	};

	if (!gate_sshsig_ns_valid(ns))
		return gate_err_set(err, GATE_E_BUG, "signing: a namespace that is empty, too long or oddly spelled");
	if (kept_env(&pairs, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < pairs.n; i++)
		env[i] = pairs.v[i];
	if (gate_proc_run(&p, SIGN_MS, err) < 0)
		return gate_err_wrap(err, "signing with %s", key_file);
	if (gate_proc_exit(&p) == 127)
		return gate_err_set(err, GATE_E_IO,
				    "signing: ssh-keygen cannot be started; install OpenSSH 8.2 or newer");
	if (gate_proc_exit(&p) != 0)
		return gate_err_set(
			err, GATE_E_SIGNER,
			"ssh-keygen could not sign with %s (exit %d, its message stands above); is it the file of a "
			"private key, or of a public key whose private half your ssh-agent holds?",
			key_file, gate_proc_exit(&p));
	if (check_own(&made, ns, msg, len, err) < 0)
		return gate_err_wrap(err, "what ssh-keygen signed with %s", key_file);
	gate_buf_add(armor, made.s, made.len);
	return gate_buf_check(armor, err);
}

/* The text of a public key file. A private key's file is not read beyond the bytes that tell. */
static int read_public(const char *path, struct gate_buf *text, struct gate_err *err)
{
	static const char private_head[] = "-----BEGIN";
	gate_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	char head[sizeof(private_head) - 1];

	if (fd < 0)
		return gate_err_errno(err, "%s", path);
	if (pread(fd, head, sizeof(head), 0) == (ssize_t)sizeof(head) && memcmp(head, private_head, sizeof(head)) == 0)
		return gate_err_set(
			err, GATE_E_SIGNER,
			"%s is a private key and %s.pub is missing; make it with `ssh-keygen -y -f %s >%s.pub`", path,
			path, path, path);
	return gate_read_file(path, MAX_KEY_FILE, text, err);
}

/* "type base64 [comment]", one line. */
static int parse_public(const char *path, const struct gate_buf *text, struct gate_key *out, struct gate_err *err)
{
	const char *line = gate_buf_cstr(text);
	size_t type_len = strcspn(line, " \t\r\n"), b64_len;
	gate_auto(gate_buf) struct gate_buf blob = { 0 };
	struct gate_sshwire w;

	line += type_len + strspn(line + type_len, " \t");
	b64_len = strcspn(line, " \t\r\n");
	if (gate_b64_decode(&blob, line, b64_len, NULL)) {
		w = (struct gate_sshwire){ .p = (const uint8_t *)gate_buf_cstr(&blob), .left = blob.len };
		gate_sshwire_word(&w, out->type, sizeof(out->type));
		if (!w.bad && type_len && strlen(out->type) == type_len && memcmp(text->s, out->type, type_len) == 0) {
			gate_sha256_hex(blob.s, blob.len, out->fp);
			out->blob_len = blob.len;
			out->blob = (uint8_t *)gate_buf_steal(&blob);
			return out->blob ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
		}
	}
	return gate_err_set(err, GATE_E_SIGNER, "%s: not a public key of OpenSSH (`ssh-ed25519 AAAA... comment`)", path);
}

int gate_public_key_load(const char *file, struct gate_key *out, struct gate_err *err)
{
	gate_autofree char *pub = gate_ends_with(file, ".pub") ? strdup(file) : gate_fmt("%s.pub", file);
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	const char *path;

	*out = (struct gate_key){ 0 };
	if (!pub)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	path = gate_file_exists(pub) ? pub : file;
	if (read_public(path, &text, err) < 0)
		return -(int)err->code;
	return parse_public(path, &text, out, err);
}
