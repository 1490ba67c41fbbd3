/* deb-version(7), rpm's rpmvercmp, and Alpine's apk. */
#include "classifier/deps/version_orders.h"

#include <string.h>

/* ---- Debian and rpm: [epoch:]version[-revision] ---- */

struct evr {
	struct gate_span_text epoch, version, revision;
};

static bool split_evr(const char *s, struct evr *v)
{
	const char *p = s, *dash;

	*v = (struct evr){ { "", 0 }, { "", 0 }, { "", 0 } };
	v->epoch = gate_take_digits(&p);
	if (*p == ':' && v->epoch.len)
		s = p + 1;
	else
		v->epoch.len = 0;
	if (strchr(s, ':'))
		return false;
	dash = strrchr(s, '-');
	v->version = (struct gate_span_text){ s, dash ? (size_t)(dash - s) : strlen(s) };
	if (dash)
		v->revision = (struct gate_span_text){ dash + 1, strlen(dash + 1) };
	return v->version.len && (!dash || v->revision.len);
}

/* '~' before the end, the end before letters, letters before all else. */
static int deb_weight(struct gate_span_text t)
{
	if (!t.len || gate_is_digit(*t.s))
		return 0;
	if (*t.s == '~')
		return -1;
	return gate_is_letter(*t.s) ? *t.s : *t.s + 256;
}

static void skip(struct gate_span_text *t, size_t n)
{
	t->s += n;
	t->len -= n;
}

static struct gate_span_text digits_of(struct gate_span_text *t)
{
	struct gate_span_text d = { t->s, 0 };

	while (d.len < t->len && gate_is_digit(d.s[d.len]))
		d.len++;
	skip(t, d.len);
	return d;
}

static int compare_deb(struct gate_span_text a, struct gate_span_text b)
{
	int c = 0;

	while (!c && (a.len || b.len)) {
		while (!c && ((a.len && !gate_is_digit(*a.s)) || (b.len && !gate_is_digit(*b.s)))) {
			c = deb_weight(a) - deb_weight(b);
			if (!c) {
				skip(&a, 1);
				skip(&b, 1);
			}
		}
		if (!c)
			c = gate_compare_digits(digits_of(&a), digits_of(&b));
	}
	return c;
}

static bool only(const char *s, const char *marks)
{
	for (; *s; s++) {
		if (!gate_is_digit(*s) && !gate_is_letter(*s) && !strchr(marks, *s))
			return false;
	}
	return true;
}

static int order_evr(const char *a, const char *b, int (*compare)(struct gate_span_text, struct gate_span_text), int *cmp)
{
	struct evr x, y;

	if (!split_evr(a, &x) || !split_evr(b, &y))
		return -1;
	*cmp = gate_compare_digits(x.epoch, y.epoch);
	if (!*cmp)
		*cmp = compare(x.version, y.version);
	if (!*cmp)
		*cmp = compare(x.revision, y.revision);
	return 0;
}

int gate_order_debian(const char *a, const char *b, int *cmp)
{
	if (!only(a, ".+-~:") || !only(b, ".+-~:"))
		return -1;
	return order_evr(a, b, compare_deb, cmp);
}

static bool rpm_part(char c)
{
	return gate_is_digit(c) || gate_is_letter(c) || c == '~' || c == '^';
}

static struct gate_span_text run_of(struct gate_span_text *t, bool digits)
{
	struct gate_span_text r = { t->s, 0 };

	while (r.len < t->len && (digits ? gate_is_digit(r.s[r.len]) : gate_is_letter(r.s[r.len])))
		r.len++;
	skip(t, r.len);
	return r;
}

/* '~' and '^' at the front of either; true when they decided, or were taken off both. */
static bool rpm_mark(struct gate_span_text *a, struct gate_span_text *b, int *c)
{
	char x = a->len ? *a->s : '\0', y = b->len ? *b->s : '\0';

	if (x == '~' || y == '~') {
		*c = x == y ? 0 : x == '~' ? -1 : 1;
	} else if (x == '^' || y == '^') {
		/* behind the end of the other it is newer, else older */
		*c = x == y ? 0 : x == '^' ? (y ? -1 : 1) : (x ? 1 : -1);
	} else {
		return false;
	}
	if (!*c) {
		skip(a, 1);
		skip(b, 1);
	}
	return true;
}

