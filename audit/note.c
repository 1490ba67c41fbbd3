#include "audit/note.h"

#include "base/io.h"
#include "base/num.h"
#include "base/str.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

#define KEY_HEAD "refgate/log-key/v1 "
#define KEY_FILE_MAX 512
#define ALG_ED25519 1
#define DASH "\xe2\x80\x94 " /* U+2014 and a space begin a signature line */

void gate_log_key_clear(struct gate_log_key *k)
{
	gate_wipe(k, sizeof(*k));
}

bool gate_origin_valid(const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++) {
		if (s[i] <= ' ' || s[i] >= 0x7f || s[i] == '+')
			return false;
	}
	return n > 0 && n < GATE_ORIGIN_SIZE;
}

static bool key_parse(char *s, struct gate_log_key *k)
{
	size_t head = strlen(KEY_HEAD);
	char *hex;

	if (!gate_starts_with(s, KEY_HEAD))
		return false;
	hex = strchr(s + head, ' ');
	if (!hex)
		return false;
	*hex++ = '\0';
	if (strlen(hex) != 2 * GATE_ED25519_SK + 1 || hex[2 * GATE_ED25519_SK] != '\n' ||
	    !gate_unhex(hex, k->sk, sizeof(k->sk)) || !gate_origin_valid(s + head) ||
	    !gate_copy(k->origin, sizeof(k->origin), s + head))
		return false;
	memcpy(k->pk, k->sk + GATE_ED25519_SK - GATE_ED25519_PK, GATE_ED25519_PK);
	return true;
}

