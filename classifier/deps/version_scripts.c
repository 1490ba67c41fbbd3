/* Gem::Version; PHP's version_compare on what Composer makes of a version; lists of numbers (R, Haskell). */
#include "classifier/deps/version_orders.h"

#include <string.h>

#define PARTS_MAX 64

struct parts {
	struct gate_span_text v[PARTS_MAX];
	size_t n;
};

/* Runs of digits and runs of letters; what stands between parts them. False for any other character than `between`. */
static bool split(const char *s, const char *between, struct parts *out)
{
	out->n = 0;
	while (*s) {
		struct gate_span_text t = { s, 0 };
		bool digits = gate_is_digit(*s);

		if (strchr(between, *s)) {
			s++;
			continue;
		}
		while (digits ? gate_is_digit(t.s[t.len]) : gate_is_letter(t.s[t.len]))
			t.len++;
		if (!t.len || out->n == PARTS_MAX)
			return false;
		out->v[out->n++] = t;
		s += t.len;
	}
	return out->n > 0;
}

static const struct gate_span_text zero = { "0", 1 };

static struct gate_span_text part(const struct parts *p, size_t i)
{
	return i < p->n ? p->v[i] : zero;
}

/* A '-' begins a pre-release, as if ".pre." stood there. */
static bool split_gem(const char *s, char *room, size_t size, struct parts *out)
{
	size_t n = 0;

	if (!gate_is_digit(*s))
		return false;
	for (; *s; s++) {
		const char *put = *s == '-' ? ".pre." : (const char[]){ *s, '\0' };

		if (n + strlen(put) >= size)
			return false;
		memcpy(room + n, put, strlen(put));
		n += strlen(put);
	}
	room[n] = '\0';
	return split(room, ".", out);
}

/* Zeros at the end of the numbers, and at the end of the whole, say nothing. */
static void trim_gem(struct parts *p)
{
	size_t word = 0, keep;

	while (p->n > 1 && gate_compare_digits(p->v[p->n - 1], zero) == 0 && gate_span_digits(p->v[p->n - 1]))
		p->n--;
	while (word < p->n && gate_span_digits(p->v[word]))
		word++;
	for (keep = word; keep > 0 && gate_compare_digits(p->v[keep - 1], zero) == 0; keep--)
		;
	memmove(&p->v[keep], &p->v[word], (p->n - word) * sizeof(*p->v));
	p->n -= word - keep;
}

int gate_order_gem(const char *a, const char *b, int *cmp)
{
	char room_a[2600], room_b[2600];
	struct parts x, y;

	if (!split_gem(a, room_a, sizeof(room_a), &x) || !split_gem(b, room_b, sizeof(room_b), &y))
		return -1;
	trim_gem(&x);
	trim_gem(&y);
	*cmp = 0;
	for (size_t i = 0; !*cmp && (i < x.n || i < y.n); i++) {
		struct gate_span_text p = part(&x, i), q = part(&y, i);
		bool dp = gate_span_digits(p), dq = gate_span_digits(q);

		*cmp = dp != dq ? (dp ? 1 : -1) : dp ? gate_compare_digits(p, q) : gate_compare_texts(p, q, false);
	}
	return 0;
}

/* PHP's order of words; a number stands where '#' does, anything unknown before all. */
static int php_rank(struct gate_span_text t)
{
	static const struct {
		const char *word;
		int rank;
	} ranks[] = { { "dev", 1 },   { "alpha", 2 }, { "a", 2 },  { "beta", 3 }, { "b", 3 },	  { "rc", 4 },
		      { "stable", 5 }, { "patch", 6 }, { "pl", 6 }, { "p", 6 } };

	if (gate_span_digits(t))
		return 5;
	for (size_t i = 0; i < sizeof(ranks) / sizeof(*ranks); i++) {
		if (gate_compare_texts(t, (struct gate_span_text){ ranks[i].word, strlen(ranks[i].word) }, true) == 0)
			return ranks[i].rank;
	}
	return 0;
}

static size_t leading_numbers(const struct parts *p)
{
	size_t n = 0;

	while (n < p->n && gate_span_digits(p->v[n]))
		n++;
	return n;
}

/* "dev-main" and "main-dev" are branches, no versions: nothing says what lies in them. */
static bool split_composer(const char *s, struct parts *out)
{
	const char *hash = strchr(s, '#');

	s += (*s == 'v' || *s == 'V') && gate_is_digit(s[1]);
	return gate_is_digit(*s) && !hash && split(s, ".-_+", out);
}

int gate_order_composer(const char *a, const char *b, int *cmp)
{
	struct parts x, y;
	size_t nx, ny;

	if (!split_composer(a, &x) || !split_composer(b, &y))
		return -1;
	nx = leading_numbers(&x);
	ny = leading_numbers(&y);
	*cmp = 0;
	for (size_t i = 0; !*cmp && (i < nx || i < ny); i++)
		*cmp = gate_compare_digits(i < nx ? x.v[i] : zero, i < ny ? y.v[i] : zero);
	for (size_t i = 0; !*cmp && (nx + i < x.n || ny + i < y.n); i++) {
		bool hx = nx + i < x.n, hy = ny + i < y.n;
		struct gate_span_text p = hx ? x.v[nx + i] : zero, q = hy ? y.v[ny + i] : zero;

		*cmp = php_rank(p) - php_rank(q);
		if (!*cmp && hx && hy && gate_span_digits(p) && gate_span_digits(q))
			*cmp = gate_compare_digits(p, q);
		else if (!*cmp && hx != hy)
			*cmp = hx ? 1 : -1;
	}
	return 0;
}

/* The longer list stands above its own beginning: 1.0 before 1.0.0. */
int gate_order_numbers(const char *a, const char *b, int *cmp)
{
	struct parts x, y;

	if (!split(a, ".-", &x) || !split(b, ".-", &y) || leading_numbers(&x) != x.n || leading_numbers(&y) != y.n)
		return -1;
	*cmp = 0;
	for (size_t i = 0; !*cmp && i < x.n && i < y.n; i++)
		*cmp = gate_compare_digits(x.v[i], y.v[i]);
	if (!*cmp)
		*cmp = x.n < y.n ? -1 : x.n > y.n;
	return 0;
}
