#include "approval/sshsig.h"

#include "approval/sshwire.h"
#include "base/crypto.h"
#include "base/limits.h"
#include "base/str.h"

#define MAGIC "SSHSIG"
#define MAGIC_LEN 6
#define MAX_ARMOR ((size_t)16384) /* an RSA-16384 signature with its key is 5.7 KiB */

enum form { FORM_ED25519, FORM_SK_ED25519, FORM_SK_ECDSA, FORM_OPAQUE };

/* Which signature types a key type may give. A type that is not here is refused. */
static const struct kind {
	const char *key;
	const char *sig;
	enum form form;
} kinds[] = {
	{ "ssh-ed25519", "ssh-ed25519", FORM_ED25519 },
	{ "sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519@openssh.com", FORM_SK_ED25519 },
	{ "sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", FORM_SK_ECDSA },
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", FORM_OPAQUE },
	{ "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", FORM_OPAQUE },
	{ "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521", FORM_OPAQUE },
	{ "ssh-rsa", "rsa-sha2-512", FORM_OPAQUE },
	{ "ssh-rsa", "rsa-sha2-256", FORM_OPAQUE },
};

static const struct kind *kind_of(const char *key, const char *sig)
{
	for (size_t i = 0; i < GATE_ARRAY_LEN(kinds); i++) {
		if (strcmp(kinds[i].key, key) == 0 && (!sig || strcmp(kinds[i].sig, sig) == 0))
			return &kinds[i];
	}
	return NULL;
}

static int bad(struct gate_err *err, const char *why)
{
	return gate_err_set(err, GATE_E_SIGNATURE, "signature: %s; sign again with `ssh-keygen -Y sign`", why);
}

void gate_sshsig_clear(struct gate_sshsig *s)
{
	free(s->key);
	free(s->sig);
	*s = (struct gate_sshsig){ 0 };
}

