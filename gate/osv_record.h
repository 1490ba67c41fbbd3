/* One record of osv.dev, JSON (ossf/osv-schema), taken apart into what the index keeps for each package that it names. */
#ifndef GATE_GATE_OSV_RECORD_H
#define GATE_GATE_OSV_RECORD_H

#include "classifier/deps/osv.h"

/* The largest record that is read; the longest of osv.dev's have some megabytes of version lists. */
#define GATE_OSV_RECORD_MAX ((size_t)64 << 20)

/* Called for each package: the key of the index and the record's block. */
typedef int gate_osv_package_fn(void *arg, const struct gate_buf *key, const struct gate_buf *block, struct gate_err *err);

/* Withdrawn records, and packages of ecosystems whose versions have no order here, give no call. *modified gets the record's own time, 0 when it says
 * none. GATE_E_SYNTAX for what is no record, with `name` in the text. */
int gate_osv_record(const char *name, const char *bytes, size_t len, gate_osv_package_fn *fn, void *arg, int64_t *modified,
		    struct gate_err *err);
/* The base score's rating of a CVSS vector: 3.0 and 3.1 by their formula (FIRST, section 7). 4.0 has no formula but a table of 270 rows: it is rated by what an
 * attacker without rights reaches (docs/COVERAGE.md). Other texts: unknown. */
enum gate_osv_severity gate_cvss_rating(const char *vector);

#endif
