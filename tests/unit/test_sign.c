/* Signing: a real ssh-agent and a real ssh-keygen on keys made for the occasion, and agents that lie. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "approval/sign.h"

#include "approval/sshsig.h"
#include "approval/sshwire.h"
#include "approval/statement.h"
#include "base/crypto.h"
#include "base/io.h"
#include "base/proc.h"
#include "base/when.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#define NS GATE_SSHSIG_NS_APPROVAL
#define MSG "refgate/approval/v1\nrepo-id 7f3c\n"
#define MSG_LEN (sizeof(MSG) - 1)

struct fixture {
	char dir[32];
	char *sock;
	pid_t agent;
	struct gate_person person;
	struct gate_buf armor;
	struct gate_err err;
};

static pid_t start(const char *const *argv)
{
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 1);
		dup2(null, 2);
		execve(argv[0], (char *const *)(uintptr_t)argv, environ);
		_exit(127);
	}
	assert_true(pid > 0);
	return pid;
}

static int run(struct fixture *f, const char *const *argv, const char *in, struct gate_buf *out)
{
	gate_autofree char *sock = gate_fmt("SSH_AUTH_SOCK=%s", f->sock);
	const char *const env[] = { "HOME=/nonexistent", "PATH=/usr/bin:/bin", sock, NULL };
	gate_auto(gate_buf) struct gate_buf talk = { 0 };
	gate_auto(gate_proc) struct gate_proc p = { .argv = argv, .env = env, .cwd = f->dir, .in = in,
						    .in_len = in ? strlen(in) : 0, .out = out, .errs = &talk };

	gate_err_reset(&f->err);
	assert_int_equal(gate_proc_run(&p, 60000, &f->err), 0);
	return gate_proc_exit(&p);
}

static void make_key(struct fixture *f, const char *name, const char *type)
{
	const char *const argv[] = { "/usr/bin/ssh-keygen", "-q", "-t", type, "-N", "", "-C", "a key", "-f", name, NULL };

	assert_int_equal(run(f, argv, NULL, NULL), 0);
}

static void agent_add(struct fixture *f, const char *name)
{
	const char *const argv[] = { "/usr/bin/ssh-add", "-q", name, NULL };

	assert_int_equal(run(f, argv, NULL, NULL), 0);
}

static char *path_of(struct fixture *f, const char *name)
{
	char *p = gate_fmt("%s/%s", f->dir, name);

	assert_non_null(p);
	return p;
}

static void owns(struct fixture *f, const char *name)
{
	gate_autofree char *path = path_of(f, name);

	f->person.keys = reallocarray(f->person.keys, f->person.n_keys + 1, sizeof(*f->person.keys));
	assert_int_equal(gate_public_key_load(path, &f->person.keys[f->person.n_keys++], &f->err), 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *argv[] = { "/usr/bin/ssh-agent", "-D", "-a", NULL, NULL };

	gate_copy(f->dir, sizeof(f->dir), "/tmp/test-sign-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->sock = path_of(f, "agent");
	f->person.name = strdup("alice");
	argv[3] = f->sock;
	f->agent = start(argv);
	for (int i = 0; i < 500 && !gate_file_exists(f->sock); i++)
		poll(NULL, 0, 10);
	assert_true(gate_file_exists(f->sock));
	make_key(f, "key", "ed25519");
	make_key(f, "other", "ed25519");
	make_key(f, "rsa", "rsa");
	setenv("SSH_AUTH_SOCK", f->sock, 1);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	struct gate_people all = { .v = calloc(1, sizeof(struct gate_person)), .n = 1 };

	kill(f->agent, SIGTERM);
	waitpid(f->agent, NULL, 0);
	unsetenv("SSH_AUTH_SOCK");
	gate_err_reset(&f->err);
	gate_remove_tree(f->dir, &f->err);
	all.v[0] = f->person;
	gate_people_clear(&all);
	gate_buf_clear(&f->armor);
	free(f->sock);
	free(f);
	return 0;
}

static void expect_error(struct fixture *f, int got, enum gate_code code, const char *part)
{
	if (got != -(int)code || f->err.code != code || !strstr(f->err.text, part))
		fail_msg("wanted %s with '%s', got %d '%s'", gate_code_name(code), part, got, f->err.text);
	gate_err_reset(&f->err);
}

static int by_agent(struct fixture *f)
{
	gate_buf_reset(&f->armor);
	return gate_sign_with_agent(f->sock, &f->person, NS, MSG, MSG_LEN, &f->armor, &f->err);
}

static int by_file(struct fixture *f, const char *name)
{
	gate_autofree char *path = path_of(f, name);

	gate_buf_reset(&f->armor);
	return gate_sign_with_file(path, NS, MSG, MSG_LEN, &f->armor, &f->err);
}

/* What ssh-keygen itself signs with that key. */
static void stock_signature(struct fixture *f, const char *key, struct gate_buf *out)
{
	const char *const argv[] = { "/usr/bin/ssh-keygen", "-Y", "sign", "-f", key, "-n", NS, NULL };

	assert_int_equal(run(f, argv, MSG, out), 0);
}

