/* go.mod and go.work (go.dev/ref/mod), go.sum and go.work.sum. */
#include "formats/locks/read.h"

struct words {
	const char *s[6];
	size_t len[6];
	size_t n;
};

/* Words of a line up to "//"; quoted ones without their quotes. */
static void split(const struct gate_line *l, struct words *w)
{
	const char *p = l->s, *end = l->s + l->len;

	w->n = 0;
	while (p < end && w->n < GATE_ARRAY_LEN(w->s)) {
		const char *from;

		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
		if (p >= end || (*p == '/' && p + 1 < end && p[1] == '/'))
			return;
		from = p;
		while (p < end && *p != ' ' && *p != '\t')
			p++;
		w->s[w->n] = from;
		w->len[w->n] = (size_t)(p - from);
		if (w->len[w->n] > 1 && (*from == '"' || *from == '`')) {
			w->s[w->n]++;
			w->len[w->n] -= 2;
		}
		w->n++;
	}
}

static bool word_is(const struct words *w, size_t i, const char *text)
{
	return i < w->n && strlen(text) == w->len[i] && memcmp(w->s[i], text, w->len[i]) == 0;
}

static int sum_line(struct gate_lock_store *s, struct gate_parts *p, const struct gate_line *l, struct gate_err *err)
{
	struct words w;
	size_t n;
	bool mod;

	split(l, &w);
	if (!w.n)
		return 0;
	if (w.n != 3)
		return gate_err_set(err, GATE_E_SYNTAX, "%u: a line is a module, a version and a checksum", l->number);
	n = w.len[1];
	mod = n > 7 && memcmp(w.s[1] + n - 7, "/go.mod", 7) == 0;
	gate_parts_reset(p, l->number);
	gate_parts_setn(p, GATE_PART_NAME, w.s[0], w.len[0]);
	gate_parts_setn(p, GATE_PART_VERSION, w.s[1], mod ? n - 7 : n);
	gate_parts_setn(p, GATE_PART_HASH, w.s[2], w.len[2]);
	if (mod) /* of the module's go.mod alone: never taken for the checksum of its code */
		gate_buf_str(&p->f[GATE_PART_NAME], "/go.mod");
	return gate_parts_add(s, p, GATE_ECO_GO, GATE_DEP_PACKAGE, GATE_DEP_REGISTRY, err);
}

int gate_lock_read_go_sum(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	struct gate_parts p = { 0 };
	struct gate_line l = { 0 };
	const char *at = bytes;
	int rc = 0;

	while (rc == 0 && gate_line_next(&at, bytes + len, &l))
		rc = sum_line(s, &p, &l, err);
	gate_parts_clear(&p);
	return rc;
}

/* "old [v] => new [v]": an override of old, whose source is new. */
static int replace(struct gate_lock_store *s, struct gate_parts *p, const struct words *w, size_t from, struct gate_err *err)
{
	size_t arrow = from;
	enum gate_dep_kind kind;

	while (arrow < w->n && !word_is(w, arrow, "=>"))
		arrow++;
	if (arrow + 1 >= w->n)
		return gate_err_set(err, GATE_E_SYNTAX, "%u: replace without what replaces", p->line);
	gate_parts_setn(p, GATE_PART_NAME, w->s[from], w->len[from]);
	gate_parts_setn(p, GATE_PART_SOURCE, w->s[arrow + 1], w->len[arrow + 1]);
	if (arrow + 2 < w->n)
		gate_parts_setn(p, GATE_PART_VERSION, w->s[arrow + 2], w->len[arrow + 2]);
	kind = gate_address_kind(gate_parts_get(p, GATE_PART_SOURCE)) == GATE_DEP_PATH ? GATE_DEP_PATH : GATE_DEP_GIT;
	return gate_parts_add(s, p, GATE_ECO_GO, GATE_DEP_OVERRIDE, kind, err);
}

static int directive(struct gate_lock_store *s, struct gate_parts *p, const char *block, const struct words *w, size_t from,
		     const struct gate_line *l, struct gate_err *err)
{
	bool require = strcmp(block, "require") == 0, exclude = strcmp(block, "exclude") == 0;

	gate_parts_reset(p, l->number);
	if (strcmp(block, "replace") == 0)
		return replace(s, p, w, from, err);
	if (strcmp(block, "toolchain") == 0) {
		gate_parts_set(p, GATE_PART_NAME, "toolchain");
		gate_parts_setn(p, GATE_PART_VERSION, w->s[from], w->len[from]);
		return gate_parts_add(s, p, GATE_ECO_GO, GATE_DEP_PACKAGE, GATE_DEP_REGISTRY, err);
	}
	if ((!require && !exclude) || w->n < from + 2)
		return 0;
	gate_parts_setn(p, GATE_PART_NAME, w->s[from], w->len[from]);
	gate_parts_setn(p, GATE_PART_VERSION, w->s[from + 1], w->len[from + 1]);
	if (exclude) {
		gate_buf_str(&p->f[GATE_PART_NAME], " (exclude)");
		return gate_parts_add(s, p, GATE_ECO_GO, GATE_DEP_OVERRIDE, GATE_DEP_REGISTRY, err);
	}
	p->flags = memmem(l->s, l->len, "// indirect", 11) ? GATE_DEP_INDIRECT : GATE_DEP_FROM_ROOT;
	return gate_parts_add(s, p, GATE_ECO_GO, GATE_DEP_PACKAGE, GATE_DEP_REGISTRY, err);
}

int gate_lock_read_go_mod(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	static const char *const blocks[] = { "require", "replace", "exclude", "toolchain" };
	struct gate_parts p = { 0 };
	struct gate_line l = { 0 };
	struct words w;
	const char *at = bytes, *block = "";
	bool open = false;
	int rc = 0;

	while (rc == 0 && gate_line_next(&at, bytes + len, &l)) {
		size_t from = 0;

		split(&l, &w);
		if (!w.n)
			continue;
		if (open && word_is(&w, 0, ")")) {
			open = false;
			continue;
		}
		if (!open) {
			block = "";
			for (size_t i = 0; i < GATE_ARRAY_LEN(blocks); i++) {
				if (word_is(&w, 0, blocks[i]))
					block = blocks[i];
			}
			open = word_is(&w, 1, "(");
			from = 1;
		}
		if (*block && w.n > from && !(from && open))
			rc = directive(s, &p, block, &w, from, &l, err);
	}
	if (rc == 0 && open)
		rc = gate_err_set(err, GATE_E_SYNTAX, "%u: a block does not end", l.number);
	gate_parts_clear(&p);
	return rc;
}

int gate_lock_read_go_work(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return gate_lock_read_go_mod(bytes, len, s, err);
}