int gate_log_key_load(int dir, struct gate_log_key *k, struct gate_err *err)
{
	gate_autoclose int fd = openat(dir, "log.key", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char text[KEY_FILE_MAX];
	struct stat st;
	ssize_t n;
	bool good;

	if (fd < 0)
		return gate_err_errno(err,
				      "log.key (restore it from a backup; without it nothing can be signed)");
	if (fstat(fd, &st) < 0)
		return gate_err_errno(err, "log.key");
	if (st.st_mode & 077)
		return gate_err_set(err, GATE_E_LOG,
				    "log.key can be read by others (mode %03o): the key may be known; "
				    "run `chmod 600 log.key`, or make a new log",
				    (unsigned)(st.st_mode & 0777));
	n = read(fd, text, sizeof(text) - 1);
	if (n < 0)
		return gate_err_errno(err, "log.key");
	text[n] = '\0';
	good = key_parse(text, k);
	gate_wipe(text, sizeof(text));
	return good ? 0
		    : gate_err_set(err, GATE_E_LOG,
				   "log.key does not have the form it must have; restore it from a backup");
}

int gate_log_key_make(const char *path, const char *origin, struct gate_log_key *k, struct gate_err *err)
{
	gate_autofree char *file = gate_fmt("%s/log.key", path);
	char hex[2 * GATE_ED25519_SK + 1], text[KEY_FILE_MAX];
	int n, r;

	if (!file)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	gate_ed25519_keypair(k->pk, k->sk);
	gate_copy(k->origin, sizeof(k->origin), origin);
	gate_hex(k->sk, sizeof(k->sk), hex);
	n = snprintf(text, sizeof(text), KEY_HEAD "%s %s\n", origin, hex);
	r = gate_write_file(file, text, (size_t)n, 0600, true, err);
	gate_wipe(hex, sizeof(hex));
	gate_wipe(text, sizeof(text));
	return r;
}

static void keyid(const char *origin, const uint8_t pk[GATE_ED25519_PK], uint8_t id[4])
{
	static const uint8_t sep[2] = { '\n', ALG_ED25519 };
	struct gate_sha256 h;
	uint8_t d[32];

	gate_sha256_init(&h);
	gate_sha256_update(&h, origin, strlen(origin));
	gate_sha256_update(&h, sep, sizeof(sep));
	gate_sha256_update(&h, pk, GATE_ED25519_PK);
	gate_sha256_final(&h, d);
	memcpy(id, d, 4);
}

void gate_vkey_format(const char *origin, const uint8_t pk[GATE_ED25519_PK], struct gate_buf *out)
{
	uint8_t id[4], key[1 + GATE_ED25519_PK] = { ALG_ED25519 };
	char hex[9];

	keyid(origin, pk, id);
	gate_hex(id, sizeof(id), hex);
	memcpy(key + 1, pk, GATE_ED25519_PK);
	gate_buf_fmt(out, "%s+%s+", origin, hex);
	gate_b64_encode(out, key, sizeof(key), true);
}

int gate_vkey_parse(const char *s, char origin[GATE_ORIGIN_SIZE], uint8_t pk[GATE_ED25519_PK],
		    struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf key = { 0 }, again = { 0 };
	size_t len = strlen(s), name = strcspn(s, "+"), b64 = name + 10;

	while (len > 0 && strchr(" \t\r\n", s[len - 1]))
		len--;
	if (name == 0 || name >= GATE_ORIGIN_SIZE || b64 >= len ||
	    !gate_b64_decode(&key, s + b64, len - b64, NULL) || key.len != 1 + GATE_ED25519_PK ||
	    key.s[0] != ALG_ED25519)
		return gate_err_set(err, GATE_E_SYNTAX,
				    "the log's vkey does not have the form name+hash+base64 of an Ed25519 key");
	memcpy(origin, s, name);
	origin[name] = '\0';
	memcpy(pk, key.s + 1, GATE_ED25519_PK);
	/* Written again and compared: the one check that covers name, hash and every separator. */
	gate_vkey_format(origin, pk, &again);
	if (!gate_origin_valid(origin) || again.len != len || memcmp(again.s, s, len) != 0)
		return gate_err_set(err, GATE_E_SYNTAX, "the log's vkey: its hash is not that of its key");
	return gate_buf_check(&again, err);
}

static void body(const struct gate_checkpoint *cp, struct gate_buf *out)
{
	gate_buf_fmt(out, "%s\n%" PRIu64 "\n", cp->origin, cp->size);
	gate_b64_encode(out, cp->root, sizeof(cp->root), true);
	gate_buf_char(out, '\n');
}

void gate_note_sign(const struct gate_checkpoint *cp, const struct gate_log_key *k, struct gate_buf *out)
{
	uint8_t sig[4 + GATE_ED25519_SIG];
	size_t start = out->len;

	body(cp, out);
	if (out->failed)
		return;
	keyid(k->origin, k->pk, sig);
	gate_ed25519_sign(sig + 4, out->s + start, out->len - start, k->sk);
	gate_buf_fmt(out, "\n" DASH "%s ", k->origin);
	gate_b64_encode(out, sig, sizeof(sig), true);
	gate_buf_char(out, '\n');
}

/* 1: this key's line and good, 0: another key's line, -1: this key's line and bad, or no signature line at all.
 */
static int sig_line(const char *s, size_t len, const char *origin, const uint8_t pk[GATE_ED25519_PK],
		    const char *text, size_t text_len)
{
	gate_auto(gate_buf) struct gate_buf sig = { 0 };
	size_t dash = strlen(DASH), name = strlen(origin);
	const char *space;
	uint8_t id[4];

	if (len <= dash || memcmp(s, DASH, dash) != 0)
		return -1;
	s += dash;
	len -= dash;
	space = memchr(s, ' ', len);
	if (!space || space == s)
		return -1;
	if ((size_t)(space - s) != name || memcmp(s, origin, name) != 0)
		return 0;
	if (!gate_b64_decode(&sig, space + 1, len - name - 1, NULL) || sig.len < 4)
		return -1;
	keyid(origin, pk, id);
	if (memcmp(sig.s, id, 4) != 0)
		return 0;
	return sig.len == 4 + GATE_ED25519_SIG &&
			       gate_ed25519_verify((const uint8_t *)sig.s + 4, text, text_len, pk)
		       ? 1
		       : -1;
}

/* The three lines of the text, read by writing them again. */
static bool body_parse(const char *s, size_t len, struct gate_checkpoint *cp)
{
	gate_auto(gate_buf) struct gate_buf line = { 0 }, again = { 0 };

	gate_buf_add(&line, s, len > 0 ? len - 1 : 0);
	for (size_t i = 0; i < line.len; i++) {
		if (line.s[i] == ' ' || line.s[i] == '\0')
			return false;
		if (line.s[i] == '\n')
			line.s[i] = ' ';
	}
	if (line.failed || !gate_checkpoint_parse(gate_buf_cstr(&line), cp))
		return false;
	body(cp, &again);
	return !again.failed && again.len == len && memcmp(again.s, s, len) == 0;
}

int gate_note_open(const char *s, size_t len, const char *origin, const uint8_t pk[GATE_ED25519_PK],
		   struct gate_checkpoint *cp, struct gate_err *err)
{
	const char *gap = len <= GATE_NOTE_MAX ? memmem(s, len, "\n\n", 2) : NULL;
	size_t text = gap ? (size_t)(gap - s) + 1 : 0;
	const char *p = s + text + 1, *end = s + len;
	bool good = false;

	if (!gap || !body_parse(s, text, cp))
		return gate_err_set(err, GATE_E_SIGNATURE, "checkpoint: not of the form of a signed note");
	if (strcmp(cp->origin, origin) != 0)
		return gate_err_set(err, GATE_E_SIGNATURE, "checkpoint: it is of the log %s, not of %s",
				    cp->origin, origin);
	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		int r = lf ? sig_line(p, (size_t)(lf - p), origin, pk, s, text) : -1;

		if (r < 0)
			return gate_err_set(err, GATE_E_SIGNATURE,
					    "checkpoint: a signature is malformed or does not verify");
		good = good || r > 0;
		p = lf + 1;
	}
	return good ? 0 : gate_err_set(err, GATE_E_SIGNATURE, "checkpoint: no signature of this log's key");
}

void gate_checkpoint_format(const struct gate_checkpoint *cp, struct gate_buf *out)
{
	gate_buf_fmt(out, "%s %" PRIu64 " ", cp->origin, cp->size);
	gate_b64_encode(out, cp->root, sizeof(cp->root), true);
}

bool gate_checkpoint_parse(const char *s, struct gate_checkpoint *cp)
{
	gate_auto(gate_buf) struct gate_buf root = { 0 }, again = { 0 };
	const char *size = strchr(s, ' ');
	const char *b64 = size ? strchr(size + 1, ' ') : NULL;

	if (!b64 || (size_t)(size - s) >= sizeof(cp->origin) ||
	    !gate_parse_u64(size + 1, (size_t)(b64 - size) - 1, &cp->size) ||
	    !gate_b64_decode(&root, b64 + 1, strlen(b64 + 1), NULL) || root.len != sizeof(cp->root))
		return false;
	memcpy(cp->origin, s, (size_t)(size - s));
	cp->origin[size - s] = '\0';
	memcpy(cp->root, root.s, sizeof(cp->root));
	gate_checkpoint_format(cp, &again);
	return gate_origin_valid(cp->origin) && strcmp(gate_buf_cstr(&again), s) == 0;
}
