#include "gate/osv_import.h"

#include "base/io.h"
#include "base/zip.h"
#include "gate/osv_record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BROKEN_SHOWN 5
#define DEPTH_MAX 8
#define CHUNK ((size_t)1 << 20)

/* A record of one package, waiting in the scratch file. */
struct piece {
	size_t key; /* in `keys` */
	uint64_t at;
	uint32_t key_len, len, order;
};

struct importing {
	struct gate_buf keys, out; /* out: what goes to the scratch file, or to the index, next */
	struct piece *v;
	size_t n, cap;
	int fd;	     /* of what is being written */
	uint64_t at; /* its length, with what waits in `out` */
	bool skip_broken;
	struct gate_osv_counts *counts;
	struct gate_err *err;
};

void gate_osv_counts_clear(struct gate_osv_counts *c)
{
	gate_strs_clear(&c->first_broken);
	*c = (struct gate_osv_counts){ 0 };
}

static int flush(struct importing *m)
{
	int rc = gate_buf_check(&m->out, m->err);

	if (rc == 0)
		rc = gate_write_all(m->fd, gate_buf_cstr(&m->out), m->out.len, m->err);
	gate_buf_reset(&m->out);
	return rc;
}

static int put(struct importing *m, const void *p, size_t n)
{
	gate_buf_add(&m->out, p, n);
	m->at += n;
	return m->out.len >= CHUNK ? flush(m) : gate_buf_check(&m->out, m->err);
}

/* ---- records into the scratch file ---- */

static int on_package(void *arg, const struct gate_buf *key, const struct gate_buf *block, struct gate_err *err)
{
	struct importing *m = arg;

	if (m->n == m->cap) {
		size_t cap = m->cap ? m->cap * 2 : 4096;
		struct piece *v = reallocarray(m->v, cap, sizeof(*v));

		if (!v)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		m->v = v;
		m->cap = cap;
	}
	if (block->len > GATE_OSV_RECORD_MAX || m->n >= UINT32_MAX)
		return gate_err_set(err, GATE_E_LIMIT, "a record is larger than is read");
	m->v[m->n] = (struct piece){ m->keys.len, m->at, (uint32_t)key->len, (uint32_t)block->len, (uint32_t)m->n };
	m->n++;
	gate_buf_add(&m->keys, key->s, key->len);
	if (gate_buf_check(&m->keys, err) < 0)
		return -(int)err->code;
	return put(m, block->s, block->len);
}

/* What is wrong with one record is not what is wrong with the machine. */
static bool is_broken(const struct gate_err *why)
{
	return why->code == GATE_E_SYNTAX || why->code == GATE_E_LIMIT;
}

static int on_record(void *arg, const char *name, const char *bytes, size_t len, struct gate_err *err)
{
	struct importing *m = arg;
	struct gate_err why = { 0 };
	int64_t modified;
	int rc = gate_osv_record(name, bytes, len, on_package, m, &modified, &why);

	if (rc == 0) {
		m->counts->records++;
		if (modified > m->counts->newest)
			m->counts->newest = modified;
		return 0;
	}
	if (!is_broken(&why))
		return gate_err_set(err, why.code, "%s", why.text);
	m->counts->broken++;
	if (m->counts->first_broken.n < BROKEN_SHOWN)
		rc = gate_strs_add(&m->counts->first_broken, why.text, err);
	else
		rc = 0;
	return rc;
}

static int take(struct importing *m, const char *path, unsigned depth);

static int take_folder(struct importing *m, const char *path, unsigned depth)
{
	DIR *d = opendir(path);
	const struct dirent *e;
	int rc = 0;

	if (!d)
		return gate_err_errno(m->err, "%s", path);
	while (rc == 0 && (e = readdir(d))) {
		gate_autofree char *below = e->d_name[0] == '.' ? NULL : gate_fmt("%s/%s", path, e->d_name);

		if (below)
			rc = take(m, below, depth + 1);
	}
	closedir(d);
	return rc;
}

static int take_json(struct importing *m, const char *path)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	int rc = gate_read_file(path, GATE_OSV_RECORD_MAX, &b, m->err);

	return rc == 0 ? on_record(m, path, gate_buf_cstr(&b), b.len, m->err) : rc;
}

static int take(struct importing *m, const char *path, unsigned depth)
{
	struct stat st;

	if ((depth ? lstat(path, &st) : stat(path, &st)) < 0)
		return gate_err_errno(m->err, "%s", path);
	if (S_ISDIR(st.st_mode))
		return depth > DEPTH_MAX ? gate_err_set(m->err, GATE_E_LIMIT, "%s: folders in folders, too deep", path) : take_folder(m, path, depth);
	if (!S_ISREG(st.st_mode))
		return 0;
	if (gate_ends_with(path, ".json"))
		return take_json(m, path);
	if (gate_ends_with(path, ".zip") || depth == 0)
		return gate_zip_each(path, ".json", GATE_OSV_RECORD_MAX, on_record, m, m->err);
	return 0;
}

/* ---- the index ---- */

static const struct importing *sorting; /* qsort has no argument for this */

