/* check and explain: what the gate would decide, and why, point by point. */
#include "base/io.h"
#include "base/json.h"
#include "base/when.h"
#include "classifier/explain.h"
#include "classifier/findings_json.h"
#include "classifier/sarif.h"
#include "cli/cli.h"
#include "cli/policy_dir.h"
#include "cli/target.h"
#include "gate/judge.h"
#include "gate/rules_commit.h"
#include "gate/worker.h"

#include <stdio.h>
#include <string.h>

static const struct gate_option options[] = {
	{ "--ref", "REF", "the ref that would move (default: the policy ref)" },
	{ "--actor", "NAME", "who would push (default: unknown, so an agent)" },
	{ "--policy", "DIR", "judge by the rules of this folder" },
	{ NULL, NULL, NULL },
};

struct checking {
	struct gate_server server;
	struct gate_judged judged;
};

static void checking_clear(struct checking *c)
{
	gate_judged_clear(&c->judged);
	gate_server_clear(&c->server);
}

/* ---- the rules: --policy, what is in force here, the remote-tracking branch's .refgate/, else the shipped packs ---- */

static int default_policy_ref(struct gate_server *s, struct gate_err *err)
{
	struct gate_ref head;

	if (gate_ref_read(s->refs, "HEAD", &head, err) < 0)
		return -(int)err->code;
	gate_copy(s->policy_ref, sizeof(s->policy_ref), head.kind == GATE_REF_SYMBOLIC ? head.target : "refs/heads/main");
	return 0;
}

/* In a clone the remote's default branch is what the gate protects. */
static int clone_rules(struct gate_server *s, const char *remote, struct gate_err *err)
{
	static const char *const tails[] = { "HEAD", "main", "master" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(tails); i++) {
		gate_autofree char *ref = gate_fmt("refs/remotes/%s/%s", remote, tails[i]);
		char rules[GATE_HEXSZ + 1];
		struct gate_err ignored = { 0 };
		struct gate_ref at;

		if (!ref || gate_ref_read(s->refs, ref, &at, &ignored) < 0 || at.kind == GATE_REF_ABSENT)
			continue;
		if (at.kind == GATE_REF_SYMBOLIC) {
			size_t n = strlen("refs/remotes/") + strlen(remote) + 1;
			struct gate_ref head = at;

			snprintf(s->policy_ref, sizeof(s->policy_ref), "refs/heads/%s",
				 strlen(head.target) > n ? head.target + n : "main");
			if (gate_ref_read(s->refs, head.target, &at, err) < 0)
				return -(int)err->code;
		} else {
			snprintf(s->policy_ref, sizeof(s->policy_ref), "refs/heads/%s", tails[i]);
		}
		gate_copy(s->policy_tip, sizeof(s->policy_tip), at.kind == GATE_REF_DIRECT ? at.oid : "");
		if (s->policy_tip[0] && (gate_rules_at(&s->repo, s->policy_tip, rules, err) < 0 ||
					 (rules[0] && gate_server_read_tree(s, rules, &s->policy_files, err) < 0)))
			return -(int)err->code;
		return 0;
	}
	return default_policy_ref(s, err);
}

static int open_server(const struct gate_args *a, struct checking *c, struct gate_err *err)
{
	struct gate_server *s = &c->server;
	const char *dir = gate_arg(a, "--policy");
	struct gate_err no_gate = { 0 };
	struct gate_repo repo;

	if (gate_repo_open(a->repo, &repo, err) < 0)
		return -(int)err->code;
	if (gate_server_start(repo.dir, s, &no_gate) < 0) {
		if (no_gate.code != GATE_E_CONFIG && no_gate.code != GATE_E_POLICY)
			return gate_err_set(err, no_gate.code, "%s", no_gate.text);
		gate_server_clear(s);
		s->repo = repo;
		s->now = gate_now();
		if (gate_refs_open(&s->repo, &s->refs, err) < 0 || clone_rules(s, a->remote ? a->remote : "origin", err) < 0)
			return -(int)err->code;
	}
	if (dir) {
		gate_files_clear(&s->policy_files);
		if (gate_cli_read_policy_dir(dir, &s->policy_files, err) < 0)
			return -(int)err->code;
	}
	gate_policy_free(s->policy);
	s->policy = NULL;
	return gate_policy_load(&s->policy_files, s->floor, s->floor ? strlen(s->floor) : 0, &s->policy, err);
}

/* ---- OLD..NEW ---- */

