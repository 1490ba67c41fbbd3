/* A pushed `.refgate/` for the policy ref is tried here, where a parser's bug has no authority: it must compile, keep every
 * quorum reachable, and pass its own cases. What it then changes is judged by the policy in force, in the parent. */
#include "worker/work.h"

#include "classifier/cases.h"

#include <stdio.h>
#include <string.h>

struct loading {
	struct gate_work *w;
	struct gate_files *policy, *cases;
	size_t bytes, files;
};

#define CASES_PREFIX "tests/"

static int load_file(void *arg, const char *path, uint32_t old_mode, const struct gate_oid *old_oid, uint32_t mode,
		     const struct gate_oid *oid, struct gate_err *err)
{
	struct loading *l = arg;
	gate_auto(gate_obj) struct gate_obj o = { 0 };
	gate_autofree char *safe = gate_escape_dup(path, strlen(path));
	bool is_case = gate_starts_with(path, CASES_PREFIX);
	enum gate_kind kind;
	size_t size;

	(void)old_mode;
	(void)old_oid;
	if (gate_mode_is_link(mode) || gate_mode_is_gitlink(mode))
		return gate_err_set(err, GATE_E_POLICY, ".refgate/%s: only plain files belong here", safe ? safe : "");
	if (gate_store_stat(l->w->store, oid, &kind, &size, err) < 0)
		return -(int)err->code;
	if (size > GATE_POLICY_MAX || (l->bytes += size) > GATE_POLICY_MAX || ++l->files > GATE_POLICY_FILES_MAX)
		return gate_err_set(err, GATE_E_LIMIT, ".refgate/%s: the folder holds more than %zu bytes or %d files",
				    safe ? safe : "", GATE_POLICY_MAX, GATE_POLICY_FILES_MAX);
	if (gate_store_read_kind(l->w->store, oid, GATE_KIND_BLOB, &o, err) < 0)
		return -(int)err->code;
	return gate_files_add(is_case ? l->cases : l->policy, path + (is_case ? sizeof(CASES_PREFIX) - 1 : 0), o.bytes, o.len,
			      err);
}

static int run_cases(struct gate_work *w, const struct gate_policy *p, const struct gate_files *cases, const char *ref,
		     struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf report = { 0 };
	struct gate_case_counts counts = { 0 };
	const char *first;
	int rc = gate_case_run(p, cases, ref, &report, &counts, err);

	(void)w;
	if (rc < 0 || counts.failed == 0)
		return rc;
	first = strstr(gate_buf_cstr(&report), "not ok ");
	return gate_err_set(err, GATE_E_POLICY, "%u of %u cases of .refgate/tests fail: %.*s; run `refgate policy test`",
			    counts.failed, counts.passed + counts.failed, first ? (int)strcspn(first, "\n") : 0,
			    first ? first : "");
}

static int try_policy(struct gate_work *w, const char *ref, const struct gate_oid *tree, struct gate_err *err)
{
	const struct gate_ask *a = w->ask;
	struct gate_files policy = { 0 }, cases = { 0 };
	struct loading l = { .w = w, .policy = &policy, .cases = &cases };
	gate_autopolicy struct gate_policy *p = NULL;
	int rc = gate_walk_delta(w->store, NULL, tree, load_file, &l, err);

	if (rc == 0)
		rc = gate_policy_load(&policy, a->floor, a->floor ? strlen(a->floor) : 0, &p, err);
	if (rc == 0)
		rc = gate_policy_reachable(p, a->now, err);
	if (rc == 0 && cases.n)
		rc = run_cases(w, p, &cases, ref, err);
	gate_files_clear(&policy);
	gate_files_clear(&cases);
	return rc;
}

/* Errors that are about the pushed policy, not about this machine. */
static bool is_theirs(enum gate_code code)
{
	static const enum gate_code theirs[] = { GATE_E_LIMIT, GATE_E_SYNTAX, GATE_E_POLICY, GATE_E_QUORUM, GATE_E_SIGNER,
						 GATE_E_SIGNATURE, GATE_E_USAGE, GATE_E_LATER, GATE_E_CONFIG, GATE_E_REF };

	for (size_t i = 0; i < GATE_ARRAY_LEN(theirs); i++) {
		if (theirs[i] == code)
			return true;
	}
	return false;
}

static int pushed_tree(struct gate_work *w, const struct gate_facts *f, struct gate_oid *tree, struct gate_err *err)
{
	struct gate_oid root;
	uint32_t mode = 0;
	bool found = false;
	int rc;

	if (!gate_oid_parse(f->tree, &root))
		return gate_err_set(err, GATE_E_POLICY, "the policy ref must name a commit that holds .refgate/");
	rc = gate_work_root_entry(w, &root, ".refgate", tree, &mode, &found, err);
	if (rc == 0 && (!found || !gate_mode_is_tree(mode)))
		rc = gate_err_set(err, GATE_E_POLICY, "the policy ref would lose its folder .refgate/; keep it in the tree");
	return rc;
}

int gate_work_rules(struct gate_work *w, const struct gate_brought *look, const struct gate_facts *f, struct gate_err *err)
{
	const struct gate_change *c = &w->ask->changes.v[look->change];
	struct gate_err why = { 0 };
	struct gate_oid tree;
	int rc;

	if (!c->is_policy_ref || !look->has_new || strcmp(f->rules_old, f->rules_new) == 0)
		return 0;
	rc = pushed_tree(w, f, &tree, &why);
	if (rc == 0)
		rc = try_policy(w, c->ref, &tree, &why);
	if (rc == 0)
		return 0;
	if (!is_theirs(why.code))
		return gate_err_set(err, why.code, "%s", why.text);
	return gate_work_deny(w, &(struct gate_denial){ "GATE-RULES", look->change, f->commit, f->rules_new, ".refgate",
							why.text }, err);
}
