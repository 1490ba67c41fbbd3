#include "classifier/secrets/pem.h"

#include "base/crypto.h"

#include <string.h>

#define LABEL_MAX 110u	/* longest text between BEGIN and the closing dashes */
#define WORD_MIN 16u	/* a run of base64 this long counts wherever it stands in its line */
#define IDLE_MAX 12u	/* lines without payload after which the body is over */
#define JUNK_MAX 128u	/* characters before a key that may look like base64 and are none of it */
#define TRIES_MAX 4u	/* places in that junk that are tried as a key's first byte */
#define HEADER_MAX 200u /* a longer line is no armor header alone: a whole armor on one line */

static const char needle[] = "PRIVATE KEY";

/* A private key's header line that was found. */
struct header {
	size_t start, end; /* of "-----BEGIN ...-----" */
	const char *label; /* between BEGIN and the dashes */
	size_t label_len;
};

static bool is_label(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' || c == '_' || c == '-';
}

/* The header around a hit of the needle at `at`. */
static bool find_header(const char *s, size_t len, size_t at, struct header *h)
{
	static const char begin[] = "-----BEGIN", block[] = " BLOCK", dashes[] = "-----";
	const size_t n = sizeof(begin) - 1;
	size_t from = at, end = at + sizeof(needle) - 1;

	while (from > 0 && at - from < LABEL_MAX && is_label(s[from - 1]))
		from--;
	/* the last BEGIN before the needle */
	for (size_t i = at; i >= from + n; i--) {
		if (memcmp(s + i - n, begin, n) != 0)
			continue;
		if (len - end >= sizeof(block) - 1 && memcmp(s + end, block, sizeof(block) - 1) == 0)
			end += sizeof(block) - 1;
		*h = (struct header){ i - n, end + sizeof(dashes) - 1, s + i, end - i };
		return len - end >= sizeof(dashes) - 1 && memcmp(s + end, dashes, sizeof(dashes) - 1) == 0;
	}
	return false;
}

static const char *type_of(const struct header *h)
{
	static const struct {
		const char *word, *type;
	} types[] = {
		{ "PGP", "PGP private key" },	{ "OPENSSH", "OpenSSH private key" },
		{ "RSA", "RSA private key" },	{ "DSA", "DSA private key" },
		{ "EC ", "EC private key" },	{ "ENCRYPTED", "encrypted PKCS#8 private key" },
		{ "SSH2", "SSH2 private key" },
	};

	for (size_t i = 0; i < GATE_ARRAY_LEN(types); i++) {
		if (memmem(h->label, h->label_len, types[i].word, strlen(types[i].word)))
			return types[i].type;
	}
	return h->label_len == sizeof(needle) ? "PKCS#8 private key" : "private key";
}

/* Up to the next armor line, at most GATE_PEM_BODY_MAX. */
static size_t body_length(const char *s, size_t len, bool *cut)
{
	size_t max = len < GATE_PEM_BODY_MAX ? len : GATE_PEM_BODY_MAX, at = 0;
	const char *hit;

	while ((hit = memmem(s + at, max - at, "-----", 5))) {
		size_t i = (size_t)(hit - s), left = len - i - 5;

		if ((left >= 3 && memcmp(hit + 5, "END", 3) == 0) || (left >= 5 && memcmp(hit + 5, "BEGIN", 5) == 0)) {
			*cut = false;
			return i;
		}
		at = i + 1;
	}
	*cut = max < len;
	return max;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* n hex digits as one character; false when they are none. */
static bool hex_char(const char *s, size_t left, size_t n, char *c)
{
	int v = 0;

	if (left < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int x = hex_value(s[i]);

		if (x < 0)
			return false;
		v = v * 16 + x;
	}
	*c = (char)v;
	return v > 0 && v < 128;
}

/* What a backslash stands before: gives the bytes taken and the character meant. JSON writers escape '/' and some '+'.
 */
static size_t escape(const char *s, size_t left, char *c)
{
	*c = '\n';
	if (left >= 1 && (s[0] == 'n' || s[0] == 'r' || s[0] == 't'))
		return 1;
	if (left >= 1 && s[0] == '/') {
		*c = '/';
		return 1;
	}
	if (left >= 1 && s[0] == 'u' && hex_char(s + 1, left - 1, 4, c))
		return 5;
	if (left >= 1 && s[0] == 'x' && hex_char(s + 1, left - 1, 2, c))
		return 3;
	return 0;
}

/* The body as it would stand in a plain file: escapes of strings and URLs undone. */
static void unescape(struct gate_buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		size_t taken = 0;
		char c = s[i];

		if (c == '\\') {
			while (i + 1 < len && s[i + 1] == '\\')
				i++;
			taken = escape(s + i + 1, len - i - 1, &c);
			c = taken ? c : '\n'; /* a line continued */
		} else if (c == '%' && hex_char(s + i + 1, len - i - 1, 2, &c)) {
			taken = 2;
		}
		gate_buf_char(out, c == '\r' || !c ? '\n' : c);
		i += taken;
	}
}

