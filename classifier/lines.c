#include "classifier/lines.h"

#include <stdlib.h>
#include <string.h>

/* A text built to collide in the hash must not cost quadratic time; beyond this many probes a line counts as gained,
 * which can only raise a finding. */
#define PROBES_MAX 128

struct slot {
	const char *s;
	size_t len;
	uint64_t hash;
	uint32_t count;
};

struct table {
	struct slot *v;
	size_t mask;
};

struct cursor {
	const char *p, *end;
};

static bool next_line(struct cursor *c, const char **s, size_t *len)
{
	const char *nl;

	if (c->p == c->end)
		return false;
	nl = memchr(c->p, '\n', (size_t)(c->end - c->p));
	*s = c->p;
	*len = (size_t)((nl ? nl : c->end) - c->p);
	c->p = nl ? nl + 1 : c->end;
	if (*len && (*s)[*len - 1] == '\r')
		--*len;
	return true;
}

static uint64_t hash_bytes(const char *s, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	return h ^ h >> 29;
}

/* The slot of the line, or an empty one for it; NULL after too many probes. */
static struct slot *find(const struct table *t, const char *s, size_t len, uint64_t hash)
{
	for (size_t i = 0; i < PROBES_MAX; i++) {
		struct slot *x = &t->v[(hash + i) & t->mask];

		if (!x->s || (x->hash == hash && x->len == len && memcmp(x->s, s, len) == 0))
			return x;
	}
	return NULL;
}

static uint64_t count_lines(const char *s, size_t len)
{
	struct cursor c = { s, s + len };
	const char *line;
	uint64_t n = 0;
	size_t l;

	while (next_line(&c, &line, &l))
		n++;
	return n;
}

static bool table_init(struct table *t, uint64_t lines)
{
	size_t size = 64;

	while (size < lines * 2)
		size *= 2;
	t->v = calloc(size, sizeof(*t->v));
	t->mask = size - 1;
	return t->v != NULL;
}

static void fill(struct table *t, const char *s, size_t len)
{
	struct cursor c = { s, s + len };
	const char *line;
	size_t l;

	while (next_line(&c, &line, &l)) {
		uint64_t h = hash_bytes(line, l);
		struct slot *x = find(t, line, l, h);

		if (x)
			*x = (struct slot){ line, l, h, x->count + 1 };
	}
}

static bool gain(struct gate_line_diff *out, const char *s, size_t len, uint32_t number)
{
	if (out->n == out->cap) {
		size_t want = out->cap ? out->cap * 2 : 32;
		void *bigger = reallocarray(out->at, want, sizeof(*out->at));

		if (!bigger)
			return false;
		out->at = bigger;
		out->cap = want;
	}
	out->at[out->n++] = (struct gate_line_at){ out->text.len, number };
	gate_buf_add(&out->text, s, len);
	gate_buf_char(&out->text, '\n');
	return !out->text.failed;
}

static bool subtract(const struct table *t, const char *s, size_t len, struct gate_line_diff *out)
{
	struct cursor c = { s, s + len };
	uint64_t kept = 0;
	const char *line;
	size_t l;

	while (next_line(&c, &line, &l)) {
		struct slot *x = find(t, line, l, hash_bytes(line, l));

		out->total++;
		if (x && x->count) {
			x->count--;
			kept++;
		} else if (!gain(out, line, l, (uint32_t)out->total)) {
			return false;
		}
	}
	out->lost = out->before - kept;
	return true;
}

int gate_line_diff_compare(const char *before, size_t before_len, const char *now, size_t now_len, struct gate_line_diff *out,
		       struct gate_err *err)
{
	gate_autofree struct slot *slots = NULL;
	struct table t;

	before = before ? before : "";
	now = now ? now : "";
	out->before = count_lines(before, before_len);
	if (!table_init(&t, out->before))
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	slots = t.v;
	fill(&t, before, before_len);
	if (!subtract(&t, now, now_len, out))
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	return 0;
}

void gate_line_diff_clear(struct gate_line_diff *l)
{
	gate_buf_clear(&l->text);
	free(l->at);
	*l = (struct gate_line_diff){ 0 };
}

uint32_t gate_line_diff_number(const struct gate_line_diff *l, size_t offset)
{
	size_t low = 0, high = l->n;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (l->at[mid].offset <= offset)
			low = mid;
		else
			high = mid;
	}
	return l->n ? l->at[low].line : 0;
}
