/* SEC-TXT for credentials that the format of a file shows: table.c says which file is read how. */
#ifndef GATE_CLASSIFIER_SECRETS_FILES_FILES_H
#define GATE_CLASSIFIER_SECRETS_FILES_FILES_H

#include "classifier/detect.h"
#include "classifier/secrets/files/reader.h"

struct gate_file_form {
	const char *glob; /* of the path; without '/': of its last component */
	const char *what; /* "a password in .netrc" */
	gate_file_reader *read;
	const char *const *keys; /* NULL: names that sound secret */
	enum gate_tier most;	 /* HIGH refuses the push */
};

/* The forms of a path, one after the other: start with *at 0. NULL: no more. */
const struct gate_file_form *gate_file_form_next(const char *path, size_t *at);

int gate_secret_files_init(struct gate_detect *d, struct gate_err *err);
void gate_secret_files_release(struct gate_detect *d);
/* Notes what it finds; findings are made at the end. */
bool gate_secret_files_bound(struct gate_detect *d, const char *path);
int gate_secret_files_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err);
/* A value that this path held before the change is reported, and refused no more. */
int gate_secret_files_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);
int gate_secret_files_end(struct gate_detect *d, struct gate_err *err);

#endif
