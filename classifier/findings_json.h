/* A finding as JSON (CONTRACT, JSON: `check --format json`). */
#ifndef GATE_CLASSIFIER_FINDINGS_JSON_H
#define GATE_CLASSIFIER_FINDINGS_JSON_H

#include "base/change.h"
#include "base/json.h"

/* {"id","class","tier","points","deny","path","line","commit","subject","old","new","message"}; tier and points as they
 * count on this ref; absent values null. `key` is NULL inside an array. */
void gate_finding_json(struct gate_jw *w, const char *key, const struct gate_finding *f);
/* The array of all findings of one change. */
void gate_findings_json(struct gate_jw *w, const char *key, const struct gate_findings *f, uint32_t change);

#endif
