/* Private keys: found in every dress, proved by structure, never shown. The keys are made while the test runs, with
 * openssl, ssh-keygen and gpg; where one is absent its cases are skipped and say so. */
#include "base/crypto.h"
#include "base/io.h"
#include "base/proc.h"
#include "classifier/classify.h"
#include "classifier/score.h"
#include "classifier/secrets/pem.h"

/* cmocka.h needs these before it, in this order */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>
#include <unistd.h>

/* Put together here, so that this file holds no armor line. */
#define DASHES "-----"
#define BEGIN(label) DASHES "BEGIN " label DASHES
#define END(label) DASHES "END " label DASHES
#define PRIVATE                                                                                                        \
	"PRIVATE "                                                                                                     \
	"KEY"

static char folder[] = "/tmp/gate-keys-XXXXXX";

static bool tool(const char *name)
{
	static const char *const folders[] = { "/usr/bin/", "/bin/", "/usr/local/bin/" };
	char path[64];

	for (size_t i = 0; i < GATE_ARRAY_LEN(folders); i++) {
		snprintf(path, sizeof(path), "%s%s", folders[i], name);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

#define NEED(name)                                                                                                     \
	do {                                                                                                           \
		if (!tool(name)) {                                                                                     \
			print_message("skipped: no " name " here\n");                                                  \
			skip();                                                                                        \
		}                                                                                                      \
	} while (0)

/* Runs a command in the test's folder; its output is discarded. */
static void run(const char *const *argv)
{
	static const char *const env[] = { "PATH=/usr/bin:/bin:/usr/local/bin", "LC_ALL=C", NULL };
	struct gate_proc p = { .argv = argv, .env = env, .cwd = folder };
	gate_auto(gate_buf) struct gate_buf errs = { 0 };
	struct gate_err err = { 0 };

	p.errs = &errs;
	if (gate_proc_run(&p, 60000, &err) < 0 || gate_proc_exit(&p) != 0)
		fail_msg("%s: %s %s", argv[0], err.text, gate_buf_cstr(&errs));
	gate_proc_clear(&p);
}

#define RUN(...) run((const char *const[]){ __VA_ARGS__, NULL })

/* A file of the test's folder. */
static struct gate_buf slurp(const char *name)
{
	gate_autofree char *path = gate_fmt("%s/%s", folder, name);
	struct gate_buf b = { 0 };
	struct gate_err err = { 0 };

	assert_int_equal(gate_read_file(path, 1 << 20, &b, &err), 0);
	return b;
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
	struct gate_err err = { 0 };

	(void)state;
	return gate_remove_tree(folder, &err);
}

/* ---- the search itself ---- */

struct seen {
	unsigned n;
	enum gate_key_proof best;
	bool cut;
	const char *type;
	size_t offset;
};

static int see(void *arg, const struct gate_pem *key, struct gate_err *err)
{
	struct seen *s = arg;

	(void)err;
	s->n++;
	s->best = key->proof > s->best ? key->proof : s->best;
	s->cut |= key->cut;
	s->type = key->type;
	s->offset = key->offset;
	return 0;
}

static struct seen search(const char *s, size_t len)
{
	gate_autofree char *exact = malloc(len + 1); /* so that a read past the end is seen */
	struct seen seen = { 0 };
	struct gate_err err = { 0 };

	assert_non_null(exact);
	memcpy(exact, s, len);
	exact = realloc(exact, len ? len : 1);
	assert_int_equal(gate_pem_search(exact, len, see, &seen, &err), 0);
	return seen;
}

static void expect(const struct gate_buf *b, enum gate_key_proof proof, const char *what)
{
	struct seen s = search(b->s, b->len);

	if (s.n == 0 || s.best != proof)
		fail_msg("%s: %u headers, proof %d, wanted %d", what, s.n, (int)s.best, (int)proof);
}

/* ---- dresses: each turns a key file into another text that holds it ---- */

static void each_line(struct gate_buf *out, const struct gate_buf *key, const char *before, const char *after)
{
	for (const char *s = key->s; *s;) {
		size_t n = strcspn(s, "\n");

		gate_buf_str(out, before);
		gate_buf_add(out, s, n);
		gate_buf_str(out, after);
		s += n + (s[n] == '\n');
	}
}

static void replace(struct gate_buf *out, const struct gate_buf *key, const char *from, const char *to)
{
	for (size_t i = 0; i < key->len; i++) {
		if (strchr(from, key->s[i]))
			gate_buf_str(out, to);
		else
			gate_buf_char(out, key->s[i]);
	}
}

static void wide(struct gate_buf *out, const struct gate_buf *key, bool big)
{
	gate_buf_add(out, big ? "\xfe\xff" : "\xff\xfe", 2);
	for (size_t i = 0; i < key->len; i++) {
		gate_buf_add(out, big ? "\0" : key->s + i, 1);
		gate_buf_add(out, big ? key->s + i : "\0", 1);
	}
}

static void dress_plain(struct gate_buf *out, const struct gate_buf *key)
{
	gate_buf_add(out, key->s, key->len);
}
static void dress_indented(struct gate_buf *out, const struct gate_buf *key)
{
	gate_buf_str(out, "tls:\n  key: |\n");
	each_line(out, key, "    ", "\n");
}
static void dress_yaml_quoted(struct gate_buf *out, const struct gate_buf *key)
{
	gate_buf_str(out, "key: \"");
	each_line(out, key, "", "\\n\\\n  ");
	gate_buf_str(out, "\"\n");
}
static void dress_crlf(struct gate_buf *out, const struct gate_buf *key)
{
	each_line(out, key, "", "\r\n");
}
static void dress_json(struct gate_buf *out, const struct gate_buf *key)
{
	gate_buf_str(
		out,
		"{\"type\": \"service_account\", \"private_key_id\": \"0123456789abcdef0123\", \"private_key\": \"");
	replace(out, key, "\n", "\\n");
	gate_buf_str(out, "\", \"client_email\": \"someone@example.com\"}\n");
}
static void dress_json_twice(struct gate_buf *out, const struct gate_buf *key)
{
	gate_buf_str(out, "{\"env\": \"{\\\"key\\\": \\\"");
	replace(out, key, "\n", "\\\\n");
	gate_buf_str(out, "\\\"}\"}");
}
static void dress_json_slashes(struct gate_buf *out, const struct gate_buf *key)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	replace(&b, key, "/", "\\/");
	replace(out, &b, "\n", "\\r\\n");
}
static void dress_json_unicode(struct gate_buf *out, const struct gate_buf *key)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	replace(&b, key, "+", "\\u002B");
	replace(out, &b, "\n", "\\u000a");
}
static void dress_url(struct gate_buf *out, const struct gate_buf *key)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 }, c = { 0 };

	replace(&b, key, "+", "%2B");
	replace(&c, &b, "/", "%2F");
	replace(out, &c, "\n", "%0A");
}
static void dress_here(struct gate_buf *out, const struct gate_buf *key)
{
	gate_buf_str(out, "#!/bin/sh\ncat >key <<'EOF'\n");
	gate_buf_add(out, key->s, key->len);
	gate_buf_str(out, "EOF\nchmod 600 key\n");
}
static void dress_patch(struct gate_buf *out, const struct gate_buf *key)
{
	each_line(out, key, "+", "\n");
}
static void dress_patch_space(struct gate_buf *out, const struct gate_buf *key)
{
	each_line(out, key, "+ ", "\n");
}
static void dress_mail(struct gate_buf *out, const struct gate_buf *key)
{
	each_line(out, key, "> > ", "\n");
}
static void dress_comment(struct gate_buf *out, const struct gate_buf *key)
{
	each_line(out, key, "//", "\n");
}
static void dress_hash(struct gate_buf *out, const struct gate_buf *key)
{
	each_line(out, key, "# ", "\n");
}
static void dress_c(struct gate_buf *out, const struct gate_buf *key)
{
	gate_buf_str(out, "static const char key[] =\n");
	each_line(out, key, "\t\"", "\\n\"\n");
	gate_buf_str(out, ";\n");
}
static void dress_js(struct gate_buf *out, const struct gate_buf *key)
{
	each_line(out, key, "  '", "\\n' +\n");
}
static void dress_list(struct gate_buf *out, const struct gate_buf *key)
{
	each_line(out, key, "\"", "\", ");
}
static void dress_one_line(struct gate_buf *out, const struct gate_buf *key)
{
	replace(out, key, "\n", " ");
}
static void dress_numbers(struct gate_buf *out, const struct gate_buf *key)
{
	each_line(out, key, "  12: ", "\n");
}
static void dress_binary(struct gate_buf *out, const struct gate_buf *key)
{
	gate_buf_add(out,
		     "\x7f"
		     "ELF\0\0\0\1\377\376",
		     10);
	gate_buf_add(out, key->s, key->len);
	gate_buf_add(out, "\0\0\0", 3);
}
static void dress_no_end(struct gate_buf *out, const struct gate_buf *key)
{
	const char *end = memmem(key->s, key->len, DASHES "END", 8);

	gate_buf_add(out, key->s, end ? (size_t)(end - key->s) : key->len);
}
static void dress_wide_little(struct gate_buf *out, const struct gate_buf *key)
{
	wide(out, key, false);
}
static void dress_wide_big(struct gate_buf *out, const struct gate_buf *key)
{
	wide(out, key, true);
}
static void dress_later(struct gate_buf *out, const struct gate_buf *key)
{
	for (int i = 0; i < 5000; i++)
		gate_buf_fmt(out, "int value_%d = %d;\n", i, i);
	gate_buf_fmt(out, "\"%s\"\n", BEGIN(PRIVATE));
	gate_buf_add(out, key->s, key->len);
}

