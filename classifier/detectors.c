/* The tables of what is looked for. A new detector is a function in the folder of its subject and a row here. */
#include "classifier/detect.h"

#include "classifier/deps/locks.h"
#include "classifier/docs.h"
#include "classifier/objects/size.h"
#include "classifier/paths/closer.h"
#include "classifier/paths/rules.h"
#include "classifier/secrets/private_key.h"
#include "classifier/secrets/secret_file.h"
#include "classifier/tests/counts.h"
#include "classifier/tests/deleted.h"
#include "classifier/values/values.h"

#define BLOB (1u << GATE_TEXT_BLOB)
#define ANY_TEXT (BLOB | 1u << GATE_TEXT_LINK | 1u << GATE_TEXT_COMMIT | 1u << GATE_TEXT_TAG | 1u << GATE_TEXT_REF)

const struct gate_object_detector gate_object_detectors[] = {
	{ "big", BLOB, gate_size_object },
	{ "private-key", ANY_TEXT, gate_private_key_object },
	{ "secret-file", BLOB, gate_secret_file_object },
	{ "path-deny", BLOB | 1u << GATE_TEXT_LINK, gate_path_rules_object },
};
const size_t gate_object_detectors_n = GATE_ARRAY_LEN(gate_object_detectors);

const struct gate_delta_detector gate_delta_detectors[] = {
	{ "own-rules", gate_path_own_rules }, { "owners", gate_path_owners },
	{ "path-rules", gate_path_rules_delta }, { "locks", gate_locks_delta },
	{ "size", gate_size_delta },	      { "private-key", gate_private_key_delta },
	{ "test-counts", gate_test_counts_delta }, /* before the values: they ask it which tests are new */
	{ "values", gate_values_delta },
};
const size_t gate_delta_detectors_n = GATE_ARRAY_LEN(gate_delta_detectors);

const struct gate_end_detector gate_end_detectors[] = {
	{ "private-key", gate_private_key_end },
	{ "tests-deleted", gate_tests_deleted_end },
	{ "locks", gate_locks_end },
	{ "size", gate_size_end },
	{ "values", gate_values_end },
	{ "test-counts", gate_test_counts_end },
};
const size_t gate_end_detectors_n = GATE_ARRAY_LEN(gate_end_detectors);

const struct gate_detect_state gate_detect_states[] = {
	{ "secrets", gate_private_key_init, gate_private_key_release },
	{ "tests", gate_tests_init, gate_tests_release },
	{ "deps", gate_locks_init, gate_locks_release },
	{ "size", gate_size_init, gate_size_release },
	{ "docs", gate_docs_init, gate_docs_release },
	{ "values", gate_values_init, gate_values_release },
	{ "test-counts", gate_test_counts_init, gate_test_counts_release },
};
const size_t gate_detect_states_n = GATE_ARRAY_LEN(gate_detect_states);

const struct gate_closer gate_closers[] = {
	{ "BLD-DOCK", gate_closer_words },	 { "BLD-NPM", gate_closer_words },
	{ "BLD-TESTCMD", gate_closer_words },	 { "DB-MIG", gate_closer_migration },
	{ "DEP-ADD", gate_locks_closer },	 { "DEP-CFG", gate_closer_words },
	{ "GIT-ATTR", gate_closer_words },	 { "OWN-CODE", gate_closer_owners },
	{ "SEC-FILE", gate_secret_file_closer }, { "TST-DEL", gate_tests_deleted_closer },
};
const size_t gate_closers_n = GATE_ARRAY_LEN(gate_closers);
