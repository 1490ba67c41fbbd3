/* Signatures: made by the real ssh-keygen, by libsodium in place of a security key, and bent in every way. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "approval/sshsig.h"
#include "approval/sshwire.h"
#include "base/crypto.h"
#include "base/io.h"
#include "base/proc.h"
#include "base/str.h"

#include <glob.h>

#define NS GATE_SSHSIG_NS_APPROVAL
#define MSG "refgate/approval/v1\nrepo-id 7f3c\n"
#define MSG_LEN (sizeof(MSG) - 1)
#define SK_TYPE "sk-ssh-ed25519@openssh.com"

struct fixture {
	char dir[32];
	uint8_t pk[GATE_ED25519_PK], sk[GATE_ED25519_SK];
	struct gate_buf armor;
	struct gate_sshsig s;
	struct gate_err err;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	gate_copy(f->dir, sizeof(f->dir), "/tmp/test-sshsig-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	gate_ed25519_keypair(f->pk, f->sk);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	gate_err_reset(&f->err);
	assert_int_equal(gate_remove_tree(f->dir, &f->err), 0);
	gate_buf_clear(&f->armor);
	gate_sshsig_clear(&f->s);
	free(f);
	return 0;
}

/* Runs ssh-keygen in the fixture's folder; gives its exit code, its output in out (may be NULL). */
static int keygen(struct fixture *f, const char *const *argv, const char *in, size_t in_len, struct gate_buf *out)
{
	gate_auto(gate_buf) struct gate_buf talk = { 0 };
	static const char *const env[] = { "HOME=/nonexistent", "PATH=/usr/bin:/bin", NULL };
	gate_auto(gate_proc) struct gate_proc p = { .argv = argv, .env = env, .cwd = f->dir, .in = in, .in_len = in_len,
						    .out = out, .errs = &talk };

	gate_err_reset(&f->err);
	assert_int_equal(gate_proc_run(&p, 60000, &f->err), 0);
	return gate_proc_exit(&p);
}

/* Makes a key and signs MSG with it. */
static void sign_with(struct fixture *f, const char *type, const char *bits, const char *hash)
{
	gate_autofree char *opt = gate_fmt("hashalg=%s", hash);
	const char *const make[] = {
		"/usr/bin/ssh-keygen", "-q", "-t", type, "-b", bits, "-N", "", "-C", "a", "-f", "key", NULL
	};
	const char *const sign[] = { "/usr/bin/ssh-keygen", "-Y", "sign", "-O", opt, "-f", "key", "-n", NS, NULL };

	assert_int_equal(keygen(f, make, NULL, 0, NULL), 0);
	gate_buf_reset(&f->armor);
	assert_int_equal(keygen(f, sign, MSG, MSG_LEN, &f->armor), 0);
}

/* Stock `ssh-keygen -Y verify` on the same armor, with the public key that the parsed signature names. */
static bool stock_accepts(struct fixture *f, const char *ns, const char *msg)
{
	static const char *const argv[] = { "/usr/bin/ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "a", "-n", NS,
					    "-s", "sig", NULL };
	gate_auto(gate_buf) struct gate_buf allowed = { 0 };
	gate_autofree char *a = gate_fmt("%s/allowed", f->dir);
	gate_autofree char *s = gate_fmt("%s/sig", f->dir);

	gate_buf_fmt(&allowed, "a namespaces=\"%s\" %s ", ns, f->s.type);
	gate_b64_encode(&allowed, f->s.key, f->s.key_len, true);
	gate_buf_char(&allowed, '\n');
	gate_err_reset(&f->err);
	assert_int_equal(gate_write_file(a, allowed.s, allowed.len, 0600, false, &f->err), 0);
	assert_int_equal(gate_write_file(s, f->armor.s, f->armor.len, 0600, false, &f->err), 0);
	return keygen(f, argv, msg, strlen(msg), NULL) == 0;
}

static int parse(struct fixture *f)
{
	gate_err_reset(&f->err);
	gate_sshsig_clear(&f->s);
	return gate_sshsig_parse(gate_buf_cstr(&f->armor), f->armor.len, &f->s, &f->err);
}

static int verify(struct fixture *f, const char *ns, const char *msg)
{
	gate_err_reset(&f->err);
	return gate_sshsig_verify(&f->s, ns, msg, strlen(msg), &f->err);
}

