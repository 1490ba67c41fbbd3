/* Names that a file system other than ours takes for .git, or for a way out of the working tree. */
#ifndef GATE_BASE_NAME_H
#define GATE_BASE_NAME_H

#include "base/str.h"

/* Why a component is unsafe ("." and ".." included), NULL when it is not. Letter case, NTFS short names, trailing dots and spaces,
 * alternate data streams, HFS+ ignorable code points and backslashes are seen through. */
const char *gate_name_unsafe(const char *name, size_t len);
/* Code points that HFS+ leaves out when it compares names (Apple TN1150; the same set as git's utf8.c). */
bool gate_name_hfs_ignores(uint32_t cp);

#endif
