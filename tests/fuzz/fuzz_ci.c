/* CI files as trees (classifier/control/github.c, generic.c) and as lines: the first byte says which, a NUL parts before and after. */
#include "classifier/classify.h"

#include <string.h>

struct sides {
	const char *s[2];
	size_t len[2];
};

static int load(void *arg, const char *oid, const char **bytes, size_t *len, struct gate_err *err)
{
	const struct sides *x = arg;

	(void)err;
	*bytes = x->s[*oid == 'a'];
	*len = x->len[*oid == 'a'];
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = { ".github/workflows/a.yml", ".gitlab-ci.yml", "Jenkinsfile", ".circleci/config.yml", "renovate.json", ".claude/settings.json", "AGENTS.md", "CODEOWNERS" };
	static struct gate_policy *policy;
	struct gate_findings found = { 0 };
	struct gate_changes changes = { 0 };
	struct gate_err err = { 0 };
	const char *s = (const char *)data, *part = size > 1 ? memchr(s + 1, 0, size - 1) : NULL;
	struct sides x = { { size ? s + 1 : "", part ? part + 1 : "" }, { part ? (size_t)(part - s) - 1 : size ? size - 1 : 0, part ? size - (size_t)(part - s) - 1 : 0 } };
	struct gate_delta d = { .path = paths[size ? data[0] % GATE_ARRAY_LEN(paths) : 0], .old_mode = 0100644, .new_mode = 0100644, .old_oid = "b", .new_oid = "a" };
	struct gate_classifier *c;

	if (!policy && gate_policy_load(NULL, NULL, 0, &policy, &err) < 0)
		return 0;
	gate_changes_add(&changes);
	c = gate_classifier_new(policy, &changes, load, &x, &found, &err);
	if (c && gate_classify_delta(c, 0, &d, &err) == 0)
		(void)gate_classify_done(c, &err);
	gate_classifier_free(c);
	gate_findings_clear(&found);
	gate_changes_clear(&changes);
	return 0;
}