static const struct {
	const char *name;
	void (*fn)(struct gate_buf *out, const struct gate_buf *key);
} dresses[] = {
	{ "plain", dress_plain },
	{ "indented", dress_indented },
	{ "yaml in quotes", dress_yaml_quoted },
	{ "crlf", dress_crlf },
	{ "json", dress_json },
	{ "json in json", dress_json_twice },
	{ "json, slashes", dress_json_slashes },
	{ "json, unicode", dress_json_unicode },
	{ "url", dress_url },
	{ "here-document", dress_here },
	{ "patch", dress_patch },
	{ "patch, space", dress_patch_space },
	{ "mail", dress_mail },
	{ "comment", dress_comment },
	{ "hash", dress_hash },
	{ "c", dress_c },
	{ "js", dress_js },
	{ "list", dress_list },
	{ "one line", dress_one_line },
	{ "line numbers", dress_numbers },
	{ "binary", dress_binary },
	{ "no end", dress_no_end },
	{ "utf-16 le", dress_wide_little },
	{ "utf-16 be", dress_wide_big },
	{ "after a bare header", dress_later },
};

static void expect_in_all(const char *file, enum gate_key_proof proof)
{
	gate_auto(gate_buf) struct gate_buf key = slurp(file);

	for (size_t i = 0; i < GATE_ARRAY_LEN(dresses); i++) {
		gate_auto(gate_buf) struct gate_buf out = { 0 };
		gate_autofree char *what = gate_fmt("%s, %s", file, dresses[i].name);

		dresses[i].fn(&out, &key);
		assert_false(out.failed);
		expect(&out, proof, what);
	}
}

