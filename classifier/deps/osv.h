/* Known vulnerabilities and malicious packages, offline: an index that `refgate osv import` makes of a dump of osv.dev, and the question whether a
 * version of a package is affected (ossf/osv-schema, "Evaluation"). The index comes in as bytes; nothing here reads a file or a clock. */
#ifndef GATE_CLASSIFIER_DEPS_OSV_H
#define GATE_CLASSIFIER_DEPS_OSV_H

#include "base/buf.h"
#include "base/str.h"
#include "classifier/deps/version.h"

enum gate_osv_severity { GATE_OSV_UNKNOWN, GATE_OSV_LOW, GATE_OSV_MEDIUM, GATE_OSV_HIGH, GATE_OSV_CRITICAL, GATE_OSV_SEVERITIES };

/* ---- one record, as the importer hands it in ---- */
enum gate_osv_event { GATE_OSV_INTRODUCED, GATE_OSV_FIXED, GATE_OSV_LAST_AFFECTED, GATE_OSV_LIMIT, GATE_OSV_EVENTS };

/* Appends one record to a package's block: its head, then versions, then each range with its events, in that order of calls. */
void gate_osv_put_record(struct gate_buf *b, const char *id, enum gate_osv_severity severity, const struct gate_strs *aliases,
			 const struct gate_strs *versions, uint32_t n_ranges);
void gate_osv_put_range(struct gate_buf *b, uint32_t n_events);
void gate_osv_put_event(struct gate_buf *b, enum gate_osv_event kind, const char *version);

/* A package's name as its registry compares it: PyPI by PEP 503, NuGet and Packagist without letter case. Appended to *out. */
void gate_osv_name(struct gate_buf *out, enum gate_ecosystem e, const char *name);

/* The whole index begins with this, all integers little-endian: magic, newest change of a record (seconds), number of packages, offset of their
 * table, length of the file. A row of the table: offset of the package's block, length of its key, length of the block; rows sorted by key. The key
 * is one byte (the ecosystem) and the name. */
#define GATE_OSV_MAGIC "RGOSV01\n"
#define GATE_OSV_HEAD 40
#define GATE_OSV_ROW 16

/* ---- the question ---- */
struct gate_osv {
	const uint8_t *s;
	size_t len;
	uint64_t packages, table;
	int64_t newest; /* of the records' `modified` */
};

/* GATE_E_SYNTAX for bytes that are no such index. Borrows them. */
int gate_osv_open(const void *s, size_t len, struct gate_osv *out, struct gate_err *err);

struct gate_osv_hit {
	char id[64];
	enum gate_osv_severity severity;
	bool malicious;	 /* an id of MAL- */
	bool unknown;	 /* the version, or one of the record's, is none of this ecosystem: nobody knows */
};

#define GATE_OSV_HITS_MAX 64

/* The records that name this version of the package, those that are aliases of each other once, the worst kept, worst first; at most GATE_OSV_HITS_MAX.
 * Gives their number. A block that is damaged gives a hit with `unknown`. */
size_t gate_osv_match(const struct gate_osv *osv, enum gate_ecosystem e, const char *name, const char *version,
		      struct gate_osv_hit hits[GATE_OSV_HITS_MAX]);

#endif
