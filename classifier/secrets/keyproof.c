#include "classifier/secrets/keyproof.h"

#include "base/mem.h"

#include <stdbool.h>
#include <string.h>

#define KEY_MIN 24u	   /* bytes of the smallest key in DER */
#define KEY_MAX (1u << 16) /* and of the biggest */
#define PACKETS_MAX 512u
#define SHARE 3u /* one part in so many must be there */

/* A reader that stops at the end: after a short read everything is zero and `bad` is set. */
struct cursor {
	const uint8_t *p;
	size_t left;
	bool bad;
};

static void skip(struct cursor *c, size_t n)
{
	if (n > c->left) {
		c->bad = true;
		n = c->left;
	}
	c->p += n;
	c->left -= n;
}

static uint32_t be(struct cursor *c, size_t bytes)
{
	uint32_t v = 0;

	if (bytes > c->left) {
		skip(c, bytes);
		return 0;
	}
	for (size_t i = 0; i < bytes; i++)
		v = v << 8 | c->p[i];
	skip(c, bytes);
	return v;
}

static bool enough(size_t present, size_t declared)
{
	return present >= KEY_MIN && present >= declared / SHARE;
}

/* Tag and definite length; false when there is none. */
static bool der_head(struct cursor *c, uint8_t *tag, size_t *len)
{
	uint32_t first;

	*tag = (uint8_t)be(c, 1);
	first = be(c, 1);
	if (first >= 0x80 && (first < 0x81 || first > 0x83))
		return false;
	*len = first < 0x80 ? first : be(c, first - 0x80u);
	return !c->bad;
}

/* SEQUENCE { SEQUENCE { OID ... } OCTET STRING }: EncryptedPrivateKeyInfo. A public key has a BIT STRING there. */
static enum gate_key_proof der_encrypted(struct cursor c)
{
	uint8_t tag;
	size_t len;

	if (!der_head(&c, &tag, &len) || c.left == 0 || c.p[0] != 0x06)
		return GATE_KEY_NONE;
	skip(&c, len);
	if (!der_head(&c, &tag, &len) || tag != 0x04)
		return GATE_KEY_NONE;
	return GATE_KEY_ENCRYPTED;
}

enum gate_key_proof gate_keyproof_der(const uint8_t *b, size_t n)
{
	struct cursor c = { b, n, false };
	uint8_t tag;
	size_t len;

	if (!der_head(&c, &tag, &len) || tag != 0x30 || len < KEY_MIN || len > KEY_MAX || !enough(c.left, len))
		return GATE_KEY_NONE;
	if (c.p[0] == 0x30)
		return der_encrypted(c);
	/* version, then: INTEGER (PKCS#1, DSA), SEQUENCE (PKCS#8) or OCTET STRING (EC) */
	if (c.p[0] != 0x02 || c.p[1] != 0x01 || c.p[2] > 3)
		return GATE_KEY_NONE;
	return c.p[3] == 0x02 || c.p[3] == 0x30 || c.p[3] == 0x04 ? GATE_KEY_CLEAR : GATE_KEY_NONE;
}

enum gate_key_proof gate_keyproof_openssh(const uint8_t *b, size_t n)
{
	static const char magic[] = "openssh-key-v1"; /* its NUL belongs to it */
	struct cursor c = { b, n, false };
	uint32_t cipher, keys;
	bool none;
	size_t block;

	if (n < sizeof(magic) || memcmp(b, magic, sizeof(magic)) != 0)
		return GATE_KEY_NONE;
	skip(&c, sizeof(magic));
	cipher = be(&c, 4);
	none = cipher == 4 && c.left >= 4 && memcmp(c.p, "none", 4) == 0;
	skip(&c, cipher);
	skip(&c, be(&c, 4)); /* kdf */
	skip(&c, be(&c, 4)); /* its options */
	keys = be(&c, 4);
	for (uint32_t i = 0; i < keys && i < 16 && !c.bad; i++)
		skip(&c, be(&c, 4));
	block = be(&c, 4);
	if (c.bad || block > KEY_MAX || !enough(c.left, block))
		return GATE_KEY_NONE;
	return none ? GATE_KEY_CLEAR : GATE_KEY_ENCRYPTED;
}

static void skip_mpis(struct cursor *c, unsigned n)
{
	for (; n && !c->bad; n--)
		skip(c, (be(c, 2) + 7u) / 8u);
}