static int resolve(const struct gate_server *s, const char *name, size_t len, char oid[GATE_HEXSZ + 1], struct gate_err *err)
{
	gate_autofree char *word = strndup(name, len);
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	struct gate_err why = { 0 };

	if (!word)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (gate_is_zero_oid(word) || strcmp(word, "0") == 0) {
		memset(oid, '0', GATE_HEXSZ);
		oid[GATE_HEXSZ] = '\0';
		return 0;
	}
	if (word[0] == '-' || gate_git_line(&s->repo, (const char *const[]){ "rev-parse", "--verify", "--quiet", "--end-of-options",
									     len ? word : "HEAD", NULL }, &out, &why) < 0 ||
	    !gate_is_oid(gate_buf_cstr(&out)))
		return gate_err_set(err, GATE_E_USAGE, "%s: not a commit here", word);
	gate_copy(oid, GATE_HEXSZ + 1, out.s);
	return 0;
}

static int parse_range(const struct gate_args *a, const struct gate_server *s, const char *range, struct gate_changes *changes,
		       struct gate_err *err)
{
	const char *dots = strstr(range, ".."), *ref = gate_arg(a, "--ref");
	struct gate_change *c = gate_changes_add(changes);

	if (!c)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (!dots)
		return gate_err_set(err, GATE_E_USAGE, "%s: write OLD..NEW", range);
	if (resolve(s, range, (size_t)(dots - range), c->old, err) < 0 || resolve(s, dots + 2, strlen(dots + 2), c->new, err) < 0)
		return -(int)err->code;
	if (!ref)
		gate_copy(c->ref, sizeof(c->ref), s->policy_ref);
	else
		snprintf(c->ref, sizeof(c->ref), "%s%s", gate_starts_with(ref, "refs/") ? "" : "refs/heads/", ref);
	if (!gate_ref_name_valid(c->ref))
		return gate_err_set(err, GATE_E_USAGE, "--ref: not a ref name");
	return 0;
}

static int judge(const struct gate_args *a, struct checking *c, struct gate_err *err)
{
	gate_auto(gate_changes) struct gate_changes changes = { 0 };
	gate_auto(gate_strs) struct gate_strs identities = { 0 };
	const char *actor = gate_arg(a, "--actor");
	gate_autofree char *id = actor && !strchr(actor, ':') ? gate_fmt("actor:%s", actor) : actor ? strdup(actor) : NULL;

	if (open_server(a, c, err) < 0 || parse_range(a, &c->server, a->words.v[0], &changes, err) < 0)
		return -(int)err->code;
	if (id && gate_strs_add(&identities, id, err) < 0)
		return -(int)err->code;
	return gate_judge_range(&c->server, &changes, &identities, &c->judged, err);
}

/* ---- output ---- */

static void put_required(const struct gate_judged *j, struct gate_jw *w)
{
	gate_auto(gate_strs) struct gate_strs roles = { 0 };
	struct gate_err ignored = { 0 };
	uint32_t approvals = 0;
	int64_t expires = 0;
	bool touch = false;

	for (size_t i = 0; i < j->n_needs; i++) {
		approvals = j->needs[i].approvals > approvals ? j->needs[i].approvals : approvals;
		touch |= j->needs[i].touch;
		expires = !expires || j->needs[i].expires_s < expires ? j->needs[i].expires_s : expires;
		for (size_t k = 0; k < j->needs[i].roles.n; k++)
			gate_strs_add_new(&roles, j->needs[i].roles.v[k], &ignored);
	}
	gate_jw_open(w, "required");
	gate_jw_int(w, "approvals", approvals);
	gate_jw_array(w, "roles");
	for (size_t i = 0; i < roles.n; i++)
		gate_jw_str(w, NULL, roles.v[i]);
	gate_jw_end(w);
	gate_jw_bool(w, "touch", touch);
	if (expires)
		gate_jw_int(w, "expires", expires);
	else
		gate_jw_null(w, "expires");
	gate_jw_array(w, "owners");
	for (size_t i = 1; i < j->n_needs; i++)
		for (size_t k = 0; k < j->needs[i].roles.n; k++)
			gate_jw_str(w, NULL, j->needs[i].roles.v[k]);
	gate_jw_end(w);
	gate_jw_close(w);
}

static int as_json(const struct checking *c, struct gate_err *err)
{
	const struct gate_judged *j = &c->judged;
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_jw w = { .out = &b };
	gate_autofree char *digest = c->server.policy_files.n ? gate_fmt("sha256:%s", c->server.policy->digest) : strdup("builtin");

	gate_jw_open(&w, NULL);
	gate_jw_int(&w, "schema", 1);
	gate_jw_str(&w, "verdict", gate_verdict_name(j->verdict));
	gate_jw_str(&w, "tier", gate_tier_name(j->tier));
	gate_jw_points(&w, "score", (int64_t)j->total.points);
	gate_jw_str(&w, "policy", digest);
	gate_jw_array(&w, "refs");
	for (size_t i = 0; i < j->ask.changes.n; i++) {
		const struct gate_change *ch = &j->ask.changes.v[i];

		gate_jw_open(&w, NULL);
		gate_jw_str(&w, "ref", ch->ref);
		gate_jw_str(&w, "old", ch->old);
		gate_jw_str(&w, "new", ch->new);
		gate_jw_str(&w, "verdict", gate_verdict_name(j->refs[i].verdict));
		gate_jw_str(&w, "tier", gate_tier_name(j->refs[i].score.tier));
		gate_jw_points(&w, "score", (int64_t)j->refs[i].score.points);
		gate_findings_json(&w, "findings", &j->reply.findings, (uint32_t)i);
		gate_jw_close(&w);
	}
	gate_jw_end(&w);
	put_required(j, &w);
	gate_jw_close(&w);
	gate_buf_char(&b, '\n');
	return gate_cli_print(&b, err);
}

