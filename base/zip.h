/* The files of a zip archive, one after the other (the only room with minizip's unzip.h). */
#ifndef GATE_BASE_ZIP_H
#define GATE_BASE_ZIP_H

#include "base/buf.h"

/* Calls fn for each file whose name ends with `ending`, with its bytes; a value other than 0 ends it and is given back. One of more than `max` bytes,
 * a damaged archive: an error with the file's name. */
typedef int gate_zip_fn(void *arg, const char *name, const char *bytes, size_t len, struct gate_err *err);
int gate_zip_each(const char *path, const char *ending, size_t max, gate_zip_fn *fn, void *arg, struct gate_err *err);

#endif
