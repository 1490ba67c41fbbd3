/* Readers of files whose format says where the credentials stand: no pattern can tell the password of a .netrc from any other
 * word, its place can. Bytes in, places out; what a value is worth is decided in files.c. */
#ifndef GATE_CLASSIFIER_SECRETS_FILES_READER_H
#define GATE_CLASSIFIER_SECRETS_FILES_READER_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gate_value_kind {
	GATE_VALUE_PLAIN, /* as it is used */
	GATE_VALUE_HASHED /* or encrypted: of use after work */
};

struct gate_file_value {
	const char *key; /* what it is called there, NUL-terminated; "" when the place has no name */
	const char *value;
	size_t len;
	uint32_t line;
	enum gate_value_kind kind;
};

/* A negative answer ends the reading and is handed up. */
typedef int gate_file_value_fn(void *arg, const struct gate_file_value *v, struct gate_err *err);

struct gate_file_text {
	const char *s;
	size_t len;
	const char *const *keys; /* of the table's row: globs without letter case, NULL at the end; NULL: secret-like names */
};

typedef int gate_file_reader(const struct gate_file_text *t, gate_file_value_fn *fn, void *arg, struct gate_err *err);

gate_file_reader gate_file_netrc;   /* lines.c: machine M login L password P */
gate_file_reader gate_file_pgpass;  /* host:port:database:user:password */
gate_file_reader gate_file_urls;    /* one address a line, with user:password@ */
gate_file_reader gate_file_hashes;  /* user:hash */
gate_file_reader gate_file_whole;   /* the first line is the secret */
gate_file_reader gate_file_pairs;   /* pairs.c: key = value, key: value, key value */
gate_file_reader gate_file_json;    /* tree.c: keys at any depth */
gate_file_reader gate_file_yaml;
gate_file_reader gate_file_k8s;	    /* Secret objects; kubeconfig */
gate_file_reader gate_file_docker;  /* auth: base64 of user:password */
gate_file_reader gate_file_elements; /* elements.c: <key ...>value</key> and add key="" value="" */

/* value.c: whether a name sounds secret, and whether a value is one: no reference, no placeholder, no word that everybody
 * uses. */
bool gate_file_name_secret(const char *name, size_t len);
bool gate_file_key_wanted(const struct gate_file_text *t, const char *name, size_t len);
bool gate_file_value_real(const char *s, size_t len);
/* What a person does not type by heart. */
bool gate_file_value_strong(const char *s, size_t len);
bool gate_file_value_sealed(const char *s, size_t len);

#endif