static void expect_refused(struct fixture *f, int got, const char *because)
{
	if (got != -GATE_E_SIGNATURE || !strstr(f->err.text, because))
		fail_msg("wanted '%s', got %d '%s'", because, got, f->err.text);
}

/* ---- signatures built by hand: every field of the format can be bent ---- */

struct form {
	uint32_t version;
	const char *type, *sig_type, *ns, *reserved, *hash, *application;
	uint8_t flags;
	uint32_t counter;
	bool malleate;			   /* S + L in place of S */
	const char *blob_tail, *key_tail, *sig_tail;
	size_t s_len;
};

static const struct form plain = { .version = 1,
				   .type = "ssh-ed25519",
				   .sig_type = "ssh-ed25519",
				   .ns = NS,
				   .reserved = "",
				   .hash = "sha512",
				   .application = "",
				   .blob_tail = "",
				   .key_tail = "",
				   .sig_tail = "",
				   .s_len = 64 };
static const struct form token = { .version = 1, .type = SK_TYPE, .sig_type = SK_TYPE, .ns = NS, .reserved = "",
				   .hash = "sha512", .application = "ssh:", .flags = 1, .counter = 7, .blob_tail = "",
				   .key_tail = "", .sig_tail = "", .s_len = 64 };

/* The order of the group, little-endian. */
static const uint8_t order_l[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,	   0xd6,
				     0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10 };

