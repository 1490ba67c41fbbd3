/* Tables of what code may gain: a call, a setting, a command. Each place where a row's pattern meets the code without its comments is a fact:
 * the call with its arguments, or the rest of the line. */
#ifndef GATE_CLASSIFIER_VALUES_RISK_H
#define GATE_CLASSIFIER_VALUES_RISK_H

#include "classifier/values/code.h"
#include "classifier/values/gains.h"

struct gate_risk {
	const char *name;    /* the beginning of the subject: "process" */
	const char *needle;  /* a text that every match holds, letter case counts; NULL: none */
	const char *pattern; /* PCRE over bytes */
	struct gate_gain_kind kind;
};

struct gate_risk_table {
	const struct gate_risk *v;
	size_t n;
};
#define GATE_RISKS(a)                       \
	{                                   \
		(a), sizeof(a) / sizeof((a)[0]) \
	}

/* A delta's two sides without comments. */
struct gate_code_sides {
	struct gate_buf before, now;
	bool same; /* they differ in layout and comments alone */
	bool unread; /* a side could not be had: GATE-LIMIT has been made */
};
int gate_code_sides_read(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, enum gate_comments how,
			 struct gate_code_sides *out, struct gate_err *err);
void gate_code_sides_clear(struct gate_code_sides *s);

/* Whether any row's needle is in the text. */
bool gate_risks_any(struct gate_detect *d, const struct gate_risk_table *t, const char *s, size_t len);
/* Facts of one text. */
int gate_risks_of(const struct gate_gain_place *p, const struct gate_risk_table *t, const char *s, size_t len,
		  uint32_t first_line, struct gate_err *err);
/* Facts of both sides. most: the highest tier. */
int gate_risks_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, const char *id,
		     const struct gate_risk_table *t, const struct gate_code_sides *c, enum gate_tier most,
		     struct gate_err *err);

#endif
