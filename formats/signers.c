#include "formats/signers.h"

#include "base/crypto.h"
#include "base/when.h"

#include <stdarg.h>
#include <string.h>

#define NAME_SIZE 256 /* a principal or a namespace, with NUL */
#define RSA_BITS_MIN 2048

struct text {
	const char *s;
	size_t len;
};

struct place {
	const char *file;
	uint32_t line;
	struct gate_err *err;
};

static int fail(const struct place *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int fail(const struct place *p, const char *fmt, ...)
{
	char what[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return gate_err_set(p->err, GATE_E_POLICY, "%s:%u: %s", p->file, p->line, what);
}

static int fail_about(const struct place *p, const char *what, struct text t)
{
	gate_autofree char *shown = gate_escape_dup(t.s, t.len < 80 ? t.len : 80);

	return fail(p, "%s '%s'", what, shown ? shown : "");
}

static bool same(struct text t, const char *s)
{
	return t.len == strlen(s) && memcmp(t.s, s, t.len) == 0;
}

static bool same_fold(struct text t, const char *s)
{
	return t.len == strlen(s) && strncasecmp(t.s, s, t.len) == 0;
}

/* ---- public keys ---- */

/* What the wire form holds behind the type: each part is a string with a length in front. */
enum part { PART_END, PART_POINT32, PART_ANY, PART_CURVE, PART_MPINT };

struct key_type {
	const char *name;
	const char *curve;
	enum part parts[4];
};

static const struct key_type key_types[] = {
	{ "ssh-ed25519", NULL, { PART_POINT32 } },
	{ "sk-ssh-ed25519@openssh.com", NULL, { PART_POINT32, PART_ANY } },
	{ "ecdsa-sha2-nistp256", "nistp256", { PART_CURVE, PART_ANY } },
	{ "ecdsa-sha2-nistp384", "nistp384", { PART_CURVE, PART_ANY } },
	{ "ecdsa-sha2-nistp521", "nistp521", { PART_CURVE, PART_ANY } },
	{ "sk-ecdsa-sha2-nistp256@openssh.com", "nistp256", { PART_CURVE, PART_ANY, PART_ANY } },
	{ "ssh-rsa", NULL, { PART_MPINT, PART_MPINT } },
};

static const struct key_type *find_type(struct text t)
{
	for (size_t i = 0; i < GATE_ARRAY_LEN(key_types); i++) {
		if (same(t, key_types[i].name))
			return &key_types[i];
	}
	return NULL;
}

static bool take_string(struct text *wire, struct text *out)
{
	const uint8_t *u = (const uint8_t *)wire->s;
	size_t n;

	if (wire->len < 4)
		return false;
	n = (size_t)u[0] << 24 | (size_t)u[1] << 16 | (size_t)u[2] << 8 | u[3];
	if (n > wire->len - 4)
		return false;
	*out = (struct text){ wire->s + 4, n };
	wire->s += 4 + n;
	wire->len -= 4 + n;
	return true;
}

static bool part_fits(enum part part, struct text t, const struct key_type *type)
{
	switch (part) {
	case PART_POINT32:
		return t.len == 32;
	case PART_CURVE:
		return same(t, type->curve);
	case PART_MPINT: /* positive and without leading zeros, as OpenSSH writes it: one key, one blob */
		return t.len > 0 && !(t.s[0] & 0x80) && (t.s[0] != 0 || (t.len > 1 && (t.s[1] & 0x80)));
	case PART_ANY:
		return t.len > 0;
	case PART_END:
		break;
	}
	return false;
}

/* The wire form must be exactly one key of the type that the line names. */
static int check_wire(const struct place *p, const struct key_type *type, struct text wire)
{
	struct text part = { "", 0 };

	if (!take_string(&wire, &part) || !same(part, type->name))
		return fail(p, "the key data is not of type %s, as the line says", type->name);
	for (size_t i = 0; i < GATE_ARRAY_LEN(type->parts) && type->parts[i] != PART_END; i++) {
		if (!take_string(&wire, &part) || !part_fits(type->parts[i], part, type))
			return fail(p, "the key data is damaged; copy the line from the .pub file again");
	}
	if (wire.len)
		return fail(p, "%zu bytes too many in the key data; copy the line from the .pub file again", wire.len);
	if (strcmp(type->name, "ssh-rsa") == 0 && part.len * 8 < RSA_BITS_MIN)
		return fail(p, "an RSA key below %d bits is too weak; use ssh-ed25519", RSA_BITS_MIN);
	return 0;
}

static int set_key(const struct place *p, const struct key_type *type, struct text base64, struct gate_key *key)
{
	gate_auto(gate_buf) struct gate_buf blob = { 0 };
	int rc;

	if (base64.len == 0)
		return fail(p, "the key data is missing behind %s", type->name);
	if (!gate_b64_decode(&blob, base64.s, base64.len, NULL))
		return blob.failed ? gate_err_set(p->err, GATE_E_NOMEM, "out of memory")
				   : fail(p, "the key data is not base64; copy the line from the .pub file again");
	rc = check_wire(p, type, (struct text){ gate_buf_cstr(&blob), blob.len });
	if (rc < 0)
		return rc;
	gate_copy(key->type, sizeof(key->type), type->name);
	gate_sha256_hex(blob.s, blob.len, key->fp);
	key->blob_len = blob.len;
	key->blob = (uint8_t *)gate_buf_steal(&blob);
	return key->blob ? 0 : gate_err_set(p->err, GATE_E_NOMEM, "out of memory");
}

/* ---- lines ---- */

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static void skip_space(struct text *rest)
{
	while (rest->len && is_space(*rest->s)) {
		rest->s++;
		rest->len--;
	}
}

/* The next word; spaces inside double quotes do not end it. False when a quote never ends. */
static bool take_word(struct text *rest, struct text *word)
{
	bool quoted = false;
	size_t n = 0;

	skip_space(rest);
	for (; n < rest->len && (quoted || !is_space(rest->s[n])); n++) {
		if (rest->s[n] == '"')
			quoted = !quoted;
	}
	*word = (struct text){ rest->s, n };
	rest->s += n;
	rest->len -= n;
	return !quoted;
}

/* Splits at commas; calls each for every piece. */
typedef int piece_fn(const struct place *p, struct text piece, struct gate_strs *to);

static int each_piece(const struct place *p, struct text t, piece_fn *fn, struct gate_strs *to)
{
	for (;;) {
		const char *comma = memchr(t.s, ',', t.len);
		size_t n = comma ? (size_t)(comma - t.s) : t.len;
		int rc = fn(p, (struct text){ t.s, n }, to);

		if (rc < 0 || !comma)
			return rc;
		t.s += n + 1;
		t.len -= n + 1;
	}
}

static int add_name(const struct place *p, struct text name, struct gate_strs *to, const char *what, const char *wild)
{
	for (size_t i = 0; i < name.len; i++) {
		if (strchr("*?!", name.s[i]))
			return fail_about(p, wild, name);
		if (name.s[i] <= ' ' || name.s[i] >= 0x7f || strchr("\"\\", name.s[i]))
			return fail(p, "%s may hold only printable ASCII without spaces, quotes and backslashes", what);
	}
	if (name.len == 0 || name.len >= NAME_SIZE)
		return fail(p, "%s is empty or longer than %d characters", what, NAME_SIZE - 1);
	for (size_t i = 0; i < to->n; i++) {
		if (same(name, to->v[i]))
			return fail_about(p, "named twice in one line:", name);
	}
	return gate_strs_addn(to, name.s, name.len, p->err);
}

static int add_principal(const struct place *p, struct text name, struct gate_strs *to)
{
	return add_name(p, name, to, "a principal",
			"wildcards and negation would let one key speak for many; name each person, not");
}

static int add_namespace(const struct place *p, struct text name, struct gate_strs *to)
{
	return add_name(p, name, to, "a namespace", "name each namespace in full (git, approval.v1@refgate), not");
}

static bool unquote(struct text *t)
{
	if (t->len < 2 || t->s[0] != '"' || t->s[t->len - 1] != '"')
		return false;
	t->s++;
	t->len -= 2;
	return !memchr(t->s, '"', t->len) && !memchr(t->s, '\\', t->len);
}

static int read_time(const struct place *p, struct text value, const char *name, int64_t *to)
{
	if (*to)
		return fail(p, "%s stands here twice", name);
	/* 0 means "no bound" in a key, so the first second of 1970 must not be written */
	if (!gate_when_parse_ssh(value.s, value.len, to) || *to <= 0) {
		*to = 0;
		return fail(p, "%s must be \"YYYYMMDD[HHMM[SS]][Z]\" after 1970", name);
	}
	return 0;
}

static int read_option(const struct place *p, struct text option, struct gate_key *key)
{
	const char *equals = memchr(option.s, '=', option.len);
	struct text name = { option.s, equals ? (size_t)(equals - option.s) : option.len };
	struct text value = { option.s + name.len + 1, equals ? option.len - name.len - 1 : 0 };

	if (same_fold(name, "cert-authority"))
		return fail(p, "cert-authority lines are not supported in this version; list each person's own key");
	if (!same_fold(name, "namespaces") && !same_fold(name, "valid-after") && !same_fold(name, "valid-before"))
		return fail_about(
			p,
			"neither an option (namespaces=, valid-after=, valid-before=) nor a supported key type:", name);
	if (!equals || !unquote(&value))
		return fail_about(p, "the option's value must stand in double quotes:", name);
	if (same_fold(name, "valid-after"))
		return read_time(p, value, "valid-after", &key->valid_after);
	if (same_fold(name, "valid-before"))
		return read_time(p, value, "valid-before", &key->valid_before);
	if (key->namespaces.n)
		return fail(p, "namespaces stands here twice");
	return each_piece(p, value, add_namespace, &key->namespaces);
}

/* Options are separated by commas outside quotes. */
static int read_options(const struct place *p, struct text word, struct gate_key *key)
{
	for (;;) {
		bool quoted = false;
		size_t n = 0;
		int rc;

		for (; n < word.len && (quoted || word.s[n] != ','); n++) {
			if (word.s[n] == '"')
				quoted = !quoted;
		}
		rc = read_option(p, (struct text){ word.s, n }, key);
		if (rc < 0)
			return rc;
		if (n == word.len)
			break;
		word.s += n + 1;
		word.len -= n + 1;
	}
	if (key->valid_after && key->valid_before && key->valid_before <= key->valid_after)
		return fail(p, "valid-before is not later than valid-after, so the key is never valid");
	return 0;
}

static int bad_type(const struct place *p, struct text word)
{
	static const char cert[] = "-cert-v01@openssh.com";

	if (word.len > sizeof(cert) - 1 &&
	    same((struct text){ word.s + word.len - (sizeof(cert) - 1), sizeof(cert) - 1 }, cert))
		return fail(p, "certificates are not supported in this version; list the plain public key");
	if (same(word, "ssh-dss"))
		return fail(p, "DSA keys are too weak; use ssh-ed25519");
	return word.len ? fail_about(p, "not a supported key type:", word) : fail(p, "the key is missing");
}

static bool looks_like_type(struct text word)
{
	return same(word, "ssh-dss") || (memchr(word.s, '-', word.len) && !memchr(word.s, '=', word.len) &&
					 word.len > 20 && memmem(word.s, word.len, "-cert-v01@", 10));
}

/* keytype base64 [comment] */
static int read_key(const struct place *p, struct text word, struct text *rest, struct gate_key *key)
{
	const struct key_type *type = find_type(word);
	struct text base64;

	if (!type)
		return bad_type(p, word);
	take_word(rest, &base64);
	return set_key(p, type, base64, key);
}

static int read_signer(const struct place *p, struct text rest, struct gate_signer *s)
{
	struct text word;
	int rc;

	if (!take_word(&rest, &word))
		return fail(p, "a double quote that never ends");
	if (word.len && word.s[0] == '"' && !unquote(&word))
		return fail(p, "principals in quotes must stand in one pair of quotes, without backslashes");
	rc = each_piece(p, word, add_principal, &s->principals);
	if (rc < 0)
		return rc;
	if (!take_word(&rest, &word))
		return fail(p, "a double quote that never ends");
	if (word.len && !find_type(word) && !looks_like_type(word)) {
		rc = read_options(p, word, &s->key);
		if (rc < 0)
			return rc;
		take_word(&rest, &word);
	}
	return read_key(p, word, &rest, &s->key);
}

static int read_revoked(const struct place *p, struct text rest, struct gate_signer *s)
{
	struct text word;

	take_word(&rest, &word);
	return read_key(p, word, &rest, &s->key);
}

static struct gate_signer *add_signer(struct gate_signers *l)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 16;
		struct gate_signer *v = reallocarray(l->v, cap, sizeof(*v));

		if (!v)
			return NULL;
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n] = (struct gate_signer){ 0 };
	return &l->v[l->n++];
}

