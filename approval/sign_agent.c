/* A client of ssh-agent (draft-miller-ssh-agent): asks for its keys, and for one signature. */
#include "approval/sign.h"

#include "approval/sshsig.h"
#include "approval/sshwire.h"
#include "base/when.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Message numbers of the protocol. */
enum { AGENT_LIST = 11, AGENT_LISTED = 12, AGENT_SIGN = 13, AGENT_SIGNED = 14 };

#define LIST_MS 10000
#define SIGN_MS 60000 /* the token waits for a finger */
#define MAX_REPLY ((size_t)256 << 10) /* what OpenSSH's own client takes */
#define MAX_KEYS 2048
#define HASH "sha512" /* what ssh-keygen takes when it is told nothing */

static int agent_connect(const char *path, struct gate_err *err)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	gate_autoclose int fd = -1;

	if (!path || !*path)
		return gate_err_set(
			err, GATE_E_SIGNER,
			"no ssh-agent (SSH_AUTH_SOCK is not set); start one and `ssh-add` your key, or use --key FILE");
	if (!gate_copy(to.sun_path, sizeof(to.sun_path), path))
		return gate_err_set(err, GATE_E_SIGNER, "ssh-agent: its socket's path is longer than %zu bytes",
				    sizeof(to.sun_path) - 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return gate_err_errno(err, "ssh-agent: socket");
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
		return gate_err_errno(err, "ssh-agent: cannot reach it at %s", path);
	return gate_steal_fd(&fd);
}

/* Sends or receives exactly n bytes before the deadline. */
static int transfer(int fd, bool sending, uint8_t *p, size_t n, int64_t deadline, struct gate_err *err)
{
	while (n) {
		int64_t left = deadline - gate_monotonic_ms();
		struct pollfd wait = { .fd = fd, .events = sending ? POLLOUT : POLLIN };
		ssize_t got;

		if (left <= 0)
			return gate_err_set(err, GATE_E_TIMEOUT,
					    "ssh-agent did not answer in time; was the key touched?");
		if (poll(&wait, 1, (int)left) <= 0)
			continue;
		got = sending ? send(fd, p, n, MSG_NOSIGNAL) : recv(fd, p, n, 0);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got < 0)
			return gate_err_errno(err, "ssh-agent");
		if (got == 0)
			return gate_err_set(err, GATE_E_IO, "ssh-agent closed the connection");
		p += got;
		n -= (size_t)got;
	}
	return 0;
}

/* One request, one answer of the wanted kind; reply gets what follows the kind's byte. */
static int talk(int fd, const struct gate_buf *request, uint8_t wanted, int ms, struct gate_buf *reply,
		struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf framed = { 0 };
	int64_t deadline = gate_monotonic_ms() + ms;
	uint8_t head[5];
	struct gate_sshwire h = { .p = head, .left = sizeof(head) };
	uint32_t len;
	char *to;

	gate_sshwire_put_string(&framed, gate_buf_cstr(request), request->len);
	if (gate_buf_check(request, err) < 0 || gate_buf_check(&framed, err) < 0 ||
	    transfer(fd, true, (uint8_t *)framed.s, framed.len, deadline, err) < 0 ||
	    transfer(fd, false, head, sizeof(head), deadline, err) < 0)
		return -(int)err->code;
	len = gate_sshwire_u32(&h);
	if (len < 1 || len > MAX_REPLY)
		return gate_err_set(err, GATE_E_IO, "ssh-agent: an answer of %u bytes", len);
	if (gate_sshwire_u8(&h) != wanted)
		return gate_err_set(
			err, GATE_E_SIGNER,
			"ssh-agent refused (locked, confirmation declined, or the key was not touched); try again, or "
			"use --key FILE");
	to = gate_buf_room(reply, len - 1);
	if (!to)
		return gate_buf_check(reply, err);
	if (transfer(fd, false, (uint8_t *)to, len - 1, deadline, err) < 0)
		return -(int)err->code;
	reply->len += len - 1;
	reply->s[reply->len] = '\0';
	return 0;
}

