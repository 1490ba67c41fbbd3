/* What `doctor` finds, as rows of one table; text or JSON. The parts that look stand in files of their own. */
#ifndef GATE_CLI_DOCTOR_H
#define GATE_CLI_DOCTOR_H

#include "base/json.h"
#include "cli/cli.h"
#include "gate/server.h"

/* note: for the reader. warn: a way that is open to somebody, but does not pass the hooks or is not surely one. bad: to be mended (exit code 1). */
enum gate_grade { GATE_GRADE_OK, GATE_GRADE_NOTE, GATE_GRADE_WARN, GATE_GRADE_BAD };

struct gate_doctor {
	const struct gate_args *args;
	struct gate_server server;
	struct gate_buf text, json; /* the rows so far */
	struct gate_jw jw;
	size_t bad;
};

/* A row. tried: what was done, NULL when the name says it; mend: what to do about it, NULL when there is nothing. Texts may hold any bytes. */
void gate_doctor_row(struct gate_doctor *d, enum gate_grade grade, const char *name, const char *tried, const char *found, const char *mend);

/* Tries the ways around the hooks, by each transport (HOLES 26). The server is configured. Writes nothing: a push that worked would
 * have moved a ref, so rights and settings are asked, and `serve` is given lines that start nothing. */
void gate_doctor_around(struct gate_doctor *d);

/* The folders and files whose writer could move a ref or run without the hooks: may this process, and may other accounts, write there? */
void gate_doctor_writers(struct gate_doctor *d);
/* The keys that may log in as the account that owns the repository. */
void gate_doctor_keys(struct gate_doctor *d);

/* Whether refgate.identity lists this source. */
bool gate_doctor_has_identity(const struct gate_doctor *d, const char *source);

#endif