bool gate_sshsig_ns_valid(const char *ns)
{
	size_t n = strlen(ns);

	return n > 0 && n < sizeof(((struct gate_sshsig *)0)->ns) &&
	       strspn(ns, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.@_-") == n;
}

/* Length of the line end at s: 1 for LF, 2 for CRLF, 0 for none. */
static size_t line_end(const char *s, size_t len)
{
	if (len >= 1 && s[0] == '\n')
		return 1;
	return len >= 2 && s[0] == '\r' && s[1] == '\n' ? 2 : 0;
}

int gate_sshsig_dearmor(const char *armor, size_t len, struct gate_buf *blob, struct gate_err *err)
{
	const size_t begin = sizeof(GATE_SSHSIG_BEGIN) - 1, foot = sizeof("\n" GATE_SSHSIG_END) - 1;
	const char *end, *after;
	size_t nl, left;

	if (len > MAX_ARMOR)
		return gate_err_set(err, GATE_E_LIMIT, "signature: more than %zu bytes", MAX_ARMOR);
	if (len < begin || memcmp(armor, GATE_SSHSIG_BEGIN, begin) != 0)
		return bad(err, "it does not begin with the line " GATE_SSHSIG_BEGIN);
	nl = line_end(armor + begin, len - begin);
	if (nl == 0)
		return bad(err, "something follows " GATE_SSHSIG_BEGIN " on its line");
	armor += begin + nl;
	len -= begin + nl;
	end = memmem(armor, len, "\n" GATE_SSHSIG_END, foot);
	if (!end)
		return bad(err, "the line " GATE_SSHSIG_END " is missing");
	after = end + foot;
	left = len - (size_t)(after - armor);
	if (left != line_end(after, left))
		return bad(err, "something follows its last line");
	if (!gate_b64_decode(blob, armor, (size_t)(end - armor), "\r\n"))
		return blob->failed ? gate_buf_check(blob, err) : bad(err, "it is not well-formed base64");
	return 0;
}

void gate_sshsig_armor(const void *blob, size_t len, struct gate_buf *out)
{
	gate_auto(gate_buf) struct gate_buf b64 = { 0 };

	gate_b64_encode(&b64, blob, len, true);
	out->failed |= b64.failed;
	gate_buf_str(out, GATE_SSHSIG_BEGIN "\n");
	for (size_t i = 0; i < b64.len; i += 70) {
		gate_buf_add(out, b64.s + i, b64.len - i < 70 ? b64.len - i : 70);
		gate_buf_char(out, '\n');
	}
	gate_buf_str(out, GATE_SSHSIG_END "\n");
}

void gate_sshsig_to_sign(const char *ns, const char *hash, const void *msg, size_t len, struct gate_buf *out)
{
	uint8_t d[GATE_SHA512_LEN];
	bool is_256 = strcmp(hash, "sha256") == 0;

	if (is_256)
		gate_sha256(msg, len, d);
	else
		gate_sha512(msg, len, d);
	gate_buf_add(out, MAGIC, MAGIC_LEN);
	gate_sshwire_put_string(out, ns, strlen(ns));
	gate_sshwire_put_string(out, "", 0);
	gate_sshwire_put_string(out, hash, strlen(hash));
	gate_sshwire_put_string(out, d, is_256 ? GATE_SHA256_LEN : GATE_SHA512_LEN);
}

/* The public key: its type for all, its inside for the native kinds. */
static int parse_key(struct gate_sshwire key, struct gate_sshsig *out, struct gate_err *err)
{
	const struct kind *kind;
	size_t n;

	gate_sshwire_word(&key, out->type, sizeof(out->type));
	if (key.bad || !out->type[0])
		return bad(err, "the public key in it has no type");
	kind = kind_of(out->type, NULL);
	if (!kind)
		return gate_err_set(
			err, GATE_E_SIGNATURE,
			"signature: keys of type %s are not accepted (no certificates, no DSA); sign with a plain "
			"ssh-ed25519 or sk-ssh-ed25519@openssh.com key",
			out->type);
	if (kind->form == FORM_OPAQUE || kind->form == FORM_SK_ECDSA)
		return 0; /* ssh-keygen reads the rest, and refuses what is malformed */
	gate_sshwire_string(&key, &n);
	if (kind->form == FORM_SK_ED25519)
		gate_sshwire_word(&key, out->application, sizeof(out->application));
	if (!gate_sshwire_done(&key) || n != GATE_ED25519_PK)
		return bad(err, "the public key in it is malformed");
	return 0;
}

static int copy_bytes(uint8_t **to, size_t *to_len, const uint8_t *p, size_t n, struct gate_err *err)
{
	*to = malloc(n + 1);
	if (!*to)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	memcpy(*to, p, n);
	*to_len = n;
	return 0;
}

/* The signature field: sig is the whole of it. Trailing bytes are refused before types and lengths are looked at. */
static int parse_sig(const uint8_t *p, size_t n, struct gate_sshsig *out, struct gate_err *err)
{
	struct gate_sshwire sig = { .p = p, .left = n };
	const struct kind *kind;
	const uint8_t *s;
	size_t s_len;
	char type[64];

	gate_sshwire_word(&sig, type, sizeof(type));
	s = gate_sshwire_string(&sig, &s_len);
	out->sk = gate_starts_with(out->type, "sk-");
	if (out->sk) {
		out->flags = gate_sshwire_u8(&sig);
		out->counter = gate_sshwire_u32(&sig);
	}
	if (!gate_sshwire_done(&sig) || !s)
		return bad(err, "it is cut short, or has bytes left over");
	kind = kind_of(out->type, type);
	if (!kind)
		return gate_err_set(err, GATE_E_SIGNATURE, "signature: of type %s, which a key of type %s cannot give",
				    type, out->type);
	out->native = kind->form == FORM_ED25519 || kind->form == FORM_SK_ED25519;
	if (out->native && s_len != GATE_ED25519_SIG)
		return bad(err, "its Ed25519 part is not 64 bytes long");
	return out->native ? copy_bytes(&out->sig, &out->sig_len, s, s_len, err) :
			     copy_bytes(&out->sig, &out->sig_len, p, n, err);
}

static int parse_blob(const uint8_t *p, size_t len, struct gate_sshsig *out, struct gate_err *err)
{
	struct gate_sshwire w = { .p = p, .left = len };
	size_t key_len, reserved_len, sig_len;
	const uint8_t *key, *sig;
	uint32_t version;

	if (len < MAGIC_LEN || memcmp(p, MAGIC, MAGIC_LEN) != 0)
		return bad(err, "it is no SSHSIG");
	w.p += MAGIC_LEN;
	w.left -= MAGIC_LEN;
	version = gate_sshwire_u32(&w);
	if (w.bad || version != 1)
		return bad(err, "its format version is not 1");
	key = gate_sshwire_string(&w, &key_len);
	gate_sshwire_word(&w, out->ns, sizeof(out->ns));
	gate_sshwire_string(&w, &reserved_len);
	gate_sshwire_word(&w, out->hash, sizeof(out->hash));
	sig = gate_sshwire_string(&w, &sig_len);
	if (!gate_sshwire_done(&w))
		return bad(err, "it is cut short, or has bytes left over");
	/* OpenSSH signs an empty reserved whatever the blob says: only an empty one says what was signed. */
	if (reserved_len != 0)
		return bad(err, "its reserved field is not empty");
	if (strcmp(out->hash, "sha256") != 0 && strcmp(out->hash, "sha512") != 0)
		return bad(err, "its hash is neither sha256 nor sha512");
	if (!out->ns[0])
		return bad(err, "its namespace is empty");
	if (parse_key((struct gate_sshwire){ .p = key, .left = key_len }, out, err) < 0 ||
	    parse_sig(sig, sig_len, out, err) < 0)
		return -(int)err->code;
	gate_sha256_hex(key, key_len, out->fp);
	return copy_bytes(&out->key, &out->key_len, key, key_len, err);
}

int gate_sshsig_parse(const char *armor, size_t len, struct gate_sshsig *out, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf blob = { 0 };

	*out = (struct gate_sshsig){ 0 };
	if (gate_sshsig_dearmor(armor, len, &blob, err) < 0 ||
	    parse_blob((const uint8_t *)gate_buf_cstr(&blob), blob.len, out, err) < 0) {
		gate_sshsig_clear(out);
		return -(int)err->code;
	}
	return 0;
}

/* What a security key signs in place of `signed_bytes` (PROTOCOL.u2f). */
static void sk_message(const struct gate_sshsig *s, const struct gate_buf *signed_bytes, struct gate_buf *out)
{
	uint8_t d[GATE_SHA256_LEN];

	gate_sha256(s->application, strlen(s->application), d);
	gate_buf_add(out, d, sizeof(d));
	gate_buf_char(out, (char)s->flags);
	gate_sshwire_put_u32(out, s->counter);
	gate_sha256(signed_bytes->s, signed_bytes->len, d);
	gate_buf_add(out, d, sizeof(d));
}

/* The 32 bytes inside the key; the layout was checked by parse_key. */
static bool public_point(const struct gate_sshsig *s, uint8_t a[GATE_ED25519_PK])
{
	struct gate_sshwire w = { .p = s->key, .left = s->key_len };
	const uint8_t *p;
	size_t n;

	gate_sshwire_string(&w, &n);
	p = gate_sshwire_string(&w, &n);
	if (!p || n != GATE_ED25519_PK || s->sig_len != GATE_ED25519_SIG)
		return false;
	memcpy(a, p, n);
	return true;
}

int gate_sshsig_check_claims(const struct gate_sshsig *s, const char *ns, struct gate_err *err)
{
	if (!gate_sshsig_ns_valid(ns))
		return gate_err_set(err, GATE_E_BUG,
				    "signature: a namespace to verify that is empty, too long or oddly spelled");
	if (strcmp(s->ns, ns) != 0)
		return gate_err_set(
			err, GATE_E_SIGNATURE,
			"signature: made for namespace %s, not for %s; sign with `ssh-keygen -Y sign -n %s`", s->ns, ns,
			ns);
	if (s->sk && !(s->flags & GATE_SSHSIG_PRESENT))
		return gate_err_set(
			err, GATE_E_SIGNATURE,
			"signature: the security key reports no touch; make the key without no-touch-required, and "
			"sign again");
	return 0;
}

int gate_sshsig_verify(const struct gate_sshsig *s, const char *ns, const void *msg, size_t len, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf bytes = { 0 };
	gate_auto(gate_buf) struct gate_buf sk = { 0 };
	uint8_t a[GATE_ED25519_PK];

	if (gate_sshsig_check_claims(s, ns, err) < 0)
		return -(int)err->code;
	if (!s->native || !public_point(s, a))
		return gate_err_set(
			err, GATE_E_SIGNATURE,
			"signature: keys of type %s are not verified here; sign with an ssh-ed25519 or "
			"sk-ssh-ed25519@openssh.com key, or let the policy say `verifier: {external: ssh-keygen}`",
			s->type);
	gate_sshsig_to_sign(ns, s->hash, msg, len, &bytes);
	if (gate_buf_check(&bytes, err) < 0)
		return -(int)err->code;
	if (s->sk)
		sk_message(s, &bytes, &sk);
	if (gate_buf_check(&sk, err) < 0)
		return -(int)err->code;
	if (!gate_ed25519_verify(s->sig, s->sk ? sk.s : bytes.s, s->sk ? sk.len : bytes.len, a))
		return gate_err_set(
			err, GATE_E_SIGNATURE,
			"signature: it does not verify: the text was changed after signing, or another key signed it");
	return 0;
}
