#include "classifier/objects/names.h"

#include "base/fold.h"
#include "base/name.h"
#include "classifier/text/hidden.h"

#include <string.h>
#include <strings.h>

#define NAME_MAX_BYTES 255 /* of one component, on every file system in use */
#define PROBES_MAX 128	   /* names built to collide in the hash: beyond it a finding, not more time */

static const struct gate_weight critical = { GATE_TIER_CRITICAL, 100000, false };
static const struct gate_weight high = { GATE_TIER_HIGH, 50000, false };
static const struct gate_weight medium = { GATE_TIER_MEDIUM, 20000, false };

struct place {
	struct gate_detect *d;
	uint32_t change;
	const struct gate_names *all;
	struct gate_buf path; /* of the name at hand */
};

static int set_path(struct place *p, const struct gate_name *n, struct gate_err *err)
{
	gate_buf_reset(&p->path);
	gate_buf_fmt(&p->path, "%s%s", p->all->path, *p->all->path ? "/" : "");
	gate_buf_add(&p->path, n->s, n->len);
	return gate_buf_check(&p->path, err);
}

static int add(struct place *p, const char *id, const struct gate_weight *w, const char *message, struct gate_err *err)
{
	struct gate_sighting s = {
		.id = id, .path = gate_buf_cstr(&p->path), .commit = p->all->commit, .at_most = w, .message = message
	};

	return gate_detect_add(p->d, p->change, &s, err);
}

static bool has_control(const struct gate_name *n)
{
	for (size_t i = 0; i < n->len; i++) {
		unsigned char c = (unsigned char)n->s[i];

		if (c < 0x20 || c == 0x7f)
			return true;
	}
	return false;
}

/* Names that Windows gives to devices, whatever ending follows. */
static bool is_device(const struct gate_name *n)
{
	static const char *const names[] = { "con", "prn", "aux", "nul", "conin$", "conout$" };
	const char *dot = memchr(n->s, '.', n->len);
	size_t len = dot ? (size_t)(dot - n->s) : n->len;

	while (len && n->s[len - 1] == ' ')
		len--;
	for (size_t i = 0; i < GATE_ARRAY_LEN(names); i++) {
		if (len == strlen(names[i]) && strncasecmp(n->s, names[i], len) == 0)
			return true;
	}
	return len == 4 && (strncasecmp(n->s, "com", 3) == 0 || strncasecmp(n->s, "lpt", 3) == 0) && n->s[3] >= '1' && n->s[3] <= '9';
}

/* What no program of ours writes, and what shells, Windows or a terminal take for something else. */
static int dangerous(struct place *p, const struct gate_name *n, struct gate_err *err)
{
	bool folder = (n->mode & 0170000) == 0040000;

	if (has_control(n))
		return add(p, "GIT-DOTGIT", n->len == 5 && memcmp(n->s, "Icon\r", 5) == 0 ? &medium : &critical,
			   "a name with a control character: what is shown for it is not what it is", err);
	if (memchr(n->s, '\\', n->len)) /* systemd writes \x2d */
		return add(p, "GIT-DOTGIT", &high, "a name with a backslash: to Windows it is a path", err);
	if (n->len && n->s[0] == '-')
		return add(p, "GIT-DOTGIT", folder ? &medium : &high, "a name that a command takes for an option", err);
	return 0;
}

static const char *bad(const struct gate_name *n)
{
	if (n->len > NAME_MAX_BYTES)
		return "a name longer than file systems take";
	if (is_device(n))
		return "a name that Windows gives to a device: it cannot be checked out there";
	if (n->len && (n->s[n->len - 1] == '.' || n->s[n->len - 1] == ' '))
		return "a name with a dot or a blank at its end: Windows drops it and finds another file";
	return memchr(n->s, ':', n->len) && n->len > 2 && n->s[1] == ':' ? "a name that Windows takes for a drive" : NULL;
}

static int one_name(struct place *p, const struct gate_name *n, struct gate_err *err)
{
	const char *why = bad(n);
	bool any = false;
	int rc = set_path(p, n, err);

	if (rc == 0)
		rc = dangerous(p, n, err);
	if (rc == 0 && why)
		rc = add(p, "GIT-PATHBAD", &high, why, err);
	if (rc < 0 || why)
		return rc;
	if (!gate_utf8_valid(n->s, n->len))
		return add(p, "GIT-PATHBAD", &medium, "a name that is no UTF-8: systems show and store it differently", err);
	rc = gate_hidden_name(p->d, p->change, gate_buf_cstr(&p->path), n->len, p->all->commit, &any, err);
	return rc == 0 && any ? add(p, "GIT-PATHBAD", &high, "a name with characters that are not seen or look like others", err) : rc;
}

