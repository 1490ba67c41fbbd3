#include "classifier/values/item.h"

#include <stdlib.h>
#include <strings.h>

#define MICRO 1000000

void gate_values_clear(struct gate_values *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].key);
		free(l->v[i].text);
	}
	free(l->v);
	*l = (struct gate_values){ 0 };
}

/* What stands behind a number; in micro units of the base. */
static const struct {
	const char *name;
	int64_t times;
} units[] = {
	{ "", 1 },     { "%", 1 },	{ "b", 1 },	      { "ms", 1 },	  { "kb", 1000 },	 { "k", 1000 },
	{ "mb", 1000000 }, { "gb", 1000000000 }, { "kib", 1024 },  { "mib", 1048576 }, { "s", 1000 },	 { "sec", 1000 },
	{ "m", 60000 },	   { "min", 60000 },	 { "h", 3600000 }, { "d", 86400000 },  { "f", 1 },	 { "l", 1 },
	{ "px", 1 },	   { "minutes", 60000 }, { "seconds", 1000 },
};

static bool unit(const char *s, int64_t *times)
{
	while (*s == ' ')
		s++;
	for (size_t i = 0; i < GATE_ARRAY_LEN(units); i++) {
		if (strcasecmp(units[i].name, s) == 0) {
			*times = units[i].times;
			return true;
		}
	}
	return false;
}

static int64_t saturated(int64_t a, int64_t b)
{
	int64_t r;

	if (__builtin_mul_overflow(a, b, &r))
		return (a < 0) != (b < 0) ? GATE_STRICT_LAXEST + 1 : GATE_STRICT_STRICTEST - 1;
	return r;
}

bool gate_value_number(const char *s, int64_t *micro)
{
	int64_t whole = 0, part = 0, scale = MICRO, times;
	bool minus, digits = false;

	while (*s == ' ' || *s == '"' || *s == '\'' || *s == '\t')
		s++;
	minus = *s == '-';
	s += *s == '-' || *s == '+';
	for (; (*s >= '0' && *s <= '9') || (*s == '_' && digits); s++) {
		if (*s == '_')
			continue;
		digits = true;
		if (whole < INT64_MAX / 20)
			whole = whole * 10 + (*s - '0');
	}
	if (*s == '.') {
		for (s++; *s >= '0' && *s <= '9'; s++) {
			digits = true;
			scale /= 10;
			part += (*s - '0') * scale;
		}
	}
	if (!digits)
		return false;
	if (*s == '"' || *s == '\'')
		s++;
	if (!unit(s, &times))
		return false;
	*micro = saturated(saturated(whole, MICRO), times) + saturated(part, times);
	if (minus)
		*micro = -*micro;
	return true;
}

static bool truth(const char *s, bool *v)
{
	static const char *const yes[] = { "true", "yes", "on", "1", "y", "enable", "enabled" };
	static const char *const no[] = { "false", "no", "off", "0", "n", "null", "~", "disable", "disabled", "" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(yes); i++) {
		if (strcasecmp(s, yes[i]) == 0)
			return *v = true;
	}
	*v = false;
	for (size_t i = 0; i < GATE_ARRAY_LEN(no); i++) {
		if (strcasecmp(s, no[i]) == 0)
			return true;
	}
	return false;
}

/* "warn|warning|1": whether s is one of them. */
static bool one_of(const char *choices, const char *s)
{
	size_t len = strlen(s);

	for (const char *p = choices; *p;) {
		size_t n = strcspn(p, "|");

		if (n == len && strncasecmp(p, s, n) == 0)
			return true;
		p += n + (p[n] == '|');
	}
	return false;
}

static bool in_list(const struct gate_strs *l, const char *s, size_t *at)
{
	for (*at = 0; *at < l->n; ++*at) {
		if (one_of(l->v[*at], s))
			return true;
	}
	return false;
}

static bool number_strict(const struct gate_value_row *row, const char *text, int64_t *strict)
{
	size_t at;

	if (in_list(&row->off, text, &at)) {
		*strict = GATE_STRICT_LAXEST;
		return true;
	}
	if (row->worse == GATE_WORSE_DOWN && strcmp(text, "auto") == 0)
		text = "100"; /* codecov: as covered as the base was */
	if (!gate_value_number(text, strict))
		return false;
	if (row->ratio)
		*strict = saturated(*strict, 100);
	if (row->worse == GATE_WORSE_UP)
		*strict = -*strict;
	return true;
}

bool gate_value_strict(const struct gate_value_row *row, const char *text, int64_t *strict)
{
	bool yes;
	size_t at;

	*strict = 1;
	switch (row->worse) {
	case GATE_WORSE_DOWN:
	case GATE_WORSE_UP:
		return number_strict(row, text, strict);
	case GATE_WORSE_TRUE:
	case GATE_WORSE_FALSE:
		if (!truth(text, &yes))
			return false;
		*strict = yes == (row->worse == GATE_WORSE_FALSE);
		return true;
	case GATE_WORSE_ORDER:
		if (!in_list(&row->order, text, &at))
			return false;
		*strict = -(int64_t)at;
		return true;
	case GATE_WORSE_TO:
		*strict = !in_list(&row->to, text, &at);
		return true;
	case GATE_WORSE_ADDED:
	case GATE_WORSE_GROWN:
		*strict = 0;
		return true;
	case GATE_WORSE_REMOVED:
	case GATE_WORSE_SHRUNK:
	case GATE_WORSE_CHANGED:
	case GATE_WORSE_NONE:
	case GATE_WORSE_COUNT:
	default:
		return true;
	}
}

