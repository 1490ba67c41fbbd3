/* show and diff: what one pending is. */
#include "approval/quorum.h"
#include "base/io.h"
#include "base/json.h"
#include "base/when.h"
#include "cli/rebase.h"
#include "cli/signer.h"
#include "gate/approve.h"
#include "gate/pending.h"

#include <stdio.h>
#include <string.h>

static const struct gate_option show_options[] = {
	{ "--statement", NULL, "print exactly the bytes to sign" },
	{ "--how", NULL, "print the commands of git and ssh-keygen that do what approve does" },
	{ "--as", "NAME", "with these two: the person who will sign" },
	{ "--role", "ROLE", "with these two: the role (default: the one that is missing)" },
	{ "--decision", "WORD", "with these two: approve (default), deny or rebase" },
	{ "-m", "REASON", "with these two: a line that is signed with the decision" },
	{ NULL, NULL, NULL },
};

/* The six lines of the person who will sign; without --as, NAME stands where the name goes. */
static int fill(const struct gate_args *a, struct gate_target *t, const struct gate_record *r, struct gate_signer_part *six,
		struct gate_err *err)
{
	const char *word = gate_arg(a, "--decision"), *as = gate_arg(a, "--as");
	struct gate_signer who = { .name = as ? as : "NAME", .role = gate_arg(a, "--role"), .reason = gate_arg(a, "-m") };

	if (!gate_decision_parse(word ? word : "approve", &who.decision))
		return gate_err_set(err, GATE_E_USAGE, "--decision: approve, deny or rebase");
	who.person = as && t->policy ? gate_policy_person(t->policy, as) : NULL;
	if (who.person)
		who.name = who.person->name;
	return gate_signer_fill(t, r, &who, six, err);
}

static int statement(const struct gate_args *a, struct gate_target *t, const struct gate_record *r, struct gate_err *err)
{
	struct gate_signer_part six = { 0 };
	gate_auto(gate_buf) struct gate_buf text = { 0 };

	if (!gate_arg(a, "--as"))
		return gate_err_set(err, GATE_E_USAGE, "--statement needs --as NAME: the signer's name is part of what is signed");
	if (fill(a, t, r, &six, err) < 0 || gate_statement_text(r->statement, strlen(r->statement), &six, &text, err) < 0)
		return -(int)err->code;
	return gate_write_all(STDOUT_FILENO, text.s, text.len, err);
}

/* A word of a shell command. */
static void put_word(struct gate_buf *b, const char *s)
{
	gate_buf_char(b, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			gate_buf_str(b, "'\\''");
		else
			gate_buf_char(b, *s);
	}
	gate_buf_char(b, '\'');
}

/* The value of a line that sed appends: a backslash would be eaten. Values of the six lines are printable ASCII. */
static void put_sed(struct gate_buf *b, const char *key, const char *value)
{
	gate_buf_fmt(b, "\\\n%s ", key);
	for (; *value; value++) {
		if (*value == '\\')
			gate_buf_char(b, '\\');
		if (*value == '\'')
			gate_buf_str(b, "'\\''");
		else
			gate_buf_char(b, *value);
	}
}

/* Three commands: the text out of the record with the six lines put in, its signature, both as one blob to the in-box. The record is
 * one line of JSON, in which a quote that ends a string is the only one without a backslash, and LF is \u000a. */
static int how(const struct gate_args *a, struct gate_target *t, const struct gate_record *r, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 }, remote = { 0 };
	struct gate_signer_part six = { 0 };

	if (fill(a, t, r, &six, err) < 0)
		return -(int)err->code;
	put_word(&remote, t->on_server ? t->server.repo.dir : t->remote);
	gate_buf_fmt(&b, "# KEY is the file of your key, %s.txt what you sign: read it, and the change with\n# git fetch %s '+refs/pending/%s/*:"
			 "refs/pending/%s/*'\n", r->id, gate_buf_cstr(&remote), r->id, r->id);
	gate_buf_fmt(&b, "git fetch -q --no-tags %s %s%s && git cat-file blob FETCH_HEAD | sed -nE 's/.*,\"statement\":\"(([^\"\\\\]|\\\\.)*)"
			 "\\\\u000a\".*/\\1/p' | sed 's/\\\\u000a/\\\n/g' | sed -e 's/\\\\\\([\"\\\\]\\)/\\1/g' -e '/^repo /a",
		     gate_buf_cstr(&remote), GATE_REFS_RECORD, r->id);
	put_sed(&b, "decision", gate_decision_name(six.decision));
	if (six.reason[0])
		put_sed(&b, "reason", six.reason);
	gate_buf_str(&b, "' -e '/^tier /a");
	put_sed(&b, "role", six.role[0] ? six.role : "none");
	gate_buf_str(&b, "' -e '/^agent /a");
	put_sed(&b, "signer", six.signer);
	put_sed(&b, "not-before", six.not_before);
	put_sed(&b, "not-after", six.not_after);
	gate_buf_fmt(&b, "' >%s.txt\nssh-keygen -Y sign -f \"$KEY\" -n approval.v1@refgate <%s.txt >%s.txt.sig\n", r->id, r->id, r->id);
	gate_buf_fmt(&b, "git push %s \"$(cat %s.txt %s.txt.sig | git hash-object -w --stdin):refs/approvals/%s/$(ssh-keygen -lf \"$KEY\" | "
			 "sed 's/.*SHA256:\\([^ ]*\\).*/\\1=/' | base64 -d | od -An -vtx1 | tr -d ' \\n')\"\n",
		     gate_buf_cstr(&remote), r->id, r->id, r->id);
	return gate_cli_print(&b, err);
}

