/* Files and descriptors: whole reads and writes, bounded, EINTR-safe; atomic replacement. */
#ifndef GATE_BASE_IO_H
#define GATE_BASE_IO_H

#include "base/buf.h"

#include <sys/types.h>

/* Writes all n bytes. */
int gate_write_all(int fd, const void *p, size_t n, struct gate_err *err);
/* Appends all that fd still gives; over max bytes: GATE_E_LIMIT. `what` names it in errors. */
int gate_read_all(int fd, size_t max, struct gate_buf *out, const char *what, struct gate_err *err);
/* The whole of a regular file. A missing file is an error with errno ENOENT kept in errno. */
int gate_read_file(const char *path, size_t max, struct gate_buf *out, struct gate_err *err);
bool gate_file_exists(const char *path);
/* Writes path.tmp.<pid>, optionally syncs it, renames it over path. On failure nothing is left behind. */
int gate_write_file(const char *path, const void *p, size_t n, mode_t mode, bool sync, struct gate_err *err);
/* Appends one or more whole lines with one write; when a crash left the file without a final LF, the torn line is ended first. A short
 * write is cut off again. Makes the file (mode 0600) when it is not there. */
int gate_append_lines(const char *path, const char *lines, size_t n, struct gate_err *err);
/* Creates path and its parents; existing ones are fine. */
int gate_mkdirs(const char *path, mode_t mode, struct gate_err *err);
/* Removes a folder of plain files and folders below it; missing is fine. Never follows links. */
int gate_remove_tree(const char *path, struct gate_err *err);
/* open + flock(LOCK_EX), waiting at most ms (polling); gives the descriptor, or a negative code. */
int gate_lock_file(const char *path, int ms, struct gate_err *err);
/* printf into a new string; NULL without memory. */
char *gate_fmt(const char *fmt, ...) __attribute__((format(printf, 1, 2), malloc));

#endif
