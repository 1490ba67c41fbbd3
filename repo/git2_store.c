#include "repo/git2_store.h"

/* Not git2.h: its index.h has a field named ctime, which base/banned.h forbids. */
#include <git2/config.h>
#include <git2/errors.h>
#include <git2/global.h>
#include <git2/odb.h>
#include <git2/odb_backend.h>
#include <git2/sys/odb_backend.h>

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

/* Windows into packs: enough for speed, little enough that memory does not follow the size of the repository. */
#define WINDOW_SIZE ((size_t)32 << 20)
#define WINDOWS_MAPPED ((size_t)256 << 20)

/* What a quarantined object's map value says about the main store. */
enum { MAIN_UNKNOWN = 0, MAIN_ABSENT = 1, MAIN_PRESENT = 2 };

/* A folder of packs, and its time when libgit2 last listed it. */
struct packs {
	char path[PATH_MAX];
	struct timespec listed;
};

struct gate_store {
	git_odb *main;	   /* the repository's own store and its alternates */
	struct packs *packs; /* of main */
	size_t n_packs;
	git_odb *incoming; /* the quarantine; NULL when there is none */
	struct gate_oidmap quarantined;
	bool started;
};

static int fail(struct gate_err *err, enum gate_code code, const char *what)
{
	const git_error *e = git_error_last();
	const char *why = e && e->message ? e->message : "no reason given";
	gate_autofree char *safe = gate_escape_dup(why, strlen(why));

	return gate_err_set(err, code, "%s: %s", what, safe ? safe : "no memory to say why");
}

static int fail_oid(struct gate_err *err, const struct gate_oid *oid, int rc)
{
	char hex[GATE_HEXSZ + 1];
	const git_error *e = git_error_last();
	const char *why = e && e->message ? e->message : "no reason given";
	gate_autofree char *safe = gate_escape_dup(why, strlen(why));

	gate_oid_hex(oid, hex);
	if (rc == GIT_ENOTFOUND)
		return gate_err_set(err, GATE_E_OBJECT, "object %s is missing; run git fsck on the server", hex);
	return gate_err_set(err, GATE_E_OBJECT, "object %s cannot be read: %s; run git fsck on the server", hex,
			    safe ? safe : "");
}

/* The same twenty bytes under libgit2's name. */
static const git_oid *raw(const struct gate_oid *oid)
{
	_Static_assert(sizeof(git_oid) == sizeof(struct gate_oid), "an oid is its bytes");
	return (const git_oid *)(const void *)oid;
}

/* Trees and commits are read several times: as what a push brings, as a parent, for the effect. Blobs are read once. */
#define CACHED_MAX ((ssize_t)16 << 20)
#define CACHED_OBJECT ((size_t)64 << 10)

/* No config is searched for; the cache is small and bounded. */
static int set_options(bool verify, struct gate_err *err)
{
	static const int levels[] = { GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_XDG,
				      GIT_CONFIG_LEVEL_PROGRAMDATA };
	int bad = 0;

	for (size_t i = 0; i < GATE_ARRAY_LEN(levels); i++)
		bad |= git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "");
	bad |= git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, (int)verify);
	bad |= git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, CACHED_MAX);
	bad |= git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_TREE, CACHED_OBJECT);
	bad |= git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, WINDOW_SIZE);
	bad |= git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, WINDOWS_MAPPED);
	bad |= git_libgit2_opts(GIT_OPT_DISABLE_PACK_KEEP_FILE_CHECKS, 1);
	return bad ? fail(err, GATE_E_BUG, "libgit2 refuses its options") : 0;
}

static int add_dir(git_odb *odb, const char *dir, int priority, struct gate_err *err)
{
	git_odb_backend *packs = NULL, *loose = NULL;

	if (git_odb_backend_pack(&packs, dir) < 0)
		return fail(err, GATE_E_OBJECT, "the packs of an object directory cannot be opened");
	if (git_odb_add_backend(odb, packs, priority + 1) < 0) {
		packs->free(packs);
		return fail(err, GATE_E_OBJECT, "the object store cannot be opened");
	}
	if (git_odb_backend_loose(&loose, dir, 0, 0, 0, 0) < 0)
		return fail(err, GATE_E_OBJECT, "the loose objects of an object directory cannot be opened");
	if (git_odb_add_backend(odb, loose, priority) < 0) {
		loose->free(loose);
		return fail(err, GATE_E_OBJECT, "the object store cannot be opened");
	}
	return 0;
}