static void add_order(uint8_t s[32])
{
	unsigned carry = 0;

	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned)s[i] + order_l[i];
		s[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

static void put_str(struct gate_buf *b, const char *s)
{
	gate_sshwire_put_string(b, s, strlen(s));
}

static void raw_signature(struct fixture *f, const struct form *m, uint8_t sig[64])
{
	gate_auto(gate_buf) struct gate_buf bytes = { 0 };
	gate_auto(gate_buf) struct gate_buf sk = { 0 };
	uint8_t d[32];

	gate_sshsig_to_sign(m->ns, m->hash, MSG, MSG_LEN, &bytes);
	if (m->application[0]) {
		gate_sha256(m->application, strlen(m->application), d);
		gate_buf_add(&sk, d, 32);
		gate_buf_char(&sk, (char)m->flags);
		gate_sshwire_put_u32(&sk, m->counter);
		gate_sha256(bytes.s, bytes.len, d);
		gate_buf_add(&sk, d, 32);
		assert_int_equal(sk.len, 69);
	}
	gate_ed25519_sign(sig, sk.len ? sk.s : bytes.s, sk.len ? sk.len : bytes.len, f->sk);
	if (m->malleate)
		add_order(sig + 32);
}

static void build_blob(struct fixture *f, const struct form *m, struct gate_buf *blob)
{
	gate_auto(gate_buf) struct gate_buf key = { 0 };
	gate_auto(gate_buf) struct gate_buf field = { 0 };
	uint8_t sig[80] = { 0 };

	raw_signature(f, m, sig);
	put_str(&key, m->type);
	gate_sshwire_put_string(&key, f->pk, sizeof(f->pk));
	put_str(&field, m->sig_type);
	gate_sshwire_put_string(&field, sig, m->s_len);
	if (m->application[0]) {
		put_str(&key, m->application);
		gate_buf_char(&field, (char)m->flags);
		gate_sshwire_put_u32(&field, m->counter);
	}
	gate_buf_str(&key, m->key_tail);
	gate_buf_str(&field, m->sig_tail);
	gate_buf_str(blob, "SSHSIG");
	gate_sshwire_put_u32(blob, m->version);
	gate_sshwire_put_string(blob, key.s, key.len);
	put_str(blob, m->ns);
	put_str(blob, m->reserved);
	put_str(blob, m->hash);
	gate_sshwire_put_string(blob, field.s, field.len);
	gate_buf_str(blob, m->blob_tail);
}

static int build(struct fixture *f, const struct form *m)
{
	gate_auto(gate_buf) struct gate_buf blob = { 0 };

	build_blob(f, m, &blob);
	gate_buf_reset(&f->armor);
	gate_sshsig_armor(blob.s, blob.len, &f->armor);
	return parse(f);
}

static void signatures_of_ssh_keygen(void **state)
{
	struct fixture *f = *state;
	static const char *const hashes[] = { "sha512", "sha256" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(hashes); i++) {
		gate_autofree char *key = gate_fmt("%s/key", f->dir);
		gate_auto(gate_buf) struct gate_buf blob = { 0 };
		gate_auto(gate_buf) struct gate_buf again = { 0 };

		unlink(key);
		sign_with(f, "ed25519", "256", hashes[i]);
		assert_int_equal(f->armor.len, 314);
		assert_int_equal(parse(f), 0);
		assert_string_equal(f->s.hash, hashes[i]);
		assert_string_equal(f->s.type, "ssh-ed25519");
		assert_string_equal(f->s.ns, NS);
		assert_true(f->s.native && !f->s.sk);
		assert_int_equal(f->s.sig_len, 64);
		assert_int_equal(strlen(f->s.fp), 64);
		assert_int_equal(verify(f, NS, MSG), 0);
		assert_true(stock_accepts(f, NS, MSG));
		expect_refused(f, verify(f, NS, MSG "x"), "does not verify");
		expect_refused(f, verify(f, "git", MSG), "made for namespace " NS ", not for git");
		gate_err_reset(&f->err);
		/* our armor is theirs */
		assert_int_equal(gate_sshsig_dearmor(f->armor.s, f->armor.len, &blob, &f->err), 0);
		assert_int_equal(blob.len, 189);
		gate_sshsig_armor(blob.s, blob.len, &again);
		assert_string_equal(again.s, f->armor.s);
	}
}

/* What has been built here is what ssh-keygen accepts: the builder of the bent ones is sound. */
static void signatures_built_here(void **state)
{
	struct fixture *f = *state;
	struct form m = plain;

	assert_int_equal(build(f, &m), 0);
	assert_int_equal(verify(f, NS, MSG), 0);
	assert_true(stock_accepts(f, NS, MSG));
	m.hash = "sha256";
	assert_int_equal(build(f, &m), 0);
	assert_int_equal(verify(f, NS, MSG), 0);
	assert_true(stock_accepts(f, NS, MSG));
	m.ns = "git"; /* a commit's signature */
	assert_int_equal(build(f, &m), 0);
	assert_int_equal(verify(f, "git", MSG), 0);
	expect_refused(f, verify(f, NS, MSG), "made for namespace git");
}

static void touch_is_required(void **state)
{
	struct fixture *f = *state;
	struct form m = token;

	m.flags = 0;
	assert_int_equal(build(f, &m), 0);
	assert_true(f->s.sk && f->s.native);
	expect_refused(f, verify(f, NS, MSG), "no touch");
	assert_true(stock_accepts(f, NS, MSG)); /* the reason for this check */
	m.flags = 4; /* PIN but no touch */
	assert_int_equal(build(f, &m), 0);
	expect_refused(f, verify(f, NS, MSG), "no touch");
	m.flags = 1;
	assert_int_equal(build(f, &m), 0);
	assert_int_equal(f->armor.len, 375);
	assert_int_equal(f->s.flags, GATE_SSHSIG_PRESENT);
	assert_int_equal(f->s.counter, 7);
	assert_string_equal(f->s.application, "ssh:");
	assert_int_equal(verify(f, NS, MSG), 0);
	assert_true(stock_accepts(f, NS, MSG));
	expect_refused(f, verify(f, NS, MSG "x"), "does not verify");
	m.flags = 5;
	assert_int_equal(build(f, &m), 0);
	assert_int_equal(f->s.flags, GATE_SSHSIG_PRESENT | GATE_SSHSIG_VERIFIED);
	assert_int_equal(verify(f, NS, MSG), 0);
	/* flags, counter and application are signed: claiming more than the token said does not verify */
	f->s.flags = 1;
	expect_refused(f, verify(f, NS, MSG), "does not verify");
	f->s.flags = 5;
	f->s.counter++;
	expect_refused(f, verify(f, NS, MSG), "does not verify");
	f->s.counter--;
	f->s.application[0] = 'S';
	expect_refused(f, verify(f, NS, MSG), "does not verify");
}

static void a_malleated_s_is_refused(void **state)
{
	struct fixture *f = *state;
	const struct form *forms[] = { &plain, &token };

	for (size_t i = 0; i < GATE_ARRAY_LEN(forms); i++) {
		struct form m = *forms[i];

		m.malleate = true;
		assert_int_equal(build(f, &m), 0);
		expect_refused(f, verify(f, NS, MSG), "does not verify");
		m.malleate = false;
		assert_int_equal(build(f, &m), 0);
		assert_int_equal(verify(f, NS, MSG), 0);
	}
}

static void fields_out_of_form(void **state)
{
	struct fixture *f = *state;
	struct form m;
	static const char *const types[] = { "ssh-dss", "ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519 ",
					     "ssh-\x1b[2J" };

	m = plain, m.version = 2;
	expect_refused(f, build(f, &m), "version is not 1");
	m = plain, m.version = 0;
	expect_refused(f, build(f, &m), "version is not 1");
	m = plain, m.reserved = "x";
	expect_refused(f, build(f, &m), "reserved field is not empty");
	m = plain, m.hash = "sha1";
	expect_refused(f, build(f, &m), "neither sha256 nor sha512");
	m = plain, m.hash = "";
	expect_refused(f, build(f, &m), "neither sha256 nor sha512");
	m = plain, m.hash = "sha512sha512";
	expect_refused(f, build(f, &m), "cut short");
	m = plain, m.ns = "";
	expect_refused(f, build(f, &m), "namespace is empty");
	m = plain, m.ns = "a b";
	expect_refused(f, build(f, &m), "cut short, or has bytes left over");
	m = plain, m.blob_tail = "x";
	expect_refused(f, build(f, &m), "left over");
	m = plain, m.key_tail = "x";
	expect_refused(f, build(f, &m), "public key in it is malformed");
	m = plain, m.sig_tail = "x";
	expect_refused(f, build(f, &m), "left over");
	m = token, m.key_tail = "x";
	expect_refused(f, build(f, &m), "public key in it is malformed");
	m = token, m.sig_tail = "x";
	expect_refused(f, build(f, &m), "left over");
	m = plain, m.s_len = 63;
	expect_refused(f, build(f, &m), "not 64 bytes");
	m = plain, m.s_len = 65;
	expect_refused(f, build(f, &m), "not 64 bytes");
	m = token, m.s_len = 63;
	expect_refused(f, build(f, &m), "not 64 bytes");
	m = plain, m.sig_type = "rsa-sha2-512";
	expect_refused(f, build(f, &m), "cannot give");
	m = token, m.sig_type = "ssh-ed25519";
	expect_refused(f, build(f, &m), "cannot give");
	for (size_t i = 0; i < GATE_ARRAY_LEN(types); i++) {
		m = plain, m.type = types[i];
		expect_refused(f, build(f, &m), i < 2 ? "are not accepted" : "has no type");
		assert_null(strchr(f->err.text, '\x1b'));
	}
	assert_null(f->s.key);
}

static void truncated_anywhere(void **state)
{
	struct fixture *f = *state;
	const struct form *forms[] = { &plain, &token };

	for (size_t i = 0; i < GATE_ARRAY_LEN(forms); i++) {
		gate_auto(gate_buf) struct gate_buf blob = { 0 };

		build_blob(f, forms[i], &blob);
		for (size_t n = 0; n <= blob.len; n++) {
			gate_buf_reset(&f->armor);
			gate_sshsig_armor(blob.s, n, &f->armor);
			assert_int_equal(parse(f), n == blob.len ? 0 : -GATE_E_SIGNATURE);
		}
		/* one bit wrong anywhere: refused by the parser or by the mathematics */
		for (size_t n = 0; n < blob.len; n++) {
			blob.s[n] = (char)(blob.s[n] ^ 1);
			gate_buf_reset(&f->armor);
			gate_sshsig_armor(blob.s, blob.len, &f->armor);
			assert_true(parse(f) < 0 || verify(f, NS, MSG) < 0);
			blob.s[n] = (char)(blob.s[n] ^ 1);
		}
	}
}

/* Puts `to` in place of the first `from`; n bytes of it, for a NUL. */
static void edit(struct fixture *f, const char *from, const char *to, size_t n)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	const char *at = strstr(f->armor.s, from);

	assert_non_null(at);
	gate_buf_add(&out, f->armor.s, (size_t)(at - f->armor.s));
	gate_buf_add(&out, to, n);
	gate_buf_str(&out, at + strlen(from));
	gate_buf_clear(&f->armor);
	f->armor = out;
	out = (struct gate_buf){ 0 };
}

