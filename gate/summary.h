/* What the queue shows of each open pending, remembered: a record costs a JSON text to read and an object to fetch, its summary a line. A
 * record's blob never changes, so a line is keyed by its oid and is true for ever. The file refgate/cache/queue is a cache: a line
 * that is not whole is none, and what is missing is read from the records and remembered. It works in a gated repository, and in a
 * clone for the gate behind a remote. */
#ifndef GATE_GATE_SUMMARY_H
#define GATE_GATE_SUMMARY_H

#include "gate/record.h"
#include "repo/repo.h"

struct gate_summary {
	char oid[GATE_HEXSZ + 1]; /* of the record */
	char id[GATE_ID_LEN + 1];
	enum gate_tier tier;
	int64_t created, expires, score;
	char agent[64]; /* escaped, both cut to fit */
	char ref[96];	/* the first one */
	size_t n_refs;
	bool recovery; /* it landed, and waits to be ratified (gate/ratify.h) */
	size_t at; /* private: where its refs stand */
};

struct gate_summaries {
	struct gate_buf text;
	struct gate_summary *v; /* by oid */
	size_t n;
	size_t lines; /* of the cache, the damaged and the double ones too */
};
void gate_summaries_clear(struct gate_summaries *l);

/* Reads the cache of this repository; none is fine. */
int gate_summaries_load(const struct gate_repo *repo, struct gate_summaries *l, struct gate_err *err);
/* The one of a record; NULL when it is not remembered. */
const struct gate_summary *gate_summaries_find(const struct gate_summaries *l, const char *oid);
/* Reads the records of these oids ("<oid>\n" each), which must lie in the repository, and remembers them; one that is gone or cannot be
 * read is left out. */
int gate_summaries_add(struct gate_summaries *l, const struct gate_repo *repo, const struct gate_buf *oids, struct gate_err *err);
/* Writes the cache anew with those of `wanted` alone ("<oid>\n" each). A cache that cannot be written is no error. */
void gate_summaries_keep(const struct gate_summaries *l, const struct gate_repo *repo, const struct gate_buf *wanted);
/* Remembers one more record, as it is opened. */
void gate_summary_note(const struct gate_repo *repo, const char *oid, const struct gate_record *r);

/* Its refs and their old values, one after the other: *at is 0 at first. False past the last one. */
bool gate_summary_next(const struct gate_summaries *l, const struct gate_summary *s, size_t *at, char ref[GATE_REF_MAX],
		       char old[GATE_HEXSZ + 1]);

#endif