struct payload {
	struct gate_buf text; /* base64 */
	char lead[8];	      /* signs of a patch or comment that stuck to the first line: "+", "//" */
	size_t lead_len;
	unsigned idle;
	bool encrypted; /* Proc-Type says so */
	bool over;
};

static bool is_base64(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

static bool is_sign(char c)
{
	return c == '+' || c == '/';
}

struct run {
	const char *s;
	size_t len;
};

static bool next_run(const char **p, const char *end, struct run *r)
{
	while (*p < end && !is_base64(**p))
		++*p;
	r->s = *p;
	while (*p < end && is_base64(**p))
		++*p;
	r->len = (size_t)(*p - r->s);
	return r->len > 0;
}

/* Runs of the line that are more than signs. */
static size_t count_runs(const char *s, const char *end)
{
	struct run r;
	size_t n = 0;

	while (next_run(&s, end, &r)) {
		size_t i = 0;

		while (i < r.len && is_sign(r.s[i]))
			i++;
		n += i < r.len;
	}
	return n;
}

/* "Proc-Type: 4,ENCRYPTED", "DEK-Info: ...", "Comment: ...": told from payload by the names that armors use, and
 * because they come first. True: nothing else stands in the line. */
static bool armor_header(struct payload *p, const char *s, size_t len)
{
	static const char *const names[] = { "Proc-Type:", "DEK-Info:", "Version:",  "Comment:",
					     "Hash:",	   "Charset:",	"MessageID:" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(names); i++) {
		if (!memmem(s, len, names[i], strlen(names[i])))
			continue;
		if (i < 2 && (i == 1 || memmem(s, len, "ENCRYPTED", 9)))
			p->encrypted = true;
		return len <= HEADER_MAX;
	}
	return false;
}

static struct run without_lead(struct payload *p, struct run r)
{
	if (!p->text.len) {
		while (p->lead_len < r.len && p->lead_len < sizeof(p->lead) && is_sign(r.s[p->lead_len])) {
			p->lead[p->lead_len] = r.s[p->lead_len];
			p->lead_len++;
		}
	}
	if (p->lead_len && r.len >= p->lead_len && memcmp(r.s, p->lead, p->lead_len) == 0)
		return (struct run){ r.s + p->lead_len, r.len - p->lead_len };
	return r;
}

static void take_line(struct payload *p, const char *s, size_t len)
{
	const char *end = s + len, *at = s;
	size_t runs = count_runs(s, end), had = p->text.len;
	struct run r;

	if (!had && armor_header(p, s, len))
		return;
	while (!p->over && next_run(&at, end, &r)) {
		bool alone = runs == 1 && had && r.len >= 2;

		if (!alone && r.len < WORD_MIN)
			continue;
		r = without_lead(p, r);
		gate_buf_add(&p->text, r.s, r.len);
		p->over = at < end && *at == '='; /* padding ends it; the checksum of PGP follows */
	}
	p->idle = p->text.len > had ? 0 : p->idle + 1;
}

static void take_body(struct payload *p, const struct gate_buf *body)
{
	const char *s = gate_buf_cstr(body), *end = s + body->len;

	while (s < end && !p->over && p->idle < IDLE_MAX) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		const char *stop = nl ? nl : end;

		if (stop > s)
			take_line(p, s, (size_t)(stop - s));
		s = nl ? nl + 1 : end;
	}
}

static void payload_clear(struct payload *p)
{
	if (p->text.s)
		gate_wipe(p->text.s, p->text.len);
	gate_buf_clear(&p->text);
}

static void wiped_clear(struct gate_buf *b)
{
	if (b->s)
		gate_wipe(b->s, b->len);
	gate_buf_clear(b);
}

/* Decodes from the k-th character and looks for structure. */
static int prove_at(const struct payload *p, size_t k, struct gate_pem *key, struct gate_err *err)
{
	gate_auto(wiped) struct gate_buf bytes = { 0 };

	/* a tail of less than four characters is at most two bytes: nothing to a proof by structure */
	if (!gate_b64_decode(&bytes, gate_buf_cstr(&p->text) + k, (p->text.len - k) & ~(size_t)3, NULL))
		return gate_buf_check(&bytes, err);
	key->proof = gate_keyproof((const uint8_t *)gate_buf_cstr(&bytes), bytes.len);
	if (key->proof == GATE_KEY_NONE && k == 0 && p->encrypted && bytes.len >= 48)
		key->proof = GATE_KEY_ENCRYPTED;
	if (key->proof != GATE_KEY_NONE)
		gate_sha256(bytes.s, bytes.len, key->digest);
	return 0;
}

/* Whether the characters at k decode to the first bytes of a key in DER or of OpenSSH. */
static bool may_begin(const struct payload *p, size_t k)
{
	gate_auto(wiped) struct gate_buf b = { 0 };
	const uint8_t *u;

	if (p->text.s[k] != 'M')
		return memcmp(p->text.s + k, "b3BlbnNza", 9) == 0;
	if (!gate_b64_decode(&b, p->text.s + k, 8, NULL) || b.len < 6)
		return false;
	u = (const uint8_t *)b.s;
	return u[0] == 0x30 && (u[1] < 0x80    ? u[2] == 2
				: u[1] == 0x81 ? u[3] == 2 || u[3] == 0x30
					       : u[1] == 0x82 && u[4] <= 0x30);
}

