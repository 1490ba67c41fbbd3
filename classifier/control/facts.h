/* What a control file says, as a bag of facts: "job build holds secret X", "pytest runs", "job deploy may write contents". Two
 * bags are compared as multisets, first within a file, at the end of the push between all its files: what only moved, was
 * re-ordered or written in another style is in both. What is left is gained or lost, and the table in judge.c says which of the
 * two is worse. */
#ifndef GATE_CLASSIFIER_CONTROL_FACTS_H
#define GATE_CLASSIFIER_CONTROL_FACTS_H

#include "classifier/detect.h"

#define GATE_FACTS_MAX 50000 /* of one side of a file; over it: GATE-LIMIT */

enum gate_fact_kind {
	GATE_FACT_TRIGGER,  /* an event that outsiders can raise */
	GATE_FACT_PUSH,	    /* branches and tags whose push starts the file */
	GATE_FACT_NARROW,   /* a filter that keeps checks from running */
	GATE_FACT_EVENT,    /* an event on which the checks run */
	GATE_FACT_PERM,	    /* what a job's token may write */
	GATE_FACT_USES,	    /* foreign code by name and version */
	GATE_FACT_IMAGE,    /* container images */
	GATE_FACT_INJECT,   /* text of strangers in a script */
	GATE_FACT_SECRET,   /* a secret that reaches a job */
	GATE_FACT_ECHO,	    /* a secret that is printed */
	GATE_FACT_ENVIRON,  /* the protected environment of a job with secrets */
	GATE_FACT_SOFT,	    /* a failure that does not fail */
	GATE_FACT_COND,	    /* a condition on a check */
	GATE_FACT_GATE,	    /* a command that checks something */
	GATE_FACT_STRICT,   /* a word that makes a command strict */
	GATE_FACT_LOOSE,    /* a word that makes a command check less */
	GATE_FACT_JOB,
	GATE_FACT_NEED,	    /* a job that waits for another */
	GATE_FACT_MATRIX,   /* a value of a matrix */
	GATE_FACT_HOST,	    /* the host is in reach */
	GATE_FACT_ENVFILE,  /* files and variables that steer later steps */
	GATE_FACT_NOCRED,   /* credentials that are not kept */
	GATE_FACT_CRED,	    /* credentials that are kept */
	GATE_FACT_CURL,	    /* downloaded and run */
	GATE_FACT_CACHE,
	GATE_FACT_PROV,	    /* signing, provenance, SBOM, analysis */
	GATE_FACT_OBF,
	GATE_FACT_REVIEW,   /* settings of the review of dependencies */
	GATE_FACT_KINDS
};

struct gate_fact {
	enum gate_fact_kind kind;
	enum gate_tier tier;
	uint32_t line, change;
	char *key;  /* what is compared */
	char *job;  /* compared as well; "" when it does not matter where; "*" for a job that stands on one side only */
	char *note; /* not compared: the comment behind a version, the class of a check; "" for none */
	char *path; /* of unmatched facts; NULL before */
};

struct gate_factbag {
	struct gate_fact *v;
	size_t n, cap;
	bool full;
};

void gate_factbag_clear(struct gate_factbag *l);
/* Copies the texts; job and note may be NULL. Overlong keys are cut (a hash of the whole stands at the end). */
int gate_factbag_add(struct gate_factbag *l, const struct gate_fact *f, struct gate_err *err);
/* Takes the facts of both sides: equal ones go, the rest is appended to gained and lost with path and change. */
int gate_factbag_compare(struct gate_factbag *before, struct gate_factbag *now, const char *path, uint32_t change,
		       struct gate_factbag *gained, struct gate_factbag *lost, struct gate_err *err);
/* Drops what stands in both lists for the same change, whatever the file. */
void gate_factbag_cancel(struct gate_factbag *gained, struct gate_factbag *lost);
bool gate_factbag_has(const struct gate_factbag *l, enum gate_fact_kind kind, const char *key);

#endif