/* The folded names of a tree; slots hold index + 1. */
struct folds {
	struct gate_buf text;
	size_t *at; /* n + 1 starts */
	uint32_t *slots;
	size_t mask;
};

static void folds_clear(struct folds *f)
{
	gate_buf_clear(&f->text);
	free(f->at);
	free(f->slots);
}

static int fold_all(const struct gate_names *all, struct folds *f, struct gate_err *err)
{
	size_t size = 64;
	int rc = 0;

	while (size < all->n * 2)
		size *= 2;
	f->mask = size - 1;
	f->at = calloc(all->n + 1, sizeof(*f->at));
	f->slots = calloc(size, sizeof(*f->slots));
	if (!f->at || !f->slots)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; rc == 0 && i < all->n; i++) {
		rc = gate_fold(&f->text, all->v[i].s, all->v[i].len, err);
		f->at[i + 1] = f->text.len;
	}
	return rc;
}

static uint64_t hash(const char *s, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	return h ^ h >> 29;
}

/* The earlier name that folds to the same; SIZE_MAX: none, i itself: too many probes. */
static size_t file(struct folds *f, size_t i)
{
	const char *s = f->text.s + f->at[i];
	size_t n = f->at[i + 1] - f->at[i], h = hash(s, n);

	for (size_t k = 0; k < PROBES_MAX; k++) {
		uint32_t *slot = &f->slots[(h + k) & f->mask];
		size_t o = *slot - 1;

		if (!*slot) {
			*slot = (uint32_t)i + 1;
			return SIZE_MAX;
		}
		if (f->at[o + 1] - f->at[o] == n && memcmp(f->text.s + f->at[o], s, n) == 0)
			return o;
	}
	return i;
}

static int collide(struct place *p, size_t i, size_t other, struct gate_err *err)
{
	const struct gate_name *a = &p->all->v[other], *b = &p->all->v[i];
	gate_auto(gate_buf) struct gate_buf name = { 0 };
	struct gate_sighting s = { .id = "GIT-CASE", .commit = p->all->commit };
	int rc;

	if (a->had && b->had)
		return 0;
	rc = set_path(p, b->had ? a : b, err);
	gate_escape(&name, b->had ? b->s : a->s, b->had ? b->len : a->len);
	if (rc < 0 || gate_buf_check(&name, err) < 0)
		return -GATE_E_NOMEM;
	s.path = gate_buf_cstr(&p->path);
	s.new_value = gate_buf_cstr(&name);
	return gate_detect_add(p->d, p->change, &s, err);
}

static int collisions(struct place *p, struct gate_err *err)
{
	struct folds f = { 0 };
	int rc = fold_all(p->all, &f, err);

	for (size_t i = 0; rc == 0 && f.text.len && i < p->all->n; i++) {
		size_t other = file(&f, i);

		if (other == i)
			rc = gate_detect_limit(p->d, p->change, p->all->path, p->all->commit, false,
					       "names built to take time: not compared with each other", err);
		else if (other != SIZE_MAX)
			rc = collide(p, i, other, err);
	}
	folds_clear(&f);
	return rc;
}

/* What git takes for a repository: HEAD beside objects/ and refs/, or HEAD beside commondir, which names where those are. */
static int repository(struct place *p, struct gate_err *err)
{
	static const char *const parts[] = { "HEAD", "objects", "refs", "commondir" };
	unsigned have = 0;
	bool fresh = false;

	for (size_t i = 0; i < p->all->n; i++) {
		const struct gate_name *n = &p->all->v[i];

		for (size_t k = 0; k < GATE_ARRAY_LEN(parts); k++) {
			if (n->len != strlen(parts[k]) || strncasecmp(n->s, parts[k], n->len) != 0)
				continue;
			have |= 1u << k;
			fresh |= !n->had;
		}
	}
	if (!fresh || ((have & 7u) != 7u && (have & 9u) != 9u))
		return 0;
	gate_buf_reset(&p->path);
	gate_buf_str(&p->path, p->all->path);
	return gate_buf_check(&p->path, err) < 0 ? -GATE_E_NOMEM : add(p, "GIT-BAREREPO", &critical, NULL, err);
}

int gate_names_look(struct gate_detect *d, uint32_t change, const struct gate_names *n, struct gate_err *err)
{
	struct place p = { .d = d, .change = change, .all = n };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n->n; i++) {
		if (!n->v[i].had)
			rc = one_name(&p, &n->v[i], err);
	}
	if (rc == 0)
		rc = collisions(&p, err);
	if (rc == 0)
		rc = repository(&p, err);
	gate_buf_clear(&p.path);
	return rc;
}
