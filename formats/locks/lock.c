#include "formats/locks/lock.h"

#include "base/crypto.h"

#include <string.h>
#include <strings.h>

/* A table that someone fills on purpose is not searched longer than this; a text may then stand twice, and is compared by its
 * bytes, so nothing but memory is lost. */
#define PROBES_MAX 32

void gate_lock_store_clear(struct gate_lock_store *s)
{
	for (size_t i = 0; i < 2; i++) {
		free(s->side[i].v);
		free(s->side[i].edges);
	}
	free(s->text);
	free(s->table);
	free(s->hashes);
	*s = (struct gate_lock_store){ 0 };
}

/* Room for one more element; what all arrays of a store hold together is bounded. */
static int grow(struct gate_lock_store *s, void *array, size_t n, size_t *cap, size_t size, struct gate_err *err)
{
	void **v = array, *bigger;
	size_t want = *cap ? *cap + *cap / 2 : 256;

	if (n < *cap)
		return 0;
	if (s->memory + (want - *cap) * size > GATE_LOCK_MEMORY_MAX)
		return gate_err_set(err, GATE_E_LIMIT, "more packages than are compared");
	bigger = reallocarray(*v, want, size);
	if (!bigger)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	s->memory += (want - *cap) * size;
	*v = bigger;
	*cap = want;
	return 0;
}

static uint32_t mix(const char *s, size_t len)
{
	uint64_t h = 0x9e3779b97f4a7c15u ^ len;

	for (size_t i = 0; i < len; i++) {
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
		h ^= h >> 29;
	}
	return (uint32_t)(h ^ h >> 32);
}

static void place(struct gate_lock_store *s, uint32_t at)
{
	size_t i = mix(s->text + at, strlen(s->text + at)) & (s->table_cap - 1);

	for (int k = 0; k < PROBES_MAX; k++, i = (i + 1) & (s->table_cap - 1)) {
		if (s->table[i])
			continue;
		s->table[i] = at;
		return;
	}
}

