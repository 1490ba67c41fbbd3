/* TST-NDEC, TST-ASSERT, TST-COMMENT: fewer tests in a kept file, fewer or weaker assertions in a test that stays, tests behind a
 * comment. Names that come back elsewhere in the push are moves. */
#ifndef GATE_CLASSIFIER_TESTS_COUNTS_H
#define GATE_CLASSIFIER_TESTS_COUNTS_H

#include "classifier/detect.h"

struct gate_tests;

int gate_test_counts_init(struct gate_detect *d, struct gate_err *err);
void gate_test_counts_release(struct gate_detect *d);
int gate_test_counts_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);
int gate_test_counts_end(struct gate_detect *d, struct gate_err *err);

/* What so many tests or assertions less weigh, in milli-points. */
uint32_t gate_test_points(uint32_t times);
/* Whether the test that line `line` of the delta's new side belongs to is new in it; a line that belongs to none, and a delta
 * that is not the one that was judged last: no. A mark above a test (@, #[, [) belongs to the next one. */
bool gate_test_is_born(struct gate_detect *d, const struct gate_delta *delta, uint32_t line);
/* How many of the tests of a file that went came elsewhere in the change; *total: how many it had. */
int gate_tests_elsewhere(struct gate_detect *d, uint32_t change, const struct gate_delta *gone, uint32_t *found,
			 uint32_t *total, struct gate_err *err);

#endif