static void the_armor_is_all_there_is(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *from, *to, *error; /* error NULL: accepted */
	} cases[] = {
		{ GATE_SSHSIG_END "\n", GATE_SSHSIG_END, NULL },
		{ GATE_SSHSIG_END "\n", GATE_SSHSIG_END "\r\n", NULL },
		{ GATE_SSHSIG_END "\n", GATE_SSHSIG_END "\n\n", "follows its last line" },
		{ GATE_SSHSIG_END "\n", GATE_SSHSIG_END "\njunk\n", "follows its last line" },
		{ GATE_SSHSIG_END "\n", GATE_SSHSIG_END " \n", "follows its last line" },
		{ GATE_SSHSIG_END "\n", GATE_SSHSIG_END "junk", "follows its last line" },
		{ GATE_SSHSIG_END "\n", GATE_SSHSIG_END "\r", "follows its last line" },
		{ GATE_SSHSIG_END "\n", GATE_SSHSIG_END "\n" GATE_SSHSIG_BEGIN "\n", "follows its last line" },
		{ "\n" GATE_SSHSIG_END, GATE_SSHSIG_END, "is missing" },
		{ GATE_SSHSIG_END, "-----END SSH SIGNATUR-----", "is missing" },
		{ GATE_SSHSIG_BEGIN, "\n" GATE_SSHSIG_BEGIN, "does not begin" },
		{ GATE_SSHSIG_BEGIN, " " GATE_SSHSIG_BEGIN, "does not begin" },
		{ GATE_SSHSIG_BEGIN "\n", GATE_SSHSIG_BEGIN, "follows " GATE_SSHSIG_BEGIN },
		{ GATE_SSHSIG_BEGIN "\n", GATE_SSHSIG_BEGIN " \n", "follows " GATE_SSHSIG_BEGIN },
		{ "U1NI", "U1 NI", "base64" },
		{ "U1NI", "U1\tNI", "base64" },
		{ "U1NI", "=U1NI", "base64" },
		{ "U1NI", "U1N_", "base64" },
		{ "U1NI", "U1\n\nN\r\nI", NULL },
	};

	for (size_t i = 0; i < GATE_ARRAY_LEN(cases); i++) {
		assert_int_equal(build(f, &plain), 0);
		edit(f, cases[i].from, cases[i].to, strlen(cases[i].to));
		if (cases[i].error)
			expect_refused(f, parse(f), cases[i].error);
		else
			assert_int_equal(parse(f) || verify(f, NS, MSG), 0);
	}
	assert_int_equal(build(f, &plain), 0);
	edit(f, "U1NI", "U1\0NI", 5);
	gate_err_reset(&f->err);
	gate_sshsig_clear(&f->s);
	expect_refused(f, gate_sshsig_parse(f->armor.s, f->armor.len, &f->s, &f->err), "base64");
	assert_int_equal(build(f, &plain), 0);
	while (f->armor.len <= 16384)
		gate_buf_char(&f->armor, '\n');
	assert_int_equal(parse(f), -GATE_E_LIMIT);
}