static int as_sarif(const struct checking *c, struct gate_err *err)
{
	const struct gate_judged *j = &c->judged;
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	if (gate_sarif(&b, c->server.policy, &j->ask.changes, &j->reply.findings, GATE_VERSION, err) < 0)
		return -(int)err->code;
	gate_buf_char(&b, '\n');
	return gate_cli_print(&b, err);
}

static int as_text(const struct checking *c, bool all_points, struct gate_err *err)
{
	const struct gate_judged *j = &c->judged;
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	char points[32];

	for (size_t i = 0; i < j->ask.changes.n; i++) {
		gate_points_format((int64_t)j->refs[i].score.points, points);
		gate_buf_fmt(&b, "%s: %s, %s, %s points\n", j->ask.changes.v[i].ref, gate_verdict_name(j->refs[i].verdict),
			     gate_tier_name(j->refs[i].score.tier), points);
		if ((all_points || j->reply.findings.n) && gate_explain(&b, &j->reply.findings, &j->refs[i].score, err) < 0)
			return -(int)err->code;
	}
	for (size_t i = 0; i < j->n_needs; i++) {
		gate_buf_fmt(&b, "needs %u approval%s", j->needs[i].approvals, j->needs[i].approvals == 1 ? "" : "s");
		if (j->needs[i].roles.n) {
			gate_buf_str(&b, " with role ");
			gate_strs_join(&b, &j->needs[i].roles, ", ");
		}
		gate_buf_char(&b, '\n');
	}
	gate_buf_str(&b, gate_buf_cstr(&j->notes));
	return gate_cli_print(&b, err);
}

static int print(const struct gate_args *a, const struct checking *c, bool all_points, struct gate_err *err)
{
	if (strcmp(a->format, "sarif") == 0)
		return as_sarif(c, err);
	return gate_arg_json(a) ? as_json(c, err) : as_text(c, all_points, err);
}

static int check(const struct gate_args *a, struct gate_err *err)
{
	__attribute__((cleanup(checking_clear))) struct checking c = { 0 };

	if (judge(a, &c, err) < 0 || print(a, &c, false, err) < 0)
		return -(int)err->code;
	return c.judged.verdict == GATE_VERDICT_ACCEPT ? GATE_EXIT_OK : GATE_EXIT_NO;
}

const struct gate_command gate_cmd_check = {
	.name = "check",
	.run = check,
	.usage = "[--ref REF] [--actor NAME] [--policy DIR] OLD..NEW",
	.help = "what the gate would decide; exit 0 for accept",
	.example = "refgate check --ref main origin/main..HEAD",
	.options = options,
	.min_words = 1,
	.max_words = 1,
	.formats = "sarif",
};

/* ---- explain ---- */

/* A pending is explained from its record: the findings as they were when it was judged. */
static int explain_pending(const struct gate_args *a, const char *id, struct gate_err *err)
{
	struct gate_target t = { 0 };
	__attribute__((cleanup(gate_record_clear))) struct gate_record r = { 0 };
	gate_auto(gate_findings) struct gate_findings f = { 0 };
	struct gate_score score = { 0 };
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	if (gate_target_open(a, &t, err) == 0 && gate_target_record(&t, id, &r, err) == 0 && gate_record_findings(&r, &f, err) == 0 &&
	    gate_score(&f, GATE_ALL_CHANGES, &score, err) == 0 && gate_explain(&b, &f, &score, err) == 0)
		gate_cli_print(&b, err);
	gate_score_clear(&score);
	gate_target_close(&t);
	return err->code == GATE_OK ? GATE_EXIT_OK : -(int)err->code;
}

static int explain(const struct gate_args *a, struct gate_err *err)
{
	__attribute__((cleanup(checking_clear))) struct checking c = { 0 };

	if (gate_id_valid(a->words.v[0]))
		return explain_pending(a, a->words.v[0], err);
	if (judge(a, &c, err) < 0 || print(a, &c, true, err) < 0)
		return -(int)err->code;
	return GATE_EXIT_OK;
}

const struct gate_command gate_cmd_explain = {
	.name = "explain",
	.run = explain,
	.usage = "ID | [--ref REF] OLD..NEW",
	.help = "every point, with its rule and evidence",
	.example = "refgate explain 7k3m2qf9",
	.options = options,
	.min_words = 1,
	.max_words = 1,
	.formats = "sarif",
};
