/* `refgate osv import`: dumps of osv.dev become the one index that pushes are compared with. */
#ifndef GATE_GATE_OSV_IMPORT_H
#define GATE_GATE_OSV_IMPORT_H

#include "base/str.h"

struct gate_osv_counts {
	uint64_t records, packages, broken;
	int64_t newest; /* the latest change of a record */
	struct gate_strs first_broken; /* the names of some, with what is wrong */
};

void gate_osv_counts_clear(struct gate_osv_counts *c);

/* Reads each source: a zip archive (gs://osv-vulnerabilities/ECOSYSTEM/all.zip), a record (.json), or a folder of either, at any depth, and
 * writes `index` anew: it replaces the old one at once, or not at all. Records that cannot be read: an error, unless skip_broken; they are
 * counted in both cases. Memory follows the number of packages, not the size of the dump. */
int gate_osv_import(const struct gate_strs *sources, const char *index, bool skip_broken, struct gate_osv_counts *counts,
		    struct gate_err *err);

#endif
