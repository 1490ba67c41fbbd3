/* The lines of log.jsonl: a reader of bounded memory, the form each line has, and the walk that turns lines into
 * a tree. */
#ifndef GATE_AUDIT_LINES_H
#define GATE_AUDIT_LINES_H

#include "audit/proof.h"
#include "base/limits.h"

/* A place between two lines: `offset` bytes hold tree.size entries with this frontier. */
struct gate_log_mark {
	uint64_t offset;
	struct gate_tree tree;
};

/* Reads [pos, limit) of fd by pread. Set fd, pos and limit; the rest is zero. */
struct gate_lines {
	int fd;
	uint64_t pos; /* where the next line begins */
	uint64_t limit;
	char *buf;
	size_t start, end; /* unread bytes in buf */
};

void gate_lines_clear(struct gate_lines *l);
/* 1 and the next complete line without its LF (borrowed until the next call), 0 when no complete line is left, or
 * negative. Of a line over GATE_LOG_LINE_MAX only that many bytes and one more are given: gate_line_has_form()
 * refuses it. */
int gate_lines_next(struct gate_lines *l, const char **line, size_t *len, struct gate_err *err);

/* {"v":1,"seq":<seq>,"ts":"<20 characters of RFC 3339>",...} within GATE_LOG_LINE_MAX and without control bytes.
 */
bool gate_line_has_form(const char *line, size_t len, uint64_t seq);
/* The seq that a line claims. */
bool gate_line_seq(const char *line, size_t len, uint64_t *seq);
/* The form, and JSON: what a line must be before it is signed. */
bool gate_line_is_sound(const char *line, size_t len, uint64_t seq);

/* A size at which the walk is asked for the root and the offset. */
struct gate_log_watch {
	uint64_t size;
	bool reached;
	uint64_t offset;
	uint8_t root[32];
};

/* Walks from *m to the first line that is not of form, or to the last complete line before `limit`, and leaves *m
 * there. `sound`: lines must be gate_line_is_sound(). watch: n of them by rising size (those below m are never
 * reached). leaf (may be NULL) gets each leaf hash. */
int gate_lines_walk(int fd, uint64_t limit, bool sound, struct gate_log_mark *m, struct gate_log_watch *watch,
		    size_t n, void (*leaf)(const uint8_t hash[32], void *arg), void *arg, struct gate_err *err);

#endif