/* ---- real keys ---- */

static void openssl_keys(void **state)
{
	(void)state;
	NEED("openssl");
	RUN("openssl", "genrsa", "-out", "rsa8.pem", "2048");
	RUN("openssl", "rsa", "-in", "rsa8.pem", "-traditional", "-out", "rsa1.pem");
	RUN("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "ec.pem");
	RUN("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", "ec.pem", "-out", "ec8.pem");
	RUN("openssl", "genpkey", "-algorithm", "ed25519", "-out", "ed8.pem");
	RUN("openssl", "dsaparam", "-noout", "-genkey", "-out", "dsa8.pem", "1024");
	RUN("openssl", "dsa", "-in", "dsa8.pem", "-out", "dsa.pem");
	expect_in_all("rsa8.pem", GATE_KEY_CLEAR);
	expect_in_all("rsa1.pem", GATE_KEY_CLEAR);
	expect_in_all("ec.pem", GATE_KEY_CLEAR);
	expect_in_all("ec8.pem", GATE_KEY_CLEAR);
	expect_in_all("ed8.pem", GATE_KEY_CLEAR);
	expect_in_all("dsa.pem", GATE_KEY_CLEAR);
}

static void openssl_encrypted(void **state)
{
	(void)state;
	NEED("openssl");
	RUN("openssl", "genrsa", "-out", "plain.pem", "2048");
	RUN("openssl", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-passout", "pass:example", "-in", "plain.pem", "-out",
	    "enc8.pem");
	RUN("openssl", "rsa", "-aes256", "-traditional", "-passout", "pass:example", "-in", "plain.pem", "-out",
	    "enc1.pem");
	expect_in_all("enc8.pem", GATE_KEY_ENCRYPTED);
	expect_in_all("enc1.pem", GATE_KEY_ENCRYPTED);
}

/* Lines that claim encryption over a key in the clear fool nobody. */
static void a_false_claim_of_encryption(void **state)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	const char *nl;

	(void)state;
	NEED("openssl");
	RUN("openssl", "genrsa", "-traditional", "-out", "claim.pem", "2048");
	gate_auto(gate_buf) struct gate_buf key = slurp("claim.pem");
	nl = strchr(key.s, '\n') + 1;
	gate_buf_str(
		&out,
		BEGIN("ENCRYPTED " PRIVATE) "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00112233445566778899\n\n");
	gate_buf_str(&out, nl);
	expect(&out, GATE_KEY_CLEAR, "claimed");
	gate_auto(gate_buf) struct gate_buf line = { 0 };
	dress_one_line(&line, &out);
	expect(&line, GATE_KEY_CLEAR, "claimed in one line");
}

