/* The tables of what is looked for. A new detector is a function in the folder of its subject and a row here. */
#include "classifier/detect.h"

#include "classifier/deps/cfg.h"
#include "classifier/deps/cfg_words.h"
#include "classifier/agents/hidden.h"
#include "classifier/agents/opens.h"
#include "classifier/control/ci.h"
#include "classifier/control/keys.h"
#include "classifier/control/owners.h"
#include "classifier/build/images.h"
#include "classifier/build/npm.h"
#include "classifier/build/programs.h"
#include "classifier/build/project_files.h"
#include "classifier/build/task_files.h"
#include "classifier/deps/locks.h"
#include "classifier/deps/vuln.h"
#include "classifier/docs.h"
#include "classifier/infra/connections.h"
#include "classifier/infra/migration.h"
#include "classifier/objects/attributes.h"
#include "classifier/objects/binary.h"
#include "classifier/objects/git_settings.h"
#include "classifier/objects/link.h"
#include "classifier/objects/modes.h"
#include "classifier/objects/names.h"
#include "classifier/objects/orphan.h"
#include "classifier/infra/manifests.h"
#include "classifier/infra/source.h"
#include "classifier/infra/terraform.h"
#include "classifier/objects/size.h"
#include "classifier/objects/submodules.h"
#include "classifier/objects/tally.h"
#include "classifier/paths/rules.h"
#include "classifier/secrets/credentials.h"
#include "classifier/secrets/files/files.h"
#include "classifier/secrets/private_key.h"
#include "classifier/secrets/secret_file.h"
#include "classifier/tests/counts.h"
#include "classifier/tests/deleted.h"
#include "classifier/text/hidden.h"
#include "classifier/values/values.h"
#include "classifier/values/gains.h"

#define BLOB (1u << GATE_TEXT_BLOB)
#define ANY_TEXT (BLOB | 1u << GATE_TEXT_LINK | 1u << GATE_TEXT_COMMIT | 1u << GATE_TEXT_TAG | 1u << GATE_TEXT_REF)

const struct gate_object_detector gate_object_detectors[] = {
	{ "big", BLOB, gate_size_object, NULL, NULL, false },
	{ "private-key", ANY_TEXT, gate_private_key_object, gate_private_key_peek, NULL, false },
	{ "credentials", ANY_TEXT, gate_credentials_object, gate_credentials_peek, NULL, true },
	{ "secret-files", BLOB, gate_secret_files_object, NULL, gate_secret_files_bound, false },
	{ "secret-file", BLOB, gate_secret_file_object, NULL, gate_secret_file_bound, false },
	{ "binary", BLOB, gate_binary_object, gate_binary_peek, NULL, false },
	{ "lfs", BLOB, gate_lfs_object, gate_lfs_peek, gate_lfs_bound, false },
	{ "attributes", BLOB, gate_attributes_object, NULL, gate_attributes_bound, false },
	{ "hidden", ANY_TEXT, gate_hidden_object, gate_hidden_peek, NULL, false },
	{ "link", 1u << GATE_TEXT_LINK, gate_link_object, NULL, NULL, false },
	{ "path-deny", BLOB | 1u << GATE_TEXT_LINK, gate_path_rules_object, NULL, NULL, false },
};
const size_t gate_object_detectors_n = GATE_ARRAY_LEN(gate_object_detectors);

const struct gate_entry_detector gate_entry_detectors[] = {
	{ "hidden", gate_hidden_entry },
	{ "modes", gate_modes_entry },
	{ "tally", gate_tally_entry },
};
const size_t gate_entry_detectors_n = GATE_ARRAY_LEN(gate_entry_detectors);

const struct gate_names_detector gate_names_detectors[] = {
	{ "names", gate_names_look },
};
const size_t gate_names_detectors_n = GATE_ARRAY_LEN(gate_names_detectors);

const struct gate_commit_detector gate_commit_detectors[] = {
	{ "orphan", gate_orphan_commit },
};
const size_t gate_commit_detectors_n = GATE_ARRAY_LEN(gate_commit_detectors);

