/* What a file says, as facts that can be compared: a risk ("container app is privileged") or a guard ("bucket logs has
 * prevent_destroy"). All files of a push put theirs in, of both sides, and at the end the two sets are compared: a risk gained
 * and a guard lost are findings. What moved to another place or another file, was re-ordered or written in another way is
 * the same fact on both sides, so it is none. */
#ifndef GATE_CLASSIFIER_VALUES_GAINS_H
#define GATE_CLASSIFIER_VALUES_GAINS_H

#include "classifier/detect.h"

enum gate_gain_how {
	GATE_GAIN_RISK,	 /* gained: a finding */
	GATE_GAIN_GUARD, /* lost: a finding */
	GATE_GAIN_OWNED, /* lost: a finding when its owner (the subject up to the first ": ") still stands */
	GATE_GAIN_OWNER, /* no finding: says that an owner stands */
};

struct gate_gain_kind {
	enum gate_gain_how how;
	enum gate_tier tier;
	const char *message;
};

/* Whose facts these are. */
struct gate_gain_place {
	struct gate_detect *d;
	uint32_t change;
	const struct gate_delta *delta;
	const char *id;
	bool now;	     /* the new side */
	enum gate_tier most; /* caps the tier; GATE_TIER_CRITICAL: as the kind says */
};

/* The subject is cut at GATE_GAIN_SUBJECT bytes, with a digest of the whole, so that no two long ones are one. Too many facts
 * in a push: GATE-LIMIT, once. */
#define GATE_GAIN_SUBJECT 160
int gate_gain_add(const struct gate_gain_place *p, const struct gate_gain_kind *kind, uint32_t line, struct gate_err *err,
		  const char *fmt, ...) __attribute__((format(printf, 5, 6)));

int gate_gains_init(struct gate_detect *d, struct gate_err *err);
void gate_gains_release(struct gate_detect *d);
int gate_gains_end(struct gate_detect *d, struct gate_err *err);

/* The compiled form of a constant pattern; kept until the end. NULL with the error set. */
struct gate_regex *gate_gains_regex(struct gate_detect *d, const char *pattern, struct gate_err *err);

/* What is remembered to find needles of tables (classifier/values/needles.h). */
struct gate_needles *gate_gains_needles(struct gate_detect *d);

/* A weight of a tier, with the points that belong to it. */
struct gate_weight gate_weight_of(enum gate_tier tier);

#endif