static void the_agents_armor_is_that_of_ssh_keygen(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf stock = { 0 };

	agent_add(f, "rsa");
	agent_add(f, "other"); /* somebody else's comes first */
	agent_add(f, "key");
	owns(f, "key");
	stock_signature(f, "key", &stock);
	assert_int_equal(by_agent(f), 0);
	assert_string_equal(f->armor.s, stock.s);
	/* both at hand: the agent's order decides */
	owns(f, "other");
	gate_buf_reset(&stock);
	stock_signature(f, "other", &stock);
	assert_int_equal(by_agent(f), 0);
	assert_string_equal(f->armor.s, stock.s);
	/* appended, nothing before it lost */
	assert_int_equal(gate_sign_with_agent(f->sock, &f->person, NS, MSG, MSG_LEN, &f->armor, &f->err), 0);
	assert_int_equal(f->armor.len, 2 * stock.len);
}

static void an_agent_without_the_persons_key(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf fp = { 0 };

	agent_add(f, "other");
	agent_add(f, "rsa");
	expect_error(f, by_agent(f), GATE_E_SIGNER, "alice has no ssh-ed25519");
	owns(f, "rsa");
	expect_error(f, by_agent(f), GATE_E_SIGNER, "alice has no ssh-ed25519");
	owns(f, "key");
	gate_key_fingerprint(&f->person.keys[1], &fp);
	expect_error(f, by_agent(f), GATE_E_SIGNER, fp.s);
	assert_int_equal(f->armor.len, 0);
	agent_add(f, "key");
	f->person.keys[1].revoked = true;
	expect_error(f, by_agent(f), GATE_E_SIGNER, "alice has no");
	f->person.keys[1].revoked = false;
	assert_int_equal(by_agent(f), 0);
}

static void no_agent_at_all(void **state)
{
	struct fixture *f = *state;
	char path[200];

	owns(f, "key");
	expect_error(f, gate_sign_with_agent(NULL, &f->person, NS, MSG, MSG_LEN, &f->armor, &f->err), GATE_E_SIGNER,
		     "SSH_AUTH_SOCK is not set");
	expect_error(f, gate_sign_with_agent("", &f->person, NS, MSG, MSG_LEN, &f->armor, &f->err), GATE_E_SIGNER,
		     "no ssh-agent");
	expect_error(f, gate_sign_with_agent("/nonexistent/s", &f->person, NS, MSG, MSG_LEN, &f->armor, &f->err),
		     GATE_E_IO, "cannot reach it");
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	expect_error(f, gate_sign_with_agent(path, &f->person, NS, MSG, MSG_LEN, &f->armor, &f->err), GATE_E_SIGNER,
		     "longer than");
	expect_error(f, gate_sign_with_agent(f->sock, &f->person, "a b", MSG, MSG_LEN, &f->armor, &f->err), GATE_E_BUG,
		     "namespace");
}

/* ---- an agent that answers what it is told to ---- */

static void put_frame(struct gate_buf *out, uint8_t kind, const struct gate_buf *body)
{
	gate_sshwire_put_u32(out, (uint32_t)body->len + 1);
	gate_buf_char(out, (char)kind);
	gate_buf_add(out, gate_buf_cstr(body), body->len);
}

