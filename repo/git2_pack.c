#include "repo/git2_pack.h"

#include "base/io.h"
#include "repo/git2_delta.h"
#include "repo/git2_packidx.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#define NONE UINT32_MAX
#define HEADER_MAX 32	  /* type, size and base of an entry: at most 10 + 20 bytes */
#define CHUNK ((size_t)16 << 10)
#define HELD_MAX 4096u	  /* bases at hand at a time: git's longest chain of deltas is 4095 */

enum { TYPE_COMMIT = 1, TYPE_TREE, TYPE_BLOB, TYPE_TAG, TYPE_OFS_DELTA = 6, TYPE_REF_DELTA = 7 };

/* An object of the pack, in order of offsets. */
struct entry {
	uint64_t offset;
	uint32_t id;		 /* place of its oid in the index */
	uint32_t child, sibling; /* deltas on this one; NONE */
	uint8_t type, header;	 /* header: its bytes in front of the zlib stream */
	uint64_t size;		 /* inflated */
};

struct pack {
	int fd;
	struct gate_packidx *idx;
	struct entry *v;
	uint32_t n;
	z_stream z;
	bool z_ready;
	size_t memory, held;
	gate_pack_fn *fn;
	void *arg;
	struct gate_err *err;
};

/* A base whose deltas are being looked at. */
struct base {
	struct gate_delta_base is;
	uint32_t next; /* the next delta on it */
};

static int bad(struct pack *p, const char *what)
{
	return gate_err_set(p->err, GATE_E_OBJECT, "a pack of the push: %s", what);
}

/* ---- entries ---- */

static int by_offset(const void *a, const void *b)
{
	uint64_t x = ((const struct entry *)a)->offset, y = ((const struct entry *)b)->offset;

	return x < y ? -1 : x > y;
}

static uint32_t find_offset(const struct pack *p, uint64_t offset)
{
	uint32_t low = 0, high = p->n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (p->v[mid].offset < offset)
			low = mid + 1;
		else
			high = mid;
	}
	return low < p->n && p->v[low].offset == offset ? low : NONE;
}

/* The distance of an OFS_DELTA: seven bits a byte, the highest first, with one added between (gitformat-pack). */
static uint64_t distance(const uint8_t *s, size_t len, size_t *at)
{
	uint64_t v = 0;
	bool first = true;

	while (*at < len && v < UINT64_MAX >> 8) {
		uint8_t c = s[(*at)++];

		v = first ? c & 0x7fu : ((v + 1) << 7) | (c & 0x7fu);
		first = false;
		if (!(c & 0x80))
			return v;
	}
	*at = len + 1;
	return 0;
}

static uint32_t base_of(const struct pack *p, const struct entry *e, const uint8_t *s, size_t len, size_t *at)
{
	struct gate_oid oid;
	uint64_t back, offset;

	if (e->type == TYPE_OFS_DELTA) {
		back = distance(s, len, at);
		return back && back < e->offset ? find_offset(p, e->offset - back) : NONE;
	}
	if (*at + GATE_OIDSZ > len)
		return NONE;
	memcpy(oid.b, s + *at, GATE_OIDSZ);
	*at += GATE_OIDSZ;
	return gate_packidx_find(p->idx, &oid, &offset) ? find_offset(p, offset) : NONE;
}

/* Reads the head of entry i; a delta is hung below its base. */
static int read_head(struct pack *p, uint32_t i, const uint8_t *s, size_t len)
{
	struct entry *e = &p->v[i];
	size_t at = 1;
	uint32_t base;

	if (!len)
		return bad(p, "it ends too early");
	e->type = s[0] >> 4 & 7;
	e->size = s[0] & 15;
	if (s[0] & 0x80)
		e->size |= gate_delta_size(s, len, &at) << 4;
	if (e->type == TYPE_OFS_DELTA || e->type == TYPE_REF_DELTA) {
		base = base_of(p, e, s, len, &at);
		if (base == NONE || at > len)
			return bad(p, "a delta without a base");
		e->sibling = p->v[base].child;
		p->v[base].child = i;
	} else if (e->type < TYPE_COMMIT || e->type > TYPE_TAG || at > len) {
		return bad(p, "an object of an unknown type");
	}
	e->header = (uint8_t)at;
	return 0;
}

