/* semver.org 2.0.0, read with a little leave: a leading "v" or "=", missing parts are 0, further numbers count too (as npm, Go, crates.io and
 * the OSV database hold them). NuGet: no letter case. Pub: what follows '+' counts. */
#include "classifier/deps/version_orders.h"

#include <string.h>

#define NUMBERS_MAX 8

struct semver {
	struct gate_span_text numbers[NUMBERS_MAX];
	size_t n;
	struct gate_span_text pre, build;
	bool has_pre, has_build;
};

bool gate_span_digits(struct gate_span_text t)
{
	for (size_t i = 0; i < t.len; i++) {
		if (!gate_is_digit(t.s[i]))
			return false;
	}
	return t.len > 0;
}

int gate_compare_digits(struct gate_span_text a, struct gate_span_text b)
{
	while (a.len && *a.s == '0') {
		a.s++;
		a.len--;
	}
	while (b.len && *b.s == '0') {
		b.s++;
		b.len--;
	}
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return a.len ? memcmp(a.s, b.s, a.len) : 0;
}

static int folded(char c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

int gate_compare_texts(struct gate_span_text a, struct gate_span_text b, bool fold)
{
	size_t n = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < n; i++) {
		int x = fold ? folded(a.s[i]) : a.s[i], y = fold ? folded(b.s[i]) : b.s[i];

		if (x != y)
			return x - y;
	}
	return a.len < b.len ? -1 : a.len > b.len;
}

struct gate_span_text gate_take_digits(const char **s)
{
	struct gate_span_text t = { *s, 0 };

	while (gate_is_digit(t.s[t.len]))
		t.len++;
	*s += t.len;
	return t;
}

/* Identifiers parted by dots: letters, digits and '-', none empty. */
static bool well_formed(struct gate_span_text t)
{
	bool empty = true;

	for (size_t i = 0; i < t.len; i++) {
		char c = t.s[i];

		if (c == '.' && empty)
			return false;
		if (c != '.' && c != '-' && !gate_is_digit(c) && !gate_is_letter(c))
			return false;
		empty = c == '.';
	}
	return !empty;
}

static bool parse(const char *s, struct semver *v)
{
	const char *plus;

	*v = (struct semver){ 0 };
	s += *s == '=';
	s += *s == 'v' || *s == 'V';
	do {
		if (v->n == NUMBERS_MAX || !gate_is_digit(*s))
			return false;
		v->numbers[v->n++] = gate_take_digits(&s);
	} while (*s == '.' && s++);
	plus = strchr(s, '+');
	if (plus) {
		v->has_build = true;
		v->build = (struct gate_span_text){ plus + 1, strlen(plus + 1) };
	}
	/* "1.0.0rc1" stands in old lockfiles: the letters begin the pre-release */
	v->pre = (struct gate_span_text){ s, plus ? (size_t)(plus - s) : strlen(s) };
	if (v->pre.len && *v->pre.s == '-') {
		v->pre.s++;
		v->pre.len--;
		v->has_pre = true;
	}
	v->has_pre |= v->pre.len > 0;
	return (!v->has_pre || well_formed(v->pre)) && (!v->has_build || well_formed(v->build));
}

static int compare_numbers(const struct semver *a, const struct semver *b)
{
	for (size_t i = 0; i < NUMBERS_MAX; i++) {
		struct gate_span_text none = { "", 0 };
		int c = gate_compare_digits(i < a->n ? a->numbers[i] : none, i < b->n ? b->numbers[i] : none);

		if (c)
			return c;
	}
	return 0;
}

static struct gate_span_text take_identifier(struct gate_span_text *rest)
{
	const char *dot = memchr(rest->s, '.', rest->len);
	struct gate_span_text t = { rest->s, dot ? (size_t)(dot - rest->s) : rest->len };

	rest->s += t.len + (dot != NULL);
	rest->len -= t.len + (dot != NULL);
	return t;
}

/* Numbers below texts, the longer list above its own beginning (semver 11.4). */
static int compare_identifiers(struct gate_span_text a, struct gate_span_text b, bool fold)
{
	while (a.len && b.len) {
		struct gate_span_text x = take_identifier(&a), y = take_identifier(&b);
		bool dx = gate_span_digits(x), dy = gate_span_digits(y);
		int c = dx != dy ? (dx ? -1 : 1) : dx ? gate_compare_digits(x, y) : gate_compare_texts(x, y, fold);

		if (c)
			return c;
	}
	return a.len ? 1 : b.len ? -1 : 0;
}

static int order(const char *a, const char *b, bool fold, bool build, int *cmp)
{
	struct semver x, y;

	if (!parse(a, &x) || !parse(b, &y))
		return -1;
	*cmp = compare_numbers(&x, &y);
	if (!*cmp && x.has_pre != y.has_pre)
		*cmp = x.has_pre ? -1 : 1;
	if (!*cmp && x.has_pre)
		*cmp = compare_identifiers(x.pre, y.pre, fold);
	if (!*cmp && build && x.has_build != y.has_build)
		*cmp = x.has_build ? 1 : -1;
	if (!*cmp && build && x.has_build)
		*cmp = compare_identifiers(x.build, y.build, false);
	return 0;
}

int gate_order_semver(const char *a, const char *b, int *cmp)
{
	return order(a, b, false, false, cmp);
}

int gate_order_nuget(const char *a, const char *b, int *cmp)
{
	return order(a, b, true, false, cmp);
}

int gate_order_pub(const char *a, const char *b, int *cmp)
{
	return order(a, b, false, true, cmp);
}
