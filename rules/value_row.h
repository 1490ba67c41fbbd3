/* One row of `values:` in a rule of kind value: where a value stands (a key path in a parsed file, a flag of a command, or a
 * regular expression over a file that no parser reads), and which way it gets worse. rules/value_read.h reads it from YAML;
 * docs/RULES.md explains each key with an example. */
#ifndef GATE_RULES_VALUE_ROW_H
#define GATE_RULES_VALUE_ROW_H

#include "base/change.h"

/* Which way is worse. What is compared is the effective value of the whole file, never a line. */
enum gate_worse {
	GATE_WORSE_NONE,
	GATE_WORSE_DOWN,    /* a number that falls; gone is worse than any */
	GATE_WORSE_UP,	    /* a number that rises; gone is worse than any, unless there is a default */
	GATE_WORSE_TRUE,    /* becomes true */
	GATE_WORSE_FALSE,   /* becomes false, or goes while true */
	GATE_WORSE_ADDED,   /* appears (a flag) */
	GATE_WORSE_REMOVED, /* goes (a flag, a section) */
	GATE_WORSE_CHANGED,
	GATE_WORSE_GROWN,  /* a set gets an element */
	GATE_WORSE_SHRUNK, /* a set loses one */
	GATE_WORSE_ORDER,  /* moves to the right in `order` */
	GATE_WORSE_TO,	   /* becomes one of `to` */
	GATE_WORSE_COUNT
};

/* Names in `format:`; the first eight are enum gate_format's. AUTO: by the file's name. */
/* CODE and COMMENTS go with text: the file without its comments and the insides of strings, or its comments alone. */
enum gate_value_format { GATE_VALUE_AUTO = -1, GATE_VALUE_JS = 100, GATE_VALUE_CODE, GATE_VALUE_COMMENTS };

struct gate_value_row {
	struct gate_strs files, flags, command, order, to, off;
	char *key, *text, *tool, *metric, *scope, *fallback, *family;
	enum gate_worse worse;
	int format;
	bool ratio;    /* written 0 to 1, compared as per cent */
	bool weighed;  /* points or tier were written: this row weighs at most that */
	enum gate_tier tier;
	uint32_t points; /* milli */
	uint32_t line;
};

struct gate_value_rows {
	struct gate_value_row *v;
	size_t n;
};

#endif
