#include "base/json.h"

#include "base/limits.h"
#include "base/str.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* ---- writer ---- */

static void quote(struct gate_buf *b, const char *s, size_t len, bool *escaped)
{
	gate_buf_char(b, '"');
	for (size_t i = 0; i < len;) {
		uint32_t cp = 0;
		size_t n = gate_utf8_next(s + i, len - i, &cp);

		if (n == 0) {
			gate_buf_fmt(b, "\\\\x%02x", (unsigned char)s[i]);
			*escaped = true;
			n = 1;
		} else if (cp == '"' || cp == '\\') {
			gate_buf_char(b, '\\');
			gate_buf_char(b, (char)cp);
		} else if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0x200b && cp <= 0x200f) ||
			   (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff) {
			gate_buf_fmt(b, "\\u%04x", (unsigned)cp);
		} else if (cp >= 0xe0000 && cp <= 0xe0fff) {
			uint32_t c = cp - 0x10000;

			gate_buf_fmt(b, "\\u%04x\\u%04x", (unsigned)(0xd800 + (c >> 10)), (unsigned)(0xdc00 + (c & 0x3ff)));
		} else {
			gate_buf_add(b, s + i, n);
		}
		i += n;
	}
	gate_buf_char(b, '"');
}

static void lead(struct gate_jw *w, const char *key)
{
	bool ignored = false;

	if (w->need_comma)
		gate_buf_char(w->out, ',');
	w->need_comma = true;
	if (key) {
		quote(w->out, key, strlen(key), &ignored);
		gate_buf_char(w->out, ':');
	}
}

static uint64_t depth_bit(const struct gate_jw *w)
{
	return (uint64_t)1 << (w->depth & 63);
}

void gate_jw_open(struct gate_jw *w, const char *key)
{
	lead(w, key);
	gate_buf_char(w->out, '{');
	w->need_comma = false;
	w->depth++;
	w->escaped &= ~depth_bit(w);
}

void gate_jw_close(struct gate_jw *w)
{
	gate_buf_char(w->out, '}');
	w->need_comma = true;
	w->depth--;
}

void gate_jw_array(struct gate_jw *w, const char *key)
{
	lead(w, key);
	gate_buf_char(w->out, '[');
	w->need_comma = false;
}

void gate_jw_end(struct gate_jw *w)
{
	gate_buf_char(w->out, ']');
	w->need_comma = true;
}

void gate_jw_text(struct gate_jw *w, const char *key, const char *s, size_t len)
{
	bool escaped = false;

	if (!s) {
		gate_jw_null(w, key);
		return;
	}
	lead(w, key);
	quote(w->out, s, len, &escaped);
	if (!escaped || !key || (w->escaped & depth_bit(w)))
		return;
	w->escaped |= depth_bit(w);
	gate_buf_str(w->out, ",\"escaped\":true");
}

void gate_jw_str(struct gate_jw *w, const char *key, const char *s)
{
	gate_jw_text(w, key, s, s ? strlen(s) : 0);
}

void gate_jw_strn(struct gate_jw *w, const char *key, const char *s)
{
	gate_jw_str(w, key, s && *s ? s : NULL);
}

void gate_jw_int(struct gate_jw *w, const char *key, int64_t v)
{
	lead(w, key);
	gate_buf_fmt(w->out, "%" PRId64, v);
}

void gate_jw_bool(struct gate_jw *w, const char *key, bool v)
{
	lead(w, key);
	gate_buf_str(w->out, v ? "true" : "false");
}

void gate_jw_null(struct gate_jw *w, const char *key)
{
	lead(w, key);
	gate_buf_str(w->out, "null");
}

void gate_points_format(int64_t milli, char out[32])
{
	const char *sign = milli < 0 ? "-" : "";
	uint64_t v = milli < 0 ? (uint64_t)-milli : (uint64_t)milli;
	char frac[8];
	size_t n;

	snprintf(frac, sizeof(frac), "%03u", (unsigned)(v % 1000));
	for (n = 3; n > 0 && frac[n - 1] == '0'; n--)
		frac[n - 1] = '\0';
	snprintf(out, 32, "%s%" PRIu64 "%s%s", sign, v / 1000, n ? "." : "", frac);
}

