/* Finds armored private keys in any bytes: PEM of all kinds, OpenSSH and PGP armor, also inside JSON and C strings,
 * YAML, here-documents, quoted mails and patches, URL-encoded, and in UTF-16. No key byte leaves this module but in a
 * digest. */
#ifndef GATE_CLASSIFIER_SECRETS_PEM_H
#define GATE_CLASSIFIER_SECRETS_PEM_H

#include "base/err.h"
#include "classifier/secrets/keyproof.h"

#include <stdbool.h>

/* Bytes of a body that are read; the biggest keys in use have a fifth of it. */
#define GATE_PEM_BODY_MAX ((size_t)64 << 10)

/* No head of a key is longer, in a text without NULs. */
#define GATE_PEM_HEAD_MAX 256u

struct gate_pem {
	const char *type; /* "RSA private key": a constant */
	size_t offset;	  /* of the header line's dashes */
	enum gate_key_proof proof;
	bool cut;	    /* the body is longer than is read, and what was read proves nothing */
	uint8_t digest[32]; /* of the decoded body; zero without a proof. To compare with, never to show */
};

/* Called for each; a negative return ends the search and is handed up. */
typedef int gate_pem_fn(void *arg, const struct gate_pem *key, struct gate_err *err);
int gate_pem_search(const char *s, size_t len, gate_pem_fn *fn, void *arg, struct gate_err *err);

#endif
