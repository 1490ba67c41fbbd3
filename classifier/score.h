/* Findings -> points, score, tier, verdict. Integers only (milli-points), exact, monotone: a superset of findings never
 * scores lower (reference: classifier.md section 3). */
#ifndef GATE_CLASSIFIER_SCORE_H
#define GATE_CLASSIFIER_SCORE_H

#include "base/change.h"
#include "rules/policy.h"

#define GATE_ALL_CHANGES UINT32_MAX

/* One term of the sum: finding v[finding] counts `points` (its own points >> its rank within its class). The terms of a
 * score add up to it exactly. */
struct gate_term {
	size_t finding;
	uint32_t rank;
	uint64_t points;
};

struct gate_score {
	uint64_t points; /* milli */
	enum gate_tier tier;
	bool deny;
	struct gate_term *terms; /* in order of explain: by class, then points downward */
	size_t n_terms;
};

/* Scores the findings of one change, or of all (GATE_ALL_CHANGES: the union by (id, subject)). */
int gate_score(const struct gate_findings *f, uint32_t change, struct gate_score *out, struct gate_err *err);
void gate_score_clear(struct gate_score *s);
enum gate_tier gate_band(uint64_t milli); /* 0 low, 20 medium, 50 high, 100 critical */

/* What the policy answers to a change of that tier: reject when denied. `human`: a known human pushes and no deny and
 * no GATE-RULES finding stands against easing. Borrowed from the policy; a deny gives a static rejecting answer. */
const struct gate_answer *gate_answer_for(const struct gate_policy *p, const struct gate_change *c,
					  const struct gate_score *s, bool human, const struct gate_findings *f,
					  uint32_t change);

#endif