static void put_findings(const struct gate_record *r, struct gate_buf *b, struct gate_err *err)
{
	gate_autojson struct gate_json *list = gate_json_load(r->findings, strlen(r->findings), "findings", err);

	for (size_t i = 0; i < gate_json_len(list); i++) {
		const struct gate_json *f = gate_json_at(list, i);
		const char *path = gate_json_str(f, "path", ""), *message = gate_json_str(f, "message", "");
		int64_t line = gate_json_int(f, "line", 0);

		gate_buf_fmt(b, "  %-8s %-12s ", gate_json_str(f, "tier", ""), gate_json_str(f, "id", ""));
		gate_escape(b, path, strlen(path));
		if (line)
			gate_buf_fmt(b, ":%ld", (long)line);
		gate_buf_str(b, "\n           ");
		gate_escape(b, message, strlen(message));
		gate_buf_char(b, '\n');
	}
}

static void put_needs(const struct gate_record *r, struct gate_buf *b)
{
	for (size_t i = 0; i < r->n_needs; i++) {
		const struct gate_requirement *n = &r->needs[i];

		gate_buf_fmt(b, "needs      %u %s", n->approvals, n->approvals == 1 ? "person" : "persons");
		if (n->roles.n) {
			gate_buf_str(b, n->roles.n == 1 ? " of role " : " with roles ");
			gate_strs_join(b, &n->roles, ", ");
		}
		gate_buf_str(b, n->pin ? ", touch and PIN" : n->touch ? ", touch" : "");
		gate_buf_char(b, '\n');
	}
	if (r->excluded.n) {
		gate_buf_str(b, "not by     ");
		gate_strs_join(b, &r->excluded, ", ");
		gate_buf_char(b, '\n');
	}
}

