#include "classifier/deps/version.h"

#include "base/err.h"

#include <ctype.h>
#include <string.h>

static int compare_digits(const char *a, size_t a_len, const char *b, size_t b_len)
{
	while (a_len > 1 && *a == '0')
		a++, a_len--;
	while (b_len > 1 && *b == '0')
		b++, b_len--;
	if (a_len != b_len)
		return a_len < b_len ? -1 : 1;
	return memcmp(a, b, a_len);
}

/* A word after the numbers makes a version older ("1.0-rc1" < "1.0"), but for those that say "later". */
static int word_rank(const char *s)
{
	static const char *const later[] = { "post", "sp", "r", "p", "patch", "final", "ga", "release" };
	size_t n = 0;

	while (isalpha((unsigned char)s[n]))
		n++;
	if (!n)
		return 0;
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
		if (strlen(later[i]) == n && strncasecmp(later[i], s, n) == 0)
			return 1;
	}
	return -1;
}

static const char *skip_marks(const char *s)
{
	while (*s && !isalnum((unsigned char)*s) && *s != '+')
		s++;
	return *s == '+' ? s + strlen(s) : s;
}

/* What is left when the other version ended: zeros are nothing, a word weighs as it means. */
static int rest(const char *s)
{
	for (s = skip_marks(s); *s; s = skip_marks(s)) {
		if (isdigit((unsigned char)*s)) {
			size_t n = strspn(s, "0");

			if (isdigit((unsigned char)s[n]))
				return 1;
			s += n;
			continue;
		}
		return word_rank(s) ? word_rank(s) : 1;
	}
	return 0;
}

static int step(const char **a, const char **b)
{
	const char *x = *a, *y = *b;
	size_t n = 0, m = 0;
	int c;

	if (isdigit((unsigned char)*x) && isdigit((unsigned char)*y)) {
		n = strspn(x, "0123456789");
		m = strspn(y, "0123456789");
		c = compare_digits(x, n, y, m);
	} else if (isdigit((unsigned char)*x) || isdigit((unsigned char)*y)) {
		return isdigit((unsigned char)*x) ? -word_rank(y) : word_rank(x);
	} else {
		while (isalpha((unsigned char)x[n]))
			n++;
		while (isalpha((unsigned char)y[m]))
			m++;
		c = word_rank(x) - word_rank(y);
		if (!c)
			c = strncasecmp(x, y, n < m ? n : m);
		if (!c)
			c = (n > m) - (n < m);
	}
	*a = x + n;
	*b = y + m;
	return c;
}

int gate_version_compare(enum gate_ecosystem e, const char *a, const char *b, int *cmp)
{
	(void)e;
	a += *a == 'v' || *a == 'V';
	b += *b == 'v' || *b == 'V';
	*cmp = 0;
	if (!isdigit((unsigned char)*a) || !isdigit((unsigned char)*b))
		return -GATE_E_SYNTAX;
	while (!*cmp) {
		a = skip_marks(a);
		b = skip_marks(b);
		if (!*a || !*b) {
			*cmp = *a ? rest(a) : *b ? -rest(b) : 0;
			return 0;
		}
		*cmp = step(&a, &b);
	}
	return 0;
}