/* The child answers each request with the next of the two replies, then hangs up. */
static pid_t fake_agent(const char *path, const struct gate_buf *first, const struct gate_buf *second)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const struct gate_buf *replies[] = { first, second };
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	gate_copy(at.sun_path, sizeof(at.sun_path), path);
	unlink(path);
	assert_int_equal(bind(s, (const struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(s, 1), 0);
	pid = fork();
	if (pid == 0) {
		int c = accept(s, NULL, NULL);
		char request[4096];

		for (int i = 0; i < 2; i++) {
			if (read(c, request, sizeof(request)) <= 0)
				break;
			if (replies[i]->len == 0 || write(c, replies[i]->s, replies[i]->len) < 0)
				break;
		}
		_exit(0);
	}
	close(s);
	return pid;
}

static void with_fake(struct fixture *f, const struct gate_buf *first, const struct gate_buf *second, enum gate_code code,
		      const char *part)
{
	gate_autofree char *path = path_of(f, "fake");
	pid_t pid = fake_agent(path, first, second);

	gate_buf_reset(&f->armor);
	expect_error(f, gate_sign_with_agent(path, &f->person, NS, MSG, MSG_LEN, &f->armor, &f->err), code, part);
	assert_int_equal(f->armor.len, 0);
	waitpid(pid, NULL, 0);
}

static void agents_that_lie(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf none = { 0 };
	gate_auto(gate_buf) struct gate_buf body = { 0 };
	gate_auto(gate_buf) struct gate_buf reply = { 0 };
	gate_auto(gate_buf) struct gate_buf list = { 0 };
	gate_auto(gate_buf) struct gate_buf sig = { 0 };
	uint8_t zeros[64] = { 0 };

	owns(f, "key");
	with_fake(f, &none, &none, GATE_E_IO, "ssh-agent"); /* hangs up */
	gate_sshwire_put_u32(&reply, 0);
	gate_buf_char(&reply, 12);
	with_fake(f, &reply, &none, GATE_E_IO, "an answer of 0 bytes");
	gate_buf_reset(&reply);
	gate_sshwire_put_u32(&reply, 0x7fffffff);
	gate_buf_char(&reply, 12);
	with_fake(f, &reply, &none, GATE_E_IO, "an answer of 2147483647 bytes");
	gate_buf_reset(&reply);
	gate_sshwire_put_u32(&body, 2049); /* more keys than anybody has */
	put_frame(&reply, 12, &body);
	with_fake(f, &reply, &none, GATE_E_IO, "lists 2049 keys");
	gate_buf_reset(&reply);
	gate_buf_reset(&body);
	gate_sshwire_put_u32(&body, 3); /* three promised, none there */
	put_frame(&reply, 12, &body);
	with_fake(f, &reply, &none, GATE_E_IO, "list of keys is malformed");
	gate_buf_reset(&reply);
	put_frame(&reply, 5, &none);
	with_fake(f, &reply, &none, GATE_E_SIGNER, "refused");
	gate_buf_reset(&body);
	gate_sshwire_put_u32(&body, 1);
	gate_sshwire_put_string(&body, f->person.keys[0].blob, f->person.keys[0].blob_len);
	gate_sshwire_put_string(&body, "c", 1);
	put_frame(&list, 12, &body);
	with_fake(f, &list, &reply, GATE_E_SIGNER, "refused");
	with_fake(f, &list, &none, GATE_E_IO, "ssh-agent");
	gate_buf_reset(&reply);
	gate_buf_reset(&body);
	gate_sshwire_put_u32(&body, 99); /* a signature cut short */
	put_frame(&reply, 14, &body);
	with_fake(f, &list, &reply, GATE_E_IO, "its signature is malformed");
	gate_buf_reset(&reply);
	gate_buf_reset(&body);
	gate_sshwire_put_string(&sig, "ssh-ed25519", 11);
	gate_sshwire_put_string(&sig, zeros, sizeof(zeros)); /* in form, and worth nothing */
	gate_sshwire_put_string(&body, sig.s, sig.len);
	put_frame(&reply, 14, &body);
	with_fake(f, &list, &reply, GATE_E_SIGNATURE, "what ssh-agent signed");
}

static void with_a_key_file(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf stock = { 0 };
	gate_auto(gate_sshsig) struct gate_sshsig s = { 0 };
	gate_autofree char *priv = path_of(f, "key");

	stock_signature(f, "key", &stock);
	assert_int_equal(by_file(f, "key"), 0);
	assert_string_equal(f->armor.s, stock.s);
	assert_int_equal(by_file(f, "rsa"), 0);
	assert_int_equal(gate_sshsig_parse(f->armor.s, f->armor.len, &s, &f->err), 0);
	assert_string_equal(s.type, "ssh-rsa");
	/* the public file, the private half in the agent alone */
	agent_add(f, "key");
	assert_int_equal(unlink(priv), 0);
	assert_int_equal(by_file(f, "key.pub"), 0);
	assert_string_equal(f->armor.s, stock.s);
}

static void key_files_that_cannot_sign(void **state)
{
	struct fixture *f = *state;
	gate_autofree char *priv = path_of(f, "key");
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC), keep = dup(2);

	dup2(null, 2); /* ssh-keygen says its part on stderr, which is ours */
	expect_error(f, by_file(f, "nothing"), GATE_E_SIGNER, "could not sign with");
	assert_int_equal(unlink(priv), 0);
	expect_error(f, by_file(f, "key.pub"), GATE_E_SIGNER, "could not sign with"); /* not in the agent either */
	assert_int_equal(f->armor.len, 0);
	dup2(keep, 2);
	close(keep);
	close(null);
	expect_error(f, gate_sign_with_file("x", "a*", MSG, MSG_LEN, &f->armor, &f->err), GATE_E_BUG, "namespace");
}

