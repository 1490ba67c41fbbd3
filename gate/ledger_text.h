/* The lines of the ledger: as entries of the log, and out of the log again by way of the cache refgate/ledger (gate/ledger.h). */
#ifndef GATE_GATE_LEDGER_TEXT_H
#define GATE_GATE_LEDGER_TEXT_H

#include "base/json.h"
#include "gate/server.h"

#define GATE_LEDGER_LINE_MAX 6000 /* bytes of one line; escaped as a string in a log entry it stays far below that one's limit */

/* Opens a line: its kind, the time, the actor. */
void gate_ledger_begin(struct gate_jw *w, int64_t now, const char *kind, const struct gate_actor *a);
/* The line, which is emptied, as the body of a log entry. */
int gate_ledger_put(const struct gate_server *s, struct gate_buf *line, struct gate_strs *bodies, struct gate_err *err);
/* The line that a log entry holds; NULL when it is none (or *err). The caller frees. */
char *gate_ledger_line_of(const char *entry, size_t len, struct gate_err *err);

/* All lines, oldest first, each ended by LF; *seen: how many entries of the log that looked at. */
int gate_ledger_text(const struct gate_server *s, struct gate_buf *out, uint64_t *seen, struct gate_err *err);
/* Calls fn for each of them; a negative answer, with *err set, ends it. */
int gate_ledger_lines(const char *text, int (*fn)(const struct gate_json *line, void *arg), void *arg, struct gate_err *err);

#endif
