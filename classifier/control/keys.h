/* Settings files as the set of their leaves, "permissions.allow.*" = "Bash(ls)": what a key means, and which way is worse, stands
 * in tables. Order, style and comments do not count; an element of a list has '*' for its index. */
#ifndef GATE_CLASSIFIER_CONTROL_KEYS_H
#define GATE_CLASSIFIER_CONTROL_KEYS_H

#include "classifier/detect.h"
#include "formats/node.h"

enum gate_key_way {
	GATE_KEY_GAINED,  /* a leaf that was not there is worse */
	GATE_KEY_LOST,	  /* a leaf that goes is worse */
	GATE_KEY_BECOMES, /* the value `arg` is worse (several parted by '|') */
	GATE_KEY_LOWER,	  /* a smaller number, or none, is worse */
	GATE_KEY_GROWS,	  /* a list in one text, parted by commas, that grows is worse */
	GATE_KEY_EITHER,  /* any change is worse */
};

struct gate_key_row {
	const char *leaf; /* a glob over the leaf's path; letter case does not count */
	enum gate_key_way way;
	const char *arg;
	enum gate_tier tier;
	const char *message;
};

/* The files of one meaning. `id`: the finding; `rest`: what the path's own row weighs when the file was read and nothing of the
 * table changed. */
struct gate_key_file {
	const char *globs[24]; /* ends with NULL */
	const char *id;
	enum gate_format format;
	const struct gate_key_row *rows; /* ends with a NULL leaf */
	enum gate_tier rest;
};

extern const struct gate_key_file gate_key_files[];
extern const size_t gate_key_files_n;

int gate_keys_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);
/* Path rules whose files stand in the tables: their own finding weighs only `rest` when the file could be read. */
int gate_keys_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err);

#endif