static void crlf_armor(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf crlf = { 0 };

	sign_with(f, "ed25519", "256", "sha512");
	for (size_t i = 0; i < f->armor.len; i++) {
		if (f->armor.s[i] == '\n')
			gate_buf_char(&crlf, '\r');
		gate_buf_char(&crlf, f->armor.s[i]);
	}
	gate_buf_clear(&f->armor);
	f->armor = crlf;
	crlf = (struct gate_buf){ 0 };
	assert_int_equal(parse(f), 0);
	assert_int_equal(verify(f, NS, MSG), 0);
	assert_int_equal(gate_sshsig_verify_external(&f->s, f->armor.s, f->armor.len, NS, MSG, MSG_LEN, &f->err), 0);
}

static size_t folders_left(void)
{
	glob_t g = { 0 };
	size_t n;

	glob("/tmp/refgate-verify-*", 0, NULL, &g);
	n = g.gl_pathc;
	globfree(&g);
	return n;
}

static void other_keys_go_to_ssh_keygen(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *type, *bits, *key, *hash;
	} cases[] = {
		{ "rsa", "2048", "ssh-rsa", "sha512" },
		{ "rsa", "2048", "ssh-rsa", "sha256" },
		{ "ecdsa", "256", "ecdsa-sha2-nistp256", "sha512" },
		{ "ecdsa", "384", "ecdsa-sha2-nistp384", "sha512" },
		{ "ecdsa", "521", "ecdsa-sha2-nistp521", "sha256" },
	};
	size_t before = folders_left();

	for (size_t i = 0; i < GATE_ARRAY_LEN(cases); i++) {
		gate_autofree char *key = gate_fmt("%s/key", f->dir);
		gate_auto(gate_sshsig) struct gate_sshsig other = { 0 };
		gate_auto(gate_buf) struct gate_buf first = { 0 };

		unlink(key);
		sign_with(f, cases[i].type, cases[i].bits, cases[i].hash);
		assert_int_equal(parse(f), 0);
		assert_string_equal(f->s.type, cases[i].key);
		assert_false(f->s.native || f->s.sk);
		expect_refused(f, verify(f, NS, MSG), "external: ssh-keygen");
		gate_err_reset(&f->err);
		assert_int_equal(
			gate_sshsig_verify_external(&f->s, f->armor.s, f->armor.len, NS, MSG, MSG_LEN, &f->err), 0);
		expect_refused(
			f, gate_sshsig_verify_external(&f->s, f->armor.s, f->armor.len, NS, MSG, MSG_LEN - 1, &f->err),
			"ssh-keygen says");
		gate_err_reset(&f->err);
		expect_refused(
			f, gate_sshsig_verify_external(&f->s, f->armor.s, f->armor.len, "git", MSG, MSG_LEN, &f->err),
			"not for git");
		gate_err_reset(&f->err);
		/* the armor of one signature with the parsed form of another */
		gate_buf_add(&first, f->armor.s, f->armor.len);
		assert_int_equal(build(f, &plain), 0);
		assert_int_equal(gate_sshsig_parse(first.s, first.len, &other, &f->err), 0);
		assert_int_equal(gate_sshsig_verify_external(&other, f->armor.s, f->armor.len, NS, MSG, MSG_LEN, &f->err),
				 -GATE_E_BUG);
	}
	assert_int_equal(folders_left(), before);
}

