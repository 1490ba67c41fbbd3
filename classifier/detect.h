/* What the detectors of the classifier share. A detector is a row of one of the tables in detectors.c and a function in
 * the folder of its subject; nothing else knows it. */
#ifndef GATE_CLASSIFIER_DETECT_H
#define GATE_CLASSIFIER_DETECT_H

#include "classifier/classify.h"
#include "classifier/paths/index.h"

/* Bytes the classifier compares at most, per side and path; over this: GATE-LIMIT, never a skip. */
#define GATE_COMPARE_MAX ((size_t)4 << 20)

struct gate_secret_state; /* secrets/private_key.c */
struct gate_credential_state; /* secrets/credentials.c */
struct gate_file_state;	  /* secrets/files/files.c */
struct gate_test_state;	  /* tests/deleted.c */
struct gate_dep_state;	  /* deps/locks.c */
struct gate_size_state;	  /* objects/size.c */
struct gate_docs_state;	  /* docs.c */
struct gate_uni_state;	  /* text/hidden.c */
struct gate_tally_state;  /* objects/tally.c */
struct gate_value_state;	  /* values/values.c */
struct gate_count_state;	  /* tests/counts.c */
struct gate_ci_state;	  /* control/ci.c */
struct gate_owners_state; /* control/owners.c */
struct gate_gain_state;	  /* values/gains.c */

struct gate_detect {
	const struct gate_policy *policy;
	const struct gate_changes *changes;
	gate_load_fn *load;
	void *load_arg;
	struct gate_findings *out;
	struct gate_path_index *index;
	struct gate_secret_state *secrets;
	struct gate_credential_state *credentials;
	struct gate_file_state *files;
	struct gate_test_state *tests;
	struct gate_dep_state *deps;
	struct gate_size_state *size;
	const struct gate_osv *osv; /* NULL: nothing is known */
	int64_t now;		    /* seconds; 0 when nobody said */
	bool osv_asked;		    /* deps/vuln.c */
	uint32_t osv_change;
	struct gate_docs_state *docs;
	struct gate_uni_state *uni;
	struct gate_tally_state *tally;
	struct gate_value_state *values;
	struct gate_count_state *counts;
	struct gate_ci_state *ci;
	struct gate_owners_state *owners;
	struct gate_gain_state *gains;
};

/* Looks at one new object. `texts`: 1 << enum gate_text for each kind it wants. */
struct gate_object_detector {
	const char *name;
	unsigned texts;
	int (*fn)(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err);
	/* Of a large push blobs are first seen without a place. peek: whether it would find anything in these bytes somewhere; then, and at
	 * the paths that `bound` names, fn gets the bytes. Neither: bytes say nothing to it. */
	bool (*peek)(struct gate_detect *d, const struct gate_peek *p);
	bool (*bound)(struct gate_detect *d, const char *path);
	bool names; /* it looks at the path as well: called for a clean blob too, which has no bytes */
};

/* Looks at one path of a new commit, at the names of a new tree, at a new commit. */
struct gate_entry_detector {
	const char *name;
	int (*fn)(struct gate_detect *d, uint32_t change, const struct gate_entry *e, struct gate_err *err);
};
struct gate_names_detector {
	const char *name;
	int (*fn)(struct gate_detect *d, uint32_t change, const struct gate_names *n, struct gate_err *err);
};
struct gate_commit_detector {
	const char *name;
	int (*fn)(struct gate_detect *d, uint32_t change, const struct gate_commit *k, struct gate_err *err);
};

/* Looks at one changed path. */
struct gate_delta_detector {
	const char *name;
	int (*fn)(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);
};

/* Called once, after the last piece. */
struct gate_end_detector {
	const char *name;
	int (*fn)(struct gate_detect *d, struct gate_err *err);
};

/* State that a subject keeps between pieces: made before the first, released with the classifier. */
struct gate_detect_state {
	const char *name;
	int (*init)(struct gate_detect *d, struct gate_err *err);
	void (*release)(struct gate_detect *d);
};

/* One rule's row met one changed path. */
struct gate_look {
	const char *id;
	uint32_t change;
	const struct gate_delta *delta;
	struct gate_weight w; /* the row's; may be lowered */
	bool keep;	      /* set to false: no finding (proved harmless, or made later) */
};

/* A path rule that looks closer before it makes its finding. */
struct gate_closer {
	const char *id;
	int (*fn)(struct gate_detect *d, struct gate_look *l, struct gate_err *err);
};

extern const struct gate_object_detector gate_object_detectors[];
extern const size_t gate_object_detectors_n;
extern const struct gate_entry_detector gate_entry_detectors[];
extern const size_t gate_entry_detectors_n;
extern const struct gate_names_detector gate_names_detectors[];
extern const size_t gate_names_detectors_n;
extern const struct gate_commit_detector gate_commit_detectors[];
extern const size_t gate_commit_detectors_n;
extern const struct gate_delta_detector gate_delta_detectors[];
extern const size_t gate_delta_detectors_n;
extern const struct gate_end_detector gate_end_detectors[];
extern const size_t gate_end_detectors_n;
extern const struct gate_detect_state gate_detect_states[];
extern const size_t gate_detect_states_n;
extern const struct gate_closer gate_closers[];
extern const size_t gate_closers_n;

/* A finding about a place; borrowed texts, "" or NULL where there is nothing. subject NULL: the path. */
struct gate_sighting {
	const char *id, *subject, *path, *commit, *old_value, *new_value, *message;
	uint32_t line;
	const struct gate_weight *at_most; /* NULL: the row's */
};

int gate_detect_add(struct gate_detect *d, uint32_t change, const struct gate_sighting *s, struct gate_err *err);
/* GATE-LIMIT about a path. secret: what was not looked through may hide a secret, so the push is refused (HOLES 5). */
int gate_detect_limit(struct gate_detect *d, uint32_t change, const char *path, const char *commit, bool secret,
		      const char *why, struct gate_err *err);

/* GATE-LIMIT for every change of the push: what was not looked at may belong to any of them. Of very many changes the push is refused. */
int gate_detect_limit_all(struct gate_detect *d, const char *why, struct gate_err *err);

/* Both sides of a delta. A side that is no file is empty. Gives 0, or a negative code when a side cannot be had within
 * GATE_COMPARE_MAX. The old side is a copy; the new one is borrowed until the next load. */
struct gate_sides {
	struct gate_buf before;
	const char *now;
	size_t now_len;
};
int gate_detect_sides(struct gate_detect *d, const struct gate_delta *delta, struct gate_sides *out,
		      struct gate_err *err);
void gate_sides_clear(struct gate_sides *s);

static inline bool gate_mode_is_file(uint32_t mode)
{
	return (mode & 0170000) == 0100000;
}

/* gate_finding has owned strings, but gate_findings_add copies: lends a constant one for the call. */
static inline char *gate_lend(const char *s)
{
	char *p;

	memcpy(&p, &s, sizeof(p));
	return p;
}

/* "package-lock.json" of "web/package-lock.json". */
static inline const char *gate_path_last(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

#endif
