#include "formats/fields.h"

#include "base/num.h"

#include <stdarg.h>
#include <string.h>

#define NAME_MAX_SHOWN 80
#define POINTS_MAX 10000u

int gate_field_fail(const struct gate_yaml *v, const char *file, struct gate_err *err, const char *fmt, ...)
{
	gate_autofree char *key = v->key ? gate_escape_dup(v->key, strnlen(v->key, NAME_MAX_SHOWN)) : NULL;
	char what[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return gate_err_set(err, GATE_E_POLICY, "%s:%u: %s%s%s", file, v->line, key ? key : "", key ? ": " : "", what);
}

int gate_field_want(const struct gate_yaml *v, const char *file, enum gate_yaml_type type, const char *want,
		    struct gate_err *err)
{
	return v->type == type ? 0 : gate_field_fail(v, file, err, "expected %s, found %s", want, gate_yaml_what(v));
}

static bool is_nothing(const struct gate_yaml *v)
{
	return v->type == GATE_YAML_SCALAR && !v->quoted && (!*v->text || strcmp(v->text, "~") == 0);
}

int gate_field_want_text(const struct gate_yaml *v, const char *file, struct gate_err *err)
{
	if (v->type != GATE_YAML_SCALAR || is_nothing(v))
		return gate_field_fail(v, file, err, "expected a text, found %s", gate_yaml_what(v));
	return 0;
}

/* Edit distance with one row; names are cut to NEAR characters. */
static size_t distance(const char *a, const char *b)
{
	enum { NEAR = 40 };
	size_t row[NEAR + 1], n = strnlen(a, NEAR), m = strnlen(b, NEAR);

	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[m];
}

const char *gate_nearest(const char *name, const char *const *names, size_t n)
{
	size_t allowed = 1 + strnlen(name, 40) / 3, best = allowed + 1;
	const char *found = NULL;

	for (size_t i = 0; i < n; i++) {
		size_t d = distance(name, names[i]);

		if (d < best) {
			best = d;
			found = names[i];
		}
	}
	return found;
}

static int unknown_key(const struct gate_yaml *v, const char *file, const struct gate_field *fields, size_t n,
		       struct gate_err *err)
{
	gate_autofree char *key = gate_escape_dup(v->key, strnlen(v->key, NAME_MAX_SHOWN));
	gate_auto(gate_buf) struct gate_buf known = { 0 };
	const char *names[64], *near;

	for (size_t i = 0; i < n && i < GATE_ARRAY_LEN(names); i++) {
		names[i] = fields[i].key;
		gate_buf_fmt(&known, "%s%s", i ? ", " : "", fields[i].key);
	}
	near = gate_nearest(v->key, names, n < GATE_ARRAY_LEN(names) ? n : GATE_ARRAY_LEN(names));
	if (near)
		return gate_err_set(err, GATE_E_POLICY, "%s:%u: unknown key '%s'; did you mean '%s'?", file,
				    v->key_line, key ? key : "", near);
	return gate_err_set(err, GATE_E_POLICY, "%s:%u: unknown key '%s'; known here: %s", file, v->key_line,
			    key ? key : "", gate_buf_cstr(&known));
}

int gate_fields_read(const struct gate_yaml *map, const char *file, const struct gate_field *fields, size_t n,
		     void *target, uint64_t *given, struct gate_err *err)
{
	int rc = gate_field_want(map, file, GATE_YAML_MAP, "a map of keys", err);

	*given = 0;
	if (rc < 0)
		return rc;
	for (const struct gate_yaml *v = map->first; v; v = v->next) {
		size_t i = 0;

		while (i < n && strcmp(fields[i].key, v->key) != 0)
			i++;
		if (i == n)
			return unknown_key(v, file, fields, n, err);
		rc = fields[i].read(v, file, (char *)target + fields[i].at, err);
		if (rc < 0)
			return rc;
		*given |= (uint64_t)1 << i;
	}
	return 0;
}

/* Texts end up on terminals and in records: what cannot be seen or typed is refused, but for the characters in `but`.
 */
static int check_text(const struct gate_yaml *v, const char *file, const char *but, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf shown = { 0 };
	bool odd = false;
	int rc = gate_field_want_text(v, file, err);

	if (rc < 0)
		return rc;
	if (!*v->text)
		return gate_field_fail(v, file, err, "an empty text");
	for (const char *s = v->text; *s; s += strspn(s, but)) {
		size_t n = strcspn(s, but);

		odd |= gate_escape(&shown, s, n);
		s += n;
	}
	if (odd)
		return gate_field_fail(v, file, err, "control or invisible characters in '%.120s'",
				       gate_buf_cstr(&shown));
	return 0;
}

int gate_field_str(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	char **s = to;
	int rc = check_text(v, file, "", err);

	if (rc < 0)
		return rc;
	free(*s);
	*s = strdup(v->text);
	return *s ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

static int read_list(const struct gate_yaml *v, const char *file, struct gate_strs *l, bool words, struct gate_err *err)
{
	int rc = gate_field_want(v, file, GATE_YAML_LIST, "a list of texts", err);

	if (rc < 0)
		return rc;
	gate_strs_clear(l);
	for (const struct gate_yaml *c = v->first; c; c = c->next) {
		rc = check_text(c, file, words ? "\n\t" : "", err);
		if (rc < 0)
			return rc;
		if (!words && gate_strs_has(l, c->text))
			return gate_field_fail(c, file, err, "'%.80s' stands in this list twice", c->text);
		rc = gate_strs_add(l, c->text, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int gate_field_strs(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	return read_list(v, file, to, false, err);
}

int gate_field_words(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	return read_list(v, file, to, true, err);
}

int gate_field_bool(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	bool *b = to;

	if (v->type == GATE_YAML_SCALAR && !v->quoted && strcmp(v->text, "true") == 0)
		*b = true;
	else if (v->type == GATE_YAML_SCALAR && !v->quoted && strcmp(v->text, "false") == 0)
		*b = false;
	else
		return gate_field_fail(v, file, err, "expected true or false, found %s",
				       v->type == GATE_YAML_SCALAR && *v->text
					       ? "another text (no quotes, no yes/no/on/off)"
					       : gate_yaml_what(v));
	return 0;
}

/* The digits of a plain scalar, or an error that says what was wanted. */
static int want_number(const struct gate_yaml *v, const char *file, const char *want, struct gate_err *err)
{
	if (v->type != GATE_YAML_SCALAR)
		return gate_field_fail(v, file, err, "expected %s, found %s", want, gate_yaml_what(v));
	if (v->quoted)
		return gate_field_fail(v, file, err, "expected %s, found a text in quotes", want);
	return 0;
}

static int bad_value(const struct gate_yaml *v, const char *file, const char *want, struct gate_err *err)
{
	gate_autofree char *text = gate_escape_dup(v->text, strnlen(v->text, NAME_MAX_SHOWN));

	if (v->type != GATE_YAML_SCALAR || is_nothing(v))
		return gate_field_fail(v, file, err, "expected %s, found %s", want, gate_yaml_what(v));
	return gate_field_fail(v, file, err, "expected %s, found '%s'", want, text ? text : "");
}

int gate_field_u32(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	static const char want[] = "a whole number";
	uint32_t *u = to;
	uint64_t value;
	int rc = want_number(v, file, want, err);

	if (rc < 0)
		return rc;
	if (!gate_parse_u64(v->text, strlen(v->text), &value) || value > INT32_MAX)
		return bad_value(v, file, want, err);
	*u = (uint32_t)value;
	return 0;
}

int gate_field_seconds(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	int64_t *s = to;

	if (v->type != GATE_YAML_SCALAR || !gate_parse_seconds(v->text, s) || *s <= 0)
		return bad_value(v, file, "a time above 0 such as 90s, 10m, 4h or 14d", err);
	return 0;
}

int gate_field_bytes(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	uint64_t *n = to;

	if (v->type != GATE_YAML_SCALAR || !gate_parse_bytes(v->text, n) || *n == 0)
		return bad_value(v, file, "a size above 0 such as 64KiB, 512MiB or 1GiB", err);
	return 0;
}

static bool parse_milli(const char *s, uint32_t *milli)
{
	size_t whole = strspn(s, "0123456789"), part;
	uint64_t w, f = 0;

	if (!gate_parse_u64(s, whole, &w) || w > POINTS_MAX)
		return false;
	if (s[whole] == '.') {
		part = strspn(s + whole + 1, "0123456789");
		if (part < 1 || part > 3 || s[whole + 1 + part] || !gate_parse_u64(s + whole + 1, part, &f))
			return false;
		f *= part == 1 ? 100 : part == 2 ? 10 : 1;
	} else if (s[whole]) {
		return false;
	}
	*milli = (uint32_t)(w * 1000 + f);
	return *milli <= POINTS_MAX * 1000;
}

int gate_field_milli(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	static const char want[] = "a number from 0 to 10000 with at most three decimals";
	uint32_t *milli = to;
	int rc = want_number(v, file, want, err);

	if (rc < 0)
		return rc;
	return parse_milli(v->text, milli) ? 0 : bad_value(v, file, want, err);
}

int gate_field_tier(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	enum gate_tier *t = to;

	if (v->type != GATE_YAML_SCALAR || !gate_tier_parse(v->text, t))
		return bad_value(v, file, "low, medium, high or critical", err);
	return 0;
}

int gate_field_verdict(const struct gate_yaml *v, const char *file, void *to, struct gate_err *err)
{
	enum gate_verdict *verdict = to;

	if (v->type != GATE_YAML_SCALAR || !gate_verdict_parse(v->text, verdict))
		return bad_value(v, file, "accept, hold or reject", err);
	return 0;
}