static void public_parts_are_none(void **state)
{
	(void)state;
	NEED("openssl");
	RUN("openssl", "genrsa", "-out", "k.pem", "2048");
	RUN("openssl", "rsa", "-in", "k.pem", "-pubout", "-out", "pub.pem");
	RUN("openssl", "req", "-new", "-x509", "-key", "k.pem", "-subj", "/CN=example.com", "-out", "cert.pem");
	gate_auto(gate_buf) struct gate_buf pub = slurp("pub.pem"), cert = slurp("cert.pem");
	assert_int_equal(search(pub.s, pub.len).n, 0);
	assert_int_equal(search(cert.s, cert.len).n, 0);
	/* a public key under a private header is no private key */
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	gate_buf_str(&out, BEGIN(PRIVATE) "\n");
	gate_buf_str(&out, strchr(pub.s, '\n') + 1);
	expect(&out, GATE_KEY_NONE, "public key under a private header");
}

static void openssh_keys(void **state)
{
	(void)state;
	NEED("ssh-keygen");
	RUN("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", "ssh-ed");
	RUN("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-C", "a@b", "-f", "ssh-rsa");
	RUN("ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", "ssh-ec");
	RUN("ssh-keygen", "-q", "-t", "ed25519", "-N", "example", "-f", "ssh-enc");
	expect_in_all("ssh-ed", GATE_KEY_CLEAR);
	expect_in_all("ssh-rsa", GATE_KEY_CLEAR);
	expect_in_all("ssh-ec", GATE_KEY_CLEAR);
	expect_in_all("ssh-enc", GATE_KEY_ENCRYPTED);
	gate_auto(gate_buf) struct gate_buf pub = slurp("ssh-ed.pub");
	assert_int_equal(search(pub.s, pub.len).n, 0);
}

static void pgp_export(const char *home, const char *pass, const char *algorithm, const char *to)
{
	gate_autofree char *path = gate_fmt("%s/%s", folder, home);
	gate_autofree char *phrase = gate_fmt("--passphrase=%s", pass);
	struct gate_err err = { 0 };

	assert_int_equal(gate_mkdirs(path, 0700, &err), 0);
	RUN("gpg", "--homedir", path, "--batch", "--quiet", "--pinentry-mode=loopback", phrase, "--quick-gen-key",
	    "someone <a@example.com>", algorithm, "default", "never");
	RUN("gpg", "--homedir", path, "--batch", "--quiet", "--pinentry-mode=loopback", phrase, "--armor", "--output",
	    to, "--export-secret-keys");
	RUN("gpgconf", "--homedir", path, "--kill", "all");
}