static int grow_table(struct gate_lock_store *s, struct gate_err *err)
{
	size_t want = s->table_cap ? s->table_cap * 2 : 1024, old = s->table_cap;
	uint32_t *was = s->table;

	if (s->table_cap && s->table_n * 4 < s->table_cap * 3)
		return 0;
	if (s->memory + (want - old) * sizeof(*was) > GATE_LOCK_MEMORY_MAX)
		return gate_err_set(err, GATE_E_LIMIT, "more packages than are compared");
	s->table = calloc(want, sizeof(*was));
	if (!s->table) {
		s->table = was;
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	s->table_cap = want;
	s->memory += (want - old) * sizeof(*was);
	for (size_t i = 0; i < old; i++) {
		if (was[i])
			place(s, was[i]);
	}
	free(was);
	return 0;
}

static int append(struct gate_lock_store *s, const char *text, size_t len, uint32_t *at, struct gate_err *err)
{
	size_t need = s->text_len + len + 2;

	if (need > s->text_cap) {
		size_t want = s->text_cap + s->text_cap / 2 > need ? s->text_cap + s->text_cap / 2 : need + 4096;
		char *bigger;

		if (s->memory + (want - s->text_cap) > GATE_LOCK_MEMORY_MAX)
			return gate_err_set(err, GATE_E_LIMIT, "more packages than are compared");
		bigger = realloc(s->text, want);
		if (!bigger)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		s->memory += want - s->text_cap;
		s->text = bigger;
		s->text_cap = want;
	}
	if (!s->text_len)
		s->text[s->text_len++] = '\0'; /* offset 0 is "" */
	*at = (uint32_t)s->text_len;
	memcpy(s->text + s->text_len, text, len);
	s->text_len += len;
	s->text[s->text_len++] = '\0';
	return 0;
}

int gate_lock_intern(struct gate_lock_store *s, const char *text, size_t len, uint32_t *at, struct gate_err *err)
{
	size_t i;
	int rc;

	*at = 0;
	if (!text || !len)
		return 0;
	len = strnlen(text, len);
	rc = grow_table(s, err);
	if (rc < 0)
		return rc;
	i = mix(text, len) & (s->table_cap - 1);
	for (int k = 0; k < PROBES_MAX && s->table[i]; k++, i = (i + 1) & (s->table_cap - 1)) {
		if (strncmp(s->text + s->table[i], text, len) == 0 && !s->text[s->table[i] + len]) {
			*at = s->table[i];
			return 0;
		}
	}
	rc = append(s, text, len, at, err);
	if (rc < 0)
		return rc;
	place(s, *at);
	s->table_n++;
	return 0;
}

/* ---- checksums ---- */

static uint64_t digest(const char *s, size_t len)
{
	uint8_t out[GATE_SHA256_LEN];
	uint64_t v;

	gate_sha256(s, len, out);
	memcpy(&v, out, sizeof(v));
	return v;
}

static uint32_t hash_kind(const char *s, size_t len)
{
	static const struct {
		const char *name;
		enum gate_hash_kind kind;
	} kinds[] = {
		{ "md5", GATE_HASH_MD5 },	{ "sha1", GATE_HASH_SHA1 },	{ "sha256", GATE_HASH_SHA256 },
		{ "sha384", GATE_HASH_SHA384 }, { "sha512", GATE_HASH_SHA512 }, { "sha-1", GATE_HASH_SHA1 },
	};

	for (size_t i = 0; i < GATE_ARRAY_LEN(kinds); i++) {
		if (strlen(kinds[i].name) == len && strncasecmp(kinds[i].name, s, len) == 0)
			return kinds[i].kind;
	}
	return (uint32_t)GATE_HASH_OTHER + (mix(s, len) & 0xffffff);
}

/* A bare hexadecimal digest tells its kind by its length. */
static uint32_t bare_kind(const char *s, size_t len)
{
	static const char digits[] = "0123456789abcdefABCDEF";

	if (strspn(s, digits) >= len) {
		if (len == 32)
			return GATE_HASH_MD5;
		if (len == 40)
			return GATE_HASH_SHA1;
		if (len == 64)
			return GATE_HASH_SHA256;
		if (len == 128)
			return GATE_HASH_SHA512;
	}
	return hash_kind("", 0);
}

static int one_hash(struct gate_lock_store *s, uint32_t file, const char *kind, const char *p, size_t len,
		    struct gate_err *err)
{
	size_t cut = 0;
	uint32_t k;
	int rc = grow(s, &s->hashes, s->n_hashes, &s->cap_hashes, sizeof(*s->hashes), err);

	if (rc < 0)
		return rc;
	if (kind) {
		k = hash_kind(kind, strlen(kind));
	} else {
		while (cut < len && cut < 24 && p[cut] != '-' && p[cut] != ':' && p[cut] != '/' && p[cut] != '=')
			cut++;
		k = cut < len && cut < 24 ? hash_kind(p, cut) : bare_kind(p, len);
		if (cut < len && cut < 24) {
			p += cut + 1;
			len -= cut + 1;
		}
	}
	s->hashes[s->n_hashes++] = (struct gate_dep_hash){ digest(p, len), file, k };
	return 0;
}

int gate_lock_hash(struct gate_lock_store *s, const char *file, const char *kind, const char *text, struct gate_err *err)
{
	uint32_t f = file && *file ? mix(file, strlen(file)) | 1 : 0;
	int rc = 0;

	while (rc == 0 && text && *text) {
		size_t len = strcspn(text, " \t\r\n,");

		if (len)
			rc = one_hash(s, f, kind, text, len, err);
		text += len;
		text += strspn(text, " \t\r\n,");
	}
	return rc;
}

/* ---- rows ---- */

/* "https://user:word@host:443/a/b.git?token=x#rev" -> "host/a/b": no credentials, nothing that one place has in two ways. Gives
 * the length of the host in it. */
static size_t plain_address(struct gate_buf *b, const char *url)
{
	static const char *const forges[][2] = {
		{ "github:", "github.com/" }, { "gitlab:", "gitlab.com/" }, { "bitbucket:", "bitbucket.org/" }, { "gist:", "gist.github.com/" }
	};
	const char *at, *end, *sep = strstr(url, "://");
	size_t host;

	for (size_t i = 0; i < GATE_ARRAY_LEN(forges); i++) {
		if (!gate_starts_with(url, forges[i][0]))
			continue;
		url += strlen(forges[i][0]);
		gate_buf_str(b, forges[i][1]);
		gate_buf_add(b, url, strcspn(url, "?#"));
		return strlen(forges[i][1]) - 1;
	}
	if (sep)
		url = sep + 3;
	else if (strncmp(url, "git@", 4) == 0)
		url += 4;
	end = url + strcspn(url, "?#");
	at = memchr(url, '@', strcspn(url, "/?#"));
	if (at)
		url = at + 1;
	host = strcspn(url, "/:?#");
	for (size_t i = 0; i < host; i++)
		gate_buf_char(b, (char)(url[i] >= 'A' && url[i] <= 'Z' ? url[i] + 32 : url[i]));
	if (gate_starts_with(b->s ? b->s : "", "www."))
		b->len = 0, gate_buf_add(b, url + 4, host - 4);
	url += host;
	if (*url == ':' && strspn(url + 1, "0123456789") && (url[1 + strspn(url + 1, "0123456789")] == '/'))
		url += 1 + strspn(url + 1, "0123456789");
	if (url < end && *url == ':') {
		gate_buf_char(b, '/');
		url++;
	}
	if (url < end)
		gate_buf_add(b, url, (size_t)(end - url));
	while (b->len && b->s[b->len - 1] == '/')
		b->s[--b->len] = '\0';
	if (b->s && gate_ends_with(b->s, ".git"))
		b->s[b->len -= 4] = '\0';
	return host;
}

/* What everybody's registry is called, one name for each. */
static const char *same_host(const char *host)
{
	static const char *const same[][2] = {
		{ "registry.yarnpkg.com", "registry.npmjs.org" },
		{ "registry.npm.im", "registry.npmjs.org" },
		{ "pub.dartlang.org", "pub.dev" },
		{ "index.crates.io", "crates.io" },
		{ "static.crates.io", "crates.io" },
		{ "github.com/rust-lang/crates.io-index", "crates.io" },
		{ "pypi.python.org/simple", "pypi.org" },
		{ "pypi.python.org", "pypi.org" },
		{ "pypi.org/simple", "pypi.org" },
		{ "files.pythonhosted.org", "pypi.org" },
		{ "api.rubygems.org", "rubygems.org" },
		{ "index.rubygems.org", "rubygems.org" },
		{ "repo1.maven.org/maven2", "repo.maven.apache.org/maven2" },
		{ "npm.jsr.io", "jsr.io" },
	};

	for (size_t i = 0; i < GATE_ARRAY_LEN(same); i++) {
		if (strcmp(same[i][0], host) == 0)
			return same[i][1];
	}
	return host;
}

/* The address of an npm tarball is HOST/NAME/-/FILE: all but the host is said by the name, or the address lies. */
static bool npm_tarball(const char *address, size_t host, const char *name, unsigned *flags)
{
	const char *path = address + host, *dash = strstr(path, "/-/");
	size_t n = strlen(name);
	gate_auto(gate_buf) struct gate_buf coded = { 0 };

	if (!dash)
		return false;
	if ((size_t)(dash - path) > n && strncasecmp(dash - n, name, n) == 0 && dash[-(ptrdiff_t)n - 1] == '/')
		return true;
	for (const char *p = name; *p; p++) { /* "@scope%2fname" */
		if (*p == '/')
			gate_buf_str(&coded, "%2f");
		else
			gate_buf_char(&coded, *p);
	}
	if (coded.s && (size_t)(dash - path) > coded.len && strncasecmp(dash - coded.len, coded.s, coded.len) == 0)
		return true;
	*flags |= GATE_DEP_MISNAMED;
	return false;
}

/* A forge's archive of a commit is that commit. */
static bool forge_archive(struct gate_buf *b, struct gate_buf *version)
{
	static const char from[] = "codeload.github.com/";
	char *s = b->s, *p;

	if (!s || !gate_starts_with(s, from))
		return false;
	p = s + sizeof(from) - 1;
	p += strcspn(p, "/");
	if (*p)
		p += 1 + strcspn(p + 1, "/");
	if (*p && strrchr(p, '/')[1] && !memchr(version->len ? version->s : "", '#', version->len))
		gate_buf_fmt(version, "#%s", strrchr(p, '/') + 1);
	*p = '\0';
	memmove(s, s + 9, strlen(s + 9) + 1); /* "github.com/owner/repo" */
	b->len = strlen(s);
	return true;
}

static void source_of(const struct gate_dep_row *row, struct gate_dep *d, struct gate_buf *b, struct gate_buf *version,
		      unsigned *flags)
{
	const char *src = row->source ? row->source : "";
	size_t host;

	if (row->kind == GATE_DEP_PATH || row->kind == GATE_DEP_WORKSPACE) {
		gate_buf_str(b, src);
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		static const char *const plain[] = { "http://", "git://" };

		if (strncasecmp(src, plain[i], strlen(plain[i])) == 0 || strstr(src, i ? "+git://" : "+http://"))
			*flags |= GATE_DEP_PLAIN;
	}
	host = plain_address(b, src);
	if (!b->len)
		return;
	if (forge_archive(b, version)) {
		d->kind = GATE_DEP_GIT;
	} else if (row->eco == GATE_ECO_NPM && d->kind == GATE_DEP_REGISTRY && row->role != GATE_DEP_DIRECT &&
		   host < b->len) {
		const char *name = row->name ? row->name : "";

		if (npm_tarball(b->s, host, name, flags) || strstr(b->s + host, name))
			b->s[b->len = host] = '\0';
		else if (!(*flags & GATE_DEP_MISNAMED))
			d->kind = GATE_DEP_URL;
	}
	src = same_host(b->s);
	if (src != b->s) {
		b->len = 0;
		gate_buf_str(b, src);
	}
}

/* Both sides of a lockfile have nearly the same checksums in the same order: those of the new side that are next among the old
 * ones are not kept twice. */
static uint32_t share_hash(struct gate_lock_store *s, size_t first, size_t n)
{
	const struct gate_dep_hash *h = s->hashes + first;

	if (s->now == &s->side[0])
		s->n_old = s->n_hashes;
	if (n != 1 || s->now == &s->side[0])
		return (uint32_t)first;
	for (size_t k = s->old_at; k < s->n_old && k < s->old_at + 16; k++) {
		const struct gate_dep_hash *o = &s->hashes[k];

		if (o->digest != h->digest || o->kind != h->kind || o->file != h->file)
			continue;
		s->old_at = k + 1;
		s->n_hashes = s->pending = first;
		return (uint32_t)k;
	}
	return (uint32_t)first;
}

int gate_lock_add(struct gate_lock_store *s, const struct gate_dep_row *row, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf source = { 0 }, version = { 0 };
	struct gate_dep d = { .line = row->line, .eco = (uint8_t)row->eco, .role = (uint8_t)row->role,
			      .kind = (uint8_t)row->kind };
	size_t first = s->pending, n = s->n_hashes - first;
	unsigned flags = row->flags;
	int rc;

	s->pending = s->n_hashes;
	if (!row->name || !*row->name)
		return 0;
	d.hash = share_hash(s, first, n);
	d.n_hashes = (uint16_t)(n > UINT16_MAX ? UINT16_MAX : n);
	gate_buf_str(&version, row->version ? row->version : "");
	if (row->revision && *row->revision)
		gate_buf_fmt(&version, "#%s", row->revision);
	source_of(row, &d, &source, &version, &flags);
	d.flags = (uint16_t)flags;
	if (gate_buf_check(&source, err) < 0 || gate_buf_check(&version, err) < 0)
		return -GATE_E_NOMEM;
	rc = grow(s, &s->now->v, s->now->n, &s->now->cap, sizeof(d), err);
	if (rc == 0)
		rc = gate_lock_intern(s, row->name, strlen(row->name), &d.name, err);
	if (rc == 0)
		rc = gate_lock_intern(s, version.s, version.len, &d.version, err);
	if (rc == 0)
		rc = gate_lock_intern(s, source.s, source.len, &d.source, err);
	if (rc == 0 && row->alias)
		rc = gate_lock_intern(s, row->alias, strlen(row->alias), &d.alias, err);
	if (rc == 0)
		s->now->v[s->now->n++] = d;
	return rc;
}

int gate_lock_edge(struct gate_lock_store *s, const char *from, const char *to, struct gate_err *err)
{
	struct gate_edge e = { 0 };
	int rc;

	if (s->now == &s->side[0])
		return 0; /* who wanted whom before is not asked */
	rc = grow(s, &s->now->edges, s->now->n_edges, &s->now->cap_edges, sizeof(e), err);

	if (rc == 0 && from)
		rc = gate_lock_intern(s, from, strlen(from), &e.from, err);
	if (rc == 0)
		rc = gate_lock_intern(s, to, strlen(to), &e.to, err);
	if (rc == 0 && e.to)
		s->now->edges[s->now->n_edges++] = e;
	return rc;
}

static int compare_text(const struct gate_lock_store *s, uint32_t a, uint32_t b)
{
	return a == b ? 0 : strcmp(gate_lock_text(s, a), gate_lock_text(s, b));
}

static int compare_rows(const struct gate_dep *a, const struct gate_dep *b, const struct gate_lock_store *s)
{
	int c = a->role != b->role ? (int)a->role - b->role : (int)a->eco - b->eco;

	if (!c)
		c = compare_text(s, a->name, b->name);
	if (!c)
		c = compare_text(s, a->version, b->version);
	if (!c)
		c = compare_text(s, a->source, b->source);
	return c ? c : a->line < b->line ? -1 : a->line > b->line;
}

static void swap_rows(struct gate_dep *a, struct gate_dep *b)
{
	struct gate_dep t = *a;

	*a = *b;
	*b = t;
}

static void sift(struct gate_lock_store *s, struct gate_dep *v, size_t at, size_t n)
{
	for (size_t child = at * 2 + 1; child < n; child = at * 2 + 1) {
		if (child + 1 < n && compare_rows(&v[child], &v[child + 1], s) < 0)
			child++;
		if (compare_rows(&v[at], &v[child], s) >= 0)
			return;
		swap_rows(&v[at], &v[child]);
		at = child;
	}
}

/* A heap, because the C library's sort takes as much memory again as the rows, while the file itself is still held. */
void gate_lock_sort(struct gate_lock_store *s, struct gate_lock *l)
{
	size_t sorted = 1;

	while (sorted < l->n && compare_rows(&l->v[sorted - 1], &l->v[sorted], s) <= 0)
		sorted++;
	if (sorted >= l->n)
		return;
	for (size_t i = l->n / 2; i-- > 0;)
		sift(s, l->v, i, l->n);
	for (size_t n = l->n - 1; n > 0; n--) {
		swap_rows(&l->v[0], &l->v[n]);
		sift(s, l->v, 0, n);
	}
}

void gate_lock_python_name(struct gate_buf *b, const char *name, size_t len)
{
	bool gap = false;

	for (size_t i = 0; i < len; i++) {
		char c = name[i];

		if (c == '-' || c == '_' || c == '.') {
			gap = true;
			continue;
		}
		if (gap && b->len)
			gate_buf_char(b, '-');
		gap = false;
		gate_buf_char(b, (char)(c >= 'A' && c <= 'Z' ? c + 32 : c));
	}
}
