#include "repo/git2_parse.h"

#define TYPE_MASK 0170000u
#define MODE_DIGITS_MAX 7

void gate_tree_start(struct gate_tree_iter *it, const char *bytes, size_t len)
{
	*it = (struct gate_tree_iter){ .p = bytes, .left = len };
}

/* "<octal> ": gives how many bytes that are, 0 when it is something else. */
static size_t read_mode(const char *p, size_t left, struct gate_tree_entry *e)
{
	uint32_t mode = 0;
	size_t n = 0;

	while (n < left && n < MODE_DIGITS_MAX && p[n] >= '0' && p[n] <= '7')
		mode = mode << 3 | (uint32_t)(p[n++] - '0');
	if (n == 0 || n >= left || p[n] != ' ')
		return 0;
	e->mode = mode;
	e->padded = p[0] == '0';
	return n + 1;
}

bool gate_tree_next(struct gate_tree_iter *it)
{
	size_t n = it->left ? read_mode(it->p, it->left, &it->e) : 0;
	const char *nul = n ? memchr(it->p + n, '\0', it->left - n) : NULL;
	size_t all;

	if (it->left == 0)
		return false;
	it->bad = !nul || it->left - (size_t)(nul - it->p) < 1 + GATE_OIDSZ;
	if (it->bad || !nul) {
		it->left = 0;
		return false;
	}
	it->e.name = it->p + n;
	it->e.name_len = (size_t)(nul - it->e.name);
	memcpy(it->e.oid.b, nul + 1, GATE_OIDSZ);
	all = (size_t)(nul - it->p) + 1 + GATE_OIDSZ;
	it->p += all;
	it->left -= all;
	return true;
}

bool gate_mode_is_tree(uint32_t mode)
{
	return (mode & TYPE_MASK) == 0040000;
}

bool gate_mode_is_link(uint32_t mode)
{
	return (mode & TYPE_MASK) == 0120000;
}

bool gate_mode_is_gitlink(uint32_t mode)
{
	return (mode & TYPE_MASK) == 0160000;
}

int gate_entry_order(const struct gate_tree_entry *a, const struct gate_tree_entry *b)
{
	size_t n = a->name_len < b->name_len ? a->name_len : b->name_len;
	int d = memcmp(a->name, b->name, n);
	unsigned char x, y;

	if (d)
		return d;
	x = a->name_len > n ? (unsigned char)a->name[n] : gate_mode_is_tree(a->mode) ? '/' : 0;
	y = b->name_len > n ? (unsigned char)b->name[n] : gate_mode_is_tree(b->mode) ? '/' : 0;
	if (x != y)
		return x < y ? -1 : 1;
	/* "a/" as a tree and "a" "/" as a file's name cannot both be: a slash in a name is a flaw of its own. */
	return a->name_len == b->name_len ? 0 : a->name_len < b->name_len ? -1 : 1;
}

/* 100664 is what git wrote before 2005; every reader takes it for 100644. */
static bool mode_known(uint32_t mode)
{
	static const uint32_t modes[] = { 0040000, 0100644, 0100755, 0100664, 0120000, 0160000 };

	for (size_t i = 0; i < GATE_ARRAY_LEN(modes); i++) {
		if (modes[i] == mode)
			return true;
	}
	return false;
}

/* What the check of one tree remembers. `open` holds the files whose name could come once more as a folder: git sorts a folder
 * as "name/", so that "a", "a.b", "a/" are in order although "a" stands twice. */
struct check {
	struct gate_tree_entry last;
	bool any;
	struct gate_tree_entry *open;
	size_t n_open, cap_open;
	gate_flaw_fn *fn;
	void *arg;
};

static bool is_prefix(const struct gate_tree_entry *a, const struct gate_tree_entry *b)
{
	return a->name_len <= b->name_len && memcmp(a->name, b->name, a->name_len) == 0;
}

static int push_open(struct check *c, const struct gate_tree_entry *e, struct gate_err *err)
{
	if (c->n_open == c->cap_open) {
		size_t cap = c->cap_open ? c->cap_open * 2 : 16;
		struct gate_tree_entry *v = reallocarray(c->open, cap, sizeof(*v));

		if (!v)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		c->open = v;
		c->cap_open = cap;
	}
	c->open[c->n_open++] = *e;
	return 0;
}

static const char *place_flaw(struct check *c, const struct gate_tree_entry *e)
{
	int order = c->any ? gate_entry_order(&c->last, e) : -1;

	while (c->n_open && !is_prefix(&c->open[c->n_open - 1], e))
		c->n_open--;
	if (order == 0 || (c->n_open && c->open[c->n_open - 1].name_len == e->name_len))
		return "the name stands twice in one folder";
	return order > 0 ? "the entries are not in git's order" : NULL;
}

static const char *form_flaw(const struct gate_tree_entry *e)
{
	if (e->name_len == 0)
		return "an entry has no name";
	if (memchr(e->name, '/', e->name_len))
		return "a name holds a slash";
	if (gate_oid_is_zero(&e->oid))
		return "an entry names the zero object";
	if (e->padded)
		return "a mode has a leading zero";
	return mode_known(e->mode) ? NULL : "a mode that git does not write";
}

static int check_entry(struct check *c, const struct gate_tree_entry *e, struct gate_err *err)
{
	const char *why[2] = { form_flaw(e), place_flaw(c, e) };
	const char *unsafe = gate_name_unsafe(e->name, e->name_len);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(why); i++) {
		if (why[i])
			rc = c->fn(c->arg, GATE_FLAW_FORM, e->name, e->name_len, why[i], err);
	}
	if (rc == 0 && unsafe)
		rc = c->fn(c->arg, GATE_FLAW_DOTGIT, e->name, e->name_len, unsafe, err);
	if (rc == 0 && !gate_mode_is_tree(e->mode))
		rc = push_open(c, e, err);
	c->last = *e;
	c->any = true;
	return rc;
}

int gate_tree_flaws(const char *bytes, size_t len, gate_flaw_fn *fn, void *arg, struct gate_err *err)
{
	struct check c = { .fn = fn, .arg = arg };
	struct gate_tree_iter it;
	int rc = 0;

	gate_tree_start(&it, bytes, len);
	while (rc == 0 && gate_tree_next(&it))
		rc = check_entry(&c, &it.e, err);
	if (rc == 0 && it.bad)
		rc = fn(arg, GATE_FLAW_FORM, "", 0, "the tree ends in the middle of an entry", err);
	free(c.open);
	return rc;
}