static void pgp_keys(void **state)
{
	(void)state;
	NEED("gpg");
	NEED("gpg-agent");
	pgp_export("g1", "", "rsa2048", "pgp-rsa");
	pgp_export("g2", "", "ed25519", "pgp-ed");
	pgp_export("g3", "example", "rsa2048", "pgp-enc");
	expect_in_all("pgp-rsa", GATE_KEY_CLEAR);
	expect_in_all("pgp-ed", GATE_KEY_CLEAR);
	expect_in_all("pgp-enc", GATE_KEY_ENCRYPTED);
}

/* ---- no keys ---- */

static void look_alikes(void **state)
{
	static const char *const texts[] = {
		BEGIN(PRIVATE) "\n...\n" END(PRIVATE) "\n",
		BEGIN("RSA " PRIVATE) "\nMIIEpAIBAAKCAQEA...\n" END("RSA " PRIVATE) "\n",
		"if (strstr(s, \"" BEGIN("RSA " PRIVATE) "\"))\n\treturn isPrivateKeyBlockHeaderOfSomeSort(s);\n",
		BEGIN(PRIVATE) "\nyour key here, of many words and aVeryLongWordWithoutMeaning\n" END(PRIVATE),
		BEGIN("OPENSSH " PRIVATE) "\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n",
		BEGIN("PGP " PRIVATE " BLOCK") "\n\nlQOYBF\n=abcd\n",
		BEGIN(PRIVATE),
		BEGIN(PRIVATE) "\n" BEGIN(PRIVATE) "\n",
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(texts); i++) {
		struct seen s = search(texts[i], strlen(texts[i]));

		if (!s.n || s.best != GATE_KEY_NONE || s.cut)
			fail_msg("text %zu: %u headers, proof %d, cut %d", i, s.n, (int)s.best, s.cut);
	}
}

static void no_header_at_all(void **state)
{
	static const char *const texts[] = {
		"",
		"PRIVATE KEY",
		"-----BEGIN[ A-Z0-9_-]{0,100}" PRIVATE,
		BEGIN("PUBLIC KEY") "\nMIIB\n",
		DASHES "BEGIN " PRIVATE "----",
		"-----BEGIN lower case " PRIVATE DASHES,
		"BEGIN " PRIVATE DASHES,
		PRIVATE DASHES,
		"---BEGIN " PRIVATE DASHES,
	};

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(texts); i++) {
		if (search(texts[i], strlen(texts[i])).n)
			fail_msg("text %zu", i);
	}
}

static void too_long_a_body(void **state)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 }, prose = { 0 };

	(void)state;
	gate_buf_str(&b, BEGIN(PRIVATE) "\n");
	gate_buf_str(&prose, BEGIN(PRIVATE) "\n");
	for (int i = 0; i < 3000; i++) {
		gate_buf_str(&b, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\n");
		gate_buf_str(&prose, "if (a == b) { c(d); } // plain source of no particular length\n");
	}
	assert_true(search(b.s, b.len).cut);
	assert_false(search(prose.s, prose.len).cut);
}

/* Any bytes: no crash, no read outside, no endless loop. */
static void broken_bodies(void **state)
{
	uint64_t seed = 99;

	(void)state;
	NEED("openssl");
	RUN("openssl", "genrsa", "-traditional", "-out", "broken.pem", "1024");
	gate_auto(gate_buf) struct gate_buf key = slurp("broken.pem");
	for (int i = 0; i < 20000; i++) {
		gate_auto(gate_buf) struct gate_buf b = { 0 };

		gate_buf_add(&b, key.s, key.len);
		for (int k = 0; k < 4; k++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			b.s[31 + (seed >> 40) % (b.len - 31)] = (char)(seed >> 33);
		}
		seed = seed * 6364136223846793005u + 1;
		search(b.s, i % 2 ? b.len : (seed >> 40) % b.len);
	}
}

