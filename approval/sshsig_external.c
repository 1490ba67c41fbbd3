/* Signatures whose mathematics libsodium does not have (RSA, ECDSA) through `ssh-keygen -Y verify`. Person, namespace and
 * time stay refgate's business: ssh-keygen is told one key, and asked one question. */
#include "approval/sshsig.h"

#include "base/crypto.h"
#include "base/io.h"
#include "base/proc.h"
#include "base/str.h"

/* Absolute: what verifies must not be found through anybody's PATH. */
#define SSH_KEYGEN "/usr/bin/ssh-keygen"
#define VERIFY_MS 5000
#define DIR_TEMPLATE "/tmp/refgate-verify-XXXXXX"

/* A folder of our own, gone when its scope ends. */
struct workdir {
	char path[sizeof(DIR_TEMPLATE)]; /* "": none */
};

static void workdir_clear(struct workdir *d)
{
	struct gate_err ignored = { 0 }; /* a folder that stays behind changes no answer */

	if (d->path[0])
		gate_remove_tree(d->path, &ignored);
	d->path[0] = '\0';
}

static int workdir_make(struct workdir *d, struct gate_err *err)
{
	gate_copy(d->path, sizeof(d->path), DIR_TEMPLATE);
	if (!mkdtemp(d->path)) { /* mode 0700 */
		d->path[0] = '\0';
		return gate_err_errno(err, "signature: a private folder below /tmp");
	}
	return 0;
}

/* The armor handed over must be the one that was parsed, or another key's signature would be verified. */
static int same_signature(const struct gate_sshsig *s, const char *armor, size_t len, struct gate_err *err)
{
	gate_auto(gate_sshsig) struct gate_sshsig again = { 0 };

	if (gate_sshsig_parse(armor, len, &again, err) < 0)
		return -(int)err->code;
	if (again.key_len != s->key_len || memcmp(again.key, s->key, s->key_len) != 0 || again.sig_len != s->sig_len ||
	    memcmp(again.sig, s->sig, s->sig_len) != 0 || strcmp(again.ns, s->ns) != 0 || again.flags != s->flags)
		return gate_err_set(err, GATE_E_BUG, "signature: the armor is not that of the signature to verify");
	return 0;
}

/* Written anew in the one form that every ssh-keygen reads: 9.2 refuses CRLF. */
static int write_armor(const char *path, const char *armor, size_t len, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf blob = { 0 };
	gate_auto(gate_buf) struct gate_buf text = { 0 };

	if (gate_sshsig_dearmor(armor, len, &blob, err) < 0)
		return -(int)err->code;
	gate_sshsig_armor(gate_buf_cstr(&blob), blob.len, &text);
	if (gate_buf_check(&text, err) < 0)
		return -(int)err->code;
	return gate_write_file(path, text.s, text.len, 0600, false, err);
}

static int write_allowed(const char *path, const struct gate_sshsig *s, const char *ns, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf line = { 0 };

	gate_buf_fmt(&line, "signer namespaces=\"%s\" %s ", ns, s->type);
	gate_b64_encode(&line, s->key, s->key_len, true);
	gate_buf_char(&line, '\n');
	if (gate_buf_check(&line, err) < 0)
		return -(int)err->code;
	return gate_write_file(path, line.s, line.len, 0600, false, err);
}

static int ask_ssh_keygen(const char *allowed, const char *sig, const char *ns, const void *msg, size_t len,
			  struct gate_err *err)
{
	const char *const argv[] = { SSH_KEYGEN, "-Y", "verify", "-f", allowed, "-I",
				     "signer",	 "-n", ns,	 "-s", sig,	NULL };
	gate_auto(gate_buf) struct gate_buf said = { 0 };
	gate_auto(gate_proc) struct gate_proc p = {
		.argv = argv, .cwd = "/", .in = msg, .in_len = len, .out = &said, .errs = &said, .max_out = 65536,
		.own_group = true,
	};

	if (access(SSH_KEYGEN, X_OK) < 0)
		return gate_err_errno(err, "signature: keys of this type need openssh-client on the server: " SSH_KEYGEN);
	if (gate_proc_run(&p, VERIFY_MS, err) < 0)
		return gate_err_wrap(err, "signature");
	if (gate_proc_exit(&p) != 0)
		return gate_err_set(
			err, GATE_E_SIGNATURE,
			"signature: ssh-keygen says that it does not verify (exit %d): the text was changed after "
			"signing, or another key signed it",
			gate_proc_exit(&p));
	return 0;
}

int gate_sshsig_verify_external(const struct gate_sshsig *s, const char *armor, size_t armor_len, const char *ns,
				const void *msg, size_t len, struct gate_err *err)
{
	gate_auto(workdir) struct workdir dir = { 0 };
	gate_autofree char *allowed = NULL;
	gate_autofree char *sig = NULL;

	if (gate_sshsig_check_claims(s, ns, err) < 0 || same_signature(s, armor, armor_len, err) < 0 ||
	    workdir_make(&dir, err) < 0)
		return -(int)err->code;
	allowed = gate_fmt("%s/allowed_signers", dir.path);
	sig = gate_fmt("%s/signature", dir.path);
	if (!allowed || !sig)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (write_allowed(allowed, s, ns, err) < 0 || write_armor(sig, armor, armor_len, err) < 0)
		return gate_err_wrap(err, "signature");
	return ask_ssh_keygen(allowed, sig, ns, msg, len, err);
}
