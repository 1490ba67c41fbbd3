#include "repo/refs.h"

#include "base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

struct gate_refs {
	const struct gate_repo *repo;
	const char *map; /* packed-refs; NULL when there is none */
	size_t size;
	const char *body; /* behind the header line */
	ino_t ino;	  /* which packed-refs this is: git replaces the file, never writes into it */
	struct timespec mtime;
};

bool gate_ref_name_valid(const char *name)
{
	size_t len = strlen(name);

	if (len >= GATE_REF_MAX || !gate_starts_with(name, "refs/") || name[len - 1] == '/' || name[len - 1] == '.')
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c < 0x21 || c == 0x7f || strchr("~^:?*[\\", c))
			return false;
		if ((c == '.' && name[i + 1] == '.') || (c == '/' && (name[i + 1] == '/' || name[i + 1] == '.')) ||
		    (c == '@' && name[i + 1] == '{'))
			return false;
		if ((name[i + 1] == '/' || name[i + 1] == '\0') && i >= 4 && memcmp(name + i - 4, ".lock", 5) == 0)
			return false;
	}
	return true;
}

static int map_packed(struct gate_refs *refs, struct gate_err *err)
{
	gate_autofree char *path = gate_fmt("%s/packed-refs", refs->repo->common);
	gate_autoclose int fd = -1;
	const char *end;
	struct stat st;

	if (!path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : gate_err_errno(err, "%s", path);
	if (fstat(fd, &st) < 0)
		return gate_err_errno(err, "%s", path);
	refs->ino = st.st_ino;
	refs->mtime = st.st_mtim;
	if (st.st_size == 0)
		return 0;
	refs->size = (size_t)st.st_size;
	refs->map = mmap(NULL, refs->size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (refs->map == MAP_FAILED) {
		refs->map = NULL;
		return gate_err_errno(err, "%s: mmap", path);
	}
	end = refs->map[0] == '#' ? memchr(refs->map, '\n', refs->size) : NULL;
	if (!end || !memmem(refs->map, (size_t)(end - refs->map), " sorted", 7))
		return gate_err_set(err, GATE_E_REF, "%s: not sorted; run `git pack-refs --all` once", path);
	refs->body = end + 1;
	return 0;
}

int gate_refs_open(const struct gate_repo *r, struct gate_refs **out, struct gate_err *err)
{
	struct gate_refs *refs = calloc(1, sizeof(*refs));

	*out = refs;
	if (!refs)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	refs->repo = r;
	return map_packed(refs, err);
}

/* A ref whose loose file is gone may have been packed since the file was mapped: the present file is mapped instead. Called behind each look
 * for loose refs, so that a ref is seen in one place or the other (git writes packed-refs before it removes loose files). */
static int follow_packed(const struct gate_refs *snapshot, struct gate_err *err)
{
	struct gate_refs *refs = (struct gate_refs *)(uintptr_t)snapshot;
	gate_autofree char *path = gate_fmt("%s/packed-refs", refs->repo->common);
	struct stat st;

	if (!path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (stat(path, &st) < 0)
		return 0;
	if (st.st_ino == refs->ino && st.st_mtim.tv_sec == refs->mtime.tv_sec && st.st_mtim.tv_nsec == refs->mtime.tv_nsec)
		return 0;
	if (refs->map)
		munmap((void *)(uintptr_t)refs->map, refs->size);
	refs->map = refs->body = NULL;
	refs->size = 0;
	return map_packed(refs, err);
}

void gate_refs_close(struct gate_refs *refs)
{
	if (!refs)
		return;
	if (refs->map)
		munmap((void *)(uintptr_t)refs->map, refs->size);
	free(refs);
}

void gate_refs_closep(struct gate_refs **refs)
{
	gate_refs_close(*refs);
	*refs = NULL;
}

/* ---- packed-refs: lines "<oid> <name>\n", each maybe followed by "^<peeled>\n" ---- */

struct line {
	const char *oid, *name, *next;
	size_t name_len;
};

static bool parse_line(const struct gate_refs *refs, const char *at, struct line *l)
{
	const char *end = refs->map + refs->size;
	const char *lf = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;

	if (!lf || lf - at < GATE_HEXSZ + 2 || at[GATE_HEXSZ] != ' ')
		return false;
	l->oid = at;
	l->name = at + GATE_HEXSZ + 1;
	l->name_len = (size_t)(lf - l->name);
	l->next = lf + 1;
	while (l->next < end && *l->next == '^') {
		lf = memchr(l->next, '\n', (size_t)(end - l->next));
		l->next = lf ? lf + 1 : end;
	}
	return true;
}

static int compare(const struct line *l, const char *name, size_t len)
{
	int c = memcmp(l->name, name, l->name_len < len ? l->name_len : len);

	return c ? c : (l->name_len > len) - (l->name_len < len);
}

/* The first line whose name is not below `name`; end of the map when none. */
static const char *lower_bound(const struct gate_refs *refs, const char *name, size_t len)
{
	const char *lo = refs->body, *hi = refs->map ? refs->map + refs->size : NULL;
	struct line l;

	while (lo < hi) {
		const char *mid = lo + (hi - lo) / 2;

		/* back to the start of a ref line, past a peeled line */
		while (mid > lo && (mid[-1] != '\n' || *mid == '^'))
			mid--;
		if (!parse_line(refs, mid, &l))
			return hi;
		if (compare(&l, name, len) < 0)
			lo = l.next;
		else
			hi = mid;
	}
	return lo;
}

static bool packed_get(const struct gate_refs *refs, const char *name, char oid[GATE_HEXSZ + 1])
{
	struct line l;
	size_t len = strlen(name);

	if (!refs->map || !parse_line(refs, lower_bound(refs, name, len), &l) || compare(&l, name, len) != 0)
		return false;
	memcpy(oid, l.oid, GATE_HEXSZ);
	oid[GATE_HEXSZ] = '\0';
	return gate_is_oid(oid);
}

/* ---- loose refs ---- */

static int loose_get(const struct gate_refs *refs, const char *name, struct gate_ref *out, struct gate_err *err)
{
	gate_autofree char *path = gate_fmt("%s/%s", strcmp(name, "HEAD") == 0 ? refs->repo->dir : refs->repo->common, name);
	gate_autoclose int fd = -1;
	char text[GATE_REF_MAX + 32];
	ssize_t n;

	if (!path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EISDIR || errno == ENAMETOOLONG ?
			       0 :
			       gate_err_errno(err, "%s", path);
	n = read(fd, text, sizeof(text) - 1);
	if (n < 0)
		return errno == EISDIR ? 0 : gate_err_errno(err, "%s", path);
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
		n--;
	text[n] = '\0';
	if (gate_starts_with(text, "ref:")) {
		const char *t = text + 4 + strspn(text + 4, " \t");

		out->kind = GATE_REF_SYMBOLIC;
		if (!gate_copy(out->target, sizeof(out->target), t))
			return gate_err_set(err, GATE_E_REF, "%s: symbolic ref too long", name);
	} else if (gate_is_oid(text)) {
		out->kind = GATE_REF_DIRECT;
		gate_copy(out->oid, sizeof(out->oid), text);
	} else {
		return gate_err_set(err, GATE_E_REF, "%s: the ref file is malformed; mend it with `git fsck` and `git update-ref`",
				    name);
	}
	return 0;
}

int gate_ref_read(const struct gate_refs *refs, const char *name, struct gate_ref *out, struct gate_err *err)
{
	*out = (struct gate_ref){ 0 };
	memset(out->oid, '0', GATE_HEXSZ);
	if (!gate_ref_name_valid(name) && strcmp(name, "HEAD") != 0)
		return gate_err_set(err, GATE_E_REF, "not a ref name");
	if (loose_get(refs, name, out, err) < 0)
		return -(int)err->code;
	if (out->kind == GATE_REF_ABSENT && follow_packed(refs, err) < 0)
		return -(int)err->code;
	if (out->kind == GATE_REF_ABSENT && packed_get(refs, name, out->oid))
		out->kind = GATE_REF_DIRECT;
	return 0;
}

/* Collects the names of loose refs below a folder, without recursion: the list of folders grows while it is walked. */
static int loose_names(const struct gate_refs *refs, const char *prefix, struct gate_strs *names, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs dirs = { 0 };
	gate_autofree char *first = strndup(prefix, strlen(prefix) - 1);

	if (!first || gate_strs_add(&dirs, first, err) < 0)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; i < dirs.n; i++) {
		gate_autofree char *path = gate_fmt("%s/%s", refs->repo->common, dirs.v[i]);
		DIR *d = path ? opendir(path) : NULL;
		const struct dirent *e;

		while (d && (e = readdir(d))) {
			gate_autofree char *name = NULL;
			bool is_dir = e->d_type == DT_DIR;

			if (e->d_name[0] == '.' || gate_ends_with(e->d_name, ".lock"))
				continue;
			name = gate_fmt("%s/%s", dirs.v[i], e->d_name);
			if (name && e->d_type == DT_UNKNOWN) {
				gate_autofree char *full = gate_fmt("%s/%s", refs->repo->common, name);
				struct stat st;

				is_dir = full && lstat(full, &st) == 0 && S_ISDIR(st.st_mode);
			}
			if (!name || gate_strs_add(is_dir ? &dirs : names, name, err) < 0) {
				closedir(d);
				return gate_err_set(err, GATE_E_NOMEM, "out of memory");
			}
		}
		if (d)
			closedir(d);
	}
	gate_strs_sort(names);
	return 0;
}

int gate_refs_each(const struct gate_refs *refs, const char *prefix,
		   int (*fn)(const char *name, const struct gate_ref *ref, void *arg), void *arg, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs loose = { 0 };
	size_t plen = strlen(prefix), i = 0;
	gate_autorefs struct gate_refs *own = NULL;
	const char *at;
	struct line l;

	/* A snapshot of its own: what fn asks may make the shared one follow a newer file. */
	if (loose_names(refs, prefix, &loose, err) < 0 || gate_refs_open(refs->repo, &own, err) < 0)
		return -(int)err->code;
	refs = own;
	at = refs->map ? lower_bound(refs, prefix, plen) : NULL;
	for (;;) {
		bool packed = at && parse_line(refs, at, &l) && l.name_len >= plen && memcmp(l.name, prefix, plen) == 0;
		int c = !packed ? -1 : i >= loose.n ? 1 : -compare(&l, loose.v[i], strlen(loose.v[i]));
		char name[GATE_REF_MAX];
		struct gate_ref ref;

		if (!packed && i >= loose.n)
			return 0;
		if (c <= 0) {
			gate_copy(name, sizeof(name), loose.v[i++]);
			if (c == 0)
				at = l.next;
			if (gate_ref_read(refs, name, &ref, err) < 0)
				return -(int)err->code;
			if (ref.kind == GATE_REF_ABSENT)
				continue;
		} else {
			at = l.next;
			if (l.name_len >= sizeof(name))
				return gate_err_set(err, GATE_E_REF, "packed-refs: a ref name over %d bytes", GATE_REF_MAX);
			memcpy(name, l.name, l.name_len);
			name[l.name_len] = '\0';
			ref = (struct gate_ref){ .kind = GATE_REF_DIRECT };
			memcpy(ref.oid, l.oid, GATE_HEXSZ);
		}
		if (fn(name, &ref, arg) != 0)
			return 0;
	}
}

/* ---- writing ---- */

void gate_ref_updates_clear(struct gate_ref_updates *u)
{
	free(u->v);
	*u = (struct gate_ref_updates){ 0 };
}

int gate_ref_updates_add(struct gate_ref_updates *u, const char *ref, const char *new, const char *old, struct gate_err *err)
{
	struct gate_ref_update *one;

	if (u->n == u->cap) {
		size_t cap = u->cap ? u->cap * 2 : 8;
		struct gate_ref_update *v = reallocarray(u->v, cap, sizeof(*v));

		if (!v)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		u->v = v;
		u->cap = cap;
	}
	one = &u->v[u->n];
	*one = (struct gate_ref_update){ .any_old = old == NULL };
	if (!gate_ref_name_valid(ref) || !gate_copy(one->ref, sizeof(one->ref), ref) || !gate_is_oid(new) ||
	    (old && !gate_is_oid(old)))
		return gate_err_set(err, GATE_E_BUG, "a ref update that is none");
	gate_copy(one->new, sizeof(one->new), new);
	gate_copy(one->old, sizeof(one->old), old ? old : "");
	u->n++;
	return 0;
}

static void put_update(struct gate_buf *b, const struct gate_ref_update *u)
{
	/* "-z" form: fields end in NUL; an empty old value means "do not look". */
	if (gate_is_zero_oid(u->new))
		gate_buf_fmt(b, "delete %s%c%s%c", u->ref, '\0', u->any_old ? "" : u->old, '\0');
	else
		gate_buf_fmt(b, "update %s%c%s%c%s%c", u->ref, '\0', u->new, '\0', u->any_old ? "" : u->old, '\0');
}

int gate_refs_commit(const struct gate_repo *r, const struct gate_ref_updates *u, const char *why, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf in = { 0 }, out = { 0 }, errs = { 0 }, safe = { 0 };
	int code;

	if (gate_repo_in_quarantine(r))
		return gate_err_set(err, GATE_E_BUG, "a ref would be written inside a quarantine");
	if (u->n == 0)
		return 0;
	gate_buf_fmt(&in, "start%c", '\0');
	for (size_t i = 0; i < u->n; i++)
		put_update(&in, &u->v[i]);
	gate_buf_fmt(&in, "prepare%ccommit%c", '\0', '\0');
	if (gate_buf_check(&in, err) < 0)
		return -(int)err->code;
	if (gate_git_code(r, (const char *const[]){ "update-ref", "--no-deref", "-m", why, "-z", "--stdin", NULL },
			  in.s, in.len, &out, &errs, &code, err) < 0)
		return -(int)err->code;
	if (code == 0)
		return 0;
	gate_escape(&safe, gate_buf_cstr(&errs), strcspn(gate_buf_cstr(&errs), "\n"));
	if (strstr(gate_buf_cstr(&errs), "but expected") || strstr(gate_buf_cstr(&errs), "reference already exists") ||
	    strstr(gate_buf_cstr(&errs), "unable to resolve reference") || strstr(gate_buf_cstr(&errs), "File exists"))
		return gate_err_set(err, GATE_E_STALE, "a ref moved meanwhile: %s", gate_buf_cstr(&safe));
	if (strstr(gate_buf_cstr(&errs), "couldn't write") || strstr(gate_buf_cstr(&errs), "No space left") ||
	    strstr(gate_buf_cstr(&errs), "Read-only"))
		return gate_err_set(err, GATE_E_FULL, "git could not write a ref; is the disk full or read-only? %s", gate_buf_cstr(&safe));
	return gate_err_set(err, GATE_E_GIT, "git update-ref: %s", gate_buf_cstr(&safe));
}