/* From the start; then from where a key may begin, because words of the text around it can look like base64, and
 * because a line that claims encryption stands before a key in the clear as easily. */
static int prove(const struct payload *p, struct gate_pem *key, struct gate_err *err)
{
	unsigned tries = TRIES_MAX;
	struct gate_pem best;
	int rc = gate_buf_check(&p->text, err);

	if (rc == 0)
		rc = prove_at(p, 0, key, err);
	best = *key;
	for (size_t k = 1; rc == 0 && best.proof != GATE_KEY_CLEAR && tries && k < JUNK_MAX && k + 32 < p->text.len;
	     k++) {
		if (!may_begin(p, k))
			continue;
		tries--;
		rc = prove_at(p, k, key, err);
		if (key->proof > best.proof)
			best = *key;
	}
	*key = best;
	return rc;
}

/* Judges the body behind the header; *end gets where it ends. */
static int judge(const char *s, size_t len, const struct header *h, struct gate_pem *key, size_t *end,
		 struct gate_err *err)
{
	gate_auto(wiped) struct gate_buf body = { 0 };
	gate_auto(payload) struct payload p = { 0 };
	size_t n = body_length(s + h->end, len - h->end, &key->cut);
	int rc;

	unescape(&body, s + h->end, n);
	rc = gate_buf_check(&body, err);
	if (rc < 0)
		return rc;
	take_body(&p, &body);
	rc = prove(&p, key, err);
	/* prose behind a header is no body; a body that fills what is read is */
	key->cut = key->cut && key->proof == GATE_KEY_NONE && p.text.len >= GATE_PEM_BODY_MAX / 2;
	*end = h->end + n;
	return rc;
}

static int search_plain(const char *s, size_t len, gate_pem_fn *fn, void *arg, struct gate_err *err)
{
	const char *hit;
	size_t at = 0;
	int rc = 0;

	while (rc == 0 && (hit = memmem(s + at, len - at, needle, sizeof(needle) - 1))) {
		struct gate_pem key = { 0 };
		struct header h;

		at = (size_t)(hit - s);
		if (!find_header(s, len, at, &h)) {
			at += sizeof(needle) - 1;
			continue;
		}
		key.type = type_of(&h);
		key.offset = h.start;
		rc = judge(s, len, &h, &key, &at, err);
		if (rc == 0)
			rc = fn(arg, &key, err);
	}
	return rc;
}

struct wide {
	gate_pem_fn *fn;
	void *arg;
	size_t offset; /* of the first byte that was narrowed */
};

static int widen(void *arg, const struct gate_pem *key, struct gate_err *err)
{
	const struct wide *w = arg;
	struct gate_pem k = *key;

	k.offset = w->offset + key->offset * 2;
	return w->fn(w->arg, &k, err);
}

/* Every second byte of s, as long as the ones between are NUL: UTF-16 of ASCII, either byte order. */
static size_t narrow(struct gate_buf *out, const char *s, size_t len)
{
	size_t i = 0;

	for (; i + 1 < len && s[i] && s[i + 1] == '\0'; i += 2)
		gate_buf_char(out, s[i]);
	if (i + 1 == len && s[i]) /* big endian: the last character has no byte behind it */
		gate_buf_char(out, s[i++]);
	return i;
}

static int search_wide(const char *s, size_t len, gate_pem_fn *fn, void *arg, struct gate_err *err)
{
	static const char wide_needle[] = "P\0R\0I\0V\0A\0T\0E\0 \0K\0E\0Y";
	const char *hit;
	size_t at = 0;
	int rc = 0;

	while (rc == 0 && (hit = memmem(s + at, len - at, wide_needle, sizeof(wide_needle) - 1))) {
		gate_auto(wiped) struct gate_buf text = { 0 };
		size_t start = (size_t)(hit - s), floor = at;
		struct wide w = { fn, arg, 0 };

		/* back to where the wide text begins */
		while (start >= floor + 2 && s[start - 2] && s[start - 1] == '\0')
			start -= 2;
		w.offset = start;
		at = start + narrow(&text, s + start, len - start);
		if (at <= (size_t)(hit - s))
			at = (size_t)(hit - s) + 1;
		rc = gate_buf_check(&text, err);
		if (rc == 0)
			rc = search_plain(gate_buf_cstr(&text), text.len, widen, &w, err);
	}
	return rc;
}

int gate_pem_search(const char *s, size_t len, gate_pem_fn *fn, void *arg, struct gate_err *err)
{
	int rc = len ? search_plain(s, len, fn, arg, err) : 0;

	if (rc < 0 || !len || !memchr(s, '\0', len))
		return rc;
	return search_wide(s, len, fn, arg, err);
}