static void random_structures(void **state)
{
	uint8_t b[600];
	uint64_t seed = 5;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		size_t n = (seed >> 40) % sizeof(b);

		for (size_t k = 0; k < n; k++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			b[k] = (uint8_t)(seed >> 50);
		}
		seed += 77;
		if (n > 4 && i % 2) {
			static const uint8_t starts[][4] = {
				{ 0x30, 0x82, 0, 200 }, { 0x95, 1, 0, 4 }, { 0xc5, 200, 9, 4 }, { 0x94, 99, 4, 0 }
			};

			memcpy(b, starts[i / 2 % 4], 4);
		}
		gate_keyproof(b, n);
	}
}

/* ---- as findings ---- */

struct world {
	struct gate_policy *policy;
	struct gate_changes changes;
	struct gate_findings findings;
	struct gate_score score;
	const char *old; /* what `load` gives for any oid */
};

static int load(void *arg, const char *oid, const char **bytes, size_t *len, struct gate_err *err)
{
	const struct world *w = arg;

	(void)oid;
	if (!w->old)
		return gate_err_set(err, GATE_E_OBJECT, "absent");
	*bytes = w->old;
	*len = strlen(w->old);
	return 0;
}

static void judge(struct world *w, enum gate_text text, const char *path, const char *bytes, size_t len, bool delta)
{
	struct gate_err err = { 0 };
	struct gate_object o = { .text = text, .path = path, .commit = "1111111111111111111111111111111111111111", .bytes = bytes, .len = len };
	struct gate_delta d = { .path = path, .old_mode = 0100644, .new_mode = 0100644 };
	struct gate_change *c;
	struct gate_classifier *k;

	gate_findings_clear(&w->findings);
	gate_score_clear(&w->score);
	gate_changes_clear(&w->changes);
	if (!w->policy)
		assert_int_equal(gate_policy_load(NULL, NULL, 0, &w->policy, &err), 0);
	c = gate_changes_add(&w->changes);
	gate_copy(c->ref, sizeof(c->ref), "refs/heads/topic");
	k = gate_classifier_new(w->policy, &w->changes, load, w, &w->findings, &err);
	assert_non_null(k);
	assert_int_equal(gate_classify_object(k, 0, &o, &err), 0);
	if (delta)
		assert_int_equal(gate_classify_delta(k, 0, &d, &err), 0);
	assert_int_equal(gate_classify_done(k, &err), 0);
	gate_classifier_free(k);
	assert_int_equal(gate_score(&w->findings, 0, &w->score, &err), 0);
}

static void world_clear(struct world *w)
{
	gate_findings_clear(&w->findings);
	gate_score_clear(&w->score);
	gate_changes_clear(&w->changes);
	gate_policy_free(w->policy);
}

static const struct gate_finding *only(const struct world *w, const char *id)
{
	const struct gate_finding *f = NULL;

	for (size_t i = 0; i < w->findings.n; i++) {
		if (strcmp(w->findings.v[i].id, id) == 0) {
			assert_null(f);
			f = &w->findings.v[i];
		}
	}
	assert_non_null(f);
	return f;
}

