#include "rules/acdfa.h"

#include "base/mem.h"

#include <string.h>

#define STREAMS 4u
/* Shorter stretches than this are walked as one stream: warming up four would cost more. */
#define STREAM_MIN 256u

/* ---- building ---- */

struct trie {
	uint16_t *next;	 /* rows of classes; 0: none (no edge leads to the root) */
	uint16_t *fail;
	uint16_t *order; /* breadth first */
	uint32_t *first; /* the node's own words: a list through `link` */
	uint32_t *link;	 /* for each word */
	uint32_t n, cap, classes;
};

static unsigned char fold(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static int classify(const char *const *words, size_t n, uint8_t *cls, struct trie *t, struct gate_err *err)
{
	uint32_t classes = 1, nodes = 1;

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(words[i]);

		if (!len || len > GATE_ACDFA_WORD_MAX)
			return gate_err_set(err, GATE_E_POLICY, "a keyword has 1 to %u bytes: '%.80s'",
					    GATE_ACDFA_WORD_MAX, words[i]);
		nodes += (uint32_t)len;
		for (const char *p = words[i]; *p; p++) {
			if (!cls[fold(*p)])
				cls[fold(*p)] = (uint8_t)classes++;
			if (classes > GATE_ACDFA_CLASSES)
				return gate_err_set(err, GATE_E_POLICY, "the keywords have more than %u different characters",
						    GATE_ACDFA_CLASSES - 1);
		}
	}
	for (unsigned c = 'A'; c <= 'Z'; c++)
		cls[c] = cls[c + 32];
	t->cap = nodes;
	t->classes = classes;
	return nodes <= UINT16_MAX && n < UINT16_MAX ?
		       0 :
		       gate_err_set(err, GATE_E_LIMIT, "the keywords have too many characters together");
}

static int trie_make(struct trie *t, const char *const *words, size_t n, const uint8_t *cls, struct gate_err *err)
{
	t->next = calloc((size_t)t->cap << GATE_ACDFA_SHIFT, sizeof(*t->next));
	t->fail = calloc(t->cap, sizeof(*t->fail));
	t->order = calloc(t->cap, sizeof(*t->order));
	t->first = calloc(t->cap, sizeof(*t->first));
	t->link = calloc(n + 1, sizeof(*t->link));
	if (!t->next || !t->fail || !t->order || !t->first || !t->link)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	t->n = 1;
	for (size_t i = 0; i < n; i++) {
		uint32_t at = 0;

		for (const char *p = words[i]; *p; p++) {
			uint16_t *edge = &t->next[(at << GATE_ACDFA_SHIFT) + cls[fold(*p)]];

			if (!*edge)
				*edge = (uint16_t)t->n++;
			at = *edge;
		}
		t->link[i] = t->first[at];
		t->first[at] = (uint32_t)i + 1;
	}
	return 0;
}

/* Fail links and the edges that follow them. After this each row is whole. */
static void trie_close(struct trie *t)
{
	uint32_t head = 0, tail = 0;

	for (uint32_t c = 0; c < t->classes; c++) {
		if (t->next[c])
			t->order[tail++] = t->next[c];
	}
	while (head < tail) {
		uint32_t at = t->order[head++];

		for (uint32_t c = 0; c < t->classes; c++) {
			uint16_t *edge = &t->next[(at << GATE_ACDFA_SHIFT) + c];
			uint16_t behind = t->next[((uint32_t)t->fail[at] << GATE_ACDFA_SHIFT) + c];

			if (*edge) {
				t->fail[*edge] = behind;
				t->order[tail++] = *edge;
			} else {
				*edge = behind;
			}
		}
	}
}

static bool ends_word(const struct trie *t, uint32_t at)
{
	for (; at; at = t->fail[at]) {
		if (t->first[at])
			return true;
	}
	return false;
}

static size_t words_of(const struct trie *t, uint32_t at, uint16_t *out)
{
	size_t n = 0;

	for (; at; at = t->fail[at]) {
		for (uint32_t w = t->first[at]; w; w = t->link[w - 1]) {
			if (out)
				out[n] = (uint16_t)(w - 1);
			n++;
		}
	}
	return n;
}

/* States that end a word get the highest numbers: one comparison tells them. */
static int number(const struct trie *t, struct gate_acdfa_built *to, struct gate_err *err)
{
	gate_autofree uint16_t *name = calloc(t->n, sizeof(*name));
	uint32_t low = 0, high, outs = 0, total = 0;

	for (uint32_t i = 0; name && i < t->n; i++)
		outs += ends_word(t, i);
	high = t->n - outs;
	to->dfa.first_out = high;
	for (uint32_t i = 0; name && i < t->n; i++) {
		name[i] = (uint16_t)(ends_word(t, i) ? high++ : low++);
		total += (uint32_t)words_of(t, i, NULL);
	}
	to->next = calloc((size_t)t->n << GATE_ACDFA_SHIFT, sizeof(*to->next));
	to->out_at = calloc(outs + 1, sizeof(*to->out_at));
	to->out = calloc(total + 1, sizeof(*to->out));
	if (!name || !to->next || !to->out_at || !to->out)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	total = 0;
	for (uint32_t i = 0; i < t->n; i++) {
		for (uint32_t c = 0; c < t->classes; c++)
			to->next[((uint32_t)name[i] << GATE_ACDFA_SHIFT) + c] = name[t->next[(i << GATE_ACDFA_SHIFT) + c]];
		/* name rises with i among those that end words, so the lists come in order */
		if (name[i] >= to->dfa.first_out) {
			to->out_at[name[i] - to->dfa.first_out] = total;
			total += (uint32_t)words_of(t, i, to->out + total);
		}
	}
	to->out_at[outs] = total;
	to->dfa.n_states = t->n;
	return 0;
}

