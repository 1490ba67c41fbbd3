/* Every bound on outside input, in one place. Sizes in bytes, times in milliseconds. */
#ifndef GATE_BASE_LIMITS_H
#define GATE_BASE_LIMITS_H

#define GATE_HEXSZ 40			/* SHA-1 in hex; SHA-256 repositories are refused (libgit2 1.5 cannot read them) */
#define GATE_REF_MAX 1024		/* one ref name */
#define GATE_PATH_MAX_BYTES 4096	/* one path inside a tree */
#define GATE_PUSH_REFS_MAX 20000	/* ref lines of one push */
#define GATE_FINDINGS_MAX 2000		/* findings that travel; the rest is counted in one more finding */
#define GATE_FINDING_TEXT_MAX 512	/* one text field of a finding */
#define GATE_WORKER_ANSWER_MAX ((size_t)16 << 20)
#define GATE_JUDGE_MS 30000
#define GATE_POLICY_MAX ((size_t)1 << 20) /* all files of .refgate/ together */
#define GATE_POLICY_FILES_MAX 1000
#define GATE_YAML_DEPTH_MAX 32
#define GATE_YAML_NODES_MAX 50000
#define GATE_JSON_DEPTH_MAX 64
#define GATE_STATEMENT_MAX 4096		/* reference: at most 4 KiB of text */
#define GATE_APPROVAL_MAX 8192		/* statement and armor, HOLES 10 */
#define GATE_LOG_LINE_MAX 65535		/* entry bundles of tlog-tiles count lengths in 16 bits */
#define GATE_JSON_LINE_MAX 8192		/* the answer to a refused or held push */

#endif