typedef int line_fn(const struct place *p, struct text rest, struct gate_signer *s);

static int read_line(const struct place *p, struct text line, line_fn *fn, struct gate_signers *out)
{
	struct gate_signer *s;

	if (line.len && line.s[line.len - 1] == '\r')
		line.len--;
	skip_space(&line);
	if (line.len == 0 || *line.s == '#')
		return 0;
	for (size_t i = 0; i < line.len; i++) {
		if ((unsigned char)line.s[i] < 0x20 && line.s[i] != '\t')
			return fail(p, "a control character (0x%02x) in the line", (unsigned)(unsigned char)line.s[i]);
	}
	if (out->n >= GATE_SIGNERS_MAX)
		return gate_err_set(p->err, GATE_E_LIMIT, "%s:%u: more than %d keys", p->file, p->line,
				    GATE_SIGNERS_MAX);
	s = add_signer(out);
	if (!s)
		return gate_err_set(p->err, GATE_E_NOMEM, "out of memory");
	s->line = p->line;
	return fn(p, line, s);
}

static int each_line(const char *bytes, size_t len, const char *file, line_fn *fn, struct gate_signers *out,
		     struct gate_err *err)
{
	struct place p = { .file = file, .err = err };

	for (size_t at = 0; at < len;) {
		const char *nl = memchr(bytes + at, '\n', len - at);
		size_t n = nl ? (size_t)(nl - bytes) - at : len - at;
		int rc;

		p.line++;
		rc = read_line(&p, (struct text){ bytes + at, n }, fn, out);
		if (rc < 0)
			return rc;
		at += n + 1;
	}
	return 0;
}

int gate_signers_parse(const char *bytes, size_t len, const char *file, struct gate_signers *out, struct gate_err *err)
{
	return each_line(bytes, len, file, read_signer, out, err);
}

int gate_revoked_parse(const char *bytes, size_t len, const char *file, struct gate_signers *out, struct gate_err *err)
{
	if (len >= 6 && memcmp(bytes, "SSHKRL", 6) == 0)
		return gate_err_set(err, GATE_E_POLICY,
				    "%s:1: a binary key revocation list is not supported; write one public key a line",
				    file);
	return each_line(bytes, len, file, read_revoked, out, err);
}

void gate_signers_clear(struct gate_signers *s)
{
	for (size_t i = 0; i < s->n; i++) {
		gate_strs_clear(&s->v[i].principals);
		gate_strs_clear(&s->v[i].key.namespaces);
		free(s->v[i].key.blob);
	}
	free(s->v);
	*s = (struct gate_signers){ 0 };
}

int gate_public_key_parse(const char *line, size_t len, const char *what, struct gate_key *key, struct gate_err *err)
{
	struct place p = { .file = what, .line = 1, .err = err };
	struct text rest = { line, len }, word;

	take_word(&rest, &word);
	return read_key(&p, word, &rest, key);
}
