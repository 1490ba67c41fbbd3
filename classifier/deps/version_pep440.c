/* PEP 440: [N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local], in any of the spellings that it lets pass. */
#include "classifier/deps/version_orders.h"

#include <string.h>

enum { PRE_DEV_ONLY, PRE_A, PRE_B, PRE_RC, PRE_NONE }; /* "1.0.dev1" stands before "1.0a1" */

struct pep440 {
	struct gate_span_text epoch, release, pre_n, post_n, dev_n, local;
	int pre;
	bool has_post, has_dev, has_local;
};

static const struct {
	const char *word;
	int pre;
} pres[] = { { "alpha", PRE_A }, { "a", PRE_A }, { "beta", PRE_B }, { "b", PRE_B }, { "preview", PRE_RC },
	     { "pre", PRE_RC },	 { "rc", PRE_RC }, { "c", PRE_RC } };
static const char *const posts[] = { "post", "rev", "r" };

static bool starts(const char *s, const char *word)
{
	for (; *word; s++, word++) {
		if ((*s | 32) != *word)
			return false;
	}
	return true;
}

static bool separator(char c)
{
	return c == '.' || c == '-' || c == '_';
}

/* The number behind a word, with one separator between at most, which may stand there without it; none is 0. */
static struct gate_span_text number_after(const char **s)
{
	*s += separator(**s);
	return gate_take_digits(s);
}

static void take_pre(const char **s, struct pep440 *v)
{
	const char *p = *s + separator(**s);

	v->pre = PRE_NONE;
	for (size_t i = 0; i < sizeof(pres) / sizeof(*pres); i++) {
		if (!starts(p, pres[i].word))
			continue;
		p += strlen(pres[i].word);
		v->pre = pres[i].pre;
		v->pre_n = number_after(&p);
		*s = p;
		return;
	}
}

static void take_post(const char **s, struct pep440 *v)
{
	const char *p = *s + separator(**s);

	if (**s == '-' && gate_is_digit((*s)[1])) { /* "1.0-1" */
		p = *s + 1;
		v->post_n = gate_take_digits(&p);
		v->has_post = true;
		*s = p;
		return;
	}
	for (size_t i = 0; i < sizeof(posts) / sizeof(*posts); i++) {
		if (!starts(p, posts[i]))
			continue;
		p += strlen(posts[i]);
		v->post_n = number_after(&p);
		v->has_post = true;
		*s = p;
		return;
	}
}

static void take_dev(const char **s, struct pep440 *v)
{
	const char *p = *s + separator(**s);

	if (!starts(p, "dev"))
		return;
	p += 3;
	v->dev_n = number_after(&p);
	v->has_dev = true;
	*s = p;
}

static bool take_local(const char **s, struct pep440 *v)
{
	bool empty = true;

	if (**s != '+')
		return true;
	v->local = (struct gate_span_text){ *s + 1, strlen(*s + 1) };
	v->has_local = true;
	for (size_t i = 0; i < v->local.len; i++) {
		char c = v->local.s[i];

		if (separator(c) ? empty : !gate_is_digit(c) && !gate_is_letter(c))
			return false;
		empty = separator(c);
	}
	*s += 1 + v->local.len;
	return !empty;
}

static bool parse(const char *s, struct pep440 *v)
{
	const char *start;

	*v = (struct pep440){ 0 };
	s += *s == 'v' || *s == 'V';
	start = s;
	v->epoch = gate_take_digits(&s);
	if (*s == '!' && v->epoch.len) {
		start = ++s;
		gate_take_digits(&s);
	} else {
		v->epoch.len = 0;
	}
	if (s == start)
		return false;
	while (*s == '.' && gate_is_digit(s[1])) {
		s++;
		gate_take_digits(&s);
	}
	v->release = (struct gate_span_text){ start, (size_t)(s - start) };
	take_pre(&s, v);
	take_post(&s, v);
	take_dev(&s, v);
	if (v->pre == PRE_NONE && !v->has_post && v->has_dev)
		v->pre = PRE_DEV_ONLY;
	return take_local(&s, v) && !*s;
}

static struct gate_span_text take_part(struct gate_span_text *rest)
{
	struct gate_span_text t = { rest->s, 0 };

	while (t.len < rest->len && !separator(t.s[t.len]))
		t.len++;
	rest->s += t.len + (t.len < rest->len);
	rest->len -= t.len + (t.len < rest->len);
	return t;
}

static int compare_release(struct gate_span_text a, struct gate_span_text b)
{
	int c = 0;

	while (!c && (a.len || b.len)) /* a missing part is 0 */
		c = gate_compare_digits(take_part(&a), take_part(&b));
	return c;
}

static int compare_local(struct gate_span_text a, struct gate_span_text b)
{
	while (a.len && b.len) {
		struct gate_span_text x = take_part(&a), y = take_part(&b);
		bool dx = gate_span_digits(x), dy = gate_span_digits(y);
		int c = dx != dy ? (dx ? 1 : -1) : dx ? gate_compare_digits(x, y) : gate_compare_texts(x, y, true);

		if (c)
			return c;
	}
	return a.len ? 1 : b.len ? -1 : 0;
}

int gate_order_pep440(const char *a, const char *b, int *cmp)
{
	struct pep440 x, y;
	int c;

	if (!parse(a, &x) || !parse(b, &y))
		return -1;
	c = gate_compare_digits(x.epoch, y.epoch);
	if (!c)
		c = compare_release(x.release, y.release);
	if (!c)
		c = x.pre - y.pre;
	if (!c && x.pre != PRE_NONE && x.pre != PRE_DEV_ONLY)
		c = gate_compare_digits(x.pre_n, y.pre_n);
	if (!c)
		c = (int)x.has_post - (int)y.has_post;
	if (!c && x.has_post)
		c = gate_compare_digits(x.post_n, y.post_n);
	if (!c)
		c = (int)y.has_dev - (int)x.has_dev;
	if (!c && x.has_dev)
		c = gate_compare_digits(x.dev_n, y.dev_n);
	if (!c)
		c = (int)x.has_local - (int)y.has_local;
	if (!c && x.has_local)
		c = compare_local(x.local, y.local);
	*cmp = c;
	return 0;
}