const struct gate_delta_detector gate_delta_detectors[] = {
	{ "own-rules", gate_path_own_rules }, { "owners", gate_path_owners },
	{ "path-rules", gate_path_rules_delta }, { "locks", gate_locks_delta },
	{ "size", gate_size_delta },	      { "private-key", gate_private_key_delta },
	{ "tally", gate_tally_delta },
	{ "credentials", gate_credentials_delta },
	{ "secret-files", gate_secret_files_delta },
	{ "test-counts", gate_test_counts_delta }, /* before the values: they ask it which tests are new */
	{ "values", gate_values_delta },
	{ "ci", gate_ci_delta },
	{ "code-owners", gate_owners_delta },
	{ "keys", gate_keys_delta },
	{ "agents-hidden", gate_agents_hidden_delta },
	{ "opens", gate_opens_delta },
	{ "tasks", gate_task_files_delta },
	{ "programs", gate_program_delta },
	{ "project-files", gate_project_files_delta },
	{ "infra-source", gate_infra_source_delta },
	{ "manifests", gate_manifests_delta },
	{ "connections", gate_connections_delta },
	{ "package-words", gate_cfg_words_delta },
	{ "embedded-config", gate_embedded_config_delta },
};
const size_t gate_delta_detectors_n = GATE_ARRAY_LEN(gate_delta_detectors);

const struct gate_end_detector gate_end_detectors[] = {
	{ "private-key", gate_private_key_end },
	{ "credentials", gate_credentials_end },
	{ "secret-files", gate_secret_files_end },
	{ "tests-deleted", gate_tests_deleted_end },
	{ "locks", gate_locks_end },
	{ "vulnerabilities", gate_dep_vuln_end },
	{ "size", gate_size_end },
	{ "facts", gate_gains_end },
	{ "ci", gate_ci_end },
	{ "code-owners", gate_owners_end },
	{ "values", gate_values_end },
	{ "test-counts", gate_test_counts_end },
	{ "tally", gate_tally_end },
	{ "redact", gate_credentials_redact }, /* stays the last */
};
const size_t gate_end_detectors_n = GATE_ARRAY_LEN(gate_end_detectors);

const struct gate_detect_state gate_detect_states[] = {
	{ "secrets", gate_private_key_init, gate_private_key_release },
	{ "credentials", gate_credentials_init, gate_credentials_release },
	{ "secret-files", gate_secret_files_init, gate_secret_files_release },
	{ "tests", gate_tests_init, gate_tests_release },
	{ "deps", gate_locks_init, gate_locks_release },
	{ "size", gate_size_init, gate_size_release },
	{ "docs", gate_docs_init, gate_docs_release },
	{ "hidden", gate_hidden_init, gate_hidden_release },
	{ "tally", gate_tally_init, gate_tally_release },
	{ "values", gate_values_init, gate_values_release },
	{ "test-counts", gate_test_counts_init, gate_test_counts_release },
	{ "ci", gate_ci_init, gate_ci_release },
	{ "owners", gate_owners_init, gate_owners_release },
	{ "facts", gate_gains_init, gate_gains_release },
};
const size_t gate_detect_states_n = GATE_ARRAY_LEN(gate_detect_states);

const struct gate_closer gate_closers[] = {
	{ "BLD-DOCK", gate_docker_closer },	 { "BLD-NPM", gate_npm_closer },
	{ "BLD-PY", gate_program_closer },	 { "BLD-RS", gate_program_closer },
	{ "BLD-C", gate_program_closer },	 { "BLD-JVM", gate_program_closer },
	{ "BLD-NET", gate_program_closer },	 { "BLD-RB", gate_program_closer },
	{ "BLD-EX", gate_program_closer },	 { "BLD-SH", gate_program_closer },
	{ "BLD-PHP", gate_composer_closer },	 { "IAC-TF", gate_terraform_closer },
	{ "DB-MIG", gate_closer_migration },	 { "DEP-ADD", gate_locks_closer },
	{ "DEP-CFG", gate_cfg_closer },		 { "GIT-ATTR", gate_attributes_closer },
	{ "OWN-CODE", gate_owners_closer },
	{ "SEC-FILE", gate_secret_file_closer }, { "TST-DEL", gate_tests_deleted_closer },
	{ "OWN-BOT", gate_keys_closer },	 { "OWN-POL", gate_keys_closer },
	{ "AGT-RUN", gate_keys_closer },	 { "AGT-VSC", gate_opens_closer },
	{ "GIT-SUB-URL", gate_submodules_closer }, { "GIT-LFSCFG", gate_lfsconfig_closer },
};
const size_t gate_closers_n = GATE_ARRAY_LEN(gate_closers);