static bool can_sign_here(const struct gate_key *k)
{
	return !k->revoked &&
	       (strcmp(k->type, "ssh-ed25519") == 0 || strcmp(k->type, "sk-ssh-ed25519@openssh.com") == 0);
}

static const struct gate_key *owned(const struct gate_person *person, const uint8_t *blob, size_t len)
{
	for (size_t i = 0; i < person->n_keys; i++) {
		const struct gate_key *k = &person->keys[i];

		if (can_sign_here(k) && k->blob_len == len && memcmp(k->blob, blob, len) == 0)
			return k;
	}
	return NULL;
}

static int no_key(const struct gate_person *person, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf names = { 0 };

	for (size_t i = 0; i < person->n_keys; i++) {
		if (!can_sign_here(&person->keys[i]))
			continue;
		if (names.len)
			gate_buf_str(&names, ", ");
		gate_key_fingerprint(&person->keys[i], &names);
	}
	if (!names.len)
		return gate_err_set(err, GATE_E_SIGNER,
				    "%s has no ssh-ed25519 or sk-ssh-ed25519 key in .refgate/allowed_signers that an "
				    "agent could sign "
				    "with; use --key FILE",
				    person->name);
	return gate_err_set(err, GATE_E_SIGNER,
			    "ssh-agent holds no key of %s (looked for %s); `ssh-add` it, or use --key FILE",
			    person->name, gate_buf_cstr(&names));
}

/* The agent's keys: *w stands before the first of *n. It reads from `reply`, which must stay. */
static int list_keys(int fd, struct gate_buf *reply, struct gate_sshwire *w, uint32_t *n, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf request = { 0 };

	gate_buf_char(&request, AGENT_LIST);
	if (talk(fd, &request, AGENT_LISTED, LIST_MS, reply, err) < 0)
		return -(int)err->code;
	*w = (struct gate_sshwire){ .p = (const uint8_t *)gate_buf_cstr(reply), .left = reply->len };
	*n = gate_sshwire_u32(w);
	return *n > MAX_KEYS ? gate_err_set(err, GATE_E_IO, "ssh-agent lists %u keys", *n) : 0;
}

static const uint8_t *next_key(struct gate_sshwire *w, size_t *len)
{
	const uint8_t *blob = gate_sshwire_string(w, len);
	size_t comment_len;

	gate_sshwire_string(w, &comment_len);
	return w->bad ? NULL : blob;
}

/* The first of the agent's keys that the person owns. *key is borrowed from person. */
static int choose_key(int fd, const struct gate_person *person, const struct gate_key **key, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf reply = { 0 };
	struct gate_sshwire w;
	uint32_t n;

	if (list_keys(fd, &reply, &w, &n, err) < 0)
		return -(int)err->code;
	for (*key = NULL; n && !*key && !w.bad; n--) {
		size_t len;
		const uint8_t *blob = next_key(&w, &len);

		if (blob)
			*key = owned(person, blob, len);
	}
	if (w.bad)
		return gate_err_set(err, GATE_E_IO, "ssh-agent: its list of keys is malformed");
	return *key ? 0 : no_key(person, err);
}

int gate_agent_owner(const char *socket, const struct gate_person *people, size_t n_people, const struct gate_person **who,
		     struct gate_err *err)
{
	gate_autoclose int fd = agent_connect(socket, err);
	gate_auto(gate_buf) struct gate_buf reply = { 0 };
	struct gate_sshwire w;
	uint32_t n;