int64_t gate_value_missing(const struct gate_value_row *row)
{
	int64_t strict;

	if (row->fallback && gate_value_strict(row, row->fallback, &strict))
		return strict;
	switch (row->worse) {
	case GATE_WORSE_TRUE:
	case GATE_WORSE_ADDED:
	case GATE_WORSE_GROWN:
	case GATE_WORSE_TO:
		return 1;
	case GATE_WORSE_FALSE:
	case GATE_WORSE_REMOVED:
	case GATE_WORSE_SHRUNK:
	case GATE_WORSE_CHANGED:
		return 0;
	case GATE_WORSE_DOWN:
	case GATE_WORSE_UP:
	case GATE_WORSE_ORDER:
	case GATE_WORSE_NONE:
	case GATE_WORSE_COUNT:
	default:
		return GATE_STRICT_LAXEST;
	}
}

/* A list's element without quotes and "./", so that only what it says counts. */
static void put_element(struct gate_buf *b, const char *s)
{
	size_t len;

	s += strspn(s, " \t'\"");
	if (s[0] == '.' && s[1] == '/')
		s += 2;
	len = strlen(s);
	while (len && strchr(" \t'\",", s[len - 1]))
		len--;
	gate_buf_add(b, s, len < 200 ? len : 200);
}

static int grow(struct gate_values *l, struct gate_err *err)
{
	size_t want = l->cap ? l->cap * 2 : 32;
	void *bigger;

	if (l->n < l->cap)
		return 0;
	bigger = reallocarray(l->v, want, sizeof(*l->v));
	if (!bigger)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	l->v = bigger;
	l->cap = want;
	return 0;
}

int gate_values_add(struct gate_values *l, const struct gate_rule *rule, const struct gate_value_row *row,
		    const char *scope, const char *metric, const char *element, const char *text, uint32_t line,
		    struct gate_err *err)
{
	struct gate_buf key = { 0 };
	struct gate_value v = { .rule = rule, .row = row, .line = line };

	if (l->n >= GATE_VALUES_MAX) {
		l->full = true;
		return 0;
	}
	if (grow(l, err) < 0)
		return -GATE_E_NOMEM;
	gate_buf_fmt(&key, "%s\x1f%.200s\x1f%.100s",
		     row->family ? row->family : row->tool ? row->tool : rule->id, row->scope ? row->scope : scope,
		     row->metric ? row->metric : metric);
	if (element) {
		gate_buf_char(&key, '\x1f');
		put_element(&key, element);
	}
	v.text = strndup(text, 200);
	v.key = gate_buf_steal(&key);
	if (!v.text || !v.key) {
		free(v.text);
		free(v.key);
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	v.known = gate_value_strict(row, text, &v.strict);
	if (!v.known)
		v.strict = GATE_STRICT_LAXEST;
	l->v[l->n++] = v;
	return 0;
}

bool gate_value_place_counts(const char *path)
{
	static const char *const folders[] = { "fixtures",   "fixture",	 "__fixtures__", "testdata", "test-data", "test_data",
					       "__mocks__",  "samples",	 "sample",	 "examples", "example",	  "vendor",
					       "third_party", "node_modules", "templates", "template", "docs",	  "doc",
					       "testcases",  "test-fixtures", "__testfixtures__", "cassettes", "mocks",
					       "skeleton",   "stubs",	 "boilerplate", "scaffold" };

	for (const char *p = path, *slash; (slash = strchr(p, '/')); p = slash + 1) {
		for (size_t i = 0; i < GATE_ARRAY_LEN(folders); i++) {
			if (strlen(folders[i]) == (size_t)(slash - p) &&
			    strncasecmp(p, folders[i], (size_t)(slash - p)) == 0)
				return false;
		}
	}
	return true;
}

size_t gate_value_place(const char *path)
{
	static const char *const inner[] = { ".github", "workflows", ".gitlab", ".circleci", "config", ".config", "ci",
					     ".ci",	"scripts",   "dev",	"tools",     "bin",    "script",  "build",
					     "etc",	"hack",	     "make",	"test",	     "tests",  "spec",	  ".cargo",
					     "gradle",	"buildSrc",  "actions", "requirements", ".azure", ".buildkite" };
	size_t len = (size_t)(gate_path_last(path) - path);

	while (len) {
		size_t start = len - 1, i;

		while (start && path[start - 1] != '/')
			start--;
		for (i = 0; i < GATE_ARRAY_LEN(inner); i++) {
			if (strlen(inner[i]) == len - 1 - start && strncmp(path + start, inner[i], len - 1 - start) == 0)
				break;
		}
		if (i == GATE_ARRAY_LEN(inner))
			break;
		len = start;
	}
	return len;
}