static void a_key_is_refused_and_not_shown(void **state)
{
	gate_auto(world) struct world w = { 0 };
	const struct gate_finding *f;
	static const enum gate_text texts[] = { GATE_TEXT_COMMIT, GATE_TEXT_TAG, GATE_TEXT_LINK, GATE_TEXT_BLOB };

	(void)state;
	NEED("openssl");
	RUN("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "shown.pem");
	gate_auto(gate_buf) struct gate_buf key = slurp("shown.pem");
	for (size_t i = 0; i < GATE_ARRAY_LEN(texts); i++) {
		judge(&w, texts[i], i > 1 ? "src/a.c" : "", key.s, key.len, false);
		f = only(&w, "SEC-TXT");
		assert_true(f->deny && w.score.deny);
		assert_int_equal(f->line, 1);
		assert_string_equal(f->new_value, "EC private key, redacted");
		assert_string_equal(f->commit, "1111111111111111111111111111111111111111");
		assert_null(strstr(f->message, "MH"));
	}
	assert_string_equal(f->subject, "private-key:src/a.c");
	assert_int_equal(gate_answer_for(w.policy, &w.changes.v[0], &w.score, true, &w.findings, 0)->action,
			 GATE_VERDICT_REJECT);
}

static void weaker_evidence_is_weaker(void **state)
{
	gate_auto(world) struct world w = { 0 };
	const char header[] = "# doc\n\n" BEGIN(PRIVATE) "\n...\n" END(PRIVATE) "\n";
	const struct gate_finding *f;

	(void)state;
	judge(&w, GATE_TEXT_BLOB, "README.md", header, sizeof(header) - 1, false);
	f = only(&w, "SEC-TXT");
	assert_false(f->deny);
	assert_int_equal(f->points, 5000);
	assert_int_equal(f->floor, GATE_TIER_LOW);
	assert_int_equal(f->line, 3);
	NEED("ssh-keygen");
	RUN("ssh-keygen", "-q", "-t", "ed25519", "-N", "example", "-f", "weak-enc");
	gate_auto(gate_buf) struct gate_buf enc = slurp("weak-enc");
	judge(&w, GATE_TEXT_BLOB, "deploy_key", enc.s, enc.len, false);
	f = only(&w, "SEC-TXT");
	assert_false(f->deny);
	assert_int_equal(f->points, 20000);
	assert_int_equal(f->floor, GATE_TIER_MEDIUM);
}

static void what_was_not_read_is_refused(void **state)
{
	gate_auto(world) struct world w = { 0 };
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	(void)state;
	judge(&w, GATE_TEXT_BLOB, "data.bin", NULL, 5000, false);
	assert_true(only(&w, "GATE-LIMIT")->deny);
	judge(&w, GATE_TEXT_BLOB, "empty", NULL, 0, false); /* the twin */
	assert_int_equal(w.findings.n, 0);
	gate_buf_str(&b, BEGIN(PRIVATE) "\n");
	for (int i = 0; i < 3000; i++)
		gate_buf_str(&b, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\n");
	judge(&w, GATE_TEXT_BLOB, "long", b.s, b.len, false);
	assert_true(only(&w, "GATE-LIMIT")->deny);
}

/* An edit of a file that held the key before publishes nothing; another key in its place does. */
static void a_key_that_stood_there(void **state)
{
	gate_auto(world) struct world w = { 0 };
	gate_auto(gate_buf) struct gate_buf before = { 0 }, after = { 0 };

	(void)state;
	NEED("openssl");
	RUN("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "stood.pem");
	RUN("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "other.pem");
	gate_auto(gate_buf) struct gate_buf key = slurp("stood.pem"), other = slurp("other.pem");
	gate_buf_str(&before, "one\n");
	gate_buf_add(&before, key.s, key.len);
	gate_buf_str(&after, "two\nlines\n");
	gate_buf_add(&after, key.s, key.len);
	w.old = before.s;
	judge(&w, GATE_TEXT_BLOB, "tls_test.go", after.s, after.len, true);
	assert_false(only(&w, "SEC-TXT")->deny);
	assert_int_equal(only(&w, "SEC-TXT")->points, 5000);
	judge(&w, GATE_TEXT_BLOB, "tls_test.go", after.s, after.len, false); /* no proof of what was before */
	assert_true(only(&w, "SEC-TXT")->deny);
	gate_buf_add(&after, other.s, other.len);
	judge(&w, GATE_TEXT_BLOB, "tls_test.go", after.s, after.len, true);
	assert_true(only(&w, "SEC-TXT")->deny);
	w.old = NULL;
	judge(&w, GATE_TEXT_BLOB, "tls_test.go", after.s, after.len, true); /* unreadable: no proof */
	assert_true(only(&w, "SEC-TXT")->deny);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openssl_keys),
		cmocka_unit_test(openssl_encrypted),
		cmocka_unit_test(a_false_claim_of_encryption),
		cmocka_unit_test(public_parts_are_none),
		cmocka_unit_test(openssh_keys),
		cmocka_unit_test(pgp_keys),
		cmocka_unit_test(look_alikes),
		cmocka_unit_test(no_header_at_all),
		cmocka_unit_test(too_long_a_body),
		cmocka_unit_test(broken_bodies),
		cmocka_unit_test(random_structures),
		cmocka_unit_test(a_key_is_refused_and_not_shown),
		cmocka_unit_test(weaker_evidence_is_weaker),
		cmocka_unit_test(what_was_not_read_is_refused),
		cmocka_unit_test(a_key_that_stood_there),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