	*who = NULL;
	if (fd < 0 || list_keys(fd, &reply, &w, &n, err) < 0)
		return -(int)err->code;
	for (; n && !w.bad; n--) {
		size_t len;
		const uint8_t *blob = next_key(&w, &len);

		for (size_t i = 0; blob && i < n_people; i++) {
			if (!owned(&people[i], blob, len) || *who == &people[i])
				continue;
			if (*who)
				return gate_err_set(err, GATE_E_SIGNER, "ssh-agent holds keys of %s and %s; say which with --as NAME",
						    (*who)->name, people[i].name);
			*who = &people[i];
		}
	}
	if (w.bad)
		return gate_err_set(err, GATE_E_IO, "ssh-agent: its list of keys is malformed");
	return *who ? 0 : gate_err_set(err, GATE_E_SIGNER, "ssh-agent holds no key of anybody in people:; `ssh-add` yours, or use --key FILE");
}

static int agent_sign(int fd, const struct gate_key *key, const char *ns, const void *msg, size_t len,
		      struct gate_buf *sig, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf data = { 0 };
	gate_auto(gate_buf) struct gate_buf request = { 0 };
	gate_auto(gate_buf) struct gate_buf reply = { 0 };
	struct gate_sshwire w;
	const uint8_t *p;
	size_t n;

	gate_sshsig_to_sign(ns, HASH, msg, len, &data);
	gate_buf_char(&request, AGENT_SIGN);
	gate_sshwire_put_string(&request, key->blob, key->blob_len);
	gate_sshwire_put_string(&request, gate_buf_cstr(&data), data.len);
	gate_sshwire_put_u32(&request, 0); /* flags: they choose RSA's hash only */
	if (gate_buf_check(&data, err) < 0 || talk(fd, &request, AGENT_SIGNED, SIGN_MS, &reply, err) < 0)
		return -(int)err->code;
	w = (struct gate_sshwire){ .p = (const uint8_t *)gate_buf_cstr(&reply), .left = reply.len };
	p = gate_sshwire_string(&w, &n);
	if (!gate_sshwire_done(&w))
		return gate_err_set(err, GATE_E_IO, "ssh-agent: its signature is malformed");
	gate_buf_add(sig, p, n);
	return gate_buf_check(sig, err);
}

static int assemble(const struct gate_key *key, const char *ns, const struct gate_buf *sig, struct gate_buf *armor,
		    struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf blob = { 0 };

	gate_buf_str(&blob, "SSHSIG");
	gate_sshwire_put_u32(&blob, 1);
	gate_sshwire_put_string(&blob, key->blob, key->blob_len);
	gate_sshwire_put_string(&blob, ns, strlen(ns));
	gate_sshwire_put_string(&blob, "", 0);
	gate_sshwire_put_string(&blob, HASH, sizeof(HASH) - 1);
	gate_sshwire_put_string(&blob, gate_buf_cstr(sig), sig->len);
	if (gate_buf_check(&blob, err) < 0)
		return -(int)err->code;
	gate_sshsig_armor(blob.s, blob.len, armor);
	return gate_buf_check(armor, err);
}

int gate_sign_with_agent(const char *socket, const struct gate_person *person, const char *ns, const void *msg,
			 size_t len, struct gate_buf *armor, struct gate_err *err)
{
	gate_autoclose int fd = agent_connect(socket, err);
	gate_auto(gate_buf) struct gate_buf sig = { 0 };
	gate_auto(gate_buf) struct gate_buf made = { 0 };
	gate_auto(gate_sshsig) struct gate_sshsig again = { 0 };
	const struct gate_key *key = NULL;

	if (fd < 0)
		return -(int)err->code;
	if (!gate_sshsig_ns_valid(ns))
		return gate_err_set(err, GATE_E_BUG, "signing: a namespace that is empty, too long or oddly spelled");
	if (choose_key(fd, person, &key, err) < 0 || agent_sign(fd, key, ns, msg, len, &sig, err) < 0 ||
	    assemble(key, ns, &sig, &made, err) < 0)
		return -(int)err->code;
	if (gate_sshsig_parse(made.s, made.len, &again, err) < 0 || gate_sshsig_verify(&again, ns, msg, len, err) < 0)
		return gate_err_wrap(err, "what ssh-agent signed");
	gate_buf_add(armor, made.s, made.len);
	return gate_buf_check(armor, err);
}