static int votes_here(struct gate_target *t, const struct gate_record *r, struct gate_buf *b, struct gate_err *err)
{
	gate_autofree struct gate_vote *votes = NULL;
	size_t n = 0;

	if (!t->on_server || r->state != GATE_STATE_OPEN)
		return 0;
	if (gate_votes_load(&t->server, r, &votes, &n, NULL, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < n; i++)
		gate_buf_fmt(b, "signed     %s %s as %s\n", votes[i].person, gate_decision_name(votes[i].decision), votes[i].role);
	return 0;
}

static int text(struct gate_target *t, const struct gate_record *r, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	enum gate_state now;
	char points[32], when[GATE_WHEN_SIZE];

	if (gate_target_state(t, r, &now, err) < 0)
		return -(int)err->code;
	gate_points_format(r->score, points);
	gate_when_format(r->expires, when);
	gate_buf_fmt(&b, "pending    %s, %s\ntier       %s, %s points\nagent      ", r->id, gate_state_name(now), gate_tier_name(r->tier),
		     points);
	gate_escape(&b, r->actor.name, strlen(r->actor.name));
	gate_buf_fmt(&b, "%s%s\nexpires    %s\n", r->actor.owner[0] ? ", owner " : "", r->actor.owner, when);
	for (size_t i = 0; i < r->n_refs; i++) {
		gate_buf_str(&b, "ref        ");
		gate_escape(&b, r->refs[i].ref, strlen(r->refs[i].ref));
		gate_buf_fmt(&b, " %.12s..%.12s%s\n", r->refs[i].old, r->refs[i].new,
			     gate_is_zero_oid(r->refs[i].new) ? " (deleted)" :
			     r->refs[i].fast_forward	      ? "" :
								" (not a fast-forward)");
	}
	if (r->recovered_by[0])
		gate_buf_str(&b, "recovered  it landed without a signature; persons who approve it ratify that\n");
	if (r->rebased[0])
		gate_buf_fmt(&b, "rebased    from %s, see `refgate diff %s --rebased`\n", r->rebased, r->id);
	put_needs(r, &b);
	if (votes_here(t, r, &b, err) < 0)
		return -(int)err->code;
	gate_buf_str(&b, "findings\n");
	put_findings(r, &b, err);
	if (r->state != GATE_STATE_OPEN) {
		gate_buf_fmt(&b, "closed     %s%s%s%s%s\n", r->why ? r->why : "", r->by[0] ? " by " : "", r->by, r->next[0] ? ", see " : "",
			     r->next);
	} else if (now == GATE_STATE_STALE) {
		gate_buf_fmt(&b, "next       git fetch && git rebase && git push; or a maintainer: refgate approve %s --rebase\n", r->id);
	}
	return gate_cli_print(&b, err);
}

static int show(const struct gate_args *a, struct gate_err *err)
{
	struct gate_target t = { 0 };
	__attribute__((cleanup(gate_record_clear))) struct gate_record r = { 0 };
	gate_auto(gate_buf) struct gate_buf json = { 0 };

	if (gate_target_open(a, &t, err) == 0 && gate_target_record(&t, a->words.v[0], &r, err) == 0) {
		if (gate_arg_has(a, "--statement"))
			statement(a, &t, &r, err);
		else if (gate_arg_has(a, "--how"))
			how(a, &t, &r, err);
		else if (!gate_arg_json(a))
			text(&t, &r, err);
		else if (gate_record_write(&r, &json, err) == 0)
			gate_cli_print(&json, err);
	}
	gate_target_close(&t);
	return err->code == GATE_OK ? GATE_EXIT_OK : -(int)err->code;
}

const struct gate_command gate_cmd_show = {
	.name = "show",
	.run = show,
	.usage = "ID [--statement | --how]",
	.help = "one pending: refs, findings, who must sign",
	.example = "refgate show 7k3m2qf9",
	.options = show_options,
	.min_words = 1,
	.max_words = 1,
};

/* ---- diff ---- */

static const struct gate_option diff_options[] = {
	{ "--stat", NULL, "only the files and how much they change" },
	{ "--rebased", NULL, "of a pending that was rebased: how its commits differ from those it was made of (git range-diff)" },
	{ NULL, NULL, NULL },
};

static bool ask(const struct gate_repo *repo, const char *const *args, struct gate_buf *out)
{
	gate_auto(gate_buf) struct gate_buf errs = { 0 };
	struct gate_err ignored = { 0 };
	int code = 1;

	return gate_git_code(repo, args, NULL, 0, out, &errs, &code, &ignored) == 0 && code == 0 && out->len > 0;
}

/* What the change is shown against. The record only proposes it: the base is worked out here from old and new, and that of a new ref
 * must be known history, or a gate that lies could hide a part of the change from who reviews it. */
static const char *base_of(struct gate_target *t, const struct gate_record_ref *ref, struct gate_buf *out)
{
	static const char empty_tree[] = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
	const struct gate_repo *repo = gate_target_repo(t);
	gate_autofree char *known = t->on_server ? strdup("refs/heads/") : gate_fmt("refs/remotes/%s/", t->remote);
	gate_auto(gate_buf) struct gate_buf holders = { 0 };

	if (!gate_is_zero_oid(ref->old)) {
		if (!ask(repo, (const char *const[]){ "merge-base", ref->old, ref->new, NULL }, out))
			return empty_tree;
		out->s[strcspn(out->s, "\n")] = '\0';
		return out->s;
	}
	return ref->base[0] && known &&
			       ask(repo, (const char *const[]){ "for-each-ref", "--count=1", "--contains", ref->base, known, NULL }, &holders) ?
		       ref->base :
		       empty_tree;
}

static int diff_refs(const struct gate_args *a, struct gate_target *t, const struct gate_record *r, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf raw = { 0 }, safe = { 0 };

	for (size_t i = 0; i < r->n_refs; i++) {
		const struct gate_record_ref *ref = &r->refs[i];
		bool goes = gate_is_zero_oid(ref->new);
		gate_auto(gate_buf) struct gate_buf found = { 0 };
		const char *base = goes ? ref->old : base_of(t, ref, &found);
		const char *args[] = { "diff", "--no-ext-diff", "--no-textconv", gate_arg_has(a, "--stat") ? "--stat" : "--patch",
				       base, ref->new, "--", NULL };

		gate_buf_fmt(&raw, "# %s %s..%s\n", ref->ref, base, ref->new);
		if (!goes && gate_git(gate_target_repo(t), args, NULL, 0, &raw, err) < 0)
			return -(int)err->code;
	}
	gate_cli_escape(&raw, &safe);
	return gate_cli_print(&safe, err);
}

static int diff(const struct gate_args *a, struct gate_err *err)
{
	struct gate_target t = { 0 };
	__attribute__((cleanup(gate_record_clear))) struct gate_record r = { 0 };

	if (gate_target_open(a, &t, err) == 0 && gate_target_record(&t, a->words.v[0], &r, err) == 0)
		gate_arg_has(a, "--rebased") ? gate_cli_range_diff(&t, &r, err) : diff_refs(a, &t, &r, err);
	gate_target_close(&t);
	return err->code == GATE_OK ? GATE_EXIT_OK : -(int)err->code;
}

const struct gate_command gate_cmd_diff = {
	.name = "diff",
	.run = diff,
	.usage = "ID [--stat | --rebased]",
	.help = "what a held push changes",
	.example = "refgate diff 7k3m2qf9",
	.options = diff_options,
	.min_words = 1,
	.max_words = 1,
};