void gate_jw_points(struct gate_jw *w, const char *key, int64_t milli)
{
	char text[32];

	gate_points_format(milli, text);
	lead(w, key);
	gate_buf_str(w->out, text);
}

void gate_jw_raw(struct gate_jw *w, const char *key, const char *json)
{
	lead(w, key);
	gate_buf_str(w->out, json);
}

/* ---- reader ---- */

/* Jansson's own bound is a build constant of 2048 (reference 14), so the depth is counted before it parses. */
static bool too_deep(const char *s, size_t len)
{
	size_t depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < len; i++) {
		if (in_string) {
			if (s[i] == '\\')
				i++;
			else if (s[i] == '"')
				in_string = false;
		} else if (s[i] == '"') {
			in_string = true;
		} else if (s[i] == '{' || s[i] == '[') {
			if (++depth > GATE_JSON_DEPTH_MAX)
				return true;
		} else if ((s[i] == '}' || s[i] == ']') && depth) {
			depth--;
		}
	}
	return false;
}

static json_t *val(const struct gate_json *v)
{
	return (json_t *)(uintptr_t)v;
}

static struct gate_json *wrap(json_t *v)
{
	return (struct gate_json *)v;
}

struct gate_json *gate_json_load(const char *s, size_t len, const char *what, struct gate_err *err)
{
	json_error_t je;
	json_t *root;

	if (too_deep(s, len)) {
		gate_err_set(err, GATE_E_LIMIT, "%s: JSON nested deeper than %d", what, GATE_JSON_DEPTH_MAX);
		return NULL;
	}
	root = json_loadb(s, len, JSON_REJECT_DUPLICATES, &je);
	if (!root)
		gate_err_set(err, GATE_E_SYNTAX, "%s: line %d: %s", what, je.line, je.text);
	return wrap(root);
}

void gate_json_free(struct gate_json *root)
{
	json_decref(val(root));
}

void gate_json_freep(struct gate_json **root)
{
	gate_json_free(*root);
	*root = NULL;
}

const struct gate_json *gate_json_get(const struct gate_json *obj, const char *key)
{
	return wrap(json_object_get(val(obj), key));
}

size_t gate_json_len(const struct gate_json *array)
{
	return json_array_size(val(array));
}

const struct gate_json *gate_json_at(const struct gate_json *array, size_t i)
{
	return wrap(json_array_get(val(array), i));
}

const char *gate_json_string(const struct gate_json *value)
{
	return json_string_value(val(value));
}

const char *gate_json_str(const struct gate_json *obj, const char *key, const char *absent)
{
	const char *s = gate_json_string(gate_json_get(obj, key));

	return s ? s : absent;
}

int64_t gate_json_int(const struct gate_json *obj, const char *key, int64_t absent)
{
	const json_t *v = val(gate_json_get(obj, key));

	return json_is_integer(v) ? (int64_t)json_integer_value(v) : absent;
}

int64_t gate_json_milli(const struct gate_json *obj, const char *key)
{
	const json_t *v = val(gate_json_get(obj, key));

	/* At most three decimals were written, so rounding gives back exactly what went in. */
	return json_is_integer(v) ? (int64_t)json_integer_value(v) * 1000 :
	       json_is_real(v)	  ? (int64_t)(json_real_value(v) * 1000.0 + 0.5) :
				    0;
}

bool gate_json_bool(const struct gate_json *obj, const char *key, bool absent)
{
	const json_t *v = val(gate_json_get(obj, key));

	return json_is_boolean(v) ? json_is_true(v) : absent;
}

bool gate_json_is_object(const struct gate_json *v)
{
	return json_is_object(val(v));
}

bool gate_json_is_array(const struct gate_json *v)
{
	return json_is_array(val(v));
}

void gate_json_each(const struct gate_json *obj, void (*fn)(const char *key, const struct gate_json *v, void *arg), void *arg)
{
	const char *key;
	json_t *v;

	json_object_foreach(val(obj), key, v)
		fn(key, wrap(v), arg);
}
