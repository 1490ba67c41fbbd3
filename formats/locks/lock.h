/* What a lockfile or a manifest says, as rows small enough that both sides of a 40 MB lockfile fit into the worker: names
 * and versions are interned, a URL is cut down to what is compared, a checksum becomes 64 bits of its SHA-256. The readers
 * beside this file turn bytes into rows; they know no rule. */
#ifndef GATE_FORMATS_LOCKS_LOCK_H
#define GATE_FORMATS_LOCKS_LOCK_H

#include "base/str.h"
#include "formats/locks/ecosystem.h"

/* Memory of one store: both sides of one file. Beyond it: GATE_E_LIMIT. */
#define GATE_LOCK_MEMORY_MAX ((size_t)24 << 20)

enum gate_dep_role {
	GATE_DEP_PACKAGE,  /* locked, or pinned */
	GATE_DEP_DIRECT,   /* asked for by the project itself */
	GATE_DEP_OVERRIDE, /* a version or a source forced on whoever asks for the package */
	GATE_DEP_BUILD,	   /* a package that may run code while it is installed */
	GATE_DEP_INDEX,	   /* a place that packages come from: the name is its name or purpose, the source its address */
	GATE_DEP_ROLES
};

enum gate_dep_kind { GATE_DEP_REGISTRY, GATE_DEP_GIT, GATE_DEP_URL, GATE_DEP_PATH, GATE_DEP_WORKSPACE };

enum {
	GATE_DEP_DEV = 1,
	GATE_DEP_OPTIONAL = 2,
	GATE_DEP_SCRIPT = 4,	/* runs code when it is installed */
	GATE_DEP_WHEEL = 8,	/* a built file is among those of the package */
	GATE_DEP_SDIST = 16,	/* a source archive is */
	GATE_DEP_OWN = 32,	/* the project itself, or a member of its workspace */
	GATE_DEP_PLAIN = 64,	/* fetched without encryption */
	GATE_DEP_MISNAMED = 128, /* the address is of a package with another name */
	GATE_DEP_INDIRECT = 256, /* the file itself says that another package wants it */
	GATE_DEP_BUNDLED = 512,
	GATE_DEP_FROM_ROOT = 1024, /* the file itself says that the project asks for it */
};

/* How strong a checksum is; the order is the strength. Those from GATE_HASH_OTHER on are not compared with others. */
enum gate_hash_kind { GATE_HASH_MD5, GATE_HASH_SHA1, GATE_HASH_SHA256, GATE_HASH_SHA384, GATE_HASH_SHA512, GATE_HASH_OTHER };

/* One row. Texts are offsets, read with gate_lock_text; 0 is "". */
struct gate_dep {
	uint32_t name, version;
	uint32_t source; /* a host for a registry; host and path for git and URL; the path */
	uint32_t alias;	 /* the name that the project uses for it, when that differs */
	uint32_t line;
	uint32_t hash; /* the first of n_hashes */
	uint16_t n_hashes, flags;
	uint8_t eco, role, kind;
};

/* One checksum. `file` tells files of one package apart (0: the package has one). */
struct gate_dep_hash {
	uint64_t digest;
	uint32_t file;
	uint32_t kind; /* enum gate_hash_kind; others are GATE_HASH_OTHER + a number made from their name */
};

/* One file. */
struct gate_lock {
	struct gate_dep *v;
	size_t n, cap;
	struct gate_edge { /* `to` is wanted by `from`; from 0: by the project */
		uint32_t from, to;
	} *edges;
	size_t n_edges, cap_edges;
	bool edges_whole; /* the reader knows all edges and all roots */
	uint32_t format;  /* text: the version that the file gives for its own format */
	uint32_t split;	  /* text: a package about which two sections of one file disagree; 0: none */
	uint64_t splits;  /* a digest of all disagreements */
};

/* What both sides share. Zero-initialise; release with gate_lock_store_clear. */
struct gate_lock_store {
	struct gate_lock side[2];
	struct gate_lock *now; /* the side that rows go to */
	char *text;
	size_t text_len, text_cap;
	uint32_t *table;
	size_t table_n, table_cap;
	struct gate_dep_hash *hashes;
	size_t n_hashes, cap_hashes;
	size_t pending; /* hashes after this one belong to the next row */
	size_t n_old, old_at; /* checksums of the old side; the one that is looked for next */
	size_t memory;
};

void gate_lock_store_clear(struct gate_lock_store *s);

/* What a reader says about one package; texts borrowed, NULL like "". */
struct gate_dep_row {
	enum gate_ecosystem eco;
	enum gate_dep_role role;
	enum gate_dep_kind kind;
	const char *name, *version, *alias;
	const char *source;   /* an address, a path, or "" for the registry that everybody uses */
	const char *revision; /* of git: it is part of the version */
	uint32_t line;
	unsigned flags;
};

/* A checksum of the row that is added next: "sha512-...", "sha256:...", "sha1 ...", or with `kind` given. Several in one text,
 * parted by blanks, are several. file: which of the package's files, or NULL. */
int gate_lock_hash(struct gate_lock_store *s, const char *file, const char *kind, const char *text, struct gate_err *err);
/* A row with an empty name is dropped. */
int gate_lock_add(struct gate_lock_store *s, const struct gate_dep_row *row, struct gate_err *err);
int gate_lock_edge(struct gate_lock_store *s, const char *from, const char *to, struct gate_err *err);
int gate_lock_intern(struct gate_lock_store *s, const char *text, size_t len, uint32_t *at, struct gate_err *err);

static inline const char *gate_lock_text(const struct gate_lock_store *s, uint32_t at)
{
	return at ? s->text + at : "";
}

/* Sorts the rows of a side: role, ecosystem, name, version, source. */
void gate_lock_sort(struct gate_lock_store *s, struct gate_lock *l);

/* PEP 503: lower case, runs of -_. become one '-'. */
void gate_lock_python_name(struct gate_buf *b, const char *name, size_t len);

#endif
