#include "classifier/objects/orphan.h"

/* Clocks differ; a day covers every time zone mistake. */
#define FUTURE_S 86400

int gate_orphan_commit(struct gate_detect *d, uint32_t change, const struct gate_commit *k, struct gate_err *err)
{
	struct gate_sighting s = { .id = "GIT-ORPHAN", .path = "", .commit = k->oid };
	static const struct gate_weight medium = { GATE_TIER_MEDIUM, 20000, false };
	int rc = 0;

	s.at_most = &medium;
	if (k->unrelated && k->n_parents == 0) {
		s.subject = "root";
		s.message = "a commit without a parent in a repository that has history: what it holds is compared with nothing";
		rc = gate_detect_add(d, change, &s, err);
	}
	if (rc == 0 && k->now && k->when > k->now && k->when - k->now > FUTURE_S) {
		s.subject = "future";
		s.message = "a commit from the future: its date is made up, and tools that go by dates are misled";
		rc = gate_detect_add(d, change, &s, err);
	}
	return rc;
}