/* From the last to the first, so that the deltas on one base are listed from the first to the last: then reading goes forward. */
static int read_heads(struct pack *p)
{
	uint8_t window[CHUNK];
	uint64_t start = UINT64_MAX;
	size_t have = 0;
	int rc = 0;

	for (uint32_t i = p->n; rc == 0 && i-- > 0;) {
		uint64_t o = p->v[i].offset;

		if (o < start || o + HEADER_MAX > start + have) {
			ssize_t got;

			start = o + HEADER_MAX > sizeof(window) ? o + HEADER_MAX - sizeof(window) : 0;
			got = pread(p->fd, window, sizeof(window), (off_t)start);
			have = got > 0 ? (size_t)got : 0;
		}
		rc = o < start + have ? read_head(p, i, window + (o - start), (size_t)(start + have - o)) :
					bad(p, "it ends too early");
	}
	return rc;
}

static int list_entries(struct pack *p)
{
	p->n = gate_packidx_count(p->idx);
	p->v = calloc((size_t)p->n + 1, sizeof(*p->v));
	if (!p->v)
		return gate_err_set(p->err, GATE_E_NOMEM, "out of memory");
	for (uint32_t i = 0; i < p->n; i++)
		p->v[i] = (struct entry){ .offset = gate_packidx_offset(p->idx, i), .id = i, .child = NONE, .sibling = NONE };
	qsort(p->v, p->n, sizeof(*p->v), by_offset);
	return read_heads(p);
}

/* ---- content ---- */

/* Inflates the entry's stream into a new buffer of exactly its size. */
static int inflate_entry(struct pack *p, const struct entry *e, char **out)
{
	uint8_t in[CHUNK];
	uint64_t at = e->offset + e->header;
	char *s = malloc((size_t)e->size + 1);
	int z = Z_OK;

	if (!s)
		return gate_err_set(p->err, GATE_E_NOMEM, "out of memory");
	inflateReset(&p->z);
	p->z.avail_in = 0;
	p->z.next_out = (Bytef *)s;
	p->z.avail_out = (uInt)e->size + 1; /* one more, so that a stream that is too long is seen */
	while (z == Z_OK && p->z.avail_out) {
		if (!p->z.avail_in) {
			/* most are short */
			ssize_t got = pread(p->fd, in, e->size < 1024 ? 1024 : sizeof(in), (off_t)at);

			if (got <= 0)
				break;
			at += (uint64_t)got;
			p->z.next_in = in;
			p->z.avail_in = (uInt)got;
		}
		z = inflate(&p->z, Z_NO_FLUSH);
	}
	if (z != Z_STREAM_END || p->z.avail_out != 1) {
		free(s);
		return bad(p, "an object that cannot be inflated");
	}
	*out = s;
	return 0;
}

/* The object that a delta makes of its base. *out stays NULL when it does not fit. */
static int resolve(struct pack *p, const struct entry *e, const struct base *b, struct base *out, struct gate_spans *fresh)
{
	gate_autofree char *delta = NULL;
	const uint8_t *d;
	uint64_t base_size, size;
	size_t at = 0;
	int rc;

	if (e->size > p->memory || p->held + e->size > p->memory)
		return 0;
	rc = inflate_entry(p, e, &delta);
	if (rc < 0)
		return rc;
	d = (const uint8_t *)delta;
	base_size = gate_delta_size(d, (size_t)e->size, &at);
	size = gate_delta_size(d, (size_t)e->size, &at);
	if (at > e->size || base_size != b->is.len)
		return bad(p, "a delta that does not belong to its base");
	if (size > p->memory || p->held + e->size + size > p->memory)
		return 0;
	out->is.bytes = malloc((size_t)size + 1);
	if (!out->is.bytes)
		return gate_err_set(p->err, GATE_E_NOMEM, "out of memory");
	out->is.len = (size_t)size;
	if (!gate_delta_apply(&b->is, d, (size_t)e->size, at, out->is.bytes, out->is.len, fresh))
		return bad(p, "a delta that does not fit its base");
	return 0;
}

static int tell(struct pack *p, const struct entry *e, uint8_t type, struct base *b, const struct gate_spans *fresh)
{
	static const enum gate_kind kinds[] = { [TYPE_COMMIT] = GATE_KIND_COMMIT, [TYPE_TREE] = GATE_KIND_TREE,
						[TYPE_BLOB] = GATE_KIND_BLOB, [TYPE_TAG] = GATE_KIND_TAG };
	struct gate_pack_object o = { .kind = kinds[type], .bytes = b->is.bytes, .len = b->is.len, .kept = &b->is.kept };

	if (fresh && !fresh->over)
		o.fresh = fresh;
	b->is.kept = (struct gate_spans){ .over = true };
	gate_packidx_oid(p->idx, e->id, &o.oid);
	return p->fn(p->arg, &o, p->err);
}