/* The public part of a secret-key packet, by algorithm. False: unknown. */
static bool skip_public(struct cursor *c, uint32_t algorithm)
{
	static const struct {
		uint8_t id, oid, mpis, octets, kdf;
	} forms[] = {
		{ 1, 0, 2, 0, 0 },   { 2, 0, 2, 0, 0 },	  { 3, 0, 2, 0, 0 },   { 16, 0, 3, 0, 0 }, { 20, 0, 3, 0, 0 },
		{ 17, 0, 4, 0, 0 },  { 18, 1, 1, 0, 1 },  { 19, 1, 1, 0, 0 },  { 22, 1, 1, 0, 0 }, { 25, 0, 0, 32, 0 },
		{ 26, 0, 0, 56, 0 }, { 27, 0, 0, 32, 0 }, { 28, 0, 0, 57, 0 },
	};

	for (size_t i = 0; i < GATE_ARRAY_LEN(forms); i++) {
		if (forms[i].id != algorithm)
			continue;
		if (forms[i].oid)
			skip(c, be(c, 1));
		skip_mpis(c, forms[i].mpis);
		skip(c, forms[i].octets);
		if (forms[i].kdf)
			skip(c, be(c, 1));
		return !c->bad;
	}
	return false;
}

/* How the secret part is protected. What cannot be followed counts as clear: it is a secret key in any case. */
static enum gate_key_proof pgp_secret(struct cursor c)
{
	uint32_t version = be(&c, 1), usage, algorithm;

	if (version < 3 || version > 6)
		return GATE_KEY_NONE;
	skip(&c, version == 3 ? 6 : 4);
	algorithm = be(&c, 1);
	if (version >= 5)
		skip(&c, 4);
	if (!skip_public(&c, algorithm))
		return GATE_KEY_CLEAR;
	usage = be(&c, 1);
	if (c.bad || usage == 0)
		return GATE_KEY_CLEAR;
	if (version >= 5)
		skip(&c, 1);
	skip(&c, 1); /* cipher */
	/* GnuPG's mark for "the secret part is elsewhere" (a card, another machine) */
	if (usage >= 253 && c.left >= 5 && c.p[0] == 101 && memcmp(c.p + 2, "GNU", 3) == 0)
		return GATE_KEY_NONE;
	return GATE_KEY_ENCRYPTED;
}

/* Tag and body of the next packet. False: no packet, or one of unknown length (it then takes the rest). */
static bool pgp_packet(struct cursor *c, unsigned *tag, struct cursor *body, size_t *declared)
{
	uint32_t head = be(c, 1), l;

	if (c->bad || !(head & 0x80))
		return false;
	if (head & 0x40) {
		*tag = head & 63;
		l = be(c, 1);
		if (l >= 192 && l < 224)
			l = ((l - 192) << 8) + be(c, 1) + 192;
		else if (l == 255)
			l = be(c, 4);
		else if (l >= 224)
			l = (uint32_t)c->left;
	} else {
		*tag = head >> 2 & 15;
		l = (head & 3) == 3 ? (uint32_t)c->left : be(c, (size_t)1 << (head & 3));
	}
	*declared = l;
	*body = (struct cursor){ c->p, l < c->left ? l : c->left, false };
	skip(c, body->left);
	return !c->bad;
}

enum gate_key_proof gate_keyproof_pgp(const uint8_t *b, size_t n)
{
	enum gate_key_proof best = GATE_KEY_NONE, p;
	struct cursor c = { b, n, false }, body;
	size_t declared;
	unsigned tag;

	for (unsigned i = 0; i < PACKETS_MAX && pgp_packet(&c, &tag, &body, &declared); i++) {
		bool key = tag == 5 || tag == 7; /* secret key, secret subkey */

		if (i == 0 && !key)
			return GATE_KEY_NONE;
		if (!key || !enough(body.left, declared))
			continue;
		p = pgp_secret(body);
		best = p > best ? p : best;
	}
	return best;
}

enum gate_key_proof gate_keyproof(const uint8_t *b, size_t n)
{
	static enum gate_key_proof (*const all[])(const uint8_t *, size_t) = {
		gate_keyproof_der,
		gate_keyproof_openssh,
		gate_keyproof_pgp,
	};
	enum gate_key_proof best = GATE_KEY_NONE;

	for (size_t i = 0; i < GATE_ARRAY_LEN(all); i++) {
		enum gate_key_proof p = all[i](b, n);

		best = p > best ? p : best;
	}
	return best;
}
