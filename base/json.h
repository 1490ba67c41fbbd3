/* JSON out: a writer that keeps key order and never goes through a double. JSON in: a bounded, strict reader over
 * jansson (this is the only room that includes jansson.h). */
#ifndef GATE_BASE_JSON_H
#define GATE_BASE_JSON_H

#include "base/buf.h"

/* ---- writer: no spaces after colons and commas (CONTRACT, JSON). key is NULL inside an array. ---- */
struct gate_jw {
	struct gate_buf *out;
	bool need_comma;
	unsigned depth;
	uint64_t escaped; /* a bit for each depth: "escaped" stands in that object already */
};

void gate_jw_open(struct gate_jw *w, const char *key);  /* { */
void gate_jw_close(struct gate_jw *w);			/* } */
void gate_jw_array(struct gate_jw *w, const char *key); /* [ */
void gate_jw_end(struct gate_jw *w);			/* ] */
/* Text of unknown origin. Bytes that are no UTF-8 become \xHH and "escaped":true follows, once in an object. NULL: null. */
void gate_jw_text(struct gate_jw *w, const char *key, const char *s, size_t len);
void gate_jw_str(struct gate_jw *w, const char *key, const char *s); /* the same up to NUL; NULL: null */
void gate_jw_strn(struct gate_jw *w, const char *key, const char *s); /* "" is written as null */
void gate_jw_int(struct gate_jw *w, const char *key, int64_t v);
void gate_jw_bool(struct gate_jw *w, const char *key, bool v);
void gate_jw_null(struct gate_jw *w, const char *key);
/* Milli-points as 20, 37.5, 12.345: at most three decimals, no trailing zeros. */
void gate_jw_points(struct gate_jw *w, const char *key, int64_t milli);
/* A JSON value written by other hands. */
void gate_jw_raw(struct gate_jw *w, const char *key, const char *json);

/* Milli-points as text, the form of gate_jw_points. */
void gate_points_format(int64_t milli, char out[32]);

/* ---- reader ---- */
struct gate_json; /* opaque; the root is owned, everything else borrowed from it */

/* Duplicate keys, depth over GATE_JSON_DEPTH_MAX, trailing bytes and NUL in strings are errors. `what` names the text. */
struct gate_json *gate_json_load(const char *s, size_t len, const char *what, struct gate_err *err);
void gate_json_free(struct gate_json *root);
void gate_json_freep(struct gate_json **root);
#define gate_autojson __attribute__((cleanup(gate_json_freep)))

const struct gate_json *gate_json_get(const struct gate_json *obj, const char *key); /* NULL when absent or no object */
size_t gate_json_len(const struct gate_json *array);				     /* 0 when no array */
const struct gate_json *gate_json_at(const struct gate_json *array, size_t i);
/* The value's text, or `absent` when it is no string. */
const char *gate_json_str(const struct gate_json *obj, const char *key, const char *absent);
const char *gate_json_string(const struct gate_json *value); /* NULL when no string */
int64_t gate_json_int(const struct gate_json *obj, const char *key, int64_t absent);
/* A number written as gate_points_format writes it, in milli-points; 0 when absent. */
int64_t gate_json_milli(const struct gate_json *obj, const char *key);
bool gate_json_bool(const struct gate_json *obj, const char *key, bool absent);
bool gate_json_is_object(const struct gate_json *v);
bool gate_json_is_array(const struct gate_json *v);
/* Each key of an object in order: fn(key, value, arg). */
void gate_json_each(const struct gate_json *obj, void (*fn)(const char *key, const struct gate_json *v, void *arg), void *arg);

#endif
