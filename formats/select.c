/* gate_node_select: which nodes a pattern of keys means. The walk calls itself at most as deep as the limits let a tree be. */
#include "formats/tree.h"

#include "base/str.h"

#include <string.h>

#define STEPS_MAX 63 /* a bit for each, and one for the end */

/* One step of the pattern: the text between two dots that stand outside of quotes and braces. */
struct step {
	const char *s;
	size_t len;
	bool quoted; /* a key as it is, without meaning of * and { */
};

struct walk {
	struct step steps[STEPS_MAX];
	uint32_t n;
	gate_node_fn *fn;
	void *arg;
	struct gate_err *err;
	struct gate_buf path;
};

static int split(struct walk *w, const char *pattern)
{
	while (*pattern) {
		struct step *s = &w->steps[w->n];
		const char *end;

		if (w->n == STEPS_MAX)
			return gate_err_set(w->err, GATE_E_LIMIT, "a pattern of more than %d keys", STEPS_MAX);
		s->quoted = *pattern == '"';
		if (s->quoted) {
			end = strchr(++pattern, '"');
			if (!end || (end[1] && end[1] != '.'))
				return gate_err_set(w->err, GATE_E_SYNTAX, "a quote that does not end a key");
		} else if (*pattern == '{') {
			end = strchr(pattern, '}');
			if (!end || (end[1] && end[1] != '.'))
				return gate_err_set(w->err, GATE_E_SYNTAX, "a brace that does not end a key");
			end++;
		} else {
			end = pattern + strcspn(pattern, ".");
		}
		s->s = pattern;
		s->len = (size_t)(end - pattern);
		w->n++;
		end += s->quoted;
		pattern = *end ? end + 1 : end;
	}
	return 0;
}

static bool same(const char *key, const char *s, size_t len)
{
	return strncmp(key, s, len) == 0 && !key[len];
}

static bool meets(const struct step *s, const char *key)
{
	if (s->quoted)
		return same(key, s->s, s->len);
	if (s->len == 1 && *s->s == '*')
		return true;
	if (s->len >= 2 && *s->s == '{' && s->s[s->len - 1] == '}') {
		const char *p = s->s + 1, *end = s->s + s->len - 1;

		for (;;) {
			const char *comma = memchr(p, ',', (size_t)(end - p));
			const char *stop = comma ? comma : end;

			if (same(key, p, (size_t)(stop - p)))
				return true;
			if (!comma)
				return false;
			p = comma + 1;
		}
	}
	return same(key, s->s, s->len);
}

static bool is_deep(const struct step *s)
{
	return !s->quoted && s->len == 2 && memcmp(s->s, "**", 2) == 0;
}

static void add_key(struct gate_buf *path, const char *key)
{
	bool quote = !*key || strpbrk(key, ".\"") != NULL;

	if (path->len)
		gate_buf_char(path, '.');
	if (quote)
		gate_buf_char(path, '"');
	gate_buf_str(path, key);
	if (quote)
		gate_buf_char(path, '"');
}

/* Steps that a node may stand before, as a set of bits: ** may be passed over, so there can be several. */
static uint64_t closure(const struct walk *w, uint64_t at)
{
	for (uint32_t i = 0; i < w->n; i++) {
		if (at >> i & 1 && is_deep(&w->steps[i]))
			at |= (uint64_t)1 << (i + 1);
	}
	return at;
}

static uint64_t advance(const struct walk *w, uint64_t at, const char *key)
{
	uint64_t to = 0;

	for (uint32_t i = 0; i < w->n; i++) {
		if (!(at >> i & 1))
			continue;
		if (is_deep(&w->steps[i]))
			to |= (uint64_t)1 << i;
		else if (meets(&w->steps[i], key))
			to |= (uint64_t)1 << (i + 1);
	}
	return closure(w, to);
}

static int visit(struct walk *w, const struct gate_node *node, uint64_t at)
{
	const bool list = node->type == GATE_NODE_LIST;
	const size_t len = w->path.len;
	uint32_t index = 0;
	int rc = 0;

	if (at >> w->n & 1)
		rc = w->fn(w->arg, gate_buf_cstr(&w->path), node, w->err);
	for (const struct gate_node *c = node->first; rc >= 0 && c; c = c->next, index++) {
		char number[16];
		const char *key = c->key;
		uint64_t next;

		if (list)
			snprintf(number, sizeof(number), "%u", index);
		next = advance(w, at, list ? number : key);
		if (!next)
			continue;
		add_key(&w->path, list ? number : key);
		rc = gate_buf_check(&w->path, w->err);
		if (rc >= 0)
			rc = visit(w, c, next);
		w->path.len = len;
		if (w->path.s)
			w->path.s[len] = 0;
	}
	return rc < 0 ? rc : 0;
}

int gate_node_select(const struct gate_node *root, const char *pattern, gate_node_fn *fn, void *arg,
		     struct gate_err *err)
{
	struct walk w = { .fn = fn, .arg = arg, .err = err };
	int rc = root ? split(&w, pattern) : 0;

	if (rc == 0 && root)
		rc = visit(&w, root, closure(&w, 1));
	gate_buf_clear(&w.path);
	return rc;
}
