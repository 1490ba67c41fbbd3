/* Maven's "Version Order Specification": tokens parted by '.', '-', '_' and where digits meet letters (that is as a '-'); values that say nothing
 * are cut off at the end and before each '-'; the shorter list is filled up. */
#include "classifier/deps/version_orders.h"

#include <string.h>

#define TOKENS_MAX 128

struct token {
	struct gate_span_text t;
	char prefix; /* '.' or '-'; the first has none: 0 */
	bool digits, before_digit;
};

struct tokens {
	struct token v[TOKENS_MAX];
	size_t n;
};

/* Known qualifiers in their order; "" is the release. Others stand behind them, by their letters. */
static const struct {
	const char *word;
	int rank;
} qualifiers[] = {
	{ "alpha", 0 }, { "beta", 1 },	{ "milestone", 2 }, { "rc", 3 },      { "cr", 3 }, { "snapshot", 4 },
	{ "", 5 },	{ "final", 5 }, { "ga", 5 },	    { "release", 5 }, { "sp", 6 },
};
#define RANK_OTHER 7

static bool same(struct gate_span_text t, const char *word)
{
	return gate_compare_texts(t, (struct gate_span_text){ word, strlen(word) }, true) == 0;
}

static int rank_of(const struct token *t)
{
	/* one letter is short for a word only in front of a number */
	if (t->before_digit && t->t.len == 1) {
		static const char letters[] = "abm";
		const char *at = strchr(letters, *t->t.s | 32);

		if (at)
			return (int)(at - letters);
	}
	for (size_t i = 0; i < sizeof(qualifiers) / sizeof(*qualifiers); i++) {
		if (same(t->t, qualifiers[i].word))
			return qualifiers[i].rank;
	}
	return RANK_OTHER;
}

static bool says_nothing(const struct token *t)
{
	if (!t->digits)
		return rank_of(t) == 5;
	for (size_t i = 0; i < t->t.len; i++) {
		if (t->t.s[i] != '0')
			return false;
	}
	return true;
}

static struct gate_span_text take_token(const char **s, bool *digits)
{
	struct gate_span_text t = { *s, 0 };

	*digits = gate_is_digit(**s);
	while (t.s[t.len] && !strchr(".-_", t.s[t.len]) && gate_is_digit(t.s[t.len]) == *digits)
		t.len++;
	*s += t.len;
	return t;
}

static bool split(const char *s, struct tokens *out)
{
	char prefix = 0;

	out->n = 0;
	for (;;) {
		struct token *t = &out->v[out->n];

		if (out->n == TOKENS_MAX)
			return false;
		*t = (struct token){ .prefix = prefix };
		t->t = take_token(&s, &t->digits);
		if (!t->t.len) { /* two separators in a row: a 0 between */
			t->t = (struct gate_span_text){ "0", 1 };
			t->digits = true;
		}
		out->n++;
		if (!*s)
			return true;
		if (strchr(".-_", *s)) {
			prefix = *s++ == '.' ? '.' : '-';
		} else {
			prefix = '-';
			t->before_digit = !t->digits;
		}
	}
}

/* Cuts what says nothing in front of place `end`; gives how many remain there. */
static size_t cut_before(struct tokens *l, size_t end)
{
	size_t keep = end;

	while (keep > 0 && says_nothing(&l->v[keep - 1]))
		keep--;
	memmove(&l->v[keep], &l->v[end], (l->n - end) * sizeof(*l->v));
	l->n -= end - keep;
	return keep;
}

static void trim(struct tokens *l)
{
	size_t at = cut_before(l, l->n);

	while (at-- > 0) {
		if (l->v[at].prefix == '-')
			at = cut_before(l, at);
	}
	if (l->n)
		l->v[0].prefix = l->v[0].prefix ? l->v[0].prefix : '.';
}

/* ".qualifier" = "-qualifier" < "-number" < ".number" */
static int kind_of(const struct token *t)
{
	return !t->digits ? 0 : t->prefix == '-' ? 1 : 2;
}

static int compare_tokens(const struct token *a, const struct token *b)
{
	int kinds = kind_of(a) - kind_of(b), ra, rb;

	if (kinds)
		return kinds;
	if (a->digits)
		return gate_compare_digits(a->t, b->t);
	ra = rank_of(a);
	rb = rank_of(b);
	return ra != rb || ra != RANK_OTHER ? ra - rb : gate_compare_texts(a->t, b->t, true);
}

/* What stands in for a token that is not there: 0 beside a '.', the release beside a '-'. */
static struct token filler(const struct token *beside)
{
	bool digits = beside->digits && beside->prefix == '.';

	return (struct token){ { digits ? "0" : "", digits ? 1 : 0 }, beside->prefix, digits, false };
}

int gate_order_maven(const char *a, const char *b, int *cmp)
{
	struct tokens x, y;

	if (!split(a, &x) || !split(b, &y))
		return -1;
	trim(&x);
	trim(&y);
	*cmp = 0;
	for (size_t i = 0; !*cmp && (i < x.n || i < y.n); i++) {
		struct token fx = i < x.n ? x.v[i] : filler(&y.v[i]), fy = i < y.n ? y.v[i] : filler(&x.v[i]);

		*cmp = compare_tokens(&fx, &fy);
	}
	return 0;
}
