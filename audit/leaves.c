#include "audit/leaves.h"

#include "audit/log_store.h"
#include "base/num.h"

#include <inttypes.h>

#define HASH_LINE 45 /* 44 characters of base64 and LF */

/* ---- hashes as lines ---- */

static bool get_hash(const char *line, uint8_t out[32])
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	if (line[HASH_LINE - 1] != '\n' || !gate_b64_decode(&b, line, HASH_LINE - 1, NULL) || b.len != 32)
		return false;
	memcpy(out, b.s, 32);
	return true;
}

static void put_hash(const uint8_t hash[32], struct gate_buf *out)
{
	gate_b64_encode(out, hash, 32, true);
	gate_buf_char(out, '\n');
}

static void put_frontier(const struct gate_tree *t, struct gate_buf *out)
{
	for (unsigned l = 0; l < GATE_TREE_LEVELS; l++) {
		if (t->size >> l & 1)
			put_hash(t->node[l], out);
	}
}

static bool get_frontier(const char *s, size_t len, uint64_t size, struct gate_tree *t)
{
	size_t want = (size_t)__builtin_popcountll(size) * HASH_LINE;

	*t = (struct gate_tree){ .size = size };
	if (size >> GATE_TREE_LEVELS || len < want)
		return false;
	for (unsigned l = 0; l < GATE_TREE_LEVELS; l++) {
		if (!(size >> l & 1))
			continue;
		if (!get_hash(s, t->node[l]))
			return false;
		s += HASH_LINE;
	}
	return true;
}

/* Two numbers with one space between, and LF; gives what follows. */
static const char *get_pair(const char *s, const char *end, uint64_t *a, uint64_t *b)
{
	const char *lf = memchr(s, '\n', (size_t)(end - s));
	const char *space = lf ? memchr(s, ' ', (size_t)(lf - s)) : NULL;

	if (!space || !gate_parse_u64(s, (size_t)(space - s), a) || !gate_parse_u64(space + 1, (size_t)(lf - space - 1), b))
		return NULL;
	return lf + 1;
}

void gate_log_mark_format(const struct gate_log_mark *m, struct gate_buf *out)
{
	gate_buf_fmt(out, "%" PRIu64 " %" PRIu64 "\n", m->offset, m->tree.size);
	put_frontier(&m->tree, out);
}

bool gate_log_mark_parse(const char *s, size_t len, struct gate_log_mark *m)
{
	const char *end = s + len;
	uint64_t size;

	s = get_pair(s, end, &m->offset, &size);
	return s && get_frontier(s, (size_t)(end - s), size, &m->tree) &&
	       (size_t)(end - s) == (size_t)__builtin_popcountll(size) * HASH_LINE;
}

/* ---- reading a part ---- */

bool gate_leaves_parse(const char *s, size_t len, struct gate_leaves *out)
{
	static const char head[] = "log ";
	const char *end = s + len;
	size_t frontier;

	while (end > s && (end[-1] == '\n' || end[-1] == ' '))
		end--;
	end += end < s + len; /* the LF of the last line */
	if ((size_t)(end - s) < sizeof(head) || memcmp(s, head, sizeof(head) - 1) != 0)
		return false;
	s = get_pair(s + sizeof(head) - 1, end, &out->from, &out->to);
	if (!s || out->from >= out->to || s == end || *s++ != '\n' || !get_frontier(s, (size_t)(end - s), out->from, &out->before))
		return false;
	frontier = (size_t)__builtin_popcountll(out->from) * HASH_LINE;
	out->lines = s + frontier;
	return (size_t)(end - out->lines) % HASH_LINE == 0 && (size_t)(end - out->lines) / HASH_LINE == out->to - out->from;
}

bool gate_leaves_push(const struct gate_leaves *l, uint64_t i, struct gate_tree *t)
{
	uint8_t hash[32];

	return get_hash(l->lines + (i - l->from) * HASH_LINE, hash) && gate_tree_push(t, hash);
}

/* ---- writing one ---- */

static void add_leaf(const uint8_t hash[32], void *arg)
{
	put_hash(hash, arg);
}

static bool same_tree(const struct gate_tree *a, const struct gate_tree *b)
{
	uint8_t x[32], y[32];

	gate_tree_root(a, x);
	gate_tree_root(b, y);
	return a->size == b->size && memcmp(x, y, sizeof(x)) == 0;
}

/* Where entry m->tree.size begins, when the entries before it make that tree. */
static int find(const struct gate_log_view *v, struct gate_log_mark *m, struct gate_err *err)
{
	struct gate_log_watch w = { .size = m->tree.size };
	struct gate_log_mark end = { 0 };
	uint8_t root[32];

	if (gate_lines_walk(v->log, v->st.synced.offset, false, &end, &w, 1, NULL, NULL, err) < 0)
		return -(int)err->code;
	gate_tree_root(&m->tree, root);
	m->offset = w.reached && memcmp(root, w.root, sizeof(root)) == 0 ? w.offset : GATE_LEAVES_LOST;
	return 0;
}

/* From *m to the last synced entry; *continues tells whether that ends in the tree that the state names. */
static int walk(const struct gate_log_view *v, struct gate_log_mark *m, struct gate_buf *leaves, bool *continues, struct gate_err *err)
{
	const struct gate_log_mark *end = &v->st.synced;

	*continues = false;
	if (m->offset > end->offset)
		return 0;
	if (gate_lines_walk(v->log, end->offset, false, m, NULL, 0, add_leaf, leaves, err) < 0)
		return -(int)err->code;
	*continues = same_tree(&m->tree, &end->tree);
	return 0;
}

int gate_leaves_follow(const char *dir, struct gate_log_mark *m, struct gate_buf *out, struct gate_err *err)
{
	gate_auto(gate_log_view) struct gate_log_view v = GATE_LOG_VIEW_NONE;
	gate_auto(gate_buf) struct gate_buf leaves = { 0 };
	struct gate_tree before;
	bool continues;

	if (gate_log_view_open(dir, &v, err) < 0 || (m->offset == GATE_LEAVES_LOST && find(&v, m, err) < 0))
		return -(int)err->code;
	before = m->tree;
	if (walk(&v, m, &leaves, &continues, err) < 0)
		return -(int)err->code;
	if (!continues) {
		*m = (struct gate_log_mark){ 0 };
		before = m->tree;
		gate_buf_reset(&leaves);
		if (walk(&v, m, &leaves, &continues, err) < 0)
			return -(int)err->code;
	}
	if (!continues)
		return gate_err_set(err, GATE_E_LOG, "log.jsonl does not agree with its state; run `refgate log verify`");
	if (m->tree.size == before.size)
		return 0;
	gate_buf_fmt(out, "log %" PRIu64 " %" PRIu64 "\n\n", before.size, m->tree.size);
	put_frontier(&before, out);
	gate_buf_add(out, gate_buf_cstr(&leaves), leaves.len);
	return gate_buf_check(&leaves, err) < 0 ? -(int)err->code : gate_buf_check(out, err);
}