int gate_acdfa_build(const char *const *words, size_t n, struct gate_acdfa_built *to, struct gate_err *err)
{
	struct trie t = { 0 };
	int rc;

	*to = (struct gate_acdfa_built){ .cls = calloc(256, 1) };
	if (!to->cls)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	rc = classify(words, n, to->cls, &t, err);
	if (rc == 0)
		rc = trie_make(&t, words, n, to->cls, err);
	if (rc == 0) {
		trie_close(&t);
		rc = number(&t, to, err);
	}
	free(t.next);
	free(t.fail);
	free(t.order);
	free(t.first);
	free(t.link);
	to->dfa.next = to->next;
	to->dfa.cls = to->cls;
	to->dfa.out = to->out;
	to->dfa.out_at = to->out_at;
	if (rc < 0)
		gate_acdfa_built_clear(to);
	return rc;
}

void gate_acdfa_built_clear(struct gate_acdfa_built *b)
{
	free(b->next);
	free(b->out);
	free(b->cls);
	free(b->out_at);
	*b = (struct gate_acdfa_built){ 0 };
}

/* ---- walking ---- */

/* The state at s[at] as far as any word can reach back. */
static uint32_t warm(const struct gate_acdfa *a, const char *s, size_t at)
{
	uint32_t state = 0;
	size_t from = at > GATE_ACDFA_WORD_MAX ? at - GATE_ACDFA_WORD_MAX : 0;

	for (; from < at; from++)
		state = gate_acdfa_step(a, state, (unsigned char)s[from]);
	return state;
}

static size_t walk_one(const struct gate_acdfa *a, const char *s, size_t from, size_t to, struct gate_ac_hit *hits)
{
	uint32_t state = warm(a, s, from);
	size_t n = 0;

	for (size_t i = from; i < to; i++) {
		state = gate_acdfa_step(a, state, (unsigned char)s[i]);
		if (state >= a->first_out)
			hits[n++] = (struct gate_ac_hit){ (uint32_t)(i - from) + 1, state };
	}
	return n;
}

/* Each stream writes its hits at the place of its own bytes, so none can run into the next one's. */
static size_t walk_side_by_side(const struct gate_acdfa *a, const char *s, size_t from, size_t q, struct gate_ac_hit *hits)
{
	const unsigned char *p0 = (const unsigned char *)s + from, *p1 = p0 + q, *p2 = p1 + q, *p3 = p2 + q;
	struct gate_ac_hit *h0 = hits, *h1 = hits + q, *h2 = h1 + q, *h3 = h2 + q;
	uint32_t s0 = warm(a, s, from), s1 = warm(a, s, from + q), s2 = warm(a, s, from + 2 * q);
	uint32_t s3 = warm(a, s, from + 3 * q);
	const uint32_t first = a->first_out;
	const uint16_t *next = a->next;
	const uint8_t *cls = a->cls;

	for (size_t i = 0; i < q; i++) {
		s0 = next[(s0 << GATE_ACDFA_SHIFT) + cls[p0[i]]];
		s1 = next[(s1 << GATE_ACDFA_SHIFT) + cls[p1[i]]];
		s2 = next[(s2 << GATE_ACDFA_SHIFT) + cls[p2[i]]];
		s3 = next[(s3 << GATE_ACDFA_SHIFT) + cls[p3[i]]];
		if (__builtin_expect(s0 >= first, 0))
			*h0++ = (struct gate_ac_hit){ (uint32_t)i + 1, s0 };
		if (__builtin_expect(s1 >= first, 0))
			*h1++ = (struct gate_ac_hit){ (uint32_t)(i + q) + 1, s1 };
		if (__builtin_expect(s2 >= first, 0))
			*h2++ = (struct gate_ac_hit){ (uint32_t)(i + 2 * q) + 1, s2 };
		if (__builtin_expect(s3 >= first, 0))
			*h3++ = (struct gate_ac_hit){ (uint32_t)(i + 3 * q) + 1, s3 };
	}
	memmove(h0, hits + q, (size_t)(h1 - (hits + q)) * sizeof(*hits));
	h0 += h1 - (hits + q);
	memmove(h0, hits + 2 * q, (size_t)(h2 - (hits + 2 * q)) * sizeof(*hits));
	h0 += h2 - (hits + 2 * q);
	memmove(h0, hits + 3 * q, (size_t)(h3 - (hits + 3 * q)) * sizeof(*hits));
	h0 += h3 - (hits + 3 * q);
	return (size_t)(h0 - hits);
}

size_t gate_acdfa_walk(const struct gate_acdfa *a, const char *s, size_t from, size_t to, struct gate_ac_hit *hits)
{
	size_t q = (to - from) / STREAMS, n = 0, done = from;

	if (q >= STREAM_MIN) {
		n = walk_side_by_side(a, s, from, q, hits);
		done = from + q * STREAMS;
	}
	for (size_t i = 0, more = walk_one(a, s, done, to, hits + n), base = done - from; i < more; i++)
		hits[n++].end += (uint32_t)base;
	for (size_t i = 0; i < n; i++)
		hits[i].end += (uint32_t)from;
	return n;
}