/* sk-ecdsa cannot be made without a token; its form can. Flags are read, so that touch is asked of it as well. */
static void sk_ecdsa_is_read_but_not_verified_here(void **state)
{
	struct fixture *f = *state;
	struct form m = token;

	m.type = m.sig_type = "sk-ecdsa-sha2-nistp256@openssh.com";
	m.flags = 5;
	assert_int_equal(build(f, &m), 0);
	assert_true(f->s.sk && !f->s.native);
	assert_int_equal(f->s.flags, 5);
	expect_refused(f, verify(f, NS, MSG), "external: ssh-keygen");
	gate_err_reset(&f->err);
	expect_refused(f, gate_sshsig_verify_external(&f->s, f->armor.s, f->armor.len, NS, MSG, MSG_LEN, &f->err),
		       "ssh-keygen says");
	m.flags = 0;
	assert_int_equal(build(f, &m), 0);
	gate_err_reset(&f->err);
	expect_refused(f, gate_sshsig_verify_external(&f->s, f->armor.s, f->armor.len, NS, MSG, MSG_LEN, &f->err),
		       "no touch");
}

static void namespaces_that_need_no_quoting(void **state)
{
	char n64[65];

	(void)state;
	memset(n64, 'a', 64);
	n64[64] = '\0';
	assert_true(gate_sshsig_ns_valid(NS));
	assert_true(gate_sshsig_ns_valid(n64 + 1));
	assert_false(gate_sshsig_ns_valid(n64));
	assert_false(gate_sshsig_ns_valid(""));
	assert_false(gate_sshsig_ns_valid("a\"b"));
	assert_false(gate_sshsig_ns_valid("a*"));
	assert_false(gate_sshsig_ns_valid("a b"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(signatures_of_ssh_keygen), T(signatures_built_here), T(touch_is_required), T(a_malleated_s_is_refused),
		T(fields_out_of_form), T(truncated_anywhere), T(the_armor_is_all_there_is), T(crlf_armor),
		T(other_keys_go_to_ssh_keygen), T(sk_ecdsa_is_read_but_not_verified_here),
		cmocka_unit_test(namespaces_that_need_no_quoting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