static int compare_rpm(struct gate_span_text a, struct gate_span_text b)
{
	for (;;) {
		int c = 0;

		while (a.len && !rpm_part(*a.s))
			skip(&a, 1);
		while (b.len && !rpm_part(*b.s))
			skip(&b, 1);
		if (rpm_mark(&a, &b, &c)) {
			if (c)
				return c;
			continue;
		}
		if (!a.len || !b.len)
			return a.len ? 1 : b.len ? -1 : 0;
		if (gate_is_digit(*a.s) != gate_is_digit(*b.s))
			return gate_is_digit(*a.s) ? 1 : -1; /* numbers are newer than letters */
		c = gate_is_digit(*a.s) ? gate_compare_digits(run_of(&a, true), run_of(&b, true)) :
					  gate_compare_texts(run_of(&a, false), run_of(&b, false), false);
		if (c)
			return c;
	}
}

int gate_order_rpm(const char *a, const char *b, int *cmp)
{
	if (!only(a, "._+-~^:") || !only(b, "._+-~^:"))
		return -1;
	return order_evr(a, b, compare_rpm, cmp);
}

/* ---- Alpine: N(.N)*[letter](_suffix[N])*[~hash][-rN] ---- */

#define SUFFIXES_MAX 8

struct apk {
	struct gate_span_text numbers[32], suffix_n[SUFFIXES_MAX], revision;
	int suffix[SUFFIXES_MAX]; /* 0: none */
	size_t n, n_suffixes;
	char letter;
};

static const struct {
	const char *word;
	int rank; /* below 0: before the release */
} apk_suffixes[] = { { "alpha", -4 }, { "beta", -3 }, { "pre", -2 }, { "rc", -1 }, { "cvs", 1 },
		     { "svn", 2 },    { "git", 3 },   { "hg", 4 },   { "p", 5 } };

static bool take_suffix(const char **s, struct apk *v)
{
	for (size_t i = 0; i < sizeof(apk_suffixes) / sizeof(*apk_suffixes); i++) {
		size_t n = strlen(apk_suffixes[i].word);

		if (strncmp(*s, apk_suffixes[i].word, n) != 0 || gate_is_letter((*s)[n]) || v->n_suffixes == SUFFIXES_MAX)
			continue;
		*s += n;
		v->suffix[v->n_suffixes] = apk_suffixes[i].rank;
		v->suffix_n[v->n_suffixes++] = gate_take_digits(s);
		return true;
	}
	return false;
}

static bool parse_apk(const char *s, struct apk *v)
{
	*v = (struct apk){ 0 };
	v->revision = (struct gate_span_text){ "", 0 };
	do {
		if (v->n == sizeof(v->numbers) / sizeof(*v->numbers) || !gate_is_digit(*s))
			return false;
		v->numbers[v->n++] = gate_take_digits(&s);
	} while (*s == '.' && s++);
	if (*s >= 'a' && *s <= 'z')
		v->letter = *s++;
	while (*s == '_') {
		s++;
		if (!take_suffix(&s, v))
			return false;
	}
	if (*s == '~') {
		s++;
		while (gate_is_digit(*s) || (*s >= 'a' && *s <= 'f'))
			s++;
	}
	if (s[0] == '-' && s[1] == 'r') {
		s += 2;
		v->revision = gate_take_digits(&s);
	}
	return !*s;
}

/* The first number by value; later ones that begin with 0 as fractions, from the left (apk-tools). */
static int compare_apk_number(struct gate_span_text a, struct gate_span_text b, bool first)
{
	if (!first && a.len && b.len && (*a.s == '0' || *b.s == '0'))
		return gate_compare_texts(a, b, false);
	return gate_compare_digits(a, b);
}

static int compare_suffixes(const struct apk *x, const struct apk *y)
{
	for (size_t i = 0; i < SUFFIXES_MAX; i++) {
		static const struct gate_span_text none = { "", 0 };
		int c = x->suffix[i] - y->suffix[i];

		if (!c)
			c = gate_compare_digits(x->suffix[i] ? x->suffix_n[i] : none, y->suffix[i] ? y->suffix_n[i] : none);
		if (c)
			return c;
	}
	return 0;
}

int gate_order_alpine(const char *a, const char *b, int *cmp)
{
	struct apk x, y;
	int c = 0;

	if (!parse_apk(a, &x) || !parse_apk(b, &y))
		return -1;
	for (size_t i = 0; !c && i < x.n && i < y.n; i++)
		c = compare_apk_number(x.numbers[i], y.numbers[i], i == 0);
	if (!c)
		c = x.n < y.n ? -1 : x.n > y.n;
	if (!c)
		c = x.letter - y.letter;
	if (!c)
		c = compare_suffixes(&x, &y);
	*cmp = c ? c : gate_compare_digits(x.revision, y.revision);
	return 0;
}