static void public_keys(void **state)
{
	struct fixture *f = *state;
	static const char *const bad[] = { "", "\n", "ssh-ed25519\n", "ssh-ed25519 AAAA\n", "ssh-ed25519 !!!!\n",
					   "AAAAC3NzaC1lZDI1NTE5AAAAIA==\n" };
	gate_autofree char *pub = path_of(f, "key.pub");
	gate_autofree char *priv = path_of(f, "key");
	gate_autofree char *file = path_of(f, "file");
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	gate_auto(gate_buf) struct gate_buf wrong = { 0 };
	struct gate_key a, b;

	assert_int_equal(gate_public_key_load(pub, &a, &f->err), 0);
	assert_int_equal(gate_public_key_load(priv, &b, &f->err), 0);
	assert_string_equal(a.type, "ssh-ed25519");
	assert_int_equal(a.blob_len, 51);
	assert_memory_equal(a.blob, b.blob, 51);
	assert_string_equal(a.fp, b.fp);
	free(a.blob);
	free(b.blob);
	for (size_t i = 0; i < GATE_ARRAY_LEN(bad); i++) {
		assert_int_equal(gate_write_file(file, bad[i], strlen(bad[i]), 0600, false, &f->err), 0);
		expect_error(f, gate_public_key_load(file, &a, &f->err), GATE_E_SIGNER, "not a public key");
		assert_null(a.blob);
	}
	/* a type that is not the blob's */
	assert_int_equal(gate_read_file(pub, 4096, &text, &f->err), 0);
	gate_buf_str(&wrong, "ssh-rsa");
	gate_buf_str(&wrong, strchr(text.s, ' '));
	assert_int_equal(gate_write_file(file, wrong.s, wrong.len, 0600, false, &f->err), 0);
	expect_error(f, gate_public_key_load(file, &a, &f->err), GATE_E_SIGNER, "not a public key");
	/* a public key under any name will do; a private one without its .pub will not be read */
	assert_int_equal(gate_write_file(file, text.s, text.len, 0600, false, &f->err), 0);
	assert_int_equal(gate_public_key_load(file, &a, &f->err), 0);
	free(a.blob);
	assert_int_equal(unlink(pub), 0);
	expect_error(f, gate_public_key_load(priv, &a, &f->err), GATE_E_SIGNER, "ssh-keygen -y -f");
	expect_error(f, gate_public_key_load("/nonexistent/key", &a, &f->err), GATE_E_IO, "/nonexistent/key");
}

