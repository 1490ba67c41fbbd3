/* Reading a YAML map against a table of keys: an unknown key is an error with the nearest known one, a value of the
 * wrong type is an error, and each says FILE:LINE. The tables are also what the JSON Schema is compared with. */
#ifndef GATE_FORMATS_FIELDS_H
#define GATE_FORMATS_FIELDS_H

#include "base/change.h"
#include "formats/yaml.h"

/* Reads the value of one key into *to. `file` is for errors; `v` is never NULL and v->key is the key. */
typedef int gate_field_fn(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err);

struct gate_field {
	const char *key;
	gate_field_fn *read;
	size_t at; /* offset of the target in the struct that gate_fields_read fills */
};

/* Reads all keys of `map`. *given gets bit i for fields[i]; n is at most 64. */
int gate_fields_read(const struct gate_yaml *map, const char *file, const struct gate_field *fields, size_t n,
		     void *target, uint64_t *given, struct gate_err *err);

/* GATE_E_POLICY with "FILE:LINE: key: what". */
int gate_field_fail(const struct gate_yaml *v, const char *file, struct gate_err *err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Wrong type unless v is that; `want` for the text ("a list of texts"). */
int gate_field_want(const struct gate_yaml *v, const char *file, enum gate_yaml_type type, const char *want,
		    struct gate_err *err);
/* A scalar that is there: a plain empty one is nothing. */
int gate_field_want_text(const struct gate_yaml *v, const char *file, struct gate_err *err);

/* The nearest of n names to `name` (at most a third of it differs), or NULL. */
const char *gate_nearest(const char *name, const char *const *names, size_t n);

/* Readers. Target types stand behind. */
gate_field_fn gate_field_str;	  /* char *: a new string, never empty, no control or invisible characters */
gate_field_fn gate_field_strs;	  /* struct gate_strs: a list of such texts, none twice; replaces what was there */
gate_field_fn gate_field_words;	  /* the same for a command: words may repeat, and hold line ends and tabs */
gate_field_fn gate_field_bool;	  /* bool: plain true or false */
gate_field_fn gate_field_u32;	  /* uint32_t: plain decimal */
gate_field_fn gate_field_seconds; /* int64_t: "90s", "10m", "4h", "14d"; above 0 */
gate_field_fn gate_field_bytes;	  /* uint64_t: "64KiB", "1GiB"; above 0 */
gate_field_fn gate_field_milli;	  /* uint32_t: a number with at most three decimals, times 1000; at most 10000 */
gate_field_fn gate_field_tier;	  /* enum gate_tier */
gate_field_fn gate_field_verdict; /* enum gate_verdict */

#endif