/* Holds *b as a base when deltas stand on e, else lets it go. */
static void keep(struct pack *p, struct base *held, size_t *depth, const struct entry *e, struct base *b)
{
	if (e->child == NONE || *depth >= HELD_MAX) {
		free(b->is.bytes);
	} else {
		b->next = e->child;
		p->held += b->is.len;
		held[(*depth)++] = *b;
	}
	*b = (struct base){ 0 };
}

/* One whole object and all that is made of it, depth first: only one chain of bases is held at a time. */
static int one_family(struct pack *p, const struct entry *root, struct base *held)
{
	struct base b = { .is.len = (size_t)root->size };
	struct gate_spans fresh;
	size_t depth = 0;
	int rc;

	if (root->size > p->memory)
		return 0;
	rc = inflate_entry(p, root, &b.is.bytes);
	if (rc == 0)
		rc = tell(p, root, root->type, &b, NULL);
	keep(p, held, &depth, root, &b);
	while (rc == 0 && depth) {
		struct base *top = &held[depth - 1];
		const struct entry *e;

		if (top->next == NONE) {
			p->held -= top->is.len;
			free(top->is.bytes);
			depth--;
			continue;
		}
		e = &p->v[top->next];
		top->next = e->sibling;
		rc = resolve(p, e, top, &b, &fresh);
		if (rc == 0 && b.is.bytes) {
			rc = tell(p, e, root->type, &b, &fresh);
			keep(p, held, &depth, e, &b);
		}
	}
	free(b.is.bytes);
	while (depth)
		free(held[--depth].is.bytes);
	p->held = 0;
	return rc;
}

static int all_families(struct pack *p)
{
	gate_autofree struct base *held = calloc(HELD_MAX, sizeof(*held));
	int rc = 0;

	if (!held || inflateInit(&p->z) != Z_OK)
		return gate_err_set(p->err, GATE_E_NOMEM, "out of memory");
	p->z_ready = true;
	for (uint32_t i = 0; rc == 0 && i < p->n; i++) {
		if (p->v[i].type <= TYPE_TAG)
			rc = one_family(p, &p->v[i], held);
	}
	return rc;
}

static void pack_clear(struct pack *p)
{
	if (p->z_ready)
		inflateEnd(&p->z);
	if (p->fd >= 0)
		close(p->fd);
	free(p->v);
	gate_packidx_free(p->idx);
}

static int one_pack(int dir, const char *name, struct pack *p)
{
	size_t stem = strlen(name) - strlen(".idx");
	gate_autofree char *pack = gate_fmt("%.*s.pack", (int)stem, name);
	int rc;

	p->fd = -1;
	if (!pack)
		return gate_err_set(p->err, GATE_E_NOMEM, "out of memory");
	rc = gate_packidx_open(dir, name, GATE_PACK_OBJECTS_MAX, &p->idx, p->err);
	if (rc < 0 || !p->idx)
		return rc;
	p->fd = openat(dir, pack, O_RDONLY | O_CLOEXEC);
	if (p->fd < 0)
		return bad(p, "it cannot be opened");
	rc = list_entries(p);
	return rc == 0 ? all_families(p) : rc;
}

int gate_pack_each(const char *objects, size_t memory, gate_pack_fn *fn, void *arg, struct gate_err *err)
{
	gate_autofree char *path = gate_fmt("%s/pack", objects);
	DIR *d = path ? opendir(path) : NULL;
	const struct dirent *e;
	int rc = 0;

	if (!d)
		return errno == ENOENT ? 0 : gate_err_set(err, GATE_E_OBJECT, "the packs of the push cannot be listed");
	while (rc == 0 && (e = readdir(d))) {
		struct pack p = { .memory = memory, .fn = fn, .arg = arg, .err = err };

		if (!gate_ends_with(e->d_name, ".idx"))
			continue;
		rc = one_pack(dirfd(d), e->d_name, &p);
		pack_clear(&p);
	}
	closedir(d);
	return rc;
}