/* ---- packs that come and go ---- */

/* Upkeep puts packs together while we read. libgit2 lists them once, and a pack of its list that is gone reads as "not there", which would
 * make a stored object one that the push brings. So "not there" is believed only while no folder of packs was changed. Times of files
 * stand still for up to a tick of the kernel's clock: a change as young as that cannot be told from the next. */
#define YOUNG_NS ((int64_t)50 * 1000 * 1000)

static int64_t ns(const struct timespec *t)
{
	return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

static struct timespec packs_time(const struct packs *p)
{
	struct stat st;

	return stat(p->path, &st) == 0 ? st.st_mtim : (struct timespec){ 0 };
}

static bool packs_changed(struct gate_store *s)
{
	struct timespec now;
	bool changed = false;

	clock_gettime(CLOCK_REALTIME, &now);
	for (size_t i = 0; i < s->n_packs; i++) {
		struct timespec t = packs_time(&s->packs[i]);

		changed |= ns(&t) != ns(&s->packs[i].listed) || ns(&t) + YOUNG_NS > ns(&now);
		s->packs[i].listed = t;
	}
	return changed;
}

/* When in doubt it is there: then nobody is believed to have brought it. */
static bool main_has(struct gate_store *s, const struct gate_oid *oid)
{
	if (git_odb_exists_ext(s->main, raw(oid), GIT_ODB_LOOKUP_NO_REFRESH))
		return true;
	if (!packs_changed(s))
		return false;
	return git_odb_refresh(s->main) < 0 || git_odb_exists_ext(s->main, raw(oid), GIT_ODB_LOOKUP_NO_REFRESH);
}

static int add_main(struct gate_store *s, const char *dir, int priority, struct gate_err *err)
{
	struct packs *p = &s->packs[s->n_packs];

	if (snprintf(p->path, sizeof(p->path), "%s/pack", dir) >= (int)sizeof(p->path))
		return gate_err_set(err, GATE_E_LIMIT, "the path of an object directory is too long");
	p->listed = packs_time(p); /* before libgit2 lists it */
	s->n_packs++;
	return add_dir(s->main, dir, priority, err);
}

/* ---- opening ---- */

struct listing {
	struct gate_store *s;
	struct gate_err *err;
};

static int list_one(const git_oid *id, void *payload)
{
	struct listing *l = payload;
	struct gate_oid oid;

	memcpy(oid.b, id->id, GATE_OIDSZ);
	return gate_oidmap_set(&l->s->quarantined, &oid, MAIN_UNKNOWN, l->err);
}

static int open_incoming(struct gate_store *s, const char *dir, struct gate_err *err)
{
	struct listing l = { s, err };
	int rc;

	if (git_odb_new(&s->incoming) < 0)
		return fail(err, GATE_E_NOMEM, "the quarantine cannot be opened");
	rc = add_dir(s->incoming, dir, 1, err);
	if (rc < 0)
		return rc;
	if (git_odb_foreach(s->incoming, list_one, &l) < 0)
		return err->code ? -(int)err->code : fail(err, GATE_E_OBJECT, "the quarantine cannot be listed");
	return 0;
}

static int open_all(struct gate_store *s, const struct gate_store_dirs *dirs, struct gate_err *err)
{
	size_t alternates = dirs->alternates ? dirs->alternates->n : 0;
	int rc;

	if (git_libgit2_init() < 0)
		return fail(err, GATE_E_BUG, "libgit2 does not start");
	s->started = true;
	s->packs = calloc(alternates + 1, sizeof(*s->packs));
	if (!s->packs)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	rc = set_options(dirs->verify, err);
	if (rc == 0 && git_odb_new(&s->main) < 0)
		rc = fail(err, GATE_E_NOMEM, "the object store cannot be opened");
	if (rc == 0)
		rc = add_main(s, dirs->objects, 100, err);
	for (size_t i = 0; rc == 0 && i < alternates; i++)
		rc = add_main(s, dirs->alternates->v[i], 1, err);
	if (rc == 0 && dirs->quarantine[0])
		rc = open_incoming(s, dirs->quarantine, err);
	return rc;
}

int gate_store_open(const struct gate_store_dirs *dirs, struct gate_store **out, struct gate_err *err)
{
	struct gate_store *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	rc = open_all(s, dirs, err);
	if (rc < 0) {
		gate_store_free(s);
		return rc;
	}
	*out = s;
	return 0;
}

void gate_store_free(struct gate_store *s)
{
	if (!s)
		return;
	git_odb_free(s->main);
	git_odb_free(s->incoming);
	gate_oidmap_clear(&s->quarantined);
	free(s->packs);
	if (s->started)
		git_libgit2_shutdown();
	free(s);
}

static git_odb *place_of(const struct gate_store *s, const struct gate_oid *oid)
{
	uint32_t v;

	return gate_oidmap_get(&s->quarantined, oid, &v) ? s->incoming : s->main;
}

static enum gate_kind kind_of(git_object_t t)
{
	static const struct {
		git_object_t type;
		enum gate_kind kind;
	} kinds[] = {
		{ GIT_OBJECT_COMMIT, GATE_KIND_COMMIT },
		{ GIT_OBJECT_TREE, GATE_KIND_TREE },
		{ GIT_OBJECT_BLOB, GATE_KIND_BLOB },
		{ GIT_OBJECT_TAG, GATE_KIND_TAG },
	};

	for (size_t i = 0; i < GATE_ARRAY_LEN(kinds); i++) {
		if (kinds[i].type == t)
			return kinds[i].kind;
	}
	return GATE_KIND_NONE;
}

int gate_store_read(struct gate_store *s, const struct gate_oid *oid, struct gate_obj *out, struct gate_err *err)
{
	git_odb_object *o = NULL;
	int rc = git_odb_read(&o, place_of(s, oid), raw(oid));

	if (rc < 0)
		return fail_oid(err, oid, rc);
	*out = (struct gate_obj){ kind_of(git_odb_object_type(o)), git_odb_object_data(o), git_odb_object_size(o), o };
	return 0;
}

void gate_obj_clear(struct gate_obj *o)
{
	git_odb_object_free(o->handle);
	*o = (struct gate_obj){ 0 };
}

int gate_store_read_kind(struct gate_store *s, const struct gate_oid *oid, enum gate_kind kind, struct gate_obj *out,
			 struct gate_err *err)
{
	char hex[GATE_HEXSZ + 1];
	int rc = gate_store_read(s, oid, out, err);

	if (rc < 0 || out->kind == kind)
		return rc;
	gate_obj_clear(out);
	gate_oid_hex(oid, hex);
	return gate_err_set(err, GATE_E_OBJECT, "object %s is of another kind than what names it says", hex);
}

int gate_store_stat(struct gate_store *s, const struct gate_oid *oid, enum gate_kind *kind, size_t *size,
		    struct gate_err *err)
{
	git_object_t t;
	int rc = git_odb_read_header(size, &t, place_of(s, oid), raw(oid));

	if (rc < 0)
		return fail_oid(err, oid, rc);
	*kind = kind_of(t);
	return 0;
}

bool gate_store_has_quarantine(const struct gate_store *s)
{
	return s->incoming != NULL;
}

size_t gate_store_arrived_count(const struct gate_store *s)
{
	return s->quarantined.n;
}

bool gate_store_arrived(const struct gate_store *s, const struct gate_oid *oid)
{
	uint32_t ignored;

	return gate_oidmap_get(&s->quarantined, oid, &ignored);
}

bool gate_store_pushed(struct gate_store *s, const struct gate_oid *oid)
{
	struct gate_err ignored = { 0 };
	uint32_t v;

	if (!gate_oidmap_get(&s->quarantined, oid, &v))
		return false;
	if (v == MAIN_UNKNOWN) {
		v = main_has(s, oid) ? MAIN_PRESENT : MAIN_ABSENT;
		/* The entry exists, so that this cannot fail; if it could, the look-up would only be made again. */
		gate_oidmap_set(&s->quarantined, oid, v, &ignored);
	}
	return v == MAIN_ABSENT;
}

int gate_store_each_arrived(struct gate_store *s, gate_arrived_fn *fn, void *arg, struct gate_err *err)
{
	for (size_t i = 0; i < s->quarantined.cap; i++) {
		const struct gate_oidslot *slot = &s->quarantined.v[i];
		int rc;

		if (!slot->used_value)
			continue;
		rc = fn(arg, &slot->oid, gate_store_pushed(s, &slot->oid), err);
		if (rc != 0)
			return rc;
	}
	return 0;
}
