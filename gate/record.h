/* The pending record: what the gate keeps of a held push, as a JSON blob at refs/refgate/pending/<id> (docs/RECORD.md). Anyone
 * may read it; only the gate writes it. It holds the server's part of the statement byte for byte. */
#ifndef GATE_GATE_RECORD_H
#define GATE_GATE_RECORD_H

#include "base/change.h"
#include "base/json.h"
#include "base/person.h"
#include "rules/policy.h"

#define GATE_ID_LEN 8

enum gate_state {
	GATE_STATE_OPEN,
	GATE_STATE_RELEASED,
	GATE_STATE_DENIED,
	GATE_STATE_EXPIRED,
	GATE_STATE_STALE,
	GATE_STATE_SUPERSEDED,
	GATE_STATE_COUNT
};
const char *gate_state_name(enum gate_state s);
bool gate_state_parse(const char *name, enum gate_state *s);

struct gate_record_ref {
	char ref[GATE_REF_MAX];
	char old[GATE_HEXSZ + 1], new[GATE_HEXSZ + 1], tree[GATE_HEXSZ + 1], base[GATE_HEXSZ + 1];
	char pending_ref[GATE_REF_MAX + 32]; /* "" for a deletion */
	char rules[GATE_HEXSZ + 1];	     /* the .refgate/ tree that comes into force with it, or "" */
	char was_old[GATE_HEXSZ + 1], was_new[GATE_HEXSZ + 1]; /* of a rebased one: what it was made of, else "" */
	bool fast_forward;
	bool is_protected;
	enum gate_tier tier;
};

struct gate_record {
	char oid[GATE_HEXSZ + 1]; /* of its blob, once that was written by gate_pending_open or read by gate_pending_read; else "" */
	char id[GATE_ID_LEN + 1];
	char rebased[GATE_ID_LEN + 1]; /* the stale pending that this one was rebased from, or "" */
	enum gate_state state;
	int64_t created, expires;
	struct gate_actor actor;
	struct gate_strs identities;
	struct gate_strs environment; /* NAME=value of the host's identity variables, for chained hooks at release */
	struct gate_strs options;     /* push options */
	enum gate_tier tier;
	int64_t score; /* milli */
	int64_t bytes; /* what the push brought, as it lay in the quarantine */
	bool atomic;
	char policy[65];
	char *statement; /* the server's part */
	struct gate_requirement *needs;
	size_t n_needs;
	struct gate_strs excluded;
	char recovered_by[64]; /* a recovery that has landed already (gate/recover.h): the account that made it; "" otherwise */
	struct gate_strs carried; /* "<id> <subject>" of the ledger entries that a signature here covers */
	struct gate_strs hidden; /* commits the digest of new commits leaves out, so that a reviewer can make it again */
	struct gate_record_ref *refs; /* sorted by name */
	size_t n_refs;
	char *findings; /* JSON array, as written */
	/* once closed */
	char *why;
	char by[256];
	int64_t closed;
	char next[GATE_ID_LEN + 1]; /* the pending that took its place */
};

void gate_record_clear(struct gate_record *r);
int gate_record_write(const struct gate_record *r, struct gate_buf *out, struct gate_err *err);
int gate_record_load(const char *s, size_t len, struct gate_record *out, struct gate_err *err);
/* The findings as they were judged, for explain. */
int gate_record_findings(const struct gate_record *r, struct gate_findings *out, struct gate_err *err);
/* 8 characters of Crockford's base32, lower case. */
bool gate_id_valid(const char *id);

#endif