/* A whole approval: made, signed, cut apart, made again, verified here and by stock ssh-keygen. */
static void a_statement_from_end_to_end(void **state)
{
	struct fixture *f = *state;
	struct gate_statement_ref ref = { "refs/heads/main", "4090e031ce611c4c64932bed240ada7be0a76c73",
					  "6728dcebe6aaf38a57d1c10687f6f39ae7d8bd13",
					  "aaff74984cccd156a469afa7d9ab10e4777beb24" };
	struct gate_statement st = {
		.repo_id = "7f3c9b0e4d1a4c52b7d0a1f2e3c4d5b6",
		.repo = "acme/payments",
		.pending = "7k3m2qf9",
		.challenge = "9b2c7f1e5a0d4c3b8e6f7a1d2c3b4e5f",
		.refs = &ref,
		.n_refs = 1,
		.tier = GATE_TIER_HIGH,
		.agent = "codex-bot",
		.log = "refgate.example.com/audit 19887 BRSRDXwGh0fBd5+zkB+bh1K4fHsWW11kclTJ5inuhCw="
	};
	struct gate_signer_part six = { GATE_DECISION_APPROVE, "", "maintainer", "alice", "2026-11-23T14:00:00Z",
					"2026-11-23T18:00:00Z" }, read;
	const char *const stock[] = {
		"/usr/bin/ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "alice", "-n", NS, "-s", "sig", NULL
	};
	gate_auto(gate_buf) struct gate_buf part = { 0 };
	gate_auto(gate_buf) struct gate_buf blob = { 0 };
	gate_auto(gate_buf) struct gate_buf allowed = { 0 };
	gate_auto(gate_sshsig) struct gate_sshsig s = { 0 };
	gate_autofree char *sig_path = path_of(f, "sig");
	gate_autofree char *allowed_path = path_of(f, "allowed");
	gate_autofree char *pub = path_of(f, "key.pub");
	gate_autofree char *message = NULL;
	const char *text, *armor;
	size_t text_len, armor_len;

	gate_sha256_hex("c", 1, st.commits);
	gate_sha256_hex("p", 1, st.policy);
	gate_sha256_hex("f", 1, st.findings);
	owns(f, "key");
	agent_add(f, "key");
	assert_int_equal(gate_statement_server_part(&st, &part, &f->err), 0);
	assert_int_equal(gate_statement_text(part.s, part.len, &six, &blob, &f->err), 0);
	assert_int_equal(gate_sign_with_agent(f->sock, &f->person, NS, blob.s, blob.len, &blob, &f->err), 0);

	assert_int_equal(gate_approval_split(blob.s, blob.len, &text, &text_len, &armor, &armor_len, &f->err), 0);
	assert_int_equal(gate_statement_read_six(text, text_len, &read, &f->err), 0);
	assert_int_equal(gate_statement_same(part.s, part.len, &read, text, text_len, &f->err), 0);
	assert_int_equal(gate_sshsig_parse(armor, armor_len, &s, &f->err), 0);
	assert_string_equal(s.fp, f->person.keys[0].fp);
	assert_int_equal(gate_sshsig_verify(&s, NS, text, text_len, &f->err), 0);
	assert_int_equal(gate_sshsig_verify_external(&s, armor, armor_len, NS, text, text_len, &f->err), 0);

	gate_buf_str(&allowed, "alice namespaces=\"git," NS "\" ");
	assert_int_equal(gate_read_file(pub, 4096, &allowed, &f->err), 0);
	assert_int_equal(gate_write_file(allowed_path, allowed.s, allowed.len, 0600, false, &f->err), 0);
	assert_int_equal(gate_write_file(sig_path, armor, armor_len, 0600, false, &f->err), 0);
	message = strndup(text, text_len);
	assert_int_equal(run(f, stock, message, NULL), 0);
	message[40] = '0'; /* within the repo id */
	assert_int_not_equal(run(f, stock, message, NULL), 0);
	expect_error(f, gate_sshsig_verify(&s, NS, message, text_len, &f->err), GATE_E_SIGNATURE, "does not verify");
}

/* The example of the specification is one. */
static void the_documented_example_is_true(void **state)
{
	gate_auto(gate_buf) struct gate_buf doc = { 0 };
	gate_auto(gate_sshsig) struct gate_sshsig s = { 0 };
	struct gate_signer_part six;
	struct gate_err err = { 0 };
	const char *from, *to, *text, *armor, *key;
	size_t text_len, armor_len;
	gate_auto(gate_buf) struct gate_buf b64 = { 0 };

	(void)state;
	if (gate_read_file("docs/PROTOCOL.approval.md", 1 << 20, &doc, &err) < 0)
		skip(); /* run from another folder than the root of the sources */
	from = strstr(doc.s, "```\nrefgate/approval/v1\n");
	assert_non_null(from);
	from += 4;
	to = strstr(from, "```");
	assert_non_null(to);
	assert_int_equal(gate_approval_split(from, (size_t)(to - from), &text, &text_len, &armor, &armor_len, &err), 0);
	assert_int_equal(gate_statement_read_six(text, text_len, &six, &err), 0);
	assert_string_equal(six.signer, "alice");
	assert_int_equal(gate_sshsig_parse(armor, armor_len, &s, &err), 0);
	assert_int_equal(gate_sshsig_verify(&s, NS, text, text_len, &err), 0);
	key = strstr(to, " ssh-ed25519 ");
	assert_non_null(key);
	gate_b64_encode(&b64, s.key, s.key_len, true);
	assert_int_equal(strncmp(key + 13, b64.s, b64.len), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_agents_armor_is_that_of_ssh_keygen), T(an_agent_without_the_persons_key), T(no_agent_at_all),
		T(agents_that_lie), T(with_a_key_file), T(key_files_that_cannot_sign), T(public_keys),
		T(a_statement_from_end_to_end), cmocka_unit_test(the_documented_example_is_true),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