static int by_key(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;
	uint32_t less = x->key_len < y->key_len ? x->key_len : y->key_len;
	int c = memcmp(sorting->keys.s + x->key, sorting->keys.s + y->key, less);

	if (c)
		return c;
	if (x->key_len != y->key_len)
		return x->key_len < y->key_len ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static bool same_key(const struct importing *m, const struct piece *a, const struct piece *b)
{
	return a->key_len == b->key_len && memcmp(m->keys.s + a->key, m->keys.s + b->key, a->key_len) == 0;
}

static void put_u64(uint8_t *to, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		to[i] = (uint8_t)(v >> 8 * i);
}

static int copy_piece(struct importing *m, int scratch, const struct piece *p)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	char *room = gate_buf_room(&b, p->len);

	if (!room)
		return gate_buf_check(&b, m->err);
	if (pread(scratch, room, p->len, (off_t)p->at) != (ssize_t)p->len)
		return gate_err_errno(m->err, "the scratch file");
	return put(m, room, p->len);
}

/* All records of the package that begins at place *i; its row is appended to `table`. */
static int put_package(struct importing *m, int scratch, size_t *i, struct gate_buf *table)
{
	const struct piece *first = &m->v[*i];
	uint8_t row[GATE_OSV_ROW];
	uint64_t start = m->at, len = 0;
	int rc = put(m, m->keys.s + first->key, first->key_len);

	for (; rc == 0 && *i < m->n && same_key(m, first, &m->v[*i]); ++*i) {
		rc = copy_piece(m, scratch, &m->v[*i]);
		len += m->v[*i].len;
	}
	if (len > UINT32_MAX)
		return gate_err_set(m->err, GATE_E_LIMIT, "the records of one package are larger than the index holds");
	put_u64(row, start);
	put_u64(row + 8, len << 32 | first->key_len);
	gate_buf_add(table, row, sizeof(row));
	m->counts->packages++;
	return rc;
}

static int put_head(struct importing *m, uint64_t table)
{
	uint8_t head[GATE_OSV_HEAD];

	memcpy(head, GATE_OSV_MAGIC, 8);
	put_u64(head + 8, (uint64_t)m->counts->newest);
	put_u64(head + 16, m->counts->packages);
	put_u64(head + 24, table);
	put_u64(head + 32, m->at);
	return pwrite(m->fd, head, sizeof(head), 0) == sizeof(head) ? 0 : gate_err_errno(m->err, "the index");
}

static int write_index(struct importing *m, int scratch)
{
	gate_auto(gate_buf) struct gate_buf table = { 0 };
	static const uint8_t nothing[GATE_OSV_HEAD];
	uint64_t table_at;
	int rc;

	sorting = m;
	if (m->n)
		qsort(m->v, m->n, sizeof(*m->v), by_key);
	m->at = 0;
	rc = put(m, nothing, sizeof(nothing));
	for (size_t i = 0; rc == 0 && i < m->n;)
		rc = put_package(m, scratch, &i, &table);
	table_at = m->at;
	if (rc == 0)
		rc = gate_buf_check(&table, m->err);
	if (rc == 0)
		rc = put(m, gate_buf_cstr(&table), table.len);
	if (rc == 0)
		rc = flush(m);
	if (rc == 0)
		rc = put_head(m, table_at);
	if (rc == 0 && fsync(m->fd) < 0)
		rc = gate_err_errno(m->err, "the index");
	return rc;
}

static int refuse_broken(const struct importing *m)
{
	gate_auto(gate_buf) struct gate_buf names = { 0 };

	if (!m->counts->broken || m->skip_broken)
		return 0;
	gate_strs_join(&names, &m->counts->first_broken, "; ");
	return gate_err_set(m->err, GATE_E_SYNTAX,
			    "%llu records cannot be read (%s); the old index stays. Get the dump again, or import the rest with --skip-broken",
			    (unsigned long long)m->counts->broken, gate_buf_cstr(&names));
}

static int make_file(const char *path, const char *index, struct importing *m, const struct gate_strs *sources)
{
	gate_autofree char *scratch_path = gate_fmt("%s.scratch.%ld", index, (long)getpid());
	int scratch = scratch_path ? open(scratch_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1, rc = 0;

	if (scratch < 0)
		return gate_err_errno(m->err, "the scratch file beside the index");
	unlink(scratch_path);
	m->fd = scratch;
	for (size_t i = 0; rc == 0 && i < sources->n; i++)
		rc = take(m, sources->v[i], 0);
	if (rc == 0)
		rc = flush(m);
	if (rc == 0)
		rc = refuse_broken(m);
	if (rc == 0 && !m->counts->records)
		rc = gate_err_set(m->err, GATE_E_SYNTAX, "no records of osv.dev there; the old index stays");
	if (rc == 0) {
		m->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		rc = m->fd < 0 ? gate_err_errno(m->err, "%s", path) : write_index(m, scratch);
		if (m->fd >= 0)
			close(m->fd);
	}
	close(scratch);
	return rc;
}

int gate_osv_import(const struct gate_strs *sources, const char *index, bool skip_broken, struct gate_osv_counts *counts,
		    struct gate_err *err)
{
	struct importing m = { .skip_broken = skip_broken, .counts = counts, .err = err };
	gate_autofree char *fresh = gate_fmt("%s.new.%ld", index, (long)getpid());
	int rc = fresh ? make_file(fresh, index, &m, sources) : gate_err_set(err, GATE_E_NOMEM, "out of memory");

	if (rc == 0 && rename(fresh, index) < 0)
		rc = gate_err_errno(err, "%s", index);
	if (rc < 0 && fresh)
		unlink(fresh);
	gate_buf_clear(&m.keys);
	gate_buf_clear(&m.out);
	free(m.v);
	return rc;
}
